/* What came back becomes evidence: tags, forgeries, duplicates, forwarding, shared mailboxes. */
#include "support/check.h"

#include "support/world.h"

#include "base/file.h"
#include "engine/inbound.h"
#include "mail/mreport.h"
#include "store/invite.h"

#define NOW INT64_C(1632360000)		/* 2021-09-23 01:20 UTC */

struct post {
	struct world w;
	struct conf conf;
	struct secret key;
	struct inbound *in;
	int64_t contact[3], invite[3];
	char tag[3][TAG_MAX + 1];
};

static int64_t
number(struct post *p, const char *sql)
{
	return world_count(&p->w, sql);
}

/* Two people with mailboxes of their own would be [0] and [1]; [2] shares the one of [0]. */
static void
begin(struct post *p)
{
	static const char *const emails[] = { "an@cantho.test", "binh@cantho.test", "an@cantho.test" };
	static const char address[] = "INSERT INTO address (contact, rank, email) VALUES ($1, 1, $2)";
	static const char accept[] = "UPDATE invite SET state = 'accepted', attempts = 1 WHERE id = $1";
	struct wave wave = { .name = "w1", .template = "invitation", .audience = "", .uncertain = "hold", .state = "running" };
	char token[TOKEN_LEN + 1];
	static const char find[] = "SELECT id FROM invite WHERE contact = $1";

	world_make(&p->w);
	CHECK_INT(conf_load(&p->conf, NULL, false, &p->w.e), 0, "settings");
	p->conf.secret_file = arena_printf(&p->w.arena, "%s/secret", p->w.dir);
	CHECK_INT(secret_load(&p->key, p->conf.secret_file, &p->w.e), 0, "key");
	wave.campaign = world_campaign(&p->w, "c", NOW - 86400 * 5, NOW + INT64_C(86400) * 3650);
	CHECK_INT(wave_insert(p->w.db, &wave, &p->w.e), 0, "wave");
	for (int i = 0; i < 3; i++) {
		struct stmt *s;

		p->contact[i] = world_contact(&p->w, wave.campaign, "Trần Thị Mẫu", token);
		s = db_stmt(p->w.db, address, &p->w.e);
		bind_int(s, 1, p->contact[i]);
		bind_text(s, 2, emails[i]);
		CHECK_INT(db_run(s, &p->w.e), 0, "address");
		CHECK_INT(invite_plan(p->w.db, wave.id, p->contact[i], emails[i], NOW, &p->w.e), 1, "invite");
		s = db_stmt(p->w.db, find, &p->w.e);
		bind_int(s, 1, p->contact[i]);
		CHECK_INT(db_one_int(s, &p->invite[i], &p->w.e), 1, "its number");
		s = db_stmt(p->w.db, accept, &p->w.e);
		bind_int(s, 1, p->invite[i]);
		CHECK_INT(db_run(s, &p->w.e), 0, "accepted");
		tag_write(p->tag[i], &p->key, p->invite[i], 1);
	}
	CHECK_INT(inbound_open(&p->in, &p->conf, &p->w.e), 0, p->w.e.text);
}

static void
end(struct post *p)
{
	inbound_close(p->in);
	conf_release(&p->conf);
	world_end(&p->w);
}

/* A DSN to `to` about `rcpt`. */
static const char *
dsn(struct post *p, const char *to, const char *rcpt, const char *action, const char *status, const char *why, const char *extra)
{
	return arena_printf(&p->w.arena,
	    "Return-Path: <>\nDelivered-To: %s\nFrom: Mail Delivery System <MAILER-DAEMON@mx.test>\nTo: <%s>\n"
	    "Subject: Undelivered Mail Returned to Sender\nDate: Wed, 22 Sep 2021 10:00:00 +0700\nMIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
	    "--b\nContent-Type: text/plain\n\nSorry.\n\n"
	    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n%s\n"
	    "Final-Recipient: rfc822; %s\nAction: %s\nStatus: %s\nDiagnostic-Code: smtp; %s\n\n--b--\n",
	    to, to, extra, rcpt, action, status, why);
}

static struct inbound_tally
take(struct post *p, const char *msg)
{
	struct inbound_tally t = { 0 };

	CHECK_INT(inbound_take(p->in, p->w.db, "test", msg, strlen(msg), &t, &p->w.e), 0, p->w.e.text);
	return t;
}

static const char *
verp(struct post *p, int i)
{
	return arena_printf(&p->w.arena, "bounce+%s@survey.test", p->tag[i]);
}

