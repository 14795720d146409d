#include "engine/dispatch.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "engine/claim.h"
#include "engine/courier.h"
#include "engine/journal.h"
#include "engine/probing.h"
#include "engine/recover.h"
#include "engine/stops.h"
#include "engine/sweep.h"

#define GATHER_MS 16			/* outcomes of so long share a commit while there is work ahead */
#define GATHER_LEAST_MS 2		/* ... unless there are refusals among them */
#define AHEAD_LEAST 4			/* claimed ahead, for each courier */
#define AHEAD_MOST (JOURNAL_SLOTS / 4)
#define UNREACHED_MOST_S 20		/* nothing could be sent at all: give up after this */
#define LOCKED_OUT_MOST_S 3		/* ... because of a password or certificate: that does not mend itself */
#define REST_MOST_US INT64_C(600000000)		/* it worked before: wait this long for the relay */
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
	struct relay *relay;
	struct couriers *couriers;
	struct workq *todo, *done;
	int connections;
	size_t depth;			/* how far to claim ahead: as much as is carried in some hundredths of a second */
	int64_t claimed_us;		/* when something was last claimed */
	size_t in_flight;		/* claimed and not yet recorded */
	struct job *pending;		/* heard, not yet recorded */
	bool closing;
	bool more;			/* the last claim put some off: there may be others behind them */
	int64_t swept_at;		/* clock_now of the last sweep */
	int64_t due_at;			/* nothing is due before */
	int trouble_streak;		/* conversations in a row that did not get in */
	bool reached;			/* some message was tried in this run */
	bool locked_out;		/* at STARTTLS or AUTH */
	int64_t down_since_us;		/* 0: the relay works */
	int64_t store_since_us;		/* 0: the store works */
	int64_t closing_us;		/* the first trouble of the store after the end was asked for; 0 */
	int64_t shown_us, recovered_us;
	char trouble[300];
};

static bool
is_ours(const struct dispatch *d, const struct wave *w)
{
	return d->opt->wave ? w->id == d->opt->wave : strcmp(w->state, "running") == 0;
}

/* --- claims ------------------------------------------------------------ */

/* Couriers who ran out of work get more; who took a second for it are given less, as a claim ages. */
static void
adapt(struct dispatch *d, size_t ahead)
{
	int64_t us = clock_mono_us(), since = us - d->claimed_us;
	size_t least = (size_t)d->connections * AHEAD_LEAST;

	if (ahead <= d->depth / 4 && since < 100000 && d->depth < AHEAD_MOST)
		d->depth = d->depth * 2 < AHEAD_MOST ? d->depth * 2 : AHEAD_MOST;
	else if (since > 1000000 && d->depth > least)
		d->depth = d->depth / 2 > least ? d->depth / 2 : least;
	d->claimed_us = us;
}

