#include "engine/route.h"

#include "base/clock.h"
#include "base/lang.h"
#include "engine/hashset.h"
#include "engine/journal.h"
#include "engine/relay_file.h"

#define AHEAD_FIRST 16			/* claimed ahead for each connection, to begin with */
#define AHEAD_LEAST 4
#define AHEAD_MOST (JOURNAL_SLOTS / 4)
#define AHEAD_SOON_US 100000		/* who has carried all of it so soon gets more */
#define AHEAD_LATE_US 1000000
#define BEHIND_MS 30000			/* a queue of so much work: the others need not wait for it */
#define STALLED_MS 5000			/* nothing was heard for so long: that counts as the length of a message */

/* --- the relays ----------------------------------------------------------- */

static void
name_route(struct route *r)
{
	uint64_t h;

	r->name = relay_name(r->relay);
	h = hash_text(0, r->name);
	r->key = (uint32_t)(h ^ h >> 32);
	r->mean_ms = 200;
}

static int
open_one(struct routes *rs, const struct conf *conf, const char *url, int connections, struct err *e)
{
	struct route *r = rs->route = arena_alloc(&rs->arena, sizeof(*r));

	if (relay_new(&r->relay, url, conf, e) < 0)
		return -1;
	rs->n = 1;
	r->weight = 1;
	r->connections = connections;
	name_route(r);
	return 0;
}

static int
open_line(struct route *r, const struct relay_line *l, const struct conf *conf, struct err *e)
{
	struct conf own = *conf;

	if (l->tls)
		own.relay_tls = l->tls;
	if (l->auth)
		own.relay_auth = l->auth;
	if (l->user) {
		own.relay_user = l->user;
		own.relay_password_file = l->password_file;
	}
	if (l->ca_file)
		own.relay_ca_file = l->ca_file;
	if (relay_new(&r->relay, l->url, &own, e) < 0)
		return -1;
	r->weight = l->weight;
	r->standby = l->standby;
	r->connections = (int)l->connections;
	name_route(r);
	return 0;
}

/* By weight, at least one each: the shares are what two rounded sums differ by, so that they add up. */
static void
share_connections(struct routes *rs, int connections)
{
	int64_t whole = 0, before = 0;

	for (size_t i = 0; i < rs->n; i++)
		whole += rs->route[i].standby ? 0 : rs->route[i].weight;
	for (size_t i = 0; i < rs->n; i++) {
		struct route *r = &rs->route[i];
		int64_t after = before + (r->standby ? 0 : r->weight);
		int64_t n = r->standby ? connections : connections * after / whole - connections * before / whole;

		if (!r->connections)
			r->connections = n > 0 ? (int)n : 1;
		before = after;
	}
}

static int
open_file(struct routes *rs, const struct conf *conf, int connections, struct err *e)
{
	struct relay_file f;
	int rc = relay_file_load(&f, conf->relay_file, e);

	if (rc == 0)
		rs->route = arena_alloc(&rs->arena, f.n * sizeof(*rs->route));
	for (size_t i = 0; rc == 0 && i < f.n; i++) {
		if ((rc = open_line(&rs->route[i], &f.relays[i], conf, e)) == 0)
			rs->n++;
		else
			err_wrap(e, TR("%s line %d", "%s dòng %d"), conf->relay_file, f.relays[i].line);
	}
	relay_file_release(&f);
	if (rc < 0)
		return err_wrap(e, "relay_file");
	share_connections(rs, connections);
	return 0;
}

int
routes_open(struct routes *rs, const struct conf *conf, const char *url, int connections, struct err *e)
{
	rs->depth = (size_t)connections * AHEAD_FIRST;
	if (url || !*conf->relay_file)
		return open_one(rs, conf, url ? url : conf->relay, connections, e);
	return open_file(rs, conf, connections, e);
}

int
routes_start(struct routes *rs, struct gate *g, struct workq *done, struct err *e)
{
	rs->gate = g;
	rs->done = done;
	rs->troubled = rs->route;
	for (size_t i = 0; i < rs->n; i++) {
		struct route *r = &rs->route[i];

		r->scope = i ? gate_relay(g, r->name) : g->relay;
		r->todo = workq_new();
		rs->up++;
		rs->weighted_up += !r->standby;
		rs->connections += r->connections;
	}
	for (size_t i = 0; i < rs->n; i++) {
		struct route *r = &rs->route[i];

		if (couriers_start(&r->couriers, r->relay, r->todo, done, r->connections, e) < 0)
			return -1;
	}
	return 0;
}

void
routes_stop(struct routes *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		workq_close(rs->route[i].todo);
		couriers_stop(rs->route[i].couriers);
	}
}

