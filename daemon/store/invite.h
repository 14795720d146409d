/*
 * invite.h - waves, invites and attempts in the store.
 *
 *                 plan_wave()                      wave passed, answered, opted out
 *                     |                                      |
 *                     v            invite_claim()            v
 *                 PLANNED -----------------------------> CANCELLED
 *                  |    ^                                 ^    ^
 *  invite_claim()  |    | nothing went out                |    |
 *                  v    |                                 |    |
 *                 SENDING --- answered or opted out ------+    |
 *                  | | | \      when it was claimed            |
 *                  | | |  \--- 4yz; nothing went out --> DEFERRED
 *                  | | |  <-------- invite_claim() -----/   |  ^
 *     250 after    | | |                                    |  |
 *     the dot      | | \ 5yz               past expires_at  |  | policy
 *                  v |  v                                   v  | resend
 *           ACCEPTED |  REFUSED                       EXPIRED  |
 *                    v                                         |
 *     line dropped after the dot, or found at start:           |
 *                 UNCERTAIN -----------------------------------+
 *                     (policy hold: stays)
 *
 *   invite_readdress(): ACCEPTED, REFUSED, UNCERTAIN, EXPIRED --> PLANNED, when
 *   the address proved dead and the person has another one.
 *   invite_doubt(): PLANNED, DEFERRED, SENDING --> UNCERTAIN, all of a wave, in
 *   a store restored from a backup: they may have gone out since.
 *
 * `sending` is committed before the first octet goes out, with the number of
 * the dispatcher run that claimed it: after a crash that is the list of those
 * to look at (engine/journal.h tells which of them were under way).
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
	const char *kind;			/* invitation, reminder, thanks, notice */
	int64_t position;			/* in the plan of its campaign, from 1; 0: made by hand */
	const char *at_text, *end_text;		/* not_before and not_after as written; "" */
	const char *quiet_hours;		/* 18:00-07:30, none; "": as set */
	const char *working_days;		/* yes, no; "": as set */
	const char *other_template;		/* for those whose mail is probably filtered; "" */
	const char *second_address;		/* probable-spam; "" */
	int64_t begun_at, closed_at, planned_at;	/* 0: not yet */
	int64_t planned_evidence;
};

struct invite {
	int64_t id, wave, contact;
	const char *email;
	enum invite_state state;
	int64_t due_at, expires_at;		/* expires_at 0: not tried yet */
	int attempts;				/* how many have begun */
	int64_t claimed_by;			/* 0: nobody yet */
	bool variant;				/* made of the wave's other template */
};

struct attempt {
	int64_t invite;
	int n;
	int64_t at;
	const char *relay, *command;		/* CONNECT EHLO STARTTLS AUTH MAIL RCPT DATA DOT; COMPOSE: not made */
	int code;
	const char *enhanced, *text;
	int64_t duration_ms;
	const char *verdict;			/* accepted, deferred, refused, uncertain */
	const char *category;			/* "" when accepted */
};

/* Whom a claimed invite goes to, as of now. */
struct recipient {
	const char *name, *token, *unit_name, *sub_unit, *position;
	unsigned answered;		/* bit i: instrument i (by position, from 0) */
	bool stopped;			/* opted out, complained, or not mailable any more */
};

/* due_at of an invite whose domain was stopped: not before somebody resumes it. */
#define INVITE_PARKED_AT INT64_C(253402300799)

const char *invite_state_name(enum invite_state);

int	wave_insert(struct db *, struct wave *, struct err *);	/* fills id; kind NULL becomes notice, later texts "" */
int	wave_update(struct db *, const struct wave *, struct err *);	/* all that a plan says; not its state, nor what became of it */
int	wave_delete(struct db *, int64_t wave, struct err *);	/* one that never began */
int	wave_set_begun(struct db *, int64_t wave, int64_t at, struct err *);
int	wave_set_closed(struct db *, int64_t wave, int64_t at, struct err *);
/* One that was passed over is planned again; one that was under way goes on. */
int	wave_reopen(struct db *, int64_t wave, struct err *);
/* Everybody was looked at; evidence up to that row was known. */
int	wave_set_planned(struct db *, int64_t wave, int64_t at, int64_t evidence, struct err *);
int	wave_find(struct db *, struct arena *, int64_t campaign, const char *name, struct wave *, struct err *);
int	wave_by_id(struct db *, struct arena *, int64_t id, struct wave *, struct err *);
int	wave_set_state(struct db *, int64_t wave, const char *state, struct err *);
/* The first wave after `after` in that state (NULL: in any), of a campaign (0: of all). */
int	wave_next(struct db *, struct arena *, int64_t after, int64_t campaign, const char *state, struct wave *, struct err *);

