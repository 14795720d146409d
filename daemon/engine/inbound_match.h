/*
 * inbound_match.h - whom a report is about.
 *
 * Units      none.
 * Ownership  targets lie in the arena of the caller.
 * Errors     -1: the store failed.
 * Threads    the thread of the db handle.
 * Source     design.md section 4, "Tokens".
 */
#ifndef THUMOI_ENGINE_INBOUND_MATCH_H
#define THUMOI_ENGINE_INBOUND_MATCH_H

#include "base/token.h"
#include "mail/mreport.h"
#include "store/inbound.h"

enum match_by { MATCH_NONE, MATCH_VERP, MATCH_ENVID, MATCH_MESSAGE_ID, MATCH_ADDRESS, MATCH_FORGED,
	MATCH_LETTER,			/* a letter to a unit (store/letter.h): about nobody who was nominated */
};

struct match {
	enum match_by by;
	struct inbound_target target;	/* of a tag; MATCH_LETTER: invite is the letter */
	int attempt;			/* 0: unknown */
};

/* By tag, or forged; MATCH_NONE: only addresses are left to ask. 0 or -1. */
int	match_tag(struct db *, struct arena *, const struct secret *, const struct mreport *, struct match *, struct err *);

#endif