static void
test_tags(struct post *p)
{
	struct inbound_tally t;
	const char *m = dsn(p, verp(p, 0), "an@cantho.test", "failed", "5.1.1", "550 5.1.1 user unknown", "");
	char id[TAG_MAX + 1];

	t = take(p, m);
	CHECK_INT(t.failed, 1, "a failure");
	CHECK_INT(number(p, "SELECT count(*) FROM evidence WHERE kind = 'dsn' AND grade = 'A' AND hard = 1"
	    " AND category = 'unknown-user' AND email = 'an@cantho.test' AND status = '5.1.1'"), 1, "as evidence");
	CHECK_INT(number(p, "SELECT contact FROM evidence"), p->contact[0], "of the one whose tag it is, not of the other at that mailbox");
	CHECK_INT(number(p, "SELECT at FROM evidence"), 1632279600, "at the time of the report");
	CHECK_INT(number(p, "SELECT count(*) FROM invite WHERE state = 'accepted'"), 3, "the invite stays accepted");
	t = take(p, m);
	CHECK_INT(t.known, 1, "the same message again");
	t = take(p, arena_printf(&p->w.arena, "X-Copy: 2\n%s", m));
	CHECK_INT(t.known, 0, "a copy with other headers is another message");
	CHECK_INT(number(p, "SELECT count(*) FROM evidence"), 1, "but no other fact");
	/* Forwarded: the report names an address that we never wrote to. */
	t = take(p, dsn(p, verp(p, 1), "someone.else@elsewhere.test", "failed", "5.2.2", "552 5.2.2 mailbox full", ""));
	CHECK_INT(t.failed, 1, "forwarded, then bounced");
	CHECK_INT(number(p, "SELECT count(*) FROM evidence WHERE category = 'mailbox-full' AND email = 'binh@cantho.test'"
	    " AND text LIKE '%someone.else@elsewhere.test%' AND hard = 0"), 1, "credited to the one we wrote to");
	t = take(p, dsn(p, verp(p, 1), "binh@cantho.test", "delayed", "4.4.1", "connection timed out", ""));
	CHECK_INT(t.delayed, 1, "a delay");
	CHECK_INT(number(p, "SELECT count(*) FROM evidence WHERE kind = 'delay' AND hard = 0"), 1, "is no failure");
	t = take(p, dsn(p, verp(p, 1), "binh@cantho.test", "delivered", "2.0.0", "250 ok", ""));
	CHECK_INT(t.delivered, 1, "arrived");
	/* ENVID, then Message-ID. */
	t = take(p, dsn(p, "bounce@survey.test", "x@y.test", "failed", "5.7.1", "550 5.7.1 rejected by policy",
	    arena_printf(&p->w.arena, "Original-Envelope-Id: %s\n", p->tag[2])));
	CHECK_INT(t.failed, 1, "by ENVID");
	CHECK_INT(number(p, arena_printf(&p->w.arena, "SELECT contact FROM evidence WHERE category = 'policy'")), p->contact[2],
	    "the third");
	tag_write(id, &p->key, p->invite[2], 0);
	t = take(p, arena_printf(&p->w.arena, "From: Lê Văn Thử <thu@other.test>\nTo: khaosat@survey.test\nSubject: Re: Thư mời\n"
	    "In-Reply-To: <%s@survey.test>\n\nTôi đã nhận được.\n", id));
	CHECK_INT(t.replies, 1, "a person writes, by Message-ID");
	CHECK_INT(number(p, "SELECT count(*) FROM inbound WHERE fate = 'reply'"), 1, "kept for a person to read");
	t = take(p, arena_printf(&p->w.arena, "From: Trần Thị Mẫu <binh@cantho.test>\nTo: %s\nSubject: Unsubscribe\n\n", verp(p, 1)));
	CHECK_INT(t.opt_outs, 1, "the mailto: of List-Unsubscribe");
	CHECK_INT(number(p, "SELECT contact FROM evidence WHERE kind = 'opt_out'"), p->contact[1], "stops the reminders of that person");
}

static void
test_forged(struct post *p)
{
	char false_tag[TAG_MAX + 1];
	struct secret other = { { 7 } };
	int64_t before = number(p, "SELECT count(*) FROM evidence");
	struct inbound_tally t;

	tag_write(false_tag, &other, p->invite[1], 1);
	t = take(p, dsn(p, arena_printf(&p->w.arena, "bounce+%s@survey.test", false_tag), "binh@cantho.test", "failed", "5.1.1",
	    "550 5.1.1 user unknown", ""));
	CHECK_INT(t.forged, 1, "a tag with a wrong MAC");
	t = take(p, dsn(p, "bounce@survey.test", "binh@cantho.test", "failed", "5.1.1", "550 5.1.1 no such user",
	    arena_printf(&p->w.arena, "Original-Envelope-Id: %s\n", false_tag)));
	CHECK_INT(t.forged, 1, "a false ENVID");
	t = take(p, dsn(p, "bounce@survey.test", "never.mailed@cantho.test", "failed", "5.1.1", "550 5.1.1 user unknown", ""));
	CHECK_INT(t.unmatched, 1, "an address that we never mailed");
	t = take(p, dsn(p, arena_printf(&p->w.arena, "bounce+%.*s@survey.test", 5, p->tag[0]), "nobody@else.test", "failed", "5.1.1",
	    "x", ""));
	CHECK_INT(t.unmatched + t.forged, 1, "a cut tag");
	CHECK_INT(number(p, "SELECT count(*) FROM evidence"), before, "none of them is evidence");
	CHECK_INT(number(p, "SELECT count(*) FROM inbound WHERE fate = 'forged'"), 2, "set aside");
}

