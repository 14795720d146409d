/* thumoi report participation|causes|delivery|response|coverage|placement|comparison|unit|people CAMPAIGN - everybody accounted for. */
#include "app/commands.h"

#include <string.h>

#include "app/report_file.h"
#include "base/clock.h"
#include "engine/papers.h"

struct asked {
	enum paper_kind kind;
	const char *format, *order, *by, *instrument, *output, *summary, *unit, *cause;
	bool excel, outside;
	const char *const *bys;		/* what --by may be, the first one when it is not said */
	size_t n_bys;
	char **beside;			/* other campaigns */
	int n_beside;

	bool xlsx;			/* what came of it */
	enum out_format form;
	enum cause only;
	struct campaign campaigns[PAPER_BESIDE];
	struct account accounts[PAPER_BESIDE];
};

#define OPT_FORM(q) \
	{ "format", OPT_TEXT, &(q).format, "FORM", "text, csv, json, html or xlsx", "text, csv, json, html hoặc xlsx" }, \
	{ "output", OPT_TEXT, &(q).output, "FILE", "-o too: write it there, whole or not at all", "hoặc -o: ghi ra tệp" }, \
	{ "excel", OPT_FLAG, &(q).excel, NULL, "CSV as Excel likes it: byte order mark, CR LF, no formulas", \
	    "CSV cho Excel: có BOM, CR LF, chặn công thức" }

#define OPT_UNITS(q) \
	OPT_FORM(q), \
	{ "order", OPT_TEXT, &(q).order, "ORDER", "units by code or by name", "xếp đơn vị theo code (mã) hay name (tên)" }, \
	{ "summary-lang", OPT_TEXT, &(q).summary, "LANGS", "languages of the closing sentences: vi, en or vi,en", \
	    "ngôn ngữ của phần tóm tắt: vi, en hoặc vi,en" }

#define OPT_PUBLIC(q) \
	{ "public", OPT_FLAG, &(q).outside, NULL, "for outside the house: nobody named, small counts hidden", \
	    "bản gửi ra ngoài: không nêu tên, không ghi số nhỏ" }

static int
choose(const char *option, const char *word, const char *const *words, size_t n, int fallback)
{
	if (!word)
		return fallback;
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return (int)i;
	app_usage("report", TR("--%s cannot be '%s'", "--%s không thể là '%s'"), option, word);
	return -1;
}

static int
read_summaries(struct report *r, const char *words)
{
	struct err e = ERR_INIT;

	r->summaries[0] = r->lang;
	r->n_summaries = 1;
	if (!words)
		return 0;
	r->n_summaries = 0;
	while (*words) {
		size_t n = strcspn(words, ",");
		char word[16];

		snprintf(word, sizeof(word), "%.*s", (int)(n < sizeof(word) ? n : sizeof(word) - 1), words);
		if (r->n_summaries == COUNT_OF(r->summaries) || lang_parse(word, &r->summaries[r->n_summaries++], &e) < 0)
			return app_usage("report", TR("--summary-lang cannot be '%s'", "--summary-lang không thể là '%s'"), words);
		words += n + (words[n] == ',');
	}
	return 0;
}

/* On a terminal: each table that is for reading, under its title. */
static int
print_text(const struct paper *p, FILE *f, struct err *e)
{
	int rc = 0;

	fprintf(f, "%s\n%s\n", p->title, p->ask.account->campaign->title);
	for (size_t i = 0; i < p->n_tables && rc == 0; i++) {
		if (p->files_only[i])
			continue;
		fprintf(f, "\n%s\n", p->tables[i].title);
		if (p->tables[i].note)
			fprintf(f, "%s\n", p->tables[i].note);
		rc = paper_print(p, p->tables[i].key, f, OUT_TEXT, false, e);
	}
	return rc;
}

static int
print_paper(const struct paper *p, const struct asked *q, struct report_file *to, struct err *e)
{
	if (q->xlsx)
		return paper_xlsx(p, to->tmp, e);
	if (q->form == OUT_HTML)
		return paper_html(p, to->f, e);
	if (q->form == OUT_TEXT && !q->by && p->info != paper_info(PAPER_PEOPLE))
		return print_text(p, to->f, e);
	return paper_print(p, q->by, to->f, q->form, q->excel, e);
}

/* Those that have a form of their own, with sentences: see report.h. */
static bool
has_own_form(const struct asked *q)
{
	if (q->xlsx || q->outside || q->form == OUT_CSV)
		return false;
	return q->kind == PAPER_PARTICIPATION || q->kind == PAPER_CAUSES || (q->kind == PAPER_PLACEMENT && q->form == OUT_TEXT);
}

