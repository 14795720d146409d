/*
 * meters.h - what this process has done, counted while it happens.
 *
 * Plain atomics: whoever does the work adds to them without a lock, three
 * additions a message; web/metrics.h shows them. Each is right by itself;
 * two of them may be a message apart. They count from the start of the
 * process and never go back, whatever is loaded again meanwhile.
 *
 * Relays and web routes have names, and a fixed number of places: what comes
 * later than the last place is counted together, as "other".
 *
 * Units      milliseconds; *_at Unix seconds; 0: never.
 * Ownership  the caller's, ready when zeroed and meters_start was called; it
 *            must outlive all who count.
 * Errors     none. A NULL meters: nobody counts.
 * Threads    meters_attempt, _relay_down, _turn: the dispatcher, one at a time
 *            in a process. meters_inbound: who reads the mailbox. The others,
 *            and reading: any.
 * Source     Prometheus, "Instrumentation" (counters, no locks where it is hot).
 */
#ifndef THUMOI_ENGINE_METERS_H
#define THUMOI_ENGINE_METERS_H

#include <stdatomic.h>

#include "engine/inbound.h"
#include "mail/smtp.h"

#define METERS_RELAYS 16
#define METERS_ROUTES 40
#define METERS_BUCKETS 15
#define METERS_VERDICTS 4		/* SMTP_ACCEPTED to SMTP_UNCERTAIN */

typedef _Atomic uint64_t meter;

enum meters_relay_state { RELAY_UNTRIED, RELAY_UP, RELAY_DOWN };
enum meters_fate { FATE_MATCHED, FATE_UNMATCHED, FATE_FORGED, FATE_KNOWN, METERS_FATES };
/* Who has trouble with the store. */
enum meters_user {
	USES_STORE_DISPATCH = 1, USES_STORE_INBOUND = 2, USES_STORE_METRICS = 4, USES_STORE_PROBES = 8, USES_STORE_LETTERS = 16,
	USES_STORE_CRON = 32, USES_STORE_SURVEYS = 64, USES_STORE_WEBHOOKS = 128,
};

struct meters_relay {
	char name[128];			/* [n] written before n_relays counts it, constant then */
	meter attempts[METERS_VERDICTS];
	atomic_int state;
};

struct meters_route {
	_Atomic(const char *) pattern;	/* static; NULL: the place is free */
	meter requests[5];		/* 1xx to 5xx */
};

struct meters {
	int64_t started_at;		/* [c] */
	atomic_size_t n_relays;
	struct meters_relay relays[METERS_RELAYS + 1];	/* the last: other */
	meter durations[METERS_BUCKETS + 1];	/* attempts that took as long as the bucket at most; the last: longer */
	meter durations_ms;
	meter in_flight;		/* claimed and not yet recorded */
	atomic_bool dispatching;
	_Atomic int64_t turn_at;	/* of the dispatcher */
	atomic_uint store_trouble;	/* enum meters_user, or-ed */
	meter inbound[METERS_FATES];
	_Atomic int64_t inbound_ok_at;
	struct meters_route routes[METERS_ROUTES + 1];	/* the last: other */
};

/* Upper bounds of the buckets, in ascending order. */
extern const int64_t meters_bucket_ms[METERS_BUCKETS];
extern const char *const meters_fate_names[METERS_FATES];

void	meters_start(struct meters *, int64_t now);

/* An attempt that is in the store; SMTP_UNTRIED is none. */
void	meters_attempt(struct meters *, const char *relay, enum smtp_verdict, int64_t duration_ms);
void	meters_relay_down(struct meters *, const char *relay);	/* up again with its next attempt */
void	meters_turn(struct meters *, int64_t now, size_t in_flight, bool store_trouble);
void	meters_dispatching(struct meters *, bool begins);

void	meters_inbound(struct meters *, const struct inbound_tally *);
void	meters_inbound_ok(struct meters *, int64_t now);		/* the mailbox was read to its end */
/* pattern: static, the route's; "-": none. */
void	meters_request(struct meters *, const char *pattern, int status);
void	meters_store(struct meters *, enum meters_user, bool trouble);

#endif
