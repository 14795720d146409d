#include "engine/dispatch.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "engine/claim.h"
#include "engine/journal.h"
#include "engine/probing.h"
#include "engine/recover.h"
#include "engine/route.h"
#include "engine/rulebook.h"
#include "engine/stops.h"
#include "engine/sweep.h"

#define GATHER_MS 16			/* outcomes of so long share a commit while there is work ahead */
#define GATHER_LEAST_MS 2		/* ... unless there are refusals among them */
#define STORE_TROUBLE_MOST_US INT64_C(300000000)
#define STORE_CLOSING_MOST_US INT64_C(10000000)	/* told to stop: what is not recorded stays in the journal */
#define STORE_WAIT_MS 2000		/* for a lock: we come back by ourselves, and signals must be seen */
#define RECOVER_EVERY_US INT64_C(30000000)	/* another dispatcher may have died meanwhile */

/* Everything here is the dispatcher's own. */
struct dispatch {
	struct db *db;
	const struct conf *conf;
	const struct dispatch_options *opt;
	struct dispatch_result *result;
	struct sendings sendings;
	struct journal *journal;
	struct routes routes;
	struct rulebook *book;
	struct workq *done;
	size_t in_flight;		/* claimed and not yet recorded */
	struct job *pending;		/* heard, not yet recorded */
	bool closing;
	bool more;			/* the last claim put some off: there may be others behind them */
	int64_t swept_at;		/* clock_now of the last sweep */
	int64_t due_at;			/* nothing is due before */
	int64_t store_since_us;		/* 0: the store works */
	int64_t closing_us;		/* the first trouble of the store after the end was asked for; 0 */
	int64_t shown_us, recovered_us;
};

static bool
is_ours(const struct dispatch *d, const struct wave *w)
{
	return d->opt->wave ? w->id == d->opt->wave : strcmp(w->state, "running") == 0;
}

/* --- claims ------------------------------------------------------------ */

/* How many to claim now; 0: enough is under way, or it is not the time. */
static size_t
wanted(struct dispatch *d, int64_t now)
{
	size_t n = routes_wanted(&d->routes), room = journal_room(d->journal);

	if (d->closing || now < d->due_at)
		return 0;
	/* A store in trouble gets what was sent first, and nothing new is begun. */
	if (d->store_since_us && d->pending)
		return 0;
	return room < n ? room : n;
}

static int
claim(struct dispatch *d, int64_t now, size_t most, struct job **list, size_t *n, struct err *e)
{
	struct job **tail = list;
	int64_t put_off = d->sendings.put_off;

	*list = NULL;
	*n = 0;
	d->due_at = INT64_MAX;
	d->more = false;
	if (routes_turn(&d->routes, clock_ms(), &most, &d->due_at, e) < 0)
		return -1;
	if (!most)
		return 0;
	d->due_at = INT64_MAX;
	for (struct sending *s = d->sendings.first; s; s = s->next) {
		int64_t due;
		int rc;

		if (!is_ours(d, &s->wave) || !s->maker || now > s->deadline || strcmp(s->wave.state, "paused") == 0)
			continue;
		if ((due = calendar_next(&s->calendar, &s->campaign.zone, now)) > now) {
			d->due_at = due < d->due_at ? due : d->due_at;
			continue;
		}
		if (*n < most && claim_due(&d->sendings, s, now, journal_run(d->journal), most - *n, &tail, n, e) < 0)
			return -1;
		if ((rc = probing_next_due(&d->sendings, s, &due, e)) < 0)
			return -1;
		if (rc == 1 && due < d->due_at)
			d->due_at = due;
	}
	d->more = d->sendings.put_off != put_off && d->due_at <= now;
	return gate_save(d->sendings.gate, e);
}

/* --- a turn: outcomes in, claims out, one transaction ------------------- */

static void
free_jobs(struct job *list)
{
	for (struct job *next; list; list = next) {
		next = list->next;
		job_free(list);
	}
}

static void
take_done(struct dispatch *d)
{
	struct job **end = &d->pending;

	while (*end)
		end = &(*end)->next;
	*end = workq_take_all(d->done);
}