static int
print_own(const struct report *r, const struct asked *q, FILE *f, struct err *e)
{
	if (q->kind == PAPER_PARTICIPATION)
		return report_participation(r, f, q->form, e);
	if (q->kind == PAPER_CAUSES)
		return report_causes(r, f, q->form, e);
	return report_placement(r, f, q->form, e);
}

static int
fill_ask(struct paper_ask *ask, const struct asked *q, struct err *e)
{
	const struct account *a = ask->account;

	ask->cause = q->cause ? &q->only : NULL;
	for (size_t i = 0; q->unit && i < a->n_units; i++)
		if (strcasecmp(a->units[i].unit.code, q->unit) == 0)
			ask->own = &a->units[i];
	if (q->unit && !ask->own)
		return err_set(e, ERR_NOTFOUND, TR("there is no unit '%s' in this campaign", "đợt này không có đơn vị '%s'"), q->unit);
	for (int i = 0; i < q->n_beside; i++)
		ask->beside[ask->n_beside++] = &q->accounts[i];
	return 0;
}

static int
write_paper(struct app *app, const struct report *r, const struct asked *q, struct report_file *to, struct err *e)
{
	struct paper_ask ask = { .db = app->db, .account = r->account, .lang = r->lang };
	struct paper p;
	int rc;

	if (fill_ask(&ask, q, e) < 0)
		return -1;
	rc = paper_make(&p, q->outside ? PAPER_OUTSIDE : q->kind, &ask, e);
	if (rc == 0 && q->kind == PAPER_COVERAGE && paper_is_empty(&p))
		rc = err_set(e, ERR_NOTFOUND, TR("nothing is expected of any unit: load it with 'thumoi coverage import FILE'",
		    "chưa có danh sách đơn vị trực thuộc: nạp bằng 'thumoi coverage import TỆP'"));
	if (rc == 0)
		rc = print_paper(&p, q, to, e);
	paper_release(&p);
	return rc;
}

static int
write_report(struct app *app, const struct report *r, const struct asked *q, struct err *e)
{
	struct report_file to;

	if (report_file_begin(&to, q->output, q->excel, q->xlsx, e) < 0)
		return -1;
	if ((has_own_form(q) ? print_own(r, q, to.f, e) : write_paper(app, r, q, &to, e)) < 0) {
		report_file_drop(&to);
		return -1;
	}
	return report_file_end(&to, e);
}

/* The counts, held against the store. 0 they add up, 1 they do not (said on stderr), -1. */
static int
account(struct app *app, struct account *a, const struct campaign *c, const char *instrument, struct err *e)
{
	struct buf said = BUF_INIT(65536);
	int faults;

	if (account_build(a, app->db, c, &app->conf, instrument, clock_now(), e) < 0)
		return -1;
	faults = account_check(a, app->db, &said, e);
	if (faults > 0)
		fprintf(stderr, TR("thumoi: THE REPORT DOES NOT RECONCILE with the nominations of '%s':\n%s",
		    "thumoi: BÁO CÁO KHÔNG KHỚP với số người được cử của '%s':\n%s"), c->key, buf_str(&said));
	buf_release(&said);
	return faults < 0 ? -1 : faults > 0;
}

static int
read_words(struct app *app, struct asked *q, struct report *r, int *order)
{
	static const char *const orders[] = { "code", "name" };
	int by = choose("by", q->by, q->bys, q->n_bys, 0);

	*order = choose("order", q->order, orders, COUNT_OF(orders), ORDER_CODE);
	q->xlsx = q->format && strcmp(q->format, "xlsx") == 0;
	if (*order < 0 || by < 0 || app_format(app, q->xlsx ? NULL : q->format, &q->form) < 0)
		return EXIT_USAGE;
	r->by = q->kind == PAPER_CAUSES ? (enum report_by)by : BY_UNIT;
	if (q->by && (q->xlsx || (q->form == OUT_HTML && q->kind != PAPER_CAUSES)))
		return app_usage("report", TR("--by goes with text, csv or json: the others have all tables",
		    "--by đi cùng text, csv hoặc json: các dạng khác có đủ mọi bảng"));
	if (q->cause && !cause_parse(q->cause, &q->only))
		return app_usage("report", TR("there is no cause '%s'", "không có nguyên nhân '%s'"), q->cause);
	if (q->excel && (q->form != OUT_CSV || q->xlsx))
		return app_usage("report", TR("--excel goes with --format csv", "--excel đi cùng --format csv"));
	if (q->outside && (q->by || q->instrument))
		return app_usage("report", TR("--public comes in one form only: two tables of the same people would tell what is hidden",
		    "--public chỉ có một dạng: hai bảng về chính những người đó sẽ làm lộ số không công bố"));
	if (q->kind == PAPER_PEOPLE && q->form == OUT_HTML)
		return app_usage("report", TR("people come as text, csv, json or xlsx", "people chỉ có text, csv, json hoặc xlsx"));
	return -1;
}