/* One invite for each contact given; contacts that have one already are left alone. 1 made, 0 was there. */
int	invite_plan(struct db *, int64_t wave, int64_t contact, const char *email, int64_t due_at, struct err *);
int	invite_vary(struct db *, int64_t wave, int64_t contact, struct err *);	/* it is made of the wave's other template */
/* Planned anew for the person's next address; where it went before is kept. */
int	invite_readdress(struct db *, int64_t id, const char *email, bool variant, int64_t due_at, struct err *);
/* Where the message of that attempt went (0: of the last one). 1, 0, -1. */
int	invite_email_at(struct db *, struct arena *, int64_t id, int attempt, const char **email, struct err *);
/* Open invites of the wave that were due until then: they may have gone out. *n of them. */
int	invite_doubt(struct db *, int64_t wave, int64_t until, int64_t *n, struct err *);
/* What is planned or deferred of a wave that is over. */
int	invite_cancel_open(struct db *, int64_t wave, struct err *);
/* When the person last got a message of another wave, or may have; 0: never. */
int	invite_last_of(struct db *, int64_t invite, int64_t contact, int64_t *at, struct err *);
/*
 * Up to `most` due invites of a wave (0: of every running wave, one wave
 * after the other) become `sending`, attempts + 1, claimed by that run.
 */
int	invite_claim(struct db *, struct arena *, int64_t wave, int64_t now, int64_t run, struct invite *out,
	    size_t most, size_t *n, struct err *);
int	invite_recipient(struct db *, struct arena *, const struct invite *, struct recipient *, struct err *);
/* due_at, expires_at 0: as they are. */
int	invite_move(struct db *, int64_t id, enum invite_state from, enum invite_state to, int64_t due_at,
	    int64_t expires_at, struct err *);
/* Claimed, but nothing went out: back to planned or deferred, the attempt does not count. */
int	invite_give_back(struct db *, int64_t id, struct err *);
/* Claimed, but it is not its turn: the same, due at another moment. */
int	invite_put_off(struct db *, int64_t id, int64_t due_at, struct err *);
/* Planned invites of the wave that were put off become due at `now` again. */
int	invite_call_in(struct db *, int64_t wave, int64_t now, bool parked, struct err *);
/* Messages of other waves that reached an address since then. */
int	invite_others_since(struct db *, int64_t invite, const char *email, int64_t since, int64_t *n, struct err *);
/* Messages of the wave that a relay took for a mail domain since then. */
int	invite_accepted_since(struct db *, int64_t wave, const char *domain, int64_t since, int64_t *n, struct err *);
int	wave_has_others(struct db *, int64_t wave, struct err *);	/* 1: another wave has begun, 0, -1 */
int	invite_by_id(struct db *, struct arena *, int64_t id, struct invite *, struct err *);
/* Invites in a state with id > after, oldest first; state planned, sending, deferred or uncertain. */
int	invite_list(struct db *, struct arena *, int64_t wave, enum invite_state, int64_t after, struct invite *out,
	    size_t most, size_t *n, struct err *);
/* Deferred invites past their expiry. */
int	invite_overdue(struct db *, struct arena *, int64_t wave, int64_t now, struct invite *out, size_t most,
	    size_t *n, struct err *);
int	invite_next_due(struct db *, int64_t wave, int64_t *due_at, struct err *);	/* 1 there is one, 0 none */
int	invite_any_open(struct db *, int64_t wave, struct err *);	/* planned, sending or deferred: 1, 0 */
int	attempt_insert(struct db *, const struct attempt *, struct err *);
/* The eleven values of a row, in the order of the columns of `attempt`; letter_attempt has the same. */
void	attempt_bind(struct stmt *, const struct attempt *);
/* The last attempt of an invite. */
int	attempt_last(struct db *, struct arena *, int64_t invite, struct attempt *, struct err *);
int	attempt_count(struct db *, int64_t invite, const char *verdict, int64_t *n, struct err *);
/* Invites of the wave in each state. */
int	invite_counts(struct db *, int64_t wave, int64_t counts[INVITE_STATES], struct err *);
/* Refused invites of the wave by the category of their last attempt, largest first, until it returns non-zero. */
int	invite_refused_by(struct db *, int64_t wave, int (*each)(const char *category, int64_t n, void *), void *,
	    struct err *);

#endif
