/*
 * agenda.h - what will happen, and when: a heap of events.
 *
 * Units      milliseconds of the driven clock.
 * Ownership  the events are held by value; what they point to is the town's.
 * Errors     none.
 * Threads    the caller locks.
 * Source     none.
 */
#ifndef THUMOI_POSTOFFICE_AGENDA_H
#define THUMOI_POSTOFFICE_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct letter;

enum event_kind {
	EVENT_BOUNCE,	/* a delivery status notification arrives */
	EVENT_LOOK,	/* somebody opens the landing page, no more */
	EVENT_ANSWER,	/* somebody fills in what is due at this time */
	EVENT_BATCH	/* the survey system tells the answers of the day */
};

struct event {
	int64_t at_ms;
	uint64_t order;		/* set by agenda_add: equal times keep their order */
	enum event_kind kind;
	struct letter *letter;	/* NULL for a batch */
};

struct agenda {
	struct event *heap;
	size_t n, cap;
	uint64_t added;
};

void	agenda_add(struct agenda *, struct event);
/* The next event not later than until_ms. */
bool	agenda_take(struct agenda *, int64_t until_ms, struct event *out);
void	agenda_release(struct agenda *);

#endif
