/* Messages: what we write, read back by GMime; and the lines themselves. */
#include <gmime/gmime.h>

#include "support/check.h"

#include "base/mem.h"
#include "base/text.h"
#include "mail/body.h"
#include "mail/compose.h"
#include "mail/header.h"

static struct zone zone;

static struct mail
sample(void)
{
	return (struct mail){ .from_name = "Ban tổ chức", .from = "khaosat@survey.example", .to_name = "Nguyễn Văn A",
	    .to = "nva@unit.example", .subject = "Mời tham gia khảo sát", .message_id = "1-0-abc@survey.example",
	    .date = 1632101640, .zone = &zone, .language = "vi", .unsubscribe_url = "https://survey.example/u/0123456789ABCDEFGHIJKL",
	    .unsubscribe_mail = "bounce+1-1-abc@survey.example", .feedback_id = "trial:invitation:invite:thumoi",
	    .boundary = "1-0-abc", .text = "Xin chào\n", .text_len = 10, .html = "<p>Xin chào</p>\n", .html_len = 17 };
}

/* Every line ends in CRLF, none is longer than `most`, header lines not than 78 unless one word fills them. */
static bool
lines_right(const char *s, size_t len, size_t most)
{
	bool header = true;

	for (size_t i = 0; i < len;) {
		const char *nl = memchr(s + i, '\n', len - i);
		size_t n;

		if (!nl || nl == s + i || nl[-1] != '\r')
			return false;
		n = (size_t)(nl - 1 - (s + i));
		if (memchr(s + i, '\r', n) || memchr(s + i, '\0', n) || n > most)
			return false;
		if (n == 0)
			header = false;
		if (header && n > 78 && memchr(s + i + 1, ' ', n - 1) != memrchr(s + i, ' ', n))
			return false;
		if (header && n > 0 && strspn(s + i, " \t") == n)
			return false;	/* a folded line of blanks alone */
		i += n + 2;
	}
	return true;
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

static char *
part_text(GMimeObject *o)
{
	char *s, *w, *text;

	if (!GMIME_IS_TEXT_PART(o))
		return mem_dup("(no text)");
	s = g_mime_text_part_get_text(GMIME_TEXT_PART(o));
	text = mem_dup(s ? s : "(nothing)");
	g_free(s);
	/* CRLF is how lines end on the wire */
	for (w = s = text; *s; s++)
		if (*s != '\r')
			*w++ = *s;
	*w = '\0';
	return text;
}

static const char *
first_name(InternetAddressList *list)
{
	const char *s = list && internet_address_list_length(list) == 1 ?
	    internet_address_get_name(internet_address_list_get_address(list, 0)) : "(not one address)";

	return s ? s : "";
}

static const char *
first_address(InternetAddressList *list)
{
	InternetAddress *a = list && internet_address_list_length(list) == 1 ? internet_address_list_get_address(list, 0) : NULL;

	return a && INTERNET_ADDRESS_IS_MAILBOX(a) ? internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a)) : "(none)";
}

#define LONG60 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh"
#define VN20 "Uỷ ban nhân dân tỉnh "

