/*
 * wave_log.h - what was done with the waves, what was left out, and why.
 *
 * what         n         reason (detail)
 * applied      changes   the plan was changed
 * begun        planned   the wave's time has come; operator: run by hand
 * planned      planned   people who came in later; operator
 * readdressed  people    their address proved dead, the next one takes its place
 * left_out     people    why: words of eligible_key (an account of everybody who is not planned)
 * skipped                the wave will not run: over, overtaken (wave), perhaps_run, closed
 * paused                 operator, bounces, complaints (words)
 * resumed                (domain)
 * closed       accepted  the wave's time is over; of a campaign: the campaign's
 * held                   nothing is done for a while: clock_back (time), slept (time), restored (time)
 * released               it goes on: by_time, by_operator
 * doubted      invites   restored: they may have gone out
 * failed                 (why) it could not be planned
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller; those handed over are bound, not kept.
 * Errors     lookups 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_WAVE_LOG_H
#define THUMOI_STORE_WAVE_LOG_H

#include "store/db.h"

struct wave_entry {
	int64_t id, at;
	int64_t campaign;		/* 0: it concerns all */
	const char *wave;		/* "": the campaign */
	const char *what;
	int64_t n;
	const char *reason, *detail;	/* "" */
};

int	wave_log_add(struct db *, const struct wave_entry *, struct err *);
/* The first one after `after` that concerns the campaign (0: any), and the wave (NULL: any). */
int	wave_log_next(struct db *, struct arena *, int64_t after, int64_t campaign, const char *wave, struct wave_entry *,
	    struct err *);
/* The last one of that kind; reason NULL: any. */
int	wave_log_last(struct db *, struct arena *, int64_t campaign, const char *wave, const char *what, const char *reason,
	    struct wave_entry *, struct err *);
int	wave_log_end(struct db *, int64_t *id, struct err *);	/* of the last one; 0: there is none */

#endif
