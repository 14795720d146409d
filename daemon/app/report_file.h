/*
 * report_file.h - where a report goes: to a file, whole or not at all, or to
 * standard output; as it is, or as Excel likes CSV. Memory does not grow with
 * the report.
 *
 * Units      bytes.
 * Ownership  report_file_end or report_file_drop ends what report_file_begin
 *            began.
 * Errors     0 or -1.
 * Threads    main thread.
 * Source     base/file.h, file_replace.
 */
#ifndef THUMOI_APP_REPORT_FILE_H
#define THUMOI_APP_REPORT_FILE_H

#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"

struct report_file {
	FILE *f;		/* to be written to */
	const char *path;	/* NULL: standard output */
	char *tmp;		/* beside `path`, or a file of its own; what a writer that wants a path gets */
	bool excel;
};

/* by_path: what writes it wants a path, not a stream (f is NULL then). */
int	report_file_begin(struct report_file *, const char *path, bool excel, bool by_path, struct err *);
int	report_file_end(struct report_file *, struct err *);
void	report_file_drop(struct report_file *);

#endif