static const struct { const char *label, *in, *want; } texts[] = {
	{ "plain", "Invitation", "Invitation" },
	{ "empty", "", "" },
	{ "Vietnamese", "Mời tham gia khảo sát cải cách hành chính", "Mời tham gia khảo sát cải cách hành chính" },
	{ "CR LF and a header", "Hi\r\nBcc: all@victim.example", "Hi Bcc: all@victim.example" },
	{ "bare LF, NUL-like controls", "a\nb\001c\177d\te", "a b c d e" },
	{ "C1 and line separators", "a\302\205b\342\200\250c", "a b c" },
	{ "markup", "<script>alert('x')</script>", "<script>alert('x')</script>" },
	{ "quotes and backslashes", "\"Ông \\ Bà\"", "\"Ông \\ Bà\"" },
	{ "ASCII quotes", "O\"Neil \\ (x), <y>; z@w:", "O\"Neil \\ (x), <y>; z@w:" },
	{ "emoji", "Trần 👩‍👩‍👧‍👦 🇻🇳", "Trần 👩‍👩‍👧‍👦 🇻🇳" },
	{ "right-to-left marks go", "abc\342\200\256def\342\200\254 ghi\342\201\246x\342\201\251", "abcdef ghix" },
	{ "Hebrew stays", "שלום עולם", "שלום עולם" },
	{ "looks like an encoded word", "=?UTF-8?B?QmNjOiB4?=", "=?UTF-8?B?QmNjOiB4?=" },
	{ "looks like one, in the middle", "a =?UTF-8?Q?b?= c", "a =?UTF-8?Q?b?= c" },
	{ "half of one", "what=? who", "what=? who" },
	{ "no UTF-8", "a\xff\xc3z", "a\xEF\xBF\xBD\xEF\xBF\xBDz" },
	{ "surrogate and overlong", "\xed\xa0\x80 \xc0\xaf", NULL },
	{ "blanks at the ends and doubled", "  Lê   Văn\t B  ", "Lê Văn B" },
	{ "NBSP", "Lê\302\240Văn", "Lê Văn" },
	{ "decomposed letters", "Nguye\xCC\x82\xCC\x83n", "Nguye\xCC\x82\xCC\x83n" },
	{ "long ASCII words", LONG60 LONG60 " " LONG60, LONG60 LONG60 " " LONG60 },
	{ "300 characters without a blank", LONG60 LONG60 LONG60 LONG60 LONG60, LONG60 LONG60 LONG60 LONG60 LONG60 },
	{ "300 Vietnamese characters", VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 "x",
	    VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 VN20 "x" },
	{ "long ASCII folded", "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
	    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen" },
	{ "ASCII around Vietnamese", "Re: [BNV] khảo sát (round 1) xong rồi now and then", "Re: [BNV] khảo sát (round 1) xong rồi now and then" },
	{ "question marks and underscores", "a_b?=c_đ e=f", "a_b?=c_đ e=f" },
	{ "comma and group syntax", "Undisclosed: a, b;", "Undisclosed: a, b;" },
	{ "dots", "J. R. Hartley", "J. R. Hartley" },
};

/* What goes in as subject and as a name comes out of GMime again. */
static void
test_values(void)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct mail m = sample();
		const char *want = texts[i].want ? texts[i].want : mail_line(&a, texts[i].in);
		GMimeMessage *g;

		m.subject = m.to_name = m.from_name = texts[i].in;
		buf_clear(&b);
		CHECK_INT(compose(&b, &m, &a, &e), 0, texts[i].label);
		CHECK(lines_right(b.s, b.len, 998), texts[i].label);
		CHECK(text_is_ascii(b.s, b.len), texts[i].label);
		g = parse(&b);
		CHECK_STR(g_mime_message_get_subject(g) ? g_mime_message_get_subject(g) : "", want, texts[i].label);
		CHECK_STR(mail_line(&a, first_name(g_mime_message_get_to(g))), want, texts[i].label);
		CHECK_STR(mail_line(&a, first_name(g_mime_message_get_from(g))), want, texts[i].label);
		CHECK_STR(first_address(g_mime_message_get_to(g)), "nva@unit.example", texts[i].label);
		CHECK_STR(first_address(g_mime_message_get_from(g)), "khaosat@survey.example", texts[i].label);
		CHECK(!g_mime_message_get_bcc(g) || !internet_address_list_length(g_mime_message_get_bcc(g)), texts[i].label);
		g_object_unref(g);
	}
	buf_release(&b);
	arena_release(&a);
}

/* An encoded word must be whole in itself: right form, at most 75, whole characters. */
static bool
words_right(const char *s)
{
	for (const char *p = s; (p = strstr(p, "=?UTF-8?")); ) {
		const char *end = strstr(p + 10, "?=");
		char *raw;
		size_t n = 0;
		bool ok;

		if (!end || end + 2 - p > 75 || (end[2] != '\r' && end[2] != ' '))
			return false;
		raw = mem_alloc((size_t)(end - p) + 4);
		if (p[8] == 'B') {
			gint state = 0;
			guint save = 0;

			n = g_base64_decode_step(p + 10, (gsize)(end - p - 10), (guchar *)raw, &state, &save);
		} else {
			for (const char *q = p + 10; q < end; q++) {
				unsigned v;

				if (*q == '=' && sscanf(q + 1, "%2X", &v) == 1) {
					raw[n++] = (char)v;
					q += 2;
				} else {
					raw[n++] = *q == '_' ? ' ' : *q;
				}
			}
		}
		ok = text_is_utf8(raw, n);
		free(raw);
		if (!ok)
			return false;
		p = end + 2;
	}
	return true;
}

