/* Does a domain take mail? Asked of a name server that says all there is to say, and worse. */
#include "support/check.h"
#include "support/dns_peer.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "mail/dns.h"

#define FAST_MS 250

/* 65 octets a record: more than the 512 of a plain answer */
#define LONG_MX(n) "300 MX " #n " a-mail-exchanger-with-a-very-long-name-indeed-number-" #n ".cut.test; "

static const struct dns_entry entries[] = {
	{ .name = "plain.test", .type = "MX", .records = "7200 MX 20 mx2.plain.test; 3600 MX 10 mx1.plain.test; 7200 MX 20 mx0.plain.test" },
	{ .name = "mx0.plain.test", .type = "A", .records = "60 A 192.0.2.10" },
	{ .name = "mx1.plain.test", .type = "A", .records = "60 A 192.0.2.11" },
	{ .name = "mx2.plain.test", .type = "A", .records = "60 A 192.0.2.12" },
	{ .name = "six.test", .type = "MX", .records = "300 MX 10 mx.six.test" },
	{ .name = "mx.six.test", .type = "AAAA", .records = "60 AAAA 2001:db8::25" },
	{ .name = "mx.six.test", .records = "" },
	{ .name = "null.test", .type = "MX", .records = "600 MX 0 ." },
	{ .name = "mixed.test", .type = "MX", .records = "600 MX 0 .; 600 MX 10 mx1.plain.test" },
	{ .name = "implicit.test", .type = "A", .records = "900 A 192.0.2.1" },
	{ .name = "implicit.test", .records = "" },
	{ .name = "implicit6.test", .type = "AAAA", .records = "900 AAAA 2001:db8::1" },
	{ .name = "implicit6.test", .records = "" },
	{ .name = "empty.test", .records = "" },
	{ .name = "dead-mx.test", .type = "MX", .records = "300 MX 10 gone.dead-mx.test; 300 MX 20 void.dead-mx.test" },
	{ .name = "void.dead-mx.test", .records = "" },
	{ .name = "half-dead.test", .type = "MX", .records = "300 MX 10 gone.dead-mx.test; 300 MX 20 mx1.plain.test" },
	{ .name = "odd-mx.test", .type = "MX", .records = "300 MX 10 bad!name.odd-mx.test" },
	{ .name = "alias.test", .type = "MX", .records = "800 CNAME plain.test; 400 MX 10 mx1.plain.test" },
	{ .name = "alias-implicit.test", .type = "MX", .records = "800 CNAME implicit.test" },
	{ .name = "alias-implicit.test", .type = "A", .records = "800 CNAME implicit.test; 200 A 192.0.2.1" },
	{ .name = "alias-nowhere.test", .rcode = 3, .records = "800 CNAME nowhere.test" },
	{ .name = "servfail.test", .rcode = 2 },
	{ .name = "refused.test", .rcode = 5 },
	{ .name = "formerr.test", .rcode = 1 },
	{ .name = "unsure-mx.test", .type = "MX", .records = "300 MX 10 mx.servfail.test; 300 MX 20 gone.dead-mx.test" },
	{ .name = "mx.servfail.test", .rcode = 2 },
	{ .name = "unsure.test", .type = "MX", .records = "" },
	{ .name = "unsure.test", .type = "A", .rcode = 2 },
	{ .name = "unsure.test", .records = "" },
	{ .name = "unsure6.test", .type = "AAAA", .records = "60 AAAA 2001:db8::1" },
	{ .name = "unsure6.test", .type = "A", .rcode = 2 },
	{ .name = "unsure6.test", .records = "" },
	{ .name = "silent.test", .fault = DNS_PEER_SILENT },
	{ .name = "noise.test", .fault = DNS_PEER_NOISE },
	{ .name = "broken.test", .fault = DNS_PEER_BROKEN },
	{ .name = "forged.test", .type = "MX", .fault = DNS_PEER_FORGED, .records = "300 MX 10 mx1.plain.test" },
	{ .name = "cut.test", .type = "MX", .fault = DNS_PEER_CUT, .records = LONG_MX(1) LONG_MX(2) LONG_MX(3) LONG_MX(4) LONG_MX(5)
	    LONG_MX(6) LONG_MX(7) "300 MX 8 mx1.plain.test" },
	{ .name = "many.test", .type = "MX", .records = "9 MX 1 a.m.test; 9 MX 1 b.m.test; 9 MX 1 c.m.test; 9 MX 1 d.m.test;"
	    "9 MX 1 e.m.test; 9 MX 1 f.m.test; 9 MX 1 g.m.test; 9 MX 1 h.m.test; 9 MX 1 mx1.plain.test" },
};

struct seen {
	char text[1024];
	size_t calls;
};

