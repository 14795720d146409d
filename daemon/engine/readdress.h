/*
 * readdress.h - a person gets another address: what goes with it, whoever says so.
 *
 * Two people may share a mailbox, and both rows say so; one person in two
 * lists is not counted twice. Token and history stay, the correction is
 * recorded, and the mailbox that is left may now be one colleague's alone.
 *
 * Used for lists of corrections (engine/mend.h) and for a suggestion that
 * somebody confirms (engine/confirm.h).
 *
 * Units      times are Unix seconds.
 * Ownership  nothing is kept; `scratch` is used meanwhile.
 * Errors     0 or -1.
 * Threads    the thread of the db handle; in the transaction of the caller.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_READDRESS_H
#define THUMOI_ENGINE_READDRESS_H

#include <stdbool.h>

#include "engine/judge.h"
#include "store/contact.h"

#define SHARED_ADDRESS "shared_address"	/* the warning of a row */

struct sharers {
	int64_t same;			/* the same person stands there already; 0: nobody of that name */
	enum reason same_where;		/* R_SAME_FILE: in this unit's lists; R_OTHER_FILE */
	bool shared;			/* others have the mailbox, too: their rows say so now */
};

/* Who else of the campaign has that address; who: id (0: somebody new), campaign, unit and name_key. */
int	readdress_sharers(struct db *, struct arena *scratch, const struct contact *who, const char *email, struct sharers *,
	    struct err *);
/* A mailbox that somebody leaves may now be one colleague's only: no warning any more. */
int	readdress_settle(struct db *, struct arena *scratch, int64_t campaign, const char *email, struct err *);
/* The person as from now on; old_email "": there was none that could be used. */
int	readdress(struct db *, struct arena *scratch, const struct contact *now, const char *old_email, int64_t roster,
	    int64_t at, struct err *);

#endif