int
routes_running(const struct routes *rs)
{
	int n = 0;

	for (size_t i = 0; i < rs->n; i++)
		n += couriers_running(rs->route[i].couriers);
	return n;
}

void
routes_join(struct routes *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		couriers_join(rs->route[i].couriers);
		rs->route[i].couriers = NULL;
	}
}

void
routes_release(struct routes *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		workq_free(rs->route[i].todo);
		relay_free(rs->route[i].relay);
	}
	arena_release(&rs->arena);
	*rs = (struct routes){ .arena = ARENA_INIT };
}

struct route *
routes_by_key(const struct routes *rs, uint32_t key)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->route[i].key == key)
			return &rs->route[i];
	return NULL;
}

/* --- a turn ---------------------------------------------------------------- */

/* A relay that rests is tried with one message, when somebody is there to carry it. */
static bool
may_probe(const struct routes *rs, const struct route *r, int64_t us)
{
	if (r->claimed || workq_idle(r->todo) == 0)
		return false;
	return rs->n == 1 || (us >= r->probe_at_us && !(r->standby && rs->weighted_up));
}

/* Does it get through with what waits for it? */
static bool
is_behind(const struct route *r, int64_t us)
{
	int64_t each_ms = r->mean_ms, still_ms = (us - r->moved_us) / 1000;

	if (still_ms > STALLED_MS && still_ms > each_ms)
		each_ms = still_ms;
	return (int64_t)workq_len(r->todo) * each_ms > (int64_t)BEHIND_MS * r->connections;
}

static size_t
wanted_by_several(struct routes *rs)
{
	int64_t us = clock_mono_us();
	size_t ahead = 0, probes = 0;

	rs->connections = 0;
	for (size_t i = 0; i < rs->n; i++) {
		struct route *r = &rs->route[i];

		if (r->rests_since_us) {
			r->open = may_probe(rs, r, us);
			probes += r->open;
			continue;
		}
		r->open = !(r->standby && rs->weighted_up) && !is_behind(r, us);
		if (r->open) {
			rs->connections += r->connections;
			ahead += workq_len(r->todo);
		}
	}
	if (!rs->connections)
		return probes;
	return ahead > rs->depth / 2 ? 0 : rs->depth;
}

size_t
routes_wanted(struct routes *rs)
{
	const struct route *r = rs->route;

	if (rs->n > 1)
		return wanted_by_several(rs);
	if (r->rests_since_us)
		return may_probe(rs, r, 0);
	return workq_len(r->todo) > rs->depth / 2 ? 0 : rs->depth;
}

void
routes_claimed(struct routes *rs)
{
	int64_t us = clock_mono_us(), since = us - rs->claimed_us;
	size_t least = (size_t)rs->connections * AHEAD_LEAST;

	if (routes_ahead(rs) <= rs->depth / 4 && since < AHEAD_SOON_US)
		rs->depth *= 2;
	else if (since > AHEAD_LATE_US)
		rs->depth /= 2;
	if (rs->depth < least)
		rs->depth = least;
	if (rs->depth > AHEAD_MOST)
		rs->depth = AHEAD_MOST;
	rs->claimed_us = us;
}

int
routes_turn(struct routes *rs, int64_t now_ms, size_t *most, int64_t *due_at, struct err *e)
{
	struct gate *g = rs->gate;
	int64_t first = INT64_MAX;
	size_t room = 0;

	if (rs->n == 1)
		return gate_open(g, now_ms, most, due_at, e);
	g->relay = NULL;
	if (gate_open(g, now_ms, most, due_at, e) < 0)
		return -1;
	for (size_t i = 0; i < rs->n; i++) {
		struct route *r = &rs->route[i];
		size_t n = r->rests_since_us ? 1 : *most;
		int64_t due = INT64_MAX;

		if (gate_relay_open(g, r->scope, now_ms, &n, &due, e) < 0)
			return -1;
		if (!r->open)
			continue;
		room += n;
		if (!n && due < first)
			first = due;
	}
	if (room < *most)
		*most = room;
	if (!room)
		*due_at = first;
	return 0;
}

/* --- whom a message goes through ------------------------------------------- */

/* Whose turn it is; `later`: when the limits leave nobody, who may go first. */
static struct route *
by_weight(const struct routes *rs, const struct route *but, int64_t now_ms, struct route **later)
{
	int64_t least = INT64_MAX, wait;
	struct route *best = NULL;

	for (size_t i = 0; i < rs->n; i++) {
		struct route *r = &rs->route[i];

		if (r == but || !r->open || r->rests_since_us)
			continue;
		if ((wait = gate_relay_wait(r->scope, now_ms)) > 0) {
			if (later && wait < least)
				*later = r;
			least = wait < least ? wait : least;
		} else if (!best || r->credit + r->weight > best->credit + best->weight) {
			best = r;
		}
	}
	return best;
}