/* Is there still a reason to send it at once? */
static bool
still_goes(struct dispatch *d, const struct job *j, int64_t now)
{
	const struct sending *s = d->sendings.first;

	while (s && s->wave.id != j->wave)
		s = s->next;
	return !gate_shut(d->sendings.gate, j, now) && !(s && strcmp(s->wave.state, "paused") == 0);
}

/* Who was not let in by one relay goes through another, when there is one. */
static int
pass_on(struct dispatch *d, int64_t now, struct err *e)
{
	struct job *j = d->pending;
	int64_t now_ms = clock_ms(), due_at;
	size_t any = 1;

	if (d->closing || d->routes.n == 1)
		return 0;
	while (j && j->verdict != SMTP_UNTRIED)
		j = j->next;
	if (!j)
		return 0;
	if (routes_turn(&d->routes, now_ms, &any, &due_at, e) < 0)
		return -1;
	for (; j; j = j->next)
		if (j->verdict == SMTP_UNTRIED && still_goes(d, j, now))
			j->onward = routes_onward(&d->routes, j, now_ms);
	return gate_save(d->sendings.gate, e);
}

static void
hear(struct dispatch *d, const struct job *j)
{
	bool rested = j->route->rests_since_us != 0;

	sending_log(&d->sendings, j);
	meters_attempt(d->opt->meters, j->route->name, j->verdict, j->duration_ms);
	routes_heard(&d->routes, j);
	if (!rested && j->route->rests_since_us)
		meters_relay_down(d->opt->meters, j->route->name);
}

/* The store has them: log, free, forget. */
static void
settle(struct dispatch *d)
{
	for (struct job *held, *next, *j = d->pending; j; j = next) {
		next = j->next;
		hear(d, j);
		journal_give(d->journal, j->slot);
		if (j->onward) {
			j->slot = journal_take(d->journal, j->invite, j->attempt);
			routes_onward_take(&d->routes, j);
			continue;
		}
		if ((held = gate_leave(d->sendings.gate, j)))
			routes_put(&d->routes, held);
		job_free(j);
		d->in_flight--;
	}
	d->pending = NULL;
}

static void
hand_out(struct dispatch *d, struct job *list)
{
	for (struct job *next, *j = list; j; j = next) {
		next = j->next;
		j->slot = journal_take(d->journal, j->invite, j->attempt);
		ASSERT(j->slot);
		d->in_flight++;
		if (gate_enter(d->sendings.gate, j))
			routes_put(&d->routes, j);
	}
}

/* A wave was stopped, a domain rests: who waits in the queue goes back, the others stay in line. */
static void
recall(struct dispatch *d, int64_t now)
{
	struct gate *g = d->sendings.gate;

	if (!g->recall)
		return;
	g->recall = false;
	routes_call_back(&d->routes, gate_take_held(g));
	for (struct job *next, *j = routes_take_all(&d->routes); j; j = next) {
		next = j->next;
		j->next = NULL;
		if (still_goes(d, j, now))
			routes_put(&d->routes, j);
		else
			routes_call_back(&d->routes, j);
	}
}

static int
turn(struct dispatch *d, int64_t now, struct err *e)
{
	struct tally before = d->sendings.tally;
	int64_t due_before = d->due_at;
	struct job *claimed = NULL;
	size_t most, n = 0;

	take_done(d);
	most = wanted(d, now);
	if (!d->pending && !most)
		return 0;
	if (db_begin(d->db, e) < 0)
		return -1;
	if (pass_on(d, now, e) < 0)
		goto fail;
	for (const struct job *j = d->pending; j; j = j->next)
		if (!j->onward && sending_record(&d->sendings, j, false, e) < 0 &&
		    !sending_lost(&d->sendings, j, journal_run(d->journal)))
			goto fail;
	if (d->pending)
		d->due_at = 0;	/* a deferred one may be due before the others */
	if (most && claim(d, now, most, &claimed, &n, e) < 0)
		goto fail;
	if (db_commit(d->db, e) < 0)
		goto fail;
	settle(d);
	if (claimed)
		routes_claimed(&d->routes);
	hand_out(d, claimed);
	return 0;
fail:
	db_abort(d->db);
	for (const struct job *j = claimed; j; j = j->next) {
		gate_undo(d->sendings.gate, &j->seat);
		routes_undo(j->route);
	}
	free_jobs(claimed);
	for (struct job *j = d->pending; j; j = j->next)
		if (j->onward)
			routes_onward_undo(&d->routes, j);
	d->sendings.tally = before;
	d->due_at = due_before;
	return -1;
}

