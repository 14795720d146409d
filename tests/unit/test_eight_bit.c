/* 8BITMIME: learnt from the relay, declared when used, given up when a relay does not offer it after all. */
#include "support/check.h"
#include "support/smtp_peer.h"

#include <stdlib.h>

#include "base/conf.h"
#include "mail/answer.h"
#include "mail/smtp.h"

static const char message[] =
    "Date: Fri, 17 Sep 2021 08:30:00 +0700\r\nFrom: <survey@ministry.example>\r\nTo: <person@unit.example>\r\n"
    "Message-ID: <0.abc@ministry.example>\r\nSubject: test\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nKính gửi Ông/Bà\r\n.chấm\r\n";

struct one {
	bool eight_bit, given, told;
	struct smtp_outcome outcome;
	char command[12];
};

static bool
next(void *arg, struct smtp_job *j)
{
	struct one *o = arg;

	if (o->given)
		return false;
	o->given = true;
	*j = (struct smtp_job){ .owner = o, .sender = "bounce@ministry.example", .recipient = "person@unit.example",
	    .data = message, .len = sizeof(message) - 1, .eight_bit = o->eight_bit };
	return true;
}

static void
done(void *arg, const struct smtp_job *j, const struct smtp_outcome *out)
{
	struct one *o = arg;

	(void)j;
	CHECK(!o->told, "one outcome");
	o->told = true;
	o->outcome = *out;
	snprintf(o->command, sizeof(o->command), "%s", out->command);
}

static struct one
send_one(struct relay *r, bool eight_bit)
{
	struct one o = { .eight_bit = eight_bit };
	const struct smtp_calls calls = { .next = next, .done = done, .arg = &o };
	struct err e = ERR_INIT;

	CHECK_INT(smtp_session(r, &calls, &e), 0, "session");
	CHECK(o.told, "an outcome");
	return o;
}

static struct relay *
relay_to(const struct peer *p, const char *how)
{
	struct err e = ERR_INIT;
	struct relay *r;
	struct conf c;

	if (conf_load(&c, NULL, false, &e) < 0) {
		puts(e.text);
		exit(1);
	}
	c.relay_tls = "none";
	c.relay_8bit = how;
	c.reply_timeout_s = c.data_timeout_s = c.connect_timeout_s = 2;
	c.helo_name = "ministry.example";
	if (relay_new(&r, peer_url(p), &c, &e) < 0) {
		puts(e.text);
		exit(1);
	}
	conf_release(&c);
	return r;
}

static void
test_learnt(void)
{
	struct peer *p = peer_start(&(struct peer_options){ .extensions = "PIPELINING\n8BITMIME\nENHANCEDSTATUSCODES" });
	struct relay *r = relay_to(p, "auto");
	struct peer_mail m;

	CHECK(!smtp_takes_8bit(r), "not before it was heard");
	CHECK_INT(send_one(r, false).outcome.verdict, SMTP_ACCEPTED, "first");
	CHECK(!strstr(peer_mail(p, 0).mail, "BODY="), "nothing declared");
	CHECK(smtp_takes_8bit(r), "learnt");
	CHECK_INT(send_one(r, true).outcome.verdict, SMTP_ACCEPTED, "second");
	m = peer_mail(p, 1);
	CHECK(strstr(m.mail, "BODY=8BITMIME") != NULL, "declared");
	CHECK(m.len == sizeof(message) - 1 && memcmp(m.data, message, m.len) == 0, "octet by octet");
	relay_free(r);
	r = relay_to(p, "never");
	send_one(r, false);
	CHECK(!smtp_takes_8bit(r), "never");
	relay_free(r);
	peer_stop(p);
}

/* Behind one name stand several machines, and this one has no 8BITMIME. */
static void
test_taken_back(void)
{
	struct peer *p = peer_start(&(struct peer_options){ .extensions = "PIPELINING" });
	struct relay *r = relay_to(p, "auto");
	struct one o = send_one(r, true);

	CHECK_INT(o.outcome.verdict, SMTP_UNTRIED, "given back");
	CHECK_STR(o.command, "", "nobody is to blame");
	CHECK_INT((int64_t)peer_transactions(p), 0, "no MAIL went out");
	CHECK(!smtp_takes_8bit(r), "no 8bit from now on");
	CHECK_INT(send_one(r, false).outcome.verdict, SMTP_ACCEPTED, "made anew");
	relay_free(r);
	peer_stop(p);
}

static void
test_offers(void)
{
	static const struct { const char *reply; bool want; } table[] = {
		{ "250-mx.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n", true },
		{ "250-mx.example\r\n250-8bitmime\r\n250 SIZE\r\n", true },
		{ "250-8BITMIME.example\r\n250 SIZE\r\n", false },
		{ "250 8BITMIME", false },
		{ "250-mx.example\r\n250-8BITMIMEX\r\n250 X8BITMIME\r\n", false },
		{ "250-mx.example\r\n550 8BITMIME\r\n", false },
		{ "250-mx.example\r\n25", false },
		{ "", false },
	};

	for (size_t i = 0; i < COUNT_OF(table); i++)
		CHECK_INT(answer_offers(table[i].reply, "8BITMIME"), table[i].want, table[i].reply);
}

int
main(void)
{
	test_offers();
	test_learnt();
	test_taken_back();
	return check_done();
}
