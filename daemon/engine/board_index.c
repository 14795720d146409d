/* board.h: the places of people, mail domains by concern, exchangers, other unit directories. */
#include "engine/board_index.h"

#include <stdlib.h>
#include <string.h>

#include "store/correction.h"

/* From the seq of units and mail domains to their places in the account. */
static void
place_people(struct snapshot *s)
{
	const struct account *a = &s->account;
	int32_t *units = mem_alloc((a->n_units + 1) * sizeof(*units)), *domains = mem_alloc((a->n_domains + 1) * sizeof(*domains));

	for (size_t i = 0; i < a->n_units; i++)
		units[a->units[i].seq] = (int32_t)i;
	for (size_t i = 0; i < a->n_domains; i++)
		domains[a->domains[i].seq] = (int32_t)i;
	for (size_t i = 0; i < s->n_people; i++) {
		struct standing *p = &s->people[i];

		p->unit = p->unit < 0 ? -1 : units[p->unit];
		p->domain = domains[p->domain];
	}
	free(units);
	free(domains);
}

/* Mail domains stand in the account by people: what is sorted keeps that order where it says nothing else. */
static int
by_concern(const void *a, const void *b, void *arg)
{
	const struct domain_account *domains = arg;
	int32_t i = *(const int32_t *)a, k = *(const int32_t *)b;
	const struct domain_account *x = &domains[i], *y = &domains[k];
	int64_t m = account_refused(x), n = account_refused(y);

	if (x->refuses != y->refuses)
		return x->refuses ? -1 : 1;
	if (x->refuses && m != n)
		return m > n ? -1 : 1;
	return i < k ? -1 : i > k;
}

static int
by_exchanger(const void *a, const void *b, void *arg)
{
	const struct domain_account *domains = arg;
	int32_t i = *(const int32_t *)a, k = *(const int32_t *)b;
	int d = strcmp(domains[i].exchanger, domains[k].exchanger);

	return d ? d : i < k ? -1 : i > k;
}

static int
by_refused(const void *a, const void *b)
{
	const struct institution *x = a, *y = b;

	if (x->refused != y->refused)
		return x->refused > y->refused ? -1 : 1;
	if (x->t.nominated != y->t.nominated)
		return x->t.nominated > y->t.nominated ? -1 : 1;
	return strcmp(x->exchanger, y->exchanger);
}

/* A mail domain whose exchanger is not known stands alone: it is no institution. */
static void
find_institutions(struct snapshot *s, int32_t *order)
{
	const struct account *a = &s->account;
	struct institution *x = NULL;

	s->institutions = arena_alloc(&s->arena, (a->n_domains + 1) * sizeof(*s->institutions));
	for (size_t i = 0; i < a->n_domains; i++) {
		const struct domain_account *d = &a->domains[order[i]];

		if (!*d->exchanger)
			continue;
		if (!x || strcmp(x->exchanger, d->exchanger) != 0) {
			x = &s->institutions[s->n_institutions++];
			*x = (struct institution){ .exchanger = d->exchanger, .domains = &order[i] };
		}
		x->n_domains++;
		tally_add(&x->t, &d->t);
		x->refused += account_refused(d);
	}
	if (s->n_institutions)
		qsort(s->institutions, s->n_institutions, sizeof(*s->institutions), by_refused);
}

static void
sort_domains(struct snapshot *s)
{
	const struct account *a = &s->account;
	int32_t *order = arena_alloc(&s->arena, (a->n_domains + 1) * sizeof(*order));

	s->concern = arena_alloc(&s->arena, (a->n_domains + 1) * sizeof(*s->concern));
	for (size_t i = 0; i < a->n_domains; i++) {
		s->concern[i] = order[i] = (int32_t)i;
		s->n_refusing += a->domains[i].refuses;
	}
	qsort_r(s->concern, a->n_domains, sizeof(*s->concern), by_concern, a->domains);
	qsort_r(order, a->n_domains, sizeof(*order), by_exchanger, a->domains);
	find_institutions(s, order);
}

struct mending {
	struct snapshot *s;
	size_t cap;
};

static int
take_mended(int64_t roster, int64_t n, void *arg)
{
	struct mending *m = arg;
	struct snapshot *s = m->s;

	s->mended = mem_room(s->mended, s->n_mended, &m->cap, sizeof(*s->mended));
	s->mended[s->n_mended++] = (struct mended_file){ roster, n };
	return 0;
}

int
board_index(struct snapshot *s, struct db *db, struct err *e)
{
	struct mending m = { .s = s };

	place_people(s);
	sort_domains(s);
	if (tree_key(db, &s->arena, s->campaign.tree, &s->tree, e) < 0 ||
	    regroup_all(&s->account, db, &s->arena, &s->trees, &s->n_trees, e) < 0)
		return -1;
	return corrections_by_roster(db, s->campaign.id, take_mended, &m, e);
}

const struct unit_account *
snapshot_unit(const struct snapshot *s, const char *code)
{
	for (size_t i = 0; i < s->account.n_units; i++)
		if (strcmp(s->account.units[i].unit.code, code) == 0)
			return &s->account.units[i];
	return NULL;
}

const struct domain_account *
snapshot_domain(const struct snapshot *s, const char *domain)
{
	for (size_t i = 0; i < s->account.n_domains && *domain; i++)
		if (strcmp(s->account.domains[i].domain, domain) == 0)
			return &s->account.domains[i];
	return NULL;
}

const struct institution *
snapshot_institution(const struct snapshot *s, const char *exchanger)
{
	for (size_t i = 0; i < s->n_institutions; i++)
		if (strcmp(s->institutions[i].exchanger, exchanger) == 0)
			return &s->institutions[i];
	return NULL;
}

int64_t
snapshot_mended(const struct snapshot *s, int64_t roster)
{
	size_t low = 0, high = s->n_mended;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (s->mended[mid].roster < roster)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n_mended && s->mended[low].roster == roster ? s->mended[low].n : 0;
}
