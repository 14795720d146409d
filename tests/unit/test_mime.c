/* The MIME reader on good, odd and broken messages. */
#include "support/check.h"

#include "mail/mime.h"

static struct mime_part *
parse(struct arena *a, const char *s)
{
	return mime_read(a, s, strlen(s));
}

/* Bodies are slices of the message. */
static const char *
body(struct arena *a, const struct mime_part *m)
{
	return arena_ndup(a, m->body, m->len);
}

static void
test_headers(struct arena *a)
{
	struct mime_part *m = parse(a, "From x@y.test Thu Jan  1 00:00:00 1970\r\nSubject: one\r\n  two\r\n\tthree\r\nX-Empty:\r\n"
	    "no header here\r\nTo : a@b.test\r\n\r\nbody\r\n");

	CHECK_STR(mime_get(m, "subject"), "one two three", "folded");
	CHECK_STR(mime_get(m, "TO"), "a@b.test", "blank before the colon, stray line before it");
	CHECK_STR(mime_get(m, "X-Empty"), "", "empty");
	CHECK_STR(mime_get(m, "X-None"), "", "none");
	CHECK_STR(body(a, m), "body\n", "body, with LF");
	CHECK_STR(m->type, "text/plain", "without Content-Type");
	m = parse(a, "Subject: only headers");
	CHECK_STR(mime_get(m, "Subject"), "only headers", "no body, no line end");
	CHECK_INT((int64_t)m->len, 0, "empty body");
	m = parse(a, "Subject: x\rTo: y@z.test\r\rold Mac\r");
	CHECK_STR(mime_get(m, "To"), "y@z.test", "CR alone");
	m = parse(a, "");
	CHECK_INT((int64_t)m->len, 0, "nothing");
	m = parse(a, "just text\nmore text\n");
	CHECK_STR(body(a, m), "just text\nmore text\n", "no headers at all");
	m = mime_read(a, "Subject: a\0b\n\nx", 15);
	CHECK_STR(mime_get(m, "Subject"), "a b", "NUL");
	m = parse(a, "Content-Type: MULTIPART/Report; boundary=\"x y\\\"z\"; report-type = Delivery-Status\n\n--x y\"z\n\nin\n");
	CHECK_STR(m->report_type, "delivery-status", "parameters");
	CHECK(m->child && strcmp(body(a, m->child), "in\n") == 0, "quoted boundary, part not closed");
}

static void
test_parts(struct arena *a)
{
	struct mime_part *m = parse(a, "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\nContent-Type: text/plain\n\none\n"
	    "--b  \nContent-Type: message/rfc822\n\nFrom inner@x.test Thu\nSubject: inner\nContent-Type: multipart/alternative; boundary=c\n\n"
	    "--c\n\ntext\n--c\nContent-Type: text/html\n\n<p>html\n--c--\n--b--\nepilogue\n--b\nlate\n");
	struct mime_part *inner;

	CHECK_STR(body(a, m->child), "one", "first part, without the line end of the boundary");
	inner = m->child->next->child;
	CHECK_STR(mime_get(inner, "Subject"), "inner", "enclosed message, behind a From line");
	CHECK_STR(body(a, inner->child), "text", "its parts");
	CHECK_STR(inner->child->next->type, "text/html", "second alternative");
	m = parse(a, "Content-Type: multipart/mixed; boundary=wrong\n\n--right\nContent-Type: text/plain\n\nfound\n--right--\n");
	CHECK(m->child && strcmp(body(a, m->child), "found") == 0, "a wrong boundary parameter");
	m = parse(a, "Content-Type: multipart/mixed\n\nno parts here\n");
	CHECK_STR(m->type, "text/plain", "a multipart without parts is text");
	m = parse(a, "From x\n\xef\xbb\xbfSubject: hi\n\nbody\n");
	CHECK_STR(mime_get(m, "Subject"), "hi", "a byte order mark behind the line of an mbox");
	m = parse(a, "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaGkKCmJvZHkK\n");
	CHECK(m->child && strcmp(mime_get(m->child, "Subject"), "hi") == 0, "an encoded message");
}

