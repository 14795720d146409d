/*
 * addr.h - mail addresses: is it one, and how does it go on the wire?
 *
 * Units      UTF-8 in, lower case out for domains (the local part is folded
 *            too where we store it: no real mailbox tells case apart).
 * Ownership  results lie in the arena.
 * Errors     addr_parse says what is wrong; it mends nothing (that is the
 *            importer's judgement).
 * Threads    pure.
 * Source     RFC 5321 4.1.2 and 4.5.3.1, RFC 5322 3.4.1, RFC 6531, RFC 5891.
 */
#ifndef THUMOI_MAIL_ADDR_H
#define THUMOI_MAIL_ADDR_H

#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"

struct addr {
	const char *local;	/* as given */
	const char *domain;	/* lower case, as U-labels if it was written so */
	const char *adomain;	/* lower case A-labels, what goes on the wire */
	bool utf8_local;	/* needs SMTPUTF8 */
};

/* "local@domain" and nothing else. */
int	addr_parse(struct addr *, struct arena *, const char *s, struct err *);
/* "Name <local@domain>" or "local@domain"; name may come out "". */
int	addr_parse_named(struct addr *, const char **name, struct arena *, const char *s, struct err *);
/* local@A-label domain, safe for MAIL FROM and RCPT TO. */
const char *addr_wire(struct arena *, const struct addr *);
/* The domain part of s, or "" : borrowed. */
const char *addr_domain(const char *s);

#endif
