#include "store/contact.h"

#define COLUMNS \
	"c.id, c.campaign, c.unit, u.code, c.name, c.name_key, c.sub_unit, c.position, c.token, c.state, c.reason," \
	" coalesce((SELECT email FROM address WHERE contact = c.id AND rank = 1), '')," \
	" coalesce((SELECT email FROM address WHERE contact = c.id AND rank = 2), '')," \
	" coalesce(c.missing_since, 0)"

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
contact_by_name(struct db *db, struct arena *a, int64_t campaign, const char *name_key, struct contact **out, size_t *n,
    struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " FROM contact c JOIN unit u ON u.id = c.unit"
	    " WHERE c.campaign = $1 AND c.name_key = $2 ORDER BY u.position, c.id";
	struct stmt *s = db_stmt(db, sql, e);

	*n = 0;
	*out = NULL;
	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, name_key);
	return all(s, a, out, n, e);
}
