/* Lines of a Postfix log, and what they say of people. */
#include "support/post.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/relaylog.h"
#include "mail/logline.h"
#include "mail/queueid.h"

/* ---- one line ---- */

static const struct {
	const char *label, *line;
	bool read;
	int what;
	int64_t at;
	const char *id, *to, *text;
	int status, agent;
} lines[] = {
	{ "sent", "Sep 17 08:30:15 mx postfix/smtp[812]: 4XyZ1f6m2Nz9: to=<an@x.test>, relay=mx.x.test[192.0.2.1]:25, delay=0.3,"
	    " delays=0.1/0/0.1/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5AbC)", true, LINE_DELIVERY, 1631842215,
	    "4XyZ1f6m2Nz9", "an@x.test", "250 2.0.0 Ok: queued as 5AbC", LINE_SENT, LINE_TO_SERVER },
	{ "bounced, another instance", "Sep  7 00:00:00 mx postfix-out/smtp[1]: 3F2504E0A1: to=<an@x.test>, orig_to=<b@x.test>,"
	    " relay=mx[1.2.3.4]:25, conn_use=3, delay=2, delays=1/0/1/0, dsn=5.1.1, status=bounced (host mx[1.2.3.4] said:"
	    " 550 5.1.1 <an@x.test> (no) such user (in reply to RCPT TO command))", true, LINE_DELIVERY, 1630947600, "3F2504E0A1",
	    "an@x.test", "host mx[1.2.3.4] said: 550 5.1.1 <an@x.test> (no) such user (in reply to RCPT TO command)", LINE_BOUNCED,
	    LINE_TO_SERVER },
	{ "deferred, RFC 3339", "2021-09-17T01:30:15.123456+00:00 mx postfix/relay/smtp[1]: 4XyZ1f6m2Nz9: to=<an@x.test>, relay=none,"
	    " delay=1, delays=1/0/0/0, dsn=4.4.1, status=deferred (connect to mx[1.2.3.4]:25: Connection refused)", true, LINE_DELIVERY,
	    1631842215, "4XyZ1f6m2Nz9", "an@x.test", "connect to mx[1.2.3.4]:25: Connection refused", LINE_DEFERRED, LINE_TO_SERVER },
	{ "journalctl's offset", "2021-09-17T08:30:15+0700 mx postfix/lmtp[1]: 4XyZ1f6m2Nz9: to=<an@x.test>, relay=mx[private/dovecot],"
	    " delay=1, dsn=2.0.0, status=sent (250 2.0.0 Saved)", true, LINE_DELIVERY, 1631842215, "4XyZ1f6m2Nz9", "an@x.test",
	    "250 2.0.0 Saved", LINE_SENT, LINE_TO_MAILBOX },
	{ "RFC 5424", "<22>1 2021-09-17T08:30:15+07:00 mx postfix/virtual 812 - - 4XyZ1f6m2Nz9: to=<an@x.test>, relay=virtual, delay=1,"
	    " dsn=2.0.0, status=sent (delivered to maildir)", true, LINE_DELIVERY, 1631842215, "4XyZ1f6m2Nz9", "an@x.test",
	    "delivered to maildir", LINE_SENT, LINE_TO_MAILBOX },
	{ "syslog over the wire", "<22>Sep 17 08:30:15 mx postfix/qmgr[1]: 4XyZ1f6m2Nz9: removed", true, LINE_REMOVED, 1631842215,
	    "4XyZ1f6m2Nz9", "", "", 0, 0 },
	{ "taken up", "Sep 17 08:30:15 mx postfix/qmgr[1]: 4XyZ1f6m2Nz9: from=<b+t@y.test>, size=3000, nrcpt=1 (queue active)", true,
	    LINE_FROM, 1631842215, "4XyZ1f6m2Nz9", "", "", 0, 0 },
	{ "expired", "Sep 17 08:30:15 mx postfix/qmgr[1]: 4XyZ1f6m2Nz9: from=<b+t@y.test>, status=expired, returned to sender", true,
	    LINE_EXPIRED, 1631842215, "4XyZ1f6m2Nz9", "", "", 0, 0 },
	{ "last year", "Dec 31 23:59:59 mx postfix/qmgr[1]: 4XyZ1f6m2Nz9: removed", true, LINE_REMOVED, 1609433999, "4XyZ1f6m2Nz9", "", "",
	    0, 0 },
	{ "the last leap day", "Feb 29 12:00:00 mx postfix/qmgr[1]: 4XyZ1f6m2Nz9: removed", true, LINE_REMOVED, 1582952400,
	    "4XyZ1f6m2Nz9", "", "", 0, 0 },
	{ "a local address with a comma", "Sep 17 08:30:15 mx postfix/smtp[812]: 4XyZ1f6m2Nz9: to=<\"a, relay=b\"@x.test>, relay=r, delay=1,"
	    " dsn=2.0.0, status=sent (ok)", true, LINE_DELIVERY, 1631842215, "4XyZ1f6m2Nz9", "\"a, relay=b\"@x.test", "ok", LINE_SENT,
	    LINE_TO_SERVER },
	{ "thrown away", "Sep 17 08:30:15 mx postfix/discard[1]: 4XyZ1f6m2Nz9: to=<an@x.test>, relay=none, delay=1, dsn=2.0.0, status=sent"
	    " (x)", false, 0, 0, "", "", "", 0, 0 },
	{ "refused by the relay", "Sep 17 08:30:15 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from x: 550 5.1.1; from=<a@b> to=<c@d>", false,
	    0, 0, "", "", "", 0, 0 },
	{ "a message-id that plays tricks", "Sep 17 08:30:15 mx postfix/cleanup[1]: 4XyZ1f6m2Nz9: message-id=<status=sent (x) from=<@y>", false,
	    0, 0, "", "", "", 0, 0 },
	{ "another program", "Sep 17 08:30:15 mx dovecot: lmtp(1): status=sent from=<x>", false, 0, 0, "", "", "", 0, 0 },
	{ "a day that is none", "Sep 77 08:30:15 mx postfix/qmgr[1]: 4XyZ1f6m2Nz9: removed", false, 0, 0, "", "", "", 0, 0 },
	{ "cut", "Sep 17 08:30:15 mx postfix/smtp[812]: 4XyZ1f6m2Nz9: to=<an@x.test>, status=", false, 0, 0, "", "", "", 0, 0 },
};