/* Smooth: everybody who was asked gets its weight, who was taken pays for all. */
static void
pay(struct routes *rs, struct route *taken, int64_t now_ms)
{
	for (size_t i = 0; i < rs->n; i++) {
		struct route *r = &rs->route[i];

		if (r != taken && (!r->open || r->rests_since_us || gate_relay_wait(r->scope, now_ms) > 0))
			continue;
		r->credit += r->weight;
		taken->credit -= r->weight;
	}
}

/* The relay of its last attempt, when that is one of ours and does not rest. */
static int
by_last_attempt(const struct routes *rs, struct db *db, struct arena *a, int64_t invite, struct route **out, struct err *e)
{
	struct attempt last;
	int rc = attempt_last(db, a, invite, &last, e);

	*out = NULL;
	for (size_t i = 0; rc == 1 && i < rs->n; i++)
		if (!rs->route[i].rests_since_us && strcmp(rs->route[i].name, last.relay) == 0)
			*out = &rs->route[i];
	return rc < 0 ? -1 : 0;
}

static struct route *
to_be_probed(const struct routes *rs, int64_t now_ms)
{
	for (size_t i = 0; i < rs->n; i++) {
		struct route *r = &rs->route[i];

		if (r->rests_since_us && r->open && !r->claimed && gate_relay_wait(r->scope, now_ms) == 0)
			return r;
	}
	return NULL;
}

int
routes_choose(struct routes *rs, struct db *db, struct arena *a, const struct invite *i, int64_t now_ms, struct route **out,
    struct err *e)
{
	struct route *r = NULL, *later = NULL;

	*out = rs->route;
	if (rs->n == 1)
		return 0;
	rs->by_weight = NULL;
	if (i->attempts > 1 && by_last_attempt(rs, db, a, i->id, &r, e) < 0)
		return -1;
	if (!r && !(r = to_be_probed(rs, now_ms)) && !(r = rs->by_weight = by_weight(rs, NULL, now_ms, &later)))
		r = later;
	rs->gate->relay = r ? r->scope : NULL;
	*out = r;
	return 0;
}

static void
take(struct route *r)
{
	if (!r->claimed++)
		r->moved_us = clock_mono_us();
	r->probing = r->rests_since_us != 0;
}

void
routes_take(struct routes *rs, struct route *r, int64_t now_ms)
{
	if (r == rs->by_weight)
		pay(rs, r, now_ms);
	take(r);
}

void
routes_undo(struct route *r)
{
	r->claimed--;
	r->probing = false;
}

/* --- somebody else instead -------------------------------------------------- */

struct route *
routes_onward(struct routes *rs, const struct job *j, int64_t now_ms)
{
	/* Where it has just knocked nobody opened. */
	struct route *r = by_weight(rs, *j->command ? j->route : NULL, now_ms, NULL);

	if (!r)
		return NULL;
	pay(rs, r, now_ms);
	take(r);
	gate_relay_take(rs->gate, r->scope, now_ms);
	return r;
}

void
routes_onward_undo(struct routes *rs, struct job *j)
{
	gate_undo(rs->gate, &(struct gate_seat){ .relay = j->onward->scope });
	routes_undo(j->onward);
	j->onward = NULL;
}

void
routes_onward_take(struct routes *rs, struct job *j)
{
	gate_undo(rs->gate, &(struct gate_seat){ .relay = j->seat.relay });
	j->route = j->onward;
	j->seat.relay = j->route->scope;
	j->onward = NULL;
	free(j->text);
	j->text = NULL;
	if (j->seat.going || gate_enter(rs->gate, j))
		routes_put(rs, j);
}

/* --- the queues -------------------------------------------------------------- */

void
routes_put(struct routes *rs, struct job *j)
{
	struct route *r = j->route;

	j->next = NULL;
	j->slot->relay = r->key;
	/* It began to rest meanwhile. */
	if (r->rests_since_us && !r->probing)
		routes_call_back(rs, j);
	else
		workq_put(r->todo, j);
}

size_t
routes_ahead(const struct routes *rs)
{
	size_t n = 0;

	for (size_t i = 0; i < rs->n; i++)
		n += workq_len(rs->route[i].todo);
	return n;
}

struct job *
routes_take_all(struct routes *rs)
{
	struct job *all = NULL, **tail = &all;

	for (size_t i = 0; i < rs->n; i++) {
		*tail = workq_take_all(rs->route[i].todo);
		while (*tail)
			tail = &(*tail)->next;
	}
	return all;
}

void
routes_call_back(struct routes *rs, struct job *list)
{
	for (struct job *next, *j = list; j; j = next) {
		next = j->next;
		j->verdict = SMTP_UNTRIED;
		j->command = "";
		workq_put(rs->done, j);
	}
}
