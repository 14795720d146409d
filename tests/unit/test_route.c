/* Several relays: the file that names them, whose turn it is, and what becomes of the messages when one is down. */
#include "support/check.h"
#include "support/fill_store.h"
#include "support/smtp_peer.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/dispatch.h"
#include "engine/journal.h"
#include "engine/plan.h"
#include "engine/relay_file.h"
#include "engine/route.h"

/* --- the file ------------------------------------------------------------- */

static char dir[64], path[128], other[128];

static const char *
write_file(char *to, size_t size, const char *name, const char *text)
{
	struct err e = ERR_INIT;

	snprintf(to, size, "%s/%s", dir, name);
	fill_check(file_replace(to, text, strlen(text), &e), &e, to);
	return to;
}

static const char *
relays(const char *text)
{
	return write_file(path, sizeof(path), "relays.conf", text);
}

static void
test_file(void)
{
	static const struct { const char *label, *text; size_t n; struct relay_line last; } good[] = {
		{ "a URL alone", "smtp://mx1.example", 1, { .name = "mx1.example:25", .line = 1, .weight = 1 } },
		{ "remarks and empty lines", "# remark\n\n \t\nsmtp://mx1.example:2525 weight 3\r\n# more\n", 1,
		    { .name = "mx1.example:2525", .line = 4, .weight = 3 } },
		{ "everything", "smtp://mx1.example weight 2\n"
		    "smtp://mx2.example\tstandby connections 4 tls require user thumoi password-file /p ca-file /ca", 2,
		    { .name = "mx2.example:25", .line = 2, .weight = 1, .standby = true, .connections = 4, .tls = "require",
		    .user = "thumoi", .password_file = "/p", .ca_file = "/ca" } },
		{ "words in any order", "smtp://mx.example password-file credential:relay user u@x.example weight 1000", 1,
		    { .name = "mx.example:25", .line = 1, .weight = 1000, .user = "u@x.example", .password_file = "credential:relay" } },
		{ "one host, two ports", "smtp://mx.example\nsmtps://mx.example", 2, { .name = "mx.example:465", .line = 2, .weight = 1 } },
		{ "folders", "dir:/a@b\ndir:/b weight 5", 2, { .name = "dir:/b", .line = 2, .weight = 5 } },
	};
	static const struct { const char *label, *text, *says; } bad[] = {
		{ "nothing", "", "no relay stands in it" },
		{ "remarks only", "# smtp://mx.example\n", "no relay stands in it" },
		{ "no URL", "mx.example weight 3\n", "line 1: relay 'mx.example'" },
		{ "a scheme nobody knows", "smtp://mx1.example\nhttp://mx.example\n", "line 2: relay" },
		{ "a port nobody has", "smtp://mx.example:99999", "line 1: relay" },
		{ "a password in the URL", "smtp://u:hunter2@mx.example", "line 1: a name or password does not stand in the URL" },
		{ "... even without its slashes", "smtp:u:hunter2@mx.example", "does not stand in the URL" },
		{ "a password", "smtp://mx.example user u password hunter2", "write password-file" },
		{ "a user without password-file", "\nsmtp://mx.example user u", "line 2: user and password-file go together" },
		{ "password-file without a user", "smtp://mx.example password-file /p", "go together" },
		{ "a word nobody knows", "smtp://mx.example wieght 3", "line 1: 'wieght' is not known" },
		{ "a number alone", "smtp://mx.example 3", "'3' is not known" },
		{ "no value", "smtp://mx.example weight", "after 'weight'" },
		{ "no number", "smtp://mx.example weight many", "weight many: give a whole number from 1 to 1000" },
		{ "nought", "smtp://mx.example weight 0", "weight 0" },
		{ "half a number", "smtp://mx.example weight 3x", "weight 3x" },
		{ "too much", "smtp://mx.example connections 65", "from 1 to 64" },
		{ "far too much", "smtp://mx.example weight 99999999999999999999", "from 1 to 1000" },
		{ "twice", "smtp://mx.example weight 3 weight 3", "'weight' stands there twice" },
		{ "a weight for the standby", "smtp://mx.example weight 3 standby", "not both" },
		{ "tls in other words", "smtp://mx.example tls always", "require opportunistic none" },
		{ "tls where it is always", "smtps://mx.example tls none", "which only smtp:// has" },
		{ "one relay twice", "smtp://mx.example\nsmtp://mx.example:25 weight 2", "line 2: mx.example:25 stands in line 1 already" },
		{ "standby for nobody", "smtp://a.example standby\nsmtp://b.example standby", "every relay is standby" },
	};
	struct err e = ERR_INIT;
	struct relay_file f;

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		const struct relay_line *want = &good[i].last, *got;

		if (!CHECK_INT(relay_file_load(&f, relays(good[i].text), &e), 0, good[i].label))
			puts(e.text);
		if (CHECK_INT((int64_t)f.n, (int64_t)good[i].n, good[i].label)) {
			got = &f.relays[f.n - 1];
			CHECK_STR(got->name, want->name, good[i].label);
			CHECK_INT(got->line, want->line, good[i].label);
			CHECK_INT(got->weight, want->weight, good[i].label);
			CHECK_INT(got->standby, want->standby, good[i].label);
			CHECK_INT(got->connections, want->connections, good[i].label);
			CHECK_STR(got->tls, want->tls, good[i].label);
			CHECK_STR(got->user, want->user, good[i].label);
			CHECK_STR(got->password_file, want->password_file, good[i].label);
			CHECK_STR(got->ca_file, want->ca_file, good[i].label);
		}
		relay_file_release(&f);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		CHECK_INT(relay_file_check(relays(bad[i].text), &e), -1, bad[i].label);
		if (!CHECK(strstr(e.text, bad[i].says) && strstr(e.text, "relays.conf") && !strstr(e.text, "hunter2"), bad[i].label))
			puts(e.text);
	}
	CHECK_INT(relay_file_check("/nowhere/relays.conf", &e), -1, "no such file");
	CHECK(strncmp(e.text, "relay_file: ", 12) == 0, "the setting is named");
	CHECK_INT(relay_file_check("", &e), 0, "none at all");
}

