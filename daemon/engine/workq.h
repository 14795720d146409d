/*
 * workq.h - jobs on their way to the couriers, and back as outcomes.
 *
 * One struct job is both: the dispatcher fills the upper half and puts it
 * into `todo`; a courier takes it, fills the lower half and puts it into
 * `done`. A queue guards its list; a job belongs to whoever took it out.
 *
 * Units      wait_ms is real time.
 * Ownership  job_free frees a job with its texts.
 * Errors     none; no room for a queue means die().
 * Threads    any; workq_take in a fiber lets the others of its thread go on.
 *            workq_fd becomes readable when something is put in,
 *            workq_urgent_fd when something urgent is; only the reader of
 *            `done` uses them.
 * Source     the queues of Postfix's queue manager, in one process.
 */
#ifndef THUMOI_ENGINE_WORKQ_H
#define THUMOI_ENGINE_WORKQ_H

#include "engine/message.h"
#include "mail/smtp.h"

struct journal_slot;
struct gate_scope;
struct gate_domain;
struct route;

/* What a job occupies while it is under way; engine/gate.h. */
struct gate_seat {
	struct gate_scope *scope, *relay;	/* NULL: not limited */
	struct gate_domain *domain;	/* NULL: nothing is known of it */
	bool going;			/* handed to the couriers */
};

struct job {
	struct job *next;		/* [q] of the queue it is in */
	/* filled by the dispatcher */
	int64_t invite, wave, contact, expires_at;
	int attempt;
	const char *email;		/* in `texts`, as all of `to` */
	const struct message_maker *maker;	/* shared, lives as long as the dispatcher */
	struct message_to to;
	struct journal_slot *slot;
	struct gate_seat seat;
	struct route *route;		/* whom it goes through; NULL: not known any more */
	struct route *onward;		/* in a turn: it was not let in there, and goes through this one */
	/* filled by the courier */
	enum smtp_verdict verdict;
	const char *command;		/* static */
	int code;
	char enhanced[12];
	char *text;			/* malloc'd */
	int64_t duration_ms, at;
	char texts[];
};

struct workq;

void	job_free(struct job *);

struct workq *workq_new(void);
void	workq_free(struct workq *);			/* frees the jobs left in it */
void	workq_put(struct workq *, struct job *);
void	workq_put_urgent(struct workq *, struct job *);	/* the reader should not let others gather for long */
/* The oldest job; NULL when none came within wait_ms, or the queue was closed. */
struct job *workq_take(struct workq *, int wait_ms);
struct job *workq_take_all(struct workq *);		/* the whole list, oldest first */
void	workq_close(struct workq *);			/* wakes everybody; take gives NULL from now on, take_all still works */
size_t	workq_len(struct workq *);
int	workq_idle(struct workq *);			/* how many wait in workq_take */
int	workq_fd(const struct workq *);
int	workq_urgent_fd(const struct workq *);

#endif
