#include "store/evidence.h"

#include "store/suppression.h"

#include "base/clock.h"
#include "base/token.h"

static void
bind_evidence(struct stmt *s, const struct evidence *v, const char grade[2], const char *fingerprint)
{
	bind_int(s, 1, v->contact);
	if (v->invite)
		bind_int(s, 2, v->invite);
	else
		bind_null(s, 2);
	if (v->inbound)
		bind_int(s, 3, v->inbound);
	else
		bind_null(s, 3);
	bind_int(s, 4, v->at);
	bind_text(s, 5, v->kind);
	bind_text(s, 6, grade);
	bind_text(s, 7, v->category ? v->category : "");
	bind_int(s, 8, v->hard);
	bind_text(s, 9, v->email ? v->email : "");
	bind_text(s, 10, v->status ? v->status : "");
	bind_text(s, 11, v->text ? v->text : "");
	bind_text(s, 12, fingerprint);
	bind_int(s, 13, v->until_at);
}

/* Of somebody who was erased: neither the address that it names nor its words are kept. */
#define ABOUT_PERSON \
	"SELECT $1, $2, $3, $4, $5, $6, $7, $8," \
	" CASE WHEN p.erased_at IS NULL OR $9 = '' THEN $9 ELSE" \
	"  coalesce((SELECT q.email FROM address q WHERE q.contact = $1 AND q.rank = 1), '') END, $10," \
	" CASE WHEN p.erased_at IS NULL THEN $11 ELSE '' END, $12, $13" \
	" FROM (SELECT (SELECT c.erased_at FROM contact c WHERE c.id = $1) AS erased_at) p WHERE true"

