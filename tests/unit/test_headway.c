/* How far a wave is: what is due, how fast it goes, how long it takes, by domain; what rests and was stopped. */
#include "support/check.h"
#include "support/fill_store.h"

#include "engine/headway.h"
#include "store/pace.h"

#define NOW INT64_C(1631865600)
#define NOW_MS (NOW * 1000 + 400)

static int64_t next_contact = 1;

/* Whoever it is: only the invite counts here. */
static void
invite(struct fill *f, int64_t wave, const char *email, enum invite_state state, int64_t due_at, int64_t expires_at,
    int64_t moved_at)
{
	static const char off[] = "PRAGMA defer_foreign_keys = ON";
	static const char sql[] = "INSERT INTO invite (wave, contact, email, state, due_at, expires_at, attempts, moved_at)"
	    " VALUES ($1, $2, $3, $4, $5, nullif($6, 0), 0, $7)";
	struct err e = ERR_INIT;
	struct stmt *s;

	fill_check(db_run(db_stmt(f->db, off, &e), &e), &e, off);
	s = db_stmt(f->db, sql, &e);
	bind_int(s, 1, wave);
	bind_int(s, 2, next_contact++);
	bind_text(s, 3, email);
	bind_text(s, 4, invite_state_name(state));
	bind_int(s, 5, due_at);
	bind_int(s, 6, expires_at);
	bind_int(s, 7, moved_at);
	fill_check(db_run(s, &e), &e, "invite");
}

static void
look(struct fill *f, struct headway *h, int64_t wave, int64_t now_ms)
{
	struct err e = ERR_INIT;

	if (!CHECK_INT(headway_look(h, f->db, wave, now_ms, &e), 0, "look"))
		puts(e.text);
}

static const struct headway_domain *
domain(const struct headway *h, const char *name)
{
	static const struct headway_domain none = { .name = "none", .open = -1 };

	for (size_t i = 0; i < h->n_domains; i++)
		if (strcmp(h->domains[i].name, name) == 0)
			return &h->domains[i];
	return &none;
}

static void
test_due(struct fill *f)
{
	static const struct {
		const char *label;
		enum invite_state state;
		int64_t due_in_s, expires_in_s;		/* 0: not tried yet */
		int64_t open, due, next_in_s;
	} cases[] = {
		{ "planned, its time has come", INVITE_PLANNED, 0, 0, 1, 1, 0 },
		{ "planned for later", INVITE_PLANNED, 1, 0, 1, 0, 1 },
		{ "deferred, due again", INVITE_DEFERRED, -5, 100, 1, 1, 0 },
		{ "deferred, due again, but too late", INVITE_DEFERRED, -5, -1, 1, 0, 0 },
		{ "deferred until later", INVITE_DEFERRED, 900, 1000, 1, 0, 900 },
		{ "of a stopped domain", INVITE_PLANNED, INVITE_PARKED_AT - NOW, 0, 1, 0, 0 },
		{ "being sent", INVITE_SENDING, -5, 0, 1, 0, 0 },
		{ "accepted", INVITE_ACCEPTED, -5, 0, 0, 0, 0 },
		{ "uncertain", INVITE_UNCERTAIN, -5, 100, 0, 0, 0 },
		{ "expired", INVITE_EXPIRED, -5, 100, 0, 0, 0 },
		{ "cancelled", INVITE_CANCELLED, 5, 0, 0, 0, 0 },
	};
	struct headway h = HEADWAY_INIT;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char name[32];
		int64_t wave;

		snprintf(name, sizeof(name), "due %zu", i);
		wave = fill_wave(f, name);
		invite(f, wave, "a@one.example", cases[i].state, NOW + cases[i].due_in_s,
		    cases[i].expires_in_s ? NOW + cases[i].expires_in_s : 0, NOW - 1000);
		look(f, &h, wave, NOW_MS);
		CHECK_INT(h.counts[cases[i].state], 1, cases[i].label);
		CHECK_INT(h.open, cases[i].open, cases[i].label);
		CHECK_INT(h.due, cases[i].due, cases[i].label);
		CHECK_INT(h.next_due_at, cases[i].next_in_s ? NOW + cases[i].next_in_s : 0, cases[i].label);
		CHECK_INT(h.per_minute, -1, "nothing moved");
		CHECK_INT(h.left_s, -1, "so nobody knows how long it takes");
	}
	look(f, &h, 4711, NOW_MS);
	CHECK_INT(h.open + h.due + (int64_t)h.n_domains, 0, "a wave that is not there; and nothing is left of the look before");
	headway_release(&h);
}

