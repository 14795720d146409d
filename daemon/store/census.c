#include "store/census.h"

int
census_units(struct db *db, struct arena *a, const struct campaign *c, struct census_unit **out, size_t *n,
    struct err *e)
{
	static const char sql[] =
	    "SELECT u.id, u.code, u.kind, u.name_vi, u.name_en, u.short_vi, u.position,"
	    " (SELECT count(*) FROM roster r WHERE r.campaign = $1 AND r.unit = u.id),"
	    " (SELECT count(*) FROM contact c WHERE c.campaign = $1 AND c.unit = u.id)"
	    " FROM unit u WHERE u.tree = $2 AND coalesce(u.valid_from, $3) <= $3 AND coalesce(u.valid_to, $3) >= $3"
	    " ORDER BY u.kind, u.position, u.id";
	struct stmt *s = db_stmt(db, sql, e);
	struct census_unit *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	*out = NULL;
	if (!s)
		return -1;
	bind_int(s, 1, c->id);
	bind_int(s, 2, c->tree);
	bind_int(s, 3, c->opens_at);
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = (struct census_unit){ .id = col_int(s, 0), .code = arena_dup(a, col_text(s, 1)),
		    .kind = strcmp(col_text(s, 2), "ministry") == 0 ? UNIT_MINISTRY : UNIT_PROVINCE,
		    .name_vi = arena_dup(a, col_text(s, 3)), .name_en = arena_dup(a, col_text(s, 4)),
		    .short_vi = arena_dup(a, col_text(s, 5)), .position = col_int(s, 6),
		    .rosters = col_int(s, 7), .people = col_int(s, 8) };
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
census_faults(struct db *db, int64_t campaign, struct census_faults *f, struct err *e)
{
	static const char people[] = "SELECT count(*) FROM contact WHERE campaign = $1";
	static const char rows[] =
	    "SELECT count(*) FROM roster r JOIN roster_row w ON w.roster = r.id"
	    " WHERE r.campaign = $1 AND w.disposition <> 'duplicate' AND w.contact IS NULL";
	static const char orphans[] =
	    "SELECT count(*) FROM contact c WHERE c.campaign = $1"
	    " AND NOT EXISTS (SELECT 1 FROM roster_row w WHERE w.contact = c.id)";
	const char *const sql[] = { people, rows, orphans };
	int64_t *const to[] = { &f->people, &f->rows_without_person, &f->people_without_row };

	for (size_t i = 0; i < COUNT_OF(sql); i++) {
		struct stmt *s = db_stmt(db, sql[i], e);

		if (!s)
			return -1;
		bind_int(s, 1, campaign);
		if (db_one_int(s, to[i], e) != 1)
			return -1;
	}
	return 0;
}
