#include "store/letter.h"

#include <string.h>

#define COLUMNS(t) \
	t "id, " t "campaign, " t "wave, " t "kind, " t "about, " t "number, " t "name, " t "email, " t "state, " t "created_at, " \
	t "due_at, " t "expires_at, " t "moved_at, " t "attempts"
#define COLUMNS_N 14

static struct letter
read_letter(struct stmt *s, struct arena *a)
{
	return (struct letter){
		.id = col_int(s, 0), .campaign = col_int(s, 1), .wave = arena_dup(a, col_text(s, 2)),
		.kind = arena_dup(a, col_text(s, 3)), .about = arena_dup(a, col_text(s, 4)),
		.number = arena_dup(a, col_text(s, 5)), .name = arena_dup(a, col_text(s, 6)),
		.email = arena_dup(a, col_text(s, 7)), .state = arena_dup(a, col_text(s, 8)), .created_at = col_int(s, 9),
		.due_at = col_int(s, 10), .expires_at = col_int(s, 11), .moved_at = col_int(s, 12),
		.attempts = (int)col_int(s, 13),
	};
}

int
letter_next_id(struct db *db, int64_t *id, struct err *e)
{
	static const char sql[] = "SELECT coalesce(max(id), $1) + 1 FROM letter";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, LETTER_ID_ABOVE);
	return db_one_int(s, id, e) == 1 ? 0 : -1;
}

int
letter_insert(struct db *db, const struct letter *l, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO letter (id, campaign, wave, kind, about, number, name, email, state, created_at, due_at, expires_at,"
	    " moved_at, message) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'planned', $9, $10, $11, $9, $12)"
	    " ON CONFLICT (campaign, wave, about, email) DO NOTHING RETURNING 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, l->id);
	bind_int(s, 2, l->campaign);
	bind_text(s, 3, l->wave);
	bind_text(s, 4, l->kind);
	bind_text(s, 5, l->about);
	bind_text(s, 6, l->number);
	bind_text(s, 7, l->name);
	bind_text(s, 8, l->email);
	bind_int(s, 9, l->created_at);
	bind_int(s, 10, l->due_at);
	bind_int(s, 11, l->expires_at);
	bind_blob(s, 12, l->message, l->len);
	return db_one_int(s, &one, e);
}

int
letter_there(struct db *db, int64_t campaign, const char *wave, const char *about, const char *email, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM letter WHERE campaign = $1 AND wave = $2 AND about = $3 AND email = $4";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, wave);
	bind_text(s, 3, about);
	bind_text(s, 4, email);
	return db_one_int(s, &one, e);
}

int
letter_claim(struct db *db, struct arena *a, int64_t campaign, const char *wave, int64_t now, struct letter *out, struct err *e)
{
	static const char sql[] =
	    "UPDATE letter SET state = 'sending', attempts = attempts + 1, moved_at = $1"
	    " WHERE id = (SELECT id FROM letter WHERE (state = 'planned' OR state = 'deferred') AND due_at <= $1"
	    "              AND ($2 = 0 OR campaign = $2) AND ($3 IS NULL OR wave = $3) ORDER BY due_at, id LIMIT 1)"
	    " RETURNING " COLUMNS("") ", message, length(message)";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, now);
	bind_int(s, 2, campaign);
	bind_text(s, 3, wave);
	if ((rc = db_step(s, e)) == 1) {
		*out = read_letter(s, a);
		out->len = (size_t)col_int(s, COLUMNS_N + 1);
		out->message = arena_ndup(a, col_text(s, COLUMNS_N), out->len);
	}
	db_done(s);
	return rc;
}

int
letter_give_back(struct db *db, int64_t id, struct err *e)
{
	static const char sql[] =
	    "UPDATE letter SET state = CASE WHEN attempts > 1 THEN 'deferred' ELSE 'planned' END, attempts = attempts - 1"
	    " WHERE id = $1 AND state = 'sending'";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return db_run(s, e);
}

int
letter_move(struct db *db, int64_t id, const char *state, int64_t now, int64_t due_at, struct err *e)
{
	static const char sql[] =
	    "UPDATE letter SET state = $2, moved_at = $3, due_at = CASE WHEN $4 > 0 THEN $4 ELSE due_at END"
	    " WHERE id = $1 AND state = 'sending'";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, state);
	bind_int(s, 3, now);
	bind_int(s, 4, due_at);
	return db_run(s, e);
}

