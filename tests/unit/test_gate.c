/* The pace file, who may go now, and what the answers of a domain do to it. */
#include "support/check.h"
#include "support/fill_store.h"

#include "base/file.h"
#include "base/log.h"
#include "engine/gate.h"
#include "store/invite.h"
#include "store/pace.h"

#define NOW INT64_C(1631865600)
#define NOW_MS (NOW * 1000)

static char path[128];

static const char *
pace_file(const struct fill *f, const char *text)
{
	struct err e = ERR_INIT;

	snprintf(path, sizeof(path), "%s/pace.conf", f->dir);
	fill_check(file_replace(path, text, strlen(text), &e), &e, path);
	return path;
}

static void
test_file(struct fill *f)
{
	static const struct { const char *label, *text, *domain; int64_t hour, connections; bool each; int64_t ramp; } good[] = {
		{ "a name", "a.example 600/hour\n", "a.example", 600, 0, false, 0 },
		{ "another name", "a.example 600/hour\n", "b.example", -1, 0, false, 0 },
		{ "in capitals", "A.Example\t7/hour 2 connections\r\n", "a.EXAMPLE", 7, 2, false, 0 },
		{ "below a name", "*.gov.vn 600/hour 4 connections each", "x.angiang.gov.vn", 600, 4, true, 0 },
		{ "not the name itself", "*.gov.vn 600/hour", "gov.vn", -1, 0, false, 0 },
		{ "not one that only ends alike", "*.gov.vn 600/hour", "evilgov.vn", -1, 0, false, 0 },
		{ "several, the second", "a.example,b.example 5/hour", "b.example", 5, 0, false, 0 },
		{ "any", "* 1 connection", "c.example", 0, 1, false, 0 },
		{ "the first that fits", "# remark\n\n a.example 1/hour\n* 2/hour\n", "a.example", 1, 0, false, 0 },
		{ "relays are no domains", "relay * 9/hour\n", "a.example", -1, 0, false, 0 },
		{ "a remark behind it", "a.example 600/hour # as they asked\n", "a.example", 600, 0, false, 0 },
		{ "a ramp", "a.example 5000/day ramp 100\n", "a.example", 0, 0, false, 100 },
		{ "a ramp and nothing else", "a.example ramp 1", "a.example", 0, 0, false, 1 },
		{ "a ramp between others", "*.a.example 9/hour ramp 50 2 connections each", "x.a.example", 9, 2, true, 50 },
	};
	static const struct { const char *label, *text, *says; } bad[] = {
		{ "no limit", "a.example\n", "line 1" },
		{ "no number", "# x\na.example many/hour", "line 2: 'many/hour' is no limit" },
		{ "nought", "a.example 0/hour", "is no limit" },
		{ "too much", "a.example 99999999999/hour", "is no limit" },
		{ "a window nobody knows", "a.example 5/week", "5/week" },
		{ "a number of nothing", "a.example 5", "5 of what?" },
		{ "a number of nothing, then a limit", "a.example 5 6/hour", "5 of what?" },
		{ "connections without a number", "a.example connections", "number from 1" },
		{ "a star in the middle", "a.*.example 5/hour", "is no domain" },
		{ "an address", "x@a.example 5/hour", "is no domain" },
		{ "only commas", ",, 5/hour", "no domain" },
		{ "a ramp without a number", "a.example 5/day ramp", "line 1: behind 'ramp' stands a number" },
		{ "a ramp of none", "a.example ramp 0", "behind 'ramp' stands a number from 1 to 1000000" },
		{ "a ramp of too many", "a.example ramp 1000001", "behind 'ramp' stands a number" },
		{ "a ramp of something else", "# x\n# y\na.example 500/day ramp each", "line 3: behind 'ramp'" },
		{ "a ramp with a window", "a.example ramp 5/day", "behind 'ramp' stands a number" },
		{ "a ramp that leads nowhere", "a.example 100/day ramp 100", "ramp 100 is not below the 100/day" },
		{ "a number before the ramp", "a.example 5 ramp 7", "5 of what?" },
		{ "a remark in place of a limit", "a.example # 5/hour", "no limit is named" },
	};
	struct err e = ERR_INIT;
	struct limits l;

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		const struct limit_rule *r;

		CHECK_INT(limits_load(&l, pace_file(f, good[i].text), &e), 0, good[i].label);
		r = limits_domain(&l, good[i].domain);
		CHECK_INT(r ? r->limit[PACE_HOUR] : -1, good[i].hour, good[i].label);
		CHECK_INT(r ? r->connections : 0, good[i].connections, good[i].label);
		CHECK_INT(r && r->each, good[i].each, good[i].label);
		CHECK_INT(r ? r->ramp : 0, good[i].ramp, good[i].label);
		limits_release(&l);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		CHECK_INT(limits_load(&l, pace_file(f, bad[i].text), &e), -1, bad[i].label);
		if (!CHECK(strstr(e.text, bad[i].says) != NULL, bad[i].label))
			puts(e.text);
		limits_release(&l);
	}
	CHECK_INT(limits_load(&l, "", &e), 0, "the shipped file");
	CHECK(limits_domain(&l, "gmail.com") != NULL, "has a limit for a large provider");
	CHECK(!limits_domain(&l, "angiang.gov.vn") && !limits_relay(&l, "127.0.0.1:25"), "and for nobody else");
	limits_release(&l);
	CHECK_INT(limits_load(&l, "none", &e), 0, "none");
	CHECK_INT((int64_t)l.n, 0, "is none");
	limits_release(&l);
}

