/*
 * layout_learn.h - the header of a roster, shared between learning and reading.
 *
 * A header may come again on a later page, with its columns in another order;
 * then it is read by the same functions that found the first.
 *
 * Units, Ownership, Errors, Threads, Source: see layout.h.
 */
#ifndef THUMOI_ENGINE_LAYOUT_LEARN_H
#define THUMOI_ENGINE_LAYOUT_LEARN_H

#include "engine/layout.h"

struct scored {
	enum column kind[LAYOUT_COLUMNS];
	bool personal[LAYOUT_COLUMNS];
	int score;			/* different kinds found */
	bool all;			/* every cell with something in it was a heading */
	bool person;			/* a name or address column is among them */
	size_t filled;
};

void	header_score(struct arena *, const struct csv_row *, struct scored *);
/* The columns are what this header says. */
void	header_take(struct layout *, const struct csv_row *, const struct scored *);
/* Of several address columns one is for official mail, one for personal. */
void	header_rank_addresses(struct layout *, const bool *personal);
void	header_find_columns(struct layout *);

#endif