/* --- the passing of time ------------------------------------------------ */

/* Moments that a run before gave away are forgotten: limits may have changed. Once a run. */
static int
call_in(struct dispatch *d, struct sending *s, int64_t now, struct err *e)
{
	int rc = 0;

	if (s->wave.not_before > now)
		return 0;
	/* Another wave may begin while this one goes on. */
	if (!s->others && (rc = wave_has_others(d->db, s->wave.id, e)) < 0)
		return -1;
	s->others = s->others || rc == 1;
	if (s->called_in || d->opt->keep_moments)
		return 0;
	s->called_in = true;
	return probe_call_in(d->db, s->wave.id, now, e) < 0 ? -1 : invite_call_in(d->db, s->wave.id, now, false, e);
}

/* Somebody paused a wave, or ended it: among those that run it is not found any more. */
static int
look_for_the_paused(struct dispatch *d, struct err *e)
{
	struct arena a = ARENA_INIT;
	int rc = 0;

	for (struct sending *s = d->sendings.first; s && rc >= 0; s = s->next) {
		struct wave w;

		if (strcmp(s->wave.state, "running") != 0 || (rc = wave_by_id(d->db, &a, s->wave.id, &w, e)) < 0)
			continue;
		if (rc == 1 && strcmp(w.state, "running") == 0)
			continue;
		s->wave.state = rc == 1 && strcmp(w.state, "paused") == 0 ? "paused" : "done";
		d->sendings.gate->recall = d->sendings.gate->recall || strcmp(s->wave.state, "paused") == 0;
	}
	arena_release(&a);
	return rc < 0 ? -1 : 0;
}

/* Which waves there are for us; what has passed in them. */
static int
sweep(struct dispatch *d, int64_t now, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct wave w = { .id = d->opt->wave ? d->opt->wave - 1 : 0 };
	int rc = 0;

	rulebook_give(d->book, d->sendings.rules);
	d->sendings.rules = rulebook_take(d->book);
	gate_unpark(d->sendings.gate);
	if (look_for_the_paused(d, e) < 0)
		return -1;
	while (wave_next(d->db, &a, w.id, 0, d->opt->wave ? NULL : "running", &w, e) == 1) {
		struct sending *s;

		if (d->opt->wave && w.id != d->opt->wave)
			break;
		if (!(s = sending_fresh(&d->sendings, w.id, e))) {
			rc = -1;
			break;
		}
		if (strcmp(w.state, "paused") == 0 && strcmp(s->wave.state, "paused") != 0)
			d->sendings.gate->recall = true;
		s->wave.state = strcmp(w.state, "running") == 0 ? "running" : strcmp(w.state, "paused") == 0 ? "paused" : "done";
		if (sending_ready(&d->sendings, s, e) < 0) {
			if (d->opt->wave) {
				rc = -1;
				break;
			}
			if (!s->broken)
				log_error("wave", "wave=%" PRId64 " error=\"%s\"", w.id, e->text);
			continue;
		}
		if ((rc = sweep_wave(&d->sendings, s, now, e)) < 0 || (rc = gate_park_wave(d->sendings.gate, w.id, e)) < 0 ||
		    (rc = call_in(d, s, now, e)) < 0 || (rc = stops_check(&d->sendings, s, now, e)) < 0)
			break;
		rc = 0;
	}
	arena_release(&a);
	d->swept_at = now;
	d->due_at = 0;
	return rc;
}

/* --- the loop ------------------------------------------------------------ */

static void
close_work(struct dispatch *d)
{
	d->closing = true;
	routes_stop(&d->routes);
}

/* 1 nothing more to do, 0 there is, -1 error. */
static int
finished(struct dispatch *d, int64_t now, struct err *e)
{
	if (d->opt->forever || d->in_flight || d->pending || workq_len(d->done))
		return 0;
	if (!d->opt->wait)
		return d->due_at > now;
	for (struct sending *s = d->sendings.first; s; s = s->next) {
		int rc = is_ours(d, &s->wave) && s->maker && strcmp(s->wave.state, "paused") != 0 ?
		    probing_any_open(&d->sendings, s, e) : 0;
		int64_t due;

		/* What only waits for somebody to resume its domain is not waited for. */
		if (rc == 1 && probing_next_due(&d->sendings, s, &due, e) == 1 && due == INVITE_PARKED_AT)
			continue;
		if (rc)
			return rc < 0 ? -1 : 0;
	}
	return 1;
}

