/*
 * correction.h - addresses that units have mended, and what that won.
 *
 * Units      times are Unix seconds; counts are people.
 * Ownership  nothing is kept.
 * Errors     0 or -1; with a callback: what that returned.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_CORRECTION_H
#define THUMOI_STORE_CORRECTION_H

#include "store/db.h"

struct correction {
	int64_t contact, roster, at;
	const char *old_email, *new_email;	/* old_email "" when there was none that could be used */
};

int	correction_insert(struct db *, const struct correction *, struct err *);
/* Every mended address that nothing was sent to yet, until it returns non-zero. */
int	corrections_each_open(struct db *, int64_t campaign, int (*each)(int64_t contact, const char *email, void *), void *,
	    struct err *);

struct corrections {		/* people whose address was mended, each once */
	int64_t mended;
	int64_t invited;	/* a message to the mended address was begun */
	int64_t accepted;	/* ... and a relay took it */
	int64_t answered;	/* did a form, later than the correction */
};
/* unit 0: of the whole campaign. */
int	corrections_count(struct db *, int64_t campaign, int64_t unit, struct corrections *, struct err *);
/* The same for each unit that has mended one, until the callback returns non-zero. */
int	corrections_by_unit(struct db *, int64_t campaign, int (*each)(int64_t unit, const struct corrections *, void *), void *,
	    struct err *);
/* How many each file has mended, by its id. */
int	corrections_by_roster(struct db *, int64_t campaign, int (*each)(int64_t roster, int64_t n, void *), void *, struct err *);

#endif