/* --- whose turn it is: no couriers, no network ------------------------------- */

#define RELAYS_MOST 4

/* The relays of a file, as after routes_start, but nobody takes anything out of the queues. */
struct still {
	struct routes rs;
	struct gate gate;
	int seen[RELAYS_MOST];
};

static void
still_open(struct still *s, const char *text, int connections)
{
	struct err e = ERR_INIT;
	struct conf c;

	*s = (struct still){ .rs = { .n = 0 } };
	fill_check(conf_load(&c, NULL, false, &e), &e, "settings");
	c.relay_file = relays(text);
	fill_check(routes_open(&s->rs, &c, NULL, connections, &e), &e, "relays");
	s->rs.gate = &s->gate;
	for (size_t i = 0; i < s->rs.n; i++) {
		s->rs.route[i].todo = workq_new();
		s->rs.up++;
		s->rs.weighted_up += !s->rs.route[i].standby;
	}
	s->rs.done = workq_new();
	conf_release(&c);
}

static void
still_close(struct still *s)
{
	workq_free(s->rs.done);
	routes_release(&s->rs);
}

/* n messages that are taken, one after the other; how many each relay gets, in s->seen. */
static size_t
send_still(struct still *s, int n)
{
	const struct invite i = { .id = 1, .attempts = 1 };
	size_t wanted = routes_wanted(&s->rs);
	struct err e = ERR_INIT;
	struct route *r;

	memset(s->seen, 0, sizeof(s->seen));
	while (n-- > 0) {
		CHECK_INT(routes_choose(&s->rs, NULL, NULL, &i, 1000, &r, &e), 0, "choose");
		if (!r)
			continue;
		s->seen[r - s->rs.route]++;
		routes_take(&s->rs, r, 1000);
	}
	return wanted;
}

/* The outcome of one message that went through it. */
static void
hear(struct still *s, int i, enum smtp_verdict verdict, const char *command, int64_t duration_ms)
{
	const struct job j = { .route = &s->rs.route[i], .verdict = verdict, .command = command, .duration_ms = duration_ms,
	    .text = NULL };

	s->rs.route[i].claimed += s->rs.route[i].claimed == 0;
	routes_heard(&s->rs, &j);
}

static void
test_shares(void)
{
	struct still s;

	still_open(&s, "smtp://a.example weight 3\nsmtp://b.example weight 1\nsmtp://c.example standby", 8);
	CHECK_INT(s.rs.route[0].connections, 6, "connections by weight");
	CHECK_INT(s.rs.route[1].connections, 2, "... the second");
	CHECK_INT(s.rs.route[2].connections, 8, "... the standby one: the whole");
	CHECK_INT((int64_t)send_still(&s, 0), 8 * 16, "claimed ahead");
	for (int n = 4; n <= 64; n += 4) {
		send_still(&s, n);
		CHECK_INT(s.seen[0], n / 4 * 3, "three of four");
		CHECK_INT(s.seen[2], 0, "nothing for the standby one");
	}
	still_close(&s);
	still_open(&s, "smtp://a.example weight 9\nsmtp://b.example\nsmtp://c.example connections 5", 2);
	CHECK_INT(s.rs.route[0].connections + s.rs.route[1].connections, 2, "they add up");
	CHECK_INT(s.rs.route[1].connections, 1, "one at least");
	CHECK_INT(s.rs.route[2].connections, 5, "unless the line says so");
	still_close(&s);
	still_open(&s, "smtp://a.example\nsmtp://b.example\nsmtp://c.example", 8);
	CHECK_INT(s.rs.route[0].connections + s.rs.route[1].connections + s.rs.route[2].connections, 8, "eight among three");
	still_close(&s);
}

