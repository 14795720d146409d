/* login.h in two steps, keys under /api/v1, the pages of desk_admin.h: over HTTP, as browsers and programs do it. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "engine/apikey.h"
#include "engine/second.h"
#include "engine/totp.h"
#include "store/audit.h"
#include "store/user.h"
#include "web/http.h"
#include "web/login.h"
#include "web/server.h"

#include "support/check.h"
#include "support/http.h"
#include "support/world.h"

#define PASSWORD "a sentence to log in with"

static struct world w;
static struct conf conf;
static struct http_where where, public_where;
static struct answer_page page;
static struct web *web;
static int fd = -1, public_fd = -1;
static char logged[65536];		/* what the service wrote to its log */

static long
ask_at(const struct http_where *at, const char *path, const char *cookie, const char *body, const char *more)
{
	char held[400], address[512];
	struct ask a = { .body = body, .raw_path = true, .headers = { "Accept-Language: en" } };
	size_t n = 1;

	snprintf(held, sizeof(held), "Cookie: %s", cookie ? cookie : "");
	if (cookie && *cookie)
		a.headers[n++] = held;
	if (more)
		a.headers[n++] = more;
	snprintf(address, sizeof(address), "http://%s%s", at->text, path);
	return http_ask(&page, address, &a) == 0 ? page.status : -1;
}

static long
ask(const char *path, const char *cookie, const char *body)
{
	return ask_at(&where, path, cookie, body, NULL);
}

/* A program: what it asks with is a key, in place of a cookie. */
static long
call(const char *path, const char *key, const char *body)
{
	char held[200];

	snprintf(held, sizeof(held), "Authorization: Bearer %s", key);
	return ask_at(&where, path, NULL, body, held);
}

static void
keep_cookie(char out[128])
{
	const char *set = http_header(&page, "Set-Cookie");

	snprintf(out, 128, "%.*s", (int)strcspn(set, ";"), set);
}

/* The text between two marks of the page that came. */
static const char *
between(const char *from, const char *to)
{
	static char out[256];
	const char *at = strstr(buf_str(&page.body), from), *end = at ? strstr(at + strlen(from), to) : NULL;

	snprintf(out, sizeof(out), "%.*s", end ? (int)(end - at - (long)strlen(from)) : 0, at ? at + strlen(from) : "");
	return out;
}

/* A form of the page at `path`, with the field that only it knows. */
static long
submit(const char *path, const char *cookie, const char *fields)
{
	char body[1024];

	if (ask(path, cookie, NULL) != 200)
		return -1;
	snprintf(body, sizeof(body), "csrf=%.64s&%s", between("name=\"csrf\" value=\"", "\""), fields);
	return ask(path, cookie, body);
}

static int64_t
make_user(const char *name, const char *role)
{
	struct user u = { .name = name, .role = role };

	if (users_create(&(struct hand){ w.db, &w.arena, "cli", LANG_EN }, &u, PASSWORD, &w.e) < 0)
		world_die(&w, name);
	return u.id;
}

static long
log_in(const char *name, const char *password)
{
	char body[300], *quoted = curl_easy_escape(NULL, password, 0);

	snprintf(body, sizeof(body), "name=%s&password=%s&next=/c/open", name, quoted);
	curl_free(quoted);
	return ask("/login", NULL, body);
}

static const char *
code_of(const char *typed, int64_t step)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	static char text[16];
	unsigned char secret[TOTP_OCTETS] = { 0 };
	unsigned acc = 0, bits = 0;
	size_t n = 0;

	for (; *typed && n < sizeof(secret); typed++)
		if (*typed != ' ') {
			acc = acc << 5 | (unsigned)(strchr(alphabet, *typed) - alphabet);
			if ((bits += 5) >= 8)
				secret[n++] = (unsigned char)(acc >> (bits -= 8));
		}
	snprintf(text, sizeof(text), "%06d", totp_code(secret, sizeof(secret), step));
	return text;
}

static long
say_code(const char *half, const char *code)
{
	char body[100];

	snprintf(body, sizeof(body), "code=%s&next=/c/open", code);
	return ask("/login/code", half, body);
}

