/*
 * examples.h - replies as servers give them, and what they should mean.
 *
 * config/rules/examples.tsv is shipped; an office may keep a file of its own.
 * A line: text TAB category TAB 1 when the address is bad [TAB who said it].
 *
 * Units      none.
 * Ownership  texts are borrowed until the callback returns.
 * Errors     -1 with file and line; else 0, or what the callback returned.
 * Threads    pure.
 * Source     mail/classify.h.
 */
#ifndef THUMOI_ENGINE_EXAMPLES_H
#define THUMOI_ENGINE_EXAMPLES_H

#include "mail/classify.h"

struct example {
	const char *text, *category, *at;
	bool hard;
};

/* path NULL: the shipped ones. Until it returns non-zero. */
int	examples_each(const char *path, int (*each)(const struct example *, void *), void *, struct err *);
/* Is that what it should mean? */
bool	example_holds(const struct example *, const struct verdict *);

#endif
