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

/* ---- what a person makes of those that no rule could place ---- */

#define SEEN \
	"i.id, i.source, i.received_at, i.kind, i.fate, i.raw, i.decision, coalesce(i.decided_at, 0)," \
	" coalesce(i.contact, (SELECT v.contact FROM evidence v JOIN contact c ON c.id = v.contact" \
	"  WHERE v.kind = 'reply' AND v.inbound = i.id AND c.campaign = $1 LIMIT 1), 0)"
/* Which of them; each has an index that holds no others. They came in the order of their ids. */
#define WAITING "i.decision = '' AND (i.fate = 'unmatched' OR i.fate = 'forged')"
#define REPLIES \
	"i.decision = '' AND i.fate = 'reply' AND (NOT EXISTS (SELECT 1 FROM evidence v WHERE v.kind = 'reply' AND v.inbound = i.id)" \
	" OR EXISTS (SELECT 1 FROM evidence v JOIN contact c ON c.id = v.contact WHERE v.kind = 'reply' AND v.inbound = i.id" \
	"  AND c.campaign = $1))"
#define DECIDED "i.decision <> '' AND (i.contact IS NULL OR EXISTS (SELECT 1 FROM contact c WHERE c.id = i.contact AND c.campaign = $1))"
#define PAGE(which) \
	"SELECT " SEEN " FROM inbound i WHERE i.id IN (SELECT i.id FROM inbound i WHERE " which \
	" ORDER BY i.id DESC LIMIT $2 OFFSET $3) ORDER BY i.id DESC"

static void
fill_seen(struct stmt *s, struct inbound_seen *out)
{
	*out = (struct inbound_seen){ .row = { .id = col_int(s, 0), .sha256 = "", .source = col_text(s, 1),
	    .received_at = col_int(s, 2), .kind = col_text(s, 3), .fate = col_text(s, 4) }, .decision = col_text(s, 6),
	    .decided_at = col_int(s, 7), .contact = col_int(s, 8) };
	out->row.raw = col_blob(s, 5, &out->row.len);
}

int
inbound_each(struct db *db, enum inbound_list which, int64_t campaign, int64_t most, int64_t skip,
    int (*each)(const struct inbound_seen *, void *), void *arg, struct err *e)
{
	static const char waiting[] = PAGE(WAITING), replies[] = PAGE(REPLIES), decided[] = PAGE(DECIDED);
	const char *const sql[INBOUND_LISTS] = { waiting, replies, decided };
	struct stmt *s = db_stmt(db, sql[which], e);
	struct inbound_seen seen;
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, most);
	bind_int(s, 3, skip);
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		fill_seen(s, &seen);
		stop = each(&seen, arg);
	}
	db_done(s);
	return stop ? stop : rc;
}

int
inbound_understood(struct db *db, int64_t most, int (*each)(const struct inbound_seen *, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT i.id, i.source, i.received_at, i.kind, i.fate, i.raw, i.decision, coalesce(i.decided_at, 0), 0 FROM inbound i"
	    " WHERE i.fate = 'matched' OR i.fate = 'reply' ORDER BY i.id DESC LIMIT $1";
	struct stmt *s = db_stmt(db, sql, e);
	struct inbound_seen seen;
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, most);
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		fill_seen(s, &seen);
		stop = each(&seen, arg);
	}
	db_done(s);
	return stop ? stop : rc;
}

int
inbound_count(struct db *db, enum inbound_list which, int64_t campaign, int64_t *n, struct err *e)
{
	static const char waiting[] = "SELECT count(*) FROM inbound i WHERE $1 <> 0 AND " WAITING;
	static const char replies[] = "SELECT count(*) FROM inbound i WHERE " REPLIES;
	static const char decided[] = "SELECT count(*) FROM inbound i WHERE " DECIDED;
	const char *const sql[INBOUND_LISTS] = { waiting, replies, decided };
	struct stmt *s = db_stmt(db, sql[which], e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}

int
inbound_by_id(struct db *db, struct arena *a, int64_t id, int64_t campaign, struct inbound_seen *out, struct err *e)
{
	static const char sql[] = "SELECT " SEEN " FROM inbound i WHERE i.id = $2";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, id);
	if ((rc = db_step(s, e)) == 1) {
		const char **texts[] = { &out->row.source, &out->row.kind, &out->row.fate, &out->decision };

		fill_seen(s, out);
		for (size_t i = 0; i < COUNT_OF(texts); i++)
			*texts[i] = arena_dup(a, *texts[i]);
		out->row.raw = arena_ndup(a, out->row.raw, out->row.len);
	}
	db_done(s);
	return rc;
}

int
inbound_decide(struct db *db, int64_t id, const char *decision, int64_t contact, int64_t at, struct err *e)
{
	static const char sql[] =
	    "UPDATE inbound SET decision = $2, contact = nullif($3, 0), decided_at = $4 WHERE id = $1 AND decision = '' RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, decision);
	bind_int(s, 3, contact);
	bind_int(s, 4, at);
	return db_one_int(s, &one, e);
}