/* --- */

struct setting {
	struct fill *f;
	struct conf conf;
	struct gate *g;
};

static void
open_gate(struct setting *s, const char *text)
{
	struct err e = ERR_INIT;

	s->conf.pace_file = pace_file(s->f, text);
	fill_check(gate_new(&s->g, s->f->db, &s->conf, "relay.example:25", &e), &e, "gate");
}

/* How many of n for the domain may go at the moment; the last due moment of the others. */
static int
ask(struct setting *s, const char *email, int n, int64_t now_ms, int64_t *last, struct gate_seat *seats)
{
	struct err e = ERR_INIT;
	size_t most = 1000;
	int64_t due;
	int go = 0;

	CHECK_INT(gate_open(s->g, now_ms, &most, &due, &e), 0, "open");
	for (int i = 0; i < n; i++) {
		struct gate_seat seat;
		int rc = gate_ask(s->g, s->f->wave, email, now_ms, &seat, &due, &e);

		if (rc == GATE_GO) {
			if (seats)
				seats[go] = seat;
			go++;
		} else {
			CHECK_INT(rc, GATE_LATER, "no error");
			CHECK(due > now_ms / 1000, "later is later");
			if (last)
				*last = due;
		}
	}
	CHECK_INT(gate_save(s->g, &e), 0, "save");
	return go;
}

static void
test_limits(struct setting *s)
{
	int64_t last = 0;

	open_gate(s, "a.example,b.example 600/hour\n*.gov.example 60/hour each\n");
	CHECK_INT(ask(s, "x@free.example", 500, NOW_MS, NULL, NULL), 500, "no limit, no wait");
	CHECK_INT((int64_t)s->g->n_domains, 0, "and no entry");
	CHECK_INT(ask(s, "x@a.example", 20, NOW_MS, &last, NULL), 10, "ten at once");
	CHECK(last >= NOW + 60 && last <= NOW + 64, "the others in turn");
	CHECK_INT(ask(s, "x@b.example", 5, NOW_MS, NULL, NULL), 0, "b shares with a");
	CHECK_INT(ask(s, "x@p.gov.example", 5, NOW_MS, NULL, NULL), 1, "each its own");
	CHECK_INT(ask(s, "x@q.gov.example", 5, NOW_MS, NULL, NULL), 1, "each its own, the second");
	gate_free(s->g);
	open_gate(s, "a.example,b.example 600/hour\n");
	CHECK_INT(ask(s, "x@a.example", 20, NOW_MS + 1000, NULL, NULL), 0, "a new run does not begin with a full bucket");
	CHECK_INT(ask(s, "x@a.example", 20, NOW_MS + 30000, NULL, NULL), 4, "but with what has flowed in");
	gate_free(s->g);
	open_gate(s, "relay *.example:25 60/hour\n");
	CHECK_INT(ask(s, "x@free.example", 20, NOW_MS, NULL, NULL), 1, "a limit of the relay holds for all");
	{
		struct err e = ERR_INIT;
		size_t most = 100;

		CHECK_INT(gate_open(s->g, NOW_MS, &most, &last, &e), 0, "open");
		CHECK_INT((int64_t)most, 0, "nothing more is claimed");
		CHECK(last >= NOW + 60 && last <= NOW + 63, "until the next may go");
	}
	gate_free(s->g);
}

