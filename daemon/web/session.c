#include "web/session.h"

#include <inttypes.h>
#include <strings.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/audit.h"
#include "store/user.h"
#include "web/upload.h"
#include "web/view.h"

#define SESSION_OCTETS 32
#define TOUCH_S 60
#define PLAIN_COOKIE "thumoi"
#define SAFE_COOKIE "__Host-thumoi"
#define COOKIE_MOST 200

static const char *
cookie_name(const struct request *r)
{
	return r->site->secure_desk ? SAFE_COOKIE : PLAIN_COOKIE;
}

/* "127.0.0.1:8081", "localhost", "[::1]:8081": what a browser on this machine says. */
static bool
is_name(const char *host, const char *name)
{
	size_t n = strlen(name);

	return n && strncasecmp(host, name, n) == 0 && (host[n] == ':' || !host[n]);
}

/* "https://thumoi.example/": is that the host? */
static bool
is_url_host(const char *host, const char *url)
{
	const char *from = strstr(url, "://");
	size_t n = from ? strcspn(from + 3, "/") : 0;

	return n && strlen(host) == n && strncasecmp(host, from + 3, n) == 0;
}

static bool
is_loopback_name(const char *host)
{
	static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };

	for (size_t i = 0; host && i < COUNT_OF(names); i++)
		if (is_name(host, names[i]))
			return true;
	return false;
}

bool
session_local(struct request *r)
{
	if (is_loopback_name(request_header(r, "Host")) && !request_header(r, "X-Forwarded-For"))
		return true;
	reply_nothing_here(r);
	return false;
}

bool
session_named_well(struct request *r)
{
	const char *host = request_header(r, "Host");

	if (is_loopback_name(host))
		return true;
	if (host && is_url_host(host, r->site->conf->admin_url))
		return true;
	reply_nothing_here(r);
	return false;
}

static void
csrf_of(struct request *r, const char *cookie)
{
	char hash[65];
	const char *text = arena_printf(r->arena, "csrf %s", cookie);

	sha256_hex(hash, text, strlen(text));
	r->csrf = arena_dup(r->arena, hash);
}

/* A page that is only left open does not keep its session alive. */
static bool
looks_by_itself(const struct request *r)
{
	return !r->post && (request_arg(r, "live") || (r->route && strcmp(r->route, "/c/*/events") == 0));
}

/* 1 somebody is logged in, 0 nobody, -1. */
static int
find_actor(struct request *r, struct err *e)
{
	const char *cookie = request_cookie(r, cookie_name(r));
	int64_t now = clock_now(), seen_at = 0;
	struct user u;
	char key[65];
	int rc;

	if (!cookie || strlen(cookie) > COOKIE_MOST)
		return 0;
	sha256_hex(key, cookie, strlen(cookie));
	rc = session_find(r->db, r->arena, key, now - SESSION_LONGEST_S, now - r->site->conf->session_idle_s, &u, &seen_at, e);
	if (rc != 1)
		return rc;
	r->who = (struct actor){ .name = u.name, .unit = u.unit };
	if (!role_parse(u.role, &r->who.role))
		return 0;
	r->actor = &r->who;
	r->session = arena_dup(r->arena, key);
	csrf_of(r, cookie);
	/* Most requests only read. */
	if (!looks_by_itself(r) && now - seen_at >= TOUCH_S && session_touch(r->db, key, now, e) < 0)
		return -1;
	return 1;
}

/*
 * A browser says where a request comes from; one that says nothing is judged
 * by the field alone. Our pages send no referrer, so the origin of their forms
 * is "null" (Fetch, 4.6): then what the browser says of the site decides.
 */
static bool
from_here(const struct request *r)
{
	const char *site = request_header(r, "Sec-Fetch-Site"), *origin = request_header(r, "Origin");
	const char *host = request_header(r, "Host");

	if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	if (site && origin && strcmp(origin, "null") == 0)
		return true;
	return !origin || (host && is_url_host(host, origin));
}

