/* thumoid - the daemon: `thumoi serve` under the name that service managers know. */
#include <locale.h>
#include <signal.h>

#include "app/commands.h"

/* Told to read the settings before they have been read: they will be. */
static void
not_yet(int sig)
{
	(void)sig;
}

int
main(int argc, char **argv)
{
	struct app app = { .conf_path = getenv("THUMOI_CONFIG"), .store = getenv("THUMOI_DB"), .arena = ARENA_INIT };
	char **rest = mem_zalloc(((size_t)argc + 1) * sizeof(*rest));
	static char name[] = "serve";
	struct err e = ERR_INIT;
	bool help = false;
	int n = 0, status;

	setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, not_yet);
	lang_ui = lang_from_locale();
	rest[n++] = name;
	/* Options of the program and of the daemon may stand in any order. */
	for (int i = 1; i < argc; i++) {
		int rc = app_global(&app, argc, argv, &i, &e);

		if (rc < 0) {
			app_fail(&e);
			free(rest);
			return EXIT_USAGE;
		}
		if (rc == 0)
			rest[n++] = argv[i];
		help |= strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
	}
	app.conf_named = app.conf_path != NULL;
	if (help)
		fputs(TR("usage: thumoid [-c FILE] [--db FILE] [--lang vi|en] [OPTION]..., or:\n",
		    "cách dùng: thumoid [-c TỆP] [--db TỆP] [--lang vi|en] [TÙY CHỌN]..., hoặc:\n"), stdout);
	status = !help && app_prepare(&app, NEEDS_STORE_RW, &e) < 0 ? app_fail(&e) : cmd_serve(&app, n, rest);
	db_close(app.db);
	conf_release(&app.conf);
	arena_release(&app.arena);
	free(rest);
	return status;
}
