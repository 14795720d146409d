/*
 * due.h - what cron does with one wave of a plan, and when.
 *
 * Asked by cron, which does it (cron.h has the rules as a table), and by
 * whoever tells people what will happen: both hear the same.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena, or are static.
 * Errors     -1 from the store.
 * Threads    the thread of the db handle.
 * Source     design.md sections 3 and 7.
 */
#ifndef THUMOI_ENGINE_DUE_H
#define THUMOI_ENGINE_DUE_H

#include "base/buf.h"
#include "base/conf.h"
#include "engine/calendar.h"
#include "store/campaign.h"
#include "store/invite.h"

enum due_what {
	DUE_BY_HAND,		/* in no plan: nothing happens by itself */
	DUE_SETTLED,		/* over, or passed over: nothing happens any more */
	DUE_PAUSED,		/* until somebody resumes it */
	DUE_WAIT,		/* it begins at `at` */
	DUE_BEGIN,		/* it begins now */
	DUE_PASS_OVER,		/* it will not run: reason, detail as in store/wave_log.h */
	DUE_LOOK,		/* under way; planned again for newcomers at `at`, sooner when a roster comes */
	DUE_PLAN,		/* ... now */
	DUE_CLOSE,		/* its time is over */
};

struct due {
	enum due_what what;
	int64_t at;			/* DUE_WAIT, DUE_LOOK */
	int64_t until;			/* the last moment at which it may send */
	const char *reason, *detail;	/* DUE_PASS_OVER, DUE_CLOSE; "" */
};

struct due_ask {
	struct db *db;
	const struct conf *conf;
	const struct calendar *calendar;
	const struct campaign *campaign;
	int64_t now;
	int64_t doubt;			/* 0, or: what was due until then may have gone out (watch.h) */
};

int	due_look(const struct due_ask *, struct arena *, const struct wave *, struct due *, struct err *);
/* One sentence. */
void	due_text(struct buf *, const struct due *, const struct wave *, const struct zone *, enum lang);

#endif
