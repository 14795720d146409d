#include "engine/units.h"

#include <ctype.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"

#define SUGGESTIONS 3

struct pair {
	const char *text;
	const struct unit *unit;
};

struct units {
	struct arena arena;
	struct unit *all;
	size_t n;
	struct pair *aliases, *domains;		/* each sorted by text */
	size_t n_aliases, cap_aliases, n_domains, cap_domains;
	const char **providers;			/* sorted */
	size_t n_providers, cap_providers;
};

/* Longest first, so that "uy ban nhan dan tinh" goes whole. */
static const char *const prefixes[] = {
	"uy ban nhan dan ", "ubnd ", "thanh pho ", "tinh ", "t.p. ", "t.p ", "tp. ", "tp.", "tp ", "t. ", "t.",
};

char *
units_key(struct arena *a, const char *name)
{
	char *key = text_fold(a, name), *out;
	bool cut = true;

	while (cut) {
		cut = false;
		for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
			size_t n = strlen(prefixes[i]);

			if (strncmp(key, prefixes[i], n) == 0 && key[n]) {
				key += n;
				cut = true;
			}
		}
	}
	out = key;
	for (const char *s = key; *s; s++)
		if (isalnum((unsigned char)*s) || (unsigned char)*s >= 0x80)
			*out++ = *s;
	*out = '\0';
	return key;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->text, ((const struct pair *)b)->text);
}

static int
take_alias(int64_t unit, const char *key, void *arg)
{
	struct units *u = arg;
	const struct unit *found = units_by_id(u, unit);

	if (found) {
		u->aliases = mem_room(u->aliases, u->n_aliases, &u->cap_aliases, sizeof(*u->aliases));
		u->aliases[u->n_aliases++] = (struct pair){ arena_dup(&u->arena, key), found };
	}
	return 0;
}

static int
take_domain(int64_t unit, const char *domain, void *arg)
{
	struct units *u = arg;
	const struct unit *found = units_by_id(u, unit);

	if (found) {
		u->domains = mem_room(u->domains, u->n_domains, &u->cap_domains, sizeof(*u->domains));
		u->domains[u->n_domains++] = (struct pair){ arena_dup(&u->arena, domain), found };
	}
	return 0;
}

static int
take_provider(int64_t unused, const char *domain, void *arg)
{
	struct units *u = arg;

	(void)unused;
	u->providers = mem_room(u->providers, u->n_providers, &u->cap_providers, sizeof(*u->providers));
	u->providers[u->n_providers++] = arena_dup(&u->arena, domain);
	return 0;
}

int
units_load(struct units **out, struct db *db, int64_t tree, int64_t at, struct err *e)
{
	struct units *u = mem_zalloc(sizeof(*u));

	*out = NULL;
	if (unit_list(db, &u->arena, tree, at, &u->all, &u->n, e) < 0 ||
	    unit_each_alias(db, tree, take_alias, u, e) < 0 ||
	    unit_each_domain(db, tree, take_domain, u, e) < 0 ||
	    provider_each(db, take_provider, u, e) < 0) {
		units_free(u);
		return -1;
	}
	if (u->n_aliases)
		qsort(u->aliases, u->n_aliases, sizeof(*u->aliases), by_text);
	if (u->n_domains)
		qsort(u->domains, u->n_domains, sizeof(*u->domains), by_text);
	*out = u;
	return 0;
}

void
units_free(struct units *u)
{
	if (!u)
		return;
	free(u->aliases);
	free(u->domains);
	free(u->providers);
	arena_release(&u->arena);
	free(u);
}

const struct unit *
units_all(const struct units *u, size_t *n)
{
	*n = u->n;
	return u->all;
}

const struct unit *
units_by_id(const struct units *u, int64_t id)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->all[i].id == id)
			return &u->all[i];
	return NULL;
}

