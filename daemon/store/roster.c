#include "store/roster.h"

#define ROWS_MOST ((int64_t)1 << 32)	/* of a file */
#define ROSTERS_MOST ((int64_t)1 << 30)

/* Where a row lies: the rows of a roster are neighbours, in their order. */
static int64_t
row_id(int64_t roster, int64_t seq)
{
	/* What somebody typed into a URL may be anything: the last place of all holds no row. */
	if (roster < 0 || roster > ROSTERS_MOST || seq < 0 || seq >= ROWS_MOST)
		return INT64_MAX;
	return roster * ROWS_MOST + seq;
}

int
roster_insert(struct db *db, struct roster *r, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO roster (campaign, unit, file, sha256, bytes, received_from, received_at, imported_at, encoding,"
	    " delimiter, columns, blanked, records, declared, replaces)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, NULL, $13) RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, r->campaign);
	bind_int(s, 2, r->unit);
	bind_text(s, 3, r->file);
	bind_text(s, 4, r->sha256);
	bind_int(s, 5, r->bytes);
	bind_text(s, 6, r->received_from);
	bind_int(s, 7, r->received_at);
	bind_int(s, 8, r->imported_at);
	bind_text(s, 9, r->encoding);
	bind_text(s, 10, r->delimiter);
	bind_text(s, 11, r->columns);
	bind_text(s, 12, r->blanked);
	if (r->replaces)
		bind_int(s, 13, r->replaces);
	return db_one_int(s, &r->id, e) == 1 ? 0 : -1;
}

int
roster_finish(struct db *db, const struct roster *r, struct err *e)
{
	static const char sql[] = "UPDATE roster SET records = $2, declared = nullif($3, 0) WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, r->id);
	bind_int(s, 2, r->records);
	bind_int(s, 3, r->declared);
	return db_run(s, e);
}

int
roster_counting(struct db *db, struct arena *a, int64_t campaign, int64_t unit, struct roster **out, size_t *n,
    struct err *e)
{
	static const char sql[] =
	    "SELECT id, file, sha256, imported_at, records, received_from, received_at, encoding FROM roster"
	    " WHERE campaign = $1 AND unit = $2 AND replaced_by IS NULL ORDER BY id";
	struct stmt *s = db_stmt(db, sql, e);
	struct roster *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	*out = NULL;
	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, unit);
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = (struct roster){ .id = col_int(s, 0), .campaign = campaign, .unit = unit,
		    .file = arena_dup(a, col_text(s, 1)), .sha256 = arena_dup(a, col_text(s, 2)),
		    .imported_at = col_int(s, 3), .records = col_int(s, 4), .received_from = arena_dup(a, col_text(s, 5)),
		    .received_at = col_int(s, 6), .encoding = arena_dup(a, col_text(s, 7)) };
	}
	db_done(s);
	if (*n) {
		*out = arena_alloc(a, *n * sizeof(*list));
		memcpy(*out, list, *n * sizeof(*list));
	}
	free(list);
	return rc;
}

int
roster_since(struct db *db, int64_t campaign, int64_t at, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM roster WHERE campaign = $1 AND imported_at >= $2 LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, at);
	return db_one_int(s, &one, e);
}

int
roster_count_by(struct db *db, int64_t campaign, int64_t at, int64_t *before, int64_t *since, struct err *e)
{
	static const char sql[] =
	    "SELECT count(*), coalesce(sum(CASE WHEN imported_at <= $2 THEN 1 ELSE 0 END), 0) FROM roster WHERE campaign = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, at);
	if ((rc = db_step(s, e)) == 1) {
		*before = col_int(s, 1);
		*since = col_int(s, 0) - *before;
	}
	db_done(s);
	return rc == 1 ? 0 : -1;
}

int
roster_set_replaced(struct db *db, int64_t id, int64_t by, struct err *e)
{
	static const char sql[] = "UPDATE roster SET replaced_by = $2 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, by);
	return db_run(s, e);
}

