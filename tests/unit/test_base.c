/* The small pieces everything stands on: err, buf, arena, log, date, token, conf. */
#include "support/check.h"

#include "base/buf.h"
#include "base/conf.h"
#include "base/date.h"
#include "base/lang.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/token.h"

static void
test_date(void)
{
	static const struct { const char *label, *in; enum date_edge edge; int64_t want; } cases[] = {
		{ "ISO day", "2021-09-17", DATE_START, 1631811600 },
		{ "ISO day, its end", "2021-10-07", DATE_END, 1633625999 },
		{ "day/month/year", "17/9/2021", DATE_START, 1631811600 },
		{ "leading zero", "07/10/2021", DATE_START, 1633539600 },
		{ "words", "ngày 07 tháng 01 năm 2022", DATE_START, 1641488400 },
		{ "with time and zone", "2021-09-20T08:34:00+07:00", DATE_START, 1632101640 },
		{ "UTC", "2021-09-20T01:34:00Z", DATE_START, 1632101640 },
		{ "minutes only", "20/9/2021 08:34", DATE_END, 1632101640 },
		{ "no such day", "31/9/2021", DATE_START, -1 },
		{ "leap day", "29/2/2024", DATE_START, 1709139600 },
		{ "no leap day", "29/2/2023", DATE_START, -1 },
		{ "rubbish behind", "2021-09-17x", DATE_START, -1 },
		{ "nothing", "", DATE_START, -1 },
	};
	struct err e = ERR_INIT;
	struct date_text t;
	struct zone z, berlin;

	CHECK_INT(zone_load(&z, ZONE_DEFAULT, &e), 0, "default zone");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t got = 0;
		int rc = date_parse(cases[i].in, &z, cases[i].edge, &got, &e);

		CHECK_INT(rc < 0 ? -1 : got, cases[i].want, cases[i].label);
	}
	CHECK_STR(date_rfc3339(&t, &z, 1632101640), "2021-09-20T08:34:00+07:00", "RFC 3339");
	CHECK_STR(date_rfc5322(&t, &z, 1632101640), "Mon, 20 Sep 2021 08:34:00 +0700", "RFC 5322");
	CHECK_STR(date_official(&t, &z, 1641488400, LANG_VI), "ngày 07 tháng 01 năm 2022", "Decree 30, January");
	CHECK_STR(date_official(&t, &z, 1688490000, LANG_VI), "ngày 05 tháng 7 năm 2023", "Decree 30, July");
	CHECK_INT(zone_load(&z, "Mars/Olympus", &e), -1, "no such zone");
	if (zone_load(&berlin, "Europe/Berlin", &e) == 0) {
		CHECK_INT(zone_offset(&berlin, 1632101640), 7200, "Berlin in summer");
		CHECK_INT(zone_offset(&berlin, 1641488400), 3600, "Berlin in winter");
	} else {
		check_skip("no tzdata here");
	}
}

static void
test_token(void)
{
	struct secret k = { { 1, 2, 3 } }, other = { { 9 } };
	struct token_source source = TOKEN_SOURCE_INIT;
	int same = 0, bad = 0;
	char tok[TOKEN_LEN + 1], again[TOKEN_LEN + 1], tag[TAG_MAX + 1], sig[TOKEN_LEN + 1];
	int64_t invite;
	int attempt;

	for (int i = 0; i < 20000; i++) {
		memcpy(again, tok, sizeof(again));
		token_next(&source, tok);
		same += i > 0 && strcmp(tok, again) == 0;
		bad += !token_valid(tok);
	}
	CHECK_INT(same + bad, 0, "tokens one by one and in bulk");
	token_new(tok);
	token_new(again);
	CHECK(token_valid(tok), "a token has the form of a token");
	CHECK(strcmp(tok, again) != 0, "two tokens differ");
	CHECK(!token_valid("abc"), "short");
	CHECK(!token_valid("aaaaaaaaaaaaaaaaaaaaa/"), "foreign character");
	tag_write(tag, &k, 123456789012, 3);
	CHECK(strlen(tag) <= TAG_MAX, "tag fits");
	CHECK(tag_read(tag, strlen(tag), &k, &invite, &attempt), "tag read back");
	CHECK_INT(invite, 123456789012, "invite of tag");
	CHECK_INT(attempt, 3, "attempt of tag");
	for (char *p = tag; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	CHECK(tag_read(tag, strlen(tag), &k, &invite, &attempt), "case folded on the way");
	CHECK(!tag_read(tag, strlen(tag), &other, &invite, &attempt), "another key");
	tag[0] = tag[0] == '0' ? '1' : '0';
	CHECK(!tag_read(tag, strlen(tag), &k, &invite, &attempt), "forged invite");
	sign_text(sig, &k, "return", "abc/survey");
	CHECK(sign_check(sig, &k, "return", "abc/survey"), "signature");
	CHECK(!sign_check(sig, &k, "return", "abc/feedback"), "signature of something else");
	CHECK(!sign_check(sig, &k, "optout", "abc/survey"), "signature for another purpose");
}

static void
test_texts(void)
{
	struct buf b = BUF_INIT(8);
	struct err e = ERR_INIT;
	struct log_q q;
	struct conf c;

	buf_str_add(&b, "12345678");
	CHECK(!b.failed, "up to the limit");
	buf_char(&b, '9');
	CHECK(b.failed && b.len == 8, "past the limit nothing is taken");
	buf_release(&b);
	b = (struct buf)BUF_INIT(200);
	out_csv_field(&b, "=cmd()", true);
	CHECK_STR(buf_str(&b), "\"'=cmd()\"", "formula in a sheet");
	buf_clear(&b);
	out_html(&b, "<a href=\"x\">'&");
	CHECK_STR(buf_str(&b), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;", "HTML");
	buf_release(&b);
	CHECK_STR(log_mask(&q, "550 5.1.1 <a.b@c.example>: unknown \"user\"\n"), "550 5.1.1 <<address>>: unknown \"user\" ",
	    "for reports: addresses masked, no quotes");
	CHECK_STR(log_mask(&q, NULL), "", "nothing to mask");
	CHECK_STR(log_q(&q, "550 5.1.1 <a.b@c.example>: unknown \"user\""), "\"550 5.1.1 <<address>>: unknown \\\"user\\\"\"",
	    "addresses are masked in the log");
	err_set(&e, ERR_INPUT, "%01100d", 1);
	CHECK_INT((int64_t)strlen(e.text), (int64_t)sizeof(e.text) - 1, "long error cut");
	CHECK_INT(conf_load(&c, NULL, false, &e), 0, "defaults load");
	CHECK_INT(c.connections, 8, "a default");
	conf_release(&c);
	CHECK_INT(lang_from_accept("fr, en;q=0.5, vi;q=0.8", LANG_EN), LANG_VI, "Accept-Language by weight");
	CHECK_INT(lang_from_accept("fr", LANG_VI), LANG_VI, "Accept-Language: neither");
}

int
main(void)
{
	test_date();
	test_token();
	test_texts();
	return check_done();
}
