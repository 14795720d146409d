/*
 * disclosure.h - small counts are hidden so that nobody can work them out.
 *
 * A table of counts with the totals of its rows and of its columns. Counts
 * above zero and below the threshold are hidden, totals too. A zero is shown:
 * it tells of nobody in particular, and hiding it would protect nothing.
 * Then more cells are hidden until none of the hidden ones can be computed by
 * subtraction: for each of them the totals that are shown must leave room for
 * at least `threshold` different values. What an attacker knows counts: no
 * hidden cell is zero, all are whole numbers.
 *
 * Each equation (a row, a column) and each hidden cell make a bipartite graph
 * whose edges are the hidden cells; a cell can change where a cycle runs
 * through its edge, and by as much as flows round it. disclosure_range is
 * that flow, exactly; hiding goes by rectangles, cheapest first, and hides
 * whole rows with their totals when there is none. Flows of a bipartite graph
 * are whole where the counts are, so the ranges are exact for whole numbers.
 *
 * It protects one table. What else is published of the same people must be a
 * part of it: engine/paper_own.c publishes one table and nothing beside it.
 *
 * Units      people.
 * Ownership  struct disclosure owns its cells: disclosure_release.
 * Errors     none.
 * Threads    pure.
 * Source     Cox 1980, "Suppression methodology and statistical disclosure
 *            control"; Gusfield 1988, "A graph theoretic approach to
 *            statistical data security"; Hundepool et al. 2012, Statistical
 *            Disclosure Control, ch. 4.
 */
#ifndef THUMOI_ENGINE_DISCLOSURE_H
#define THUMOI_ENGINE_DISCLOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disclosure {
	size_t rows, columns;		/* without the totals */
	int64_t *n;			/* (rows + 1) x (columns + 1): the last ones are totals */
	bool *hidden;
	int64_t threshold;
	size_t primary, secondary;	/* how many were hidden for being small; to protect those */
};

void	disclosure_init(struct disclosure *, size_t rows, size_t columns, int64_t threshold);
void	disclosure_release(struct disclosure *);
void	disclosure_set(struct disclosure *, size_t row, size_t column, int64_t n);
/* Sums up, then hides. */
void	disclosure_hide(struct disclosure *);
/* row == rows, column == columns: the totals. */
int64_t	disclosure_count(const struct disclosure *, size_t row, size_t column);
bool	disclosure_hidden(const struct disclosure *, size_t row, size_t column);
/* By how much that cell may be less, and more, by all that is shown; neither is looked for beyond `most`. */
void	disclosure_range(const struct disclosure *, size_t row, size_t column, int64_t most, int64_t *less, int64_t *more);

#endif
