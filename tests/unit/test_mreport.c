/* Reports by real mail servers (tests/data/dsn), written after many others (tests/data/reports), and forms they have not. */
#include "support/check.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "mail/mreport.h"

static struct rules *rules;
static struct arena arena;

/* The lines of `debug classify --tsv`, without the file. */
static const char *
describe(const struct mreport *m)
{
	struct buf b = BUF_INIT(65536);
	const char *s;

	if (m->kind == MREPORT_ORDINARY)
		buf_str_add(&b, "ordinary\n");
	for (size_t i = 0; m->kind != MREPORT_ORDINARY && i < m->n_rcpt; i++) {
		const struct mreport_rcpt *r = &m->rcpt[i];

		buf_printf(&b, "%s %s %s %s %s %s%s\n", mreport_kind_name(m->kind), *r->address ? r->address : "-",
		    r->action ? mreport_action_name(r->action) : "-", *r->status ? r->status : "-",
		    r->verdict.hard ? "hard" : "soft", category_name(r->verdict.category), r->gave_up ? " gave-up" : "");
	}
	s = arena_ndup(&arena, buf_str(&b), b.len);
	buf_release(&b);
	return s;
}

static int
is_eml(const struct dirent *d)
{
	return strstr(d->d_name, ".eml") != NULL;
}

static void
test_files(void)
{
	struct dirent **names = NULL;
	int n = scandir("tests/data/dsn", &names, is_eml, alphasort);
	struct err e = ERR_INIT;

	if (!CHECK(n >= 15, "the reports are there"))
		return;
	for (int i = 0; i < n; i++) {
		char path[400], want_path[420];
		struct file f = FILE_INIT, want = FILE_INIT;
		struct mreport m;

		snprintf(path, sizeof(path), "tests/data/dsn/%s", names[i]->d_name);
		snprintf(want_path, sizeof(want_path), "%.*s.want", (int)(strlen(path) - 4), path);
		if (CHECK(file_read(&f, path, 1u << 20, &e) == 0, path) && CHECK(file_read(&want, want_path, 65536, &e) == 0, want_path)) {
			mreport_read(&m, &arena, rules, f.data, f.len);
			CHECK_STR(describe(&m), want.data, path);
		}
		file_release(&f);
		file_release(&want);
		free(names[i]);
	}
	free(names);
}

static int
is_samples(const struct dirent *d)
{
	return strstr(d->d_name, ".samples") != NULL;
}

/* "=== name", what describe() must say, "---", the mail; up to the next "=== ". */
static int
test_samples_of(char *text, const char *file)
{
	int n = 0;

	for (char *p = strstr(text, "\n=== "), *next; p; p = next, n++) {
		char *name = p + 5, *want = strchr(name, '\n') + 1, *mail = strstr(want, "---\n") + 4, label[200];
		struct mreport m;

		if ((next = strstr(mail, "\n=== ")))
			next[1] = '\0';
		want[-1] = mail[-4] = '\0';
		snprintf(label, sizeof(label), "%.60s: %.80s", file, name);
		mreport_read(&m, &arena, rules, mail, strlen(mail));
		if (!CHECK_STR(describe(&m), want, label) && m.n_rcpt)
			printf("  rule %s\n", m.rcpt[0].verdict.rule);
		arena_reset(&arena);
		if (next)
			next[1] = '=';
	}
	return n;
}

static void
test_samples(void)
{
	struct dirent **names = NULL;
	int files = scandir("tests/data/reports", &names, is_samples, alphasort), n = 0;
	struct err e = ERR_INIT;

	for (int i = 0; i < files; i++) {
		char path[400];
		struct file f = FILE_INIT;

		snprintf(path, sizeof(path), "tests/data/reports/%s", names[i]->d_name);
		if (CHECK(file_read(&f, path, 1u << 20, &e) == 0, path)) {
			char *text = mem_ndup(f.data, f.len);

			n += test_samples_of(text, names[i]->d_name);
			free(text);
		}
		file_release(&f);
		free(names[i]);
	}
	free(names);
	CHECK(n >= 160, "the samples are there");
}

