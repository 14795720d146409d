#include "store/inbound.h"

#define SHARED_MAX 200		/* people behind one shared mailbox */

int
inbound_known(struct db *db, struct arena *a, const char *sha256, const char **fate, struct err *e)
{
	static const char sql[] = "SELECT fate FROM inbound WHERE sha256 = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, sha256);
	if ((rc = db_step(s, e)) == 1)
		*fate = arena_dup(a, col_text(s, 0));
	db_done(s);
	return rc;
}

int
inbound_insert(struct db *db, struct inbound_row *r, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO inbound (sha256, source, received_at, kind, fate, raw) VALUES ($1, $2, $3, $4, $5, $6)"
	    " ON CONFLICT (sha256) DO NOTHING RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, r->sha256);
	bind_text(s, 2, r->source);
	bind_int(s, 3, r->received_at);
	bind_text(s, 4, r->kind);
	bind_text(s, 5, r->fate);
	bind_blob(s, 6, r->len ? r->raw : "", r->len);
	return db_one_int(s, &r->id, e);
}

int
inbound_set_fate(struct db *db, int64_t id, const char *kind, const char *fate, struct err *e)
{
	static const char sql[] = "UPDATE inbound SET kind = $2, fate = $3 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, kind);
	bind_text(s, 3, fate);
	return db_run(s, e);
}

static void
fill(struct arena *a, struct stmt *s, struct inbound_target *out)
{
	*out = (struct inbound_target){ col_int(s, 0), col_int(s, 1), arena_dup(a, col_text(s, 2)) };
}

int
inbound_by_invite(struct db *db, struct arena *a, int64_t invite, struct inbound_target *out, struct err *e)
{
	/* With a tag in hand a message went out, whatever the store has seen of it. */
	static const char sql[] = "SELECT id, contact, email FROM invite WHERE id = $1 AND attempts > 0";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, invite);
	if ((rc = db_step(s, e)) == 1)
		fill(a, s, out);
	db_done(s);
	return rc;
}

int
inbound_by_token(struct db *db, struct arena *a, const char *token, int64_t until, struct inbound_target *out, struct err *e)
{
	static const char sql[] =
	    "SELECT i.id, i.contact, i.email FROM contact c JOIN invite i ON i.contact = c.id"
	    " WHERE c.token = $1 AND i.attempts > 0 AND i.moved_at <= $2 ORDER BY i.id DESC LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, token);
	bind_int(s, 2, until);
	if ((rc = db_step(s, e)) == 1)
		fill(a, s, out);
	db_done(s);
	return rc;
}

int
inbound_by_email(struct db *db, struct arena *a, const char *email, int64_t since, int64_t until,
    struct inbound_target **out, size_t *n, struct err *e)
{
	/* Only what a relay took, or may have taken, can come back. */
	static const char sql[] =
	    "SELECT i.id, i.contact, i.email FROM address d JOIN invite i ON i.contact = d.contact AND i.email = d.email"
	    " WHERE d.email = $1 AND i.id = (SELECT max(j.id) FROM invite j WHERE j.contact = i.contact"
	    "  AND j.email = i.email AND j.state IN ('accepted', 'uncertain') AND j.moved_at >= $2 AND j.moved_at <= $3)"
	    " ORDER BY i.id DESC LIMIT 200";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	*n = 0;
	*out = arena_alloc(a, SHARED_MAX * sizeof(**out));
	if (!s)
		return -1;
	bind_text(s, 1, email);
	bind_int(s, 2, since);
	bind_int(s, 3, until);
	while ((rc = db_step(s, e)) == 1)
		fill(a, s, &(*out)[(*n)++]);
	db_done(s);
	return rc;
}
