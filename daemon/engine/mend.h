/*
 * mend.h - a list of corrections comes back from a unit.
 *
 * It is known by its column of corrected addresses (engine/fixlist.h), however
 * the columns were moved and whatever rows were deleted. Whom a row means:
 *
 *	its reference, when the name agrees with it;
 *	else the name, with the old address or the sub-unit where several have it;
 *	a name that nobody of the unit has: the unit names somebody else;
 *	what cannot be told is held, never guessed.
 *
 * Only an address that differs from the one before is a correction: the person
 * keeps token and history, and is due again. A row left as it was changes
 * nothing, and nobody who is not in the list is missing.
 *
 * Units      none.
 * Ownership  as import.h.
 * Errors     as import_roster: nothing of the file is stored then.
 * Threads    the importer's; in its transaction.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_MEND_H
#define THUMOI_ENGINE_MEND_H

#include "engine/import.h"
#include "engine/roster_read.h"

/* The roster is filled but for what the reader has found; it gets its id here. */
int	mend(struct db *, const struct import_options *, struct roster_reader *, struct roster *, int64_t now,
	    struct import_tally *, struct err *);

#endif
