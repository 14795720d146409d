/*
 * inbound.h - messages that came back, kept raw, and whom they can be about.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups 1 found, 0 none, -1 error.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_INBOUND_H
#define THUMOI_STORE_INBOUND_H

#include "store/db.h"

struct inbound_row {
	int64_t id;
	const char *sha256;	/* 64 hexadecimal digits: of the bytes as read */
	const char *source;	/* mailbox or path */
	int64_t received_at;
	const char *kind;	/* bounce, arf, autoreply, mdn, ordinary */
	const char *fate;	/* matched, unmatched, forged, reply */
	const void *raw;
	size_t len;
};

/* What became of it; fate lies in the arena. */
int	inbound_known(struct db *, struct arena *, const char *sha256, const char **fate, struct err *);
int	inbound_insert(struct db *, struct inbound_row *, struct err *);	/* 1 and fills id; 0: known already */
int	inbound_set_fate(struct db *, int64_t id, const char *kind, const char *fate, struct err *);

/* ---- what a person makes of those that no rule could place ---- */

enum inbound_list {
	INBOUND_WAITING,	/* about nobody we know, or with a tag that is not ours; of whatever campaign */
	INBOUND_REPLIES,	/* of people of the campaign, or of offices */
	INBOUND_DECIDED,	/* somebody has looked */
	INBOUND_LISTS
};

struct inbound_seen {
	struct inbound_row row;
	const char *decision;	/* attached, not_ours, seen; "" */
	int64_t decided_at;
	int64_t contact;	/* of the campaign: who it was attached to, or whose reply it is; 0 */
};

/* Newest first, until the callback returns non-zero; texts and bytes are borrowed until it does. */
int	inbound_each(struct db *, enum inbound_list, int64_t campaign, int64_t most, int64_t skip,
	    int (*each)(const struct inbound_seen *, void *), void *, struct err *);
/* Of those that a rule has placed, the newest; as above. */
int	inbound_understood(struct db *, int64_t most, int (*each)(const struct inbound_seen *, void *), void *, struct err *);
int	inbound_count(struct db *, enum inbound_list, int64_t campaign, int64_t *n, struct err *);
/* In the arena; which of the lists it stands in does not matter. */
int	inbound_by_id(struct db *, struct arena *, int64_t id, int64_t campaign, struct inbound_seen *, struct err *);
/* 1 decided, 0 there is no such message or somebody has decided, -1. contact 0: nobody. */
int	inbound_decide(struct db *, int64_t id, const char *decision, int64_t contact, int64_t at, struct err *);

struct inbound_target {
	int64_t invite, contact;
	const char *email;	/* the address the invite went to */
};

/* The invite, when a message of it really went out (or may have). */
int	inbound_by_invite(struct db *, struct arena *, int64_t invite, struct inbound_target *, struct err *);
/* The youngest of the person who has this token, of those begun by `until`. */
int	inbound_by_token(struct db *, struct arena *, const char *token, int64_t until, struct inbound_target *, struct err *);
/* The youngest from since to until of everybody who was mailed at this address; *n of them. 0 or -1. */
int	inbound_by_email(struct db *, struct arena *, const char *email, int64_t since, int64_t until,
	    struct inbound_target **, size_t *n, struct err *);

#endif
