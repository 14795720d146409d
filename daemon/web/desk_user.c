/* desk_admin.h: one account, as an administrator sees it. */
#include "web/desk_admin.h"

#include <stdlib.h>

#include "base/clock.h"
#include "web/desk_parts.h"
#include "web/session.h"

/* What can be done, in the order of the numbers in "said". */
static const struct act {
	const char *word;
	const char *en, *vi;
	bool own;		/* also to oneself */
} acts[] = {
	{ "role", "Role and unit are changed.", "Đã đổi vai trò và đơn vị.", false },
	{ "disable", "The account is disabled; it was logged out everywhere.", "Đã khóa tài khoản và đăng xuất ở mọi nơi.", false },
	{ "enable", "The account is enabled again.", "Đã mở lại tài khoản.", false },
	{ "password", "The password is set. Tell it in person; the owner can change it.",
	    "Đã đặt mật khẩu. Xin báo trực tiếp; chủ tài khoản có thể tự đổi.", false },
	{ "logout", "The account was logged out everywhere.", "Đã đăng xuất tài khoản ở mọi nơi.", true },
	{ "second_off", "The second factor is off. It can be set up anew at the next log-in.",
	    "Đã tắt xác thực hai lớp. Chủ tài khoản có thể bật lại khi đăng nhập.", false },
};

static int
count_session(const struct session_row *s, void *arg)
{
	(void)s;
	(*(int64_t *)arg)++;
	return 0;
}

/* false: the reply is made. */
static bool
find(struct request *r, struct user *u)
{
	char *end;
	long long id = strtoll(r->seg[0], &end, 10);
	struct err e = ERR_INIT;
	int rc = *end || id <= 0 ? 0 : user_by_id(r->db, r->arena, id, u, &e);

	if (rc < 0)
		view_error(r, &e);
	else if (rc == 0)
		view_nothing_here(r);
	return rc == 1;
}

static void
show(struct request *r, const struct user *u, const char *said, bool good)
{
	int64_t now = clock_now(), sessions = 0;
	struct err e = ERR_INIT;
	struct zone zone;
	json_t *data;

	if (zone_load(&zone, ZONE_DEFAULT, &e) < 0 ||
	    session_each(r->db, u->id, now - SESSION_LONGEST_S, now - r->site->conf->session_idle_s, count_session, &sessions, &e) < 0) {
		view_error(r, &e);
		return;
	}
	data = json_object();
	desk_user_fields(data, r, &zone, u);
	view_int(data, "sessions", sessions);
	if (u->id == r->actor->user)
		view_list(data, "role_choices");	/* another one chooses */
	else
		desk_role_choices(data, r, u->role);
	view_text(data, "url", arena_printf(r->arena, "/users/%lld", (long long)u->id));
	view_text(data, "audit_url", arena_printf(r->arena, "/audit?who=desk%%3A%s", u->name));
	desk_said(data, said, good);
	view_reply(r, SCREEN_USER, u->name, NULL, data);
	if (said && !good)
		r->status = 422;
}

void
desk_user(struct request *r)
{
	int64_t n = desk_number(r, "said");
	struct user u;

	if (find(r, &u))
		show(r, &u, n >= 1 && n <= (int64_t)COUNT_OF(acts) ? TRL(r->lang, acts[n - 1].en, acts[n - 1].vi) : NULL, true);
}

static int
act_on(struct request *r, const struct user *u, size_t which, struct err *e)
{
	struct hand h = desk_hand(r);

	switch (which) {
	case 0:
		return users_set_role(&h, u, desk_field(r, "role"), desk_field(r, "unit"), e);
	case 1:
	case 2:
		return users_set_disabled(&h, u, which == 1, e);
	case 3:
		return users_set_password(&h, u, desk_field(r, "password"), NULL, e);
	case 4:
		return users_end_sessions(&h, u, NULL, e);
	default:
		return users_second_off(&h, u, NULL, e);
	}
}

void
desk_user_change(struct request *r)
{
	const char *word = desk_field(r, "act");
	struct err e = ERR_INIT;
	struct user u;
	size_t i = 0;
	int rc;

	if (!find(r, &u))
		return;
	while (i < COUNT_OF(acts) && strcmp(acts[i].word, word) != 0)
		i++;
	if (i == COUNT_OF(acts))
		rc = err_set(&e, ERR_INPUT, "%s", TRL(r->lang, "What is to be done is not said", "Chưa rõ cần làm gì"));
	else if (u.id == r->actor->user && !acts[i].own)
		rc = err_set(&e, ERR_INPUT, "%s", TRL(r->lang, "That is your own account: another administrator can do it",
		    "Đây là tài khoản của chính mình: quản trị viên khác mới làm được"));
	else
		rc = act_on(r, &u, i, &e);
	if (rc == 0)
		desk_done(r, arena_printf(r->arena, "/users/%lld", (long long)u.id), (int)i + 1, TRL(r->lang, acts[i].en, acts[i].vi));
	else if (!desk_failed(r, &e))
		show(r, &u, e.text, false);
}
