/*
 * access.h - who may do what at the desk.
 *
 * right        administrator  operator  focal       viewer
 * REPORTS      yes            yes       no          yes       counts of the whole campaign
 * UNIT         yes            yes       its unit    yes       counts of one unit
 * PEOPLE       yes            yes       its unit    no        names, addresses, what happened to them
 * CHANGE       yes            yes       no          no        rosters, corrections, waves, inbound mail
 * USERS        yes            no        no          no        accounts and the audit log
 *
 * A focal point sees one unit and nobody of another.
 *
 * Passwords are kept by yescrypt, as crypt(5) has it; checking one costs a
 * tenth of a second on purpose, and two are checked at a time at most.
 *
 * Units      none.
 * Ownership  struct actor lies with the request.
 * Errors     password_make: ERR_INPUT with what a password must be.
 * Threads    any.
 * Source     NIST SP 800-63B 5.1.1 (length counts, no rules of composition);
 *            libxcrypt, crypt(5).
 */
#ifndef THUMOI_ENGINE_ACCESS_H
#define THUMOI_ENGINE_ACCESS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/lang.h"
#include "base/mem.h"

enum role { ROLE_ADMINISTRATOR, ROLE_OPERATOR, ROLE_FOCAL, ROLE_VIEWER, ROLES };
/* RIGHT_NOBODY: what a route that names none needs; RIGHT_ANYBODY: without logging in; RIGHT_LOGIN: whoever is logged in. */
enum right { RIGHT_NOBODY, RIGHT_ANYBODY, RIGHT_LOGIN, RIGHT_REPORTS, RIGHT_UNIT, RIGHT_PEOPLE, RIGHT_CHANGE, RIGHT_USERS, RIGHTS };

struct actor {
	const char *name;
	enum role role;
	const char *unit;		/* ROLE_FOCAL: the code of its unit; else "" */
};

const char *role_name(enum role, enum lang);
bool	role_parse(const char *word, enum role *);
bool	access_may(const struct actor *, enum right);		/* NULL: nobody is logged in */
bool	access_sees_unit(const struct actor *, const char *code);

/* For struct user: lies in the arena. user: may not be the password itself. */
int	password_make(struct arena *, const char *user, const char *password, const char **kept, struct err *);
/* kept NULL: there is no such user; takes as long. */
bool	password_right(const char *kept, const char *password);

#endif
