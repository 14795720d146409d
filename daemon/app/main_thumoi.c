/* thumoi - the operator's command: reads the global options, runs one command. */
#include <locale.h>
#include <signal.h>

#include "app/commands.h"

static const char usage_en[] =
    "usage: thumoi [-c FILE] [--db FILE] [--lang vi|en] [--json] [-q] COMMAND ...\n\n"
    "  -c FILE       settings (THUMOI_CONFIG; " THUMOI_CONF " when it is there)\n"
    "  --db FILE     the store (THUMOI_DB, or the setting 'store')\n"
    "  --lang vi|en  language of messages and reports\n"
    "  --json        results as JSON\n"
    "  -q, --quiet   no progress, no remarks\n\n";
static const char usage_vi[] =
    "cách dùng: thumoi [-c TỆP] [--db TỆP] [--lang vi|en] [--json] [-q] LỆNH ...\n\n"
    "  -c TỆP        tệp thiết lập (THUMOI_CONFIG; " THUMOI_CONF " nếu có)\n"
    "  --db TỆP      kho dữ liệu (THUMOI_DB, hoặc thiết lập 'store')\n"
    "  --lang vi|en  ngôn ngữ của thông báo và báo cáo\n"
    "  --json        kết quả dạng JSON\n"
    "  -q, --quiet   không hiện tiến độ và nhận xét\n\n";

static int
help(FILE *f, int status)
{
	fputs(TR(usage_en, usage_vi), f);
	for (const struct command *c = commands; c->name; c++)
		fprintf(f, "  %-13s %s\n", c->name, TR(c->help_en, c->help_vi));
	return status;
}

int
main(int argc, char **argv)
{
	struct app app = { .conf_path = getenv("THUMOI_CONFIG"), .store = getenv("THUMOI_DB"), .arena = ARENA_INIT };
	const struct command *c;
	struct err e = ERR_INIT;
	int i, status;

	setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	lang_ui = lang_from_locale();
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		int rc;

		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return help(stdout, EXIT_DONE);
		if ((rc = app_global(&app, argc, argv, &i, &e)) < 0) {
			app_fail(&e);
			return EXIT_USAGE;
		}
		if (rc == 0) {
			fprintf(stderr, TR("thumoi: unknown option %s\n", "thumoi: không có tùy chọn %s\n"), argv[i]);
			return help(stderr, EXIT_USAGE);
		}
	}
	app.conf_named = app.conf_path != NULL;
	if (i >= argc)
		return help(stderr, EXIT_USAGE);
	for (c = commands; c->name && strcmp(c->name, argv[i]) != 0; c++)
		;
	if (!c->name) {
		fprintf(stderr, TR("thumoi: there is no command '%s'\n", "thumoi: không có lệnh '%s'\n"), argv[i]);
		return help(stderr, EXIT_USAGE);
	}
	/* --help never needs a store. */
	for (int k = i + 1; k < argc; k++)
		if (strcmp(argv[k], "--help") == 0)
			return c->run(&app, argc - i, argv + i);
	/* Wrong words are told before a store that is missing: opt_parse does both. */
	if (app_prepare(&app, c->needs, &e) < 0)
		app_fail_later(&e);
	status = c->run(&app, argc - i, argv + i);
	if (fflush(stdout) != 0 && status == EXIT_DONE) {
		out_lost(&e);
		status = app_fail(&e);
	}
	db_close(app.db);
	conf_release(&app.conf);
	arena_release(&app.arena);
	return status;
}