static void
show(struct dispatch *d, bool last)
{
	int64_t us = clock_mono_us();

	if (!d->opt->progress || (!last && us - d->shown_us < 100000))
		return;
	d->shown_us = us;
	d->result->now = d->sendings.tally;
	d->result->relay = d->routes.troubled->name;
	d->result->trouble = d->routes.down_since_us ? d->routes.troubled->trouble : NULL;
	d->opt->progress(d->result, d->opt->arg);
}

static void
gather(struct dispatch *d)
{
	int64_t until = clock_ms() + 86400000;

	clock_wait(until, -1, GATHER_LEAST_MS);
	clock_wait(until, workq_urgent_fd(d->done), GATHER_MS - GATHER_LEAST_MS);
}

static void
wait_for_something(struct dispatch *d)
{
	int64_t until = clock_ms() + 86400000;

	if (d->store_since_us) {
		clock_wait(until, -1, 1000);
		return;
	}
	if (d->more && wanted(d, clock_now()) > 1)
		return;
	if (d->in_flight == 0 && !d->routes.down_since_us && d->due_at < until / 1000)
		until = d->due_at * 1000;
	/* Work ahead: let some outcomes gather, so that they share a commit. */
	if (routes_ahead(&d->routes) > (size_t)d->routes.connections && workq_len(d->done) < d->routes.depth / 2)
		gather(d);
	else if (!workq_len(d->done))
		clock_wait(until, workq_fd(d->done), d->closing ? 20 : 200);
}

/* A turn or a sweep failed. 0: try again later; -1: not worth it, what was sent is in the journal. */
static int
store_trouble(struct dispatch *d, struct err *e)
{
	int64_t us = clock_mono_us(), most = d->closing ? STORE_CLOSING_MOST_US : STORE_TROUBLE_MOST_US;
	struct log_q q;

	/* Nothing was sent yet: say it and go. */
	if (!d->in_flight && !d->pending && !d->routes.reached && !d->opt->forever && e->code != ERR_BUSY)
		return -1;
	if (!d->store_since_us) {
		d->store_since_us = us;
		log_error("store", "state=resting unrecorded=%zu text=%s", d->in_flight, log_q(&q, e->text));
	}
	if (d->closing && !d->closing_us)
		d->closing_us = us;
	if (us - (d->closing ? d->closing_us : d->store_since_us) <= most)
		return 0;
	return d->opt->forever && !d->closing ? 0 : -1;
}

static void
store_well(struct dispatch *d)
{
	if (d->store_since_us)
		log_warn("store", "state=back after_ms=%" PRId64, (clock_mono_us() - d->store_since_us) / 1000);
	d->store_since_us = 0;
}

/* With nothing else to do: have others died and left claims behind? */
static int
look_for_the_dead(struct dispatch *d, struct err *e)
{
	int rc;

	if (d->in_flight || d->closing || clock_mono_us() - d->recovered_us < RECOVER_EVERY_US)
		return 0;
	d->recovered_us = clock_mono_us();
	if (journal_again(d->journal, e) < 0)
		return -1;
	rc = recover_claims(&d->sendings, d->journal, e);
	if (rc == 0)
		journal_started(d->journal);
	else
		journal_unlock(d->journal);
	return rc;
}

static int
step(struct dispatch *d, struct err *e)
{
	int64_t now = clock_now();
	int rc;

	meters_turn(d->opt->meters, now, d->in_flight, d->store_since_us != 0);
	if (d->opt->stop && *d->opt->stop && !d->closing) {
		d->result->stopped = true;
		close_work(d);
	}
	if (d->closing && (routes_ahead(&d->routes) || d->sendings.gate->n_held)) {
		routes_call_back(&d->routes, routes_take_all(&d->routes));
		routes_call_back(&d->routes, gate_take_held(d->sendings.gate));
	}
	recall(d, now);
	if (!d->closing && now != d->swept_at && (sweep(d, now, e) < 0 || look_for_the_dead(d, e) < 0))
		return store_trouble(d, e);
	if (turn(d, now, e) < 0)
		return store_trouble(d, e);
	store_well(d);
	if (d->closing)
		return routes_running(&d->routes) == 0 && !d->in_flight;
	if (!d->opt->forever && routes_hopeless(&d->routes, d->opt->give_up_s)) {
		close_work(d);
		return 0;
	}
	if ((rc = finished(d, now, e)) < 0)
		return store_trouble(d, e);
	if (rc == 1)
		close_work(d);
	return 0;
}

