/* papers.h: what our probe mailboxes saw, which sub-units have nominated nobody, and each person with the cause. */
#include "engine/papers.h"

#include <math.h>
#include <string.h>

#include "engine/coverage.h"

/* --- placement --------------------------------------------------------------------- */

static struct cell
thousandths(double v, bool known)
{
	return known ? cell_int(llround(v * 1000)) : cell_none();
}

static int
walk_placement(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct account *a = p->ask.account;

	(void)e;
	for (size_t i = 0; i < a->n_placements; i++) {
		const struct placement *x = &a->placements[i];
		int64_t n = placement_looked(x);
		double low, high;

		placement_share(x, &low, &high);
		to->row(to, (struct cell[]){ cell_text(x->provider), cell_text(x->wave), cell_text(x->template), cell_int(x->probes),
		    cell_int(n), cell_int(x->inbox), cell_int(x->spam), cell_int(x->other), cell_int(x->missing),
		    thousandths(n ? (double)x->spam / (double)n : 0, n), thousandths(low, n), thousandths(high, n) }, false);
	}
	return 0;
}

int
paper_placement(struct paper *p, struct err *e)
{
	static const char *const classes[] = { "answered", "refused_policy", "mailbox_full", "unknown" };
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "provider", TRL(l, "Inbox or spam", "Hộp thư đến hay thư rác"), TRL(l,
	    "Indicative for the people there as a group (grade C); it says of no person where the message lies.",
	    "Chỉ gợi ý cho cả nhóm người dùng ở đó (mức C); không nói thư của riêng ai nằm ở đâu."), false, walk_placement);

	(void)e;
	paper_column(p, t, "provider", TRL(l, "provider", "nơi nhận"), CELL_TEXT, false);
	paper_column(p, t, "wave", TRL(l, "wave", "lượt thư"), CELL_TEXT, false);
	paper_column(p, t, "template", TRL(l, "template", "mẫu thư"), CELL_TEXT, true);
	paper_column(p, t, "probes", TRL(l, "probes", "hộp thử"), CELL_COUNT, false);
	paper_column(p, t, "looked", TRL(l, "known", "đã rõ"), CELL_COUNT, true);
	paper_column(p, t, "inbox", TRL(l, "inbox", "hộp thư đến"), CELL_COUNT, false);
	paper_column(p, t, "spam", TRL(l, "spam", "thư rác"), CELL_COUNT, false);
	paper_column(p, t, "other", TRL(l, "other", "thư mục khác"), CELL_COUNT, true);
	paper_column(p, t, "missing", TRL(l, "missing", "không tới"), CELL_COUNT, false);
	paper_column(p, t, "share_spam", TRL(l, "share in spam", "tỷ lệ thư rác"), CELL_SHARE, false);
	paper_column(p, t, "low", TRL(l, "at least (95 %)", "ít nhất (95 %)"), CELL_SHARE, true);
	paper_column(p, t, "high", TRL(l, "at most (95 %)", "nhiều nhất (95 %)"), CELL_SHARE, true);
	t->chart = (struct chart_plan){ .kind = CHART_BARS, .first = 5, .n = 4, .classes = classes,
	    .title = TRL(l, "Where the probes found our messages", "Các hộp thư thử thấy thư ở đâu") };
	paper_note(p, TRL(l, "Interval", "Khoảng tin cậy"), TRL(l, "The 95 % interval of the share in spam (Wilson), of the probes whose place is known.",
	    "Khoảng tin cậy 95 % của tỷ lệ thư rác (Wilson), tính trên các hộp thư thử đã rõ kết quả."));
	return 0;
}

/* --- coverage ------------------------------------------------------------------------ */

struct covering {
	struct coverage c;
	struct units *units;
};

static int
walk_coverage(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct coverage *c = &((const struct covering *)p->data)->c;
	bool all = strcmp(t->key, "sub_unit") == 0;

	(void)e;
	for (size_t i = 0; i < c->n; i++)
		if (all || !c->list[i].people)
			to->row(to, (struct cell[]){ cell_text(all ? c->list[i].unit->code : unit_short(c->list[i].unit, p->ask.lang)),
			    cell_text(all ? unit_name(c->list[i].unit, p->ask.lang) : c->list[i].name),
			    cell_text(all ? c->list[i].name : c->list[i].level), cell_text(c->list[i].level), cell_int(c->list[i].people) }, false);
	return 0;
}

static void
give_coverage(struct sink *to, const char *name, const struct coverage_unit *u, bool total)
{
	to->row(to, (struct cell[]){ cell_text(name), cell_int(u->expected), cell_int(u->covered), cell_int(u->expected - u->covered),
	    cell_percent(u->covered, u->expected), cell_int(u->people), cell_int(u->outside) }, total);
}

static int
walk_covered_units(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct coverage *c = &((const struct covering *)p->data)->c;
	struct coverage_unit all = { .unit = NULL };

	(void)e;
	for (size_t i = 0; i < c->n_units; i++) {
		const struct coverage_unit *u = &c->units[i];

		all.expected += u->expected;
		all.covered += u->covered;
		all.people += u->people;
		all.outside += u->outside;
		give_coverage(to, unit_short(u->unit, p->ask.lang), u, false);
	}
	give_coverage(to, TRL(p->ask.lang, "All", "Tất cả"), &all, true);
	return 0;
}

static void
release_coverage(struct paper *p)
{
	struct covering *c = p->data;

	coverage_release(&c->c);
	units_free(c->units);
}

