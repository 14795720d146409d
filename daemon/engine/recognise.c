#include "engine/recognise.h"

#include "base/text.h"
#include "engine/person.h"

static int
by_name(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int d = strcmp(x->c.name_key, y->c.name_key);

	return d ? d : (x->c.id > y->c.id) - (x->c.id < y->c.id);
}

static int
by_id(const void *a, const void *b)
{
	const struct known *const *x = a, *const *y = b;

	return ((*x)->c.id > (*y)->c.id) - ((*x)->c.id < (*y)->c.id);
}

static uint64_t
address_hash(const char *email, const char *key)
{
	return hash_text(hash_text(1, email), key);
}

int
recognise_load(struct recognise *r, struct db *db, int64_t campaign, int64_t unit, struct err *e)
{
	struct contact *list;

	*r = (struct recognise){ .arena = ARENA_INIT };
	if (contact_of_unit(db, &r->arena, campaign, unit, &list, &r->n, e) < 0)
		return -1;
	r->known = arena_alloc(&r->arena, (r->n + 1) * sizeof(*r->known));
	for (size_t i = 0; i < r->n; i++) {
		r->known[i] = (struct known){ .c = list[i], .sub_key = text_fold(&r->arena, list[i].sub_unit) };
		r->lost |= strchr(list[i].name_key, '?') != NULL;
	}
	qsort(r->known, r->n, sizeof(*r->known), by_name);
	r->by_id = arena_alloc(&r->arena, (r->n + 1) * sizeof(*r->by_id));
	for (size_t i = 0; i < r->n; i++)
		r->by_id[i] = &r->known[i];
	qsort(r->by_id, r->n, sizeof(*r->by_id), by_id);
	return 0;
}

void
recognise_release(struct recognise *r)
{
	arena_release(&r->arena);
	hashset_release(&r->addresses);
	hashset_release(&r->names);
	hashset_release(&r->again);
}

/* The first contact of that name, or not before it. */
static size_t
lower_bound(const struct recognise *r, const char *key)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(r->known[mid].c.name_key, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct known *
recognise_id(struct recognise *r, int64_t id)
{
	struct known wanted = { .c.id = id }, *key = &wanted, **found;

	found = r->n ? bsearch(&key, r->by_id, r->n, sizeof(*r->by_id), by_id) : NULL;
	return found ? *found : NULL;
}

/* The contact has this row's address and name. */
static bool
same_mailbox(const struct known *k, const struct read_row *row)
{
	return *row->judged.email && strcmp(k->c.email, row->judged.email) == 0 && person_same(k->c.name_key, row->key);
}

static uint64_t
name_hash(const struct read_row *row)
{
	struct arena a = ARENA_INIT;
	uint64_t h = hash_text(hash_text(2, row->key), text_fold(&a, row->sub_unit));

	arena_release(&a);
	return h;
}

void
recognise_learn(struct recognise *r, const struct read_row *row)
{
	uint64_t h;

	if (*row->judged.email) {
		hashset_add(&r->addresses, address_hash(row->judged.email, row->key));
		for (size_t i = lower_bound(r, row->key); i < r->n && strcmp(r->known[i].c.name_key, row->key) == 0; i++)
			if (same_mailbox(&r->known[i], row))
				return;
	}
	h = name_hash(row);
	if (hashset_add(&r->names, h))
		hashset_add(&r->again, h);
}

enum recognised
recognise_name(struct recognise *r, const struct read_row *row, struct known **out)
{
	bool wide = r->lost || strchr(row->key, '?');
	struct arena a = ARENA_INIT;
	const char *sub = text_fold(&a, row->sub_unit);
	struct known *found[64];
	size_t n = 0, quiet = 0;

	*out = NULL;
	if (*row->key)
		for (size_t i = wide ? 0 : lower_bound(r, row->key); i < r->n && n < COUNT_OF(found); i++) {
			struct known *k = &r->known[i];

			if (!wide && strcmp(k->c.name_key, row->key) != 0)
				break;
			if (k->matched || strcmp(k->sub_key, sub) != 0 || !person_same(k->c.name_key, row->key))
				continue;
			/* Whose own address stands in the new file is that row's. */
			if (*k->c.email && hashset_has(&r->addresses, address_hash(k->c.email, k->c.name_key)))
				continue;
			found[n++] = k;
			quiet += !*k->c.email;
		}
	arena_release(&a);
	if (n == 0)
		return NEW_PERSON;
	/* Without an address, before and now, no letter can go astray. */
	if ((n == 1 && !hashset_has(&r->again, name_hash(row))) || (!*row->judged.email && quiet == n)) {
		*out = found[0];
		return KNOWN_PERSON;
	}
	for (size_t i = 0; i < n; i++)
		found[i]->doubtful = true;
	return SOMEBODY;
}
