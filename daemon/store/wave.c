/* The waves of invite.h. */
#include "base/clock.h"
#include "store/invite.h"

#define COLUMNS \
	"id, campaign, name, template, audience, coalesce(not_before, 0), coalesce(not_after, 0), uncertain, state"

int
wave_insert(struct db *db, struct wave *w, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO wave (campaign, name, template, audience, not_before, not_after, uncertain, state, created_at)"
	    " VALUES ($1, $2, $3, $4, nullif($5, 0), nullif($6, 0), $7, $8, $9) RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, w->campaign);
	bind_text(s, 2, w->name);
	bind_text(s, 3, w->template);
	bind_text(s, 4, w->audience);
	bind_int(s, 5, w->not_before);
	bind_int(s, 6, w->not_after);
	bind_text(s, 7, w->uncertain);
	bind_text(s, 8, w->state);
	bind_int(s, 9, clock_now());
	return db_one_int(s, &w->id, e) == 1 ? 0 : -1;
}

static int
one(struct stmt *s, struct arena *a, struct wave *w, struct err *e)
{
	int rc = db_step(s, e);

	if (rc == 1)
		*w = (struct wave){ .id = col_int(s, 0), .campaign = col_int(s, 1), .name = arena_dup(a, col_text(s, 2)),
		    .template = arena_dup(a, col_text(s, 3)), .audience = arena_dup(a, col_text(s, 4)),
		    .not_before = col_int(s, 5), .not_after = col_int(s, 6),
		    .uncertain = arena_dup(a, col_text(s, 7)), .state = arena_dup(a, col_text(s, 8)) };
	db_done(s);
	return rc;
}

int
wave_find(struct db *db, struct arena *a, int64_t campaign, const char *name, struct wave *w, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM wave WHERE campaign = $1 AND name = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, name);
	return one(s, a, w, e);
}

int
wave_by_id(struct db *db, struct arena *a, int64_t id, struct wave *w, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM wave WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return one(s, a, w, e);
}

int
wave_next(struct db *db, struct arena *a, int64_t after, int64_t campaign, const char *state, struct wave *w,
    struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM wave WHERE id > $1 AND ($2 = 0 OR campaign = $2)"
	    " AND ($3 = '' OR state = $3) ORDER BY id LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, after);
	bind_int(s, 2, campaign);
	bind_text(s, 3, state ? state : "");
	return one(s, a, w, e);
}

int
wave_set_state(struct db *db, int64_t wave, const char *state, struct err *e)
{
	static const char sql[] = "UPDATE wave SET state = $2 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_text(s, 2, state);
	return db_run(s, e);
}

int
wave_has_others(struct db *db, int64_t wave, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM wave WHERE id <> $1 AND state <> 'planned' LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	return db_one_int(s, &one, e);
}
