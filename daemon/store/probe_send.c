/* The messages of probe.h that ride in a wave. */
#include "store/probe.h"

int
probe_plan(struct db *db, int64_t wave, int64_t probe, const char *token, int64_t after_invite, int64_t due_at,
    struct err *e)
{
	static const char sql[] =
	    "INSERT INTO probe_send (id, wave, probe, token, after_invite, state, due_at)"
	    " VALUES ((SELECT coalesce(max(id) + 1, $1) FROM probe_send), $2, $3, $4, $5, 'planned', $6)"
	    " ON CONFLICT (wave, probe) DO NOTHING RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t id;

	if (!s)
		return -1;
	bind_int(s, 1, PROBE_SEND_FIRST);
	bind_int(s, 2, wave);
	bind_int(s, 3, probe);
	bind_text(s, 4, token);
	bind_int(s, 5, after_invite);
	bind_int(s, 6, due_at);
	return db_one_int(s, &id, e);
}

int
probe_last_invite(struct db *db, int64_t *id, struct err *e)
{
	static const char sql[] = "SELECT coalesce(max(id), 0) FROM invite";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	return db_one_int(s, id, e) == 1 ? 0 : -1;
}

int
probe_open(struct db *db, int64_t wave, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT count(*) FROM probe_send WHERE wave = $1 AND (state = 'planned' OR state = 'sending')";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}

int
probe_next_due(struct db *db, int64_t wave, int64_t *due_at, struct err *e)
{
	static const char sql[] =
	    "SELECT due_at FROM probe_send WHERE wave = $1 AND (state = 'planned' OR state = 'sending')"
	    " AND state = 'planned' ORDER BY due_at LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	return db_one_int(s, due_at, e);
}

static void
fill(struct stmt *s, struct arena *a, struct probe_send *p)
{
	*p = (struct probe_send){ .id = col_int(s, 0), .wave = col_int(s, 1), .probe = col_int(s, 2),
	    .token = arena_dup(a, col_text(s, 3)), .after_invite = col_int(s, 4), .attempts = (int)col_int(s, 5),
	    .claimed_by = col_int(s, 6), .email = arena_dup(a, col_text(s, 7)) };
}

#define COLUMNS \
	"s.id, s.wave, s.probe, s.token, s.after_invite, s.attempts, coalesce(s.claimed_by, 0), p.email"

static int
set_sending(struct db *db, int64_t id, int64_t run, struct err *e)
{
	static const char sql[] =
	    "UPDATE probe_send SET state = 'sending', attempts = attempts + 1, claimed_by = $2 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, run);
	return db_run(s, e);
}

int
probe_claim(struct db *db, struct arena *a, int64_t wave, int64_t upto, int64_t now, int64_t run, struct probe_send *out,
    size_t most, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM probe_send s JOIN probe p ON p.id = s.probe"
	    " WHERE s.wave = $1 AND (s.state = 'planned' OR s.state = 'sending') AND s.state = 'planned'"
	    " AND s.due_at <= $2 AND s.after_invite <= $3 ORDER BY s.after_invite, s.id LIMIT $4";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, now);
	bind_int(s, 3, upto);
	bind_int(s, 4, (int64_t)most);
	while ((rc = db_step(s, e)) == 1)
		fill(s, a, &out[(*n)++]);
	db_done(s);
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < *n; i++) {
		if (set_sending(db, out[i].id, run, e) < 0)
			return -1;
		out[i].attempts++;
	}
	return 0;
}

/* at 0: the statement has no third parameter. */
static int
with_text(struct db *db, const char *sql, int64_t id, const char *text, int64_t at, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, text);
	if (at)
		bind_int(s, 3, at);
	return db_run(s, e);
}

/* Whoever is not `sending` any more was settled by somebody else: left alone, here and below. */
int
probe_accept(struct db *db, int64_t id, int64_t at, const char *message_id, const char *reply, struct err *e)
{
	static const char sql[] =
	    "UPDATE probe_send SET state = 'accepted', reply = $2, message_id = $3, accepted_at = $4"
	    " WHERE id = $1 AND state = 'sending'";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, reply);
	bind_text(s, 3, message_id);
	bind_int(s, 4, at);
	return db_run(s, e);
}

int
probe_refuse(struct db *db, int64_t id, const char *reply, struct err *e)
{
	static const char sql[] = "UPDATE probe_send SET state = 'refused', reply = $2 WHERE id = $1 AND state = 'sending'";

	return with_text(db, sql, id, reply, 0, e);
}

int
probe_drop(struct db *db, int64_t id, const char *reply, struct err *e)
{
	static const char sql[] = "UPDATE probe_send SET state = 'cancelled', reply = $2 WHERE id = $1 AND state = 'sending'";

	return with_text(db, sql, id, reply, 0, e);
}

int
probe_again(struct db *db, int64_t id, int64_t due_at, const char *reply, struct err *e)
{
	static const char sql[] =
	    "UPDATE probe_send SET state = 'planned', reply = $2, due_at = $3 WHERE id = $1 AND state = 'sending'";

	return with_text(db, sql, id, reply, due_at, e);
}

int
probe_give_back(struct db *db, int64_t id, int64_t due_at, struct err *e)
{
	static const char sql[] =
	    "UPDATE probe_send SET state = 'planned', attempts = attempts - 1,"
	    " due_at = CASE WHEN $2 > 0 THEN $2 ELSE due_at END WHERE id = $1 AND state = 'sending'";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, due_at);
	return db_run(s, e);
}

int
probe_cancel(struct db *db, int64_t wave, struct err *e)
{
	static const char sql[] = "UPDATE probe_send SET state = 'cancelled' WHERE wave = $1 AND state = 'planned'";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	return db_run(s, e);
}

int
probe_call_in(struct db *db, int64_t wave, int64_t now, struct err *e)
{
	static const char sql[] =
	    "UPDATE probe_send SET due_at = $2 WHERE wave = $1 AND state = 'planned' AND attempts = 0 AND due_at > $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, now);
	return db_run(s, e);
}

int
probe_sending(struct db *db, struct arena *a, int64_t wave, int64_t after, struct probe_send *p, struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM probe_send s JOIN probe p ON p.id = s.probe"
	    " WHERE s.wave = $1 AND s.state = 'sending' AND s.id > $2 ORDER BY s.id LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, after);
	if ((rc = db_step(s, e)) == 1)
		fill(s, a, p);
	db_done(s);
	return rc;
}

int
probe_bounced(struct db *db, int64_t id, const char *text, struct err *e)
{
	/* What was found there did not come back: the report speaks of a copy. */
	static const char sql[] =
	    "UPDATE probe_send SET state = 'refused', reply = $2 WHERE id = $1 AND state = 'accepted'"
	    " AND NOT EXISTS (SELECT 1 FROM placement l WHERE l.send = probe_send.id AND l.place <> 'missing')";

	return with_text(db, sql, id, text, 0, e);
}

int
probe_send_by_id(struct db *db, struct arena *a, int64_t id, struct probe_send *p, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM probe_send s JOIN probe p ON p.id = s.probe WHERE s.id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1)
		fill(s, a, p);
	db_done(s);
	return rc;
}

int
probe_campaign_by_token(struct db *db, const char *token, int64_t *campaign, struct err *e)
{
	static const char sql[] =
	    "SELECT w.campaign FROM probe_send s JOIN wave w ON w.id = s.wave WHERE s.token = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, token);
	return db_one_int(s, campaign, e);
}
