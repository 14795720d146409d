#include "store/user.h"

#include "base/lang.h"

#define COLUMNS "u.id, u.name, u.role, u.unit, u.password, u.created_at, u.disabled_at, u.login_at," \
	" (SELECT f.confirmed_at FROM second_factor f WHERE f.user = u.id)"

static void
fill(struct user *u, struct arena *a, struct stmt *s)
{
	*u = (struct user){ .id = col_int(s, 0), .name = col_text(s, 1), .role = col_text(s, 2), .unit = col_text(s, 3),
	    .password = col_text(s, 4), .created_at = col_int(s, 5), .disabled_at = col_int(s, 6), .login_at = col_int(s, 7), .second_at = col_int(s, 8) };
	if (!a)
		return;
	u->name = arena_dup(a, u->name);
	u->role = arena_dup(a, u->role);
	u->unit = arena_dup(a, u->unit);
	u->password = arena_dup(a, u->password);
}

int
user_insert(struct db *db, struct user *u, struct err *e)
{
	static const char sql[] = "INSERT INTO user (name, role, unit, password, created_at) VALUES ($1, $2, $3, $4, $5)"
	    " ON CONFLICT DO NOTHING RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, u->name);
	bind_text(s, 2, u->role);
	bind_text(s, 3, u->unit);
	bind_text(s, 4, u->password);
	bind_int(s, 5, u->created_at);
	if ((rc = db_one_int(s, &u->id, e)) == 0)
		return err_set(e, ERR_INPUT, TR("there is a user '%s' already", "đã có người dùng '%s'"), u->name);
	return rc < 0 ? -1 : 0;
}

int
user_find(struct db *db, struct arena *a, const char *name, struct user *out, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM user u WHERE u.name = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, name);
	if ((rc = db_step(s, e)) == 1)
		fill(out, a, s);
	db_done(s);
	return rc;
}

int
user_by_id(struct db *db, struct arena *a, int64_t id, struct user *out, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM user u WHERE u.id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1)
		fill(out, a, s);
	db_done(s);
	return rc;
}

int
user_each(struct db *db, int (*each)(const struct user *, void *), void *arg, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM user u ORDER BY u.name";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	while ((rc = db_step(s, e)) == 1) {
		struct user u;

		fill(&u, NULL, s);
		if (each(&u, arg))
			break;
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

int
user_any(struct db *db, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM user LIMIT 1";
	int64_t one;

	return db_one_int(db_stmt(db, sql, e), &one, e);
}

int
user_set_password(struct db *db, int64_t id, const char *password, struct err *e)
{
	static const char sql[] = "UPDATE user SET password = $2 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, password);
	return db_run(s, e);
}

int
user_set_role(struct db *db, int64_t id, const char *role, const char *unit, struct err *e)
{
	static const char sql[] = "UPDATE user SET role = $2, unit = $3 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, role);
	bind_text(s, 3, unit);
	return db_run(s, e);
}

int
user_set_disabled(struct db *db, int64_t id, int64_t at, struct err *e)
{
	static const char sql[] = "UPDATE user SET disabled_at = $2 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if (at)
		bind_int(s, 2, at);
	else
		bind_null(s, 2);
	return db_run(s, e);
}

int
user_set_login(struct db *db, int64_t id, int64_t at, struct err *e)
{
	static const char sql[] = "UPDATE user SET login_at = $2 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, at);
	return db_run(s, e);
}

int
session_insert(struct db *db, const char *key, int64_t user, const char *agent, int64_t now, struct err *e)
{
	static const char sql[] = "INSERT INTO session (key, user, began_at, seen_at, agent) VALUES ($1, $2, $3, $3, $4)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, key);
	bind_int(s, 2, user);
	bind_int(s, 3, now);
	bind_text(s, 4, agent);
	return db_run(s, e);
}

int
session_find(struct db *db, struct arena *a, const char *key, int64_t began, int64_t seen, struct user *out, int64_t *seen_at,
    struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS ", s.seen_at FROM session s JOIN user u ON u.id = s.user"
	    " WHERE s.key = $1 AND s.began_at > $2 AND s.seen_at > $3 AND u.disabled_at IS NULL";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, key);
	bind_int(s, 2, began);
	bind_int(s, 3, seen);
	if ((rc = db_step(s, e)) == 1) {
		fill(out, a, s);
		*seen_at = col_int(s, 9);
	}
	db_done(s);
	return rc;
}

int
session_each_role(struct db *db, int64_t began, int64_t seen, int (*each)(const char *key, const char *role, void *), void *arg,
    struct err *e)
{
	static const char sql[] = "SELECT s.key, u.role FROM session s JOIN user u ON u.id = s.user"
	    " WHERE s.began_at > $1 AND s.seen_at > $2 AND u.disabled_at IS NULL";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, began);
	bind_int(s, 2, seen);
	while ((rc = db_step(s, e)) == 1)
		if (each(col_text(s, 0), col_text(s, 1), arg))
			break;
	db_done(s);
	return rc < 0 ? -1 : 0;
}

int
session_touch(struct db *db, const char *key, int64_t now, struct err *e)
{
	static const char sql[] = "UPDATE session SET seen_at = $2 WHERE key = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, key);
	bind_int(s, 2, now);
	return db_run(s, e);
}

int
session_delete(struct db *db, const char *key, struct err *e)
{
	static const char sql[] = "DELETE FROM session WHERE key = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, key);
	return db_run(s, e);
}

int
session_delete_of(struct db *db, int64_t user, struct err *e)
{
	static const char sql[] = "DELETE FROM session WHERE user = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, user);
	return db_run(s, e);
}

int
session_delete_others(struct db *db, int64_t user, const char *key, struct err *e)
{
	static const char sql[] = "DELETE FROM session WHERE user = $1 AND key <> $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, user);
	bind_text(s, 2, key);
	return db_run(s, e);
}

int
session_each(struct db *db, int64_t user, int64_t began, int64_t seen, int (*each)(const struct session_row *, void *), void *arg,
    struct err *e)
{
	static const char sql[] = "SELECT key, agent, began_at, seen_at FROM session WHERE user = $1 AND began_at > $2 AND seen_at > $3"
	    " ORDER BY seen_at DESC, key";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, user);
	bind_int(s, 2, began);
	bind_int(s, 3, seen);
	while ((rc = db_step(s, e)) == 1) {
		struct session_row row = { col_text(s, 0), col_text(s, 1), col_int(s, 2), col_int(s, 3) };

		if (each(&row, arg))
			break;
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

int
session_expire(struct db *db, int64_t began, int64_t seen, struct err *e)
{
	static const char sql[] = "DELETE FROM session WHERE began_at <= $1 OR seen_at <= $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, began);
	bind_int(s, 2, seen);
	return db_run(s, e);
}