/* A subject that grows by one octet at a time meets every place where a word can be cut. */
static void
test_borders(void)
{
	static const char *const tails[] = { "Đề nghị Uỷ ban nhân dân các tỉnh, thành phố trực thuộc trung ương phối hợp ",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaađaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế👍ế" };
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(1 << 16), s = BUF_INIT(4096);
	int bad = 0, wrong = 0, lines = 0, n = 0;

	for (size_t t = 0; t < COUNT_OF(tails); t++)
		for (int lead = 0; lead < 90; lead++, n++) {
			char *got;

			buf_clear(&b);
			buf_clear(&s);
			for (int k = 0; k < lead; k++)
				buf_char(&s, k % 7 == 6 && k + 1 < lead ? ' ' : 'x');
			buf_str_add(&s, tails[t]);
			buf_str_add(&s, tails[t]);
			header_text(&b, &a, "Subject", s.s);
			bad += !words_right(b.s);
			lines += !lines_right(b.s, b.len, 76);
			buf_cut(&b, b.len - 2);
			got = g_mime_utils_header_decode_text(NULL, b.s + 9);
			while (s.len && s.s[s.len - 1] == ' ')
				buf_cut(&s, s.len - 1);
			/* GMime keeps the folding blanks of plain words as they were written */
			for (char *p = strstr(got, "\r\n"); p; p = strstr(p, "\r\n"))
				memmove(p, p + 2, strlen(p + 2) + 1);
			wrong += strcmp(got, mail_line(&a, s.s)) != 0;
			g_free(got);
			arena_reset(&a);
		}
	CHECK_INT(bad, 0, "encoded words whole, at every border");
	CHECK_INT(lines, 0, "lines within 76, at every border");
	CHECK_INT(wrong, 0, "decoded equal, at every border");
	CHECK_INT(n, 270, "borders tried");
	buf_release(&b);
	buf_release(&s);
	arena_release(&a);
}

static const char *
header_of(struct arena *a, const struct buf *b, const char *name)
{
	char *at = arena_printf(a, "\r\n%s: ", name);
	const char *p = strstr(b->s, at), *end;

	if (!p)
		return "";
	p += strlen(at);
	for (end = p; (end = strstr(end, "\r\n")) && (end[2] == ' ' || end[2] == '\t'); end += 2)
		;
	return arena_ndup(a, p, (size_t)(end - p));
}

static void
test_fields(void)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct mail m = sample();
	char url[260] = "https://survey.example/";

	CHECK_INT(compose(&b, &m, &a, &e), 0, "compose");
	CHECK(strncmp(b.s, "Date: Mon, 20 Sep 2021 08:34:00 +0700\r\n", 39) == 0, "Date in the zone");
	CHECK_STR(header_of(&a, &b, "From"), "=?UTF-8?B?QmFuIHThu5UgY2jhu6lj?= <khaosat@survey.example>", "From: the shorter encoding");
	CHECK_STR(header_of(&a, &b, "Message-ID"), "<1-0-abc@survey.example>", "Message-ID");
	CHECK_STR(header_of(&a, &b, "Auto-Submitted"), "auto-generated", "Auto-Submitted");
	CHECK_STR(header_of(&a, &b, "List-Unsubscribe"), "<https://survey.example/u/0123456789ABCDEFGHIJKL>,\r\n"
	    " <mailto:bounce+1-1-abc@survey.example?subject=unsubscribe>", "List-Unsubscribe");
	CHECK_STR(header_of(&a, &b, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click", "List-Unsubscribe-Post");
	CHECK_STR(header_of(&a, &b, "Feedback-ID"), "trial:invitation:invite:thumoi", "Feedback-ID");
	CHECK_STR(header_of(&a, &b, "Content-Language"), "vi", "Content-Language");
	CHECK_STR(header_of(&a, &b, "MIME-Version"), "1.0", "MIME-Version");

	memset(url + 23, 'x', 200);
	m.unsubscribe_url = url;
	m.unsubscribe_mail = NULL;
	m.feedback_id = "a\r\nX: y";
	m.reply_to = "help@survey.example";
	buf_clear(&b);
	CHECK_INT(compose(&b, &m, &a, &e), 0, "compose");
	CHECK_STR(header_of(&a, &b, "List-Unsubscribe"), arena_printf(&a, "<%s>", url), "a long link stays whole");
	CHECK_STR(header_of(&a, &b, "Feedback-ID"), "a X: y", "no second header");
	CHECK_STR(header_of(&a, &b, "Reply-To"), "<help@survey.example>", "Reply-To");
	m.unsubscribe_url = "https://survey.example/u/a>\r\n, <b đ";
	buf_clear(&b);
	CHECK_INT(compose(&b, &m, &a, &e), 0, "compose");
	CHECK_STR(header_of(&a, &b, "List-Unsubscribe"), "<https://survey.example/u/a%3E%0D%0A%2C%20%3Cb%20%C4%91>", "a link that wants out");

	static const struct { const char *label; size_t at; const char *value; } bad[] = {
		{ "To with a line", offsetof(struct mail, to), "a@b.example>\r\nBcc: <x@y.example" },
		{ "To with a blank", offsetof(struct mail, to), "a b@c.example" },
		{ "From with NUL-like control", offsetof(struct mail, from), "a\001@b.example" },
		{ "empty To", offsetof(struct mail, to), "" },
		{ "Message-ID with brackets", offsetof(struct mail, message_id), "a@b>\r\nX: y" },
		{ "boundary with quotes", offsetof(struct mail, boundary), "a\"b" },
		{ "Reply-To with a line", offsetof(struct mail, reply_to), "a@b.example\nX: y" },
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		m = sample();
		*(const char **)(void *)((char *)&m + bad[i].at) = bad[i].value;
		buf_clear(&b);
		CHECK(compose(&b, &m, &a, &e) < 0 && e.code == ERR_INPUT, bad[i].label);
	}
	m = sample();
	m.to = "\"a b<c\"@unit.example";
	buf_clear(&b);
	CHECK_INT(compose(&b, &m, &a, &e), 0, "a quoted local part");
	m.to = "nhân.viên@unit.example";
	buf_clear(&b);
	CHECK_INT(compose(&b, &m, &a, &e), 0, "a local part beyond ASCII (RFC 6532)");
	CHECK(strstr(b.s, "<nhân.viên@unit.example>\r\n"), "it stands as it is");
	buf_release(&b);
	b = (struct buf)BUF_INIT(500);
	CHECK(compose(&b, &m, &a, &e) < 0 && e.code == ERR_FULL, "a buf that is too small");
	buf_release(&b);
	arena_release(&a);
}

static const struct { const char *label, *text; bool eight_bit; const char *encoding, *want; } bodies[] = {
	{ "ASCII", "Hello\nWorld\n", false, "7bit", "Hello\nWorld\n" },
	{ "Vietnamese, 8bit", "Kính gửi Ông\n", true, "8bit", "Kính gửi Ông\n" },
	{ "Vietnamese, quoted-printable", "Kính gửi Ông\n", false, "quoted-printable", "Kính gửi Ông\n" },
	{ "no line end", "Hello", false, "7bit", "Hello\n" },
	{ "CRLF and CR", "a\r\nb\rc\n\rd\r\r\n", true, "7bit", "a\nb\nc\n\nd\n\n" },
	{ "controls", "a\001b\033c\td\177e\n", true, "7bit", "a b c\td e\n" },
	{ "controls, quoted-printable", "đ\001b\033c\td\177e\n", false, "quoted-printable", "đ b c\td e\n" },
	{ "blanks at the end of lines", "đ \nb\t\n \n", false, "quoted-printable", "đ \nb\t\n \n" },
	{ "equals signs", "1+1=2 =C3=91 đ\n", false, "quoted-printable", "1+1=2 =C3=91 đ\n" },
	{ "dots and From", "From here\n.\n..\nđ\nFrom there\n", false, "quoted-printable", "From here\n.\n..\nđ\nFrom there\n" },
	{ "our own boundary", "đ\n--=_a1-0-abc\n--=_a1-0-abc--\n", true, "quoted-printable", "đ\n--=_a1-0-abc\n--=_a1-0-abc--\n" },
	{ "our own boundary, ASCII", "x\r--=_a1-0-abc--\n", true, "quoted-printable", "x\n--=_a1-0-abc--\n" },
	{ "empty", "", true, "7bit", "" },
	{ "blank lines", "\n\na\n\n", true, "7bit", "\n\na\n\n" },
};

static void
test_bodies(void)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(bodies); i++)
		for (int alternative = 0; alternative < 2; alternative++) {
			struct mail m = sample();
			GMimeMessage *g;
			GMimeObject *part;
			char *text;

			m.text = m.html = bodies[i].text;
			m.text_len = m.html_len = strlen(m.text);
			m.eight_bit = bodies[i].eight_bit;
			if (!alternative)
				m.html = NULL;
			buf_clear(&b);
			CHECK_INT(compose(&b, &m, &a, &e), 0, bodies[i].label);
			CHECK(lines_right(b.s, b.len, 998), bodies[i].label);
			g = parse(&b);
			part = g_mime_message_get_mime_part(g);
			for (int k = 0; k < 1 + alternative; k++) {
				GMimeObject *one = part;

				if (alternative) {
					CHECK(GMIME_IS_MULTIPART(part) && g_mime_multipart_get_count(GMIME_MULTIPART(part)) == 2, bodies[i].label);
					one = g_mime_multipart_get_part(GMIME_MULTIPART(part), k);
				}
				text = part_text(one);
				/* the CRLF before a boundary belongs to the boundary (RFC 2046 5.1.1) */
				CHECK_STR(text, !alternative || !*bodies[i].want ? bodies[i].want :
				    arena_ndup(&a, bodies[i].want, strlen(bodies[i].want) - 1), bodies[i].label);
				free(text);
				CHECK_STR(g_mime_object_get_header(one, "Content-Transfer-Encoding"), bodies[i].encoding, bodies[i].label);
			}
			g_object_unref(g);
		}
	buf_release(&b);
	arena_release(&a);
}

