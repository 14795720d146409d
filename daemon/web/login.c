#include "web/login.h"

#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/second.h"
#include "store/audit.h"
#include "store/second.h"
#include "web/session.h"
#include "web/view.h"

#define COOKIE_OCTETS 32
#define PLAIN_HALF "thumoi-code"
#define SAFE_HALF "__Host-thumoi-code"
#define COOKIE_MOST 200

/* Only a path of ours: "//evil.example" and "/\evil" are none. */
static const char *
safe_next(const char *next)
{
	if (!next || next[0] != '/' || next[1] == '/' || next[1] == '\\' || strpbrk(next, "\r\n") || strlen(next) > 300)
		return "/";
	return next;
}

const char *
login_agent(struct arena *a, const char *ua)
{
	/* Those that call themselves by several names, by the one that is their own. */
	static const struct { const char *mark, *name; } browsers[] = {
		{ "coc_coc", "Cốc Cốc" }, { "Edg", "Edge" }, { "OPR/", "Opera" }, { "SamsungBrowser", "Samsung Internet" },
		{ "Firefox/", "Firefox" }, { "FxiOS", "Firefox" }, { "CriOS", "Chrome" }, { "Chrome/", "Chrome" }, { "Safari/", "Safari" },
		{ "curl/", "curl" },
	}, systems[] = {
		{ "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Windows", "Windows" }, { "Mac OS X", "macOS" },
		{ "CrOS", "ChromeOS" }, { "Linux", "Linux" },
	};
	const char *browser = NULL, *system = NULL;

	for (size_t i = 0; ua && !browser && i < COUNT_OF(browsers); i++)
		browser = strstr(ua, browsers[i].mark) ? browsers[i].name : NULL;
	for (size_t i = 0; ua && !system && i < COUNT_OF(systems); i++)
		system = strstr(ua, systems[i].mark) ? systems[i].name : NULL;
	return arena_printf(a, "%s%s%s", browser ? browser : "", browser && system ? ", " : "", system ? system : "");
}

static const char *
half_cookie(const struct request *r)
{
	return r->site->secure_desk ? SAFE_HALF : PLAIN_HALF;
}

/* The key of the half of this browser; false: there is none. */
static bool
half_key(const struct request *r, char key[65])
{
	const char *cookie = request_cookie(r, half_cookie(r));

	if (!cookie || strlen(cookie) > COOKIE_MOST)
		return false;
	sha256_hex(key, cookie, strlen(cookie));
	return true;
}

/* max_age_s: -1 as long as the browser is open, 0 it ends */
static const char *
cookie_line(struct request *r, const char *name, const char *value, int max_age_s)
{
	return arena_printf(r->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name, value, r->site->secure_desk ? "; Secure" : "",
	    max_age_s < 0 ? "" : arena_printf(r->arena, "; Max-Age=%d", max_age_s));
}

/* A value for a cookie, and the key under which the store has it. */
static int
make_cookie(char value[COOKIE_OCTETS * 2 + 1], char key[65], struct err *e)
{
	unsigned char octets[COOKIE_OCTETS];

	if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets))
		return err_sys(e, TR("no random numbers", "không có số ngẫu nhiên"));
	for (size_t i = 0; i < sizeof(octets); i++)
		snprintf(value + 2 * i, 3, "%02x", octets[i]);
	sha256_hex(key, value, strlen(value));
	return 0;
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
login_show(struct request *r)
{
	show_form(r, request_arg(r, "next"), NULL, false);
}

static int
begin_session(struct request *r, const struct user *u, struct err *e)
{
	const char *agent = login_agent(r->arena, request_header(r, "User-Agent"));
	int64_t now = clock_now();
	char value[COOKIE_OCTETS * 2 + 1], key[65], old[65], half[65];

	if (make_cookie(value, key, e) < 0 || db_begin(r->db, e) < 0)
		return -1;
	if ((session_key(r, old) && session_delete(r->db, old, e) < 0) || (half_key(r, half) && half_delete(r->db, half, e) < 0) ||
	    session_expire(r->db, now - SESSION_LONGEST_S, now - r->site->conf->session_idle_s, e) < 0 ||
	    half_expire(r->db, now - LOGIN_HALF_S, e) < 0 ||
	    session_insert(r->db, key, u->id, agent, now, e) < 0 || user_set_login(r->db, u->id, now, e) < 0 ||
	    audit_add(r->db, arena_printf(r->arena, "web:%s", u->name), "login", "", e) < 0)
		return db_abort(r->db);
	if (db_commit(r->db, e) < 0)
		return -1;
	r->set_cookie = cookie_line(r, session_cookie(r), value, -1);
	return 0;
}

static int
begin_half(struct request *r, const struct user *u, struct err *e)
{
	char value[COOKIE_OCTETS * 2 + 1], key[65];
	int64_t now = clock_now();

	if (make_cookie(value, key, e) < 0 || db_begin(r->db, e) < 0)
		return -1;
	if (half_expire(r->db, now - LOGIN_HALF_S, e) < 0 || half_insert(r->db, key, u->id, now, e) < 0)
		return db_abort(r->db);
	if (db_commit(r->db, e) < 0)
		return -1;
	r->set_cookie = cookie_line(r, half_cookie(r), value, LOGIN_HALF_S);
	return 0;
}

