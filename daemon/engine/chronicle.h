/*
 * chronicle.h - an entry of the wave log, or what stopped a wave, in words.
 *
 * Units      none.
 * Ownership  appends to the caller's buf.
 * Errors     none: a word it does not know is shown as it is.
 * Threads    pure.
 * Source     store/wave_log.h lists the entries.
 */
#ifndef THUMOI_ENGINE_CHRONICLE_H
#define THUMOI_ENGINE_CHRONICLE_H

#include "base/buf.h"
#include "base/date.h"
#include "store/pace.h"
#include "store/wave_log.h"

/* "left out: 428: an earlier message is still on its way"; without time, campaign and wave. */
void	chronicle_text(struct buf *, const struct wave_entry *, const struct zone *, enum lang);
/* One line: when, what and why. */
void	stop_text(struct buf *, const struct stop *, const struct zone *, enum lang);

#endif