int
roster_row_insert(struct db *db, const struct roster_row *r, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO roster_row (roster, seq, line, name, email, alternate, disposition, reason, warnings, suggestion,"
	    " raw, contact, id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, r->roster);
	bind_int(s, 2, r->seq);
	bind_int(s, 3, r->line);
	bind_text(s, 4, r->name);
	bind_text(s, 5, r->email);
	bind_text(s, 6, r->alternate);
	bind_text(s, 7, r->disposition);
	bind_text(s, 8, r->reason);
	bind_text(s, 9, r->warnings);
	bind_text(s, 10, r->suggestion);
	bind_text(s, 11, r->raw);
	if (r->contact)
		bind_int(s, 12, r->contact);
	bind_int(s, 13, row_id(r->roster, r->seq));
	return db_run(s, e);
}

int
roster_row_set_duplicate(struct db *db, int64_t roster, int64_t seq, const char *reason, int64_t contact, struct err *e)
{
	static const char sql[] =
	    "UPDATE roster_row SET disposition = 'duplicate', reason = $3, alternate = '', warnings = '', contact = $2"
	    " WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, row_id(roster, seq));
	bind_int(s, 2, contact);
	bind_text(s, 3, reason);
	return db_run(s, e);
}

int
roster_row_set_warnings(struct db *db, int64_t roster, int64_t seq, const char *warnings, struct err *e)
{
	static const char sql[] =
	    "UPDATE roster_row SET warnings = $2 WHERE id = $1 AND disposition = 'accept' AND warnings <> $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, row_id(roster, seq));
	bind_text(s, 2, warnings);
	return db_run(s, e);
}

int
roster_row_origin(struct db *db, struct arena *a, int64_t roster, int64_t seq, struct row_origin *out, struct err *e)
{
	static const char sql[] =
	    "SELECT r.file, w.line, w.raw, r.delimiter, r.columns, w.suggestion"
	    " FROM roster_row w JOIN roster r ON r.id = w.roster WHERE w.id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, row_id(roster, seq));
	if ((rc = db_step(s, e)) == 1)
		*out = (struct row_origin){ .file = arena_dup(a, col_text(s, 0)), .line = col_int(s, 1),
		    .raw = arena_dup(a, col_text(s, 2)), .delimiter = arena_dup(a, col_text(s, 3)),
		    .columns = arena_dup(a, col_text(s, 4)), .suggestion = arena_dup(a, col_text(s, 5)) };
	db_done(s);
	return rc;
}

int
roster_rows_each(struct db *db, int64_t campaign, int (*each)(const struct roster_row *, void *), void *arg,
    struct err *e)
{
	static const char sql[] =
	    "SELECT w.roster, w.seq, w.line, r.file, u.code, w.name, w.email, w.alternate, w.disposition, w.reason,"
	    " w.warnings, w.suggestion, w.raw, coalesce(w.contact, 0), r.delimiter, r.columns"
	    " FROM roster r JOIN unit u ON u.id = r.unit JOIN roster_row w"
	    " ON w.id > r.id * 4294967296 AND w.id < (r.id + 1) * 4294967296"
	    " WHERE r.campaign = $1 AND r.replaced_by IS NULL ORDER BY r.id, w.id";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	while ((rc = db_step(s, e)) == 1) {
		struct roster_row w = { .roster = col_int(s, 0), .seq = col_int(s, 1), .line = col_int(s, 2),
		    .file = col_text(s, 3), .unit_code = col_text(s, 4), .name = col_text(s, 5), .email = col_text(s, 6),
		    .alternate = col_text(s, 7), .disposition = col_text(s, 8), .reason = col_text(s, 9),
		    .warnings = col_text(s, 10), .suggestion = col_text(s, 11), .raw = col_text(s, 12),
		    .contact = col_int(s, 13), .delimiter = col_text(s, 14), .columns = col_text(s, 15) };

		if ((rc = each(&w, arg)) != 0)
			break;
	}
	db_done(s);
	return rc;
}

/* ---- for who looks at files and rows ---- */

/* What is not accepted is counted in an index that holds nothing else; the rest is. */
#define SEEN \
	"r.id, r.campaign, r.unit, r.file, r.received_from, r.received_at, r.imported_at, r.encoding, r.delimiter," \
	" r.columns, r.blanked, r.records, coalesce(r.declared, 0), coalesce(r.replaced_by, 0), u.code," \
	" (SELECT count(*) FROM roster_row w WHERE w.roster = r.id AND w.disposition <> 'accept' AND w.disposition = 'hold')," \
	" (SELECT count(*) FROM roster_row w WHERE w.roster = r.id AND w.disposition <> 'accept' AND w.disposition = 'reject')," \
	" (SELECT count(*) FROM roster_row w WHERE w.roster = r.id AND w.disposition <> 'accept' AND w.disposition = 'duplicate')"

static void
fill_seen(struct stmt *s, struct roster_seen *out)
{
	*out = (struct roster_seen){ .r = { .id = col_int(s, 0), .campaign = col_int(s, 1), .unit = col_int(s, 2),
	    .file = col_text(s, 3), .received_from = col_text(s, 4), .received_at = col_int(s, 5), .imported_at = col_int(s, 6),
	    .encoding = col_text(s, 7), .delimiter = col_text(s, 8), .columns = col_text(s, 9), .blanked = col_text(s, 10),
	    .records = col_int(s, 11), .declared = col_int(s, 12) }, .replaced_by = col_int(s, 13), .unit_code = col_text(s, 14),
	    .held = col_int(s, 15), .rejected = col_int(s, 16), .repeated = col_int(s, 17) };
	out->accepted = out->r.records - out->held - out->rejected - out->repeated;
}

int
roster_each(struct db *db, const struct roster_choice *c, int (*each)(const struct roster_seen *, void *), void *arg,
    struct err *e)
{
	static const char sql[] =
	    "SELECT " SEEN " FROM roster r JOIN unit u ON u.id = r.unit WHERE r.campaign = $1 AND ($2 = 0 OR r.unit = $2)"
	    " AND ($3 = '' OR EXISTS (SELECT 1 FROM roster_row w WHERE w.roster = r.id AND w.disposition <> 'accept'"
	    "  AND w.disposition = $3)) ORDER BY u.position, u.id, r.id";
	struct stmt *s = db_stmt(db, sql, e);
	struct roster_seen seen;
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, c->campaign);
	bind_int(s, 2, c->unit);
	bind_text(s, 3, c->disposition);
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		fill_seen(s, &seen);
		stop = each(&seen, arg);
	}
	db_done(s);
	return stop ? stop : rc;
}

