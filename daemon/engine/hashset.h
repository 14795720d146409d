/*
 * hashset.h - which texts were seen, by their 64-bit hash, with a count.
 *
 * May say "seen" of a text that was not (once in 2^64): the caller looks
 * again where it matters. Eight bytes a text.
 *
 * Units      none.
 * Ownership  hashset_release.
 * Errors     none.
 * Threads    one set, one thread.
 * Source     FNV-1a with a final mix.
 */
#ifndef THUMOI_ENGINE_HASHSET_H
#define THUMOI_ENGINE_HASHSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hashset {
	uint64_t *slot;
	size_t cap, used;
};

uint64_t hash_text(uint64_t seed, const char *s);
bool	hashset_add(struct hashset *, uint64_t hash);	/* true: it was there already */
bool	hashset_has(const struct hashset *, uint64_t hash);
void	hashset_release(struct hashset *);

#endif
