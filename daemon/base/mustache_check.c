/* Which names does a template use that nothing will fill? */
#include "base/mustache.h"
#include "base/mustache_tree.h"
#include "base/text.h"

#define STEPS_MAX 100000		/* partials that contain partials can be walked for ever */

struct check {
	const struct mustache *m;
	const char *const *names;
	mustache_unknown_fn *report;
	void *arg;
	const char *sections[MUSTACHE_DEPTH];	/* the names of those we are in */
	size_t depth, level;
	bool *seen[MUSTACHE_PARTIALS + 1];	/* reported: one entry a node */
	long steps;
	size_t found;
};

/* Is `name`, or `name` as a member of `section`, in the list? */
static bool
listed(const struct check *c, const char *section, const char *name)
{
	size_t n = section ? strlen(section) : 0;

	for (size_t i = 0; c->names[i]; i++) {
		const char *have = c->names[i];

		if (!section ? strcmp(have, name) == 0 :
		    strncmp(have, section, n) == 0 && have[n] == '.' && strcmp(have + n + 1, name) == 0)
			return true;
	}
	return false;
}

static bool
known(const struct check *c, const struct mustache_node *n)
{
	if (!n->n_parts)
		return c->depth > 0;
	if (listed(c, NULL, n->name))
		return true;
	for (size_t i = 0; i < c->depth; i++)
		if (listed(c, c->sections[i], n->name))
			return true;
	return false;
}

static const char *
nearest(const struct check *c, const char *name)
{
	size_t least = 4;
	const char *best = "";

	for (size_t i = 0; c->names[i]; i++) {
		const char *have = c->names[i], *tail = strrchr(have, '.');
		size_t d = text_distance(name, have, least);

		if (tail && text_distance(name, tail + 1, least) < d)
			d = text_distance(name, tail + 1, least);
		if (d < least && d < strlen(name)) {
			least = d;
			best = have;
		}
	}
	return best;
}

static void
walk(struct check *c, size_t unit, size_t from, size_t to)
{
	ASSERT(c->seen[unit]);
	const struct mustache_unit *u = &c->m->units[unit];

	for (size_t i = from; i < to && c->steps < STEPS_MAX; i++) {
		const struct mustache_node *n = &u->nodes[i];

		c->steps++;
		if (n->op == OP_PARTIAL && c->level < MUSTACHE_DEPTH) {
			c->level++;
			walk(c, n->unit, 0, c->m->units[n->unit].n);
			c->level--;
		}
		if (n->op == OP_TEXT || n->op == OP_END || n->op == OP_PARTIAL)
			continue;
		if (!known(c, n) && !c->seen[unit][i]) {
			c->seen[unit][i] = true;
			c->found++;
			c->report(c->arg, u->file, n->line, n->column, n->name, nearest(c, n->name));
		}
		if (n->op == OP_SECTION && c->level < MUSTACHE_DEPTH && c->depth < MUSTACHE_DEPTH) {
			c->level++;
			c->sections[c->depth++] = n->name;
			walk(c, unit, i + 1, n->end);
			c->depth--;
			c->level--;
			i = n->end;
		}
	}
}

size_t
mustache_check(const struct mustache *m, const char *const *names, mustache_unknown_fn *report, void *arg)
{
	struct check c = { .m = m, .names = names, .report = report, .arg = arg };
	struct arena a = ARENA_INIT;

	ASSERT(m->n_units > 0);
	for (size_t i = 0; i < m->n_units; i++)
		c.seen[i] = arena_alloc(&a, m->units[i].n + 1);
	walk(&c, 0, 0, m->units[0].n);
	arena_release(&a);
	return c.found;
}