static void
test_two_steps(void)
{
	char cookie[128], half[128], other[128], secret[64], first[16], recovery[32], fields[200];
	int64_t now;

	CHECK_INT(log_in("lan", PASSWORD), 303, "one step, as long as there is no second");
	CHECK_STR(http_header(&page, "Location"), "/c/open", "in");
	keep_cookie(cookie);
	CHECK_INT(log_in("lan", PASSWORD), 303, "in once more, elsewhere");
	keep_cookie(other);
	CHECK_INT(submit("/account", cookie, "act=begin"), 200, "begin");
	snprintf(secret, sizeof(secret), "%s", between("<code class=\"big\">", "</code>"));
	CHECK_INT(strlen(secret), 39, "the secret as text");
	CHECK(http_says(&page, "<svg class=\"qr\"") && !http_says(&page, "http://") && !http_says(&page, "https://"), "a picture, drawn here");
	CHECK_INT(log_in("lan", PASSWORD), 303, "not asked for yet");
	CHECK_STR(http_header(&page, "Location"), "/c/open", "in");
	CHECK_INT(submit("/account", cookie, "act=confirm&code=12345"), 422, "a wrong first code");
	CHECK(http_says(&page, secret), "the same secret is shown again");
	now = clock_now() / TOTP_STEP_S;
	snprintf(first, sizeof(first), "%s", code_of(secret, now));
	snprintf(fields, sizeof(fields), "act=confirm&code=%s", first);
	CHECK_INT(submit("/account", cookie, fields), 200, "confirm");
	snprintf(recovery, sizeof(recovery), "%s", between("<li><code>", "</code>"));
	CHECK_INT(strlen(recovery), 19, "recovery codes");
	CHECK_INT(ask("/account", cookie, NULL), 200, "this session goes on");
	CHECK(!http_says(&page, recovery) && !http_says(&page, secret), "shown once");
	CHECK_INT(ask("/account", other, NULL), 303, "those by the password alone have ended");
	/* The second step. */
	CHECK_INT(log_in("lan", "wrong wrong wrong"), 403, "a wrong password");
	CHECK(http_says(&page, "The name or the password is wrong"), "as without a second factor");
	CHECK_INT(log_in("lan", PASSWORD), 303, "the password");
	CHECK_STR(http_header(&page, "Location"), "/login/code?next=%2Fc%2Fopen", "to the second step");
	CHECK(strstr(http_header(&page, "Set-Cookie"), "HttpOnly; SameSite=Strict; Max-Age=300") != NULL, "its cookie");
	keep_cookie(half);
	CHECK_INT(ask("/c/open", half, NULL), 303, "half is not in");
	{
		char as_session[160];

		snprintf(as_session, sizeof(as_session), "thumoi=%s", strchr(half, '=') + 1);
		CHECK_INT(ask("/c/open", as_session, NULL), 303, "nor under the other name");
	}
	CHECK_INT(ask("/login/code", half, NULL), 200, "is asked");
	CHECK_INT(ask("/login/code", NULL, NULL), 303, "who has not done the first step is not");
	CHECK_INT(say_code(half, first), 403, "the code that confirmed does not work twice");
	CHECK_INT(ask_at(&where, "/login/code", half, "code=1", "Origin: http://evil.example"), 403, "from another site");
	CHECK_INT(say_code(half, code_of(secret, now + 1)), 303, "the next one");
	CHECK_STR(http_header(&page, "Location"), "/c/open", "in");
	keep_cookie(cookie);
	CHECK_INT(ask("/c/open", cookie, NULL), 200, "in");
	CHECK_INT(say_code(half, code_of(secret, now + 1)), 303, "the half is used up");
	CHECK_STR(http_header(&page, "Location"), "/login", "begin anew");
	CHECK_INT(log_in("lan", PASSWORD), 303, "once more");
	keep_cookie(half);
	CHECK_INT(say_code(half, code_of(secret, now + 1)), 403, "a used code");
	CHECK_INT(say_code(half, recovery), 303, "a recovery code");
	CHECK_STR(http_header(&page, "Location"), "/c/open", "in");
	/* Five wrong ones end the half. */
	CHECK_INT(log_in("lan", PASSWORD), 303, "guess");
	keep_cookie(half);
	for (int i = 0; i < LOGIN_HALF_FAILURES; i++)
		CHECK_INT(say_code(half, "000"), 403, "wrong");
	CHECK_INT(say_code(half, "000"), 303, "begin anew");
	CHECK_STR(http_header(&page, "Location"), "/login", "with the password");
	/* Off. */
	CHECK_INT(submit("/account", cookie, "act=off&password=wrong"), 422, "off needs the password");
	CHECK_INT(submit("/account", cookie, "act=off&password=a+sentence+to+log+in+with"), 303, "off");
	CHECK_INT(log_in("lan", PASSWORD), 303, "one step again");
	CHECK_STR(http_header(&page, "Location"), "/c/open", "in");
}

