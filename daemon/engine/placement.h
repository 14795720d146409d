/*
 * placement.h - into which folder do the messages to our probes come?
 *
 * Each is looked for ten minutes, an hour and a day after the relay took it:
 * filters change their mind, and slow ones take their time. A look that comes
 * late counts for every age it has passed. Only who is in no folder after a
 * day is missing. A mailbox that cannot be looked into says nothing of the
 * message: it is noted, and tried again later, later each time, so that a
 * wrong password does not lock the account.
 *
 * The share in spam is of those whose place is known, with its Wilson
 * interval. It is indicative for people at that provider as a group (grade
 * C), and never anybody's cause.
 *
 * Units      ages in seconds; shares are fractions, 0 to 1.
 * Ownership  the caller's.
 * Errors     placement_look: -1 when the store failed. Trouble with a mailbox
 *            is counted and told, not returned.
 * Threads    placement_look: the thread of the db handle, waits for the
 *            network outside of any transaction; the rest is pure.
 * Source     design.md section 2, grade C; Wilson 1927.
 */
#ifndef THUMOI_ENGINE_PLACEMENT_H
#define THUMOI_ENGINE_PLACEMENT_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/lang.h"
#include "mail/seek.h"
#include "store/probe.h"

#define PLACEMENT_DONE_S 86400		/* of the last look */

struct placement_tally {
	int64_t due;			/* looks, of those below */
	int64_t inbox, spam, other;
	int64_t missing;		/* not found; of which only those are final that are a day old */
	int64_t troubles;		/* mailboxes that could not be looked into, or not whole */
	int64_t next_at;		/* when the next look is due; 0: none is awaited */
};

struct placement_ask {
	bool patient;			/* leave out for a while who could not be looked into */
	bool early;			/* look at once, due or not */
	const atomic_bool *stop;	/* may be NULL */
	/* What was seen of one message (place, folder); or why nothing was (trouble). May be NULL. */
	void (*each)(const struct probe *, const struct probe_look *, const struct sought *, const char *trouble, void *arg);
	void *arg;
};

int	placement_look(struct db *, const struct conf *, const struct placement_ask *, struct placement_tally *, struct err *);
/* Access to the mailbox of a probe; the password lies in the arena. */
int	placement_mailbox(struct seeking *, struct arena *, const struct probe *, const struct conf *, struct err *);

int64_t	placement_looked(const struct placement *);	/* whose place is known */
void	placement_share(const struct placement *, double *low, double *high);
/* "gmail.example: probably filtered, 31-86 % of 8 probes" */
void	placement_text(struct buf *, const struct placement *, enum lang);

#endif
