#include "engine/postman.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/token.h"
#include "engine/inbound_feed.h"
#include "store/mailbox.h"

#define REST_FIRST_S 30
#define REST_MOST_S 600
#define REST_REFUSED_FIRST_S 60		/* many servers lock out who knocks too often */
#define REST_REFUSED_MOST_S 3600
#define UIDL_FRESH_S 86400		/* that a message is still there is noted once a day */
#define UIDL_KEPT_S (7 * 86400)		/* ... and forgotten when it was not for so long */

struct beat {			/* one mailbox, between two visits */
	int64_t next_at;
	int failures;		/* in a row */
	enum err_code code;	/* of the last fault */
	char fault[1024];	/* "": the last visit went well */
	char refused[65];	/* hash of the password that was refused; "": none */
};

struct postman {
	const struct conf *conf;
	bool logs;
	struct mailboxes all;
	struct beat *beats;
	struct inbound *in;
	struct arena arena;		/* of the visit at hand */
};

/* What one visit needs in its callbacks. */
struct visiting {
	struct postman *p;
	struct db *db;
	const struct mailbox *box;
	struct mailbox_state state;
	struct inbound_tally *tally;
};

int
postman_new(struct postman **out, const struct conf *c, bool logs, struct err *e)
{
	struct postman *p = mem_zalloc(sizeof(*p));

	*out = NULL;
	p->conf = c;
	p->logs = logs;
	p->arena = (struct arena)ARENA_INIT;
	if (mailboxes_load(&p->all, c, e) < 0 || inbound_open(&p->in, c, e) < 0) {
		postman_free(p);
		return -1;
	}
	p->beats = mem_zalloc((p->all.n + 1) * sizeof(*p->beats));
	*out = p;
	return 0;
}

void
postman_free(struct postman *p)
{
	if (!p)
		return;
	inbound_close(p->in);
	mailboxes_release(&p->all);
	arena_release(&p->arena);
	free(p->beats);
	free(p);
}

/* ---- what fetch asks ---- */

static int
take_all(struct visiting *v, struct fetched *list, size_t n, struct inbound_tally *t, struct err *e)
{
	bool pop3_kept = v->box->keep && strncmp(v->box->url, "pop3", 4) == 0;

	for (size_t i = 0; i < n; i++) {
		struct inbound_taken taken;

		if (inbound_take(v->p->in, v->db, v->box->name, list[i].msg, list[i].len, &taken, t, e) < 0 ||
		    (pop3_kept && mailbox_message_seen(v->db, v->state.id, list[i].uidl, clock_now(), e) < 0))
			return -1;
		list[i].fate = inbound_folder(taken.fate);
		list[i].known = taken.known;
	}
	return 0;
}

static int
take(void *arg, struct fetched *list, size_t n, struct err *e)
{
	struct visiting *v = arg;
	struct inbound_tally t = { 0 };

	if (db_begin(v->db, e) < 0)
		return -1;
	if (take_all(v, list, n, &t, e) < 0)
		return db_abort(v->db);
	if (db_commit(v->db, e) < 0)
		return -1;
	inbound_tally_add(v->tally, &t);
	return 0;
}

static int
moved_on(void *arg, const struct fetch_place *at, struct err *e)
{
	struct visiting *v = arg;

	return mailbox_moved_on(v->db, v->state.id, at->uidvalidity, at->last_uid, e);
}

static int
listed_all(struct visiting *v, struct fetch_listed *list, size_t n, int64_t now, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		int64_t seen_at = 0;
		int rc = mailbox_message(v->db, v->state.id, list[i].uidl, &seen_at, e);

		if (rc < 0)
			return -1;
		list[i].known = rc == 1;
		if (rc == 1 && seen_at < now - UIDL_FRESH_S &&
		    mailbox_message_seen(v->db, v->state.id, list[i].uidl, now, e) < 0)
			return -1;
	}
	return mailbox_forget(v->db, v->state.id, now - UIDL_KEPT_S, e);
}

static int
listed(void *arg, struct fetch_listed *list, size_t n, struct err *e)
{
	struct visiting *v = arg;

	if (db_begin(v->db, e) < 0)
		return -1;
	return listed_all(v, list, n, clock_now(), e) < 0 ? db_abort(v->db) : db_commit(v->db, e);
}

/* ---- one visit ---- */

static int
visit_maildir(struct visiting *v, const atomic_bool *stop, struct err *e)
{
	const struct mailbox *m = v->box;
	struct inbound_walk w = { .path = m->url + 8, .max_bytes = m->max_bytes, .ours = true, .keep = m->keep, .stop = stop };

	memcpy(w.folder, m->folder, sizeof(w.folder));
	return inbound_walk(v->p->in, v->db, &w, v->tally, e);
}

static int
visit_server(struct visiting *v, const char *password, const atomic_bool *stop, struct err *e)
{
	const struct mailbox *m = v->box;
	struct fetch f = { .url = m->url, .user = m->user, .password = password, .ca_file = m->ca_file, .keep = m->keep,
	    .max_bytes = m->max_bytes, .stop = stop, .take = take, .at = moved_on, .listed = listed, .arg = v,
	    .place = { (uint32_t)v->state.uidvalidity, (uint32_t)v->state.last_uid } };

	memcpy(f.folder, m->folder, sizeof(f.folder));
	return fetch_all(&f, e);
}

