/*
 * apply.h - a plan becomes a campaign: what differs is told, then done, all
 * of it or nothing.
 *
 *	+ wave reminder-1: reminder, 08:00 on 22 September 2021
 *	~ campaign par-2021 closes: 7 October 2021 -> 10 October 2021
 *	- wave extra
 *	! wave invitation template: invitation -> other (it has begun: what was sent is never changed)
 *
 * A line with ! is refused, and with it the whole. What may change when
 * something was sent: texts that later messages use, the closing, a wave's
 * hours and its last moment, and every wave that has not begun. A wave that
 * somebody made by hand is taken over when the plan says the same of it.
 * Applying twice changes nothing the second time.
 *
 * Units      none.
 * Ownership  applied_release.
 * Errors     -1 from the store. Faults of the plan that only the store or the
 *            templates can tell are added to the schedule's; then, and when
 *            something is refused, nothing is written.
 * Threads    the thread of the db handle; commits by itself.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_APPLY_H
#define THUMOI_ENGINE_APPLY_H

#include "engine/schedule.h"

struct change {
	char sign;			/* + ~ - ! */
	const char *object;		/* "campaign par-2021", "wave reminder-1" */
	const char *field;		/* ~ and !: what of it; "" */
	const char *from, *to;		/* "" */
	const char *why;		/* !: why not; "" */
};

struct applied {
	struct change *changes;
	size_t n, cap;
	int refused;
	bool written;
	struct arena arena;
};

int	apply_plan(struct db *, const struct conf *, struct schedule *, int64_t now, bool dry, struct applied *, struct err *);
void	applied_release(struct applied *);

#endif
