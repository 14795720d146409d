/* One invite, one message: the shipped templates, hostile people, links, tags. */
#include <gmime/gmime.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <unistd.h>

#include "support/check.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/message.h"
#include "engine/template.h"
#include "engine/wording.h"

static const struct secret key = { { 7, 7, 7 } };
static const char token[] = "0123456789ABCDEFGHIJ_~";
static struct conf conf;

static struct campaign
campaign(enum lang lang)
{
	static const char *bases[] = { "Căn cứ Quyết định số 979/QĐ-BNV ngày 18/11/2020", "Nghị quyết số 76/NQ-CP", NULL };
	static const char *dispatches[] = { "Công văn số 4566/BNV-CCHC ngày 17/9/2021 về <thử nghiệm>", NULL };
	struct campaign c = { .id = 1, .key = "thu-nghiem:2021", .title = "Khảo sát thử nghiệm & đánh giá 2021", .opens_at = 1631811600,
	    .closes_at = 1633625999, .zone_name = ZONE_DEFAULT, .lang = lang, .sender_name = "Vụ Cải cách hành chính",
	    .sender_address = "khaosat@survey.example", .help_text = "Điện thoại 024 0000 0000\nhotro@survey.example",
	    .tracking = "none", .legal_bases = bases, .dispatches = dispatches, .n_instruments = 2,
	    .instruments = { { 1, "survey", "Phiếu khảo sát", "https://f.example/s" }, { 2, "feedback", "Phiếu góp ý", "https://f.example/f" } } };
	struct err e = ERR_INIT;

	if (zone_load(&c.zone, ZONE_DEFAULT, &e) < 0)
		printf("%s\n", e.text);
	return c;
}

static struct message_to
person(void)
{
	return (struct message_to){ .invite = 81, .attempt = 1, .name = "Nguyễn Thị Ánh", .email = "anhnt@unit.example", .token = token,
	    .unit_name = "Thành phố Cần Thơ", .sub_unit = "Sở Nội vụ", .position = "Chuyên viên", .at = 1632101640 };
}

static GMimeMessage *
parse(const struct buf *b)
{
	GMimeStream *mem = g_mime_stream_mem_new_with_buffer(b->s, b->len);
	GMimeParser *p = g_mime_parser_new_with_stream(mem);
	GMimeMessage *m = g_mime_parser_construct_message(p, NULL);

	g_object_unref(p);
	g_object_unref(mem);
	return m;
}

/* The text of part n of the alternative with LF lines, yours to free; "" when it is not as it should be. */
static char *
part(GMimeMessage *m, int n)
{
	GMimeObject *top = g_mime_message_get_mime_part(m), *o;
	char *s = NULL, *out, *w;

	if (GMIME_IS_MULTIPART(top) && g_mime_multipart_get_count(GMIME_MULTIPART(top)) == 2) {
		o = g_mime_multipart_get_part(GMIME_MULTIPART(top), n);
		s = GMIME_IS_TEXT_PART(o) ? g_mime_text_part_get_text(GMIME_TEXT_PART(o)) : NULL;
	}
	out = w = mem_dup(s ? s : "");
	for (const char *p = out; *p; p++)
		if (*p != '\r')
			*w++ = *p;
	*w = '\0';
	g_free(s);
	return out;
}

static int
make(const char *template, enum lang lang, const struct message_to *to, struct buf *out, struct message_envelope *env,
    struct arena *a, struct err *e)
{
	struct campaign c = campaign(lang);
	struct message_maker *m;
	int rc;

	if (message_maker_new(&m, &c, &conf, &key, template, e) < 0)
		return -1;
	buf_clear(out);
	rc = message_make(m, to, true, a, out, env, e);
	message_maker_free(m);
	return rc;
}

