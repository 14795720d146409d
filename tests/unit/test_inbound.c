/* What came back becomes evidence: tags, forgeries, duplicates, forwarding, shared mailboxes. */
#include "support/post.h"

#include "base/file.h"
#include "engine/inbound.h"
#include "mail/maildir.h"
#include "mail/mreport.h"

static void
test_tags(struct post *p)
{
	struct inbound_tally t;
	const char *m = post_dsn(p, post_verp(p, 0), "an@cantho.test", "failed", "5.1.1", "550 5.1.1 user unknown", "");
	char id[TAG_MAX + 1];

	t = post_take(p, m);
	CHECK_INT(t.failed, 1, "a failure");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'dsn' AND grade = 'A' AND hard = 1"
	    " AND category = 'unknown-user' AND email = 'an@cantho.test' AND status = '5.1.1'"), 1, "as evidence");
	CHECK_INT(post_number(p, "SELECT contact FROM evidence"), p->contact[0], "of the one whose tag it is, not of the other at that mailbox");
	CHECK_INT(post_number(p, "SELECT at FROM evidence"), 1632279600, "at the time of the report");
	CHECK_INT(post_number(p, "SELECT count(*) FROM invite WHERE state = 'accepted'"), 3, "the invite stays accepted");
	t = post_take(p, m);
	CHECK_INT(t.known, 1, "the same message again");
	t = post_take(p, arena_printf(&p->w.arena, "X-Copy: 2\n%s", m));
	CHECK_INT(t.known, 0, "a copy with other headers is another message");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence"), 1, "but no other fact");
	/* Forwarded: the report names an address that we never wrote to. */
	t = post_take(p, post_dsn(p, post_verp(p, 1), "someone.else@elsewhere.test", "failed", "5.2.2", "552 5.2.2 mailbox full", ""));
	CHECK_INT(t.failed, 1, "forwarded, then bounced");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE category = 'mailbox-full' AND email = 'binh@cantho.test'"
	    " AND text LIKE '%someone.else@elsewhere.test%' AND hard = 0"), 1, "credited to the one we wrote to");
	t = post_take(p, post_dsn(p, post_verp(p, 1), "binh@cantho.test", "delayed", "4.4.1", "connection timed out", ""));
	CHECK_INT(t.delayed, 1, "a delay");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'delay' AND hard = 0"), 1, "is no failure");
	t = post_take(p, post_dsn(p, post_verp(p, 1), "binh@cantho.test", "delivered", "2.0.0", "250 ok", ""));
	CHECK_INT(t.delivered, 1, "arrived");
	/* ENVID, then Message-ID. */
	t = post_take(p, post_dsn(p, "bounce@survey.test", "x@y.test", "failed", "5.7.1", "550 5.7.1 rejected by policy",
	    arena_printf(&p->w.arena, "Original-Envelope-Id: %s\n", p->tag[2])));
	CHECK_INT(t.failed, 1, "by ENVID");
	CHECK_INT(post_number(p, arena_printf(&p->w.arena, "SELECT contact FROM evidence WHERE category = 'policy'")), p->contact[2],
	    "the third");
	tag_write(id, &p->key, p->invite[2], 0);
	t = post_take(p, arena_printf(&p->w.arena, "From: Lê Văn Thử <thu@other.test>\nTo: khaosat@survey.test\nSubject: Re: Thư mời\n"
	    "In-Reply-To: <%s@survey.test>\n\nTôi đã nhận được.\n", id));
	CHECK_INT(t.replies, 1, "a person writes, by Message-ID");
	CHECK_INT(post_number(p, "SELECT count(*) FROM inbound WHERE fate = 'reply'"), 1, "kept for a person to read");
	t = post_take(p, arena_printf(&p->w.arena, "From: Trần Thị Mẫu <binh@cantho.test>\nTo: %s\nSubject: Unsubscribe\n\n", post_verp(p, 1)));
	CHECK_INT(t.opt_outs, 1, "the mailto: of List-Unsubscribe");
	CHECK_INT(post_number(p, "SELECT contact FROM evidence WHERE kind = 'opt_out'"), p->contact[1], "stops the reminders of that person");
	CHECK_INT(post_number(p, "SELECT count(*) FROM inbound WHERE fate = 'reply'"), 1, "and needs no reader");
}