static struct job *
new_job(const struct setting *s, const char *email, struct gate_seat seat)
{
	struct job *j = mem_zalloc(sizeof(*j) + 64);

	snprintf(j->texts, 64, "%s", email);
	j->email = j->texts;
	j->wave = s->f->wave;
	j->seat = seat;
	j->verdict = SMTP_ACCEPTED;
	j->command = "DOT";
	return j;
}

/* Asks once a minute until `to`, as much as may go; what may go is accepted. How many; *first: in the first minute. */
static int64_t
live(struct setting *s, const char *email, int64_t from, int64_t to, int64_t *first)
{
	struct verdict v = { .category = CAT_NONE };
	struct err e = ERR_INIT;
	int64_t n = 0, due;

	for (int64_t at = from; at < to; at += 60) {
		size_t most = 1000;
		struct gate_seat seat;
		int rc = gate_open(s->g, at * 1000, &most, &due, &e), more = 400;

		while (rc == 0 && more-- > 0 && (rc = gate_ask(s->g, s->f->wave, email, at * 1000, &seat, &due, &e)) == GATE_GO) {
			struct job *j = new_job(s, email, seat);

			j->at = at;
			rc = gate_heed(s->g, j, &v, &e);
			gate_leave(s->g, j);
			job_free(j);
			n++;
		}
		if (rc < 0 || gate_save(s->g, &e) < 0)
			die("the gate fails: %s", e.text);
		if (at == from)
			*first = n;
	}
	return n;
}

/* Ten days of a new sender, each in a process of its own; then a pause that is short enough, and one that is not. */
static void
test_ramp(struct setting *s)
{
	static const struct { const char *label, *file, *email; int64_t first, day9; } table[] = {
		{ "a domain", "new.example 1000/day ramp 20\n", "x@new.example", 20, 1000 },
		{ "a relay", "relay * 700/day ramp 30\n", "x@any.example", 30, 700 },
		{ "a group that shares", "*.a.example,*.b.example ramp 4\n", "x@y.b.example", 4, 2048 },
	};
	static const char forget[] = "DELETE FROM pace";
	int64_t burst = 0, n, last = 0;
	struct err e = ERR_INIT;

	fill_check(db_run(db_stmt(s->f->db, forget, &e), &e), &e, "what others left in the bucket of the relay");
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int64_t limit = table[i].first, began = NOW + (int64_t)i * 1000;

		for (int day = 0; day < 10; day++) {
			open_gate(s, table[i].file);
			n = live(s, table[i].email, began + day * 86400, began + (day + 1) * 86400, &burst);
			CHECK(n <= limit, table[i].label);
			CHECK(n >= limit * 4 / 5, table[i].label);
			CHECK(burst <= (limit / 6 > 1 ? limit / 6 : 1), "no burst");
			ask(s, table[i].email, 64, (began + (day + 1) * 86400 - 60) * 1000, &last, NULL);
			CHECK(limit == table[i].day9 || last <= began + (day + 1) * 86400, "nobody waits beyond the end of the day");
			gate_free(s->g);
			if (limit < table[i].day9)
				limit = limit * 2 < table[i].day9 ? limit * 2 : table[i].day9;
		}
		CHECK_INT(limit, table[i].day9, "where it has come to");
		began += 38 * (int64_t)86400;
		open_gate(s, table[i].file);
		n = live(s, table[i].email, began, began + 3600, &burst);
		CHECK(n >= table[i].day9 / 6, "after four weeks it is known still");
		gate_free(s->g);
		began += 31 * (int64_t)86400;
		open_gate(s, table[i].file);
		n = live(s, table[i].email, began, began + 86400, &burst);
		CHECK(n <= table[i].first && n >= table[i].first * 4 / 5, "after a month it is new again");
		n = live(s, table[i].email, began + 86400, began + 2 * 86400, &burst);
		CHECK(n > table[i].first && n <= 2 * table[i].first, "and grows, in the same process too");
		gate_free(s->g);
	}
}

