/*
 * route.h - the relays a dispatcher may use: whom a message goes through, and
 * which of them rests.
 *
 *	routes_open(&rs, conf, url, connections)    the relays, from the settings, the relay file or one URL
 *	routes_start(&rs, gate, done)               their queues and couriers
 *	n = routes_wanted(&rs)                      a turn: how many to claim for them
 *	routes_turn(&rs, ...)                       ... what their limits leave of it, before the first is claimed
 *	routes_choose(&rs, db, invite, ..., &r)     whom a message goes through; then gate_ask, and if it may go:
 *	routes_take(&rs, r, ...)
 *	routes_put(&rs, job)                        to the couriers of job->route
 *	routes_heard(&rs, job)                      its outcome is in the store: what does it say of the relay?
 *
 * By weight, in turn, among the relays that let us in and whose limits allow
 * it; a standby relay only while all others rest. Who was deferred goes
 * through the same relay again: greylisting knows us by its address. A relay
 * that gets behind with its share is left out until its queue is shorter.
 *
 * A relay that does not let us in - so many conversations in a row, or with
 * others at hand one STARTTLS or AUTH - rests: what waits for it comes back
 * untried, and goes through another (routes_onward). It is tried with one
 * message when nobody carries one, with several relays after 1, 2, 4 ... 60
 * seconds. When all rest, all are down, and the dispatcher waits or gives up.
 *
 * Units      *_us is clock_mono_us(), *_ms clock_ms() or a duration.
 * Ownership  routes_release, after routes_join; the gate and `done` are
 *            borrowed until then. A job borrows its route.
 * Errors     routes_open: as relay_new, and the relay file's; -1 from the store.
 * Threads    dispatcher only, but for the couriers and queues inside.
 * Source     smooth weighted round robin is nginx's; the rests are Postfix's
 *            dead destinations.
 */
#ifndef THUMOI_ENGINE_ROUTE_H
#define THUMOI_ENGINE_ROUTE_H

#include "base/conf.h"
#include "engine/courier.h"
#include "engine/gate.h"
#include "store/invite.h"

struct route {
	struct relay *relay;
	const char *name;
	uint32_t key;			/* of the name, for the journal */
	int64_t weight;
	bool standby;
	int connections;
	struct workq *todo;
	struct couriers *couriers;
	struct gate_scope *scope;	/* its limit; NULL: none */
	/* whose turn it is */
	int64_t credit;
	size_t claimed;			/* jobs that have this route and are not settled */
	bool open;			/* may get messages in this turn */
	int64_t mean_ms;		/* of a message, smoothed */
	int64_t moved_us;		/* its last outcome, or the first job after none */
	/* does it let us in? */
	int streak;			/* conversations in a row that did not get in */
	bool locked_out;		/* at STARTTLS or AUTH */
	bool probing;			/* it rests, and one message tries it */
	int64_t rests_since_us;		/* 0: it works */
	int64_t probe_at_us, probe_wait_us;
	char trouble[300];
};

struct routes {
	struct route *route;
	size_t n;
	struct workq *done;		/* of all couriers */
	struct gate *gate;
	struct route *by_weight;	/* the last choice, when it was one by weight */
	struct route *troubled;		/* the last that did not let us in */
	size_t up, weighted_up;		/* do not rest */
	int64_t down_since_us;		/* all rest; 0: they do not */
	bool reached;			/* some message was tried in this run */
	int connections;		/* of those that get messages in this turn */
	size_t depth;			/* how far to claim ahead: as much as is carried in some hundredths of a second */
	int64_t claimed_us;		/* the last routes_claimed */
	struct arena arena;
};

int	routes_open(struct routes *, const struct conf *, const char *url, int connections, struct err *);
int	routes_start(struct routes *, struct gate *, struct workq *done, struct err *);
void	routes_stop(struct routes *);		/* the couriers end after the message at hand */
int	routes_running(const struct routes *);	/* couriers */
void	routes_join(struct routes *);
void	routes_release(struct routes *);

/* How many to claim for the relays as they are now; 0: enough is under way. */
size_t	routes_wanted(struct routes *);
int	routes_turn(struct routes *, int64_t now_ms, size_t *most, int64_t *due_at, struct err *);	/* as gate_open */
/*
 * What the turn has claimed is about to be put in. Couriers who had run out of
 * work get more the next time; who took a second for it get less, as a claim ages.
 */
void	routes_claimed(struct routes *);
/* For gate_ask; *out NULL: nobody can take it now. Its limit may still say later. */
int	routes_choose(struct routes *, struct db *, struct arena *, const struct invite *, int64_t now_ms,
	    struct route **out, struct err *);
void	routes_take(struct routes *, struct route *, int64_t now_ms);
void	routes_undo(struct route *);		/* the turn failed */

/*
 * Another relay for a job that came back untried, its limit taken: for job->onward. NULL: nobody can take it now.
 * When the turn is committed routes_onward_take puts the job there, with a journal slot of its own.
 */
struct route *routes_onward(struct routes *, const struct job *, int64_t now_ms);
void	routes_onward_undo(struct routes *, struct job *);
void	routes_onward_take(struct routes *, struct job *);

void	routes_put(struct routes *, struct job *);	/* into the queue of its route; back, when that has begun to rest */
size_t	routes_ahead(const struct routes *);	/* jobs in the queues */
struct job *routes_take_all(struct routes *);	/* who waits in the queues */
/* Untried, through `done`: for whoever settles outcomes. */
void	routes_call_back(struct routes *, struct job *list);
void	routes_heard(struct routes *, const struct job *);

/* All have been down for too long to go on in the foreground. */
bool	routes_hopeless(const struct routes *, int64_t unreached_most_s);
struct route *routes_by_key(const struct routes *, uint32_t key);	/* NULL: none of ours */

#endif
