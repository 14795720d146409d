#include "store/alert.h"

static int
count(struct db *db, const char *sql, int64_t campaign, int64_t tree, int64_t at, int64_t *n, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, tree);
	bind_int(s, 3, at);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}

#define IN_FORCE " FROM unit u WHERE u.tree = $2 AND u.valid_from <= $3 AND (u.valid_to IS NULL OR u.valid_to >= $3)"
#define HAS_ROSTER "EXISTS (SELECT 1 FROM roster r WHERE r.campaign = $1 AND r.unit = u.id)"
#define HAS_PEOPLE "EXISTS (SELECT 1 FROM contact c WHERE c.campaign = $1 AND c.unit = u.id)"

int
alert_count_no_roster(struct db *db, int64_t campaign, int64_t tree, int64_t at, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*)" IN_FORCE " AND NOT " HAS_ROSTER " AND NOT " HAS_PEOPLE;

	return count(db, sql, campaign, tree, at, n, e);
}

int
alert_count_zero(struct db *db, int64_t campaign, int64_t tree, int64_t at, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*)" IN_FORCE " AND (" HAS_ROSTER " OR " HAS_PEOPLE ")"
	    " AND NOT EXISTS (SELECT 1 FROM contact c JOIN answer a ON a.contact = c.id WHERE c.campaign = $1 AND c.unit = u.id)";

	return count(db, sql, campaign, tree, at, n, e);
}

int
alert_told(struct db *db, int64_t campaign, const char *kind, int64_t unit, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM alert_told WHERE campaign = $1 AND kind = $2 AND unit = $3";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, kind);
	bind_int(s, 3, unit);
	return db_one_int(s, &one, e);
}

int
alert_remember(struct db *db, int64_t campaign, const char *kind, int64_t unit, int64_t at, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO alert_told (campaign, kind, unit, told_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, kind);
	bind_int(s, 3, unit);
	bind_int(s, 4, at);
	return db_run(s, e);
}
