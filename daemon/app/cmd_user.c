/* thumoi user add|list|passwd|role|disable|enable - who may use the desk. */
#include "app/commands.h"

#include <ctype.h>

#include "app/passphrase.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/out.h"
#include "base/text.h"
#include "engine/access.h"
#include "store/audit.h"
#include "store/user.h"

#define NAME_MOST 40

static int
check_name(const char *name, struct err *e)
{
	for (const char *p = name; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && !strchr("._-", *p))
			return err_set(e, ERR_INPUT, TR("'%s': a name is made of a-z, 0-9 and ._-", "'%s': tên chỉ gồm a-z, 0-9 và ._-"), name);
	return *name && strlen(name) <= NAME_MOST ? 0 : err_set(e, ERR_INPUT, TR("a name has 1 to %d characters",
	    "tên dài từ 1 đến %d ký tự"), NAME_MOST);
}

/* A focal point has a unit, nobody else has. */
static int
check_role(struct app *app, const char *word, const char **unit, struct err *e)
{
	enum role role;

	if (!role_parse(word, &role))
		return err_set(e, ERR_INPUT, TR("no role '%s': administrator, operator, focal or viewer",
		    "không có vai trò '%s': administrator, operator, focal hoặc viewer"), word);
	if ((role == ROLE_FOCAL) != (*unit != NULL))
		return err_set(e, ERR_INPUT, role == ROLE_FOCAL ? TR("a focal point needs --unit CODE", "đầu mối cần --unit MÃ") :
		    TR("only a focal point has a --unit", "chỉ đầu mối mới có --unit"));
	*unit = *unit ? arena_dup(&app->arena, *unit) : "";
	return 0;
}

static int
need_user(struct app *app, const char *name, struct user *u, struct err *e)
{
	int rc = user_find(app->db, &app->arena, text_lower_ascii(&app->arena, name), u, e);

	return rc == 1 ? 0 : rc < 0 ? -1 : err_set(e, ERR_NOTFOUND, TR("no user '%s': see 'thumoi user list'",
	    "không có người dùng '%s': xem 'thumoi user list'"), name);
}

static int
save_new(struct app *app, struct user *u, struct err *e)
{
	if (db_begin(app->db, e) < 0)
		return -1;
	if (user_insert(app->db, u, e) < 0 ||
	    audit_add(app->db, "cli", "user add", arena_printf(&app->arena, "user=%s role=%s unit=%s", u->name, u->role, u->unit), e) < 0)
		return db_abort(app->db);
	return db_commit(app->db, e);
}

