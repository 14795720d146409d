/*
 * maildir.h - every message under a path: one file, an mbox, a folder, a
 * Maildir, standard input.
 *
 * Units      bytes; of a longer message only the beginning is given.
 * Ownership  msg is borrowed during the call of each.
 * Errors     -1 with the path; what each returns other than 0 ends the walk
 *            and is returned.
 * Threads    pure.
 * Source     D. J. Bernstein's Maildir; Courier's Maildir++ for folders; mail/mbox.h.
 */
#ifndef THUMOI_MAIL_MAILDIR_H
#define THUMOI_MAIL_MAILDIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct maildir_walk {
	size_t max_bytes;		/* of one message */
	/* path: the file; of an mbox with "#2" ... behind it. */
	int (*each)(void *arg, const char *path, const char *msg, size_t len, struct err *);
	void *arg;
	bool sorted;			/* by name, in folders */
	bool unseen_only;		/* Maildir: new/, and what has no S flag in cur/ */
};

int	maildir_walk(const struct maildir_walk *, const char *path, struct err *);
bool	maildir_is_one(const char *path);	/* has cur, new and tmp */

/* A file of a Maildir was read: it moves to cur/ with the S flag. Anything else stays. */
int	maildir_mark_seen(const char *path, struct err *);
/* ... or to a folder beside it (".Processed"), which is made when it is missing; folder "": it is deleted. */
int	maildir_move(const char *path, const char *folder, struct err *);

#endif
