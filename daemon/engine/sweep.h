/*
 * sweep.h - what time does to a wave by itself.
 *
 * Deferred invites past their expiry expire; when the wave's time is over,
 * those not yet tried are cancelled; a wave with nothing open is done.
 *
 * Units      times are Unix seconds.
 * Ownership  nothing.
 * Errors     -1; commits by itself, a few hundred invites at a time.
 * Threads    dispatcher only.
 * Source     RFC 5321 4.5.4.1; design.md section 7 (a late cron).
 */
#ifndef THUMOI_ENGINE_SWEEP_H
#define THUMOI_ENGINE_SWEEP_H

#include "engine/sending.h"

int	sweep_wave(struct sendings *, struct sending *, int64_t now, struct err *);
/* A running wave with nothing planned, under way or deferred becomes done. */
int	sweep_close(struct sendings *, struct sending *, struct err *);

#endif
