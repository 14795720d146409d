/*
 * delivery.h - what became of every message of a wave, one after the other,
 * and when the forms of a campaign were answered.
 *
 * Units      *_at Unix seconds, 0: never; *_ms milliseconds.
 * Ownership  texts are borrowed until `each` returns.
 * Errors     0 or -1.
 * Threads    the thread of the db handle. One read, of one moment.
 * Source     store/invite.h, store/evidence.h.
 */
#ifndef THUMOI_STORE_DELIVERY_H
#define THUMOI_STORE_DELIVERY_H

#include "store/db.h"

struct delivery {
	const char *state;		/* of the invite */
	const char *email;		/* where it goes */
	int64_t unit;
	int64_t attempts;		/* to that address: those to an earlier one are left out */
	int64_t first_at;		/* the end of the first of them; 0: none is on record */
	int64_t first_ms;		/* how long it took */
	int64_t last_at;		/* the end of the last one */
	const char *category;		/* of the last one; "" */
	const char *bounced;		/* category of the first report of failure about it; NULL: none came */
};

int	delivery_each(struct db *, int64_t wave, void (*each)(const struct delivery *, void *), void *, struct err *);

/* Each answer of the campaign. */
int	delivery_answers(struct db *, int64_t campaign, void (*each)(int64_t instrument, int64_t first_at, void *), void *,
	    struct err *);
/* Each answer of a person whose message of that wave a relay took: when it took it, when the answer came first. */
int	delivery_answers_of(struct db *, int64_t wave,
	    void (*each)(int64_t instrument, int64_t accepted_at, int64_t first_at, void *), void *, struct err *);
/* What the operator was told of units before the deadline: one call for each hour in which it was, and how many. */
int	delivery_alerts(struct db *, int64_t campaign, void (*each)(int64_t told_at, int64_t n, void *), void *, struct err *);

#endif