static void
start(void)
{
	struct web_options o = { .conf = &conf, .store = w.path };

	o.admin_fd = fd = http_listen("127.0.0.1:0", &where, &w.e);
	o.fd = public_fd = http_listen("127.0.0.1:0", &public_where, &w.e);
	CHECK_INT(web_start(&web, &o, &w.e), 0, "the desk");
}

static void
stop(void)
{
	web_stop(web, 1000);
	web = NULL;
	close(fd);
	close(public_fd);
}

/* Settings are read by threads that run: they change between. */
static void
again_with(const char *second_factor)
{
	stop();
	conf.second_factor = second_factor;
	start();
}

static void
test_required(void)
{
	char cookie[128], op[128];

	again_with("administrators");
	CHECK_INT(log_in("admin", PASSWORD), 303, "in");
	keep_cookie(cookie);
	CHECK_INT(ask("/c/open", cookie, NULL), 303, "and no further");
	CHECK_STR(http_header(&page, "Location"), "/account", "than to where it is set up");
	CHECK_INT(ask("/api/v1/users", cookie, NULL), 403, "nor under /api/v1");
	CHECK_INT(ask("/account", cookie, NULL), 200, "which is shown");
	CHECK(http_says(&page, "must have a second factor"), "and says why");
	CHECK_INT(log_in("op", PASSWORD), 303, "an operator");
	keep_cookie(op);
	CHECK_INT(ask("/c/open", op, NULL), 200, "need not");
	again_with("everybody");
	CHECK_INT(ask("/c/open", op, NULL), 303, "but then");
	again_with("optional");
	CHECK_INT(ask("/c/open", cookie, NULL), 200, "nobody need");
}

