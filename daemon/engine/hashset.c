#include "engine/hashset.h"

#include <stdlib.h>

#include "base/mem.h"

uint64_t
hash_text(uint64_t seed, const char *s)
{
	uint64_t h = 0xCBF29CE484222325u ^ seed;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001B3u;
	h ^= h >> 32;
	h *= 0x9E3779B97F4A7C15u;
	h ^= h >> 29;
	return h ? h : 1;
}

static size_t
place(const struct hashset *s, uint64_t h)
{
	size_t i = h & (s->cap - 1);

	while (s->slot[i] && s->slot[i] != h)
		i = (i + 1) & (s->cap - 1);
	return i;
}

bool
hashset_has(const struct hashset *s, uint64_t h)
{
	return s->cap && s->slot[place(s, h)] == h;
}

bool
hashset_add(struct hashset *s, uint64_t h)
{
	size_t i;

	if ((s->used + 1) * 10 >= s->cap * 7) {
		struct hashset old = *s;

		s->cap = old.cap ? old.cap * 2 : 1024;
		s->slot = mem_zalloc(s->cap * sizeof(*s->slot));
		for (size_t k = 0; k < old.cap; k++)
			if (old.slot[k])
				s->slot[place(s, old.slot[k])] = old.slot[k];
		free(old.slot);
	}
	i = place(s, h);
	if (s->slot[i] == h)
		return true;
	s->slot[i] = h;
	s->used++;
	return false;
}

void
hashset_release(struct hashset *s)
{
	free(s->slot);
	*s = (struct hashset){ NULL, 0, 0 };
}
