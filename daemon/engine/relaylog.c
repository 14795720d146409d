#include "engine/relaylog.h"

#include <inttypes.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "base/token.h"
#include "engine/queuemap.h"
#include "engine/relaylog_file.h"
#include "engine/rulebook.h"
#include "mail/logline.h"
#include "mail/queueid.h"
#include "store/evidence.h"
#include "store/inbound.h"
#include "store/maillog.h"

#define LEARN_S (11 * 86400)	/* of attempts older than that no queue holds a message */
#define BATCH_US 200000		/* a transaction stays open no longer: others write, too */
#define TEXT_MAX 2000

struct relaylog {
	struct rules *rules;
	struct secret key;
	struct queuemap map;
	struct logline_time time;
	int64_t since;
	struct arena arena;		/* of the line at hand */
	/* while a file is read */
	struct db *db;
	struct relaylog_tally *tally;
	struct relaylog_tally pending;	/* of the open transaction */
	int64_t begun_us;
};

/* The name of the system's time zone: TZ, or where /etc/localtime points. */
static const char *
system_zone(struct arena *a)
{
	char path[512];
	const char *tz = getenv("TZ"), *name;
	ssize_t n;

	if (tz && *tz)
		return tz + (*tz == ':');
	n = readlink("/etc/localtime", path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	return (name = strstr(path, "zoneinfo/")) ? arena_dup(a, name + 9) : "UTC";
}

int
relaylog_open(struct relaylog **out, const struct conf *c, const char *zone, int64_t since, struct err *e)
{
	struct relaylog *r = mem_zalloc(sizeof(*r));

	*out = NULL;
	r->arena = (struct arena)ARENA_INIT;
	r->since = since;
	if (zone_load(&r->time.zone, *zone ? zone : system_zone(&r->arena), e) < 0 ||
	    secret_load(&r->key, c->secret_file, e) < 0 || rulebook_load(&r->rules, c, NULL, NULL, e) < 0) {
		relaylog_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
relaylog_close(struct relaylog *r)
{
	if (!r)
		return;
	rules_free(r->rules);
	queuemap_release(&r->map);
	arena_release(&r->arena);
	free(r);
}

static void
learn_one(void *arg, int64_t invite, int n, int64_t at, const char *text)
{
	struct relaylog *r = arg;
	char id[QUEUE_ID_MAX];

	if (queue_id_find(text, strlen(text), id))
		queuemap_add(&r->map, id, invite, n, at, false);
}

int
relaylog_learn(struct relaylog *r, struct db *db, struct err *e)
{
	int64_t now = clock_now(), since = r->since && r->since < now - LEARN_S ? r->since : now - LEARN_S;

	/* A campaign that has closed sends nothing; what it sent before is under way for some days. */
	return maillog_accepted(db, since, since, learn_one, r, e);
}

/* ---- what a line says ---- */

static const char *
text_of(struct arena *a, struct span s)
{
	return s.s ? arena_ndup(a, s.s, s.len < TEXT_MAX ? s.len : TEXT_MAX) : "";
}

static int
begin(struct relaylog *r, struct err *e)
{
	if (db_in_transaction(r->db))
		return 0;
	r->begun_us = clock_mono_us();
	return db_begin(r->db, e);
}

static bool
same(struct span s, const char *address)
{
	return s.s && s.len == strlen(address) && strncasecmp(s.s, address, s.len) == 0;
}

/* Behind a relay on this machine waits no other server: a filter takes the message and gives it back under another id. */
static bool
is_near(struct span relay)
{
	static const char *const marks[] = { "[127.", "[::1]", "[private/", "[/", "localhost[" };

	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (relay.s && memmem(relay.s, relay.len, marks[i], strlen(marks[i])))
			return true;
	return false;
}

/* The recipe of engine/inbound_read.c: the report that comes back later is the same fact. */
static const char *
fingerprint_of(struct arena *a, const struct evidence *v, int attempt)
{
	char *hex = arena_alloc(a, 65);
	const char *text = arena_printf(a, "%s\n%" PRId64 "\n%s\n%s\n%d", v->kind, v->invite, v->category, v->status, attempt);

	sha256_hex(hex, text, strlen(text));
	return hex;
}

static const char *
notice_key(struct arena *a, const struct queuemap_entry *m)
{
	return arena_printf(a, "log:notice:%" PRId64 ":%d", m->invite, m->n);
}

/* Nothing has failed and nothing arrived; of these the latest counts. */
static int
note_notice(struct relaylog *r, const struct queuemap_entry *m, struct evidence *v, int64_t *count, struct err *e)
{
	int rc;

	v->kind = "delay";
	v->grade = 'B';
	v->fingerprint = notice_key(&r->arena, m);
	if ((rc = evidence_put(r->db, v, e)) == 1)
		++*count;
	return rc < 0 ? -1 : 0;
}

static int
note_end(struct relaylog *r, const struct queuemap_entry *m, struct evidence *v, int64_t *count, struct err *e)
{
	int rc;

	v->grade = 'A';
	v->fingerprint = fingerprint_of(&r->arena, v, m->n);
	if ((rc = evidence_add(r->db, v, e)) == 1)
		++*count;
	return rc < 0 ? -1 : 0;
}

static int
note_sent(struct relaylog *r, const struct logline *l, const struct queuemap_entry *m, struct evidence *v, struct err *e)
{
	char next[QUEUE_ID_MAX];
	bool again = queue_id_find(l->text.s, l->text.len, next);

	/* Queued once more under another id, on this machine: nothing is told yet. */
	if (again)
		queuemap_add(&r->map, next, m->invite, m->n, l->at, m->sure);
	if (again && (is_near(l->relay) || same(l->relay, "local")))
		return 0;
	v->category = category_name(CAT_DELIVERED);
	if (l->agent == LINE_TO_MAILBOX && strncmp(v->text, "delivered to command", 20) != 0) {
		v->kind = "dsn";
		return note_end(r, m, v, &r->pending.delivered, e);
	}
	v->text = arena_printf(&r->arena, "%s: %s", text_of(&r->arena, l->relay), v->text);
	return note_notice(r, m, v, &r->pending.relayed, e);
}

static int
note_delivery(struct relaylog *r, const struct logline *l, const struct queuemap_entry *m, const char *email,
    struct evidence *v, struct err *e)
{
	const char *to = text_of(&r->arena, l->to), *domain = strchr(to, '@');
	struct verdict w;

	if (l->status == LINE_SENT)
		return note_sent(r, l, m, v, e);
	w = classify_at(r->rules, 0, v->status, v->text, domain ? domain + 1 : "");
	v->category = category_name(w.category);
	/* An alias, or a forwarding: the text tells whom the relay names. */
	if (strcasecmp(to, email) != 0)
		v->text = arena_printf(&r->arena, "%s: %s", to, v->text);
	if (l->status == LINE_DEFERRED)
		return note_notice(r, m, v, &r->pending.deferred, e);
	v->kind = "dsn";
	v->hard = w.hard && category_blames_address(w.category);
	return note_end(r, m, v, &r->pending.bounced, e);
}

/* Given up: the reason is what it was deferred for last. */
static int
note_expired(struct relaylog *r, const struct queuemap_entry *m, struct evidence *v, struct err *e)
{
	const char *text = "", *status = "";
	int rc = evidence_said(r->db, &r->arena, notice_key(&r->arena, m), &text, &status, e);

	if (rc < 0)
		return -1;
	v->kind = "expired";
	v->category = category_name(CAT_NETWORK);
	v->text = TR("given up by the relay", "máy chủ chuyển thư đã bỏ cuộc");
	if (rc == 1) {
		struct verdict w = classify(r->rules, 0, status, text);

		v->category = category_name(w.category == CAT_UNKNOWN ? CAT_NETWORK : w.category);
		v->hard = w.bad_address && category_blames_address(w.category);
		v->status = status;
		v->text = text;
	}
	return note_end(r, m, v, &r->pending.expired, e);
}

/* A line about a message of ours, found by its id. */
static int
note_line(struct relaylog *r, const struct logline *l, const char *id, const struct queuemap_entry *m, struct err *e)
{
	struct evidence v = { .invite = m->invite, .at = l->at, .status = text_of(&r->arena, l->dsn),
	    .text = text_of(&r->arena, l->text), .category = "" };
	struct inbound_target to;
	int rc = inbound_by_invite(r->db, &r->arena, m->invite, &to, e);

	if (rc <= 0)
		return rc;
	/* A short id may be another message's: the recipient must be ours. */
	if (l->what == LINE_DELIVERY && !m->sure && queue_id_is_short(id) && !same(l->to, to.email) && !same(l->orig_to, to.email))
		return 0;
	r->pending.ours++;
	v.contact = to.contact;
	v.email = to.email;
	if (begin(r, e) < 0)
		return -1;
	return l->what == LINE_EXPIRED ? note_expired(r, m, &v, e) : note_delivery(r, l, m, to.email, &v, e);
}

/* "bounce+TAG@survey.example": whose message this is, whatever its id. */
static void
learn_sender(struct relaylog *r, const struct logline *l, const char *id)
{
	const char *at = memrchr(l->from.s, '@', l->from.len), *plus = at ? memrchr(l->from.s, '+', (size_t)(at - l->from.s)) : NULL;
	int64_t invite;
	int attempt;

	if (plus && tag_read(plus + 1, (size_t)(at - plus - 1), &r->key, &invite, &attempt))
		queuemap_add(&r->map, id, invite, attempt, l->at, true);
}

/* learning: it was read before; only what names ids matters. */
static int
read_line(struct relaylog *r, const char *line, size_t len, bool learning, struct err *e)
{
	struct queuemap_entry *m;
	struct logline l;
	char id[QUEUE_ID_MAX], next[QUEUE_ID_MAX];

	r->pending.lines += !learning;
	if (!logline_read(&l, &r->time, line, len) || (r->since && l.at < r->since) || l.id.len >= sizeof(id))
		return 0;
	memcpy(id, l.id.s, l.id.len);
	id[l.id.len] = '\0';
	if (l.what == LINE_FROM)
		learn_sender(r, &l, id);
	if (l.what == LINE_FROM || !(m = queuemap_find(&r->map, id, l.at)))
		return 0;
	if (l.what == LINE_REMOVED) {
		m->removed = true;
		return 0;
	}
	arena_reset(&r->arena);
	if (!learning)
		return note_line(r, &l, id, &(struct queuemap_entry){ m->hash, m->invite, m->at, m->n, m->sure, false }, e);
	if (l.what == LINE_DELIVERY && l.status == LINE_SENT && queue_id_find(l.text.s, l.text.len, next))
		queuemap_add(&r->map, next, m->invite, m->n, l.at, m->sure);
	return 0;
}

/* ---- reading ---- */

static int
settle(struct relaylog *r, const struct relaylog_file *f, struct err *e)
{
	struct relaylog_tally *t = r->tally, *n = &r->pending;

	if (begin(r, e) < 0)
		return -1;
	if (relaylog_file_save(f, r->db, clock_now(), e) < 0)
		return db_abort(r->db);
	if (db_commit(r->db, e) < 0)
		return -1;
	t->lines += n->lines;
	t->ours += n->ours;
	t->relayed += n->relayed;
	t->delivered += n->delivered;
	t->bounced += n->bounced;
	t->deferred += n->deferred;
	t->expired += n->expired;
	*n = (struct relaylog_tally){ 0 };
	return 0;
}

static int
read_lines(struct relaylog *r, struct relaylog_file *f, const atomic_bool *stop, struct err *e)
{
	const char *line;
	bool learning;
	size_t len;
	int rc;

	while ((rc = relaylog_file_line(f, &line, &len, &learning, e)) == 1) {
		if (read_line(r, line, len, learning, e) < 0)
			return -1;
		if (db_in_transaction(r->db) && clock_mono_us() - r->begun_us > BATCH_US && settle(r, f, e) < 0)
			return -1;
		if (stop && atomic_load(stop))
			break;
	}
	return rc < 0 ? -1 : settle(r, f, e);
}

int
relaylog_read(struct relaylog *r, struct db *db, struct relaylog_file *f, bool anew, const atomic_bool *stop,
    struct relaylog_tally *tally, struct err *e)
{
	int rc;

	r->db = db;
	r->tally = tally;
	r->pending = (struct relaylog_tally){ 0 };
	do {
		if (relaylog_file_resume(f, db, anew, e) < 0)
			return -1;
		r->time.latest = relaylog_file_time(f) + 86400;
		r->time.month = r->time.day = 0;
		if (read_lines(r, f, stop, e) < 0) {
			if (db_in_transaction(db))
				db_abort(db);
			return -1;
		}
	} while ((rc = relaylog_file_next(f, e)) == 1 && !(stop && atomic_load(stop)));
	return rc < 0 ? -1 : 0;
}
