/* The mails that no rule could place: shown, attached to a person, put away; once each. */
#include "support/desk.h"

#include "engine/inbound.h"
#include "store/evidence.h"
#include "store/inbound.h"

#define MANY 45		/* mails of strangers */

static struct desk d;
static struct inbound *in;
static char token[TOKEN_LEN + 1];

static int64_t
number(const char *sql)
{
	return world_count(&d.w, sql);
}

/* Its row; 0 when it was known. */
static int64_t
feed(const char *mail)
{
	static const char last[] = "SELECT max(id) FROM inbound";
	struct inbound_tally t = { 0 };
	struct inbound_taken taken;

	if (!CHECK_INT(inbound_take(in, d.w.db, "test", mail, strlen(mail), &taken, &t, &d.w.e), 0, d.w.e.text))
		return 0;
	return number(last);
}

static int64_t
letter(const char *from, const char *subject, const char *text)
{
	return feed(arena_printf(&d.w.arena, "From: %s\nTo: khaosat@survey.example\nSubject: %s\nDate: Wed, 22 Sep 2021 10:00:00 +0700\n"
	    "Message-ID: <%s@mx.test>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: 8bit\n\n%s\n", from, subject, subject, text));
}

static const char *
mail_path(int64_t id)
{
	return arena_printf(&d.w.arena, "/c/c/inbound/%lld", (long long)id);
}

static const char *
of_evidence(const char *kind)
{
	static const char sql[] = "SELECT v.grade || ' ' || v.kind || ' ' || v.text || ' ' || c.name FROM evidence v"
	    " JOIN contact c ON c.id = v.contact WHERE v.kind = $1 ORDER BY v.id DESC LIMIT 1";
	struct stmt *s = db_stmt(d.w.db, sql, &d.w.e);
	const char *text = "";

	bind_text(s, 1, kind);
	if (db_step(s, &d.w.e) == 1)
		text = arena_dup(&d.w.arena, col_text(s, 0));
	db_done(s);
	return text;
}

static void
test_empty(void)
{
	CHECK_INT(desk_get(&d, "/c/c/inbound"), 200, "nothing yet");
	CHECK(http_says(&d.page, "Không có thư nào"), "and says so");
	CHECK(http_says(&d.page, "/c/c/inbound\" aria-current=\"page\">Thư trả lời</a>"), "the tab");
	CHECK_INT(desk_get(&d, mail_path(1)), 404, "no such message");
	CHECK_INT(desk_get(&d, "/c/c/inbound/1x"), 404, "no number");
	CHECK_INT(desk_get(&d, "/c/none/inbound"), 404, "no such campaign");
}

