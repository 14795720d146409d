#include "store/pace.h"

#define FOR_A_RULE "(v.category = 'policy' OR v.category = 'blocked' OR v.category = 'content')"
#define STOP_COLUMNS "id, wave, domain, kind, observed, at, n, n_of, text, coalesce(resumed_at, 0)"

int
pace_load(struct db *db, const char *scope, int64_t credit[PACE_CREDITS], int64_t *stamp_ms, struct err *e)
{
	static const char sql[] = "SELECT minute_credit, hour_credit, day_credit, stamp_ms FROM pace WHERE scope = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, scope);
	if ((rc = db_step(s, e)) == 1) {
		for (int i = 0; i < PACE_CREDITS; i++)
			credit[i] = col_int(s, i);
		*stamp_ms = col_int(s, PACE_CREDITS);
	}
	db_done(s);
	return rc;
}

int
pace_save(struct db *db, const char *scope, const int64_t credit[PACE_CREDITS], int64_t stamp_ms, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO pace (scope, minute_credit, hour_credit, day_credit, stamp_ms) VALUES ($1, $2, $3, $4, $5)"
	    " ON CONFLICT (scope) DO UPDATE SET minute_credit = $2, hour_credit = $3, day_credit = $4, stamp_ms = $5";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, scope);
	for (int i = 0; i < PACE_CREDITS; i++)
		bind_int(s, 2 + i, credit[i]);
	bind_int(s, 5, stamp_ms);
	return db_run(s, e);
}

int
ramp_load(struct db *db, const char *scope, int64_t *began_at, int64_t *last_at, struct err *e)
{
	static const char sql[] = "SELECT began_at, last_at FROM ramp WHERE scope = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, scope);
	if ((rc = db_step(s, e)) == 1) {
		*began_at = col_int(s, 0);
		*last_at = col_int(s, 1);
	}
	db_done(s);
	return rc;
}

int
ramp_save(struct db *db, const char *scope, int64_t began_at, int64_t last_at, int64_t idle_since, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO ramp (scope, began_at, last_at) VALUES ($1, $2, $3) ON CONFLICT (scope) DO UPDATE SET"
	    " began_at = CASE WHEN ramp.last_at <= $4 THEN $2 ELSE ramp.began_at END,"
	    " last_at = CASE WHEN ramp.last_at < $3 THEN $3 ELSE ramp.last_at END";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, scope);
	bind_int(s, 2, began_at);
	bind_int(s, 3, last_at);
	bind_int(s, 4, idle_since);
	return db_run(s, e);
}

int
rest_save(struct db *db, const struct domain_rest *r, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO domain_rest (domain, until_at, rests, reason) VALUES ($1, $2, $3, $4)"
	    " ON CONFLICT (domain) DO UPDATE SET until_at = $2, rests = $3, reason = $4";
	static const char well[] = "DELETE FROM domain_rest WHERE domain = $1";
	struct stmt *s = r->until_at ? db_stmt(db, sql, e) : db_stmt(db, well, e);

	if (!s)
		return -1;
	bind_text(s, 1, r->domain);
	if (r->until_at) {
		bind_int(s, 2, r->until_at);
		bind_int(s, 3, r->rests);
		bind_text(s, 4, r->reason);
	}
	return db_run(s, e);
}

int
rest_next(struct db *db, struct arena *a, const char *after, struct domain_rest *r, struct err *e)
{
	static const char sql[] =
	    "SELECT domain, until_at, rests, reason FROM domain_rest WHERE domain > $1 ORDER BY domain LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, after);
	if ((rc = db_step(s, e)) == 1)
		*r = (struct domain_rest){ .domain = arena_dup(a, col_text(s, 0)), .until_at = col_int(s, 1),
		    .rests = col_int(s, 2), .reason = arena_dup(a, col_text(s, 3)) };
	db_done(s);
	return rc;
}

/* --- stops ---------------------------------------------------------------- */

