/* The dispatcher, with a folder and with a scripted relay: what it keeps, retries, gives up, and finds after a crash. */
#include "support/check.h"
#include "support/fill_store.h"
#include "support/smtp_peer.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/dispatch.h"
#include "engine/plan.h"
#include "store/pace.h"

struct world {
	struct fill f;
	struct conf conf;
	char secret[128], relay[160];
	int64_t unit;
	struct wave wave;
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

/* n people of one unit, one running wave; the campaign is open now. */
static void
world_open(struct world *w, int n)
{
	static const char closes[] = "UPDATE campaign SET closes_at = $1";
	struct err e = ERR_INIT;

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
	snprintf(w->relay, sizeof(w->relay), "dir:%s/out", w->f.dir);
	w->conf.secret_file = w->secret;
	w->conf.stops = "on";
	w->conf.max_per_person_day = 1;
	w->conf.relay_tls = "none";
	w->conf.reply_timeout_s = w->conf.data_timeout_s = 2;
	fill_check(wave_by_id(w->f.db, &w->f.arena, w->f.wave, &w->wave, &e), &e, "wave");
}

static void
world_close(struct world *w)
{
	conf_release(&w->conf);
	fill_close(&w->f);
}

static struct plan
plan(struct world *w)
{
	struct err e = ERR_INIT;
	struct plan p = { .planned = -1 };

	if (!CHECK_INT(plan_wave(w->f.db, &w->conf, &w->f.c, &w->wave, clock_now(), &p, &e), 0, "plan"))
		puts(e.text);
	return p;
}

static int
send_now(struct world *w, const char *relay, struct dispatch_options o, struct dispatch_result *r)
{
	static const char running[] = "UPDATE wave SET state = 'running' WHERE id = $1";
	struct err e = ERR_INIT;
	int rc;

	o.relay_url = relay;
	if (!o.connections)
		o.connections = 2;
	sql_int(w, running, w->f.wave);
	rc = dispatch_run(w->f.db, &w->conf, &o, r, &e);
	if (rc < 0)
		printf("# %s\n", e.text);
	return rc;
}

static int
files(const struct world *w)
{
	DIR *d = opendir(w->relay + 4);
	struct dirent *f;
	int n = 0;

	while (d && (f = readdir(d)))
		n += strstr(f->d_name, ".eml") != NULL;
	if (d)
		closedir(d);
	return n;
}

/* --- */

static void
test_folder(void)
{
	static const char states[] = "SELECT count(*) FROM invite WHERE state = 'accepted' AND attempts = 1";
	static const char cancelled[] = "SELECT count(*) FROM invite WHERE state = 'cancelled'";
	static const char done[] = "SELECT count(*) FROM wave WHERE state = 'done'";
	struct dispatch_result r;
	struct err e = ERR_INIT;
	struct world w;

	world_open(&w, 40);
	CHECK_INT(plan(&w).planned, 40, "everybody");
	fill_evidence(&w.f, 7, 0, "opt_out", "", clock_now());
	answer_record(w.f.db, 8, 1, clock_now(), "api", &e);
	answer_record(w.f.db, 8, 2, clock_now(), "api", &e);
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "sent");
	CHECK_INT(r.now.accepted, 38, "accepted");
	CHECK_INT(files(&w), 38, "files");
	CHECK_INT(count(&w, states), 38, "in the store");
	CHECK_INT(count(&w, cancelled), 2, "who stopped or answered since planning gets nothing");
	CHECK_INT(count(&w, done), 1, "the wave is done");
	CHECK_INT(plan(&w).planned, 0, "nobody new");
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "again");
	CHECK_INT(files(&w), 38, "running twice sends nothing twice");
	fill_person(&w.f, w.unit, "Người mới", "new@unit.example");
	fill_commit(&w.f);
	CHECK_INT(plan(&w).planned, 1, "one new");
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wait = false }, &r), 0, "every running wave");
	CHECK_INT(files(&w), 39, "the new one");
	world_close(&w);
}

