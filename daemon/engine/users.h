/*
 * users.h - accounts are made and changed, at the command line and at the desk
 * by the same rules, each with its line in the audit log.
 *
 * What changes an account ends its sessions: who was in has to come in again,
 * with what is right now. A focal point has a unit, nobody else has.
 *
 * Units      none.
 * Ownership  texts lie in the arena of the caller.
 * Errors     ERR_INPUT with what is wrong.
 * Threads    the thread of the db handle; begins and commits by itself.
 * Source     engine/access.h for roles and passwords.
 */
#ifndef THUMOI_ENGINE_USERS_H
#define THUMOI_ENGINE_USERS_H

#include "base/lang.h"
#include "store/user.h"

struct hand {			/* who does it, and in which language errors are told */
	struct db *db;
	struct arena *arena;
	const char *actor;	/* for the audit log */
	enum lang lang;
};

/* Of a user, and of a key: a-z, 0-9 and ._-, at most 40. */
int	users_check_name(const char *name, enum lang, struct err *);
/* name, role, unit of the struct; unit NULL or "": none. Fills id. */
int	users_create(const struct hand *, struct user *, const char *password, struct err *);
int	users_set_role(const struct hand *, const struct user *, const char *role, const char *unit, struct err *);
int	users_set_disabled(const struct hand *, const struct user *, bool disabled, struct err *);
/* keep: the session that goes on (store/user.h); NULL: none does. */
int	users_set_password(const struct hand *, const struct user *, const char *password, const char *keep, struct err *);
int	users_end_sessions(const struct hand *, const struct user *, const char *keep, struct err *);
int	users_end_session(const struct hand *, const struct user *, const char *key, struct err *);	/* one of the user's */
/* The second factor of somebody who has lost the telephone, or who does not want it. */
int	users_second_off(const struct hand *, const struct user *, const char *keep, struct err *);

#endif
