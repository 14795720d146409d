/* The public pages, asked by a real client: every route and method, hostile ones too. */
#include "support/check.h"
#include "support/http.h"
#include "support/promtext.h"
#include "support/world.h"

#include "base/conf.h"
#include "base/log.h"
#include "engine/answers.h"
#include "store/evidence.h"
#include "web/http.h"
#include "web/server.h"

#define KEY "a-key-for-tests-only"
#define BEARER "Authorization: Bearer " KEY
#define JSON "Content-Type: application/json"

static struct world w;
static struct conf conf;
static struct http_where where;
static struct answer_page page;
static struct meters meters;
static char open_token[TOKEN_LEN + 1], other_token[TOKEN_LEN + 1], soon_token[TOKEN_LEN + 1], closed_token[TOKEN_LEN + 1],
    expired_token[TOKEN_LEN + 1], seen_token[TOKEN_LEN + 1];
static int64_t open_person;

/* Everything a page could change, as one number each. */
static int64_t
evidence_rows(void)
{
	static const char sql[] = "SELECT count(*) FROM evidence";

	return world_count(&w, sql);
}

static int64_t
answer_rows(void)
{
	static const char sql[] = "SELECT count(*) FROM answer";

	return world_count(&w, sql);
}

static const char *
url(const char *fmt, const char *token)
{
	static char text[20000];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s://%s", *conf.tls_cert_file ? "https" : "http", where.text);

	for (const char *s = fmt; *s && n < sizeof(text) - TOKEN_LEN - 2; s++)
		if (*s == '$')
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", token);
		else
			text[n++] = *s;
	text[n] = '\0';
	return text;
}

static long
get(const char *path, const char *token)
{
	struct ask a = { .raw_path = true, .headers = { "Accept-Language: vi" } };

	return http_ask(&page, url(path, token), &a) == 0 ? page.status : -1;
}

static long
post(const char *path, const char *token, const char *body)
{
	struct ask a = { .body = body, .headers = { "Accept-Language: vi" } };

	return http_ask(&page, url(path, token), &a) == 0 ? page.status : -1;
}

static long
api(const char *body)
{
	struct ask a = { .body = body, .headers = { BEARER, JSON } };

	return http_ask(&page, url("/api/v1/answers", ""), &a) == 0 ? page.status : -1;
}

static void
make_people(void)
{
	static const char track[] = "UPDATE campaign SET tracking = 'visits' WHERE key = 'seen'";
	int64_t now = clock_now(), day = 86400;

	open_person = world_contact(&w, world_campaign(&w, "open", now - day, now + 5 * day + 100), "Nguyễn <b>Mẫu</b> Một", open_token);
	world_contact(&w, 1, "Trần Mẫu Hai", other_token);
	world_contact(&w, world_campaign(&w, "soon", now + day, now + 5 * day), "Lê Mẫu Ba", soon_token);
	world_contact(&w, world_campaign(&w, "closed", now - 9 * day, now - day), "Phạm Mẫu Bốn", closed_token);
	world_contact(&w, world_campaign(&w, "expired", now - 900 * day, now - 800 * day), "Vũ Mẫu Năm", expired_token);
	world_contact(&w, world_campaign(&w, "seen", now - day, now + day), "Đỗ Mẫu Sáu", seen_token);
	db_run(db_stmt(w.db, track, &w.e), &w.e);
}

/* The links of a message to a probe mailbox open a page, and nobody's. */
static void
test_probe(void)
{
	static const char wave[] = "INSERT INTO wave (campaign, name, template, audience, uncertain, state, created_at)"
	    " VALUES (1, 'w', 'invitation', '', 'hold', 'done', 0)";
	static const char probe[] = "INSERT INTO probe (email, stands_for, mailbox, login, password_file, note, active, added_at)"
	    " VALUES ('p@gmail.example', 'gmail.example', '', '', '', '', 1, 0)";
	static const char send[] = "INSERT INTO probe_send (id, wave, probe, token, after_invite, state, due_at)"
	    " VALUES (1099511627777, 1, 1, 'probeprobeprobeprobeXY', 0, 'accepted', 0)";
	static const char *const token = "probeprobeprobeprobeXY";
	static const char no_send[] = "DELETE FROM probe_send", no_probe[] = "DELETE FROM probe", no_wave[] = "DELETE FROM wave";
	const char *const sql[] = { wave, probe, send }, *const undo[] = { no_send, no_probe, no_wave };
	int64_t rows = evidence_rows(), answers = answer_rows();

	for (size_t i = 0; i < COUNT_OF(sql); i++)
		CHECK_INT(db_run(db_stmt(w.db, sql[i], &w.e), &w.e), 0, w.e.text);
	CHECK_INT(get("/i/$", token), 200, "landing");
	CHECK(http_says(&page, "hộp thư thử"), "what it is");
	CHECK(!http_says(&page, "/go/"), "no form");
	CHECK_INT(post("/i/$/go/survey", token, ""), 200, "a button that was never there");
	CHECK_INT(post("/i/$/found", token, "where=spam"), 200, "where it was found");
	CHECK_INT(post("/u/$", token, "List-Unsubscribe=One-Click"), 200, "one click");
	CHECK_INT(get("/u/$", token), 200, "the page before it");
	CHECK_INT(evidence_rows(), rows, "nothing is recorded");
	CHECK_INT(answer_rows(), answers, "nothing is answered");
	for (size_t i = 0; i < COUNT_OF(undo); i++)
		CHECK_INT(db_run(db_stmt(w.db, undo[i], &w.e), &w.e), 0, w.e.text);
	CHECK_INT(get("/i/$", token), 404, "without it the token is nobody's");
}

