/*
 * probing.h - probe mailboxes ride in a wave, as if they were invited.
 *
 * When a wave is planned for people, each active probe gets one message, with
 * a place among theirs: evenly spaced, so that a provider that changes its
 * mind during a wave is seen to. It goes out when the wave has come to that
 * place, by the same claim, gate, relay, couriers and template; its links
 * open nobody's page.
 *
 * While it is under way a probe's message looks like an invite (struct
 * invite, struct job) with an id of its own kind, see store/probe.h. It never
 * becomes one in the store, and no tally has it: what counts people, invites
 * or answers needs to know nothing of probes. Here is all that differs: the
 * rest of the dispatcher asks where it touches the store.
 *
 * A wave without probes costs nothing: `probes` of struct sending is 0.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena given.
 * Errors     0 or -1, within the caller's transaction where one is open.
 * Threads    dispatcher only; probing_plan: the thread of the db handle.
 * Source     design.md section 2, grade C; section 3, "probe".
 */
#ifndef THUMOI_ENGINE_PROBING_H
#define THUMOI_ENGINE_PROBING_H

#include "engine/sending.h"
#include "store/probe.h"

struct journal;

/* People were planned, with ids above `before`: who rides with them; *n is added to. */
int	probing_plan(struct db *, int64_t wave, int64_t before, int64_t due_at, int64_t *n, struct err *);

/* Once a sweep: are there any left in the wave? now beyond its deadline: not any more. */
int	probing_sweep(struct sendings *, struct sending *, int64_t now, struct err *);
/* How many people to claim, so that probes find room among `most`. */
size_t	probing_room(const struct sending *, size_t most);
/* Adds those whose place was reached to a list with room for `most`; all: no more people are due. */
int	probing_claim(struct sendings *, const struct sending *, struct arena *, int64_t now, int64_t run, bool all,
	    struct invite *list, size_t most, size_t *n, struct err *);
int	probing_recipient(struct sendings *, struct arena *, const struct invite *, struct recipient *, struct err *);

/* What a courier heard; the counterpart of sending_record. */
int	probing_record(struct sendings *, const struct sending *, const struct job *, struct err *);
/* Of runs that died: what was under way goes again. */
int	probing_recover(struct sendings *, const struct journal *, int64_t wave, struct err *);
/* As invite_next_due and invite_any_open, with the probes of the wave. */
int	probing_next_due(struct sendings *, const struct sending *, int64_t *due_at, struct err *);
int	probing_any_open(struct sendings *, const struct sending *, struct err *);

#endif
