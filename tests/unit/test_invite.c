/* The states of an invite, and who is planned. */
#include "support/check.h"
#include "support/fill_store.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "engine/plan.h"

static void
set_closes(struct fill *f, int64_t at)
{
	static const char sql[] = "UPDATE campaign SET closes_at = $1";
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(f->db, sql, &e);

	bind_int(s, 1, at);
	fill_check(db_run(s, &e), &e, "campaign");
	f->c.closes_at = at;
}

static struct wave
the_wave(struct fill *f)
{
	struct err e = ERR_INIT;
	struct wave w;

	if (wave_by_id(f->db, &f->arena, f->wave, &w, &e) != 1)
		die("no wave: %s", e.text);
	return w;
}

/* A move the picture forbids is a bug and ends the process. */
static void
test_forbidden(void)
{
	struct fill f;
	struct err e = ERR_INIT;
	int status;
	pid_t child = fork();

	if (child == 0) {
		fill_open(&f);
		fclose(stderr);
		(void)invite_move(f.db, 1, INVITE_ACCEPTED, INVITE_SENDING, 0, 0, &e);
		_exit(0);
	}
	waitpid(child, &status, 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "an accepted invite is never sent again");
}

static void
test_states(void)
{
	struct arena a = ARENA_INIT;
	struct invite list[8], i;
	struct attempt t;
	struct err e = ERR_INIT;
	struct fill f;
	int64_t counts[INVITE_STATES], unit, due = 0, now = clock_now();
	size_t n;

	fill_open(&f);
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
	for (int k = 0; k < 3; k++) {
		char email[32];

		snprintf(email, sizeof(email), "p%d@unit.example", k);
		CHECK_INT(invite_plan(f.db, f.wave, fill_person(&f, unit, email, email), email, now + k * 100, &e), 1, "planned");
	}
	CHECK_INT(invite_plan(f.db, f.wave, 1, "p0@unit.example", now, &e), 0, "never twice");
	CHECK_INT(invite_next_due(f.db, f.wave, &due, &e), 1, "due");
	CHECK_INT(due, now, "the first");
	CHECK_INT(invite_claim(f.db, &a, f.wave, now + 100, 77, list, 8, &n, &e), 0, "claim");
	CHECK_INT((int64_t)n, 2, "two are due");
	CHECK_INT(list[0].attempts, 1, "first attempt");
	CHECK_INT(list[0].claimed_by, 77, "by this run");
	CHECK_INT(invite_claim(f.db, &a, f.wave, now + 100, 78, list + 2, 6, &n, &e), 0, "claim again");
	CHECK_INT((int64_t)n, 0, "nobody claims what is claimed");
	CHECK_INT(invite_give_back(f.db, list[0].id, &e), 0, "given back");
	CHECK_INT(invite_by_id(f.db, &a, list[0].id, &i, &e), 1, "read");
	CHECK_INT(i.state, INVITE_PLANNED, "as it was");
	CHECK_INT(i.attempts, 0, "no attempt was made");
	CHECK_INT(invite_move(f.db, list[1].id, INVITE_SENDING, INVITE_DEFERRED, now + 900, now + 5000, &e), 0, "deferred");
	CHECK_INT(invite_move(f.db, list[1].id, INVITE_SENDING, INVITE_ACCEPTED, 0, 0, &e), -1, "the store was elsewhere");
	CHECK_INT(e.code, ERR_STORE, "and says so");
	CHECK_INT(invite_overdue(f.db, &a, f.wave, now + 4999, list + 2, 6, &n, &e), 0, "overdue");
	CHECK_INT((int64_t)n, 0, "not yet");
	CHECK_INT(invite_overdue(f.db, &a, f.wave, now + 5000, list + 2, 6, &n, &e), 0, "overdue");
	CHECK_INT((int64_t)n, 1, "now");
	CHECK_INT(invite_claim(f.db, &a, f.wave, now + 6000, 77, list + 2, 6, &n, &e), 0, "claim late");
	CHECK_INT((int64_t)n, 2, "an expired one is not claimed");
	CHECK_INT(attempt_insert(f.db, &(struct attempt){ .invite = list[1].id, .n = 1, .at = now, .relay = "r", .command = "RCPT",
	    .code = 451, .enhanced = "4.7.1", .text = "later", .verdict = "deferred", .category = "rate-limited" }, &e), 0, "attempt");
	CHECK_INT(attempt_last(f.db, &a, list[1].id, &t, &e), 1, "last attempt");
	CHECK_INT(t.code, 451, "read back");
	CHECK_INT(invite_counts(f.db, f.wave, counts, &e), 0, "counts");
	CHECK_INT(counts[INVITE_SENDING] * 10 + counts[INVITE_DEFERRED], 21, "two under way, one deferred");
	CHECK_INT(invite_any_open(f.db, f.wave, &e), 1, "open");
	arena_release(&a);
	fill_close(&f);
}

