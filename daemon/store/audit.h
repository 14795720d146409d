/*
 * audit.h - who did what, in a chain that shows what was changed.
 *
 * Each row holds a SHA-256 over itself and the hash of the row before it.
 * Whoever changes, removes, adds or moves a row makes all hashes behind it
 * wrong; who computes them all anew is found out by any hash that was noted
 * elsewhere (`thumoi audit verify` prints the last one, --head takes one).
 * Rows from before the chain was introduced have none, and come first.
 *
 * No personal data stands here: ids, codes, keys of campaigns.
 *
 * Units      times are Unix seconds.
 * Ownership  texts are bound, not kept; those of `each` are borrowed.
 * Errors     0 or -1.
 * Threads    the thread of the db handle. audit_add inside a transaction: the
 *            row before must still be the last one when this one is written.
 * Source     none.
 */
#ifndef THUMOI_STORE_AUDIT_H
#define THUMOI_STORE_AUDIT_H

#include "store/db.h"

#define AUDIT_HASH 64

#define AUDIT_ACTOR 96

/* "cli": "cli:" and the name of the operating system's user, in room; else itself. */
const char *audit_actor(const char *actor, char room[AUDIT_ACTOR]);

/* actor: "cli" becomes "cli:" and the name of the operating system's user. */
int	audit_add(struct db *, const char *actor, const char *action, const char *detail, struct err *);

struct audit_row {
	int64_t id, at;
	const char *actor, *action, *detail;
	const char *hash;		/* "": older than the chain */
};
/* From id `after` on, until it returns non-zero. */
int	audit_each(struct db *, int64_t after, int (*each)(const struct audit_row *, void *), void *, struct err *);

/* Newest first, of ids below `before` (0: from the last one): those of an actor, of an action; "": of any. */
struct audit_choice { int64_t before; const char *actor, *action; };
int	audit_each_back(struct db *, const struct audit_choice *, int (*each)(const struct audit_row *, void *), void *, struct err *);
/* Each actor, or each action, that has a row: in steps of an index, not by reading the log. */
int	audit_each_actor(struct db *, int (*each)(const char *, void *), void *, struct err *);
int	audit_each_action(struct db *, int (*each)(const char *, void *), void *, struct err *);
int	audit_last_id(struct db *, int64_t *, struct err *);		/* 0: none */

struct audit_state {
	int64_t rows, older;		/* older: without a hash */
	int64_t broken_id;		/* the first row whose hash is wrong; 0: none */
	int64_t last_id;
	bool head_found;		/* the hash asked for stands in the chain */
	char head[AUDIT_HASH + 1];	/* of the last row; "" */
};
int	audit_verify(struct db *, const char *head, struct audit_state *, struct err *);	/* head: NULL or noted elsewhere */
/* What came since, on top of a state that was verified: what lies before is taken as it was then. */
int	audit_verify_on(struct db *, struct audit_state *, struct err *);

#endif
