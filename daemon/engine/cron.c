#include "engine/cron.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "engine/calendar.h"
#include "engine/due.h"
#include "engine/plan.h"
#include "engine/postman.h"
#include "store/evidence.h"
#include "store/wave_log.h"

#define CALL_IN_S 3600		/* invites that were put off are asked again after so long */

struct cron {
	struct db *db;
	const struct conf *conf;
	struct cron_result *result;
	struct calendar calendar;
	int64_t now;
	int64_t doubt;		/* 0, or: what was due until then may have gone out */
	struct err *e;
};

/* --- the log ------------------------------------------------------------------------ */

static int
say(struct cron *c, int64_t campaign, const char *wave, const char *what, int64_t n, const char *reason,
    const char *detail)
{
	struct wave_entry entry = { .at = c->now, .campaign = campaign, .wave = wave, .what = what, .n = n,
	    .reason = reason, .detail = detail };
	struct log_q q;

	log_info("cron", "campaign=%" PRId64 " wave=%s what=%s n=%" PRId64 " reason=%s detail=%s", campaign,
	    *wave ? wave : "-", what, n, *reason ? reason : "-", log_q(&q, detail));
	return wave_log_add(c->db, &entry, c->e);
}

/* --- one wave ------------------------------------------------------------------------- */

/* It will not run: told, and never looked at again. */
static int
pass_over(struct cron *c, const struct campaign *p, struct wave *w, const char *reason, const char *detail)
{
	if (db_begin(c->db, c->e) < 0)
		return -1;
	if (say(c, p->id, w->name, "skipped", 0, reason, detail) < 0 || wave_set_closed(c->db, w->id, c->now, c->e) < 0 ||
	    wave_set_state(c->db, w->id, "done", c->e) < 0 || db_commit(c->db, c->e) < 0)
		return db_abort(c->db);
	return 0;
}

static int
note_plan(struct cron *c, const struct campaign *p, const struct wave *w, const struct plan *plan, int64_t evidence,
    bool begins)
{
	int64_t fresh = plan->planned - plan->readdressed;
	bool first_today = w->planned_at < calendar_midnight(&p->zone, c->now);

	if (db_begin(c->db, c->e) < 0)
		return -1;
	if ((begins || fresh) && say(c, p->id, w->name, begins ? "begun" : "planned", fresh, "", "") < 0)
		return db_abort(c->db);
	if ((plan->readdressed && say(c, p->id, w->name, "readdressed", plan->readdressed, "", "") < 0) ||
	    (first_today && plan_tell_left_out(c->db, w, plan, c->now, c->e) < 0) || wave_set_begun(c->db, w->id, c->now, c->e) < 0 ||
	    wave_set_planned(c->db, w->id, c->now, evidence, c->e) < 0)
		return db_abort(c->db);
	if ((begins || plan->planned) && wave_set_state(c->db, w->id, "running", c->e) < 0)
		return db_abort(c->db);
	return db_commit(c->db, c->e);
}

static int
plan_now(struct cron *c, const struct campaign *p, const struct wave *w, bool begins)
{
	int64_t evidence;
	struct plan plan;

	if (evidence_last_id(c->db, &evidence, c->e) < 0 || plan_wave(c->db, c->conf, p, w, c->now, &plan, c->e) < 0)
		return -1;
	c->result->planned += plan.planned;
	return note_plan(c, p, w, &plan, evidence, begins);
}

/* What is open is cancelled by the dispatcher's sweep; of a paused wave, which it does not touch, here. */
static int
close_wave(struct cron *c, const struct campaign *p, struct wave *w, const char *why)
{
	int64_t counts[INVITE_STATES];

	if (invite_counts(c->db, w->id, counts, c->e) < 0 || db_begin(c->db, c->e) < 0)
		return -1;
	if (strcmp(w->state, "paused") == 0 &&
	    (invite_cancel_open(c->db, w->id, c->e) < 0 || wave_set_state(c->db, w->id, "done", c->e) < 0))
		return db_abort(c->db);
	if (say(c, p->id, w->name, "closed", counts[INVITE_ACCEPTED], why, "") < 0 ||
	    wave_set_closed(c->db, w->id, c->now, c->e) < 0 || db_commit(c->db, c->e) < 0)
		return db_abort(c->db);
	return 0;
}

