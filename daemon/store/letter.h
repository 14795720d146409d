/*
 * letter.h - letters to units, tests of mail domains and alerts in the store:
 * what went out, what the relay said to it, what came back.
 *
 *	             letter_claim()
 *	PLANNED -----------------------> SENDING ---> ACCEPTED, REFUSED
 *	   ^                              |  ^  \---> UNCERTAIN  the line dropped after the dot, or found at start
 *	   +--- nothing went out ---------+  |
 *	                     4yz: DEFERRED --+------> EXPIRED    past expires_at
 *
 * The message is kept whole: what was sent to an office stays on record, and
 * a second attempt is byte for byte the first.
 *
 * A letter's id lies above those of all invites, so that a tag names either
 * and cannot be taken for the other.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_LETTER_H
#define THUMOI_STORE_LETTER_H

#include "store/db.h"
#include "store/invite.h"

#define LETTER_ID_ABOVE INT64_C(2199023255552)

struct letter {
	int64_t id, campaign;
	const char *wave, *kind;	/* kind: numbers, fix, refusal, preflight, alert */
	const char *about;		/* code of the unit; mail domain; "" */
	const char *number;		/* of the dispatch; "" */
	const char *name, *email;
	const char *state;		/* planned, sending, accepted, deferred, refused, uncertain, expired */
	int64_t created_at, due_at, expires_at, moved_at;
	int attempts;			/* how many have begun */
	const char *message;		/* letter_claim and letter_insert only */
	size_t len;
};

/* What became of one, for lists. */
struct letter_standing {
	struct letter letter;
	int code;			/* the last answer; 0: none */
	const char *text, *category;	/* "" */
	int64_t news_at;		/* the latest that came back; 0: nothing */
	const char *news_kind, *news_category, *news_text;
	int64_t failed_at;		/* a report of failure came back; 0: none */
	const char *failed_text;	/* its words; "" */
};

static inline bool
letter_is(int64_t id)
{
	return id > LETTER_ID_ABOVE;
}

int	letter_next_id(struct db *, int64_t *id, struct err *);
/* With an id from letter_next_id. 1 in, 0 the wave wrote to that mailbox about that already. */
int	letter_insert(struct db *, const struct letter *, struct err *);
/* Is there a letter of this wave about that, to that mailbox? 1, 0, -1. */
int	letter_there(struct db *, int64_t campaign, const char *wave, const char *about, const char *email, struct err *);
/* The next one due becomes `sending`, attempts + 1; campaign 0, wave NULL: any. 1 taken, 0 none, -1. */
int	letter_claim(struct db *, struct arena *, int64_t campaign, const char *wave, int64_t now, struct letter *, struct err *);
int	letter_give_back(struct db *, int64_t id, struct err *);	/* claimed, but nothing went out */
int	letter_move(struct db *, int64_t id, const char *state, int64_t now, int64_t due_at, struct err *);
/* In `sending` since before `lost_before`, by a sender that died: uncertain. Deferred past their expiry: expired. */
int	letter_settle(struct db *, int64_t now, int64_t lost_before, struct err *);
/* Planned or deferred, of the campaign (0: of all) and wave (NULL: of all). */
int	letter_open(struct db *, int64_t campaign, const char *wave, int64_t *n, struct err *);
int	letter_attempt_insert(struct db *, const struct attempt *, struct err *);	/* .invite is the letter */

/* Those of a campaign, oldest first, until the callback returns non-zero; kind NULL: of all kinds. */
int	letter_each(struct db *, int64_t campaign, const char *kind, int (*each)(const struct letter_standing *, void *), void *,
	    struct err *);
/* Those about one unit, by its code. */
int	letter_each_about(struct db *, int64_t campaign, const char *about, int (*each)(const struct letter_standing *, void *), void *,
	    struct err *);
int	letter_by_id(struct db *, struct arena *, int64_t id, struct letter *, struct err *);	/* without its message */

struct letter_news {
	int64_t letter, inbound, at;
	const char *kind, *category, *status, *text;
};
int	letter_news_insert(struct db *, const struct letter_news *, struct err *);

#endif
