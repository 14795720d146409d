/* thumoi report participation|causes|people|placement|coverage CAMPAIGN - everybody accounted for. */
#include "app/commands.h"

#include "base/clock.h"
#include "base/file.h"
#include "engine/report.h"

struct asked {
	const char *format, *order, *by, *instrument, *output, *summary, *unit, *cause;
	bool excel;
};

enum what { PARTICIPATION, CAUSES_WHAT, PEOPLE, PLACEMENT };

#define OPT_COMMON(q) \
	{ "format", OPT_TEXT, &(q).format, "FORM", "text, csv, json or html", "text, csv, json hoặc html" }, \
	{ "order", OPT_TEXT, &(q).order, "ORDER", "units by code or by name", "xếp đơn vị theo code (mã) hay name (tên)" }, \
	{ "output", OPT_TEXT, &(q).output, "FILE", "write it there, whole or not at all", "ghi ra tệp" }, \
	{ "excel", OPT_FLAG, &(q).excel, NULL, "CSV as Excel likes it: byte order mark, CR LF, no formulas", \
	    "CSV cho Excel: có BOM, CR LF, chặn công thức" }, \
	{ "summary-lang", OPT_TEXT, &(q).summary, "LANGS", "languages of the closing sentences: vi, en or vi,en", \
	    "ngôn ngữ của phần tóm tắt: vi, en hoặc vi,en" }

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

/* Written to memory first when it goes to a file: readers see the old report or the new one. */
static int
deliver(const struct asked *q, const char *s, size_t len, struct err *e)
{
	struct buf b = BUF_INIT((size_t)1 << 31);
	int rc = 0;

	if (q->excel) {
		out_excel(&b, s, len);
		s = buf_str(&b);
		len = b.len;
	}
	if (b.failed)
		rc = err_set(e, ERR_FULL, TR("the report is too large", "báo cáo quá lớn"));
	else if (q->output)
		rc = file_replace(q->output, s, len, e);
	else if (fwrite(s, 1, len, stdout) != len || fflush(stdout) != 0)
		rc = out_lost(e);
	buf_release(&b);
	return rc;
}

static int
print(struct app *app, struct report *r, enum what what, enum out_format format, const struct people_filter *filter,
    FILE *f, struct err *e)
{
	if (what == PARTICIPATION)
		return report_participation(r, f, format, e);
	if (what == CAUSES_WHAT)
		return report_causes(r, f, format, e);
	if (what == PLACEMENT)
		return report_placement(r, f, format, e);
	return report_people(r, app->db, filter, f, format, e);
}

static int
write_report(struct app *app, struct report *r, enum what what, const struct asked *q, enum out_format format,
    const struct people_filter *filter, struct err *e)
{
	char *s = NULL;
	size_t len = 0;
	FILE *f;
	int rc;

	if (!q->output && !q->excel)
		return print(app, r, what, format, filter, stdout, e);
	if (!(f = open_memstream(&s, &len)))
		return err_sys(e, TR("cannot prepare the report", "không chuẩn bị được báo cáo"));
	rc = print(app, r, what, format, filter, f, e);
	fclose(f);
	if (rc == 0)
		rc = deliver(q, s, len, e);
	free(s);
	return rc;
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
make_report(struct app *app, const char *key, enum what what, const struct asked *q)
{
	static const char *const orders[] = { "code", "name" }, *const bys[] = { "unit", "domain", "owner" };
	int order = choose("order", q->order, orders, COUNT_OF(orders), ORDER_CODE);
	int by = choose("by", q->by, bys, COUNT_OF(bys), BY_UNIT), rc;
	struct account a = { .arena = ARENA_INIT };
	struct err e = ERR_INIT;
	struct campaign c;
	enum out_format format;
	enum cause cause = CAUSE_UNKNOWN;
	struct people_filter filter = { q->unit, q->cause ? &cause : NULL };
	struct report r = { .by = (enum report_by)by, .for_sheets = q->excel };
	struct finding *list;

	if (order < 0 || by < 0 || app_format(app, q->format, &format) < 0)
		return EXIT_USAGE;
	if (q->cause && !cause_parse(q->cause, &cause))
		return app_usage("report", TR("there is no cause '%s'", "không có nguyên nhân '%s'"), q->cause);
	if (q->excel && format != OUT_CSV)
		return app_usage("report", TR("--excel goes with --format csv", "--excel đi cùng --format csv"));
	if (what == PEOPLE && format == OUT_HTML)
		return app_usage("report", TR("people come as text, csv or json", "people chỉ có text, csv hoặc json"));
	if (what == PLACEMENT && format == OUT_HTML)
		return app_usage("report", TR("placement comes as text, csv or json; report causes has its findings as html",
		    "placement chỉ có text, csv hoặc json; report causes có nhận định đó ở dạng html"));
	if (campaign_need(app->db, &app->arena, key, &c, &e) < 0)
		return app_fail(&e);
	r.lang = app->lang_given ? lang_ui : c.lang;
	if (read_summaries(&r, q->summary) != 0)
		return EXIT_USAGE;
	if (db_snapshot(app->db, &e) < 0)
		return app_fail(&e);
	rc = account(app, &a, &c, q->instrument, &e);
	if (rc >= 0) {
		account_sort(&a, (enum account_order)order);
		r.account = &a;
		r.n_findings = findings(&a, &a.arena, &list);
		r.findings = list;
		if (write_report(app, &r, what, q, format, &filter, &e) < 0)
			rc = -1;
	}
	account_release(&a);
	if (rc < 0) {
		db_abort(app->db);
		return app_fail(&e);
	}
	return db_commit(app->db, &e) < 0 ? app_fail(&e) : rc ? EXIT_FAILED : EXIT_DONE;
}

static int
participation(struct app *app, int argc, char **argv)
{
	struct asked q = { .format = NULL };
	const struct opt opts[] = { OPT_COMMON(q) };
	int first, rc = opt_parse(argc, argv, "report participation", "CAMPAIGN [--format FORM] [--order code|name]", opts,
	    COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], PARTICIPATION, &q);
}

