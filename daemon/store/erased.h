/*
 * erased.h - by what an erased person is known again: keyed hashes only.
 *
 * The hashes are made by engine/forget.h. One of an address stands for a
 * mailbox that was the person's alone, or for one that others have too: there
 * the name must agree.
 *
 * Units      times are Unix seconds.
 * Ownership  texts are bound, not kept.
 * Errors     lookups 1 found, 0 none, -1; others 0/-1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_ERASED_H
#define THUMOI_STORE_ERASED_H

#include "store/db.h"

/* kind: address, shared, name, kept. The same again changes nothing. */
int	erased_add(struct db *, const char *kind, const char *mac, int64_t contact, int64_t at, struct err *);
/* Of several the one in this campaign; *contact 0 when it was in others only. */
int	erased_find(struct db *, const char *kind, const char *mac, int64_t campaign, int64_t *contact, struct err *);
/* Who has that hash; ids in the arena. */
int	erased_list(struct db *, struct arena *, const char *kind, const char *mac, int64_t **out, size_t *n, struct err *);
int	erased_drop(struct db *, const char *kind, const char *mac, struct err *);
int	erased_any(struct db *, struct err *);
/* When the person was erased; 0: never. 1, 0 nobody, -1. */
int	erased_at(struct db *, int64_t contact, int64_t *at, struct err *);

#endif
