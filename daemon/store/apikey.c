#include "store/apikey.h"

#include "base/lang.h"

#define COLUMNS "id, name, hash, scopes, unit, created_at, expires_at, revoked_at, used_at"

static struct apikey_row
row_of(struct stmt *s)
{
	return (struct apikey_row){ .id = col_text(s, 0), .name = col_text(s, 1), .hash = col_text(s, 2), .scopes = col_text(s, 3),
	    .unit = col_text(s, 4), .created_at = col_int(s, 5), .expires_at = col_int(s, 6), .revoked_at = col_int(s, 7),
	    .used_at = col_int(s, 8) };
}

static int
find(struct db *db, struct arena *a, const char *sql, const char *what, struct apikey_row *out, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, what);
	if ((rc = db_step(s, e)) == 1) {
		*out = row_of(s);
		out->id = arena_dup(a, out->id);
		out->name = arena_dup(a, out->name);
		out->hash = arena_dup(a, out->hash);
		out->scopes = arena_dup(a, out->scopes);
		out->unit = arena_dup(a, out->unit);
	}
	db_done(s);
	return rc;
}

static int
set_time(struct db *db, const char *sql, const char *id, int64_t at, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, id);
	bind_int(s, 2, at);
	return db_run(s, e);
}

int
apikey_insert(struct db *db, const struct apikey_row *k, struct err *e)
{
	static const char sql[] = "INSERT INTO api_key (id, name, hash, scopes, unit, created_at, expires_at)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING created_at";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t at;
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, k->id);
	bind_text(s, 2, k->name);
	bind_text(s, 3, k->hash);
	bind_text(s, 4, k->scopes);
	bind_text(s, 5, k->unit);
	bind_int(s, 6, k->created_at);
	if (k->expires_at)
		bind_int(s, 7, k->expires_at);
	else
		bind_null(s, 7);
	if ((rc = db_one_int(s, &at, e)) == 0)
		return err_set(e, ERR_INPUT, TR("there is, or was, a key '%s': take another name", "đã có (hoặc từng có) khóa '%s': hãy đặt tên khác"),
		    k->name);
	return rc < 0 ? -1 : 0;
}

int
apikey_by_id(struct db *db, struct arena *a, const char *id, struct apikey_row *out, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM api_key WHERE id = $1";

	return find(db, a, sql, id, out, e);
}

int
apikey_by_name(struct db *db, struct arena *a, const char *name, struct apikey_row *out, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM api_key WHERE name = $1";

	return find(db, a, sql, name, out, e);
}

int
apikey_each(struct db *db, int (*each)(const struct apikey_row *, void *), void *arg, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM api_key ORDER BY name";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	while ((rc = db_step(s, e)) == 1) {
		struct apikey_row k = row_of(s);

		if (each(&k, arg))
			break;
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

int
apikey_set_revoked(struct db *db, const char *id, int64_t at, struct err *e)
{
	static const char sql[] = "UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";

	return set_time(db, sql, id, at, e);
}

int
apikey_set_used(struct db *db, const char *id, int64_t at, struct err *e)
{
	static const char sql[] = "UPDATE api_key SET used_at = $2 WHERE id = $1";

	return set_time(db, sql, id, at, e);
}
