/*
 * mem.h - memory that is there, and arenas that go away at once.
 *
 * No memory means the process cannot go on: these never return NULL. A parser
 * puts all that it returns into the arena its caller hands it: one arena for
 * a message, a request or a row, reset in the loop.
 *
 * Units      bytes.
 * Ownership  mem_*: yours, free() it. arena_*: the arena's, until arena_reset
 *            or arena_release. ARENA_INIT needs no release while unused.
 * Errors     die() when memory is exhausted; PANIC() for bugs.
 * Threads    one arena, one thread.
 * Source     the idea of pools is Dovecot's and lwan's.
 */
#ifndef THUMOI_BASE_MEM_H
#define THUMOI_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

void	*mem_alloc(size_t n);
void	*mem_zalloc(size_t n);
void	*mem_grow(void *p, size_t n);
/* Room for one more than `used` elements of `size`; *cap is kept by it. */
void	*mem_room(void *p, size_t used, size_t *cap, size_t size);
char	*mem_dup(const char *s);
char	*mem_ndup(const char *s, size_t n);

struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used;
	size_t total_bytes;
};
#define ARENA_INIT { NULL, 0, 0 }

void	*arena_alloc(struct arena *, size_t n);	/* zeroed, aligned for any type */
char	*arena_dup(struct arena *, const char *s);
char	*arena_ndup(struct arena *, const char *s, size_t n);
char	*arena_printf(struct arena *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	arena_reset(struct arena *);		/* forget everything, keep one block */
void	arena_release(struct arena *);

_Noreturn void	die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void	panic_at(const char *file, int line, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* A bug in thumoi, never bad input. */
#define PANIC(...)	panic_at(__FILE__, __LINE__, __VA_ARGS__)
#define ASSERT(c)	((c) ? (void)0 : PANIC("assertion failed: %s", #c))

#define COUNT_OF(a)	(sizeof(a) / sizeof((a)[0]))

#endif
