/* report.h: the CSV forms, whose columns are a contract. */
#include "engine/report.h"

#define COLUMNS_MAX (12 + 2 * INSTRUMENTS_MAX)

struct columns {
	struct out_column c[COLUMNS_MAX];
	size_t n;
	struct arena names;
};

static void
column(struct columns *t, const char *key)
{
	t->c[t->n++] = (struct out_column){ .key = key };
}

static void
participation_row(struct out *o, const struct report *r, const struct tally *t, int64_t roster, const char *class)
{
	size_t instruments = r->account->campaign->n_instruments;

	out_int(o, roster);
	out_int(o, t->nominated);
	out_int(o, t->mailable);
	out_int(o, t->invited);
	out_int(o, t->accepted);
	for (size_t i = 0; i < instruments; i++)
		out_int(o, t->answered[i]);
	out_int(o, t->took_part);
	for (size_t i = 0; i < instruments; i++)
		out_int(o, t->nominated - t->answered[i]);
	out_text(o, class);
	out_row(o);
}

int
report_csv_participation(const struct report *r, FILE *f, struct err *e)
{
	static const char *const before[] = { "unit", "kind", "name", "roster", "nominated", "mailable", "invited",
	    "accepted" };
	const struct account *a = r->account;
	const struct campaign *c = a->campaign;
	struct columns t = { .n = 0, .names = ARENA_INIT };
	struct out o;
	int rc;

	for (size_t i = 0; i < COUNT_OF(before); i++)
		column(&t, before[i]);
	for (size_t i = 0; i < c->n_instruments; i++)
		column(&t, c->instruments[i].key);
	column(&t, "took_part");
	for (size_t i = 0; i < c->n_instruments; i++)
		column(&t, arena_printf(&t.names, "no_%s", c->instruments[i].key));
	column(&t, "class");
	out_begin(&o, f, OUT_CSV, t.c, t.n);
	o.for_sheets = r->for_sheets;
	for (size_t i = 0; i < a->n_units; i++) {
		const struct unit_account *u = &a->units[i];

		out_text(&o, u->unit.code);
		out_text(&o, unit_kind_name(u->unit.kind));
		out_text(&o, unit_name(&u->unit, r->lang));
		participation_row(&o, r, &u->t, u->class != CLASS_NO_ROSTER, unit_class_key(u->class));
	}
	out_text(&o, "TOTAL");
	out_text(&o, "");
	out_text(&o, "");
	participation_row(&o, r, &a->all, a->kind_rosters[UNIT_MINISTRY] + a->kind_rosters[UNIT_PROVINCE], "");
	rc = out_end(&o, e);
	arena_release(&t.names);
	return rc;
}

struct row {
	struct out *o;
	const char *first;
	enum owner owner;	/* by owner: only these; else OWNERS */
};

static int
cause_row(enum cause c, char grade, int64_t people, void *arg)
{
	const struct row *row = arg;
	const char letter[2] = { grade, '\0' };

	if (row->owner != OWNERS && cause_info(c)->owner != row->owner)
		return 0;
	out_text(row->o, row->first);
	out_text(row->o, cause_info(c)->key);
	if (row->owner == OWNERS)
		out_text(row->o, cause_owner_key(c));
	out_text(row->o, letter);
	out_int(row->o, people);
	out_row(row->o);
	return 0;
}

static int
causes_by_owner(const struct report *r, FILE *f, struct err *e)
{
	static const struct out_column columns[] = { { .key = "owner" }, { .key = "cause" }, { .key = "grade" },
	    { .key = "people" } };
	struct out o;

	out_begin(&o, f, OUT_CSV, columns, COUNT_OF(columns));
	o.for_sheets = r->for_sheets;
	for (int w = OWNER_UNIT; w <= OWNERS; w++) {
		enum owner owner = w == OWNERS ? OWNER_NONE : (enum owner)w;
		struct row row = { &o, owner == OWNER_NONE ? "none" : owner_key(owner), owner };

		report_each_cause(&r->account->all, cause_row, &row);
	}
	out_text(&o, "TOTAL");
	out_text(&o, "");
	out_text(&o, "");
	out_int(&o, tally_sum(&r->account->all));
	out_row(&o);
	return out_end(&o, e);
}

int
report_csv_causes(const struct report *r, FILE *f, struct err *e)
{
	const struct out_column columns[] = { { .key = r->by == BY_DOMAIN ? "domain" : "unit" }, { .key = "cause" },
	    { .key = "owner" }, { .key = "grade" }, { .key = "people" } };
	const struct account *a = r->account;
	struct row row = { .owner = OWNERS };
	struct out o;

	if (r->by == BY_OWNER)
		return causes_by_owner(r, f, e);
	out_begin(&o, f, OUT_CSV, columns, COUNT_OF(columns));
	o.for_sheets = r->for_sheets;
	row.o = &o;
	for (size_t i = 0; r->by == BY_UNIT && i < a->n_units; i++) {
		row.first = a->units[i].unit.code;
		report_each_cause(&a->units[i].t, cause_row, &row);
	}
	for (size_t i = 0; r->by == BY_DOMAIN && i < a->n_domains; i++) {
		row.first = *a->domains[i].domain ? a->domains[i].domain : "none";
		report_each_cause(&a->domains[i].t, cause_row, &row);
	}
	row.first = "TOTAL";
	report_each_cause(&a->all, cause_row, &row);
	return out_end(&o, e);
}