/* A bounce that returns the headers of our message, and shows nothing else. */
static const char *
returned(struct post *p, const char *to, const char *rcpt, const char *headers)
{
	return arena_printf(&p->w.arena,
	    "From: Mail Delivery System <MAILER-DAEMON@mx.test>\nTo: <%s>\nSubject: Undelivered Mail Returned to Sender\n"
	    "Date: Wed, 22 Sep 2021 10:00:00 +0700\nMIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
	    "--b\nContent-Type: text/plain\n\nSorry.\n\n"
	    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
	    "Final-Recipient: rfc822; %s\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 554 5.7.1 rejected by policy\n\n"
	    "--b\nContent-Type: text/rfc822-headers\n\n%sFrom: <khaosat@survey.test>\nSubject: invitation\n\n--b--\n",
	    to, rcpt, headers);
}

static int64_t
whom(struct post *p)
{
	return post_number(p, "SELECT contact FROM evidence WHERE inbound = (SELECT max(id) FROM inbound)");
}

/* What a report shows is asked in the order of its worth. */
static void
test_order(struct post *p)
{
	struct arena *a = &p->w.arena;
	char id[3][TAG_MAX + 1], false_tag[TAG_MAX + 1], token[TOKEN_LEN + 1] = "";
	struct secret other = { { 9 } };
	struct inbound_tally t;
	struct stmt *s;

	static const char find[] = "SELECT token FROM contact WHERE id = $1";

	for (int i = 0; i < 3; i++)
		tag_write(id[i], &p->key, p->invite[i], 0);
	tag_write(false_tag, &other, p->invite[1], 1);
	t = post_take(p, returned(p, post_verp(p, 0), "x@y.test", arena_printf(a, "Message-ID: <%s@survey.test>\n", id[1])));
	CHECK_INT(t.failed, 1, "the Message-ID of another person");
	CHECK_INT(whom(p), p->contact[0], "... does not outdo the address it came to");
	t = post_take(p, returned(p, "bounce@survey.test", "x@y.test", arena_printf(a,
	    "Message-ID: <%s@survey.test>\nOriginal-Envelope-Id: %s\n", id[1], p->tag[2])));
	CHECK_INT(t.failed, 1, "a Message-ID and an ENVID");
	CHECK_INT(whom(p), p->contact[1], "the Message-ID counts");
	t = post_take(p, returned(p, "bounce@survey.test", "x@y.test", arena_printf(a, "Message-ID: <%s@survey.test>\n", id[2])));
	CHECK_INT(whom(p), p->contact[2], "a Message-ID alone");
	t = post_take(p, returned(p, "bounce@survey.test", "x@y.test", arena_printf(a, "Return-Path: <bounce+%s@survey.test>\nX-A: 1\n",
	    p->tag[1])));
	CHECK_INT(t.failed, 1, "returned headers: our envelope sender");
	CHECK_INT(whom(p), p->contact[1], "... names the person");
	s = db_stmt(p->w.db, find, &p->w.e);
	bind_int(s, 1, p->contact[2]);
	if (CHECK_INT(db_step(s, &p->w.e), 1, "a token"))
		snprintf(token, sizeof(token), "%s", col_text(s, 0));
	db_done(s);
	t = post_take(p, returned(p, "bounce@survey.test", "x@y.test", arena_printf(a,
	    "List-Unsubscribe: <https://survey.test/u/%s>\nX-B: 1\n", token)));
	/* The third has had this answer by Message-ID already. */
	CHECK_INT(t.matched, 1, "returned headers: the link of List-Unsubscribe");
	CHECK_INT(post_number(p, "SELECT count(*) FROM inbound WHERE id = (SELECT max(id) FROM inbound) AND fate = 'matched'"), 1,
	    "... is the person's own");
	t = post_take(p, returned(p, "bounce@survey.test", "x@y.test", "List-Unsubscribe: <https://survey.test/u/0123456789012345678901>\n"));
	CHECK_INT(t.unmatched, 1, "a link that we never made");
	t = post_take(p, returned(p, "bounce@survey.test", "binh@cantho.test", arena_printf(a,
	    "Return-Path: <bounce+%s@survey.test>\nX-C: 1\n", false_tag)));
	CHECK_INT(t.forged, 1, "a false tag in the returned headers");
	t = post_take(p, returned(p, "bounce@survey.test", "binh@cantho.test", arena_printf(a,
	    "Return-Path: <bounce+%s@survey.test>\nList-Unsubscribe: <https://survey.test/u/%s>\n", false_tag, token)));
	CHECK_INT(t.forged, 1, "... is not made good by a link");
	/* Which of a person's addresses: the one the message went to. */
	t = post_take(p, post_dsn(p, post_verp(p, 1), "new.name@forward.test", "failed", "5.1.1", "550 5.1.1 no such user", "X-D: 1\n"));
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE inbound = (SELECT max(id) FROM inbound) AND hard = 1"
	    " AND email = 'binh@cantho.test' AND text LIKE 'new.name@forward.test: %'"), 1, "a forwarding address: whom, and which address");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE email LIKE '%forward.test'"), 0, "never the one that we never mailed");
}

