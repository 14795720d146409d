/* thumoi - the operator's command: reads the global options, runs one command. */
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "app/commands.h"
#include "base/log.h"

#ifndef THUMOI_CONF
#define THUMOI_CONF "/etc/thumoi/thumoi.conf"
#endif

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

/* -x VALUE, --long VALUE or --long=VALUE at argv[*i]; NULL when it is not that. */
static const char *
value_of(int argc, char **argv, int *i, const char *brief, const char *full)
{
	size_t n = strlen(full);

	ASSERT(*i < argc && argv[*i]);
	if ((brief && strcmp(argv[*i], brief) == 0) || strcmp(argv[*i], full) == 0)
		return *i + 1 < argc ? argv[++*i] : NULL;
	if (strncmp(argv[*i], full, n) == 0 && argv[*i][n] == '=')
		return argv[*i] + n + 1;
	return NULL;
}

static int
prepare(struct app *app, enum needs needs, struct err *e)
{
	enum log_level level;

	if (needs == NEEDS_NOTHING)
		return 0;
	if (!app->conf_path && access(THUMOI_CONF, R_OK) == 0)
		app->conf_path = THUMOI_CONF;
	if (conf_load(&app->conf, app->conf_path, app->conf_named, e) < 0)
		return -1;
	if (log_level_parse(app->conf.log_level, &level) == 0)
		log_to(STDERR_FILENO, level);
	if (!app->store)
		app->store = app->conf.store;
	if (needs == NEEDS_CONF)
		return 0;
	return db_open(&app->db, app->store, needs == NEEDS_STORE_NEW ? DB_CREATE :
	    needs == NEEDS_STORE_RW ? DB_WRITE : DB_READ, e);
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
		const char *v;

		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return help(stdout, EXIT_DONE);
		if (strcmp(argv[i], "--json") == 0) {
			app.json = true;
		} else if (strcmp(argv[i], "-q") == 0 || strcmp(argv[i], "--quiet") == 0) {
			app.quiet = true;
		} else if ((v = value_of(argc, argv, &i, "-c", "--config"))) {
			app.conf_path = v;
		} else if ((v = value_of(argc, argv, &i, NULL, "--db"))) {
			app.store = v;
		} else if ((v = value_of(argc, argv, &i, NULL, "--lang"))) {
			if (lang_parse(v, &lang_ui, &e) < 0) {
				app_fail(&e);
				return EXIT_USAGE;
			}
			app.lang_given = true;
		} else {
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
	status = prepare(&app, c->needs, &e) < 0 ? app_fail(&e) : c->run(&app, argc - i, argv + i);
	if (fflush(stdout) != 0 && status == EXIT_DONE) {
		err_sys(&e, TR("cannot write the result", "không ghi được kết quả"));
		status = app_fail(&e);
	}
	db_close(app.db);
	conf_release(&app.conf);
	arena_release(&app.arena);
	return status;
}
