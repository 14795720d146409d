/*
 * csv.h - tables as they come: any encoding, any delimiter, broken quotes.
 *
 *	struct csv in = CSV_INIT;
 *	struct csv_row row;
 *
 *	if (csv_open(&in, path, e) < 0)
 *		goto out;
 *	while ((rc = csv_next(&in, &row, e)) == 1)
 *		... csv_cell(&row, 0), row.line, row.raw ...
 * out:
 *	csv_release(&in);
 *
 * Opening reads the whole file once to find its encoding (charset.h) and, when
 * none is set, the delimiter from its first records; `sep=X` in the first line
 * is honoured and skipped. A workbook, a PDF or other binary is refused with
 * advice. Reading is a stream: memory stays flat whatever the size.
 *
 * A quoted cell is RFC 4180's: doubled quotes, delimiters and line breaks
 * inside. A quote that opens a cell and is never closed is an ordinary
 * character: so it is when no closing quote followed by a delimiter or the
 * end of the line comes within max_record_bytes; row.open_quote says that it
 * happened. Quotes elsewhere are ordinary characters.
 *
 * Records end with CRLF, LF or CR, mixed as they come. An empty line is a row
 * of no cells. Text behind a closing quote is kept: "a"b is ab.
 *
 * Units      line: physical line on which the record starts, from 1; the
 *            `sep=` line and line breaks inside quotes count.
 * Ownership  a row and its cells belong to the reader until the next csv_next.
 * Errors     ERR_INPUT: no text, record longer than max_record_bytes or wider
 *            than max_cells. ERR_SYSTEM: reading failed. csv_open names the
 *            file, csv_next the line. csv_release also after a failed open.
 * Threads    one reader, one thread.
 * Source     RFC 4180; how spreadsheets write, see charset.h.
 */
#ifndef THUMOI_BASE_CSV_H
#define THUMOI_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/charset.h"
#include "base/err.h"

#define CSV_RECORD_BYTES (1u << 20)
#define CSV_CELLS 4096

struct csv_state;

struct csv {
	/* Settings, before opening; 0 is the usual. */
	char delimiter;			/* 0 = find it; then what was found */
	size_t max_record_bytes;	/* decoded */
	size_t max_cells;

	/* Known after opening. */
	struct charset_finding charset;
	bool sep_line;			/* the file began with sep=X */

	/* Moves with csv_next. */
	int64_t line;			/* of the row returned last */
	int64_t rows;			/* returned so far, empty lines too */

	struct csv_state *state;
};
#define CSV_INIT { .max_record_bytes = CSV_RECORD_BYTES, .max_cells = CSV_CELLS }

struct csv_cell {
	const char *s;			/* UTF-8, NFC, NUL-terminated: strlen(s) == len */
	size_t len;
};

struct csv_row {
	const struct csv_cell *cell;
	size_t count;
	int64_t line;
	const char *raw;		/* the record decoded, without its line end; not terminated, NULs stay */
	size_t raw_len;
	bool open_quote;		/* a quote without its partner was taken as a character */
};

/* `path` may be a pipe: it is spooled to an unnamed temporary file. */
int	csv_open(struct csv *, const char *path, struct err *);
/* The bytes must stay until csv_release. */
int	csv_open_memory(struct csv *, const void *data, size_t len, struct err *);
int	csv_next(struct csv *, struct csv_row *, struct err *);	/* 1 row, 0 end, -1 error */
void	csv_release(struct csv *);

/* "" beyond the last cell. */
static inline const char *
csv_cell(const struct csv_row *row, size_t i)
{
	return i < row->count ? row->cell[i].s : "";
}

#endif
