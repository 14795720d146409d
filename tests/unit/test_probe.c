/* Probe mailboxes ride in a wave, in the line of people, and count as nobody. */
#include "support/check.h"
#include "support/probe_town.h"
#include "support/smtp_peer.h"

#include "base/log.h"
#include "engine/dispatch.h"
#include "engine/inbound.h"
#include "store/contact.h"

static struct dispatch_result
send_wave(struct town *t, const char *relay, struct dispatch_options o)
{
	static const char running[] = "UPDATE wave SET state = 'running'";
	struct dispatch_result r = { .left = -1 };
	struct err e = ERR_INIT;

	run_sql(t, running);
	o.relay_url = relay;
	o.connections = 1;
	CHECK_INT(dispatch_run(t->f.db, &t->conf, &o, &r, &e), 0, e.text);
	return r;
}

/* --- in the wave --------------------------------------------------------------- */

static void
test_plan(void)
{
	static const char places[] = "SELECT group_concat(after_invite, ' ') FROM (SELECT after_invite FROM probe_send s"
	    " JOIN probe p ON p.id = s.probe ORDER BY p.stands_for, after_invite)";
	static const char sends[] = "SELECT count(*) FROM probe_send";
	static const char ids[] = "SELECT count(*) FROM probe_send WHERE id < 1099511627777";
	int64_t counts[INVITE_STATES];
	struct contact_standing people;
	struct plan p;
	struct err e = ERR_INIT;
	struct stmt *s;
	struct town t;

	town_open(&t);
	p = plan(&t);
	CHECK_INT(p.planned, PEOPLE, "people");
	CHECK_INT(p.probes, 5, "and who rides with them");
	s = db_stmt(t.f.db, places, &e);
	CHECK_INT(db_step(s, &e), 1, e.text);
	CHECK_STR(col_text(s, 0), "6 20 33 10 30", "each provider's are spread over the wave");
	db_done(s);
	CHECK_INT(count(&t, ids), 0, "ids above those of all invites");
	CHECK_INT(plan(&t).planned, 0, "planned again");
	CHECK_INT(count(&t, sends), 5, "one message a probe; none to the one that was removed");
	CHECK_INT(invite_counts(t.f.db, t.f.wave, counts, &e), 0, e.text);
	CHECK_INT(counts[INVITE_PLANNED], PEOPLE, "no invite is a probe's");
	CHECK_INT(contact_standing(t.f.db, t.f.c.id, &people, &e), 0, e.text);
	CHECK_INT(people.nominated, PEOPLE, "nobody is nominated by one");
	town_close(&t);
}

static void
test_ride(void)
{
	static const char accepted[] = "SELECT count(*) FROM probe_send WHERE state = 'accepted' AND attempts = 1"
	    " AND accepted_at > 0 AND reply LIKE '250 2.%'";
	static const char done[] = "SELECT count(*) FROM wave WHERE state = 'done'";
	static const char attempts[] = "SELECT count(*) FROM attempt";
	static const char message_ids[] = "SELECT message_id FROM probe_send ORDER BY id";
	struct peer *p = peer_start(&(struct peer_options){ .delay_ms = 0 });
	struct dispatch_result r;
	struct err e = ERR_INIT;
	char order[1024] = "";
	struct stmt *s;
	struct town t;

	town_open(&t);
	plan(&t);
	r = send_wave(&t, peer_url(p), (struct dispatch_options){ .wave = t.f.wave, .wait = true });
	CHECK_INT(r.now.accepted, PEOPLE, "the tally is of people");
	CHECK_INT((int64_t)peer_mails(p), PEOPLE + 5, "all went through the same relay");
	CHECK_INT(count(&t, accepted), 5, "recorded");
	CHECK_INT(count(&t, done), 1, "the wave is done");
	CHECK_INT(count(&t, attempts), PEOPLE, "attempts are of people");
	for (size_t i = 0; i < peer_mails(p); i++) {
		const char *rcpt = peer_mail(p, i).rcpt, *at = strstr(rcpt, "<p");

		if (at)
			snprintf(order + strlen(order), sizeof(order) - strlen(order), "%zu:%.6s ", i + 1, at + 1);
	}
	CHECK_STR(order, "7:p1@gma 12:p1@yah 23:p2@gma 34:p2@yah 38:p3@gma ", "one here, one there, in the line of people");
	s = db_stmt(t.f.db, message_ids, &e);
	CHECK_INT(db_step(s, &e), 1, "a Message-ID");
	CHECK(strstr(peer_mail(p, 6).data, arena_printf(&t.f.arena, "Message-ID: <%s>\r\n", col_text(s, 0))) != NULL,
	    "it is the one that went out");
	db_done(s);
	peer_stop(p);
	town_close(&t);
}

