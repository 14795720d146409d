/*
 * expected.h - the departments and districts of each unit that should
 * nominate somebody.
 *
 * Units      none.
 * Ownership  texts lie in the arena of the caller.
 * Errors     0 or -1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_EXPECTED_H
#define THUMOI_STORE_EXPECTED_H

#include "store/db.h"

struct expected {
	int64_t unit;
	int64_t position;	/* in the file, from 1 */
	const char *name, *level;
};

int	expected_insert(struct db *, const struct expected *, struct err *);
int	expected_clear(struct db *, int64_t unit, struct err *);
/* Of the units of a tree: ministries, then provinces, in the order of their directory and of the file. */
int	expected_list(struct db *, struct arena *, int64_t tree, struct expected **, size_t *n, struct err *);

#endif
