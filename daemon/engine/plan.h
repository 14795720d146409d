/*
 * plan.h - who is due: a wave becomes invites.
 *
 * Everybody whom the wave's audience (audience.h) names and whom no rule keeps
 * out (eligible.h) gets one invite, due when the wave may begin. Planning
 * again adds only people who were not there the first time, who were kept out
 * by a rule of time that is over, or whose address proved dead and who have
 * another one.
 *
 * Units      times are Unix seconds.
 * Ownership  the caller's.
 * Errors     ERR_INPUT for an expression; ERR_NOTNOW when the campaign has
 *            closed or the wave's time is over.
 * Threads    the thread of the db handle.
 * Source     design.md sections 2, 3, 7.
 */
#ifndef THUMOI_ENGINE_PLAN_H
#define THUMOI_ENGINE_PLAN_H

#include "engine/eligible.h"
#include "store/campaign.h"
#include "store/invite.h"

struct plan {
	int64_t planned;	/* new invites */
	int64_t readdressed;	/* of them: invites that go to the person's next address now */
	int64_t before;		/* have an invite of this wave already */
	int64_t outside;	/* not of the audience */
	int64_t answered;	/* nothing left to answer */
	int64_t stopped;	/* opted out or complained */
	int64_t held;		/* row held or rejected */
	int64_t dead;		/* no address that is not proven dead */
	int64_t unanswered, refusing, away, open, not_invited, most, today, soon;	/* as eligible.h has them */
	int64_t probes;		/* probe mailboxes that ride with the new ones; no people */
};

int64_t	plan_count(const struct plan *, enum skip);	/* SKIP_NOT: planned */

/* Who is left out, by reason, into the wave log: where the number is another one than the last that was told. */
int	plan_tell_left_out(struct db *, const struct wave *, const struct plan *, int64_t now, struct err *);

/* Only whether the expression can be read; c: its instruments are the keys of missing=. */
int	plan_check(struct db *, const char *audience, const struct campaign *c, struct err *);
/* The last moment at which the wave may send. */
int64_t	plan_deadline(const struct wave *, const struct campaign *);
/* ERR_NOTNOW when it may not send any more. */
int	plan_in_time(const struct campaign *, const struct wave *, int64_t now, struct err *);
/* Commits by itself, a few thousand people at a time; stopping in between loses nothing. */
int	plan_wave(struct db *, const struct conf *, const struct campaign *, const struct wave *, int64_t now, struct plan *,
	    struct err *);
/* The same, writing nothing: calls back for everybody, until it returns non-zero. */
int	plan_try(struct db *, const struct conf *, const struct campaign *, const struct wave *, int64_t now, struct plan *,
	    int (*each)(const struct facts *, const struct eligible_answer *, void *), void *, struct err *);

#endif
