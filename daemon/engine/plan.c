#include "engine/plan.h"

#include <inttypes.h>

#include "base/lang.h"
#include "base/log.h"
#include "engine/audience.h"
#include "engine/probing.h"
#include "store/probe.h"
#include "store/unit.h"
#include "store/wave_log.h"

#define PEOPLE_PER_COMMIT 5000

/* --- what can be said beforehand ------------------------------------------------ */

struct unit_check {
	struct unit *list;
	size_t n;
	struct err *e;
};

/* A unit that does not exist would be a wave to nobody. */
static int
unit_exists(const char *code, void *arg)
{
	struct unit_check *u = arg;

	for (size_t i = 0; i < u->n; i++)
		if (strcasecmp(u->list[i].code, code) == 0)
			return 0;
	return err_set(u->e, ERR_INPUT, TR("the campaign has no unit '%s': write codes like T92",
	    "đợt không có đơn vị '%s': viết mã như T92"), code);
}

int
plan_check(struct db *db, const char *audience, const struct campaign *c, struct err *e)
{
	struct arena arena = ARENA_INIT;
	struct unit_check u = { .e = e };
	struct audience a;
	int rc = audience_parse(&a, &arena, audience, c, e);

	if (rc == 0 && (rc = unit_list(db, &arena, c->tree, c->opens_at, &u.list, &u.n, e)) == 0 &&
	    audience_each_unit(&a, unit_exists, &u) < 0)
		rc = err_wrap(e, TR("audience '%s'", "đối tượng '%s'"), audience);
	arena_release(&arena);
	return rc;
}

int64_t
plan_deadline(const struct wave *w, const struct campaign *c)
{
	/* Thanks may go out after closing, until the day that is set for them. */
	if (w->kind && strcmp(w->kind, "thanks") == 0 && w->not_after)
		return w->not_after;
	return w->not_after && w->not_after < c->closes_at ? w->not_after : c->closes_at;
}

int
plan_in_time(const struct campaign *c, const struct wave *w, int64_t now, struct err *e)
{
	int64_t deadline = plan_deadline(w, c);
	struct date_text t;

	if (now <= deadline)
		return 0;
	if (deadline == c->closes_at)
		return err_set(e, ERR_NOTNOW, TR("campaign '%s' closed on %s: nothing is sent any more",
		    "đợt '%s' đã đóng ngày %s: không gửi thư nữa"), c->key,
		    date_day(&t, &c->zone, c->closes_at, lang_ui));
	return err_set(e, ERR_NOTNOW, TR("wave '%s' was not to be sent after %s: nothing is sent",
	    "lượt '%s' không được gửi sau %s: không gửi thư nào"), w->name, date_minute(&t, &c->zone, deadline, lang_ui));
}

/* --- everybody ------------------------------------------------------------------------ */

struct chosen {
	int64_t contact, readdress;
	const char *email;
	bool variant;
};

struct planning {
	struct db *db;
	const struct campaign *campaign;
	const struct wave *wave;
	struct eligible *eligible;
	struct plan *plan;
	int64_t due_at, now, after;
	int64_t before;			/* the last invite there was */
	struct arena arena;		/* of some thousand people */
	struct chosen *chosen;
	size_t n_chosen, cap_chosen;
	int (*each)(const struct facts *, const struct eligible_answer *, void *);
	void *arg;
};

static int64_t *
counter(struct plan *p, enum skip s)
{
	switch (s) {
	case SKIP_NOT: return &p->planned;
	case SKIP_BEFORE: return &p->before;
	case SKIP_OUTSIDE: return &p->outside;
	case SKIP_HELD: return &p->held;
	case SKIP_OPTED_OUT: return &p->stopped;
	case SKIP_ANSWERED: return &p->answered;
	case SKIP_UNANSWERED: return &p->unanswered;
	case SKIP_DEAD: return &p->dead;
	case SKIP_REFUSING: return &p->refusing;
	case SKIP_AWAY: return &p->away;
	case SKIP_OPEN: return &p->open;
	case SKIP_NOT_INVITED: return &p->not_invited;
	case SKIP_MOST: return &p->most;
	case SKIP_TODAY: return &p->today;
	case SKIP_SOON: return &p->soon;
	case SKIPS: break;
	}
	PANIC("skip %d", (int)s);
}

int64_t
plan_count(const struct plan *p, enum skip s)
{
	return *counter((struct plan *)(uintptr_t)p, s);
}

