#include "store/wave_log.h"

#define COLUMNS "id, at, coalesce(campaign, 0), wave, what, n, reason, detail"

int
wave_log_add(struct db *db, const struct wave_entry *w, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO wave_log (at, campaign, wave, what, n, reason, detail) VALUES ($1, nullif($2, 0), $3, $4, $5, $6, $7)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, w->at);
	bind_int(s, 2, w->campaign);
	bind_text(s, 3, w->wave ? w->wave : "");
	bind_text(s, 4, w->what);
	bind_int(s, 5, w->n);
	bind_text(s, 6, w->reason ? w->reason : "");
	bind_text(s, 7, w->detail ? w->detail : "");
	return db_run(s, e);
}

static int
one(struct stmt *s, struct arena *a, struct wave_entry *w, struct err *e)
{
	int rc = db_step(s, e);

	if (rc == 1)
		*w = (struct wave_entry){ .id = col_int(s, 0), .at = col_int(s, 1), .campaign = col_int(s, 2),
		    .wave = arena_dup(a, col_text(s, 3)), .what = arena_dup(a, col_text(s, 4)), .n = col_int(s, 5),
		    .reason = arena_dup(a, col_text(s, 6)), .detail = arena_dup(a, col_text(s, 7)) };
	db_done(s);
	return rc;
}

int
wave_log_next(struct db *db, struct arena *a, int64_t after, int64_t campaign, const char *wave, struct wave_entry *w,
    struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM wave_log WHERE id > $1 AND ($2 = 0 OR campaign = $2 OR campaign IS NULL)"
	    " AND ($4 = 0 OR wave = $3 OR (wave = '' AND campaign IS NULL)) ORDER BY id LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, after);
	bind_int(s, 2, campaign);
	bind_text(s, 3, wave ? wave : "");
	bind_int(s, 4, wave != NULL);
	return one(s, a, w, e);
}

int
wave_log_last(struct db *db, struct arena *a, int64_t campaign, const char *wave, const char *what, const char *reason,
    struct wave_entry *w, struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM wave_log WHERE campaign IS nullif($1, 0) AND wave = $2 AND what = $3"
	    " AND ($5 = 0 OR reason = $4) ORDER BY id DESC LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, wave);
	bind_text(s, 3, what);
	bind_text(s, 4, reason ? reason : "");
	bind_int(s, 5, reason != NULL);
	return one(s, a, w, e);
}

int
wave_log_end(struct db *db, int64_t *id, struct err *e)
{
	static const char sql[] = "SELECT coalesce(max(id), 0) FROM wave_log";

	return db_one_int(db_stmt(db, sql, e), id, e) == 1 ? 0 : -1;
}
