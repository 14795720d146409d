/* thumoi coverage import FILE - which sub-units should nominate somebody; thumoi report coverage tells which have not. */
#include "app/commands.h"

#include <inttypes.h>

#include "app/unit_words.h"
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
