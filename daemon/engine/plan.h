/*
 * plan.h - who is due: a wave becomes invites.
 *
 * Everybody mailable whom the wave's audience names and who has something
 * left to answer gets one invite, due when the wave may begin. Nobody who
 * opted out or complained, and no address proven dead. Planning again adds
 * only people who were not there the first time.
 *
 * The audience is a few terms, spaces between, all of which must hold:
 *
 *	unit=T92,T01        of one of these units
 *	kind=province       province or ministry
 *	domain=a.example    the address is in one of these mail domains
 *	missing=survey      has not answered this form (any of these forms)
 *	mended=yes          the unit gave another address, and nothing was sent there yet
 *
 * Empty: everybody who has not answered every form.
 *
 * Units      times are Unix seconds.
 * Ownership  struct audience: texts lie in the arena given to audience_parse.
 * Errors     ERR_INPUT for an expression; ERR_NOTNOW when the campaign has
 *            closed or the wave's time is over.
 * Threads    the thread of the db handle.
 * Source     design.md sections 2, 3, 7.
 */
#ifndef THUMOI_ENGINE_PLAN_H
#define THUMOI_ENGINE_PLAN_H

#include "store/campaign.h"
#include "store/invite.h"

struct plan {
	int64_t planned;	/* new invites */
	int64_t before;		/* have an invite of this wave already */
	int64_t outside;	/* not of the audience */
	int64_t answered;	/* nothing left to answer */
	int64_t stopped;	/* opted out or complained */
	int64_t held;		/* row held or rejected */
	int64_t dead;		/* no address that is not proven dead */
	int64_t probes;		/* probe mailboxes that ride with the new ones; no people */
};

/* Only whether the expression can be read; c: its instruments are the keys of missing=. */
int	plan_check(struct db *, const char *audience, const struct campaign *c, struct err *);
/* The last moment at which the wave may send. */
int64_t	plan_deadline(const struct wave *, const struct campaign *);
/* Commits by itself, a few thousand people at a time; stopping in between loses nothing. */
int	plan_wave(struct db *, const struct campaign *, const struct wave *, int64_t now, struct plan *, struct err *);

#endif
