/*
 * mustache.h - texts with gaps that data fills.
 *
 * Compile once, render many times. Variables, {{{raw}}} and {{&raw}}, sections
 * over lists and objects, dotted names, {{.}}, inverted sections, comments,
 * partials with the indent of a standalone tag, other delimiters, and the
 * rule that a line holding nothing but such a tag leaves no trace. An empty
 * text is false, as false and a missing name are.
 *
 * Partials are loaded while compiling; one that contains itself ends by the
 * data or at MUSTACHE_DEPTH.
 *
 * Units      lines and columns count from 1, columns are characters.
 * Ownership  the compiled template copies its sources; values are borrowed
 *            while rendering. `known` must outlive the template.
 * Errors     compile: ERR_INPUT with "file:line:column: what is expected".
 *            render: ERR_FULL when it nests too deep, does not end, or is
 *            longer than the buf takes.
 * Threads    a compiled template is constant: any number may render it.
 * Source     the Mustache specification 1.4 (its core: no lambdas, no
 *            inheritance).
 */
#ifndef THUMOI_BASE_MUSTACHE_H
#define THUMOI_BASE_MUSTACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define MUSTACHE_DEPTH 100		/* sections and partials within each other */
#define MUSTACHE_PARTIALS 64		/* different ones in one template */
#define MUSTACHE_SOURCE_BYTES (1 << 20)

enum mustache_kind {
	MUSTACHE_FALSE,			/* also: null */
	MUSTACHE_TRUE,
	MUSTACHE_TEXT,
	MUSTACHE_LIST,
	MUSTACHE_OBJECT
};

struct mustache_field;
struct mustache_value {
	enum mustache_kind kind;
	size_t n;			/* bytes of a text (a NUL follows), elements of a list, fields of an object */
	union {
		const char *text;
		const struct mustache_value *items;
		const struct mustache_field *fields;
	};
};
struct mustache_field {
	const char *name;
	struct mustache_value value;
};

struct mustache_value mustache_text(const char *s);	/* NULL: false */
struct mustache_value mustache_list(const struct mustache_value *, size_t n);
struct mustache_value mustache_object(const struct mustache_field *, size_t n);

struct mustache_source {
	const char *file;		/* for messages */
	int line, column;		/* of its first character; 0 is 1 */
	const char *text;
	size_t len;
};

struct mustache;

/* The source of a partial, to live until mustache_compile returns: 1 found, 0 none (it is empty then), -1 error. */
typedef int mustache_partial_fn(void *arg, const char *name, struct mustache_source *, struct err *);

/*
 * known: the names an outermost object will have, ended by NULL, or NULL. Not
 * a limit: when the object's fields stand in that order and use the very same
 * strings, they are found without a search.
 */
int	mustache_compile(struct mustache **, const struct mustache_source *, const char *const *known,
	    mustache_partial_fn *, void *arg, struct err *);
void	mustache_free(struct mustache *);	/* NULL is fine */

/* Appends. escape is for {{name}} (out_html ...); NULL: as it is. */
int	mustache_render(const struct mustache *, const struct mustache_value *, void (*escape)(struct buf *, const char *),
	    struct buf *out, struct err *);

/*
 * Every place that uses a name which is not in `names` (ended by NULL). The
 * name "a.b" allows {{a.b}} and, within {{#a}}, {{b}}. nearest is "" when
 * nothing is near. Returns how many were reported.
 */
typedef void mustache_unknown_fn(void *arg, const char *file, int line, int column, const char *name, const char *nearest);
size_t	mustache_check(const struct mustache *, const char *const *names, mustache_unknown_fn *, void *arg);

#endif