static int
user_add(struct app *app, int argc, char **argv)
{
	const char *role = NULL, *unit = NULL, *file = NULL, *password;
	const struct opt opts[] = {
		{ "role", OPT_TEXT, &role, "ROLE", "administrator, operator, focal or viewer", "administrator, operator, focal hoặc viewer" },
		{ "unit", OPT_TEXT, &unit, "CODE", "focal: the unit it sees", "focal: đơn vị được xem" },
		{ "password-file", OPT_TEXT, &file, "FILE", "the password; else it is asked for", "mật khẩu; nếu không sẽ được hỏi" },
	};
	int first, rc = opt_parse(argc, argv, "user add", TR("NAME", "TÊN"), opts, COUNT_OF(opts), 1, 1, &first);
	struct user u = { .created_at = clock_now() };
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (!role)
		return app_usage("user add", TR("--role is missing", "thiếu --role"));
	u.name = text_lower_ascii(&app->arena, argv[first]);
	u.role = role;
	if (check_name(u.name, &e) < 0 || check_role(app, role, &unit, &e) < 0)
		return app_fail(&e);
	u.unit = unit;
	if (passphrase(app, file, &password, &e) < 0 || password_make(&app->arena, u.name, password, &u.password, &e) < 0 ||
	    save_new(app, &u, &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

/* What is done to one user, with its line in the audit log; sessions end with it. */
static int
change(struct app *app, const char *name, const char *what, int (*act)(struct app *, const struct user *, void *, struct err *),
    void *arg, struct err *e)
{
	struct user u;

	if (need_user(app, name, &u, e) < 0 || db_begin(app->db, e) < 0)
		return -1;
	if (act(app, &u, arg, e) < 0 || session_delete_of(app->db, u.id, e) < 0 ||
	    audit_add(app->db, "cli", what, arena_printf(&app->arena, "user=%s", u.name), e) < 0)
		return db_abort(app->db);
	return db_commit(app->db, e);
}

static int
set_password(struct app *app, const struct user *u, void *arg, struct err *e)
{
	const char *kept;

	if (password_make(&app->arena, u->name, arg, &kept, e) < 0)
		return -1;
	return user_set_password(app->db, u->id, kept, e);
}

static int
user_passwd(struct app *app, int argc, char **argv)
{
	const char *file = NULL, *password;
	const struct opt opts[] = {
		{ "password-file", OPT_TEXT, &file, "FILE", "the password; else it is asked for", "mật khẩu; nếu không sẽ được hỏi" },
	};
	int first, rc = opt_parse(argc, argv, "user passwd", TR("NAME", "TÊN"), opts, COUNT_OF(opts), 1, 1, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (passphrase(app, file, &password, &e) < 0 ||
	    change(app, argv[first], "user passwd", set_password, arena_dup(&app->arena, password), &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

struct new_role { const char *role, *unit; };

static int
set_role(struct app *app, const struct user *u, void *arg, struct err *e)
{
	struct new_role *n = arg;

	return user_set_role(app->db, u->id, n->role, n->unit, e);
}

static int
user_role(struct app *app, int argc, char **argv)
{
	struct new_role n = { .unit = NULL };
	const struct opt opts[] = {
		{ "unit", OPT_TEXT, &n.unit, "CODE", "focal: the unit it sees", "focal: đơn vị được xem" },
	};
	int first, rc = opt_parse(argc, argv, "user role", TR("NAME ROLE", "TÊN VAI-TRÒ"), opts, COUNT_OF(opts), 2, 2, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	n.role = argv[first + 1];
	if (check_role(app, n.role, &n.unit, &e) < 0 || change(app, argv[first], "user role", set_role, &n, &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

static int
set_disabled(struct app *app, const struct user *u, void *arg, struct err *e)
{
	return user_set_disabled(app->db, u->id, *(int64_t *)arg, e);
}

static int
switch_user(struct app *app, int argc, char **argv, const char *what, int64_t at)
{
	int first, rc = opt_parse(argc, argv, what, TR("NAME", "TÊN"), NULL, 0, 1, 1, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	return change(app, argv[first], what, set_disabled, &at, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

static int
user_disable(struct app *app, int argc, char **argv)
{
	return switch_user(app, argc, argv, "user disable", clock_now());
}

static int
user_enable(struct app *app, int argc, char **argv)
{
	return switch_user(app, argc, argv, "user enable", 0);
}

struct listing { struct out out; struct zone zone; };

static int
list_one(const struct user *u, void *arg)
{
	struct listing *l = arg;
	struct date_text t;

	out_text(&l->out, u->name);
	out_text(&l->out, u->role);
	out_text(&l->out, u->unit);
	out_text(&l->out, u->disabled_at ? "disabled" : "active");
	out_text(&l->out, u->login_at ? date_rfc3339(&t, &l->zone, u->login_at) : "");
	out_row(&l->out);
	return 0;
}

static int
user_list(struct app *app, int argc, char **argv)
{
	static const struct out_column columns[] = {
		{ "name", NULL, false }, { "role", NULL, false }, { "unit", NULL, false }, { "state", NULL, false },
		{ "login_at", NULL, false },
	};
	const char *format = NULL;
	const struct opt opts[] = {
		{ "format", OPT_TEXT, &format, "text|csv|json", "form of the table", "dạng bảng" },
	};
	int first, rc = opt_parse(argc, argv, "user list", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct err e = ERR_INIT;
	enum out_format f;
	struct listing l;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (zone_load(&l.zone, ZONE_DEFAULT, &e) < 0)
		return app_fail(&e);
	out_begin(&l.out, stdout, f, columns, COUNT_OF(columns));
	rc = user_each(app->db, list_one, &l, &e);
	if (out_end(&l.out, rc < 0 ? NULL : &e) < 0)
		rc = -1;
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}

int
cmd_user(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "add", user_add, NEEDS_STORE_RW, "somebody new", "thêm người dùng" },
		{ "list", user_list, NEEDS_STORE_RO, "all of them", "liệt kê" },
		{ "passwd", user_passwd, NEEDS_STORE_RW, "another password", "đổi mật khẩu" },
		{ "role", user_role, NEEDS_STORE_RW, "another role", "đổi vai trò" },
		{ "disable", user_disable, NEEDS_STORE_RW, "may not come in any more", "khóa tài khoản" },
		{ "enable", user_enable, NEEDS_STORE_RW, "may come in again", "mở lại tài khoản" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
