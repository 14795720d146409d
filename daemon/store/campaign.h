/*
 * campaign.h - campaigns and their instruments in the store.
 *
 * Units      times are Unix seconds; closes_at is the last second.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups: 1 found, 0 none, -1 error. campaign_need: 0 or -1 with
 *            a sentence that names the campaigns there are.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_CAMPAIGN_H
#define THUMOI_STORE_CAMPAIGN_H

#include "base/date.h"
#include "store/db.h"

#define INSTRUMENTS_MAX 8

struct instrument {
	int64_t id;
	const char *key, *title, *url;
};

struct campaign {
	int64_t id;
	const char *key, *title;
	int64_t tree;
	int64_t opens_at, closes_at;
	const char *zone_name;
	struct zone zone;
	enum lang lang;
	const char *sender_name, *sender_address;
	const char *help_text;
	const char *tracking;
	const char **legal_bases, **dispatches;		/* NULL ends each */
	struct instrument instruments[INSTRUMENTS_MAX];
	size_t n_instruments;
};

int	campaign_insert(struct db *, struct campaign *, struct err *);	/* fills id; without instruments */
int	campaign_find(struct db *, struct arena *, const char *key, struct campaign *, struct err *);
int	campaign_need(struct db *, struct arena *, const char *key, struct campaign *, struct err *);
int	campaign_by_id(struct db *, struct arena *, int64_t id, struct campaign *, struct err *);
/* Calls back for each campaign, oldest first, until it returns non-zero. */
int	campaign_each(struct db *, int (*each)(const struct campaign *, void *), void *arg, struct err *);
/* All but key and id; what it is based on is written anew. Instruments are their own. */
int	campaign_update(struct db *, const struct campaign *, struct err *);
/* How often it was changed: 1, 0 no such campaign, -1. */
int	campaign_changes(struct db *, int64_t id, int64_t *n, struct err *);
int	campaign_note_change(struct db *, int64_t id, struct err *);
int	instrument_update(struct db *, int64_t id, const char *title, const char *url, struct err *);
/* Those behind it move up: only where nobody has answered anything. */
int	instrument_delete(struct db *, int64_t campaign, int64_t id, struct err *);
int	campaign_any_answer(struct db *, int64_t campaign, struct err *);	/* 1 somebody has answered, 0, -1 */
int	instrument_insert(struct db *, int64_t campaign, const char *key, const char *title, const char *url, struct err *);
const struct instrument *campaign_instrument(const struct campaign *, const char *key);	/* NULL: none */

#endif