/* The campaigns beside it, counted at the same moment. As account(). */
static int
count_beside(struct app *app, struct asked *q, struct err *e)
{
	int worst = 0;

	for (int i = 0; i < q->n_beside; i++) {
		int rc = campaign_need(app->db, &app->arena, q->beside[i], &q->campaigns[i], e);

		if (rc < 0 || (rc = account(app, &q->accounts[i], &q->campaigns[i], NULL, e)) < 0)
			return -1;
		worst |= rc;
	}
	return worst;
}

static int
count_and_write(struct app *app, struct asked *q, struct report *r, const struct campaign *c, int order, struct err *e)
{
	struct account a = { .arena = ARENA_INIT };
	struct finding *list;
	int rc = account(app, &a, c, q->instrument, e), others = 0;

	if (rc >= 0 && (others = count_beside(app, q, e)) >= 0) {
		account_sort(&a, (enum account_order)order);
		r->account = &a;
		r->n_findings = findings(&a, &a.arena, &list);
		r->findings = list;
		if (write_report(app, r, q, e) < 0)
			rc = -1;
		r->account = NULL;
	}
	account_release(&a);
	for (int i = 0; i < q->n_beside; i++)
		account_release(&q->accounts[i]);
	return rc < 0 || others < 0 ? -1 : rc || others;
}

static int
make_report(struct app *app, const char *key, struct asked *q)
{
	struct report r = { .for_sheets = q->excel };
	struct err e = ERR_INIT;
	struct campaign c;
	int order, rc = read_words(app, q, &r, &order);

	if (rc >= 0)
		return rc;
	if (campaign_need(app->db, &app->arena, key, &c, &e) < 0)
		return app_fail(&e);
	r.lang = app->lang_given ? lang_ui : c.lang;
	if (read_summaries(&r, q->summary) != 0)
		return EXIT_USAGE;
	if (db_snapshot(app->db, &e) < 0)
		return app_fail(&e);
	rc = count_and_write(app, q, &r, &c, order, &e);
	if (rc < 0) {
		db_abort(app->db);
		return app_fail(&e);
	}
	return db_commit(app->db, &e) < 0 ? app_fail(&e) : rc ? EXIT_FAILED : EXIT_DONE;
}

#define BYS(...) .bys = (const char *const []){ __VA_ARGS__ }, .n_bys = COUNT_OF(((const char *const []){ __VA_ARGS__ }))
#define OPT_BY(q, en, vi) { "by", OPT_TEXT, &(q).by, "WHAT", en, vi }
#define OPT_INSTRUMENT(q) { "instrument", OPT_TEXT, &(q).instrument, "KEY", "as to this form alone", "chỉ xét phiếu này" }

static int
participation(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = PAPER_PARTICIPATION };
	const struct opt opts[] = { OPT_UNITS(q), OPT_PUBLIC(q) };
	int first, rc = opt_parse(argc, argv, "report participation", "CAMPAIGN [--format FORM] [--order code|name]", opts,
	    COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], &q);
}

static int
causes(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = PAPER_CAUSES, BYS("unit", "domain", "owner") };
	const struct opt opts[] = { OPT_UNITS(q), OPT_PUBLIC(q), OPT_INSTRUMENT(q),
		OPT_BY(q, "unit, domain or owner", "unit (đơn vị), domain (tên miền) hay owner (ai xử lý)") };
	int first, rc = opt_parse(argc, argv, "report causes", "CAMPAIGN [--by unit|domain|owner] [--instrument KEY]", opts,
	    COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], &q);
}

