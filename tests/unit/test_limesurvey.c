/* The RemoteControl client against a LimeSurvey that behaves, and one that does what real ones do. */
#include "support/check.h"
#include "support/lime_peer.h"

#include "base/lang.h"
#include "engine/limesurvey.h"

#define SURVEY 482156

static struct lime_peer *peer;
static struct arena arena = ARENA_INIT;
static struct err e;

static struct lime *
session(const char *password)
{
	struct lime_options o = { .url = lime_peer_url(peer), .user = "thumoi", .password = password, .ca_file = "", .timeout_s = 20 };
	struct lime *l;

	e = (struct err)ERR_INIT;
	if (lime_new(&l, &o, &e) < 0)
		die("%s", e.text);
	return l;
}

static int
ask(struct lime *l)
{
	struct lime_survey s;

	e = (struct err)ERR_INIT;
	return lime_survey(l, &arena, SURVEY, &s, &e);
}

static void
test_url(void)
{
	static const struct { const char *url; bool good; } urls[] = {
		{ "https://survey.example/index.php/admin/remotecontrol", true }, { "http://127.0.0.1:8080/x", true },
		{ "http://localhost/x", true }, { "http://localhost.evil.example/x", false },
		{ "http://127.evil.example/x", false }, { "http://[::1]:8080/x", true }, { "http://localhost:x@evil.example/", false },
		{ "http://survey.example/x", false }, { "https://ann:s3cret@survey.example/x", false }, { "ftp://survey.example", false },
		{ "survey.example", false }, { "", false },
	};

	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		e = (struct err)ERR_INIT;
		CHECK_INT(lime_url_check(urls[i].url, &e), urls[i].good ? 0 : -1, urls[i].url);
		CHECK(!strstr(e.text, "s3cret"), "no password is told");
	}
}

static void
test_calls(void)
{
	struct lime *l = session("pw");
	struct lime_survey s;
	struct lime_participant *rows, one;
	struct lime_add people[4] = {
		{ .token = "aaaaaaaaaaaaaaaaaaaaa~", .firstname = "Mẫu", .lastname = "Nguyễn Thị" },
		{ .token = "bbbbbbbbbbbbbbbbbbbbb_", .email = "no address" },
		{ .token = "aaaaaaaaaaaaaaaaaaaaa~" },
		{ .token = "cccccccccccccccccccccc", .email = "c@unit.example" },
	};
	struct lime_change c = { .sent = "2021-09-17 08:30", .remindercount = -1 };
	struct lime_summary sum;
	const char *fault;
	char *v;
	size_t n;

	CHECK_INT(lime_survey(l, &arena, SURVEY, &s, &e), 0, "properties");
	CHECK(s.active && !s.anonymized && !*s.expires, "as they are");
	CHECK_INT(lime_page(l, &arena, SURVEY, 0, 100, &rows, &n, &e), 0, "nobody there");
	CHECK_INT((int64_t)n, 0, "is an empty page, no fault");
	CHECK_INT(lime_add(l, &arena, SURVEY, people, 4, &e), 0, "add");
	CHECK(people[0].tid && strcmp(people[0].token_there, people[0].token) == 0 && !people[0].fault, "added, with our token");
	CHECK(!people[1].tid && people[1].fault && strstr(people[1].fault, "email"), "a bad row");
	CHECK(!people[2].tid && people[2].fault && strstr(people[2].fault, "token"), "twice the same token");
	CHECK(people[3].tid && !people[3].fault, "the rows behind are added");
	CHECK_INT((int64_t)lime_peer_people(peer), 2, "two people");
	v = lime_peer_field(peer, "aaaaaaaaaaaaaaaaaaaaa~", "lastname");
	CHECK_STR(v, "Nguyễn Thị", "Vietnamese arrives");
	free(v);
	CHECK_INT(lime_page(l, &arena, SURVEY, 0, 100, &rows, &n, &e), 0, "a page");
	CHECK_INT((int64_t)n, 2, "of two");
	CHECK_STR(rows[0].completed, "N", "open");
	CHECK_INT(rows[0].tid, people[0].tid, "a number as a string");
	CHECK_INT(lime_page(l, &arena, SURVEY, 2, 100, &rows, &n, &e), 0, "behind the last");
	CHECK_INT((int64_t)n, 0, "nobody");
	CHECK_INT(lime_find(l, &arena, SURVEY, "cccccccccccccccccccccc", &one, &e), 1, "found");
	CHECK_INT(lime_find(l, &arena, SURVEY, "dddddddddddddddddddddd", &one, &e), 0, "not found");
	CHECK_INT(lime_set(l, &arena, SURVEY, "cccccccccccccccccccccc", &c, &fault, &e), 1, "set");
	v = lime_peer_field(peer, "cccccccccccccccccccccc", "sent");
	CHECK_STR(v, "2021-09-17 08:30", "is set");
	free(v);
	CHECK_INT(lime_set(l, &arena, SURVEY, "dddddddddddddddddddddd", &c, &fault, &e), 0, "set of nobody is refused");
	CHECK(strstr(fault, "No results") != NULL, fault);
	lime_peer_faults(peer, &(struct lime_fault){ "set_participant_properties", 0, 1, LIME_SAY, 0,
	    "{\"id\":null,\"result\":{\"status\":{\"sent\":[\"Sent is too long.\"]}},\"error\":null}" }, 1);
	CHECK_INT(lime_set(l, &arena, SURVEY, "cccccccccccccccccccccc", &c, &fault, &e), 0, "a status that is no text");
	CHECK_STR(fault, "sent: Sent is too long.", "is told");
	lime_peer_faults(peer, NULL, 0);
	lime_peer_complete(peer, "cccccccccccccccccccccc", "2021-09-20 08:34");
	CHECK_INT(lime_summary(l, SURVEY, &sum, &e), 0, "summary");
	CHECK_INT(sum.participants, 2, "people");
	CHECK_INT(sum.completed, 1, "completed, as a string");
	CHECK_INT(lime_peer_calls(peer, "get_session_key"), 1, "one session for all");
	CHECK_INT(lime_peer_sessions(peer), 1, "open");
	lime_free(l);
	CHECK_INT(lime_peer_sessions(peer), 0, "given back");
	CHECK(!lime_peer_was_asked(peer, "usesleft"), "uses are never touched");
}

