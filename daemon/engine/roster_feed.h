/*
 * roster_feed.h - rows are read and judged on one thread, stored on another.
 *
 * Two batches go to and fro: the reader fills one while the importer stores
 * the other.
 *
 * Units      none.
 * Ownership  a row belongs to the feed until the next feed_next.
 * Errors     those of roster_next, handed over.
 * Threads    feed_* are the importer's; the reader given to feed_start
 *            belongs to the feed's thread until feed_stop.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_ROSTER_FEED_H
#define THUMOI_ENGINE_ROSTER_FEED_H

#include "base/token.h"
#include "engine/roster_read.h"

struct roster_feed;

struct feed_row {
	struct read_row r;
	char token[TOKEN_LEN + 1];	/* for a new person */
};

struct roster_feed *feed_start(struct roster_reader *);
int	feed_next(struct roster_feed *, struct feed_row **, struct err *);	/* 1 row, 0 end, -1 */
void	feed_stop(struct roster_feed *);					/* NULL is fine; also early */

#endif