/* n messages of the wave ended so many seconds ago. */
static void
ended(struct fill *f, int64_t wave, enum invite_state state, int n, int64_t ago_s)
{
	for (int i = 0; i < n; i++)
		invite(f, wave, "a@one.example", state, NOW - 1000, 0, NOW - ago_s);
}

static void
test_rate(struct fill *f)
{
	struct headway h = HEADWAY_INIT;
	int64_t wave = fill_wave(f, "rate");

	for (int i = 0; i < 100; i++)
		invite(f, wave, "b@two.example", INVITE_PLANNED, NOW - 10, 0, NOW - 10);
	ended(f, wave, INVITE_EXPIRED, 5, 1);
	ended(f, wave, INVITE_CANCELLED, 5, 1);
	look(f, &h, wave, NOW_MS);
	CHECK_INT(h.per_minute, -1, "what expires or is cancelled is no message sent");
	ended(f, wave, INVITE_ACCEPTED, 10, 4);
	look(f, &h, wave, NOW_MS);
	CHECK_INT(h.per_minute, 136, "a wave that began 4.4 seconds ago: 10 in that time");
	CHECK_INT(h.left_s, 44, "100 at that rate");
	look(f, &h, wave, NOW_MS - 4000);
	CHECK_INT(h.per_minute, 600, "one that began just now: as if a second ago, not endlessly fast");
	ended(f, wave, INVITE_REFUSED, 5, 19);
	ended(f, wave, INVITE_UNCERTAIN, 5, 19);
	ended(f, wave, INVITE_ACCEPTED, 1000, HEADWAY_RATE_S);
	look(f, &h, wave, NOW_MS);
	CHECK_INT(h.per_minute, 62, "20 in 19.4 seconds, and nothing older");
	CHECK_INT(h.left_s, 97, "100 at that rate");
	look(f, &h, wave, NOW_MS + 60000);
	CHECK_INT(h.per_minute, -1, "a minute later it stands still");
	headway_release(&h);
}

