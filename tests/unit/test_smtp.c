/* Conversations with a relay that behaves, and with one that does not. */
#include "support/check.h"
#include "support/smtp_peer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "mail/smtp.h"

#define JOBS_MAX 16

/* Five messages, m1 to m5, and what became of each. */
struct round {
	int next, n;			/* the next to give; how many there are */
	int queue[JOBS_MAX * 4], queued;	/* given back, to be given again */
	char sender[JOBS_MAX][64], recipient[JOBS_MAX][64], envid[JOBS_MAX][16];
	const char *data;
	int outcomes[JOBS_MAX];		/* how many final ones */
	int untried;
	bool begun[JOBS_MAX];
	enum smtp_verdict verdict[JOBS_MAX];
	char command[JOBS_MAX][12], enhanced[JOBS_MAX][12], text[JOBS_MAX][256];
	int code[JOBS_MAX];
	char trouble[64], trouble_text[256];
	int trouble_code;
};

static const char message[] =
    "Date: Fri, 17 Sep 2021 08:30:00 +0700\r\nFrom: <survey@ministry.example>\r\nTo: <person@unit.example>\r\n"
    "Message-ID: <0.abc@ministry.example>\r\nSubject: test\r\n\r\n"
    "line\r\n.dot at the start\r\n..two\r\n.\r\nlast\r\n";

static void
round_init(struct round *r, int n, const char *data)
{
	memset(r, 0, sizeof(*r));
	r->n = n;
	r->data = data;
	for (int i = 0; i < n; i++) {
		snprintf(r->sender[i], sizeof(r->sender[i]), "bounce+m%d@ministry.example", i + 1);
		snprintf(r->recipient[i], sizeof(r->recipient[i]), "m%d@unit.example", i + 1);
		snprintf(r->envid[i], sizeof(r->envid[i]), "tag%d", i + 1);
	}
}

static bool
next(void *arg, struct smtp_job *j)
{
	struct round *r = arg;
	int i;

	if (r->queued)
		i = r->queue[--r->queued];
	else if (r->next < r->n)
		i = r->next++;
	else
		return false;
	*j = (struct smtp_job){ .owner = r->outcomes + i, .sender = r->sender[i], .recipient = r->recipient[i],
	    .envid = r->envid[i], .data = r->data, .len = strlen(r->data) };
	return true;
}

static int
index_of(const struct round *r, const struct smtp_job *j)
{
	return (int)((int *)j->owner - r->outcomes);
}

static void
begun(void *arg, const struct smtp_job *j)
{
	struct round *r = arg;

	r->begun[index_of(r, j)] = true;
}

static void
done(void *arg, const struct smtp_job *j, const struct smtp_outcome *o)
{
	struct round *r = arg;
	int i = index_of(r, j);

	if (o->verdict == SMTP_UNTRIED) {
		r->untried++;
		r->queue[r->queued++] = i;
		if (*o->command) {
			snprintf(r->trouble, sizeof(r->trouble), "%s", o->command);
			snprintf(r->trouble_text, sizeof(r->trouble_text), "%s", o->text ? o->text : "");
			r->trouble_code = o->code;
		}
		return;
	}
	r->outcomes[i]++;
	r->verdict[i] = o->verdict;
	r->code[i] = o->code;
	snprintf(r->command[i], sizeof(r->command[i]), "%s", o->command);
	snprintf(r->enhanced[i], sizeof(r->enhanced[i]), "%s", o->enhanced);
	snprintf(r->text[i], sizeof(r->text[i]), "%s", o->text ? o->text : "");
}

static struct conf
settings(void)
{
	struct err e = ERR_INIT;
	struct conf c;

	if (conf_load(&c, NULL, false, &e) < 0) {
		puts(e.text);
		exit(1);
	}
	c.relay_tls = "none";
	c.reply_timeout_s = c.data_timeout_s = c.connect_timeout_s = 2;
	c.helo_name = "ministry.example";
	return c;
}

/* Sessions until everything has an outcome, or the relay lets nobody in. */
static void
run(struct round *r, const char *url, const struct conf *c, int sessions)
{
	const struct smtp_calls calls = { .next = next, .begun = begun, .done = done, .arg = r };
	struct err e = ERR_INIT;
	struct relay *relay;

	if (!CHECK_INT(relay_new(&relay, url, c, &e), 0, "relay")) {
		puts(e.text);
		return;
	}
	while (sessions-- && (r->queued || r->next < r->n))
		if (!CHECK_INT(smtp_session(relay, &calls, &e), 0, "session"))
			puts(e.text);
	relay_free(relay);
}

/* --- the table of libesmtp.md, section 3 ----------------------------------- */

