#include "engine/mailhost.h"

#include "base/text.h"

#define REMEMBERED 4096		/* a power of two; half of it is used */
#define NEAR 2			/* edits */
#define NEAR_MIN_LEN 9		/* shorter providers have too many honest neighbours */

struct mailhosts {
	const struct units *units;
	struct arena arena;
	struct mailhost *slot[REMEMBERED];
	size_t used;
	struct mailhost spare;		/* when the memory is full */
	char spare_domain[256];
};

struct mailhosts *
mailhosts_new(const struct units *u)
{
	struct mailhosts *m = mem_zalloc(sizeof(*m));

	m->units = u;
	return m;
}

void
mailhosts_free(struct mailhosts *m)
{
	if (!m)
		return;
	arena_release(&m->arena);
	free(m);
}

static bool
in_list(const char *const *list, const char *s, size_t len)
{
	for (; *list; list++)
		if (strlen(*list) == len && memcmp(*list, s, len) == 0)
			return true;
	return false;
}

/* The first label is the same, and telling: "gmail" is, "mail" is not. */
static bool
same_label(const char *domain, const char *provider)
{
	static const char *const plain[] = { "mail", "email", "webmail", "post", "inbox", NULL };
	size_t n = strcspn(provider, ".");

	return strcspn(domain, ".") == n && domain[n] && memcmp(domain, provider, n) == 0 && !in_list(plain, provider, n);
}

/* "gmal.vn": a letter off in the label, and an end that is anybody's. */
static bool
near_label(const char *domain, const char *provider)
{
	static const char *const ends[] = { "vn", "com.vn", "com", "net", "con", "co", NULL };
	size_t n = strcspn(domain, "."), k = strcspn(provider, ".");
	char one[24], two[24];

	if (k < 5 || n < 4 || n >= sizeof(one) || k >= sizeof(two) || *domain != *provider || !domain[n] ||
	    !in_list(ends, domain + n + 1, strlen(domain + n + 1)))
		return false;
	memcpy(one, domain, n);
	memcpy(two, provider, k);
	one[n] = two[k] = '\0';
	return text_distance(one, two, 1) <= 1;
}

/* How far a domain is from what the provider is called: 0 near ... NEAR; more: not near. */
static size_t
distance(const char *domain, const char *provider)
{
	const char *end = strrchr(provider, '.');
	size_t label = strcspn(provider, "."), d;

	/* gmail.con, gmail.vn, gmail.com.vn: no other end belongs to an international provider */
	if (same_label(domain, provider)) {
		if (label >= 5 && end && strlen(end + 1) >= 3)
			return 1;
		if (text_distance(domain + label, provider + label, NEAR) <= NEAR)
			return 1;
	}
	if (strlen(provider) < NEAR_MIN_LEN)
		return NEAR + 1;
	d = text_distance(domain, provider, NEAR);
	return d > NEAR && near_label(domain, provider) ? NEAR : d;
}

static void
look_for_typo(const struct mailhosts *m, struct mailhost *h)
{
	size_t n, best = NEAR + 1, tie = 0, best_full = 0;
	const char *const *all = units_providers(m->units, &n);
	const char *bare = strncmp(h->domain, "www.", 4) == 0 ? h->domain + 4 : h->domain;

	for (size_t i = 0; i < n; i++) {
		size_t d = strcmp(bare, all[i]) == 0 ? 0 : distance(bare, all[i]), full;

		if (d > NEAR || d > best)
			continue;
		full = text_distance(bare, all[i], 20);
		if (d < best || full < best_full) {
			best = d;
			best_full = full;
			tie = 0;
			h->meant = all[i];
		} else if (full == best_full) {
			tie++;
		}
	}
	if (best <= NEAR)
		h->kind = MAILHOST_TYPO;
	if (tie)
		h->meant = "";
}

/* "gov.vn", "cantho", "sonla.gov", "cantho.gov.v": the end is missing. */
static bool
is_cut(const struct mailhosts *m, const char *domain)
{
	static const char *const categories[] = { "gov", "go", "com", "co", "org", "edu", "net", "ac", "mil", NULL };
	static const char *const states[] = { "gov", "go", "gv", NULL };
	const char *dot = strchr(domain, '.'), *last = strrchr(domain, '.'), *known;
	size_t len = strlen(domain);

	if (!dot || !last[1])
		return true;
	if (dot == last && in_list(categories, domain, (size_t)(dot - domain)) &&
	    (strlen(last + 1) == 2 || dot - domain == 3))
		return true;
	if (in_list(states, last + 1, strlen(last + 1)))
		return true;
	for (size_t i = 0; (known = units_domain_at(m->units, i)); i++) {
		if (strncmp(known, domain, len) == 0)
			return true;
		if (strcmp(last, ".edu") == 0 && strcspn(known, ".") == (size_t)(dot - domain) &&
		    strncmp(known, domain, (size_t)(dot - domain)) == 0)
			return true;
	}
	return false;
}

static void
work_out(const struct mailhosts *m, struct mailhost *h)
{
	h->kind = MAILHOST_FINE;
	h->meant = "";
	h->owner = units_domain_owner(m->units, h->domain);
	h->provider = units_is_provider(m->units, h->domain);
	h->exact = h->provider || units_domain_known(m->units, h->domain);
	h->known = h->owner || h->exact;
	if (h->known)
		return;
	look_for_typo(m, h);
	if (h->kind == MAILHOST_FINE && is_cut(m, h->domain))
		h->kind = MAILHOST_CUT;
}

const struct mailhost *
mailhost_look(struct mailhosts *m, const char *domain)
{
	uint64_t hash = 0xCBF29CE484222325u;
	struct mailhost *h;
	size_t i;

	for (const char *s = domain; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 0x100000001B3u;
	for (i = hash >> 32 & (REMEMBERED - 1); m->slot[i]; i = (i + 1) & (REMEMBERED - 1))
		if (strcmp(m->slot[i]->domain, domain) == 0)
			return m->slot[i];
	if (m->used * 2 >= REMEMBERED || strlen(domain) >= sizeof(m->spare_domain)) {
		snprintf(m->spare_domain, sizeof(m->spare_domain), "%s", domain);
		h = &m->spare;
		h->domain = m->spare_domain;
	} else {
		h = m->slot[i] = arena_alloc(&m->arena, sizeof(*h));
		h->domain = arena_dup(&m->arena, domain);
		m->used++;
	}
	work_out(m, h);
	return h;
}

static bool
ends_in(const char *text, const char *domain)
{
	size_t n = strlen(text), k = strlen(domain);

	return n > k && strcmp(text + n - k, domain) == 0;
}

bool
mailhost_at_end(const struct mailhosts *m, const char *text)
{
	size_t n;
	const char *const *all = units_providers(m->units, &n), *known;

	for (size_t i = 0; i < n; i++)
		if (ends_in(text, all[i]))
			return true;
	for (size_t i = 0; (known = units_domain_at(m->units, i)); i++)
		if (ends_in(text, known))
			return true;
	return false;
}