int
roster_by_id(struct db *db, struct arena *a, int64_t id, struct roster_seen *out, struct err *e)
{
	static const char sql[] = "SELECT " SEEN " FROM roster r JOIN unit u ON u.id = r.unit WHERE r.id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1) {
		const char **texts[] = { &out->r.file, &out->r.received_from, &out->r.encoding, &out->r.delimiter, &out->r.columns,
		    &out->r.blanked, &out->unit_code };

		fill_seen(s, out);
		for (size_t i = 0; i < COUNT_OF(texts); i++)
			*texts[i] = arena_dup(a, *texts[i]);
	}
	db_done(s);
	return rc;
}

#define ROW "roster, seq, line, name, email, alternate, disposition, reason, warnings, suggestion, raw, coalesce(contact, 0) AS contact"

static void
fill_row(struct stmt *s, struct roster_row *w)
{
	*w = (struct roster_row){ .roster = col_int(s, 0), .seq = col_int(s, 1), .line = col_int(s, 2), .name = col_text(s, 3),
	    .email = col_text(s, 4), .alternate = col_text(s, 5), .disposition = col_text(s, 6), .reason = col_text(s, 7),
	    .warnings = col_text(s, 8), .suggestion = col_text(s, 9), .raw = col_text(s, 10), .contact = col_int(s, 11) };
}

