/*
 * holdings.h - everything that is held on a person: which tables tell of
 * people, and their rows about one.
 *
 * Every table of the store stands in holdings_tables: with how it is reached
 * from a person, or with why it tells of nobody. tests/unit/test_rights.c
 * fails when one is missing there: who adds a table decides.
 *
 * Units      times are Unix seconds.
 * Ownership  rows are borrowed until the callback returns.
 * Errors     0 or -1; a walk: what the callback returned, when it was not 0.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_HOLDINGS_H
#define THUMOI_STORE_HOLDINGS_H

#include "store/db.h"

enum holding { HELD_BY_PERSON, HELD_BY_ADDRESS, HELD_NOT };

struct holdings_table {
	const char *name;
	enum holding held;
	const char *sql;		/* $1: contact, or address; NULL: it is part of another's rows */
	const char *why;		/* HELD_NOT, or where it is told */
};

extern const struct holdings_table holdings_tables[];	/* ends with a NULL name */

/* The rows of one table about one contact, or one address. */
int	holdings_each(struct db *, const struct holdings_table *, int64_t contact, const char *email,
	    int (*each)(struct stmt *row, void *), void *, struct err *);
/* Is the address stopped now (store/suppression.h)? Each piece of evidence that holds. */
int	holdings_suppressed(struct db *, int64_t contact, int64_t now, int (*each)(struct stmt *row, void *), void *, struct err *);
int	holdings_mail(struct db *, int64_t inbound, int (*each)(struct stmt *row, void *), void *, struct err *);
/* Somebody saw, corrected or erased what is held on a person. Within a transaction (store/audit.h). */
int	holdings_audit(struct db *, const char *actor, const char *action, int64_t contact, struct err *);

#endif
