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