/* What was refused or put off does not make a sender known; two dispatchers share one ramp. */
static void
test_ramp_shared(struct setting *s)
{
	struct setting other = *s;
	struct gate_seat seat;
	struct verdict v = { .category = CAT_POLICY };
	struct err e = ERR_INIT;
	int64_t burst, n, began_at = 0, last_at = 0;
	struct job *j;

	open_gate(s, "late.example ramp 60\n");
	CHECK_INT(ask(s, "x@late.example", 1, NOW_MS, NULL, &seat), 1, "the first");
	j = new_job(s, "x@late.example", seat);
	j->at = NOW;
	j->verdict = SMTP_REFUSED;
	j->code = 550;
	CHECK_INT(gate_heed(s->g, j, &v, &e), 0, "refused");
	gate_leave(s->g, j);
	job_free(j);
	CHECK_INT(ramp_load(s->f->db, "group late.example", &began_at, &last_at, &e), 0, "nothing was accepted");
	open_gate(&other, "late.example ramp 60\n");
	n = live(s, "x@late.example", NOW + 86400, NOW + 86400 + 43200, &burst);
	CHECK_INT(ramp_load(s->f->db, "group late.example", &began_at, &last_at, &e), 1, "now it was");
	CHECK_INT(began_at, NOW + 86400, "and that is when it began");
	n += live(&other, "x@late.example", NOW + 86400 + 43200, NOW + 2 * 86400, &burst);
	CHECK(n >= 48 && n <= 60, "both together send what one may");
	CHECK_INT(ramp_load(s->f->db, "group late.example", &began_at, &last_at, &e), 1, "read again");
	CHECK_INT(began_at, NOW + 86400, "the second does not begin anew");
	CHECK(last_at > NOW + 2 * 86400 - 7200 && last_at < NOW + 2 * 86400, "to the hour");
	gate_free(other.g);
	gate_free(s->g);
}

static void
test_connections(struct setting *s)
{
	struct gate_seat seats[200];
	struct job *first[200], *held, *back;
	int64_t last = 0;
	int n, going = 0;

	open_gate(s, "slow.example 2 connections\n");
	n = ask(s, "x@slow.example", 200, NOW_MS, &last, seats);
	CHECK_INT(n, 130, "some wait in memory, the others in the store");
	CHECK(last >= NOW + 1, "later");
	for (int i = 0; i < n; i++) {
		first[going] = new_job(s, "x@slow.example", seats[i]);
		going += gate_enter(s->g, first[going]);
	}
	CHECK_INT(going, 2, "two at once");
	CHECK_INT((int64_t)s->g->n_held, 128, "the others are held");
	held = gate_leave(s->g, first[0]);
	CHECK(held && held->seat.going, "one leaves, the next goes");
	job_free(first[0]);
	CHECK_INT((int64_t)s->g->n_held, 127, "one less");
	back = gate_take_held(s->g);
	n = 0;
	for (struct job *next; back; back = next, n++) {
		next = back->next;
		back->verdict = SMTP_UNTRIED;
		CHECK(!gate_leave(s->g, back), "nobody goes in place of one that was held");
		job_free(back);
	}
	CHECK_INT(n, 127, "all are given back");
	CHECK(!gate_leave(s->g, first[1]) && !gate_leave(s->g, held), "nobody waits");
	CHECK_INT(first[1]->seat.scope->claimed, 0, "all seats are free");
	CHECK_INT(first[1]->seat.scope->going, 0, "all connections are free");
	job_free(first[1]);
	job_free(held);
	gate_free(s->g);
}