static void
check_span(struct span got, const char *want, const char *label)
{
	if (!CHECK(got.len == strlen(want) && (got.len == 0 || memcmp(got.s, want, got.len) == 0), label))
		printf("  got  %.*s\n  want %s\n", (int)got.len, got.s ? got.s : "", want);
}

static void
test_lines(void)
{
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct logline_time t = { .latest = NOW };
		struct logline l;

		CHECK_INT(zone_load(&t.zone, "Asia/Ho_Chi_Minh", &e), 0, "a zone");
		if (!CHECK_INT(logline_read(&l, &t, lines[i].line, strlen(lines[i].line)), lines[i].read, lines[i].label) || !lines[i].read)
			continue;
		CHECK_INT(l.what, lines[i].what, lines[i].label);
		CHECK_INT(l.at, lines[i].at, lines[i].label);
		CHECK_INT(l.status, lines[i].status, lines[i].label);
		CHECK_INT(l.agent, lines[i].agent, lines[i].label);
		check_span(l.id, lines[i].id, lines[i].label);
		check_span(l.to, lines[i].to, lines[i].label);
		check_span(l.text, lines[i].text, lines[i].label);
	}
	/* However it is cut, nothing is read beyond it. */
	for (size_t n = 0; n < strlen(lines[1].line); n++) {
		struct logline_time t = { .latest = NOW };
		char *copy = mem_ndup(lines[1].line, n);
		struct logline l;

		logline_read(&l, &t, copy, n);
		free(copy);
	}
}

static void
test_ids(void)
{
	static const struct { const char *text, *id; } cases[] = {
		{ "2.0.0 Ok: queued as 4XyZ1f6m2Nz9", "4XyZ1f6m2Nz9" }, { "250 2.0.0 Ok: queued as 3F2504E0A1\n", "3F2504E0A1" },
		{ "OK id=1mRabc-0001Ab-CD", "1mRabc-0001Ab-CD" },
		{ "2.0.0 18H1abcd012345 Message accepted for delivery", "18H1abcd012345" },
		{ "2.0.0 9f86d081 Message accepted for delivery", "9f86d081" },
		{ "2.6.0 <x@y> [InternalId=123456789, Hostname=mx.test] Queued mail for delivery", "123456789" },
		{ "2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4AbCdE", "4AbCdE" },
		{ "forwarded as 4AbCdE", "4AbCdE" }, { "2.0.0 Ok", "" }, { "", "" }, { "queued as ", "" }, { "queued as a", "" },
	};
	char id[QUEUE_ID_MAX];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		id[0] = '\0';
		CHECK_INT(queue_id_find(cases[i].text, strlen(cases[i].text), id), *cases[i].id != '\0', cases[i].text);
		CHECK_STR(id, cases[i].id, cases[i].text);
	}
	CHECK(queue_id_is_short("3F2504E0A1") && !queue_id_is_short("4XyZ1f6m2Nz9"), "which ids are used again");
}

