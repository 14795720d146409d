/*
 * seen.h - what time this store has seen, and whether sending is held.
 *
 * Units      times are Unix seconds; 0: never, none.
 * Ownership  held_for is static.
 * Errors     seen_load: 1 there is a record, 0 none, -1. seen_save 0/-1.
 * Threads    the thread of the db handle.
 * Source     none; what it is for: engine/watch.h.
 */
#ifndef THUMOI_STORE_SEEN_H
#define THUMOI_STORE_SEEN_H

#include "store/db.h"

struct seen {
	int64_t seen_at;		/* the highest */
	int64_t interval_s;		/* between the last two runs */
	int64_t held_until;
	const char *held_for;		/* "", slept, restored */
	int64_t doubt_until;		/* restored: what was due until then may have gone out */
	int64_t doubted_at;		/* of the last time that it was in doubt */
	int64_t called_in_at;
	int64_t born_at;		/* of the oldest campaign; not saved */
};

int	seen_load(struct db *, struct seen *, struct err *);	/* 0: all zero */
int	seen_save(struct db *, const struct seen *, struct err *);

#endif
