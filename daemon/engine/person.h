/*
 * person.h - is this the same person?
 *
 * Names are compared folded and without an honorific. "Ông" is an honorific
 * and a family name: it is taken off only where a name is left without it.
 *
 * Units      UTF-8.
 * Ownership  results lie in the arena.
 * Errors     none.
 * Threads    pure.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_PERSON_H
#define THUMOI_ENGINE_PERSON_H

#include <stdbool.h>

#include "base/mem.h"

/* Folded, without honorific: what contact.name_key holds. */
char	*person_key(struct arena *, const char *name);
/* Two keys name one person; '?' stands for any lost letter. Rows without a name are one: their address is all there is. */
bool	person_same(const char *key_a, const char *key_b);

#endif