/* ---- a log ---- */

static void
accepted(struct post *p, int i, int n, int64_t at, const char *reply)
{
	struct attempt t = { .invite = p->invite[i], .n = n, .at = at, .relay = "relay.test:25", .command = "DOT", .code = 250,
	    .enhanced = "2.0.0", .text = reply, .verdict = "accepted", .category = "" };

	CHECK_INT(attempt_insert(p->w.db, &t, &p->w.e), 0, p->w.e.text);
}

/* "Sep 17 08:30:15 mx postfix/WHAT": seconds from now, in the zone of the log. */
static const char *
line(struct post *p, int64_t seconds, const char *rest)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct zone z;
	struct tm tm;

	zone_load(&z, "+07:00", &p->w.e);
	date_split(&z, clock_now() + seconds, &tm);
	return arena_printf(&p->w.arena, "%.3s %2d %02d:%02d:%02d mx postfix/%s\n", names + (ptrdiff_t)tm.tm_mon * 3, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, rest);
}

static void
append(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	if (CHECK(f != NULL, path)) {
		fputs(text, f);
		fclose(f);
	}
}

static struct relaylog_tally
follow(struct post *p, const char *path, int64_t since)
{
	struct relaylog_tally t = { 0 };
	struct relaylog *r = NULL;
	struct relaylog_file *f = NULL;
	int rc = relaylog_open(&r, &p->conf, "+07:00", since, &p->w.e);

	if (rc == 0 && (rc = relaylog_file_open(&f, path, &p->w.e)) == 0 && (rc = relaylog_learn(r, p->w.db, &p->w.e)) == 0)
		rc = relaylog_read(r, p->w.db, f, since != 0, NULL, &t, &p->w.e);
	CHECK_INT(rc, 0, p->w.e.text);
	relaylog_file_close(f);
	relaylog_close(r);
	return t;
}

#define SENT(to, text) "relay=mx.x.test[192.0.2.1]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (" text ")"