static int
do_due(struct cron *c, struct arena *a, const struct campaign *p, struct wave *w)
{
	const struct due_ask ask = { .db = c->db, .conf = c->conf, .calendar = &c->calendar, .campaign = p, .now = c->now,
	    .doubt = c->doubt };
	struct due d;

	if (due_look(&ask, a, w, &d, c->e) < 0)
		return -1;
	switch (d.what) {
	case DUE_PASS_OVER: return pass_over(c, p, w, d.reason, d.detail);
	case DUE_CLOSE: return close_wave(c, p, w, d.reason);
	case DUE_BEGIN: return plan_now(c, p, w, true);
	case DUE_PLAN: return plan_now(c, p, w, false);
	case DUE_BY_HAND:
	case DUE_SETTLED:
	case DUE_PAUSED:
	case DUE_WAIT:
	case DUE_LOOK: break;
	}
	return 0;
}

/* It could not be planned: told once, until it is another reason. */
static int
tell_failure(struct cron *c, const struct campaign *p, const struct wave *w)
{
	struct err why = *c->e;
	struct arena a = ARENA_INIT;
	struct wave_entry last;
	int rc = wave_log_last(c->db, &a, p->id, w->name, "failed", NULL, &last, c->e);

	c->result->failed++;
	log_error("cron", "campaign=%" PRId64 " wave=%s text=\"%s\"", p->id, w->name, why.text);
	if (rc == 0 || (rc == 1 && strcmp(last.detail, why.text) != 0))
		rc = say(c, p->id, w->name, "failed", 0, "", why.text);
	arena_release(&a);
	return rc < 0 ? -1 : 0;
}

static bool
store_failed(const struct err *e)
{
	return e->code == ERR_STORE || e->code == ERR_BUSY || e->code == ERR_FULL || e->code == ERR_SYSTEM;
}

/* --- a campaign --------------------------------------------------------------------------- */

static int
say_closing(struct cron *c, const struct campaign *p)
{
	struct arena a = ARENA_INIT;
	struct wave_entry last;
	int rc;

	if (c->now <= p->closes_at)
		return 0;
	/* It may have been put off and have closed anew. */
	if ((rc = wave_log_last(c->db, &a, p->id, "", "closed", NULL, &last, c->e)) >= 0)
		rc = rc == 1 && last.at > p->closes_at ? 0 : say(c, p->id, "", "closed", 0, "", "");
	arena_release(&a);
	return rc;
}

struct in_time {
	int64_t id, at;
};

static int
by_time(const void *a, const void *b)
{
	const struct in_time *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* The waves of the plan that are not done with, in the order of their times. */
static int
waves_of(struct cron *c, struct arena *a, const struct campaign *p, struct in_time **out, size_t *n, bool *has_plan)
{
	struct wave w = { .id = 0 };
	struct in_time *list = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	*has_plan = false;
	while ((rc = wave_next(c->db, a, w.id, p->id, NULL, &w, c->e)) == 1) {
		*has_plan = *has_plan || w.position;
		if (!w.position || w.closed_at)
			continue;
		list = mem_room(list, *n, &cap, sizeof(*list));
		list[(*n)++] = (struct in_time){ w.id, w.not_before };
	}
	if (*n)
		qsort(list, *n, sizeof(*list), by_time);
	*out = list;
	return rc;
}

static int
look_at_campaign(const struct campaign *p, void *arg)
{
	struct cron *c = arg;
	struct arena a = ARENA_INIT;
	struct in_time *list = NULL;
	bool has_plan;
	size_t n = 0;
	int rc = waves_of(c, &a, p, &list, &n, &has_plan);

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct wave w;

		/* Each as it is now: the one before may have changed things. */
		arena_reset(&a);
		if ((rc = wave_by_id(c->db, &a, list[i].id, &w, c->e)) != 1)
			continue;
		rc = do_due(c, &a, p, &w);
		if (rc < 0 && !store_failed(c->e))
			rc = tell_failure(c, p, &w);
	}
	if (rc == 0 && has_plan)
		rc = say_closing(c, p);
	free(list);
	arena_release(&a);
	return rc;
}

/* --- held, and in doubt --------------------------------------------------------------------- */

