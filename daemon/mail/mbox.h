/*
 * mbox.h - the messages of a file or a stream, one after the other, in flat
 * memory.
 *
 * What begins with "From " is an mbox; a message of it ends where, behind a
 * blank line, another such line stands with a time of day in it and a
 * header field below. Anything else is one message.
 *
 * Units      bytes; of a longer message only the beginning is given.
 * Ownership  mbox_release. msg is borrowed during the call of each.
 * Errors     -1 with the path; what each returns other than 0 ends the
 *            reading and is returned.
 * Threads    one reader, one thread.
 * Source     RFC 4155.
 */
#ifndef THUMOI_MAIL_MBOX_H
#define THUMOI_MAIL_MBOX_H

#include "base/buf.h"
#include "base/err.h"

struct mbox {
	char *window;			/* what was read and not yet looked at */
	size_t at, have;
	bool over;
	struct buf msg;			/* the message at hand, as far as it left the window */
};
#define MBOX_INIT { .window = NULL }

/* path: for messages; a message of an mbox is called "path#2". An empty file is an empty message. */
int	mbox_read(struct mbox *, int fd, const char *path, size_t max_bytes,
	    int (*each)(void *, const char *name, const char *msg, size_t len, struct err *), void *arg, struct err *);
void	mbox_release(struct mbox *);

#endif
