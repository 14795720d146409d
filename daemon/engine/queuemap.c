#include "engine/queuemap.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/hashset.h"

#define FIRST 1024

static void
put(struct queuemap *m, const struct queuemap_entry *e)
{
	size_t i = e->hash % m->cap;

	while (m->slot[i].hash)
		i = i + 1 == m->cap ? 0 : i + 1;
	m->slot[i] = *e;
	m->used++;
}

static void
grow(struct queuemap *m)
{
	struct queuemap old = *m;

	m->cap = old.cap ? old.cap + old.cap / 2 : FIRST;
	m->used = 0;
	m->slot = mem_zalloc(m->cap * sizeof(*m->slot));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slot[i].hash)
			put(m, &old.slot[i]);
	free(old.slot);
}

/* The same attempt under the same id; else the youngest that can be meant. */
static struct queuemap_entry *
find(const struct queuemap *m, uint64_t hash, int64_t at, int64_t invite)
{
	struct queuemap_entry *best = NULL;

	for (size_t i = m->cap ? hash % m->cap : 0; m->cap && m->slot[i].hash; i = i + 1 == m->cap ? 0 : i + 1) {
		struct queuemap_entry *e = &m->slot[i];

		if (e->hash != hash)
			continue;
		if (invite && e->invite == invite)
			return e;
		if (!invite && !e->removed && e->at <= at + QUEUEMAP_SLACK_S && at <= e->at + (int64_t)QUEUEMAP_LIFE_S &&
		    (!best || e->at > best->at))
			best = e;
	}
	return best;
}

void
queuemap_add(struct queuemap *m, const char *id, int64_t invite, int n, int64_t at, bool sure)
{
	struct queuemap_entry new = { hash_text(0, id), invite, (uint32_t)at, (uint16_t)n, sure, false };
	struct queuemap_entry *e = find(m, new.hash, at, invite);

	if (e) {
		/* Taken up again: after a deferral, or read a second time. */
		e->sure |= sure;
		e->n = e->n ? e->n : new.n;
		return;
	}
	if (m->used + m->used / 3 >= m->cap)
		grow(m);
	put(m, &new);
}

struct queuemap_entry *
queuemap_find(const struct queuemap *m, const char *id, int64_t at)
{
	return find(m, hash_text(0, id), at, 0);
}

void
queuemap_release(struct queuemap *m)
{
	free(m->slot);
	*m = (struct queuemap){ NULL, 0, 0 };
}
