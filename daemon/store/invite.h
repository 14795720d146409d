/*
 * invite.h - waves, invites and attempts in the store.
 *
 *                 plan_wave()                      wave passed, answered, opted out
 *                     |                                      |
 *                     v            invite_claim()            v
 *                 PLANNED -----------------------------> CANCELLED
 *                     |                                      ^
 *     invite_claim()  |      +--- 4yz, no connection ---+    |
 *                     v      v                          |    |
 *                 SENDING <---- invite_claim() ---- DEFERRED-+
 *                     |  \  \                           ^  \
 *        250 after    |   \  \__ outcome 4yz -----------+   \__ past expires_at
 *        the dot      |    \                                     \
 *                     v     \__ outcome 5yz                       v
 *                 ACCEPTED       |                            EXPIRED
 *                                v
 *                             REFUSED
 *     SENDING -- line dropped after the dot, or found at start --> UNCERTAIN
 *     UNCERTAIN -- policy resend --> SENDING; policy hold: stays
 *
 * `sending` is committed before the first octet goes out: after a crash that
 * is the list of the uncertain.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups 1/0/-1, others 0/-1. invite_move: PANIC for a move the
 *            table forbids, ERR_STORE when the store was elsewhere.
 * Threads    the thread of the db handle.
 * Source     RFC 5321 4.5.4.1 for retrying.
 */
#ifndef THUMOI_STORE_INVITE_H
#define THUMOI_STORE_INVITE_H

#include "store/db.h"

enum invite_state {
	INVITE_PLANNED, INVITE_SENDING, INVITE_ACCEPTED, INVITE_DEFERRED,
	INVITE_REFUSED, INVITE_UNCERTAIN, INVITE_EXPIRED, INVITE_CANCELLED,
	INVITE_STATES
};

struct wave {
	int64_t id, campaign;
	const char *name, *template, *audience;
	int64_t not_before, not_after;		/* 0: none */
	const char *uncertain;			/* resend, hold */
	const char *state;			/* planned, running, paused, done */
};

struct invite {
	int64_t id, wave, contact;
	const char *email;
	enum invite_state state;
	int64_t due_at, expires_at;		/* expires_at 0: not tried yet */
	int attempts;				/* how many have begun */
};

struct attempt {
	int64_t invite;
	int n;
	int64_t at;
	const char *relay, *command;		/* CONNECT EHLO STARTTLS AUTH MAIL RCPT DATA DOT */
	int code;
	const char *enhanced, *text;
	int64_t duration_ms;
	const char *verdict;			/* accepted, deferred, refused, uncertain */
	const char *category;			/* "" when accepted */
};

const char *invite_state_name(enum invite_state);

int	wave_insert(struct db *, struct wave *, struct err *);	/* fills id */
int	wave_find(struct db *, struct arena *, int64_t campaign, const char *name, struct wave *, struct err *);
int	wave_by_id(struct db *, struct arena *, int64_t id, struct wave *, struct err *);
int	wave_set_state(struct db *, int64_t wave, const char *state, struct err *);

/* One invite for each contact given; contacts that have one already are left alone. 1 made, 0 was there. */
int	invite_plan(struct db *, int64_t wave, int64_t contact, const char *email, int64_t due_at, struct err *);
/* Up to `most` due invites of a wave (0: of every running wave) become `sending`, attempts + 1. */
int	invite_claim(struct db *, struct arena *, int64_t wave, int64_t now, struct invite *out, size_t most,
	    size_t *n, struct err *);
int	invite_move(struct db *, int64_t id, enum invite_state from, enum invite_state to, int64_t due_at,
	    int64_t expires_at, struct err *);
int	invite_by_id(struct db *, struct arena *, int64_t id, struct invite *, struct err *);
int	attempt_insert(struct db *, const struct attempt *, struct err *);
/* Invites of the wave in each state. */
int	invite_counts(struct db *, int64_t wave, int64_t counts[INVITE_STATES], struct err *);

#endif
