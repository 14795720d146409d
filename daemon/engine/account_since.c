/* account.h: since when one asks what has changed. */
#include "engine/account.h"

#include <string.h>

#include "store/invite.h"
#include "store/roster.h"

/* 00:00 of yesterday, where the campaign is. */
static int64_t
yesterday(const struct zone *z, int64_t now)
{
	struct tm tm;
	int64_t today;

	date_split(z, now, &tm);
	today = date_at(z, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, 0);
	date_split(z, today - 43200, &tm);
	return date_at(z, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, 0);
}

/* The last wave that has begun. */
static int
last_wave(struct account *a, struct db *db, struct change *c, struct err *e)
{
	struct wave w = { .id = 0 };
	int rc;

	while ((rc = wave_next(db, &a->arena, w.id, a->campaign->id, NULL, &w, e)) == 1)
		if (w.begun_at && w.begun_at >= c->at && w.begun_at <= a->now) {
			c->at = w.begun_at;
			c->wave = w.name;
		}
	return rc;
}

int
account_find_moments(struct account *a, struct db *db, struct err *e)
{
	for (int i = 0; i < SINCES; i++) {
		struct change *c = &a->changes[i];

		c->wave = "";
		if (i == SINCE_YESTERDAY)
			c->at = yesterday(&a->campaign->zone, a->now);
		else if (last_wave(a, db, c, e) < 0)
			return -1;
		if (c->at && roster_count_by(db, a->campaign->id, c->at, &c->rosters_before, &c->rosters_since, e) < 0)
			return -1;
	}
	return 0;
}
