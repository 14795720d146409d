#include "store/survey.h"

#define COLUMNS \
	"l.id, l.instrument, i.campaign, c.key, i.key, l.url, l.survey, l.login, l.password_file, l.zone, l.next_at," \
	" l.known_contact, l.troubles, coalesce(l.trouble_at, 0), l.trouble, coalesce(l.counted_at, 0), l.began_at," \
	" l.participants, l.completed, l.ours, l.unread, l.only_ours, l.strangers, l.strangers_done, l.early, l.late," \
	" l.undated, l.odd, l.quota, l.removed, l.refused, l.changed" \
	" FROM survey_link l JOIN instrument i ON i.id = l.instrument JOIN campaign c ON c.id = i.campaign"

static int
one(struct stmt *s, struct arena *a, struct survey_link *l, struct err *e)
{
	int rc = db_step(s, e);

	if (rc == 1)
		*l = (struct survey_link){ .id = col_int(s, 0), .instrument = col_int(s, 1), .campaign = col_int(s, 2),
		    .campaign_key = arena_dup(a, col_text(s, 3)), .key = arena_dup(a, col_text(s, 4)),
		    .url = arena_dup(a, col_text(s, 5)), .survey = col_int(s, 6), .login = arena_dup(a, col_text(s, 7)),
		    .password_file = arena_dup(a, col_text(s, 8)), .zone = arena_dup(a, col_text(s, 9)),
		    .next_at = col_int(s, 10), .known_contact = col_int(s, 11), .troubles = col_int(s, 12),
		    .trouble_at = col_int(s, 13), .trouble = arena_dup(a, col_text(s, 14)),
		    .count = { .at = col_int(s, 15), .began_at = col_int(s, 16), .participants = col_int(s, 17),
		    .completed = col_int(s, 18), .ours = col_int(s, 19), .unread = col_int(s, 20), .only_ours = col_int(s, 21),
		    .strangers = col_int(s, 22), .strangers_done = col_int(s, 23), .early = col_int(s, 24),
		    .late = col_int(s, 25), .undated = col_int(s, 26), .odd = col_int(s, 27), .quota = col_int(s, 28),
		    .removed = col_int(s, 29), .refused = col_int(s, 30), .changed = col_int(s, 31) } };
	db_done(s);
	return rc;
}

int
survey_link_find(struct db *db, struct arena *a, int64_t instrument, struct survey_link *l, struct err *e)
{
	static const char sql[] = "SELECT " COLUMNS " WHERE l.instrument = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, instrument);
	return one(s, a, l, e);
}

int
survey_link_next(struct db *db, struct arena *a, int64_t after, int64_t campaign, struct survey_link *l, struct err *e)
{
	static const char sql[] =
	    "SELECT " COLUMNS " WHERE l.id > $1 AND ($2 = 0 OR i.campaign = $2) ORDER BY l.id LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, after);
	bind_int(s, 2, campaign);
	return one(s, a, l, e);
}

int
survey_link_save(struct db *db, struct survey_link *l, int64_t now, struct err *e)
{
	static const char other[] = "DELETE FROM survey_link WHERE instrument = $1 AND (url <> $2 OR survey <> $3)";
	static const char sql[] =
	    "INSERT INTO survey_link (instrument, url, survey, login, password_file, zone, linked_at)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (instrument) DO UPDATE SET login = $4, password_file = $5,"
	    " zone = $6, linked_at = $7, next_at = 0, troubles = 0, trouble_at = NULL, trouble = '' RETURNING id";
	struct stmt *s = db_stmt(db, other, e);

	if (!s)
		return -1;
	bind_int(s, 1, l->instrument);
	bind_text(s, 2, l->url);
	bind_int(s, 3, l->survey);
	if (db_run(s, e) < 0 || !(s = db_stmt(db, sql, e)))
		return -1;
	bind_int(s, 1, l->instrument);
	bind_text(s, 2, l->url);
	bind_int(s, 3, l->survey);
	bind_text(s, 4, l->login);
	bind_text(s, 5, l->password_file);
	bind_text(s, 6, l->zone);
	bind_int(s, 7, now);
	return db_one_int(s, &l->id, e) == 1 ? 0 : -1;
}

int
survey_link_remove(struct db *db, int64_t id, struct err *e)
{
	static const char sql[] = "DELETE FROM survey_link WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return db_run(s, e);
}

int
survey_link_set_trouble(struct db *db, int64_t id, const char *why, int64_t now, int64_t next_at, struct err *e)
{
	static const char sql[] =
	    "UPDATE survey_link SET trouble = $2, troubles = troubles + 1, trouble_at = $3, next_at = $4 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, why);
	bind_int(s, 3, now);
	bind_int(s, 4, next_at);
	return db_run(s, e);
}

int
survey_link_set_count(struct db *db, int64_t id, const struct survey_count *n, int64_t known_contact, int64_t next_at,
    struct err *e)
{
	static const char sql[] =
	    "UPDATE survey_link SET trouble = '', troubles = 0, trouble_at = NULL, known_contact = $2, next_at = $3,"
	    " counted_at = $4, began_at = $5, participants = $6, completed = $7, ours = $8, unread = $9, only_ours = $10,"
	    " strangers = $11, strangers_done = $12, early = $13, late = $14, undated = $15, odd = $16, quota = $17,"
	    " removed = $18, refused = $19, changed = $20 WHERE id = $1";
	const int64_t values[] = { id, known_contact, next_at, n->at, n->began_at, n->participants, n->completed, n->ours,
		n->unread, n->only_ours, n->strangers, n->strangers_done, n->early, n->late, n->undated, n->odd, n->quota,
		n->removed, n->refused, n->changed };
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	for (size_t i = 0; i < COUNT_OF(values); i++)
		bind_int(s, (int)i + 1, values[i]);
	return db_run(s, e);
}

