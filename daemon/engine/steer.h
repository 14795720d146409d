/*
 * steer.h - somebody makes a wave, starts, pauses or resumes it.
 *
 *	            steer_create          steer_start            (sweep.h)
 *	(nothing) -------------> planned ------------> running ------------> done
 *	                           |  ^                |  ^   ^               |
 *	             steer_pause   v  |   steer_pause  v  |   +---------------+
 *	                          paused             paused      steer_start: who came in since
 *	                              steer_resume: back to where it was
 *
 * What the store says decides, looked at again inside the transaction: who
 * comes second with the same wish is told so (ERR_NOTNOW), and nothing is
 * done twice. Starting plans (plan.h) and sets running; what goes out then,
 * and when, is the dispatcher's, with all its limits.
 *
 * Units      times are Unix seconds.
 * Ownership  texts of a wave lie in the caller's arena.
 * Errors     ERR_INPUT what cannot be accepted; ERR_NOTNOW the wave is
 *            elsewhere, or too late; ERR_NOTFOUND with the names there are.
 * Threads    the thread of the db handle.
 * Source     design.md section 7.
 */
#ifndef THUMOI_ENGINE_STEER_H
#define THUMOI_ENGINE_STEER_H

#include "engine/plan.h"
#include "store/pace.h"

/* The wave of that name; else an error that tells which there are. */
int	steer_find(struct db *, struct arena *, const struct campaign *, const char *name, struct wave *, struct err *);

struct steer_order {			/* as somebody wrote it; NULL: not said */
	const char *name, *template, *audience, *kind, *not_before, *not_after, *uncertain;
};
/* Fills w; *field is what is wrong: "name", "template", "audience", "kind", "not-before", "not-after", "uncertain"; or NULL. */
int	steer_create(struct db *, struct arena *, const struct conf *, const struct campaign *, const struct steer_order *,
	    const char *actor, struct wave *, const char **field, struct err *);

/* May it be started by hand as it is now? Else an error that says why not. */
int	steer_may_start(struct db *, const struct campaign *, const struct wave *, int64_t now, struct err *);
/* only_from: the state it must be in ("planned", "done"); NULL: any but paused, as for a command that is given again. */
int	steer_start(struct db *, const struct conf *, const struct campaign *, const struct wave *, const char *only_from,
	    const char *actor, struct plan *, struct err *);
int	steer_pause(struct db *, const struct wave *, const char *actor, struct err *);
/* domain NULL: the whole wave; else the stop of that domain alone. */
int	steer_resume(struct db *, const struct wave *, const char *domain, const char *actor, struct err *);
/* Why a paused wave is paused, as an error. */
int	steer_paused(struct db *, const struct campaign *, const struct wave *, struct err *);

#endif