static void
test_shipped(void)
{
	static const char *const names[] = { "invitation", "reminder", "letter" };
	struct template_found *list;
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct message_envelope env;
	size_t n;

	CHECK_INT(template_list(&conf, &a, &list, &n, &e), 0, "list");
	CHECK_INT((int64_t)n, 18, "nine templates in two languages");
	for (size_t i = 0; i < n; i++)
		CHECK_INT((int64_t)template_check(&conf, &list[i], stdout), 0, list[i].path);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (int l = 0; l < 2; l++) {
			struct message_to to = person();
			GMimeMessage *g;
			char *text, *html;

			to.answered = 2;
			CHECK_INT(make(names[i], (enum lang)l, &to, &out, &env, &a, &e), 0, names[i]);
			g = parse(&out);
			text = part(g, 0);
			html = part(g, 1);
			CHECK(strstr(text, "Nguyễn Thị Ánh") && strstr(html, "Nguyễn Thị Ánh"), names[i]);
			CHECK(strstr(text, "Khảo sát thử nghiệm & đánh giá 2021"), "text does not escape");
			CHECK(strstr(html, "Khảo sát thử nghiệm &amp; đánh giá 2021") && !strstr(html, "nghiệm & đ"), "HTML does");
			CHECK(strstr(text, l ? "hết ngày 07 tháng 10 năm 2021 (thứ Năm)" :
			    "the end of Thursday, 7 October 2021, UTC+07:00") != NULL, "deadline");
			CHECK(strstr(text, "024 0000 0000 hotro@survey.example") && strstr(html, "hotro@survey.example"), "whom to ask");
			CHECK(!strstr(text, "{{") && !strstr(html, "{{"), "nothing left to fill");
			CHECK(!strstr(html, "<img") && !strstr(html, "src=") && !strstr(html, "<script"), "nothing is loaded from elsewhere");
			CHECK(strstr(html, l ? "lang=\"vi\"" : "lang=\"en\"") != NULL, "language of the HTML");
			CHECK(!strstr(text, "\n\n\n"), "no holes in the text");
			if (i < 2) {
				CHECK(strstr(text, "http://127.0.0.1:8080/i/0123456789ABCDEFGHIJ_~\n") != NULL, "link in the text");
				CHECK(strstr(html, "href=\"http://127.0.0.1:8080/i/0123456789ABCDEFGHIJ_~\"") != NULL, "link in the HTML");
				CHECK(strstr(text, "/u/0123456789ABCDEFGHIJ_~") && strstr(html, "/u/0123456789ABCDEFGHIJ_~\""), "opt-out");
			}
			if (i != 1)
				CHECK(strstr(text, "Công văn số 4566/BNV-CCHC") && strstr(html, "4566/BNV-CCHC ngày 17/9/2021 về &lt;thử"), "dispatch");
			if (i != 1 && l)
				CHECK(strstr(text, "Căn cứ Quyết định số 979") && !strstr(text, "Căn cứ Căn cứ"), "legal bases");
			if (i == 1) {
				const char *subject = g_mime_message_get_subject(g);

				CHECK(strstr(subject, "Phiếu khảo sát") && !strstr(subject, "Phiếu góp ý"), "a reminder names the missing form");
				CHECK(strstr(text, "   - Phiếu khảo sát\n") && !strstr(text, "- Phiếu góp ý"), "and asks for it alone");
				CHECK(strstr(text, l ? "còn 17 ngày" : "days left: 17") != NULL, "days left");
			}
			free(text);
			free(html);
			g_object_unref(g);
		}
	buf_release(&out);
	arena_release(&a);
}