static void
test_outcomes(void)
{
	static const struct peer_fault faults[] = {
		{ PEER_RCPT, "p1@gmail", 1, "451 4.7.1 greylisted", PEER_GO_ON },
		{ PEER_RCPT, "p2@gmail", 0, "550 5.1.1 no such user", PEER_GO_ON },
		{ PEER_DOT, "p3@gmail", 1, "", PEER_HANG_UP },
	};
	static const char state[] = "SELECT group_concat(p.email || ' ' || s.state || ' ' || s.attempts || ' ' || s.reply, '; ')"
	    " FROM probe_send s JOIN probe p ON p.id = s.probe WHERE p.stands_for = 'gmail.example'";
	static const char sooner[] = "UPDATE probe_send SET due_at = due_at - 2000";
	static const char evidence[] = "SELECT count(*) FROM evidence";
	static const char late[] = "UPDATE campaign SET closes_at = 1000";
	static const char cancelled[] = "SELECT count(*) FROM probe_send WHERE state = 'cancelled'";
	static const char again[] = "UPDATE probe_send SET state = 'planned', due_at = 1";
	struct peer *p = peer_start(&(struct peer_options){ .faults = faults, .n_faults = COUNT_OF(faults) });
	struct err e = ERR_INIT;
	struct stmt *s;
	struct town t;

	town_open(&t);
	plan(&t);
	send_wave(&t, peer_url(p), (struct dispatch_options){ .wave = t.f.wave });
	s = db_stmt(t.f.db, state, &e);
	CHECK_INT(db_step(s, &e), 1, e.text);
	CHECK_STR(col_text(s, 0), "p1@gmail.example planned 1 451 4.7.1 greylisted; p2@gmail.example refused 1 550 5.1.1 no such user; "
	    "p3@gmail.example planned 1 the connection was lost before the reply to the message", "put off, refused, uncertain: sent again");
	db_done(s);
	CHECK_INT(count(&t, evidence), 0, "no evidence about anybody");
	run_sql(&t, sooner);
	send_wave(&t, peer_url(p), (struct dispatch_options){ .wave = t.f.wave });
	s = db_stmt(t.f.db, state, &e);
	CHECK_INT(db_step(s, &e), 1, e.text);
	CHECK(strstr(col_text(s, 0), "p1@gmail.example accepted 2") != NULL, col_text(s, 0));
	CHECK(strstr(col_text(s, 0), "p3@gmail.example accepted 2") != NULL, col_text(s, 0));
	db_done(s);
	run_sql(&t, again);
	run_sql(&t, late);
	send_wave(&t, peer_url(p), (struct dispatch_options){ .wave = t.f.wave });
	CHECK_INT(count(&t, cancelled), 5, "after closing none goes out");
	peer_stop(p);
	town_close(&t);
}

/* A dispatcher died with probes under way: they go again, under their old Message-ID. */
static void
test_crash(void)
{
	static const char died[] = "UPDATE probe_send SET state = 'sending', attempts = 1, claimed_by = 12345 WHERE id % 2 = 0";
	static const char accepted[] = "SELECT count(*) FROM probe_send WHERE state = 'accepted'";
	struct peer *p = peer_start(&(struct peer_options){ .delay_ms = 0 });
	struct town t;

	town_open(&t);
	plan(&t);
	run_sql(&t, died);
	send_wave(&t, peer_url(p), (struct dispatch_options){ .wave = t.f.wave, .wait = true });
	CHECK_INT(count(&t, accepted), 5, "all of them");
	peer_stop(p);
	town_close(&t);
}

/* Written into a folder: nobody will find it in the mailbox, and that says nothing of the provider. */
static void
test_folder(void)
{
	static const char cancelled[] = "SELECT count(*) FROM probe_send WHERE state = 'cancelled'";
	struct placement *list;
	struct err e = ERR_INIT;
	struct town t;
	size_t n;

	town_open(&t);
	plan(&t);
	send_wave(&t, arena_printf(&t.f.arena, "dir:%s/out", t.f.dir), (struct dispatch_options){ .wave = t.f.wave, .wait = true });
	CHECK_INT(count(&t, cancelled), 5, "none of them was sent");
	CHECK_INT(placement_counts(t.f.db, &t.f.arena, t.f.c.id, 86400, &list, &n, &e), 0, e.text);
	CHECK_INT((int64_t)n, 0, "nothing is told of them");
	town_close(&t);
}

/* A report that comes back for a probe is about nobody; the probe was refused, not missing. */
static void
test_bounce(void)
{
	static const char evidence[] = "SELECT count(*) FROM evidence";
	static const char refused[] = "SELECT count(*) FROM probe_send WHERE state = 'refused' AND reply LIKE '%552 5.2.2%'";
	struct inbound_tally y = { 0 };
	struct err e = ERR_INIT;
	struct secret key;
	struct inbound *in;
	struct town t;
	struct inbound_taken taken;
	char tag[TAG_MAX + 1];
	const char *msg;

	town_open(&t);
	plan(&t);
	sent_ago(&t, 700);
	CHECK_INT(secret_load(&key, t.conf.secret_file, &e), 0, e.text);
	CHECK_INT(inbound_open(&in, &t.conf, &e), 0, e.text);
	tag_write(tag, &key, PROBE_SEND_FIRST + 1, 1);
	msg = arena_printf(&t.f.arena, "Delivered-To: bounce+%s@moha.gov.example\nFrom: MAILER-DAEMON@mx.example\nTo: <bounce+%s@moha.gov.example>\n"
	    "Subject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
	    "--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
	    "Final-Recipient: rfc822; p2@gmail.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 full\n\n--b--\n",
	    tag, tag);
	CHECK_INT(inbound_take(in, t.f.db, "test", msg, strlen(msg), &taken, &y, &e), 0, e.text);
	CHECK_INT(y.matched, 1, "it is known whose it is");
	CHECK_INT(y.failed, 0, "and about nobody");
	CHECK_INT(count(&t, evidence), 0, "no evidence");
	CHECK_INT(count(&t, refused), 1, "the probe was refused");
	inbound_close(in);
	town_close(&t);
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	test_plan();
	test_ride();
	test_outcomes();
	test_crash();
	test_folder();
	test_bounce();
	return check_done();
}
