#include "engine/steer.h"

#include "base/clock.h"
#include "engine/chronicle.h"
#include "engine/message.h"
#include "engine/setup.h"
#include "store/audit.h"
#include "store/probe.h"
#include "store/wave_log.h"

int
steer_find(struct db *db, struct arena *a, const struct campaign *c, const char *name, struct wave *w, struct err *e)
{
	struct buf names = BUF_INIT(400);
	struct wave each = { .id = 0 };
	int rc = wave_find(db, a, c->id, name, w, e);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	while ((rc = wave_next(db, a, each.id, c->id, NULL, &each, e)) == 1) {
		buf_str_add(&names, names.len ? ", " : "");
		buf_str_add(&names, each.name);
	}
	if (rc == 0 && names.len)
		err_set(e, ERR_NOTFOUND, TR("campaign '%s' has no wave '%s'; there is: %s", "đợt '%s' không có lượt '%s'; hiện có: %s"),
		    c->key, name, buf_str(&names));
	else if (rc == 0)
		err_set(e, ERR_NOTFOUND, TR("campaign '%s' has no wave '%s': make it with 'thumoi wave create'",
		    "đợt '%s' chưa có lượt '%s': hãy tạo bằng 'thumoi wave create'"), c->key, name);
	buf_release(&names);
	return -1;
}

/* As it is now. The wave may have been taken out of its plan meanwhile. */
static int
again(struct db *db, struct arena *a, const struct wave *w, struct wave *now, struct err *e)
{
	int rc = wave_by_id(db, a, w->id, now, e);

	return rc == 0 ? err_set(e, ERR_NOTFOUND, TR("there is no wave '%s' any more", "không còn lượt '%s'"), w->name) : rc == 1 ? 0 : -1;
}

/* --- making one --------------------------------------------------------------- */

static int
fill(struct db *db, const struct steer_order *o, const struct campaign *c, struct wave *w, const char **field, struct err *e)
{
	*field = "name";
	if (setup_name(w->name, e) < 0)
		return -1;
	*field = "kind";
	if (o->kind && setup_kind_check(o->kind, e) < 0)
		return -1;
	*field = "not-before";
	if (o->not_before && date_parse(o->not_before, &c->zone, DATE_START, &w->not_before, e) < 0)
		return -1;
	*field = "not-after";
	if (o->not_after && date_parse(o->not_after, &c->zone, DATE_END, &w->not_after, e) < 0)
		return -1;
	if (w->not_before && w->not_after && w->not_after < w->not_before)
		return err_set(e, ERR_INPUT, TR("the last moment is before the first", "thời điểm cuối trước thời điểm đầu"));
	*field = "uncertain";
	if (strcmp(w->uncertain, "resend") != 0 && strcmp(w->uncertain, "hold") != 0)
		return err_set(e, ERR_INPUT, TR("'%s': resend or hold", "'%s': chọn resend hoặc hold"), w->uncertain);
	*field = "audience";
	return plan_check(db, w->audience, c, e);
}

/* A template with a fault is found now, not on the night of sending. */
static int
try_template(const struct conf *conf, const struct campaign *c, const struct wave *w, struct err *e)
{
	struct message_maker *maker;
	struct secret key;

	if (secret_load(&key, conf->secret_file, e) < 0 || message_maker_new(&maker, c, conf, &key, w->template, e) < 0)
		return -1;
	message_maker_free(maker);
	return 0;
}

static int
insert(struct db *db, const struct campaign *c, struct wave *w, const char *actor, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct wave known;
	int rc;

	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = wave_find(db, &a, c->id, w->name, &known, e)) == 1)
		err_set(e, ERR_INPUT, TR("campaign '%s' has a wave '%s' already", "đợt '%s' đã có lượt '%s'"), c->key, w->name);
	arena_release(&a);
	if (rc != 0 || wave_insert(db, w, e) < 0 || audit_add(db, actor, "wave create", w->name, e) < 0)
		return db_abort(db);
	return db_commit(db, e);
}