static int
run(struct dispatch *d, struct err *e)
{
	int rc;

	while ((rc = step(d, e)) == 0) {
		show(d, false);
		wait_for_something(d);
	}
	if (rc < 0)
		return -1;
	if (d->routes.down_since_us && !d->result->stopped)
		return err_set(e, ERR_NETWORK, TR("relay %s: %s; what is left can be sent later with the same command",
		    "máy chủ thư %s: %s; phần còn lại có thể gửi sau bằng chính lệnh này"), d->routes.troubled->name,
		    d->routes.troubled->trouble);
	return 0;
}

/* What has ended with this run, and what is left for the next. */
static int
close_and_count(struct dispatch *d, struct err *e)
{
	for (struct sending *s = d->sendings.first; s; s = s->next) {
		int64_t counts[INVITE_STATES];

		if (d->opt->wave && s->wave.id != d->opt->wave)
			continue;
		if (stops_check(&d->sendings, s, clock_now(), e) < 0 || sweep_close(&d->sendings, s, e) < 0 || invite_counts(d->db, s->wave.id, counts, e) < 0)
			return -1;
		d->result->left += counts[INVITE_PLANNED] + counts[INVITE_DEFERRED];
	}
	return 0;
}

static int
prepare(struct dispatch *d, struct err *e)
{
	int connections = d->opt->connections ? d->opt->connections : (int)d->conf->connections;

	if (routes_open(&d->routes, d->conf, d->opt->relay_url, connections, e) < 0 || rulebook_open(&d->book, d->conf, e) < 0)
		return -1;
	d->sendings.rules = rulebook_take(d->book);
	d->sendings.routes = &d->routes;
	d->sendings.relay = d->routes.n == 1 ? d->routes.route->name : "-";
	if (calendar_load(&d->sendings.calendar, d->conf, e) < 0 ||
	    secret_load(&d->sendings.secret, d->conf->secret_file, e) < 0 ||
	    journal_open(&d->journal, db_file(d->db), d->opt->wave, e) < 0 ||
	    recover_claims(&d->sendings, d->journal, e) < 0)
		return -1;
	journal_started(d->journal);
	if (gate_new(&d->sendings.gate, d->db, d->conf, d->routes.route->name, e) < 0)
		return -1;
	d->recovered_us = clock_mono_us();
	d->done = workq_new();
	return routes_start(&d->routes, d->sendings.gate, d->done, e);
}

int
dispatch_run(struct db *db, const struct conf *conf, const struct dispatch_options *opt, struct dispatch_result *result,
    struct err *e)
{
	struct dispatch d = { .db = db, .conf = conf, .opt = opt, .result = result,
	    .sendings = { .db = db, .conf = conf } };
	struct err ignored = ERR_INIT;
	int rc = -1;

	*result = (struct dispatch_result){ .left = 0 };
	if (prepare(&d, e) == 0) {
		db_wait(db, STORE_WAIT_MS);
		rc = run(&d, e);
		db_wait(db, 0);
		if (rc == 0)
			rc = close_and_count(&d, e);
		else
			close_and_count(&d, &ignored);
	}
	result->now = d.sendings.tally;
	if (d.done)
		show(&d, true);
	/* After a failure there may be messages under way: their outcomes stay in the journal for the next run. */
	routes_join(&d.routes);
	journal_close(d.journal);
	workq_free(d.done);
	free_jobs(d.pending);
	gate_free(d.sendings.gate);
	sendings_release(&d.sendings);
	if (d.sendings.rules)
		rulebook_give(d.book, d.sendings.rules);
	rulebook_close(d.book);
	routes_release(&d.routes);
	result->relay = result->trouble = NULL;
	return rc;
}
