#include "store/audit.h"

#include <inttypes.h>
#include <pwd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/token.h"

#define ROW_MAX_BYTES (1 << 20)

/* Lengths before the texts: no two rows give the same octets. */
static void
row_hash(char out[AUDIT_HASH + 1], const char *before, const struct audit_row *r)
{
	struct buf b = BUF_INIT(ROW_MAX_BYTES);

	buf_printf(&b, "%s %" PRId64 " %" PRId64 " %zu:%s %zu:%s %zu:%s", before, r->id, r->at, strlen(r->actor), r->actor,
	    strlen(r->action), r->action, strlen(r->detail), r->detail);
	if (b.failed)
		die("an audit row of more than a megabyte");
	sha256_hex(out, buf_str(&b), b.len);
	buf_release(&b);
}

static int
last_row(struct db *db, int64_t *id, char hash[AUDIT_HASH + 1], struct err *e)
{
	static const char sql[] = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	*id = 0;
	*hash = '\0';
	if (!s)
		return -1;
	if ((rc = db_step(s, e)) == 1) {
		*id = col_int(s, 0);
		snprintf(hash, AUDIT_HASH + 1, "%s", col_text(s, 1));
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

/* "cli:lan": the person at the keyboard, as far as the system knows. */
const char *
audit_actor(const char *actor, char room[AUDIT_ACTOR])
{
	struct passwd entry, *found = NULL;
	char names[4096];

	if (strcmp(actor, "cli") != 0)
		return actor;
	if (getpwuid_r(getuid(), &entry, names, sizeof(names), &found) == 0 && found)
		snprintf(room, AUDIT_ACTOR, "cli:%s", found->pw_name);
	else
		snprintf(room, AUDIT_ACTOR, "cli:%ld", (long)getuid());
	return room;
}

int
audit_add(struct db *db, const char *actor, const char *action, const char *detail, struct err *e)
{
	static const char sql[] = "INSERT INTO audit (id, at, actor, action, detail, hash) VALUES ($1, $2, $3, $4, $5, $6)";
	char before[AUDIT_HASH + 1], hash[AUDIT_HASH + 1], room[AUDIT_ACTOR];
	struct audit_row r = { .at = clock_now(), .actor = audit_actor(actor, room), .action = action, .detail = detail };
	struct stmt *s;

	ASSERT(db_in_transaction(db));
	if (last_row(db, &r.id, before, e) < 0)
		return -1;
	r.id++;
	row_hash(hash, before, &r);
	if (!(s = db_stmt(db, sql, e)))
		return -1;
	bind_int(s, 1, r.id);
	bind_int(s, 2, r.at);
	bind_text(s, 3, r.actor);
	bind_text(s, 4, r.action);
	bind_text(s, 5, r.detail);
	bind_text(s, 6, hash);
	return db_run(s, e);
}

int
audit_each(struct db *db, int64_t after, int (*each)(const struct audit_row *, void *), void *arg, struct err *e)
{
	static const char sql[] = "SELECT id, at, actor, action, detail, hash FROM audit WHERE id > $1 ORDER BY id";
	struct stmt *s = db_stmt(db, sql, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, after);
	while ((rc = db_step(s, e)) == 1) {
		struct audit_row r = { col_int(s, 0), col_int(s, 1), col_text(s, 2), col_text(s, 3), col_text(s, 4), col_text(s, 5) };

		if (each(&r, arg))
			break;
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

int
audit_each_back(struct db *db, const struct audit_choice *c, int (*each)(const struct audit_row *, void *), void *arg, struct err *e)
{
	static const char all[] = "SELECT id, at, actor, action, detail, hash FROM audit WHERE id < $1 ORDER BY id DESC";
	static const char by_actor[] = "SELECT id, at, actor, action, detail, hash FROM audit WHERE id < $1 AND actor = $2 ORDER BY id DESC";
	static const char by_action[] = "SELECT id, at, actor, action, detail, hash FROM audit WHERE id < $1 AND action = $3 ORDER BY id DESC";
	static const char by_both[] = "SELECT id, at, actor, action, detail, hash FROM audit WHERE id < $1 AND actor = $2 AND action = $3"
	    " ORDER BY id DESC";
	struct stmt *s = db_stmt(db, *c->actor && *c->action ? by_both : *c->actor ? by_actor : *c->action ? by_action : all, e);
	int rc;

	if (!s)
		return -1;
	bind_int(s, 1, c->before ? c->before : INT64_MAX);
	if (*c->actor)
		bind_text(s, 2, c->actor);
	if (*c->action)
		bind_text(s, 3, c->action);
	while ((rc = db_step(s, e)) == 1) {
		struct audit_row r = { col_int(s, 0), col_int(s, 1), col_text(s, 2), col_text(s, 3), col_text(s, 4), col_text(s, 5) };

		if (each(&r, arg))
			break;
	}
	db_done(s);
	return rc < 0 ? -1 : 0;
}

static int
each_text(struct stmt *s, int (*each)(const char *, void *), void *arg, struct err *e)
{
	int rc;

	if (!s)
		return -1;
	while ((rc = db_step(s, e)) == 1)
		if (each(col_text(s, 0), arg))
			break;
	db_done(s);
	return rc < 0 ? -1 : 0;
}

int
audit_each_actor(struct db *db, int (*each)(const char *, void *), void *arg, struct err *e)
{
	static const char sql[] = "WITH RECURSIVE t (v) AS (SELECT min(actor) FROM audit UNION ALL"
	    " SELECT (SELECT min(actor) FROM audit WHERE actor > t.v) FROM t WHERE t.v IS NOT NULL) SELECT v FROM t WHERE v IS NOT NULL";

	return each_text(db_stmt(db, sql, e), each, arg, e);
}

int
audit_each_action(struct db *db, int (*each)(const char *, void *), void *arg, struct err *e)
{
	static const char sql[] = "WITH RECURSIVE t (v) AS (SELECT min(action) FROM audit UNION ALL"
	    " SELECT (SELECT min(action) FROM audit WHERE action > t.v) FROM t WHERE t.v IS NOT NULL) SELECT v FROM t WHERE v IS NOT NULL";

	return each_text(db_stmt(db, sql, e), each, arg, e);
}

int
audit_last_id(struct db *db, int64_t *id, struct err *e)
{
	char hash[AUDIT_HASH + 1];

	return last_row(db, id, hash, e);
}

struct verifying {
	struct audit_state *state;
	const char *head;
};

static int
verify_row(const struct audit_row *r, void *arg)
{
	struct verifying *v = arg;
	struct audit_state *s = v->state;
	char want[AUDIT_HASH + 1];

	s->rows++;
	if (!*r->hash && !*s->head) {
		s->older++;
		s->last_id = r->id;
		return 0;
	}
	row_hash(want, s->head, r);
	/* Ids follow one another: a row taken out at the chain's very begin shows, too. */
	if (!s->broken_id && (strcmp(want, r->hash) != 0 || r->id != s->last_id + 1))
		s->broken_id = r->id;
	s->last_id = r->id;
	s->head_found |= v->head && strcmp(v->head, r->hash) == 0;
	snprintf(s->head, sizeof(s->head), "%s", r->hash);
	return 0;
}

int
audit_verify(struct db *db, const char *head, struct audit_state *out, struct err *e)
{
	struct verifying v = { .state = out, .head = head };

	*out = (struct audit_state){ .rows = 0 };
	return audit_each(db, 0, verify_row, &v, e);
}

int
audit_verify_on(struct db *db, struct audit_state *s, struct err *e)
{
	struct verifying v = { .state = s };

	return audit_each(db, s->last_id, verify_row, &v, e);
}
