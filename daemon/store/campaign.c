#include "store/campaign.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/lang.h"

static int
insert_bases(struct db *db, int64_t campaign, const char *kind, const char **texts, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO campaign_basis (campaign, kind, position, text) VALUES ($1, $2, $3, $4)";

	for (int i = 0; texts && texts[i]; i++) {
		struct stmt *s = db_stmt(db, sql, e);

		if (!s)
			return -1;
		bind_int(s, 1, campaign);
		bind_text(s, 2, kind);
		bind_int(s, 3, i + 1);
		bind_text(s, 4, texts[i]);
		if (db_run(s, e) < 0)
			return -1;
	}
	return 0;
}

int
campaign_insert(struct db *db, struct campaign *c, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO campaign (key, title, tree, opens_at, closes_at, zone, lang, sender_name, sender_address,"
	    " help_text, tracking, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, c->key);
	bind_text(s, 2, c->title);
	bind_int(s, 3, c->tree);
	bind_int(s, 4, c->opens_at);
	bind_int(s, 5, c->closes_at);
	bind_text(s, 6, c->zone_name);
	bind_text(s, 7, lang_name(c->lang));
	bind_text(s, 8, c->sender_name);
	bind_text(s, 9, c->sender_address);
	bind_text(s, 10, c->help_text ? c->help_text : "");
	bind_text(s, 11, c->tracking ? c->tracking : "none");
	bind_int(s, 12, clock_now());
	if (db_one_int(s, &c->id, e) != 1)
		return -1;
	if (insert_bases(db, c->id, "legal_basis", c->legal_bases, e) < 0)
		return -1;
	return insert_bases(db, c->id, "dispatch", c->dispatches, e);
}

static int
load_bases(struct db *db, struct arena *a, int64_t campaign, const char *kind, const char ***out, struct err *e)
{
	static const char sql[] =
	    "SELECT text FROM campaign_basis WHERE campaign = $1 AND kind = $2 ORDER BY position";
	struct stmt *s = db_stmt(db, sql, e);
	const char *texts[64];
	size_t n = 0;
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, kind);
	while ((rc = db_step(s, e)) == 1)
		if (n < COUNT_OF(texts))
			texts[n++] = arena_dup(a, col_text(s, 0));
	db_done(s);
	*out = arena_alloc(a, (n + 1) * sizeof(**out));
	memcpy(*out, texts, n * sizeof(**out));
	return rc;
}

static int
load_instruments(struct db *db, struct arena *a, struct campaign *c, struct err *e)
{
	static const char sql[] =
	    "SELECT id, key, title, url FROM instrument WHERE campaign = $1 ORDER BY position";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	c->n_instruments = 0;
	bind_int(s, 1, c->id);
	while ((rc = db_step(s, e)) == 1)
		if (c->n_instruments < INSTRUMENTS_MAX)
			c->instruments[c->n_instruments++] = (struct instrument){ .id = col_int(s, 0),
			    .key = arena_dup(a, col_text(s, 1)), .title = arena_dup(a, col_text(s, 2)),
			    .url = arena_dup(a, col_text(s, 3)) };
	db_done(s);
	return rc;
}

/* The row of a campaign, in the order of the SELECTs below; steps and ends s. */
static int
load(struct db *db, struct arena *a, struct stmt *s, struct campaign *c, struct err *e)
{
	int rc = db_step(s, e);

	if (rc == 1) {
		memset(c, 0, sizeof(*c));
		c->id = col_int(s, 0);
		c->key = arena_dup(a, col_text(s, 1));
		c->title = arena_dup(a, col_text(s, 2));
		c->tree = col_int(s, 3);
		c->opens_at = col_int(s, 4);
		c->closes_at = col_int(s, 5);
		c->zone_name = arena_dup(a, col_text(s, 6));
		c->sender_name = arena_dup(a, col_text(s, 8));
		c->sender_address = arena_dup(a, col_text(s, 9));
		c->help_text = arena_dup(a, col_text(s, 10));
		c->tracking = arena_dup(a, col_text(s, 11));
		if (lang_parse(col_text(s, 7), &c->lang, e) < 0 || zone_load(&c->zone, c->zone_name, e) < 0)
			rc = -1;
	}
	db_done(s);
	if (rc == 1 && (load_bases(db, a, c->id, "legal_basis", &c->legal_bases, e) < 0 ||
	    load_bases(db, a, c->id, "dispatch", &c->dispatches, e) < 0 || load_instruments(db, a, c, e) < 0))
		rc = -1;
	return rc;
}

int
campaign_find(struct db *db, struct arena *a, const char *key, struct campaign *c, struct err *e)
{
	static const char sql[] =
	    "SELECT id, key, title, tree, opens_at, closes_at, zone, lang, sender_name, sender_address, help_text,"
	    " tracking FROM campaign WHERE key = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, key);
	return load(db, a, s, c, e);
}

int
campaign_by_id(struct db *db, struct arena *a, int64_t id, struct campaign *c, struct err *e)
{
	static const char sql[] =
	    "SELECT id, key, title, tree, opens_at, closes_at, zone, lang, sender_name, sender_address, help_text,"
	    " tracking FROM campaign WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return load(db, a, s, c, e);
}

