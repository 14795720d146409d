/*
 * glance.h - what somebody reads who only watches: counts, in short reads.
 *
 * A long read disturbs nobody who writes, but the write-ahead log cannot be
 * taken in while it lasts. So the invites of a wave are read some thousand at
 * a time. Each is seen exactly once, as it was when its turn came: a contact
 * has one invite in a wave, and that never changes.
 *
 * Units      times are Unix seconds.
 * Ownership  what `each` gets is borrowed until it returns.
 * Errors     0 or -1.
 * Threads    the thread of the db handle. Not inside a transaction: then all
 *            of it would be one read again.
 * Source     SQLite, "Write-Ahead Logging", section 2.3 (checkpoints and readers).
 */
#ifndef THUMOI_STORE_GLANCE_H
#define THUMOI_STORE_GLANCE_H

#include "store/invite.h"

struct glance {			/* an invite, as far as one needs it for counting */
	enum invite_state state;
	const char *email;
	int64_t due_at, expires_at, moved_at;	/* expires_at 0: not tried yet */
};

/* Every invite of the wave. */
int	glance_invites(struct db *, int64_t wave, void (*each)(const struct glance *, void *), void *, struct err *);
/* How many people are nominated for the campaign. */
int	glance_people(struct db *, int64_t campaign, int64_t *n, struct err *);
/* How many have answered each instrument that anybody has answered, of all campaigns. */
int	glance_answers(struct db *, void (*each)(int64_t instrument, int64_t n, void *), void *, struct err *);
/* How many mail domains rest now. */
int	glance_resting(struct db *, int64_t now, int64_t *n, struct err *);

#endif