static bool
refuse(struct request *r, int status, const char *title, const char *text)
{
	if (view_is_api(r))
		view_problem(r, status, title);
	else
		reply_notice(r, status, title, text);
	return false;
}

static bool
first_run(struct request *r)
{
	return refuse(r, 403, TRL(r->lang, "Nobody has an account yet", "Chưa có tài khoản nào"),
	    TRL(r->lang, "Create the first one on the server, as the user thumoi: thumoi user add NAME --role administrator",
	    "Tạo tài khoản đầu tiên trên máy chủ, với người dùng thumoi: thumoi user add TÊN --role administrator"));
}

static bool
ask_to_log_in(struct request *r)
{
	struct err e = ERR_INIT;
	int any = user_any(r->db, &e);
	struct buf next = BUF_INIT(1024);

	if (any < 0) {
		view_error(r, &e);
		return false;
	}
	if (!any)
		return first_run(r);
	if (view_is_api(r) || r->post)
		return refuse(r, 401, TRL(r->lang, "Please log in", "Xin đăng nhập"),
		    TRL(r->lang, "The session has ended. Log in and do it once more.", "Phiên làm việc đã hết. Xin đăng nhập và làm lại."));
	url_escape(&next, r->path);
	reply_redirect(r, arena_printf(r->arena, "/login?next=%s", buf_str(&next)));
	buf_release(&next);
	return false;
}

bool
session_may(struct request *r, enum right right)
{
	return access_may(r->actor, right) || refuse(r, 403, TRL(r->lang, "This is not yours to see", "Không có quyền xem mục này"),
	    TRL(r->lang, "Your account does not have the right. An administrator can give it.",
	    "Tài khoản này không có quyền. Quản trị viên có thể cấp quyền."));
}

bool
session_known(struct request *r)
{
	return r->site->no_login || find_actor(r, NULL) == 1;
}

bool
session_admit(struct request *r, enum right right)
{
	struct err e = ERR_INIT;
	const char *csrf;

	if (right == RIGHT_ANYBODY)
		return true;
	if (r->site->no_login) {
		r->who = (struct actor){ .name = "desk", .role = ROLE_ADMINISTRATOR, .unit = "" };
		r->actor = &r->who;
		r->csrf = r->site->csrf;
	} else if (find_actor(r, &e) < 0) {
		view_error(r, &e);
		return false;
	}
	if (!r->actor)
		return ask_to_log_in(r);
	if (!session_may(r, right))
		return false;
	if (!r->post)
		return true;
	/* No page of another site can send this header without asking first, which nobody grants. */
	if (view_is_api(r) && from_here(r) && request_header(r, "X-Requested-With"))
		return true;
	csrf = upload_is(r) ? upload_peek(r, "csrf") : form_value(r->arena, r->body, r->body_len, "csrf");
	if (!csrf)
		csrf = request_header(r, "X-CSRF");
	if (!from_here(r) || !csrf || !same_secret(csrf, r->csrf))
		return refuse(r, 403, TRL(r->lang, "This did not come from one of our pages", "Yêu cầu không đến từ trang của hệ thống"),
		    TRL(r->lang, "Open the page again and press the button there.", "Xin mở lại trang và bấm nút tại đó."));
	return true;
}

/* Only a path of ours: "//evil.example" and "/\evil" are none. */
static const char *
safe_next(const char *next)
{
	if (!next || next[0] != '/' || next[1] == '/' || next[1] == '\\' || strpbrk(next, "\r\n") || strlen(next) > 300)
		return "/";
	return next;
}

static void
show_form(struct request *r, const char *next, const char *name, bool wrong)
{
	json_t *data = json_object();

	view_text(data, "next", safe_next(next));
	view_text(data, "name", name);
	view_flag(data, "wrong", wrong);
	view_reply(r, SCREEN_LOGIN, TRL(r->lang, "Log in", "Đăng nhập"), NULL, data);
	if (wrong)
		r->status = 403;
}

void
session_show_login(struct request *r)
{
	show_form(r, request_arg(r, "next"), NULL, false);
}

