#include "engine/domains.h"

#include "base/buf.h"
#include "base/clock.h"
#include "engine/hashset.h"
#include "store/mail_domain.h"

#define SLICE 512		/* domains that are asked for between two commits */
#define LEAST_S 300
#define MOST_S 86400
#define NOTHING_S 3600

struct entry {
	struct domain_answer a;
	int64_t lives_until;
	bool asked, remembered;
	struct domain_answer before;	/* what the store remembers, whether or not it counts */
};

struct domains {
	struct arena arena;
	struct entry *all;
	size_t n, cap;
	uint32_t *place;		/* by hash of the domain: index + 1, 0 free */
	size_t n_places;
	bool unreachable;

	/* While asking. */
	const struct domains_options *o;
	int64_t now, done, to_ask;
};

struct domains *
domains_new(void)
{
	return mem_zalloc(sizeof(struct domains));
}

void
domains_free(struct domains *d)
{
	if (!d)
		return;
	arena_release(&d->arena);
	free(d->all);
	free(d->place);
	free(d);
}

static size_t
place_of(const struct domains *d, const char *domain)
{
	size_t i = hash_text(0, domain) & (d->n_places - 1);

	while (d->place[i] && strcmp(d->all[d->place[i] - 1].a.domain, domain) != 0)
		i = (i + 1) & (d->n_places - 1);
	return i;
}

static void
widen(struct domains *d)
{
	free(d->place);
	d->n_places = d->n_places ? d->n_places * 2 : 256;
	d->place = mem_zalloc(d->n_places * sizeof(*d->place));
	for (size_t i = 0; i < d->n; i++)
		d->place[place_of(d, d->all[i].a.domain)] = (uint32_t)i + 1;
}

void
domains_add(struct domains *d, const char *domain)
{
	size_t at;

	if (d->n * 2 >= d->n_places)
		widen(d);
	at = place_of(d, domain);
	if (d->place[at])
		return;
	d->all = mem_room(d->all, d->n, &d->cap, sizeof(*d->all));
	d->all[d->n++] = (struct entry){ .a = { .domain = arena_dup(&d->arena, domain), .verdict = DNS_UNKNOWN, .exchangers = "",
	    .why = "" } };
	d->place[at] = (uint32_t)d->n;
}

static struct entry *
find(const struct domains *d, const char *domain)
{
	uint32_t at = d->n_places ? d->place[place_of(d, domain)] : 0;

	return at ? &d->all[at - 1] : NULL;
}

const struct domain_answer *
domains_get(const struct domains *d, const char *domain)
{
	const struct entry *found = find(d, domain);

	return found ? &found->a : NULL;
}

const struct domain_answer *
domains_at(const struct domains *d, size_t i)
{
	return i < d->n ? &d->all[i].a : NULL;
}

void
domains_tally(const struct domains *d, struct domains_tally *t)
{
	*t = (struct domains_tally){ .domains = (int64_t)d->n, .unreachable = d->unreachable };
	for (size_t i = 0; i < d->n; i++) {
		t->asked += d->all[i].asked;
		t->remembered += d->all[i].remembered;
		t->old += d->all[i].a.old;
		t->unknown += d->all[i].a.verdict == DNS_UNKNOWN;
	}
}

static int
remember(struct domains *d, struct db *db, struct err *e)
{
	for (size_t i = 0; i < d->n; i++) {
		struct entry *x = &d->all[i];
		struct mail_domain m;
		int rc = mail_domain_find(db, &d->arena, x->a.domain, &m, e);

		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		x->before = (struct domain_answer){ .domain = x->a.domain, .verdict = dns_verdict_parse(m.answer),
		    .exchangers = m.exchangers, .why = "", .looked_at = m.looked_at,
		    .old = d->now < m.looked_at || d->now >= m.lives_until };
		if (!d->o->refresh && !x->before.old) {
			x->a = x->before;
			x->remembered = true;
		}
	}
	return 0;
}

static const char *
write_exchangers(struct arena *a, const struct dns_answer *from)
{
	struct buf b = BUF_INIT(65536);
	const char *s;

	for (size_t i = 0; i < from->n_hosts; i++)
		buf_printf(&b, "%s%d %s", i ? ", " : "", from->host[i].preference, from->host[i].name);
	s = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return s;
}

static void
take(const struct dns_answer *from, void *arg)
{
	struct domains *d = arg;
	struct entry *x = find(d, from->domain);
	int64_t lives_s = NOTHING_S;

	ASSERT(x);
	if (from->verdict == DNS_TAKES_MAIL || from->verdict == DNS_NULL_MX)
		lives_s = from->ttl_s < LEAST_S ? LEAST_S : from->ttl_s > MOST_S ? MOST_S : from->ttl_s;
	x->a = (struct domain_answer){ .domain = x->a.domain, .verdict = from->verdict, .exchangers = write_exchangers(&d->arena, from),
	    .why = arena_dup(&d->arena, from->why), .looked_at = from->verdict == DNS_UNKNOWN ? 0 : d->now };
	x->lives_until = d->now + lives_s;
	x->asked = true;
	d->done++;
	if (d->o->progress)
		d->o->progress(d->done, d->to_ask, d->o->arg);
}

static int
keep(struct domains *d, struct db *db, const char *const *list, size_t n, struct err *e)
{
	if (db_begin(db, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct entry *x = find(d, list[i]);
		struct mail_domain m = { .domain = list[i], .answer = dns_verdict_name(x->a.verdict), .exchangers = x->a.exchangers,
		    .looked_at = x->a.looked_at, .lives_until = x->lives_until };

		if (x->a.verdict != DNS_UNKNOWN && mail_domain_put(db, &m, e) < 0)
			return db_abort(db);
	}
	return db_commit(db, e);
}

static int
ask_all(struct domains *d, struct db *db, const char *const *list, size_t n, struct err *e)
{
	struct dns_options options = { .servers = d->o->conf->dns_servers, .timeout_ms = (int)d->o->conf->dns_timeout_s * 1000 };
	struct dns *dns;
	int rc = 0;

	if (dns_new(&dns, &options, e) < 0)
		return -1;
	/* What a slice has found out stays known, should somebody interrupt the next one. */
	for (size_t at = 0; rc == 0 && at < n; at += SLICE) {
		size_t k = n - at < SLICE ? n - at : SLICE;

		d->unreachable = dns_ask(dns, list + at, k, take, d) == 1;
		rc = d->unreachable ? 0 : keep(d, db, list + at, k, e);
	}
	dns_free(dns);
	return rc;
}

int
domains_look(struct domains *d, struct db *db, const struct domains_options *o, struct err *e)
{
	const char **list = mem_alloc((d->n + 1) * sizeof(*list));
	size_t n = 0;
	int rc;

	d->o = o;
	d->now = clock_now();
	rc = remember(d, db, e);
	for (size_t i = 0; i < d->n; i++)
		if (!d->all[i].remembered)
			list[n++] = d->all[i].a.domain;
	d->to_ask = (int64_t)n;
	if (rc == 0 && n && !o->offline)
		rc = ask_all(d, db, list, n, e);
	free(list);
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < d->n && (o->offline || d->unreachable); i++) {
		struct entry *x = &d->all[i];

		if (x->a.verdict != DNS_UNKNOWN || !x->before.domain)
			continue;
		x->a = x->before;
		x->remembered = !x->a.old;
		x->asked = false;
	}
	return 0;
}