static void
test_looking(void)
{
	static const struct { const char *label, *path; const char *token; long status; const char *says, *silent; } cases[] = {
		{ "root", "/", "", 200, "Thư mời", NULL },
		{ "landing", "/i/$", open_token, 200, "Nguyễn &lt;b&gt;Mẫu&lt;/b&gt; Một", "<b>Mẫu" },
		{ "landing: campaign escaped", "/i/$", open_token, 200, "Khảo sát thử nghiệm &lt;2021&gt;", "<2021>" },
		{ "landing: a button for each form", "/i/$", open_token, 200, "/go/feedback", NULL },
		{ "landing: unit", "/i/$", open_token, 200, "Thành phố Cần Thơ", NULL },
		{ "landing: who asks", "/i/$", open_token, 200, "Điện thoại 024 0000 0000", NULL },
		{ "landing: stop", "/i/$", open_token, 200, "/u/", NULL },
		{ "landing: days left", "/i/$", open_token, 200, "còn 5 ngày", NULL },
		{ "English by choice", "/i/$?lang=en", open_token, 200, "5 days left", "ngày" },
		{ "the choice stays", "/i/$?lang=en", open_token, 200, "/found?lang=en", NULL },
		{ "not open yet", "/i/$", soon_token, 200, "chưa mở", "/go/" },
		{ "closed", "/i/$", closed_token, 200, "đã kết thúc", "/go/" },
		{ "closed: nobody's name", "/i/$", closed_token, 200, "Khảo sát", "Phạm" },
		{ "expired", "/i/$", expired_token, 404, "Liên kết này", "Khảo sát thử nghiệm" },
		{ "unknown", "/i/$", "0123456789ABCDEFabcdef", 404, "Liên kết này", NULL },
		{ "a NUL behind a good token", "/i/$%00", open_token, 404, "Liên kết này", "Nguyễn" },
		{ "malformed", "/i/x", "", 404, "Liên kết này", NULL },
		{ "a dash", "/i/0123456789ABCDEF-bcdef", "", 404, "Liên kết này", NULL },
		{ "markup", "/i/%3Cscript%3E", "", 404, "Liên kết này", "<script>" },
		{ "no token", "/i/", "", 404, "Liên kết này", NULL },
		{ "up", "/i/../../etc/passwd", "", 404, "Liên kết này", "root:" },
		{ "up, static", "/static/../style.css", "", 404, "Liên kết này", NULL },
		{ "up, encoded", "/static/..%2f..%2fconfig%2fthumoi.conf", "", 404, "Liên kết này", NULL },
		{ "one more segment", "/i/$/x", open_token, 404, "Liên kết này", NULL },
		{ "slash behind", "/i/$/", open_token, 404, "Liên kết này", NULL },
		{ "quote in a token", "/i/%27%20OR%201=1--", "", 404, "Liên kết này", NULL },
		{ "stop page", "/u/$", open_token, 200, "Dừng thư nhắc", NULL },
		{ "stop page, unknown", "/u/0123456789ABCDEFabcdef", "", 404, "Liên kết này", NULL },
		{ "return without signature", "/r/$/survey", open_token, 404, "Liên kết này", NULL },
		{ "return, wrong signature", "/r/$/survey?sig=AAAAAAAAAAAAAAAAAAAAAA", open_token, 404, "Liên kết này", NULL },
		{ "health", "/healthz", "", 200, "ok", NULL },
		{ "style", "/static/style.css", "", 200, "prefers-color-scheme", NULL },
		{ "icon", "/favicon.ico", "", 200, "<svg", NULL },
		{ "robots", "/robots.txt", "", 200, "Disallow: /", NULL },
		{ "nothing", "/nothing", "", 404, "Liên kết này", NULL },
		{ "reports are not public", "/report/open/causes", "", 404, "Liên kết này", NULL },
		{ "metrics are not public", "/metrics", "", 404, "Liên kết này", "thumoi_" },
	};
	int64_t rows = evidence_rows(), answers = answer_rows();

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (!CHECK_INT(get(cases[i].path, cases[i].token), cases[i].status, cases[i].label))
			puts(page.error);
		CHECK(http_says(&page, cases[i].says), cases[i].label);
		CHECK(!cases[i].silent || !http_says(&page, cases[i].silent), cases[i].label);
	}
	CHECK_INT(evidence_rows(), rows, "looking leaves no trace");
	CHECK_INT(answer_rows(), answers, "looking answers nothing");
	CHECK_INT(get("/i/$", seen_token), 200, "a campaign that counts visits");
	CHECK(http_says(&page, "mỗi ngày một lần"), "says that it does");
	CHECK_INT(get("/i/$", seen_token), 200, "again");
	CHECK_INT(evidence_rows(), rows + 1, "one visit a day");
}

