/*
 * cross.h - the units of a campaign crossed with mail domains, with days and
 * with waves: counts that pages of one unit or one mail domain show.
 *
 * Filled while everybody is counted, so that no page has to look at people.
 *
 * Units      people; of a wave: messages. Days are those of the campaign's
 *            zone, from the one it opens on; what is outside counts on the
 *            first or the last.
 * Ownership  cross_release frees all.
 * Errors     none.
 * Threads    one fills it; constant after cross_end.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_CROSS_H
#define THUMOI_ENGINE_CROSS_H

#include "engine/account.h"

struct cross_cell {			/* people of one unit with an address of one mail domain */
	int32_t unit, domain;		/* places in the account */
	int32_t nominated, accepted, refused, took_part;	/* refused: as account_refused */
};

struct cross_sent { int32_t messages, accepted, failed; };

struct cross {
	struct cross_cell *cells;	/* by unit, then most people first */
	size_t n_cells;
	int64_t first_day;		/* start of it, Unix seconds */
	size_t n_days;
	int32_t *answered;		/* [n_units + 1][n_days]: first answers; the last row is the sum */
	int64_t *waves;			/* ids */
	size_t n_waves;
	struct cross_sent *sent;	/* [n_units][n_waves] */

	/* While it is filled. */
	size_t cap_cells, n_slots;
	uint32_t *slots;		/* cells by unit and domain, from 1; 0: free */
	int64_t day_no;			/* number of the first day */
};

void	cross_add_wave(struct cross *, int64_t id);			/* before anybody */
void	cross_add(struct cross *, const struct account *, const struct counted *);
void	cross_end(struct cross *, const struct account *);		/* the account has its order */
void	cross_release(struct cross *);

const struct cross_cell *cross_unit(const struct cross *, size_t unit, size_t *n);	/* its mail domains */
const int32_t *cross_days(const struct cross *, size_t unit);				/* n_units: all */
const struct cross_sent *cross_sent(const struct cross *, size_t unit, int64_t wave);	/* NULL: no such wave */

#endif