int
letter_settle(struct db *db, int64_t now, int64_t lost_before, struct err *e)
{
	static const char lost[] = "UPDATE letter SET state = 'uncertain', moved_at = $1 WHERE state = 'sending' AND moved_at < $2";
	static const char late[] = "UPDATE letter SET state = 'expired', moved_at = $1 WHERE state = 'deferred' AND expires_at <= $1";
	struct stmt *s = db_stmt(db, lost, e);

	if (!s)
		return -1;
	bind_int(s, 1, now);
	bind_int(s, 2, lost_before);
	if (db_run(s, e) < 0 || !(s = db_stmt(db, late, e)))
		return -1;
	bind_int(s, 1, now);
	return db_run(s, e);
}

int
letter_open(struct db *db, int64_t campaign, const char *wave, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT count(*) FROM letter WHERE (state = 'planned' OR state = 'deferred') AND ($1 = 0 OR campaign = $1)"
	    " AND ($2 IS NULL OR wave = $2)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, wave);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}

int
letter_attempt_insert(struct db *db, const struct attempt *t, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO letter_attempt (letter, n, at, relay, command, code, enhanced, text, duration_ms, verdict, category)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	attempt_bind(s, t);
	return db_run(s, e);
}

/* A report of failure, not of a delay or of an arrival. */
#define FAILED "kind = 'dsn' AND category <> 'delivered'"

#define STANDING \
	"SELECT " COLUMNS("l.") ", coalesce(t.code, 0), coalesce(t.text, ''), coalesce(t.category, '')," \
	" coalesce(n.at, 0), coalesce(n.kind, ''), coalesce(n.category, ''), coalesce(n.text, '')," \
	" coalesce(f.at, 0), coalesce(f.text, '')" \
	" FROM letter l LEFT JOIN letter_attempt t ON t.letter = l.id AND t.n = l.attempts" \
	" LEFT JOIN letter_news n ON n.id = (SELECT max(id) FROM letter_news WHERE letter = l.id)" \
	" LEFT JOIN letter_news f ON f.id = (SELECT max(id) FROM letter_news WHERE letter = l.id AND " FAILED ")" \
	" WHERE l.campaign = $1"

static int
each_standing(struct stmt *s, int (*each)(const struct letter_standing *, void *), void *arg, struct err *e)
{
	struct arena a = ARENA_INIT;
	int rc;

	while ((rc = db_step(s, e)) == 1) {
		struct letter_standing l = { .letter = read_letter(s, &a), .code = (int)col_int(s, COLUMNS_N),
		    .text = col_text(s, COLUMNS_N + 1), .category = col_text(s, COLUMNS_N + 2),
		    .news_at = col_int(s, COLUMNS_N + 3), .news_kind = col_text(s, COLUMNS_N + 4),
		    .news_category = col_text(s, COLUMNS_N + 5), .news_text = col_text(s, COLUMNS_N + 6),
		    .failed_at = col_int(s, COLUMNS_N + 7), .failed_text = col_text(s, COLUMNS_N + 8) };

		if ((rc = each(&l, arg)) != 0)
			break;
		arena_reset(&a);
	}
	db_done(s);
	arena_release(&a);
	return rc;
}

int
letter_each(struct db *db, int64_t campaign, const char *kind, int (*each)(const struct letter_standing *, void *), void *arg,
    struct err *e)
{
	static const char sql[] = STANDING " AND ($2 IS NULL OR l.kind = $2) ORDER BY l.id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, kind);
	return each_standing(s, each, arg, e);
}

int
letter_each_about(struct db *db, int64_t campaign, const char *about, int (*each)(const struct letter_standing *, void *),
    void *arg, struct err *e)
{
	static const char sql[] = STANDING " AND l.about = $2 AND l.kind <> 'preflight' ORDER BY l.id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, about);
	return each_standing(s, each, arg, e);
}

int
letter_by_id(struct db *db, struct arena *a, int64_t id, struct letter *out, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS("l.") " FROM letter l WHERE l.id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1)
		*out = read_letter(s, a);
	db_done(s);
	return rc;
}

int
letter_news_insert(struct db *db, const struct letter_news *n, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO letter_news (letter, inbound, at, kind, category, status, text) VALUES ($1, $2, $3, $4, $5, $6, $7)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, n->letter);
	bind_int(s, 2, n->inbound);
	bind_int(s, 3, n->at);
	bind_text(s, 4, n->kind);
	bind_text(s, 5, n->category);
	bind_text(s, 6, n->status);
	bind_text(s, 7, n->text);
	return db_run(s, e);
}