static void
test_headers(void)
{
	static const struct { const char *label, *accept, *lang; } langs[] = {
		{ "Vietnamese", "vi-VN,vi;q=0.9,en;q=0.5", "vi" },
		{ "English", "en-GB,en;q=0.9,vi;q=0.5", "en" },
		{ "neither: the campaign's", "fr", "vi" },
		{ "rubbish", ";;;,q=,=;vi;q", "vi" },
	};
	static const char *const personal[] = { "/i/$", "/u/$", "/i/nobody" };

	for (size_t i = 0; i < COUNT_OF(langs); i++) {
		char accept[200];
		struct ask a = { .headers = { accept } };

		snprintf(accept, sizeof(accept), "Accept-Language: %s", langs[i].accept);
		CHECK_INT(http_ask(&page, url("/i/$", open_token), &a), 0, langs[i].label);
		CHECK_STR(http_header(&page, "Content-Language"), langs[i].lang, langs[i].label);
		CHECK(http_says(&page, langs[i].lang[0] == 'v' ? "<html lang=\"vi\">" : "<html lang=\"en\">"), langs[i].label);
	}
	for (size_t i = 0; i < COUNT_OF(personal); i++) {
		get(personal[i], open_token);
		CHECK_STR(http_header(&page, "Cache-Control"), "no-store", personal[i]);
		CHECK_STR(http_header(&page, "Referrer-Policy"), "no-referrer", personal[i]);
		CHECK_STR(http_header(&page, "X-Content-Type-Options"), "nosniff", personal[i]);
		CHECK(strstr(http_header(&page, "Content-Security-Policy"), "default-src 'none'") != NULL, personal[i]);
		CHECK(strstr(http_header(&page, "Content-Security-Policy"), "unsafe") == NULL, personal[i]);
		CHECK_STR(http_header(&page, "Set-Cookie"), "", personal[i]);
		CHECK_STR(http_header(&page, "Strict-Transport-Security"), "", "no HSTS on plain HTTP");
		CHECK(!http_says(&page, "<script") && !http_says(&page, "style="), "no script, no inline style");
	}
	get("/i/$", open_token);
	CHECK(strstr(http_header(&page, "Content-Security-Policy"), "form-action 'self' https://forms.example;") != NULL,
	    "the way to the forms is open");
	get("/static/style.css?v=x", "");
	CHECK(strstr(http_header(&page, "Cache-Control"), "immutable") != NULL, "the style may be kept");
}

static void
test_methods(void)
{
	static const struct { const char *method, *path; long status; const char *allow; } cases[] = {
		{ "HEAD", "/i/$", 200, "" }, { "PUT", "/i/$", 405, "GET, HEAD" }, { "DELETE", "/i/$", 405, "GET, HEAD" },
		{ "OPTIONS", "/u/$", 405, "GET, HEAD, POST" }, { "GET", "/i/$/go/survey", 405, "POST" },
		{ "GET", "/i/$/found", 405, "POST" }, { "GET", "/api/v1/answers", 405, "POST" },
		{ "PATCH", "/u/$", 405, "GET, HEAD, POST" }, { "GETT", "/i/$", 405, "GET, HEAD" },
		{ "PUT", "/nothing", 404, "" },
	};
	int64_t rows = evidence_rows();

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ask a = { .method = cases[i].method };

		http_ask(&page, url(cases[i].path, open_token), &a);
		CHECK_INT(page.status, cases[i].status, cases[i].method);
		CHECK_STR(http_header(&page, "Allow"), cases[i].allow, cases[i].path);
	}
	CHECK_INT(post("/i/$", open_token, "x=1"), 405, "nothing to post to the landing page");
	CHECK_INT(post("/r/$/survey", open_token, ""), 405, "nor to the return link");
	CHECK_INT(evidence_rows(), rows, "nothing happened");
}

