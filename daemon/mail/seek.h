/*
 * seek.h - where in a mailbox does a message lie? Found by its Message-ID, in
 * whatever folder, and left as it was.
 *
 * The mailbox is one over IMAP or a Maildir++ tree (a Maildir whose folders
 * are .NAME beside cur and new). Folders are opened for reading only
 * (EXAMINE), headers are searched by the server, no body is asked for: no
 * flag changes, nothing is "seen" or clicked.
 *
 * The inbox is looked into first, junk folders next, the trash and a folder
 * of all mail last: there a message shows a second time. Who lies in Gmail's
 * "All Mail" alone is told by its labels.
 *
 * Units      none.
 * Ownership  struct seeking borrows its texts; folder names lie in the arena.
 * Errors     -1: nothing is known. Codes as in fetch.h.
 * Threads    one mailbox, one thread; looks at *stop twice a second.
 * Source     RFC 3501 (EXAMINE, UID SEARCH), 5258 and 6154 (LIST, special
 *            use); Gmail's X-GM-EXT-1; Maildir++ of Courier.
 */
#ifndef THUMOI_MAIL_SEEK_H
#define THUMOI_MAIL_SEEK_H

#include <stdatomic.h>

#include "base/err.h"
#include "mail/folder.h"

struct seeking {
	const char *mailbox;		/* imap[s]://host[:port], maildir:PATH */
	const char *user, *password;
	const char *ca_file;		/* "": the system's */
	const atomic_bool *stop;	/* may be NULL */
};

enum place { PLACE_MISSING, PLACE_INBOX, PLACE_SPAM, PLACE_OTHER, PLACES };

struct sought {
	const char *message_id;		/* without <> */
	enum place place;		/* what follows is filled by seek_messages */
	const char *folder;		/* decoded; "" when missing */
};

/* 1: as 0, but a folder could not be opened (e says which): who is missing may lie there. */
int	seek_messages(const struct seeking *, struct arena *, struct sought *, size_t n, struct err *);
/* Every folder, in the order in which it would be looked into. */
int	seek_folders(const struct seeking *, void (*each)(const char *name, enum folder_use, void *), void *arg, struct err *);
const char *place_name(enum place);		/* missing, inbox, spam, other */
/* Whether it is such a mailbox, and the password stands elsewhere. */
int	seek_check(const char *mailbox, struct err *);

#endif
