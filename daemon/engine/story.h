/*
 * story.h - one person: who it is, the cause, and everything that happened.
 *
 * Units      times are Unix seconds.
 * Ownership  all lies in the arena of the caller.
 * Errors     0 or -1.
 * Threads    the thread of the db handle; in a snapshot all is of one moment.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_STORY_H
#define THUMOI_ENGINE_STORY_H

#include "engine/cause.h"
#include "store/timeline.h"
#include "store/unit.h"

struct story {
	struct contact who;
	struct campaign campaign;
	struct unit unit;
	enum cause cause;
	char grade;			/* 0: no evidence */
	struct event *events;
	size_t n;
	enum lang lang;			/* the campaign's; the caller may choose another */
};

int	story_load(struct story *, struct db *, struct arena *, const struct contact *, int64_t now, struct err *);
/* What stands in event.what, in words. */
const char *story_word(const char *what, enum lang);

#endif
