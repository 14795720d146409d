/*
 * csv_parse.h - one record out of text that lies in memory; for csv*.c, and
 * for records that were kept.
 *
 * Units      bytes.
 * Ownership  cells lie in the parser until the next csv_parse.
 * Errors     the result says what is wrong; the caller knows the line.
 * Threads    one parser, one thread.
 * Source     RFC 4180.
 */
#ifndef THUMOI_BASE_CSV_PARSE_H
#define THUMOI_BASE_CSV_PARSE_H

#include "base/csv.h"

enum csv_result {
	CSV_ROW,
	CSV_MORE,		/* the text ends inside the record */
	CSV_TOO_LONG,
	CSV_TOO_WIDE,
};

struct csv_parser {
	size_t max_bytes, max_cells;
	char delimiter;
	unsigned char kind[256];	/* what a byte means in a cell */
	char *out;			/* the cells, one behind the other */
	size_t out_cap;
	struct csv_cell *cell;
	size_t cell_cap;
	struct arena arena;		/* cells that had to be changed */

	/* The record. */
	size_t count;
	size_t raw_len;			/* without its line end */
	size_t used;			/* with it */
	int64_t breaks;			/* line ends inside quotes */
	bool open_quote;		/* a quote without partner */
	bool sloppy;			/* text behind a closing quote */
};
#define CSV_PARSER_INIT { .arena = ARENA_INIT }

void	csv_parser_delimiter(struct csv_parser *, char);
/* eof: nothing follows the n bytes (n > 0). */
enum csv_result csv_parse(struct csv_parser *, const char *, size_t n, bool eof);
void	csv_parser_release(struct csv_parser *);

/* The delimiter that makes the first records of this text most alike. */
char	csv_find_delimiter(struct csv_parser *, const char *, size_t n, bool eof);
/* Length of a first line `sep=X` with its line end, 0 for none. */
size_t	csv_sep_line(const char *, size_t n, char *delimiter);

#endif
