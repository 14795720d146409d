/*
 * amend.h - the operator corrects what is held on one person.
 *
 * An address is judged as the importer judges it; another one is a correction
 * like those of a list that a unit sends back (engine/mend.h), so that
 * audiences with mended=yes know it. The token stays. What the unit wrote, the
 * rows of its rosters, stays on record as it came.
 *
 * Units      times are Unix seconds.
 * Ownership  none.
 * Errors     ERR_INPUT: not valid, with what to do; nothing was changed then.
 * Threads    the thread of the db handle; a transaction of its own.
 * Source     GDPR article 16; Decree 13/2023/ND-CP, article 15.
 */
#ifndef THUMOI_ENGINE_AMEND_H
#define THUMOI_ENGINE_AMEND_H

#include "engine/by.h"
#include "engine/units.h"
#include "store/contact.h"

struct amendment {
	const char *name, *email, *sub_unit;	/* NULL: as it is */
};

struct amended {
	bool name, email, sub_unit;
	bool shared;			/* a colleague has the new address, too */
	const char *fault;		/* what ERR_INPUT is about: "name", "email"; "": the person */
};

int	amend(struct db *, const struct contact *, const struct units *, const struct amendment *, const struct by *, int64_t now,
	    struct amended *, struct err *);
/* What was corrected, in words; in the arena. */
const char *amended_text(struct arena *, const struct amended *, enum lang);

#endif
