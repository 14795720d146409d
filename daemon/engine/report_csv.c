/* report.h: the CSV forms, whose columns are a contract: the main tables of engine/papers.h. */
#include "engine/report.h"

#include "engine/papers.h"

int
report_paper(const struct report *r, struct db *db, enum paper_kind kind, const char *table, FILE *f, enum out_format format,
    struct err *e)
{
	struct paper_ask ask = { .db = db, .account = r->account, .lang = r->lang };
	struct paper p;
	int rc = paper_make(&p, kind, &ask, e);

	if (rc == 0)
		rc = paper_print(&p, table, f, format, r->for_sheets, e);
	paper_release(&p);
	return rc;
}

int
report_csv_participation(const struct report *r, FILE *f, struct err *e)
{
	return report_paper(r, NULL, PAPER_PARTICIPATION, NULL, f, OUT_CSV, e);
}

int
report_csv_causes(const struct report *r, FILE *f, struct err *e)
{
	static const char *const tables[] = { [BY_UNIT] = "unit", [BY_DOMAIN] = "domain", [BY_OWNER] = "owner" };

	return report_paper(r, NULL, PAPER_CAUSES, tables[r->by], f, OUT_CSV, e);
}