static const struct {
	const char *label;
	struct peer_fault fault;
	const char *extensions;
	enum smtp_verdict verdict;
	const char *command;
	int code;
	const char *enhanced;
	size_t connections;	/* how many it takes for all five; 0: not looked at */
} table[] = {
	{ "450 at RCPT", { PEER_RCPT, "m3", 0, "450 4.2.1 later", PEER_GO_ON }, NULL, SMTP_DEFERRED, "RCPT", 450, "4.2.1", 1 },
	{ "550 at RCPT", { PEER_RCPT, "m3", 0, "550 5.1.1 no such user", PEER_GO_ON }, NULL, SMTP_REFUSED, "RCPT", 550, "5.1.1", 1 },
	{ "550 at RCPT, no PIPELINING", { PEER_RCPT, "m3", 0, "550 5.1.1 no", PEER_GO_ON }, "8BITMIME", SMTP_REFUSED, "RCPT", 550, "5.1.1", 1 },
	{ "550 at RCPT, CHUNKING", { PEER_RCPT, "m3", 0, "550 5.1.1 no", PEER_GO_ON }, "PIPELINING\nCHUNKING", SMTP_REFUSED, "RCPT", 550, "5.1.1", 1 },
	{ "451 after the dot", { PEER_DOT, "m3", 0, "451 4.3.0 later", PEER_GO_ON }, NULL, SMTP_DEFERRED, "DOT", 451, "4.3.0", 1 },
	{ "550 after the dot", { PEER_DOT, "m3", 0, "550 5.7.1 spam", PEER_GO_ON }, NULL, SMTP_REFUSED, "DOT", 550, "5.7.1", 1 },
	{ "554 after the last chunk", { PEER_DOT, "m3", 0, "554 5.7.1 spam", PEER_GO_ON }, "PIPELINING\nCHUNKING", SMTP_REFUSED, "DOT", 554, "5.7.1", 1 },
	{ "451 at DATA", { PEER_DATA, "m3", 0, "451 4.3.0 later", PEER_GO_ON }, NULL, SMTP_DEFERRED, "DATA", 451, "4.3.0", 2 },
	{ "550 at DATA", { PEER_DATA, "m3", 0, "550 5.3.0 no", PEER_GO_ON }, NULL, SMTP_REFUSED, "DATA", 550, "5.3.0", 2 },
	{ "451 at MAIL", { PEER_MAIL, "m3", 0, "451 4.3.0 later", PEER_GO_ON }, NULL, SMTP_DEFERRED, "MAIL", 451, "4.3.0", 1 },
	{ "550 at MAIL", { PEER_MAIL, "m3", 0, "550 5.1.8 sender", PEER_GO_ON }, NULL, SMTP_REFUSED, "MAIL", 550, "5.1.8", 1 },
	{ "550 at MAIL, no PIPELINING", { PEER_MAIL, "m3", 0, "550 5.1.8 sender", PEER_GO_ON }, "8BITMIME", SMTP_REFUSED, "MAIL", 550, "5.1.8", 1 },
	{ "550 at MAIL, CHUNKING", { PEER_MAIL, "m3", 0, "550 5.1.8 sender", PEER_GO_ON }, "PIPELINING\nCHUNKING", SMTP_REFUSED, "MAIL", 550, "5.1.8", 1 },
	{ "550 at MAIL, in lines", { PEER_MAIL, "m3", 0, "550-5.1.8 this sender\r\n550 5.1.8 is unknown", PEER_GO_ON }, NULL, SMTP_REFUSED, "MAIL", 550, "5.1.8", 1 },
	{ "250 at MAIL, in lines", { PEER_MAIL, "m3", 0, "250-2.1.0 well\r\n250 2.1.0 done", PEER_GO_ON }, NULL, SMTP_ACCEPTED, "DOT", 250, "2.0.0", 1 },
	{ "250 at MAIL, cut short", { PEER_MAIL, "m3", 0, "250 2\b", PEER_HANG_UP }, NULL, SMTP_DEFERRED, "MAIL", 0, "", 3 },
	{ "drops at MAIL", { PEER_MAIL, "m3", 0, "", PEER_HANG_UP }, NULL, SMTP_DEFERRED, "MAIL", 0, "", 3 },
	{ "garbage at MAIL", { PEER_MAIL, "m3", 0, "what?", PEER_GO_ON }, NULL, SMTP_DEFERRED, "MAIL", 0, "", 3 },
	{ "354 at MAIL", { PEER_MAIL, "m3", 0, "354 odd", PEER_GO_ON }, NULL, SMTP_DEFERRED, "MAIL", 0, "", 3 },
	{ "421 at MAIL, stays", { PEER_MAIL, "m3", 0, "421 4.3.2 busy", PEER_GO_ON }, NULL, SMTP_DEFERRED, "MAIL", 421, "4.3.2", 2 },
	{ "421 at MAIL, hangs up", { PEER_MAIL, "m3", 0, "421 4.3.2 busy", PEER_HANG_UP }, NULL, SMTP_DEFERRED, "MAIL", 421, "4.3.2", 2 },
	{ "421 at RCPT, hangs up", { PEER_RCPT, "m3", 0, "421 4.3.2 busy", PEER_HANG_UP }, NULL, SMTP_DEFERRED, "RCPT", 421, "4.3.2", 2 },
	{ "421 after the dot, hangs up", { PEER_DOT, "m3", 0, "421 4.3.2 busy", PEER_HANG_UP }, NULL, SMTP_DEFERRED, "DOT", 421, "4.3.2", 2 },
	{ "250, then hangs up", { PEER_AFTER, "m3", 0, "", PEER_HANG_UP }, NULL, SMTP_ACCEPTED, "DOT", 250, "2.0.0", 2 },
	{ "drops at RCPT", { PEER_RCPT, "m3", 0, "", PEER_HANG_UP }, NULL, SMTP_DEFERRED, "RCPT", 0, "", 2 },
	{ "drops at DATA, no PIPELINING", { PEER_DATA, "m3", 0, "", PEER_HANG_UP }, "8BITMIME", SMTP_DEFERRED, "DATA", 0, "", 2 },
	{ "drops in the body", { PEER_BODY, "m3", 0, "", PEER_RESET }, NULL, SMTP_UNCERTAIN, "DOT", 0, "", 2 },
	{ "drops after the dot", { PEER_DOT, "m3", 0, "", PEER_HANG_UP }, NULL, SMTP_UNCERTAIN, "DOT", 0, "", 2 },
	{ "resets after the dot", { PEER_DOT, "m3", 0, "", PEER_RESET }, NULL, SMTP_UNCERTAIN, "DOT", 0, "", 2 },
	{ "drops after the last chunk", { PEER_DOT, "m3", 0, "", PEER_HANG_UP }, "PIPELINING\nCHUNKING", SMTP_UNCERTAIN, "DOT", 0, "", 2 },
	{ "no answer to the dot", { PEER_DOT, "m3", 0, "", PEER_STALL }, NULL, SMTP_UNCERTAIN, "DOT", 0, "", 2 },
	{ "no answer to RCPT", { PEER_RCPT, "m3", 0, "", PEER_STALL }, NULL, SMTP_DEFERRED, "RCPT", 0, "", 2 },
	{ "a reply cut short", { PEER_DOT, "m3", 0, "250 2\b", PEER_HANG_UP }, NULL, SMTP_UNCERTAIN, "DOT", 0, "", 2 },
	{ "a continued reply without the code", { PEER_DOT, "m3", 0, "250-2.0.0 one\r\n250 two", PEER_GO_ON }, NULL, SMTP_ACCEPTED, "DOT", 250, "2.0.0", 2 },
	{ "garbage after the dot", { PEER_DOT, "m3", 0, "what?", PEER_GO_ON }, NULL, SMTP_UNCERTAIN, "DOT", 0, "", 2 },
	{ "250 to DATA", { PEER_DATA, "m3", 0, "250 2.0.0 odd", PEER_GO_ON }, NULL, SMTP_DEFERRED, "DATA", 250, "2.0.0", 2 },
	{ "354 to the dot", { PEER_DOT, "m3", 0, "354 odd", PEER_GO_ON }, NULL, SMTP_UNCERTAIN, "DOT", 0, "", 2 },
	{ "a code without enhanced ones", { PEER_RCPT, "m3", 0, "550 5.1.1 no such user", PEER_GO_ON }, "8BITMIME", SMTP_REFUSED, "RCPT", 550, "5.1.1", 1 },
};

