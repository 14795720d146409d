/*
 * access.h - who may do what at the desk.
 *
 * right        administrator  operator  focal       viewer
 * ACCOUNT      yes            yes       yes         yes       one's own account
 * LOGIN        yes            yes       yes         yes       which campaigns there are
 * REPORTS      yes            yes       no          yes       counts of the whole campaign
 * UNIT         yes            yes       its unit    yes       counts of one unit
 * PEOPLE       yes            yes       its unit    no        names, addresses, what happened to them
 * ROSTERS      yes            yes       no          no        files are sent, held rows settled
 * INBOUND      yes            yes       no          no        mails that came back
 * WAVES        yes            yes       no          no        planned, started, paused
 * AMEND        yes            yes       no          no        what is held on a person is corrected
 * CHANGE       yes            yes       no          no        whatever else is changed
 * AUDIT        yes            no        no          no        the log of what was done
 * USERS        yes            no        no          no        accounts and keys
 *
 * A program comes with a key (engine/apikey.h), and has the rights of the scopes
 * of that key: never ACCOUNT, CHANGE or USERS, so that what is added to the desk
 * under CHANGE is closed to programs until it gets a right of its own.
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
#include <stdint.h>

#include "base/err.h"
#include "base/lang.h"
#include "base/mem.h"

enum role { ROLE_ADMINISTRATOR, ROLE_OPERATOR, ROLE_FOCAL, ROLE_VIEWER, ROLES };
/* RIGHT_NOBODY: what a route that names none needs; RIGHT_ANYBODY: without logging in. */
enum right {
	RIGHT_NOBODY, RIGHT_ANYBODY, RIGHT_ACCOUNT, RIGHT_LOGIN, RIGHT_REPORTS, RIGHT_UNIT, RIGHT_PEOPLE, RIGHT_ROSTERS, RIGHT_INBOUND,
	RIGHT_WAVES, RIGHT_AMEND, RIGHT_ANSWERS, RIGHT_CHANGE, RIGHT_AUDIT, RIGHT_USERS, RIGHTS
};

struct actor {
	const char *name;
	enum role role;
	const char *unit;		/* ROLE_FOCAL: the code of its unit; else "" */
	int64_t user;			/* 0: no account (a key; admin_login = none) */
	bool key;			/* a program: `rights` say what it may, not the role */
	unsigned rights;		/* 1 << RIGHT_... */
};

/* What a key can be made for. */
enum scope { SCOPE_COUNTS, SCOPE_PEOPLE, SCOPE_AMEND, SCOPE_ROSTERS, SCOPE_INBOUND, SCOPE_WAVES, SCOPE_ANSWERS, SCOPE_AUDIT, SCOPES };

const char *role_name(enum role, enum lang);
bool	role_parse(const char *word, enum role *);
bool	access_may(const struct actor *, enum right);		/* NULL: nobody is logged in */
const char *scope_name(enum scope);
const char *scope_text(enum scope, enum lang);
/* "counts,people" as a set of 1 << SCOPE_...; ERR_INPUT when it is empty, or with what there is. */
int	scopes_parse(const char *words, enum lang, unsigned *set, struct err *);
/* of_unit: as far as a focal point may. */
unsigned scopes_rights(unsigned set, bool of_unit);
/* Has a meaning for a key that sees one unit. */
bool	scope_of_unit(enum scope);
bool	access_sees_unit(const struct actor *, const char *code);

/* For struct user: lies in the arena. user: may not be the password itself. */
int	password_make(struct arena *, const char *user, const char *password, enum lang, const char **kept, struct err *);
/* kept NULL: there is no such user; takes as long. */
bool	password_right(const char *kept, const char *password);

#endif