static void
test_list(void)
{
	static const char dsn[] =
	    "Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nTo: bounce@survey.example\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
	    "--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
	    "Final-Recipient: rfc822; ai.do@noi.khac.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full\n\n"
	    "--b--\n";
	char *body = arena_alloc(&d.w.arena, 9001);
	int64_t id;

	for (int i = 1; i <= MANY; i++)
		letter("nguoi.la@xa.example", arena_printf(&d.w.arena, "Thu so %03d", i), "Xin chào.");
	CHECK_INT(desk_get(&d, "/c/c/inbound"), 200, "the list");
	CHECK(http_says(&d.page, "1–20 / 45") && http_says(&d.page, "Thu so 045") && !http_says(&d.page, "Thu so 025"), "newest first");
	CHECK(http_says(&d.page, "nguoi.la@xa.example"), "who wrote is shown here");
	CHECK(http_says(&d.page, "/c/c/inbound?list=waiting&amp;page=2"), "on to the next page");
	desk_get(&d, "/c/c/inbound?page=3");
	CHECK(http_says(&d.page, "41–45 / 45") && http_says(&d.page, "Thu so 001"), "the last page");
	desk_get(&d, "/c/c/inbound?page=99");
	CHECK(http_says(&d.page, "Không có thư nào"), "behind the last");
	desk_get(&d, "/c/c/inbound?lang=en");
	CHECK(http_says(&d.page, "What came back") && http_says(&d.page, "Attach to a person") && !http_says(&d.page, "Gắn vào"), "in English");

	feed(dsn);
	desk_get(&d, "/c/c/inbound");
	CHECK(http_says(&d.page, "ai.do@noi.khac.example") && http_says(&d.page, "mailbox-full") && http_says(&d.page, "5.2.2") &&
	    http_says(&d.page, "không tới được"), "what the rules say of it");

	id = letter("\"<b>x</b>\" <la@xa.example>", "<script>alert(1)</script>", "a\x01\x1b[31mb \xe2\x80\xae" "dx =cmd()|calc <img src=x>");
	desk_get(&d, mail_path(id));
	CHECK(http_says(&d.page, "&lt;script&gt;alert(1)"), "a subject that is markup");
	CHECK(!http_says(&d.page, "<script>alert") && !http_says(&d.page, "<img src=x>") && !http_says(&d.page, "<b>x"), "harmless");
	CHECK(!strpbrk(buf_str(&d.page.body), "\x01\x1b") && !http_says(&d.page, "\xe2\x80\xae"), "no control characters");
	CHECK(http_says(&d.page, "=cmd()|calc"), "text is text");
	CHECK(!strstr(http_header(&d.page, "Content-Security-Policy"), "unsafe") && !http_says(&d.page, "style="), "strict policy");

	for (int i = 0; i < 3000; i++)
		memcpy(body + (size_t)i * 3, "ẵ", 3);	/* three octets each */
	body[9000] = '\0';
	id = letter("la@xa.example", "Dai", body);
	desk_get(&d, mail_path(id));
	CHECK_INT(desk_times(&d, "ẵ"), 2000, "two thousand characters");
	CHECK(http_says(&d.page, "ẵ…"), "and that there is more");
	CHECK_INT(desk_get(&d, "/api/v1/campaigns/c/inbound"), 200, "for programs");
	CHECK(http_says(&d.page, "\"fate\": \"unmatched\"") && http_says(&d.page, "\"category\": \"mailbox-full\""), "words for programs");
}

