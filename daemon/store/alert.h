/*
 * alert.h - units an alert is about, by short reads, and what the operator
 * was told already.
 *
 * Units      times are Unix seconds.
 * Ownership  nothing is kept.
 * Errors     0 or -1; alert_told 1/0/-1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_ALERT_H
#define THUMOI_STORE_ALERT_H

#include "store/db.h"

/* Units in force at `at` that sent no roster; that nominated people of whom nobody has done any form. */
int	alert_count_no_roster(struct db *, int64_t campaign, int64_t tree, int64_t at, int64_t *n, struct err *);
int	alert_count_zero(struct db *, int64_t campaign, int64_t tree, int64_t at, int64_t *n, struct err *);

int	alert_told(struct db *, int64_t campaign, const char *kind, int64_t unit, struct err *);
int	alert_remember(struct db *, int64_t campaign, const char *kind, int64_t unit, int64_t at, struct err *);

#endif
