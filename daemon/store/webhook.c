#include "store/webhook.h"

#include "base/lang.h"

#define COLUMNS "id, name, url, secret_file, events, campaign, active, added_at, evidence, wave_log, answer, told_at," \
	" failures, failed_at, next_at, error"

static void
fill(struct webhook *w, struct arena *a, struct stmt *s)
{
	*w = (struct webhook){ .id = col_int(s, 0), .name = arena_dup(a, col_text(s, 1)), .url = arena_dup(a, col_text(s, 2)),
	    .secret_file = arena_dup(a, col_text(s, 3)), .events = arena_dup(a, col_text(s, 4)), .campaign = col_int(s, 5),
	    .active = col_int(s, 6) != 0, .added_at = col_int(s, 7),
	    .told = { col_int(s, 8), col_int(s, 9), col_int(s, 10) }, .told_at = col_int(s, 11), .failures = col_int(s, 12),
	    .failed_at = col_int(s, 13), .next_at = col_int(s, 14), .error = arena_dup(a, col_text(s, 15)) };
}

int
webhook_insert(struct db *db, struct webhook *w, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO webhook (name, url, secret_file, events, campaign, active, added_at, evidence, wave_log, answer)"
	    " SELECT $1, $2, $3, $4, $5, 1, $6, (SELECT coalesce(max(id), 0) FROM evidence),"
	    " (SELECT coalesce(max(id), 0) FROM wave_log), (SELECT coalesce(max(id), 0) FROM answer_news)"
	    " WHERE NOT EXISTS (SELECT 1 FROM webhook WHERE name = $1) RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, w->name);
	bind_text(s, 2, w->url);
	bind_text(s, 3, w->secret_file);
	bind_text(s, 4, w->events);
	if (w->campaign)
		bind_int(s, 5, w->campaign);
	else
		bind_null(s, 5);
	bind_int(s, 6, w->added_at);
	if ((rc = db_one_int(s, &w->id, e)) == 0)
		return err_set(e, ERR_INPUT, TR("there is a webhook '%s' already: remove it first",
		    "đã có webhook '%s': hãy xóa trước"), w->name);
	return rc < 0 ? -1 : 0;
}

int
webhook_find(struct db *db, struct arena *a, const char *name, struct webhook *out, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM webhook WHERE name = $1";
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
webhook_next(struct db *db, struct arena *a, int64_t after, struct webhook *out, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM webhook WHERE id > $1 ORDER BY id LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, after);
	if ((rc = db_step(s, e)) == 1)
		fill(out, a, s);
	db_done(s);
	return rc;
}

int
webhook_delete(struct db *db, int64_t id, struct err *e)
{
	static const char sql[] = "DELETE FROM webhook WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return db_run(s, e);
}

int
webhook_told(struct db *db, int64_t id, const struct webhook_cursor *c, int64_t now, struct err *e)
{
	static const char sql[] = "UPDATE webhook SET evidence = $2, wave_log = $3, answer = $4, told_at = $5, failures = 0,"
	    " failed_at = NULL, next_at = 0, error = '' WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, c->evidence);
	bind_int(s, 3, c->wave_log);
	bind_int(s, 4, c->answer);
	bind_int(s, 5, now);
	return db_run(s, e);
}

int
webhook_failed(struct db *db, int64_t id, int64_t now, int64_t next_at, const char *error, struct err *e)
{
	static const char sql[] = "UPDATE webhook SET failures = failures + 1, failed_at = coalesce(failed_at, $2), next_at = $3,"
	    " error = $4 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, now);
	bind_int(s, 3, next_at);
	bind_text(s, 4, error);
	return db_run(s, e);
}

int
webhook_set_active(struct db *db, int64_t id, bool active, const char *error, struct err *e)
{
	static const char sql[] = "UPDATE webhook SET active = $2, error = $3 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, active);
	bind_text(s, 3, error);
	return db_run(s, e);
}

int
webhook_tidy(struct db *db, struct err *e)
{
	/* The newest stays: a webhook that is added later begins behind it. */
	static const char sql[] = "DELETE FROM answer_news WHERE id < (SELECT max(id) FROM answer_news)"
	    " AND id <= coalesce((SELECT min(answer) FROM webhook WHERE active = 1), 9223372036854775807)";

	return db_run(db_stmt(db, sql, e), e);
}

int
webhook_behind(struct db *db, const struct webhook *w, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM evidence WHERE id > $1) + (SELECT count(*) FROM wave_log WHERE id > $2)"
	    " + (SELECT count(*) FROM answer_news WHERE id > $3)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, w->told.evidence);
	bind_int(s, 2, w->told.wave_log);
	bind_int(s, 3, w->told.answer);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}