static int
delivery(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = PAPER_DELIVERY, BYS("wave", "domain", "unit", "reason") };
	const struct opt opts[] = { OPT_FORM(q), OPT_BY(q, "wave, domain, unit or reason",
	    "wave (lượt thư), domain (tên miền), unit (đơn vị) hay reason (lý do)") };
	int first, rc = opt_parse(argc, argv, "report delivery", "CAMPAIGN [--by wave|domain|unit|reason]", opts, COUNT_OF(opts), 1, 1,
	    &first);

	return rc >= 0 ? rc : make_report(app, argv[first], &q);
}

static int
response(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = PAPER_RESPONSE, BYS("day", "wave") };
	const struct opt opts[] = { OPT_FORM(q), OPT_BY(q, "day or wave", "day (ngày) hay wave (lượt thư)") };
	int first, rc = opt_parse(argc, argv, "report response", "CAMPAIGN [--by day|wave]", opts, COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], &q);
}

static int
comparison(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = PAPER_COMPARISON, BYS("unit", "cause") };
	const struct opt opts[] = { OPT_FORM(q), OPT_BY(q, "unit or cause", "unit (đơn vị) hay cause (nguyên nhân)") };
	int first, rc = opt_parse(argc, argv, "report comparison", "CAMPAIGN CAMPAIGN... [--by unit|cause]", opts, COUNT_OF(opts), 2,
	    PAPER_BESIDE + 1, &first);

	q.beside = argv + first + 1;
	q.n_beside = argc - first - 1;
	return rc >= 0 ? rc : make_report(app, argv[first], &q);
}

static int
people(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = PAPER_PEOPLE };
	const struct opt opts[] = { OPT_FORM(q), OPT_INSTRUMENT(q),
		{ "unit", OPT_TEXT, &q.unit, "CODE", "only people of this unit", "chỉ người của đơn vị này" },
		{ "cause", OPT_TEXT, &q.cause, "KEY", "only people with this cause", "chỉ người có nguyên nhân này" },
	};
	int first, rc = opt_parse(argc, argv, "report people", "CAMPAIGN [--unit CODE] [--cause KEY]", opts,
	    COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], &q);
}

static int
unit(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = PAPER_UNIT, BYS("standing", "causes", "people") };
	const struct opt opts[] = { OPT_FORM(q), OPT_BY(q, "standing, causes or people", "standing (vị trí), causes (nguyên nhân) hay people (người)") };
	int first, rc = opt_parse(argc, argv, "report unit", "CAMPAIGN CODE [--by standing|causes|people]", opts, COUNT_OF(opts), 2, 2, &first);

	if (rc >= 0)
		return rc;
	q.unit = argv[first + 1];
	return make_report(app, argv[first], &q);
}

static int
placement(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = PAPER_PLACEMENT };
	const struct opt opts[] = { OPT_FORM(q) };
	int first, rc = opt_parse(argc, argv, "report placement", "CAMPAIGN [--format FORM]", opts, COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], &q);
}

static int
coverage(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = PAPER_COVERAGE, BYS("sub_unit", "unit", "missing") };
	const struct opt opts[] = { OPT_FORM(q), OPT_BY(q, "sub_unit, unit or missing", "sub_unit (tất cả), unit (đơn vị) hay missing (chưa cử ai)") };
	int first, rc = opt_parse(argc, argv, "report coverage", "CAMPAIGN [--by sub_unit|unit|missing]", opts, COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], &q);
}

int
cmd_report(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "participation", participation, NEEDS_STORE_RO, "who took part, unit by unit", "ai đã tham gia, theo đơn vị" },
		{ "causes", causes, NEEDS_STORE_RO, "why people have not answered", "vì sao chưa trả lời" },
		{ "people", people, NEEDS_STORE_RO, "each person with the cause", "từng người kèm nguyên nhân" },
		{ "delivery", delivery, NEEDS_STORE_RO, "what became of the messages", "thư gửi đi ra sao" },
		{ "response", response, NEEDS_STORE_RO, "answers per day, and after each wave", "trả lời theo ngày và sau mỗi lượt thư" },
		{ "placement", placement, NEEDS_STORE_RO, "inbox or spam, as the probe mailboxes saw it",
		    "vào hộp thư đến hay thư rác, theo các hộp thư thử" },
		{ "coverage", coverage, NEEDS_STORE_RO, "sub-units that should have nominated somebody",
		    "đơn vị trực thuộc lẽ ra phải cử người" },
		{ "comparison", comparison, NEEDS_STORE_RO, "campaigns side by side", "so sánh các đợt" },
		{ "unit", unit, NEEDS_STORE_RO, "a unit's own copy", "bản riêng của một đơn vị" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
