/*
 * redact.h - does a text tell of this person, and what stays of it when they
 * are taken out.
 *
 * Looked for are the addresses, in any case; the part before the @ as a word
 * of its own; the name as written, or folded. What stands for them is
 * REDACTED. A name that is there but spelt so that it cannot be cut out takes
 * the whole text with it.
 *
 * Units      UTF-8.
 * Ownership  needles_release; results lie in the arena of the caller.
 * Errors     none.
 * Threads    pure.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_REDACT_H
#define THUMOI_ENGINE_REDACT_H

#include <stdbool.h>

#include "base/mem.h"

#define REDACTED "[erased]"

struct needles {
	struct arena arena;
	const char **email;		/* lower case, the longest first once they are all there */
	size_t n, cap;
	const char *name, *key;		/* "" : not looked for; a name of one word never is */
};

void	needles_init(struct needles *, const char *name, const char *key);
void	needles_add(struct needles *, const char *email);
/* Whatever looks like an address in a cell or a record. */
void	needles_find(struct needles *, const char *text);
void	needles_release(struct needles *);

/* What stays; NULL: nothing was found. */
const char *redact(struct arena *, const struct needles *, const char *text);
/* A whole mail, decoded: its headers, texts and what is attached. */
bool	redact_needed(struct arena *, const struct needles *, const char *msg, size_t len, bool names_too);

#endif
