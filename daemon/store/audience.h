/*
 * audience.h - whom a wave may invite, as the store knows it now.
 *
 * Units      none.
 * Ownership  texts are borrowed until the next call of `each` returns.
 * Errors     -1; what `each` returned when it stopped early, else 0.
 * Threads    the thread of the db handle.
 * Source     design.md sections 2 and 3.
 */
#ifndef THUMOI_STORE_AUDIENCE_H
#define THUMOI_STORE_AUDIENCE_H

#include "store/db.h"

struct candidate {
	int64_t contact;
	const char *unit_code, *unit_kind;
	bool mailable;
	const char *email;	/* the best address that is not proven dead; "" when there is none */
	unsigned answered;	/* bit i: instrument i */
	bool stopped;		/* opted out or complained */
	bool invited;		/* this wave has an invite for the contact already */
};

/* Up to `most` contacts of the campaign with id > after, by id. */
int	audience_each(struct db *, int64_t campaign, int64_t wave, int64_t after, size_t most,
	    int (*each)(const struct candidate *, void *), void *arg, struct err *);

#endif
