/*
 * visitor.h - what the pages behind one token show, in few steps.
 *
 * Units      times are Unix seconds; 0: not done.
 * Ownership  texts lie in the arena of the caller.
 * Errors     1 found, 0 nobody has this token, -1 error.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_VISITOR_H
#define THUMOI_STORE_VISITOR_H

#include "store/campaign.h"

struct visitor {
	int64_t contact, campaign;
	const char *name, *sub_unit;
	const char *unit_vi, *unit_en;
	int64_t done_at[INSTRUMENTS_MAX];	/* by position of the instrument */
	const char *found;			/* what the person said last: found_inbox, found_spam, found_forwarded; "" */
	bool opted_out;
};

int	visitor_by_token(struct db *, struct arena *, const char *token, struct visitor *, struct err *);

#endif