static void
test_rest(void)
{
	struct still s;

	still_open(&s, "smtp://a.example connections 2\nsmtp://b.example connections 3\nsmtp://c.example standby", 8);
	hear(&s, 0, SMTP_UNTRIED, "CONNECT", 0);
	hear(&s, 0, SMTP_UNTRIED, "", 0);
	CHECK(!s.rs.route[0].rests_since_us, "one conversation of two is no trouble yet");
	hear(&s, 0, SMTP_UNTRIED, "CONNECT", 0);
	CHECK(s.rs.route[0].rests_since_us != 0, "two in a row are");
	send_still(&s, 10);
	CHECK_INT(s.seen[1], 10, "everything through the other one");
	s.rs.route[0].probe_at_us = 1;
	send_still(&s, 10);
	CHECK_INT(s.seen[0], 0, "nobody is there to carry a probe");
	CHECK_INT(s.seen[2], 0, "the standby one waits");
	hear(&s, 1, SMTP_UNTRIED, "AUTH", 0);
	CHECK(s.rs.route[1].rests_since_us != 0, "a wrong password needs no second try");
	CHECK(!s.rs.down_since_us, "the standby one is there");
	send_still(&s, 10);
	CHECK_INT(s.seen[2], 10, "and now it is its turn");
	for (int i = 0; i < 8; i++)
		hear(&s, 2, SMTP_UNTRIED, "EHLO", 0);
	CHECK(s.rs.down_since_us != 0, "all are down");
	CHECK(s.rs.troubled == &s.rs.route[2], "the last says why");
	CHECK_INT((int64_t)send_still(&s, 1), 0, "nothing is claimed");
	CHECK(!routes_hopeless(&s.rs, 20), "not for long");
	s.rs.down_since_us -= 4000000;
	CHECK(!routes_hopeless(&s.rs, 20), "one of them may only be out of order");
	s.rs.down_since_us -= 20000000;
	CHECK(routes_hopeless(&s.rs, 20), "long enough");
	hear(&s, 0, SMTP_DEFERRED, "RCPT", 5);
	CHECK(!s.rs.route[0].rests_since_us && !s.rs.down_since_us, "who answers is back");
	send_still(&s, 10);
	CHECK_INT(s.seen[0], 10, "and gets everything");
	still_close(&s);
}

static struct job *
put_job(struct still *s, int i)
{
	struct job *j = mem_zalloc(sizeof(*j));

	j->route = &s->rs.route[i];
	workq_put(s->rs.route[i].todo, j);
	return j;
}

/* Weights hold as long as each gets through with its share. */
static void
test_behind(void)
{
	struct still s;

	still_open(&s, "smtp://a.example connections 2\nsmtp://b.example connections 2", 4);
	for (int i = 0; i < 30; i++)
		put_job(&s, 0);
	s.rs.route[0].claimed = 30;
	s.rs.route[0].moved_us = clock_mono_us();
	CHECK_INT((int64_t)send_still(&s, 10), 4 * 16, "a queue is no reason");
	CHECK_INT(s.seen[0], 5, "half of them");
	for (int i = 0; i < 50; i++)
		hear(&s, 0, SMTP_ACCEPTED, "DOT", 3000);
	CHECK_INT((int64_t)send_still(&s, 10), 4 * 16, "a minute's work is");
	CHECK_INT(s.seen[1], 10, "that does not wait");
	for (int i = 0; i < 50; i++)
		hear(&s, 0, SMTP_ACCEPTED, "DOT", 3);
	send_still(&s, 10);
	CHECK_INT(s.seen[0], 5, "faster again");
	s.rs.route[0].moved_us -= 4000000;
	send_still(&s, 10);
	CHECK_INT(s.seen[0], 5, "four seconds of silence may be");
	s.rs.route[0].moved_us -= 2000000;
	send_still(&s, 10);
	CHECK_INT(s.seen[1], 10, "six, with so many waiting, may not");
	still_close(&s);
}

/* --- with scripted relays ------------------------------------------------------ */

struct world {
	struct fill f;
	struct conf conf;
	char secret[128], log[128], file[128], pace[128];
	int64_t unit;
	struct wave wave;
	int log_fd;
};

static void
sql_int(struct world *w, const char *sql, int64_t value)
{
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(w->f.db, sql, &e);

	bind_int(s, 1, value);
	fill_check(db_run(s, &e), &e, sql);
}

static int64_t
count(struct world *w, const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	fill_check(db_one_int(db_stmt(w->f.db, sql, &e), &n, &e), &e, sql);
	return n;
}