/* "verdict implicit alias ttl why hosts": "10 mx1.plain.test +", - without an address, ? unknown, . not tried. */
static void
write_down(const struct dns_answer *a, void *arg)
{
	static const char marks[] = { '.', '+', '-', '?' };
	struct buf b = BUF_INIT(sizeof(((struct seen *)0)->text));
	struct seen *s = arg;

	buf_printf(&b, "%s", dns_verdict_name(a->verdict));
	if (a->implicit)
		buf_str_add(&b, " implicit");
	if (*a->alias)
		buf_printf(&b, " alias=%s", a->alias);
	if (a->ttl_s)
		buf_printf(&b, " ttl=%d", (int)a->ttl_s);
	if (*a->why)
		buf_printf(&b, " (%s)", a->why);
	for (size_t i = 0; i < a->n_hosts; i++)
		buf_printf(&b, " %d %s%c", a->host[i].preference, a->host[i].name, marks[a->host[i].state]);
	snprintf(s->text, sizeof(s->text), "%s", buf_str(&b));
	buf_release(&b);
	s->calls++;
}

static const struct {
	const char *domain, *want;
} cases[] = {
	{ "plain.test", "takes_mail ttl=3600 10 mx1.plain.test+ 20 mx0.plain.test+ 20 mx2.plain.test+" },
	{ "six.test", "takes_mail ttl=300 10 mx.six.test+" },
	{ "null.test", "null_mx ttl=600" },
	{ "mixed.test", "takes_mail ttl=600 10 mx1.plain.test+" },
	{ "implicit.test", "takes_mail implicit ttl=900" },
	{ "implicit6.test", "takes_mail implicit ttl=900" },
	{ "empty.test", "no_mail_host" },
	{ "nowhere.test", "no_such_domain" },
	{ "dead-mx.test", "no_mail_host ttl=300 10 gone.dead-mx.test- 20 void.dead-mx.test-" },
	{ "half-dead.test", "takes_mail ttl=300 10 gone.dead-mx.test- 20 mx1.plain.test+" },
	{ "odd-mx.test", "no_mail_host ttl=300 10 bad!name.odd-mx.test-" },
	{ "alias.test", "takes_mail alias=plain.test ttl=400 10 mx1.plain.test+" },
	{ "alias-implicit.test", "takes_mail implicit alias=implicit.test ttl=200" },
	{ "alias-nowhere.test", "no_such_domain" },
	{ "servfail.test", "unknown (SERVFAIL)" },
	{ "refused.test", "unknown (REFUSED)" },
	{ "formerr.test", "unknown (FORMERR)" },
	{ "unsure-mx.test", "unknown ttl=300 (SERVFAIL) 10 mx.servfail.test? 20 gone.dead-mx.test-" },
	{ "unsure.test", "unknown (SERVFAIL)" },
	{ "unsure6.test", "takes_mail implicit ttl=60" },
	{ "silent.test", "unknown (no answer in time)" },
	{ "noise.test", "unknown (no answer in time)" },
	{ "broken.test", "unknown (an answer that cannot be read)" },
	{ "forged.test", "takes_mail ttl=300 10 mx1.plain.test+" },
	{ "many.test", "unknown ttl=9 (too many exchangers) 1 a.m.test- 1 b.m.test- 1 c.m.test- 1 d.m.test- 1 e.m.test- 1 f.m.test- "
	    "1 g.m.test- 1 h.m.test- 1 mx1.plain.test." },
	{ "xn--cnth-0qa1404c.test", "no_such_domain" },
};

static void
one_at_a_time(struct dns_peer *p)
{
	struct err e = ERR_INIT;
	struct seen s = { .calls = 0 };
	struct dns *d;

	if (!CHECK_INT(dns_new(&d, &(struct dns_options){ .servers = dns_peer_server(p), .timeout_ms = FAST_MS, .tries = 1 }, &e),
	    0, "opens")) {
		puts(e.text);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(dns_ask(d, &cases[i].domain, 1, write_down, &s), 0, cases[i].domain);
		CHECK_STR(s.text, cases[i].want, cases[i].domain);
	}
	CHECK_INT((int64_t)s.calls, (int64_t)COUNT_OF(cases), "one answer for each");
	CHECK_INT((int64_t)dns_peer_asked_tcp(p), 0, "nothing over TCP so far");
	CHECK_INT(dns_ask(d, &(const char *){ "cut.test" }, 1, write_down, &s), 0, "cut.test");
	CHECK_INT((int64_t)dns_peer_asked_tcp(p), 1, "a cut answer comes again over TCP");
	CHECK(strstr(s.text, "takes_mail") && strstr(s.text, "8 mx1.plain.test+"), "and whole: the last exchanger is there");
	CHECK_INT((int64_t)dns_peer_asked(p, "nowhere.test", "A"), 0, "who does not exist is not asked for an address");
	CHECK_INT((int64_t)dns_peer_asked(p, "", "NS"), 1, "the server is greeted once");
	dns_free(d);
}