static void
test_depth(struct arena *a)
{
	static char s[200000];
	size_t n = 0;
	int deep = 0;

	for (int i = 0; i < 1500; i++)
		n += (size_t)snprintf(s + n, sizeof(s) - n, "Content-Type: message/rfc822\n\n");
	for (struct mime_part *m = mime_read(a, s, n); m; m = m->child)
		deep++;
	CHECK(deep <= MIME_DEPTH_MAX + 1, "nested without end");
	n = (size_t)snprintf(s, sizeof(s), "Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 20000; i++)
		n += (size_t)snprintf(s + n, sizeof(s) - n, "--b\n\nx\n");
	deep = 0;
	for (struct mime_part *m = mime_read(a, s, n)->child; m; m = m->next)
		deep++;
	CHECK(deep < MIME_PARTS_MAX, "parts without end");
}

static void
test_text(struct arena *a)
{
	static const struct { const char *label, *in, *want; } cases[] = {
		{ "quoted-printable", "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
		    "h=E1=BB=99p th=C6=B0 =\n=C4=91=E1=BA=A7y =zz", "hộp thư đầy =zz" },
		{ "base64", "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\naOG7mXAg\r\ndGjGsA==", "hộp thư" },
		{ "windows-1258", "Content-Type: text/plain; charset=windows-1258\n\n\xd0\xe0", "Đà" },
		{ "ISO-2022-JP without a charset", "Subject: x\n\n\x1b$B08@h\x1b(B", "宛先" },
		{ "latin 1 that calls itself ASCII", "Content-Type: text/plain; charset=us-ascii\n\nd\xe9j\xe0", "déjà" },
		{ "UTF-8 that calls itself nothing", "Subject: x\n\nđã", "đã" },
		{ "a charset that is none", "Content-Type: text/plain; charset=\"x/../y\"\n\nd\xe9j\xe0", "déjà" },
		{ "HTML", "Content-Type: text/html; charset=utf-8\n\n<head><title>t</title></head><p>a&nbsp;&lt;b@c.test&gt;<br>d&#7897;<style>x{}</style>",
		    "\na <b@c.test>\ndộ" },
		{ "an address as a tag", "Content-Type: text/html\n\nto <a@b.test> no", "to <a@b.test> no" },
		{ "an open tag", "Content-Type: text/html\n\nx<b", "x" },
		{ "lines of the source do not count where tags break", "Content-Type: text/html\n\n<p>a\nb</p>\n\n\n<p>c</p>", "\na b\n\nc\n" },
		{ "but inside of pre", "Content-Type: text/html\n\n<p>a</p><pre>b\nc</pre>", "\na\n\nb\nc\n" },
		{ "and where no tag breaks", "Content-Type: text/html\n\na\n<b>b</b>", "a\nb" },
		{ "letters by name", "Content-Type: text/html\n\n&Eacute;t&eacute; gr&szlig; &agrave;&AACUTE; &euro;", "Été grß àÁ &euro;" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_STR(mime_text(a, parse(a, cases[i].in)), cases[i].want, cases[i].label);
}

static void
test_words(struct arena *a)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "=?utf-8?B?VGjGsCBt4budaQ==?=", "Thư mời" },
		{ "=?UTF-8?q?Th=C6=B0_m=E1=BB?=\n =?utf-8?Q?=9Di?= x", "Thư mời x" },
		{ "=?iso-8859-1?Q?d=E9j=E0?= =?utf-8?Q?vu?=", "déjàvu" },
		{ "=?broken", "=?broken" },
		{ "=?utf-8?x?abc?=", "=?utf-8?x?abc?=" },
		{ "=?utf-8*vi?q?a?=", "a" },
		{ "raw đầy", "raw đầy" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_STR(mime_words(a, cases[i].in), cases[i].want, cases[i].in);
}

static void
test_fields(struct arena *a)
{
	const char *s = "A: 1\n\n\nB:2\n more\nno field\n  C: 3\n";
	struct mime_header *h = mime_fields(a, s, strlen(s));

	CHECK(h && strcmp(h->value, "1") == 0 && !h->after_blank, "first");
	h = h->next;
	CHECK(h && strcmp(h->value, "2 more") == 0 && h->after_blank, "after a blank line");
	h = h->next;
	CHECK(h && strcmp(h->name, "C") == 0, "indented, behind a line that is none");
	s = "A: 1\n  \n  2\nB: 3\n \n C: 4\n";
	h = mime_fields(a, s, strlen(s));
	CHECK(h && strcmp(h->value, "1 2") == 0, "a line of blanks inside a field");
	CHECK(h->next && strcmp(h->next->value, "3") == 0, "and between two");
	CHECK_INT((int64_t)mime_headers_len("A: 1\n b\nC: 2\n\nx", 15), 14, "a block of headers");
}

int
main(void)
{
	struct arena a = ARENA_INIT;

	test_headers(&a);
	test_parts(&a);
	test_depth(&a);
	test_text(&a);
	test_words(&a);
	test_fields(&a);
	arena_release(&a);
	return check_done();
}