bool
login_too_often(struct request *r, const char *name)
{
	int64_t now = clock_mono_us();

	if (!limiter_full(&r->site->logins, r->peer, r->peer_len, now) && !limiter_full(&r->site->names, name, strlen(name), now))
		return false;
	r->retry_after = "60";
	session_refuse(r, 429, TRL(r->lang, "Too many attempts", "Quá nhiều lần thử"),
	    TRL(r->lang, "Please wait a minute and try again.", "Xin chờ một phút rồi thử lại."));
	return true;
}

void
login_failed(struct request *r, const char *name)
{
	int64_t now = clock_mono_us();

	limiter_fail(&r->site->logins, r->peer, r->peer_len, now);
	limiter_fail(&r->site->names, name, strlen(name), now);
	log_warn("login", "failed=yes");
}

static bool
from_here(struct request *r)
{
	return session_from_here(r) ||
	    session_refuse(r, 403, TRL(r->lang, "This did not come from one of our pages", "Yêu cầu không đến từ trang của hệ thống"), "");
}

static void
go_on(struct request *r, const struct user *u, const char *next)
{
	struct buf b = BUF_INIT(2048);
	struct err e = ERR_INIT;

	if (!u->second_at && begin_session(r, u, &e) == 0) {
		reply_redirect(r, next);
	} else if (u->second_at && begin_half(r, u, &e) == 0) {
		url_escape(&b, next);
		reply_redirect(r, arena_printf(r->arena, "/login/code?next=%s", buf_str(&b)));
	} else {
		view_error(r, &e);
	}
	buf_release(&b);
}

void
login_password(struct request *r)
{
	const char *name = form_value(r->arena, r->body, r->body_len, "name");
	const char *password = form_value(r->arena, r->body, r->body_len, "password");
	const char *next = form_value(r->arena, r->body, r->body_len, "next");
	struct user u = { .password = NULL };
	struct err e = ERR_INIT;
	int found;

	if (!from_here(r))
		return;
	name = text_lower_ascii(r->arena, name ? name : "");
	if (login_too_often(r, name))
		return;
	if ((found = user_find(r->db, r->arena, name, &u, &e)) < 0) {
		view_error(r, &e);
		return;
	}
	if (password_right(found == 1 && !u.disabled_at ? u.password : NULL, password ? password : "")) {
		go_on(r, &u, safe_next(next));
	} else {
		login_failed(r, name);
		show_form(r, next, name, true);
	}
}

static void
show_code(struct request *r, const char *next, bool wrong)
{
	json_t *data = json_object();

	view_text(data, "next", safe_next(next));
	view_flag(data, "wrong", wrong);
	view_reply(r, SCREEN_CODE, TRL(r->lang, "Log in: the second step", "Đăng nhập: bước hai"), NULL, data);
	if (wrong)
		r->status = 403;
}

/* Who has done the first step, a moment ago. false: the reply is made. */
static bool
halfway(struct request *r, char key[65], struct user *u)
{
	struct err e = ERR_INIT;
	int rc = half_key(r, key) ? half_find(r->db, r->arena, key, clock_now() - LOGIN_HALF_S, LOGIN_HALF_FAILURES, u, &e) : 0;

	if (rc < 0)
		view_error(r, &e);
	else if (rc == 0)
		reply_redirect(r, "/login");
	return rc == 1;
}

void
login_show_code(struct request *r)
{
	struct user u;
	char key[65];

	if (halfway(r, key, &u))
		show_code(r, request_arg(r, "next"), false);
}

void
login_code(struct request *r)
{
	const char *code = form_value(r->arena, r->body, r->body_len, "code");
	const char *next = form_value(r->arena, r->body, r->body_len, "next");
	struct err e = ERR_INIT;
	struct user u;
	char key[65];
	int rc;

	if (!from_here(r) || !halfway(r, key, &u) || login_too_often(r, u.name))
		return;
	if ((rc = second_check(r->db, r->arena, &r->site->secret, &u, code ? code : "", &e)) == 1)
		rc = begin_session(r, &u, &e) < 0 ? -1 : 1;
	else if (rc == 0 && half_fail(r->db, key, &e) < 0)
		rc = -1;
	if (rc < 0) {
		view_error(r, &e);
	} else if (rc == 1) {
		reply_redirect(r, safe_next(next));
	} else {
		login_failed(r, u.name);
		show_code(r, next, true);
	}
}

void
login_out(struct request *r)
{
	struct err e = ERR_INIT;
	char key[65];

	if (session_key(r, key) && session_delete(r->db, key, &e) < 0) {
		view_error(r, &e);
		return;
	}
	r->set_cookie = cookie_line(r, session_cookie(r), "", 0);
	reply_redirect(r, "/login");
}
