/*
 * out.h - one table of results, as text for people, CSV for sheets, JSON for
 * programs.
 *
 * The command declares its columns once and fills rows in that order; what
 * the reader asked for decides how they look. Long tables stream: only the
 * text form keeps rows, to align them.
 *
 *	out_begin(&o, stdout, OUT_CSV, columns, n);
 *	out_text(&o, unit); out_int(&o, people); out_row(&o);
 *	return out_end(&o, e);
 *
 * Units      UTF-8. CSV as RFC 4180 but with LF; a text that would run as a
 *            formula (= + - @ TAB CR first) gets an apostrophe before it
 *            when `for_sheets` is set.
 * Ownership  texts are copied.
 * Errors     a failed write is reported by out_end.
 * Threads    one writer, one thread.
 * Source     RFC 4180, RFC 8259.
 */
#ifndef THUMOI_BASE_OUT_H
#define THUMOI_BASE_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

enum out_format { OUT_TEXT, OUT_CSV, OUT_JSON, OUT_HTML };

struct out_column {
	const char *key;	/* heading in CSV, member name in JSON */
	const char *title;	/* heading in text; NULL: the key */
	bool number;		/* aligned right */
};

struct out {
	FILE *f;
	enum out_format format;
	const struct out_column *columns;
	size_t n_columns, at, rows;
	bool for_sheets;	/* guard formulas; set after out_begin */
	struct buf line;	/* the row being built (CSV, JSON) */
	char **cells;		/* text form: all cells, row after row */
	size_t n_cells, cap_cells;
};

int	out_format_parse(const char *word, enum out_format *, struct err *);
void	out_begin(struct out *, FILE *, enum out_format, const struct out_column *, size_t n);
void	out_text(struct out *, const char *s);	/* NULL: empty, null in JSON */
void	out_int(struct out *, int64_t v);
void	out_number(struct out *, const char *digits);	/* a number as it is to be written: 39.1 */
void	out_row(struct out *);
int	out_end(struct out *, struct err *);
/* What to say when a write failed, by errno: ERR_CLOSED when the reader has gone. */
int	out_lost(struct err *);

/* The escapes, for writers of other forms. */
void	out_csv_field(struct buf *, const char *s, bool for_sheets);
/* CSV as Excel on a Vietnamese Windows reads it: UTF-8 is only recognised by its mark; CR LF. */
void	out_excel(struct buf *, const char *csv, size_t len);
/* The same, from file to file, from the beginning: what out.c wrote has no CR. */
int	out_excel_copy(FILE *from, FILE *to, struct err *);
void	out_json_string(struct buf *, const char *s);
/* Escapes & < > " ' for HTML text and quoted attributes alike. */
void	out_html(struct buf *, const char *s);
size_t	out_width(const char *utf8);		/* columns on a terminal */

#endif
