#include "engine/regroup.h"

#include <stdlib.h>
#include <string.h>

/* Is the code among "T48|T49"? */
static bool
names(const char *predecessors, const char *code)
{
	size_t n = strlen(code);

	for (const char *p = predecessors; *p; p += strcspn(p, "|"), p += *p == '|')
		if (strcspn(p, "|") == n && strncmp(p, code, n) == 0)
			return true;
	return false;
}

struct grouping {
	const struct account *account;
	struct arena *arena;
	struct unit *units;		/* of the other directory */
	size_t n_units;
	size_t *leader;			/* of units, then of the account's units: who leads one leads itself */
};

static size_t
leader_of(const struct grouping *g, size_t i)
{
	while (g->leader[i] != i)
		i = g->leader[i];
	return i;
}

/* The first in the order of the directory leads. */
static void
join(struct grouping *g, size_t a, size_t b)
{
	size_t x = leader_of(g, a), y = leader_of(g, b);

	if (x < y)
		g->leader[y] = x;
	else
		g->leader[x] = y;
}

static void
join_all(struct grouping *g)
{
	g->leader = arena_alloc(g->arena, (g->n_units + g->account->n_units + 1) * sizeof(*g->leader));
	for (size_t i = 0; i < g->n_units + g->account->n_units; i++)
		g->leader[i] = i;
	for (size_t i = 0; i < g->n_units; i++)
		for (size_t k = 0; k < g->account->n_units; k++) {
			const struct unit *other = &g->units[i], *own = &g->account->units[k].unit;

			if (other->kind == own->kind && (strcmp(other->code, own->code) == 0 ||
			    names(other->predecessors, own->code) || names(own->predecessors, other->code)))
				join(g, i, g->n_units + k);
		}
}

static void
fill(const struct grouping *g, size_t leader, struct regroup *r)
{
	const struct unit **units = arena_alloc(g->arena, (g->n_units + 1) * sizeof(*units));
	const struct unit_account **own = arena_alloc(g->arena, (g->account->n_units + 1) * sizeof(*own));

	for (size_t i = 0; i < g->n_units; i++)
		if (leader_of(g, i) == leader)
			units[r->n_units++] = &g->units[i];
	for (size_t k = 0; k < g->account->n_units; k++) {
		const struct unit_account *u = &g->account->units[k];

		if (leader_of(g, g->n_units + k) != leader)
			continue;
		own[r->n_own++] = u;
		tally_add(&r->t, &u->t);
		r->rosters += u->census.rosters;
	}
	r->units = units;
	r->own = own;
	r->kind = r->n_units ? units[0]->kind : own[0]->unit.kind;
	r->class = account_class(g->account->conf, r->rosters, &r->t);
}

struct taking {
	const struct account *account;
	struct db *db;
	struct arena *arena;
	struct regrouping *list;
	size_t n, cap;
};

static int
take_tree(int64_t id, const char *key, void *arg)
{
	struct taking *t = arg;

	if (id == t->account->campaign->tree)
		return 0;
	t->list = mem_room(t->list, t->n, &t->cap, sizeof(*t->list));
	t->list[t->n++] = (struct regrouping){ .tree = arena_dup(t->arena, key), .id = id };
	return 0;
}

static int
regroup(const struct taking *t, struct regrouping *out, struct err *e)
{
	struct grouping g = { .account = t->account, .arena = t->arena };
	struct regroup *groups;

	if (unit_list_last(t->db, t->arena, out->id, t->account->now, &g.units, &g.n_units, e) < 0)
		return -1;
	join_all(&g);
	groups = arena_alloc(t->arena, (g.n_units + t->account->n_units + 1) * sizeof(*groups));
	for (size_t i = 0; i < g.n_units + t->account->n_units; i++)
		if (leader_of(&g, i) == i)
			fill(&g, i, &groups[out->n++]);
	out->groups = groups;
	return 0;
}

int
regroup_all(const struct account *a, struct db *db, struct arena *arena, struct regrouping **out, size_t *n, struct err *e)
{
	struct taking t = { .account = a, .db = db, .arena = arena };
	int rc = tree_each(db, take_tree, &t, e);

	for (size_t i = 0; i < t.n && rc == 0; i++)
		rc = regroup(&t, &t.list[i], e);
	*out = arena_alloc(arena, (t.n + 1) * sizeof(**out));
	if (t.n)
		memcpy(*out, t.list, t.n * sizeof(**out));
	*n = t.n;
	free(t.list);
	return rc;
}

const struct regroup *
regroup_of(const struct regrouping *g, const struct unit_account *u)
{
	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < g->groups[i].n_own; k++)
			if (g->groups[i].own[k] == u)
				return &g->groups[i];
	return NULL;
}
