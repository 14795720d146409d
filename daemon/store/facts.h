/*
 * facts.h - everything known about each person of a campaign, one after the
 * other.
 *
 * Five cursors in the order of contact run side by side (people, addresses,
 * invites, evidence, answers) and are merged: one pass, whatever the number
 * of people, no query per person. The facts are what was observed, brought
 * together; what they mean is decided in engine/cause.h.
 *
 * Delivery is judged for the addresses a person has *now*: what befell an
 * address that was corrected since says nothing about the new one. Where
 * several do not exist, the failure is that of the first.
 *
 * The same can be had as of an earlier moment, from the same pass: what was
 * written of a later time is not looked at, addresses are those before later
 * corrections, a message that has moved since lay in the queue then if its
 * wave had begun.
 *
 * Units      times are Unix seconds; 0: never.
 * Ownership  texts in struct facts are borrowed until the next facts_next.
 * Errors     facts_open 0/-1; facts_next 1 a person, 0 no more, -1 error.
 * Threads    the thread of the db handle. Open it inside db_snapshot when
 *            other queries must see the same moment.
 * Source     design.md section 2, "Causes".
 */
#ifndef THUMOI_STORE_FACTS_H
#define THUMOI_STORE_FACTS_H

#include "store/campaign.h"

enum contact_state { CONTACT_MAILABLE, CONTACT_HELD, CONTACT_REJECTED };
enum found_in { FOUND_UNTOLD, FOUND_INBOX, FOUND_SPAM, FOUND_FORWARDED };

struct facts_message {			/* an invite of the person */
	int64_t id, wave, moved_at, due_at;
	const char *state;		/* static */
	int address;			/* among `emails`; -1: none that the person has now */
	bool passed;			/* its wave is over: it will not go out any more */
	bool told;			/* evidence says how it failed */
	const char *email;		/* facts*.c only */
};

struct facts {
	int64_t contact, unit;
	enum contact_state state;
	const char *reason;		/* of the row that decided */
	const char *name, *sub_unit;
	const char *email;		/* the first address, "" when there is none */
	const char *domain;		/* its mail domain, "" */
	bool erased;			/* never written to again, told of to nobody; still counts */
	bool missing;			/* not in the unit's latest roster any more */
	const char *const *emails;	/* all of them, in the order of their use */
	size_t n_emails;
	const struct facts_message *messages;
	size_t n_messages;

	unsigned answered;		/* bit i: instrument i of the campaign */
	int64_t answered_at;		/* the first of them */
	int64_t mended_at;		/* the first time a unit gave another address; known with facts_open_moments only */
	bool opted_out, complained;
	char complained_grade;		/* the best */

	/* Messages, to whatever address. */
	bool invited;			/* one was begun: it left the plan */
	bool accepted;			/* a relay took one */

	/* Messages to the addresses the person has now. */
	bool begun;			/* one left the plan */
	bool waiting;			/* one is due, being sent, or deferred */
	int64_t uncertain_at;		/* of the latest one whose line dropped after the dot */
	int64_t failed_at;		/* the latest refusal, failed report or expiry */
	const char *failed_kind;	/* refusal, dsn, expired; "" */
	const char *failed_category;	/* word of mail/category.h; "" */
	char failed_grade;
	int64_t failed_evidence;	/* the row that says so; 0: the queue's own word */
	int64_t accepted_at;		/* the latest acceptance, or report of delivery, of any message but the failed one */

	/* Signs that somebody or something at the other end has it. */
	int64_t received_at;		/* latest button, receipt, auto-reply, reply, found in the inbox */
	char received_grade;		/* the best of them; 0: none */
	enum found_in found;		/* where the person, or the focal point, said it lay: the latest word */
	bool found_told_by_person;	/* ... and it was the person */
	bool away;			/* an auto-reply said: until away_until */
	int64_t away_from, away_until;
	char away_grade;
	bool reacted;			/* any sign of life at all, a complaint too */
};

struct facts_reader;

/* contact 0: everybody of the campaign. `now` decides what is due. */
int	facts_open(struct facts_reader **, struct db *, const struct campaign *, int64_t contact, int64_t now, struct err *);
/* Up to `most` people with contact > after; for who writes in between, so that no cursor stands open meanwhile. */
int	facts_open_after(struct facts_reader **, struct db *, const struct campaign *, int64_t after, int64_t most,
	    int64_t now, struct err *);
/* Everybody, now and as of earlier moments. */
#define FACTS_MOMENTS 2
struct facts_moments {
	int64_t now;
	int64_t then[FACTS_MOMENTS];
	size_t n;
};
int	facts_open_moments(struct facts_reader **, struct db *, const struct campaign *, const struct facts_moments *, struct err *);
/* Of the person that facts_next gave last; NULL: not nominated yet. */
const struct facts *facts_then(const struct facts_reader *, size_t moment);
int	facts_next(struct facts_reader *, struct facts *, struct err *);
void	facts_close(struct facts_reader *);	/* NULL is fine */

/* Whom one asks about: a NULL list is everybody of the campaign. */
struct facts_of { const int64_t *contacts; size_t n; };
/* Each of them, until the callback returns non-zero: that is returned then. Else 0, or -1. */
int	facts_each(struct db *, const struct campaign *, const struct facts_of *, int64_t now,
	    int (*each)(const struct facts *, void *), void *, struct err *);

#endif