static void
test_table(void)
{
	struct conf c = settings();

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct peer *p = peer_start(&(struct peer_options){ .faults = &table[i].fault, .n_faults = 1,
		    .extensions = table[i].extensions });
		struct round r;
		int failed = check_failed;

		round_init(&r, 5, message);
		run(&r, peer_url(p), &c, 6);
		for (int k = 0; k < 5; k++) {
			CHECK_INT(r.outcomes[k], 1, table[i].label);
			if (k != 2)
				CHECK_INT(r.verdict[k], SMTP_ACCEPTED, table[i].label);
		}
		CHECK_STR(smtp_verdict_name(r.verdict[2]), smtp_verdict_name(table[i].verdict), table[i].label);
		CHECK_STR(r.command[2], table[i].command, table[i].label);
		CHECK_INT(r.code[2], table[i].code, table[i].label);
		CHECK_STR(r.enhanced[2], table[i].enhanced, table[i].label);
		if (table[i].connections)
			CHECK_INT((int64_t)peer_connections(p), (int64_t)table[i].connections, table[i].label);
		if (check_failed != failed)
			printf("  %s: text '%s', trouble '%s' '%s'\n", table[i].label, r.text[2], r.trouble, r.trouble_text);
		peer_stop(p);
	}
	conf_release(&c);
}

/* MAIL, RCPT and DATA go out together: a relay that takes a recipient after it refused the sender gets no message. */
static void
test_lenient(void)
{
	static const struct peer_fault fault = { PEER_MAIL, "m3", 0, "550 5.1.8 sender", PEER_GO_ON };
	static const char *const extensions[] = { NULL, "PIPELINING\nCHUNKING", "8BITMIME" };
	struct conf c = settings();

	for (size_t i = 0; i < COUNT_OF(extensions); i++) {
		struct peer *p = peer_start(&(struct peer_options){ .faults = &fault, .n_faults = 1, .lenient = true,
		    .extensions = extensions[i] });
		struct round r;

		round_init(&r, 5, message);
		run(&r, peer_url(p), &c, 6);
		for (int k = 0; k < 5; k++)
			CHECK_INT(r.outcomes[k], 1, "one outcome each");
		CHECK_STR(smtp_verdict_name(r.verdict[2]), "refused", "a refused sender");
		CHECK_STR(r.command[2], "MAIL", "a refused sender");
		CHECK_INT(r.code[2], 550, "a refused sender");
		CHECK_INT((int64_t)peer_mails(p), 4, "its message did not go out");
		peer_stop(p);
	}
	conf_release(&c);
}