/* Both at the arguments 1 to 3: after, campaign, most. */
static int
read_news(struct db *db, const char *sql, struct arena *a, int64_t after, int64_t campaign, size_t most, struct news **out, size_t *n,
    struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	*n = 0;
	*out = arena_alloc(a, most * sizeof(**out));
	if (!s)
		return -1;
	bind_int(s, 1, after);
	bind_int(s, 2, campaign);
	bind_int(s, 3, (int64_t)most);
	while ((rc = db_step(s, e)) == 1)
		(*out)[(*n)++] = (struct news){ .id = col_int(s, 0), .at = col_int(s, 1), .kind = arena_dup(a, col_text(s, 2)),
		    .campaign = arena_dup(a, col_text(s, 3)), .unit = arena_dup(a, col_text(s, 4)), .wave = arena_dup(a, col_text(s, 5)),
		    .token = arena_dup(a, col_text(s, 6)), .instrument = arena_dup(a, col_text(s, 7)),
		    .category = arena_dup(a, col_text(s, 8)), .status = arena_dup(a, col_text(s, 9)),
		    .grade = arena_dup(a, col_text(s, 10)), .hard = col_int(s, 11) != 0, .reason = arena_dup(a, col_text(s, 12)),
		    .n = col_int(s, 13), .print = arena_dup(a, col_text(s, 14)) };
	db_done(s);
	return rc;
}

/* All that was there is told when less than the most came: then the cursor is the end as it was before. */
static int
upto_of(struct db *db, const char *sql, const struct news *list, size_t n, size_t most, int64_t after, int64_t *upto, struct err *e)
{
	int64_t end;

	if (n == most) {
		*upto = list[n - 1].id;
		return 0;
	}
	if (db_one_int(db_stmt(db, sql, e), &end, e) != 1)
		return -1;
	*upto = end > after ? end : after;
	return 0;
}

int
news_evidence(struct db *db, struct arena *a, int64_t after, int64_t campaign, size_t most, struct news **out, size_t *n,
    int64_t *upto, struct err *e)
{
	static const char sql[] =
	    "SELECT v.id, v.at, v.kind, k.key, u.code, coalesce(w.name, ''), c.token, '', v.category, v.status, v.grade, v.hard, '', 0, v.fingerprint"
	    " FROM evidence v JOIN contact c ON c.id = v.contact JOIN campaign k ON k.id = c.campaign JOIN unit u ON u.id = c.unit"
	    " LEFT JOIN invite i ON i.id = v.invite LEFT JOIN wave w ON w.id = i.wave"
	    " WHERE v.id > $1 AND ($2 = 0 OR c.campaign = $2) AND v.kind <> 'visit' ORDER BY v.id LIMIT $3";
	static const char end[] = "SELECT coalesce(max(id), 0) FROM evidence";

	return read_news(db, sql, a, after, campaign, most, out, n, e) < 0 ? -1 : upto_of(db, end, *out, *n, most, after, upto, e);
}

int
news_waves(struct db *db, struct arena *a, int64_t after, int64_t campaign, size_t most, struct news **out, size_t *n,
    int64_t *upto, struct err *e)
{
	static const char sql[] =
	    "SELECT l.id, l.at, l.what, coalesce(k.key, ''), '', l.wave, '', '', '', '', '', 0, l.reason, l.n, ''"
	    " FROM wave_log l LEFT JOIN campaign k ON k.id = l.campaign"
	    " WHERE l.id > $1 AND ($2 = 0 OR l.campaign = $2 OR l.campaign IS NULL) ORDER BY l.id LIMIT $3";
	static const char end[] = "SELECT coalesce(max(id), 0) FROM wave_log";

	return read_news(db, sql, a, after, campaign, most, out, n, e) < 0 ? -1 : upto_of(db, end, *out, *n, most, after, upto, e);
}

int
news_answers(struct db *db, struct arena *a, int64_t after, int64_t campaign, size_t most, struct news **out, size_t *n,
    int64_t *upto, struct err *e)
{
	static const char sql[] =
	    "SELECT x.id, r.first_at, 'answer', k.key, u.code, '', c.token, i.key, '', '', 'A', 0, r.source, 0, ''"
	    " FROM answer_news x JOIN answer r ON r.contact = x.contact AND r.instrument = x.instrument"
	    " JOIN contact c ON c.id = x.contact JOIN campaign k ON k.id = c.campaign JOIN unit u ON u.id = c.unit"
	    " JOIN instrument i ON i.id = x.instrument"
	    " WHERE x.id > $1 AND ($2 = 0 OR c.campaign = $2) ORDER BY x.id LIMIT $3";
	static const char end[] = "SELECT coalesce(max(id), 0) FROM answer_news";

	return read_news(db, sql, a, after, campaign, most, out, n, e) < 0 ? -1 : upto_of(db, end, *out, *n, most, after, upto, e);
}
