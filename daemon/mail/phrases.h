/*
 * phrases.h - many phrases looked for in one pass over a text.
 *
 * Both sides are folded alike: lower case, white space collapsed (and dropped
 * between two East Asian characters, where a line break means nothing), Latin
 * letters without their marks, every mail address one `@`, repeated reply codes
 * of a multi-line answer left out.
 *
 * A phrase begins and ends at the border of a word. `*` stands for up to 80
 * bytes of anything; written against a word it stands for the rest of it:
 * "user * unknown", "exceed* quota".
 *
 * Units      bytes of folded UTF-8.
 * Ownership  the arena handed to phrases_init keeps the phrases.
 * Errors     phrases_add: false for a phrase with less than two bytes before
 *            its first `*`.
 * Threads    constant after phrases_sort.
 * Source     none.
 */
#ifndef THUMOI_MAIL_PHRASES_H
#define THUMOI_MAIL_PHRASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

#define PHRASE_TEXT_MAX 8192	/* of a folded text: what lies behind is not looked at */

struct phrase {
	const char *words;	/* folded, with its '*' */
	size_t head;		/* bytes before the first '*', blanks cut */
	int id;
};

/* The phrases with one head, by their ids. */
struct phrase_head {
	uint64_t key;		/* its first eight bytes, in an order that compares as they do */
	const char *words;
	size_t len;
	uint32_t from, n;	/* in phrases.at */
	uint32_t shorter;	/* the longest head that this one begins with; PHRASE_NONE */
};

#define PHRASE_NONE UINT32_MAX

struct phrases {
	struct arena *arena;
	struct phrase *at;	/* sorted by head, then id */
	size_t n, cap;
	struct phrase_head *head;
	uint32_t first[257];	/* where the heads with this first byte begin */
	uint8_t *pairs;		/* a bit for each two bytes that some head begins with; of longer ones see fours */
	uint64_t *fours;	/* a bit for each hash of four bytes that some head begins with */
	bool anywhere;		/* some phrase may begin inside a word */
};

void	phrases_init(struct phrases *, struct arena *);
bool	phrases_add(struct phrases *, const char *phrase, int id);
void	phrases_sort(struct phrases *);
void	phrases_release(struct phrases *);

/* Folds len bytes into out, at most cap - 1 and a NUL; returns how many. */
size_t	phrase_fold(char *out, size_t cap, const char *text, size_t len);

/* Calls hit for every phrase found whose id is below *limit, which hit may lower; 0 ends the search. */
void	phrases_scan(const struct phrases *, const char *folded, size_t len, int *limit,
	    void (*hit)(void *arg, int id, size_t start, size_t end), void *arg);
/* The smallest id found, -1 for none. */
int	phrases_first(const struct phrases *, const char *folded, size_t len);
/* Is any of them there? */
bool	phrases_any(const struct phrases *, const char *folded, size_t len);

#endif