static void
test_buttons(void)
{
	static const struct { const char *label, *path, *body; long status; const char *location, *kind; } cases[] = {
		{ "to the survey", "/i/$/go/survey", "", 303, "https://forms.example/s?token=$&lang=vi", "button" },
		{ "to the feedback", "/i/$/go/feedback", "", 303, "https://forms.example/f/$", "button" },
		{ "no such form", "/i/$/go/poll", "", 404, "", NULL },
		{ "spam", "/i/$/found", "where=spam", 303, "/i/$", "found_spam" },
		{ "with other fields", "/i/$/found", "x=1&where=inbox&y", 303, "/i/$", "found_inbox" },
		{ "encoded", "/i/$/found", "wher%65=forwar%64ed", 303, "/i/$", "found_forwarded" },
		{ "spam after all", "/i/$/found", "where=spam", 303, "/i/$", "found_spam" },
		{ "nothing said", "/i/$/found", "", 400, "", "found_spam" },
		{ "something else said", "/i/$/found", "where=attic", 400, "", "found_spam" },
		{ "a NUL", "/i/$/found", "where=spam%00", 400, "", "found_spam" },
		{ "broken percent", "/i/$/found", "where=%zz%", 400, "", "found_spam" },
		{ "keeps the language", "/i/$/found?lang=en", "where=spam", 303, "/i/$?lang=en", "found_spam" },
	};
	static const char *const founds[] = { "found_inbox", "found_spam", "found_forwarded" };

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char want[200] = "";
		size_t n = 0;

		for (const char *s = cases[i].location; *s; s++)
			n += (size_t)snprintf(want + n, sizeof(want) - n, *s == '$' ? "%s" : "%.1s", *s == '$' ? open_token : s);
		CHECK_INT(post(cases[i].path, open_token, cases[i].body), cases[i].status, cases[i].label);
		CHECK_STR(http_header(&page, "Location"), want, cases[i].label);
		if (cases[i].kind)
			CHECK_INT(evidence_has(w.db, open_person, cases[i].kind, &w.e), 1, cases[i].label);
		for (size_t k = 0; cases[i].kind && k < COUNT_OF(founds) && cases[i].kind[0] == 'f'; k++)
			CHECK_INT(evidence_has(w.db, open_person, founds[k], &w.e), strcmp(founds[k], cases[i].kind) == 0,
			    "only the last word counts");
	}
	get("/i/$", open_token);
	CHECK(http_says(&page, "mục thư rác</strong>"), "the page shows what was said");
	CHECK_INT(post("/i/$/found", closed_token, "where=spam"), 409, "closed: not recorded");
	CHECK_INT(post("/i/$/go/survey", closed_token, ""), 409, "closed: no way to the form");
	CHECK_INT(post("/i/$/go/survey", soon_token, ""), 409, "not open yet");
	CHECK_INT(post("/i/$/go/survey", expired_token, ""), 404, "expired");
	CHECK_INT(post("/i/$/go/survey", "0123456789ABCDEFabcdef", ""), 404, "unknown");
}

static void
test_stop(void)
{
	static const struct { const char *label, *body, *type; long status; int stopped; } cases[] = {
		{ "the button", "", NULL, 303, 1 },
		{ "again", "", NULL, 303, 1 },
		{ "undo", "undo=1", NULL, 303, 0 },
		{ "undo again", "undo=1", NULL, 303, 0 },
		{ "one-click", "List-Unsubscribe=One-Click", NULL, 200, 1 },
		{ "undo after one-click", "undo=1", NULL, 303, 0 },
		{ "one-click, multipart", "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n",
		    "Content-Type: multipart/form-data; boundary=b", 200, 1 },
		{ "undo for the next test", "undo=1", NULL, 303, 0 },
	};
	static const char others[] = "SELECT count(*) FROM evidence e JOIN contact c ON c.id = e.contact"
	    " WHERE kind = 'opt_out' AND c.token <> 'x' AND c.campaign <> 1";

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ask a = { .body = cases[i].body, .headers = { "Accept-Language: vi", cases[i].type } };

		http_ask(&page, url("/u/$", open_token), &a);
		CHECK_INT(page.status, cases[i].status, cases[i].label);
		CHECK_INT(evidence_has(w.db, open_person, "opt_out", &w.e), cases[i].stopped, cases[i].label);
		if (cases[i].status == 200)
			CHECK(http_says(&page, "không nhận thư nhắc của đợt này nữa"), "confirmed at once");
		get("/u/$", open_token);
		CHECK(http_says(&page, "name=\"undo\"") == (cases[i].stopped == 1), "the page offers the other way");
	}
	CHECK_INT(get("/i/$", open_token), 200, "the invitation still works");
	CHECK_INT(world_count(&w, others), 0, "nobody else is touched");
	CHECK_INT(post("/u/$", "0123456789ABCDEFabcdef", "List-Unsubscribe=One-Click"), 404, "unknown");
}

