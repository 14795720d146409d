#include "store/mailbox.h"

static void
fill(struct stmt *s, struct mailbox_state *m)
{
	*m = (struct mailbox_state){ .id = col_int(s, 0), .name = col_text(s, 1), .uidvalidity = col_int(s, 2),
	    .last_uid = col_int(s, 3), .success_at = col_int(s, 4), .failed_at = col_int(s, 5), .error = col_text(s, 6) };
}

static int
find(struct db *db, struct arena *a, const char *name, struct mailbox_state *out, struct err *e)
{
	static const char sql[] =
	    "SELECT id, name, uidvalidity, last_uid, success_at, failed_at, error FROM mailbox WHERE name = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, name);
	if ((rc = db_step(s, e)) == 1) {
		fill(s, out);
		out->name = arena_dup(a, out->name);
		out->error = arena_dup(a, out->error);
	}
	db_done(s);
	return rc;
}

int
mailbox_open(struct db *db, struct arena *a, const char *name, struct mailbox_state *out, struct err *e)
{
	static const char sql[] = "INSERT INTO mailbox (name) VALUES ($1) ON CONFLICT (name) DO NOTHING";
	int rc = find(db, a, name, out, e);
	struct stmt *s;

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (!(s = db_stmt(db, sql, e)))
		return -1;
	bind_text(s, 1, name);
	return db_run(s, e) < 0 || find(db, a, name, out, e) < 0 ? -1 : 0;
}

int
mailbox_moved_on(struct db *db, int64_t mailbox, int64_t uidvalidity, int64_t last_uid, struct err *e)
{
	static const char sql[] = "UPDATE mailbox SET uidvalidity = $2, last_uid = $3 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, mailbox);
	bind_int(s, 2, uidvalidity);
	bind_int(s, 3, last_uid);
	return db_run(s, e);
}

int
mailbox_visited(struct db *db, int64_t mailbox, int64_t at, const char *error, struct err *e)
{
	static const char well[] = "UPDATE mailbox SET success_at = $2, error = $3 WHERE id = $1";
	static const char badly[] = "UPDATE mailbox SET failed_at = $2, error = $3 WHERE id = $1";
	struct stmt *s = *error ? db_stmt(db, badly, e) : db_stmt(db, well, e);

	if (!s)
		return -1;
	bind_int(s, 1, mailbox);
	bind_int(s, 2, at);
	bind_text(s, 3, error);
	return db_run(s, e);
}

int
mailbox_each(struct db *db, int (*each)(void *, const struct mailbox_state *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT id, name, uidvalidity, last_uid, success_at, failed_at, error FROM mailbox ORDER BY name";
	struct stmt *s = db_stmt(db, sql, e);
	struct mailbox_state m;
	int rc, stop = 0;

	if (!s)
		return -1;
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		fill(s, &m);
		stop = each(arg, &m);
	}
	db_done(s);
	return stop ? stop : rc;
}

int
mailbox_message(struct db *db, int64_t mailbox, const char *uidl, int64_t *seen_at, struct err *e)
{
	static const char sql[] = "SELECT seen_at FROM mailbox_message WHERE mailbox = $1 AND uidl = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, mailbox);
	bind_text(s, 2, uidl);
	return db_one_int(s, seen_at, e);
}

int
mailbox_message_seen(struct db *db, int64_t mailbox, const char *uidl, int64_t at, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO mailbox_message (mailbox, uidl, seen_at) VALUES ($1, $2, $3)"
	    " ON CONFLICT (mailbox, uidl) DO UPDATE SET seen_at = excluded.seen_at";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, mailbox);
	bind_text(s, 2, uidl);
	bind_int(s, 3, at);
	return db_run(s, e);
}

int
mailbox_forget(struct db *db, int64_t mailbox, int64_t before, struct err *e)
{
	static const char sql[] = "DELETE FROM mailbox_message WHERE mailbox = $1 AND seen_at < $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, mailbox);
	bind_int(s, 2, before);
	return db_run(s, e);
}
