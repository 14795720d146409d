#include "store/correction.h"

int
correction_insert(struct db *db, const struct correction *c, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO correction (contact, roster, at, old_email, new_email) VALUES ($1, $2, $3, $4, $5)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, c->contact);
	bind_int(s, 2, c->roster);
	bind_int(s, 3, c->at);
	bind_text(s, 4, c->old_email);
	bind_text(s, 5, c->new_email);
	return db_run(s, e);
}

int
corrections_each_open(struct db *db, int64_t campaign, int (*each)(int64_t contact, const char *email, void *), void *arg,
    struct err *e)
{
	static const char sql[] =
	    "SELECT k.contact, k.new_email FROM correction k JOIN contact c ON c.id = k.contact WHERE c.campaign = $1"
	    " AND NOT EXISTS (SELECT 1 FROM invite i WHERE i.contact = k.contact AND i.email = k.new_email AND i.attempts > 0)";
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	while (stop == 0 && (rc = db_step(s, e)) == 1)
		stop = each(col_int(s, 0), col_text(s, 1), arg);
	db_done(s);
	return stop ? stop : rc;
}

#define WON \
	"count(*)," \
	" coalesce(sum(EXISTS (SELECT 1 FROM invite i WHERE i.contact = k.contact AND i.email = k.new_email AND i.attempts > 0)), 0)," \
	" coalesce(sum(EXISTS (SELECT 1 FROM invite i WHERE i.contact = k.contact AND i.email = k.new_email" \
	"   AND i.state = 'accepted')), 0)," \
	" coalesce(sum(EXISTS (SELECT 1 FROM answer a WHERE a.contact = k.contact AND a.last_at >= k.at)), 0)" \
	" FROM correction k CROSS JOIN contact c" \
	" WHERE c.id = k.contact AND k.id = (SELECT max(l.id) FROM correction l WHERE l.contact = k.contact)" \
	" AND c.campaign = $1"

int
corrections_count(struct db *db, int64_t campaign, int64_t unit, struct corrections *out, struct err *e)
{
	/*
	 * Corrections are few: what hangs on them is looked up for each, and CROSS keeps SQLite from beginning with
	 * the contacts. The last word of a unit counts.
	 */
	static const char sql[] = "SELECT " WON " AND ($2 = 0 OR c.unit = $2)";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, unit);
	if ((rc = db_step(s, e)) == 1)
		*out = (struct corrections){ col_int(s, 0), col_int(s, 1), col_int(s, 2), col_int(s, 3) };
	db_done(s);
	return rc == 1 ? 0 : -1;
}

int
corrections_by_unit(struct db *db, int64_t campaign, int (*each)(int64_t, const struct corrections *, void *), void *arg,
    struct err *e)
{
	static const char sql[] = "SELECT c.unit, " WON " GROUP BY c.unit";
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	while (stop == 0 && (rc = db_step(s, e)) == 1)
		stop = each(col_int(s, 0), &(struct corrections){ col_int(s, 1), col_int(s, 2), col_int(s, 3), col_int(s, 4) }, arg);
	db_done(s);
	return stop ? stop : rc;
}

int
corrections_by_roster(struct db *db, int64_t campaign, int (*each)(int64_t, int64_t, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT k.roster, count(*) FROM correction k JOIN roster r ON r.id = k.roster WHERE r.campaign = $1 GROUP BY k.roster"
	    " ORDER BY k.roster";
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	while (stop == 0 && (rc = db_step(s, e)) == 1)
		stop = each(col_int(s, 0), col_int(s, 1), arg);
	db_done(s);
	return stop ? stop : rc;
}
