/*
 * table.h - one table of a report: columns declared once, rows walked once,
 * for every form in which it leaves.
 *
 * A table knows its columns and how to give its rows to a sink, one after the
 * other; the sinks make text, CSV and JSON (table_print), HTML (table_html),
 * JSON in memory for the desk (table_json), a sheet of a workbook
 * (engine/workbook.h), or keep some rows (table_keep). No sink but the last
 * one holds rows, so a table may be as long as it likes.
 *
 * A number has as many decimals as its kind says and is kept as an integer,
 * so that all forms show the same: 39.1 percent is 391. A cell may be empty
 * (nothing to say) or hidden (engine/disclosure.h): CSV and text then say
 * "c" for confidential, JSON says null.
 *
 * Units      as the kind of the column says; seconds are kept in thousandths.
 * Ownership  texts in cells are borrowed until `row` returns.
 * Errors     walk and the writers: 0 or -1.
 * Threads    pure; walk may read the store through the handle it was made with.
 * Source     RFC 4180, RFC 8259; SDMX code list CL_CONF_STATUS for "c".
 */
#ifndef THUMOI_ENGINE_TABLE_H
#define THUMOI_ENGINE_TABLE_H

#include <jansson.h>

#include "base/lang.h"
#include "base/mem.h"
#include "base/out.h"

enum cell_kind {
	CELL_TEXT,
	CELL_DAY,		/* text: 2021-09-17 */
	CELL_TIME,		/* text: 2021-09-17T08:30:00+07:00 */
	CELL_COUNT,
	CELL_PERCENT,		/* tenths */
	CELL_POINTS,		/* tenths of a percentage point, with its sign */
	CELL_RATIO,		/* hundredths */
	CELL_SHARE,		/* thousandths of one */
	CELL_SECONDS		/* thousandths */
};

enum cell_state { CELL_SHOWN, CELL_EMPTY, CELL_HIDDEN };

struct cell {
	const char *s;		/* texts, days and times */
	int64_t n;		/* the others */
	enum cell_state state;
};

struct column {
	const char *key;	/* CSV and JSON */
	const char *title;	/* people */
	enum cell_kind kind;
	bool wide;		/* not on a telephone */
	bool bare;		/* a key for programs: not on a page */
};

struct sink {
	void (*row)(struct sink *, const struct cell *, bool total);
};

enum chart_kind { CHART_NONE, CHART_BARS, CHART_LINES };
struct chart_plan {		/* drawn from the rows that are no totals: the text column 0, and `n` from `first` */
	enum chart_kind kind;
	size_t first, n;
	const char *title;
	const char *const *classes;	/* of the series, for colours (templates/causes.css); NULL: s-1, s-2 ... */
	size_t marks;			/* CHART_LINES: a text column that says what happened at that point; 0: none */
};

struct table {
	const char *key, *title;
	const char *note;	/* what one should know when reading it; NULL */
	const struct column *columns;
	size_t n_columns;
	int (*walk)(const struct table *, struct sink *, struct err *);
	const void *from;	/* of walk */
	struct chart_plan chart;
};

static inline struct cell
cell_text(const char *s)
{
	return (struct cell){ s, 0, CELL_SHOWN };
}

static inline struct cell
cell_int(int64_t n)
{
	return (struct cell){ NULL, n, CELL_SHOWN };
}

static inline struct cell
cell_none(void)
{
	return (struct cell){ NULL, 0, CELL_EMPTY };
}

static inline bool
cell_is_text(enum cell_kind k)
{
	return k == CELL_TEXT || k == CELL_DAY || k == CELL_TIME;
}

struct cell cell_percent(int64_t part, int64_t of);	/* empty when of is 0; rounded as text_percent does */
int	cell_decimals(enum cell_kind);
/* As a program reads it: "39.1". */
const char *cell_plain(char out[32], enum cell_kind, const struct cell *);
/* As a person reads it: "39,1", "1.480", "2 phút 5 giây". */
const char *cell_words(char out[64], enum cell_kind, const struct cell *, enum lang);

int	table_print(const struct table *, FILE *, enum out_format, bool for_sheets, enum lang, struct err *);
/* <table>...; at most `most` rows that are no totals; *rows: how many there are. */
int	table_html(const struct table *, struct buf *, size_t most, size_t *rows, enum lang, struct err *);
/* Rows and totals, each a list of values in the order of the columns; the same `most` and *rows. */
int	table_json(const struct table *, json_t *list, json_t *totals, size_t most, size_t *rows, struct err *);

struct grid {			/* some rows in memory, for charts and for what needs them all */
	struct arena arena;
	struct cell *cells;	/* n_rows times n_columns of the table */
	size_t n_columns, n_rows, cap;
	size_t rows;		/* all there were, but for totals */
	size_t most;
};
int	table_keep(const struct table *, struct grid *, size_t most, struct err *);
void	grid_release(struct grid *);
static inline const struct cell *
grid_row(const struct grid *g, size_t row)
{
	return g->cells + row * g->n_columns;
}

/* What the plan says, as inline SVG with a text alternative; nothing when there is nothing to draw. chart_table.c */
void	table_chart(struct buf *, const struct table *, const struct grid *, enum lang);

#endif