static int64_t
count_of(struct world *w, const char *sql, const struct peer *p)
{
	char name[32];
	struct err e = ERR_INIT;
	struct stmt *s = db_stmt(w->f.db, sql, &e);
	int64_t n = -1;

	snprintf(name, sizeof(name), "127.0.0.1:%d", peer_port(p));
	bind_text(s, 1, name);
	fill_check(db_one_int(s, &n, &e), &e, sql);
	return n;
}

static int64_t
attempts_by(struct world *w, const struct peer *p)
{
	static const char sql[] = "SELECT count(*) FROM attempt WHERE relay = $1";

	return count_of(w, sql, p);
}

/* n people, one running wave; the log goes into a file. */
static void
world_open(struct world *w, int n)
{
	static const char closes[] = "UPDATE campaign SET closes_at = $1";
	struct err e = ERR_INIT;
	struct plan p;

	memset(w, 0, sizeof(*w));
	fill_open(&w->f);
	w->f.c.closes_at = clock_now() + 86400 * 30;
	sql_int(w, closes, w->f.c.closes_at);
	w->unit = fill_unit(&w->f, "T92", UNIT_PROVINCE, "Thành phố Cần Thơ", "Cần Thơ", 1);
	for (int i = 1; i <= n; i++) {
		char email[64], name[64];

		snprintf(email, sizeof(email), "person%d@unit.example", i);
		snprintf(name, sizeof(name), "Nguyễn Thị %d", i);
		fill_person(&w->f, w->unit, name, email);
	}
	fill_commit(&w->f);
	fill_check(conf_load(&w->conf, NULL, false, &e), &e, "settings");
	snprintf(w->secret, sizeof(w->secret), "%s/secret.key", w->f.dir);
	snprintf(w->file, sizeof(w->file), "%s/relays.conf", w->f.dir);
	snprintf(w->log, sizeof(w->log), "%s/log", w->f.dir);
	w->conf.secret_file = w->secret;
	w->conf.relay_file = w->file;
	w->conf.pace_file = "none";
	w->conf.domain_rest_s = 0;
	w->conf.relay_tls = "none";
	w->conf.reply_timeout_s = w->conf.data_timeout_s = 2;
	if ((w->log_fd = open(w->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0)
		die("log");
	log_to(w->log_fd, LOG_LEVEL_INFO);
	fill_check(wave_by_id(w->f.db, &w->f.arena, w->f.wave, &w->wave, &e), &e, "wave");
	fill_check(plan_wave(w->f.db, &w->conf, &w->f.c, &w->wave, clock_now(), &p, &e), &e, "plan");
}

static void
world_close(struct world *w)
{
	log_to(-1, LOG_LEVEL_ERROR);
	close(w->log_fd);
	conf_release(&w->conf);
	fill_close(&w->f);
}

static void
world_relays(struct world *w, const char *text)
{
	struct err e = ERR_INIT;

	fill_check(file_replace(w->file, text, strlen(text), &e), &e, w->file);
}

static void
world_pace(struct world *w, const char *text)
{
	struct err e = ERR_INIT;

	snprintf(w->pace, sizeof(w->pace), "%s/pace.conf", w->f.dir);
	fill_check(file_replace(w->pace, text, strlen(text), &e), &e, w->pace);
	w->conf.pace_file = w->pace;
}

/* A limit of one of them in the pace file. */
static void
world_limit(struct world *w, const struct peer *p, const char *limit)
{
	char text[128];

	snprintf(text, sizeof(text), "relay 127.0.0.1:%d %s\n", peer_port(p), limit);
	world_pace(w, text);
}

/* How many lines of the log, after the first that holds `from`, hold both others. */
static int
logged_after(struct world *w, const char *from, const char *what, const char *and)
{
	struct file f = FILE_INIT;
	struct err e = ERR_INIT;
	char *copy, *at, *line;
	bool begun = false;
	int n = 0;

	fill_check(file_read(&f, w->log, 64 << 20, &e), &e, w->log);
	at = copy = mem_ndup(f.data, f.len);
	while ((line = strsep(&at, "\n"))) {
		begun = begun || strstr(line, from);
		n += begun && strstr(line, what) && strstr(line, and);
	}
	free(copy);
	file_release(&f);
	return n;
}

static int
logged(struct world *w, const char *what, const char *and)
{
	return logged_after(w, "", what, and);
}

static int
send_with(struct world *w, struct dispatch_options o, struct dispatch_result *r)
{
	static const char running[] = "UPDATE wave SET state = 'running' WHERE id = $1";
	struct err e = ERR_INIT;
	int rc;

	sql_int(w, running, w->f.wave);
	rc = dispatch_run(w->f.db, &w->conf, &o, r, &e);
	if (rc < 0)
		printf("# %s\n", e.text);
	return rc;
}

static int
send_all(struct world *w, struct dispatch_result *r)
{
	return send_with(w, (struct dispatch_options){ .wave = w->f.wave, .wait = true }, r);
}

/* Everybody has it, once. */
static void
check_all(struct world *w, int n, size_t mails, const char *label)
{
	static const char accepted[] = "SELECT count(*) FROM invite WHERE state = 'accepted'";
	static const char doubled[] = "SELECT count(*) FROM (SELECT invite FROM attempt WHERE verdict = 'accepted' GROUP BY invite"
	    " HAVING count(*) > 1)";

	CHECK_INT(count(w, accepted), n, label);
	CHECK_INT(count(w, doubled), 0, "nobody twice");
	CHECK_INT((int64_t)mails, n, "the relays agree");
}

static void
test_weights(void)
{
	struct peer *a = peer_start(&(struct peer_options){ .delay_ms = 0 }), *b = peer_start(&(struct peer_options){ .delay_ms = 0 });
	struct dispatch_result r;
	char text[256], name[64];
	struct world w;

	world_open(&w, 400);
	w.conf.messages_per_connection = 1000;
	snprintf(text, sizeof(text), "%s weight 3\n%s weight 1\n", peer_url(a), peer_url(b));
	world_relays(&w, text);
	CHECK_INT(send_all(&w, &r), 0, "run");
	check_all(&w, 400, peer_mails(a) + peer_mails(b), "everybody");
	CHECK_INT((int64_t)peer_mails(a), 300, "three of four");
	CHECK_INT(attempts_by(&w, a), 300, "the attempts name the relay that carried them");
	CHECK_INT(attempts_by(&w, b), 100, "... the other one too");
	snprintf(name, sizeof(name), "relay=127.0.0.1:%d ", peer_port(b));
	CHECK_INT(logged(&w, " attempt ", name), 100, "and the log");
	CHECK_INT(logged(&w, "state=resting", ""), 0, "no trouble");
	CHECK(peer_connections(a) >= 1 && peer_connections(a) <= 6 && peer_connections(b) <= 2, "the connections are shared out");
	world_close(&w);
	peer_stop(a);
	peer_stop(b);
}

/* A port that stays ours, and on which nobody listens. */
static int
closed_port(int *fd)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	if ((*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0 || bind(*fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    getsockname(*fd, (struct sockaddr *)&a, &len) < 0)
		die("no port");
	return ntohs(a.sin_port);
}

static void
see_trouble(const struct dispatch_result *r, void *arg)
{
	if (r->trouble)
		++*(int *)arg;
}

static void
test_refused(void)
{
	static const char given_back[] = "SELECT count(*) FROM invite WHERE attempts <> 1";
	struct peer *b = peer_start(&(struct peer_options){ .delay_ms = 1 });
	int fd, trouble = 0, port = closed_port(&fd);
	int64_t began_us = clock_mono_us();
	struct dispatch_result r;
	char text[256];
	struct world w;

	world_open(&w, 200);
	snprintf(text, sizeof(text), "smtp://127.0.0.1:%d weight 3\n%s\n", port, peer_url(b));
	world_relays(&w, text);
	CHECK_INT(send_with(&w, (struct dispatch_options){ .wave = w.f.wave, .wait = true, .progress = see_trouble,
	    .arg = &trouble }, &r), 0, "one is closed");
	check_all(&w, 200, peer_mails(b), "the other one takes all");
	CHECK_INT(count(&w, given_back), 0, "in one attempt each");
	CHECK_INT(attempts_by(&w, b), 200, "who carried it is named");
	CHECK_INT(logged(&w, "state=resting", "CONNECT: Connection refused"), 1, "said once");
	CHECK_INT(trouble, 0, "the run itself is not in trouble");
	CHECK_INT(r.now.given_back, 0, "nothing went back into the store");
	CHECK(clock_mono_us() - began_us < 10000000, "nobody waited for it");
	world_close(&w);
	peer_stop(b);
	close(fd);
}

/* The domain takes two at a time: those who wait for that change over, too. */
static void
test_held(void)
{
	struct peer *b = peer_start(&(struct peer_options){ .delay_ms = 1 });
	int fd, port = closed_port(&fd);
	struct dispatch_result r;
	char text[256];
	struct world w;

	world_open(&w, 120);
	snprintf(text, sizeof(text), "smtp://127.0.0.1:%d connections 1\n%s\n", port, peer_url(b));
	world_relays(&w, text);
	world_pace(&w, "unit.example 2 connections\n");
	CHECK_INT(send_all(&w, &r), 0, "one is closed");
	check_all(&w, 120, peer_mails(b), "the other one takes all");
	world_close(&w);
	peer_stop(b);
	close(fd);
}

struct switches {
	struct peer *peer;
	int64_t away_at, back_at;
	bool away;
};

/* The relay goes away when so many are accepted, and comes back when so many are. */
static void
throw_switches(const struct dispatch_result *r, void *arg)
{
	struct switches *s = arg;
	bool away = r->now.accepted >= s->away_at && r->now.accepted < s->back_at;

	if (away != s->away)
		peer_turn_away(s->peer, away);
	s->away = away;
}

static void
test_dies(void)
{
	struct peer *a = peer_start(&(struct peer_options){ .delay_ms = 10 }), *b = peer_start(&(struct peer_options){ .delay_ms = 10 });
	struct switches s = { .peer = a, .away_at = 60, .back_at = 300 };
	struct dispatch_result r;
	char text[256], name[64];
	struct world w;

	world_open(&w, 1200);
	snprintf(name, sizeof(name), "relay=127.0.0.1:%d ", peer_port(a));
	w.conf.retry_first_s = 1;
	snprintf(text, sizeof(text), "%s connections 4\n%s connections 4\n", peer_url(a), peer_url(b));
	world_relays(&w, text);
	/* Seats that are not given back would leave it none. */
	world_limit(&w, a, "40 connections");
	CHECK_INT(send_with(&w, (struct dispatch_options){ .wave = w.f.wave, .wait = true, .progress = throw_switches, .arg = &s }, &r),
	    0, "one dies and comes back");
	check_all(&w, 1200, peer_mails(a) + peer_mails(b), "nobody is lost");
	CHECK_INT(logged(&w, "state=resting", ""), 1, "it rested");
	CHECK_INT(logged(&w, "state=back", ""), 1, "and came back");
	CHECK(logged_after(&w, "state=back", " attempt ", name) > 50, "to its share");
	CHECK(peer_mails(b) > 500, "the other one did the rest");
	world_close(&w);
	peer_stop(a);
	peer_stop(b);
}

/* It takes the call and says nothing: what waits for it goes through the other one. */
static void
test_stalls(void)
{
	static const struct peer_fault silent = { PEER_GREETING, NULL, 0, NULL, PEER_STALL };
	struct peer *a = peer_start(&(struct peer_options){ .faults = &silent, .n_faults = 1 }),
	    *b = peer_start(&(struct peer_options){ .delay_ms = 1 });
	struct dispatch_result r;
	char text[256];
	struct world w;

	world_open(&w, 100);
	snprintf(text, sizeof(text), "%s\n%s\n", peer_url(a), peer_url(b));
	world_relays(&w, text);
	CHECK_INT(send_all(&w, &r), 0, "one is silent");
	check_all(&w, 100, peer_mails(b), "the other one takes all");
	CHECK_INT(logged(&w, "state=resting", ""), 1, "once it is known");
	world_close(&w);
	peer_stop(a);
	peer_stop(b);
}

static void
test_standby(void)
{
	struct peer *a = peer_start(&(struct peer_options){ .delay_ms = 5 }), *s = peer_start(&(struct peer_options){ .delay_ms = 5 });
	struct switches sw = { .peer = a, .away_at = 0, .back_at = 100, .away = true };
	struct dispatch_result r;
	char text[256], name[64];
	struct world w;

	snprintf(name, sizeof(name), "relay=127.0.0.1:%d ", peer_port(s));
	snprintf(text, sizeof(text), "%s connections 2\n%s standby connections 2\n", peer_url(a), peer_url(s));
	world_open(&w, 100);
	world_relays(&w, text);
	CHECK_INT(send_all(&w, &r), 0, "all is well");
	CHECK_INT((int64_t)peer_mails(a), 100, "through the one with a weight");
	CHECK_INT((int64_t)peer_connections(s), 0, "the standby one hears nothing");
	world_close(&w);

	peer_turn_away(a, true);
	world_open(&w, 1000);
	world_relays(&w, text);
	CHECK_INT(send_with(&w, (struct dispatch_options){ .wave = w.f.wave, .wait = true, .progress = throw_switches, .arg = &sw }, &r),
	    0, "not let in at first");
	check_all(&w, 1000, peer_mails(a) - 100 + peer_mails(s), "everybody");
	CHECK(peer_mails(s) >= 100 && attempts_by(&w, a) >= 100, "both had their time");
	CHECK(logged_after(&w, "state=back", " attempt ", name) < 16, "what waits for the standby one goes back at once");
	world_close(&w);
	peer_stop(a);
	peer_stop(s);
}

static void
test_greylisting(void)
{
	static const struct peer_fault grey = { PEER_RCPT, NULL, 20, "451 4.7.1 greylisted", PEER_GO_ON };
	static const char sooner[] = "UPDATE invite SET due_at = due_at - $1 WHERE state = 'deferred'";
	static const char moved[] = "SELECT count(*) FROM attempt x JOIN attempt y ON y.invite = x.invite AND x.n = 1 AND y.n = 2"
	    " WHERE x.relay <> y.relay";
	static const char elsewhere[] = "SELECT count(*) FROM attempt x JOIN attempt y ON y.invite = x.invite AND x.n = 1 AND y.n = 2"
	    " WHERE x.relay <> y.relay AND x.relay = $1";
	const struct dispatch_options once = { .wait = false };

	for (int down = 0; down < 2; down++) {
		struct peer *a = peer_start(&(struct peer_options){ .faults = &grey, .n_faults = 1 }),
		    *b = peer_start(&(struct peer_options){ .faults = &grey, .n_faults = 1 });
		struct dispatch_result r;
		char text[256];
		struct world w;

		world_open(&w, 40);
		snprintf(text, sizeof(text), "%s connections 1\n%s connections 1\n", peer_url(a), peer_url(b));
		world_relays(&w, text);
		CHECK_INT(send_with(&w, once, &r), 0, "first");
		CHECK_INT(r.now.deferred, 40, "greylisted, all of them");
		CHECK_INT(attempts_by(&w, a), 20, "half of them here");
		/* In turn alone everybody would change over. */
		snprintf(text, sizeof(text), "%s connections 1\n%s connections 1\n", peer_url(b), peer_url(a));
		world_relays(&w, text);
		peer_turn_away(a, down);
		sql_int(&w, sooner, 1000);
		CHECK_INT(send_with(&w, once, &r), 0, "second");
		check_all(&w, 40, peer_mails(a) + peer_mails(b), "everybody");
		CHECK_INT(count(&w, moved), down ? 20 : 0, down ? "through the one that is left" : "through the relay that is known there");
		CHECK_INT(count_of(&w, elsewhere, a), down ? 20 : 0, "nobody else moved");
		world_close(&w);
		peer_stop(a);
		peer_stop(b);
	}
}

static void
test_limit(void)
{
	struct peer *a = peer_start(&(struct peer_options){ .delay_ms = 0 }), *b = peer_start(&(struct peer_options){ .delay_ms = 0 });
	static const char bucket[] = "SELECT count(*) FROM pace WHERE scope = 'relay ' || $1";
	int64_t began_us = clock_mono_us();
	struct dispatch_result r;
	char text[256];
	struct world w;

	world_open(&w, 100);
	snprintf(text, sizeof(text), "%s\n%s\n", peer_url(a), peer_url(b));
	world_relays(&w, text);
	world_limit(&w, a, "60/minute");
	CHECK_INT(send_with(&w, (struct dispatch_options){ .wait = false }, &r), 0, "one has a limit");
	CHECK_INT(r.left, 0, "nothing waits for it");
	check_all(&w, 100, peer_mails(a) + peer_mails(b), "everybody");
	CHECK(peer_mails(a) >= 3 && peer_mails(a) <= 8, "it gets what its limit allows");
	CHECK_INT(count_of(&w, bucket, a), 1, "which is remembered");
	CHECK(clock_mono_us() - began_us < 10000000, "at once");
	world_close(&w);
	peer_stop(a);
	peer_stop(b);
}

/* What one does not let in obeys the limit of the other. */
static void
test_limit_onward(void)
{
	static const char planned[] = "SELECT count(*) FROM invite WHERE state = 'planned' AND attempts = 0";
	struct peer *b = peer_start(&(struct peer_options){ .delay_ms = 0 });
	int fd, port = closed_port(&fd);
	struct dispatch_result r;
	char text[256];
	struct world w;

	world_open(&w, 60);
	snprintf(text, sizeof(text), "smtp://127.0.0.1:%d\n%s standby\n", port, peer_url(b));
	world_relays(&w, text);
	world_limit(&w, b, "600/hour");
	CHECK_INT(send_with(&w, (struct dispatch_options){ .wait = false }, &r), 0, "one is closed, one is slow");
	CHECK(peer_mails(b) >= 10 && peer_mails(b) <= 12, "the limit holds");
	CHECK_INT(count(&w, planned), 60 - (int64_t)peer_mails(b), "the others are for the next run");
	world_close(&w);
	peer_stop(b);
	close(fd);
}

static void
test_password(void)
{
	struct peer *a = peer_start(&(struct peer_options){ .password = "right" }), *b = peer_start(&(struct peer_options){ .password = "secret" });
	struct dispatch_result r;
	char text[512], wrong[128];
	struct world w;

	world_open(&w, 50);
	write_file(wrong, sizeof(wrong), "wrong.password", "wr0ng\n");
	w.conf.relay_user = "thumoi";
	w.conf.relay_password_file = write_file(other, sizeof(other), "password", "secret\n");
	snprintf(text, sizeof(text), "%s user other password-file %s\n%s weight 1\n", peer_url(a), wrong, peer_url(b));
	world_relays(&w, text);
	CHECK_INT(send_all(&w, &r), 0, "a wrong password at one of them");
	check_all(&w, 50, peer_mails(b), "the other one, with the name of the settings, takes all");
	CHECK_INT(logged(&w, "state=resting", "AUTH: 535 5.7.8"), 1, "said once");
	CHECK_INT(logged(&w, "wr0ng", "") + logged(&w, "secret", ""), 0, "no password in the log");
	CHECK(peer_connections(a) <= 6, "and nobody knocks again and again");
	world_close(&w);
	peer_stop(a);
	peer_stop(b);
}

static void
test_all_down(void)
{
	static const char planned[] = "SELECT count(*) FROM invite WHERE state = 'planned' AND attempts = 0";
	static const char attempts[] = "SELECT count(*) FROM attempt";
	int fd[2], port[2] = { closed_port(&fd[0]), closed_port(&fd[1]) }, trouble = 0;
	struct peer *b;
	struct dispatch_result r;
	char text[256];
	struct world w;

	world_open(&w, 30);
	snprintf(text, sizeof(text), "smtp://127.0.0.1:%d\nsmtp://127.0.0.1:%d standby\n", port[0], port[1]);
	world_relays(&w, text);
	CHECK_INT(send_with(&w, (struct dispatch_options){ .wave = w.f.wave, .wait = true, .give_up_s = 1, .progress = see_trouble,
	    .arg = &trouble }, &r), -1, "nobody lets us in");
	CHECK(trouble > 0, "the run is in trouble");
	CHECK_INT(count(&w, planned), 30, "everything is given back");
	CHECK_INT(count(&w, attempts), 0, "no message was tried");
	CHECK_INT(logged(&w, "state=resting", ""), 2, "each is said once");
	b = peer_start(&(struct peer_options){ .delay_ms = 0 });
	CHECK_INT(send_with(&w, (struct dispatch_options){ .wave = w.f.wave, .wait = true, .relay_url = peer_url(b) }, &r), 0,
	    "a relay that is named is that one alone");
	check_all(&w, 30, peer_mails(b), "everybody");
	world_close(&w);
	peer_stop(b);
	close(fd[0]);
	close(fd[1]);
}

/* Who died with a message under way has noted through whom. */
static void
test_after_death(void)
{
	static const char named[] = "SELECT count(*) FROM attempt WHERE verdict = 'uncertain' AND relay = $1";
	static const char unnamed[] = "SELECT count(*) FROM attempt WHERE verdict = 'uncertain' AND relay = '-'";
	struct peer *a = peer_start(&(struct peer_options){ .delay_ms = 0 }), *b = peer_start(&(struct peer_options){ .delay_ms = 0 });
	struct dispatch_result r;
	char text[256], name[32];
	struct world w;
	pid_t pid;
	int status;

	world_open(&w, 5);
	snprintf(text, sizeof(text), "%s\n%s\n", peer_url(a), peer_url(b));
	world_relays(&w, text);
	snprintf(name, sizeof(name), "127.0.0.1:%d", peer_port(b));
	db_close(w.f.db);
	if ((pid = fork()) == 0) {
		struct arena arena = ARENA_INIT;
		struct journal *j;
		struct invite list[2];
		struct err e = ERR_INIT;
		struct routes rs = { .n = 0 };
		struct db *db;
		size_t n;

		fill_check(db_open(&db, w.f.path, DB_WRITE, &e), &e, "store");
		fill_check(journal_open(&j, db_file(db), 0, &e), &e, "journal");
		journal_started(j);
		fill_check(routes_open(&rs, &w.conf, NULL, 2, &e), &e, "relays");
		fill_check(db_begin(db, &e), &e, "begin");
		fill_check(invite_claim(db, &arena, w.f.wave, clock_now(), journal_run(j), list, 2, &n, &e), &e, "claim");
		fill_check(db_commit(db, &e), &e, "commit");
		for (size_t i = 0; i < n; i++) {
			struct journal_slot *slot = journal_take(j, list[i].id, list[i].attempts);

			slot->relay = i ? 0 : rs.route[1].key;
			journal_begin(slot);
		}
		_exit(n == 2 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	CHECK_INT(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0, "somebody died with two under way");
	{
		struct err e = ERR_INIT;

		fill_check(db_open(&w.f.db, w.f.path, DB_WRITE, &e), &e, "store");
	}
	CHECK_INT(send_all(&w, &r), 0, "afterwards");
	CHECK_INT(count_of(&w, named, b), 1, "who carried it is known");
	CHECK_INT(count(&w, unnamed), 1, "or it is not");
	CHECK_INT((int64_t)(peer_mails(a) + peer_mails(b)), 3, "the others went");
	world_close(&w);
	peer_stop(a);
	peer_stop(b);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");
	char command[128];

	log_to(-1, LOG_LEVEL_ERROR);
	lang_ui = LANG_EN;
	snprintf(dir, sizeof(dir), "%.40s/thumoi-route-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		die("cannot make a folder");
	test_file();
	test_shares();
	test_rest();
	test_behind();
	test_weights();
	test_refused();
	test_held();
	test_dies();
	test_stalls();
	test_standby();
	test_greylisting();
	test_limit();
	test_limit_onward();
	test_password();
	test_all_down();
	test_after_death();
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command) != 0)
		die("cannot remove %s", dir);
	return check_done();
}
