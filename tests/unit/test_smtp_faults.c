/*
 * A relay at its worst, under a whole dispatcher: one bad message among many
 * good ones costs itself and the time of one courier, and nothing else.
 */
#include "support/check.h"
#include "support/fill_store.h"
#include "support/smtp_peer.h"

#include <netdb.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/dispatch.h"
#include "engine/plan.h"
#include "mail/tap.h"

#define PEOPLE 60
#define COURIERS 4
#define TIMEOUT_S 2
#define AT_ONCE 8		/* cases: they wait more than they work */

/* --- names that resolve as we say: NAME.slow.test late, NAME.fail.test not now, NAME.never.test late and not ------ */

static bool
ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static int
look_up(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **out)
{
	if (host && (ends_in(host, ".slow.test") || ends_in(host, ".never.test")))
		usleep(600000);
	if (host && (ends_in(host, ".fail.test") || ends_in(host, ".never.test")))
		return EAI_AGAIN;
	return getaddrinfo(host && ends_in(host, ".slow.test") ? "127.0.0.1" : host, port, hints, out);
}

/* --- a store with people ----------------------------------------------------------- */

struct world {
	struct fill f;
	struct conf conf;
	char secret[128];
	struct wave wave;
};

static int64_t
count(struct world *w, const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	fill_check(db_one_int(db_stmt(w->f.db, sql, &e), &n, &e), &e, sql);
	return n;
}

