#include "store/maillog.h"

int
maillog_find(struct db *db, struct arena *a, const char *path, struct maillog_place *out, struct err *e)
{
	static const char sql[] = "SELECT device, inode, head, at_byte FROM mail_log WHERE path = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, path);
	if ((rc = db_step(s, e)) == 1)
		*out = (struct maillog_place){ col_int(s, 0), col_int(s, 1), arena_dup(a, col_text(s, 2)), col_int(s, 3) };
	db_done(s);
	return rc;
}

int
maillog_put(struct db *db, const char *path, const struct maillog_place *p, int64_t now, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO mail_log (path, device, inode, head, at_byte, read_at) VALUES ($1, $2, $3, $4, $5, $6)"
	    " ON CONFLICT (path) DO UPDATE SET device = excluded.device, inode = excluded.inode, head = excluded.head,"
	    " at_byte = excluded.at_byte, read_at = excluded.read_at";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, path);
	bind_int(s, 2, p->device);
	bind_int(s, 3, p->inode);
	bind_text(s, 4, p->head);
	bind_int(s, 5, p->at_byte);
	bind_int(s, 6, now);
	return db_run(s, e);
}

int
maillog_accepted(struct db *db, int64_t since, int64_t open_at,
    void (*each)(void *, int64_t, int, int64_t, const char *), void *arg, struct err *e)
{
	/* The order of invite is that of the key of both: no look-up goes back and forth. */
	static const char sql[] =
	    "SELECT t.invite, t.n, t.at, t.text FROM attempt t JOIN invite i ON i.id = t.invite"
	    " WHERE t.verdict = 'accepted' AND t.at >= $1 AND i.wave IN ("
	    "  SELECT w.id FROM wave w JOIN campaign c ON c.id = w.campaign WHERE c.closes_at >= $2)";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, since);
	bind_int(s, 2, open_at);
	while ((rc = db_step(s, e)) == 1)
		each(arg, col_int(s, 0), (int)col_int(s, 1), col_int(s, 2), col_text(s, 3));
	db_done(s);
	return rc;
}