static void
test_retry(void)
{
	static const struct peer_fault faults[] = {
		{ PEER_RCPT, "person2@", 1, "451 4.7.1 greylisted, come back", PEER_GO_ON },
		{ PEER_RCPT, "person3@", 0, "452 4.2.2 mailbox full", PEER_GO_ON },
		{ PEER_RCPT, "person4@", 0, "550 5.1.1 no such user here", PEER_GO_ON },
		{ PEER_DOT, "person5@", 0, "554 5.7.1 message looks like spam", PEER_GO_ON },
	};
	static const char greylisted[] = "SELECT count(*) FROM invite WHERE state = 'deferred' AND attempts = 1"
	    " AND due_at >= moved_at + 299 AND due_at <= moved_at + 301";
	static const char deferred[] = "SELECT count(*) FROM invite WHERE state = 'deferred' AND attempts = 1"
	    " AND due_at >= moved_at + 899 AND due_at <= moved_at + 901 AND expires_at > moved_at + 431000";
	static const char second[] = "SELECT count(*) FROM invite WHERE state = 'deferred' AND attempts = 2 AND due_at >= moved_at + 1799";
	static const char attempt[] = "SELECT count(*) FROM attempt WHERE command = 'RCPT' AND code = 451 AND enhanced = '4.7.1'"
	    " AND text = 'greylisted, come back' AND verdict = 'deferred' AND relay LIKE '127.0.0.1:%' AND duration_ms >= 0";
	static const char refusal[] = "SELECT count(*) FROM evidence WHERE kind = 'refusal' AND grade = 'A' AND hard = 1"
	    " AND category = 'unknown-user' AND email = 'person4@unit.example' AND status = '5.1.1'";
	static const char content[] = "SELECT count(*) FROM evidence WHERE kind = 'refusal' AND hard = 0 AND category = 'content'";
	static const char expired[] = "SELECT count(*) FROM evidence v JOIN invite i ON i.id = v.invite WHERE v.kind = 'expired'"
	    " AND v.category = 'mailbox-full' AND i.state = 'expired' AND v.email = 'person3@unit.example'";
	static const char sooner[] = "UPDATE invite SET due_at = due_at - $1 WHERE state = 'deferred'";
	static const char over[] = "UPDATE invite SET expires_at = moved_at - $1 WHERE state = 'deferred'";
	struct peer *p = peer_start(&(struct peer_options){ .faults = faults, .n_faults = COUNT_OF(faults) });
	const struct dispatch_options once = { .wait = false };
	struct dispatch_result r;
	struct world w;

	world_open(&w, 6);
	plan(&w);
	CHECK_INT(send_now(&w, peer_url(p), once, &r), 0, "first run");
	CHECK_INT(r.now.accepted, 2, "accepted");
	CHECK_INT(r.now.deferred, 2, "deferred");
	CHECK_INT(r.now.refused, 2, "refused");
	CHECK_INT(r.left, 2, "left");
	CHECK_INT(count(&w, deferred), 1, "again after fifteen minutes, for five days");
	CHECK_INT(count(&w, greylisted), 1, "the greylisted one after five");
	CHECK_INT(count(&w, attempt), 1, "the attempt says everything");
	CHECK_INT(count(&w, refusal), 1, "hard evidence");
	CHECK_INT(count(&w, content), 1, "soft evidence");
	CHECK_INT(send_now(&w, peer_url(p), once, &r), 0, "too early");
	CHECK_INT((int64_t)peer_transactions(p), 6, "nothing is due");
	sql_int(&w, sooner, 1000);
	CHECK_INT(send_now(&w, peer_url(p), once, &r), 0, "second run");
	CHECK_INT(r.now.accepted, 1, "greylisting is over");
	CHECK_INT(count(&w, second), 1, "the other one waits twice as long");
	sql_int(&w, over, 1);
	CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "expiry");
	CHECK_INT(r.now.expired, 1, "expired");
	CHECK_INT(count(&w, expired), 1, "with the reason of its last attempt");
	CHECK_INT((int64_t)peer_mails(p), 3, "three mails in all");
	world_close(&w);
	peer_stop(p);
}

