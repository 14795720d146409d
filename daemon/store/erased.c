#include "store/erased.h"

int
erased_add(struct db *db, const char *kind, const char *mac, int64_t contact, int64_t at, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO erased (kind, mac, contact, at) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, mac, contact) DO NOTHING";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, kind);
	bind_text(s, 2, mac);
	bind_int(s, 3, contact);
	bind_int(s, 4, at);
	return db_run(s, e);
}

int
erased_find(struct db *db, const char *kind, const char *mac, int64_t campaign, int64_t *contact, struct err *e)
{
	static const char sql[] =
	    "SELECT CASE WHEN c.campaign = $3 THEN c.id ELSE 0 END FROM erased x JOIN contact c ON c.id = x.contact"
	    " WHERE x.kind = $1 AND x.mac = $2 ORDER BY 1 DESC LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, kind);
	bind_text(s, 2, mac);
	bind_int(s, 3, campaign);
	return db_one_int(s, contact, e);
}

int
erased_any(struct db *db, struct err *e)
{
	static const char sql[] = "SELECT contact FROM erased LIMIT 1";
	int64_t id;

	return db_one_int(db_stmt(db, sql, e), &id, e);
}

int
erased_at(struct db *db, int64_t contact, int64_t *at, struct err *e)
{
	static const char sql[] = "SELECT coalesce(erased_at, 0) FROM contact WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	*at = 0;
	if (!s)
		return -1;
	bind_int(s, 1, contact);
	return db_one_int(s, at, e);
}