static void
test_envelope(void)
{
	struct arena a = ARENA_INIT;
	struct buf one = BUF_INIT(1 << 20), two = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct message_envelope first, second;
	struct message_to to = person();
	char tag[TAG_MAX + 1], *id;
	int64_t invite;
	int attempt;

	CHECK_INT(make("invitation", LANG_VI, &to, &one, &first, &a, &e), 0, "first attempt");
	tag_write(tag, &key, 81, 1);
	CHECK_STR(first.sender, arena_printf(&a, "bounce+%s@survey.example", tag), "VERP");
	CHECK_STR(first.envid, tag, "ENVID");
	CHECK_STR(first.recipient, "anhnt@unit.example", "recipient");
	CHECK(tag_read(first.envid, strlen(first.envid), &key, &invite, &attempt) && invite == 81 && attempt == 1, "tag read back");
	to.attempt = 2;
	CHECK_INT(make("invitation", LANG_VI, &to, &two, &second, &a, &e), 0, "second attempt");
	CHECK(strcmp(first.sender, second.sender) != 0, "another attempt, another sender");
	tag_write(tag, &key, 81, 0);
	id = arena_printf(&a, "\r\nMessage-ID: <%s@survey.example>\r\n", tag);
	CHECK(strstr(one.s, id) && strstr(two.s, id), "the Message-ID stays");
	CHECK(!strstr(id, token), "no token in the Message-ID");
	CHECK(strstr(one.s, "\r\nFeedback-ID: thu-nghiem-2021:invitation:invite:thumoi\r\n"), "Feedback-ID");
	CHECK(strstr(one.s, "\r\nAuto-Submitted: auto-generated\r\n"), "Auto-Submitted");
	CHECK(strstr(one.s, "\r\nList-Unsubscribe: <http://127.0.0.1:8080/u/0123456789ABCDEFGHIJ_~>,"), "List-Unsubscribe");

	conf.bounce_address = "thu.tra.lai@bounces.survey.example";
	CHECK_INT(make("invitation", LANG_VI, &to, &one, &first, &a, &e), 0, "bounce_address");
	tag_write(tag, &key, 81, 2);
	CHECK_STR(first.sender, arena_printf(&a, "thu.tra.lai+%s@bounces.survey.example", tag), "VERP before the @");
	conf.bounce_address = "a-mailbox-name-that-leaves-no-room-for-a-tag@survey.example";
	CHECK(make("invitation", LANG_VI, &to, &one, &first, &a, &e) < 0 && strstr(e.text, "bounce_address"), "too long for a tag");
	conf.bounce_address = "nonsense";
	CHECK(make("invitation", LANG_VI, &to, &one, &first, &a, &e) < 0 && strstr(e.text, "bounce_address"), "no address");
	conf.bounce_address = "";
	conf.public_url = "ftp://survey.example";
	CHECK(make("invitation", LANG_VI, &to, &one, &first, &a, &e) < 0 && strstr(e.text, "public_url"), "public_url");
	conf.public_url = "https://survey.example/khao-sat//";
	CHECK_INT(make("invitation", LANG_VI, &to, &one, &first, &a, &e), 0, "public_url");
	CHECK(strstr(one.s, "<https://survey.example/khao-sat/u/0123"), "slashes at the end of public_url");
	conf.public_url = "http://127.0.0.1:8080";

	to.email = "anhnt@thư-điện-tử.example";
	CHECK_INT(make("invitation", LANG_VI, &to, &one, &first, &a, &e), 0, "international domain");
	CHECK(strncmp(first.recipient, "anhnt@xn--", 10) == 0 && text_is_ascii(first.recipient, strlen(first.recipient)), "goes out as A-label");
	CHECK(!first.utf8_local, "needs no SMTPUTF8");
	to.email = "ánh@unit.example";
	CHECK_INT(make("invitation", LANG_VI, &to, &one, &first, &a, &e), 0, "local part beyond ASCII");
	CHECK(first.utf8_local, "needs SMTPUTF8");
	to.email = "a@b.example>\r\nRCPT TO:<x@y.example";
	CHECK(make("invitation", LANG_VI, &to, &one, &first, &a, &e) < 0 && e.code == ERR_INPUT, "an address with a command");
	to = person();
	to.token = "../../etc/passwd";
	CHECK(make("invitation", LANG_VI, &to, &one, &first, &a, &e) < 0 && e.code == ERR_INPUT, "a token that is none");
	to.token = NULL;
	CHECK_INT(make("letter", LANG_VI, &to, &one, &first, &a, &e), 0, "a letter without a token");
	CHECK(!strstr(one.s, "List-Unsubscribe"), "nothing to unsubscribe from");
	CHECK(make("nosuch", LANG_VI, &to, &one, &first, &a, &e) < 0 && strstr(e.text, "invitation, last-call, letter, letter-fix"), "no such template");
	CHECK(make("../../../etc/passwd", LANG_VI, &to, &one, &first, &a, &e) < 0, "a template elsewhere");
	buf_release(&one);
	buf_release(&two);
	arena_release(&a);
}

static const char long_name[] = "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn "
    "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn "
    "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn";

