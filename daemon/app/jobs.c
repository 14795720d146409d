#include "app/jobs.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "engine/cron.h"
#include "engine/dispatch.h"
#include "engine/placement.h"
#include "engine/post.h"
#include "engine/postman.h"
#include "engine/retention.h"
#include "engine/spool.h"
#include "engine/survey_sync.h"
#include "engine/webhook.h"
#include "store/db.h"

#define AGAIN_MS 30000	/* after a fault */
#define LETTERS_MS 60000	/* between two looks for letters that are due */
#define CRON_MS 60000	/* how often the plans are looked at */
#define LOOK_MS 1000	/* how long a wait may sleep without looking at the clock */
#define SURVEYS_MS 15000	/* between two looks for forms that are due: a newcomer's link should open something */
#define WEBHOOKS_MS 2000	/* what happened is told so soon */
#define RETENTION_MS 86400000	/* a day */
#define PROBES_MS 60000	/* looks are due after ten minutes at the earliest */

enum duty { DUTY_DISPATCH, DUTY_CRON, DUTY_LETTERS, DUTY_INBOUND, DUTY_PROBES, DUTY_SURVEYS, DUTY_WEBHOOKS, DUTY_RETENTION, DUTIES };

struct task {
	struct jobs *jobs;		/* [c] */
	const struct kind *kind;	/* [c] */
	int64_t every_ms;		/* between two runs that went well; its own thread may change it */
	pthread_t thread;
	bool running;			/* main thread only */
};

struct jobs {
	const struct conf *conf;	/* [c] */
	const char *store;		/* [c] */
	struct meters *meters;		/* [c] */
	struct task task[DUTIES];
	struct postman *postman;	/* inbound thread only, once it runs */
	atomic_int stop;	/* for the dispatcher, as it asks for it */
	atomic_bool ending;		/* for everybody */
	bool told_held;			/* dispatch thread only */
	int wake;			/* [c] eventfd: readable when all shall end */
};

static int
run_dispatch(struct jobs *j, struct db *db, struct err *e)
{
	struct dispatch_options o = { .forever = true, .stop = &j->stop, .meters = j->meters };
	struct dispatch_result r = { .left = 0 };
	int rc;

	/* What a restored store takes for not sent may have been sent: see engine/watch.h. */
	if ((rc = watch_peek(db, j->conf, clock_now(), e)) != 0) {
		if (rc > 0 && !j->told_held)
			log_warn("dispatch", "state=held");
		j->told_held = rc > 0;
		return rc < 0 ? -1 : 0;
	}
	j->told_held = false;
	meters_dispatching(j->meters, true);
	rc = dispatch_run(db, j->conf, &o, &r, e);
	meters_dispatching(j->meters, false);
	return rc;
}

static int
run_cron(struct jobs *j, struct db *db, struct err *e)
{
	struct cron_options o = { .stop = &j->ending };
	struct cron_result r;

	spool_sweep(j->store, SPOOL_S);
	return cron_run(db, j->conf, &o, &r, e);
}

static int
run_inbound(struct jobs *j, struct db *db, struct err *e)
{
	struct inbound_tally t = { .read = 0 };
	int rc = postman_round(j->postman, db, &j->ending, &t, e);
	bool well = rc == 0;

	meters_inbound(j->meters, &t);
	for (size_t i = 0; i < postman_mailboxes(j->postman); i++)
		well = well && !*postman_fault(j->postman, i);
	if (well)
		meters_inbound_ok(j->meters, clock_now());
	j->task[DUTY_INBOUND].every_ms = (postman_next_at(j->postman, clock_now()) - clock_now()) * 1000;
	if (atomic_load(&j->ending))
		rc = 0;		/* cut short as it should be */
	if (t.read)
		log_info("inbound", "read=%" PRId64 " known=%" PRId64 " matched=%" PRId64 " unmatched=%" PRId64
		    " forged=%" PRId64, t.read, t.known, t.matched, t.unmatched, t.forged);
	return rc;
}