static void
test_deadline(void)
{
	static const char closes[] = "UPDATE campaign SET closes_at = $1";
	static const char states[] = "SELECT count(*) FROM invite WHERE state = 'cancelled'";
	static const char capped[] = "SELECT count(*) FROM invite i, campaign c WHERE i.state = 'deferred' AND i.expires_at = c.closes_at";
	static const char expired[] = "SELECT count(*) FROM invite WHERE state = 'expired'";
	static const struct peer_fault later = { PEER_RCPT, NULL, 1, "451 4.3.0 later", PEER_GO_ON };
	struct peer *p = peer_start(&(struct peer_options){ .faults = &later, .n_faults = 1 });
	struct dispatch_result r;
	struct world w;

	world_open(&w, 1);
	plan(&w);
	w.f.c.closes_at = clock_now() + 5000;
	sql_int(&w, closes, w.f.c.closes_at);
	CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wait = false }, &r), 0, "first");
	CHECK_INT(count(&w, capped), 1, "nothing lives longer than its campaign");
	for (int i = 0; i < 3; i++)
		fill_person(&w.f, w.unit, "Trễ", i == 0 ? "a@unit.example" : i == 1 ? "b@unit.example" : "c@unit.example");
	fill_commit(&w.f);
	plan(&w);
	w.f.c.closes_at = clock_now() - 10;
	sql_int(&w, closes, w.f.c.closes_at);
	{
		static const char over[] = "UPDATE invite SET expires_at = $1 WHERE state = 'deferred'";

		sql_int(&w, over, w.f.c.closes_at);
	}
	CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "closed");
	CHECK_INT((int64_t)peer_mails(p), 0, "nothing is sent after closing");
	CHECK_INT(count(&w, states), 3, "planned ones are cancelled");
	CHECK_INT(count(&w, expired), 1, "the deferred one has expired");
	world_close(&w);
	peer_stop(p);
}

static void
test_uncertain(void)
{
	static const struct peer_fault drop = { PEER_DOT, "person2@", 1, "", PEER_HANG_UP };
	static const char policy[] = "UPDATE wave SET uncertain = CASE WHEN $1 = 1 THEN 'resend' ELSE 'hold' END";
	static const char held[] = "SELECT count(*) FROM invite WHERE state = 'uncertain'";
	static const char recorded[] = "SELECT count(*) FROM attempt WHERE verdict = 'uncertain' AND command = 'DOT' AND code = 0";
	static const char sooner[] = "UPDATE invite SET due_at = due_at - $1 WHERE state = 'deferred'";

	for (int resend = 0; resend <= 1; resend++) {
		struct peer *p = peer_start(&(struct peer_options){ .faults = &drop, .n_faults = 1 });
		struct dispatch_result r;
		struct world w;

		world_open(&w, 4);
		sql_int(&w, policy, resend);
		plan(&w);
		CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wait = false }, &r), 0, "run");
		CHECK_INT(r.now.uncertain, 1, "one is uncertain");
		CHECK_INT(r.now.accepted, 3, "the others went");
		CHECK_INT(count(&w, recorded), 1, "recorded as such");
		sql_int(&w, sooner, 1000);
		CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wait = false }, &r), 0, "later");
		CHECK_INT(count(&w, held), !resend, resend ? "sent again" : "held");
		CHECK_INT((int64_t)peer_mails(p), 3 + resend, "mails");
		world_close(&w);
		peer_stop(p);
	}
}

/* What a process of its own does: send STORE SECRET RELAY WAVE CONNECTIONS DATA_TIMEOUT. */
static int
send_child(char **word)
{
	struct dispatch_options o = { .relay_url = word[3], .wave = strtoll(word[4], NULL, 10),
	    .connections = (int)strtol(word[5], NULL, 10), .wait = true };
	struct dispatch_result r;
	struct err e = ERR_INIT;
	struct conf c;
	struct db *db;
	int rc = 0;

	fill_check(conf_load(&c, NULL, false, &e), &e, "settings");
	c.secret_file = word[2];
	c.relay_tls = "none";
	c.data_timeout_s = strtol(word[6], NULL, 10);
	fill_check(db_open(&db, word[1], DB_WRITE, &e), &e, "store");
	if (dispatch_run(db, &c, &o, &r, &e) < 0)
		rc = e.code == ERR_BUSY ? 7 : 1;
	db_close(db);
	conf_release(&c);
	return rc;
}

/* Its own process, so that it can be killed and so that there are two of them. */
static pid_t
send_elsewhere(struct world *w, const char *relay, struct dispatch_options o)
{
	char wave[24], connections[24], timeout[24];
	pid_t pid;

	snprintf(wave, sizeof(wave), "%" PRId64, o.wave);
	snprintf(connections, sizeof(connections), "%d", o.connections);
	snprintf(timeout, sizeof(timeout), "%" PRId64, w->conf.data_timeout_s);
	if ((pid = fork()) == 0) {
		execl("/proc/self/exe", "test_dispatch", "send", w->f.path, w->secret, relay, wave, connections, timeout, NULL);
		_exit(127);
	}
	return pid;
}

