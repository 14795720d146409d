/*
 * ramp.h - a new sender begins small, and may send twice as much each day.
 *
 *	gmail.com  5000/day ramp 100      day 1: 100, day 2: 200, ... day 7: 5000
 *
 * A day is 24 hours, counted from the first message that was accepted. Who
 * sent nothing for RAMP_IDLE_S is new again. How the messages of a day are
 * spread over it is the business of pace.h.
 *
 * Units      *_at is Unix seconds; limits are messages a day.
 * Ownership  embedded by the caller; allocates nothing.
 * Errors     none; a limit of 0 means "not limited".
 * Threads    pure.
 * Source     M3AAWG Sender Best Common Practices for beginning with small
 *            volumes; thirty days is what sending services advise.
 */
#ifndef THUMOI_ENGINE_RAMP_H
#define THUMOI_ENGINE_RAMP_H

#include <stdbool.h>
#include <stdint.h>

#define RAMP_DAY_S 86400
#define RAMP_IDLE_S (30 * RAMP_DAY_S)
#define RAMP_MOST 1000000		/* a day; whoever may send so much is new no more */

struct ramp { int64_t began_at, last_at; };	/* 0, 0: nothing was accepted yet */

int	ramp_day(const struct ramp *, int64_t now);		/* 1, 2, ...; 1 too when it begins anew */
/* On that day: `first` on day 1, never more than `usual`, the limit of its line (0: none). */
int64_t	ramp_limit(int64_t first, int64_t usual, int day);
int64_t	ramp_grows_at(const struct ramp *, int64_t now);	/* when the next day begins */
/* A message was accepted. true: worth storing; that is once an hour, and once a new day. */
bool	ramp_note(struct ramp *, int64_t at);

#endif
