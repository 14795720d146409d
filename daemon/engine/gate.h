/*
 * gate.h - who may go now: the limits of the pace file and what the domains
 * have answered, asked once for each claimed invite.
 *
 *	gate_open(g, now_ms, &most, &due_at)
 *	                                 a turn begins: most is what the relay's limits leave
 *	gate_ask(g, wave, email, now_ms, seat, &due_at)
 *	                                 GATE_GO: claim it; GATE_LATER: put it off to due_at
 *	gate_save(g)                     before the commit: what is left in the buckets
 *	gate_enter(g, job)               true: into the queue now; false: kept until there is a connection
 *	gate_leave(g, job)               its outcome is in the store; gives who goes now in its place
 *	gate_heed(g, job, verdict)       what it says about its domain (heed.c); a ramp goes on
 *
 * A domain without a limit and without a record of trouble costs one look-up
 * and has no entry. Nobody starves: who may not go is given a moment of its
 * own and leaves the head of the line to the others. Buckets are read again
 * in each turn, so that several dispatchers on one store share them.
 *
 * Units      *_ms clock_ms(), *_at Unix seconds.
 * Ownership  gate_free; jobs borrow their seat until gate_leave.
 * Errors     -1 from the store. A NULL gate lets everybody pass.
 * Threads    dispatcher only.
 * Source     Postfix's queue manager: concurrency and rest per destination.
 */
#ifndef THUMOI_ENGINE_GATE_H
#define THUMOI_ENGINE_GATE_H

#include "base/conf.h"
#include "engine/hashset.h"
#include "engine/limits.h"
#include "engine/workq.h"
#include "mail/classify.h"
#include "store/pace.h"

#define GATE_DOMAINS_MOST 65536

struct gate_scope {			/* one limit, and who is under way within it */
	const char *name;		/* of its row in the store */
	struct pace pace;
	int64_t connections;		/* 0: not limited */
	int64_t claimed, going;		/* jobs that have a seat; those of them in the queue or with a courier */
	int64_t ramp_first, usual;	/* a new sender's messages on day 1 (0: no ramp), and the limit of a day afterwards */
	struct ramp ramp;		/* as the store knows it */
	int ramp_day;			/* for which the limit of the day holds; 0: not known yet */
	int64_t grows_ms;		/* when it will be more; 0: never */
	struct job *held, **held_tail;	/* wait for a connection */
	int64_t mean_ms;		/* of a message, smoothed */
	int64_t later_ms;		/* the last moment given to one without a seat */
	uint64_t turn;			/* when the buckets were last read from the store */
	bool dirty;
	struct gate_scope *next, *next_dirty;
};

struct gate_domain {			/* with a limit of its own, or a record of trouble */
	struct gate_domain *next;	/* in its hash chain */
	const char *name;
	struct gate_scope *scope;	/* NULL: not limited */
	int64_t claimed;
	int64_t rest_until_at;		/* 0: it does not rest */
	int rests;			/* in a row; > 0: one at a time until an answer is better */
	int slow;			/* answers in a row that ask for less */
	uint32_t *said;			/* the last outcomes: hash of a refusal's words, 0 another outcome */
	int said_at, said_n;
};

struct gate {
	struct db *db;
	const struct conf *conf;
	struct limits limits;
	struct arena arena;
	struct gate_scope *relay;	/* of the relay that gate_ask is about; NULL: not limited */
	struct gate_scope **of_rule;	/* shared ones, by rule */
	struct gate_scope *scopes, *dirty;
	struct gate_domain *chain[1024];
	size_t n_domains, n_held;
	struct hashset parked;		/* domains of waves that were stopped */
	uint64_t turn;
	bool recall;			/* some who are in the queue should not go: gate_shut tells which */
};

enum gate_answer { GATE_GO, GATE_LATER };

int	gate_new(struct gate **, struct db *, const struct conf *, const char *relay, struct err *);
void	gate_free(struct gate *);		/* frees held jobs too */

/* With several relays (route.c): the limit of one, kept by the gate. NULL: not limited. */
struct gate_scope *gate_relay(struct gate *, const char *name);
int	gate_relay_open(struct gate *, struct gate_scope *, int64_t now_ms, size_t *most, int64_t *due_at, struct err *);
int64_t	gate_relay_wait(const struct gate_scope *, int64_t now_ms);	/* 0: one more may go, else ask again in so long */
void	gate_relay_take(struct gate *, struct gate_scope *, int64_t now_ms);

/* A turn begins: *most becomes what the relay's limits leave; 0: nothing before *due_at. */
int	gate_open(struct gate *, int64_t now_ms, size_t *most, int64_t *due_at, struct err *);
int	gate_ask(struct gate *, int64_t wave, const char *email, int64_t now_ms, struct gate_seat *, int64_t *due_at,
	    struct err *);
void	gate_undo(struct gate *, const struct gate_seat *);	/* the turn failed */
int	gate_save(struct gate *, struct err *);

bool	gate_enter(struct gate *, struct job *);
struct job *gate_leave(struct gate *, struct job *);	/* NULL: nobody waits */
struct job *gate_take_held(struct gate *);		/* all that wait, for giving them back */
bool	gate_shut(const struct gate *, const struct job *, int64_t now);	/* its domain rests or was stopped since */

/* Which domains of a wave are stopped, read again; first: forget what was. */
void	gate_unpark(struct gate *);
int	gate_park_wave(struct gate *, int64_t wave, struct err *);

/* Within the caller's transaction. */
int	gate_heed(struct gate *, const struct job *, const struct verdict *, struct err *);
/* A domain refuses the wave, or only its content: recorded (or noted), and nothing more goes there. Within a transaction. */
int	gate_stop(struct gate *, struct stop *, bool content, struct err *);
/* The words of a reply without what differs from one message to the next. */
uint32_t gate_words(int code, const char *text);
/* For heed.c, wall.c and tests. */
int	gate_grow(struct gate *, const struct job *, struct err *);	/* its message was accepted */
struct gate_domain *gate_domain(struct gate *, const char *name, bool make);
void	gate_park(struct gate *, int64_t wave, const char *domain);
bool	gate_parked(const struct gate *, int64_t wave, const char *domain);

#endif