static void
test_log(struct post *p)
{
	const char *path = arena_printf(&p->w.arena, "%s/mail.log", p->w.dir), *old = arena_printf(&p->w.arena, "%s.1", path);
	struct arena *a = &p->w.arena;
	struct relaylog_tally t;
	struct inbound_tally in;
	int64_t n;

	accepted(p, 0, 1, clock_now() - 3000, "2.0.0 Ok: queued as 4XyZ1f6m2Nz9");
	accepted(p, 1, 1, clock_now() - 3000, "2.0.0 Ok: queued as 3F2504E0A1");
	append(path, line(p, -2999, "smtp[1]: 4XyZ1f6m2Nz9: to=<an@cantho.test>, " SENT("", "250 2.0.0 Ok: queued as 9AbCdEf")));
	append(path, line(p, -2999, "qmgr[1]: 4XyZ1f6m2Nz9: removed"));
	append(path, line(p, -2998, "smtp[1]: 3F2504E0A1: to=<binh@cantho.test>, relay=none, delay=1, dsn=4.4.1, status=deferred (connect to"
	    " mx.x.test[192.0.2.1]:25: Connection timed out)"));
	append(path, line(p, -2000, "smtp[1]: 4Other1f6m2Nz9: to=<x@y.test>, " SENT("", "250 ok")));
	t = follow(p, path, 0);
	CHECK_INT(t.lines, 4, "lines");
	CHECK_INT(t.ours, 2, "about messages of ours");
	CHECK_INT(t.relayed, 1, "the next server has it");
	CHECK_INT(t.deferred, 1, "the relay waits");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'delay' AND grade = 'B' AND hard = 0"), 2, "nothing has failed");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE category = 'delivered' AND email = 'an@cantho.test'"
	    " AND text = 'mx.x.test[192.0.2.1]:25: 250 2.0.0 Ok: queued as 9AbCdEf' AND status = '2.0.0'"), 1, "who took it, and what it said");
	/* Deferred over and over: the latest counts. A line that is not whole yet waits. */
	for (int i = 0; i < 50; i++)
		append(path, line(p, -1900 + i, arena_printf(a, "smtp[1]: 3F2504E0A1: to=<binh@cantho.test>, relay=none, delay=1, dsn=4.2.2,"
		    " status=deferred (host mx.x.test[192.0.2.1] said: 452 4.2.2 Mailbox full, try %d)", i)));
	append(path, "Sep 17 08:30:15 mx postfix/smtp[1]: 3F2504E0A1: to=<binh");
	t = follow(p, path, 0);
	CHECK_INT(t.lines, 50, "only what is new is read");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'delay' AND email = 'binh@cantho.test'"), 1, "one notice");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE text LIKE '%try 49' AND category = 'mailbox-full'"), 1, "the latest");
	CHECK_INT(follow(p, path, 0).lines, 0, "nothing new");
	append(path, "@cantho.test>, relay=none, delay=1, dsn=4.2.2, status=deferred (x)\n");
	CHECK_INT(follow(p, path, 0).lines, 1, "the line that was not whole");
	append(path, line(p, -1000, "qmgr[1]: 3F2504E0A1: from=<>, status=expired, returned to sender"));
	t = follow(p, path, 0);
	CHECK_INT(t.expired, 1, "given up");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'expired' AND category = 'mailbox-full' AND hard = 0"), 1,
	    "for what it was deferred for last");

	/* Renamed, and a new one: the rest of the old is read first. */
	accepted(p, 2, 1, clock_now() - 900, "2.0.0 Ok: queued as 4NewId1f6m2Nz9");
	append(path, line(p, -800, "smtp[1]: 4NewId1f6m2Nz9: to=<an@cantho.test>, relay=mx[1.2.3.4]:25, delay=1, dsn=4.7.1, status=deferred"
	    " (host mx[1.2.3.4] said: 450 4.7.1 Greylisted)"));
	CHECK_INT(rename(path, old), 0, "rotated");
	append(path, line(p, -700, "smtp[1]: 4NewId1f6m2Nz9: to=<an@cantho.test>, relay=mx[1.2.3.4]:25, delay=1, dsn=5.1.1, status=bounced"
	    " (host mx[1.2.3.4] said: 550 5.1.1 <an@cantho.test>: Recipient address rejected: User unknown (in reply to RCPT TO command))"));
	t = follow(p, path, 0);
	CHECK_INT(t.lines, 2, "both files");
	CHECK_INT(t.deferred, 1, "the end of the old one");
	CHECK_INT(t.bounced, 1, "the new one");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'dsn' AND grade = 'A' AND hard = 1 AND category = 'unknown-user'"
	    " AND status = '5.1.1' AND email = 'an@cantho.test' AND inbound IS NULL"), 1, "a failure, as by a report");
	n = post_number(p, "SELECT count(*) FROM evidence");
	in = post_take(p, post_dsn(p, post_verp(p, 2), "an@cantho.test", "failed", "5.1.1",
	    "550 5.1.1 <an@cantho.test>: Recipient address rejected: User unknown", ""));
	CHECK_INT(in.failed, 1, "the report that comes later");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence") - n, 0, "is the same fact");

	/* Cut to nothing and written anew (copytruncate); read again from its beginning. */
	CHECK_INT(truncate(path, 0), 0, "cut");
	append(path, line(p, -600, "smtp[1]: 4Foreign6m2Nz9: to=<x@y.test>, " SENT("", "250 ok")));
	CHECK_INT(follow(p, path, 0).lines, 1, "from the beginning");
	/* Read as a whole by somebody else: no fact is new. */
	n = post_number(p, "SELECT count(*) FROM evidence");
	t = follow(p, old, 0);
	CHECK(t.lines > 50 && t.relayed + t.deferred + t.expired == 0, "the same lines twice");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence"), n, "count once");
}

