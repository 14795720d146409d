/* session.h, access.h, audit.h over HTTP: who comes in, how, and what each may. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "engine/access.h"
#include "store/audit.h"
#include "store/user.h"
#include "web/http.h"
#include "web/routes.h"
#include "web/server.h"

#include "support/check.h"
#include "support/http.h"
#include "support/world.h"

#define PASSWORD "một câu dài để đăng nhập"

static struct world w;
static struct conf conf;
static struct http_where where;
static struct answer_page page;
static struct web *web;
static int fd = -1;
static char cookie[ROLES][128], csrf[80];

static const char *
url(const char *path)
{
	static char text[512];

	snprintf(text, sizeof(text), "http://%s%s", where.text, path);
	return text;
}

static long
ask(const char *path, const char *with, const char *body, const char *more)
{
	char held[200];
	struct ask a = { .body = body, .raw_path = true, .headers = { "Accept-Language: en" } };
	size_t n = 1;

	snprintf(held, sizeof(held), "Cookie: %s", with ? with : "");
	if (with)
		a.headers[n++] = held;
	if (more)
		a.headers[n++] = more;
	return http_ask(&page, url(path), &a) == 0 ? page.status : -1;
}

/* What a browser would keep: "thumoi=..." */
static void
keep_cookie(char out[128])
{
	const char *set = http_header(&page, "Set-Cookie");

	snprintf(out, 128, "%.*s", (int)strcspn(set, ";"), set);
}

static void
keep_csrf(void)
{
	const char *at = strstr(buf_str(&page.body), "name=\"csrf\" value=\"");

	snprintf(csrf, sizeof(csrf), "csrf=%.64s", at ? at + 19 : "");
}

static void
make_user(const char *name, const char *role, const char *unit)
{
	struct user u = { .name = name, .role = role, .unit = unit, .created_at = 1 };

	if (password_make(&w.arena, name, PASSWORD, LANG_EN, &u.password, &w.e) < 0 || user_insert(w.db, &u, &w.e) < 0)
		world_die(&w, name);
}

static long
log_in(const char *name, const char *password, const char *with, const char *more)
{
	char body[300], *quoted = curl_easy_escape(NULL, password, 0);

	snprintf(body, sizeof(body), "name=%s&password=%s&next=/c/open/units", name, quoted);
	curl_free(quoted);
	return ask("/login", with, body, more);
}

static void
test_passwords(void)
{
	static const struct { const char *label, *user, *password; bool good; } cases[] = {
		{ "a sentence", "lan", PASSWORD, true }, { "eleven", "lan", "12345678901", false },
		{ "twelve", "lan", "1234abcd5678", true }, { "one character", "lan", "aaaaaaaaaaaaaaaa", false },
		{ "holds the name", "lannguyen", "xxlannguyen2021", false }, { "empty", "lan", "", false },
		{ "characters, not octets", "x", "ấấấấấấ", false },
	};
	const char *kept = NULL;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_INT(password_make(&w.arena, cases[i].user, cases[i].password, LANG_EN, &kept, &w.e) == 0, cases[i].good, cases[i].label);
	CHECK_INT(password_make(&w.arena, "x", PASSWORD, LANG_EN, &kept, &w.e), 0, "kept");
	CHECK(strncmp(kept, "$y$", 3) == 0, "by yescrypt");
	CHECK(password_right(kept, PASSWORD), "the right one");
	CHECK(!password_right(kept, PASSWORD "x"), "a wrong one");
	CHECK(!password_right(kept, ""), "an empty one");
	CHECK(!password_right(NULL, PASSWORD), "of nobody");
}

static void
test_first_run(void)
{
	CHECK_INT(ask("/", NULL, NULL, NULL), 403, "nobody has an account");
	CHECK(http_says(&page, "thumoi user add"), "says how to make one");
	CHECK_INT(ask("/api/v1/campaigns", NULL, NULL, NULL), 403, "nor for programs");
}

