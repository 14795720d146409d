/*
 * teach.h - somebody reads a mail that no rule could place, and teaches one.
 *
 * A lesson is a meaning and a phrase: "whoever writes that in the subject is
 * away", "that means the mailbox is full", "what this sender writes is nothing
 * of ours". It is tried before it is kept: against the mails that wait, to
 * show which of them would be understood; against those of late that are
 * understood, to show what it would take away from them; and against the
 * shipped examples, none of which it may contradict. Kept, it stands in the
 * office's own rules (engine/rulebook.h), and what waits is read again.
 *
 * Units      times are Unix seconds.
 * Ownership  all lies in the arena.
 * Errors     ERR_INPUT: the lesson cannot be read, or contradicts an example.
 * Threads    the thread of the db handle; teach_keep begins and commits by
 *            itself.
 * Source     mail/rules.h, mail/phrases.h.
 */
#ifndef THUMOI_ENGINE_TEACH_H
#define THUMOI_ENGINE_TEACH_H

#include "base/conf.h"
#include "engine/by.h"
#include "mail/mreport.h"
#include "store/db.h"

#define TEACH_SHOWN 10			/* of each kind, in full */
#define TEACH_PHRASE_MAX_BYTES 300

/* What a rule can say: "auto-reply", "not-ours", "mailbox-full" ... NULL: no more. */
const char *teach_meaning_at(size_t i, enum lang, const char **text);
const char *teach_meaning_text(const char *meaning, enum lang);		/* NULL: no such meaning */

struct lesson {
	const char *meaning, *phrase;
	int64_t mail;			/* that it was learned from; 0: none */
};

/* What seems to make that mail recognisable: a meaning (NULL: to be guessed), and words of it with names, numbers and
 * addresses left out. */
void	teach_propose(struct lesson *, struct arena *, const struct mreport *, const char *meaning);

struct teach_mail {
	int64_t id;
	const char *from, *subject;
	const char *before, *after;	/* what was and would be understood: kind, category; "not-ours" */
};

struct teach_fault {			/* an example that would mean something else */
	const char *text, *want, *got;
};

struct teach_trial {
	const char *rules;		/* the lines that would be written */
	int64_t waiting, hits;		/* mails that wait; of them: understood otherwise */
	int64_t known, takes;		/* mails of late that are understood; of them: understood otherwise */
	struct teach_mail hit[TEACH_SHOWN], take[TEACH_SHOWN];
	int64_t examples, faults;
	struct teach_fault fault[TEACH_SHOWN];
};

int	teach_try(struct teach_trial *, struct db *, const struct conf *, struct arena *, int64_t campaign, const struct lesson *,
	    const struct by *, struct err *);

struct teach_done {
	int64_t read, changed;		/* of what waits */
};

int	teach_keep(struct teach_done *, struct db *, const struct conf *, struct arena *, int64_t campaign, const struct lesson *,
	    const struct by *, int64_t now, struct err *);
/* 1, 0 it is not there any more, -1. What was understood by it stays so until all is read again. */
int	teach_forget(struct teach_done *, struct db *, const struct conf *, struct arena *, int line, const char *when,
	    const struct by *, struct err *);

#endif
