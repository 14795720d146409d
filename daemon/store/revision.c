#include "store/revision.h"

#include <stdlib.h>

#define FACT "id, contact, invite, inbound, at, kind, grade, category, hard, email, status, text, until_at, fingerprint"

static void
fill(struct stmt *s, struct revision_fact *f)
{
	*f = (struct revision_fact){ .id = col_int(s, 0), .v = { .contact = col_int(s, 1), .invite = col_int(s, 2),
	    .inbound = col_int(s, 3), .at = col_int(s, 4), .kind = col_text(s, 5), .grade = col_text(s, 6)[0],
	    .category = col_text(s, 7), .hard = col_int(s, 8) != 0, .email = col_text(s, 9), .status = col_text(s, 10),
	    .text = col_text(s, 11), .until_at = col_int(s, 12), .fingerprint = col_text(s, 13) } };
}

static void
keep(struct arena *a, struct revision_fact *f)
{
	const char **texts[] = { &f->v.kind, &f->v.category, &f->v.email, &f->v.status, &f->v.text, &f->v.fingerprint };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*texts[i] = arena_dup(a, *texts[i]);
}

int
revision_messages(struct db *db, bool waiting, int (*each)(void *, const struct revision_message *), void *arg, struct err *e)
{
	static const char all[] = "SELECT id, received_at, kind, fate, decision <> '', raw FROM inbound WHERE length(raw) > 0 ORDER BY id";
	static const char open[] =
	    "SELECT id, received_at, kind, fate, 0, raw FROM inbound WHERE decision = '' AND (fate = 'unmatched' OR fate = 'forged')"
	    " AND length(raw) > 0 ORDER BY id";
	struct stmt *s = db_stmt(db, waiting ? open : all, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		struct revision_message m = { .id = col_int(s, 0), .received_at = col_int(s, 1), .kind = col_text(s, 2),
		    .fate = col_text(s, 3), .decided = col_int(s, 4) != 0 };

		m.raw = col_blob(s, 5, &m.len);
		stop = each(arg, &m);
	}
	db_done(s);
	return stop ? stop : rc;
}

int
revision_pairs(struct db *db, struct revision_pair **out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT inbound, id FROM evidence WHERE inbound IS NOT NULL AND kind NOT LIKE '%\\_withdrawn' ESCAPE '\\'"
	    " ORDER BY inbound, id";
	struct stmt *s = db_stmt(db, sql, e);
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	if (!s)
		return -1;
	while ((rc = db_step(s, e)) == 1) {
		*out = mem_room(*out, *n, &cap, sizeof(**out));
		(*out)[(*n)++] = (struct revision_pair){ col_int(s, 0), col_int(s, 1) };
	}
	db_done(s);
	return rc;
}

int
revision_replies(struct db *db, int64_t campaign, int (*each)(void *, const struct revision_reply *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT t.invite, i.contact, t.n, t.code, t.enhanced, t.text, t.category, t.verdict,"
	    " i.state = 'expired' AND t.n = i.attempts FROM attempt t JOIN invite i ON i.id = t.invite"
	    " WHERE (t.verdict = 'refused' OR t.verdict = 'deferred') AND t.code > 0"
	    " AND i.contact NOT IN (SELECT id FROM contact WHERE erased_at IS NOT NULL)"
	    " AND ($1 = 0 OR i.wave IN (SELECT id FROM wave WHERE campaign = $1))";
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		struct revision_reply r = { col_int(s, 0), col_int(s, 1), (int)col_int(s, 2), (int)col_int(s, 3), col_text(s, 4),
		    col_text(s, 5), col_text(s, 6), col_text(s, 7), col_int(s, 8) != 0 };

		stop = each(arg, &r);
	}
	db_done(s);
	return stop ? stop : rc;
}

int
revision_logged(struct db *db, int (*each)(void *, const struct revision_fact *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT " FACT " FROM evidence WHERE inbound IS NULL AND category <> 'delivered'"
	    " AND (kind = 'dsn' OR (kind = 'expired' AND fingerprint NOT LIKE 'expired:%'))"
	    " AND contact NOT IN (SELECT id FROM contact WHERE erased_at IS NOT NULL)";
	struct stmt *s = db_stmt(db, sql, e);
	struct revision_fact f;
	int rc, stop = 0;

	if (!s)
		return -1;
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		fill(s, &f);
		stop = each(arg, &f);
	}
	db_done(s);
	return stop ? stop : rc;
}

int
revision_fact(struct db *db, struct arena *a, int64_t id, struct revision_fact *out, struct err *e)
{
	static const char sql[] = "SELECT " FACT " FROM evidence WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1) {
		fill(s, out);
		keep(a, out);
	}
	db_done(s);
	return rc;
}

int
revision_same(struct db *db, struct arena *a, const char *fingerprint, struct revision_fact *out, struct err *e)
{
	static const char sql[] =
	    "SELECT " FACT " FROM evidence WHERE fingerprint = $1"
	    " OR (fingerprint > $1 || ':withdrawn:' AND fingerprint < $1 || ':withdrawn;') LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, fingerprint);
	if ((rc = db_step(s, e)) == 1) {
		fill(s, out);
		keep(a, out);
	}
	db_done(s);
	return rc;
}

int
revision_campaign(struct db *db, int64_t contact, int64_t *campaign, struct err *e)
{
	static const char sql[] = "SELECT campaign FROM contact WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	return db_one_int(s, campaign, e);
}

int
revision_change(struct db *db, const struct revision_fact *f, struct err *e)
{
	static const char sql[] =
	    "UPDATE evidence SET at = $2, kind = $3, grade = $4, category = $5, hard = $6, status = $7, text = $8,"
	    " until_at = $9, fingerprint = $10 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	char grade[2] = { f->v.grade, '\0' };

	if (!s)
		return -1;
	bind_int(s, 1, f->id);
	bind_int(s, 2, f->v.at);
	bind_text(s, 3, f->v.kind);
	bind_text(s, 4, grade);
	bind_text(s, 5, f->v.category);
	bind_int(s, 6, f->v.hard);
	bind_text(s, 7, f->v.status);
	bind_text(s, 8, f->v.text);
	bind_int(s, 9, f->v.until_at);
	bind_text(s, 10, f->v.fingerprint);
	return db_run(s, e);
}

int
revision_drop(struct db *db, const struct revision_fact *f, struct err *e)
{
	static const char sql[] = "DELETE FROM evidence WHERE id = $1 AND fingerprint = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, f->id);
	bind_text(s, 2, f->v.fingerprint);
	return db_run(s, e);
}

int
revision_attempt(struct db *db, int64_t invite, int n, const char *category, struct err *e)
{
	static const char sql[] = "UPDATE attempt SET category = $3 WHERE invite = $1 AND n = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, invite);
	bind_int(s, 2, n);
	bind_text(s, 3, category);
	return db_run(s, e);
}
