/*
 * sending.h - the waves a dispatcher is at work on, each with its campaign
 * and the maker of its messages; and what an outcome does to an invite.
 *
 * Units      times are Unix seconds.
 * Ownership  struct sendings owns its waves until sendings_release; jobs
 *            borrow the makers.
 * Errors     -1; a template that cannot be read is an error of
 *            sending_ready, not of loading.
 * Threads    dispatcher only; the makers inside are read by couriers.
 * Source     RFC 5321 4.5.4.1 (retrying), 4.2.1 (what the digits mean).
 */
#ifndef THUMOI_ENGINE_SENDING_H
#define THUMOI_ENGINE_SENDING_H

#include "engine/calendar.h"
#include "engine/gate.h"
#include "engine/workq.h"
#include "mail/classify.h"
#include "store/campaign.h"
#include "store/invite.h"
#include "store/pace.h"

struct sending {
	struct sending *next;
	struct arena arena;
	struct wave wave;
	struct campaign campaign;
	struct message_maker *maker;	/* NULL until sending_ready */
	struct message_maker *other;	/* of the wave's other template; NULL: it has none */
	int64_t deadline;
	struct calendar calendar;	/* its own hours, or those of the settings */
	unsigned asks;			/* forms it is about */
	int64_t changes;		/* of the campaign, when it was read */
	bool counted;			/* what follows is up to date as of harm.seen */
	struct harm harm;
	int64_t looked_at, came_back;	/* when walls_check looked, and what had come back by then */
	int64_t tried, accepted;	/* messages, as far as this process knows */
	int64_t probes;			/* messages to probe mailboxes that are still open, as of the last sweep */
	bool others;			/* people may have got a message of another wave today */
	bool called_in;			/* invites that were put off are due again */
	bool broken;			/* its template cannot be used: said once */
};

struct tally {
	int64_t accepted, deferred, refused, uncertain, expired, cancelled, given_back;
};

struct sendings {
	struct db *db;
	const struct conf *conf;
	const struct rules *rules;
	struct secret secret;
	struct routes *routes;
	const char *relay;		/* name in the records of a job without a route */
	struct sending *first;
	struct sending *old;		/* read anew since: jobs may still borrow their makers */
	struct tally tally;
	struct calendar calendar;
	struct gate *gate;		/* who may go now; NULL: everybody */
	int64_t put_off;		/* how often it was nobody's turn yet */
};

/* The wave with that id, loaded when it was not; NULL with e. */
struct sending *sending_get(struct sendings *, int64_t wave, struct err *);
/* The same, read anew when the plan of its campaign was changed meanwhile. */
struct sending *sending_fresh(struct sendings *, int64_t wave, struct err *);
int	sending_ready(struct sendings *, struct sending *, struct err *);	/* makes the maker */
void	sendings_release(struct sendings *);

/* What a courier heard, into the store; within the caller's transaction. died: found after the death of its sender. */
int	sending_record(struct sendings *, const struct job *, bool died, struct err *);
/*
 * After sending_record failed: is the claim not ours any more (somebody removed our journal, or the invite)?
 * Then there is nothing to record it on, and the others must not wait for it; the log has it.
 */
bool	sending_lost(struct sendings *, const struct job *, int64_t run);
/* A deferred invite whose time is over. */
int	sending_expire(struct sendings *, const struct invite *, struct err *);
void	sending_log(const struct sendings *, const struct job *);

#endif
