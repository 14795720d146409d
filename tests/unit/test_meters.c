/* What the process counts: by itself, from many threads, and while the real dispatcher sends to a relay that talks back. */
#include "support/check.h"
#include "support/fill_store.h"
#include "support/smtp_peer.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/dispatch.h"
#include "engine/meters.h"
#include "engine/plan.h"

#define THREADS 4
#define ROUNDS 5000

static int64_t
verdicts(const struct meters_relay *r)
{
	int64_t n = 0;

	for (int v = 0; v < METERS_VERDICTS; v++)
		n += (int64_t)r->attempts[v];
	return n;
}

static int64_t
all_durations(const struct meters *m)
{
	int64_t n = 0;

	for (int i = 0; i <= METERS_BUCKETS; i++)
		n += (int64_t)m->durations[i];
	return n;
}

static void
test_attempts(void)
{
	static const struct { const char *label; int64_t ms; int bucket; } cases[] = {
		{ "no time at all", 0, 0 }, { "a clock that went back", -3, 0 }, { "just within", 5, 0 }, { "just beyond", 6, 1 },
		{ "in the middle", 700, 7 }, { "the last bound", 300000, 14 }, { "beyond all", 300001, 15 },
	};
	static struct meters m;
	int64_t sum = 0;

	meters_start(&m, 17);
	CHECK_INT(m.started_at, 17, "began");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t before = m.durations[cases[i].bucket];

		meters_attempt(&m, "relay:25", SMTP_ACCEPTED, cases[i].ms);
		CHECK_INT((int64_t)(m.durations[cases[i].bucket] - before), 1, cases[i].label);
		sum += cases[i].ms > 0 ? cases[i].ms : 0;
	}
	CHECK_INT(all_durations(&m), (int64_t)COUNT_OF(cases), "each once");
	CHECK_INT((int64_t)m.durations_ms, sum, "their sum");
	meters_attempt(&m, "relay:25", SMTP_UNTRIED, 5);
	CHECK_INT(verdicts(&m.relays[0]), (int64_t)COUNT_OF(cases), "an untried message is no attempt");
	CHECK_INT(all_durations(&m), (int64_t)COUNT_OF(cases), "nor took it any time");
	meters_attempt(&m, "relay:2", SMTP_REFUSED, 1);
	CHECK_INT((int64_t)m.n_relays, 2, "a name that is the beginning of another is another");
}

static void
test_relays(void)
{
	static struct meters m;
	char name[300];

	meters_start(&m, 1);
	for (int i = 0; i < METERS_RELAYS + 5; i++) {
		snprintf(name, sizeof(name), "relay%d:25", i);
		meters_attempt(&m, name, SMTP_DEFERRED, 1);
		meters_attempt(&m, name, SMTP_UNCERTAIN, 1);
	}
	CHECK_INT((int64_t)m.n_relays, METERS_RELAYS, "no more than there are places");
	CHECK_STR(m.relays[METERS_RELAYS - 1].name, "relay15:25", "the last");
	CHECK_INT(verdicts(&m.relays[METERS_RELAYS - 1]), 2, "its own");
	CHECK_STR(m.relays[METERS_RELAYS].name, "other", "the others");
	CHECK_INT((int64_t)m.relays[METERS_RELAYS].attempts[SMTP_DEFERRED], 5, "together");
	meters_relay_down(&m, "relay3:25");
	CHECK_INT(m.relays[3].state, RELAY_DOWN, "down");
	meters_attempt(&m, "relay3:25", SMTP_REFUSED, 1);
	CHECK_INT(m.relays[3].state, RELAY_UP, "who refuses a message is there");
	memset(&m, 0, sizeof(m));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	meters_attempt(&m, name, SMTP_ACCEPTED, 1);
	meters_attempt(&m, name, SMTP_ACCEPTED, 1);
	CHECK_INT((int64_t)m.n_relays, 1, "a very long name is found again");
}

static void
test_nobody_counts(void)
{
	struct inbound_tally t = { .read = 1 };

	meters_attempt(NULL, "r", SMTP_ACCEPTED, 1);
	meters_relay_down(NULL, "r");
	meters_turn(NULL, 1, 1, true);
	meters_dispatching(NULL, true);
	meters_inbound(NULL, &t);
	meters_inbound_ok(NULL, 1);
	meters_request(NULL, "/", 200);
	meters_store(NULL, USES_STORE_INBOUND, true);
	CHECK(true, "without meters nothing happens");
}

