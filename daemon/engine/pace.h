/*
 * pace.h - how fast we may talk to one relay, one recipient domain, or a
 * group of domains.
 *
 * Token buckets, one for each of minute, hour and day. Pure arithmetic: the
 * caller passes the time, so a test can live through a week in a millisecond.
 *
 * A limit of N is never exceeded within its window, wherever the window
 * begins: what a full bucket holds and what flows in during one window are N
 * together. A bucket holds a twentieth of a minute's, a sixtieth of an hour's
 * and a sixth of a day's messages, one at least.
 *
 * pace_book gives each message that may not go now a moment of its own, so
 * that it is looked at once more and not again and again.
 *
 * Units      *_ms is milliseconds of clock_ms(); limits are messages.
 * Ownership  embedded by the caller; allocates nothing.
 * Errors     none; a limit of 0 means "not limited".
 * Threads    dispatcher only.
 * Source     RFC 5321 4.5.4.1 for what to do when the answer is "later".
 */
#ifndef THUMOI_ENGINE_PACE_H
#define THUMOI_ENGINE_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum pace_window { PACE_MINUTE, PACE_HOUR, PACE_DAY, PACE_WINDOWS };

struct pace {
	int64_t limit[PACE_WINDOWS];	/* 0 = not limited; at most PACE_LIMIT_MOST */
	int64_t credit[PACE_WINDOWS];	/* a message costs the window's length in ms */
	int64_t stamp_ms;		/* when the credit was last brought up to date */
	int64_t booked_ms;		/* the last moment given away by pace_book */
};

#define PACE_LIMIT_MOST 10000000

void	pace_init(struct pace *, const int64_t limit[PACE_WINDOWS], int64_t now_ms);	/* full buckets */
bool	pace_limited(const struct pace *);
/* What was left at stamp_ms, as the store remembers it. */
void	pace_restore(struct pace *, const int64_t credit[PACE_WINDOWS], int64_t stamp_ms);
/* Another limit for one window from now on; what is left stays, moments given away are forgotten. */
void	pace_change(struct pace *, enum pace_window, int64_t limit, int64_t now_ms);
/* One message goes now; false: not yet, nothing was taken. */
bool	pace_take(struct pace *, int64_t now_ms);
int64_t	pace_wait_ms(const struct pace *, int64_t now_ms);	/* until pace_take succeeds; 0: now */
/* When the next message in the line may go. */
int64_t	pace_book(struct pace *, int64_t now_ms);

#endif
