/*
 * recover.h - what a dispatcher that died has left behind.
 *
 * Every invite that is `sending` and claimed by no living run: what the dead
 * run's journal heard is recorded, what had not begun is given back, what was
 * under way - or claimed by a run whose journal cannot be believed - is
 * uncertain, and the wave's policy decides.
 *
 * Units      none.
 * Ownership  nothing.
 * Errors     -1; nothing is lost, the next start tries again.
 * Threads    dispatcher only.
 * Source     design.md section 7.
 */
#ifndef THUMOI_ENGINE_RECOVER_H
#define THUMOI_ENGINE_RECOVER_H

#include "engine/journal.h"
#include "engine/sending.h"

int	recover_claims(struct sendings *, const struct journal *, struct err *);

#endif