static void
test_others(void)
{
	static const struct inbound_tally t = { .read = 10, .known = 1, .matched = 4, .failed = 3, .replies = 1, .unmatched = 3,
	    .forged = 2 };
	static struct meters m;

	meters_start(&m, 1);
	meters_inbound(&m, &t);
	meters_inbound(&m, &t);
	CHECK_INT((int64_t)m.inbound[FATE_MATCHED], 8, "matched");
	CHECK_INT((int64_t)m.inbound[FATE_UNMATCHED], 6, "unmatched");
	CHECK_INT((int64_t)m.inbound[FATE_FORGED], 4, "forged");
	CHECK_INT((int64_t)m.inbound[FATE_KNOWN], 2, "known");
	meters_store(&m, USES_STORE_DISPATCH, true);
	meters_store(&m, USES_STORE_METRICS, true);
	meters_store(&m, USES_STORE_INBOUND, false);
	meters_store(&m, USES_STORE_DISPATCH, false);
	CHECK_INT((int64_t)m.store_trouble, USES_STORE_METRICS, "who is well says nothing for the others");
	meters_turn(&m, 99, 7, true);
	CHECK_INT((int64_t)m.store_trouble, USES_STORE_METRICS | USES_STORE_DISPATCH, "trouble of the dispatcher");
	meters_dispatching(&m, true);
	CHECK(m.dispatching && m.in_flight == 7 && m.turn_at == 99, "the dispatcher at work");
	meters_dispatching(&m, false);
	CHECK(!m.dispatching && m.in_flight == 0, "and gone");
	meters_request(&m, "-", 404);
	meters_request(&m, "/a", 99);
	meters_request(&m, "/a", 600);
	CHECK_INT((int64_t)m.routes[METERS_ROUTES].requests[3], 1, "no route is another one");
	CHECK(!m.routes[0].pattern, "what is no status is not counted");
}

/* --- many threads ------------------------------------------------------------ */

static struct meters shared;
static char patterns[METERS_ROUTES + 10][8];

static void *
ask(void *arg)
{
	size_t first = (size_t)(uintptr_t)arg;

	for (size_t i = 0; i < ROUNDS; i++)
		meters_request(&shared, patterns[(first * 7 + i) % COUNT_OF(patterns)], i % 2 ? 200 : 503);
	return NULL;
}

static void
test_threads(void)
{
	pthread_t threads[THREADS];
	int64_t ok = 0, failed = 0;

	meters_start(&shared, 1);
	for (size_t i = 0; i < COUNT_OF(patterns); i++)
		snprintf(patterns[i], sizeof(patterns[i]), "/%zu", i);
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, ask, (void *)i) != 0)
			die("no thread");
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i <= METERS_ROUTES; i++) {
		ok += (int64_t)shared.routes[i].requests[1];
		failed += (int64_t)shared.routes[i].requests[4];
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(shared.routes[k].pattern, shared.routes[i].pattern) != 0, "each route has one place");
	}
	CHECK_INT(ok, THREADS * ROUNDS / 2, "none is lost");
	CHECK_INT(failed, THREADS * ROUNDS / 2, "none is lost");
	CHECK(shared.routes[METERS_ROUTES].requests[1] > 0, "some found no place of their own");
}

/* --- the dispatcher ---------------------------------------------------------- */

static int
send_all(struct fill *f, const struct conf *c, struct meters *m, const char *relay, struct dispatch_result *r)
{
	static const char running[] = "UPDATE wave SET state = 'running'";
	struct dispatch_options o = { .wave = f->wave, .relay_url = relay, .connections = 2, .give_up_s = 1, .meters = m };
	struct err e = ERR_INIT;

	fill_check(db_run(db_stmt(f->db, running, &e), &e), &e, running);
	return dispatch_run(f->db, c, &o, r, &e);
}