static void
test_login(void)
{
	char first[128], second[128];

	CHECK_INT(ask("/", NULL, NULL, NULL), 303, "to the log-in");
	CHECK_STR(http_header(&page, "Location"), "/login?next=%2F", "and back");
	CHECK_INT(ask("/c/open", NULL, NULL, NULL), 303, "each page");
	CHECK_INT(ask("/api/v1/campaigns", NULL, NULL, NULL), 401, "a program is told");
	CHECK_INT(ask("/login", NULL, NULL, NULL), 200, "the page");
	CHECK(strstr(http_header(&page, "Content-Security-Policy"), "script-src 'self'") != NULL, "policy");
	CHECK_INT(log_in("admin", "wrong wrong wrong", NULL, NULL), 403, "a wrong password");
	CHECK(http_says(&page, "The name or the password is wrong"), "does not say which");
	CHECK_INT(log_in("nobody", PASSWORD, NULL, NULL), 403, "an unknown name");
	CHECK(http_says(&page, "The name or the password is wrong"), "the same words");
	CHECK_INT(log_in("gone", PASSWORD, NULL, NULL), 403, "a disabled user");
	CHECK_INT(log_in("admin", PASSWORD, NULL, "Origin: http://evil.example"), 403, "from another site");
	CHECK_INT(log_in("admin", PASSWORD, NULL, "Sec-Fetch-Site: cross-site"), 403, "marked as from another site");
	CHECK_INT(log_in("ADMIN", PASSWORD, "thumoi=chosenbysomebody", NULL), 303, "right");
	CHECK_STR(http_header(&page, "Location"), "/c/open/units", "where one wanted to go");
	CHECK(strstr(http_header(&page, "Set-Cookie"), "HttpOnly; SameSite=Strict") != NULL, "no script reads it");
	keep_cookie(first);
	CHECK(strcmp(first, "thumoi=chosenbysomebody") != 0 && strlen(first) == 7 + 64, "a cookie of ours");
	CHECK_INT(ask("/c/open", first, NULL, NULL), 200, "in");
	CHECK_INT(log_in("admin", PASSWORD, first, NULL), 303, "once more");
	keep_cookie(second);
	CHECK_INT(ask("/c/open", first, NULL, NULL), 303, "the old session is no more");
	CHECK_INT(ask("/c/open", second, NULL, NULL), 200, "the new one is");
	keep_csrf();
	CHECK_INT(ask("/logout", second, "csrf=0", NULL), 403, "a form that is not ours");
	CHECK_INT(ask("/logout", second, "", NULL), 403, "no field");
	CHECK_INT(ask("/logout", second, csrf, "Origin: https://evil.example"), 403, "from another site");
	CHECK_INT(ask("/c/open", second, NULL, NULL), 200, "still in");
	CHECK_INT(ask("/logout", second, csrf, NULL), 303, "log out");
	CHECK_INT(ask("/c/open", second, NULL, NULL), 303, "out");
	CHECK_INT(ask("/c/open", "thumoi=", NULL, NULL), 303, "an empty cookie");
	CHECK_INT(ask("/c/open", "thumoi=\"';DROP", NULL, NULL), 303, "an odd cookie");
}