static void
test_return(const struct secret *k)
{
	const char *link = answers_link(&w.arena, "", k, other_token, "survey");
	char bad[200];
	int64_t rows = answer_rows();
	struct ask head = { .method = "HEAD" };

	http_ask(&page, url(link, ""), &head);
	CHECK_INT(answer_rows(), rows, "HEAD finishes nothing");
	snprintf(bad, sizeof(bad), "%s", link);
	bad[strlen(bad) - 1] = bad[strlen(bad) - 1] == 'A' ? 'Q' : 'A';
	CHECK_INT(get(bad, ""), 404, "one character wrong");
	CHECK_INT(answer_rows(), rows, "nothing happened");
	CHECK_INT(get(link, ""), 200, "finished");
	CHECK(http_says(&page, "Phiếu khảo sát") && http_says(&page, "/go/feedback"), "thanks, and what is missing");
	CHECK(!http_says(&page, "/go/survey"), "what is done is not missing");
	CHECK_INT(answer_rows(), rows + 1, "answered");
	CHECK_INT(get(link, ""), 200, "loaded again");
	CHECK_INT(answer_rows(), rows + 1, "once");
	CHECK_INT(get(answers_link(&w.arena, "", k, other_token, "feedback"), ""), 200, "the other form");
	CHECK(!http_says(&page, "/go/"), "nothing is missing");
	get("/i/$", other_token);
	CHECK(http_says(&page, "Đã trả lời lúc") && http_says(&page, "tất cả các phiếu"), "the landing page knows");
	CHECK_INT(get(answers_link(&w.arena, "", k, closed_token, "survey"), ""), 409, "closed");
	CHECK(http_says(&page, "đã kết thúc"), "and says so");
	CHECK_INT(get(answers_link(&w.arena, "", k, other_token, "poll"), ""), 404, "no such form");
	CHECK_INT(answer_rows(), rows + 2, "two answers in all");
}

static void
test_api(void)
{
	static const struct { const char *label, *body; long status; const char *says; } cases[] = {
		{ "one", "{\"token\":\"$\",\"instrument\":\"survey\"}", 200, "\"recorded\":1" },
		{ "again", "[{\"token\":\"$\",\"instrument\":\"survey\"}]", 200, "\"already_known\":1" },
		{ "null time", "{\"token\":\"$\",\"instrument\":\"survey\",\"answered_at\":null}", 200, "\"already_known\":1" },
		{ "one good, one bad", "[{\"token\":\"$\",\"instrument\":\"feedback\"},{\"token\":\"x\",\"instrument\":\"survey\"}]", 422,
		    "{\"index\":1,\"status\":\"unknown_token\",\"error\":\"unknown token\"}],\"recorded\":1" },
		{ "before it opened", "{\"token\":\"$\",\"instrument\":\"survey\",\"answered_at\":\"2001-01-01T00:00:00Z\"}", 422, "before_opening" },
		{ "far ahead", "{\"token\":\"$\",\"instrument\":\"survey\",\"answered_at\":\"2901-01-01\"}", 422, "after_closing" },
		{ "no date", "{\"token\":\"$\",\"instrument\":\"survey\",\"answered_at\":\"soon\"}", 422, "bad_time" },
		{ "no such form", "{\"token\":\"$\",\"instrument\":\"poll\"}", 422, "survey, feedback" },
		{ "not JSON", "token=x", 400, "not JSON" },
		{ "cut", "{\"token\":\"$\"", 400, "not JSON" },
		{ "empty list", "[]", 400, "send 1 to" },
		{ "a number", "17", 400, "not JSON" },
		{ "a list of numbers", "[17]", 400, "an object" },
		{ "no instrument", "{\"token\":\"$\"}", 400, "\\\"instrument\\\" must be a text" },
		{ "a number for a token", "{\"token\":1,\"instrument\":\"survey\"}", 400, "\\\"token\\\" must be a text" },
		{ "member twice", "{\"token\":\"$\",\"token\":\"$\",\"instrument\":\"survey\"}", 400, "not JSON" },
		{ "unknown member", "{\"token\":\"$\",\"instrument\":\"survey\",\"answerd_at\":\"now\"}", 400, "answerd_at" },
		{ "NUL in a text", "{\"token\":\"$\\u0000\",\"instrument\":\"survey\"}", 400, "not JSON" },
	};
	static char deep[20001], huge[(1 << 20) + 100], many[64000];
	struct ask no_key = { .body = "{}", .headers = { JSON } }, wrong = { .body = "{}", .headers = { JSON, "Authorization: Bearer nope" } };
	struct ask form = { .body = "token=x", .headers = { BEARER } };
	char token[TOKEN_LEN + 1], body[512];
	size_t n = 1;

	world_contact(&w, 1, "Bùi Mẫu Bảy", token);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t o = 0;

		for (const char *s = cases[i].body; *s; s++)
			o += (size_t)snprintf(body + o, sizeof(body) - o, *s == '$' ? "%s" : "%.1s", *s == '$' ? token : s);
		CHECK_INT(api(body), cases[i].status, cases[i].label);
		if (!CHECK(http_says(&page, cases[i].says), cases[i].label))
			puts(buf_str(&page.body));
		CHECK_STR(http_header(&page, "Content-Type"), page.status == 200 || page.status == 422 ? "application/json; charset=utf-8" : "application/problem+json", cases[i].label);
	}
	snprintf(body, sizeof(body), "{\"token\":\"%s\",\"instrument\":\"survey\"}", closed_token);
	CHECK_INT(api(body), 422, "closed");
	CHECK(http_says(&page, "\"status\":\"closed\"") && http_says(&page, "from a file"), "closed, in clear words");
	memset(deep, '[', sizeof(deep) - 1);
	CHECK_INT(api(deep), 400, "deeply nested");
	memset(huge, ' ', sizeof(huge) - 1);
	CHECK_INT(api(huge), 413, "too large");
	for (int i = 0; i < 1001; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n, "%s{\"token\":\"x\",\"instrument\":\"survey\"}", i ? "," : "");
	many[0] = '[';
	snprintf(many + n, sizeof(many) - n, "]");
	CHECK_INT(api(many), 400, "1001 at once");
	http_ask(&page, url("/api/v1/answers", ""), &form);
	CHECK_INT(page.status, 415, "a form");
	http_ask(&page, url("/api/v1/answers", ""), &no_key);
	CHECK_INT(page.status, 401, "no key");
	CHECK(strstr(http_header(&page, "WWW-Authenticate"), "Bearer") != NULL, "says what is needed");
	for (int i = 0; i < 12; i++)
		http_ask(&page, url("/api/v1/answers", ""), &wrong);
	CHECK_INT(page.status, 429, "guessing is slowed down");
	CHECK_INT(api("[]"), 429, "even for the right key, from there");
	form.headers[1] = "X-Forwarded-For: 10.0.0.1, 192.0.2.7";
	http_ask(&page, url("/api/v1/answers", ""), &form);
	CHECK_INT(page.status, 415, "another client behind the same proxy is not held up");
}