/* --- people there -------------------------------------------------------------------------- */

int
survey_person_get(struct db *db, struct arena *a, int64_t link, int64_t contact, struct survey_person *p, struct err *e)
{
	static const char sql[] =
	    "SELECT state, fault, tid, completed, done_seen_at, fate, sent, remindersent, remindercount, emailstatus, wrote"
	    " FROM survey_person WHERE link = $1 AND contact = $2";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, link);
	bind_int(s, 2, contact);
	if ((rc = db_step(s, e)) == 1)
		*p = (struct survey_person){ .state = arena_dup(a, col_text(s, 0)), .fault = arena_dup(a, col_text(s, 1)),
		    .tid = col_int(s, 2), .completed = arena_dup(a, col_text(s, 3)), .done_seen_at = col_int(s, 4),
		    .fate = arena_dup(a, col_text(s, 5)), .sent = arena_dup(a, col_text(s, 6)),
		    .remindersent = arena_dup(a, col_text(s, 7)), .remindercount = col_int(s, 8),
		    .emailstatus = arena_dup(a, col_text(s, 9)), .wrote = arena_dup(a, col_text(s, 10)) };
	db_done(s);
	return rc;
}

int
survey_person_put(struct db *db, int64_t link, int64_t contact, const struct survey_person *p, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO survey_person (link, contact, state, fault, tid, completed, done_seen_at, fate, sent, remindersent,"
	    " remindercount, emailstatus, wrote) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
	    " ON CONFLICT (link, contact) DO UPDATE SET state = $3, fault = $4, tid = $5, completed = $6, done_seen_at = $7,"
	    " fate = $8, sent = $9, remindersent = $10, remindercount = $11, emailstatus = $12, wrote = $13";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, link);
	bind_int(s, 2, contact);
	bind_text(s, 3, p->state);
	bind_text(s, 4, p->fault);
	bind_int(s, 5, p->tid);
	bind_text(s, 6, p->completed);
	bind_int(s, 7, p->done_seen_at);
	bind_text(s, 8, p->fate);
	bind_text(s, 9, p->sent);
	bind_text(s, 10, p->remindersent);
	bind_int(s, 11, p->remindercount);
	bind_text(s, 12, p->emailstatus);
	bind_text(s, 13, p->wrote);
	return db_run(s, e);
}

int
survey_person_count(struct db *db, int64_t link, const char *state, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT count(*) FROM survey_person WHERE link = $1 AND state = $2";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, link);
	bind_text(s, 2, state);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}

int
survey_missing(struct db *db, struct arena *a, int64_t link, int64_t campaign, int64_t after, size_t most,
    struct survey_newcomer **out, size_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT c.id, c.token, c.name, coalesce((SELECT d.email FROM address d WHERE d.contact = c.id AND d.rank = 1), '')"
	    " FROM contact c WHERE c.campaign = $2 AND c.id > $3 AND c.state = 'mailable'"
	    " AND NOT EXISTS (SELECT 1 FROM survey_person p WHERE p.link = $1 AND p.contact = c.id"
	    "  AND (p.state = 'there' OR p.state = 'changed'))"
	    " AND NOT EXISTS (SELECT 1 FROM evidence v WHERE v.contact = c.id AND (v.kind = 'opt_out' OR v.kind = 'complaint'))"
	    " ORDER BY c.id LIMIT $4";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	*n = 0;
	*out = arena_alloc(a, (most + 1) * sizeof(**out));
	if (!s)
		return -1;
	bind_int(s, 1, link);
	bind_int(s, 2, campaign);
	bind_int(s, 3, after);
	bind_int(s, 4, (int64_t)most);
	while ((rc = db_step(s, e)) == 1)
		(*out)[(*n)++] = (struct survey_newcomer){ .contact = col_int(s, 0), .token = arena_dup(a, col_text(s, 1)),
		    .name = arena_dup(a, col_text(s, 2)), .email = arena_dup(a, col_text(s, 3)) };
	db_done(s);
	return rc;
}

int
survey_unopened(struct db *db, int64_t campaign, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT count(*) FROM survey_link l JOIN instrument i ON i.id = l.instrument JOIN contact c ON c.campaign = i.campaign"
	    " WHERE i.campaign = $1 AND c.state = 'mailable' AND NOT EXISTS (SELECT 1 FROM survey_person p"
	    "  WHERE p.link = l.id AND p.contact = c.id AND p.state = 'there')"
	    " AND NOT EXISTS (SELECT 1 FROM evidence v WHERE v.contact = c.id AND (v.kind = 'opt_out' OR v.kind = 'complaint'))";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	return db_one_int(s, n, e) == 1 ? 0 : -1;
}

int
survey_ours(struct db *db, const struct survey_link *l, int64_t *all, int64_t *only_ours, struct err *e)
{
	static const char sql[] =
	    "SELECT count(*), coalesce(sum(CASE WHEN p.contact IS NULL OR p.completed = 'N' OR p.completed = 'Q' OR p.completed = ''"
	    " THEN 1 ELSE 0 END), 0) FROM answer a LEFT JOIN survey_person p ON p.link = $1 AND p.contact = a.contact"
	    " AND p.state = 'there' WHERE a.instrument = $2";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, l->id);
	bind_int(s, 2, l->instrument);
	if ((rc = db_step(s, e)) == 1) {
		*all = col_int(s, 0);
		*only_ours = col_int(s, 1);
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}