static int
causes(struct app *app, int argc, char **argv)
{
	struct asked q = { .format = NULL };
	const struct opt opts[] = { OPT_COMMON(q),
		{ "by", OPT_TEXT, &q.by, "WHAT", "unit, domain or owner", "unit (đơn vị), domain (tên miền) hay owner (ai xử lý)" },
		{ "instrument", OPT_TEXT, &q.instrument, "KEY", "as to this form alone", "chỉ xét phiếu này" },
	};
	int first, rc = opt_parse(argc, argv, "report causes", "CAMPAIGN [--by unit|domain|owner] [--instrument KEY]", opts,
	    COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], CAUSES_WHAT, &q);
}

static int
people(struct app *app, int argc, char **argv)
{
	struct asked q = { .format = NULL };
	const struct opt opts[] = { OPT_COMMON(q),
		{ "instrument", OPT_TEXT, &q.instrument, "KEY", "as to this form alone", "chỉ xét phiếu này" },
		{ "unit", OPT_TEXT, &q.unit, "CODE", "only people of this unit", "chỉ người của đơn vị này" },
		{ "cause", OPT_TEXT, &q.cause, "KEY", "only people with this cause", "chỉ người có nguyên nhân này" },
	};
	int first, rc = opt_parse(argc, argv, "report people", "CAMPAIGN [--unit CODE] [--cause KEY]", opts,
	    COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], PEOPLE, &q);
}

static int
placement(struct app *app, int argc, char **argv)
{
	struct asked q = { .format = NULL };
	const struct opt opts[] = {
		{ "format", OPT_TEXT, &q.format, "FORM", "text, csv or json", "text, csv hoặc json" },
		{ "output", OPT_TEXT, &q.output, "FILE", "write it there, whole or not at all", "ghi ra tệp" },
		{ "excel", OPT_FLAG, &q.excel, NULL, "CSV as Excel likes it: byte order mark, CR LF, no formulas",
		    "CSV cho Excel: có BOM, CR LF, chặn công thức" },
	};
	int first, rc = opt_parse(argc, argv, "report placement", "CAMPAIGN [--format FORM]", opts, COUNT_OF(opts), 1, 1, &first);

	return rc >= 0 ? rc : make_report(app, argv[first], PLACEMENT, &q);
}

int
cmd_report(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "participation", participation, NEEDS_STORE_RO, "who took part, unit by unit", "ai đã tham gia, theo đơn vị" },
		{ "causes", causes, NEEDS_STORE_RO, "why people have not answered", "vì sao chưa trả lời" },
		{ "people", people, NEEDS_STORE_RO, "each person with the cause", "từng người kèm nguyên nhân" },
		{ "placement", placement, NEEDS_STORE_RO, "inbox or spam, as the probe mailboxes saw it",
		    "vào hộp thư đến hay thư rác, theo các hộp thư thử" },
		{ "coverage", report_coverage, NEEDS_STORE_RO, "sub-units that should have nominated somebody",
		    "đơn vị trực thuộc lẽ ra phải cử người" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
