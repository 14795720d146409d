#include "store/erased.h"

#include <stdlib.h>
#include <string.h>

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
erased_list(struct db *db, struct arena *a, const char *kind, const char *mac, int64_t **out, size_t *n, struct err *e)
{
	static const char sql[] = "SELECT contact FROM erased WHERE kind = $1 AND mac = $2 ORDER BY contact";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	if (!s)
		return -1;
	bind_text(s, 1, kind);
	bind_text(s, 2, mac);
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = col_int(s, 0);
	}
	db_done(s);
	*out = arena_alloc(a, (*n + 1) * sizeof(*list));
	if (*n)
		memcpy(*out, list, *n * sizeof(*list));
	free(list);
	return rc;
}

int
erased_drop(struct db *db, const char *kind, const char *mac, struct err *e)
{
	static const char sql[] = "DELETE FROM erased WHERE kind = $1 AND mac = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, kind);
	bind_text(s, 2, mac);
	return db_run(s, e);
}

int
erased_any(struct db *db, struct err *e)
{
	static const char sql[] = "SELECT contact FROM erased WHERE kind <> 'kept' LIMIT 1";
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
