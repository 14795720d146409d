/*
 * confirm.h - somebody confirms what a held row was taken to mean.
 *
 * The suggestion becomes the person's address exactly as one from a list of
 * corrections would: judged again by the rules of an import, looked for among
 * the others of the campaign, recorded as a correction. The token stays, the
 * person can be written to, the row is `accept` with the reason `confirmed`.
 *
 * Units      times are Unix seconds.
 * Ownership  nothing is kept; the arena is used meanwhile.
 * Errors     0, and *out says what became of it: nothing is changed unless it
 *            is CONFIRM_DONE; or -1.
 * Threads    the thread of the db handle; begins and commits by itself.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_CONFIRM_H
#define THUMOI_ENGINE_CONFIRM_H

#include "base/lang.h"
#include "store/campaign.h"
#include "store/roster.h"

enum confirm {
	CONFIRM_DONE,
	CONFIRM_NO_ROW,		/* none of this campaign */
	CONFIRM_NOT_HELD,	/* not any more: somebody was faster */
	CONFIRM_ASK,		/* a click cannot settle it */
	CONFIRM_LATER_FILE,	/* the unit has said something newer of the person */
	CONFIRM_NO_ADDRESS,	/* the suggestion cannot be used after all */
	CONFIRM_SAME_FILE, CONFIRM_OTHER_FILE,	/* the same person stands there already, with this address */
	CONFIRMS
};

/* A click is enough: held, with one meaning, and not about which person is meant. */
bool	confirm_may(const struct roster_row *);
int	confirm_suggestion(struct db *, struct arena *, const struct campaign *, int64_t roster, int64_t seq, const char *actor,
	    enum confirm *out, struct err *);
const char *confirm_text(enum confirm, enum lang);

#endif
