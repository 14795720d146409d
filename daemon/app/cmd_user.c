/* thumoi user add|list|passwd|role|disable|enable|logout|second-off - who may use the desk. */
#include "app/commands.h"

#include "app/passphrase.h"
#include "base/date.h"
#include "base/out.h"
#include "base/text.h"
#include "engine/users.h"

#define HAND(app) (&(struct hand){ (app)->db, &(app)->arena, "cli", lang_ui })

static int
need_user(struct app *app, const char *name, struct user *u, struct err *e)
{
	int rc = user_find(app->db, &app->arena, text_lower_ascii(&app->arena, name), u, e);

	return rc == 1 ? 0 : rc < 0 ? -1 : err_set(e, ERR_NOTFOUND, TR("no user '%s': see 'thumoi user list'",
	    "không có người dùng '%s': xem 'thumoi user list'"), name);
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
	struct err e = ERR_INIT;
	struct user u;

	if (rc >= 0)
		return rc;
	if (!role)
		return app_usage("user add", TR("--role is missing", "thiếu --role"));
	u = (struct user){ .name = text_lower_ascii(&app->arena, argv[first]), .role = role, .unit = unit };
	if (users_check_name(u.name, lang_ui, &e) < 0 || passphrase(app, file, &password, &e) < 0 ||
	    users_create(HAND(app), &u, password, &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
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
	struct user u;

	if (rc >= 0)
		return rc;
	if (need_user(app, argv[first], &u, &e) < 0 || passphrase(app, file, &password, &e) < 0 ||
	    users_set_password(HAND(app), &u, password, NULL, &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

static int
user_role(struct app *app, int argc, char **argv)
{
	const char *unit = NULL;
	const struct opt opts[] = {
		{ "unit", OPT_TEXT, &unit, "CODE", "focal: the unit it sees", "focal: đơn vị được xem" },
	};
	int first, rc = opt_parse(argc, argv, "user role", TR("NAME ROLE", "TÊN VAI-TRÒ"), opts, COUNT_OF(opts), 2, 2, &first);
	struct err e = ERR_INIT;
	struct user u;

	if (rc >= 0)
		return rc;
	if (need_user(app, argv[first], &u, &e) < 0 ||
	    users_set_role(HAND(app), &u, argv[first + 1], unit, &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

/* The commands that take a name and nothing else. */
static int
simple(struct app *app, int argc, char **argv, const char *what, int (*act)(struct app *, const struct user *, struct err *))
{
	int first, rc = opt_parse(argc, argv, what, TR("NAME", "TÊN"), NULL, 0, 1, 1, &first);
	struct err e = ERR_INIT;
	struct user u;

	if (rc >= 0)
		return rc;
	return need_user(app, argv[first], &u, &e) < 0 || act(app, &u, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

static int
disable(struct app *app, const struct user *u, struct err *e)
{
	return users_set_disabled(HAND(app), u, true, e);
}

static int
enable(struct app *app, const struct user *u, struct err *e)
{
	return users_set_disabled(HAND(app), u, false, e);
}

static int
log_out(struct app *app, const struct user *u, struct err *e)
{
	return users_end_sessions(HAND(app), u, NULL, e);
}

static int
second_off(struct app *app, const struct user *u, struct err *e)
{
	return users_second_off(HAND(app), u, NULL, e);
}

static int
user_disable(struct app *app, int argc, char **argv)
{
	return simple(app, argc, argv, "user disable", disable);
}

static int
user_enable(struct app *app, int argc, char **argv)
{
	return simple(app, argc, argv, "user enable", enable);
}

static int
user_logout(struct app *app, int argc, char **argv)
{
	return simple(app, argc, argv, "user logout", log_out);
}

static int
user_second_off(struct app *app, int argc, char **argv)
{
	return simple(app, argc, argv, "user second-off", second_off);
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
	out_text(&l->out, u->second_at ? "on" : "off");
	out_row(&l->out);
	return 0;
}

static int
user_list(struct app *app, int argc, char **argv)
{
	static const struct out_column columns[] = {
		{ "name", NULL, false }, { "role", NULL, false }, { "unit", NULL, false }, { "state", NULL, false },
		{ "login_at", NULL, false }, { "second_factor", NULL, false },
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
		{ "logout", user_logout, NEEDS_STORE_RW, "end all sessions", "kết thúc mọi phiên làm việc" },
		{ "second-off", user_second_off, NEEDS_STORE_RW, "take the second factor off: the telephone is lost",
		    "tắt xác thực hai lớp: khi mất điện thoại" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