static void
heed(struct setting *s, const char *email, int64_t at, enum smtp_verdict verdict, int code, enum category category, const char *text)
{
	struct job *j = new_job(s, email, (struct gate_seat){ .scope = NULL });
	struct verdict v = { .category = category };
	struct err e = ERR_INIT;

	j->verdict = verdict;
	j->code = code;
	j->at = at;
	j->text = mem_dup(text);
	if (!CHECK_INT(gate_heed(s->g, j, &v, &e), 0, "heed"))
		puts(e.text);
	job_free(j);
}

static void
test_rest(struct setting *s)
{
	static const struct { const char *label; int code; enum category category; const char *text; bool rests; } table[] = {
		{ "421 is plain", 421, CAT_REMOTE_ERROR, "4.3.2 closing", true },
		{ "a rate limit in words", 450, CAT_RATE_LIMITED, "4.7.1 too many messages from you", true },
		{ "greylisting", 451, CAT_RATE_LIMITED, "4.7.1 greylisted, too many seconds to go", false },
		{ "a full mailbox", 452, CAT_MAILBOX_FULL, "4.2.2 mailbox full, quota exceeded", false },
		{ "no such words", 451, CAT_POLICY, "4.7.1 please come back later", false },
	};
	struct gate_seat seats[8];
	int64_t last = 0;

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		open_gate(s, "");
		for (int k = 0; k < 5; k++)
			heed(s, "x@tired.example", NOW, SMTP_DEFERRED, table[i].code, table[i].category, table[i].text);
		CHECK_INT(ask(s, "y@tired.example", 3, NOW_MS, &last, NULL), table[i].rests ? 0 : 3, table[i].label);
		if (table[i].rests) {
			CHECK_INT(last, NOW + 60, "for a minute");
			CHECK_INT(ask(s, "y@other.example", 3, NOW_MS, NULL, NULL), 3, "the others go on");
			heed(s, "x@tired.example", NOW + 70, SMTP_ACCEPTED, 250, CAT_NONE, "ok");
		}
		gate_free(s->g);
	}
	open_gate(s, "");
	for (int k = 0; k < 4; k++)
		heed(s, "x@tired.example", NOW, SMTP_DEFERRED, 421, CAT_RATE_LIMITED, "slow down");
	heed(s, "x@tired.example", NOW, SMTP_ACCEPTED, 250, CAT_NONE, "ok");
	for (int k = 0; k < 4; k++)
		heed(s, "x@tired.example", NOW, SMTP_DEFERRED, 421, CAT_RATE_LIMITED, "slow down");
	CHECK_INT(ask(s, "y@tired.example", 1, NOW_MS, NULL, NULL), 1, "not in a row");
	heed(s, "x@tired.example", NOW, SMTP_DEFERRED, 421, CAT_RATE_LIMITED, "slow down");
	CHECK(s->g->recall, "who is in the queue is looked at again");
	gate_free(s->g);
	open_gate(s, "");
	CHECK_INT(ask(s, "y@tired.example", 1, NOW_MS + 59000, NULL, NULL), 0, "a new run knows that it rests");
	CHECK_INT(ask(s, "y@tired.example", 5, NOW_MS + 60000, &last, seats), 1, "then one is tried");
	CHECK_INT(last, NOW + 62, "and the others wait for its answer");
	heed(s, "x@tired.example", NOW + 61, SMTP_DEFERRED, 421, CAT_RATE_LIMITED, "slow down");
	CHECK_INT(ask(s, "y@tired.example", 1, NOW_MS + 180000, &last, NULL), 0, "no better:");
	CHECK_INT(last, NOW + 181, "twice as long");
	heed(s, "x@tired.example", NOW + 200, SMTP_ACCEPTED, 250, CAT_NONE, "ok");
	CHECK_INT(ask(s, "y@tired.example", 5, NOW_MS + 200000, NULL, NULL), 5, "well again");
	gate_free(s->g);
}

