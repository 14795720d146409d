/*
 * post.h - three people who were invited, and mails that come back about
 * them; on support/world.h.
 */
#ifndef THUMOI_TESTS_POST_H
#define THUMOI_TESTS_POST_H

#include "support/check.h"
#include "support/world.h"

#include "engine/inbound.h"
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

static inline int64_t
post_number(struct post *p, const char *sql)
{
	return world_count(&p->w, sql);
}

/* Two people with mailboxes of their own would be [0] and [1]; [2] shares the one of [0]. */
static inline void
post_begin(struct post *p)
{
	static const char *const emails[] = { "an@cantho.test", "binh@cantho.test", "an@cantho.test" };
	static const char address[] = "INSERT INTO address (contact, rank, email) VALUES ($1, 1, $2)";
	static const char accept[] = "UPDATE invite SET state = 'accepted', attempts = 1, moved_at = due_at WHERE id = $1";
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

static inline void
post_end(struct post *p)
{
	inbound_close(p->in);
	conf_release(&p->conf);
	world_end(&p->w);
}

/* A DSN to `to` about `rcpt`. */
static inline const char *
post_dsn(struct post *p, const char *to, const char *rcpt, const char *action, const char *status, const char *why, const char *extra)
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

static inline struct inbound_tally
post_take(struct post *p, const char *msg)
{
	struct inbound_tally t = { 0 };
	struct inbound_taken taken;

	CHECK_INT(inbound_take(p->in, p->w.db, "test", msg, strlen(msg), &taken, &t, &p->w.e), 0, p->w.e.text);
	return t;
}

static inline const char *
post_verp(struct post *p, int i)
{
	return arena_printf(&p->w.arena, "bounce+%s@survey.test", p->tag[i]);
}

#endif
