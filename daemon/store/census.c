#include "store/census.h"

int
census_units(struct db *db, int64_t campaign, const struct unit *units, size_t n, struct census *counts, struct err *e)
{
	static const char sql[] =
	    "SELECT (SELECT count(*) FROM roster WHERE campaign = $1 AND unit = $2),"
	    " (SELECT count(*) FROM contact WHERE campaign = $1 AND unit = $2)";

	for (size_t i = 0; i < n; i++) {
		struct stmt *s = db_stmt(db, sql, e);
		int rc;

		if (!s)
			return -1;
		bind_int(s, 1, campaign);
		bind_int(s, 2, units[i].id);
		if ((rc = db_step(s, e)) == 1)
			counts[i] = (struct census){ col_int(s, 0), col_int(s, 1) };
		db_done(s);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
census_addresses(struct db *db, int64_t campaign, int (*each)(const char *, const char *, const char *, void *), void *arg,
    struct err *e)
{
	static const char sql[] =
	    "SELECT u.code, u.name_vi, a.email FROM unit u JOIN contact c ON c.campaign = $1 AND c.unit = u.id AND c.state = 'mailable'"
	    " JOIN address a ON a.contact = c.id AND a.rank = 1 ORDER BY u.position, u.id";
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	while (stop == 0 && (rc = db_step(s, e)) == 1)
		stop = each(col_text(s, 0), col_text(s, 1), col_text(s, 2), arg);
	db_done(s);
	return stop ? stop : rc;
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
	    " AND NOT EXISTS (SELECT 1 FROM roster_row w WHERE w.id = c.roster * 4294967296 + c.seq AND w.contact = c.id)"
	    " AND c.id NOT IN (SELECT w.contact FROM roster_row w WHERE w.contact IS NOT NULL)";
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
