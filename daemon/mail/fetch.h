/*
 * fetch.h - the messages of a mailbox, over IMAP or POP3.
 *
 * libcurl makes the connection (TCP, TLS, STARTTLS, log-in); the protocol
 * behind it is spoken here, with an own reader of literals: a mail body can
 * therefore never pass for an answer of the server, and messages are read
 * with PEEK, so that nothing changes before they are recorded.
 *
 * Messages come in batches. After each batch `settle` is called; only when it
 * says 0 are the messages of the batch moved (IMAP: UID MOVE, or COPY, STORE
 * and EXPUNGE) or deleted. A mailbox of any size is read in flat memory.
 *
 * Units      max_bytes: of one message; of a longer one the beginning is read.
 * Ownership  msg is borrowed during the call.
 * Errors     ERR_AUTH for a refused password or a certificate that is not
 *            trusted, ERR_NETWORK for lines that drop and servers that say no.
 * Threads    one fetch, one thread; blocks on the network, looks at *stop
 *            twice a second.
 * Source     RFC 3501, 4315 (UIDPLUS), 6851 (MOVE), 1939, 8314.
 */
#ifndef THUMOI_MAIL_FETCH_H
#define THUMOI_MAIL_FETCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct fetch {
	const char *url;		/* imap[s]://host[:port][/FOLDER], pop3[s]://host[:port] */
	const char *user, *password;
	const char *ca_file;		/* "": the system's */
	const char *processed;		/* folder for what was read; "": delete (POP3 always deletes) */
	size_t max_bytes;
	const atomic_bool *stop;	/* may be NULL */
	int (*each)(void *arg, const char *msg, size_t len, struct err *);
	int (*settle)(void *arg, struct err *);
	void *arg;
};

/* One message after the other until the mailbox is empty. 0 or -1. */
int	fetch_all(const struct fetch *, struct err *);

#endif