static void
world_open(struct world *w)
{
	static const char closes[] = "UPDATE campaign SET closes_at = $1";
	struct err e = ERR_INIT;
	struct plan p;
	struct stmt *s;
	int64_t unit;

	memset(w, 0, sizeof(*w));
	fill_open(&w->f);
	w->f.c.closes_at = clock_now() + 86400 * 30;
	s = db_stmt(w->f.db, closes, &e);
	bind_int(s, 1, w->f.c.closes_at);
	fill_check(db_run(s, &e), &e, closes);
	unit = fill_unit(&w->f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
	for (int i = 1; i <= PEOPLE; i++) {
		char email[64], name[64];

		snprintf(email, sizeof(email), "person%d@unit.example", i);
		snprintf(name, sizeof(name), "Nguyễn Thị %d", i);
		fill_person(&w->f, unit, name, email);
	}
	fill_commit(&w->f);
	fill_check(conf_load(&w->conf, NULL, false, &e), &e, "settings");
	snprintf(w->secret, sizeof(w->secret), "%s/secret.key", w->f.dir);
	w->conf.secret_file = w->secret;
	w->conf.relay_tls = "none";
	w->conf.connect_timeout_s = w->conf.reply_timeout_s = w->conf.data_timeout_s = TIMEOUT_S;
	fill_check(wave_by_id(w->f.db, &w->f.arena, w->f.wave, &w->wave, &e), &e, "wave");
	fill_check(plan_wave(w->f.db, &w->conf, &w->f.c, &w->wave, clock_now(), &p, &e), &e, "plan");
}

static void
world_close(struct world *w)
{
	conf_release(&w->conf);
	fill_close(&w->f);
}

/* When the good ones were through, by the dispatcher's own count. */
struct watch {
	int64_t began_us, through_us;
	int64_t good;
};

static void
look(const struct dispatch_result *r, void *arg)
{
	struct watch *t = arg;

	if (r->now.accepted >= t->good && !t->through_us)
		t->through_us = clock_mono_us();
}

static int
send_all(struct world *w, const char *relay, int64_t good, struct watch *t, struct dispatch_result *r, struct err *e)
{
	const struct dispatch_options o = { .relay_url = relay, .connections = COURIERS, .give_up_s = 2,
	    .progress = look, .arg = t };

	*t = (struct watch){ .began_us = clock_mono_us(), .good = good };
	return dispatch_run(w->f.db, &w->conf, &o, r, e);
}

/* --- one bad message ----------------------------------------------------------------- */

static const struct {
	const char *label;
	struct peer_fault fault;
	const char *extensions;
	const char *verdict;	/* of the bad one; NULL: whichever, the fault has no address to go by */
} bad[] = {
	{ "stalls at MAIL", { PEER_MAIL, NULL, 1, "", PEER_STALL }, NULL, NULL },
	{ "stalls at RCPT", { PEER_RCPT, "person30@", 0, "", PEER_STALL }, NULL, "deferred" },
	{ "stalls at RCPT, no PIPELINING", { PEER_RCPT, "person30@", 0, "", PEER_STALL }, "8BITMIME", "deferred" },
	{ "stalls at DATA", { PEER_DATA, "person30@", 0, "", PEER_STALL }, "8BITMIME", "deferred" },
	{ "stalls in the body", { PEER_BODY, "person30@", 0, "", PEER_STALL }, NULL, "uncertain" },
	{ "stalls after the dot", { PEER_DOT, "person30@", 0, "", PEER_STALL }, NULL, "uncertain" },
	{ "babbles at RCPT", { PEER_RCPT, "person30@", 0, "", PEER_BABBLE }, NULL, "deferred" },
	{ "babbles after the dot", { PEER_DOT, "person30@", 0, "", PEER_BABBLE }, NULL, "uncertain" },
	{ "babbles at MAIL", { PEER_MAIL, NULL, 1, "", PEER_BABBLE }, NULL, NULL },
	{ "drips at MAIL", { PEER_MAIL, NULL, 1, "", PEER_DRIP }, NULL, NULL },
	{ "garbage at MAIL", { PEER_MAIL, NULL, 1, "\x01\xff nonsense", PEER_GO_ON }, NULL, NULL },
	{ "drips at RCPT", { PEER_RCPT, "person30@", 0, "", PEER_DRIP }, NULL, "deferred" },
	{ "drips after the dot", { PEER_DOT, "person30@", 0, "", PEER_DRIP }, NULL, "uncertain" },
	{ "garbage at RCPT", { PEER_RCPT, "person30@", 0, "\x01\xff nonsense", PEER_GO_ON }, NULL, "deferred" },
	{ "too large, says MAIL", { PEER_MAIL, NULL, 1, "552 5.3.4 message size exceeds fixed limit", PEER_GO_ON },
	    "PIPELINING\nSIZE 500", NULL },
};

static void
test_bad_one(size_t i)
{
	static const char good[] = "SELECT count(*) FROM invite WHERE state = 'accepted' AND attempts = 1";
	static const char others[] = "SELECT count(*) FROM attempt WHERE verdict <> 'accepted'";
	static const char its[] = "SELECT count(*) FROM attempt t JOIN invite i ON i.id = t.invite"
	    " WHERE i.email = 'person30@unit.example' AND t.verdict = $1";

	struct peer *p = peer_start(&(struct peer_options){ .faults = &bad[i].fault, .n_faults = 1,
	    .extensions = bad[i].extensions });
	struct dispatch_result r;
	struct err e = ERR_INIT;
	int failed = check_failed;
	struct watch t;
	struct world w;
	int64_t n;

	world_open(&w);
	CHECK_INT(send_all(&w, peer_url(p), PEOPLE - 1, &t, &r, &e), 0, bad[i].label);
	n = count(&w, others);
	CHECK(n <= 1, bad[i].label);
	CHECK_INT(count(&w, good), PEOPLE - n, bad[i].label);
	if (bad[i].verdict) {
		struct stmt *s = db_stmt(w.f.db, its, &e);

		bind_text(s, 1, bad[i].verdict);
		fill_check(db_one_int(s, &n, &e), &e, its);
		CHECK_INT(n, 1, bad[i].label);
		/* The others did not wait for it: they were through before its time was over. */
		CHECK(t.through_us && t.through_us - t.began_us < TIMEOUT_S * 900000, bad[i].label);
	}
	CHECK(clock_mono_us() - t.began_us < (TIMEOUT_S + 2) * 1000000, bad[i].label);
	CHECK((int64_t)peer_connections(p) <= COURIERS + 2, bad[i].label);
	printf("# %s: others through after %" PRId64 " ms, all after %" PRId64 " ms\n", bad[i].label,
	    (t.through_us - t.began_us) / 1000, (clock_mono_us() - t.began_us) / 1000);
	if (check_failed != failed)
		printf("  %s: %" PRId64 " connections %s\n", bad[i].label, (int64_t)peer_connections(p), e.text);
	world_close(&w);
	peer_stop(p);
}

/* --- a relay whose doors hang ---------------------------------------------------------- */

static const struct {
	const char *label;
	struct peer_fault fault;
} doors[] = {
	{ "one greeting never comes", { PEER_GREETING, NULL, 1, "", PEER_STALL } },
	{ "one greeting drips", { PEER_GREETING, NULL, 1, "", PEER_DRIP } },
	{ "one greeting babbles", { PEER_GREETING, NULL, 1, "", PEER_BABBLE } },
	{ "one EHLO is not answered", { PEER_EHLO, NULL, 1, "", PEER_STALL } },
	{ "one handshake hangs", { PEER_HANDSHAKE, NULL, 1, "", PEER_STALL } },
	{ "one STARTTLS is refused", { PEER_STARTTLS, NULL, 1, "454 4.7.0 no entropy", PEER_GO_ON } },
};

static void
test_door(size_t i)
{
	char cert[128], key[128], url[64];
	struct dispatch_result r;
	struct err e = ERR_INIT;
	struct peer *p;
	struct watch t;
	struct world w;

	world_open(&w);
	snprintf(cert, sizeof(cert), "%s/c.pem", w.f.dir);
	snprintf(key, sizeof(key), "%s/c.key", w.f.dir);
	peer_make_certificate(cert, key, "DNS:localhost", 10);
	w.conf.relay_tls = "require";
	w.conf.relay_ca_file = cert;
	p = peer_start(&(struct peer_options){ .faults = &doors[i].fault, .n_faults = 1, .cert = cert, .key = key });
	snprintf(url, sizeof(url), "smtp://localhost:%d", peer_port(p));
	CHECK_INT(send_all(&w, url, PEOPLE - 1, &t, &r, &e), 0, doors[i].label);
	CHECK_INT(r.now.accepted, PEOPLE, doors[i].label);
	CHECK_INT((int64_t)peer_mails(p), PEOPLE, doors[i].label);
	CHECK(t.through_us && t.through_us - t.began_us < TIMEOUT_S * 900000, doors[i].label);
	world_close(&w);
	peer_stop(p);
}

static const struct {
	const char *host;
	bool works;
} names[] = {
	{ "relay.slow.test", true }, { "relay.fail.test", false }, { "relay.never.test", false },
};

static void
test_name(size_t i)
{
	static const char untouched[] = "SELECT count(*) FROM invite WHERE state = 'planned' AND attempts = 0";
	struct peer *p = peer_start(&(struct peer_options){ .n_faults = 0 });
	struct dispatch_result r;
	struct err e = ERR_INIT;
	char url[64];
	struct watch t;
	struct world w;

	world_open(&w);
	snprintf(url, sizeof(url), "smtp://%s:%d", names[i].host, peer_port(p));
	CHECK_INT(send_all(&w, url, PEOPLE, &t, &r, &e), names[i].works ? 0 : -1, names[i].host);
	CHECK_INT((int64_t)peer_mails(p), names[i].works ? PEOPLE : 0, names[i].host);
	if (!names[i].works) {
		CHECK_INT(count(&w, untouched), PEOPLE, "nothing was tried, everything is given back");
		CHECK(strstr(e.text, "CONNECT: ") != NULL, e.text);
	}
	CHECK(clock_mono_us() - t.began_us < 8000000, names[i].host);
	world_close(&w);
	peer_stop(p);
}

/* Each case in a process of its own, several at once; its checks count as one here. */
static void
test_each(void (*test)(size_t), size_t n)
{
	size_t running = 0;
	int status;

	fflush(stdout);
	for (size_t i = 0; i < n || running; i++) {
		if (i < n) {
			pid_t pid = fork();

			if (pid == 0) {
				check_failed = 0;
				test(i);
				fflush(stdout);
				_exit(check_failed != 0);
			}
			if (CHECK(pid > 0, "fork"))
				running++;
		}
		if (running == AT_ONCE || (i >= n && running)) {
			if (CHECK(wait(&status) > 0, "wait"))
				CHECK_INT(status, 0, "the checks of one case");
			running--;
		}
	}
}

int
main(void)
{
	log_to(-1, LOG_LEVEL_ERROR);
	tap_look_up = look_up;
	test_each(test_bad_one, COUNT_OF(bad));
	test_each(test_door, COUNT_OF(doors));
	test_each(test_name, COUNT_OF(names));
	return check_done();
}