static void
test_keys(void)
{
	char cookie[128], key[128], people[100], unit[100], old[160];
	struct apikey_row k = { .name = "people", .scopes = "people" };
	struct hand h = { w.db, &w.arena, "cli", LANG_EN };
	const char *text;

	CHECK_INT(log_in("admin", PASSWORD), 303, "in");
	keep_cookie(cookie);
	CHECK_INT(submit("/keys", cookie, "act=create&name=counter&scope_counts=1"), 200, "made at the desk");
	snprintf(key, sizeof(key), "%s", between("<code class=\"big\">", "</code>"));
	CHECK(strncmp(key, "thk_", 4) == 0, "shown");
	CHECK_INT(ask("/keys", cookie, NULL), 200, "the list");
	CHECK(!http_says(&page, key) && http_says(&page, "counter"), "shown once");
	CHECK_INT(apikey_make(&h, &k, &text, &w.e), 0, "people");
	snprintf(people, sizeof(people), "%s", text);
	k = (struct apikey_row){ .name = "of-a-unit", .scopes = "counts,people", .unit = "T92" };
	CHECK_INT(apikey_make(&h, &k, &text, &w.e), 0, "of a unit");
	snprintf(unit, sizeof(unit), "%s", text);
	CHECK_INT(call("/api/v1/campaigns/open", key, NULL), 200, "counts");
	CHECK_INT(call("/api/v1/campaigns/open/people", key, NULL), 403, "no names");
	CHECK(strstr(http_header(&page, "WWW-Authenticate"), "insufficient_scope") != NULL, "says what is missing");
	CHECK_STR(http_header(&page, "Content-Type"), "application/problem+json", "as a problem document");
	CHECK_INT(call("/c/open", key, NULL), 303, "no pages");
	CHECK_INT(call("/api/v1/account", key, NULL), 403, "no account");
	CHECK_INT(call("/api/v1/users", key, NULL), 403, "no accounts");
	CHECK_INT(call("/api/v1/keys", key, "act=create&name=x&scopes=people"), 403, "makes no keys");
	CHECK_INT(call("/api/v1/campaigns/open/people", people, "who=Mau"), 200, "a search needs no csrf");
	CHECK_INT(call("/api/v1/campaigns/open/people/1", people, NULL), 200, "a person");
	CHECK_INT(world_count(&w, "SELECT count(*) FROM audit WHERE actor = 'key:people' AND action = 'person show'"), 1, "in the log as the key");
	CHECK_INT(call("/api/v1/campaigns/open/rosters", people, "upload=x"), 403, "sends no roster");
	CHECK_INT(call("/api/v1/campaigns/open/units/T92", unit, NULL), 200, "its unit");
	CHECK_INT(call("/api/v1/campaigns/open/units/T93", unit, NULL), 404, "not another");
	CHECK_INT(call("/api/v1/campaigns/open", unit, NULL), 403, "nor all");
	CHECK_INT(call("/api/v1/campaigns/open/people/2", unit, NULL), 404, "nobody of another unit");
	CHECK_INT(ask_at(&where, "/api/v1/campaigns/open", cookie, NULL, "Authorization: Bearer thk_x"), 401, "a bad key, whatever else comes");
	CHECK_STR(http_header(&page, "Content-Type"), "application/problem+json", "as a problem document");
	CHECK(strstr(http_header(&page, "WWW-Authenticate"), "invalid_token") != NULL, "says so");
	CHECK_INT(ask_at(&where, "/api/v1/campaigns/open", cookie, NULL, "Authorization: Basic YTpi"), 200, "what a proxy asks for is not ours");
	CHECK_INT(ask("/api/v1/campaigns/open", NULL, NULL), 401, "nothing at all");
	CHECK(strstr(http_header(&page, "WWW-Authenticate"), "Bearer") != NULL, "how to come in");
	CHECK_INT(submit("/keys", cookie, "act=revoke&name=counter"), 303, "revoke");
	CHECK_INT(call("/api/v1/campaigns/open", key, NULL), 401, "revoked");
	/* Answers, on the public pages. */
	k = (struct apikey_row){ .name = "survey", .scopes = "answers" };
	CHECK_INT(apikey_make(&h, &k, &text, &w.e), 0, "answers");
	snprintf(old, sizeof(old), "Authorization: Bearer %s", text);
	CHECK_INT(ask_at(&public_where, "/api/v1/answers", NULL, "[]", old), 415, "let in");
	CHECK_INT(call("/api/v1/campaigns", text, NULL), 403, "to nothing else");
	snprintf(old, sizeof(old), "Authorization: Bearer %s", people);
	CHECK_INT(ask_at(&public_where, "/api/v1/answers", NULL, "[]", old), 401, "not for that scope");
	for (int i = 0; i < 12; i++)
		call("/api/v1/campaigns", "thk_guess", NULL);
	CHECK_INT(page.status, 429, "who goes on guessing waits");
	CHECK(http_header(&page, "Retry-After")[0] != '\0', "for how long");
	CHECK_INT(call("/api/v1/campaigns", people, NULL), 200, "and who has a good one does not");
}

