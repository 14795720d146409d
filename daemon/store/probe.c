#include "store/probe.h"

#define COLUMNS \
	"id, email, stands_for, mailbox, login, password_file, note, active, troubles, coalesce(trouble_at, 0), trouble"

int
probe_save(struct db *db, struct probe *p, int64_t now, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO probe (email, stands_for, mailbox, login, password_file, note, active, added_at)"
	    " VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT (email) DO UPDATE SET stands_for = $2, mailbox = $3,"
	    " login = $4, password_file = $5, note = $6, active = 1, troubles = 0, trouble_at = NULL, trouble = ''"
	    " RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, p->email);
	bind_text(s, 2, p->stands_for);
	bind_text(s, 3, p->mailbox);
	bind_text(s, 4, p->login);
	bind_text(s, 5, p->password_file);
	bind_text(s, 6, p->note);
	bind_int(s, 7, now);
	return db_one_int(s, &p->id, e) == 1 ? 0 : -1;
}

static int
one(struct stmt *s, struct arena *a, struct probe *p, struct err *e)
{
	int rc = db_step(s, e);

	if (rc == 1)
		*p = (struct probe){ .id = col_int(s, 0), .email = arena_dup(a, col_text(s, 1)),
		    .stands_for = arena_dup(a, col_text(s, 2)), .mailbox = arena_dup(a, col_text(s, 3)),
		    .login = arena_dup(a, col_text(s, 4)), .password_file = arena_dup(a, col_text(s, 5)),
		    .note = arena_dup(a, col_text(s, 6)), .active = col_int(s, 7) != 0, .troubles = col_int(s, 8),
		    .trouble_at = col_int(s, 9), .trouble = arena_dup(a, col_text(s, 10)) };
	db_done(s);
	return rc;
}

int
probe_find(struct db *db, struct arena *a, const char *email, struct probe *p, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM probe WHERE email = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, email);
	return one(s, a, p, e);
}

int
probe_next(struct db *db, struct arena *a, const struct probe *after, struct probe *p, struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM probe WHERE stands_for > $1 OR (stands_for = $1 AND email > $2)"
	    " ORDER BY stands_for, email LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, after->stands_for);
	bind_text(s, 2, after->email);
	return one(s, a, p, e);
}

int
probe_remove(struct db *db, int64_t id, struct err *e)
{
	static const char sent[] = "SELECT 1 FROM probe_send WHERE probe = $1 LIMIT 1";
	static const char forget[] = "DELETE FROM probe WHERE id = $1";
	static const char keep[] = "UPDATE probe SET active = 0 WHERE id = $1";
	static const char cancel[] = "UPDATE probe_send SET state = 'cancelled' WHERE probe = $1 AND state = 'planned'";
	struct stmt *s = db_stmt(db, sent, e);
	int64_t one_row;
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_one_int(s, &one_row, e)) < 0 || !(s = rc ? db_stmt(db, keep, e) : db_stmt(db, forget, e)))
		return -1;
	bind_int(s, 1, id);
	if (db_run(s, e) < 0 || !(s = db_stmt(db, cancel, e)))
		return -1;
	bind_int(s, 1, id);
	return db_run(s, e);
}

int
probe_set_trouble(struct db *db, int64_t id, const char *why, int64_t now, struct err *e)
{
	static const char sql[] =
	    "UPDATE probe SET trouble = $2, troubles = CASE WHEN $2 = '' THEN 0 ELSE troubles + 1 END,"
	    " trouble_at = CASE WHEN $2 = '' THEN NULL ELSE $3 END WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, why);
	bind_int(s, 3, now);
	return db_run(s, e);
}

/* --- looking ----------------------------------------------------------------- */

int
probe_looks(struct db *db, struct arena *a, int64_t probe, int64_t done_s, struct probe_look **out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT id, message_id, accepted_at, age FROM (SELECT s.id, s.message_id, s.accepted_at,"
	    "  (SELECT coalesce(max(l.age_s), 0) FROM placement l WHERE l.send = s.id) AS age"
	    "  FROM probe_send s WHERE s.probe = $1 AND s.state = 'accepted') AS sent WHERE age < $2 ORDER BY id";
	struct stmt *s = db_stmt(db, sql, e);
	struct probe_look *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, probe);
	bind_int(s, 2, done_s);
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = (struct probe_look){ .send = col_int(s, 0), .message_id = arena_dup(a, col_text(s, 1)),
		    .accepted_at = col_int(s, 2), .age_s = col_int(s, 3) };
	}
	db_done(s);
	*out = arena_alloc(a, (*n + 1) * sizeof(**out));
	if (*n)
		memcpy(*out, list, *n * sizeof(**out));
	free(list);
	return rc;
}