int
evidence_add(struct db *db, const struct evidence *v, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO evidence (contact, invite, inbound, at, kind, grade, category, hard, email, status, text,"
	    " fingerprint, until_at) " ABOUT_PERSON " ON CONFLICT (fingerprint) DO NOTHING"
	    " RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);
	char grade[2] = { v->grade, '\0' }, unique[TOKEN_LEN + 1];
	int64_t id;

	if (!s)
		return -1;
	if (!v->fingerprint)
		token_new(unique);
	bind_evidence(s, v, grade, v->fingerprint ? v->fingerprint : unique);
	return db_one_int(s, &id, e);
}

int
evidence_put(struct db *db, const struct evidence *v, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO evidence (contact, invite, inbound, at, kind, grade, category, hard, email, status, text,"
	    " fingerprint, until_at) " ABOUT_PERSON " ON CONFLICT (fingerprint)"
	    " DO UPDATE SET at = excluded.at, category = excluded.category, email = excluded.email, status = excluded.status,"
	    " text = excluded.text WHERE excluded.at > evidence.at RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);
	char grade[2] = { v->grade, '\0' };
	int64_t id;

	if (!s)
		return -1;
	bind_evidence(s, v, grade, v->fingerprint);
	return db_one_int(s, &id, e);
}

int
evidence_said(struct db *db, struct arena *a, const char *fingerprint, const char **text, const char **status, struct err *e)
{
	static const char sql[] = "SELECT text, status FROM evidence WHERE fingerprint = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, fingerprint);
	if ((rc = db_step(s, e)) == 1) {
		*text = arena_dup(a, col_text(s, 0));
		*status = arena_dup(a, col_text(s, 1));
	}
	db_done(s);
	return rc;
}

int
answer_record(struct db *db, int64_t contact, int64_t instrument, int64_t at, const char *source, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO answer (contact, instrument, first_at, last_at, source) VALUES ($1, $2, $3, $3, $4)"
	    " ON CONFLICT (contact, instrument) DO UPDATE SET"
	    " first_at = CASE WHEN excluded.first_at < answer.first_at THEN excluded.first_at ELSE answer.first_at END,"
	    " last_at = CASE WHEN excluded.last_at > answer.last_at THEN excluded.last_at ELSE answer.last_at END"
	    " RETURNING first_at = $3 AND last_at = $3";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t only = 0;

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_int(s, 2, instrument);
	bind_int(s, 3, at);
	bind_text(s, 4, source);
	return db_one_int(s, &only, e) < 0 ? -1 : (int)only;
}

int
answer_mask(struct db *db, int64_t contact, unsigned *mask, struct err *e)
{
	static const char sql[] =
	    "SELECT i.position FROM answer a JOIN instrument i ON i.id = a.instrument WHERE a.contact = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	*mask = 0;
	if (!s)
		return -1;
	bind_int(s, 1, contact);
	while ((rc = db_step(s, e)) == 1)
		*mask |= 1u << (col_int(s, 0) - 1);
	db_done(s);
	return rc;
}

int
answer_first_at(struct db *db, int64_t contact, int64_t instrument, int64_t *at, struct err *e)
{
	static const char sql[] = "SELECT first_at FROM answer WHERE contact = $1 AND instrument = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_int(s, 2, instrument);
	return db_one_int(s, at, e);
}

/* The fingerprint moves aside too, so that the same can be said anew. */
int
evidence_withdraw(struct db *db, int64_t contact, const char *kind, struct err *e)
{
	static const char sql[] =
	    "UPDATE evidence SET kind = kind || '_withdrawn', fingerprint = fingerprint || ':withdrawn:' || id"
	    " WHERE contact = $1 AND kind = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_text(s, 2, kind);
	return db_run(s, e);
}

int
evidence_has(struct db *db, int64_t contact, const char *kind, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM evidence WHERE contact = $1 AND kind = $2 LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_text(s, 2, kind);
	return db_one_int(s, &one, e);
}

int
evidence_has_other(struct db *db, int64_t contact, const char *kind, const char *prefix, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM evidence WHERE contact = $1 AND kind = $2 AND fingerprint NOT LIKE $3 || '%' LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_text(s, 2, kind);
	bind_text(s, 3, prefix);
	return db_one_int(s, &one, e);
}

int
evidence_words(struct db *db, struct arena *a, int64_t id, const char **words, struct err *e)
{
	static const char sql[] = "SELECT status, text FROM evidence WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1) {
		const char *status = arena_dup(a, col_text(s, 0)), *text = col_text(s, 1);

		/* A report repeats the reply, status and all. */
		*words = *status && !strstr(text, status) ? arena_printf(a, "%s %s", status, text) : arena_dup(a, text);
	}
	db_done(s);
	return rc;
}

int
evidence_by_id(struct db *db, struct arena *a, int64_t id, struct evidence *out, struct err *e)
{
	static const char sql[] =
	    "SELECT contact, coalesce(invite, 0), at, kind, category, status, text FROM evidence WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1)
		*out = (struct evidence){ .contact = col_int(s, 0), .invite = col_int(s, 1), .at = col_int(s, 2),
		    .kind = arena_dup(a, col_text(s, 3)), .category = arena_dup(a, col_text(s, 4)),
		    .status = arena_dup(a, col_text(s, 5)), .text = arena_dup(a, col_text(s, 6)) };
	db_done(s);
	return rc;
}

int
evidence_each_dead(struct db *db, int64_t now, int (*each)(const char *email, void *), void *arg, struct err *e)
{
	/* The index evidence_hard holds these rows alone: those that meet hard evidence, before it is asked whether it holds. */
	static const char sql[] =
	    "SELECT DISTINCT v.email FROM evidence v WHERE v.hard = 1 AND v.email <> '' AND " SUPPRESSION_HOLDS("$1");
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, now - SUPPRESSION_S);
	while (stop == 0 && (rc = db_step(s, e)) == 1)
		stop = each(col_text(s, 0), arg);
	db_done(s);
	return stop ? stop : rc;
}

int
evidence_last_id(struct db *db, int64_t *id, struct err *e)
{
	static const char sql[] = "SELECT coalesce(max(id), 0) FROM evidence";

	return db_one_int(db_stmt(db, sql, e), id, e) == 1 ? 0 : -1;
}

int
evidence_dead_since(struct db *db, int64_t id, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM evidence WHERE id > $1 AND hard = 1 LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return db_one_int(s, &one, e);
}

int
experience_each(struct db *db, int (*each)(const struct experience *, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT v.email, v.kind, v.category, v.text, v.hard, v.at, k.key"
	    " FROM evidence v JOIN contact c ON c.id = v.contact JOIN campaign k ON k.id = c.campaign"
	    " WHERE v.email <> '' AND (v.kind = 'refusal' OR v.kind = 'dsn' OR v.kind = 'expired' OR v.kind = 'read_receipt'"
	    " OR v.kind = 'auto_reply' OR v.kind = 'reply')";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	while ((rc = db_step(s, e)) == 1) {
		struct experience x = { .email = col_text(s, 0), .kind = col_text(s, 1), .category = col_text(s, 2),
		    .text = col_text(s, 3), .hard = col_int(s, 4) != 0, .at = col_int(s, 5), .campaign = col_text(s, 6) };

		if ((rc = each(&x, arg)) != 0)
			break;
	}
	db_done(s);
	return rc;
}
