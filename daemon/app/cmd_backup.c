/* thumoi backup FILE - an online copy of the store. */
#include "app/commands.h"

static struct progress *showing;

static void
show(int done, int all)
{
	progress_show(showing, done, all);
}

int
cmd_backup(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "backup", "FILE", NULL, 0, 1, 1, &first);
	struct err e = ERR_INIT;
	struct progress p;

	if (rc >= 0)
		return rc;
	progress_start(&p, app, "pages copied", "trang đã sao lưu");
	showing = &p;
	rc = db_backup(app->db, argv[first], show, &e);
	progress_end(&p);
	if (rc < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("backup written and checked: %s\n", "đã sao lưu và kiểm tra: %s\n"), argv[first]);
	return EXIT_DONE;
}