static int
say_held(struct cron *c)
{
	static const char *const why[] = { "", "clock_back", "slept", "restored" };
	const struct watch *w = &c->result->watch;
	struct arena a = ARENA_INIT;
	struct wave_entry last;
	char until[32];
	int rc = 0;

	snprintf(until, sizeof(until), "%" PRId64, w->until);
	if (w->state == WATCH_BACK) {
		/* Nothing remembers that it was told, but the log. */
		rc = wave_log_last(c->db, &a, 0, "", "held", "clock_back", &last, c->e);
		if (rc == 1 && strcmp(last.detail, until) == 0)
			rc = 0;
		else if (rc >= 0)
			rc = say(c, 0, "", "held", 0, "clock_back", until);
	} else if (w->begins && w->state != WATCH_WELL) {
		rc = say(c, 0, "", "held", 0, why[w->state], until);
	}
	arena_release(&a);
	return rc;
}

/* A restored store: what was due may have gone out since the backup was made. */
static int
doubt_wave(struct cron *c, const struct wave *w)
{
	int64_t n;

	if (db_begin(c->db, c->e) < 0)
		return -1;
	if (invite_doubt(c->db, w->id, c->doubt, &n, c->e) < 0 ||
	    (n && say(c, w->campaign, w->name, "doubted", n, "restored", "") < 0) ||
	    db_commit(c->db, c->e) < 0)
		return db_abort(c->db);
	return 0;
}

static int
doubt_all(struct cron *c)
{
	struct arena a = ARENA_INIT;
	struct wave w = { .id = 0 };
	int rc;

	while ((rc = wave_next(c->db, &a, w.id, 0, NULL, &w, c->e)) == 1)
		if (strcmp(w.state, "planned") != 0 && doubt_wave(c, &w) < 0) {
			rc = -1;
			break;
		}
	arena_release(&a);
	return rc;
}

static void
fetch(struct cron *c, const struct cron_options *o)
{
	struct cron_result *r = c->result;
	struct postman *p = NULL;

	if (!o->fetch || !mailboxes_any(c->conf))
		return;
	if (postman_new(&p, c->conf, false, &r->trouble) == 0 &&
	    postman_round(p, c->db, o->stop, &r->inbound, &r->trouble) == 0)
		for (size_t i = 0; i < postman_mailboxes(p) && !r->trouble.code; i++)
			if (*postman_fault(p, i))
				err_set(&r->trouble, ERR_NETWORK, "%s", postman_fault(p, i));
	if (r->trouble.code)
		err_wrap(&r->trouble, TR("the mailbox", "hộp thư"));
	postman_free(p);
}

/* Is there a wave under way? 1, 0, -1. Most runs of most days find none. */
static int
any_running(struct cron *c)
{
	struct arena a = ARENA_INIT;
	struct wave w;
	int rc = wave_next(c->db, &a, 0, 0, "running", &w, c->e);

	arena_release(&a);
	return rc;
}

static int
work(struct cron *c, const struct cron_options *o)
{
	struct watch *w = &c->result->watch;
	bool call_in;
	int rc;

	if (say_held(c) < 0)
		return -1;
	if (w->state == WATCH_BACK)
		return 0;
	fetch(c, o);
	if (w->state != WATCH_WELL)
		return 0;
	if (w->ends && say(c, 0, "", "released", 0, o->go ? "by_operator" : "by_time", "") < 0)
		return -1;
	c->doubt = w->doubt;
	if ((c->doubt && doubt_all(c) < 0) || campaign_each(c->db, look_at_campaign, c, c->e) < 0)
		return -1;
	if (!o->send || (o->stop && atomic_load(o->stop)))
		return 0;
	if ((rc = any_running(c)) != 1)
		return rc;
	call_in = c->now - w->seen.called_in_at >= CALL_IN_S || c->now < w->seen.called_in_at;
	if (call_in) {
		w->seen.called_in_at = c->now;
		if (seen_save(c->db, &w->seen, c->e) < 0)
			return -1;
	}
	return o->send(o->arg, !call_in, c->e);
}

int
cron_run(struct db *db, const struct conf *conf, const struct cron_options *o, struct cron_result *r, struct err *e)
{
	struct cron c = { .db = db, .conf = conf, .result = r, .now = clock_now(), .e = e };
	int rc;

	*r = (struct cron_result){ .watch.fd = -1, .trouble = ERR_INIT };
	if ((rc = watch_begin(&r->watch, db, e)) != 1) {
		r->busy = rc == 0;
		return rc;
	}
	if ((rc = wave_log_end(db, &r->log_from, e)) == 0 &&
	    (rc = watch_look(&r->watch, db, conf, c.now, o->go, e)) == 0 &&
	    (rc = calendar_load(&c.calendar, conf, e)) == 0)
		rc = work(&c, o);
	calendar_release(&c.calendar);
	watch_end(&r->watch);
	return rc;
}
