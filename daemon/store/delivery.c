#include "store/delivery.h"

int
delivery_each(struct db *db, int64_t wave, void (*each)(const struct delivery *, void *), void *arg, struct err *e)
{
	/* before: attempts that went to an address that the person does not have any more. */
	static const char sql[] =
	    "SELECT i.state, i.email, c.unit, i.attempts - coalesce(b.upto, 0), coalesce(f.at, 0), coalesce(l.at, 0),"
	    " coalesce(f.duration_ms, 0), coalesce(l.category, ''),"
	    " (SELECT v.category FROM evidence v WHERE v.contact = i.contact AND v.invite = i.id AND v.kind = 'dsn'"
	    "   AND v.category <> 'delivered' AND (v.email = i.email OR v.email = '') ORDER BY v.at LIMIT 1)"
	    " FROM invite i JOIN contact c ON c.id = i.contact"
	    " LEFT JOIN (SELECT invite, max(upto) AS upto FROM invite_address GROUP BY invite) b ON b.invite = i.id"
	    " LEFT JOIN attempt f ON f.invite = i.id AND f.n = coalesce(b.upto, 0) + 1"
	    " LEFT JOIN attempt l ON l.invite = i.id AND l.n = i.attempts AND l.n > coalesce(b.upto, 0)"
	    " WHERE i.wave = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	while ((rc = db_step(s, e)) == 1) {
		struct delivery d = { .state = col_text(s, 0), .email = col_text(s, 1), .unit = col_int(s, 2), .attempts = col_int(s, 3),
		    .first_at = col_int(s, 4), .last_at = col_int(s, 5), .first_ms = col_int(s, 6), .category = col_text(s, 7),
		    .bounced = col_null(s, 8) ? NULL : col_text(s, 8) };

		each(&d, arg);
	}
	db_done(s);
	return rc;
}

/* Two numbers of each row, for one campaign. */
static int
each_two(struct db *db, const char *sql, int64_t campaign, void (*each)(int64_t, int64_t, void *), void *arg, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	while ((rc = db_step(s, e)) == 1)
		each(col_int(s, 0), col_int(s, 1), arg);
	db_done(s);
	return rc;
}

int
delivery_answers(struct db *db, int64_t campaign, void (*each)(int64_t, int64_t, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT a.instrument, a.first_at FROM contact c JOIN answer a ON a.contact = c.id WHERE c.campaign = $1";

	return each_two(db, sql, campaign, each, arg, e);
}

int
delivery_answers_of(struct db *db, int64_t wave, void (*each)(int64_t, int64_t, int64_t, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT a.instrument, i.moved_at, a.first_at FROM invite i JOIN answer a ON a.contact = i.contact"
	    " WHERE i.wave = $1 AND i.state = 'accepted'";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	while ((rc = db_step(s, e)) == 1)
		each(col_int(s, 0), col_int(s, 1), col_int(s, 2), arg);
	db_done(s);
	return rc;
}

int
delivery_alerts(struct db *db, int64_t campaign, void (*each)(int64_t, int64_t, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT min(told_at), count(*) FROM alert_told WHERE campaign = $1 GROUP BY told_at / 3600 ORDER BY 1";

	return each_two(db, sql, campaign, each, arg, e);
}