static int
wait_for(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
test_kill(void)
{
	static const struct peer_fault stall = { PEER_DOT, "person5@", 1, "", PEER_STALL };
	static const char text[] = "SELECT count(*) FROM attempt WHERE verdict = 'uncertain' AND text <> ''";
	static const char states[] = "SELECT count(*) FROM invite WHERE state = 'accepted'";
	static const char held[] = "SELECT count(*) FROM invite WHERE state = 'uncertain'";
	static const char sending[] = "SELECT count(*) FROM invite WHERE state = 'sending'";
	struct peer *p = peer_start(&(struct peer_options){ .faults = &stall, .n_faults = 1 });
	struct dispatch_result r;
	struct world w;
	pid_t pid;

	world_open(&w, 20);
	w.conf.data_timeout_s = 60;
	plan(&w);
	pid = send_elsewhere(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .connections = 1, .wait = true });
	for (int i = 0; i < 500 && peer_transactions(p) < 5; i++)
		usleep(10000);
	usleep(50000);
	kill(pid, SIGKILL);
	CHECK_INT(wait_for(pid), 128 + SIGKILL, "killed");
	CHECK(count(&w, sending) > 0, "claims are left behind");
	CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "afterwards");
	CHECK_INT(count(&w, held), 1, "the one under way is uncertain, no other");
	CHECK_INT(count(&w, text), 1, "and says why");
	CHECK_INT(count(&w, states), 19, "everybody else has it");
	CHECK_INT((int64_t)peer_mails(p), 19, "once");
	world_close(&w);
	peer_stop(p);
}

/* A claim without a journal to believe: nothing is known, so it is uncertain. */
static void
test_power_loss(void)
{
	static const char held[] = "SELECT count(*) FROM invite WHERE state = 'uncertain'";
	struct arena a = ARENA_INIT;
	struct dispatch_result r;
	struct err e = ERR_INIT;
	struct invite list[3];
	struct world w;
	size_t n;

	world_open(&w, 6);
	plan(&w);
	CHECK_INT(invite_claim(w.f.db, &a, w.f.wave, clock_now(), 4711, list, 3, &n, &e), 0, "claimed by nobody known");
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "run");
	CHECK_INT(count(&w, held), 3, "held");
	CHECK_INT(files(&w), 3, "the others went");
	arena_release(&a);
	world_close(&w);
}

static void
test_two(void)
{
	static const char states[] = "SELECT count(*) FROM invite WHERE state = 'accepted' AND attempts = 1";
	struct peer *p = peer_start(&(struct peer_options){ .delay_ms = 2 });
	struct world w;
	pid_t a, b, c;

	world_open(&w, 400);
	plan(&w);
	a = send_elsewhere(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .connections = 3, .wait = true });
	for (int i = 0; i < 500 && peer_mails(p) < 20; i++)
		usleep(2000);
	b = send_elsewhere(&w, peer_url(p), (struct dispatch_options){ .connections = 3, .wait = true });
	c = send_elsewhere(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .connections = 3, .wait = true });
	CHECK_INT(wait_for(c), 7, "the same wave is not run twice at once");
	CHECK_INT(wait_for(a), 0, "the first ends well");
	CHECK_INT(wait_for(b), 0, "the second ends well");
	CHECK_INT(count(&w, states), 400, "everybody, in one attempt");
	CHECK_INT((int64_t)peer_mails(p), 400, "once");
	world_close(&w);
	peer_stop(p);
}

static void
test_unreachable(void)
{
	static const char planned[] = "SELECT count(*) FROM invite WHERE state = 'planned' AND attempts = 0";
	static const char attempts[] = "SELECT count(*) FROM attempt";
	static const struct peer_fault closed = { PEER_GREETING, NULL, 6, "421 4.3.2 not yet", PEER_HANG_UP };
	struct peer *p = peer_start(&(struct peer_options){ .faults = &closed, .n_faults = 1 });
	struct dispatch_result r;
	struct world w;

	world_open(&w, 30);
	plan(&w);
	CHECK_INT(send_now(&w, "smtp://127.0.0.1:1", (struct dispatch_options){ .wave = w.f.wave, .wait = true, .give_up_s = 1 }, &r),
	    -1, "nobody listens");
	CHECK_INT(count(&w, planned), 30, "everything is given back");
	CHECK_INT(count(&w, attempts), 0, "no message was tried");
	CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "the relay comes back");
	CHECK_INT((int64_t)peer_mails(p), 30, "and everybody gets it");
	world_close(&w);
	peer_stop(p);
}