/* Lines of every length around the limits, with a wide character wandering through them. */
static void
test_long_lines(void)
{
	struct buf text = BUF_INIT(4096), b = BUF_INIT(65536);
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	int wrong = 0, lines = 0;

	for (size_t n = 60; n < 170; n++) {
		struct mail m = sample();
		GMimeMessage *g;
		char *got;

		buf_clear(&text);
		buf_clear(&b);
		for (size_t k = 0; k < n; k++)
			buf_str_add(&text, k == n / 2 || k + 1 == n ? "ề" : k % 11 == 10 ? " " : k % 13 == 0 ? "=" : "F");
		buf_char(&text, '\n');
		m.html = NULL;
		m.text = text.s;
		m.text_len = text.len;
		CHECK_INT(compose(&b, &m, &a, &e), 0, "compose");
		lines += !lines_right(strstr(b.s, "\r\n\r\n") + 4, b.len - (size_t)(strstr(b.s, "\r\n\r\n") + 4 - b.s), 76);
		g = parse(&b);
		got = part_text(g_mime_message_get_mime_part(g));
		wrong += strcmp(got, text.s) != 0;
		free(got);
		g_object_unref(g);
	}
	CHECK_INT(lines, 0, "quoted-printable lines within 76");
	CHECK_INT(wrong, 0, "quoted-printable read back");
	for (size_t n = 996; n < 1001; n++) {
		buf_clear(&text);
		for (size_t k = 0; k < n; k++)
			buf_char(&text, 'x');
		CHECK_INT(body_encoding(text.s, text.len, true), n <= 998 ? BODY_7BIT : BODY_QP, "998 octets and not one more");
	}
	buf_release(&text);
	buf_release(&b);
	arena_release(&a);
}

