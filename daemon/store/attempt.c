/* The attempts of invite.h: one row for one SMTP transaction. */
#include "store/invite.h"

#include <stdlib.h>

#define CATEGORIES_MOST 64		/* there are half as many */

void
attempt_bind(struct stmt *s, const struct attempt *t)
{
	bind_int(s, 1, t->invite);
	bind_int(s, 2, t->n);
	bind_int(s, 3, t->at);
	bind_text(s, 4, t->relay);
	bind_text(s, 5, t->command);
	bind_int(s, 6, t->code);
	bind_text(s, 7, t->enhanced);
	bind_text(s, 8, t->text);
	bind_int(s, 9, t->duration_ms);
	bind_text(s, 10, t->verdict);
	bind_text(s, 11, t->category);
}

int
attempt_insert(struct db *db, const struct attempt *t, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO attempt (invite, n, at, relay, command, code, enhanced, text, duration_ms, verdict, category)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN EXISTS (SELECT 1 FROM invite i JOIN contact c ON c.id = i.contact"
	    "  WHERE i.id = $1 AND c.erased_at IS NOT NULL) THEN '' ELSE $8 END, $9, $10, $11)";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	attempt_bind(s, t);
	return db_run(s, e);
}

int
attempt_last(struct db *db, struct arena *a, int64_t invite, struct attempt *t, struct err *e)
{
	static const char sql[] =
	    "SELECT n, at, relay, command, code, enhanced, text, duration_ms, verdict, category FROM attempt"
	    " WHERE invite = $1 ORDER BY n DESC LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, invite);
	if ((rc = db_step(s, e)) == 1)
		*t = (struct attempt){ .invite = invite, .n = (int)col_int(s, 0), .at = col_int(s, 1),
		    .relay = arena_dup(a, col_text(s, 2)), .command = arena_dup(a, col_text(s, 3)),
		    .code = (int)col_int(s, 4), .enhanced = arena_dup(a, col_text(s, 5)),
		    .text = arena_dup(a, col_text(s, 6)), .duration_ms = col_int(s, 7),
		    .verdict = arena_dup(a, col_text(s, 8)), .category = arena_dup(a, col_text(s, 9)) };
	db_done(s);
	return rc;
}

int
attempt_count(struct db *db, int64_t invite, const char *verdict, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*) FROM attempt WHERE invite = $1 AND verdict = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, invite);
	bind_text(s, 2, verdict);
	return db_one_int(s, n, e) < 0 ? -1 : 0;
}

struct refused {
	const char *category;
	int64_t n;
};

static int
most_first(const void *a, const void *b)
{
	const struct refused *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->category, y->category);
}

int
invite_refused_by(struct db *db, int64_t wave, int (*each)(const char *, int64_t, void *), void *arg, struct err *e)
{
	/* Counted here: GROUP BY would sort them all, in memory, and there are a handful of categories. */
	static const char sql[] =
	    "SELECT t.category FROM invite i JOIN attempt t ON t.invite = i.id AND t.n = i.attempts"
	    " WHERE i.wave = $1 AND i.state = 'refused'";
	struct stmt *s = db_stmt(db, sql, e);
	struct arena a = ARENA_INIT;
	struct refused found[CATEGORIES_MOST];
	size_t n = 0;
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, wave);
	while ((rc = db_step(s, e)) == 1) {
		const char *category = col_text(s, 0);
		size_t i = 0;

		while (i < n && strcmp(found[i].category, category) != 0)
			i++;
		if (i == n && n == COUNT_OF(found))
			i = n - 1;
		else if (i == n)
			found[n++] = (struct refused){ .category = arena_dup(&a, category) };
		found[i].n++;
	}
	db_done(s);
	qsort(found, n, sizeof(*found), most_first);
	for (size_t i = 0; i < n && rc >= 0; i++)
		if (each(found[i].category, found[i].n, arg) != 0)
			break;
	arena_release(&a);
	return rc < 0 ? -1 : 0;
}
