#include "engine/reclassify.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/lang.h"
#include "engine/cause.h"
#include "engine/hashset.h"
#include "engine/inbound_read.h"
#include "engine/rulebook.h"
#include "store/audit.h"
#include "store/revision.h"

#define ATTEMPTS_MOST 100	/* of one invite; for finding the number in a fingerprint */

enum todo_what { ADD, CHANGE, DROP, FATE, ATTEMPT, NOT_OURS };

struct todo {
	enum todo_what what;
	struct revision_fact f;		/* ADD, CHANGE: as it shall be; DROP: as it is */
	const char *kind, *fate;	/* FATE, of message f.id */
	int n;				/* ATTEMPT of invite f.v.invite: category in f.v.category */
};

struct seen { enum reclassify_what what; const char *from, *to; int64_t who; };

struct work {
	struct db *db;
	struct rules *rules;
	struct secret key;
	int64_t campaign;
	bool waiting;
	const char *actor;
	struct arena *keep;		/* the caller's: what outlives the message at hand */
	struct arena scratch;
	struct revision_pair *pairs;	/* by message */
	size_t n_pairs, at_pair;
	struct hashset claimed;		/* fingerprints that some message gives now */
	struct todo *todo;
	size_t n_todo, cap_todo;
	struct seen *seen;
	size_t n_seen, cap_seen;
	int64_t *people;		/* who is concerned */
	size_t n_people, cap_people;
	struct reclassify_result *result;
	struct err *e;
};

const char *
reclassify_what_name(enum reclassify_what w)
{
	static const char *const names[MOVED_WHATS] = { "category", "address", "message", "cause" };

	return names[w];
}

/* ---- what is to be done ---- */

static struct todo *
todo(struct work *w, enum todo_what what)
{
	w->todo = mem_room(w->todo, w->n_todo, &w->cap_todo, sizeof(*w->todo));
	w->todo[w->n_todo] = (struct todo){ .what = what };
	return &w->todo[w->n_todo++];
}

static void
saw(struct work *w, enum reclassify_what what, const char *from, const char *to, int64_t who)
{
	if (strcmp(from, to) == 0)
		return;
	w->seen = mem_room(w->seen, w->n_seen, &w->cap_seen, sizeof(*w->seen));
	w->seen[w->n_seen++] = (struct seen){ what, arena_dup(w->keep, from), arena_dup(w->keep, to), who };
}

static void
concern(struct work *w, int64_t contact)
{
	w->people = mem_room(w->people, w->n_people, &w->cap_people, sizeof(*w->people));
	w->people[w->n_people++] = contact;
}

/* What it says, in one word: a failure its category, anything else its kind. */
static const char *
label(const struct evidence *v)
{
	bool failure = strcmp(v->kind, "dsn") == 0 || strcmp(v->kind, "refusal") == 0 || strcmp(v->kind, "expired") == 0;

	return failure && *v->category ? v->category : v->kind;
}

static const char *
address_word(const struct evidence *v)
{
	return v->hard ? "stopped" : "usable";
}

/* from or to NULL: nothing was said of that person before, or is said now. */
static void
moved(struct work *w, int64_t who, const struct evidence *from, const struct evidence *to)
{
	saw(w, MOVED_CATEGORY, from ? label(from) : "-", to ? label(to) : "-", who);
	saw(w, MOVED_ADDRESS, from ? address_word(from) : "usable", to ? address_word(to) : "usable", who);
	concern(w, who);
}

static struct evidence
kept(struct work *w, const struct evidence *v)
{
	struct evidence k = *v;

	k.kind = arena_dup(w->keep, v->kind);
	k.category = arena_dup(w->keep, v->category);
	k.email = arena_dup(w->keep, v->email);
	k.status = arena_dup(w->keep, v->status);
	k.text = arena_dup(w->keep, v->text);
	k.fingerprint = arena_dup(w->keep, v->fingerprint);
	return k;
}

static bool
differs(const struct evidence *a, const struct evidence *b)
{
	return strcmp(a->kind, b->kind) != 0 || strcmp(a->category, b->category) != 0 || strcmp(a->status, b->status) != 0 ||
	    strcmp(a->text, b->text) != 0 || a->hard != b->hard || a->grade != b->grade || a->at != b->at ||
	    a->until_at != b->until_at;
}