static void
test_files(void)
{
	static const struct mail_file files[] = {
		{ "danh-sach.csv", "text/csv; charset=utf-8", "a,b\r\n", 5 },
		{ "Danh sách cần sửa – Thành phố Cần Thơ, đợt 1 (\"bản 2\") của Sở Nội vụ và các quận, huyện.csv", "text/csv; charset=utf-8",
		    "\xEF\xBB\xBFhọ tên;địa chỉ\r\n", 27 },
		{ "with \"quotes\" & blanks.txt", "text/plain", "", 0 },
		{ "plain name.txt", "text/plain", "x", 1 },
	};
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct mail m = sample();
	GMimeMessage *g;
	GMimeMultipart *mixed;

	m.files = files;
	m.n_files = COUNT_OF(files);
	CHECK_INT(compose(&b, &m, &a, &e), 0, "compose with files");
	CHECK(lines_right(b.s, b.len, 998), "lines");
	g = parse(&b);
	mixed = GMIME_MULTIPART(g_mime_message_get_mime_part(g));
	CHECK_INT(g_mime_multipart_get_count(mixed), 1 + COUNT_OF(files), "parts");
	CHECK(GMIME_IS_MULTIPART(g_mime_multipart_get_part(mixed, 0)), "the alternative comes first");
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		GMimePart *p = GMIME_PART(g_mime_multipart_get_part(mixed, (int)i + 1));
		GMimeStream *s = g_mime_stream_mem_new();
		GByteArray *bytes;

		CHECK_STR(g_mime_part_get_filename(p), files[i].name, "file name (RFC 2231)");
		CHECK_STR(g_mime_object_get_content_type_parameter(GMIME_OBJECT(p), "name"), files[i].name, "name");
		g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(p), s);
		bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(s));
		CHECK(bytes->len == files[i].len && (files[i].len == 0 || memcmp(bytes->data, files[i].data, files[i].len) == 0), "content");
		g_object_unref(s);
	}
	g_object_unref(g);
	buf_release(&b);
	arena_release(&a);
}

int
main(void)
{
	struct err e = ERR_INIT;

	g_mime_init();
	if (zone_load(&zone, ZONE_DEFAULT, &e) < 0)
		return 1;
	test_values();
	test_borders();
	test_fields();
	test_bodies();
	test_long_lines();
	test_files();
	g_mime_shutdown();
	return check_done();
}
