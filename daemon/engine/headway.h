/*
 * headway.h - how far a wave is: its invites by state and by mail domain,
 * how fast it goes, what is due next, what rests or was stopped.
 *
 * One pass over the invites of the wave, in short reads (store/glance.h):
 * whoever sends is not disturbed. What a pass found is all there is to know:
 * how fast it goes is told by the moments at which invites came to their end,
 * so that the first look knows it as well as the hundredth, and a dispatcher
 * in another process is seen, too.
 *
 * Units      *_at Unix seconds; per_minute messages accepted, refused or
 *            uncertain, over the last HEADWAY_RATE_S seconds.
 * Ownership  headway_release; texts lie in it. May be used for look after
 *            look: each forgets the one before.
 * Errors     -1.
 * Threads    the thread of the db handle, outside a transaction.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_HEADWAY_H
#define THUMOI_ENGINE_HEADWAY_H

#include "store/glance.h"

#define HEADWAY_RATE_S 20

enum headway_stop { HEADWAY_GOES, HEADWAY_NOTED, HEADWAY_STOPPED };	/* noted: with `stops = observe` */

struct headway_domain {
	const char *name;
	int64_t open, accepted, deferred, refused;	/* open: as below; the deferred are among them */
	int64_t rest_until_at;				/* 0: it does not rest */
	const char *rest_reason;			/* its reply, addresses masked */
	enum headway_stop stop;
};

struct headway {
	int64_t counts[INVITE_STATES];
	int64_t open;			/* planned, sending or deferred */
	int64_t due;			/* of them planned or deferred, and it is time */
	int64_t next_due_at;		/* of those whose time comes, the first; 0: none */
	int64_t per_minute;		/* -1: nothing moved */
	int64_t left_s;			/* until no invite is open, if it goes on like this; -1: unknown */
	int64_t resting;		/* domains with open invites that rest */
	enum headway_stop stop;	/* of the whole wave */
	struct headway_domain *domains;
	size_t n_domains;

	/* For headway.c. */
	size_t cap_domains, n_places;
	uint32_t *places;		/* by hash of the name: index + 1 into domains, 0 free */
	struct arena arena;
	int64_t now;
	int64_t recent, recent_since;	/* messages that ended within the window; when the first did */
	bool older;			/* others ended before */
};
#define HEADWAY_INIT { .domains = NULL }

/* For qsort of domains: where most is to be done, then where most was refused. */
int	headway_by_need(const struct headway_domain *, const struct headway_domain *);
/* now_ms: clock_ms(). */
int	headway_look(struct headway *, struct db *, int64_t wave, int64_t now_ms, struct err *);
void	headway_release(struct headway *);

#endif
