#include "store/contact.h"

#define COLUMNS \
	"c.id, c.campaign, c.unit, u.code, c.name, c.name_key, c.sub_unit, c.position, c.token, c.state, c.reason," \
	" coalesce((SELECT email FROM address WHERE contact = c.id AND rank = 1), '')," \
	" coalesce((SELECT email FROM address WHERE contact = c.id AND rank = 2), '')," \
	" coalesce(c.missing_since, 0), coalesce(c.roster, 0), coalesce(c.seq, 0), coalesce(c.erased_at, 0)"

static void
read_row(struct stmt *s, struct arena *a, struct contact *c)
{
	*c = (struct contact){
	    .id = col_int(s, 0), .campaign = col_int(s, 1), .unit = col_int(s, 2),
	    .unit_code = arena_dup(a, col_text(s, 3)),
	    .name = arena_dup(a, col_text(s, 4)), .name_key = arena_dup(a, col_text(s, 5)),
	    .sub_unit = arena_dup(a, col_text(s, 6)), .position = arena_dup(a, col_text(s, 7)),
	    .token = arena_dup(a, col_text(s, 8)), .state = arena_dup(a, col_text(s, 9)),
	    .reason = arena_dup(a, col_text(s, 10)), .email = arena_dup(a, col_text(s, 11)),
	    .alternate = arena_dup(a, col_text(s, 12)), .missing_since = col_int(s, 13),
	    .roster = col_int(s, 14), .seq = col_int(s, 15), .erased_at = col_int(s, 16),
	};
}

static int
one(struct stmt *s, struct arena *a, struct contact *c, struct err *e)
{
	int rc = db_step(s, e);

	if (rc == 1)
		read_row(s, a, c);
	db_done(s);
	return rc;
}

int
contact_by_id(struct db *db, struct arena *a, int64_t id, struct contact *c, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM contact c JOIN unit u ON u.id = c.unit WHERE c.id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return one(s, a, c, e);
}

int
contact_by_token(struct db *db, struct arena *a, const char *token, struct contact *c, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM contact c JOIN unit u ON u.id = c.unit WHERE c.token = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, token);
	return one(s, a, c, e);
}

/* All rows of a statement whose parameters are bound; ends it. */
static int
all(struct stmt *s, struct arena *a, struct contact **out, size_t *n, struct err *e)
{
	struct contact *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	*out = NULL;
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		read_row(s, a, &list[(*n)++]);
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
contact_by_email(struct db *db, struct arena *a, const char *email, struct contact **out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM contact c JOIN unit u ON u.id = c.unit"
	    " WHERE c.id IN (SELECT contact FROM address WHERE email = $1) ORDER BY c.campaign DESC, c.id";
	struct stmt *s = db_stmt(db, sql, e);

	*n = 0;
	*out = NULL;
	if (!s)
		return -1;
	bind_text(s, 1, email);
	return all(s, a, out, n, e);
}

int
contact_sharing(struct db *db, struct arena *a, int64_t campaign, const char *email, struct contact **out, size_t *n,
    struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM address d JOIN contact c ON c.id = d.contact JOIN unit u ON u.id = c.unit"
	    " WHERE d.email = $2 AND d.rank = 1 AND c.campaign = $1 ORDER BY c.id";
	struct stmt *s = db_stmt(db, sql, e);

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, email);
	return all(s, a, out, n, e);
}

int
contact_of_unit(struct db *db, struct arena *a, int64_t campaign, int64_t unit, struct contact **out, size_t *n,
    struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM contact c JOIN unit u ON u.id = c.unit WHERE c.campaign = $1 AND c.unit = $2 ORDER BY c.id";
	struct stmt *s = db_stmt(db, sql, e);

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, unit);
	return all(s, a, out, n, e);
}

int
contact_any(struct db *db, int64_t campaign, struct err *e)
{
	static const char sql[] = "SELECT id FROM contact WHERE campaign = $1 LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t id;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	return db_one_int(s, &id, e);
}

int
contact_standing(struct db *db, int64_t campaign, struct contact_standing *out, struct err *e)
{
	static const char sql[] =
	    "SELECT count(*), coalesce(sum(state = 'mailable'), 0), coalesce(sum(state = 'held'), 0),"
	    " coalesce(sum(state = 'rejected'), 0), count(missing_since) FROM contact WHERE campaign = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	if ((rc = db_step(s, e)) == 1)
		*out = (struct contact_standing){ col_int(s, 0), col_int(s, 1), col_int(s, 2), col_int(s, 3), col_int(s, 4) };
	db_done(s);
	return rc == 1 ? 0 : -1;
}

