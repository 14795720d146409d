#include "engine/gate.h"

#include <inttypes.h>

#include "base/lang.h"
#include "base/log.h"
#include "mail/addr.h"
#include "store/invite.h"
#include "store/pace.h"

#define HELD_PER_CONNECTION 64		/* enough for a second or two at any speed a domain with a limit takes */
#define HELD_MOST 1024			/* in all: others need room in the journal */
#define PROBE_S 2			/* a domain on trial is asked about again after this */

/* --- scopes ------------------------------------------------------------- */

static struct gate_scope *
scope_new(struct gate *g, const struct limit_rule *r, const char *name)
{
	struct gate_scope *s = arena_alloc(&g->arena, sizeof(*s));

	s->name = arena_dup(&g->arena, name);
	pace_init(&s->pace, r->limit, 0);
	s->ramp_first = r->ramp;
	s->usual = r->limit[PACE_DAY];
	s->connections = r->connections;
	s->held_tail = &s->held;
	s->mean_ms = 200;
	s->next = g->scopes;
	g->scopes = s;
	return s;
}

static void
log_ramp(const struct gate_scope *s, int day, int64_t limit)
{
	char n[32] = "none";

	if (limit)
		snprintf(n, sizeof(n), "%" PRId64, limit);
	log_info("ramp", "scope=\"%s\" day=%d limit=%s", s->name, day, n);
}

/* How much a new sender may send today. */
static int
scope_ramp(struct gate *g, struct gate_scope *s, int64_t now_ms, struct err *e)
{
	int64_t now = now_ms / 1000, limit, before;
	int rc, day;

	if ((rc = ramp_load(g->db, s->name, &s->ramp.began_at, &s->ramp.last_at, e)) < 0)
		return -1;
	if (rc == 0)
		s->ramp = (struct ramp){ .began_at = 0 };
	day = ramp_day(&s->ramp, now);
	limit = ramp_limit(s->ramp_first, s->usual, day);
	s->grows_ms = limit == s->usual ? 0 : ramp_grows_at(&s->ramp, now) * 1000;
	if (day == s->ramp_day)
		return 0;
	/* Said on the first look of a day in which nothing was accepted yet: once a day, whoever sends. */
	before = ramp_limit(s->ramp_first, s->usual, ramp_day(&s->ramp, s->ramp.last_at));
	if (day > 1 && limit != before)
		log_ramp(s, day, limit);
	pace_change(&s->pace, PACE_DAY, limit, now_ms);
	s->ramp_day = day;
	return 0;
}

/* What others have taken meanwhile; once a turn. */
static int
scope_read(struct gate *g, struct gate_scope *s, int64_t now_ms, struct err *e)
{
	int64_t credit[PACE_WINDOWS], stamp_ms;
	int rc;

	_Static_assert((int)PACE_CREDITS == (int)PACE_WINDOWS, "one credit a window");
	if (s->turn == g->turn)
		return 0;
	s->turn = g->turn;
	if (s->ramp_first && scope_ramp(g, s, now_ms, e) < 0)
		return -1;
	if (!pace_limited(&s->pace))
		return 0;
	if ((rc = pace_load(g->db, s->name, credit, &stamp_ms, e)) < 0)
		return -1;
	if (rc == 1)
		pace_restore(&s->pace, credit, stamp_ms);
	return 0;
}

static void
scope_take(struct gate *g, struct gate_scope *s, int64_t now_ms)
{
	s->claimed++;
	if (!pace_limited(&s->pace))
		return;
	pace_take(&s->pace, now_ms);
	if (!s->dirty) {
		s->dirty = true;
		s->next_dirty = g->dirty;
		g->dirty = s;
	}
}

/* The next moment in the line. Nobody waits beyond the day on which the limit grows: then it moves twice as fast. */
static int64_t
scope_book(struct gate_scope *s, int64_t now_ms)
{
	int64_t at = pace_book(&s->pace, now_ms);

	return s->grows_ms > now_ms && at > s->grows_ms ? s->grows_ms : at;
}

/* 0: now; else the moment, in ms, at which to ask again. */
static int64_t
scope_wait(struct gate *g, struct gate_scope *s, int64_t now_ms)
{
	if (pace_wait_ms(&s->pace, now_ms) > 0)
		return scope_book(s, now_ms);
	if (s->connections && s->claimed >= s->connections &&
	    (s->claimed >= s->connections * (HELD_PER_CONNECTION + 1) || g->n_held >= HELD_MOST)) {
		int64_t next = s->later_ms + s->mean_ms / s->connections + 1;

		s->later_ms = next > now_ms + 1000 ? next : now_ms + 1000;
		return s->later_ms;
	}
	return 0;
}

static int
scope_went(struct gate *g, struct gate_scope *s, int64_t at, struct err *e)
{
	if (!s || !s->ramp_first || !ramp_note(&s->ramp, at))
		return 0;
	if (s->ramp.began_at == at)
		log_ramp(s, 1, ramp_limit(s->ramp_first, s->usual, 1));
	return ramp_save(g->db, s->name, s->ramp.began_at, s->ramp.last_at, at - RAMP_IDLE_S, e);
}