static void
count_verdicts(const struct dns_answer *a, void *arg)
{
	((size_t *)arg)[a->verdict]++;
}

static void
count_calls(const struct dns_answer *a, void *arg)
{
	size_t *calls = arg;

	calls[0]++;
	calls[1] += a->verdict == DNS_NO_SUCH_DOMAIN;
}

/* The peer answers nobody before 40 have asked: who asks one after the other gets no answer. */
static void
together(void)
{
	enum { MANY = 300 };
	static char names[MANY][32];
	const char *list[MANY];
	struct dns_peer *p = dns_peer_start(NULL, 0, 40);
	size_t calls[2] = { 0 };
	struct err e = ERR_INIT;
	struct dns *d;

	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "d%d.test", i);
		list[i] = names[i];
	}
	CHECK_INT(dns_new(&d, &(struct dns_options){ .servers = dns_peer_server(p), .timeout_ms = 20000, .tries = 1 }, &e), 0, "opens");
	CHECK_INT(dns_ask(d, list, MANY, count_calls, calls), 0, "three hundred domains");
	CHECK_INT((int64_t)calls[0], MANY, "an answer for each");
	CHECK_INT((int64_t)calls[1], MANY, "the right one");
	CHECK_INT((int64_t)dns_peer_asked(p, NULL, "MX"), MANY, "each was asked for once");
	dns_free(d);
	dns_peer_stop(p);
}

/* Two hundred domains, of each second the answer is cut; the server ends a connection now and then. */
static void
many_cut(void)
{
	enum { MANY = 200 };
	static struct dns_entry all[MANY + 1];
	static char names[MANY][32];
	const char *list[MANY];
	struct dns_peer *p;
	size_t calls[DNS_VERDICTS] = { 0 };
	struct err e = ERR_INIT;
	struct dns *d;

	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "d%d.test", i);
		list[i] = names[i];
		all[i] = (struct dns_entry){ .name = names[i], .type = "MX", .records = "300 MX 10 mx1.plain.test",
		    .fault = i % 2 ? DNS_PEER_CUT : DNS_PEER_ANSWERS };
	}
	all[MANY] = (struct dns_entry){ .name = "mx1.plain.test", .records = "60 A 192.0.2.11" };
	p = dns_peer_start(all, MANY + 1, 0);
	CHECK_INT(dns_new(&d, &(struct dns_options){ .servers = dns_peer_server(p), .timeout_ms = 5000, .tries = 1 }, &e), 0, "opens");
	CHECK_INT(dns_ask(d, list, MANY, count_verdicts, calls), 0, "two hundred domains");
	CHECK_INT((int64_t)calls[DNS_TAKES_MAIL], MANY, "all of them take mail");
	CHECK(dns_peer_asked_tcp(p) >= MANY / 2, "half of them were asked for over TCP");
	dns_free(d);
	dns_peer_stop(p);
}

/* The first server refuses, the second one knows. */
static void
second_server(struct dns_peer *good)
{
	static const struct dns_entry refuses[] = { { .rcode = 5 } };
	struct dns_peer *bad = dns_peer_start(refuses, 1, 0);
	struct buf servers = BUF_INIT(100);
	struct seen s = { .calls = 0 };
	struct err e = ERR_INIT;
	struct dns *d;

	buf_printf(&servers, "%s, %s", dns_peer_server(bad), dns_peer_server(good));
	CHECK_INT(dns_new(&d, &(struct dns_options){ .servers = buf_str(&servers), .timeout_ms = FAST_MS, .tries = 1 }, &e), 0, "two");
	dns_ask(d, &(const char *){ "plain.test" }, 1, write_down, &s);
	CHECK_STR(s.text, cases[0].want, "the second server is asked when the first refuses");
	CHECK(dns_peer_asked(bad, "plain.test", "MX") > 0, "the first one was asked");
	dns_ask(d, &(const char *){ "refused.test" }, 1, write_down, &s);
	CHECK_STR(s.text, "unknown (REFUSED)", "when all refuse, that is what is told");
	dns_free(d);
	buf_release(&servers);
	dns_peer_stop(bad);
}

