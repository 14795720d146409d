/*
 * alert.h - what the operator must hear of days before the deadline, not
 * after it: units without a roster, units of whom nobody has taken part.
 *
 * A unit without a roster is an alert alert_no_roster_days after the opening,
 * a unit at zero alert_zero_days before the closing; both until the closing.
 * Before and after they are findings of the report like others.
 *
 * Units      days of 24 hours.
 * Ownership  the list lies in the arena; it points into the account.
 * Errors     alert_counts 0/-1.
 * Threads    pure, but for alert_counts, which reads the store by short reads.
 * Source     the trial of 2021: six ministries and four provinces.
 */
#ifndef THUMOI_ENGINE_ALERT_H
#define THUMOI_ENGINE_ALERT_H

#include "base/buf.h"
#include "engine/account.h"

enum alert_kind { ALERT_NO_ROSTER, ALERT_ZERO, ALERT_KINDS };

struct alert {
	enum alert_kind kind;
	const struct unit_account *unit;
	enum cause lead;		/* ALERT_ZERO: what most of its people have */
	int64_t lead_n;
};

const char *alert_key(enum alert_kind);		/* no_roster, zero */
/* Is it the time for alerts of that kind? */
bool	alert_due(enum alert_kind, const struct campaign *, const struct conf *, int64_t now);
int64_t	alert_days_left(const struct campaign *, int64_t now);	/* to the closing, rounded up */
size_t	alerts(const struct account *, struct arena *, struct alert **);
void	alert_text(struct buf *, const struct alert *, enum lang);
/* How many there are of each kind, without the causes. */
int	alert_counts(struct db *, const struct campaign *, const struct conf *, int64_t now, int64_t counts[ALERT_KINDS], struct err *);

#endif