static void
test_refusals(void)
{
	struct lime *l = session("wrong");
	struct lime_survey s;
	struct lime_participant *rows;
	struct lime_summary sum;
	size_t n;

	CHECK_INT(ask(l), -1, "a wrong password");
	CHECK_INT(e.code, ERR_AUTH, "is that");
	CHECK(strstr(e.text, "Invalid user name or password") && strstr(e.text, "thumoi") && !strstr(e.text, "wrong"), e.text);
	lime_free(l);
	l = session("pw");
	CHECK_INT(lime_survey(l, &arena, 999, &s, &e), -1, "no such survey");
	CHECK_INT(e.code, ERR_NOTFOUND, e.text);
	e = (struct err)ERR_INIT;
	lime_peer_faults(peer, &(struct lime_fault){ "get_summary", 0, 1, LIME_SAY, 0,
	    "{\"id\":null,\"result\":{\"status\":\"Invalid surveyid\"},\"error\":null}" }, 1);
	CHECK_INT(lime_summary(l, SURVEY, &sum, &e), -1, "no such survey, in other words");
	CHECK_INT(e.code, ERR_NOTFOUND, e.text);
	lime_peer_faults(peer, &(struct lime_fault){ "get_summary", 0, 1, LIME_SAY, 0,
	    "{\"id\":null,\"result\":{\"status\":\"No available data\"},\"error\":null}" }, 1);
	CHECK_INT(lime_summary(l, SURVEY, &sum, &e), 0, "nothing to sum up");
	CHECK_INT(sum.completed, -1, "says nothing");
	lime_peer_faults(peer, NULL, 0);
	lime_peer_set(peer, "no_table", "1");
	CHECK_INT(lime_page(l, &arena, SURVEY, 0, 10, &rows, &n, &e), -1, "no participants table");
	CHECK_INT(e.code, ERR_NOTNOW, e.text);
	lime_peer_set(peer, "no_table", "0");
	lime_free(l);
}