int
gate_grow(struct gate *g, const struct job *j, struct err *e)
{
	return scope_went(g, j->seat.scope, j->at, e) < 0 || scope_went(g, j->seat.relay, j->at, e) < 0 ? -1 : 0;
}

int
gate_save(struct gate *g, struct err *e)
{
	if (!g)
		return 0;
	while (g->dirty) {
		struct gate_scope *s = g->dirty;

		if (pace_save(g->db, s->name, s->pace.credit, s->pace.stamp_ms, e) < 0)
			return -1;
		g->dirty = s->next_dirty;
		s->dirty = false;
	}
	return 0;
}

/* --- domains ------------------------------------------------------------ */

struct gate_domain *
gate_domain(struct gate *g, const char *name, bool make)
{
	struct gate_domain **at = &g->chain[hash_text(0, name) % COUNT_OF(g->chain)], *d;

	for (d = *at; d; d = d->next)
		if (strcmp(d->name, name) == 0)
			return d;
	if (!make || g->n_domains >= GATE_DOMAINS_MOST)
		return NULL;
	d = arena_alloc(&g->arena, sizeof(*d));
	d->name = arena_dup(&g->arena, name);
	d->next = *at;
	g->n_domains++;
	return *at = d;
}

static struct gate_scope *
shared_scope(struct gate *g, const struct limit_rule *r)
{
	size_t i = (size_t)(r - g->limits.rules);

	if (!g->of_rule[i])
		g->of_rule[i] = scope_new(g, r, arena_printf(&g->arena, "group %s", r->name));
	return g->of_rule[i];
}

/* The limit that holds for a domain, and the domain's entry when it has one. */
static struct gate_scope *
look_up(struct gate *g, const char *domain, struct gate_domain **out)
{
	const struct limit_rule *r;
	struct gate_domain *d = g->n_domains ? gate_domain(g, domain, false) : NULL;

	*out = d;
	if (d && d->scope)
		return d->scope;
	if (!g->limits.n || !(r = limits_domain(&g->limits, domain)))
		return NULL;
	if (!d && !(*out = d = gate_domain(g, domain, true)))
		return shared_scope(g, r);	/* more domains than anybody has: they share */
	d->scope = r->each ? scope_new(g, r, arena_printf(&g->arena, "domain %s", domain)) : shared_scope(g, r);
	return d->scope;
}

static uint64_t
park_key(int64_t wave, const char *domain)
{
	return hash_text((uint64_t)wave, domain);
}

void
gate_park(struct gate *g, int64_t wave, const char *domain)
{
	hashset_add(&g->parked, park_key(wave, domain));
}

bool
gate_parked(const struct gate *g, int64_t wave, const char *domain)
{
	return g->parked.used && hashset_has(&g->parked, park_key(wave, domain));
}

void
gate_unpark(struct gate *g)
{
	hashset_release(&g->parked);
}

int
gate_park_wave(struct gate *g, int64_t wave, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct stop t = { .id = 0 };
	int rc;

	while ((rc = stop_next(g->db, &a, t.id, wave, &t, e)) == 1)
		if (*t.domain && !t.observed && !t.resumed_at)
			gate_park(g, wave, t.domain);
	arena_release(&a);
	return rc;
}

/* --- a turn --------------------------------------------------------------- */

struct gate_scope *
gate_relay(struct gate *g, const char *name)
{
	const struct limit_rule *r = limits_relay(&g->limits, name);

	return r ? scope_new(g, r, arena_printf(&g->arena, "relay %s", name)) : NULL;
}

int
gate_new(struct gate **out, struct db *db, const struct conf *conf, const char *relay, struct err *e)
{
	struct gate *g = mem_zalloc(sizeof(*g));
	struct domain_rest rest = { .domain = "" };
	int rc;

	*out = g;
	g->db = db;
	g->conf = conf;
	if (limits_load(&g->limits, conf->pace_file, e) < 0)
		return err_wrap(e, "pace_file");
	g->of_rule = arena_alloc(&g->arena, (g->limits.n + 1) * sizeof(struct gate_scope *));
	g->relay = gate_relay(g, relay);
	while ((rc = rest_next(db, &g->arena, rest.domain, &rest, e)) == 1) {
		struct gate_domain *d = gate_domain(g, rest.domain, true);

		if (!d)
			break;
		d->rest_until_at = rest.until_at;
		d->rests = (int)rest.rests;
	}
	return rc < 0 ? -1 : 0;
}

void
gate_free(struct gate *g)
{
	if (!g)
		return;
	for (struct job *next, *j = gate_take_held(g); j; j = next) {
		next = j->next;
		job_free(j);
	}
	for (size_t i = 0; i < COUNT_OF(g->chain); i++)
		for (struct gate_domain *d = g->chain[i]; d; d = d->next)
			free(d->said);
	hashset_release(&g->parked);
	limits_release(&g->limits);
	arena_release(&g->arena);
	free(g);
}

