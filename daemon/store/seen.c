#include "store/seen.h"

int
seen_load(struct db *db, struct seen *o, struct err *e)
{
	static const char sql[] = "SELECT seen_at, interval_s, held_until, held_for, doubt_until, doubted_at, called_in_at FROM cron";
	static const char born[] = "SELECT coalesce(min(created_at), 0) FROM campaign";
	struct stmt *s;
	int64_t born_at;
	int rc;

	*o = (struct seen){ .held_for = "" };
	if (db_one_int(db_stmt(db, born, e), &born_at, e) < 0 || !(s = db_stmt(db, sql, e)))
		return -1;
	if ((rc = db_step(s, e)) == 1) {
		const char *why = col_text(s, 3);

		*o = (struct seen){ .seen_at = col_int(s, 0), .interval_s = col_int(s, 1), .held_until = col_int(s, 2),
		    .held_for = *why == 's' ? "slept" : *why ? "restored" : "", .doubt_until = col_int(s, 4),
		    .doubted_at = col_int(s, 5), .called_in_at = col_int(s, 6) };
	}
	db_done(s);
	o->born_at = born_at;
	return rc;
}

int
seen_save(struct db *db, const struct seen *o, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO cron (id, seen_at, interval_s, held_until, held_for, doubt_until, doubted_at, called_in_at)"
	    " VALUES (1, $1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET seen_at = $1, interval_s = $2,"
	    " held_until = $3, held_for = $4, doubt_until = $5, doubted_at = $6, called_in_at = $7";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, o->seen_at);
	bind_int(s, 2, o->interval_s);
	bind_int(s, 3, o->held_until);
	bind_text(s, 4, o->held_for);
	bind_int(s, 5, o->doubt_until);
	bind_int(s, 6, o->doubted_at);
	bind_int(s, 7, o->called_in_at);
	return db_run(s, e);
}
