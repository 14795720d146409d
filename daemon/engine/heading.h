/*
 * heading.h - what a column of a roster is, by the words at its head or by
 * what stands in it.
 *
 * Headings are compared folded, white space and punctuation collapsed, most
 * specific first; a '?' in a file that lost its letters matches any letter.
 *
 * Units      columns count from 0.
 * Ownership  nothing is kept.
 * Errors     none: what is not recognised is COL_OTHER.
 * Threads    pure.
 * Source     headings seen in real rosters.
 */
#ifndef THUMOI_ENGINE_HEADING_H
#define THUMOI_ENGINE_HEADING_H

#include <stdbool.h>

#include "base/csv.h"

enum column {
	COL_OTHER,		/* not needed: not stored */
	COL_ORDER,		/* STT */
	COL_NAME, COL_FAMILY, COL_GIVEN,
	COL_POSITION,		/* Chức vụ */
	COL_DEPT,		/* Đơn vị công tác */
	COL_EMAIL, COL_EMAIL2,
	COL_PHONE, COL_NOTE,
	COL_EMPTY,		/* no heading and nothing in it */
	COL_REFERENCE, COL_CORRECTED,	/* of a list that was sent out for correction: engine/fixlist.h */
	COLUMNS
};

const char *column_name(enum column);	/* the word stored in roster.columns */

/* The kind one heading names; *personal: an address column for personal mail. */
enum column heading_read(struct arena *, const char *cell, bool *personal);

/* Headings folded and bare: "Phòng ban/Bộ phận" -> "phong ban bo phan". */
char	*heading_key(struct arena *, const char *cell);
/* As strncmp(text, word, strlen(word)) == 0, but '?' in the text matches any letter. */
bool	heading_begins(const char *text, const char *word);

/* "A", "(1)", "2": a row that numbers the columns. */
bool	heading_numbers(const struct csv_row *);

/* What a column holds, when nothing says so. */
struct column_look {
	size_t filled, at, phone, number, person, family, place, work, identity, one_word, distinct;
};
void	column_look(struct arena *, const struct csv_row *rows, size_t n, size_t col, struct column_look *);
/* Kinds for all `width` columns from what stands in them. false: no name and no address can be seen. */
bool	columns_guess(struct arena *, const struct csv_row *rows, size_t n, enum column *kinds, size_t width);

bool	looks_like_phone(const char *);
bool	looks_like_person(struct arena *, const char *);
bool	begins_with_family(struct arena *, const char *);	/* a common family name */

#endif