int
roster_rows_near(struct db *db, const struct row_choice *c, int (*each)(const struct roster_row *, void *), void *arg,
    struct err *e)
{
	/* By the key of the table; what is odd by its own index, which holds no more than that. */
	static const char plain[] =
	    "SELECT " ROW " FROM (SELECT " ROW ", id FROM roster_row WHERE id > $1 AND id < $2 AND ($3 = '' OR disposition = $3)"
	    " ORDER BY id LIMIT $4) AS page ORDER BY id";
	static const char plain_back[] =
	    "SELECT " ROW " FROM (SELECT " ROW ", id FROM roster_row WHERE id > $1 AND id < $2 AND ($3 = '' OR disposition = $3)"
	    " ORDER BY id DESC LIMIT $4) AS page ORDER BY id";
	static const char odd[] =
	    "SELECT " ROW " FROM (SELECT " ROW ", id FROM roster_row WHERE roster = $5 AND disposition <> 'accept'"
	    " AND disposition = $3 AND id > $1 AND id < $2 ORDER BY id LIMIT $4) AS page ORDER BY id";
	static const char odd_back[] =
	    "SELECT " ROW " FROM (SELECT " ROW ", id FROM roster_row WHERE roster = $5 AND disposition <> 'accept'"
	    " AND disposition = $3 AND id > $1 AND id < $2 ORDER BY id DESC LIMIT $4) AS page ORDER BY id";
	bool is_odd = *c->disposition && strcmp(c->disposition, "accept") != 0;
	struct stmt *s = db_stmt(db, is_odd ? (c->before ? odd_back : odd) : c->before ? plain_back : plain, e);
	struct roster_row w;
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, row_id(c->roster, c->before ? 0 : c->after));
	bind_int(s, 2, c->before ? row_id(c->roster, c->before) : row_id(c->roster + 1, 0));
	bind_text(s, 3, c->disposition);
	bind_int(s, 4, c->most);
	if (is_odd)
		bind_int(s, 5, c->roster);
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		fill_row(s, &w);
		stop = each(&w, arg);
	}
	db_done(s);
	return stop ? stop : rc;
}

int
roster_rows_before(struct db *db, int64_t roster, const char *disposition, int64_t seq, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT count(*) FROM roster_row WHERE roster = $1 AND disposition <> 'accept' AND ($2 = '' OR disposition = $2)"
	    " AND id < $3";
	bool accepted = strcmp(disposition, "accept") == 0;
	struct stmt *s;

	*n = seq - 1;
	if (!*disposition)
		return 0;
	if (!(s = db_stmt(db, sql, e)))
		return -1;
	bind_int(s, 1, roster);
	bind_text(s, 2, accepted ? "" : disposition);
	bind_int(s, 3, row_id(roster, seq));
	if (db_one_int(s, n, e) != 1)
		return -1;
	if (accepted)
		*n = seq - 1 - *n;
	return 0;
}

int
roster_row_by_seq(struct db *db, struct arena *a, int64_t roster, int64_t seq, struct roster_row *out, struct err *e)
{
	static const char sql[] = "SELECT " ROW " FROM roster_row WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, row_id(roster, seq));
	if ((rc = db_step(s, e)) == 1) {
		const char **texts[] = { &out->name, &out->email, &out->alternate, &out->disposition, &out->reason, &out->warnings,
		    &out->suggestion, &out->raw };

		fill_row(s, out);
		for (size_t i = 0; i < COUNT_OF(texts); i++)
			*texts[i] = arena_dup(a, *texts[i]);
	}
	db_done(s);
	return rc;
}

int
roster_row_set_accepted(struct db *db, int64_t roster, int64_t seq, const char *reason, const char *email,
    const char *warnings, struct err *e)
{
	static const char sql[] =
	    "UPDATE roster_row SET disposition = 'accept', reason = $2, email = $3, warnings = $4, suggestion = ''"
	    " WHERE id = $1 AND disposition = 'hold' RETURNING seq";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, row_id(roster, seq));
	bind_text(s, 2, reason);
	bind_text(s, 3, email);
	bind_text(s, 4, warnings);
	return db_one_int(s, &one, e);
}
