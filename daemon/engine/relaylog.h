/*
 * relaylog.h - the log of our own relay says what the next server answered.
 *
 * Queue ids are followed: from the relay's reply to our final dot, from our
 * envelope sender in the log (its tag carries a MAC), and from one id to the
 * next where a content filter or an alias queues a message again. What the
 * lines say becomes evidence:
 *
 *	bounced		as a delivery status would, by the same rules (dsn); the report
 *			that comes later is the same fact and counts once
 *	sent		to a mailbox of the relay itself: arrived (dsn, delivered);
 *			to another server or a program: a relay notice (delay)
 *	deferred	a delay notice, of each attempt the latest only
 *	expired		the relay gave up: what it was deferred for last
 *
 * Reading goes on where it ended, also when the log was renamed meanwhile or
 * cut; the same lines twice count once.
 *
 * Units      times are Unix seconds. The map of ids takes 32 bytes for each
 *            attempt of the last eleven days of open campaigns, and is made
 *            from one pass over the attempts; the sender keeps no index for it.
 * Ownership  relaylog_close; files: relaylog_file_close.
 * Errors     -1; what was recorded before stays recorded.
 * Threads    the thread of the db handle.
 * Source     mail/logline.h.
 */
#ifndef THUMOI_ENGINE_RELAYLOG_H
#define THUMOI_ENGINE_RELAYLOG_H

#include <stdatomic.h>

#include "base/conf.h"
#include "store/db.h"

struct relaylog_tally {
	int64_t lines;
	int64_t ours;		/* lines about messages of ours; new facts among them: */
	int64_t relayed, delivered, bounced, deferred, expired;
};

struct relaylog;
struct relaylog_file;

/* zone: of times without one; "": the system's. since: older lines are passed over; 0: none is. */
int	relaylog_open(struct relaylog **, const struct conf *, const char *zone, int64_t since, struct err *);
void	relaylog_close(struct relaylog *);	/* NULL is fine */
/* What the relays called our messages, as the store knows it now. */
int	relaylog_learn(struct relaylog *, struct db *, struct err *);

/* A log up to where it ends now; path "-": standard input, to its end. */
int	relaylog_file_open(struct relaylog_file **, const char *path, struct err *);
void	relaylog_file_close(struct relaylog_file *);	/* NULL is fine */
/*
 * Learn after the files were opened: what they hold is known then. anew: from
 * its beginning, wherever the last reading ended. stop may be NULL.
 */
int	relaylog_read(struct relaylog *, struct db *, struct relaylog_file *, bool anew, const atomic_bool *stop,
	    struct relaylog_tally *, struct err *);

#endif