static void
change(struct work *w, const struct revision_fact *was, const struct evidence *now)
{
	struct todo *t = todo(w, CHANGE);

	t->f = (struct revision_fact){ was->id, kept(w, now) };
	moved(w, was->v.contact, &was->v, now);
}

static void
drop(struct work *w, const struct revision_fact *f)
{
	struct todo *t = todo(w, DROP);

	t->f = (struct revision_fact){ f->id, kept(w, &f->v) };
	concern(w, f->v.contact);
}

/* 1: of the campaign that was asked for, 0, -1. */
static int
is_asked(struct work *w, int64_t contact)
{
	int64_t campaign;
	int rc;

	if (!w->campaign)
		return 1;
	rc = revision_campaign(w->db, contact, &campaign, w->e);
	return rc < 0 ? -1 : rc == 1 && campaign == w->campaign;
}

/* ---- messages ---- */

struct again {
	struct revision_fact *old;	/* what the message says in the store */
	size_t n_old;
	struct inbound_reading r;	/* what it says now */
	bool *met;			/* an old fact is given again */
	const struct evidence **gone;	/* old facts that are not, for the table */
	size_t n_gone;
};

static int
load_old(struct work *w, int64_t message, struct again *g)
{
	size_t from;

	while (w->at_pair < w->n_pairs && w->pairs[w->at_pair].inbound < message)
		w->at_pair++;
	for (from = w->at_pair; w->at_pair < w->n_pairs && w->pairs[w->at_pair].inbound == message; w->at_pair++)
		;
	g->n_old = w->at_pair - from;
	g->old = arena_alloc(&w->scratch, (g->n_old + 1) * sizeof(*g->old));
	g->met = arena_alloc(&w->scratch, g->n_old + 1);
	g->gone = arena_alloc(&w->scratch, (g->n_old + 1) * sizeof(*g->gone));
	for (size_t i = 0; i < g->n_old; i++)
		if (revision_fact(w->db, &w->scratch, w->pairs[from + i].evidence, &g->old[i], w->e) < 0)
			return -1;
	return 0;
}

/* Does the message speak of the campaign that was asked for? Of nobody: only when all were. */
static int
concerns(struct work *w, const struct again *g)
{
	if (g->n_old)
		return is_asked(w, g->old[0].v.contact);
	return g->r.n ? is_asked(w, g->r.facts[0].v.contact) : w->campaign == 0;
}

/* A fact that the message gives now. */
static int
compare(struct work *w, struct again *g, struct evidence *v, const struct evidence **fresh, size_t *n_fresh)
{
	struct revision_fact same;
	int rc;

	hashset_add(&w->claimed, hash_text(0, v->fingerprint));
	for (size_t i = 0; i < g->n_old; i++)
		if (!g->met[i] && strcmp(g->old[i].v.fingerprint, v->fingerprint) == 0) {
			g->met[i] = true;
			if (differs(&g->old[i].v, v))
				change(w, &g->old[i], v);
			return 0;
		}
	/* Told by another message too, or taken back. */
	if ((rc = revision_same(w->db, &w->scratch, v->fingerprint, &same, w->e)) != 0)
		return rc < 0 ? -1 : 0;
	fresh[(*n_fresh)++] = v;
	return 0;
}

static int
differences(struct work *w, const struct revision_message *m, struct again *g)
{
	const struct evidence **fresh = arena_alloc(&w->scratch, (g->r.n + 1) * sizeof(*fresh));
	size_t n_fresh = 0, k = 0;

	for (size_t i = 0; i < g->r.n; i++) {
		inbound_complete(&w->scratch, &g->r.facts[i], m->id);
		if (compare(w, g, &g->r.facts[i].v, fresh, &n_fresh) < 0)
			return -1;
	}
	/* What is not said any more and what is new make pairs, in their order: that is what the table shows. */
	for (size_t i = 0; i < g->n_old; i++)
		if (!g->met[i]) {
			drop(w, &g->old[i]);
			moved(w, g->old[i].v.contact, &g->old[i].v, k < n_fresh ? fresh[k] : NULL);
			k++;
		}
	for (size_t i = 0; i < n_fresh; i++) {
		todo(w, ADD)->f.v = kept(w, fresh[i]);
		if (i >= k)
			moved(w, fresh[i]->contact, NULL, fresh[i]);
	}
	return 0;
}