/* Those that were deferred: who writes a letter sends it at once. */
static int
run_letters(struct jobs *j, struct db *db, struct err *e)
{
	struct post_result r;
	int64_t n;

	if (letter_open(db, 0, NULL, &n, e) < 0)
		return -1;
	return n ? post_letters(db, j->conf, &(struct post_options){ .stop = &j->ending }, &r, e) : 0;
}

static void
log_look(const struct probe *p, const struct probe_look *look, const struct sought *s, const char *trouble, void *arg)
{
	struct log_q q;

	(void)arg;
	if (trouble)
		log_warn("probe", "probe=%" PRId64 " text=%s", p->id, log_q(&q, trouble));
	else
		log_info("probe", "probe=%" PRId64 " send=%" PRId64 " place=%s", p->id, look->send, place_name(s->place));
}

static int
run_probes(struct jobs *j, struct db *db, struct err *e)
{
	struct placement_ask ask = { .patient = true, .stop = &j->ending, .each = log_look };
	struct placement_tally t;

	return placement_look(db, j->conf, &ask, &t, e);
}

static int
run_retention(struct jobs *j, struct db *db, struct err *e)
{
	struct retention_options o = { .stop = &j->ending };
	struct retention_result r;
	int rc = retention_run(db, j->conf, &o, &r, e);

	if (r.mails + r.letters + r.people)
		log_info("retention", "mails=%" PRId64 " letters=%" PRId64 " people=%" PRId64, r.mails, r.letters, r.people);
	return rc;
}

static void
log_survey(const struct survey_link *l, const struct survey_result *r, const char *trouble, void *arg)
{
	struct log_q q;

	(void)arg;
	if (trouble)
		log_warn("survey", "link=%" PRId64 " survey=%" PRId64 " troubles=%" PRId64 " text=%s", l->id, l->survey,
		    l->troubles + 1, log_q(&q, trouble));
	else
		log_info("survey", "link=%" PRId64 " survey=%" PRId64 " read=%" PRId64 " recorded=%" PRId64 " pushed=%" PRId64
		    " refused=%" PRId64 " written=%" PRId64 " difference=%" PRId64, l->id, l->survey, r->read, r->recorded, r->pushed,
		    r->refused, r->written, survey_difference(&r->count));
}

/* A survey system that fails is a warning, and waits: only the store is a fault of ours. */
static int
run_surveys(struct jobs *j, struct db *db, struct err *e)
{
	struct survey_due due = { .stop = &j->ending, .each = log_survey };

	return survey_sync_due(db, j->conf, &due, e);
}

/* A receiver that fails is a warning, and waits: only the store is a fault of ours. */
static int
run_webhooks(struct jobs *j, struct db *db, struct err *e)
{
	struct webhook_result r;
	int rc = webhook_run(db, clock_now(), &j->ending, &r, e);

	if (rc == 0 && r.events)
		log_info("webhook", "events=%" PRId64 " requests=%" PRId64 " failed=%" PRId64, r.events, r.requests, r.failed);
	return rc;
}

static const struct kind {
	const char *name;		/* for the log */
	enum meters_user user;
	int (*run)(struct jobs *, struct db *, struct err *);	/* 0 or -1: try again later */
	int64_t every_ms;
} kinds[DUTIES] = {
	[DUTY_DISPATCH] = { "dispatch", USES_STORE_DISPATCH, run_dispatch, LOOK_MS },
	[DUTY_CRON] = { "cron", USES_STORE_CRON, run_cron, CRON_MS },
	[DUTY_LETTERS] = { "letters", USES_STORE_LETTERS, run_letters, LETTERS_MS },
	[DUTY_INBOUND] = { "inbound", USES_STORE_INBOUND, run_inbound, 0 },
	[DUTY_PROBES] = { "probes", USES_STORE_PROBES, run_probes, PROBES_MS },
	[DUTY_SURVEYS] = { "survey", USES_STORE_SURVEYS, run_surveys, SURVEYS_MS },
	[DUTY_WEBHOOKS] = { "webhook", USES_STORE_WEBHOOKS, run_webhooks, WEBHOOKS_MS },
	[DUTY_RETENTION] = { "retention", USES_STORE_RETENTION, run_retention, RETENTION_MS },
};

