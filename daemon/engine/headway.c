#include "engine/headway.h"

#include <stdlib.h>
#include <string.h>

#include "engine/hashset.h"
#include "mail/addr.h"
#include "store/pace.h"

/* --- domains by name ----------------------------------------------------- */

/* Where the name stands, or would stand. */
static size_t
place(const struct headway *p, const char *name)
{
	size_t i = hash_text(0, name) & (p->n_places - 1);

	while (p->places[i] && strcmp(p->domains[p->places[i] - 1].name, name) != 0)
		i = (i + 1) & (p->n_places - 1);
	return i;
}

static void
more_places(struct headway *p)
{
	free(p->places);
	p->n_places = p->n_places ? p->n_places * 2 : 256;
	p->places = mem_zalloc(p->n_places * sizeof(*p->places));
	for (size_t i = 0; i < p->n_domains; i++)
		p->places[place(p, p->domains[i].name)] = (uint32_t)i + 1;
}

/* NULL: no invite of the wave goes there. */
static struct headway_domain *
find(const struct headway *p, const char *name)
{
	size_t i = p->n_places ? place(p, name) : 0;

	return p->n_places && p->places[i] ? &p->domains[p->places[i] - 1] : NULL;
}

static struct headway_domain *
find_or_add(struct headway *p, const char *name)
{
	size_t i;

	if ((p->n_domains + 1) * 2 > p->n_places)
		more_places(p);
	i = place(p, name);
	if (!p->places[i]) {
		p->domains = mem_room(p->domains, p->n_domains, &p->cap_domains, sizeof(*p->domains));
		p->domains[p->n_domains] = (struct headway_domain){ .name = arena_dup(&p->arena, name), .rest_reason = "" };
		p->places[i] = (uint32_t)++p->n_domains;
	}
	return &p->domains[p->places[i] - 1];
}

/* --- the pass ------------------------------------------------------------ */

static void
see_waiting(struct headway *p, const struct glance *g)
{
	/* One that is past its expiry is not tried again. */
	if (g->due_at <= p->now)
		p->due += !g->expires_at || g->expires_at > p->now;
	else if (g->due_at != INVITE_PARKED_AT && (!p->next_due_at || g->due_at < p->next_due_at))
		p->next_due_at = g->due_at;
}

/* A message that came to its end, whichever. */
static void
see_done(struct headway *p, const struct glance *g)
{
	if (g->moved_at <= p->now - HEADWAY_RATE_S) {
		p->older = true;
		return;
	}
	p->recent++;
	if (!p->recent_since || g->moved_at < p->recent_since)
		p->recent_since = g->moved_at;
}

static void
see(const struct glance *g, void *arg)
{
	struct headway *p = arg;
	struct headway_domain *d = find_or_add(p, addr_domain(g->email));

	p->counts[g->state]++;
	switch (g->state) {
	case INVITE_PLANNED:
	case INVITE_DEFERRED:
		see_waiting(p, g);
		d->open++;
		d->deferred += g->state == INVITE_DEFERRED;
		break;
	case INVITE_SENDING:
		d->open++;
		break;
	case INVITE_ACCEPTED:
	case INVITE_REFUSED:
	case INVITE_UNCERTAIN:
		see_done(p, g);
		d->accepted += g->state == INVITE_ACCEPTED;
		d->refused += g->state == INVITE_REFUSED;
		break;
	case INVITE_EXPIRED:
	case INVITE_CANCELLED:
	case INVITE_STATES:
		break;
	}
}

/* --- what follows from it ------------------------------------------------ */

static void
reckon_rate(struct headway *p, int64_t now_ms)
{
	/* Seconds are whole: the window begins with one. A wave that has just begun has had less than the window. */
	int64_t from = p->now - HEADWAY_RATE_S + 1, ms;

	p->per_minute = p->left_s = -1;
	if (!p->recent)
		return;
	if (!p->older && p->recent_since > from)
		from = p->recent_since;
	ms = now_ms - from * 1000;
	if (ms < 1000)
		ms = 1000;
	p->per_minute = (p->recent * 60000 + ms / 2) / ms;
	p->left_s = (p->open * ms / p->recent + 999) / 1000;
}

static int
find_rests(struct headway *p, struct db *db, struct err *e)
{
	struct domain_rest r = { .domain = "" };
	int rc;

	while ((rc = rest_next(db, &p->arena, r.domain, &r, e)) == 1) {
		struct headway_domain *d = r.until_at > p->now ? find(p, r.domain) : NULL;

		if (!d)
			continue;
		d->rest_until_at = r.until_at;
		d->rest_reason = r.reason;
		p->resting += d->open > 0;
	}
	return rc;
}

static int
find_stops(struct headway *p, struct db *db, int64_t wave, struct err *e)
{
	struct stop t = { .id = 0 };
	int rc;

	while ((rc = stop_next(db, &p->arena, t.id, wave, &t, e)) == 1) {
		enum headway_stop how = t.observed ? HEADWAY_NOTED : HEADWAY_STOPPED;
		struct headway_domain *d = *t.domain ? find(p, t.domain) : NULL;
		enum headway_stop *to = !*t.domain ? &p->stop : d ? &d->stop : NULL;

		if (to && !t.resumed_at && how > *to)
			*to = how;
	}
	return rc;
}

static void
forget(struct headway *p)
{
	struct headway empty = { .domains = p->domains, .cap_domains = p->cap_domains, .places = p->places,
	    .n_places = p->n_places, .arena = p->arena };

	*p = empty;
	arena_reset(&p->arena);
	if (p->places)
		memset(p->places, 0, p->n_places * sizeof(*p->places));
}

int
headway_by_need(const struct headway_domain *x, const struct headway_domain *y)
{
	if (x->open != y->open)
		return x->open < y->open ? 1 : -1;
	if (x->refused != y->refused)
		return x->refused < y->refused ? 1 : -1;
	return strcmp(x->name, y->name);
}

int
headway_look(struct headway *p, struct db *db, int64_t wave, int64_t now_ms, struct err *e)
{
	forget(p);
	p->now = now_ms / 1000;
	if (glance_invites(db, wave, see, p, e) < 0)
		return -1;
	p->open = p->counts[INVITE_PLANNED] + p->counts[INVITE_SENDING] + p->counts[INVITE_DEFERRED];
	reckon_rate(p, now_ms);
	return find_rests(p, db, e) < 0 || find_stops(p, db, wave, e) < 0 ? -1 : 0;
}

void
headway_release(struct headway *p)
{
	free(p->domains);
	free(p->places);
	arena_release(&p->arena);
	*p = (struct headway)HEADWAY_INIT;
}
