#include "engine/courier.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fiber.h"
#include "base/lang.h"
#include "base/log.h"
#include "engine/journal.h"

#define IDLE_MS 2000			/* a connection without work is closed after this */
#define REST_FIRST_MS 250
#define REST_MOST_MS 30000
#define MESSAGE_MAX_BYTES (8 << 20)

/* [c] constant after start, [t] the thread of its team only */
struct courier {
	struct couriers *all;		/* [c] */
	struct job *job;		/* [t] at hand */
	struct buf data;		/* [t] its message */
	struct arena scratch;		/* [t] */
	int failures;			/* [t] how often in a row the relay did not let us in */
};

/* Couriers that share a thread: each is a fiber of it. */
struct team {
	pthread_t thread;		/* [c] */
	struct fibers *fibers;		/* [t] */
};

struct couriers {
	struct relay *relay;		/* [c] */
	struct workq *todo, *done;	/* [c] each with its own lock */
	int stop_fd;			/* [c] readable: wake up from resting */
	atomic_bool stopping;
	atomic_int running;
	int n;				/* [c] */
	int n_teams, n_threads;		/* [c] more teams than threads: one could not be started */
	struct team *teams;		/* [c] courier i is in team i % n_teams */
	struct courier courier[];
};

static void
hand_back(struct courier *c, struct job *j, const struct smtp_outcome *o)
{
	j->verdict = o->verdict;
	j->command = o->command;
	j->code = o->code;
	memcpy(j->enhanced, o->enhanced, sizeof(j->enhanced));
	j->text = mem_dup(o->text ? o->text : "");
	j->duration_ms = o->duration_ms;
	j->at = clock_now();
	if (j->verdict != SMTP_UNTRIED)
		journal_answer(j->slot, j->verdict, j->command, j->code, j->enhanced, j->text, j->duration_ms, j->at);
	/* Refusals and delays may stop a domain or a wave: the dispatcher hears of them before more go the same way. */
	if (j->verdict == SMTP_ACCEPTED)
		workq_put(c->all->done, j);
	else
		workq_put_urgent(c->all->done, j);
}

/* An address or template that cannot become a message is this invite's outcome. */
static void
hand_back_unmade(struct courier *c, struct job *j, const struct err *e)
{
	struct smtp_outcome o = { .verdict = SMTP_REFUSED, .command = "COMPOSE", .text = e->text };

	hand_back(c, j, &o);
}

static bool
next_job(void *arg, struct smtp_job *out)
{
	struct courier *c = arg;
	struct message_envelope env;
	struct err e = ERR_INIT;
	bool eight_bit;
	struct job *j;

	for (;;) {
		if (!(j = workq_take(c->all->todo, IDLE_MS)))
			return false;
		arena_reset(&c->scratch);
		buf_clear(&c->data);
		eight_bit = smtp_takes_8bit(c->all->relay);
		if (message_make(j->maker, &j->to, eight_bit, &c->scratch, &c->data, &env, &e) == 0 && !c->data.failed)
			break;
		if (c->data.failed)
			err_set(&e, ERR_INPUT, TR("the message is too large", "thư quá lớn"));
		hand_back_unmade(c, j, &e);
	}
	c->job = j;
	*out = (struct smtp_job){ .owner = j, .sender = env.sender, .recipient = env.recipient, .envid = env.envid,
	    .data = buf_str(&c->data), .len = c->data.len, .utf8 = env.utf8_local,
	    .eight_bit = eight_bit && !env.utf8_local };
	return true;
}

static void
begun(void *arg, const struct smtp_job *sj)
{
	struct job *j = sj->owner;

	(void)arg;
	journal_begin(j->slot);
}

static void
done(void *arg, const struct smtp_job *sj, const struct smtp_outcome *o)
{
	struct courier *c = arg;
	struct job *j = sj->owner;

	c->job = NULL;
	if (o->verdict != SMTP_UNTRIED) {
		c->failures = 0;
	} else if (!*o->command) {
		/* Its turn did not come: the next conversation takes it. */
		workq_put(c->all->todo, j);
		return;
	} else {
		c->failures++;
	}
	hand_back(c, j, o);
}

