#include "store/focal.h"

#include <stdlib.h>
#include <string.h>

int
focal_insert(struct db *db, const struct focal *f, int64_t imported_at, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO focal_point (unit, rank, name, position, email, telephone, admin_email, imported_at)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, f->unit);
	bind_int(s, 2, f->rank);
	bind_text(s, 3, f->name);
	bind_text(s, 4, f->position);
	bind_text(s, 5, f->email);
	bind_text(s, 6, f->telephone);
	bind_text(s, 7, f->admin_email);
	bind_int(s, 8, imported_at);
	return db_run(s, e);
}

int
focal_list(struct db *db, struct arena *a, int64_t unit, struct focal **out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT f.unit, u.code, u.name_vi, f.rank, f.name, f.position, f.email, f.telephone, f.admin_email"
	    " FROM focal_point f JOIN unit u ON u.id = f.unit WHERE $1 = 0 OR f.unit = $1"
	    " ORDER BY u.tree, u.position, u.id, f.rank";
	struct stmt *s = db_stmt(db, sql, e);
	struct focal *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	*out = NULL;
	if (!s)
		return -1;
	bind_int(s, 1, unit);
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = (struct focal){ .unit = col_int(s, 0), .unit_code = arena_dup(a, col_text(s, 1)),
		    .unit_name = arena_dup(a, col_text(s, 2)), .rank = col_int(s, 3), .name = arena_dup(a, col_text(s, 4)),
		    .position = arena_dup(a, col_text(s, 5)), .email = arena_dup(a, col_text(s, 6)),
		    .telephone = arena_dup(a, col_text(s, 7)), .admin_email = arena_dup(a, col_text(s, 8)) };
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
focal_clear(struct db *db, int64_t unit, struct err *e)
{
	static const char sql[] = "DELETE FROM focal_point WHERE unit = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, unit);
	return db_run(s, e);
}
