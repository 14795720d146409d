/*
 * spool.h - files that somebody has looked at, and may yet want to import.
 *
 * A roster that was sent to the desk lies for an hour in a folder of its own
 * beside the store, under a random name that only its sender's form knows;
 * then it is gone. Nobody but the service can read it.
 *
 *	STORE-uploads/TIME-TOKEN/T92-can-tho.csv
 *
 * Units      Unix seconds.
 * Ownership  paths lie in the arena.
 * Errors     -1; spool_find: 1 found, 0 there is none, or not any more.
 * Threads    any.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_SPOOL_H
#define THUMOI_ENGINE_SPOOL_H

#include "base/err.h"
#include "base/mem.h"

#define SPOOL_S 3600		/* how long a file waits */

/* A name that can stand alone in a folder: its last part, without control characters; NULL: there is none. */
const char *spool_name(struct arena *, const char *name);
int	spool_put(struct arena *, const char *store, const char *name, const void *data, size_t len, const char **id,
	    const char **path, struct err *);
int	spool_find(struct arena *, const char *store, const char *id, const char **path, struct err *);
void	spool_drop(const char *store, const char *id);		/* it was used */
/* What nobody has used, and is older than so many seconds; 0: all of it. */
void	spool_sweep(const char *store, int64_t older_s);

#endif