/* A program that asks for what is not there can read the answer. */
static void
test_problems(void)
{
	static const struct { const char *path; long status; } cases[] = {
		{ "/api/v1/nothing", 404 }, { "/api/v1/", 404 }, { "/api/v1/answers", 405 }, { "/api/v1/%00", 404 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(get(cases[i].path, ""), cases[i].status, cases[i].path);
		CHECK_STR(http_header(&page, "Content-Type"), "application/problem+json", cases[i].path);
		CHECK(http_says(&page, "\"status\": 40") && http_says(&page, "\"title\": \""), cases[i].path);
	}
	CHECK_INT(get("/elsewhere", ""), 404, "a page for a person");
	CHECK(strncmp(http_header(&page, "Content-Type"), "text/html", 9) == 0, "is HTML");
}

static void
test_hostile(void)
{
	static char big[60000], header[9000], path[17000];
	struct ask many = { .raw_path = true, .headers = { header } }, plain = { .raw_path = true };
	struct ask chunked = { .body = big, .headers = { "Transfer-Encoding: chunked", "Content-Type: text/plain" } };
	long last = 0;

	memset(big, 'x', sizeof(big) - 1);
	CHECK_INT(post("/u/$", open_token, big), 413, "a form of 60 kB");
	http_ask(&page, url("/u/$", open_token), &chunked);
	CHECK_INT(page.status, 413, "in chunks too");
	CHECK_INT(evidence_has(w.db, open_person, "opt_out", &w.e), 0, "and nothing happened");
	snprintf(header, sizeof(header), "X-Long: %.*s", 8000, big);
	http_ask(&page, url("/i/$", open_token), &many);
	CHECK_INT(page.status, 200, "a header of 8 kB");
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	http_ask(&page, url(path, ""), &plain);
	CHECK(page.status == 404 || page.status == 414 || page.status == 431, "a path of 17 kB");
	for (int i = 0; i < 80; i++)
		last = get("/i/0123456789ABCDEFabcdef", "");
	CHECK_INT(last, 429, "guessing tokens");
	CHECK(http_header(&page, "Retry-After")[0] != '\0', "says when to come back");
	CHECK_INT(get("/i/$", open_token), 200, "a good link from the same address is served");
}

static void
test_desk(void)
{
	static const struct { const char *label, *path; long status; const char *says; } cases[] = {
		{ "index", "/", 200, "/c/open" },
		{ "today", "/c/open", 200, "Đối chiếu từng người" },
		{ "today in English", "/c/open?lang=en", 200, "Everybody accounted for" },
		{ "actions", "/c/open/actions", 200, "Nhận định theo nhóm" },
		{ "units", "/c/open/units", 200, "Cần Thơ" },
		{ "a unit", "/c/open/units/T92", 200, "Thành phố Cần Thơ" },
		{ "no such unit", "/c/open/units/T00", 404, "Không có trang này" },
		{ "domains", "/c/open/domains", 200, "Tên miền thư" },
		{ "people", "/c/open/people", 200, "Nguyễn" },
		{ "people of nobody", "/c/open/people?cause=moved", 200, "Không tìm thấy ai" },
		{ "a person", "/c/open/people/1", 200, "Diễn biến" },
		{ "no such person", "/c/open/people/999999", 404, "Không có trang này" },
		{ "no person at all", "/c/open/people/1x", 404, "Không có trang này" },
		{ "waves", "/c/open/waves", 200, "Lượt gửi" },
		{ "reports", "/c/open/reports", 200, "RR6" },
		{ "for sheets", "/c/open/reports/participation.csv", 200, "unit,kind,name,roster" },
		{ "campaigns for programs", "/api/v1/campaigns", 200, "\"key\": \"open\"" },
		{ "a unit for programs", "/api/v1/campaigns/open/units/T92", 200, "\"code\": \"T92\"" },
		{ "nothing for programs", "/api/v1/campaigns/open/units/T00", 404, "\"status\": 404" },
		{ "participation", "/report/open/participation", 200, "Thành phố Cần Thơ" },
		{ "causes", "/report/open/causes", 200, "Tham gia và nguyên nhân" },
		{ "in English", "/report/open/causes?lang=en", 200, "Participation and causes" },
		{ "no such campaign", "/report/none/causes", 404, "Không có trang này" },
		{ "no such report", "/report/open/people", 404, "Không có trang này" },
		{ "nobody's landing page", "/i/$", 404, "Không có trang này" },
		{ "health", "/healthz", 200, "ok" },
	};
	struct ask rebound = { .headers = { "Host: evil.example" } };

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(get(cases[i].path, open_token), cases[i].status, cases[i].label);
		CHECK(http_says(&page, cases[i].says), cases[i].label);
		CHECK(strstr(http_header(&page, "Content-Security-Policy"), "unsafe") == NULL, cases[i].label);
	}
	get("/report/open/causes", "");
	CHECK(strstr(http_header(&page, "Content-Security-Policy"), "'sha256-") != NULL, "its own style is let in");
	http_ask(&page, url("/report/open/causes", ""), &rebound);
	CHECK_INT(page.status, 404, "a foreign name that points here");
}

