/* desk_admin.h: all accounts, and what these pages share. */
#include "web/desk_admin.h"

#include "base/text.h"
#include "web/desk_parts.h"

struct hand
desk_hand(struct request *r)
{
	return (struct hand){ .db = r->db, .arena = r->arena, .actor = desk_actor(r), .lang = r->lang };
}

const char *
desk_field(const struct request *r, const char *name)
{
	const char *v = form_value(r->arena, r->body, r->body_len, name);

	return v ? v : "";
}

void
desk_done(struct request *r, const char *url, int n, const char *text)
{
	json_t *data;

	if (!request_is_api(r)) {
		reply_redirect(r, arena_printf(r->arena, "%s?said=%d", url, n));
		return;
	}
	data = json_object();
	view_text(data, "text", text);
	view_reply(r, SCREEN_USERS, NULL, NULL, data);
}

bool
desk_failed(struct request *r, const struct err *e)
{
	if (e->code != ERR_INPUT && e->code != ERR_NOTFOUND)
		view_error(r, e);
	else if (request_is_api(r))
		reply_problem(r, e->code == ERR_INPUT ? 400 : 404, e->text, NULL);
	else
		return false;
	return true;
}

void
desk_role_choices(json_t *o, const struct request *r, const char *chosen)
{
	static const char *const words[ROLES] = { "administrator", "operator", "focal", "viewer" };
	json_t *list = view_list(o, "role_choices");

	for (int i = 0; i < ROLES; i++) {
		json_t *c = view_item(list);

		view_text(c, "value", words[i]);
		view_text(c, "text", role_name((enum role)i, r->lang));
		view_flag(c, "chosen", strcmp(words[i], chosen) == 0);
	}
}

void
desk_user_fields(json_t *o, const struct request *r, const struct zone *z, const struct user *u)
{
	enum role role = ROLE_VIEWER;

	role_parse(u->role, &role);
	view_int(o, "id", u->id);
	view_text(o, "name", u->name);
	view_text(o, "role", u->role);
	view_text(o, "role_name", role_name(role, r->lang));
	view_text(o, "unit", *u->unit ? u->unit : NULL);
	view_time(o, "created_at", z, u->created_at, r->lang);
	view_time(o, "login_at", z, u->login_at, r->lang);
	view_flag(o, "second_factor", u->second_at != 0);
	view_text(o, "state", u->disabled_at ? "disabled" : "active");
	view_flag(o, "disabled", u->disabled_at != 0);
	view_flag(o, "self", u->id == r->actor->user);
}

struct listing { struct request *r; struct zone zone; json_t *list; };

static int
add_user(const struct user *u, void *arg)
{
	struct listing *l = arg;
	json_t *o = view_item(l->list);

	desk_user_fields(o, l->r, &l->zone, u);
	view_text(o, "url", arena_printf(l->r->arena, "/users/%lld", (long long)u->id));
	return 0;
}

/* asked: what the form held when something was wrong with it. */
static void
show(struct request *r, const struct user *asked, const char *said, bool good)
{
	json_t *data = json_object(), *form = json_object();
	struct listing l = { .r = r, .list = view_list(data, "users") };
	struct err e = ERR_INIT;

	view_text(form, "name", asked->name);
	view_text(form, "unit", asked->unit);
	desk_role_choices(form, r, asked->role ? asked->role : "operator");
	json_object_set_new(data, "form", form);
	desk_said(data, said, good);
	if (zone_load(&l.zone, ZONE_DEFAULT, &e) < 0 || user_each(r->db, add_user, &l, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
		return;
	}
	view_reply(r, SCREEN_USERS, TRL(r->lang, "Accounts", "Tài khoản"), NULL, data);
	if (said && !good)
		r->status = 422;
}

static const char *
created(const struct request *r)
{
	return TRL(r->lang, "The account is there.", "Đã tạo tài khoản.");
}

void
desk_users(struct request *r)
{
	show(r, &(struct user){ .name = "" }, desk_number(r, "said") == 1 ? created(r) : NULL, true);
}

void
desk_users_create(struct request *r)
{
	struct hand h = desk_hand(r);
	struct user u = { .name = text_lower_ascii(r->arena, desk_field(r, "name")), .role = desk_field(r, "role"),
	    .unit = desk_field(r, "unit") };
	struct err e = ERR_INIT;

	if (users_create(&h, &u, desk_field(r, "password"), &e) == 0)
		desk_done(r, "/users", 1, created(r));
	else if (!desk_failed(r, &e))
		show(r, &u, e.text, false);
}
