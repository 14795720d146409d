#include "postoffice/agenda.h"

#include "base/mem.h"

static bool
before(const struct event *a, const struct event *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void
agenda_add(struct agenda *g, struct event e)
{
	size_t i = g->n;

	e.order = g->added++;
	g->heap = mem_room(g->heap, g->n, &g->cap, sizeof(*g->heap));
	g->n++;
	for (; i && before(&e, &g->heap[(i - 1) / 2]); i = (i - 1) / 2)
		g->heap[i] = g->heap[(i - 1) / 2];
	g->heap[i] = e;
}

bool
agenda_take(struct agenda *g, int64_t until_ms, struct event *out)
{
	struct event last;
	size_t i = 0;

	if (!g->n || g->heap[0].at_ms > until_ms)
		return false;
	*out = g->heap[0];
	last = g->heap[--g->n];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= g->n)
			break;
		if (child + 1 < g->n && before(&g->heap[child + 1], &g->heap[child]))
			child++;
		if (!before(&g->heap[child], &last))
			break;
		g->heap[i] = g->heap[child];
		i = child;
	}
	if (g->n)
		g->heap[i] = last;
	return true;
}

void
agenda_release(struct agenda *g)
{
	free(g->heap);
	*g = (struct agenda){ 0 };
}
