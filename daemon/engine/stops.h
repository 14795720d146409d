/*
 * stops.h - a wave that goes wrong is stopped, and says why.
 *
 * Bounces (addresses proven dead by a refusal or a DSN) above
 * stop_bounce_percent of the messages tried, complaints above
 * stop_complaint_percent of those accepted, once stop_least_messages went
 * out: the wave is paused until somebody resumes it. After a resume only
 * what came since counts. With `stops = observe` the moment and the reason
 * are kept and nothing stops. A domain whose refusals come back as reports
 * is stopped here too (wall.h).
 *
 * Units      Unix seconds; percentages in thousandths, as in struct conf.
 * Ownership  nothing.
 * Errors     -1.
 * Threads    dispatcher only.
 * Source     Gmail's rules for senders (below 0.3 %, aim 0.1 %).
 */
#ifndef THUMOI_ENGINE_STOPS_H
#define THUMOI_ENGINE_STOPS_H

#include "engine/sending.h"
#include "store/pace.h"

/* Looks, and pauses the wave; commits by itself. 1: it was paused now, 0, -1. */
int	stops_check(struct sendings *, struct sending *, int64_t now, struct err *);

#endif