static void
test_attach(void)
{
	static const char evidence[] = "SELECT count(*) FROM evidence";
	static const char waiting[] = "SELECT count(*) FROM inbound WHERE decision = ''";
	static const char kept[] = "SELECT count(*) FROM inbound";
	static const char audits[] = "SELECT count(*) FROM audit WHERE action = 'inbound attach' AND actor = 'desk:desk'";
	static const char personal[] = "SELECT count(*) FROM audit WHERE detail LIKE '%@%' OR detail LIKE '%Mẫu%'";
	int64_t id = letter("an.o.nha@xa.example", "Da nhan duoc", "Tôi đã nhận được thư mời."), all, rest;

	all = number(kept);
	rest = number(waiting);
	CHECK_INT(desk_post(&d, mail_path(id), "act=attach&who=Khong+Co+Ai&kind=reply"), 200, "nobody");
	CHECK(http_says(&d.page, "không có ai như vậy") && http_says(&d.page, "Khong Co Ai"), "says so, and keeps what was typed");
	CHECK_INT(desk_post(&d, mail_path(id), "act=attach&who=&kind=reply"), 200, "no name");
	CHECK_INT(desk_post(&d, mail_path(id), "act=attach&who=Tr%E1%BA%A7n+M%E1%BA%ABu&kind=reply"), 200, "several");
	CHECK_INT(desk_times(&d, "class=\"choice card\""), 2, "to choose from");
	CHECK(!http_says(&d.page, "Người Khác"), "nobody of another campaign");
	CHECK_INT(desk_post(&d, mail_path(id), arena_printf(&d.w.arena, "act=attach&who=%s&kind=nonsense", token)), 200, "no such kind");
	CHECK(http_says(&d.page, "Xin chọn nội dung"), "says so");
	CHECK_INT(desk_post(&d, mail_path(id), arena_printf(&d.w.arena, "act=attach&who=%s&kind=away", token)), 200, "away, and no day");
	CHECK_INT(desk_post(&d, mail_path(id), arena_printf(&d.w.arena, "act=attach&who=%s&kind=away&until=x", token)), 200, "no day");
	CHECK_INT(number(evidence), 0, "nothing has happened");
	CHECK_INT(number(waiting), rest, "it waits");

	CHECK_INT(desk_post(&d, mail_path(id), arena_printf(&d.w.arena, "act=attach&who=%s&kind=reply&list=waiting&page=1", token)), 303,
	    "by token");
	CHECK_STR(desk_follow(&d), "/c/c/inbound?list=waiting&page=1&said=1", "no name in the address");
	CHECK(http_says(&d.page, "banner good") && http_says(&d.page, "Đã ghi nhận"), "says that it is done");
	CHECK(!http_says(&d.page, "Da nhan duoc"), "it has left the list");
	CHECK_STR(of_evidence("reply"), arena_printf(&d.w.arena, "B reply message %lld: Da nhan duoc Trần Mẫu An", (long long)id), "evidence");
	CHECK_INT(number(evidence), 1, "one");
	CHECK_INT(number(audits), 1, "on record");
	CHECK_INT(number(personal), 0, "without personal data");
	CHECK_INT(number(kept), all, "the message is kept");

	CHECK_INT(desk_post(&d, mail_path(id), arena_printf(&d.w.arena, "act=attach&who=%s&kind=reply", token)), 303, "twice");
	desk_follow(&d);
	CHECK(http_says(&d.page, "đã có người xử lý"), "says that it was done");
	CHECK_INT(number(evidence), 1, "once");
	CHECK_INT(number(audits), 1, "once on record");
	desk_get(&d, "/c/c/inbound?list=decided");
	CHECK(http_says(&d.page, "Da nhan duoc") && http_says(&d.page, "Trần Mẫu An") && http_says(&d.page, "đã gắn vào"), "among the settled");

	id = letter("b@xa.example", "Chuyen cong tac", "Đã chuyển.");
	CHECK_INT(desk_post(&d, mail_path(id), "act=attach&who=BINH%40cantho.test&kind=moved"), 303, "by address");
	CHECK_STR(of_evidence("focal_moved"), arena_printf(&d.w.arena, "A focal_moved message %lld: Chuyen cong tac Trần Mẫu Bình",
	    (long long)id), "a word");
	id = letter("b@xa.example", "Di hoc", "Đi học.");
	CHECK_INT(desk_post(&d, arena_printf(&d.w.arena, "/api/v1/campaigns/c/inbound/%lld", (long long)id),
	    "act=attach&contact=2&kind=away&until=2021-10-30"), 200, "by a program, with a day");
	CHECK(*of_evidence("focal_away") != '\0', "away");
	CHECK_INT(desk_post(&d, arena_printf(&d.w.arena, "/api/v1/campaigns/c/inbound/%lld", (long long)id),
	    "act=attach&contact=2&kind=away&until=2021-10-30"), 409, "twice, by a program");
	CHECK_INT(desk_post(&d, mail_path(99999), "act=attach&contact=1&kind=reply"), 404, "no such message");
	id = letter("b@xa.example", "Cua nguoi khac", "...");
	CHECK_INT(desk_post(&d, mail_path(id), "act=attach&contact=3&kind=reply"), 200, "somebody of another campaign");
	CHECK_INT(number(evidence), 3, "is nobody here");
}

static void
test_dismiss(void)
{
	static const char audits[] = "SELECT count(*) FROM audit WHERE action = 'inbound decide'";
	static const char evidence[] = "SELECT count(*) FROM evidence";
	int64_t id = letter("ban.hang@quang.cao.example", "Khuyen mai", "Mua ngay."), before = number(evidence);
	struct ask foreign = { .body = "act=not_ours", .headers = { d.csrf_header, "Sec-Fetch-Site: cross-site" } };

	CHECK(desk_ask(&d, mail_path(id), &foreign) >= 400, "a form on a foreign page");
	CHECK_INT(number(audits), 0, "does nothing");
	CHECK_INT(desk_post(&d, mail_path(id), "act=not_ours&list=waiting&page=2"), 303, "nothing of ours");
	CHECK_STR(desk_follow(&d), "/c/c/inbound?list=waiting&page=2&said=1", "back to the page");
	CHECK_INT(desk_post(&d, mail_path(id), "act=not_ours"), 303, "twice");
	CHECK_INT(number(audits), 1, "on record once");
	CHECK_INT(number(evidence), before, "of nobody");
	desk_get(&d, "/c/c/inbound");
	CHECK(!http_says(&d.page, "Khuyen mai"), "it has left the list");
	desk_get(&d, mail_path(id));
	CHECK(http_says(&d.page, "Mua ngay") && http_says(&d.page, "không liên quan") && !http_says(&d.page, "name=\"act\""), "and is kept");
	CHECK_INT(desk_post(&d, mail_path(99999), "act=not_ours"), 404, "no such message");
}

