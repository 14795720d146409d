#include "store/expected.h"

#include <stdlib.h>
#include <string.h>

int
expected_insert(struct db *db, const struct expected *x, struct err *e)
{
	static const char sql[] = "INSERT INTO expected_sub_unit (unit, position, name, level) VALUES ($1, $2, $3, $4)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, x->unit);
	bind_int(s, 2, x->position);
	bind_text(s, 3, x->name);
	bind_text(s, 4, x->level);
	return db_run(s, e);
}

int
expected_clear(struct db *db, int64_t unit, struct err *e)
{
	static const char sql[] = "DELETE FROM expected_sub_unit WHERE unit = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, unit);
	return db_run(s, e);
}

int
expected_list(struct db *db, struct arena *a, int64_t tree, struct expected **out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT x.unit, x.position, x.name, x.level FROM expected_sub_unit x JOIN unit u ON u.id = x.unit"
	    " WHERE u.tree = $1 ORDER BY u.kind, u.position, u.id, x.position";
	struct stmt *s = db_stmt(db, sql, e);
	struct expected *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	*out = NULL;
	if (!s)
		return -1;
	bind_int(s, 1, tree);
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = (struct expected){ col_int(s, 0), col_int(s, 1), arena_dup(a, col_text(s, 2)),
		    arena_dup(a, col_text(s, 3)) };
	}
	db_done(s);
	if (*n) {
		*out = arena_alloc(a, *n * sizeof(*list));
		memcpy(*out, list, *n * sizeof(*list));
	}
	free(list);
	return rc;
}