/* --- the doors before MAIL -------------------------------------------------- */

static void
test_doors(void)
{
	static const struct {
		const char *label;
		struct peer_fault fault;
		const char *command;
		int code;
		const char *text;	/* part of it */
	} doors[] = {
		{ "greeting 554", { PEER_GREETING, NULL, 0, "554 5.7.1 go away", PEER_GO_ON }, "CONNECT", 554, "go away" },
		{ "greeting 421", { PEER_GREETING, NULL, 0, "421 4.3.2 too many", PEER_HANG_UP }, "CONNECT", 421, "too many" },
		{ "no greeting", { PEER_GREETING, NULL, 0, "", PEER_STALL }, "CONNECT", 0, "" },
		{ "drops at the greeting", { PEER_GREETING, NULL, 0, "", PEER_RESET }, "CONNECT", 0, "" },
		{ "garbage for a greeting", { PEER_GREETING, NULL, 0, "SSH-2.0-x", PEER_HANG_UP }, "CONNECT", 0, "" },
		{ "drops at EHLO", { PEER_EHLO, NULL, 0, "", PEER_HANG_UP }, "EHLO", 0, "" },
		{ "450 at EHLO", { PEER_EHLO, NULL, 0, "450 4.0.0 later", PEER_GO_ON }, "EHLO", 450, "later" },
		{ "530 at MAIL", { PEER_MAIL, NULL, 0, "530 5.7.0 STARTTLS first", PEER_GO_ON }, "AUTH", 530, "STARTTLS first" },
	};
	struct conf c = settings();

	c.reply_timeout_s = 1;
	for (size_t i = 0; i < COUNT_OF(doors); i++) {
		struct peer *p = peer_start(&(struct peer_options){ .faults = &doors[i].fault, .n_faults = 1 });
		struct round r;

		round_init(&r, 2, message);
		run(&r, peer_url(p), &c, 1);
		CHECK_INT(r.outcomes[0] + r.outcomes[1], 0, doors[i].label);
		CHECK(r.untried >= 1, doors[i].label);
		CHECK_STR(r.trouble, doors[i].command, doors[i].label);
		CHECK_INT(r.trouble_code, doors[i].code, doors[i].label);
		CHECK(strstr(r.trouble_text, doors[i].text) != NULL && *r.trouble_text, doors[i].label);
		peer_stop(p);
	}
	/* One drop at MAIL costs its own message only when that is the first of a conversation. */
	{
		struct peer_fault f = { PEER_MAIL, "m1", 0, "", PEER_HANG_UP };
		struct peer *p = peer_start(&(struct peer_options){ .faults = &f, .n_faults = 1 });
		struct round r;

		round_init(&r, 2, message);
		run(&r, peer_url(p), &c, 3);
		CHECK_INT(r.verdict[0], SMTP_DEFERRED, "dropped at MAIL");
		CHECK_STR(r.command[0], "MAIL", "dropped at MAIL");
		CHECK_INT(r.outcomes[1], 1, "the next one goes");
		peer_stop(p);
	}
	{
		struct round r;

		round_init(&r, 1, message);
		run(&r, "smtp://127.0.0.1:1", &c, 1);
		CHECK_STR(r.trouble, "CONNECT", "nobody listens");
		CHECK(strstr(r.trouble_text, "refused") != NULL, "and why");
		round_init(&r, 1, message);
		run(&r, "smtp://no-such-host.invalid:25", &c, 1);
		CHECK_STR(r.trouble, "CONNECT", "no such host");
		CHECK(*r.trouble_text != '\0', "and why");
	}
	conf_release(&c);
}

/* --- what goes over the wire ------------------------------------------------ */

