/* The waves of invite.h. */
#include "base/clock.h"
#include "store/invite.h"

#define COLUMNS \
	"id, campaign, name, template, audience, coalesce(not_before, 0), coalesce(not_after, 0), uncertain, state, kind," \
	" position, at_text, end_text, quiet_hours, working_days, other_template, second_address, coalesce(begun_at, 0)," \
	" coalesce(closed_at, 0), coalesce(planned_at, 0), planned_evidence"

/* What was not said. */
static void
settle(struct wave *w)
{
	const char **texts[] = { &w->at_text, &w->end_text, &w->quiet_hours, &w->working_days, &w->other_template,
	    &w->second_address };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (!*texts[i])
			*texts[i] = "";
	if (!w->kind)
		w->kind = "notice";
}

/* What a plan says of a wave, from parameter 2 on. */
static void
bind_plan(struct stmt *s, const struct wave *w)
{
	bind_text(s, 2, w->name);
	bind_text(s, 3, w->template);
	bind_text(s, 4, w->audience);
	bind_int(s, 5, w->not_before);
	bind_int(s, 6, w->not_after);
	bind_text(s, 7, w->uncertain);
	bind_text(s, 8, w->kind);
	bind_int(s, 9, w->position);
	bind_text(s, 10, w->at_text);
	bind_text(s, 11, w->end_text);
	bind_text(s, 12, w->quiet_hours);
	bind_text(s, 13, w->working_days);
	bind_text(s, 14, w->other_template);
	bind_text(s, 15, w->second_address);
}

int
wave_insert(struct db *db, struct wave *w, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO wave (campaign, name, template, audience, not_before, not_after, uncertain, kind, position, at_text,"
	    " end_text, quiet_hours, working_days, other_template, second_address, state, created_at)"
	    " VALUES ($1, $2, $3, $4, nullif($5, 0), nullif($6, 0), $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
	    " RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	settle(w);
	bind_int(s, 1, w->campaign);
	bind_plan(s, w);
	bind_text(s, 16, w->state);
	bind_int(s, 17, clock_now());
	return db_one_int(s, &w->id, e) == 1 ? 0 : -1;
}

int
wave_update(struct db *db, const struct wave *w, struct err *e)
{
	static const char sql[] =
	    "UPDATE wave SET name = $2, template = $3, audience = $4, not_before = nullif($5, 0), not_after = nullif($6, 0),"
	    " uncertain = $7, kind = $8, position = $9, at_text = $10, end_text = $11, quiet_hours = $12, working_days = $13,"
	    " other_template = $14, second_address = $15 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, w->id);
	bind_plan(s, w);
	return db_run(s, e);
}

int
wave_delete(struct db *db, int64_t wave, struct err *e)
{
	static const char stops[] = "DELETE FROM stop WHERE wave = $1";
	static const char sql[] = "DELETE FROM wave WHERE id = $1";
	struct stmt *s = db_stmt(db, stops, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	if (db_run(s, e) < 0 || !(s = db_stmt(db, sql, e)))
		return -1;
	bind_int(s, 1, wave);
	return db_run(s, e);
}

static int
set_time(struct db *db, const char *sql, int64_t wave, int64_t at, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, at);
	return db_run(s, e);
}

int
wave_set_begun(struct db *db, int64_t wave, int64_t at, struct err *e)
{
	static const char sql[] = "UPDATE wave SET begun_at = $2 WHERE id = $1 AND begun_at IS NULL";

	return set_time(db, sql, wave, at, e);
}

int
wave_set_closed(struct db *db, int64_t wave, int64_t at, struct err *e)
{
	static const char sql[] = "UPDATE wave SET closed_at = $2 WHERE id = $1";

	return set_time(db, sql, wave, at, e);
}

int
wave_reopen(struct db *db, int64_t wave, struct err *e)
{
	static const char sql[] =
	    "UPDATE wave SET state = CASE WHEN begun_at IS NULL THEN 'planned' ELSE state END, closed_at = NULL WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	return db_run(s, e);
}

int
wave_set_planned(struct db *db, int64_t wave, int64_t at, int64_t evidence, struct err *e)
{
	static const char sql[] = "UPDATE wave SET planned_at = $2, planned_evidence = $3 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, at);
	bind_int(s, 3, evidence);
	return db_run(s, e);
}

static int
one(struct stmt *s, struct arena *a, struct wave *w, struct err *e)
{
	int rc = db_step(s, e);

	if (rc == 1)
		*w = (struct wave){ .id = col_int(s, 0), .campaign = col_int(s, 1), .name = arena_dup(a, col_text(s, 2)),
		    .template = arena_dup(a, col_text(s, 3)), .audience = arena_dup(a, col_text(s, 4)),
		    .not_before = col_int(s, 5), .not_after = col_int(s, 6),
		    .uncertain = arena_dup(a, col_text(s, 7)), .state = arena_dup(a, col_text(s, 8)),
		    .kind = arena_dup(a, col_text(s, 9)), .position = col_int(s, 10),
		    .at_text = arena_dup(a, col_text(s, 11)),
		    .end_text = arena_dup(a, col_text(s, 12)), .quiet_hours = arena_dup(a, col_text(s, 13)),
		    .working_days = arena_dup(a, col_text(s, 14)), .other_template = arena_dup(a, col_text(s, 15)),
		    .second_address = arena_dup(a, col_text(s, 16)), .begun_at = col_int(s, 17),
		    .closed_at = col_int(s, 18),
		    .planned_at = col_int(s, 19), .planned_evidence = col_int(s, 20) };
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
