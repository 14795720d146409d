/*
 * jobs.h - the daemon's threads that are not the web: sending, plans, inbound
 * mail, looking into probe mailboxes, letters that were deferred, survey systems.
 *
 * Where mail is sent, the plans of the campaigns are looked at every minute
 * (engine/cron.h); while sending is held (engine/watch.h) the dispatcher waits.
 *
 * Each has its own store handle. A job that fails says so in the log and tries
 * again after a while; it never takes the daemon down.
 *
 * Units      none.
 * Ownership  options->conf and meters must outlive the jobs.
 * Errors     jobs_start: -1 when a thread cannot be made.
 * Threads    jobs_* from the main thread.
 * Source     engine/dispatch.h, engine/cron.h, engine/inbound.h, engine/placement.h, engine/survey_sync.h.
 */
#ifndef THUMOI_APP_JOBS_H
#define THUMOI_APP_JOBS_H

#include "base/conf.h"
#include "engine/meters.h"

struct jobs;

struct jobs_options {
	const struct conf *conf;
	const char *store;
	struct meters *meters;
	bool dispatch, inbound, probes, surveys, webhooks;	/* dispatch: and the plans, and letters */
};

int	jobs_start(struct jobs **, const struct jobs_options *, struct err *);
void	jobs_stop(struct jobs *);	/* finishes the messages at hand; NULL is fine */

#endif
