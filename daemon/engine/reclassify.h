/*
 * reclassify.h - rules changed: what was kept is read again.
 *
 * Every message that was kept raw, every reply by which a relay refused or
 * deferred, and every failure told by the log of a relay gives the evidence
 * that the rules of now make of it. Rows are replaced, not doubled; what a
 * person took back stays taken back. First all is read, in one snapshot and
 * without holding up anybody; then what differs is written in one transaction.
 *
 * Units      none.
 * Ownership  moves lie in the arena.
 * Errors     -1, and nothing was written.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_RECLASSIFY_H
#define THUMOI_ENGINE_RECLASSIFY_H

#include "base/conf.h"
#include "store/db.h"

enum reclassify_what {
	MOVED_CATEGORY,		/* people whose evidence says something else */
	MOVED_ADDRESS,		/* people whose address is stopped, or is not any more */
	MOVED_MESSAGE,		/* messages that are about somebody, or about nobody */
	MOVED_CAUSE,		/* people who have another cause */
	MOVED_WHATS
};

struct reclassify_move {
	enum reclassify_what what;
	const char *from, *to;	/* "-": nothing before, or nothing now */
	int64_t n;
};

struct reclassify_result {
	int64_t messages, replies, logged;	/* read again */
	int64_t changed;			/* rows that are replaced, added or dropped */
	struct reclassify_move *moves;		/* by what, largest first */
	size_t n_moves;
};

struct reclassify_ask {
	int64_t campaign;		/* 0: all of them */
	const char *rules;		/* NULL: those of now (engine/rulebook.h) */
	bool dry_run;			/* nothing stays written */
	bool waiting;			/* only messages that are about nobody yet, and that nobody has decided */
	const char *actor;		/* for the audit */
};

int	reclassify(struct db *, const struct conf *, const struct reclassify_ask *, struct arena *, struct reclassify_result *,
	    struct err *);
const char *reclassify_what_name(enum reclassify_what);	/* category, address, message, cause */

#endif