int
contact_last_id(struct db *db, int64_t *id, struct err *e)
{
	static const char sql[] = "SELECT coalesce(max(id), 0) FROM contact";

	return db_one_int(db_stmt(db, sql, e), id, e) == 1 ? 0 : -1;
}

int
contact_bulk(struct db *db, bool begin, struct err *e)
{
	static const char drop_token[] = "DROP INDEX contact_token", drop_unit[] = "DROP INDEX contact_unit",
	    drop_email[] = "DROP INDEX address_email";
	static const char make_token[] = "CREATE UNIQUE INDEX contact_token ON contact (token)";
	static const char make_unit[] = "CREATE INDEX contact_unit ON contact (campaign, unit)";
	static const char make_email[] = "CREATE INDEX address_email ON address (email)";
	const char *const drop[] = { drop_token, drop_unit, drop_email }, *const make[] = { make_token, make_unit, make_email };

	static const char small[] = "PRAGMA cache_size = -12000";

	/* The sorter takes runs as large as the cache: small ones are sorted beside the scan. */
	if (!begin && db_run(db_stmt(db, small, e), e) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(drop); i++)
		if (db_run(db_stmt(db, begin ? drop[i] : make[i], e), e) < 0)
			return -1;
	return 0;
}

static int
set_addresses(struct db *db, const struct contact *c, struct err *e)
{
	static const char sql[] = "INSERT INTO address (contact, rank, email) VALUES ($1, $2, $3)";
	const char *emails[] = { c->email, c->alternate };

	for (int rank = 1; rank <= 2; rank++) {
		struct stmt *s;

		if (!*emails[rank - 1])
			continue;
		if (!(s = db_stmt(db, sql, e)))
			return -1;
		bind_int(s, 1, c->id);
		bind_int(s, 2, rank);
		bind_text(s, 3, emails[rank - 1]);
		if (db_run(s, e) < 0)
			return -1;
	}
	return 0;
}

int
contact_insert(struct db *db, const struct contact *c, int64_t created_at, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO contact (campaign, unit, name, name_key, sub_unit, position, token, state, reason, created_at,"
	    " roster, seq, id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, c->campaign);
	bind_int(s, 2, c->unit);
	bind_text(s, 3, c->name);
	bind_text(s, 4, c->name_key);
	bind_text(s, 5, c->sub_unit);
	bind_text(s, 6, c->position);
	bind_text(s, 7, c->token);
	bind_text(s, 8, c->state);
	bind_text(s, 9, c->reason);
	bind_int(s, 10, created_at);
	bind_int(s, 11, c->roster);
	bind_int(s, 12, c->seq);
	bind_int(s, 13, c->id);
	if (db_run(s, e) < 0)
		return -1;
	return set_addresses(db, c, e);
}

int
contact_update(struct db *db, const struct contact *c, struct err *e)
{
	static const char sql[] =
	    "UPDATE contact SET unit = $2, name = $3, name_key = $4, sub_unit = $5, position = $6, state = $7, reason = $8,"
	    " roster = $9, seq = $10, missing_since = NULL WHERE id = $1";
	static const char wipe[] = "DELETE FROM address WHERE contact = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, c->id);
	bind_int(s, 2, c->unit);
	bind_text(s, 3, c->name);
	bind_text(s, 4, c->name_key);
	bind_text(s, 5, c->sub_unit);
	bind_text(s, 6, c->position);
	bind_text(s, 7, c->state);
	bind_text(s, 8, c->reason);
	bind_int(s, 9, c->roster);
	bind_int(s, 10, c->seq);
	if (db_run(s, e) < 0 || !(s = db_stmt(db, wipe, e)))
		return -1;
	bind_int(s, 1, c->id);
	if (db_run(s, e) < 0)
		return -1;
	return set_addresses(db, c, e);
}

int
contact_set_missing(struct db *db, int64_t id, int64_t since, struct err *e)
{
	static const char sql[] = "UPDATE contact SET missing_since = $2 WHERE id = $1 AND missing_since IS NULL";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_int(s, 2, since);
	return db_run(s, e);
}