static void
test_dispatcher(void)
{
	static const struct peer_fault faults[] = {
		{ PEER_RCPT, "person2@", 1, "451 4.7.1 greylisted, come back", PEER_GO_ON },
		{ PEER_RCPT, "person4@", 0, "550 5.1.1 no such user here", PEER_GO_ON },
		{ PEER_DOT, "person5@", 1, "", PEER_HANG_UP },
	};
	static const struct peer_fault closed = { PEER_GREETING, NULL, 0, "554 5.3.2 closed", PEER_HANG_UP };
	static const char closes[] = "UPDATE campaign SET closes_at = 4000000000";
	static const char again[] = "UPDATE invite SET due_at = 0 WHERE state = 'deferred'";
	static struct meters m;
	struct peer *good = peer_start(&(struct peer_options){ .faults = faults, .n_faults = COUNT_OF(faults) });
	struct peer *bad = peer_start(&(struct peer_options){ .faults = &closed, .n_faults = 1 });
	struct dispatch_result r;
	struct err e = ERR_INIT;
	struct wave wave;
	struct conf conf;
	struct plan p;
	struct fill f;
	int64_t unit;
	char key[128];

	fill_open(&f);
	fill_check(db_run(db_stmt(f.db, closes, &e), &e), &e, closes);
	f.c.closes_at = 4000000000;
	unit = fill_unit(&f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
	for (int i = 1; i <= 12; i++) {
		char email[64];

		snprintf(email, sizeof(email), "person%d@unit.example", i);
		fill_person(&f, unit, "Nguyễn Mẫu", email);
	}
	fill_commit(&f);
	fill_check(conf_load(&conf, NULL, false, &e), &e, "settings");
	snprintf(key, sizeof(key), "%s/secret.key", f.dir);
	conf.secret_file = key;
	conf.relay_tls = "none";
	conf.reply_timeout_s = conf.data_timeout_s = 2;
	fill_check(wave_by_id(f.db, &f.arena, f.wave, &wave, &e), &e, "wave");
	fill_check(plan_wave(f.db, &conf, &f.c, &wave, clock_now(), &p, &e), &e, "plan");

	meters_start(&m, clock_now());
	CHECK_INT(send_all(&f, &conf, &m, peer_url(bad), &r), -1, "a relay that is closed");
	CHECK_INT((int64_t)m.n_relays, 1, "is known");
	CHECK_STR(m.relays[0].name, strstr(peer_url(bad), "://") + 3, "by its name");
	CHECK_INT(m.relays[0].state, RELAY_DOWN, "and down");
	CHECK_INT(verdicts(&m.relays[0]), 0, "nobody was tried");
	CHECK_INT(send_all(&f, &conf, &m, peer_url(good), &r), 0, "another one");
	CHECK_INT(m.relays[1].state, RELAY_UP, "is up");
	CHECK_INT((int64_t)m.relays[1].attempts[SMTP_ACCEPTED], r.now.accepted, "accepted");
	CHECK_INT((int64_t)m.relays[1].attempts[SMTP_DEFERRED], 1, "deferred");
	CHECK_INT((int64_t)m.relays[1].attempts[SMTP_REFUSED], 1, "refused");
	CHECK_INT((int64_t)m.relays[1].attempts[SMTP_UNCERTAIN], 1, "uncertain");
	CHECK_INT(verdicts(&m.relays[1]), 12, "everybody");
	CHECK_INT(all_durations(&m), 12, "and how long each took");
	CHECK(m.turn_at >= m.started_at && m.turn_at <= clock_now(), "turns were made");
	CHECK_INT((int64_t)m.in_flight, 0, "nothing is under way any more");
	CHECK_INT((int64_t)m.store_trouble, 0, "no trouble");
	fill_check(db_run(db_stmt(f.db, again, &e), &e), &e, again);
	CHECK_INT(send_all(&f, &conf, &m, peer_url(good), &r), 0, "the deferred ones");
	CHECK_INT(verdicts(&m.relays[1]), 12 + r.now.accepted, "are added: counters never go back");
	CHECK_INT(m.relays[0].state, RELAY_DOWN, "and nothing was heard of the closed one");
	conf_release(&conf);
	fill_close(&f);
	peer_stop(good);
	peer_stop(bad);
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	test_attempts();
	test_relays();
	test_nobody_counts();
	test_others();
	test_threads();
	test_dispatcher();
	return check_done();
}
