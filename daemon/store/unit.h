/*
 * unit.h - unit directories (trees), units, their names and mail domains.
 *
 * Units      periods are Unix seconds; valid_to is the last second, 0: open.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_UNIT_H
#define THUMOI_STORE_UNIT_H

#include "store/db.h"

enum unit_kind { UNIT_MINISTRY, UNIT_PROVINCE, UNIT_KINDS };

struct unit {
	int64_t id, tree;
	const char *code;
	enum unit_kind kind;
	const char *name_vi, *name_en, *short_vi;
	int64_t position;		/* in the directory file */
	int64_t valid_from, valid_to;
	const char *predecessors;	/* codes, '|' between */
};

const char *unit_kind_name(enum unit_kind);	/* ministry, province */

int	tree_find(struct db *, const char *key, int64_t *id, struct err *);
int	tree_insert(struct db *, const char *key, int64_t *id, struct err *);
/* The tree with most units in force at that moment. 1 found, 0 no tree has any, -1. */
int	tree_in_force(struct db *, int64_t at, int64_t *id, struct err *);
int	unit_insert(struct db *, struct unit *, struct err *);	/* fills id */
int	unit_alias_insert(struct db *, int64_t unit, const char *key, struct err *);
int	unit_domain_insert(struct db *, int64_t unit, const char *domain, struct err *);
int	provider_insert(struct db *, const char *domain, struct err *);

int	unit_code_known(struct db *, const char *code, struct err *);	/* 1: in one of the trees, 0, -1 */
int	unit_by_id(struct db *, struct arena *, int64_t id, struct unit *, struct err *);
/* All units of a tree in force at that moment, in the order of the file. */
int	unit_list(struct db *, struct arena *, int64_t tree, int64_t at, struct unit **, size_t *n, struct err *);
/* The same, each as it was last in force by then: also those that are not any more. */
int	unit_list_last(struct db *, struct arena *, int64_t tree, int64_t at, struct unit **, size_t *n, struct err *);
/* Each calls back with (unit id, text) until it returns non-zero; -1 on error. */
int	unit_each_alias(struct db *, int64_t tree, int (*each)(int64_t, const char *, void *), void *, struct err *);
int	unit_each_domain(struct db *, int64_t tree, int (*each)(int64_t, const char *, void *), void *, struct err *);
int	provider_each(struct db *, int (*each)(int64_t, const char *, void *), void *, struct err *);
int	tree_each(struct db *, int (*each)(int64_t, const char *, void *), void *, struct err *);
int	tree_key(struct db *, struct arena *, int64_t id, const char **key, struct err *);

#endif