int
plan_tell_left_out(struct db *db, const struct wave *w, const struct plan *p, int64_t now, struct err *e)
{
	struct arena a = ARENA_INIT;
	int rc = 0;

	for (int s = SKIP_OUTSIDE; s < SKIPS && rc == 0; s++) {
		const char *why = eligible_key((enum skip)s);
		int64_t n = plan_count(p, (enum skip)s);
		struct wave_entry last;

		if ((rc = wave_log_last(db, &a, w->campaign, w->name, "left_out", why, &last, e)) < 0)
			break;
		if (n == (rc ? last.n : 0)) {
			rc = 0;
			continue;
		}
		log_info("wave", "wave=%" PRId64 " what=left_out n=%" PRId64 " reason=%s", w->id, n, why);
		rc = wave_log_add(db, &(struct wave_entry){ .at = now, .campaign = w->campaign, .wave = w->name, .what = "left_out",
		    .n = n, .reason = why }, e);
	}
	arena_release(&a);
	return rc;
}

/* Looks at the next few thousand. *seen: how many there were; 1: `each` has had enough. */
static int
look(struct planning *p, size_t *seen, struct err *e)
{
	struct facts_reader *r;
	struct facts f;
	int rc, stop = 0;

	*seen = p->n_chosen = 0;
	arena_reset(&p->arena);
	if (facts_open_after(&r, p->db, p->campaign, p->after, PEOPLE_PER_COMMIT, p->now, e) < 0)
		return -1;
	while (stop == 0 && (rc = facts_next(r, &f, e)) == 1) {
		struct eligible_answer a;

		eligible_ask(p->eligible, &f, &a);
		p->after = f.contact;
		(*seen)++;
		if (p->each) {
			++*counter(p->plan, a.skip);
			p->plan->readdressed += a.skip == SKIP_NOT && a.readdress;
			stop = p->each(&f, &a, p->arg);
		} else if (a.skip == SKIP_NOT) {
			p->chosen = mem_room(p->chosen, p->n_chosen, &p->cap_chosen, sizeof(*p->chosen));
			p->chosen[p->n_chosen++] = (struct chosen){ f.contact, a.readdress, arena_dup(&p->arena, a.email),
			    a.variant };
		} else {
			++*counter(p->plan, a.skip);
		}
	}
	facts_close(r);
	return stop ? stop : rc;
}

static int
write_chosen(struct planning *p, struct err *e)
{
	for (size_t i = 0; i < p->n_chosen; i++) {
		const struct chosen *c = &p->chosen[i];
		int rc = 1;

		if (c->readdress) {
			if (invite_readdress(p->db, c->readdress, c->email, c->variant, p->due_at, e) < 0)
				return -1;
			p->plan->readdressed++;
		} else if ((rc = invite_plan(p->db, p->wave->id, c->contact, c->email, p->due_at, e)) < 0 ||
		    (rc && c->variant && invite_vary(p->db, p->wave->id, c->contact, e) < 0)) {
			return -1;
		}
		p->plan->planned += rc;
	}
	return 0;
}

/* Probes ride with people: where nobody new is written to, none goes. */
static int
probes_too(struct planning *p, struct err *e)
{
	return p->plan->planned ? probing_plan(p->db, p->wave->id, p->before, p->due_at, &p->plan->probes, e) : 0;
}

static int
all_people(struct planning *p, struct err *e)
{
	size_t seen;
	int rc;

	do {
		if (!p->each && db_begin(p->db, e) < 0)
			return -1;
		rc = look(p, &seen, e);
		if (!p->each && (rc < 0 || write_chosen(p, e) < 0 || (seen < PEOPLE_PER_COMMIT && probes_too(p, e) < 0) ||
		    db_commit(p->db, e) < 0))
			return db_abort(p->db);
	} while (rc == 0 && seen == PEOPLE_PER_COMMIT);
	return rc < 0 ? -1 : 0;
}

static int
run(struct planning *p, const struct conf *conf, struct err *e)
{
	int rc;

	*p->plan = (struct plan){ .planned = 0 };
	if (eligible_open(&p->eligible, p->db, conf, p->campaign, p->wave, p->now, e) < 0)
		return -1;
	rc = all_people(p, e);
	eligible_close(p->eligible);
	arena_release(&p->arena);
	free(p->chosen);
	return rc;
}

int
plan_wave(struct db *db, const struct conf *conf, const struct campaign *c, const struct wave *w, int64_t now,
    struct plan *plan, struct err *e)
{
	struct planning p = { .db = db, .campaign = c, .wave = w, .plan = plan, .now = now,
	    .due_at = w->not_before > now ? w->not_before : now };

	*plan = (struct plan){ .planned = 0 };
	if (plan_in_time(c, w, now, e) < 0 || probe_last_invite(db, &p.before, e) < 0)
		return -1;
	return run(&p, conf, e);
}

int
plan_try(struct db *db, const struct conf *conf, const struct campaign *c, const struct wave *w, int64_t now,
    struct plan *plan, int (*each)(const struct facts *, const struct eligible_answer *, void *), void *arg,
    struct err *e)
{
	struct planning p = { .db = db, .campaign = c, .wave = w, .plan = plan, .now = now, .each = each, .arg = arg };

	return run(&p, conf, e);
}