static void
rest(const struct courier *c)
{
	int ms = REST_FIRST_MS;

	for (int i = 1; i < c->failures && ms < REST_MOST_MS; i++)
		ms *= 2;
	fiber_wait(c->all->stop_fd, POLLIN, ms < REST_MOST_MS ? ms : REST_MOST_MS);
}

/*
 * A team that is woken does not push aside the dispatcher, nor the web pages.
 * Where the system does not allow it, nothing else changes.
 */
static void
be_patient(void)
{
	const struct sched_param p = { .sched_priority = 0 };

	pthread_setschedparam(pthread_self(), SCHED_BATCH, &p);
}

static void
work(void *arg)
{
	struct courier *c = arg;
	const struct smtp_calls calls = { .next = next_job, .begun = begun, .done = done, .arg = c };
	struct err e = ERR_INIT;

	while (!atomic_load(&c->all->stopping)) {
		int before = c->failures;

		if (smtp_session(c->all->relay, &calls, &e) < 0) {
			log_error("courier", "relay=%s error=\"%s\"", relay_name(c->all->relay), e.text);
			c->failures++;
		}
		/* A job the session did not answer for would be lost. */
		ASSERT(!c->job);
		if (c->failures > before)
			rest(c);
	}
	atomic_fetch_sub(&c->all->running, 1);
}

static void *
run_team(void *arg)
{
	struct team *t = arg;

	pthread_setname_np(pthread_self(), "courier");
	be_patient();
	fibers_run(t->fibers);
	return NULL;
}

int
couriers_start(struct couriers **out, struct relay *r, struct workq *todo, struct workq *done_q, int n, struct err *e)
{
	struct couriers *all = mem_zalloc(sizeof(*all) + (size_t)n * sizeof(struct courier));
	sigset_t block, old;
	int rc = 0;

	*out = all;
	all->relay = r;
	all->todo = todo;
	all->done = done_q;
	all->n = n;
	all->n_teams = smtp_blocks(r) ? n : 1;
	all->teams = mem_zalloc((size_t)all->n_teams * sizeof(*all->teams));
	if ((all->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		die("eventfd: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		struct team *t = &all->teams[i % all->n_teams];

		all->courier[i].all = all;
		all->courier[i].data = (struct buf)BUF_INIT(MESSAGE_MAX_BYTES);
		t->fibers = t->fibers ? t->fibers : fibers_new();
		fibers_add(t->fibers, work, &all->courier[i]);
	}
	/* Signals are the main thread's business. */
	sigfillset(&block);
	pthread_sigmask(SIG_SETMASK, &block, &old);
	for (; rc == 0 && all->n_threads < all->n_teams; all->n_threads += rc == 0) {
		struct team *t = &all->teams[all->n_threads];
		int members = n / all->n_teams + (all->n_threads < n % all->n_teams);

		atomic_fetch_add(&all->running, members);
		if ((rc = pthread_create(&t->thread, NULL, run_team, t)) != 0)
			atomic_fetch_sub(&all->running, members);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return 0;
	errno = rc;
	return err_sys(e, TR("cannot start a courier", "không khởi động được luồng gửi"));
}

int
couriers_running(const struct couriers *all)
{
	return atomic_load(&all->running);
}

void
couriers_stop(struct couriers *all)
{
	atomic_store(&all->stopping, true);
	eventfd_write(all->stop_fd, 1);	/* never read: every courier sees it */
}

void
couriers_join(struct couriers *all)
{
	if (!all)
		return;
	workq_close(all->todo);
	couriers_stop(all);
	for (int i = 0; i < all->n_threads; i++)
		pthread_join(all->teams[i].thread, NULL);
	for (int i = 0; i < all->n; i++) {
		struct team *t = &all->teams[i % all->n_teams];

		fibers_free(t->fibers);
		t->fibers = NULL;
		buf_release(&all->courier[i].data);
		arena_release(&all->courier[i].scratch);
	}
	close(all->stop_fd);
	free(all->teams);
	free(all);
}