/* One domain refuses us as a whole: it is stopped, the others go on, and somebody can resume it. */
static void
test_wall(void)
{
	static const struct peer_fault wall = { PEER_RCPT, "@wall.example", 0, "550 5.7.1 rejected by policy", PEER_GO_ON };
	static const char refused[] = "SELECT count(*) FROM invite WHERE state = 'refused'";
	static const char parked[] = "SELECT count(*) FROM invite WHERE state = 'planned' AND attempts = 0 AND due_at = 253402300799";
	static const char accepted[] = "SELECT count(*) FROM invite WHERE state = 'accepted'";
	struct peer *p = peer_start(&(struct peer_options){ .faults = &wall, .n_faults = 1, .delay_ms = 4 });
	struct dispatch_result r;
	struct err e = ERR_INIT;
	int64_t n, walled;
	struct world w;

	world_open(&w, 200);
	for (int i = 0; i < 300; i++) {
		char email[64];

		snprintf(email, sizeof(email), "wall%d@wall.example", i);
		fill_person(&w.f, w.unit, "Trần Văn Tường", email);
	}
	fill_commit(&w.f);
	plan(&w);
	CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "it ends");
	walled = count(&w, refused);
	CHECK(walled >= 10 && walled < 100, "a few were refused");
	CHECK_INT(count(&w, parked), 300 - walled, "the others of that domain wait");
	CHECK_INT(count(&w, accepted), 200, "everybody else has it");
	CHECK_INT(r.left, 300 - walled, "and the run says so");
	CHECK_INT(stop_resume(w.f.db, w.f.wave, "wall.example", clock_now(), &n, &e), 0, "resume");
	CHECK_INT(invite_call_in(w.f.db, w.f.wave, clock_now(), true, &e), 0, "call in");
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "again");
	CHECK_INT(count(&w, accepted), 500 - walled, "all that waited");
	world_close(&w);
	peer_stop(p);
}

/* Domains that take everything from the relay and send it back: the one that refuses us is stopped, the picky one is not. */
static void
test_came_back(void)
{
	static const struct { const char *domain; int people, back; bool stopped; } domains[] = {
		{ "back.example", 30, 20, true }, { "picky.example", 100, 20, false }, { "small.example", 9, 9, false },
		{ "varied.example", 40, 40, false },
	};
	static const char stop[] = "SELECT count(*) FROM stop WHERE domain = 'back.example' AND kind = 'refusals' AND n = 20 AND n_of = 30"
	    " AND text = '550 5.7.1 <<address>>: not from you' AND observed = 0";
	static const char stops[] = "SELECT count(*) FROM stop";
	static const char parked[] = "SELECT count(*) FROM invite WHERE due_at = 253402300799 AND email LIKE '%@back.example'";
	static const char yesterday[] = "UPDATE invite SET moved_at = moved_at - $1 WHERE state = 'accepted'";
	struct dispatch_result r;
	struct err e = ERR_INIT;
	int64_t n;
	struct world w;

	world_open(&w, 0);
	for (int more = 0; more <= 1; more++) {
		for (size_t d = 0; d < COUNT_OF(domains); d++)
			for (int i = 0; i < (more ? 5 : domains[d].people); i++)
				fill_person(&w.f, w.unit, "Người Nhận", arena_printf(&w.f.arena, "%s%d@%s", more ? "more" : "p", i,
				    domains[d].domain));
		fill_commit(&w.f);
		plan(&w);
		CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "a run");
		CHECK_INT(r.now.accepted, more ? 15 : 179, "the relay takes what is handed to it");
		for (size_t d = 0; !more && d < COUNT_OF(domains); d++)
			for (int i = 0; i < domains[d].back; i++) {
				static const char who[] = "SELECT id FROM invite WHERE email = $1";
				char *email = arena_printf(&w.f.arena, "p%d@%s", i, domains[d].domain), *text;
				struct stmt *s = db_stmt(w.f.db, who, &e);
				int64_t invite = 0, contact;

				bind_text(s, 1, email);
				fill_check(db_one_int(s, &invite, &e), &e, email);
				contact = invite;	/* planned in the order of the people, one message each */
				text = d == 3 ? arena_printf(&w.f.arena, "550 5.7.1 reason %c%c", 'a' + i % 26, 'a' + i / 26) :
				    arena_printf(&w.f.arena, "550 5.7.1 <%s>: not from you", email);
				fill_evidence_of(&w.f, &(struct evidence){ .contact = contact, .invite = invite, .at = clock_now(),
				    .kind = "dsn", .grade = 'A', .category = "policy", .email = email, .text = text });
			}
		fill_commit(&w.f);
		CHECK_INT(count(&w, stops), more, "nothing is stopped for what comes back after the end of a run");
	}
	CHECK_INT(count(&w, stop), 1, "the next one knows");
	CHECK_INT(count(&w, parked), 5, "and the others of that domain wait");
	CHECK_INT(r.left, 5, "they alone");
	sql_int(&w, yesterday, 60);
	CHECK_INT(stop_resume(w.f.db, w.f.wave, "back.example", clock_now() - 30, &n, &e), 0, "resume");
	CHECK_INT(invite_call_in(w.f.db, w.f.wave, clock_now(), true, &e), 0, "call in");
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "again");
	CHECK_INT(r.now.accepted, 5, "what came back before the resume is settled");
	world_close(&w);
}

