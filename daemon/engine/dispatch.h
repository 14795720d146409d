/*
 * dispatch.h - the dispatcher: what is due goes out, what came of it is kept.
 *
 *	     turn: one transaction            todo, of each relay      couriers (N threads)
 *	  outcomes in, due invites claimed  -->  [ jobs ]  -->  compose, journal, libesmtp
 *	              ^                                                  |
 *	              +-------------------  [ done ]  <------------------+
 *
 * The caller's thread is the dispatcher. It alone has the store; claims are
 * committed before their jobs are handed out, outcomes and the next claims
 * share a transaction. A relay that does not let us in is nobody's outcome:
 * the relay rests, and the jobs go through another (route.h) or are given back.
 *
 * Units      times are Unix seconds (clock.h); limits for relays real time.
 * Ownership  the caller keeps db, conf and options until dispatch_run returns.
 * Errors     -1: nothing could be sent, or the store failed for good; what was
 *            sent until then is in the result and the store. ERR_BUSY: a
 *            living process sends the same wave.
 * Threads    one dispatch_run per db handle; several processes on one store
 *            are fine, claims are atomic.
 * Source     design.md section 7; style.md section 8.
 */
#ifndef THUMOI_ENGINE_DISPATCH_H
#define THUMOI_ENGINE_DISPATCH_H

#include <stdatomic.h>

#include "base/conf.h"
#include "engine/meters.h"
#include "engine/sending.h"
#include "store/db.h"

struct dispatch_result {
	struct tally now;		/* of this run: accepted, deferred (times), refused ... */
	int64_t left;			/* planned and deferred invites when it ended */
	const char *relay;		/* which one trouble is about; valid while the run lasts (for progress) */
	const char *trouble;		/* why it rests, and so do all others; NULL: they do not (for progress) */
	bool stopped;			/* a signal ended it */
};

struct dispatch_options {
	int64_t wave;			/* 0: every running wave */
	const char *relay_url;		/* this one alone; NULL: the setting relay_file, or relay */
	int connections;		/* 0: the setting `connections` */
	bool wait;			/* until no invite is open; else until nothing is due */
	bool forever;			/* until *stop (thumoid) */
	bool keep_moments;		/* who was put off by a run before stays so: for runs that follow each other closely */
	int give_up_s;			/* nothing could be sent at all for so long: end with an error; 0: 20 */
	struct meters *meters;		/* counts what is done; may be NULL */
	atomic_int *stop;		/* set: finish the current messages and return; may be NULL */
	/* About ten times a second and at the end; may be NULL. */
	void (*progress)(const struct dispatch_result *, void *arg);
	void *arg;
};

int	dispatch_run(struct db *, const struct conf *, const struct dispatch_options *, struct dispatch_result *,
	    struct err *);

#endif