static int
message_again(void *arg, const struct revision_message *m)
{
	struct work *w = arg;
	struct inbound_how how = { w->db, &w->scratch, w->rules, &w->key };
	const char *kind;
	struct again g;
	int rc;

	arena_reset(&w->scratch);
	w->result->messages++;
	if (load_old(w, m->id, &g) < 0 || inbound_read(&how, m->raw, m->len, m->received_at, &g.r, w->e) < 0)
		return -1;
	if ((rc = concerns(w, &g)) <= 0)
		return rc;
	kind = mreport_kind_name(g.r.m.kind);
	if (strcmp(kind, m->kind) != 0 || strcmp(g.r.fate, m->fate) != 0) {
		struct todo *t = todo(w, FATE);

		t->f.id = m->id;
		t->kind = kind;
		t->fate = g.r.fate;
		saw(w, MOVED_MESSAGE, m->fate, g.r.fate, m->id);
	}
	if (g.r.m.foreign && strcmp(g.r.fate, "unmatched") == 0 && !m->decided)
		todo(w, NOT_OURS)->f.id = m->id;
	return differences(w, m, &g);
}

/* ---- replies of relays ---- */

/* The evidence of a refusal or an expiry says what the reply says. */
static int
evidence_again(struct work *w, const char *fingerprint, const struct verdict *v, bool hard)
{
	struct revision_fact f;
	struct evidence now;
	int rc = revision_same(w->db, &w->scratch, fingerprint, &f, w->e);

	if (rc <= 0)
		return rc;
	now = f.v;
	now.category = category_name(v->category);
	now.hard = hard && category_blames_address(v->category);
	if (differs(&f.v, &now))
		change(w, &f, &now);
	return 0;
}

static int
reply_again(void *arg, const struct revision_reply *r)
{
	struct work *w = arg;
	struct verdict v = classify(w->rules, r->code, r->enhanced, r->text);

	arena_reset(&w->scratch);
	w->result->replies++;
	if (strcmp(category_name(v.category), r->category) != 0) {
		struct todo *t = todo(w, ATTEMPT);

		t->f.v.invite = r->invite;
		t->f.v.category = category_name(v.category);
		t->n = r->n;
	}
	if (strcmp(r->verdict, "refused") == 0)
		return evidence_again(w, arena_printf(&w->scratch, "refusal:%" PRId64 ":%d", r->invite, r->n), &v, v.hard);
	if (r->last_of_expired)
		return evidence_again(w, arena_printf(&w->scratch, "expired:%" PRId64 ":%d", r->invite, r->n), &v, v.bad_address);
	return 0;
}

/* ---- logs of relays ---- */

/* The number of the attempt stands in the fingerprint alone. */
static const char *
moved_fingerprint(struct arena *a, const struct evidence *was, const struct evidence *now)
{
	struct inbound_fact old = { .v = *was }, new = { .v = *now };

	for (int n = 0; n <= ATTEMPTS_MOST; n++) {
		old.distinct = new.distinct = arena_printf(a, "%d", n);
		inbound_complete(a, &old, 0);
		if (strcmp(old.v.fingerprint, was->fingerprint) == 0) {
			inbound_complete(a, &new, 0);
			return new.v.fingerprint;
		}
	}
	return was->fingerprint;
}