/* How many to claim now; 0: enough is under way, or it is not the time. */
static size_t
wanted(struct dispatch *d, int64_t now)
{
	size_t ahead = workq_len(d->todo), room;

	if (d->closing || now < d->due_at)
		return 0;
	/* A store in trouble gets what was sent first, and nothing new is begun. */
	if (d->store_since_us && d->pending)
		return 0;
	/* A relay that is down is tried with one message, when somebody is there to carry it. */
	if (d->down_since_us)
		return ahead == 0 && d->in_flight == 0 && workq_idle(d->todo) > 0 ? 1 : 0;
	if (ahead > d->depth / 2)
		return 0;
	adapt(d, ahead);
	room = journal_room(d->journal);
	return room < d->depth ? room : d->depth;
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
	if (gate_open(d->sendings.gate, clock_ms(), &most, &d->due_at, e) < 0)
		return -1;
	if (!most)
		return 0;
	d->due_at = INT64_MAX;
	for (struct sending *s = d->sendings.first; s; s = s->next) {
		int64_t due;
		int rc;

		if (!is_ours(d, &s->wave) || !s->maker || now > s->deadline || strcmp(s->wave.state, "paused") == 0)
			continue;
		if ((due = calendar_next(&d->sendings.calendar, &s->campaign.zone, now)) > now) {
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

/* What the outcomes say about the relay itself. */
static void
watch_relay(struct dispatch *d, const struct job *j)
{
	char code[16] = "";

	if (j->verdict != SMTP_UNTRIED) {
		if (d->down_since_us)
			log_info("relay", "relay=%s state=back", d->sendings.relay);
		d->trouble_streak = 0;
		d->down_since_us = 0;
		d->reached = d->reached || strcmp(j->command, "COMPOSE") != 0;
		return;
	}
	if (!*j->command)
		return;
	if (j->code)
		snprintf(code, sizeof(code), "%d ", j->code);
	d->locked_out = strcmp(j->command, "STARTTLS") == 0 || strcmp(j->command, "AUTH") == 0;
	/* "AUTH: 535 5.7.8 authentication failed": the code is what an operator looks up. */
	snprintf(d->trouble, sizeof(d->trouble), "%s%s%s%s%s%s", j->command, j->code || (j->text && *j->text) ? ": " : "",
	    code, j->enhanced, *j->enhanced ? " " : "", j->text ? j->text : "");
	if (++d->trouble_streak >= d->connections && !d->down_since_us) {
		struct log_q q;

		d->down_since_us = clock_mono_us();
		meters_relay_down(d->opt->meters, d->sendings.relay);
		log_warn("relay", "relay=%s state=resting text=%s", d->sendings.relay, log_q(&q, d->trouble));
	}
}

/* The store has them: log, free, forget. */
static void
settle(struct dispatch *d)
{
	for (struct job *held, *next, *j = d->pending; j; j = next) {
		next = j->next;
		sending_log(&d->sendings, j);
		meters_attempt(d->opt->meters, d->sendings.relay, j->verdict, j->duration_ms);
		watch_relay(d, j);
		journal_give(d->journal, j->slot);
		if ((held = gate_leave(d->sendings.gate, j)))
			workq_put(d->todo, held);
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
			workq_put(d->todo, j);
	}
}

/* A relay that is down leaves nothing claimed behind. */
static void
call_back(struct dispatch *d, struct job *list)
{
	for (struct job *next, *j = list; j; j = next) {
		next = j->next;
		j->verdict = SMTP_UNTRIED;
		j->command = "";
		workq_put(d->done, j);
	}
}

static void
call_back_todo(struct dispatch *d)
{
	call_back(d, workq_take_all(d->todo));
	call_back(d, gate_take_held(d->sendings.gate));
}

/* A wave was stopped, a domain rests: who waits in the queue goes back, the others stay in line. */
static void
recall(struct dispatch *d, int64_t now)
{
	struct gate *g = d->sendings.gate;

	if (!g->recall)
		return;
	g->recall = false;
	call_back(d, gate_take_held(g));
	for (struct job *next, *j = workq_take_all(d->todo); j; j = next) {
		const struct sending *s = d->sendings.first;

		next = j->next;
		j->next = NULL;
		while (s && s->wave.id != j->wave)
			s = s->next;
		if (gate_shut(g, j, now) || (s && strcmp(s->wave.state, "paused") == 0))
			call_back(d, j);
		else
			workq_put(d->todo, j);
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
	for (const struct job *j = d->pending; j; j = j->next)
		if (sending_record(&d->sendings, j, false, e) < 0 && !sending_lost(&d->sendings, j, journal_run(d->journal)))
			goto fail;
	if (d->pending)
		d->due_at = 0;	/* a deferred one may be due before the others */
	if (most && claim(d, now, most, &claimed, &n, e) < 0)
		goto fail;
	if (db_commit(d->db, e) < 0)
		goto fail;
	settle(d);
	hand_out(d, claimed);
	return 0;
fail:
	db_abort(d->db);
	for (const struct job *j = claimed; j; j = j->next)
		gate_undo(d->sendings.gate, &j->seat);
	free_jobs(claimed);
	d->sendings.tally = before;
	d->due_at = due_before;
	return -1;
}

/* --- the passing of time ------------------------------------------------ */

/* Moments that a run before gave away are forgotten: limits may have changed. Once a run. */
static int
call_in(struct dispatch *d, struct sending *s, int64_t now, struct err *e)
{
	int rc;

	if (s->called_in || s->wave.not_before > now)
		return 0;
	s->called_in = true;
	if ((rc = wave_has_others(d->db, s->wave.id, e)) < 0)
		return -1;
	s->others = rc == 1;
	return probe_call_in(d->db, s->wave.id, now, e) < 0 ? -1 : invite_call_in(d->db, s->wave.id, now, false, e);
}

/* Which waves there are for us; what has passed in them. */
static int
sweep(struct dispatch *d, int64_t now, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct wave w = { .id = d->opt->wave ? d->opt->wave - 1 : 0 };
	int rc = 0;

	gate_unpark(d->sendings.gate);
	while (wave_next(d->db, &a, w.id, 0, d->opt->wave ? NULL : "running", &w, e) == 1) {
		struct sending *s;

		if (d->opt->wave && w.id != d->opt->wave)
			break;
		if (!(s = sending_get(&d->sendings, w.id, e))) {
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
	workq_close(d->todo);
	couriers_stop(d->couriers);
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

/* The relay is down for too long to go on in the foreground. */
static bool
give_up(const struct dispatch *d)
{
	int64_t most_s = d->opt->give_up_s ? d->opt->give_up_s : UNREACHED_MOST_S;

	if (d->locked_out && most_s > LOCKED_OUT_MOST_S)
		most_s = LOCKED_OUT_MOST_S;
	return d->down_since_us && !d->opt->forever &&
	    clock_mono_us() - d->down_since_us > (d->reached ? REST_MOST_US : most_s * 1000000);
}

static void
show(struct dispatch *d, bool last)
{
	int64_t us = clock_mono_us();

	if (!d->opt->progress || (!last && us - d->shown_us < 100000))
		return;
	d->shown_us = us;
	d->result->now = d->sendings.tally;
	d->result->trouble = d->down_since_us ? d->trouble : NULL;
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
	if (d->in_flight == 0 && !d->down_since_us && d->due_at < until / 1000)
		until = d->due_at * 1000;
	/* Work ahead: let some outcomes gather, so that they share a commit. */
	if (workq_len(d->todo) > (size_t)d->connections && workq_len(d->done) < d->depth / 2)
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
	if (!d->in_flight && !d->pending && !d->reached && !d->opt->forever && e->code != ERR_BUSY)
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
	if ((d->closing || d->down_since_us) && (workq_len(d->todo) || d->sendings.gate->n_held))
		call_back_todo(d);
	recall(d, now);
	if (!d->closing && now != d->swept_at && (sweep(d, now, e) < 0 || look_for_the_dead(d, e) < 0))
		return store_trouble(d, e);
	if (turn(d, now, e) < 0)
		return store_trouble(d, e);
	store_well(d);
	if (d->closing)
		return couriers_running(d->couriers) == 0 && !d->in_flight;
	if (give_up(d)) {
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
	if (d->down_since_us && !d->result->stopped)
		return err_set(e, ERR_NETWORK, TR("relay %s: %s; what is left can be sent later with the same command",
		    "máy chủ thư %s: %s; phần còn lại có thể gửi sau bằng chính lệnh này"), d->sendings.relay, d->trouble);
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
	const char *url = d->opt->relay_url ? d->opt->relay_url : d->conf->relay;
	struct rules *rules;

	if (relay_new(&d->relay, url, d->conf, e) < 0 || rules_load(&rules, NULL, e) < 0)
		return -1;
	d->sendings.rules = rules;
	d->sendings.relay = d->result->relay = relay_name(d->relay);
	if (secret_load(&d->sendings.secret, d->conf->secret_file, e) < 0 ||
	    journal_open(&d->journal, db_file(d->db), d->opt->wave, e) < 0 ||
	    recover_claims(&d->sendings, d->journal, e) < 0)
		return -1;
	journal_started(d->journal);
	if (calendar_load(&d->sendings.calendar, d->conf, e) < 0 || gate_new(&d->sendings.gate, d->db, d->conf, d->sendings.relay, e) < 0)
		return -1;
	d->recovered_us = clock_mono_us();
	d->connections = d->opt->connections ? d->opt->connections : (int)d->conf->connections;
	d->depth = (size_t)d->connections * 16;
	d->todo = workq_new();
	d->done = workq_new();
	return couriers_start(&d->couriers, d->relay, d->todo, d->done, d->connections, e);
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
	if (d.couriers)
		show(&d, true);
	/* After a failure there may be messages under way: their outcomes stay in the journal for the next run. */
	couriers_join(d.couriers);
	journal_close(d.journal);
	workq_free(d.todo);
	workq_free(d.done);
	free_jobs(d.pending);
	gate_free(d.sendings.gate);
	sendings_release(&d.sendings);
	rules_free((struct rules *)(uintptr_t)d.sendings.rules);
	relay_free(d.relay);
	result->relay = result->trouble = NULL;
	return rc;
}