static void
test_domains(struct fill *f)
{
	static const struct stop stops[] = {
		{ .domain = "three.example", .kind = "refusals" },
		{ .domain = "two.example", .kind = "refusals", .observed = true },
		{ .domain = "one.example", .kind = "refusals", .resumed_at = 1 },
		{ .domain = "elsewhere.example", .kind = "refusals" },
	};
	static const struct domain_rest rests[] = {
		{ "one.example", NOW + 60, 1, "421 slower" }, { "two.example", NOW, 1, "421 was" },
		{ "three.example", NOW + 60, 1, "421 but nothing waits" }, { "elsewhere.example", NOW + 60, 1, "421" },
	};
	static const char resume[] = "UPDATE stop SET resumed_at = 1 WHERE domain = 'one.example'";
	int64_t wave = fill_wave(f, "domains"), resting;
	struct headway h = HEADWAY_INIT;
	struct err e = ERR_INIT;
	struct stop t;

	invite(f, wave, "a@one.example", INVITE_PLANNED, NOW, 0, 0);
	invite(f, wave, "b@one.example", INVITE_DEFERRED, NOW, 0, 0);
	invite(f, wave, "c@one.example", INVITE_SENDING, NOW, 0, 0);
	invite(f, wave, "d@one.example", INVITE_ACCEPTED, NOW, 0, 0);
	invite(f, wave, "a@two.example", INVITE_REFUSED, NOW, 0, 0);
	invite(f, wave, "a@three.example", INVITE_ACCEPTED, NOW, 0, 0);
	invite(f, wave, "nobody", INVITE_CANCELLED, NOW, 0, 0);
	for (size_t i = 0; i < COUNT_OF(stops); i++) {
		t = stops[i];
		t.wave = wave;
		t.text = "";
		fill_check(stop_insert(f->db, &t, &e), &e, "stop");
	}
	fill_check(db_run(db_stmt(f->db, resume, &e), &e), &e, resume);
	for (size_t i = 0; i < COUNT_OF(rests); i++)
		fill_check(rest_save(f->db, &rests[i], &e), &e, "rest");
	look(f, &h, wave, NOW_MS);
	CHECK_INT((int64_t)h.n_domains, 4, "domains; one address has none");
	CHECK_INT(domain(&h, "one.example")->open, 3, "open");
	CHECK_INT(domain(&h, "one.example")->deferred, 1, "deferred");
	CHECK_INT(domain(&h, "one.example")->accepted, 1, "accepted");
	CHECK_INT(domain(&h, "two.example")->refused, 1, "refused");
	CHECK_INT(domain(&h, "one.example")->stop, HEADWAY_GOES, "was resumed");
	CHECK_INT(domain(&h, "two.example")->stop, HEADWAY_NOTED, "only noted");
	CHECK_INT(domain(&h, "three.example")->stop, HEADWAY_STOPPED, "stopped");
	CHECK_INT(domain(&h, "one.example")->rest_until_at, NOW + 60, "rests");
	CHECK_STR(domain(&h, "one.example")->rest_reason, "421 slower", "because");
	CHECK_INT(domain(&h, "two.example")->rest_until_at, 0, "has rested");
	CHECK_INT(h.resting, 1, "one of those that rest has work waiting");
	CHECK_INT(h.stop, HEADWAY_GOES, "the wave as a whole goes on");
	CHECK_INT(glance_resting(f->db, NOW, &resting, &e), 0, "resting anywhere");
	CHECK_INT(resting, 3, "of the whole store");
	t = (struct stop){ .wave = wave, .domain = "", .kind = "operator", .text = "" };
	fill_check(stop_insert(f->db, &t, &e), &e, "stop");
	look(f, &h, wave, NOW_MS);
	CHECK_INT(h.stop, HEADWAY_STOPPED, "until somebody stops it");
	headway_release(&h);
}

/* More than one read, more domains than the first table has room for, a full last read. */
static void
test_many(struct fill *f)
{
	int64_t wave = fill_wave(f, "many"), sum = 0;
	struct headway h = HEADWAY_INIT;

	for (int i = 0; i < 40000; i++) {
		char email[48];

		snprintf(email, sizeof(email), "p@d%d.example", i % 1000);
		invite(f, wave, email, (enum invite_state)(i % INVITE_STATES), NOW, 0, 0);
	}
	for (int again = 0; again < 2; again++) {
		look(f, &h, wave, NOW_MS);
		for (int i = 0; i < INVITE_STATES; i++)
			CHECK_INT(h.counts[i], 40000 / INVITE_STATES, invite_state_name((enum invite_state)i));
		CHECK_INT((int64_t)h.n_domains, 1000, "domains");
		sum = 0;
		for (size_t i = 0; i < h.n_domains; i++)
			sum += h.domains[i].open + h.domains[i].accepted + h.domains[i].refused;
		CHECK_INT(sum, 40000 / INVITE_STATES * 5, "every one of them in its domain");
	}
	headway_release(&h);
}

int
main(void)
{
	static const char forget[] = "DELETE FROM invite";
	struct err e = ERR_INIT;
	struct fill f;

	fill_open(&f);
	test_due(&f);
	test_rate(&f);
	test_domains(&f);
	test_many(&f);
	/* Invites of nobody must not be committed. */
	fill_check(db_run(db_stmt(f.db, forget, &e), &e), &e, forget);
	fill_close(&f);
	return check_done();
}