static void
test_address(struct post *p)
{
	struct inbound_tally t = take(p, dsn(p, "bounce@survey.test", "An@Cantho.test", "failed", "5.2.1", "550 5.2.1 account disabled", ""));

	CHECK_INT(t.failed, 2, "both people of a shared mailbox");
	CHECK_INT(number(p, "SELECT count(*) FROM evidence WHERE category = 'mailbox-disabled' AND grade = 'B'"), 2,
	    "an address alone is no proof");
	t = take(p, "From: <an@cantho.test>\nTo: bounce@survey.test\nSubject: Trả lời tự động\nAuto-Submitted: auto-replied\n\nTôi nghỉ phép.\n");
	CHECK_INT(t.auto_replies, 0, "which of the two is away nobody can tell");
	t = take(p, arena_printf(&p->w.arena, "From: <binh@cantho.test>\nTo: %s\nSubject: Out of office\nAuto-Submitted: auto-replied\n"
	    "Date: Wed, 22 Sep 2021 10:00:00 +0700\n\nI will be back on 30 September 2021.\n", verp(p, 1)));
	CHECK_INT(t.auto_replies, 1, "an automatic reply");
	CHECK_INT(number(p, "SELECT count(*) FROM evidence WHERE kind = 'auto_reply' AND grade = 'B' AND hard = 0 AND until_at"
	    " BETWEEN 1632960000 AND 1633046400"), 1, "is no bounce; away until that day");
	t = take(p, "From: spam@stranger.test\nTo: bounce@survey.test\nSubject: Buy\n\nBuy!\n");
	CHECK_INT(t.unmatched, 1, "mail from a stranger");
	t = take(p, "");
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
		fputs(dsn(p, verp(p, i), "q@q.test", "failed", "5.3.0", arena_printf(&p->w.arena, "554 system error %d", i), ""), f);
		fclose(f);
	}
	CHECK_INT(inbound_feed(p->w.db, &p->conf, md, &t, &p->w.e), 0, p->w.e.text);
	CHECK_INT(t.read, 3, "read");
	CHECK_INT(t.failed, 3, "all of them");
	p->conf.inbound_url = arena_printf(&p->w.arena, "maildir:%s", md);
	t = (struct inbound_tally){ 0 };
	CHECK_INT(inbound_fetch(p->w.db, &p->conf, NULL, &t, &p->w.e), 0, p->w.e.text);
	CHECK_INT(t.known, 3, "known by now");
	snprintf(cmd, sizeof(cmd), "test $(ls %s/cur | grep -c ':2,S$') = 3 && test -z \"$(ls %s/new)\"", md, md);
	CHECK_INT(system(cmd), 0, "and marked as seen");
	t = (struct inbound_tally){ 0 };
	CHECK_INT(inbound_fetch(p->w.db, &p->conf, NULL, &t, &p->w.e), 0, p->w.e.text);
	CHECK_INT(t.read, 0, "nothing new");
	CHECK_INT(inbound_feed(p->w.db, &p->conf, "/no/such/path", &t, &p->w.e), -1, "no such path");
	p->conf.inbound_url = "ftp://x.test/";
	p->conf.inbound_password_file = arena_printf(&p->w.arena, "%s/password", p->w.dir);
	CHECK_INT(file_replace(p->conf.inbound_password_file, "secret\n", 7, &p->w.e), 0, "a password file");
	CHECK_INT(inbound_fetch(p->w.db, &p->conf, NULL, &t, &p->w.e), -1, "a scheme that is none");
	p->conf.inbound_url = "imap://127.0.0.1:9/INBOX";
	CHECK_INT(inbound_fetch(p->w.db, &p->conf, NULL, &t, &p->w.e), -1, "nobody listens");
	CHECK(p->w.e.code == ERR_NETWORK, p->w.e.text);
}

int
main(void)
{
	struct post p;

	begin(&p);
	test_tags(&p);
	test_forged(&p);
	test_address(&p);
	test_feed(&p);
	end(&p);
	return check_done();
}
