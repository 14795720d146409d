#include "store/visitor.h"

static int
load_done(struct db *db, struct visitor *v, struct err *e)
{
	static const char sql[] =
	    "SELECT i.position, a.first_at FROM answer a JOIN instrument i ON i.id = a.instrument WHERE a.contact = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, v->contact);
	while ((rc = db_step(s, e)) == 1)
		if (col_int(s, 0) >= 1 && col_int(s, 0) <= INSTRUMENTS_MAX)
			v->done_at[col_int(s, 0) - 1] = col_int(s, 1);
	db_done(s);
	return rc;
}

static int
load_words(struct db *db, struct arena *a, struct visitor *v, struct err *e)
{
	static const char sql[] =
	    "SELECT kind FROM evidence WHERE contact = $1"
	    " AND kind IN ('found_inbox', 'found_spam', 'found_forwarded', 'opt_out') ORDER BY id";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, v->contact);
	while ((rc = db_step(s, e)) == 1) {
		if (strcmp(col_text(s, 0), "opt_out") == 0)
			v->opted_out = true;
		else
			v->found = arena_dup(a, col_text(s, 0));
	}
	db_done(s);
	return rc;
}

int
visitor_by_token(struct db *db, struct arena *a, const char *token, struct visitor *v, struct err *e)
{
	static const char sql[] =
	    "SELECT c.id, c.campaign, c.name, c.sub_unit, u.name_vi, u.name_en"
	    " FROM contact c JOIN unit u ON u.id = c.unit WHERE c.token = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, token);
	if ((rc = db_step(s, e)) == 1)
		*v = (struct visitor){ .contact = col_int(s, 0), .campaign = col_int(s, 1),
		    .name = arena_dup(a, col_text(s, 2)), .sub_unit = arena_dup(a, col_text(s, 3)),
		    .unit_vi = arena_dup(a, col_text(s, 4)), .unit_en = arena_dup(a, col_text(s, 5)), .found = "" };
	db_done(s);
	if (rc == 1 && (load_done(db, v, e) < 0 || load_words(db, a, v, e) < 0))
		return -1;
	return rc;
}