/* Ids that are used again, filters that queue again, and our own envelope sender. */
static void
test_chains(struct post *p)
{
	const char *path = arena_printf(&p->w.arena, "%s/chains.log", p->w.dir);
	struct relaylog_tally t;

	accepted(p, 0, 2, clock_now() - 500, "2.0.0 Ok: queued as 4A1f6m2Nz9zz");
	append(path, line(p, -499, "smtp[1]: 4A1f6m2Nz9zz: to=<an@cantho.test>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.0.0,"
	    " status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4B1f6m2Nz9zz)"));
	append(path, line(p, -499, "qmgr[1]: 4A1f6m2Nz9zz: removed"));
	t = follow(p, path, 0);
	CHECK_INT(t.ours, 1, "a filter on this machine");
	CHECK_INT(t.relayed + t.delivered, 0, "tells nothing yet");
	append(path, line(p, -498, "smtp[1]: 4B1f6m2Nz9zz: to=<an@cantho.test>, relay=mx[1.2.3.4]:25, delay=1, dsn=5.7.1, status=bounced (host"
	    " mx[1.2.3.4] said: 554 5.7.1 rejected by policy (in reply to end of DATA command))"));
	t = follow(p, path, 0);
	CHECK_INT(t.bounced, 1, "what became of the second id, in a later run");
	CHECK_INT(post_number(p, arena_printf(&p->w.arena, "SELECT count(*) FROM evidence WHERE category = 'policy' AND hard = 0 AND invite = %"
	    PRId64, p->invite[0])), 1, "is about the same person");

	/* The reply named no id: our envelope sender does. */
	append(path, line(p, -400, arena_printf(&p->w.arena, "qmgr[1]: 4C1f6m2Nz9zz: from=<bounce+%s@survey.test>, size=1, nrcpt=1 (queue active)",
	    p->tag[1])));
	append(path, line(p, -399, "lmtp[1]: 4C1f6m2Nz9zz: to=<alias@elsewhere.test>, orig_to=<binh@cantho.test>, relay=mx[private/dovecot-lmtp],"
	    " delay=1, dsn=2.0.0, status=sent (250 2.0.0 <alias@elsewhere.test> Saved)"));
	append(path, line(p, -398, "qmgr[1]: 4D1f6m2Nz9zz: from=<bounce+00000-00000-0000000000@survey.test>, size=1, nrcpt=1 (queue active)"));
	append(path, line(p, -397, "smtp[1]: 4D1f6m2Nz9zz: to=<binh@cantho.test>, relay=mx[1.2.3.4]:25, delay=1, dsn=5.1.1, status=bounced (x)"));
	t = follow(p, path, 0);
	CHECK_INT(t.delivered, 1, "in a mailbox");
	CHECK_INT(t.bounced, 0, "a tag that is not ours names nobody");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'dsn' AND grade = 'A' AND category = 'delivered'"
	    " AND email = 'binh@cantho.test' AND hard = 0"), 1, "arrived");

	/* A short id that means another message by now: by its recipient, by "removed", by time. */
	accepted(p, 1, 2, clock_now() - 300, "2.0.0 Ok: queued as AAAAAAAAAA");
	append(path, line(p, -299, "smtp[1]: AAAAAAAAAA: to=<stranger@y.test>, relay=mx[1.2.3.4]:25, delay=1, dsn=5.1.1, status=bounced (no)"));
	append(path, line(p, -298, "qmgr[1]: AAAAAAAAAA: removed"));
	append(path, line(p, -297, "smtp[1]: AAAAAAAAAA: to=<binh@cantho.test>, relay=mx[1.2.3.4]:25, delay=1, dsn=5.1.1, status=bounced (no)"));
	accepted(p, 1, 3, clock_now() - 200, "2.0.0 Ok: queued as BBBBBBBBBB");
	append(path, line(p, -86400 * 3, "smtp[1]: BBBBBBBBBB: to=<binh@cantho.test>, relay=mx[1.2.3.4]:25, delay=1, dsn=5.1.1, status=bounced (no)"));
	t = follow(p, path, 0);
	CHECK_INT(t.bounced, 0, "none of them is blamed");
	CHECK_INT(follow(p, path, 0).ours, 0, "nor later");
	/* Since a moment. */
	accepted(p, 1, 4, clock_now() - 100, "2.0.0 Ok: queued as 4E1f6m2Nz9zz");
	append(path, line(p, -99, "smtp[1]: 4E1f6m2Nz9zz: to=<binh@cantho.test>, relay=mx[1.2.3.4]:25, delay=1, dsn=5.1.1, status=bounced (no)"));
	CHECK_INT(follow(p, path, clock_now() - 50).bounced, 0, "older than what was asked for");
	CHECK_INT(follow(p, path, clock_now() - 150).bounced, 1, "from then on, though it was read before");
}

int
main(void)
{
	struct post p;

	test_lines();
	test_ids();
	post_begin(&p);
	test_log(&p);
	test_chains(&p);
	post_end(&p);
	return check_done();
}