static void
nobody_there(void)
{
	static const struct dns_entry silent[] = { { .fault = DNS_PEER_SILENT } };
	const char *list[200];
	struct dns_peer *p = dns_peer_start(silent, 1, 0);
	size_t calls[2] = { 0 }, asked;
	struct err e = ERR_INIT;
	struct seen s = { .calls = 0 };
	char server[32];
	struct dns *d;

	for (size_t i = 0; i < COUNT_OF(list); i++)
		list[i] = "plain.test";
	CHECK_INT(dns_new(&d, &(struct dns_options){ .servers = dns_peer_server(p), .timeout_ms = FAST_MS, .tries = 1 }, &e), 0, "opens");
	CHECK_INT(dns_ask(d, list, COUNT_OF(list), count_calls, calls), 1, "nobody answers: that is said");
	CHECK_INT((int64_t)calls[0], (int64_t)COUNT_OF(list), "with an answer for each domain all the same");
	CHECK_INT((int64_t)calls[1], 0, "and none of them is judged");
	asked = dns_peer_asked(p, NULL, NULL);
	CHECK_INT((int64_t)asked, 1, "who does not greet back is asked nothing more");
	CHECK_INT(dns_ask(d, list, 1, write_down, &s), 1, "asked again");
	CHECK_STR(s.text, "unknown (no name server can be reached)", "nothing is known");
	CHECK_INT((int64_t)dns_peer_asked(p, NULL, NULL), (int64_t)asked, "and nobody is asked any more");
	dns_free(d);
	snprintf(server, sizeof(server), "%s", dns_peer_server(p));
	dns_peer_stop(p);
	CHECK_INT(dns_new(&d, &(struct dns_options){ .servers = server, .timeout_ms = 30000 }, &e), 0, "opens");
	CHECK_INT(dns_ask(d, list, 2, write_down, &s), 1, "a closed port is nobody, too, and at once");
	CHECK_STR(s.text, "unknown (no name server can be reached)", "and judges nothing");
	dns_free(d);
}

/* An isolated network: the server knows its own names and denies all others, the root too. */
static void
blind(void)
{
	static const struct dns_entry own[] = {
		{ .name = "", .rcode = 3 },
		{ .name = "own.test", .type = "MX", .records = "300 MX 10 mx.own.test" },
		{ .name = "mx.own.test", .records = "300 A 192.0.2.1" },
		{ .name = "empty.test", .records = "" },
		{ .name = "dead.test", .type = "MX", .records = "300 MX 10 nowhere.test" },
		{ .name = "null.test", .type = "MX", .records = "300 MX 0 ." },
	};
	static const struct { const char *domain, *want; } says[] = {
		{ "own.test", "takes_mail ttl=300 10 mx.own.test+" },
		{ "null.test", "null_mx ttl=300" },
		{ "nowhere.test", "unknown (a name server that denies even the root)" },
		{ "empty.test", "unknown (a name server that denies even the root)" },
		{ "dead.test", "unknown ttl=300 (a name server that denies even the root) 10 nowhere.test-" },
	};
	struct dns_peer *p = dns_peer_start(own, COUNT_OF(own), 0);
	struct seen s = { .calls = 0 };
	struct err e = ERR_INIT;
	struct dns *d;

	CHECK_INT(dns_new(&d, &(struct dns_options){ .servers = dns_peer_server(p), .timeout_ms = FAST_MS, .tries = 1 }, &e), 0, "opens");
	for (size_t i = 0; i < COUNT_OF(says); i++) {
		CHECK_INT(dns_ask(d, &says[i].domain, 1, write_down, &s), 0, says[i].domain);
		CHECK_STR(s.text, says[i].want, says[i].domain);
	}
	dns_free(d);
	dns_peer_stop(p);
}

static void
wrong_lists(void)
{
	static const char *const lists[] = { "ns.example", "192.0.2.1:99999", "192.0.2", "192.0.2.1:x", "[2001:db8::1", "[2001:db8::1]x", "192.0.2.1:", "192.0.2.1;192.0.2.2" };
	static const char *const right[] = { "", "192.0.2.1", "192.0.2.1, 192.0.2.2:5353", "[2001:db8::1]:53 2001:db8::2", " 127.0.0.1 " };
	struct err e;
	struct dns *d;

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		e = (struct err)ERR_INIT;
		CHECK_INT(dns_new(&d, &(struct dns_options){ .servers = lists[i] }, &e), -1, lists[i]);
		CHECK(strstr(e.text, lists[i]) != NULL, "... is named");
	}
	for (size_t i = 0; i < COUNT_OF(right); i++) {
		CHECK_INT(dns_new(&d, &(struct dns_options){ .servers = right[i] }, &e), 0, right[i]);
		dns_free(d);
	}
}

int
main(void)
{
	struct dns_peer *p = dns_peer_start(entries, COUNT_OF(entries), 0);

	one_at_a_time(p);
	second_server(p);
	together();
	many_cut();
	nobody_there();
	blind();
	wrong_lists();
	for (int v = 0; v < DNS_VERDICTS; v++)
		CHECK_INT(dns_verdict_parse(dns_verdict_name((enum dns_verdict)v)), v, "the word of a verdict is read as itself");
	dns_peer_stop(p);
	return check_done();
}
