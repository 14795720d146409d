/*
 * workbook.h - a report as a workbook: a sheet for each table, real charts,
 * and a sheet that explains.
 *
 * Numbers are numbers, with the format of their kind; texts are texts, also
 * those that begin with "=". The heading stays in sight, can be filtered, and
 * is repeated on each printed page (A4, landscape, page numbers). Rows are
 * written to a file as they come: memory does not grow with them. What is
 * longer than a sheet goes on in another.
 *
 *	struct workbook *w = workbook_begin(path, title, now, lang, &e);
 *	workbook_table(w, &table, &e);
 *	workbook_note(w, "...", "...");
 *	rc = workbook_end(w, &e);
 *
 * Units      none.
 * Ownership  workbook_end frees, also after an error; the file at `path` is
 *            the caller's.
 * Errors     0 or -1; notes are sticky.
 * Threads    one workbook, one thread.
 * Source     ECMA-376 (Office Open XML), by libxlsxwriter, constant memory.
 */
#ifndef THUMOI_ENGINE_WORKBOOK_H
#define THUMOI_ENGINE_WORKBOOK_H

#include "engine/table.h"

struct workbook;

struct workbook *workbook_begin(const char *path, const char *title, int64_t now, enum lang, struct err *);
int	workbook_table(struct workbook *, const struct table *, struct err *);
/* A line of the sheet that explains: what, and its meaning. */
void	workbook_note(struct workbook *, const char *what, const char *meaning);
int	workbook_end(struct workbook *, struct err *);	/* NULL: -1 */

#endif