/* Whatever a roster calls a person, the message keeps its form and the name arrives. */
static void
test_hostile(void)
{
	static const struct { const char *label, *name, *want, *html; } names[] = {
		{ "CR LF and a header", "A\r\nBcc: all@victim.example\r\n\r\nbody", "A Bcc: all@victim.example body", NULL },
		{ "markup", "<script>alert(1)</script>", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "attribute", "\" onclick=\"x", "\" onclick=\"x", "&quot; onclick=&quot;x" },
		{ "quotes", "O'Neil \"Văn\" \\", "O'Neil \"Văn\" \\", "O&#39;Neil &quot;Văn&quot; \\" },
		{ "300 characters", long_name, long_name, NULL },
		{ "emoji", "Trần 👩‍👩‍👧‍👦 Bình", "Trần 👩‍👩‍👧‍👦 Bình", NULL },
		{ "writing direction", "\342\200\256exe.txt\342\200\254 Lê", "exe.txt Lê", NULL },
		{ "encoded word", "=?UTF-8?B?QmNj?= =?utf-8?q?x?=", "=?UTF-8?B?QmNj?= =?utf-8?q?x?=", NULL },
		{ "a template", "{{link}} {{#missing}}", "{{link}} {{#missing}}", NULL },
		{ "a boundary", "--=_a", "--=_a", NULL },
		{ "a dot", ".", ".", NULL },
		{ "spreadsheet formula", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", "=cmd|&#39; /C calc&#39;!A0" },
		{ "no UTF-8", "Ng\xff", "Ng\xEF\xBF\xBD", NULL },
		{ "nobody", "", "", NULL },
	};
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct message_envelope env;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (int eight = 0; eight < 2; eight++) {
			struct campaign c = campaign(LANG_VI);
			struct message_to to = person();
			struct message_maker *m;
			GMimeMessage *g;
			InternetAddressList *list;
			const char *got;
			char *text, *html;
			int columns = 0;

			to.name = to.position = to.sub_unit = to.unit_name = names[i].name;
			CHECK_INT(message_maker_new(&m, &c, &conf, &key, "invitation", &e), 0, "maker");
			buf_clear(&out);
			CHECK_INT(message_make(m, &to, eight, &a, &out, &env, &e), 0, names[i].label);
			message_maker_free(m);
			for (const char *p = out.s, *nl; (nl = strstr(p, "\r\n")); p = nl + 2)
				columns = nl - p > columns ? (int)(nl - p) : columns;
			CHECK(columns <= 998 && strlen(out.s) == out.len, names[i].label);
			g = parse(&out);
			list = g_mime_message_get_to(g);
			CHECK_INT(internet_address_list_length(list), 1, names[i].label);
			got = internet_address_get_name(internet_address_list_get_address(list, 0));
			CHECK_STR(got ? got : "", names[i].want, names[i].label);
			CHECK(!g_mime_object_get_header(GMIME_OBJECT(g), "Bcc"), names[i].label);
			text = part(g, 0);
			html = part(g, 1);
			CHECK(strstr(text, names[i].want) && strstr(html, names[i].html ? names[i].html : names[i].want), names[i].label);
			CHECK(!strstr(html, "<script"), names[i].label);
			CHECK(strstr(text, "/u/0123456789ABCDEFGHIJ_~") && strstr(html, "</html>"), "all of it is there");
			free(text);
			free(html);
			g_object_unref(g);
			arena_reset(&a);
		}
	buf_release(&out);
	arena_release(&a);
}

static void
test_wording(void)
{
	static const struct { const char *name, *vi, *en; } people[] = {
		{ "Nguyễn Văn A", "Ông/Bà Nguyễn Văn A", "Nguyễn Văn A" },
		{ "Bà Lê Thị B", "Bà Lê Thị B", "Bà Lê Thị B" },
		{ "ÔNG ĐỖ C", "ÔNG ĐỖ C", "ÔNG ĐỖ C" },
		{ "Đồng chí Trần D", "Đồng chí Trần D", "Đồng chí Trần D" },
		{ "đ/c Trần D", "đ/c Trần D", "đ/c Trần D" },
		{ "Bá Văn Đ", "Ông/Bà Bá Văn Đ", "Bá Văn Đ" },
		{ "Bàng Thị E", "Ông/Bà Bàng Thị E", "Bàng Thị E" },
		{ "Ông", "Ông/Bà Ông", "Ông" },
		{ "Ông: G", "Ông: G", "Ông: G" },
		{ "", "Ông/Bà", "Sir or Madam" },
	};
	static const char *const titles[] = { "A", "B", "C" };
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct zone z, utc;

	for (size_t i = 0; i < COUNT_OF(people); i++) {
		CHECK_STR(wording_addressee(&a, people[i].name, LANG_VI), people[i].vi, people[i].name);
		CHECK_STR(wording_addressee(&a, people[i].name, LANG_EN), people[i].en, people[i].name);
	}
	CHECK_INT(zone_load(&z, ZONE_DEFAULT, &e) | zone_load(&utc, "UTC", &e), 0, "zones");
	CHECK_STR(wording_deadline(&a, &z, 1633625999, LANG_VI), "hết ngày 07 tháng 10 năm 2021 (thứ Năm)", "end of a day");
	CHECK_STR(wording_deadline(&a, &z, 1633602600, LANG_VI), "17 giờ 30, ngày 07 tháng 10 năm 2021 (thứ Năm)", "an hour");
	CHECK_STR(wording_deadline(&a, &utc, 1633602600, LANG_VI), "10 giờ 30, ngày 07 tháng 10 năm 2021 (thứ Năm, UTC+00:00)", "another zone");
	CHECK_STR(wording_deadline(&a, &z, 1633602600, LANG_EN), "17:30 on Thursday, 7 October 2021, UTC+07:00", "in English");
	CHECK_STR(wording_days_left(&a, &z, 1633539599, 1633625999), "1", "a second before midnight, local time");
	CHECK_STR(wording_days_left(&a, &z, 1633539600, 1633625999), "", "on the last day");
	CHECK_STR(wording_days_left(&a, &z, 1633700000, 1633625999), "", "afterwards");
	CHECK_STR(wording_titles(&a, titles, 3, 7, LANG_VI), "A, B và C", "three");
	CHECK_STR(wording_titles(&a, titles, 3, 5, LANG_EN), "A and C", "two");
	CHECK_STR(wording_titles(&a, titles, 3, 2, LANG_EN), "B", "one");
	CHECK_STR(wording_titles(&a, titles, 3, 8, LANG_EN), "", "none");
	arena_release(&a);
}

static void
write_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "w"))) {
		fputs(text, f);
		fclose(f);
	}
}

