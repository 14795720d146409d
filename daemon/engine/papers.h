/*
 * papers.h - the reports of the desk and of the command line: which there
 * are, which question each answers, and the tables each is made of.
 *
 *	paper_make(&p, PAPER_DELIVERY, &ask, e);
 *	paper_print(&p, NULL, stdout, OUT_CSV, false, e);	its main table
 *	paper_xlsx(&p, path, e);				all of them, with charts
 *	paper_html(&p, stdout, e);				one page that needs nothing else
 *	paper_release(&p);
 *
 * The columns of each table are declared in one place (engine/table.h), so
 * that all forms say the same. The main table of each is a contract, the
 * others are for reading.
 *
 * outside: for publication and other units. Nobody is named, no unit is
 * singled out, and small counts are hidden (engine/disclosure.h). Only some
 * reports come like that.
 *
 * Units      people and messages, as the columns say.
 * Ownership  paper_release; what `ask` points to must live as long.
 * Errors     0 or -1; ERR_INPUT for what a report cannot be asked.
 * Threads    the thread of the db handle.
 * Source     design.md section 8; the questions are those of the trial of 2021.
 */
#ifndef THUMOI_ENGINE_PAPERS_H
#define THUMOI_ENGINE_PAPERS_H

#include "engine/report.h"
#include "engine/table.h"

enum paper_kind {
	PAPER_PARTICIPATION, PAPER_CAUSES, PAPER_DELIVERY, PAPER_RESPONSE, PAPER_PLACEMENT, PAPER_COVERAGE, PAPER_COMPARISON,
	PAPER_OUTSIDE,			/* participation and causes for outside the house */
	PAPER_UNIT,			/* one unit's own copy */
	PAPER_PEOPLE,
	PAPERS
};

struct paper_info {
	const char *key;
	const char *title_en, *title_vi, *question_en, *question_vi;
	bool listed;			/* on the desk's page of reports */
};

struct snapshot;

#define PAPER_BESIDE 7
struct paper_ask {
	struct db *db;
	const struct account *account;
	const struct account *beside[PAPER_BESIDE];	/* PAPER_COMPARISON: the campaigns beside it */
	size_t n_beside;
	const struct unit_account *own;	/* PAPER_UNIT: whose copy; PAPER_PEOPLE: only its people; else NULL */
	const enum cause *cause;	/* PAPER_PEOPLE: only these; NULL */
	const struct snapshot *snapshot;	/* who has which cause, when that is known already; NULL */
	enum lang lang;
};

#define PAPER_TABLES 5
#define PAPER_NOTES 40

struct paper {
	const struct paper_info *info;
	struct paper_ask ask;
	const char *title;
	struct arena arena;
	struct table tables[PAPER_TABLES];
	bool files_only[PAPER_TABLES];	/* too long, or too bare, for a page */
	size_t n_tables;
	struct { const char *what, *meaning; } notes[PAPER_NOTES];
	size_t n_notes;
	void *data;			/* of the report */
	void (*release)(struct paper *);
};

const struct paper_info *paper_info(enum paper_kind);
bool	paper_parse(const char *key, enum paper_kind *);

int	paper_make(struct paper *, enum paper_kind, const struct paper_ask *, struct err *);
void	paper_release(struct paper *);

/* NULL: the main one. NULL: there is none of that key. */
const struct table *paper_table(const struct paper *, const char *key);
bool	paper_is_empty(const struct paper *);	/* its main table has no row */
int	paper_print(const struct paper *, const char *table, FILE *, enum out_format, bool for_sheets, struct err *);
int	paper_xlsx(const struct paper *, const char *path, struct err *);
int	paper_html(const struct paper *, FILE *, struct err *);
/* Chart and table, as they stand on a page; *rows: how many there are. */
int	paper_show(const struct table *, struct buf *chart, struct buf *table, size_t most, size_t *rows, enum lang, struct err *);

/* For the files paper_*.c: what they put into a paper. */
struct table *paper_add(struct paper *, const char *key, const char *title, const char *note, bool files_only,
    int (*walk)(const struct table *, struct sink *, struct err *));
void	paper_column(struct paper *, struct table *, const char *key, const char *title, enum cell_kind, bool wide);
/* A text column for programs, that no page shows. */
void	paper_key(struct paper *, struct table *, const char *key, const char *title);
void	paper_note(struct paper *, const char *what, const char *meaning);

/* One table of a paper, for the forms of report.h. report_csv.c */
int	report_paper(const struct report *, struct db *, enum paper_kind, const char *table, FILE *, enum out_format, struct err *);

int	paper_participation(struct paper *, struct err *);	/* paper_units.c */
int	paper_causes(struct paper *, struct err *);
int	paper_delivery(struct paper *, struct err *);
int	paper_response(struct paper *, struct err *);
int	paper_comparison(struct paper *, struct err *);
int	paper_placement(struct paper *, struct err *);		/* paper_lists.c */
int	paper_coverage(struct paper *, struct err *);
int	paper_people(struct paper *, struct err *);
int	paper_outside(struct paper *, struct err *);
int	paper_unit(struct paper *, struct err *);		/* paper_own.c */

#endif
