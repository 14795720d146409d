/*
 * fetch.h - the messages of a mailbox, over IMAP or POP3.
 *
 * libcurl makes the connection (TCP, TLS, STARTTLS, log-in); the protocol
 * behind it is spoken here, with an own reader of literals: a mail body can
 * therefore never pass for an answer of the server, and messages are read
 * with PEEK, so that nothing changes before they are recorded.
 *
 * Messages come in batches. `take` records a batch and says what became of
 * each message; only then is it moved to the folder of its fate (IMAP: UID
 * MOVE, or COPY, STORE and EXPUNGE; the folder is made when it is missing) or
 * deleted. With `keep`, or where the server does not let us, messages stay:
 * then the place (IMAP: the UID within a UIDVALIDITY; POP3: the UIDLs) tells
 * what was read. A mailbox of any size is read in flat memory.
 *
 * A line that breaks is opened again and reading goes on; what was recorded
 * and not yet moved is read once more, and whoever records it must know it.
 * A message that breaks the line whenever it is read is passed over, with
 * an error in the log: those behind it must not wait for it.
 *
 * Units      max_bytes: of one message; of a longer one the beginning is read.
 * Ownership  what take and listed are given is borrowed during the call.
 * Errors     ERR_AUTH for a refused password or a certificate that is not
 *            trusted, ERR_NETWORK for lines that drop and servers that say no.
 * Threads    one fetch, one thread; blocks on the network, looks at *stop
 *            twice a second.
 * Source     RFC 3501, 4315 (UIDPLUS), 4549 (UIDVALIDITY), 6851 (MOVE), 1939, 8314.
 */
#ifndef THUMOI_MAIL_FETCH_H
#define THUMOI_MAIL_FETCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

enum fetch_fate { FETCH_PROCESSED, FETCH_UNRECOGNISED, FETCH_REPLY, FETCH_FATES };

struct fetched {
	const char *msg;
	size_t len;
	const char *uidl;		/* POP3, "" when the server has none; IMAP: the UID */
	enum fetch_fate fate;		/* take says it */
	bool known;			/* take says it: it was recorded before */
};

/* IMAP: how far a folder was read whose messages stay in it. */
struct fetch_place {
	uint32_t uidvalidity, last_uid;
};

/* POP3: a message on the server. */
struct fetch_listed {
	const char *uidl;
	bool known;			/* listed says it: read before */
};

struct fetch {
	const char *url;		/* imap[s]://host[:port][/FOLDER], pop3[s]://host[:port] */
	const char *user, *password;
	const char *ca_file;		/* "": the system's */
	const char *folder[FETCH_FATES];	/* IMAP: where messages go; "": they are deleted, as POP3 always does */
	bool keep;			/* they stay where they are */
	size_t max_bytes;
	int64_t answer_ms;		/* how long the server may keep silent; 0: two minutes */
	int64_t pause_ms;		/* before a line that broke is opened again, then longer; 0: a second */
	const atomic_bool *stop;	/* may be NULL */
	struct fetch_place place;	/* where the last visit ended */
	int (*take)(void *arg, struct fetched *, size_t n, struct err *);
	int (*at)(void *arg, const struct fetch_place *, struct err *);		/* IMAP: it has moved on */
	int (*listed)(void *arg, struct fetch_listed *, size_t n, struct err *);	/* POP3 with keep: all there are */
	void *arg;
};

/* One batch after the other until the mailbox is read. 0 or -1. */
int	fetch_all(const struct fetch *, struct err *);

#endif