static void
test_accounts(void)
{
	char cookie[128], lan[128], op[128], path[40];
	int64_t id = world_count(&w, "SELECT id FROM user WHERE name = 'op'"), own = world_count(&w, "SELECT id FROM user WHERE name = 'admin'");

	CHECK_INT(log_in("admin", PASSWORD), 303, "in");
	keep_cookie(cookie);
	CHECK_INT(submit("/users", cookie, "name=new&role=operator&password=short"), 422, "a short password");
	CHECK(http_says(&page, "at least 12 characters") && http_says(&page, "value=\"new\""), "says so, and keeps the form");
	CHECK_INT(submit("/users", cookie, "name=new&role=focal&password=a+sentence+for+somebody"), 422, "a focal point without a unit");
	CHECK_INT(submit("/users", cookie, "name=new&role=focal&unit=T00&password=a+sentence+for+somebody"), 422, "no such unit");
	CHECK_INT(submit("/users", cookie, "name=new&role=focal&unit=T92&password=a+sentence+for+somebody"), 303, "made");
	CHECK_INT(submit("/users", cookie, "name=new&role=viewer&password=a+sentence+for+somebody"), 422, "taken");
	snprintf(path, sizeof(path), "/users/%lld", (long long)own);
	CHECK_INT(submit(path, cookie, "act=disable"), 422, "nobody disables the own account");
	CHECK_INT(submit(path, cookie, "act=role&role=viewer"), 422, "nor gives up the own role");
	CHECK_INT(world_count(&w, "SELECT count(*) FROM user WHERE name = 'admin' AND role = 'administrator' AND disabled_at IS NULL"), 1, "nothing changed");
	CHECK_INT(log_in("op", PASSWORD), 303, "op");
	keep_cookie(op);
	snprintf(path, sizeof(path), "/users/%lld", (long long)id);
	CHECK_INT(submit(path, cookie, "act=role&role=viewer"), 303, "another role");
	CHECK_INT(ask("/account", op, NULL), 303, "comes in anew");
	CHECK_INT(submit(path, cookie, "act=disable"), 303, "disable");
	CHECK_INT(log_in("op", PASSWORD), 403, "does not come in");
	CHECK_INT(submit(path, cookie, "act=enable"), 303, "enable");
	CHECK_INT(submit(path, cookie, "act=password&password=another+sentence+here"), 303, "a new password");
	CHECK_INT(log_in("op", PASSWORD), 403, "the old one");
	CHECK_INT(log_in("op", "another sentence here"), 303, "the new one");
	keep_cookie(op);
	CHECK_INT(submit(path, cookie, "act=logout"), 303, "log out");
	CHECK_INT(ask("/account", op, NULL), 303, "out");
	CHECK_INT(submit(path, cookie, "act=nothing"), 422, "no such act");
	CHECK_INT(ask("/users/999", cookie, NULL), 404, "nobody");
	CHECK_INT(ask("/users/1x", cookie, NULL), 404, "no number");
	CHECK_INT(world_count(&w, "SELECT count(*) FROM audit WHERE actor = 'desk:admin' AND action LIKE 'user %'"), 6, "all of it in the log");
	/* One's own. */
	CHECK_INT(log_in("lan", PASSWORD), 303, "lan");
	keep_cookie(lan);
	CHECK_INT(log_in("lan", PASSWORD), 303, "lan, elsewhere");
	keep_cookie(op);
	CHECK_INT(submit("/account", lan, "act=password&password=no&new=a+better+sentence&again=a+better+sentence"), 422, "the old one is wrong");
	CHECK_INT(submit("/account", lan, "act=password&password=a+sentence+to+log+in+with&new=a+better+sentence&again=another"), 422, "not the same");
	CHECK_INT(ask("/account", op, NULL), 200, "still in");
	CHECK_INT(submit("/account", lan, "act=password&password=a+sentence+to+log+in+with&new=a+better+sentence&again=a+better+sentence"), 303, "changed");
	CHECK_INT(ask("/account", lan, NULL), 200, "this one stays in");
	CHECK_INT(ask("/account", op, NULL), 303, "the other does not");
	CHECK_INT(log_in("lan", "a better sentence"), 303, "by the new one");
	keep_cookie(op);
	CHECK_INT(ask("/account", lan, NULL), 200, "the list of sessions");
	snprintf(path, sizeof(path), "act=end&key=%.16s", between("name=\"key\" value=\"", "\""));
	CHECK_INT(submit("/account", lan, path), 303, "end the other");
	CHECK_INT(ask("/account", op, NULL), 303, "has ended");
	CHECK_INT(submit("/account", lan, path), 422, "once");
	CHECK_INT(submit("/account", cookie, path), 422, "nobody ends a session of another");
	CHECK_INT(ask("/users", lan, NULL), 403, "accounts are for administrators");
	CHECK_INT(ask("/audit", lan, NULL), 403, "and the log is");
}

