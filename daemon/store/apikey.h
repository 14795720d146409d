/*
 * apikey.h - keys of programs that may ask under /api/v1.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller; those of `each` are borrowed.
 * Errors     lookups 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     engine/apikey.h for what a key is like, and what scopes there are.
 */
#ifndef THUMOI_STORE_APIKEY_H
#define THUMOI_STORE_APIKEY_H

#include "store/db.h"

struct apikey_row {
	const char *id, *name, *hash, *scopes;
	const char *unit;		/* "": all */
	int64_t created_at, expires_at, revoked_at, used_at;	/* 0: not */
};

int	apikey_insert(struct db *, const struct apikey_row *, struct err *);	/* ERR_INPUT when the name is taken */
int	apikey_by_id(struct db *, struct arena *, const char *id, struct apikey_row *, struct err *);
int	apikey_by_name(struct db *, struct arena *, const char *name, struct apikey_row *, struct err *);
int	apikey_each(struct db *, int (*each)(const struct apikey_row *, void *), void *, struct err *);	/* by name */
int	apikey_set_revoked(struct db *, const char *id, int64_t at, struct err *);
int	apikey_set_used(struct db *, const char *id, int64_t at, struct err *);

#endif