static void
test_next(void)
{
	static const struct { const char *next, *to; } cases[] = {
		{ "/c/open", "/c/open" }, { "//evil.example", "/" }, { "/%5Cevil.example", "/" }, { "https://evil.example", "/" },
		{ "/a%0d%0aX: y", "/" }, { "", "/" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char body[300], *quoted = curl_easy_escape(NULL, PASSWORD, 0);

		snprintf(body, sizeof(body), "name=admin&password=%s&next=%s", quoted, cases[i].next);
		curl_free(quoted);
		CHECK_INT(ask("/login", NULL, body, NULL), 303, cases[i].next);
		CHECK_STR(http_header(&page, "Location"), cases[i].to, cases[i].next);
	}
}

/* A path of that form: what stands for * is told by what stands before it. */
static void
make_path(char path[200], const char *pattern)
{
	static const struct { const char *before, *it; } stand_ins[] = {
		{ "/c/", "open" }, { "/campaigns/", "open" }, { "/report/", "open" }, { "/units/", "T92" }, { "/letters/", "numbers" },
		{ "/letters/numbers/", "letter.html" }, { "/people/", "1" }, { "/rosters/", "1" }, { "/inbound/", "1" },
		{ "/static/", "desk.css" }, { "/reports/", "causes.csv" }, { "/users/", "1" }, { "/waves/", "first" },
	};
	size_t n = 0;

	for (const char *p = pattern; *p && n < 180; p++) {
		const char *it = "nothing";

		path[n] = '\0';
		if (*p != '*') {
			path[n++] = *p;
			continue;
		}
		for (size_t i = 0; i < COUNT_OF(stand_ins); i++) {
			size_t len = strlen(stand_ins[i].before);

			if (n >= len && strcmp(path + n - len, stand_ins[i].before) == 0)
				it = stand_ins[i].it;
		}
		n += (size_t)snprintf(path + n, 200 - n, "%s", it);
	}
	path[n] = '\0';
}

/* Every route of the desk, as each role and as nobody. Who may is let in, if only to hear that there is nothing. */
static void
test_matrix(void)
{
	static const char *const names[ROLES] = { "admin", "op", "focal", "viewer" };

	for (int role = 0; role < ROLES; role++) {
		CHECK_INT(log_in(names[role], PASSWORD, NULL, NULL), 303, names[role]);
		keep_cookie(cookie[role]);
	}
	for (const struct route *t = routes_admin; t->pattern; t++) {
		char path[200];

		make_path(path, t->pattern);
		/* A stream that ends, and the mail to somebody. */
		if (strstr(path, "/events") || strstr(path, "/sample"))
			snprintf(path + strlen(path), sizeof(path) - strlen(path), "%s", strstr(path, "/events") ? "?once=1" : "?contact=1");
		if (t->get && t->right != RIGHT_ANYBODY) {
			long want = strncmp(path, "/api/", 5) == 0 ? 401 : 303;

			CHECK_INT(ask(path, NULL, NULL, NULL), want, path);
			for (int role = 0; role < ROLES; role++) {
				const struct actor a = { .name = "", .role = (enum role)role, .unit = "T92" };
				long got = ask(path, cookie[role], NULL, NULL);

				if (access_may(&a, t->right))
					CHECK(got == 200 || got == 303 || got == 404, path);
				else
					CHECK_INT(got, 403, path);
			}
		}
		if (t->post && t->right != RIGHT_ANYBODY)
			for (int role = 0; role < ROLES; role++)
				CHECK_INT(ask(path, cookie[role], "who=x", NULL), 403, path);	/* no csrf, or no right */
	}
}

/* A roster may be large; a stranger's is not taken in. */
static void
test_large(void)
{
	struct buf b = BUF_INIT(1 << 20);

	buf_str_add(&b, "csrf=");
	for (int i = 0; i < 100000; i++)
		buf_char(&b, 'x');
	CHECK_INT(ask("/c/open/rosters", NULL, buf_str(&b), NULL), 413, "of nobody");
	CHECK_INT(ask("/c/open/rosters", "thumoi=0", buf_str(&b), NULL), 413, "of a cookie that is no session");
	CHECK_INT(ask("/c/open/rosters", cookie[ROLE_OPERATOR], buf_str(&b), NULL), 403, "of an operator: read, and not from our page");
	buf_release(&b);
}

/* T92 is the focal point's, T93 is not. */
static void
test_focal(void)
{
	CHECK_INT(ask("/", cookie[ROLE_FOCAL], NULL, NULL), 303, "led");
	CHECK_STR(http_header(&page, "Location"), "/c/open/units/T92", "to its unit");
	CHECK_INT(ask("/c/open/units/T92", cookie[ROLE_FOCAL], NULL, NULL), 200, "its unit");
	CHECK_INT(ask("/c/open/units/T93", cookie[ROLE_FOCAL], NULL, NULL), 404, "not another");
	CHECK_INT(ask("/c/open/people", cookie[ROLE_FOCAL], NULL, NULL), 200, "its people");
	CHECK(http_says(&page, "Nguyễn Mẫu Một"), "its person");
	CHECK(!http_says(&page, "Trần Mẫu Hai"), "nobody of another unit");
	CHECK_INT(ask("/c/open/people?unit=T93", cookie[ROLE_FOCAL], NULL, NULL), 200, "asks for another");
	CHECK(!http_says(&page, "Trần Mẫu Hai"), "and gets its own");
	CHECK_INT(ask("/c/open/people/1", cookie[ROLE_FOCAL], NULL, NULL), 200, "its person");
	CHECK_INT(world_count(&w, "SELECT count(*) FROM audit WHERE actor = 'desk:focal' AND action = 'person show'"
	    " AND detail = 'contact=1 campaign=open'"), 3, "who looked at whom is written down");
	CHECK_INT(ask("/c/open/people/2", cookie[ROLE_FOCAL], NULL, NULL), 404, "not another's");
	keep_csrf();
	ask("/c/open/people", cookie[ROLE_FOCAL], NULL, NULL);
	keep_csrf();
	snprintf(csrf + strlen(csrf), sizeof(csrf) - strlen(csrf), "%s", "&who=Mau");
	CHECK_INT(ask("/c/open/people", cookie[ROLE_FOCAL], csrf, NULL), 200, "search");
	CHECK(http_says(&page, "Nguyễn Mẫu Một") && !http_says(&page, "Trần Mẫu Hai"), "finds its own alone");
	CHECK_INT(ask("/c/open/people", cookie[ROLE_VIEWER], NULL, NULL), 403, "who only reads sees no names");
	CHECK_INT(ask("/c/open/rosters", cookie[ROLE_FOCAL], NULL, NULL), 200, "its files");
	CHECK(http_says(&page, "T92-mau.csv") && !http_says(&page, "T93-mau.csv"), "and no others");
	CHECK(!http_says(&page, "type=\"file\""), "nothing to send there");
	CHECK_INT(ask("/c/open/rosters?unit=T93", cookie[ROLE_FOCAL], NULL, NULL), 200, "asks for another's");
	CHECK(!http_says(&page, "T93-mau.csv"), "and gets its own");
	CHECK_INT(ask("/c/open/rosters/2", cookie[ROLE_FOCAL], NULL, NULL), 404, "not another's rows");
	ask("/c/open/people", cookie[ROLE_FOCAL], NULL, NULL);
	keep_csrf();
	CHECK_INT(ask("/c/open/rosters/1", cookie[ROLE_FOCAL], csrf, NULL), 403, "changes nothing");
	CHECK_INT(ask("/c/open/rosters", cookie[ROLE_FOCAL], csrf, NULL), 403, "sends no file");
	CHECK_INT(ask("/c/open/rosters", cookie[ROLE_OPERATOR], NULL, NULL), 200, "who may change");
	keep_csrf();
	CHECK_INT(ask("/c/open/rosters", cookie[ROLE_OPERATOR], csrf, NULL), 422, "may send one");
}

static void
test_times(void)
{
	static const char idle[] = "UPDATE session SET seen_at = seen_at - 1801", old[] = "UPDATE session SET began_at = began_at - 43201";
	static const char again[] = "UPDATE session SET seen_at = seen_at + 1801", young[] = "UPDATE session SET began_at = began_at + 43201";
	struct user u;

	CHECK_INT(ask("/c/open", cookie[ROLE_OPERATOR], NULL, NULL), 200, "in");
	db_run(db_stmt(w.db, idle, &w.e), &w.e);
	CHECK_INT(ask("/c/open", cookie[ROLE_OPERATOR], NULL, NULL), 303, "idle for half an hour");
	db_run(db_stmt(w.db, again, &w.e), &w.e);
	db_run(db_stmt(w.db, old, &w.e), &w.e);
	CHECK_INT(ask("/c/open", cookie[ROLE_OPERATOR], NULL, NULL), 303, "twelve hours old");
	db_run(db_stmt(w.db, young, &w.e), &w.e);
	CHECK_INT(ask("/c/open", cookie[ROLE_OPERATOR], NULL, NULL), 200, "in again");
	CHECK_INT(user_find(w.db, &w.arena, "op", &u, &w.e), 1, "op");
	user_set_disabled(w.db, u.id, 5, &w.e);
	CHECK_INT(ask("/c/open", cookie[ROLE_OPERATOR], NULL, NULL), 303, "disabled: out at once");
	user_set_disabled(w.db, u.id, 0, &w.e);
	CHECK_INT(ask("/c/open", cookie[ROLE_OPERATOR], NULL, NULL), 200, "enabled");
}

static void
test_guessing(void)
{
	long last = 0;

	for (int i = 0; i < 15; i++)
		last = log_in("viewer", "wrong wrong wrong", NULL, NULL);
	CHECK_INT(last, 429, "told to wait");
	CHECK(http_header(&page, "Retry-After")[0] != '\0', "for how long");
	CHECK_INT(ask("/c/open", cookie[ROLE_ADMINISTRATOR], NULL, NULL), 200, "who is in stays in");
}

static void
audit(const char *action)
{
	if (db_begin(w.db, &w.e) < 0 || audit_add(w.db, "cli", action, "x=1", &w.e) < 0 || db_commit(w.db, &w.e) < 0)
		world_die(&w, "audit");
}

static void
test_audit(void)
{
	static const struct { const char *label, *spoil, *mend; } cases[] = {
		{ "a detail changed", "UPDATE audit SET detail = 'x=2' WHERE action = 'two'", "UPDATE audit SET detail = 'x=1' WHERE action = 'two'" },
		{ "an actor changed", "UPDATE audit SET actor = actor || '!' WHERE action = 'two'",
		    "UPDATE audit SET actor = substr(actor, 1, length(actor) - 1) WHERE action = 'two'" },
		{ "a time changed", "UPDATE audit SET at = at + 1 WHERE action = 'three'", "UPDATE audit SET at = at - 1 WHERE action = 'three'" },
		{ "one taken out", "UPDATE audit SET id = -id WHERE action = 'two'", "UPDATE audit SET id = -id WHERE action = 'two'" },
		{ "two changed places", "UPDATE audit SET action = CASE action WHEN 'two' THEN 'three' ELSE 'two' END WHERE action IN ('two', 'three')",
		    "UPDATE audit SET action = CASE action WHEN 'two' THEN 'three' ELSE 'two' END WHERE action IN ('two', 'three')" },
	};
	static const char cut[] = "DELETE FROM audit WHERE action = 'four'";
	struct audit_state s;
	char head[AUDIT_HASH + 1];

	audit("one");
	audit("two");
	audit("three");
	audit("four");
	CHECK_INT(audit_verify(w.db, NULL, &s, &w.e), 0, "verify");
	CHECK_INT(s.broken_id, 0, "as it was written");
	snprintf(head, sizeof(head), "%s", s.head);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		db_run(db_stmt(w.db, cases[i].spoil, &w.e), &w.e);
		audit_verify(w.db, NULL, &s, &w.e);
		CHECK(s.broken_id != 0, cases[i].label);
		db_run(db_stmt(w.db, cases[i].mend, &w.e), &w.e);
		audit_verify(w.db, NULL, &s, &w.e);
		CHECK_INT(s.broken_id, 0, cases[i].label);
	}
	audit_verify(w.db, head, &s, &w.e);
	CHECK(s.head_found, "the noted head is there");
	db_run(db_stmt(w.db, cut, &w.e), &w.e);
	audit_verify(w.db, head, &s, &w.e);
	CHECK(!s.broken_id && !s.head_found, "the end was cut off: the noted head tells");
}