int
steer_create(struct db *db, struct arena *a, const struct conf *conf, const struct campaign *c, const struct steer_order *o,
    const char *actor, struct wave *w, const char **field, struct err *e)
{
	const char *kind = o->kind ? o->kind : setup_kind(o->template);

	*w = (struct wave){ .campaign = c->id, .state = "planned", .name = arena_dup(a, o->name), .template = arena_dup(a, o->template),
	    .audience = arena_dup(a, o->audience ? o->audience : ""), .kind = arena_dup(a, kind),
	    .uncertain = arena_dup(a, o->uncertain ? o->uncertain : setup_uncertain(kind)) };
	if (fill(db, o, c, w, field, e) < 0)
		return -1;
	*field = "template";
	if (try_template(conf, c, w, e) < 0)
		return -1;
	*field = "name";
	if (insert(db, c, w, actor, e) < 0)
		return -1;
	*field = NULL;
	return 0;
}

/* --- starting it ---------------------------------------------------------------- */

int
steer_paused(struct db *db, const struct campaign *c, const struct wave *w, struct err *e)
{
	struct buf why = BUF_INIT(600);
	struct arena a = ARENA_INIT;
	struct stop t;
	int rc = stop_last(db, &a, w->id, "", NULL, &t, e);

	if (rc == 1)
		stop_text(&why, &t, &c->zone, lang_ui);
	if (rc >= 0)
		err_set(e, ERR_NOTNOW, TR("wave '%s' is paused: %s; after mending it: thumoi wave resume %s %s",
		    "lượt '%s' đang tạm dừng: %s; sau khi khắc phục: thumoi wave resume %s %s"), w->name,
		    rc == 1 ? buf_str(&why) : "-", c->key, w->name);
	buf_release(&why);
	arena_release(&a);
	return -1;
}

int
steer_may_start(struct db *db, const struct campaign *c, const struct wave *w, int64_t now, struct err *e)
{
	return strcmp(w->state, "paused") == 0 ? steer_paused(db, c, w, e) : plan_in_time(c, w, now, e);
}

static int
in_state(const struct wave *w, const char *state, struct err *e)
{
	if (!state || strcmp(w->state, state) == 0)
		return 0;
	return err_set(e, ERR_NOTNOW, strcmp(w->state, "running") == 0 ? TR("wave '%s' was started already", "lượt '%s' đã được cho gửi rồi") :
	    TR("wave '%s' has changed meanwhile", "lượt '%s' vừa thay đổi"), w->name);
}

static int
all_invites(struct db *db, const struct wave *w, int64_t *all, struct err *e)
{
	int64_t counts[INVITE_STATES];

	*all = 0;
	if (invite_counts(db, w->id, counts, e) < 0)
		return -1;
	for (int i = 0; i < INVITE_STATES; i++)
		*all += counts[i];
	return 0;
}

/* Two who start it at once have shared the people among them: of one that begins all are told. */
static int
note_start(struct db *db, const struct campaign *c, const struct wave *w, const struct plan *p, const char *actor, struct err *e)
{
	struct wave_entry entry = { .at = clock_now(), .campaign = c->id, .wave = w->name, .what = w->begun_at ? "planned" : "begun",
	    .n = p->planned, .reason = "operator" };
	bool runs = strcmp(w->state, "running") == 0;

	if (!w->begun_at && all_invites(db, w, &entry.n, e) < 0)
		return -1;
	if (wave_set_state(db, w->id, "running", e) < 0 || wave_set_begun(db, w->id, entry.at, e) < 0 ||
	    ((p->planned || !w->begun_at) && wave_log_add(db, &entry, e) < 0))
		return -1;
	return runs ? 0 : audit_add(db, actor, "wave start", w->name, e);
}

static int
set_running(struct db *db, const struct campaign *c, const struct wave *w, const char *only_from, const struct plan *p,
    const char *actor, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct wave now;
	int rc;

	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = again(db, &a, w, &now, e)) == 0 && strcmp(now.state, "paused") == 0)
		rc = steer_paused(db, c, &now, e);
	if (rc == 0 && (rc = in_state(&now, only_from, e)) == 0 && (rc = note_start(db, c, &now, p, actor, e)) == 0 && !now.planned_at)
		rc = plan_tell_left_out(db, &now, p, clock_now(), e);
	arena_release(&a);
	return rc < 0 ? db_abort(db) : db_commit(db, e);
}

