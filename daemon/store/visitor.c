#include "store/visitor.h"

/* What one row of the answer speaks of. */
enum { PERSON, DONE, WORD };

static void
read_row(struct stmt *s, struct arena *a, struct visitor *v, int64_t *latest)
{
	int64_t number = col_int(s, 1), at = col_int(s, 2);

	switch (col_int(s, 0)) {
	case PERSON:
		v->contact = number;
		v->campaign = at;
		v->name = arena_dup(a, col_text(s, 3));
		v->sub_unit = arena_dup(a, col_text(s, 4));
		v->unit_vi = arena_dup(a, col_text(s, 5));
		v->unit_en = arena_dup(a, col_text(s, 6));
		break;
	case DONE:
		if (number >= 1 && number <= INSTRUMENTS_MAX)
			v->done_at[number - 1] = at;
		break;
	default:
		if (strcmp(col_text(s, 3), "opt_out") == 0) {
			v->opted_out = true;
		} else if (number > *latest) {
			*latest = number;
			v->found = arena_dup(a, col_text(s, 3));
		}
	}
}

/* One statement, one moment of the store: each further one would cost two system calls more a page. */
int
visitor_by_token(struct db *db, struct arena *a, const char *token, struct visitor *v, struct err *e)
{
	static const char sql[] =
	    "SELECT 0, c.id, c.campaign, c.name, c.sub_unit, u.name_vi, u.name_en"
	    " FROM contact c JOIN unit u ON u.id = c.unit WHERE c.token = $1"
	    " UNION ALL SELECT 1, i.position, a.first_at, '', '', '', ''"
	    " FROM contact c JOIN answer a ON a.contact = c.id JOIN instrument i ON i.id = a.instrument WHERE c.token = $1"
	    " UNION ALL SELECT 2, e.id, 0, e.kind, '', '', '' FROM contact c JOIN evidence e ON e.contact = c.id"
	    " WHERE c.token = $1 AND e.kind IN ('found_inbox', 'found_spam', 'found_forwarded', 'opt_out')";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t latest = 0;
	int rc;

	if (!s)
		return -1;
	*v = (struct visitor){ .found = "" };
	bind_text(s, 1, token);
	while ((rc = db_step(s, e)) == 1)
		read_row(s, a, v, &latest);
	db_done(s);
	return rc < 0 ? -1 : v->contact != 0;
}
