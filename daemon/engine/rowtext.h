/*
 * rowtext.h - what a row without an address says: a title, the heading of a
 * group, a total, a signature, or a person after all.
 *
 * Phrases are compared with their diacritics, because "Tổng cộng" is a total
 * and Tống Công a person; folded only in files that lost them.
 *
 * Units      none.
 * Ownership  rowtext_phrases is made once and freed by rowtext_free.
 * Errors     none.
 * Threads    phrases are read-only after making.
 * Source     roster files of Vietnamese offices.
 */
#ifndef THUMOI_ENGINE_ROWTEXT_H
#define THUMOI_ENGINE_ROWTEXT_H

#include "base/csv.h"

struct phrases;

struct phrases *rowtext_phrases(void);
void	rowtext_free(struct phrases *);

struct rowtext {
	size_t filled;			/* cells with something in them */
	size_t first;			/* the first of these */
	bool at;			/* an @ somewhere */
	bool order;			/* the first is a number: 1, 01, "1." */
	long number;			/* that number */
	const char *lower, *fold;	/* of the first cell that is no number or marker */
	size_t text_at;			/* its column */
	bool plain;			/* its letters have no diacritics: compare folded */
	bool marker;			/* the first is "I", "II.", "A" */
	bool marked;			/* the text itself begins "I. ", "A) " */
};

void	rowtext_read(struct rowtext *, struct arena *, const struct csv_row *);
bool	rowtext_is_closing(const struct phrases *, const struct rowtext *);	/* total, signature, remark */
bool	rowtext_is_title(const struct phrases *, const struct rowtext *);
bool	rowtext_is_group(const struct phrases *, const struct rowtext *);	/* by its words or its marker */
bool	rowtext_is_office(const struct phrases *, const struct rowtext *);	/* GIÁM ĐỐC, CHÁNH VĂN PHÒNG: exactly a post */
/* The number of people a total states; 0: none. */
int64_t	rowtext_total(const struct phrases *, const struct rowtext *, const struct csv_row *);

#endif
