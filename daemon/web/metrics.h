/*
 * metrics.h - GET /metrics: how we are, for a program that asks every minute.
 *
 * What the process has done comes from engine/meters.h. How the waves stand
 * comes from the store, and that is kept: it is read again after 5 seconds,
 * or nine times as long as the reading took, so that asking often costs a
 * tenth of one core at most. One thread reads, the others show what there is.
 *
 * Names of campaigns, waves, instruments and relays are shown, never people,
 * addresses or mail domains. Only on admin_listen, without logging in, and
 * for programs on this machine alone (web/session.h).
 *
 * Units      seconds and bytes, as Prometheus has it; *_us clock_mono_us().
 * Ownership  metrics_free.
 * Errors     a store that cannot be read leaves its metrics out, and
 *            thumoi_store_trouble says so.
 * Threads    any; one short lock, none while the store is read.
 * Source     Prometheus, "Exposition formats", text format 0.0.4; "Metric and
 *            label naming".
 */
#ifndef THUMOI_WEB_METRICS_H
#define THUMOI_WEB_METRICS_H

#include "base/buf.h"
#include "base/conf.h"
#include "engine/meters.h"
#include "store/db.h"
#include "web/request.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct metrics *metrics_new(const struct conf *);	/* NULL: no alerts */
void	metrics_free(struct metrics *);		/* NULL is fine */

void	metrics_show(struct request *);

/* Its halves, for tests. Reads the store when it is time for it: 1 read, 0 not yet, -1 error. */
int	metrics_read(struct metrics *, struct db *, int64_t now_us, struct err *);
void	metrics_write(struct metrics *, const struct meters *, struct buf *);

#endif
