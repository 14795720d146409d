#include "store/timeline.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"

struct ids {
	int64_t *id;
	size_t n, cap;
};

static int
gather(struct stmt *s, size_t most, struct ids *to, struct err *e)
{
	int rc = 0;

	while (to->n < most && (rc = db_step(s, e)) == 1) {
		to->id = mem_room(to->id, to->n, &to->cap, sizeof(*to->id));
		to->id[to->n++] = col_int(s, 0);
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

static int
by_text(struct db *db, const char *sql, const char *text, size_t most, struct ids *to, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);

	if (!s)
		return -1;
	bind_text(s, 1, text);
	return gather(s, most, to, e);
}

static int
find_ids(struct db *db, struct arena *a, const char *who, size_t most, struct ids *ids, struct err *e)
{
	static const char token[] = "SELECT id FROM contact WHERE token = $1";
	static const char address[] =
	    "SELECT DISTINCT c.id FROM address a JOIN contact c ON c.id = a.contact WHERE a.email = $1"
	    " ORDER BY c.id DESC";
	/* The plus keeps SQLite from reading everybody in the order of an index, for the sake of the few it sorts. */
	static const char name[] = "SELECT id FROM contact WHERE name_key = $1 ORDER BY +campaign DESC, id";
	static const char part[] =
	    "SELECT id FROM contact WHERE name_key LIKE '%' || $1 || '%' ESCAPE '\\' ORDER BY +campaign DESC, id";
	const char *key = text_fold(a, who);
	struct buf like = BUF_INIT(4096);
	int rc = 0;

	if (token_valid(who) && by_text(db, token, who, most, ids, e) < 0)
		return -1;
	if (ids->n || !*key)
		return 0;
	if (strchr(who, '@'))
		return by_text(db, address, text_lower_ascii(a, who), most, ids, e);
	if (by_text(db, name, key, most, ids, e) < 0)
		return -1;
	if (ids->n)
		return 0;
	for (const char *p = key; *p; p++) {
		if (strchr("%_\\", *p))
			buf_char(&like, '\\');
		buf_char(&like, *p);
	}
	if (!like.failed)
		rc = by_text(db, part, buf_str(&like), most, ids, e);
	buf_release(&like);
	return rc;
}

int
person_find(struct db *db, struct arena *a, const char *who, size_t most, struct contact **out, size_t *n,
    struct err *e)
{
	struct ids ids = { NULL, 0, 0 };
	int rc = find_ids(db, a, who, most, &ids, e);

	*n = 0;
	*out = arena_alloc(a, (ids.n + 1) * sizeof(**out));
	for (size_t i = 0; rc >= 0 && i < ids.n; i++)
		if ((rc = contact_by_id(db, a, ids.id[i], &(*out)[*n], e)) == 1)
			(*n)++;
	free(ids.id);
	return rc < 0 ? -1 : 0;
}

struct list {
	struct event *item;
	size_t n, cap;
};

/* Every query gives: at, what, where, detail, category, grade, until. */
static int
add(struct db *db, struct arena *a, const char *sql, int64_t contact, enum event_kind kind, struct list *l, struct err *e)
{
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, contact);
	while ((rc = db_step(s, e)) == 1) {
		l->item = mem_room(l->item, l->n, &l->cap, sizeof(*l->item));
		l->item[l->n++] = (struct event){ .at = col_int(s, 0), .kind = kind, .what = arena_dup(a, col_text(s, 1)),
		    .where = arena_dup(a, col_text(s, 2)), .detail = arena_dup(a, col_text(s, 3)),
		    .category = arena_dup(a, col_text(s, 4)), .grade = col_text(s, 5)[0], .until = col_int(s, 6) };
	}
	db_done(s);
	return rc;
}

static int
by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

int
timeline(struct db *db, struct arena *a, int64_t contact, struct event **out, size_t *n, struct err *e)
{
	/*
	 * There is no index over all rows. A person's own lie in the rosters of the unit, each of which lies together;
	 * others can only repeat the person.
	 */
	static const char rows[] =
	    "WITH mine (id) AS (SELECT w.id FROM contact c JOIN roster r ON r.campaign = c.campaign AND r.unit = c.unit"
	    "  JOIN roster_row w ON w.id > r.id * 4294967296 AND w.id < (r.id + 1) * 4294967296 AND w.contact = c.id"
	    "  WHERE c.id = $1"
	    "  UNION SELECT w.id FROM roster_row w WHERE w.contact = $1 AND w.disposition = 'duplicate')"
	    " SELECT r.received_at, w.disposition, r.file || ':' || w.line, w.reason"
	    " || CASE WHEN w.suggestion = '' THEN '' ELSE ' -> ' || w.suggestion END"
	    " || CASE WHEN w.warnings = '' THEN '' ELSE ' (' || w.warnings || ')' END, '', '', 0"
	    " FROM mine m JOIN roster_row w ON w.id = m.id JOIN roster r ON r.id = w.roster ORDER BY r.id, w.seq";
	static const char invites[] =
	    "SELECT i.moved_at, i.state, w.name, i.email, '', '',"
	    " CASE WHEN i.state IN ('planned', 'deferred') THEN i.due_at ELSE 0 END"
	    " FROM invite i JOIN wave w ON w.id = i.wave WHERE i.contact = $1 ORDER BY i.id";
	static const char attempts[] =
	    "SELECT t.at, t.verdict, t.relay || ' ' || t.command,"
	    " CASE WHEN t.code > 0 THEN t.code || ' ' || t.enhanced || CASE WHEN t.enhanced = '' THEN '' ELSE ' ' END"
	    " || t.text ELSE t.text END, t.category, '', 0"
	    " FROM attempt t JOIN invite i ON i.id = t.invite WHERE i.contact = $1 ORDER BY t.invite, t.n";
	static const char evidence[] =
	    "SELECT at, kind, email, CASE WHEN status = '' THEN text ELSE status || ' ' || text END, category, grade,"
	    " until_at FROM evidence WHERE contact = $1 ORDER BY at, id";
	static const char answers[] =
	    "SELECT a.first_at, i.key, a.source, '', '', '', CASE WHEN a.last_at > a.first_at THEN a.last_at ELSE 0 END"
	    " FROM answer a JOIN instrument i ON i.id = a.instrument WHERE a.contact = $1 ORDER BY i.position";
	static const char notes[] =
	    "SELECT at, 'note', actor, text, '', '', 0 FROM person_note WHERE contact = $1 ORDER BY at, id";
	struct list l = { NULL, 0, 0 };
	int rc = 0;

	*n = 0;
	*out = NULL;
	if (add(db, a, rows, contact, EVENT_ROW, &l, e) < 0 || add(db, a, invites, contact, EVENT_INVITE, &l, e) < 0 ||
	    add(db, a, attempts, contact, EVENT_ATTEMPT, &l, e) < 0 ||
	    add(db, a, evidence, contact, EVENT_EVIDENCE, &l, e) < 0 ||
	    add(db, a, answers, contact, EVENT_ANSWER, &l, e) < 0 || add(db, a, notes, contact, EVENT_NOTE, &l, e) < 0)
		rc = -1;
	if (rc == 0 && l.n) {
		qsort(l.item, l.n, sizeof(*l.item), by_time);
		*out = arena_alloc(a, l.n * sizeof(**out));
		memcpy(*out, l.item, l.n * sizeof(**out));
		*n = l.n;
	}
	free(l.item);
	return rc;
}
