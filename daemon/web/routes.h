/*
 * routes.h - which path leads to which handler.
 *
 * Units      limits are bytes of body.
 * Ownership  static tables.
 * Errors     none.
 * Threads    constant; the handlers run in pool threads.
 * Source     none.
 */
#ifndef THUMOI_WEB_ROUTES_H
#define THUMOI_WEB_ROUTES_H

#include "web/request.h"

#define FORM_MAX_BYTES 8192
#define API_MAX_BYTES (1 << 20)

struct route {
	const char *pattern;
	void (*get)(struct request *);		/* NULL: not allowed */
	void (*post)(struct request *);
	size_t body_max;			/* of a POST */
	enum right right;			/* what one needs: engine/access.h */
};

extern const struct route routes_public[], routes_admin[];	/* a NULL pattern ends each */

/* The route of a path; NULL: none. */
const struct route *route_find(const struct route *, const char *path, struct path_segs *);

#endif
