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
/* What happened, in words. In the arena, or static. */
const char *story_title(struct arena *, const struct event *, enum lang);
const char *event_kind_name(enum event_kind);	/* row, invite, attempt, evidence, answer, note */
/*
 * What an event says beyond that: the reply, the address; of a row its reason
 * in words, "typo in the domain -> an@gmail.example", and nothing when it is
 * clean. In the arena, or the event's own.
 */
const char *story_detail(struct arena *, const struct event *, enum lang);

#endif