int
steer_start(struct db *db, const struct conf *conf, const struct campaign *c, const struct wave *w, const char *only_from,
    const char *actor, struct plan *p, struct err *e)
{
	struct arena a = ARENA_INIT;
	int64_t now = clock_now();
	struct wave seen;
	int rc;

	*p = (struct plan){ .planned = 0 };
	/* Nobody is planned into a wave that was paused or started since the caller looked. */
	if ((rc = again(db, &a, w, &seen, e)) == 0 && (rc = steer_may_start(db, c, &seen, now, e)) == 0 &&
	    (rc = in_state(&seen, only_from, e)) == 0 && (rc = plan_wave(db, conf, c, &seen, now, p, e)) == 0)
		rc = set_running(db, c, &seen, only_from, p, actor, e);
	arena_release(&a);
	return rc;
}

/* --- stopping it, and going on ------------------------------------------------------ */

static int
may_pause(const struct wave *w, struct err *e)
{
	if (strcmp(w->state, "paused") == 0)
		return err_set(e, ERR_NOTNOW, TR("wave '%s' is paused already", "lượt '%s' đã tạm dừng rồi"), w->name);
	/* One of a plan may find more people as long as it lasts. */
	if (strcmp(w->state, "done") == 0 && (!w->position || w->closed_at))
		return err_set(e, ERR_NOTNOW, TR("wave '%s' is done", "lượt '%s' đã xong"), w->name);
	return 0;
}

int
steer_pause(struct db *db, const struct wave *w, const char *actor, struct err *e)
{
	struct stop t = { .wave = w->id, .domain = "", .kind = "operator", .at = clock_now(), .text = "" };
	struct arena a = ARENA_INIT;
	struct wave now;
	int rc;

	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = again(db, &a, w, &now, e)) == 0 && (rc = may_pause(&now, e)) == 0 && (stop_insert(db, &t, e) < 0 ||
	    wave_set_state(db, w->id, "paused", e) < 0 || wave_log_add(db, &(struct wave_entry){ .at = t.at, .campaign = w->campaign,
	    .wave = w->name, .what = "paused", .reason = "operator" }, e) < 0 || audit_add(db, actor, "wave pause", w->name, e) < 0))
		rc = -1;
	arena_release(&a);
	return rc < 0 ? db_abort(db) : db_commit(db, e);
}

/* A wave that never ran is planned again, and waits for its run. */
static int
set_state_after(struct db *db, const struct wave *w, struct err *e)
{
	int64_t all;

	if (all_invites(db, w, &all, e) < 0)
		return -1;
	return wave_set_state(db, w->id, all || w->begun_at ? "running" : "planned", e);
}

static int
let_go(struct db *db, const struct wave *w, const char *domain, const char *actor, struct err *e)
{
	bool paused = strcmp(w->state, "paused") == 0;
	int64_t now = clock_now(), n = 0, from = w->not_before > now ? w->not_before : now;

	if (stop_resume(db, w->id, domain, now, &n, e) < 0)
		return -1;
	if (!n && domain)
		return err_set(e, ERR_NOTNOW, TR("in wave '%s' the domain '%s' is not stopped",
		    "trong lượt '%s' tên miền '%s' không bị dừng"), w->name, domain);
	if (!n && !paused)
		return err_set(e, ERR_NOTNOW, TR("wave '%s' is not paused", "lượt '%s' không bị tạm dừng"), w->name);
	if (invite_call_in(db, w->id, from, true, e) < 0 || probe_call_in(db, w->id, from, e) < 0 ||
	    wave_log_add(db, &(struct wave_entry){ .at = now, .campaign = w->campaign, .wave = w->name, .what = "resumed",
	    .detail = domain }, e) < 0 || audit_add(db, actor, "wave resume", w->name, e) < 0)
		return -1;
	return !domain && paused ? set_state_after(db, w, e) : 0;
}

int
steer_resume(struct db *db, const struct wave *w, const char *domain, const char *actor, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct wave now;
	int rc;

	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = again(db, &a, w, &now, e)) == 0)
		rc = let_go(db, &now, domain, actor, e);
	arena_release(&a);
	return rc < 0 ? db_abort(db) : db_commit(db, e);
}