static void
test_stop(struct setting *s)
{
	static const char *const modes[] = { "on", "observe", "off" };
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	char email[64], text[128];
	struct stop t;

	for (int m = 0; m < 3; m++) {
		int64_t n, last = 0;
		char domain[32];

		s->conf.stops = modes[m];
		snprintf(domain, sizeof(domain), "wall%d.example", m);
		open_gate(s, "");
		for (int i = 0; i < 25; i++) {
			snprintf(email, sizeof(email), "p%d@%s", i, domain);
			snprintf(text, sizeof(text), "5.7.1 <%s> rejected by policy of the house, id 4f%d", email, i);
			if (i % 3 == 2)
				heed(s, email, NOW + i, SMTP_ACCEPTED, 250, CAT_NONE, "ok");
			else
				heed(s, email, NOW + i, SMTP_REFUSED, 550, CAT_POLICY, text);
			if (i == 12)
				CHECK_INT(ask(s, email, 1, NOW_MS, NULL, NULL), 1, "nine refusals are no wall yet");
		}
		CHECK_INT(stop_last(s->f->db, &a, s->f->wave, domain, NULL, &t, &e), m < 2, modes[m]);
		if (m < 2) {
			CHECK_INT(t.n, 10, "so many");
			CHECK_INT(t.of, 14, "of so many (the first outcomes that count begin with a refusal)");
			CHECK_INT(t.at, NOW + 13, "when");
			CHECK_INT(t.observed, m == 1, "noted or stopped");
			CHECK(strstr(t.text, "rejected by policy") && !strchr(t.text, '@'), "what it said, without addresses");
		}
		CHECK_INT(ask(s, email, 2, NOW_MS, &last, NULL), m == 0 ? 0 : 2, modes[m]);
		if (m == 0) {
			CHECK_INT(last, INVITE_PARKED_AT, "until somebody resumes it");
			CHECK_INT(ask(s, "x@free.example", 1, NOW_MS, NULL, NULL), 1, "the rest goes on");
			CHECK_INT(stop_resume(s->f->db, s->f->wave, domain, NOW + 100, &n, &e), 0, "resume");
			CHECK_INT(n, 1, "one stop ends");
			gate_unpark(s->g);
			CHECK_INT(gate_park_wave(s->g, s->f->wave, &e), 0, "read again");
			CHECK_INT(ask(s, email, 2, NOW_MS, NULL, NULL), 2, "and they go");
		}
		gate_free(s->g);
	}
	s->conf.stops = "on";
	open_gate(s, "");
	for (int i = 0; i < 30; i++)
		heed(s, "x@dead.example", NOW, SMTP_REFUSED, 550, CAT_UNKNOWN_USER, "5.1.1 no such user");
	CHECK_INT(ask(s, "x@dead.example", 1, NOW_MS, NULL, NULL), 1, "wrong addresses are no refusal of us");
	for (int i = 0; i < 30; i++) {
		snprintf(text, sizeof(text), "5.7.1 reason %s", i % 2 ? "this" : "that");
		heed(s, "x@mixed.example", NOW, SMTP_REFUSED, 550, CAT_POLICY, i % 3 ? text : "5.7.1 something else");
	}
	CHECK_INT(ask(s, "x@mixed.example", 1, NOW_MS, NULL, NULL), 1, "many texts are not one");
	gate_free(s->g);
	arena_release(&a);
}