static const struct conf *
settings(void)
{
	static struct conf conf;
	struct err e = ERR_INIT;

	if (!conf.store)
		fill_check(conf_load(&conf, NULL, false, &e), &e, "settings");
	return &conf;
}

static struct plan
plan_now(struct fill *f, const char *audience, int64_t now)
{
	struct err e = ERR_INIT;
	struct wave w = the_wave(f);
	struct plan p;

	fill_commit(f);
	w.audience = audience;
	if (!CHECK_INT(plan_wave(f->db, settings(), &f->c, &w, now, &p, &e), 0, audience))
		puts(e.text);
	return p;
}

/* What proves an address dead, and what cures it. */
static const struct cure {
	const char *label;
	const char *category;		/* of the evidence against it */
	bool hard;
	int days_ago;
	enum { NOTHING, DELIVERED, REPLIED, ANSWERED, ACCEPTED, SAME_ACCEPTED, COLLEAGUE, EARLIER, DELAYED, WITHDRAWN } then;
	bool dead;
	const char *kind;		/* of the evidence; NULL: dsn */
} cures[] = {
	{ "no such user", "unknown-user", true, 3, NOTHING, true, NULL },
	{ "refused for our own fault", "auth-failed", false, 3, NOTHING, false, NULL },
	{ "a later report of delivery", "unknown-user", true, 3, DELIVERED, false, NULL },
	{ "a later letter", "unknown-user", true, 3, REPLIED, false, NULL },
	{ "a later answer", "unknown-user", true, 3, ANSWERED, false, NULL },
	{ "a later message was accepted", "unknown-user", true, 3, ACCEPTED, false, NULL },
	{ "the message itself was accepted, then came back", "unknown-user", true, 3, SAME_ACCEPTED, true, NULL },
	{ "a colleague at the same mailbox wrote", "unknown-user", true, 3, COLLEAGUE, false, NULL },
	{ "a letter before", "unknown-user", true, 3, EARLIER, true, NULL },
	{ "a notice proves nothing", "unknown-user", true, 3, DELAYED, true, NULL },
	{ "five months ago", "unknown-user", true, 150, NOTHING, true, NULL },
	{ "seven months ago", "unknown-user", true, 210, NOTHING, false, NULL },
	{ "a focal point's word", "moved", true, 3, NOTHING, true, "focal_moved" },
	{ "... is not gainsaid by a server", "moved", true, 3, ACCEPTED, true, "focal_moved" },
	{ "... nor by a report", "moved", true, 3, DELIVERED, true, "focal_moved" },
	{ "... but by the person", "moved", true, 3, REPLIED, false, "focal_moved" },
	{ "... or by taking it back", "moved", true, 3, WITHDRAWN, false, "focal_moved" },
};

static void
fact(struct fill *f, int64_t who, int64_t invite, const char *kind, const char *category, bool hard, const char *email, int64_t at)
{
	struct err e = ERR_INIT;
	struct evidence v = { .contact = who, .invite = invite, .at = at, .kind = kind, .grade = 'A', .category = category, .hard = hard,
	    .email = email };

	CHECK_INT(evidence_add(f->db, &v, &e), 1, e.text);
}

/* An invite of another wave to that person, accepted at that moment. */
static int64_t
accepted_invite(struct fill *f, int64_t who, const char *email, int64_t at)
{
	static const char sql[] =
	    "INSERT INTO invite (wave, contact, email, state, due_at, attempts, moved_at) VALUES ($1, $2, $3, 'accepted', $4, 1, $4)"
	    " RETURNING id";
	struct wave w = { .campaign = f->c.id, .name = "before", .template = "invitation", .audience = "", .uncertain = "hold",
	    .state = "done" };
	struct err e = ERR_INIT;
	struct stmt *s;
	int64_t id = 0;

	if (wave_insert(f->db, &w, &e) < 0)
		w.id = f->wave + 1;
	s = db_stmt(f->db, sql, &e);
	bind_int(s, 1, w.id);
	bind_int(s, 2, who);
	bind_text(s, 3, email);
	bind_int(s, 4, at);
	CHECK_INT(db_one_int(s, &id, &e), 1, e.text);
	return id;
}

