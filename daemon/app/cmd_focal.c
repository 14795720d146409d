/* thumoi focal import|list - whom each unit has named for the survey. */
#include "app/commands.h"

#include <inttypes.h>

#include "app/unit_words.h"
#include "base/clock.h"
#include "base/file.h"
#include "engine/focal_file.h"
#include "store/focal.h"

static int
focal_import(struct app *app, int argc, char **argv)
{
	const char *campaign = NULL;
	bool json = app->json;
	const struct opt opts[] = { OPT_CAMPAIGN(campaign) };
	int first, rc = opt_parse(argc, argv, "focal import", "FILE [--campaign KEY]", opts, COUNT_OF(opts), 1, 1, &first);
	struct focal_tally t;
	struct units *units;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (unit_words(app, campaign, &units, &e) < 0)
		return app_fail(&e);
	rc = focal_file_import(app->db, units, argv[first], clock_now(), &t, &e);
	for (size_t i = 0; i < t.n_faults; i++)
		fprintf(stderr, TR("%s line %" PRId64 ": %s\n", "%s dòng %" PRId64 ": %s\n"), file_base(argv[first]), t.faults[i].line,
		    t.faults[i].text);
	if (rc == 0 && json)
		printf("{\"units\":%" PRId64 ",\"added\":%" PRId64 ",\"changed\":%" PRId64 ",\"unchanged\":%" PRId64 ",\"removed\":%" PRId64
		    ",\"faults\":%zu}\n", t.units, t.added, t.changed, t.unchanged, t.removed, t.n_faults);
	else if (rc == 0 && !app->quiet)
		printf(TR("%" PRId64 " units: %" PRId64 " focal points added, %" PRId64 " changed, %" PRId64 " unchanged, %" PRId64
		    " removed%s\n", "%" PRId64 " đơn vị: thêm %" PRId64 " đầu mối, sửa %" PRId64 ", giữ nguyên %" PRId64 ", bỏ %" PRId64
		    "%s\n"), t.units, t.added, t.changed, t.unchanged, t.removed, t.n_faults ?
		    TR("; units with a fault keep what they had", "; đơn vị có lỗi giữ như cũ") : "");
	if (rc == 0 && t.n_faults)
		rc = 1;
	focal_tally_release(&t);
	units_free(units);
	return rc < 0 ? app_fail(&e) : rc ? EXIT_FAILED : EXIT_DONE;
}

static int
focal_list_command(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "unit", TR("unit", "mã"), false }, { "unit_name", TR("name of the unit", "đơn vị"), false },
		{ "name", TR("focal point", "đầu mối"), false }, { "position", TR("position", "chức vụ"), false },
		{ "email", TR("address", "thư điện tử"), false }, { "telephone", TR("telephone", "điện thoại"), false },
		{ "mail_admin_email", TR("mail administrator", "quản trị thư"), false },
	};
	const char *format = NULL;
	const struct opt opts[] = { { "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" } };
	int first, rc = opt_parse(argc, argv, "focal list", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct err e = ERR_INIT;
	struct focal *list;
	enum out_format f;
	struct out o;
	size_t n;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (focal_list(app->db, &app->arena, 0, &list, &n, &e) < 0)
		return app_fail(&e);
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	for (size_t i = 0; i < n; i++) {
		out_text(&o, list[i].unit_code);
		out_text(&o, list[i].unit_name);
		out_text(&o, list[i].name);
		out_text(&o, list[i].position);
		out_text(&o, list[i].email);
		out_text(&o, list[i].telephone);
		out_text(&o, list[i].admin_email);
		out_row(&o);
	}
	return out_end(&o, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

int
cmd_focal(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "import", focal_import, NEEDS_STORE_RW, "load focal points from a file", "nạp danh sách đầu mối từ tệp" },
		{ "list", focal_list_command, NEEDS_STORE_RO, "who they are", "xem các đầu mối" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
