/*
 * focal.h - whom each unit has named for the survey: focal points, and the
 * mailbox of its mail administrator.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     0 or -1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_FOCAL_H
#define THUMOI_STORE_FOCAL_H

#include "store/db.h"

struct focal {
	int64_t unit;
	const char *unit_code, *unit_name;	/* filled by lookups only */
	int64_t rank;				/* 1 is written to */
	const char *name, *position, *email, *telephone;
	const char *admin_email;		/* of the unit's mail administrator; "" */
};

int	focal_insert(struct db *, const struct focal *, int64_t imported_at, struct err *);
/* Those of a unit (0: of all), by unit in the order of its directory, then rank. */
int	focal_list(struct db *, struct arena *, int64_t unit, struct focal **, size_t *n, struct err *);
int	focal_clear(struct db *, int64_t unit, struct err *);	/* nobody of this unit any more */

#endif
