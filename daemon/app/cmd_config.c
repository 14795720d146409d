/* thumoi config check|show|sample - the settings. */
#include "app/commands.h"

#include "engine/calendar.h"
#include "engine/limits.h"
#include "engine/mailboxes.h"
#include "engine/relay_file.h"
#include "mail/dns.h"
#include "mail/smtp.h"

/* The files that the settings name and that people write: read as a run would read them. */
static int
check_files(const struct conf *c, struct err *e)
{
	struct limits limits;
	struct calendar calendar;
	int rc = limits_load(&limits, c->pace_file, e);

	if (rc < 0)
		err_wrap(e, "pace_file");
	limits_release(&limits);
	if (rc < 0)
		return -1;
	rc = calendar_load(&calendar, c, e);
	calendar_release(&calendar);
	return rc;
}

static int
config_check(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "config check", "[FILE]", NULL, 0, 0, 1, &first);
	struct err e = ERR_INIT;
	const char *path = rc < 0 && argc > first ? argv[first] : app->conf_path;

	if (rc >= 0)
		return rc;
	if (conf_check(path, stderr) > 0)
		return EXIT_FAILED;
	if (conf_load(&app->conf, path, path != NULL, &e) < 0 ||
	    (relay_check(app->conf.relay, NULL, NULL, &e) < 0 && err_wrap(&e, "relay = %s", app->conf.relay)) ||
	    relay_file_check(app->conf.relay_file, &e) < 0 || mailboxes_check(&app->conf, &e) < 0 ||
	    check_files(&app->conf, &e) < 0 || dns_check(app->conf.dns_servers, &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		printf(TR("%s: no faults\n", "%s: không có lỗi\n"), path ? path : TR("defaults", "mặc định"));
	return EXIT_DONE;
}

static int
config_show(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "config show", "", NULL, 0, 0, 0, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (conf_load(&app->conf, app->conf_path, app->conf_named, &e) < 0)
		return app_fail(&e);
	conf_print_values(&app->conf, stdout);
	return EXIT_DONE;
}

static int
config_sample(struct app *app, int argc, char **argv)
{
	bool manual = false;
	const struct opt opts[] = {
		{ "manual", OPT_FLAG, &manual, NULL, "as the settings section of thumoi.conf(5)", "dạng trang thumoi.conf(5)" },
	};
	int first, rc = opt_parse(argc, argv, "config sample", "[--manual]", opts, COUNT_OF(opts), 0, 0, &first);

	(void)app;
	if (rc >= 0)
		return rc;
	(manual ? conf_print_manual : conf_print_sample)(stdout);
	return EXIT_DONE;
}

int
cmd_config(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "check", config_check, NEEDS_NOTHING, "say what is wrong in the settings", "kiểm tra thiết lập" },
		{ "show", config_show, NEEDS_NOTHING, "print the settings in force", "in các thiết lập đang dùng" },
		{ "sample", config_sample, NEEDS_NOTHING, "print a commented settings file", "in tệp thiết lập mẫu có chú giải" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