static void
test_forged(struct post *p)
{
	char false_tag[TAG_MAX + 1];
	struct secret other = { { 7 } };
	int64_t before = post_number(p, "SELECT count(*) FROM evidence");
	struct inbound_tally t;

	tag_write(false_tag, &other, p->invite[1], 1);
	t = post_take(p, post_dsn(p, arena_printf(&p->w.arena, "bounce+%s@survey.test", false_tag), "binh@cantho.test", "failed", "5.1.1",
	    "550 5.1.1 user unknown", ""));
	CHECK_INT(t.forged, 1, "a tag with a wrong MAC");
	t = post_take(p, post_dsn(p, "bounce@survey.test", "binh@cantho.test", "failed", "5.1.1", "550 5.1.1 no such user",
	    arena_printf(&p->w.arena, "Original-Envelope-Id: %s\n", false_tag)));
	CHECK_INT(t.forged, 1, "a false ENVID");
	t = post_take(p, post_dsn(p, "bounce@survey.test", "never.mailed@cantho.test", "failed", "5.1.1", "550 5.1.1 user unknown", ""));
	CHECK_INT(t.unmatched, 1, "an address that we never mailed");
	t = post_take(p, post_dsn(p, arena_printf(&p->w.arena, "bounce+%.*s@survey.test", 5, p->tag[0]), "nobody@else.test", "failed", "5.1.1",
	    "x", ""));
	CHECK_INT(t.unmatched + t.forged, 1, "a cut tag");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence"), before, "none of them is evidence");
	CHECK_INT(post_number(p, "SELECT count(*) FROM inbound WHERE fate = 'forged'"), 4, "set aside, as the two before");
}

static const char *
old(struct post *p, const char *msg)
{
	const char *date = strstr(msg, "Date: Wed, 22 Sep 2021");

	return arena_printf(&p->w.arena, "%.*sDate: Wed, 01 Sep 2021%s", (int)(date - msg), msg, date + 22);
}