static int
logged_again(void *arg, const struct revision_fact *f)
{
	struct work *w = arg;
	const char *domain = strchr(f->v.email, '@');
	bool expired = strcmp(f->v.kind, "expired") == 0;
	struct verdict v = classify_at(w->rules, 0, f->v.status, f->v.text, domain ? domain + 1 : "");
	struct evidence now = f->v;
	struct revision_fact same;
	int rc;

	arena_reset(&w->scratch);
	w->result->logged++;
	if ((rc = is_asked(w, f->v.contact)) <= 0)
		return rc;
	if (expired && v.category == CAT_UNKNOWN)
		v.category = CAT_NETWORK;
	now.category = category_name(v.category);
	now.hard = (expired ? v.bad_address : v.hard) && category_blames_address(v.category);
	if (!differs(&f->v, &now)) {
		hashset_add(&w->claimed, hash_text(0, f->v.fingerprint));
		return 0;
	}
	now.fingerprint = moved_fingerprint(&w->scratch, &f->v, &now);
	hashset_add(&w->claimed, hash_text(0, now.fingerprint));
	/* A report said it already, in the words of now. */
	rc = strcmp(now.fingerprint, f->v.fingerprint) == 0 ? 0 : revision_same(w->db, &w->scratch, now.fingerprint, &same, w->e);
	if (rc == 0)
		change(w, f, &now);
	else if (rc == 1) {
		drop(w, f);
		moved(w, f->v.contact, &f->v, &now);
	}
	return rc < 0 ? -1 : 0;
}

static int
read_again(struct work *w)
{
	int rc = -1;

	if (db_snapshot(w->db, w->e) < 0)
		return -1;
	if (revision_pairs(w->db, &w->pairs, &w->n_pairs, w->e) == 0 && revision_messages(w->db, w->waiting, message_again, w, w->e) == 0 &&
	    (w->waiting || (revision_replies(w->db, w->campaign, reply_again, w, w->e) == 0 &&
	    revision_logged(w->db, logged_again, w, w->e) == 0)))
		rc = 0;
	if (rc < 0)
		return db_abort(w->db);
	return db_commit(w->db, w->e);
}

/* ---- causes, before and after ---- */

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
people_once(struct work *w)
{
	size_t n = 0;

	if (w->n_people)
		qsort(w->people, w->n_people, sizeof(*w->people), by_number);
	for (size_t i = 0; i < w->n_people; i++)
		if (n == 0 || w->people[n - 1] != w->people[i])
			w->people[n++] = w->people[i];
	w->n_people = n;
}

static int
cause_now(struct work *w, const struct campaign *c, int64_t contact, enum cause *out)
{
	struct cause_ask ask = { .asked = c->n_instruments ? (1u << c->n_instruments) - 1 : 0, .closes_at = c->closes_at };
	struct facts_reader *r = NULL;
	struct facts f;
	char grade;
	int rc = facts_open(&r, w->db, c, contact, clock_now(), w->e);

	if (rc == 0 && (rc = facts_next(r, &f, w->e)) == 1)
		*out = cause_of(&f, &ask, &grade);
	facts_close(r);
	return rc < 0 ? -1 : 0;
}

static int
causes_now(struct work *w, enum cause *out)
{
	struct campaign c = { .id = 0 };

	for (size_t i = 0; i < w->n_people; i++) {
		int64_t campaign;

		out[i] = CAUSE_UNKNOWN;
		if (revision_campaign(w->db, w->people[i], &campaign, w->e) != 1)
			return -1;
		if (campaign != c.id && campaign_by_id(w->db, w->keep, campaign, &c, w->e) != 1)
			return -1;
		if (cause_now(w, &c, w->people[i], &out[i]) < 0)
			return -1;
	}
	return 0;
}

/* ---- writing ---- */

static int
do_one(struct work *w, const struct todo *t)
{
	switch (t->what) {
	case ADD:
		return evidence_add(w->db, &t->f.v, w->e) < 0 ? -1 : 0;
	case CHANGE:
		return revision_change(w->db, &t->f, w->e);
	case DROP:
		/* Another message, or the relay's log, says the same still. */
		return hashset_has(&w->claimed, hash_text(0, t->f.v.fingerprint)) ? 0 : revision_drop(w->db, &t->f, w->e);
	case FATE:
		return inbound_set_fate(w->db, t->f.id, t->kind, t->fate, w->e);
	case NOT_OURS:
		return inbound_decide(w->db, t->f.id, "not_ours", 0, clock_now(), w->e) < 0 ? -1 : 0;
	case ATTEMPT:
		return revision_attempt(w->db, t->f.v.invite, t->n, t->f.v.category, w->e);
	}
	return 0;
}

