#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>

#define ARENA_BLOCK_BYTES 8192

struct arena_block {
	struct arena_block *next;
	size_t size;
	max_align_t data[];
};

void *
mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		die("out of memory (%zu bytes)", n);
	return p;
}

void *
mem_zalloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		die("out of memory (%zu bytes)", n);
	return p;
}

void *
mem_grow(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		die("out of memory (%zu bytes)", n);
	return p;
}

void *
mem_room(void *p, size_t used, size_t *cap, size_t size)
{
	if (used < *cap)
		return p;
	if (*cap > SIZE_MAX / 2 / size)
		die("out of memory (%zu elements)", *cap);
	*cap = *cap ? *cap * 2 : 16;
	return mem_grow(p, *cap * size);
}

char *
mem_ndup(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);

	if (n)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
mem_dup(const char *s)
{
	return mem_ndup(s, strlen(s));
}

void *
arena_alloc(struct arena *a, size_t n)
{
	size_t need = (n + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
	void *p;

	if (need < n)
		die("out of memory (%zu bytes)", n);
	if (!a->head || a->used + need > a->head->size) {
		size_t size = need > ARENA_BLOCK_BYTES ? need : ARENA_BLOCK_BYTES;
		struct arena_block *b = mem_alloc(sizeof(*b) + size);

		b->size = size;
		b->next = a->head;
		a->head = b;
		a->used = 0;
		a->total_bytes += size;
	}
	p = (char *)a->head->data + a->used;
	a->used += need;
	memset(p, 0, need);
	return p;
}

char *
arena_ndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	if (n)
		memcpy(p, s, n);
	return p;
}

char *
arena_dup(struct arena *a, const char *s)
{
	return arena_ndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char room[256], *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(room, sizeof(room), fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);
	if ((size_t)n < sizeof(room)) {
		p = arena_ndup(a, room, (size_t)n);
	} else {
		p = arena_alloc(a, (size_t)n + 1);
		vsnprintf(p, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	return p;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b = a->head, *next;

	if (!b)
		return;
	/* Keep the oldest block, which has the common size unless it was large. */
	for (; b->next; b = next) {
		next = b->next;
		free(b);
	}
	if (b->size > ARENA_BLOCK_BYTES) {
		free(b);
		*a = (struct arena)ARENA_INIT;
		return;
	}
	a->head = b;
	a->used = 0;
	a->total_bytes = b->size;
}

void
arena_release(struct arena *a)
{
	struct arena_block *b = a->head, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena)ARENA_INIT;
}

void
die(const char *fmt, ...)
{
	va_list ap;

	fputs("thumoi: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void
panic_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "thumoi: bug at %s:%d: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}
