/*
 * mailbox.h - how far each mailbox was read, and when that went well.
 *
 * Messages that stay in their mailbox are not read again: IMAP remembers the
 * last UID within a UIDVALIDITY, POP3 every UIDL that is still there.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups 1 found, 0 none, -1 error; others 0 or -1.
 * Threads    the thread of the db handle.
 * Source     RFC 3501 2.3.1.1 (UIDVALIDITY), RFC 1939 7 (UIDL).
 */
#ifndef THUMOI_STORE_MAILBOX_H
#define THUMOI_STORE_MAILBOX_H

#include "store/db.h"

struct mailbox_state {
	int64_t id;
	const char *name;		/* URL with the user: imaps://user@host/INBOX */
	int64_t uidvalidity, last_uid;	/* 0: none */
	int64_t success_at, failed_at;	/* 0: never */
	const char *error;		/* "": the last visit went well */
};

/* Made when it is not there. */
int	mailbox_open(struct db *, struct arena *, const char *name, struct mailbox_state *, struct err *);
int	mailbox_moved_on(struct db *, int64_t mailbox, int64_t uidvalidity, int64_t last_uid, struct err *);
int	mailbox_visited(struct db *, int64_t mailbox, int64_t at, const char *error, struct err *);	/* "": it went well */
/* By name; 0, what each returned when it was not 0, or -1. */
int	mailbox_each(struct db *, int (*each)(void *, const struct mailbox_state *), void *arg, struct err *);

/* POP3: when the message was last seen there. */
int	mailbox_message(struct db *, int64_t mailbox, const char *uidl, int64_t *seen_at, struct err *);
int	mailbox_message_seen(struct db *, int64_t mailbox, const char *uidl, int64_t at, struct err *);
int	mailbox_forget(struct db *, int64_t mailbox, int64_t before, struct err *);	/* those not seen since then */

#endif