#define BOUNCE "Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nTo: <bounce@survey.test>\nSubject: Undelivered Mail Returned to Sender\n"

static void
test_forms(void)
{
	static const struct { const char *label, *in, *want; } cases[] = {
		{ "plain words", BOUNCE "\nI could not deliver to:\n\n<a@b.test>:\n550 5.1.1 no such user\n\n--- Original message ---\nFrom: x@survey.test\n"
		    "To: a@b.test\nSubject: hi\n", "bounce a@b.test failed 5.1.1 hard unknown-user\n" },
		{ "Vietnamese words", "Return-Path: <>\nFrom: =?utf-8?q?H=E1=BB=87_th=E1=BB=91ng_th=C6=B0?= <postmaster@tinh.test>\nTo: x@survey.test\n"
		    "Subject: Thư không gửi được\n\nThư của bạn không gửi được tới người nhận sau:\n\n  can.bo@tinh.test\n\nHộp thư của người nhận đã đầy.\n",
		    "bounce can.bo@tinh.test failed - soft mailbox-full\n" },
		{ "only the returned headers tell", BOUNCE "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nYour mail could not be delivered.\n"
		    "--b\nContent-Type: message/rfc822\n\nFrom: x@survey.test\nTo: only@one.test\nSubject: s\n\n--b--\n",
		    "bounce only@one.test failed - soft unknown\n" },
		{ "a helper is not the recipient", BOUNCE "\nYour message could not be delivered to the following address:\n<a@b.test>: user unknown\n\n"
		    "For further assistance, please contact <help@b.test>\n", "bounce a@b.test failed - hard unknown-user\n" },
		{ "blank lines inside a group", BOUNCE "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\n"
		    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; m\n\nFinal-Recipient: rfc822; a@b.test\n\nAction: failed\n\n"
		    "Status: 5.2.2\n--b--\n", "bounce a@b.test failed 5.2.2 soft mailbox-full\n" },
		{ "a pipe is no address", BOUNCE "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
		    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; m\n\nOriginal-Recipient: rfc822;a@b.test\n"
		    "Final-Recipient: rfc822; |/usr/bin/procmail\nAction: failed\nStatus: 5.3.0\n--b--\n", "bounce a@b.test failed 5.3.0 soft remote-error\n" },
		{ "refused at MAIL FROM", BOUNCE "\nDelivery failed:\n\n<a@b.test>: host mx.b.test said: 550 user does not exist (in reply to MAIL FROM command)\n",
		    "bounce a@b.test failed - soft policy\n" },
		{ "the code of the reply beside a bare 5.0.0", BOUNCE "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
		    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; m\n\nFinal-Recipient: rfc822;a@b.test\nAction: failed\n"
		    "Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.2.1 mailbox disabled\n--b--\n", "bounce a@b.test failed 5.2.1 soft mailbox-disabled\n" },
		{ "forwarded as an attachment", "From: colleague@survey.test\nTo: bounce@survey.test\nSubject: FYI\nContent-Type: multipart/mixed; boundary=a\n\n"
		    "--a\n\nLook at this.\n--a\nContent-Type: message/rfc822\n\nFrom: MAILER-DAEMON@m.test\nSubject: Failure\nContent-Type: multipart/report; "
		    "report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; m\n\n"
		    "Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n--b--\n--a--\n", "bounce a@b.test failed 5.1.1 hard unknown-user\n" },
		{ "a complaint", "From: fbl@isp.test\nSubject: complaint\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
		    "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: <a@b.test>\nVersion: 1\n--b--\n",
		    "arf a@b.test - - soft complaint\n" },
		{ "a read receipt", "From: a@b.test\nSubject: Read: hi\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n"
		    "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;a@b.test\n"
		    "Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n", "mdn a@b.test - - soft auto-reply\n" },
		{ "an automatic reply", "From: a@b.test\nTo: bounce@survey.test\nSubject: =?utf-8?q?Tr=E1=BA=A3_l=E1=BB=9Di_t=E1=BB=B1_=C4=91=E1=BB=99ng?=: hi\n"
		    "\nTôi đi công tác.\n", "autoreply a@b.test - - soft auto-reply\n" },
		{ "a person answers", "From: a@b.test\nTo: x@survey.test\nSubject: Re: Thư mời\n\nTôi không mở được địa chỉ này.\n", "ordinary\n" },
		{ "a list mail about bounces", "From: dev@list.test\nList-Id: <l.list.test>\nSubject: bounce handling\nIn-Reply-To: <1@l.test>\n\n"
		    "The message could not be delivered: <a@b.test>: user unknown\n", "ordinary\n" },
		{ "nothing", "", "ordinary\n" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct mreport m;

		mreport_read(&m, &arena, rules, cases[i].in, strlen(cases[i].in));
		if (!CHECK_STR(describe(&m), cases[i].want, cases[i].label) && m.n_rcpt)
			printf("  rule %s\n", m.rcpt[0].verdict.rule);
		arena_reset(&arena);
	}
}

static void
test_names(void)
{
	static const char mail[] = BOUNCE "Delivered-To: bounce+a-1-xyz@survey.test\nDate: Wed, 22 Sep 2021 10:00:00 +0700\n"
	    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
	    "Reporting-MTA: dns; mx.b.test\nOriginal-Envelope-Id: a+2Bb\n\nFinal-Recipient: rfc822;a@b.test\nAction: failed\nStatus: 5.1.1\n"
	    "Remote-MTA: dns; in.b.test\n\n--b\nContent-Type: text/rfc822-headers\n\nReturn-Path: <bounce+r@survey.test>\nMessage-ID: <one@survey.test>\n--b--\n";
	static const char away[] = "From: a@b.test\nDate: Wed, 22 Sep 2021 10:00:00 +0700\nSubject: Out of office\n\nI am back on 4 October.\n";
	struct mreport m;

	mreport_read(&m, &arena, rules, mail, strlen(mail));
	CHECK_STR(m.delivered_to, "bounce+a-1-xyz@survey.test\nbounce@survey.test", "where it came to");
	CHECK_STR(m.envid, "a+b", "ENVID, decoded");
	CHECK_STR(m.original_message_id, "one@survey.test", "Message-ID of the returned mail");
	CHECK_STR(m.original_sender, "bounce+r@survey.test", "its envelope sender");
	CHECK_STR(m.reporting_mta, "mx.b.test", "who reports");
	CHECK_STR(m.rcpt[0].remote_mta, "in.b.test", "who refused");
	CHECK_INT(m.at, 1632279600, "when");
	mreport_read(&m, &arena, rules, away, strlen(away));
	CHECK_INT(m.away_until, 1633392000, "away until the end of that day");
	arena_reset(&arena);
}

/* Every beginning of a report is a mail, too: it must be read without a crash. */
static void
test_cut(void)
{
	struct file f = FILE_INIT;
	struct err e = ERR_INIT;
	struct mreport m;

	if (!CHECK(file_read(&f, "tests/data/dsn/postfix-3.7.11-unknown-user.eml", 1u << 20, &e) == 0, e.text))
		return;
	for (size_t n = 0; n < f.len; n += 7) {
		mreport_read(&m, &arena, rules, f.data, n);
		arena_reset(&arena);
	}
	CHECK(true, "cut anywhere");
	file_release(&f);
}

int
main(void)
{
	struct err e = ERR_INIT;

	if (!CHECK(rules_load(&rules, NULL, &e) == 0, e.text))
		return check_done();
	test_files();
	test_samples();
	test_forms();
	test_names();
	test_cut();
	rules_free(rules);
	arena_release(&arena);
	return check_done();
}