int
campaign_need(struct db *db, struct arena *a, const char *key, struct campaign *c, struct err *e)
{
	static const char sql[] = "SELECT key FROM campaign ORDER BY id";
	struct buf names = BUF_INIT(400);
	struct stmt *s;
	int rc = campaign_find(db, a, key, c, e);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	if (!(s = db_stmt(db, sql, e)))
		return -1;
	while ((rc = db_step(s, e)) == 1) {
		buf_str_add(&names, names.len ? ", " : "");
		buf_str_add(&names, col_text(s, 0));
	}
	db_done(s);
	if (rc == 0 && names.len)
		err_set(e, ERR_NOTFOUND, TR("there is no campaign '%s'; there is: %s",
		    "không có đợt '%s'; hiện có: %s"), key, buf_str(&names));
	else if (rc == 0)
		err_set(e, ERR_NOTFOUND, TR("there is no campaign '%s': make it with 'thumoi campaign create'",
		    "không có đợt '%s': hãy tạo bằng 'thumoi campaign create'"), key);
	buf_release(&names);
	return -1;
}

int
campaign_each(struct db *db, int (*each)(const struct campaign *, void *), void *arg, struct err *e)
{
	static const char sql[] =
	    "SELECT id, key, title, tree, opens_at, closes_at, zone, lang, sender_name, sender_address, help_text,"
	    " tracking FROM campaign WHERE id > $1 ORDER BY id LIMIT 1";
	struct arena a = ARENA_INIT;
	struct campaign c = { .id = 0 };
	int rc;

	do {
		struct stmt *s = db_stmt(db, sql, e);
		int64_t after = c.id;

		arena_reset(&a);
		if (!s) {
			rc = -1;
			break;
		}
		bind_int(s, 1, after);
		rc = load(db, &a, s, &c, e);
	} while (rc == 1 && (rc = each(&c, arg)) == 0 && (rc = 1));
	arena_release(&a);
	return rc;
}

int
campaign_update(struct db *db, const struct campaign *c, struct err *e)
{
	static const char sql[] =
	    "UPDATE campaign SET title = $2, tree = $3, opens_at = $4, closes_at = $5, zone = $6, lang = $7, sender_name = $8,"
	    " sender_address = $9, help_text = $10, tracking = $11 WHERE id = $1";
	static const char wipe[] = "DELETE FROM campaign_basis WHERE campaign = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, c->id);
	bind_text(s, 2, c->title);
	bind_int(s, 3, c->tree);
	bind_int(s, 4, c->opens_at);
	bind_int(s, 5, c->closes_at);
	bind_text(s, 6, c->zone_name);
	bind_text(s, 7, lang_name(c->lang));
	bind_text(s, 8, c->sender_name);
	bind_text(s, 9, c->sender_address);
	bind_text(s, 10, c->help_text);
	bind_text(s, 11, c->tracking);
	if (db_run(s, e) < 0 || !(s = db_stmt(db, wipe, e)))
		return -1;
	bind_int(s, 1, c->id);
	if (db_run(s, e) < 0 || insert_bases(db, c->id, "legal_basis", c->legal_bases, e) < 0)
		return -1;
	return insert_bases(db, c->id, "dispatch", c->dispatches, e);
}

int
campaign_changes(struct db *db, int64_t id, int64_t *n, struct err *e)
{
	static const char sql[] = "SELECT changes FROM campaign WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return db_one_int(s, n, e);
}

int
campaign_note_change(struct db *db, int64_t id, struct err *e)
{
	static const char sql[] = "UPDATE campaign SET changes = changes + 1 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	return db_run(s, e);
}

int
campaign_any_answer(struct db *db, int64_t campaign, struct err *e)
{
	static const char sql[] =
	    "SELECT 1 FROM answer WHERE instrument IN (SELECT id FROM instrument WHERE campaign = $1) LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int64_t one;

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	return db_one_int(s, &one, e);
}

int
instrument_update(struct db *db, int64_t id, const char *title, const char *url, struct err *e)
{
	static const char sql[] = "UPDATE instrument SET title = $2, url = $3 WHERE id = $1";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, id);
	bind_text(s, 2, title);
	bind_text(s, 3, url);
	return db_run(s, e);
}

int
instrument_delete(struct db *db, int64_t campaign, int64_t id, struct err *e)
{
	static const char move[] =
	    "UPDATE instrument SET position = position - 1 WHERE campaign = $1"
	    " AND position > (SELECT position FROM instrument WHERE id = $2)";
	static const char sql[] = "DELETE FROM instrument WHERE id = $1";
	struct stmt *s = db_stmt(db, move, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_int(s, 2, id);
	if (db_run(s, e) < 0 || !(s = db_stmt(db, sql, e)))
		return -1;
	bind_int(s, 1, id);
	return db_run(s, e);
}

int
instrument_insert(struct db *db, int64_t campaign, const char *key, const char *title, const char *url, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO instrument (campaign, key, title, url, position)"
	    " VALUES ($1, $2, $3, $4, (SELECT count(*) + 1 FROM instrument WHERE campaign = $1))";
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_int(s, 1, campaign);
	bind_text(s, 2, key);
	bind_text(s, 3, title);
	bind_text(s, 4, url);
	return db_run(s, e);
}

const struct instrument *
campaign_instrument(const struct campaign *c, const char *key)
{
	for (size_t i = 0; i < c->n_instruments; i++)
		if (strcmp(c->instruments[i].key, key) == 0)
			return &c->instruments[i];
	return NULL;
}
