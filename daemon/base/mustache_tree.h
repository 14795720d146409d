/*
 * mustache_tree.h - a compiled template, for mustache*.c alone.
 *
 * A unit is one source (the template itself is unit 0, then its partials), a
 * flat row of nodes; a section knows the index of its end.
 *
 * Units      see mustache.h.
 * Ownership  everything lies in the template's arena.
 * Errors     none.
 * Threads    constant after mustache_compile.
 * Source     none.
 */
#ifndef THUMOI_BASE_MUSTACHE_TREE_H
#define THUMOI_BASE_MUSTACHE_TREE_H

#include "base/mem.h"
#include "base/mustache.h"

enum mustache_op { OP_TEXT, OP_VARIABLE, OP_RAW, OP_SECTION, OP_INVERTED, OP_END, OP_PARTIAL };

struct mustache_node {
	enum mustache_op op;
	bool line_start;		/* TEXT: the indent of a partial goes before it; PARTIAL: standalone */
	int line, column;
	size_t end;			/* SECTION, INVERTED: index of their END */
	const char *text;		/* TEXT; PARTIAL: the indent before a standalone one */
	size_t len;
	size_t unit;			/* PARTIAL */
	const char *name;		/* as written, "a.b" */
	const char **parts;		/* "a", "b"; none for "." */
	size_t n_parts;
	size_t hint;			/* place of parts[0] in `known`; SIZE_MAX: not there */
};

struct mustache_unit {
	const char *name, *file;
	struct mustache_node *nodes;
	size_t n;
};

struct mustache {
	struct arena arena;
	struct mustache_unit units[MUSTACHE_PARTIALS + 1];
	size_t n_units;
};

#endif
