#include "engine/due.h"

#include "engine/chronicle.h"
#include "engine/eligible.h"
#include "engine/plan.h"
#include "store/evidence.h"
#include "store/roster.h"

#define AGAIN_S 3600		/* a wave that goes on is planned again after so long */
#define AGAIN_DEAD_S 300	/* ... or after this when an address proved dead */
#define LATE_S 86400

/* The reminder that begins next after that one, and is not over. 1, 0, -1. */
static int
next_reminder(const struct due_ask *q, struct arena *a, const struct wave *w, struct wave *next, struct err *e)
{
	struct wave o = { .id = 0 };
	bool found = false;
	int rc;

	while ((rc = wave_next(q->db, a, o.id, q->campaign->id, NULL, &o, e)) == 1)
		if (o.position && o.id != w->id && strcmp(o.kind, "reminder") == 0 && !o.closed_at &&
		    o.not_before > w->not_before && (!found || o.not_before < next->not_before)) {
			*next = o;
			found = true;
		}
	return rc < 0 ? -1 : found;
}

/* Is a reminder that has not begun too late beside the next one, whose name is given? 1, 0, -1. */
static int
overtaken(const struct due_ask *q, struct arena *a, const struct wave *w, const char **by, struct err *e)
{
	struct wave next;
	int rc = strcmp(w->kind, "reminder") == 0 ? next_reminder(q, a, w, &next, e) : 0;
	bool due, near;

	if (rc != 1)
		return rc;
	due = next.not_before <= q->now && q->now <= plan_deadline(&next, q->campaign);
	near = q->now >= w->not_before + LATE_S &&
	    eligible_gap_end(q->conf, q->calendar, &q->campaign->zone, q->now) > next.not_before;
	*by = next.name;
	return due || near;
}

static int
look_at_new(const struct due_ask *q, struct arena *a, const struct wave *w, struct due *d, struct err *e)
{
	int64_t opens = q->campaign->opens_at;
	int rc;

	if (q->now < w->not_before) {
		d->what = DUE_WAIT;
		d->at = w->not_before > opens ? w->not_before : opens;
	} else if (q->doubt && w->not_before <= q->doubt) {
		d->what = DUE_PASS_OVER;
		d->reason = "perhaps_run";
	} else if (q->now > d->until) {
		d->what = DUE_PASS_OVER;
		d->reason = d->until == q->campaign->closes_at ? "closed" : "over";
	} else if (strcmp(w->state, "paused") == 0) {
		d->what = DUE_PAUSED;
	} else if (q->now < opens) {
		d->what = DUE_WAIT;
		d->at = opens;
	} else {
		if ((rc = overtaken(q, a, w, &d->detail, e)) < 0)
			return -1;
		d->what = rc ? DUE_PASS_OVER : DUE_BEGIN;
		d->reason = rc ? "overtaken" : "";
	}
	return 0;
}

/* A wave that goes on: is there a reason to look at everybody again? 1, 0, -1. */
static int
is_time_again(const struct due_ask *q, const struct wave *w, struct err *e)
{
	int64_t passed = q->now - w->planned_at;
	int rc;

	if (passed >= AGAIN_S || passed < 0)
		return 1;
	if ((rc = roster_since(q->db, w->campaign, w->planned_at, e)) != 0)
		return rc;
	return passed >= AGAIN_DEAD_S ? evidence_dead_since(q->db, w->planned_evidence, e) : 0;
}

static int
look_at_begun(const struct due_ask *q, const struct wave *w, struct due *d, struct err *e)
{
	int rc;

	if (q->now > d->until) {
		d->what = DUE_CLOSE;
		d->reason = d->until == q->campaign->closes_at ? "closed" : "over";
	} else if (strcmp(w->state, "paused") == 0) {
		d->what = DUE_PAUSED;
	} else {
		if ((rc = is_time_again(q, w, e)) < 0)
			return -1;
		d->what = rc ? DUE_PLAN : DUE_LOOK;
		d->at = w->planned_at + AGAIN_S;
	}
	return 0;
}

int
due_look(const struct due_ask *q, struct arena *a, const struct wave *w, struct due *d, struct err *e)
{
	*d = (struct due){ .what = DUE_BY_HAND, .until = plan_deadline(w, q->campaign), .reason = "", .detail = "" };
	if (!w->position)
		return 0;
	if (w->closed_at) {
		d->what = DUE_SETTLED;
		return 0;
	}
	return w->begun_at ? look_at_begun(q, w, d, e) : look_at_new(q, a, w, d, e);
}

static void
by_hand_text(struct buf *b, const struct wave *w, enum lang l)
{
	if (strcmp(w->state, "planned") == 0)
		buf_str_add(b, TRL(l, "made by hand: it begins when somebody starts it", "tạo bằng tay: chỉ bắt đầu khi có người cho gửi"));
	else if (strcmp(w->state, "paused") == 0)
		buf_str_add(b, TRL(l, "paused until somebody resumes it", "tạm dừng đến khi có người cho chạy tiếp"));
	else if (strcmp(w->state, "running") == 0)
		buf_str_add(b, TRL(l, "made by hand: nobody is added by itself", "tạo bằng tay: không tự bổ sung người nhận"));
	else
		buf_str_add(b, TRL(l, "nothing more happens by itself", "không còn việc tự động nào"));
}

void
due_text(struct buf *b, const struct due *d, const struct wave *w, const struct zone *z, enum lang l)
{
	struct wave_entry passed = { .wave = w->name, .what = "skipped", .reason = d->reason, .detail = d->detail };
	struct date_text t;

	switch (d->what) {
	case DUE_BY_HAND:
		by_hand_text(b, w, l);
		break;
	case DUE_SETTLED:
		buf_str_add(b, TRL(l, "nothing more happens by itself", "không còn việc tự động nào"));
		break;
	case DUE_PAUSED:
		buf_str_add(b, TRL(l, "paused until somebody resumes it", "tạm dừng đến khi có người cho chạy tiếp"));
		break;
	case DUE_WAIT:
		buf_printf(b, TRL(l, "begins by itself at %s", "tự bắt đầu lúc %s"), date_minute(&t, z, d->at, l));
		break;
	case DUE_BEGIN:
		buf_str_add(b, TRL(l, "begins by itself within a minute", "tự bắt đầu trong vòng một phút"));
		break;
	case DUE_PASS_OVER:
		chronicle_text(b, &passed, z, l);
		break;
	case DUE_LOOK:
		buf_printf(b, TRL(l, "who comes in is added by itself, next at %s at the latest", "tự bổ sung người mới, chậm nhất lúc %s"),
		    date_minute(&t, z, d->at, l));
		break;
	case DUE_PLAN:
		buf_str_add(b, TRL(l, "who has come in is added within a minute", "người mới được bổ sung trong vòng một phút"));
		break;
	case DUE_CLOSE:
		buf_str_add(b, TRL(l, "its time is over: it is closed within a minute", "đã hết thời gian: tự đóng trong vòng một phút"));
		break;
	}
}
