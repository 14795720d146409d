#include "store/second.h"

static int
run_key(struct db *db, const char *sql, const char *key, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, key);
	return db_run(s, e);
}

static int
run_int(struct db *db, const char *sql, int64_t v, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, v);
	return db_run(s, e);
}

int
second_find(struct db *db, struct arena *a, int64_t user, struct second_row *out, struct err *e)
{
	static const char sql[] = "SELECT secret, begun_at, confirmed_at, step, failures FROM second_factor WHERE user = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, user);
	if ((rc = db_step(s, e)) == 1)
		*out = (struct second_row){ arena_dup(a, col_text(s, 0)), col_int(s, 1), col_int(s, 2), col_int(s, 3), col_int(s, 4) };
	db_done(s);
	return rc;
}

int
second_put(struct db *db, int64_t user, const char *secret, int64_t now, struct err *e)
{
	static const char sql[] = "INSERT INTO second_factor (user, secret, begun_at, step, failures) VALUES ($1, $2, $3, 0, 0)"
	    " ON CONFLICT (user) DO UPDATE SET secret = $2, begun_at = $3, step = 0 WHERE second_factor.confirmed_at IS NULL"
	    " RETURNING user";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t id;

	if (!s)
		return -1;
	bind_int(s, 1, user);
	bind_text(s, 2, secret);
	bind_int(s, 3, now);
	return db_one_int(s, &id, e);
}

int
second_set_confirmed(struct db *db, int64_t user, int64_t now, struct err *e)
{
	static const char sql[] = "UPDATE second_factor SET confirmed_at = $2 WHERE user = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, user);
	bind_int(s, 2, now);
	return db_run(s, e);
}

int
second_use(struct db *db, int64_t user, int64_t step, struct err *e)
{
	static const char sql[] = "UPDATE second_factor SET step = $2, failures = 0 WHERE user = $1 AND step < $2 RETURNING user";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t id;

	if (!s)
		return -1;
	bind_int(s, 1, user);
	bind_int(s, 2, step);
	return db_one_int(s, &id, e);
}

int
second_fail(struct db *db, int64_t user, struct err *e)
{
	static const char sql[] = "UPDATE second_factor SET failures = failures + 1 WHERE user = $1";

	return run_int(db, sql, user, e);
}

int
second_forgive(struct db *db, int64_t user, struct err *e)
{
	static const char sql[] = "UPDATE second_factor SET failures = 0 WHERE user = $1";

	return run_int(db, sql, user, e);
}

int
second_delete(struct db *db, int64_t user, struct err *e)
{
	static const char sql[] = "DELETE FROM second_factor WHERE user = $1";

	return recovery_delete(db, user, e) < 0 ? -1 : run_int(db, sql, user, e);
}

int
recovery_insert(struct db *db, int64_t user, const char *hash, struct err *e)
{
	static const char sql[] = "INSERT INTO recovery_code (user, hash) VALUES ($1, $2)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, user);
	bind_text(s, 2, hash);
	return db_run(s, e);
}

int
recovery_use(struct db *db, int64_t user, const char *hash, struct err *e)
{
	static const char sql[] = "DELETE FROM recovery_code WHERE user = $1 AND hash = $2 RETURNING user";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t id;

	if (!s)
		return -1;
	bind_int(s, 1, user);
	bind_text(s, 2, hash);
	return db_one_int(s, &id, e);
}

int
recovery_count(struct db *db, int64_t user, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*) FROM recovery_code WHERE user = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, user);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}

int
recovery_delete(struct db *db, int64_t user, struct err *e)
{
	static const char sql[] = "DELETE FROM recovery_code WHERE user = $1";

	return run_int(db, sql, user, e);
}

int
half_insert(struct db *db, const char *key, int64_t user, int64_t now, struct err *e)
{
	static const char sql[] = "INSERT INTO login_half (key, user, began_at, failures) VALUES ($1, $2, $3, 0)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, key);
	bind_int(s, 2, user);
	bind_int(s, 3, now);
	return db_run(s, e);
}

int
half_find(struct db *db, struct arena *a, const char *key, int64_t began, int64_t most, struct user *out, struct err *e)
{
	static const char sql[] = "SELECT h.user FROM login_half h JOIN user u ON u.id = h.user"
	    " WHERE h.key = $1 AND h.began_at > $2 AND h.failures < $3 AND u.disabled_at IS NULL";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t id = 0;
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, key);
	bind_int(s, 2, began);
	bind_int(s, 3, most);
	rc = db_one_int(s, &id, e);
	return rc == 1 ? user_by_id(db, a, id, out, e) : rc;
}

int
half_fail(struct db *db, const char *key, struct err *e)
{
	static const char sql[] = "UPDATE login_half SET failures = failures + 1 WHERE key = $1";

	return run_key(db, sql, key, e);
}

int
half_delete(struct db *db, const char *key, struct err *e)
{
	static const char sql[] = "DELETE FROM login_half WHERE key = $1";

	return run_key(db, sql, key, e);
}

int
half_delete_of(struct db *db, int64_t user, struct err *e)
{
	static const char sql[] = "DELETE FROM login_half WHERE user = $1";

	return run_int(db, sql, user, e);
}

int
half_expire(struct db *db, int64_t began, struct err *e)
{
	static const char sql[] = "DELETE FROM login_half WHERE began_at <= $1";

	return run_int(db, sql, began, e);
}
