#include "store/erase.h"

#include <stdlib.h>

static int
texts(struct stmt *s, struct arena *a, const char ***out, size_t *n, struct err *e)
{
	const char **list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = arena_dup(a, col_text(s, 0));
	}
	db_done(s);
	*out = arena_alloc(a, (*n + 1) * sizeof(*list));
	if (*n)
		memcpy(*out, list, *n * sizeof(*list));
	free(list);
	return rc;
}

static int
ids(struct stmt *s, struct arena *a, int64_t **out, size_t *n, struct err *e)
{
	int64_t *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	while ((rc = db_step(s, e)) == 1) {
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = col_int(s, 0);
	}
	db_done(s);
	*out = arena_alloc(a, (*n + 1) * sizeof(*list));
	if (*n)
		memcpy(*out, list, *n * sizeof(*list));
	free(list);
	return rc;
}

/* One statement whose only parameters are a number and, perhaps, two texts and a time. */
static int
run(struct db *db, const char *sql, int64_t id, const char *one, const char *two, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	if (id)
		bind_int(s, 1, id);
	if (one)
		bind_text(s, 2, one);
	if (two)
		bind_text(s, 3, two);
	return db_run(s, e);
}

int
erase_emails(struct db *db, struct arena *a, int64_t contact, const char ***out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT email FROM (SELECT email FROM address WHERE contact = $1 UNION SELECT email FROM invite WHERE contact = $1"
	    " UNION SELECT x.email FROM invite i JOIN invite_address x ON x.invite = i.id WHERE i.contact = $1"
	    " UNION SELECT email FROM evidence WHERE contact = $1"
	    " UNION SELECT old_email FROM correction WHERE contact = $1"
	    " UNION SELECT new_email FROM correction WHERE contact = $1) x WHERE email <> '' ORDER BY email";
	struct stmt *s = db_stmt(db, sql, e);

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, contact);
	return texts(s, a, out, n, e);
}

