/*
 * regroup.h - the account of a campaign under another unit directory: the 63
 * provinces of before July 2025 seen as the 34 of today, or the reverse.
 *
 * Directories are tied by the predecessors that units name. Units that hang
 * together make one group, whose people are those of the campaign's own units
 * in it: nobody is divided by guesswork, and all groups together are
 * everybody. So three provinces that became one are one group of the new
 * name, and one that the campaign knows only as merged is one group of the
 * three old names.
 *
 * Units      people.
 * Ownership  the arena's; points into the account.
 * Errors     0 or -1.
 * Threads    the thread of the db handle.
 * Source     Resolution 202/2025/QH15; config/units.
 */
#ifndef THUMOI_ENGINE_REGROUP_H
#define THUMOI_ENGINE_REGROUP_H

#include "engine/account.h"

struct regroup {
	const struct unit *const *units;	/* of the other directory; 0 when it knows none of them */
	size_t n_units;
	const struct unit_account *const *own;	/* 0: the campaign has none of them */
	size_t n_own;
	struct tally t;
	int64_t rosters;
	enum unit_class class;
	enum unit_kind kind;
};

struct regrouping {		/* the campaign under one directory */
	const char *tree;		/* its key */
	int64_t id;
	const struct regroup *groups;	/* in the order of the directory; then those that it does not know */
	size_t n;
};

/* One for each directory that is not the campaign's own. */
int	regroup_all(const struct account *, struct db *, struct arena *, struct regrouping **, size_t *n, struct err *);
/* In which group the campaign's own unit is; NULL: none. */
const struct regroup *regroup_of(const struct regrouping *, const struct unit_account *);

#endif
