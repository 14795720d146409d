/*
 * shelf.h - reports that take long to make, kept for those who look.
 *
 * Delivery, response over time and coverage read the store from one end to
 * the other: seconds, for a million people. One is made once for each campaign
 * and language, and shown to everybody; it keeps the snapshot it is of, and
 * says of when it is. It is good as long as that snapshot is, or for
 * a second, or nine times as long as making it took. When it is too old, one
 * of those who ask makes the next; the others get the old one meanwhile.
 *
 * Units      microseconds of clock_mono_us().
 * Ownership  what shelf_take gave is the shelf's, and stays until shelf_give.
 * Errors     shelf_take: 0 or -1.
 * Threads    any. One lock over the list, never held while something is made;
 *            a paper on the shelf is constant.
 * Source     engine/board.h, of which it is the idea.
 */
#ifndef THUMOI_ENGINE_SHELF_H
#define THUMOI_ENGINE_SHELF_H

#include "engine/board.h"
#include "engine/papers.h"

struct shelf;

struct shelf *shelf_new(struct board *);	/* which must live longer */
void	shelf_free(struct shelf *);		/* nobody looks any more; NULL is fine */

bool	shelf_keeps(enum paper_kind);
int	shelf_take(struct shelf *, struct db *, const struct snapshot *, enum paper_kind, enum lang, const struct paper **,
	    struct err *);
void	shelf_give(struct shelf *, const struct paper *);	/* NULL is fine */

#endif