const struct unit *
units_by_code(const struct units *u, const char *code)
{
	for (size_t i = 0; i < u->n; i++)
		if (strcasecmp(u->all[i].code, code) == 0)
			return &u->all[i];
	return NULL;
}

/* The first pair with this text, NULL when there is none. */
static const struct pair *
first_pair(const struct pair *list, size_t n, const char *text)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(list[mid].text, text) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && strcmp(list[low].text, text) == 0 ? &list[low] : NULL;
}

static void
add_name(struct buf *b, const struct unit *u)
{
	buf_printf(b, "%s%s (%s)", b->len ? ", " : "", u->name_vi, u->code);
}

/* The units whose names are nearest, as "Tỉnh Bình Dương (T74), ...". */
static void
suggest(const struct units *u, const char *key, struct buf *b)
{
	const struct unit *told[SUGGESTIONS];
	size_t n = 0, most = strlen(key) / 3 + 1;

	for (size_t distance = 0; distance <= most && n < SUGGESTIONS; distance++)
		for (size_t i = 0; i < u->n_aliases && n < SUGGESTIONS; i++) {
			bool known = false;

			if (text_distance(key, u->aliases[i].text, most) != distance)
				continue;
			for (size_t k = 0; k < n; k++)
				known |= told[k] == u->aliases[i].unit;
			if (!known) {
				told[n++] = u->aliases[i].unit;
				add_name(b, u->aliases[i].unit);
			}
		}
}

int
units_resolve(const struct units *u, const char *text, const struct unit **out, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct buf names = BUF_INIT(600);
	const struct pair *p, *end = u->aliases + u->n_aliases;
	const char *key;
	int rc = -1;

	if ((*out = units_by_code(u, text)))
		return 0;
	key = units_key(&a, text);
	p = first_pair(u->aliases, u->n_aliases, key);
	if (p && (p + 1 == end || strcmp(p[1].text, key) != 0)) {
		*out = p->unit;
		rc = 0;
	} else if (p) {
		for (; p < end && strcmp(p->text, key) == 0; p++)
			add_name(&names, p->unit);
		err_set(e, ERR_NOTFOUND, TR("'%s' can mean several units: %s; give the code",
		    "'%s' có thể là nhiều đơn vị: %s; hãy ghi mã"), text, buf_str(&names));
	} else {
		suggest(u, key, &names);
		if (names.len)
			err_set(e, ERR_NOTFOUND, TR("there is no unit '%s'; nearest: %s", "không có đơn vị '%s'; gần nhất: %s"),
			    text, buf_str(&names));
		else
			err_set(e, ERR_NOTFOUND, TR("there is no unit '%s': 'thumoi init' loads the unit directories",
			    "không có đơn vị '%s': danh mục đơn vị được nạp bằng 'thumoi init'"), text);
	}
	buf_release(&names);
	arena_release(&a);
	return rc;
}

const struct unit *
units_domain_owner(const struct units *u, const char *domain)
{
	const struct pair *end = u->domains + u->n_domains;

	for (const char *d = domain; d; d = strchr(d, '.')) {
		const struct pair *p;

		if (*d == '.')
			d++;
		if (!(p = first_pair(u->domains, u->n_domains, d)))
			continue;
		return p + 1 < end && strcmp(p[1].text, d) == 0 ? NULL : p->unit;
	}
	return NULL;
}

bool
units_is_provider(const struct units *u, const char *domain)
{
	for (size_t i = 0; i < u->n_providers; i++)
		if (strcmp(u->providers[i], domain) == 0)
			return true;
	return false;
}

bool
units_domain_known(const struct units *u, const char *domain)
{
	return first_pair(u->domains, u->n_domains, domain) || units_is_provider(u, domain);
}

const char *const *
units_providers(const struct units *u, size_t *n)
{
	*n = u->n_providers;
	return u->providers;
}

const char *
units_domain_at(const struct units *u, size_t i)
{
	return i < u->n_domains ? u->domains[i].text : NULL;
}
