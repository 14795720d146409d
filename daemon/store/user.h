/*
 * user.h - who may use the desk, and which browsers are logged in.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     engine/access.h for what roles may do.
 */
#ifndef THUMOI_STORE_USER_H
#define THUMOI_STORE_USER_H

#include "store/db.h"

struct user {
	int64_t id;
	const char *name;		/* lower case */
	const char *role;		/* administrator, operator, focal, viewer */
	const char *unit;		/* focal: code of its unit; "" */
	const char *password;		/* as crypt(5) has it */
	int64_t created_at, disabled_at, login_at;	/* 0: not */
	int64_t second_at;		/* since when a second factor is asked for; 0: none is (store/second.h) */
};

int	user_insert(struct db *, struct user *, struct err *);	/* fills id; ERR_INPUT when the name is taken */
int	user_find(struct db *, struct arena *, const char *name, struct user *, struct err *);
int	user_by_id(struct db *, struct arena *, int64_t id, struct user *, struct err *);
int	user_each(struct db *, int (*each)(const struct user *, void *), void *, struct err *);	/* by name */
int	user_any(struct db *, struct err *);		/* 1: there is one, 0, -1 */
int	user_set_password(struct db *, int64_t id, const char *password, struct err *);
int	user_set_role(struct db *, int64_t id, const char *role, const char *unit, struct err *);
int	user_set_disabled(struct db *, int64_t id, int64_t at, struct err *);	/* 0: may come in again */
int	user_set_login(struct db *, int64_t id, int64_t at, struct err *);

/* agent: which browser, in two words; "" */
int	session_insert(struct db *, const char *key, int64_t user, const char *agent, int64_t now, struct err *);
/* The user of a session that began after `began` and was seen after `seen`, and is not disabled. */
int	session_find(struct db *, struct arena *, const char *key, int64_t began, int64_t seen, struct user *, int64_t *seen_at,
	    struct err *);
/* Each session that session_find would find, and the role of its user, until it returns non-zero. */
int	session_each_role(struct db *, int64_t began, int64_t seen, int (*each)(const char *key, const char *role, void *), void *,
	    struct err *);
int	session_touch(struct db *, const char *key, int64_t now, struct err *);
int	session_delete(struct db *, const char *key, struct err *);
int	session_delete_of(struct db *, int64_t user, struct err *);
int	session_delete_others(struct db *, int64_t user, const char *key, struct err *);	/* all but this one */

struct session_row {
	const char *key, *agent;
	int64_t began_at, seen_at;
};
/* Those of a user that session_find would find, the latest first. */
int	session_each(struct db *, int64_t user, int64_t began, int64_t seen, int (*each)(const struct session_row *, void *), void *,
	    struct err *);
int	session_expire(struct db *, int64_t began, int64_t seen, struct err *);	/* those that session_find would not find */

#endif