static void
test_wire(void)
{
	struct conf c = settings();
	struct peer *p = peer_start(&(struct peer_options){ .n_faults = 0 });
	struct round r;
	int64_t began = clock_mono_us();

	c.messages_per_connection = 4;
	round_init(&r, 10, message);
	run(&r, peer_url(p), &c, 5);
	CHECK_INT((int64_t)peer_mails(p), 10, "ten messages");
	CHECK_INT((int64_t)peer_connections(p), 3, "four a connection");
	CHECK(clock_mono_us() - began < 300000, "without waiting for delayed ACKs");
	CHECK_STR(peer_ehlo(p), "ministry.example", "EHLO name");
	CHECK_INT((int64_t)peer_mail(p, 0).len, (int64_t)strlen(message), "length");
	CHECK_STR(peer_mail(p, 0).data, message, "byte for byte, dots stuffed");
	CHECK(strstr(peer_mail(p, 0).mail, "RET=HDRS ENVID=tag1") != NULL, "DSN parameters of MAIL");
	CHECK(strstr(peer_mail(p, 0).rcpt, "NOTIFY=FAILURE,DELAY") != NULL, "DSN parameters of RCPT");
	CHECK(strstr(peer_mail(p, 0).mail, "SIZE=") != NULL, "SIZE");
	for (int i = 0; i < 10; i++)
		CHECK(r.begun[i], "begun is called");
	peer_stop(p);

	p = peer_start(&(struct peer_options){ .extensions = "" });
	round_init(&r, 1, message);
	run(&r, peer_url(p), &c, 1);
	CHECK_STR(peer_mail(p, 0).mail, "MAIL FROM:<bounce+m1@ministry.example>", "nothing is asked that is not offered");
	peer_stop(p);

	p = peer_start(&(struct peer_options){ .extensions = "CHUNKING\nPIPELINING" });
	round_init(&r, 3, message);
	run(&r, peer_url(p), &c, 1);
	CHECK_INT((int64_t)peer_mails(p), 3, "in chunks");
	CHECK_STR(peer_mail(p, 2).data, message, "byte for byte, in chunks");
	peer_stop(p);

	/* 3 kB: more than one write of libesmtp, the case that stalls without TCP_NODELAY. */
	p = peer_start(&(struct peer_options){ .n_faults = 0 });
	{
		char big[6000];
		size_t n = (size_t)snprintf(big, sizeof(big), "%.*s", (int)(strstr(message, "\r\n\r\n") + 4 - message), message);

		while (n < 5000)
			n += (size_t)snprintf(big + n, sizeof(big) - n, "0123456789012345678901234567890123456789\r\n");
		round_init(&r, 10, big);
		c.messages_per_connection = 100;
		began = clock_mono_us();
		run(&r, peer_url(p), &c, 1);
		CHECK_INT((int64_t)peer_mails(p), 10, "ten of 5 kB");
		CHECK(clock_mono_us() - began < 300000, "Nagle is off");
	}
	peer_stop(p);
	conf_release(&c);
}

/* A message without a dot at the beginning of a line goes out as it is, past libesmtp; any other through it. */
static void
test_bodies(void)
{
	static const char head[] = "Date: Fri, 17 Sep 2021 08:00:00 +0700\r\nFrom: <a@ministry.example>\r\nTo: <b@c.example>\r\n"
	    "Message-ID: <1@ministry.example>\r\nReturn-Path: <kept@ministry.example>\r\n\r\n";
	static const struct { const char *label, *line; int lines; } bodies[] = {
		{ "nothing below the head", "", 0 },
		{ "one line", "Kính gửi\r\n", 1 },
		{ "dots inside lines", "a.b.\r\n", 3 },
		{ "more than a socket takes at once", "0123456789 0123456789 0123456789 0123456789 0123456789 012\r\n", 100000 },
		{ "the same with dots", ".0123456789 0123456789 0123456789 0123456789 0123456789 12\r\n", 100000 },
	};
	struct conf c = settings();

	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct peer *p = peer_start(&(struct peer_options){ .n_faults = 0 });
		struct buf text = BUF_INIT(16 << 20);
		struct round r;

		/* libesmtp takes Return-Path out of what goes through it. */
		buf_add(&text, head, bodies[i].line[0] == '.' ? (size_t)(strstr(head, "Return") - head) : sizeof(head) - 3);
		buf_str_add(&text, "\r\n");
		for (int k = 0; k < bodies[i].lines; k++)
			buf_str_add(&text, bodies[i].line);
		round_init(&r, 3, buf_str(&text));
		run(&r, peer_url(p), &c, 1);
		CHECK_INT((int64_t)peer_mails(p), 3, bodies[i].label);
		CHECK_INT((int64_t)peer_mail(p, 2).len, (int64_t)text.len, bodies[i].label);
		CHECK(peer_mail(p, 2).len == text.len && memcmp(peer_mail(p, 2).data, buf_str(&text), text.len) == 0, bodies[i].label);
		peer_stop(p);
		buf_release(&text);
	}
	conf_release(&c);
}

static void
test_hostile(void)
{
	static const char *const addresses[] = { "a@b.example>\r\nRCPT TO:<evil@c.example", "a b@c.example", "a@b\n.example", "\x01@b.example" };
	static const char bare_lf[] = "Subject: x\r\n\r\none\n.\r\ntwo\r\n", bare_cr[] = "Subject: x\r\n\r\none\r.\r\ntwo\r\n";
	struct conf c = settings();
	struct peer *p = peer_start(&(struct peer_options){ .n_faults = 0 });
	struct round r;

	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		round_init(&r, 2, message);
		snprintf(r.recipient[0], sizeof(r.recipient[0]), "%s", addresses[i]);
		run(&r, peer_url(p), &c, 1);
		CHECK_INT(r.verdict[0], SMTP_REFUSED, addresses[i]);
		CHECK_INT(r.verdict[1], SMTP_ACCEPTED, "the next one goes");
	}
	CHECK_INT((int64_t)peer_mails(p), (int64_t)COUNT_OF(addresses), "nothing of it reached the relay");
	round_init(&r, 1, bare_lf);
	run(&r, peer_url(p), &c, 1);
	CHECK_STR(r.command[0], "COMPOSE", "a bare LF is not sent");
	round_init(&r, 1, bare_cr);
	run(&r, peer_url(p), &c, 1);
	CHECK_STR(r.command[0], "COMPOSE", "a bare CR is not sent");
	CHECK_INT((int64_t)peer_mails(p), (int64_t)COUNT_OF(addresses), "nor any part of it");
	peer_stop(p);
	conf_release(&c);
}