static void
test_cures(void)
{
	for (size_t i = 0; i < COUNT_OF(cures); i++) {
		const struct cure *c = &cures[i];
		int64_t now = clock_now(), then = now - INT64_C(86400) * c->days_ago, unit, who, other, invite = 0;
		struct err e = ERR_INIT;
		struct fill f;
		struct plan p;

		fill_open(&f);
		set_closes(&f, now + 86400);
		unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
		who = fill_person(&f, unit, "Trần Thị Mẫu", "mau@unit.example");
		other = fill_person(&f, unit, "Lê Văn Mẫu", "mau@unit.example");
		if (c->then == ACCEPTED || c->then == SAME_ACCEPTED)
			invite = accepted_invite(&f, who, "mau@unit.example", then + 60);
		fact(&f, who, c->then == SAME_ACCEPTED ? invite : 0, c->kind ? c->kind : "dsn", c->category, c->hard, "mau@unit.example", then);
		if (c->then == DELIVERED)
			fact(&f, who, 0, "dsn", "delivered", false, "mau@unit.example", then + 60);
		if (c->then == REPLIED || c->then == EARLIER)
			fact(&f, who, 0, "reply", "", false, "mau@unit.example", then + (c->then == EARLIER ? -60 : 60));
		if (c->then == WITHDRAWN)
			CHECK_INT(evidence_withdraw(f.db, who, c->kind, &e), 0, e.text);
		if (c->then == COLLEAGUE)
			fact(&f, other, 0, "reply", "", false, "mau@unit.example", then + 60);
		if (c->then == DELAYED)
			fact(&f, who, 0, "delay", "", false, "mau@unit.example", then + 60);
		if (c->then == ANSWERED)
			answer_record(f.db, who, f.c.instruments[0].id, then + 60, "api", &e);
		p = plan_now(&f, "", now);
		CHECK_INT(p.dead, c->dead ? 2 : 0, c->label);
		CHECK_INT(p.planned, c->dead ? 0 : 2, c->label);
		fill_close(&f);
	}
}

static void
test_plan(void)
{
	struct fill f;
	struct err e = ERR_INIT;
	int64_t cantho, angiang, who[6], now = clock_now(), counts[INVITE_STATES];
	struct wave w;
	struct plan p;

	fill_open(&f);
	set_closes(&f, now + 86400);
	cantho = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
	angiang = fill_unit(&f, "T89", UNIT_PROVINCE, "Tỉnh An Giang", "An Giang", 2);
	for (int k = 0; k < 6; k++) {
		char email[32];

		snprintf(email, sizeof(email), "p%d@unit%d.example", k, k / 3);
		who[k] = fill_person(&f, k < 4 ? cantho : angiang, email, email);
	}
	answer_record(f.db, who[0], f.c.instruments[0].id, now, "api", &e);
	answer_record(f.db, who[0], f.c.instruments[1].id, now, "api", &e);
	answer_record(f.db, who[1], f.c.instruments[0].id, now, "api", &e);
	fill_evidence(&f, who[2], 0, "opt_out", "", now);
	{
		struct evidence v = { .contact = who[3], .at = now, .kind = "dsn", .grade = 'A', .category = "unknown-user",
		    .hard = true, .email = "p3@unit1.example" };

		CHECK_INT(evidence_add(f.db, &v, &e), 1, "hard evidence");
	}
	p = plan_now(&f, "unit=T89", now);
	CHECK_INT(p.planned, 2, "An Giang");
	CHECK_INT(p.outside, 4, "the others are not meant");
	p = plan_now(&f, "missing=survey unit=T92,T01", now);
	CHECK_INT(p.planned, 0, "who did the survey is not asked for it");
	CHECK_INT(p.answered, 2, "both have");
	p = plan_now(&f, "", now);
	CHECK_INT(p.planned, 1, "one has something left");
	CHECK_INT(p.before, 2, "two were planned before");
	CHECK_INT(p.answered, 1, "one is done");
	CHECK_INT(p.stopped, 1, "one asked to stop");
	CHECK_INT(p.dead, 1, "one address is dead");
	fill_person(&f, angiang, "Người mới", "new@unit1.example");
	p = plan_now(&f, "", now);
	CHECK_INT(p.planned, 1, "only the new one");
	CHECK_INT(invite_counts(f.db, f.wave, counts, &e), 0, "counts");
	CHECK_INT(counts[INVITE_PLANNED], 4, "four in all");
	w = the_wave(&f);
	w.not_after = now - 1;
	CHECK_INT(plan_wave(f.db, settings(), &f.c, &w, now, &p, &e), -1, "too late for the wave");
	CHECK_INT(e.code, ERR_NOTNOW, "and that is what is said");
	w.not_after = 0;
	CHECK_INT(plan_wave(f.db, settings(), &f.c, &w, now + 86401, &p, &e), -1, "the campaign has closed");
	CHECK_INT(plan_deadline(&w, &f.c), now + 86400, "deadline");
	CHECK_INT(plan_check(f.db, "unit=", &f.c, &e), -1, "nothing after =");
	CHECK_INT(plan_check(f.db, "province", &f.c, &e), -1, "no term");
	CHECK_INT(plan_check(f.db, "color=red", &f.c, &e), -1, "unknown term");
	CHECK_INT(plan_check(f.db, "kind=city", &f.c, &e), -1, "unknown kind");
	CHECK_INT(plan_check(f.db, "unit=T99", &f.c, &e), -1, "a unit that is not there");
	CHECK_INT(plan_check(f.db, "missing=poll", &f.c, &e), -1, "unknown form");
	CHECK_INT(plan_check(f.db, "kind=province domain=a.example", &f.c, &e), 0, "good");
	fill_close(&f);
}

int
main(void)
{
	test_forbidden();
	test_states();
	test_plan();
	test_cures();
	return check_done();
}
