#include "web/session.h"

#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/apikey.h"
#include "store/user.h"
#include "web/upload.h"
#include "web/view.h"

#define TOUCH_S 60
#define PLAIN_COOKIE "thumoi"
#define SAFE_COOKIE "__Host-thumoi"
#define COOKIE_MOST 200
#define CHALLENGE "Bearer realm=\"thumoi\""

const char *
session_cookie(const struct request *r)
{
	return r->site->secure_desk ? SAFE_COOKIE : PLAIN_COOKIE;
}

bool
session_key(const struct request *r, char key[65])
{
	const char *cookie = request_cookie(r, session_cookie(r));

	if (!cookie || strlen(cookie) > COOKIE_MOST)
		return false;
	sha256_hex(key, cookie, strlen(cookie));
	return true;
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

static bool
needs_second(const struct request *r, const struct user *u)
{
	const char *of = r->site->conf->second_factor;

	return !u->second_at && (strcmp(of, "everybody") == 0 || (strcmp(of, "administrators") == 0 && r->who.role == ROLE_ADMINISTRATOR));
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
	int64_t now = clock_now(), seen_at = 0;
	struct user u;
	char key[65];
	int rc;

	if (!session_key(r, key))
		return 0;
	rc = session_find(r->db, r->arena, key, now - SESSION_LONGEST_S, now - r->site->conf->session_idle_s, &u, &seen_at, e);
	if (rc != 1)
		return rc;
	r->who = (struct actor){ .name = u.name, .unit = u.unit, .user = u.id };
	if (!role_parse(u.role, &r->who.role))
		return 0;
	r->actor = &r->who;
	r->needs_second = needs_second(r, &u);
	r->session = arena_dup(r->arena, key);
	csrf_of(r, request_cookie(r, session_cookie(r)));
	/* Most requests only read. */
	if (!looks_by_itself(r) && now - seen_at >= TOUCH_S && session_touch(r->db, key, now, e) < 0)
		return -1;
	return 1;
}

/* What a program has sent as its key; NULL: nothing. Pages know no keys. */
static const char *
bearer_of(const struct request *r)
{
	const char *given = request_is_api(r) ? request_header(r, "Authorization") : NULL;

	if (!given || strncasecmp(given, "Bearer ", 7) != 0)
		return NULL;
	return given + 7 + strspn(given + 7, " ");
}

static int
find_key(struct request *r, const char *given, struct err *e)
{
	int rc = apikey_check(r->db, r->arena, given, &r->who, e);

	if (rc == 1)
		r->actor = &r->who;
	return rc;
}

/*
 * A browser says where a request comes from; one that says nothing is judged
 * by the field alone. Our pages send no referrer, so the origin of their forms
 * is "null" (Fetch, 4.6): then what the browser says of the site decides.
 */
bool
session_from_here(const struct request *r)
{
	const char *site = request_header(r, "Sec-Fetch-Site"), *origin = request_header(r, "Origin");
	const char *host = request_header(r, "Host");

	if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	if (site && origin && strcmp(origin, "null") == 0)
		return true;
	return !origin || (host && is_url_host(host, origin));
}

bool
session_refuse(struct request *r, int status, const char *title, const char *text)
{
	reply_notice(r, status, title, text);
	return false;
}

static bool
first_run(struct request *r)
{
	return session_refuse(r, 403, TRL(r->lang, "Nobody has an account yet", "Chưa có tài khoản nào"),
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
	if (request_is_api(r))
		r->challenge = CHALLENGE;
	if (request_is_api(r) || r->post)
		return session_refuse(r, 401, TRL(r->lang, "Please log in", "Xin đăng nhập"),
		    TRL(r->lang, "The session has ended. Log in and do it once more.", "Phiên làm việc đã hết. Xin đăng nhập và làm lại."));
	url_escape(&next, r->path);
	reply_redirect(r, arena_printf(r->arena, "/login?next=%s", buf_str(&next)));
	buf_release(&next);
	return false;
}

/* RFC 6750 3.1. The key itself is never logged. */
static bool
refuse_key(struct request *r)
{
	if (!limiter_fail(&r->site->keys, r->peer, r->peer_len, clock_mono_us())) {
		r->retry_after = "60";
		return session_refuse(r, 429, TRL(r->lang, "Too many wrong keys from this address: wait a minute",
		    "Quá nhiều khóa sai từ địa chỉ này: xin chờ một phút"), "");
	}
	log_warn("api_key", "route=%s status=401", r->route);
	r->challenge = CHALLENGE ", error=\"invalid_token\"";
	return session_refuse(r, 401, TRL(r->lang, "There is no such key, or it is expired or revoked",
	    "Không có khóa này, hoặc khóa đã hết hạn hay bị thu hồi"), "");
}

bool
session_may(struct request *r, enum right right)
{
	if (access_may(r->actor, right))
		return true;
	if (r->actor && r->actor->key) {
		r->challenge = CHALLENGE ", error=\"insufficient_scope\"";
		return session_refuse(r, 403, TRL(r->lang, "The scopes of this key do not reach here", "Phạm vi của khóa không gồm mục này"), "");
	}
	return session_refuse(r, 403, TRL(r->lang, "This is not yours to see", "Không có quyền xem mục này"),
	    TRL(r->lang, "Your account does not have the right. An administrator can give it.",
	    "Tài khoản này không có quyền. Quản trị viên có thể cấp quyền."));
}

bool
session_known(struct request *r)
{
	const char *given = bearer_of(r);

	if (given)
		return find_key(r, given, NULL) == 1;
	return r->site->no_login || find_actor(r, NULL) == 1;
}

/* Whoever must have a second factor and has none comes as far as the page where one is set up. */
static bool
ask_for_second(struct request *r)
{
	const char *title = TRL(r->lang, "Set up the second factor first", "Xin bật xác thực hai lớp trước");

	if (request_is_api(r) || r->post)
		return session_refuse(r, 403, title, TRL(r->lang, "It is required of your account.", "Tài khoản này bắt buộc phải có."));
	reply_redirect(r, "/account");
	return false;
}

static bool
identify(struct request *r, const char *given)
{
	struct err e = ERR_INIT;
	int rc;

	if (given) {
		if ((rc = find_key(r, given, &e)) == 0)
			return refuse_key(r);
	} else if (r->site->no_login) {
		r->who = (struct actor){ .name = "desk", .role = ROLE_ADMINISTRATOR, .unit = "" };
		r->actor = &r->who;
		r->csrf = r->site->csrf;
		rc = 1;
	} else if ((rc = find_actor(r, &e)) == 0) {
		return ask_to_log_in(r);
	}
	if (rc < 0)
		view_error(r, &e);
	return rc > 0;
}

bool
session_admit(struct request *r, enum right right)
{
	const char *csrf, *given;

	if (right == RIGHT_ANYBODY)
		return true;
	given = bearer_of(r);
	if (!identify(r, given))
		return false;
	if (r->needs_second && right != RIGHT_ACCOUNT)
		return ask_for_second(r);
	if (!session_may(r, right))
		return false;
	/* No browser sends a key by itself. */
	if (!r->post || given)
		return true;
	/* No page of another site can send this header without asking first, which nobody grants. */
	if (request_is_api(r) && session_from_here(r) && request_header(r, "X-Requested-With"))
		return true;
	csrf = upload_is(r) ? upload_peek(r, "csrf") : form_value(r->arena, r->body, r->body_len, "csrf");
	if (!csrf)
		csrf = request_header(r, "X-CSRF");
	if (!session_from_here(r) || !csrf || !same_secret(csrf, r->csrf))
		return session_refuse(r, 403, TRL(r->lang, "This did not come from one of our pages", "Yêu cầu không đến từ trang của hệ thống"),
		    TRL(r->lang, "Open the page again and press the button there.", "Xin mở lại trang và bấm nút tại đó."));
	return true;
}