/* The operator's own folder: hides, adds, falls back; faults name file and line. */
static void
test_own_templates(void)
{
	static const struct { const char *label, *text, *html, *want; } faults[] = {
		{ "no subject", "Hello\n", NULL, "bad.vi.txt:1:1: expected 'Subject: ...' on the first line" },
		{ "empty subject", "Subject:  \nHello\n", NULL, "bad.vi.txt:1:9: expected a subject behind 'Subject:'" },
		{ "misspelt in the subject", "Subject: {{campain}}\n\nx\n", NULL, "bad.vi.txt:1:10: there is no variable 'campain'; did you mean 'campaign'?" },
		{ "misspelt in the text", "Subject: x\n\n\n  {{lnik}}\n", NULL, "bad.vi.txt:4:3: there is no variable 'lnik'; did you mean 'link'?" },
		{ "misspelt in the HTML", "Subject: x\n\nx\n", "<p>\n{{#mising}}{{/mising}}", "bad.vi.html:2:1: there is no variable 'mising'; did you mean 'missing'?" },
		{ "syntax", "Subject: x\n\n{{#missing}}\n{{title}}\n", NULL, "bad.vi.txt:3:1: the section 'missing' is not closed: expected {{/missing}} before the end" },
		{ "no such partial", "Subject: x\n\n{{> nix}}", NULL, "bad.vi.txt:3:1: there is no partial 'nix'" },
		{ "partial elsewhere", "Subject: x\n\n{{> ../../x}}", NULL, "bad.vi.txt:3:1: '../../x' is not a name" },
		{ "no UTF-8", "Subject: x\n\nab\n\xff\n", NULL, "bad.vi.txt:4:1: expected UTF-8 text" },
	};
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct message_envelope env;
	struct message_to to = person();
	struct template_found *list;
	const char *tmp = getenv("TMPDIR");
	char *path = arena_printf(&a, "%s/thumoi-test-XXXXXX", tmp ? tmp : "/tmp");
	size_t n;

	if (!mkdtemp(path)) {
		check_skip("no folder for own templates");
		return;
	}
	conf.template_dir = path;
	write_file(path, "invitation.vi.txt", "Subject: Riêng\r\n\r\nXin chào {{addressee}}\r\n{{> sign}}\r\n");
	write_file(path, "extra.en.txt", "\xEF\xBB\xBFSubject: Extra\n{{name}}\n");
	write_file(path, "README.txt", "no template\n");
	CHECK_INT(template_list(&conf, &a, &list, &n, &e), 0, "list");
	CHECK_INT((int64_t)n, 19, "one hides a shipped one, one is new");
	CHECK_STR(list[2].name, "extra", "sorted");
	CHECK(!list[3].shipped && list[3].lang == LANG_VI && list[4].shipped, "own before shipped");
	CHECK_INT(make("invitation", LANG_VI, &to, &out, &env, &a, &e), 0, "own text, shipped HTML and partial");
	CHECK(strstr(out.s, "Xin chào Ông/Bà Nguyễn Thị Ánh\r\n") && strstr(out.s, "\r\nSubject: =?UTF-8?B?UmnDqm5n?=\r\n"), "its text");
	CHECK(strstr(out.s, "Trân trọng,\r\nVụ Cải cách"), "a shipped partial");
	CHECK_INT(make("extra", LANG_EN, &to, &out, &env, &a, &e), 0, "text alone, with a byte order mark");
	CHECK(strstr(out.s, "\r\nSubject: Extra\r\n") && strstr(out.s, "Content-Type: text/plain") && !strstr(out.s, "multipart"), "text alone");
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		char *said = NULL;
		size_t size;
		FILE *f = open_memstream(&said, &size);
		struct template_found bad = { "bad", LANG_VI, "", false };

		write_file(path, "bad.vi.txt", faults[i].text);
		unlink(arena_printf(&a, "%s/bad.vi.html", path));
		if (faults[i].html)
			write_file(path, "bad.vi.html", faults[i].html);
		CHECK(template_check(&conf, &bad, f) > 0, faults[i].label);
		fclose(f);
		if (!CHECK(strstr(said, faults[i].want) != NULL, faults[i].label))
			printf("  got  %s", said);
		free(said);
	}
	conf.template_dir = "";
	if (system(arena_printf(&a, "rm -rf '%s'", path)) != 0)
		printf("%s stays\n", path);
	buf_release(&out);
	arena_release(&a);
}

