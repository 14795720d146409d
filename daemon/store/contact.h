/*
 * contact.h - nominated people and their addresses in the store.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups: 1 found, 0 none, -1 error.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_CONTACT_H
#define THUMOI_STORE_CONTACT_H

#include "base/token.h"
#include "store/db.h"

struct contact {
	int64_t id, campaign, unit;
	const char *unit_code;		/* T92: filled by lookups only */
	const char *name, *name_key;
	const char *sub_unit, *position;
	const char *token;
	const char *state;		/* mailable, held, rejected */
	const char *reason;
	const char *email;		/* rank 1; "" when held or rejected */
	const char *alternate;		/* rank 2; "" */
	int64_t missing_since;		/* 0: in the unit's latest roster */
	int64_t roster, seq;		/* the row that decided; 0: none */
	int64_t erased_at;		/* name and addresses are not theirs any more; 0: they are. Lookups only */
};

int	contact_by_id(struct db *, struct arena *, int64_t id, struct contact *, struct err *);
int	contact_by_token(struct db *, struct arena *, const char *token, struct contact *, struct err *);
/*
 * Everybody with this address (any rank), in all campaigns, youngest campaign
 * first; *n of them in the arena. 0 or -1.
 */
int	contact_by_email(struct db *, struct arena *, const char *email, struct contact **, size_t *n, struct err *);

/*
 * For the importer. contact_insert takes id (more than contact_last_id), name,
 * name_key, sub_unit, position, token, state, reason, email, alternate,
 * roster and seq; contact_update writes the same but the token, the unit as well, and clears
 * missing_since.
 */
int	contact_insert(struct db *, const struct contact *, int64_t created_at, struct err *);
int	contact_update(struct db *, const struct contact *, struct err *);
int	contact_set_missing(struct db *, int64_t id, int64_t since, struct err *);
/* Those of one campaign whose first address this is, oldest first; in the arena. 0 or -1. */
int	contact_sharing(struct db *, struct arena *, int64_t campaign, const char *email, struct contact **, size_t *n,
	    struct err *);
/* All contacts of a unit in a campaign, oldest first; in the arena. 0 or -1. */
int	contact_of_unit(struct db *, struct arena *, int64_t campaign, int64_t unit, struct contact **, size_t *n,
	    struct err *);
int	contact_last_id(struct db *, int64_t *id, struct err *);
/*
 * Very many at once: within the transaction people and addresses go without
 * their indexes, which are made anew in one go at the end; random keys cost
 * most one by one. Until then only contact_by_id is fast.
 */
int	contact_bulk(struct db *, bool begin, struct err *);
/* The campaign's people as they stand. */
struct contact_standing {
	int64_t nominated, mailable, held, rejected;
	int64_t missing;		/* of the nominated: no longer in their unit's roster */
};
int	contact_standing(struct db *, int64_t campaign, struct contact_standing *, struct err *);
int	contact_any(struct db *, int64_t campaign, struct err *);	/* 1 there are some, 0, -1 */

#endif
