/* thumoi init - create the store; load unit directories and providers. */
#include "app/commands.h"
#include "base/file.h"
#include "engine/unit_file.h"
#include "store/unit.h"

#include <glob.h>
#include <inttypes.h>

static bool
tree_known(struct db *db, const char *path, struct err *e)
{
	struct arena a = ARENA_INIT;
	char *key = arena_dup(&a, file_base(path)), *dot = strrchr(key, '.');
	int64_t id;
	int rc;

	if (dot && dot != key)
		*dot = '\0';
	rc = tree_find(db, key, &id, e);
	arena_release(&a);
	return rc == 1;
}

static int
load_units(struct app *app, const char *path, bool named, struct err *e)
{
	int64_t n;

	if (tree_known(app->db, path, e))
		return named ? err_set(e, ERR_INPUT,
		    TR("%s: a unit directory of that name is loaded already; give a corrected one another file name",
		    "%s: đã nạp danh mục đơn vị cùng tên; bản sửa đổi cần đặt tên tệp khác"), path) : 0;
	if (unit_file_import(app->db, path, &n, e) < 0)
		return -1;
	if (!app->quiet)
		fprintf(stderr, TR("%" PRId64 " units from %s\n", "%" PRId64 " đơn vị từ %s\n"), n, path);
	return 0;
}

/* The directories that are shipped: every .csv in config/units. */
static int
load_shipped(struct app *app, struct err *e)
{
	glob_t found;
	int rc = 0;

	if (glob(file_data_path(&app->arena, "config/units/*.csv"), 0, NULL, &found) != 0)
		return err_set(e, ERR_NOTFOUND, TR("the shipped unit directories are not where they should be: %s",
		    "không tìm thấy danh mục đơn vị kèm theo: %s"), file_data_path(&app->arena, "config/units/*.csv"));
	for (size_t i = 0; i < found.gl_pathc && rc == 0; i++)
		rc = load_units(app, found.gl_pathv[i], false, e);
	globfree(&found);
	return rc;
}

static int
load_all(struct app *app, const char **units, const char *providers, struct err *e)
{
	int64_t n;

	if (db_begin(app->db, e) < 0)
		return -1;
	if (!units[0] && load_shipped(app, e) < 0)
		return db_abort(app->db);
	for (int i = 0; units[i]; i++)
		if (load_units(app, units[i], true, e) < 0)
			return db_abort(app->db);
	if (!providers)
		providers = file_data_path(&app->arena, "config/providers.txt");
	if (provider_file_import(app->db, providers, &n, e) < 0)
		return db_abort(app->db);
	if (!app->quiet)
		fprintf(stderr, TR("%" PRId64 " mail providers from %s\n", "%" PRId64 " nhà cung cấp thư từ %s\n"), n, providers);
	return db_commit(app->db, e);
}

int
cmd_init(struct app *app, int argc, char **argv)
{
	const char *units[OPT_TEXTS_MAX + 1] = { NULL }, *providers = NULL;
	const struct opt opts[] = {
		{ "units", OPT_TEXTS, units, "FILE", "unit directory; may be repeated; default: the shipped ones",
		    "danh mục đơn vị; có thể lặp lại; mặc định: các bản kèm theo" },
		{ "providers", OPT_TEXT, &providers, "FILE", "list of personal-mail providers; default: the shipped one",
		    "danh sách nhà cung cấp thư cá nhân; mặc định: bản kèm theo" },
	};
	int first, rc = opt_parse(argc, argv, "init", "[--units FILE]... [--providers FILE]", opts, COUNT_OF(opts), 0, 0,
	    &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	/* Only now: a slip of the pen must not leave an empty store behind. */
	if (db_open(&app->db, app->store, DB_CREATE, &e) < 0 || load_all(app, units, providers, &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("store ready: %s\n", "kho dữ liệu đã sẵn sàng: %s\n"), db_path(app->db));
	return EXIT_DONE;
}
