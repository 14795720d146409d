/* thumoi coverage import FILE, report coverage CAMPAIGN - which sub-units should nominate somebody, and have not. */
#include "app/commands.h"

#include <inttypes.h>

#include "app/unit_words.h"
#include "base/text.h"
#include "engine/account.h"
#include "engine/coverage.h"

static int
import(struct app *app, int argc, char **argv)
{
	const char *campaign = NULL;
	const struct opt opts[] = { OPT_CAMPAIGN(campaign) };
	int first, rc = opt_parse(argc, argv, "coverage import", "FILE [--campaign KEY]", opts, COUNT_OF(opts), 1, 1, &first);
	int64_t n_units = 0, sub_units = 0;
	struct units *units;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (unit_words(app, campaign, &units, &e) < 0)
		return app_fail(&e);
	rc = coverage_import(app->db, units, argv[first], &n_units, &sub_units, &e);
	units_free(units);
	if (rc < 0)
		return app_fail(&e);
	if (app->json)
		printf("{\"units\":%" PRId64 ",\"sub_units\":%" PRId64 "}\n", n_units, sub_units);
	else if (!app->quiet)
		printf(TR("%" PRId64 " sub-units of %" PRId64 " units should nominate somebody\n",
		    "%" PRId64 " đơn vị trực thuộc của %" PRId64 " đơn vị phải cử người\n"), sub_units, n_units);
	return EXIT_DONE;
}

int
cmd_coverage(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "import", import, NEEDS_STORE_RW, "load the expected sub-units: unit,sub_unit,level", "nạp danh sách đơn vị trực thuộc: unit,sub_unit,level" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}

static int
rows(const struct coverage *c, enum out_format f, struct err *e)
{
	const struct out_column columns[] = {
		{ "unit", TR("unit", "mã"), false }, { "unit_name", TR("name of the unit", "đơn vị"), false },
		{ "sub_unit", TR("sub-unit", "đơn vị trực thuộc"), false }, { "level", TR("level", "cấp"), false },
		{ "people", TR("nominated", "được cử"), true },
	};
	struct out o;

	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	for (size_t i = 0; i < c->n; i++) {
		/* For people to read: those who are missing. Programs get all. */
		if (f == OUT_TEXT && c->list[i].people)
			continue;
		out_text(&o, c->list[i].unit->code);
		out_text(&o, unit_name(c->list[i].unit, lang_ui));
		out_text(&o, c->list[i].name);
		out_text(&o, c->list[i].level);
		out_int(&o, c->list[i].people);
		out_row(&o);
	}
	return out_end(&o, e);
}

static void
sum(const struct coverage *c)
{
	struct coverage_unit all = { .unit = NULL };
	char n[4][32];

	for (size_t i = 0; i < c->n_units; i++) {
		all.expected += c->units[i].expected;
		all.covered += c->units[i].covered;
		all.people += c->units[i].people;
		all.outside += c->units[i].outside;
	}
	printf(TR("%s of %s sub-units have nominated nobody. %s people stand in %zu units; the sub-unit of %s of them is none of the"
	    " expected.\n", "%s/%s đơn vị trực thuộc chưa cử ai. %s người thuộc %zu đơn vị; %s người ghi đơn vị trực thuộc ngoài danh sách.\n"),
	    text_number(n[0], all.expected - all.covered, lang_ui), text_number(n[1], all.expected, lang_ui),
	    text_number(n[2], all.people, lang_ui), c->n_units, text_number(n[3], all.outside, lang_ui));
}

int
report_coverage(struct app *app, int argc, char **argv)
{
	const char *format = NULL;
	const struct opt opts[] = { { "format", OPT_TEXT, &format, "FORM", "text (those without anybody), csv or json (all)",
	    "text (đơn vị chưa cử ai), csv hoặc json (tất cả)" } };
	int first, rc = opt_parse(argc, argv, "report coverage", "CAMPAIGN [--format FORM]", opts, COUNT_OF(opts), 1, 1, &first);
	struct coverage c = { .arena = ARENA_INIT };
	struct units *units = NULL;
	struct err e = ERR_INIT;
	struct campaign k;
	enum out_format f;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0 || f == OUT_HTML)
		return EXIT_USAGE;
	if (campaign_need(app->db, &app->arena, argv[first], &k, &e) < 0 ||
	    units_load(&units, app->db, k.tree, k.opens_at, &e) < 0 || coverage_look(&c, app->db, &k, units, &e) < 0)
		rc = app_fail(&e);
	else if (!c.n)
		err_set(&e, ERR_NOTFOUND, TR("nothing is expected of any unit: load it with 'thumoi coverage import FILE'",
		    "chưa có danh sách đơn vị trực thuộc: nạp bằng 'thumoi coverage import TỆP'"));
	if (rc < 0)
		rc = !c.n || rows(&c, f, &e) < 0 ? app_fail(&e) : EXIT_DONE;
	if (rc == EXIT_DONE && f == OUT_TEXT)
		sum(&c);
	coverage_release(&c);
	units_free(units);
	return rc;
}
