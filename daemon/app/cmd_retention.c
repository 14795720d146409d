/* thumoi retention - how long data are kept, and erase what is past its time. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "app/commands.h"
#include "engine/retention.h"

static int
print_result(const struct app *app, const struct retention_result *r, bool dry, struct err *e)
{
	const struct out_column columns[] = {
		{ "kind", TR("kind", "loại"), false }, { "n", dry ? TR("due", "quá hạn") : TR("erased", "đã xóa"), true },
	};
	const struct { const char *key, *en, *vi; int64_t n; } lines[] = {
		{ "mails", "raw mails", "thư phản hồi nguyên văn", r->mails },
		{ "letters", "letters", "công văn", r->letters },
		{ "people", "people", "người", r->people },
	};
	struct out o;

	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		out_text(&o, app->json ? lines[i].key : TR(lines[i].en, lines[i].vi));
		out_int(&o, lines[i].n);
		out_row(&o);
	}
	return out_end(&o, e);
}

static void
show_progress(int64_t done, int64_t all, void *arg)
{
	progress_show(arg, done, all);
}

static int
retention_run_command(struct app *app, int argc, char **argv)
{
	bool dry = false, go = false;
	const struct opt opts[] = {
		{ "dry-run", OPT_FLAG, &dry, NULL, "count what is past its time, change nothing", "chỉ đếm dữ liệu quá hạn, không thay đổi" },
		{ "go", OPT_FLAG, &go, NULL, "now, although the setting 'retention' is off", "làm ngay dù thiết lập 'retention' là off" },
	};
	int first, rc = opt_parse(argc, argv, "retention run", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct progress progress;
	struct retention_options o = { .dry_run = false };
	struct retention_result r;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (!dry && !go && strcmp(app->conf.retention, "on") != 0) {
		err_set(&e, ERR_NOTNOW, TR("the setting 'retention' is off: look with --dry-run; --go erases all the same",
		    "thiết lập 'retention' đang là off: xem trước bằng --dry-run; thêm --go để vẫn xóa"));
		return app_fail(&e);
	}
	o.dry_run = dry;
	if (!dry) {
		o.progress = show_progress;
		o.arg = &progress;
		progress_start(&progress, app, "erased", "đã xóa");
	}
	rc = retention_run(app->db, &app->conf, &o, &r, &e);
	if (!dry)
		progress_end(&progress);
	if (rc < 0)
		return app_fail(&e);
	/* What cron calls has nothing to say when there was nothing to do. */
	if ((!app->quiet || app->json) && print_result(app, &r, dry, &e) < 0)
		return app_fail(&e);
	if (r.log_kept && !app->quiet)
		fputs(TR("thumoi: the store is in use: old pages stay in its log until the next run\n",
		    "thumoi: kho đang được dùng: nhật ký của kho còn trang cũ đến lần chạy sau\n"), stderr);
	return EXIT_DONE;
}

static int
retention_show(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "retention show", "", NULL, 0, 0, 0, &first);
	const struct conf *c = &app->conf;
	struct retention_result r;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (retention_run(app->db, c, &(struct retention_options){ .dry_run = true }, &r, &e) < 0)
		return app_fail(&e);
	if (app->json) {
		json_t *o = json_pack("{s:s, s:I, s:I, s:{s:I, s:I, s:I}}", "retention", c->retention, "retention_raw_mail_days",
		    (json_int_t)c->retention_raw_mail_days, "retention_person_days", (json_int_t)c->retention_person_days, "due",
		    "mails", (json_int_t)r.mails, "letters", (json_int_t)r.letters, "people", (json_int_t)r.people);

		rc = json_dumpf(o, stdout, JSON_INDENT(1));
		json_decref(o);
		putchar('\n');
		if (rc < 0) {
			out_lost(&e);
			return app_fail(&e);
		}
		return EXIT_DONE;
	}
	printf("retention = %s\nretention_raw_mail_days = %" PRId64 "\nretention_person_days = %" PRId64 "\n\n", c->retention,
	    c->retention_raw_mail_days, c->retention_person_days);
	return print_result(app, &r, true, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

int
cmd_retention(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "show", retention_show, NEEDS_STORE_RW, "the settings, and how much is past its time",
		    "thiết lập, và bao nhiêu dữ liệu đã quá hạn" },
		{ "run", retention_run_command, NEEDS_STORE_RW, "erase what is past its time", "xóa dữ liệu quá hạn" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
