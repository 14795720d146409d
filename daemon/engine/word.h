/*
 * word.h - what a focal point or the operator says of a person.
 *
 * A telephone call, a letter: "she has it in her spam folder", "he moved to
 * another office". It is the word of somebody who knows the person: grade A,
 * and it decides the cause as the person's own would. The later word counts
 * where two contradict each other; what was said stays on record.
 *
 * Who asked for no more reminders, by the link in the mail or by a mail of
 * their own, takes that back by the link alone. What an operator has written
 * down for them an operator can take back: it may have been the wrong person.
 *
 * Units      times are Unix seconds.
 * Ownership  static texts.
 * Errors     word_record: 1 recorded, 0 was recorded already, -1.
 *            word_withdraw: 1, 0 nothing of the kind was said, -1.
 * Threads    the thread of the db handle; begins and commits by itself.
 * Source     design.md section 2, "focal point's word".
 */
#ifndef THUMOI_ENGINE_WORD_H
#define THUMOI_ENGINE_WORD_H

#include "engine/by.h"
#include "store/contact.h"

struct word {
	const char *key;		/* spam, received, moved ... */
	const char *evidence;		/* kind of evidence, store/evidence.h */
	const char *en, *vi;		/* what it says */
	bool until;			/* needs the day until which it holds */
	const char *category;		/* of a word about the address; "" */
	bool hard;			/* the address is not written to any more */
};

const struct word *word_find(const char *key);	/* NULL: nothing of that name can be said */
/* What it says, for a list to choose from. */
const char *word_text(const struct word *, enum lang);
const struct word *word_at(size_t i);		/* in the order of the list; NULL: no more */

struct word_said {
	const char *note;		/* who said it, and how */
	int64_t at, until;		/* until 0: not said */
};

/* ERR_INPUT when something is missing, or too much. */
int	word_check(const struct word *, const struct word_said *, int64_t now, enum lang, struct err *);
/* One word, in the transaction of the caller, without a line in the audit: 1 recorded, 0 was recorded already, -1. */
int	word_note(struct db *, const struct contact *, const struct word *, const struct word_said *, struct err *);
int	word_record(struct db *, const struct contact *, const struct word *, const struct word_said *, const struct by *,
	    struct err *);
/* An opt-out that the person made by themselves: nobody else takes it back. 1, 0, -1. */
int	word_is_own(struct db *, const struct contact *, const struct word *, struct err *);
int	word_withdraw(struct db *, const struct contact *, const struct word *, const struct by *, struct err *);

#endif