int
erase_cells(struct db *db, int64_t contact, int (*each)(const char *cell, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT name, email, alternate, suggestion, raw FROM roster_row WHERE contact = $1 AND raw <> '' ORDER BY id";
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	while (stop == 0 && (rc = db_step(s, e)) == 1)
		for (int i = 0; i < 5 && stop == 0; i++)
			stop = each(col_text(s, i), arg);
	db_done(s);
	return stop ? stop : rc;
}

int
erase_sharers(struct db *db, int64_t contact, int64_t campaign, const char *email, int64_t *living, int64_t *erased, struct err *e)
{
	static const char sql[] =
	    "SELECT count(DISTINCT CASE WHEN c.erased_at IS NULL AND c.campaign = $3 THEN c.id END),"
	    " count(DISTINCT CASE WHEN c.erased_at IS NULL THEN NULL ELSE c.id END) FROM address q JOIN contact c ON c.id = q.contact"
	    " WHERE q.email = $2 AND c.id <> $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	*living = *erased = 0;
	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_text(s, 2, email);
	bind_int(s, 3, campaign);
	if ((rc = db_step(s, e)) == 1) {
		*living = col_int(s, 0);
		*erased = col_int(s, 1);
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

int
erase_selves(struct db *db, struct arena *a, int64_t contact, int64_t **out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT DISTINCT o.id FROM contact c JOIN address q ON q.contact = c.id JOIN address r ON r.email = q.email"
	    " JOIN contact o ON o.id = r.contact WHERE c.id = $1 AND o.id <> c.id AND o.campaign <> c.campaign"
	    " AND o.name_key = c.name_key AND o.erased_at IS NULL ORDER BY o.id";
	struct stmt *s = db_stmt(db, sql, e);

	*n = 0;
	if (!s)
		return -1;
	bind_int(s, 1, contact);
	return ids(s, a, out, n, e);
}

int
erase_domains(struct db *db, int (*each)(const char *domain, int64_t n, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT substr(email, instr(email, '@') + 1), count(*) FROM address GROUP BY 1 HAVING count(*) > 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	while (stop == 0 && (rc = db_step(s, e)) == 1)
		stop = each(col_text(s, 0), col_int(s, 1), arg);
	db_done(s);
	return stop ? stop : rc;
}

int
erase_invites(struct db *db, int64_t contact, int (*each)(int64_t invite, void *), void *arg, struct err *e)
{
	static const char sql[] = "SELECT id FROM invite WHERE contact = $1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc, stop = 0;

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	while (stop == 0 && (rc = db_step(s, e)) == 1)
		stop = each(col_int(s, 0), arg);
	db_done(s);
	return stop ? stop : rc;
}

int
erase_contact(struct db *db, int64_t contact, const char *name, const char *token, int64_t at, struct err *e)
{
	static const char sql[] =
	    "UPDATE contact SET name = $2, name_key = $2, sub_unit = '', position = '', token = $3, erased_at = $4 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_text(s, 2, name);
	bind_text(s, 3, token);
	bind_int(s, 4, at);
	return db_run(s, e);
}

int
erase_surveys(struct db *db, int64_t contact, struct err *e)
{
	static const char sql[] = "DELETE FROM survey_person WHERE contact = $1";

	return run(db, sql, contact, NULL, NULL, e);
}

int
erase_rows(struct db *db, int64_t contact, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "UPDATE roster_row SET name = '', email = '', alternate = '', suggestion = '', raw = '' WHERE contact = $1";

	if (run(db, sql, contact, NULL, NULL, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}

int
erase_email(struct db *db, int64_t contact, const char *email, const char *by, struct err *e)
{
	static const char address[] = "UPDATE address SET email = $3 WHERE contact = $1 AND email = $2";
	static const char invite[] = "UPDATE invite SET email = $3 WHERE contact = $1 AND email = $2";
	static const char before[] =
	    "UPDATE invite_address SET email = $3 WHERE email = $2 AND invite IN (SELECT id FROM invite WHERE contact = $1)";
	static const char evidence[] = "UPDATE evidence SET email = $3 WHERE contact = $1 AND email = $2";
	static const char old[] = "UPDATE correction SET old_email = $3 WHERE contact = $1 AND old_email = $2";
	static const char new[] = "UPDATE correction SET new_email = $3 WHERE contact = $1 AND new_email = $2";
	const char *const all[] = { address, invite, before, evidence, old, new };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (run(db, all[i], contact, email, by, e) < 0)
			return -1;
	return 0;
}

int
erase_pending(struct db *db, int64_t contact, int64_t now, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "UPDATE invite SET state = 'cancelled', moved_at = $2 WHERE contact = $1 AND state IN ('planned', 'deferred')";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_int(s, 2, now);
	if (db_run(s, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}

struct rewrite {
	int64_t a, b;
	const char *text;
};

/* `select` gives key, second key, text, own; what is changed is written when the walk is over. */
static int
rewrite(struct db *db, const char *select, const char *update, int64_t key, const char *(*to)(const char *, bool, void *),
    void *arg, struct err *e)
{
	struct stmt *s = db_stmt(db, select, e);
	struct arena a = ARENA_INIT;
	struct rewrite *list = NULL;
	size_t n = 0, cap = 0;
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, key);
	while ((rc = db_step(s, e)) == 1) {
		const char *text = to(col_text(s, 2), col_int(s, 3) != 0, arg);

		if (!text)
			continue;
		list = mem_room(list, n, &cap, sizeof(*list));
		list[n++] = (struct rewrite){ col_int(s, 0), col_int(s, 1), arena_dup(&a, text) };
	}
	db_done(s);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (!(s = db_stmt(db, update, e))) {
			rc = -1;
			break;
		}
		bind_int(s, 1, list[i].a);
		bind_int(s, 2, list[i].b);
		bind_text(s, 3, list[i].text);
		rc = db_run(s, e);
	}
	free(list);
	arena_release(&a);
	return rc;
}

int
erase_words(struct db *db, int64_t contact, const char *(*to)(const char *, bool, void *), void *arg, struct err *e)
{
	static const char attempts[] =
	    "SELECT t.invite, t.n, t.text, 0 FROM invite i JOIN attempt t ON t.invite = i.id WHERE i.contact = $1 AND t.text <> ''";
	static const char attempt[] = "UPDATE attempt SET text = $3 WHERE invite = $1 AND n = $2";
	static const char evidences[] =
	    "SELECT id, 0, text, CASE WHEN kind LIKE 'refusal%' OR kind LIKE 'expired%' OR kind LIKE 'dsn%' OR kind LIKE 'delay%' OR"
	    " kind LIKE 'complaint%' THEN 0 ELSE 1 END FROM evidence WHERE contact = $1 AND text <> ''";
	static const char evidence[] = "UPDATE evidence SET text = $3 WHERE id = $1 AND $2 = 0";

	return rewrite(db, attempts, attempt, contact, to, arg, e) < 0 || rewrite(db, evidences, evidence, contact, to, arg, e) < 0 ?
	    -1 : 0;
}

int
erase_received_from(struct db *db, int64_t contact, const char *(*to)(const char *, bool, void *), void *arg, struct err *e)
{
	static const char rosters[] =
	    "SELECT id, 0, received_from, 0 FROM roster WHERE received_from <> ''"
	    " AND id IN (SELECT roster FROM roster_row WHERE contact = $1)";
	static const char roster[] = "UPDATE roster SET received_from = $3 WHERE id = $1 AND $2 = 0";

	return rewrite(db, rosters, roster, contact, to, arg, e);
}

int
erase_mails(struct db *db, int64_t contact, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "UPDATE inbound SET raw = $2 WHERE length(raw) > 0"
	    " AND (id IN (SELECT inbound FROM evidence WHERE contact = $1 AND inbound IS NOT NULL)"
	    " OR id IN (SELECT id FROM inbound WHERE decision <> '' AND contact = $1))";	/* somebody said it is theirs */
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	bind_blob(s, 2, "", 0);
	if (db_run(s, e) < 0)
		return -1;
	*n = db_changes(db);
	return 0;
}

int
erase_mail(struct db *db, int64_t inbound, struct err *e)
{
	static const char sql[] = "UPDATE inbound SET raw = $2 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, inbound);
	bind_blob(s, 2, "", 0);
	return db_run(s, e);
}

int
erase_domain(struct db *db, const char *domain, struct err *e)
{
	static const char known[] = "DELETE FROM mail_domain WHERE domain = $2";
	static const char rest[] = "DELETE FROM domain_rest WHERE domain = $2";
	static const char pace[] = "DELETE FROM pace WHERE scope = 'domain ' || $2";
	static const char ramp[] = "DELETE FROM ramp WHERE scope = 'domain ' || $2";
	static const char stop[] = "UPDATE stop SET domain = 'erased.invalid', text = '' WHERE domain = $2";
	const char *const all[] = { known, rest, pace, ramp, stop };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (run(db, all[i], 0, domain, NULL, e) < 0)
			return -1;
	return 0;
}

int
erase_focal(struct db *db, const char *email, int64_t *n, struct err *e)
{
	static const char up[] =
	    "UPDATE focal_point SET rank = rank - 1 WHERE EXISTS (SELECT 1 FROM focal_point f WHERE f.email = $2"
	    " AND f.unit = focal_point.unit AND f.rank < focal_point.rank)";
	static const char drop[] = "DELETE FROM focal_point WHERE email = $2";
	static const char admin[] = "UPDATE focal_point SET admin_email = '' WHERE admin_email = $2";

	if (run(db, up, 0, email, NULL, e) < 0 || run(db, drop, 0, email, NULL, e) < 0)
		return -1;
	*n = db_changes(db);
	return run(db, admin, 0, email, NULL, e);
}

static int
walk(struct stmt *s, int (*each)(const struct kept_message *, void *), void *arg, struct err *e)
{
	int rc, stop = 0;

	if (!s)
		return -1;
	while (stop == 0 && (rc = db_step(s, e)) == 1) {
		struct kept_message m = { .id = col_int(s, 0), .about = col_text(s, 1), .email = col_text(s, 2), .name = col_text(s, 3) };

		m.data = col_blob(s, 4, &m.len);
		stop = each(&m, arg);
	}
	db_done(s);
	return stop ? stop : rc;
}

int
erase_each_mail(struct db *db, int (*each)(const struct kept_message *, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT id, '', '', '', raw FROM inbound WHERE length(raw) > 0 ORDER BY id";

	return walk(db_stmt(db, sql, e), each, arg, e);
}

int
erase_each_letter(struct db *db, int (*each)(const struct kept_message *, void *), void *arg, struct err *e)
{
	static const char sql[] = "SELECT id, about, email, name, message FROM letter ORDER BY id";

	return walk(db_stmt(db, sql, e), each, arg, e);
}

int
erase_letter(struct db *db, int64_t id, const char *email, const char *name, const void *message, size_t len,
    const char *(*to)(const char *, bool, void *), void *arg, int64_t now, struct err *e)
{
	static const char sql[] =
	    "UPDATE letter SET email = coalesce($2, email), name = coalesce($3, name), message = $4,"
	    " state = CASE WHEN state IN ('planned', 'deferred') THEN 'expired' ELSE state END,"
	    " expires_at = CASE WHEN state IN ('planned', 'deferred', 'sending') THEN $5 ELSE expires_at END WHERE id = $1";
	static const char attempts[] = "SELECT letter, n, text, 0 FROM letter_attempt WHERE letter = $1 AND text <> ''";
	static const char attempt[] = "UPDATE letter_attempt SET text = $3 WHERE letter = $1 AND n = $2";
	static const char news[] = "SELECT id, 0, text, 0 FROM letter_news WHERE letter = $1 AND text <> ''";
	static const char new[] = "UPDATE letter_news SET text = $3 WHERE id = $1 AND $2 = 0";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, email);
	bind_text(s, 3, name);
	bind_blob(s, 4, message, len);
	bind_int(s, 5, now);
	if (db_run(s, e) < 0)
		return -1;
	return !to ? 0 : rewrite(db, attempts, attempt, id, to, arg, e) < 0 || rewrite(db, news, new, id, to, arg, e) < 0 ? -1 : 0;
}

static int
next(struct db *db, const char *sql, int64_t after, int64_t of, int64_t *id, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, after);
	bind_int(s, 2, of);
	return db_one_int(s, id, e);
}

static int
count(struct db *db, const char *sql, int64_t of, int64_t *n, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, of);
	return db_one_int(s, n, e) < 0 ? -1 : 0;
}

int
erase_next_mail(struct db *db, int64_t after, int64_t until, int64_t *id, struct err *e)
{
	static const char sql[] =
	    "SELECT id FROM inbound WHERE id > $1 AND received_at < $2 AND length(raw) > 0 ORDER BY id LIMIT 1";

	return next(db, sql, after, until, id, e);
}

int
erase_next_contact(struct db *db, int64_t campaign, int64_t after, int64_t *id, struct err *e)
{
	static const char sql[] =
	    "SELECT id FROM contact WHERE id > $1 AND +campaign = $2 AND erased_at IS NULL ORDER BY id LIMIT 1";

	return next(db, sql, after, campaign, id, e);
}

int
erase_count_mails(struct db *db, int64_t until, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*) FROM inbound WHERE received_at < $1 AND length(raw) > 0";

	return count(db, sql, until, n, e);
}

int
erase_all_gone(struct db *db, int64_t campaign, struct err *e)
{
	static const char sql[] = "SELECT 1 WHERE EXISTS (SELECT 1 FROM contact WHERE campaign = $1)"
	    " AND NOT EXISTS (SELECT 1 FROM contact WHERE campaign = $1 AND erased_at IS NULL)";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	return db_one_int(s, &one, e);
}

int
erase_count_contacts(struct db *db, int64_t campaign, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*) FROM contact WHERE campaign = $1 AND erased_at IS NULL";

	return count(db, sql, campaign, n, e);
}

int
erase_next_letter(struct db *db, int64_t campaign, int64_t after, int64_t *id, struct err *e)
{
	static const char sql[] =
	    "SELECT id FROM letter WHERE id > $1 AND campaign = $2 AND length(message) > 0 ORDER BY id LIMIT 1";

	return next(db, sql, after, campaign, id, e);
}

int
erase_count_letters(struct db *db, int64_t campaign, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*) FROM letter WHERE campaign = $1 AND length(message) > 0";

	return count(db, sql, campaign, n, e);
}