/* A letter with the person's link in it is theirs. */
static void
test_replies(void)
{
	static const char wave[] = "INSERT INTO wave (campaign, name, template, audience, uncertain, state, created_at)"
	    " VALUES (1, 'w', 'invitation', '', 'hold', 'done', 0)";
	static const char invite[] = "INSERT INTO invite (wave, contact, email, state, attempts, due_at, moved_at)"
	    " VALUES (1, 1, 'an@cantho.test', 'accepted', 1, 0, 1632200000)";
	int64_t id;

	CHECK_INT(db_run(db_stmt(d.w.db, wave, &d.w.e), &d.w.e), 0, d.w.e.text);
	CHECK_INT(db_run(db_stmt(d.w.db, invite, &d.w.e), &d.w.e), 0, d.w.e.text);
	id = letter("an@cantho.test", "Tra loi thu moi", arena_printf(&d.w.arena, "Cảm ơn.\n> https://survey.example/i/%s", token));
	desk_get(&d, "/c/c/inbound");
	CHECK(!http_says(&d.page, "Tra loi thu moi"), "not among strangers");
	CHECK_INT(desk_get(&d, "/c/c/inbound?list=replies"), 200, "replies");
	CHECK(http_says(&d.page, "Tra loi thu moi") && http_says(&d.page, "Trần Mẫu An") && http_says(&d.page, "/c/c/people/1"),
	    "with the person it comes from");
	CHECK_INT(desk_get(&d, "/c/other/inbound?list=replies"), 200, "another campaign");
	CHECK(!http_says(&d.page, "Tra loi thu moi"), "has other people");
	CHECK_INT(desk_post(&d, mail_path(id), "act=seen&list=replies&page=1"), 303, "read");
	CHECK_STR(desk_follow(&d), "/c/c/inbound?list=replies&page=1&said=1", "back to the replies");
	CHECK(!http_says(&d.page, "Tra loi thu moi"), "nothing is left to do");
}

int
main(void)
{
	static const char address[] = "INSERT INTO address (contact, rank, email) VALUES ($1, 1, $2)";
	static const char folded[] = "UPDATE contact SET name_key = CASE id WHEN 1 THEN 'tran mau an' WHEN 2 THEN 'tran mau binh'"
	    " ELSE 'tran mau nguoi khac' END";
	static const char *const emails[] = { "an@cantho.test", "binh@cantho.test" };
	static const char *const people[] = { "Trần Mẫu An", "Trần Mẫu Bình" };
	char other[TOKEN_LEN + 1];

	desk_begin(&d);
	d.w.unit = units_by_code(d.units, "T92")->id;
	for (int i = 0; i < 2; i++) {
		int64_t id = world_contact(&d.w, d.c.id, people[i], i ? other : token);
		struct stmt *s = db_stmt(d.w.db, address, &d.w.e);

		bind_int(s, 1, id);
		bind_text(s, 2, emails[i]);
		CHECK_INT(db_run(s, &d.w.e), 0, d.w.e.text);
	}
	world_contact(&d.w, world_campaign(&d.w, "other", DESK_OPENS, clock_now() + 86400), "Trần Mẫu Người Khác", other);
	CHECK_INT(db_run(db_stmt(d.w.db, folded, &d.w.e), &d.w.e), 0, d.w.e.text);
	desk_serve(&d);
	if (inbound_open(&in, &d.conf, &d.w.e) < 0)
		world_die(&d.w, "inbound");
	test_empty();
	test_list();
	test_attach();
	test_dismiss();
	test_replies();
	inbound_close(in);
	desk_end(&d);
	return check_done();
}