/* What goes away makes room for what comes. */
static int
do_all(struct work *w)
{
	for (size_t i = 0; i < w->n_todo; i++)
		if (w->todo[i].what == DROP && do_one(w, &w->todo[i]) < 0)
			return -1;
	for (size_t i = 0; i < w->n_todo; i++)
		if (w->todo[i].what != DROP && do_one(w, &w->todo[i]) < 0)
			return -1;
	return audit_add(w->db, w->actor, "inbound reclassify", arena_printf(w->keep, "messages=%" PRId64 " replies=%" PRId64
	    " logged=%" PRId64 " rows=%zu", w->result->messages, w->result->replies, w->result->logged, w->n_todo), w->e);
}

static int
write_down(struct work *w, bool dry_run)
{
	enum cause *before = mem_alloc((w->n_people + 1) * sizeof(*before)), *after = mem_alloc((w->n_people + 1) * sizeof(*after));
	int rc = db_begin(w->db, w->e);

	if (rc < 0)
		goto out;
	if (causes_now(w, before) < 0 || do_all(w) < 0 || causes_now(w, after) < 0) {
		rc = db_abort(w->db);
		goto out;
	}
	for (size_t i = 0; i < w->n_people; i++)
		saw(w, MOVED_CAUSE, cause_info(before[i])->key, cause_info(after[i])->key, w->people[i]);
	if (dry_run)
		db_abort(w->db);
	else
		rc = db_commit(w->db, w->e);
out:
	free(before);
	free(after);
	return rc;
}

/* ---- the table ---- */

static int
by_move(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int d = (int)x->what - (int)y->what;

	if (!d)
		d = strcmp(x->from, y->from);
	if (!d)
		d = strcmp(x->to, y->to);
	return d ? d : x->who < y->who ? -1 : x->who > y->who;
}

static int
by_size(const void *a, const void *b)
{
	const struct reclassify_move *x = a, *y = b;

	if (x->what != y->what)
		return (int)x->what - (int)y->what;
	return x->n > y->n ? -1 : x->n < y->n;
}

static void
count_moves(struct work *w)
{
	struct reclassify_result *r = w->result;

	r->moves = arena_alloc(w->keep, (w->n_seen + 1) * sizeof(*r->moves));
	if (w->n_seen)
		qsort(w->seen, w->n_seen, sizeof(*w->seen), by_move);
	for (size_t i = 0; i < w->n_seen; i++) {
		const struct seen *s = &w->seen[i], *last = i ? s - 1 : NULL;
		bool new = !last || last->what != s->what || strcmp(last->from, s->from) != 0 || strcmp(last->to, s->to) != 0;

		if (new)
			r->moves[r->n_moves++] = (struct reclassify_move){ s->what, s->from, s->to, 0 };
		if (new || last->who != s->who)
			r->moves[r->n_moves - 1].n++;
	}
	qsort(r->moves, r->n_moves, sizeof(*r->moves), by_size);
}

int
reclassify(struct db *db, const struct conf *c, const struct reclassify_ask *ask, struct arena *a,
    struct reclassify_result *result, struct err *e)
{
	struct work w = { .db = db, .campaign = ask->campaign, .waiting = ask->waiting, .actor = ask->actor, .keep = a, .scratch = ARENA_INIT, .result = result, .e = e };
	int rc = -1;

	*result = (struct reclassify_result){ 0 };
	if (secret_load(&w.key, c->secret_file, e) < 0 || rulebook_load(&w.rules, c, ask->rules, NULL, e) < 0 || read_again(&w) < 0)
		goto out;
	people_once(&w);
	if ((ask->dry_run && w.n_todo == 0) || write_down(&w, ask->dry_run) == 0) {
		result->changed = (int64_t)w.n_todo;
		count_moves(&w);
		rc = 0;
	}
out:
	rules_free(w.rules);
	hashset_release(&w.claimed);
	arena_release(&w.scratch);
	free(w.pairs);
	free(w.todo);
	free(w.seen);
	free(w.people);
	return rc;
}