/* A limit of the pace file: nobody is lost, the others do not wait. */
static void
test_paced(void)
{
	static const char due[] = "SELECT count(DISTINCT due_at) FROM invite WHERE state = 'planned' AND attempts = 0 AND due_at > 1";
	static const char sooner[] = "UPDATE pace SET stamp_ms = stamp_ms - $1 * 3600000";
	struct dispatch_result r;
	struct world w;
	char path[128];
	FILE *f;

	world_open(&w, 30);
	for (int i = 0; i < 20; i++) {
		char email[64];

		snprintf(email, sizeof(email), "slow%d@slow.example", i);
		fill_person(&w.f, w.unit, "Lê Thị Chậm", email);
	}
	fill_commit(&w.f);
	snprintf(path, sizeof(path), "%s/pace.conf", w.f.dir);
	f = fopen(path, "w");
	fputs("slow.example 300/hour 3 connections\n", f);
	fclose(f);
	w.conf.pace_file = path;
	plan(&w);
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wait = false }, &r), 0, "run");
	CHECK_INT(r.now.accepted, 35, "thirty without a limit, five with");
	CHECK_INT(r.left, 15, "the others later");
	CHECK_INT(count(&w, due), 15, "each at a moment of its own");
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wait = false }, &r), 0, "at once again");
	CHECK_INT(r.now.accepted, 0, "the limit holds from one run to the next");
	sql_int(&w, sooner, 1);
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wait = false }, &r), 0, "an hour later");
	CHECK_INT(r.now.accepted, 5, "a full bucket");
	w.conf.pace_file = "none";
	CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "without a limit");
	CHECK_INT(r.now.accepted, 10, "nobody waits for a moment that was given away before");
	world_close(&w);
}

/* A new sender: the first day's few, the others on the days after; both stay in the store. */
static void
test_ramp(void)
{
	static const char began[] = "SELECT count(*) FROM ramp WHERE scope = 'group new.example' AND began_at = last_at";
	static const char by_tomorrow[] = "SELECT count(*) FROM invite WHERE state = 'planned' AND attempts = 0"
	    " AND due_at <= (SELECT began_at FROM ramp) + 86400";
	static const char ramp_back[] = "UPDATE ramp SET began_at = began_at - $1, last_at = last_at - $1";
	static const char pace_back[] = "UPDATE pace SET stamp_ms = stamp_ms - $1 * 1000";
	struct dispatch_result r;
	struct world w;
	char path[128];
	FILE *f;

	world_open(&w, 0);
	for (int i = 0; i < 40; i++) {
		char email[64];

		snprintf(email, sizeof(email), "new%d@new.example", i);
		fill_person(&w.f, w.unit, "Lê Thị Mới", email);
	}
	fill_commit(&w.f);
	snprintf(path, sizeof(path), "%s/pace.conf", w.f.dir);
	f = fopen(path, "w");
	fputs("new.example 5000/day ramp 12\n", f);
	fclose(f);
	w.conf.pace_file = path;
	plan(&w);
	for (int day = 1; day <= 3; day++) {
		CHECK_INT(send_now(&w, w.relay, (struct dispatch_options){ .wait = false }, &r), 0, "a day");
		CHECK_INT(r.now.accepted, day == 1 ? 2 : day == 2 ? 4 : 8, "a sixth of its limit at once");
		CHECK_INT(count(&w, began), day == 1, "it began with the first one accepted");
		CHECK_INT(count(&w, by_tomorrow), day == 1 ? 38 : 0, "nobody waits beyond the day on which more may go");
		sql_int(&w, ramp_back, 86400);
		sql_int(&w, pace_back, 86400);
	}
	world_close(&w);
}

