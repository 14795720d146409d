#include "store/unit.h"

static const char *const kinds[UNIT_KINDS] = { "ministry", "province" };

const char *
unit_kind_name(enum unit_kind k)
{
	return kinds[k];
}

int
tree_find(struct db *db, const char *key, int64_t *id, struct err *e)
{
	static const char sql[] = "SELECT id FROM tree WHERE key = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, key);
	return db_one_int(s, id, e);
}

int
tree_insert(struct db *db, const char *key, int64_t *id, struct err *e)
{
	static const char sql[] = "INSERT INTO tree (key) VALUES ($1) RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, key);
	return db_one_int(s, id, e) == 1 ? 0 : -1;
}

int
tree_in_force(struct db *db, int64_t at, int64_t *id, struct err *e)
{
	static const char sql[] =
	    "SELECT tree FROM unit WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to >= $1)"
	    " GROUP BY tree ORDER BY count(*) DESC, tree LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, at);
	return db_one_int(s, id, e);
}

int
unit_insert(struct db *db, struct unit *u, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO unit (tree, code, kind, name_vi, name_en, short_vi, position, valid_from, valid_to, predecessors)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, u->tree);
	bind_text(s, 2, u->code);
	bind_text(s, 3, kinds[u->kind]);
	bind_text(s, 4, u->name_vi);
	bind_text(s, 5, u->name_en);
	bind_text(s, 6, u->short_vi);
	bind_int(s, 7, u->position);
	bind_int(s, 8, u->valid_from);
	if (u->valid_to)
		bind_int(s, 9, u->valid_to);
	else
		bind_null(s, 9);
	bind_text(s, 10, u->predecessors);
	return db_one_int(s, &u->id, e) == 1 ? 0 : -1;
}

static int
insert_pair(struct db *db, const char *sql, int64_t unit, const char *text, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, unit);
	bind_text(s, 2, text);
	return db_run(s, e);
}

int
unit_alias_insert(struct db *db, int64_t unit, const char *key, struct err *e)
{
	static const char sql[] = "INSERT INTO unit_alias (unit, key) VALUES ($1, $2) ON CONFLICT DO NOTHING";

	return insert_pair(db, sql, unit, key, e);
}

int
unit_domain_insert(struct db *db, int64_t unit, const char *domain, struct err *e)
{
	static const char sql[] = "INSERT INTO unit_domain (unit, domain) VALUES ($1, $2) ON CONFLICT DO NOTHING";

	return insert_pair(db, sql, unit, domain, e);
}

int
provider_insert(struct db *db, const char *domain, struct err *e)
{
	static const char sql[] = "INSERT INTO provider (domain) VALUES ($1) ON CONFLICT DO NOTHING";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, domain);
	return db_run(s, e);
}

#define UNIT_COLUMNS \
	"id, code, kind, name_vi, name_en, short_vi, position, valid_from, coalesce(valid_to, 0), predecessors, tree"

static void
read_unit(struct stmt *s, struct arena *a, struct unit *u)
{
	*u = (struct unit){ .id = col_int(s, 0), .tree = col_int(s, 10), .code = arena_dup(a, col_text(s, 1)),
	    .kind = strcmp(col_text(s, 2), kinds[UNIT_MINISTRY]) == 0 ? UNIT_MINISTRY : UNIT_PROVINCE,
	    .name_vi = arena_dup(a, col_text(s, 3)), .name_en = arena_dup(a, col_text(s, 4)),
	    .short_vi = arena_dup(a, col_text(s, 5)), .position = col_int(s, 6), .valid_from = col_int(s, 7),
	    .valid_to = col_int(s, 8), .predecessors = arena_dup(a, col_text(s, 9)) };
}

int
unit_code_known(struct db *db, const char *code, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM unit WHERE code = $1 LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_text(s, 1, code);
	return db_one_int(s, &one, e);
}

int
unit_by_id(struct db *db, struct arena *a, int64_t id, struct unit *u, struct err *e)
{
	static const char sql[] = "SELECT " UNIT_COLUMNS " FROM unit WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1)
		read_unit(s, a, u);
	db_done(s);
	return rc;
}

static int
read_list(struct stmt *s, struct arena *a, struct unit **out, size_t *n, struct err *e)
{
	struct unit *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		read_unit(s, a, &list[(*n)++]);
	}
	db_done(s);
	*out = arena_alloc(a, (*n + 1) * sizeof(**out));
	if (*n)
		memcpy(*out, list, *n * sizeof(**out));
	free(list);
	return rc;
}

int
unit_list(struct db *db, struct arena *a, int64_t tree, int64_t at, struct unit **out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT " UNIT_COLUMNS " FROM unit WHERE tree = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2) ORDER BY position";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, tree);
	bind_int(s, 2, at);
	return read_list(s, a, out, n, e);
}

int
unit_list_last(struct db *db, struct arena *a, int64_t tree, int64_t at, struct unit **out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT " UNIT_COLUMNS " FROM unit u WHERE tree = $1 AND valid_from = (SELECT max(l.valid_from) FROM unit l"
	    "  WHERE l.tree = u.tree AND l.code = u.code AND (l.valid_from <= $2 OR NOT EXISTS (SELECT 1 FROM unit f"
	    "   WHERE f.tree = u.tree AND f.code = u.code AND f.valid_from <= $2))) ORDER BY position";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, tree);
	bind_int(s, 2, at);
	return read_list(s, a, out, n, e);
}

static int
each_pair(struct stmt *s, int (*each)(int64_t, const char *, void *), void *arg, struct err *e)
{
	int rc;

	while ((rc = db_step(s, e)) == 1)
		if ((rc = each(col_int(s, 0), col_text(s, 1), arg)) != 0)
			break;
	db_done(s);
	return rc;
}

int
tree_each(struct db *db, int (*each)(int64_t, const char *, void *), void *arg, struct err *e)
{
	static const char sql[] = "SELECT id, key FROM tree ORDER BY key";
	struct stmt *s = db_stmt(db, sql, e);

	return s ? each_pair(s, each, arg, e) : -1;
}

int
unit_each_alias(struct db *db, int64_t tree, int (*each)(int64_t, const char *, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT a.unit, a.key FROM unit_alias a JOIN unit u ON u.id = a.unit WHERE u.tree = $1 ORDER BY a.key";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, tree);
	return each_pair(s, each, arg, e);
}

int
unit_each_domain(struct db *db, int64_t tree, int (*each)(int64_t, const char *, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT d.unit, d.domain FROM unit_domain d JOIN unit u ON u.id = d.unit WHERE u.tree = $1 ORDER BY d.domain";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, tree);
	return each_pair(s, each, arg, e);
}

int
provider_each(struct db *db, int (*each)(int64_t, const char *, void *), void *arg, struct err *e)
{
	static const char sql[] = "SELECT 0, domain FROM provider ORDER BY domain";
	struct stmt *s = db_stmt(db, sql, e);

	return s ? each_pair(s, each, arg, e) : -1;
}

int
tree_key(struct db *db, struct arena *a, int64_t id, const char **key, struct err *e)
{
	static const char sql[] = "SELECT key FROM tree WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, id);
	if ((rc = db_step(s, e)) == 1)
		*key = arena_dup(a, col_text(s, 0));
	db_done(s);
	return rc;
}
