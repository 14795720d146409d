/*
 * maillog.h - how far the log of a relay was read, and what the relay called
 * our messages.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller, or are borrowed in each.
 * Errors     lookups 1 found, 0 none, -1 error; others 0 or -1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_MAILLOG_H
#define THUMOI_STORE_MAILLOG_H

#include "store/db.h"

struct maillog_place {
	int64_t device, inode;
	const char *head;	/* SHA-256 of the first line */
	int64_t at_byte;
};

int	maillog_find(struct db *, struct arena *, const char *path, struct maillog_place *, struct err *);
int	maillog_put(struct db *, const char *path, const struct maillog_place *, int64_t now, struct err *);
/* The replies to the final dot: attempts since then of campaigns that had not closed by `open_at`. */
int	maillog_accepted(struct db *, int64_t since, int64_t open_at,
	    void (*each)(void *arg, int64_t invite, int n, int64_t at, const char *text), void *arg, struct err *);

#endif