/* --- TLS and login ------------------------------------------------------------ */

static char dir[] = "/tmp/thumoi-smtp-XXXXXX";

/* The path of a file in our folder; each name keeps its own text. */
static const char *
in_dir(const char *name)
{
	static char path[24][96];
	size_t n = strlen(dir) + 1;
	int i = 0;

	while (*path[i] && strcmp(path[i] + n, name) != 0)
		i++;
	ASSERT(i < 23);
	snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	return path[i];
}

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
}

static void
test_tls(void)
{
	static const struct {
		const char *label, *san;
		int days;
		const char *host, *tls;
		bool trusted, implicit;
		const char *trouble;	/* NULL: it works */
		const char *text;
	} cases[] = {
		{ "a good certificate", "DNS:localhost", 10, "localhost", "require", true, false, NULL, NULL },
		{ "an address in it", "IP:127.0.0.1", 10, "127.0.0.1", "require", true, false, NULL, NULL },
		{ "opportunistic", "DNS:localhost", 10, "localhost", "opportunistic", true, false, NULL, NULL },
		{ "unknown issuer", "DNS:localhost", 10, "localhost", "opportunistic", false, false, "STARTTLS", "self" },
		{ "wrong name", "DNS:other.example", 10, "localhost", "require", true, false, "STARTTLS", "ostname" },
		{ "wrong address", "IP:127.0.0.2", 10, "127.0.0.1", "require", true, false, "STARTTLS", "IP" },
		{ "expired", "DNS:localhost", -2, "localhost", "require", true, false, "STARTTLS", "expired" },
		{ "implicit", "DNS:localhost", 10, "localhost", "require", true, true, NULL, NULL },
		{ "implicit, unknown issuer", "DNS:localhost", 10, "localhost", "require", false, true, "STARTTLS", "" },
	};
	struct conf c = settings();

	peer_make_certificate(in_dir("other.pem"), in_dir("other.key"), "DNS:elsewhere.example", 10);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char url[96];
		struct peer *p;
		struct round r;

		peer_make_certificate(in_dir("c.pem"), in_dir("c.key"), cases[i].san, cases[i].days);
		p = peer_start(&(struct peer_options){ .cert = in_dir("c.pem"), .key = in_dir("c.key"),
		    .implicit_tls = cases[i].implicit });
		c.relay_tls = cases[i].tls;
		c.relay_ca_file = cases[i].trusted ? in_dir("c.pem") : in_dir("other.pem");
		c.messages_per_connection = 2;
		snprintf(url, sizeof(url), "smtp%s://%s:%d", cases[i].implicit ? "s" : "", cases[i].host, peer_port(p));
		round_init(&r, 8, message);
		run(&r, url, &c, cases[i].trouble ? 1 : 4);
		CHECK_INT((int64_t)peer_mails(p), cases[i].trouble ? 0 : 8, cases[i].label);
		CHECK_STR(r.trouble, cases[i].trouble ? cases[i].trouble : "", cases[i].label);
		if (cases[i].trouble && !strstr(r.trouble_text, cases[i].text))
			CHECK_STR(r.trouble_text, cases[i].text, cases[i].label);
		if (!cases[i].trouble && !cases[i].implicit && strcmp(cases[i].host, "localhost") == 0)
			CHECK_STR(peer_sni(p), "localhost", "SNI");
		if (cases[i].trouble)
			CHECK_INT((int64_t)peer_transactions(p), 0, "no MAIL before trust");
		peer_stop(p);
	}
	conf_release(&c);
}

static void
test_tls_changes(void)
{
	static const struct {
		const char *label;
		struct peer_fault fault;
		bool offer;
	} cases[] = {
		{ "not offered", { PEER_STARTTLS, NULL, 0, "", PEER_GO_ON }, false },
		{ "454 to STARTTLS", { PEER_STARTTLS, NULL, 0, "454 4.7.0 not now", PEER_GO_ON }, true },
		{ "drops in the handshake", { PEER_HANDSHAKE, NULL, 0, "", PEER_HANG_UP }, true },
	};
	struct conf c = settings();

	peer_make_certificate(in_dir("c.pem"), in_dir("c.key"), "DNS:localhost", 10);
	c.relay_ca_file = in_dir("c.pem");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct peer *p = peer_start(&(struct peer_options){ .faults = &cases[i].fault, .n_faults = 1,
		    .cert = cases[i].offer ? in_dir("c.pem") : NULL, .key = in_dir("c.key") });
		char url[96];
		struct round r;

		c.relay_tls = "require";
		snprintf(url, sizeof(url), "smtp://localhost:%d", peer_port(p));
		round_init(&r, 1, message);
		run(&r, url, &c, 1);
		CHECK_STR(r.trouble, "STARTTLS", cases[i].label);
		CHECK_INT((int64_t)peer_transactions(p), 0, cases[i].label);
		peer_stop(p);
	}
	conf_release(&c);
}

