/*
 * inbound_match.h - whom a report is about.
 *
 * What a report shows is asked in the order of its worth: the tag in the
 * address it came to, in a Message-ID, in an ENVID; then what else the
 * returned headers hold: our envelope sender, the person's token in a link.
 * An address alone is the caller's last resort.
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

enum match_by { MATCH_NONE, MATCH_VERP, MATCH_MESSAGE_ID, MATCH_ENVID, MATCH_SENDER, MATCH_TOKEN, MATCH_FORGED,
	MATCH_PROBE,			/* a message to a probe mailbox: about nobody */
	MATCH_LETTER,			/* a letter to a unit (store/letter.h): about nobody who was nominated */
};

#define MATCH_SLACK_S 86400	/* clocks differ, and zones are left out: a report may seem older than its message */

struct match {
	enum match_by by;
	struct inbound_target target;	/* unless MATCH_NONE or MATCH_FORGED; MATCH_PROBE, MATCH_LETTER: only the invite, which is theirs */
	int attempt;			/* 0: unknown */
};

/* What a mail can be matched by. */
struct match_clues {
	const struct mreport *report;
	const char *raw;		/* the whole mail */
	size_t len;
	int64_t at;			/* when it was written */
};

/* By tag or token, or forged; MATCH_NONE: only addresses are left to ask. 0 or -1. */
int	match_mail(struct db *, struct arena *, const struct secret *, const struct match_clues *, struct match *,
	    struct err *);
bool	match_found(const struct match *);	/* it names somebody */

#endif
