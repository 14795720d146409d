/*
 * report.h - the reports of a campaign, in the form the reader wants.
 *
 * participation: who sent a roster, who took part, unit by unit.
 * causes: nominated = answered + each cause + unknown, by unit, mail domain
 * or owner, with the findings about groups beside it.
 * people: each person with the cause, for lists and for holding the report
 * against another source.
 * placement: what the probe mailboxes saw, by provider, wave and template.
 *
 * CSV is a contract: the column names stay. CSV and JSON carry counts and
 * keys; text and HTML are for reading and carry the sentences too.
 *
 * Units      people.
 * Ownership  writes to the caller's stream.
 * Errors     0 or -1 (a failed write). That the counts reconcile is checked
 *            by the caller (account_check) before.
 * Threads    pure, but for report_people, which reads the store.
 * Source     design.md section 8; RFC 4180; RFC 8259.
 */
#ifndef THUMOI_ENGINE_REPORT_H
#define THUMOI_ENGINE_REPORT_H

#include "base/out.h"
#include "engine/account.h"
#include "engine/finding.h"

enum report_by { BY_UNIT, BY_DOMAIN, BY_OWNER };

struct report {
	const struct account *account;
	const struct finding *findings;
	size_t n_findings;
	enum lang lang;
	enum lang summaries[2];		/* languages of the closing sentences */
	size_t n_summaries;
	enum report_by by;
	bool for_sheets;		/* CSV: cells that would run as formulas are guarded */
};

int	report_participation(const struct report *, FILE *, enum out_format, struct err *);
int	report_causes(const struct report *, FILE *, enum out_format, struct err *);

struct people_filter {
	const char *unit;		/* code; NULL: all */
	const enum cause *cause;	/* NULL: all */
};
int	report_people(const struct report *, struct db *, const struct people_filter *, FILE *, enum out_format,
	    struct err *);

/* What the probe mailboxes saw; text, csv or json. */
int	report_placement(const struct report *, FILE *, enum out_format, struct err *);

/* One file each: called by the first two above. */
int	report_csv_participation(const struct report *, FILE *, struct err *);
int	report_csv_causes(const struct report *, FILE *, struct err *);
int	report_json_participation(const struct report *, FILE *, struct err *);
int	report_json_causes(const struct report *, FILE *, struct err *);
int	report_text_participation(const struct report *, FILE *, struct err *);
int	report_text_causes(const struct report *, FILE *, struct err *);
/* One self-contained page with both reports. */
int	report_html(const struct report *, FILE *, struct err *);

/* The head of a page that needs nothing else, up to <body>, with the style sheet in it. */
int	report_page_head(struct buf *, const char *what, const char *of, enum lang, struct err *);

/* How rows are made of a tally, the same for every form: calls back for each cause and grade that has people. */
int	report_each_cause(const struct tally *, int (*each)(enum cause, char grade, int64_t people, void *), void *);

#endif