/* Our HMAC is the HMAC. */
static void
test_tag(void)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	unsigned char m[32];
	char tag[TAG_MAX + 1], want[TAG_MAX + 1] = "2h-1-";
	unsigned n = 0;

	HMAC(EVP_sha256(), key.key, sizeof(key.key), (const unsigned char *)"tag\0002h-1", 8, m, &n);
	for (size_t i = 0; i < 12; i++)
		want[5 + i] = digits[m[i] & 31];
	tag_write(tag, &key, 81, 1);
	CHECK_STR(tag, want, "the tag of invite 81, attempt 1");
}

struct courier {
	const struct message_maker *maker;
	struct buf want;
	int wrong;
};

static void *
deliver(void *arg)
{
	struct courier *c = arg;
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(1 << 20);
	struct message_envelope env;
	struct message_to to = person();
	struct err e = ERR_INIT;

	for (int i = 0; i < 500; i++) {
		buf_clear(&out);
		if (message_make(c->maker, &to, false, &a, &out, &env, &e) < 0 || out.len != c->want.len ||
		    memcmp(out.s, c->want.s, out.len) != 0)
			c->wrong++;
		arena_reset(&a);
	}
	buf_release(&out);
	arena_release(&a);
	return NULL;
}

/* Several couriers on one maker write the same octets. */
static void
test_threads(void)
{
	struct courier couriers[4];
	struct campaign c = campaign(LANG_VI);
	struct message_maker *m;
	struct message_envelope env;
	struct message_to to = person();
	struct arena a = ARENA_INIT;
	struct buf want = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	pthread_t t[4];
	int wrong = 0;

	CHECK_INT(message_maker_new(&m, &c, &conf, &key, "reminder", &e), 0, "maker");
	CHECK_INT(message_make(m, &to, false, &a, &want, &env, &e), 0, "make");
	for (int i = 0; i < 4; i++) {
		couriers[i] = (struct courier){ m, want, 0 };
		pthread_create(&t[i], NULL, deliver, &couriers[i]);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		wrong += couriers[i].wrong;
	}
	CHECK_INT(wrong, 0, "couriers agree");
	message_maker_free(m);
	buf_release(&want);
	arena_release(&a);
}

int
main(void)
{
	struct err e = ERR_INIT;

	setenv("THUMOI_DATA", ".", 1);
	lang_ui = LANG_EN;
	g_mime_init();
	if (conf_load(&conf, NULL, false, &e) < 0) {
		printf("%s\n", e.text);
		return 1;
	}
	test_shipped();
	test_envelope();
	test_hostile();
	test_wording();
	test_own_templates();
	test_threads();
	test_tag();
	conf_release(&conf);
	g_mime_shutdown();
	return check_done();
}