static void
test_address(struct post *p)
{
	struct inbound_tally t = post_take(p, post_dsn(p, "bounce@survey.test", "An@Cantho.test", "failed", "5.2.1", "550 5.2.1 account disabled", ""));

	CHECK_INT(t.failed, 2, "both people of a shared mailbox");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE category = 'mailbox-disabled' AND grade = 'B'"), 2,
	    "an address alone is no proof");
	t = post_take(p, post_dsn(p, "bounce@survey.test", "an@cantho.test", "failed", "5.1.1", "550 5.1.1 user unknown", "X-By: address\n"));
	CHECK_INT(t.failed, 2, "anybody could write this");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE grade = 'B' AND hard = 1"), 0, "it does not stop the address");
	t = post_take(p, post_dsn(p, "bounce@survey.test", "An@Cantho.test", "failed", "5.2.1", "550 5.2.1 account disabled, long ago",
	    "X-Old: yes\n"));
	CHECK_INT(t.matched, 1, "in time");
	t = post_take(p, old(p, post_dsn(p, "bounce@survey.test", "an@cantho.test", "failed", "5.1.1", "550 5.1.1 user unknown", "")));
	CHECK_INT(t.unmatched, 1, "a report from before our message");
	CHECK_INT(post_number(p, "UPDATE invite SET moved_at = moved_at - 40 * 86400 WHERE email = 'binh@cantho.test' RETURNING 1"), 1,
	    "forty days ago");
	t = post_take(p, post_dsn(p, "bounce@survey.test", "binh@cantho.test", "failed", "5.1.1", "550 5.1.1 user unknown", "X-Late: yes\n"));
	CHECK_INT(t.unmatched, 1, "a report from long after it");
	t = post_take(p, post_dsn(p, post_verp(p, 1), "binh@cantho.test", "failed", "5.1.1", "550 5.1.1 user unknown", "X-Late: tagged\n"));
	CHECK_INT(t.failed, 1, "a tag counts whenever it comes");
	t = post_take(p, "From: <an@cantho.test>\nTo: bounce@survey.test\nSubject: Trả lời tự động\nAuto-Submitted: auto-replied\n\nTôi nghỉ phép.\n");
	CHECK_INT(t.auto_replies, 0, "which of the two is away nobody can tell");
	t = post_take(p, arena_printf(&p->w.arena, "From: <binh@cantho.test>\nTo: %s\nSubject: Out of office\nAuto-Submitted: auto-replied\n"
	    "Date: Wed, 22 Sep 2021 10:00:00 +0700\n\nI will be back on 30 September 2021.\n", post_verp(p, 1)));
	CHECK_INT(t.auto_replies, 1, "an automatic reply");
	CHECK_INT(post_number(p, "SELECT count(*) FROM evidence WHERE kind = 'auto_reply' AND grade = 'B' AND hard = 0 AND until_at"
	    " BETWEEN 1632960000 AND 1633046400"), 1, "is no bounce; away until that day");
	t = post_take(p, "From: spam@stranger.test\nTo: bounce@survey.test\nSubject: Buy\n\nBuy!\n");
	CHECK_INT(t.unmatched, 1, "mail from a stranger");
	t = post_take(p, "");
	CHECK_INT(t.unmatched, 1, "nothing at all");
}

static void
test_feed(struct post *p)
{
	struct inbound_tally t = { 0 };
	const char *md = arena_printf(&p->w.arena, "%s/Maildir", p->w.dir), *name;
	char cmd[256];
	FILE *f;

	snprintf(cmd, sizeof(cmd), "mkdir -p %s/new %s/cur %s/tmp", md, md, md);
	CHECK_INT(system(cmd), 0, "a Maildir");
	for (int i = 0; i < 3; i++) {
		name = arena_printf(&p->w.arena, "%s/new/%d.mx", md, i);
		if (!CHECK((f = fopen(name, "w")) != NULL, name))
			return;
		fputs(post_dsn(p, post_verp(p, i), "q@q.test", "failed", "5.3.0", arena_printf(&p->w.arena, "554 system error %d", i), ""), f);
		fclose(f);
	}
	CHECK_INT(inbound_feed(p->w.db, &p->conf, md, &t, &p->w.e), 0, p->w.e.text);
	CHECK_INT(t.read, 3, "read");
	CHECK_INT(t.failed, 3, "all of them");
	CHECK_INT(inbound_feed(p->w.db, &p->conf, "/no/such/path", &t, &p->w.e), -1, "no such path");
}

/* ---- an mbox, as it comes from a pipe or a file ---- */

struct split { int n; size_t len[8]; char name[8][64]; char first[8][32]; };