int
gate_open(struct gate *g, int64_t now_ms, size_t *most, int64_t *due_at, struct err *e)
{
	if (!g)
		return 0;
	g->turn++;
	return gate_relay_open(g, g->relay, now_ms, most, due_at, e);
}

int
gate_relay_open(struct gate *g, struct gate_scope *s, int64_t now_ms, size_t *most, int64_t *due_at, struct err *e)
{
	int64_t wait;

	if (!s)
		return 0;
	if (scope_read(g, s, now_ms, e) < 0)
		return -1;
	if (s->connections && s->claimed + (int64_t)*most > s->connections)
		*most = s->claimed < s->connections ? (size_t)(s->connections - s->claimed) : 0;
	if ((wait = pace_wait_ms(&s->pace, now_ms)) > 0)
		*most = 0;
	*due_at = (now_ms + (wait ? wait : 1000) + 999) / 1000;
	return 0;
}

int64_t
gate_relay_wait(const struct gate_scope *s, int64_t now_ms)
{
	int64_t wait = s ? pace_wait_ms(&s->pace, now_ms) : 0;

	return wait || !s || !s->connections || s->claimed < s->connections ? wait : 1000;
}

void
gate_relay_take(struct gate *g, struct gate_scope *s, int64_t now_ms)
{
	if (s)
		scope_take(g, s, now_ms);
}

int
gate_ask(struct gate *g, int64_t wave, const char *email, int64_t now_ms, struct gate_seat *seat, int64_t *due_at,
    struct err *e)
{
	const char *domain = addr_domain(email);
	struct gate_scope *s;
	struct gate_domain *d;
	int64_t at;

	*seat = (struct gate_seat){ .scope = NULL };
	if (!g)
		return GATE_GO;
	s = look_up(g, domain, &d);
	*due_at = 0;
	if (gate_parked(g, wave, domain)) {
		*due_at = INVITE_PARKED_AT;
	} else if (d && d->rest_until_at > now_ms / 1000) {
		*due_at = d->rest_until_at;
	} else if (d && d->rests && d->claimed) {
		*due_at = now_ms / 1000 + PROBE_S;
	} else if (g->relay && pace_wait_ms(&g->relay->pace, now_ms) > 0) {
		*due_at = (scope_book(g->relay, now_ms) + 999) / 1000;
	} else if (gate_relay_wait(g->relay, now_ms) > 0) {
		*due_at = now_ms / 1000 + 1;	/* with one relay gate_open has seen to it */
	} else if (s) {
		if (scope_read(g, s, now_ms, e) < 0)
			return -1;
		if ((at = scope_wait(g, s, now_ms)) > 0)
			*due_at = (at + 999) / 1000;
	}
	if (*due_at)
		return GATE_LATER;
	seat->scope = s;
	seat->domain = d;
	seat->relay = g->relay;
	if (s)
		scope_take(g, s, now_ms);
	if (d)
		d->claimed++;
	if (g->relay)
		scope_take(g, g->relay, now_ms);
	return GATE_GO;
}

void
gate_undo(struct gate *g, const struct gate_seat *seat)
{
	if (!g)
		return;
	if (seat->scope)
		seat->scope->claimed--;
	if (seat->domain)
		seat->domain->claimed--;
	if (seat->relay)
		seat->relay->claimed--;
}

/* --- who is under way ------------------------------------------------------- */

bool
gate_enter(struct gate *g, struct job *j)
{
	struct gate_scope *s = j->seat.scope;

	if (!g || !s)
		return true;
	if (!s->connections || s->going < s->connections) {
		s->going++;
		j->seat.going = true;
		return true;
	}
	j->next = NULL;
	*s->held_tail = j;
	s->held_tail = &j->next;
	g->n_held++;
	return false;
}

struct job *
gate_leave(struct gate *g, struct job *j)
{
	struct gate_scope *s = j->seat.scope;
	struct job *next;

	if (!g)
		return NULL;
	gate_undo(g, &j->seat);
	if (!s || !j->seat.going)
		return NULL;
	s->going--;
	if (j->verdict != SMTP_UNTRIED)
		s->mean_ms += (j->duration_ms - s->mean_ms) / 8;
	if (!(next = s->held) || (s->connections && s->going >= s->connections))
		return NULL;
	if (!(s->held = next->next))
		s->held_tail = &s->held;
	g->n_held--;
	s->going++;
	next->seat.going = true;
	next->next = NULL;
	return next;
}

struct job *
gate_take_held(struct gate *g)
{
	struct job *all = NULL, **tail = &all;

	for (struct gate_scope *s = g ? g->scopes : NULL; s; s = s->next) {
		if (!s->held)
			continue;
		*tail = s->held;
		tail = s->held_tail;
		s->held = NULL;
		s->held_tail = &s->held;
	}
	if (g)
		g->n_held = 0;
	return all;
}

bool
gate_shut(const struct gate *g, const struct job *j, int64_t now)
{
	const char *domain = addr_domain(j->email);
	const struct gate_domain *d = gate_domain((struct gate *)(uintptr_t)g, domain, false);

	return gate_parked(g, j->wave, domain) || (d && d->rest_until_at > now);
}
