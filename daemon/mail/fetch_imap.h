/*
 * fetch_imap.h - the IMAP side of fetch; see fetch.h.
 *
 * Units, Ownership, Errors, Threads, Source: see fetch.h.
 */
#ifndef THUMOI_MAIL_FETCH_IMAP_H
#define THUMOI_MAIL_FETCH_IMAP_H

#include "mail/wire.h"

int	imap_all(struct wire *, const struct fetch *, struct err *);

#endif