static void
start(const char *listen, bool works, const char *label)
{
	struct web_options o = { .conf = &conf, .store = w.path, .fd = -1 };

	o.admin_fd = fd = http_listen(listen, &where, &w.e);
	CHECK_INT(web_start(&web, &o, &w.e), works ? 0 : -1, label);
}

static void
stop(void)
{
	web_stop(web, 1000);
	web = NULL;
	close(fd);
}

static void
make_people(void)
{
	struct unit other = { .tree = w.tree, .code = "T93", .kind = UNIT_PROVINCE, .name_vi = "Tỉnh Hậu Giang", .name_en = "Hau Giang Province",
	    .short_vi = "Hậu Giang", .position = 2, .predecessors = "" };
	static const char move[] = "UPDATE contact SET unit = (SELECT id FROM unit WHERE code = 'T93') WHERE id = 2";
	static const char files[] = "INSERT INTO roster (campaign, unit, file, sha256, bytes, received_from, received_at, imported_at,"
	    " encoding, delimiter, columns, blanked, records) SELECT 1, id, code || '-mau.csv', code, 1, '', 1, 1, 'UTF-8', ',', '', '', 0"
	    " FROM unit ORDER BY code";
	static const char mail[] = "INSERT INTO inbound (sha256, source, received_at, kind, fate, raw)"
	    " VALUES ('1', 'test', 1, 'ordinary', 'unmatched', X'41')";
	static const char address[] = "INSERT INTO address (contact, rank, email) VALUES (1, 1, 'mot@unit.example')";
	static const char wave[] = "INSERT INTO wave (campaign, name, template, audience, uncertain, state, kind, created_at)"
	    " VALUES (1, 'first', 'invitation', '', 'resend', 'planned', 'invitation', 1)";
	char token[TOKEN_LEN + 1];
	int64_t c = world_campaign(&w, "open", clock_now() - 86400, clock_now() + 86400);

	if (unit_insert(w.db, &other, &w.e) < 0)
		world_die(&w, "unit");
	world_contact(&w, c, "Nguyễn Mẫu Một", token);
	world_contact(&w, c, "Trần Mẫu Hai", token);
	db_run(db_stmt(w.db, move, &w.e), &w.e);
	db_run(db_stmt(w.db, files, &w.e), &w.e);
	db_run(db_stmt(w.db, mail, &w.e), &w.e);
	if (db_run(db_stmt(w.db, wave, &w.e), &w.e) < 0 || db_run(db_stmt(w.db, address, &w.e), &w.e) < 0)
		world_die(&w, "wave");
}

