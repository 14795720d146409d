#include "engine/report.h"

#include "base/lang.h"

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

static const char *
unit_code(const struct account *a, int64_t id)
{
	for (size_t i = 0; i < a->n_units; i++)
		if (a->units[i].unit.id == id)
			return a->units[i].unit.code;
	return "";
}

static void
person_row(struct out *o, const struct facts *f, const char *code, enum cause c, char grade)
{
	const char letter[2] = { grade, '\0' };

	out_text(o, code);
	out_text(o, f->name);
	out_text(o, f->sub_unit);
	out_text(o, f->email);
	out_text(o, cause_info(c)->key);
	out_text(o, cause_owner_key(c));
	out_text(o, letter);
	out_row(o);
}

int
report_people(const struct report *r, struct db *db, const struct people_filter *filter, FILE *file,
    enum out_format format, struct err *e)
{
	const struct account *a = r->account;
	const struct out_column columns[] = {
		{ "unit", TRL(r->lang, "unit", "đơn vị"), false }, { "name", TRL(r->lang, "name", "họ tên"), false },
		{ "sub_unit", TRL(r->lang, "sub-unit", "bộ phận"), false },
		{ "email", TRL(r->lang, "address", "địa chỉ"), false },
		{ "cause", TRL(r->lang, "cause", "nguyên nhân"), false },
		{ "owner", TRL(r->lang, "who can mend it", "ai xử lý"), false },
		{ "grade", TRL(r->lang, "grade", "mức"), false },
	};
	struct cause_ask ask = { a->asked, a->campaign->closes_at };
	struct facts_reader *reader;
	int64_t unit_seen = -1;
	const char *code = "";
	struct facts f;
	struct out o;
	int rc;

	if (facts_open(&reader, db, a->campaign, 0, a->now, e) < 0)
		return -1;
	out_begin(&o, file, format, columns, COUNT_OF(columns));
	o.for_sheets = r->for_sheets;
	while ((rc = facts_next(reader, &f, e)) == 1) {
		char grade;
		enum cause c = cause_of(&f, &ask, &grade);

		if (f.unit != unit_seen) {
			unit_seen = f.unit;
			code = unit_code(a, f.unit);
		}
		if ((!filter->unit || strcmp(filter->unit, code) == 0) && (!filter->cause || *filter->cause == c))
			person_row(&o, &f, code, c, grade);
	}
	facts_close(reader);
	return out_end(&o, rc < 0 ? NULL : e) < 0 || rc < 0 ? -1 : 0;
}