int
placement_insert(struct db *db, int64_t send, int64_t age_s, int64_t looked_at, const char *place, const char *folder,
    struct err *e)
{
	static const char sql[] =
	    "INSERT INTO placement (send, age_s, looked_at, place, folder) VALUES ($1, $2, $3, $4, $5)"
	    " ON CONFLICT (send, age_s) DO NOTHING";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, send);
	bind_int(s, 2, age_s);
	bind_int(s, 3, looked_at);
	bind_text(s, 4, place);
	bind_text(s, 5, folder);
	return db_run(s, e);
}

int
placement_counts(struct db *db, struct arena *a, int64_t campaign, int64_t done_s, struct placement **out, size_t *n,
    struct err *e)
{
	static const char sql[] =
	    "SELECT stands_for, name, template, count(*), sum(CASE WHEN state = 'accepted' THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN state = 'refused' THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN place = 'inbox' THEN 1 ELSE 0 END), sum(CASE WHEN place = 'spam' THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN place = 'other' THEN 1 ELSE 0 END), sum(CASE WHEN place = 'missing' THEN 1 ELSE 0 END)"
	    " FROM (SELECT p.stands_for, w.id, w.name, w.template, s.state, coalesce("
	    "   (SELECT l.place FROM placement l WHERE l.send = s.id AND l.place <> 'missing' ORDER BY l.age_s DESC LIMIT 1),"
	    "   (SELECT l.place FROM placement l WHERE l.send = s.id AND l.age_s >= $2 LIMIT 1), '') AS place"
	    "  FROM wave w JOIN probe_send s ON s.wave = w.id JOIN probe p ON p.id = s.probe"
	    "  WHERE w.campaign = $1 AND s.state <> 'cancelled') AS sent"
	    " GROUP BY stands_for, id, name, template ORDER BY stands_for, id";
	struct stmt *s = db_stmt(db, sql, e);
	struct placement *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, done_s);
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = (struct placement){ .provider = arena_dup(a, col_text(s, 0)), .wave = arena_dup(a, col_text(s, 1)),
		    .template = arena_dup(a, col_text(s, 2)), .probes = col_int(s, 3), .accepted = col_int(s, 4),
		    .refused = col_int(s, 5), .inbox = col_int(s, 6), .spam = col_int(s, 7), .other = col_int(s, 8),
		    .missing = col_int(s, 9) };
	}
	db_done(s);
	*out = arena_alloc(a, (*n + 1) * sizeof(**out));
	if (*n)
		memcpy(*out, list, *n * sizeof(**out));
	free(list);
	return rc;
}

int
probe_last(struct db *db, struct arena *a, int64_t probe, struct probe_last *last, struct err *e)
{
	static const char sql[] =
	    "SELECT c.key, w.name, s.state, coalesce(s.accepted_at, 0), coalesce(l.looked_at, 0), coalesce(l.place, ''),"
	    " coalesce(l.folder, ''), s.reply FROM probe_send s JOIN wave w ON w.id = s.wave"
	    " JOIN campaign c ON c.id = w.campaign LEFT JOIN placement l ON l.send = s.id"
	    " WHERE s.probe = $1 ORDER BY s.id DESC, l.age_s DESC LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, probe);
	if ((rc = db_step(s, e)) == 1)
		*last = (struct probe_last){ .campaign = arena_dup(a, col_text(s, 0)), .wave = arena_dup(a, col_text(s, 1)),
		    .state = arena_dup(a, col_text(s, 2)), .accepted_at = col_int(s, 3), .looked_at = col_int(s, 4),
		    .place = arena_dup(a, col_text(s, 5)), .folder = arena_dup(a, col_text(s, 6)),
		    .reply = arena_dup(a, col_text(s, 7)) };
	db_done(s);
	return rc;
}