static void
test_listen(void)
{
	struct ask rebound = { .headers = { "Host: thumoi.bnv.example" } };

	start("0.0.0.0:0", false, "passwords do not go over a network in the clear");
	close(fd);
	conf.admin_url = "https://thumoi.bnv.example";
	start("127.0.0.1:0", true, "behind a proxy");
	CHECK(http_ask(&page, url("/login"), &rebound) == 0 && page.status == 200, "by the name of the proxy");
	log_in("admin", PASSWORD, NULL, NULL);
	CHECK(strncmp(http_header(&page, "Set-Cookie"), "__Host-thumoi=", 14) == 0 &&
	    strstr(http_header(&page, "Set-Cookie"), "; Secure") != NULL, "a cookie for https alone");
	stop();
	start("0.0.0.0:0", true, "reachable, behind a proxy");
	stop();
	conf.admin_login = "none";
	start("0.0.0.0:0", false, "without log-in only this machine");
	close(fd);
	conf.admin_url = "";
	start("127.0.0.1:0", true, "this machine");
	CHECK_INT(ask("/c/open", NULL, NULL, NULL), 200, "without log-in");
	CHECK(http_ask(&page, url("/c/open"), &rebound) == 0 && page.status == 404, "not by a foreign name");
	ask("/c/open/people", NULL, NULL, NULL);
	CHECK_INT(ask("/c/open/people", NULL, "who=Mau", NULL), 403, "a form of another page");
	ask("/c/open/people", NULL, NULL, NULL);
	keep_csrf();
	snprintf(csrf + strlen(csrf), sizeof(csrf) - strlen(csrf), "%s", "&who=Mau");
	CHECK_INT(ask("/c/open/people", NULL, csrf, NULL), 200, "a form of ours");
	stop();
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	world_make(&w);
	make_people();
	if (conf_load(&conf, NULL, false, &w.e) < 0)
		world_die(&w, "settings");
	conf.secret_file = arena_printf(&w.arena, "%s/secret", w.dir);
	test_passwords();
	start("127.0.0.1:0", true, "the desk");
	test_first_run();
	make_user("admin", "administrator", "");
	make_user("op", "operator", "");
	make_user("focal", "focal", "T92");
	make_user("viewer", "viewer", "");
	make_user("gone", "viewer", "");
	{
		struct user u;

		user_find(w.db, &w.arena, "gone", &u, &w.e);
		user_set_disabled(w.db, u.id, 5, &w.e);
	}
	test_login();
	stop();
	start("127.0.0.1:0", true, "with limits anew");
	test_next();
	test_matrix();
	test_large();
	test_focal();
	test_times();
	test_guessing();
	stop();
	test_audit();
	test_listen();
	buf_release(&page.head);
	buf_release(&page.body);
	conf_release(&conf);
	world_end(&w);
	curl_global_cleanup();
	return check_done();
}
