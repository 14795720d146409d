#include "engine/meters.h"

#include <stdio.h>
#include <string.h>

const int64_t meters_bucket_ms[METERS_BUCKETS] = {
	5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000,
};

const char *const meters_fate_names[METERS_FATES] = { "matched", "unmatched", "forged", "known" };

static void
add(meter *m, uint64_t n)
{
	atomic_fetch_add_explicit(m, n, memory_order_relaxed);
}

void
meters_start(struct meters *m, int64_t now)
{
	m->started_at = now;
	snprintf(m->relays[METERS_RELAYS].name, sizeof(m->relays[0].name), "other");
	atomic_store(&m->routes[METERS_ROUTES].pattern, "other");
}

/* --- sending --------------------------------------------------------------- */

/* Its place, taken now if it has none. */
static struct meters_relay *
relay_of(struct meters *m, const char *name)
{
	size_t n = atomic_load_explicit(&m->n_relays, memory_order_relaxed);
	struct meters_relay *r = m->relays;

	for (; r < m->relays + n; r++)
		if (strncmp(r->name, name, sizeof(r->name) - 1) == 0)
			return r;
	if (n == METERS_RELAYS)
		return r;
	snprintf(r->name, sizeof(r->name), "%s", name);
	atomic_store_explicit(&m->n_relays, n + 1, memory_order_release);
	return r;
}

void
meters_attempt(struct meters *m, const char *relay, enum smtp_verdict verdict, int64_t duration_ms)
{
	struct meters_relay *r;
	int bucket = 0;

	if (!m || verdict == SMTP_UNTRIED)
		return;
	r = relay_of(m, relay);
	add(&r->attempts[verdict], 1);
	atomic_store_explicit(&r->state, RELAY_UP, memory_order_relaxed);
	while (bucket < METERS_BUCKETS && duration_ms > meters_bucket_ms[bucket])
		bucket++;
	add(&m->durations[bucket], 1);
	add(&m->durations_ms, duration_ms > 0 ? (uint64_t)duration_ms : 0);
}

void
meters_relay_down(struct meters *m, const char *relay)
{
	if (m)
		atomic_store_explicit(&relay_of(m, relay)->state, RELAY_DOWN, memory_order_relaxed);
}

void
meters_turn(struct meters *m, int64_t now, size_t in_flight, bool store_trouble)
{
	if (!m)
		return;
	atomic_store_explicit(&m->turn_at, now, memory_order_relaxed);
	atomic_store_explicit(&m->in_flight, in_flight, memory_order_relaxed);
	meters_store(m, USES_STORE_DISPATCH, store_trouble);
}

void
meters_dispatching(struct meters *m, bool begins)
{
	if (!m)
		return;
	atomic_store_explicit(&m->dispatching, begins, memory_order_relaxed);
	if (!begins)
		atomic_store_explicit(&m->in_flight, 0, memory_order_relaxed);
}

/* --- the others ------------------------------------------------------------- */

void
meters_inbound(struct meters *m, const struct inbound_tally *t)
{
	if (!m)
		return;
	add(&m->inbound[FATE_MATCHED], (uint64_t)t->matched);
	add(&m->inbound[FATE_UNMATCHED], (uint64_t)t->unmatched);
	add(&m->inbound[FATE_FORGED], (uint64_t)t->forged);
	add(&m->inbound[FATE_KNOWN], (uint64_t)t->known);
}

void
meters_inbound_ok(struct meters *m, int64_t now)
{
	if (m)
		atomic_store_explicit(&m->inbound_ok_at, now, memory_order_relaxed);
}

/* Its place, taken now if it has none; threads may want the same one at once. */
static struct meters_route *
route_of(struct meters *m, const char *pattern)
{
	struct meters_route *r = m->routes;

	for (; r < m->routes + METERS_ROUTES && strcmp(pattern, "-") != 0; r++) {
		const char *have = atomic_load_explicit(&r->pattern, memory_order_relaxed);

		if (!have && atomic_compare_exchange_strong_explicit(&r->pattern, &have, pattern, memory_order_relaxed,
		    memory_order_relaxed))
			return r;
		if (strcmp(have, pattern) == 0)
			return r;
	}
	return &m->routes[METERS_ROUTES];
}

void
meters_request(struct meters *m, const char *pattern, int status)
{
	if (m && status >= 100 && status < 600)
		add(&route_of(m, pattern)->requests[status / 100 - 1], 1);
}

void
meters_store(struct meters *m, enum meters_user who, bool trouble)
{
	/* Most often nothing changes, and the others' caches keep what they have. */
	if (!m || ((atomic_load_explicit(&m->store_trouble, memory_order_relaxed) & (unsigned)who) != 0) == trouble)
		return;
	if (trouble)
		atomic_fetch_or_explicit(&m->store_trouble, (unsigned)who, memory_order_relaxed);
	else
		atomic_fetch_and_explicit(&m->store_trouble, ~(unsigned)who, memory_order_relaxed);
}