static void
set_cookie(struct request *r, const char *value, bool end)
{
	r->set_cookie = arena_printf(r->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", cookie_name(r), value,
	    r->site->secure_desk ? "; Secure" : "", end ? "; Max-Age=0" : "");
}

static int
begin_session(struct request *r, const struct user *u, struct err *e)
{
	unsigned char octets[SESSION_OCTETS];
	const char *old = request_cookie(r, cookie_name(r));
	int64_t now = clock_now();
	char value[SESSION_OCTETS * 2 + 1], key[65];

	if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets))
		return err_sys(e, TR("no random numbers", "không có số ngẫu nhiên"));
	for (size_t i = 0; i < sizeof(octets); i++)
		snprintf(value + 2 * i, 3, "%02x", octets[i]);
	if (db_begin(r->db, e) < 0)
		return -1;
	if (old && strlen(old) <= COOKIE_MOST) {
		sha256_hex(key, old, strlen(old));
		if (session_delete(r->db, key, e) < 0)
			return db_abort(r->db);
	}
	sha256_hex(key, value, strlen(value));
	if (session_expire(r->db, now - SESSION_LONGEST_S, now - r->site->conf->session_idle_s, e) < 0 ||
	    session_insert(r->db, key, u->id, now, e) < 0 || user_set_login(r->db, u->id, now, e) < 0 ||
	    audit_add(r->db, arena_printf(r->arena, "web:%s", u->name), "login", "", e) < 0)
		return db_abort(r->db);
	if (db_commit(r->db, e) < 0)
		return -1;
	set_cookie(r, value, false);
	return 0;
}

static bool
too_often(struct request *r, const char *name)
{
	int64_t now = clock_mono_us();

	return limiter_full(&r->site->logins, r->peer, r->peer_len, now) ||
	    limiter_full(&r->site->names, name, strlen(name), now);
}

static void
count_failure(struct request *r, const char *name)
{
	int64_t now = clock_mono_us();

	limiter_fail(&r->site->logins, r->peer, r->peer_len, now);
	limiter_fail(&r->site->names, name, strlen(name), now);
	log_warn("login", "failed=yes");
}

void
session_login(struct request *r)
{
	const char *name = form_value(r->arena, r->body, r->body_len, "name");
	const char *password = form_value(r->arena, r->body, r->body_len, "password");
	const char *next = form_value(r->arena, r->body, r->body_len, "next");
	struct user u = { .password = NULL };
	struct err e = ERR_INIT;
	int found;

	if (!from_here(r)) {
		refuse(r, 403, TRL(r->lang, "This did not come from one of our pages", "Yêu cầu không đến từ trang của hệ thống"), "");
		return;
	}
	name = text_lower_ascii(r->arena, name ? name : "");
	if (too_often(r, name)) {
		r->retry_after = "60";
		reply_notice(r, 429, TRL(r->lang, "Too many attempts", "Quá nhiều lần thử"),
		    TRL(r->lang, "Please wait a minute and try again.", "Xin chờ một phút rồi thử lại."));
		return;
	}
	if ((found = user_find(r->db, r->arena, name, &u, &e)) < 0) {
		view_error(r, &e);
		return;
	}
	if (!password_right(found == 1 && !u.disabled_at ? u.password : NULL, password ? password : "")) {
		count_failure(r, name);
		show_form(r, next, name, true);
	} else if (begin_session(r, &u, &e) < 0) {
		view_error(r, &e);
	} else {
		reply_redirect(r, safe_next(next));
	}
}

void
session_logout(struct request *r)
{
	const char *cookie = request_cookie(r, cookie_name(r));
	struct err e = ERR_INIT;
	char key[65];

	if (cookie && strlen(cookie) <= COOKIE_MOST) {
		sha256_hex(key, cookie, strlen(cookie));
		if (session_delete(r->db, key, &e) < 0) {
			view_error(r, &e);
			return;
		}
	}
	set_cookie(r, "", true);
	reply_redirect(r, "/login");
}