static void
wait_ms(struct jobs *j, int64_t ms)
{
	int64_t until = clock_ms() + ms;

	while (!atomic_load(&j->ending) && clock_ms() < until)
		clock_wait(until, j->wake, LOOK_MS);
}

/* A store handle for each run: a fault of the store is cured by opening it again. */
static void *
work(void *arg)
{
	struct task *task = arg;
	struct jobs *j = task->jobs;

	while (!atomic_load(&j->ending)) {
		struct err e = ERR_INIT;
		struct db *db = NULL;
		struct log_q q;
		int rc = db_open(&db, j->store, DB_WRITE, &e);
		bool opened = rc == 0;

		if (opened)
			rc = task->kind->run(j, db, &e);
		db_close(db);
		meters_store(j->meters, task->kind->user, rc < 0 && (!opened || e.code == ERR_STORE || e.code == ERR_FULL));
		if (rc < 0)
			log_error(task->kind->name, "again_in_s=%d text=%s", AGAIN_MS / 1000, log_q(&q, e.text));
		wait_ms(j, rc < 0 ? AGAIN_MS : task->every_ms);
	}
	return NULL;
}

static bool
wanted(const struct jobs_options *o, enum duty duty)
{
	switch (duty) {
	case DUTY_INBOUND: return o->inbound;
	case DUTY_PROBES: return o->probes;
	case DUTY_SURVEYS: return o->surveys;
	case DUTY_WEBHOOKS: return o->webhooks;
	case DUTY_RETENTION: return strcmp(o->conf->retention, "on") == 0;
	default: return o->dispatch;
	}
}

static int
start(struct jobs *j, enum duty duty, struct err *e)
{
	struct task *task = &j->task[duty];

	*task = (struct task){ .jobs = j, .kind = &kinds[duty], .every_ms = kinds[duty].every_ms };
	if (pthread_create(&task->thread, NULL, work, task) != 0)
		return err_set(e, ERR_SYSTEM, TR("cannot start the thread for %s", "không tạo được luồng cho %s"), kinds[duty].name);
	task->running = true;
	return 0;
}

int
jobs_start(struct jobs **out, const struct jobs_options *o, struct err *e)
{
	struct jobs *j = mem_zalloc(sizeof(*j));
	int rc = 0;

	*out = NULL;
	j->conf = o->conf;
	j->store = o->store;
	j->meters = o->meters;
	if ((j->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		rc = err_sys(e, "eventfd");
	if (rc == 0 && o->inbound)
		rc = postman_new(&j->postman, j->conf, true, e);
	for (int i = 0; rc == 0 && i < DUTIES; i++)
		if (wanted(o, (enum duty)i))
			rc = start(j, (enum duty)i, e);
	if (rc < 0) {
		jobs_stop(j);
		return -1;
	}
	*out = j;
	return 0;
}

void
jobs_stop(struct jobs *j)
{
	uint64_t one = 1;

	if (!j)
		return;
	atomic_store(&j->stop, 1);
	atomic_store(&j->ending, true);
	if (j->wake >= 0 && write(j->wake, &one, sizeof(one)) < 0)
		log_warn("stop", "wake=no");	/* they look at the flag every second */
	for (int i = 0; i < DUTIES; i++)
		if (j->task[i].running)
			pthread_join(j->task[i].thread, NULL);
	postman_free(j->postman);
	if (j->wake >= 0)
		close(j->wake);
	free(j);
}