/* A fault, and what comes of it. */
static void
test_faults(void)
{
	static const struct { const char *label; struct lime_fault f; int rc; enum err_code code; const char *says; } cases[] = {
		{ "interface off", { "", 0, 0, LIME_EMPTY, 0, NULL }, -1, ERR_NOTNOW, "switched off" },
		{ "a web page", { "", 0, 0, LIME_HTML, 0, NULL }, -1, ERR_NETWORK, "web page" },
		{ "500", { "", 0, 0, LIME_HTTP, 500, NULL }, -1, ERR_NETWORK, "HTTP 500" },
		{ "404", { "", 0, 0, LIME_HTTP, 404, NULL }, -1, ERR_NETWORK, "HTTP 404" },
		{ "403", { "", 0, 0, LIME_HTTP, 403, NULL }, -1, ERR_AUTH, "HTTP 403" },
		{ "302", { "", 0, 0, LIME_HTTP, 302, NULL }, -1, ERR_NETWORK, "redirects" },
		{ "503 twice", { "get_survey_properties", 0, 2, LIME_HTTP, 503, NULL }, 0, ERR_NONE, "" },
		{ "503 always", { "", 0, 0, LIME_HTTP, 503, NULL }, -1, ERR_NETWORK, "HTTP 503" },
		{ "hangs up", { "get_survey_properties", 0, 0, LIME_HANG_UP, 0, NULL }, -1, ERR_NETWORK, "closed" },
		{ "half an answer", { "", 0, 0, LIME_SAY, 0, "{\"id\":1,\"result\":" }, -1, ERR_NETWORK, "no JSON object" },
		{ "a list", { "", 0, 0, LIME_SAY, 0, "[1,2]" }, -1, ERR_NETWORK, "no JSON object" },
		{ "another answer", { "get_survey_properties", 0, 0, LIME_SAY, 0, "{\"id\":99999,\"result\":{},\"error\":null}" }, -1,
		    ERR_NETWORK, "no answer to what was asked" },
		{ "an error", { "", 0, 0, LIME_SAY, 0, "{\"id\":null,\"result\":null,\"error\":\"out of order, ask ann@admin.example\"}" }, -1,
		    ERR_NETWORK, "out of order, ask <address>" },
		{ "no permission", { "get_survey_properties", 0, 0, LIME_SAY, 0,
		    "{\"id\":null,\"result\":{\"status\":\"No permission\"},\"error\":null}" }, -1, ERR_AUTH, "may not" },
		{ "said by the model", { "get_survey_properties", 0, 0, LIME_SAY, 0,
		    "{\"id\":null,\"result\":{\"status\":\"Error: No token table\"},\"error\":null}" }, -1, ERR_NOTNOW, "no participants table" },
		{ "a mark before the JSON", { "get_survey_properties", 0, 0, LIME_SAY, 0,
		    "\xef\xbb\xbf\n{\"id\":null,\"result\":{\"active\":\"Y\"},\"error\":null}" }, 0, ERR_NONE, "" },
		{ "a notice behind it", { "", 0, 0, LIME_NOTICE, 0, NULL }, 0, ERR_NONE, "" },
		{ "locked out", { "get_session_key", 0, 0, LIME_SAY, 0, "{\"id\":null,\"result\":{\"status\":\"You have exceeded the number"
		    " of maximum login attempts. Please wait 10 minutes before trying again.\"},\"error\":null}" }, -1, ERR_AUTH, "wait 10 minutes" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct lime *l = session("pw");
		int rc;

		lime_peer_faults(peer, &cases[i].f, 1);
		rc = ask(l);
		CHECK_INT(rc, cases[i].rc, cases[i].label);
		CHECK_INT(e.code, cases[i].code, cases[i].label);
		if (!CHECK(strstr(e.text, cases[i].says) != NULL, cases[i].label))
			printf("  %s\n", e.text);
		lime_peer_faults(peer, NULL, 0);
		lime_free(l);
	}
}

/* Whatever stands in the answer: an error or a fault, never a crash, and nobody is taken for completed. */
static void
test_nonsense(void)
{
	static const char *const results[] = {
		"5", "-1.5e300", "true", "\"\"", "\"text\"", "[]", "{}", "[null]", "[[1]]", "[5,\"x\",true]", "[{}]", "[{},{},{}]",
		"[{\"tid\":{}}]", "[{\"tid\":\"12x\",\"token\":7,\"completed\":null}]",
		"[{\"tid\":99999999999999999999999,\"token\":\"\"}]", "[{\"tid\":1,\"token\":[],\"completed\":{},\"remindercount\":\"many\"}]",
		"{\"0\":{\"tid\":\"1\"},\"5\":{\"tid\":\"2\"}}", "{\"status\":5}", "{\"status\":\"\"}", "{\"errors\":[]}", "[{\"errors\":5}]",
		"[{\"errors\":{\"token\":{}}}]", "[{\"errors\":{\"token\":[]}}]", "{\"status\":\"Ch\\u00e1n \\u0000 x\"}",
		"{\"token_count\":\"x\",\"token_completed\":null}", "{\"active\":[],\"anonymized\":5,\"expires\":{}}",
	};
	struct lime_survey s;
	struct lime_participant *rows, one;
	struct lime_add person;
	struct lime_change c = { .sent = "2021-09-17 08:30", .remindercount = -1 };
	struct lime_summary sum;
	const char *fault;
	size_t n;

	for (size_t i = 0; i < COUNT_OF(results); i++) {
		char *say = arena_printf(&arena, "{\"id\":null,\"error\":null,\"result\":%s}", results[i]);
		static const char *const methods[] = { "get_survey_properties", "list_participants", "add_participants",
			"set_participant_properties", "get_summary" };
		struct lime_fault f[COUNT_OF(methods)];
		struct lime *l = session("pw");
		int rc;

		for (size_t k = 0; k < COUNT_OF(methods); k++)
			f[k] = (struct lime_fault){ methods[k], 0, 0, LIME_SAY, 0, say };
		lime_peer_faults(peer, f, COUNT_OF(f));
		rc = lime_survey(l, &arena, SURVEY, &s, &e);
		CHECK(rc == -1 || !s.anonymized, results[i]);
		rc = lime_page(l, &arena, SURVEY, 0, 2, &rows, &n, &e);
		CHECK(rc == -1 || n <= 2, results[i]);
		for (size_t k = 0; rc == 0 && k < n; k++)
			CHECK(!lime_is_done(rows[k].completed) && rows[k].token, results[i]);
		CHECK(lime_find(l, &arena, SURVEY, "aaaaaaaaaaaaaaaaaaaaa~", &one, &e) <= 0, results[i]);
		person = (struct lime_add){ .token = "aaaaaaaaaaaaaaaaaaaaa~" };
		rc = lime_add(l, &arena, SURVEY, &person, 1, &e);
		CHECK(rc == -1 || person.fault || strcmp(person.token_there, person.token) != 0, results[i]);
		rc = lime_set(l, &arena, SURVEY, "aaaaaaaaaaaaaaaaaaaaa~", &c, &fault, &e);
		CHECK(rc != 0 || fault, results[i]);
		rc = lime_summary(l, SURVEY, &sum, &e);
		CHECK(rc == -1 || (sum.participants == -1 && sum.completed == -1), results[i]);
		lime_peer_faults(peer, NULL, 0);
		lime_free(l);
	}
}

static void
test_sessions(void)
{
	struct lime *l = session("pw");
	int before = lime_peer_calls(peer, "get_session_key");

	lime_peer_set(peer, "session_calls", "2");
	for (int i = 0; i < 7; i++)
		CHECK_INT(ask(l), 0, "a session that ends in the middle is opened again");
	CHECK_INT(lime_peer_calls(peer, "get_session_key") - before, 4, "when it had ended only");
	lime_free(l);
	l = session("pw");
	lime_peer_faults(peer, &(struct lime_fault){ "get_survey_properties", 0, 0, LIME_SAY, 0,
	    "{\"id\":null,\"result\":{\"status\":\"Invalid session key\"},\"error\":null}" }, 1);
	before = lime_peer_calls(peer, "get_session_key");
	CHECK_INT(ask(l), -1, "a session that never holds");
	CHECK_INT(e.code, ERR_AUTH, e.text);
	CHECK_INT(lime_peer_calls(peer, "get_session_key") - before, 2, "is tried twice");
	lime_peer_faults(peer, NULL, 0);
	lime_free(l);
	lime_peer_set(peer, "session_calls", "0");
}

static void
test_slow(void)
{
	struct lime_options o = { .url = lime_peer_url(peer), .user = "thumoi", .password = "pw", .ca_file = "", .timeout_s = 1 };
	struct lime *l;

	e = (struct err)ERR_INIT;
	lime_peer_faults(peer, &(struct lime_fault){ "get_survey_properties", 0, 1, LIME_SLOW, 1500, NULL }, 1);
	CHECK_INT(lime_new(&l, &o, &e), 0, "session");
	CHECK_INT(ask(l), -1, "too slow");
	CHECK(strstr(e.text, "no answer within") != NULL, e.text);
	lime_free(l);
	lime_peer_faults(peer, NULL, 0);
}

int
main(void)
{
	lang_ui = LANG_EN;
	peer = lime_peer_start(&(struct lime_peer_options){ .survey = SURVEY, .user = "thumoi", .password = "pw" });
	test_url();
	test_calls();
	test_refusals();
	test_faults();
	test_nonsense();
	test_sessions();
	test_slow();
	lime_peer_stop(peer);
	arena_release(&arena);
	return check_done();
}