static void
declare_coverage(struct paper *p)
{
	static const char *const classes[] = { "answered", "unknown" };
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "sub_unit", TRL(l, "Expected sub-units", "Đơn vị trực thuộc"), NULL, true, walk_coverage);

	paper_column(p, t, "unit", TRL(l, "unit", "mã"), CELL_TEXT, false);
	paper_column(p, t, "unit_name", TRL(l, "name of the unit", "đơn vị"), CELL_TEXT, false);
	paper_column(p, t, "sub_unit", TRL(l, "sub-unit", "đơn vị trực thuộc"), CELL_TEXT, false);
	paper_column(p, t, "level", TRL(l, "level", "cấp"), CELL_TEXT, false);
	paper_column(p, t, "people", TRL(l, "nominated", "được cử"), CELL_COUNT, false);
	t = paper_add(p, "unit", TRL(l, "Coverage by unit", "Độ phủ theo đơn vị"), NULL, false, walk_covered_units);
	paper_column(p, t, "name", TRL(l, "unit", "đơn vị"), CELL_TEXT, false);
	paper_column(p, t, "expected", TRL(l, "expected sub-units", "đơn vị trực thuộc phải cử"), CELL_COUNT, true);
	paper_column(p, t, "covered", TRL(l, "have nominated", "đã cử"), CELL_COUNT, false);
	paper_column(p, t, "missing", TRL(l, "have not", "chưa cử ai"), CELL_COUNT, false);
	paper_column(p, t, "percent", "%", CELL_PERCENT, false);
	paper_column(p, t, "people", TRL(l, "people", "số người"), CELL_COUNT, true);
	paper_column(p, t, "outside", TRL(l, "of no expected sub-unit", "ngoài danh mục"), CELL_COUNT, true);
	t->chart = (struct chart_plan){ .kind = CHART_BARS, .first = 2, .n = 2, .classes = classes,
	    .title = TRL(l, "Sub-units that have nominated somebody, and that have not", "Đơn vị trực thuộc đã cử và chưa cử người") };
	t = paper_add(p, "missing", TRL(l, "Have nominated nobody", "Chưa cử ai"), NULL, false, walk_coverage);
	paper_column(p, t, "unit", TRL(l, "unit", "đơn vị"), CELL_TEXT, false);
	paper_column(p, t, "sub_unit", TRL(l, "sub-unit", "đơn vị trực thuộc"), CELL_TEXT, false);
	paper_column(p, t, "level", TRL(l, "level", "cấp"), CELL_TEXT, false);
}

int
paper_coverage(struct paper *p, struct err *e)
{
	const struct campaign *campaign = p->ask.account->campaign;
	enum lang l = p->ask.lang;
	struct covering *c = arena_alloc(&p->arena, sizeof(*c));

	p->data = c;
	p->release = release_coverage;
	c->c.arena = (struct arena)ARENA_INIT;
	if (units_load(&c->units, p->ask.db, campaign->tree, campaign->opens_at, e) < 0 ||
	    coverage_look(&c->c, p->ask.db, campaign, c->units, e) < 0)
		return -1;
	declare_coverage(p);
	paper_note(p, TRL(l, "Expected", "Phải cử người"), TRL(l, "By the list loaded with “thumoi coverage import FILE”.",
	    "Theo danh mục nạp bằng “thumoi coverage import TỆP”."));
	paper_note(p, TRL(l, "Of no expected sub-unit", "Ngoài danh mục"), TRL(l, "People whose sub-unit matches none of the list; they are never"
	    " forced to fit.", "Người ghi đơn vị trực thuộc không khớp danh mục; không tự ghép."));
	return 0;
}

/* --- people --------------------------------------------------------------------------- */

static const char *
unit_code(const struct account *a, int64_t id)
{
	for (size_t i = 0; i < a->n_units; i++)
		if (a->units[i].unit.id == id)
			return a->units[i].unit.code;
	return "";
}

/* As they are read: a million people take no more memory than one. */
static int
walk_people(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper_ask *ask = &((const struct paper *)t->from)->ask;
	const struct account *a = ask->account;
	struct cause_ask how = { a->asked, a->campaign->closes_at };
	struct facts_reader *reader;
	int64_t unit_seen = -1;
	const char *code = "";
	struct facts f;
	int rc;

	if (facts_open(&reader, ask->db, a->campaign, 0, a->now, e) < 0)
		return -1;
	while ((rc = facts_next(reader, &f, e)) == 1) {
		char grade[2] = "";
		enum cause c = cause_of(&f, &how, &grade[0]);

		if ((ask->own && ask->own->unit.id != f.unit) || (ask->cause && *ask->cause != c))
			continue;
		if (f.unit != unit_seen) {
			unit_seen = f.unit;
			code = unit_code(a, f.unit);
		}
		to->row(to, (struct cell[]){ cell_text(code), cell_text(f.name), cell_text(f.sub_unit), cell_text(f.email),
		    cell_text(cause_info(c)->key), cell_text(cause_owner_key(c)), cell_text(grade) }, false);
	}
	facts_close(reader);
	return rc;
}

int
paper_people(struct paper *p, struct err *e)
{
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "people", TRL(l, "People", "Từng người"), NULL, false, walk_people);

	(void)e;
	paper_column(p, t, "unit", TRL(l, "unit", "đơn vị"), CELL_TEXT, false);
	paper_column(p, t, "name", TRL(l, "name", "họ tên"), CELL_TEXT, false);
	paper_column(p, t, "sub_unit", TRL(l, "sub-unit", "bộ phận"), CELL_TEXT, false);
	paper_column(p, t, "email", TRL(l, "address", "địa chỉ"), CELL_TEXT, false);
	paper_column(p, t, "cause", TRL(l, "cause", "nguyên nhân"), CELL_TEXT, false);
	paper_column(p, t, "owner", TRL(l, "who can mend it", "ai xử lý"), CELL_TEXT, false);
	paper_column(p, t, "grade", TRL(l, "grade", "mức"), CELL_TEXT, false);
	return 0;
}