int
stop_insert(struct db *db, struct stop *t, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO stop (wave, domain, kind, observed, at, n, n_of, text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
	    " RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, t->wave);
	bind_text(s, 2, t->domain);
	bind_text(s, 3, t->kind);
	bind_int(s, 4, t->observed);
	bind_int(s, 5, t->at);
	bind_int(s, 6, t->n);
	bind_int(s, 7, t->of);
	bind_text(s, 8, t->text);
	return db_one_int(s, &t->id, e) == 1 ? 0 : -1;
}

static void
read_stop(struct stmt *s, struct arena *a, struct stop *t)
{
	*t = (struct stop){ .id = col_int(s, 0), .wave = col_int(s, 1), .domain = arena_dup(a, col_text(s, 2)),
	    .kind = arena_dup(a, col_text(s, 3)), .observed = col_int(s, 4) != 0, .at = col_int(s, 5),
	    .n = col_int(s, 6), .of = col_int(s, 7), .text = arena_dup(a, col_text(s, 8)),
	    .resumed_at = col_int(s, 9) };
}

static int
one(struct stmt *s, struct arena *a, struct stop *t, struct err *e)
{
	int rc = db_step(s, e);

	if (rc == 1)
		read_stop(s, a, t);
	db_done(s);
	return rc;
}

int
stop_next(struct db *db, struct arena *a, int64_t after, int64_t wave, struct stop *t, struct err *e)
{
	static const char sql[] = "SELECT " STOP_COLUMNS " FROM stop WHERE wave = $1 AND id > $2 ORDER BY id LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, after);
	return one(s, a, t, e);
}

int
stop_next_of(struct db *db, struct arena *a, int64_t after, int64_t campaign, const char *kind, struct stop *t,
    const char **wave_name, struct err *e)
{
	static const char sql[] =
	    "SELECT s.id, s.wave, s.domain, s.kind, s.observed, s.at, s.n, s.n_of, s.text, coalesce(s.resumed_at, 0), w.name"
	    " FROM stop s JOIN wave w ON w.id = s.wave WHERE s.id > $1 AND w.campaign = $2 AND s.kind = $3 ORDER BY s.id LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, after);
	bind_int(s, 2, campaign);
	bind_text(s, 3, kind);
	if ((rc = db_step(s, e)) == 1) {
		read_stop(s, a, t);
		*wave_name = arena_dup(a, col_text(s, 10));
	}
	db_done(s);
	return rc;
}

int
stop_last(struct db *db, struct arena *a, int64_t wave, const char *domain, const char *kind, struct stop *t, struct err *e)
{
	static const char sql[] =
	    "SELECT " STOP_COLUMNS " FROM stop WHERE wave = $1 AND domain = $2 AND ($3 = '' OR kind = $3)"
	    " ORDER BY id DESC LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_text(s, 2, domain);
	bind_text(s, 3, kind ? kind : "");
	return one(s, a, t, e);
}

int
stop_resume(struct db *db, int64_t wave, const char *domain, int64_t now, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "UPDATE stop SET resumed_at = $3 WHERE wave = $1 AND ($2 IS NULL OR domain = $2) AND resumed_at IS NULL"
	    " AND observed = 0";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_text(s, 2, domain);
	bind_int(s, 3, now);
	if (db_run(s, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}

int
stop_resumed(struct db *db, int64_t wave, const char *kind, int64_t *n, int64_t *of, struct err *e)
{
	static const char sql[] =
	    "SELECT coalesce(sum(n), 0), coalesce(sum(n_of), 0) FROM stop WHERE wave = $1 AND domain = '' AND kind = $2"
	    " AND resumed_at IS NOT NULL";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_text(s, 2, kind);
	if ((rc = db_step(s, e)) == 1) {
		*n = col_int(s, 0);
		*of = col_int(s, 1);
	}
	db_done(s);
	return rc == 1 ? 0 : -1;
}

/* --- harm ------------------------------------------------------------------ */

int
harm_start(struct db *db, struct harm *h, struct err *e)
{
	static const char sql[] = "SELECT coalesce(max(id), 0) FROM evidence";
	struct stmt *s = db_stmt(db, sql, e);

	*h = (struct harm){ .seen = 0 };
	return !s || db_one_int(s, &h->seen, e) < 0 ? -1 : 0;
}

int
harm_since(struct db *db, int64_t wave, struct harm *h, struct err *e)
{
	static const char sql[] =
	    "SELECT v.id, v.kind IN ('refusal', 'dsn') AND v.hard = 1 AND i.wave = $2, v.kind = 'complaint' AND i.wave = $2,"
	    " v.kind = 'dsn' AND i.wave = $2 AND " FOR_A_RULE
	    " FROM evidence v LEFT JOIN invite i ON i.id = v.invite WHERE v.id > $1 ORDER BY v.id";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, h->seen);
	bind_int(s, 2, wave);
	while ((rc = db_step(s, e)) == 1) {
		h->seen = col_int(s, 0);
		h->bounces += col_int(s, 1);
		h->complaints += col_int(s, 2);
		h->came_back += col_int(s, 3);
	}
	db_done(s);
	return rc;
}

int
came_back_each(struct db *db, int64_t wave, const char *domain, int64_t since,
    int (*each)(const struct came_back *, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT i.email, v.category, v.text FROM invite i JOIN evidence v ON v.contact = i.contact AND v.invite = i.id"
	    " AND v.kind = 'dsn' AND " FOR_A_RULE
	    " WHERE i.wave = $1 AND i.state = 'accepted' AND i.moved_at > $2 AND ($3 = '' OR i.email LIKE '%@' || $3)";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, since);
	bind_text(s, 3, domain);
	while ((rc = db_step(s, e)) == 1) {
		struct came_back c = { col_text(s, 0), col_text(s, 1), col_text(s, 2) };

		if (each(&c, arg))
			break;
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

int
harm_all(struct db *db, int64_t wave, struct harm *h, struct err *e)
{
	static const char sql[] =
	    "SELECT count(DISTINCT CASE WHEN v.kind IN ('refusal', 'dsn') AND v.hard = 1 THEN i.id END),"
	    " count(DISTINCT CASE WHEN v.kind = 'complaint' THEN i.id END)"
	    " FROM invite i JOIN evidence v ON v.contact = i.contact AND v.invite = i.id"
	    " AND v.kind IN ('refusal', 'dsn', 'complaint') WHERE i.wave = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	if ((rc = db_step(s, e)) == 1) {
		h->bounces = col_int(s, 0);
		h->complaints = col_int(s, 1);
	}
	db_done(s);
	return rc == 1 ? 0 : -1;
}
