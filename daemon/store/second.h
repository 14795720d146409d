/*
 * second.h - the second factors of users, and log-ins that are half done.
 *
 * A factor that was begun and not confirmed is asked for by nobody, and is
 * replaced when it is begun anew. A step (of time) and a recovery code are each
 * taken once, by a statement that changes one row or none: two requests at the
 * same moment cannot both have it.
 *
 * Units      times are Unix seconds; a step is half a minute (engine/totp.h).
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups and *_use 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     engine/second.h.
 */
#ifndef THUMOI_STORE_SECOND_H
#define THUMOI_STORE_SECOND_H

#include "store/user.h"

struct second_row {
	const char *secret;		/* sealed */
	int64_t begun_at, confirmed_at;	/* 0: not confirmed */
	int64_t step, failures;
};

int	second_find(struct db *, struct arena *, int64_t user, struct second_row *, struct err *);
/* Begins; 0 when there is a confirmed one, which stays. */
int	second_put(struct db *, int64_t user, const char *secret, int64_t now, struct err *);
int	second_set_confirmed(struct db *, int64_t user, int64_t now, struct err *);
/* 0: that step, or a later one, was used before. Ends the failures. */
int	second_use(struct db *, int64_t user, int64_t step, struct err *);
int	second_fail(struct db *, int64_t user, struct err *);
int	second_forgive(struct db *, int64_t user, struct err *);	/* no failures any more */
int	second_delete(struct db *, int64_t user, struct err *);	/* with its recovery codes */

int	recovery_insert(struct db *, int64_t user, const char *hash, struct err *);
int	recovery_use(struct db *, int64_t user, const char *hash, struct err *);
int	recovery_count(struct db *, int64_t user, int64_t *n, struct err *);
int	recovery_delete(struct db *, int64_t user, struct err *);

int	half_insert(struct db *, const char *key, int64_t user, int64_t now, struct err *);
/* The user of a half that began after `began`, had fewer than `most` failures, and is not disabled. */
int	half_find(struct db *, struct arena *, const char *key, int64_t began, int64_t most, struct user *, struct err *);
int	half_fail(struct db *, const char *key, struct err *);
int	half_delete(struct db *, const char *key, struct err *);
int	half_delete_of(struct db *, int64_t user, struct err *);
int	half_expire(struct db *, int64_t began, struct err *);

#endif