/* One message a day to one address, whatever the wave; nothing in quiet hours. */
static void
test_hours(void)
{
	static const char later[] = "SELECT count(*) FROM invite WHERE state = 'planned' AND attempts = 0 AND due_at > moved_at";
	static const char yesterday[] = "UPDATE invite SET moved_at = moved_at - $1 WHERE state = 'accepted'";
	struct wave second = { .name = "reminder", .template = "reminder", .audience = "", .uncertain = "hold", .state = "running" };
	const struct dispatch_options once = { .wait = false };
	struct dispatch_result r;
	struct date_text t;
	struct err e = ERR_INIT;
	struct world w;
	char quiet[16];
	int from;

	world_open(&w, 10);
	plan(&w);
	CHECK_INT(send_now(&w, w.relay, once, &r), 0, "invitations");
	second.campaign = w.f.c.id;
	fill_check(wave_insert(w.f.db, &second, &e), &e, "a second wave");
	w.wave = second;
	fill_person(&w.f, w.unit, "Người Mới", "new@unit.example");
	fill_commit(&w.f);
	plan(&w);
	CHECK_INT(send_now(&w, w.relay, once, &r), 0, "the second wave, the same day");
	CHECK_INT(r.now.accepted, 1, "only to whom the first did not go");
	CHECK_INT(count(&w, later), 10, "the others tomorrow");
	w.conf.max_per_person_day = 2;
	date_rfc3339(&t, &w.f.c.zone, clock_now());
	from = (t.s[11] - '0') * 10 + t.s[12] - '0';
	snprintf(quiet, sizeof(quiet), "%02d:00-%02d:00", from, (from + 2) % 24);
	w.conf.quiet_hours = quiet;
	CHECK_INT(send_now(&w, w.relay, once, &r), 0, "quiet hours");
	CHECK_INT(r.now.accepted, 0, "nothing goes out");
	w.conf.quiet_hours = "";
	w.conf.max_per_person_day = 1;
	sql_int(&w, yesterday, 86400);
	CHECK_INT(send_now(&w, w.relay, once, &r), 0, "the day after");
	CHECK_INT(r.now.accepted, 10, "everybody");
	world_close(&w);
}

/* Too many dead addresses, or a complaint too many: the wave stops, by the settings. */
static void
test_thresholds(void)
{
	static const struct peer_fault dead = { PEER_RCPT, "@dead.example", 0, "550 5.1.1 no such user", PEER_GO_ON };
	static const char paused[] = "SELECT count(*) FROM wave WHERE state = 'paused'";
	static const char stops[] = "SELECT count(*) FROM stop WHERE domain = '' AND kind = 'bounces' AND n = 20 AND n_of >= 100";
	static const char observed[] = "SELECT count(*) FROM stop WHERE observed = 1";
	static const char complaints[] = "SELECT count(*) FROM stop WHERE kind = 'complaints' AND n = 1 AND observed = 0";
	static const char *const modes[] = { "on", "observe", "off" };
	char email[64];

	for (int m = 0; m < 3; m++) {
		struct peer *p = peer_start(&(struct peer_options){ .faults = &dead, .n_faults = 1 });
		const struct dispatch_options once = { .wait = true };
		struct dispatch_result r;
		struct err e = ERR_INIT;
		int64_t n;
		struct world w;

		world_open(&w, 90);
		w.conf.stops = modes[m];
		for (int i = 0; i < 20; i++) {
			snprintf(email, sizeof(email), "dead%d@dead.example", i);
			fill_person(&w.f, w.unit, "Không Tồn Tại", email);
		}
		fill_commit(&w.f);
		plan(&w);
		CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, modes[m]);
		CHECK_INT(count(&w, stops), m < 2, "recorded");
		CHECK_INT(count(&w, observed), m == 1, "noted only");
		CHECK_INT(count(&w, paused), m == 0, "paused");
		for (int i = 0; i < 200; i++) {
			snprintf(email, sizeof(email), "more%d@unit.example", i);
			fill_person(&w.f, w.unit, "Người Thêm", email);
		}
		fill_commit(&w.f);
		plan(&w);
		if (m == 0) {
			struct err ignored = ERR_INIT;
			struct dispatch_options o = once;

			o.wave = w.f.wave;
			o.relay_url = peer_url(p);
			CHECK_INT(dispatch_run(w.f.db, &w.conf, &o, &r, &ignored), 0, "a paused wave ends at once");
			CHECK_INT(r.now.accepted, 0, "and sends nothing");
			CHECK_INT(stop_resume(w.f.db, w.f.wave, NULL, clock_now(), &n, &e), 0, "resume");
		}
		CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "again");
		CHECK_INT(r.now.accepted, 200, "what was counted before does not stop it again");
		CHECK_INT(count(&w, paused), 0, "not paused");
		CHECK_INT(count(&w, observed), m == 1, "noted once");
		if (m == 0) {
			static const char invite[] = "SELECT id FROM invite WHERE contact = 5";

			fill_evidence(&w.f, 5, count(&w, invite), "complaint", "complaint", clock_now());
			fill_person(&w.f, w.unit, "Sau Cùng", "last@unit.example");
			fill_commit(&w.f);
			plan(&w);
			CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .wait = true }, &r), 0, "complained");
			CHECK_INT(r.now.accepted, 0, "nothing more goes out");
			CHECK_INT(count(&w, complaints), 1, "one of 290 is more than 0.1 %");
		}
		world_close(&w);
		peer_stop(p);
	}
}

