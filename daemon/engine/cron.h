/*
 * cron.h - does what is due in the plans of all campaigns, and nothing else.
 *
 * One run, at any frequency: by `thumoi cron` and, every minute, by thumoid.
 * One run at a time (watch.h); what another one does at the same moment is
 * left to it. First what came back is read, so that the newest word counts;
 * then each wave of a plan is looked at; then what is due is sent once.
 *
 *	the store, the clock
 *	  another run is at work               nothing                        said
 *	  held: clock back, slept, restored    nothing but reading            held, once
 *	  restored, after the grace            what may have gone out is      doubted
 *	                                       uncertain; waves whose time    skipped: perhaps_run
 *	                                       came meanwhile do not run
 *
 *	a wave that has not begun
 *	  its time has not come                nothing
 *	  its last moment has passed           passed over                    skipped: over, closed
 *	  a reminder, and the next one is due  passed over for the next       skipped: overtaken
 *	  a reminder, a day late, and the next
 *	    one is nearer than min_gap_days    passed over for the next       skipped: overtaken
 *	  paused by hand                       nothing
 *	  else                                 planned and set running        begun, left_out
 *
 *	a wave that has begun
 *	  its last moment has passed           closed; what is open is        closed
 *	                                       cancelled, or expires
 *	  paused                               nothing
 *	  a roster came, an address proved
 *	    dead, or an hour has passed        planned again for those who    planned, readdressed;
 *	                                       come in now                    left_out, once a day
 *
 *	the campaign has closed                said once; only thanks go on   closed
 *
 * "Passed over" waves never run by themselves any more; `thumoi wave run` can
 * still run them. An invitation is never passed over for a reminder: it holds
 * as long as the campaign is open. Who may get what: eligible.h. Between
 * planning and sending, claim.c asks again for the day and the gap.
 *
 * Everything is in the wave log (store/wave_log.h), with its reason.
 *
 * Units      times are Unix seconds.
 * Ownership  the caller's.
 * Errors     -1: something failed for good. One wave that cannot be planned is
 *            told (wave log, `failed`) and does not stop the others.
 * Threads    the thread of the db handle.
 * Source     design.md sections 3 and 7.
 */
#ifndef THUMOI_ENGINE_CRON_H
#define THUMOI_ENGINE_CRON_H

#include <stdatomic.h>

#include "engine/inbound.h"
#include "engine/watch.h"

struct cron_options {
	bool go;			/* somebody says: the clock is right, the store is whole */
	bool fetch;			/* read the mailbox, when one is set */
	/* Sends what is due, once; keep_moments: as dispatch.h has it. NULL: only plan (somebody else sends). */
	int (*send)(void *arg, bool keep_moments, struct err *);
	void *arg;
	const atomic_bool *stop;	/* may be NULL */
};

struct cron_result {
	bool busy;			/* another run was at work */
	struct watch watch;
	int64_t planned;		/* invites */
	int failed;			/* waves */
	struct inbound_tally inbound;
	struct err trouble;		/* the mailbox could not be read: the rest was done all the same */
	int64_t log_from;		/* what this run wrote is behind this entry of the wave log */
};

int	cron_run(struct db *, const struct conf *, const struct cron_options *, struct cron_result *, struct err *);

#endif
