#include "engine/report.h"

#include <string.h>

#include "base/lang.h"
#include "engine/papers.h"

int
report_participation(const struct report *r, FILE *f, enum out_format format, struct err *e)
{
	switch (format) {
	case OUT_CSV:
		return report_csv_participation(r, f, e);
	case OUT_JSON:
		return report_json_participation(r, f, e);
	case OUT_HTML:
		return report_html(r, f, e);
	case OUT_TEXT:
		break;
	}
	return report_text_participation(r, f, e);
}

int
report_causes(const struct report *r, FILE *f, enum out_format format, struct err *e)
{
	switch (format) {
	case OUT_CSV:
		return report_csv_causes(r, f, e);
	case OUT_JSON:
		return report_json_causes(r, f, e);
	case OUT_HTML:
		return report_html(r, f, e);
	case OUT_TEXT:
		break;
	}
	return report_text_causes(r, f, e);
}

int
report_each_cause(const struct tally *t, int (*each)(enum cause, char, int64_t, void *), void *arg)
{
	for (int c = 0; c < CAUSES; c++)
		for (size_t g = 0; g < GRADE_SLOTS; g++)
			if (t->by[c][g]) {
				int rc = each((enum cause)c, grade_letter(g), t->by[c][g], arg);

				if (rc)
					return rc;
			}
	return 0;
}

int
report_people(const struct report *r, struct db *db, const struct people_filter *filter, FILE *f, enum out_format format,
    struct err *e)
{
	struct paper_ask ask = { .db = db, .account = r->account, .lang = r->lang, .cause = filter->cause };
	struct paper p;
	int rc;

	for (size_t i = 0; filter->unit && i < r->account->n_units; i++)
		if (strcmp(r->account->units[i].unit.code, filter->unit) == 0)
			ask.own = &r->account->units[i];
	if (filter->unit && !ask.own)
		return err_set(e, ERR_NOTFOUND, TR("there is no unit '%s' in this campaign", "đợt này không có đơn vị '%s'"), filter->unit);
	rc = paper_make(&p, PAPER_PEOPLE, &ask, e);
	if (rc == 0)
		rc = paper_print(&p, NULL, f, format, r->for_sheets, e);
	paper_release(&p);
	return rc;
}
