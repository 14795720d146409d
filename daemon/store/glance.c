#include "store/glance.h"

#include "base/lang.h"

#define A_READ 20000		/* invites: some ten milliseconds */

static int
state_of(const char *word, enum invite_state *out, struct err *e)
{
	for (int i = 0; i < INVITE_STATES; i++)
		if (strcmp(word, invite_state_name((enum invite_state)i)) == 0) {
			*out = (enum invite_state)i;
			return 0;
		}
	return err_set(e, ERR_STORE, TR("an invite has the unknown state '%s'", "thư mời có trạng thái lạ '%s'"), word);
}

/* The next ones behind the contact `*after`, which moves on; *n: how many they were. */
static int
read_some(struct db *db, int64_t wave, int64_t *after, int64_t *n, void (*each)(const struct glance *, void *), void *arg,
    struct err *e)
{
	static const char sql[] =
	    "SELECT contact, state, email, due_at, coalesce(expires_at, 0), moved_at FROM invite"
	    " WHERE wave = $1 AND contact > $2 ORDER BY contact LIMIT $3";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, wave);
	bind_int(s, 2, *after);
	bind_int(s, 3, A_READ);
	while ((rc = db_step(s, e)) == 1) {
		struct glance g = { .email = col_text(s, 2), .due_at = col_int(s, 3), .expires_at = col_int(s, 4),
		    .moved_at = col_int(s, 5) };

		if (state_of(col_text(s, 1), &g.state, e) < 0) {
			rc = -1;
			break;
		}
		*after = col_int(s, 0);
		++*n;
		each(&g, arg);
	}
	db_done(s);
	return rc;
}

int
glance_invites(struct db *db, int64_t wave, void (*each)(const struct glance *, void *), void *arg, struct err *e)
{
	int64_t after = 0, n;

	do
		if (read_some(db, wave, &after, &n, each, arg, e) < 0)
			return -1;
	while (n == A_READ);
	return 0;
}

int
glance_people(struct db *db, int64_t campaign, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*) FROM contact WHERE campaign = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}

int
glance_answers(struct db *db, void (*each)(int64_t instrument, int64_t n, void *), void *arg, struct err *e)
{
	static const char sql[] = "SELECT instrument, count(*) FROM answer GROUP BY instrument";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	while ((rc = db_step(s, e)) == 1)
		each(col_int(s, 0), col_int(s, 1), arg);
	db_done(s);
	return rc;
}

int
glance_resting(struct db *db, int64_t now, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*) FROM domain_rest WHERE until_at > $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, now);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}