/* Asked many times at once, as a browser and two watchers would; by a foreign name not at all. */
static void
test_metrics(void)
{
	struct ask rebound = { .headers = { "Host: evil.example" } }, plain = { .raw_path = true };
	const char *text;
	long long before;

	for (int i = 0; i < 3; i++)
		CHECK_INT(http_ask(&page, url("/metrics", ""), &plain), 0, "asked");
	CHECK_INT(page.status, 200, "there");
	CHECK_STR(http_header(&page, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8", "its type");
	text = buf_str(&page.body);
	CHECK_STR(promtext_fault(text), "", "well-formed");
	CHECK_INT(promtext_value(text, "thumoi_nominated{campaign=\"open\"}"), 3, "from the store");
	before = promtext_value(text, "thumoi_http_requests_total{route=\"/metrics\",status=\"2xx\"}");
	CHECK(before >= 2, "this page itself is counted, the others before it");
	CHECK(promtext_value(text, "thumoi_http_requests_total{route=\"/i/*\",status=\"4xx\"}") > 80, "and the public ones");
	CHECK(promtext_value(text, "thumoi_http_requests_total{route=\"/api/v1/answers\",status=\"2xx\"}") > 0, "of every route");
	CHECK(promtext_value(text, "thumoi_http_requests_total{route=\"other\",status=\"4xx\"}") > 0, "and of none");
	CHECK(!strstr(text, open_token) && !strchr(text, '@'), "no token, no address");
	http_ask(&page, url("/metrics", ""), &rebound);
	CHECK_INT(page.status, 404, "a foreign name that points here");
	CHECK_INT(get("/metrics", ""), 200, "again");
	CHECK_INT(promtext_value(buf_str(&page.body), "thumoi_http_requests_total{route=\"/metrics\",status=\"2xx\"}"), before + 1,
	    "counted on");
}

static void
write_file(const char *name, const char *text, const char **out)
{
	char *path = arena_printf(&w.arena, "%s/%s", w.dir, name);
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		world_die(&w, path);
	*out = path;
}

/* Own TLS, with a certificate made for the occasion. */
static void
test_tls(void)
{
	struct web_options o = { .conf = &conf, .store = w.path, .admin_fd = -1 };
	struct ask a = { .ca_file = NULL };
	struct web *web;
	char cmd[600];

	conf.tls_cert_file = arena_printf(&w.arena, "%s/cert.pem", w.dir);
	conf.tls_key_file = arena_printf(&w.arena, "%s/key.pem", w.dir);
	snprintf(cmd, sizeof(cmd), "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=thumoi.test"
	    " -addext subjectAltName=IP:127.0.0.1 -keyout '%s' -out '%s' 2>/dev/null", conf.tls_key_file, conf.tls_cert_file);
	if (system(cmd) != 0) {
		check_skip("no openssl command to make a certificate with");
		return;
	}
	o.fd = http_listen("127.0.0.1:0", &where, &w.e);
	if (!CHECK_INT(web_start(&web, &o, &w.e), 0, "TLS"))
		return;
	a.ca_file = conf.tls_cert_file;
	CHECK_INT(http_ask(&page, url("/i/$", open_token), &a), 0, page.error);
	CHECK_INT(page.status, 200, "over TLS");
	CHECK(strncmp(http_header(&page, "Strict-Transport-Security"), "max-age=", 8) == 0, "HSTS");
	web_stop(web, 0);
	conf.tls_key_file = conf.tls_cert_file;
	CHECK_INT(web_start(&web, &o, &w.e), -1, "no key in the key file");
	close(o.fd);
}

static void
test_addresses(void)
{
	static const struct { const char *address; bool ok; } cases[] = {
		{ "127.0.0.1:0", true }, { "localhost:0", true }, { "127.0.0.1", false }, { "127.0.0.1:", false },
		{ "127.0.0.1:99999", false }, { "127.0.0.1:8o", false }, { ":80", false }, { "", false }, { "::1:80", false },
		{ "[::1:80", false }, { "no.such.host.test:0", false },
	};
	struct http_where at;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int fd = http_listen(cases[i].address, &at, &w.e);

		CHECK((fd >= 0) == cases[i].ok, cases[i].address);
		if (fd >= 0)
			close(fd);
	}
}

int
main(void)
{
	struct web_options o = { .conf = &conf, .meters = &meters, .admin_fd = -1 };
	struct web *web;
	struct secret k;

	log_to(-1, LOG_LEVEL_ERROR);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	world_make(&w);
	meters_start(&meters, clock_now());
	make_people();
	if (conf_load(&conf, NULL, false, &w.e) < 0)
		world_die(&w, "settings");
	conf.secret_file = arena_printf(&w.arena, "%s/secret", w.dir);
	conf.admin_login = "none";
	write_file("api-key", KEY "\n", &conf.api_key_file);
	o.store = w.path;
	o.fd = http_listen("127.0.0.1:0", &where, &w.e);
	if (o.fd < 0 || web_start(&web, &o, &w.e) < 0)
		world_die(&w, "web");
	if (secret_load(&k, conf.secret_file, &w.e) < 0)
		world_die(&w, "secret");
	test_looking();
	test_headers();
	test_methods();
	test_buttons();
	test_stop();
	test_return(&k);
	test_api();
	test_probe();
	test_problems();
	test_hostile();
	web_stop(web, 1000);
	close(o.fd);
	o.admin_fd = http_listen("127.0.0.1:0", &where, &w.e);
	o.fd = -1;
	if (CHECK_INT(web_start(&web, &o, &w.e), 0, "the desk alone")) {
		test_desk();
		test_metrics();
		CHECK_INT(get("/api/v1/campaigns/none/nothing", ""), 404, "the desk's API");
		CHECK_STR(http_header(&page, "Content-Type"), "application/problem+json", "the desk's API");
		web_stop(web, 1000);
	}
	o.meters = NULL;
	if (CHECK_INT(web_start(&web, &o, &w.e), 0, "nobody counts")) {
		CHECK_INT(get("/metrics", ""), 404, "nothing to show");
		web_stop(web, 1000);
	}
	close(o.admin_fd);
	o.admin_fd = http_listen("0.0.0.0:0", &where, &w.e);
	CHECK_INT(web_start(&web, &o, &w.e), -1, "the desk is for this machine alone");
	close(o.admin_fd);
	test_tls();
	test_addresses();
	buf_release(&page.head);
	buf_release(&page.body);
	conf_release(&conf);
	world_end(&w);
	curl_global_cleanup();
	return check_done();
}
