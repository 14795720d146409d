/*
 * attach.h - somebody reads a mail that no rule could place, and says what it is.
 *
 * Whose mail it is and what it says of them becomes evidence: a reply (grade
 * B: an operator's reading of who wrote it), or one of the words that can be
 * said of a person (engine/word.h). The evidence does not name the message as
 * its source: read again by other rules (engine/reclassify.h) the message may
 * say something else, and what a person said must stay. Which message it was
 * stands in its text, and whom it was attached to in the message's own row.
 *
 * The message is kept whatever is said of it; it leaves the list.
 *
 * Units      times are Unix seconds.
 * Ownership  nothing is kept; the arena is used meanwhile.
 * Errors     0, and *out says what became of it: nothing is changed unless it
 *            is ATTACH_DONE; or -1.
 * Threads    the thread of the db handle; begins and commits by itself.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_ATTACH_H
#define THUMOI_ENGINE_ATTACH_H

#include "base/lang.h"
#include "mail/classify.h"
#include "store/contact.h"
#include "store/inbound.h"

enum attach {
	ATTACH_DONE,
	ATTACH_NO_MAIL,		/* there is no such message */
	ATTACH_DECIDED,		/* somebody has said before what it is */
	ATTACH_NO_KIND,		/* what it says was not chosen */
	ATTACH_NEEDS_UNTIL,	/* away: until when? */
	ATTACHES
};

/* What a mail can say of a person: "reply" and the words. NULL: no more. */
const char *attach_kind_at(size_t i, enum lang, const char **text);

struct attach_what {
	int64_t mail, campaign;
	const struct contact *who;
	const char *kind;
	int64_t until;			/* 0: not said */
	const char *actor;
};

int	attach_mail(struct db *, struct arena *, const struct rules *, const struct attach_what *, enum attach *out, struct err *);
/* Nobody's: "not_ours"; a reply that needs nothing more: "seen". */
int	attach_nobody(struct db *, int64_t mail, const char *decision, const char *actor, enum attach *out, struct err *);
const char *attach_text(enum attach, enum lang);

#endif