static void
test_log(void)
{
	static const char spoil[] = "UPDATE audit SET detail = detail || '!' WHERE id = 3";
	static const char mend[] = "UPDATE audit SET detail = substr(detail, 1, length(detail) - 1) WHERE id = 3";
	static const char cut[] = "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)";
	char cookie[128];
	int64_t before, n;

	if (db_begin(w.db, &w.e) < 0)
		world_die(&w, "audit");
	for (int i = 0; i < 250; i++)
		audit_add(w.db, "cli:tester", i % 2 ? "wave pause" : "wave resume", "x", &w.e);
	if (db_commit(w.db, &w.e) < 0)
		world_die(&w, "audit");
	CHECK_INT(log_in("admin", PASSWORD), 303, "in");
	keep_cookie(cookie);
	CHECK_INT(ask("/audit", cookie, NULL), 200, "the log");
	CHECK(http_says(&page, "The chain is whole"), "is whole");
	CHECK(strstr(buf_str(&page.body), "class=\"n\">1<") == NULL, "not all of it at once");
	for (n = 0, before = 0;; n++) {
		char path[100];

		snprintf(path, sizeof(path), "/api/v1/audit?who=cli:tester&what=wave+pause%s%lld", before ? "&before=" : "", (long long)before);
		if (!before)
			path[strlen(path) - 1] = '\0';
		CHECK_INT(ask(path, cookie, NULL), 200, "a page of those by one, of one kind");
		CHECK(!http_says(&page, "\"wave resume\",\n   \"action_name\"") && !http_says(&page, "\"actor\": \"desk"), "and of nothing else");
		before = strtoll(between("&before=", "\""), NULL, 10);
		if (!before || n > 5)
			break;
	}
	CHECK_INT(n, 1, "125 of them are two pages");
	db_run(db_stmt(w.db, spoil, &w.e), &w.e);
	CHECK_INT(ask("/audit", cookie, NULL), 200, "a row was changed");
	CHECK(http_says(&page, "The log is not as it was written") && http_says(&page, "Row 3"), "it says which");
	db_run(db_stmt(w.db, mend, &w.e), &w.e);
	CHECK_INT(submit("/audit", cookie, "x=1"), 200, "verify all");
	CHECK(http_says(&page, "The chain is whole"), "mended");
	db_run(db_stmt(w.db, cut, &w.e), &w.e);
	CHECK_INT(ask("/audit", cookie, NULL), 200, "the last row was taken out");
	CHECK(http_says(&page, "cut off"), "it says so");
	stop();
	start();
	CHECK_INT(ask("/audit", cookie, NULL), 200, "a service that does not know");
	CHECK(http_says(&page, "The chain is whole"), "cannot say");
	db_run(db_stmt(w.db, cut, &w.e), &w.e);
	CHECK_INT(log_in("admin", PASSWORD), 303, "the log grows again");
	CHECK_INT(ask("/audit", cookie, NULL), 200, "as long as it was");
	CHECK(http_says(&page, "cut off"), "and is found out");
}

static void
make_people(void)
{
	struct unit other = { .tree = w.tree, .code = "T93", .kind = UNIT_PROVINCE, .name_vi = "Tỉnh Hậu Giang", .name_en = "Hau Giang Province",
	    .short_vi = "Hậu Giang", .position = 2, .predecessors = "" };
	static const char move[] = "UPDATE contact SET unit = (SELECT id FROM unit WHERE code = 'T93') WHERE id = 2";
	char token[TOKEN_LEN + 1];
	int64_t c = world_campaign(&w, "open", clock_now() - 86400, clock_now() + 86400);

	if (unit_insert(w.db, &other, &w.e) < 0)
		world_die(&w, "unit");
	world_contact(&w, c, "Nguyễn Mẫu Một", token);
	world_contact(&w, c, "Trần Mẫu Hai", token);
	db_run(db_stmt(w.db, move, &w.e), &w.e);
}

static void
test_agents(void)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0", "Firefox, Linux" },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0",
		    "Edge, Windows" },
		{ "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/117.0 Chrome/111.0 Safari/537.36",
		    "Cốc Cốc, Windows" },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1",
		    "Safari, iPhone" },
		{ "<script>", "" }, { NULL, "" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_STR(login_agent(&w.arena, cases[i].in), cases[i].out, cases[i].out);
}

int
main(void)
{
	int pipe_fd[2];
	ssize_t n;

	if (pipe(pipe_fd) < 0)
		return 1;
	log_to(-1, LOG_LEVEL_ERROR);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	world_make(&w);
	make_people();
	if (conf_load(&conf, NULL, false, &w.e) < 0)
		world_die(&w, "settings");
	conf.secret_file = arena_printf(&w.arena, "%s/secret", w.dir);
	make_user("admin", "administrator");
	make_user("op", "operator");
	make_user("lan", "operator");
	start();
	test_agents();
	test_two_steps();
	test_required();
	log_to(pipe_fd[1], LOG_LEVEL_WARN);
	test_keys();
	log_to(-1, LOG_LEVEL_ERROR);
	close(pipe_fd[1]);
	n = read(pipe_fd[0], logged, sizeof(logged) - 1);
	CHECK(n > 0 && strstr(logged, "api_key"), "failures are in the log of the service");
	CHECK(!strstr(logged, "thk_"), "and no key is");
	stop();
	start();
	test_accounts();
	test_log();
	stop();
	buf_release(&page.head);
	buf_release(&page.body);
	conf_release(&conf);
	world_end(&w);
	curl_global_cleanup();
	return check_done();
}
