/* desk_admin.h: one's own account: password, second factor, sessions. */
#include "web/desk_admin.h"

#include "base/clock.h"
#include "engine/second.h"
#include "store/second.h"
#include "web/desk_parts.h"
#include "web/login.h"
#include "web/qr.h"
#include "web/session.h"

#define SESSION_ID 16		/* of the key, shown; the key itself is a hash of what the cookie holds */

struct outcome {		/* of what was asked */
	const char *said;
	bool good;
	const struct second_offer *offer;
	const char *const *recovery;	/* SECOND_RECOVERY of them */
};

static const char *
said_text(int64_t n, enum lang l)
{
	switch (n) {
	case 1:
		return TRL(l, "The password is changed. Your other sessions have ended.", "Đã đổi mật khẩu. Các phiên khác đã kết thúc.");
	case 2:
		return TRL(l, "The second factor is off.", "Đã tắt xác thực hai lớp.");
	case 3:
		return TRL(l, "The session has ended.", "Đã kết thúc phiên.");
	case 4:
		return TRL(l, "All other sessions have ended.", "Đã kết thúc mọi phiên khác.");
	default:
		return NULL;
	}
}

/* false: the reply is made. With admin_login = none there is no account. */
static bool
find(struct request *r, struct user *u)
{
	struct err e = ERR_INIT;
	int rc = r->actor->user ? user_by_id(r->db, r->arena, r->actor->user, u, &e) : 0;

	if (rc < 0)
		view_error(r, &e);
	else if (rc == 0)
		view_nothing_here(r);
	return rc == 1;
}

struct listing { struct request *r; struct zone zone; json_t *list; char own[65]; };

static int
add_session(const struct session_row *s, void *arg)
{
	struct listing *l = arg;
	json_t *o = view_item(l->list);

	view_text(o, "key", arena_ndup(l->r->arena, s->key, SESSION_ID));
	view_text(o, "agent", *s->agent ? s->agent : NULL);
	view_time(o, "began_at", &l->zone, s->began_at, l->r->lang);
	view_time(o, "seen_at", &l->zone, s->seen_at, l->r->lang);
	view_flag(o, "own", strcmp(s->key, l->own) == 0);
	return 0;
}

static void
add_offer(json_t *data, const struct request *r, const struct second_offer *offer)
{
	struct buf b = BUF_INIT(1 << 16);
	json_t *o = json_object();

	view_text(o, "secret", offer->secret);
	view_text(o, "uri", offer->uri);
	/* Without a picture there still is the text. */
	if (qr_svg(&b, offer->uri, TRL(r->lang, "QR code of the secret", "Mã QR của khóa bí mật"), NULL) == 0)
		view_html(o, "qr_html", &b);
	else
		buf_release(&b);
	json_object_set_new(data, "offer", o);
}

static int
fill(json_t *data, struct request *r, const struct user *u, const struct outcome *what, struct err *e)
{
	struct listing l = { .r = r, .list = view_list(data, "sessions") };
	int64_t now = clock_now(), left = 0;

	if (zone_load(&l.zone, ZONE_DEFAULT, e) < 0 || recovery_count(r->db, u->id, &left, e) < 0)
		return -1;
	session_key(r, l.own);
	desk_user_fields(data, r, &l.zone, u);
	view_time(data, "second_at", &l.zone, u->second_at, r->lang);
	view_int(data, "recovery_left", left);
	view_flag(data, "second_needed", r->needs_second && !u->second_at);
	if (what->offer)
		add_offer(data, r, what->offer);
	else
		json_object_set_new(data, "offer", json_null());
	if (what->recovery) {
		json_t *codes = view_list(data, "recovery_codes");

		for (size_t i = 0; i < SECOND_RECOVERY; i++)
			json_array_append_new(codes, json_string(what->recovery[i]));
	} else {
		json_object_set_new(data, "recovery_codes", json_null());
	}
	desk_said(data, what->said, what->good);
	if (session_each(r->db, u->id, now - SESSION_LONGEST_S, now - r->site->conf->session_idle_s, add_session, &l, e) < 0)
		return -1;
	view_flag(data, "has_codes", what->recovery != NULL);
	view_flag(data, "has_others", json_array_size(l.list) > 1);
	return 0;
}

static void
show(struct request *r, const struct outcome *what)
{
	json_t *data = json_object();
	struct err e = ERR_INIT;
	struct user u;

	/* Read anew: what was asked may have changed it. */
	if (!find(r, &u)) {
		json_decref(data);
	} else if (fill(data, r, &u, what, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_ACCOUNT, TRL(r->lang, "My account", "Tài khoản của tôi"), NULL, data);
		if (what->said && !what->good)
			r->status = 422;
	}
}

void
desk_account(struct request *r)
{
	show(r, &(struct outcome){ .said = said_text(desk_number(r, "said"), r->lang), .good = true });
}

static void
done(struct request *r, int n)
{
	desk_done(r, "/account", n, said_text(n, r->lang));
}

static void
wrong(struct request *r, const char *text, const struct second_offer *offer)
{
	if (request_is_api(r))
		reply_problem(r, 400, text, NULL);
	else
		show(r, &(struct outcome){ .said = text, .offer = offer });
}

/* The password, asked for once more. false: the reply is made. */
static bool
password_known(struct request *r, const struct user *u)
{
	if (login_too_often(r, u->name))
		return false;
	if (password_right(u->password, desk_field(r, "password")))
		return true;
	login_failed(r, u->name);
	wrong(r, TRL(r->lang, "The password is not right.", "Mật khẩu không đúng."), NULL);
	return false;
}