static atomic_int stop_flag;

static void
stop_early(const struct dispatch_result *r, void *arg)
{
	(void)arg;
	if (r->now.accepted >= 10)
		stop_flag = 1;
}

static void
test_stop(void)
{
	static const char sending[] = "SELECT count(*) FROM invite WHERE state = 'sending'";
	struct peer *p = peer_start(&(struct peer_options){ .delay_ms = 10 });
	struct dispatch_result r;
	struct world w;

	world_open(&w, 200);
	plan(&w);
	CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .wave = w.f.wave, .wait = true, .stop = &stop_flag,
	    .progress = stop_early }, &r), 0, "stopped");
	CHECK(r.stopped && r.left > 100, "early");
	CHECK_INT(count(&w, sending), 0, "nothing is left half done");
	CHECK_INT(200 - r.left, (int64_t)peer_mails(p), "what went out is recorded");
	world_close(&w);
	peer_stop(p);
}

static struct {
	const char *path;
	int64_t until_us;		/* 0: not paused yet */
} pausing;

/* Another process pauses the wave; three seconds later the dispatcher is told to end. */
static void
pause_then_stop(const struct dispatch_result *r, void *arg)
{
	static const char pause[] = "UPDATE wave SET state = 'paused'";
	struct err e = ERR_INIT;
	struct db *db;

	(void)arg;
	if (!pausing.until_us && r->now.accepted >= 10) {
		fill_check(db_open(&db, pausing.path, DB_WRITE, &e), &e, "open");
		fill_check(db_run(db_stmt(db, pause, &e), &e), &e, pause);
		db_close(db);
		pausing.until_us = clock_mono_us() + 3000000;
	}
	if (pausing.until_us && clock_mono_us() > pausing.until_us)
		stop_flag = 1;
}

/* Who sends all waves, as thumoid does, hears of a wave that was paused. */
static void
test_pause(void)
{
	static const char sending[] = "SELECT count(*) FROM invite WHERE state = 'sending'";
	struct peer *p = peer_start(&(struct peer_options){ .delay_ms = 50 });
	struct dispatch_result r;
	struct world w;

	world_open(&w, 400);
	plan(&w);
	stop_flag = 0;
	pausing.path = w.f.path;
	CHECK_INT(send_now(&w, peer_url(p), (struct dispatch_options){ .forever = true, .stop = &stop_flag, .progress = pause_then_stop },
	    &r), 0, "paused");
	CHECK(pausing.until_us && r.now.accepted < 80, "within a second or so");
	CHECK_INT(count(&w, sending), 0, "who waited in the queue went back");
	CHECK_INT(r.now.accepted, (int64_t)peer_mails(p), "what went out is recorded");
	world_close(&w);
	peer_stop(p);
}

int
main(int argc, char **argv)
{
	log_to(-1, LOG_LEVEL_ERROR);
	if (argc == 8 && strcmp(argv[1], "send") == 0)
		return send_child(argv + 1);
	test_folder();
	test_retry();
	test_deadline();
	test_uncertain();
	test_kill();
	test_power_loss();
	test_two();
	test_unreachable();
	test_stop();
	test_pause();
	test_wall();
	test_came_back();
	test_paced();
	test_ramp();
	test_hours();
	test_thresholds();
	return check_done();
}
