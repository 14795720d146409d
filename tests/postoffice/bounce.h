/*
 * bounce.h - a delivery status notification, written into a Maildir.
 *
 * Units      at is Unix seconds.
 * Ownership  nothing is kept.
 * Errors     ERR_SYSTEM when the file cannot be written.
 * Threads    any, one Maildir one thread.
 * Source     RFC 3464, 6522 (multipart/report), 3461 6.2 and 6.3, 3834;
 *            the Maildir convention: write in tmp/, rename into new/.
 */
#ifndef THUMOI_POSTOFFICE_BOUNCE_H
#define THUMOI_POSTOFFICE_BOUNCE_H

#include <stdint.h>

#include "postoffice/letter.h"

/* status: "5.7.1"; diagnostic: what the other side said, "550 5.7.1 ..."; remote: who said it, "" = nobody. */
int	bounce_write(const char *maildir, const struct letter *, const char *status, const char *diagnostic,
	    const char *remote, int64_t at, struct err *);
int	maildir_make(const char *path, struct err *);

#endif