static int
stops_of(struct setting *s, int64_t wave, const char *domain, bool observed)
{
	struct arena a = ARENA_INIT;
	struct stop t = { .id = 0 };
	struct err e = ERR_INIT;
	int n = 0;

	while (stop_next(s->f->db, &a, t.id, wave, &t, &e) == 1)
		n += strcmp(t.domain, domain) == 0 && t.observed == observed && !t.resumed_at;
	arena_release(&a);
	return n;
}

static bool
parked(struct setting *s, int64_t wave, const char *email)
{
	struct gate_seat seat;
	struct err e = ERR_INIT;
	int64_t due = 0;
	int rc = gate_ask(s->g, wave, email, NOW_MS, &seat, &due, &e);

	if (rc == GATE_GO)
		gate_undo(s->g, &seat);
	return rc == GATE_LATER && due == INVITE_PARKED_AT;
}

/* A house that refuses us refuses every wave under way; a text that it refuses, one wave. What was only noted can be meant later. */
static void
test_stop_waves(struct setting *s)
{
	int64_t first = s->f->wave, second = fill_wave(s->f, "second"), paused = fill_wave(s->f, "paused"), n;
	struct err e = ERR_INIT;

	fill_check(wave_set_state(s->f->db, paused, "paused", &e), &e, "pause");
	s->conf.stops = "on";
	open_gate(s, "");
	for (int i = 0; i < 10; i++)
		heed(s, "x@house.example", NOW, SMTP_REFUSED, 550, CAT_BLOCKED, "5.7.1 your host is blocked");
	for (int i = 0; i < 10; i++)
		heed(s, "x@taste.example", NOW, SMTP_REFUSED, 554, CAT_CONTENT, "5.7.1 message looks like spam");
	CHECK(parked(s, first, "y@house.example") && parked(s, second, "y@house.example"), "stopped in both waves");
	CHECK(!parked(s, paused, "y@house.example") && !stops_of(s, paused, "house.example", false), "a paused one asks later");
	CHECK(parked(s, first, "y@taste.example") && !parked(s, second, "y@taste.example"), "a text: in its own wave alone");
	CHECK(!parked(s, first, "y@else.example"), "the others go on");
	CHECK_INT(stop_resume(s->f->db, second, "house.example", NOW + 5, &n, &e), 0, "resume the one");
	CHECK_INT(n, 1, "which is one stop");
	gate_unpark(s->g);
	CHECK_INT(gate_park_wave(s->g, first, &e) | gate_park_wave(s->g, second, &e), 0, "read again");
	CHECK(parked(s, first, "y@house.example") && !parked(s, second, "y@house.example"), "and not the other");
	gate_free(s->g);
	for (int on = 0; on <= 1; on++) {
		s->conf.stops = on ? "on" : "observe";
		open_gate(s, "");
		for (int i = 0; i < 30; i++)
			heed(s, "x@noted.example", NOW, SMTP_REFUSED, 550, CAT_POLICY, "5.7.1 not from you");
		CHECK_INT(stops_of(s, first, "noted.example", true), 1, "noted once");
		CHECK_INT(stops_of(s, first, "noted.example", false), on, "and stopped, once, when that is asked for");
		gate_unpark(s->g);
		CHECK_INT(gate_park_wave(s->g, first, &e), 0, "read again");
		CHECK_INT(parked(s, first, "y@noted.example"), on, "so that it can be resumed");
		gate_free(s->g);
	}
}

int
main(void)
{
	struct err e = ERR_INIT;
	struct setting s = { .g = NULL };
	struct fill f;

	log_to(-1, LOG_LEVEL_ERROR);
	lang_ui = LANG_EN;
	fill_open(&f);
	fill_commit(&f);
	s.f = &f;
	fill_check(conf_load(&s.conf, NULL, false, &e), &e, "settings");
	test_file(&f);
	test_limits(&s);
	test_ramp(&s);
	test_ramp_shared(&s);
	test_connections(&s);
	test_rest(&s);
	test_stop(&s);
	test_stop_waves(&s);
	conf_release(&s.conf);
	fill_close(&f);
	return check_done();
}
