/*
 * pace.h - what a dispatcher must remember beyond its own life: buckets,
 * ramps, rests, stops.
 *
 * Units      at, until_at are Unix seconds; stamp_ms milliseconds.
 * Ownership  texts lie in the arena of the caller; those handed to a
 *            function are bound, not kept.
 * Errors     lookups 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_PACE_H
#define THUMOI_STORE_PACE_H

#include "store/db.h"

#define PACE_CREDITS 3

int	pace_load(struct db *, const char *scope, int64_t credit[PACE_CREDITS], int64_t *stamp_ms, struct err *);
int	pace_save(struct db *, const char *scope, const int64_t credit[PACE_CREDITS], int64_t stamp_ms, struct err *);

/* 1 something was accepted, 0 nothing yet. */
int	ramp_load(struct db *, const char *scope, int64_t *began_at, int64_t *last_at, struct err *);
/* A message was accepted. Another process may have begun the ramp: unless it ended before `idle_since`, that stands. */
int	ramp_save(struct db *, const char *scope, int64_t began_at, int64_t last_at, int64_t idle_since, struct err *);

struct domain_rest {
	const char *domain;
	int64_t until_at, rests;
	const char *reason;
};

/* until_at 0: the domain is well again. */
int	rest_save(struct db *, const struct domain_rest *, struct err *);
/* The first one after `after` (""); ended ones too. */
int	rest_next(struct db *, struct arena *, const char *after, struct domain_rest *, struct err *);

struct stop {
	int64_t id, wave;
	const char *domain;		/* "": the whole wave */
	const char *kind;		/* bounces complaints refusals operator */
	bool observed;			/* noted only */
	int64_t at, n, of;
	const char *text;
	int64_t resumed_at;		/* 0: still so */
};

int	stop_insert(struct db *, struct stop *, struct err *);
int	stop_next(struct db *, struct arena *, int64_t after, int64_t wave, struct stop *, struct err *);
/* The last one of that kind (NULL: of any) for the wave (domain "") or its domain, resumed or not. */
int	stop_last(struct db *, struct arena *, int64_t wave, const char *domain, const char *kind, struct stop *, struct err *);
/* The first one after `after` of a kind in any wave of the campaign, and the wave's name. */
int	stop_next_of(struct db *, struct arena *, int64_t after, int64_t campaign, const char *kind, struct stop *,
	    const char **wave_name, struct err *);
/* What resumed stops of the kind had counted: that is settled. */
int	stop_resumed(struct db *, int64_t wave, const char *kind, int64_t *n, int64_t *of, struct err *);

/* How many messages of a wave did harm. */
struct harm {
	int64_t bounces;		/* their address is proven dead */
	int64_t complaints;
	int64_t came_back;		/* reports of a refusal for a rule or the content; of those that harm_since read */
	int64_t seen;			/* evidence up to this one is counted */
};

int	harm_start(struct db *, struct harm *, struct err *);			/* nothing before now counts */
int	harm_since(struct db *, int64_t wave, struct harm *, struct err *);	/* adds what is new */
int	harm_all(struct db *, int64_t wave, struct harm *, struct err *);	/* counts all again, each message once */

/* A report that a message of the wave, accepted after `since`, was refused later for a rule or its content. */
struct came_back { const char *email, *category, *text; };
/* domain "": any. Until it returns non-zero. */
int	came_back_each(struct db *, int64_t wave, const char *domain, int64_t since,
	    int (*each)(const struct came_back *, void *), void *, struct err *);

/* Ends every stop of the wave (domain NULL) or of one of its domains; *n: how many. */
int	stop_resume(struct db *, int64_t wave, const char *domain, int64_t now, int64_t *n, struct err *);

#endif
