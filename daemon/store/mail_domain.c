#include "store/mail_domain.h"

int
mail_domain_find(struct db *db, struct arena *a, const char *domain, struct mail_domain *out, struct err *e)
{
	static const char sql[] = "SELECT answer, exchangers, looked_at, lives_until FROM mail_domain WHERE domain = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_text(s, 1, domain);
	if ((rc = db_step(s, e)) == 1)
		*out = (struct mail_domain){ .domain = arena_dup(a, domain), .answer = arena_dup(a, col_text(s, 0)),
		    .exchangers = arena_dup(a, col_text(s, 1)), .looked_at = col_int(s, 2), .lives_until = col_int(s, 3) };
	db_done(s);
	return rc;
}

int
mail_domain_put(struct db *db, const struct mail_domain *d, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO mail_domain (domain, answer, exchangers, looked_at, lives_until) VALUES ($1, $2, $3, $4, $5)"
	    " ON CONFLICT (domain) DO UPDATE SET answer = excluded.answer, exchangers = excluded.exchangers,"
	    " looked_at = excluded.looked_at, lives_until = excluded.lives_until";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, d->domain);
	bind_text(s, 2, d->answer);
	bind_text(s, 3, d->exchangers);
	bind_int(s, 4, d->looked_at);
	bind_int(s, 5, d->lives_until);
	return db_run(s, e);
}