static void
test_login(void)
{
	static const struct {
		const char *label, *password, *wants;
		bool implicit, works;
	} cases[] = {
		{ "right password", "mật khẩu", "mật khẩu", false, true },
		{ "wrong password", "guess", "secret", false, false },
		{ "login not offered", "secret", NULL, false, false },
		{ "right password, libcurl", "secret", "secret", true, true },
		{ "wrong password, libcurl", "guess", "secret", true, false },
		{ "login not offered, libcurl", "secret", NULL, true, false },
	};
	struct conf c = settings();

	peer_make_certificate(in_dir("c.pem"), in_dir("c.key"), "DNS:localhost", 10);
	c.relay_ca_file = in_dir("c.pem");
	c.relay_tls = "require";
	c.relay_user = "survey";
	c.relay_password_file = in_dir("password");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct peer *p = peer_start(&(struct peer_options){ .password = cases[i].wants, .cert = in_dir("c.pem"),
		    .key = in_dir("c.key"), .implicit_tls = cases[i].implicit });
		char url[96];
		struct round r;

		put_file(in_dir("password"), cases[i].password);
		snprintf(url, sizeof(url), "smtp%s://localhost:%d", cases[i].implicit ? "s" : "", peer_port(p));
		round_init(&r, 3, message);
		run(&r, url, &c, cases[i].works ? 3 : 1);
		CHECK_INT((int64_t)peer_mails(p), cases[i].works ? 3 : 0, cases[i].label);
		if (!CHECK_STR(r.trouble, cases[i].works ? "" : "AUTH", cases[i].label))
			printf("  %d %s\n", r.trouble_code, r.trouble_text);
		if (!cases[i].works)
			CHECK_INT((int64_t)peer_transactions(p), 0, "no MAIL without login");
		if (!cases[i].works && cases[i].wants)
			CHECK_INT(r.trouble_code, 535, cases[i].label);
		CHECK(strstr(r.trouble_text, cases[i].password) == NULL, "the password is not shown");
		peer_stop(p);
	}
	conf_release(&c);
}

/* --- libcurl's side of the table ---------------------------------------------- */

/* An access token, which is read anew for each connection: it lives for an hour. */
static void
test_token(void)
{
	static const char token[] = "ya29.0123456789-abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	struct conf c = settings();
	struct err e = ERR_INIT;
	struct relay *relay;
	struct peer *p;
	struct round r;
	FILE *f;

	peer_make_certificate(in_dir("t.pem"), in_dir("t.key"), "DNS:localhost", 10);
	p = peer_start(&(struct peer_options){ .cert = in_dir("t.pem"), .key = in_dir("t.key"), .password = token, .xoauth2 = true });
	c.relay_tls = "require";
	c.relay_auth = "xoauth2";
	c.relay_user = "survey@ministry.example";
	c.relay_ca_file = in_dir("t.pem");
	c.relay_password_file = in_dir("token");
	for (int i = 0; i < 3; i++) {
		const struct smtp_calls calls = { .next = next, .begun = begun, .done = done, .arg = &r };
		char url[64];

		if (!(f = fopen(in_dir("token"), "w")) || fprintf(f, "%s\n", i == 0 ? "stale" : token) < 0 || fclose(f) != 0)
			exit(1);
		snprintf(url, sizeof(url), "smtp://localhost:%d", peer_port(p));
		if (i < 2)
			CHECK_INT(relay_new(&relay, url, &c, &e), 0, "relay");
		round_init(&r, 2, message);
		CHECK_INT(smtp_session(relay, &calls, &e), 0, "session");
		CHECK_STR(r.trouble, i == 0 ? "AUTH" : "", "a stale token is no message's fault");
		CHECK_INT((int64_t)peer_mails(p), i * 2, "the fresh one is taken");
		/* The same relay, as it is in a dispatcher, and a token that has become stale meanwhile. */
		if (i == 1) {
			if (!(f = fopen(in_dir("token"), "w")) || fputs("stale\n", f) < 0 || fclose(f) != 0)
				exit(1);
			round_init(&r, 1, message);
			CHECK_INT(smtp_session(relay, &calls, &e), 0, "session");
			CHECK_STR(r.trouble, "AUTH", "it is read for each connection");
		}
		if (i != 1)
			relay_free(relay);
	}
	peer_stop(p);
	conf_release(&c);
}

