/*
 * rulebook.h - the rules as they are now: those that are shipped, and those
 * that this office has added.
 *
 * The added ones stand in one file (setting rules_local), outside of what an
 * upgrade replaces:
 *
 *	# 2026-11-28T17:40:00+07:00 desk:an message=12
 *	[text auto-subject]
 *	toi dang di cong tac
 *
 * A block from such a line to the next empty one was written by
 * rulebook_add; anything else was written by hand, and is left alone. Readers
 * see the old file or the new one, whole (base/file.h).
 *
 * A struct rulebook is what a running daemon reads by: when the file changes,
 * whoever takes the rules next gets the new ones; who has them still keeps the
 * old. A file that cannot be read any more changes nothing, and is logged.
 *
 * Units      times are Unix seconds.
 * Ownership  rulebook_take is given back; lists lie in the arena.
 * Errors     0 or -1; ERR_INPUT for a rule that cannot be read.
 * Threads    take and give: any. rulebook_add, rulebook_remove: the thread of
 *            the db handle, whose transaction keeps two writers apart.
 * Source     mail/rules.h.
 */
#ifndef THUMOI_ENGINE_RULEBOOK_H
#define THUMOI_ENGINE_RULEBOOK_H

#include "base/conf.h"
#include "engine/by.h"
#include "mail/classify.h"
#include "store/db.h"

#define RULEBOOK_MAX_BYTES (1u << 20)

/* The rules of now; more: a block that is tried, NULL: none. path: other rules than the shipped ones, without local ones. */
int	rulebook_load(struct rules **, const struct conf *, const char *path, const char *more, struct err *);

struct rulebook;

int	rulebook_open(struct rulebook **, const struct conf *, struct err *);
void	rulebook_close(struct rulebook *);	/* nobody has its rules any more; NULL is fine */
const struct rules *rulebook_take(struct rulebook *);
void	rulebook_give(struct rulebook *, const struct rules *);

struct rulebook_entry {
	int line;			/* of the file, from 1 */
	const char *when, *who, *why;	/* of its first line; "" when it was written by hand */
	const char *rules;		/* the lines below it */
	bool by_hand;			/* not to be removed here */
};

int	rulebook_list(const struct conf *, struct arena *, struct rulebook_entry **, size_t *n, struct err *);
/* why: "message=12", one word. The rules must have been tried. */
int	rulebook_add(struct db *, const struct conf *, const char *rules, const char *why, const struct by *, int64_t now,
	    struct err *);
/* when: of the entry that stands in that line. 1 removed, 0 it is not there (any more), -1. */
int	rulebook_remove(struct db *, const struct conf *, int line, const char *when, const struct by *, struct err *);

#endif
