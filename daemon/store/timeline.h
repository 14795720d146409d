/*
 * timeline.h - find a person, and everything that happened to them, in order.
 *
 * From the roster row over each attempt and each piece of evidence to the
 * answers: what one reads out on the telephone.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     0 or -1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_TIMELINE_H
#define THUMOI_STORE_TIMELINE_H

#include "store/contact.h"

/*
 * Who is meant by a token, an address (any rank, any case), or a name (any
 * case, with or without diacritics, in part when nobody has it in whole).
 * In all campaigns, the youngest first; at most `most` of them.
 */
int	person_find(struct db *, struct arena *, const char *who, size_t most, struct contact **, size_t *n, struct err *);

enum event_kind { EVENT_ROW, EVENT_INVITE, EVENT_ATTEMPT, EVENT_EVIDENCE, EVENT_ANSWER, EVENT_NOTE };

struct event {
	int64_t at;
	enum event_kind kind;
	const char *what;	/* disposition, invite state, verdict, kind of evidence, instrument key; note */
	const char *where;	/* roster file:line, wave, relay, address, source of the answer, who wrote the note */
	const char *detail;	/* reason and suggestion, address, reply, diagnostic text */
	const char *category;	/* attempt, evidence; "" */
	char grade;		/* evidence; '\0' */
	int64_t until;		/* answer: last changed; auto-reply: away until; invite planned or deferred: due; 0 */
};

int	timeline(struct db *, struct arena *, int64_t contact, struct event **, size_t *n, struct err *);

#endif
