/*
 * watch.h - can the time be trusted, and the store? One run of cron at a time.
 *
 * The store remembers the highest time it has seen. So does a small file
 * beside it (STORE-cron), which is the lock of the runs and which no backup
 * contains: when it knows a later time than the store, the store is an old
 * one that was put back, and what it takes for not sent may have been sent.
 *
 *	the clock shows          and                         then
 *	less than was seen       more than a minute less     clock_back: nothing is done until
 *	                                                     that time comes again
 *	later than was seen      the file knows of a later   restored: held for cron_grace_s, then
 *	                         time than the store; or     it goes on in doubt: what was due
 *	                         there is no file, and a     until the file's time (no file: now)
 *	                         day has passed              counts as perhaps sent
 *	more than a day later    also than runs usually      slept: held for cron_grace_s, then it
 *	                         lie apart (twice as long)   goes on as if nothing had happened
 *	otherwise                                            well
 *
 * While it is held nothing is planned, begun or sent; what came back is read.
 * An operator who knows better says --go: the clock is right, the store is
 * whole, nothing went out that it does not know of.
 *
 * Units      times are Unix seconds.
 * Ownership  watch_end releases the lock.
 * Errors     -1 from the store, or when the file cannot be used.
 * Threads    one watch, one thread; watch_peek from any, with its own handle.
 * Source     design.md section 7 (overlapping runs, restored backups).
 */
#ifndef THUMOI_ENGINE_WATCH_H
#define THUMOI_ENGINE_WATCH_H

#include "base/conf.h"
#include "store/seen.h"

enum watch_state { WATCH_WELL, WATCH_BACK, WATCH_SLEPT, WATCH_RESTORED };

struct watch {
	int fd;			/* -1: not locked */
	struct seen seen;	/* as the store has it; called_in_at may be changed before watch_end */
	int64_t witness;	/* what the file knew; 0: there was none */
	int64_t before;		/* the highest time seen before this run */
	enum watch_state state;
	int64_t until;		/* not well: when it goes on */
	bool begins, ends;	/* it is held since this run; it was held until this run */
	int64_t doubt;		/* 0, or: what was due until then may have gone out, and must be settled now */
};

/* 1: this run has the lock; 0: another one is at work. */
int	watch_begin(struct watch *, struct db *, struct err *);
/* What to think of the time; go: somebody says that all is well. Writes down what was seen. */
int	watch_look(struct watch *, struct db *, const struct conf *, int64_t now, bool go, struct err *);
void	watch_end(struct watch *);
/* Without the lock and without a trace: 1 held (or it would be), 0 not, -1. */
int	watch_peek(struct db *, const struct conf *, int64_t now, struct err *);

#endif
