/*
 * chain.h - is the audit log as it was written? Known without reading all of it
 * for every page.
 *
 * A log of up to CHAIN_AT_ONCE rows is verified whole each time. A longer one is
 * verified whole when somebody asks for it; after that what came since is
 * verified on top, and the page says when the whole was. The last hash that was
 * seen is remembered: whoever cuts the end off, and lets the log grow again, is
 * found out until the service starts anew.
 *
 * Units      rows; Unix seconds.
 * Ownership  one in struct site, made by chain_new.
 * Errors     0/-1.
 * Threads    any; one lock, not held while the log is read.
 * Source     store/audit.h.
 */
#ifndef THUMOI_WEB_CHAIN_H
#define THUMOI_WEB_CHAIN_H

#include "store/audit.h"

#define CHAIN_AT_ONCE 10000

struct chain;

struct chain_state {
	bool known;			/* false: too long, and nobody has asked yet */
	bool cut;			/* rows at the end that were there are not there any more */
	int64_t rows;			/* that there are */
	int64_t whole_at;		/* when all of it was verified */
	struct audit_state audit;	/* when known */
};

struct chain *chain_new(void);
void	chain_free(struct chain *);		/* NULL is fine */
/* whole: all of it, however long. */
int	chain_look(struct chain *, struct db *, bool whole, struct chain_state *, struct err *);

#endif