static int
split_one(void *arg, const char *path, const char *msg, size_t len, struct err *e)
{
	struct split *s = arg;

	(void)e;
	if (s->n < 8) {
		s->len[s->n] = len;
		snprintf(s->name[s->n], sizeof(s->name[0]), "%s", strrchr(path, '/') + 1);
		snprintf(s->first[s->n], sizeof(s->first[0]), "%.*s", (int)(len < 31 ? len : 31), msg);
	}
	s->n++;
	return 0;
}

static void
test_mbox(struct post *p)
{
	static const struct { const char *label, *text; int n; const char *last; } cases[] = {
		{ "one message", "Subject: x\n\nFrom here on\n", 1, "Subject: x\n\nFrom here on\n" },
		{ "an mbox of one", "From a@b Thu Sep 16 00:00:00 2021\nSubject: x\n\nx\n", 1, "From a@b Thu Sep 16 00:00:00 20" },
		{ "two", "From a@b Thu Sep 16 00:00:00 2021\nSubject: x\n\nx\n\nFrom b@c Thu Sep 16 00:01:00 2021\nTo: y\n\n", 2,
		    "From b@c Thu Sep 16 00:01:00 20" },
		{ "CR LF", "From a Thu Sep 16 00:00:00 2021\r\nA: x\r\n\r\nx\r\n\r\nFrom b Thu Sep 16 00:01:00 2021\r\nTo: y\r\n\r\n", 2,
		    "From b Thu Sep 16 00:01:00 2021" },
		{ "no blank line before", "From a Thu Sep 16 00:00:00 2021\nA: x\n\nx\nFrom b Thu Sep 16 00:01:00 2021\nTo: y\n", 1,
		    "From a Thu Sep 16 00:00:00 2021" },
		{ "no time", "From a Thu Sep 16 00:00:00 2021\nA: x\n\nx\n\nFrom now on\nTo: y\n", 1, "From a Thu Sep 16 00:00:00 2021" },
		{ "no header below", "From a Thu Sep 16 00:00:00 2021\nA: x\n\nx\n\nFrom 10:00 we work\nand so on\n", 1,
		    "From a Thu Sep 16 00:00:00 2021" },
		{ "nothing", "", 1, "" },
	};
	const char *path = arena_printf(&p->w.arena, "%s/box", p->w.dir);
	struct maildir_walk w = { .max_bytes = 65536, .each = split_one };
	struct split s;
	FILE *f;

	w.arg = &s;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		s.n = 0;
		CHECK_INT(file_replace(path, cases[i].text, strlen(cases[i].text), &p->w.e), 0, "a file");
		CHECK_INT(maildir_walk(&w, path, &p->w.e), 0, cases[i].label);
		if (CHECK_INT(s.n, cases[i].n, cases[i].label))
			CHECK_STR(s.first[s.n - 1], cases[i].last, cases[i].label);
		CHECK_STR(s.name[0], cases[i].n > 1 ? "box#1" : "box", cases[i].label);
	}
	/* Larger than what is read at once, with a message in it that is larger than what is kept. */
	if (!CHECK((f = fopen(path, "w")) != NULL, path))
		return;
	for (int i = 0; i < 5; i++) {
		fprintf(f, "From a@b Thu Sep 16 00:00:0%d 2021\nSubject: %d\n\n", i, i);
		for (int k = 0; k < (i == 2 ? 20000 : 900); k++)
			fprintf(f, "line %d of message %d: From a to b\n", k, i);
		fprintf(f, "\n");
	}
	fclose(f);
	s.n = 0;
	CHECK_INT(maildir_walk(&w, path, &p->w.e), 0, "a large one");
	CHECK_INT(s.n, 5, "five messages");
	CHECK_INT((int64_t)s.len[2], 65536, "of a long one the beginning");
	CHECK_STR(s.first[3], "From a@b Thu Sep 16 00:00:03 20", "and what follows is whole");
	CHECK_INT((int64_t)s.len[3], (int64_t)s.len[4], "...");
}

int
main(void)
{
	struct post p;

	post_begin(&p);
	test_tags(&p);
	test_order(&p);
	test_forged(&p);
	test_address(&p);
	test_feed(&p);
	test_mbox(&p);
	post_end(&p);
	return check_done();
}
