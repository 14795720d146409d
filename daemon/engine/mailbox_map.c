#include "engine/mailbox_map.h"

#include <stdlib.h>

#include "base/mem.h"

static void
put(struct mailbox_map *m, struct mailbox b)
{
	size_t i = b.hash & (m->cap - 1);

	while (m->slot[i].hash)
		i = (i + 1) & (m->cap - 1);
	m->slot[i] = b;
}

void
mailbox_map_reserve(struct mailbox_map *m, size_t n)
{
	for (m->cap = 1024; m->cap * 7 <= (n + 1) * 10; )
		m->cap *= 2;
	m->slot = mem_zalloc(m->cap * sizeof(*m->slot));
}

void
mailbox_map_add(struct mailbox_map *m, uint64_t hash, int64_t contact)
{
	if ((m->used + 1) * 10 >= m->cap * 7) {
		struct mailbox_map old = *m;

		m->cap = old.cap ? old.cap * 2 : 1024;
		m->slot = mem_zalloc(m->cap * sizeof(*m->slot));
		for (size_t i = 0; i < old.cap; i++)
			if (old.slot[i].hash)
				put(m, old.slot[i]);
		free(old.slot);
	}
	put(m, (struct mailbox){ hash, contact });
	m->used++;
}

int64_t
mailbox_map_next(const struct mailbox_map *m, uint64_t hash, size_t *at)
{
	if (!m->cap)
		return 0;
	for (; *at < m->cap; ) {
		size_t i = (hash + (*at)++) & (m->cap - 1);

		if (!m->slot[i].hash)
			return 0;
		if (m->slot[i].hash == hash)
			return m->slot[i].contact;
	}
	return 0;
}

void
mailbox_map_release(struct mailbox_map *m)
{
	free(m->slot);
	*m = (struct mailbox_map){ NULL, 0, 0 };
}