static void
test_curl(void)
{
	static const struct {
		const char *label;
		struct peer_fault fault;
		enum smtp_verdict verdict;
		const char *command;
		int code;
	} cases[] = {
		{ "curl: 550 at RCPT", { PEER_RCPT, "m2", 0, "550 5.1.1 no such user", PEER_GO_ON }, SMTP_REFUSED, "RCPT", 550 },
		{ "curl: 451 at MAIL", { PEER_MAIL, "m2", 0, "451 4.3.0 later", PEER_GO_ON }, SMTP_DEFERRED, "MAIL", 451 },
		{ "curl: 554 after the dot", { PEER_DOT, "m2", 0, "554 5.7.1 spam", PEER_GO_ON }, SMTP_REFUSED, "DOT", 554 },
		{ "curl: drops after the dot", { PEER_DOT, "m2", 0, "", PEER_HANG_UP }, SMTP_UNCERTAIN, "DOT", 0 },
		{ "curl: drops at RCPT", { PEER_RCPT, "m2", 0, "", PEER_HANG_UP }, SMTP_DEFERRED, "RCPT", 0 },
	};
	struct conf c = settings();

	peer_make_certificate(in_dir("c.pem"), in_dir("c.key"), "DNS:localhost", 10);
	c.relay_ca_file = in_dir("c.pem");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct peer *p = peer_start(&(struct peer_options){ .faults = &cases[i].fault, .n_faults = 1,
		    .cert = in_dir("c.pem"), .key = in_dir("c.key"), .implicit_tls = true });
		char url[96];
		struct round r;

		snprintf(url, sizeof(url), "smtps://localhost:%d", peer_port(p));
		round_init(&r, 3, message);
		run(&r, url, &c, 4);
		if (!CHECK_INT(r.outcomes[0] + r.outcomes[1] + r.outcomes[2], 3, cases[i].label))
			printf("  %s %d %s\n", r.trouble, r.trouble_code, r.trouble_text);
		CHECK_STR(smtp_verdict_name(r.verdict[1]), smtp_verdict_name(cases[i].verdict), cases[i].label);
		CHECK_STR(r.command[1], cases[i].command, cases[i].label);
		CHECK_INT(r.code[1], cases[i].code, cases[i].label);
		CHECK_INT((int64_t)peer_mails(p), 2, cases[i].label);
		if (peer_mails(p))
			CHECK_STR(peer_mail(p, 0).data, message, "byte for byte");
		peer_stop(p);
	}
	conf_release(&c);
}

/* --- relays by name, and folders ------------------------------------------------ */

static void
test_urls(void)
{
	static const struct { const char *url, *name; } good[] = {
		{ "smtp://relay.example", "relay.example:25" }, { "smtp://relay.example:2525/", "relay.example:2525" },
		{ "smtps://relay.example", "relay.example:465" }, { "smtp://[::1]:25", "[::1]:25" },
	};
	static const char *const bad[] = { "", "relay.example", "http://relay.example", "smtp://", "smtp://:25", "smtp://a:0", "smtp://a:70000",
	    "smtp://a:25x", "smtp://user@a", "smtp://user:pw@a:25", "smtps://user@a", "smtp://a/b", "smtp://a?x", "dir:", "smtp://[::1",
	    "smtp://a b", "smtp://a\r\nb" };
	struct conf c = settings();
	struct relay *relay;
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		if (CHECK_INT(relay_new(&relay, good[i].url, &c, &e), 0, good[i].url))
			CHECK_STR(relay_name(relay), good[i].name, good[i].url);
		relay_free(relay);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		CHECK_INT(relay_new(&relay, bad[i], &c, &e), -1, bad[i]);
	CHECK_INT(relay_new(&relay, "smtp://user:hunter2@a", &c, &e), -1, "userinfo");
	CHECK(strstr(e.text, "hunter2") == NULL, "the password is not repeated");
	conf_release(&c);
}

static void
test_dir(void)
{
	struct conf c = settings();
	char url[96], path[128], got[2048];
	struct round r;
	struct stat st;
	FILE *f;
	size_t n;

	snprintf(url, sizeof(url), "dir:%s/out", dir);
	c.messages_per_connection = 2;
	round_init(&r, 3, message);
	run(&r, url, &c, 3);
	for (int i = 0; i < 3; i++)
		CHECK_INT(r.verdict[i], SMTP_ACCEPTED, "written");
	snprintf(path, sizeof(path), "%s/out/000003.eml", dir);
	CHECK_INT(stat(path, &st), 0, "three files");
	snprintf(path, sizeof(path), "%s/out/000001.eml", dir);
	if ((f = fopen(path, "r"))) {
		n = fread(got, 1, sizeof(got) - 1, f);
		got[n] = '\0';
		fclose(f);
		CHECK(strncmp(got, "X-Envelope-From: <bounce+m1@ministry.example>\r\nX-Envelope-To: <m1@unit.example>\r\n"
		    "X-Envelope-Id: tag1\r\n", 100) == 0, "envelope");
		CHECK(strstr(got, message) != NULL, "message");
	}
	round_init(&r, 1, message);
	run(&r, url, &c, 1);
	snprintf(path, sizeof(path), "%s/out/000004.eml", dir);
	CHECK_INT(stat(path, &st), 0, "numbers go on");
	round_init(&r, 1, message);
	snprintf(r.recipient[0], sizeof(r.recipient[0]), "a@b.example\nX: y");
	run(&r, url, &c, 1);
	CHECK_INT(r.verdict[0], SMTP_REFUSED, "no line can be slipped in");
	conf_release(&c);
}

int
main(void)
{
	char clean[96];

	if (!mkdtemp(dir))
		return 1;
	test_urls();
	test_dir();
	test_wire();
	test_bodies();
	test_table();
	test_lenient();
	test_doors();
	test_hostile();
	test_tls();
	test_tls_changes();
	test_login();
	test_curl();
	test_token();
	snprintf(clean, sizeof(clean), "rm -rf '%s'", dir);
	return system(clean) == 0 ? check_done() : 1;
}
