/*
 * apikey.h - keys by which programs ask under /api/v1.
 *
 *	thk_ID_SECRET	ID: 12 hexadecimal digits, by which the key is found;
 *			SECRET: 256 random bits, 64 of them
 *
 * The store has the SHA-256 of the whole: with so many random bits that is
 * enough, and costs nothing at each request. The prefix lets a scanner of
 * repositories and logs see what it has found.
 *
 * Units      Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     apikey_check 1/0/-1; others ERR_INPUT, ERR_NOTFOUND with what is wrong.
 * Threads    the thread of the db handle; begins and commits by itself.
 * Source     engine/access.h for the scopes; RFC 6750 for how it is sent.
 */
#ifndef THUMOI_ENGINE_APIKEY_H
#define THUMOI_ENGINE_APIKEY_H

#include "engine/access.h"
#include "engine/users.h"
#include "store/apikey.h"

#define APIKEY_PREFIX "thk_"

/* name, scopes as words, unit, expires_at of the row; fills the rest. *key: shown once, kept nowhere. */
int	apikey_make(const struct hand *, struct apikey_row *, const char **key, struct err *);
int	apikey_revoke(const struct hand *, const char *name, struct err *);
/* Whose key is that, now? Notes that it was used, to the hour. */
int	apikey_check(struct db *, struct arena *, const char *key, struct actor *, struct err *);
/* active, expired, revoked */
const char *apikey_state(const struct apikey_row *, int64_t now);

#endif