static bool
is_maildir(const struct mailbox *m)
{
	return strncmp(m->url, "maildir:", 8) == 0;
}

/* 0, or -1 with what is wrong; *hash: of the password that was used. */
static int
visit(struct visiting *v, char hash[65], const atomic_bool *stop, struct err *e)
{
	const char *password;

	*hash = '\0';
	if (is_maildir(v->box))
		return visit_maildir(v, stop, e);
	if (!(password = conf_secret(&v->p->arena, v->box->password_file,
	    *v->p->conf->inbound_file ? "password-file" : "inbound_password_file", e)))
		return -1;
	sha256_hex(hash, password, strlen(password));
	return visit_server(v, password, stop, e);
}

/* Ours, not of the mailbox: the round cannot go on. */
static bool
ends_the_round(enum err_code c)
{
	return c == ERR_STORE || c == ERR_FULL || c == ERR_BUSY || c == ERR_NOTNOW;
}

static void
note_fault(const struct postman *p, struct beat *b, const struct mailbox *m, const struct err *e, int64_t now)
{
	bool act = e->code != ERR_NETWORK;	/* somebody must do something */
	int64_t first = act ? REST_REFUSED_FIRST_S : REST_FIRST_S, most = act ? REST_REFUSED_MOST_S : REST_MOST_S, rest = first;
	bool told = b->failures && b->code == e->code && (act || strcmp(b->fault, e->text) == 0);
	struct log_q q;

	if (b->code != e->code)
		b->failures = 0;
	for (int i = 0; i < b->failures && rest < most; i++)
		rest *= 2;
	rest = rest < most ? rest : most;
	b->failures++;
	b->code = e->code;
	b->next_at = now + rest;
	snprintf(b->fault, sizeof(b->fault), "%s", e->text);
	if (p->logs)
		log_event(told ? LOG_LEVEL_DEBUG : act ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "inbound_fault",
		    "mailbox=%s n=%d again_in_s=%lld text=%s", m->name, b->failures, (long long)rest, log_q(&q, e->text));
}

static int
make_visit(struct postman *p, size_t i, struct db *db, const atomic_bool *stop, struct inbound_tally *tally, struct err *e)
{
	struct visiting v = { .p = p, .db = db, .box = &p->all.list[i], .tally = tally };
	struct beat *b = &p->beats[i];
	int64_t before = tally->read, matched = tally->matched;
	char hash[65];
	int rc;

	arena_reset(&p->arena);
	if (mailbox_open(db, &p->arena, v.box->name, &v.state, e) < 0)
		return -1;
	rc = visit(&v, hash, stop, e);
	if (rc < 0 && ends_the_round(e->code))
		return -1;
	snprintf(b->refused, sizeof(b->refused), "%s", rc < 0 && e->code == ERR_AUTH ? hash : "");
	if (rc < 0) {
		note_fault(p, b, v.box, e, clock_now());
	} else {
		if (b->failures)
			log_info("inbound_well", "mailbox=%s after=%d", v.box->name, b->failures);
		*b = (struct beat){ .next_at = clock_now() + p->conf->inbound_poll_s };
	}
	log_info("inbound_fetch", "mailbox=%s read=%lld matched=%lld result=%s", v.box->name,
	    (long long)(tally->read - before), (long long)(tally->matched - matched), rc < 0 ? "failed" : "ok");
	return mailbox_visited(db, v.state.id, clock_now(), rc < 0 ? e->text : "", e);
}

/* Was the password that was refused replaced meanwhile? */
static bool
has_new_password(struct postman *p, size_t i)
{
	struct err ignored = ERR_INIT;
	const char *password;
	char hash[65];

	if (!*p->beats[i].refused)
		return false;
	arena_reset(&p->arena);
	if (!(password = conf_secret(&p->arena, p->all.list[i].password_file, "", &ignored)))
		return false;
	sha256_hex(hash, password, strlen(password));
	return strcmp(hash, p->beats[i].refused) != 0;
}

int
postman_round(struct postman *p, struct db *db, const atomic_bool *stop, struct inbound_tally *tally, struct err *e)
{
	for (size_t i = 0; i < p->all.n; i++) {
		if (stop && atomic_load(stop))
			return 0;
		if (p->beats[i].next_at > clock_now() && !has_new_password(p, i))
			continue;
		if (make_visit(p, i, db, stop, tally, e) < 0)
			return -1;
	}
	return 0;
}

int64_t
postman_next_at(const struct postman *p, int64_t now)
{
	int64_t next = now + p->conf->inbound_poll_s;

	for (size_t i = 0; i < p->all.n; i++)
		if (p->beats[i].next_at < next)
			next = p->beats[i].next_at;
	return next;
}

size_t
postman_mailboxes(const struct postman *p)
{
	return p->all.n;
}

const char *
postman_fault(const struct postman *p, size_t i)
{
	return p->beats[i].fault;
}
