/*
 * lookalike.h - characters in an address that are not what they look like.
 *
 * Rosters hold addresses with full-width forms, invisible characters, Greek
 * or Cyrillic letters that look Latin, and Vietnamese letters with marks. The
 * first two can be undone without changing which mailbox is meant; the others
 * only tell what was probably meant.
 *
 * Units      UTF-8.
 * Ownership  results lie in the arena.
 * Errors     none.
 * Threads    pure.
 * Source     Unicode confusables for Latin lower case; UAX 15.
 */
#ifndef THUMOI_ENGINE_LOOKALIKE_H
#define THUMOI_ENGINE_LOOKALIKE_H

#include <stdbool.h>

#include "base/mem.h"

struct cleaned {
	char *s;		/* spaces are ' ', line breaks '\n', none at the ends */
	bool outer_space;	/* some stood at the ends */
	bool full_width;
	bool zero_width;
	bool ascii;
};

void	lookalike_clean(struct cleaned *, struct arena *, const char *cell);

enum lookalike { LOOKALIKE_NONE, LOOKALIKE_MARKS, LOOKALIKE_LETTERS };

/*
 * What stands there beyond ASCII: letters with marks, or letters of another
 * script. *ascii is the ASCII form, NULL when there is none without a guess.
 */
enum lookalike lookalike_ascii(struct arena *, const char *s, const char **ascii);

#endif
