/*
 * revision.h - what can be read again by other rules: messages that were kept,
 * replies of relays, and the evidence that came of them.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller, or are borrowed in each.
 * Errors     lookups 1 found, 0 none, -1 error; others 0, -1, or what each
 *            returned when it was not 0.
 * Threads    the thread of the db handle. Open a snapshot to see one moment.
 * Source     none.
 */
#ifndef THUMOI_STORE_REVISION_H
#define THUMOI_STORE_REVISION_H

#include "store/evidence.h"

struct revision_message {
	int64_t id, received_at;
	const char *kind, *fate;
	bool decided;			/* somebody has said what it is */
	const void *raw;
	size_t len;
};

struct revision_pair { int64_t inbound, evidence; };

struct revision_fact {
	int64_t id;
	struct evidence v;
};

struct revision_reply {
	int64_t invite, contact;
	int n, code;
	const char *enhanced, *text, *category, *verdict;
	bool last_of_expired;		/* the one for which an invite expired */
};

/* waiting: only those that are about nobody, and that nobody has decided. */
int	revision_messages(struct db *, bool waiting, int (*each)(void *, const struct revision_message *), void *arg, struct err *);
/* Which evidence came of which message, by message; free() the list. What a person took back is left out. */
int	revision_pairs(struct db *, struct revision_pair **, size_t *n, struct err *);
/* Refusals and deferrals that came with a reply code; of one campaign, 0: of all. */
int	revision_replies(struct db *, int64_t campaign, int (*each)(void *, const struct revision_reply *), void *arg, struct err *);
/* Failures told by the log of a relay. */
int	revision_logged(struct db *, int (*each)(void *, const struct revision_fact *), void *arg, struct err *);
int	revision_fact(struct db *, struct arena *, int64_t id, struct revision_fact *, struct err *);
/* ... with this fingerprint, or that had it until the person took it back. */
int	revision_same(struct db *, struct arena *, const char *fingerprint, struct revision_fact *, struct err *);
int	revision_campaign(struct db *, int64_t contact, int64_t *campaign, struct err *);

int	revision_change(struct db *, const struct revision_fact *, struct err *);	/* all but who and where from */
int	revision_drop(struct db *, const struct revision_fact *, struct err *);		/* unless it was taken back meanwhile */
int	revision_attempt(struct db *, int64_t invite, int n, const char *category, struct err *);

#endif