static void
change_password(struct request *r, const struct user *u)
{
	struct hand h = desk_hand(r);
	const char *new = desk_field(r, "new"), *again = desk_field(r, "again");
	struct err e = ERR_INIT;
	char key[65];

	if (!password_known(r, u))
		return;
	if (!request_is_api(r) && strcmp(new, again) != 0)
		wrong(r, TRL(r->lang, "The two new passwords are not the same.", "Hai mật khẩu mới không giống nhau."), NULL);
	else if (users_set_password(&h, u, new, session_key(r, key) ? key : NULL, &e) == 0)
		done(r, 1);
	else if (!desk_failed(r, &e))
		wrong(r, e.text, NULL);
}

static void
begin(struct request *r, const struct user *u)
{
	struct second_offer offer;
	struct err e = ERR_INIT;

	if (u->second_at)
		wrong(r, TRL(r->lang, "The second factor is on already.", "Xác thực hai lớp đã bật."), NULL);
	else if (second_begin(r->db, r->arena, &r->site->secret, u, &offer, &e) < 0)
		view_error(r, &e);
	else
		show(r, &(struct outcome){ .offer = &offer });
}

static void
confirm(struct request *r, const struct user *u)
{
	struct hand h = desk_hand(r);
	const char *recovery[SECOND_RECOVERY];
	struct second_offer offer;
	struct err e = ERR_INIT;
	char key[65];
	int rc = second_confirm(r->db, r->arena, &r->site->secret, u, desk_field(r, "code"), h.actor, recovery, &e);

	/* Who came in by the password alone comes in again, with the code. */
	if (rc == 1 && users_end_sessions(&h, u, session_key(r, key) ? key : NULL, &e) < 0)
		rc = -1;
	if (rc == 1)
		show(r, &(struct outcome){ .said = TRL(r->lang, "The second factor is on.", "Đã bật xác thực hai lớp."), .good = true,
		    .recovery = recovery });
	else if (rc == 0 && (rc = second_waiting(r->db, r->arena, &r->site->secret, u, &offer, &e)) >= 0)
		wrong(r, rc ? TRL(r->lang, "That code is not right. Is the clock of the telephone set well?", "Mã không đúng. Đồng hồ điện thoại có đúng giờ không?") :
		    TRL(r->lang, "It took too long: begin once more.", "Đã quá thời gian: xin làm lại từ đầu."), rc ? &offer : NULL);
	if (rc < 0)
		view_error(r, &e);
}

static void
new_recovery(struct request *r, const struct user *u)
{
	const char *recovery[SECOND_RECOVERY];
	struct err e = ERR_INIT;

	if (!password_known(r, u))
		return;
	if (!u->second_at)
		wrong(r, TRL(r->lang, "The second factor is off.", "Xác thực hai lớp đang tắt."), NULL);
	else if (second_recovery(r->db, r->arena, u, desk_actor(r), recovery, &e) < 0)
		view_error(r, &e);
	else
		show(r, &(struct outcome){ .said = TRL(r->lang, "The recovery codes from before work no more.", "Các mã dự phòng cũ không còn dùng được."),
		    .good = true, .recovery = recovery });
}

static void
second_off(struct request *r, const struct user *u)
{
	struct hand h = desk_hand(r);
	struct err e = ERR_INIT;
	char key[65];

	if (!password_known(r, u))
		return;
	if (users_second_off(&h, u, session_key(r, key) ? key : NULL, &e) < 0)
		view_error(r, &e);
	else
		done(r, 2);
}

struct ending { const char *id; struct arena *arena; const char *key; };

static int
is_that(const struct session_row *s, void *arg)
{
	struct ending *q = arg;

	if (strncmp(s->key, q->id, SESSION_ID) != 0)
		return 0;
	q->key = arena_dup(q->arena, s->key);
	return 1;
}

/* One of one's own, and no other. */
static void
end_session(struct request *r, const struct user *u)
{
	struct ending q = { .id = desk_field(r, "key"), .arena = r->arena };
	struct hand h = desk_hand(r);
	struct err e = ERR_INIT;

	if (strlen(q.id) != SESSION_ID || session_each(r->db, u->id, 0, 0, is_that, &q, &e) < 0 || !q.key) {
		if (e.code)
			view_error(r, &e);
		else
			wrong(r, TRL(r->lang, "That session has ended already.", "Phiên này đã kết thúc."), NULL);
		return;
	}
	if (users_end_session(&h, u, q.key, &e) < 0)
		view_error(r, &e);
	else
		done(r, 3);
}

static void
end_others(struct request *r, const struct user *u)
{
	struct hand h = desk_hand(r);
	struct err e = ERR_INIT;
	char key[65];

	if (users_end_sessions(&h, u, session_key(r, key) ? key : NULL, &e) < 0)
		view_error(r, &e);
	else
		done(r, 4);
}

void
desk_account_change(struct request *r)
{
	static const struct { const char *word; void (*act)(struct request *, const struct user *); } acts[] = {
		{ "password", change_password }, { "begin", begin }, { "confirm", confirm }, { "off", second_off },
		{ "recovery", new_recovery }, { "end", end_session }, { "end_others", end_others },
	};
	const char *word = desk_field(r, "act");
	struct user u;

	if (!find(r, &u))
		return;
	for (size_t i = 0; i < COUNT_OF(acts); i++)
		if (strcmp(acts[i].word, word) == 0) {
			acts[i].act(r, &u);
			return;
		}
	wrong(r, TRL(r->lang, "What is to be done is not said", "Chưa rõ cần làm gì"), NULL);
}
