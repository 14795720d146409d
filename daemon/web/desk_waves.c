/* desk.h: what was sent, what is being sent, what is planned; the log of it; and a new wave. */
#include "web/desk.h"

#include "base/clock.h"
#include "engine/caution.h"
#include "engine/chronicle.h"
#include "engine/due.h"
#include "engine/steer.h"
#include "engine/template.h"
#include "engine/watch.h"
#include "store/wave_log.h"
#include "web/desk_parts.h"
#include "web/session.h"

#define LOG_SHOWN 200

struct entries {		/* the last ones, in a ring */
	struct wave_entry *list;
	size_t n;
};

struct asked {			/* by the form of a new wave */
	struct steer_order order;
	const char *field;	/* what is wrong; NULL: nothing */
	const char *why;
};

static void
add_log(json_t *data, const struct request *r, const struct snapshot *s, const struct entries *k)
{
	json_t *list = view_list(data, "log");

	view_flag(data, "any_log", k->n > 0);
	for (size_t i = k->n; i > 0 && k->n - i < LOG_SHOWN; i--) {
		const struct wave_entry *w = &k->list[(i - 1) % LOG_SHOWN];
		struct buf text = BUF_INIT(65536);
		json_t *o = view_item(list);

		chronicle_text(&text, w, &s->campaign.zone, r->lang);
		view_time(o, "at", &s->campaign.zone, w->at, r->lang);
		view_text(o, "wave", w->wave);
		view_text(o, "what", w->what);
		view_int(o, "n", w->n);
		view_text(o, "reason", w->reason);
		view_text(o, "text", buf_str(&text));
		buf_release(&text);
	}
}

int
desk_log(json_t *data, struct request *r, const struct snapshot *s, const char *wave, struct err *e)
{
	struct entries k = { .n = 0 };
	struct wave_entry w = { .id = 0 };
	int rc;

	k.list = arena_alloc(r->arena, LOG_SHOWN * sizeof(*k.list));
	while ((rc = wave_log_next(r->db, r->arena, w.id, s->campaign.id, wave, &w, e)) == 1)
		if (!wave || strcmp(w.wave, wave) == 0)
			k.list[k.n++ % LOG_SHOWN] = w;
	if (rc == 0)
		add_log(data, r, s, &k);
	return rc;
}

int
desk_due(json_t *o, struct request *r, const struct snapshot *s, const struct calendar *all, const struct wave *w, struct err *e)
{
	const struct zone *z = &s->campaign.zone;
	struct due_ask ask = { .db = r->db, .conf = r->site->conf, .calendar = all, .campaign = &s->campaign, .now = clock_now() };
	const char *quiet = *w->quiet_hours ? w->quiet_hours : r->site->conf->quiet_hours;
	const char *days = *w->working_days ? w->working_days : r->site->conf->working_days_only;
	struct buf text = BUF_INIT(4096);
	struct calendar own;
	struct due d;

	if (due_look(&ask, r->arena, w, &d, e) < 0 || calendar_of_wave(&own, all, w->quiet_hours, w->working_days, e) < 0)
		return -1;
	due_text(&text, &d, w, z, r->lang);
	view_text(o, "next", buf_str(&text));
	view_text(o, "quiet_hours", *quiet && strcmp(quiet, "none") != 0 ? quiet : NULL);
	view_flag(o, "working_days_only", strcmp(days, "yes") == 0);
	view_flag(o, "by_plan", w->position != 0);
	view_time(o, "until", z, d.until, r->lang);
	view_time(o, "may_go_at", z, calendar_next(&own, z, ask.now > w->not_before ? ask.now : w->not_before), r->lang);
	view_text(o, "other_template", *w->other_template ? w->other_template : NULL);
	buf_release(&text);
	return 0;
}

int
desk_held(json_t *o, struct request *r, struct err *e)
{
	int held = watch_peek(r->db, r->site->conf, clock_now(), e);

	view_text(o, "held", held > 0 ? caution_held(r->lang) : NULL);
	return held < 0 ? -1 : 0;
}

static int
add_templates(json_t *o, struct request *r, const struct snapshot *s, const char *chosen, struct err *e)
{
	json_t *list = view_list(o, "template_choices");
	struct template_found *found;
	size_t n;

	if (template_list(r->site->conf, r->arena, &found, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		json_t *one;

		/* Letters go to units, by other ways. */
		if (found[i].lang != s->campaign.lang || strncmp(found[i].name, "letter", 6) == 0 ||
		    strcmp(found[i].name, "alert") == 0 || strcmp(found[i].name, "preflight") == 0)
			continue;
		one = view_item(list);
		view_text(one, "value", found[i].name);
		view_flag(one, "chosen", chosen && strcmp(chosen, found[i].name) == 0);
	}
	return 0;
}

/* The form, as it was filled in. */
static int
add_form(json_t *data, struct request *r, const struct snapshot *s, const struct asked *a, struct err *e)
{
	static const char *const fields[] = { "name", "template", "audience", "not-before", "not-after" };
	static const char *const keys[] = { "name_fault", "template_fault", "audience_fault", "not_before_fault", "not_after_fault" };
	json_t *o = json_object();

	json_object_set_new(data, "form", o);
	view_text(o, "url", desk_url(r, s, "/waves"));
	view_text(o, "name", a->order.name ? a->order.name : "");
	view_text(o, "audience", a->order.audience ? a->order.audience : "");
	view_text(o, "not_before", a->order.not_before ? a->order.not_before : "");
	view_text(o, "not_after", a->order.not_after ? a->order.not_after : "");
	view_flag(o, "faulty", a->field != NULL);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		view_text(o, keys[i], a->field && strcmp(a->field, fields[i]) == 0 ? a->why : NULL);
	return add_templates(o, r, s, a->order.template, e);
}

static int
add_waves(json_t *data, struct request *r, const struct snapshot *s, struct err *e)
{
	json_t *list = view_list(data, "waves");
	struct calendar all;
	bool running = false;
	int rc = calendar_load(&all, r->site->conf, e);

	for (size_t i = s->n_waves; i > 0 && rc == 0; i--) {
		const struct snapshot_wave *w = &s->waves[i - 1];
		json_t *o = view_item(list);

		desk_wave(o, r, s, w);
		rc = desk_due(o, r, s, &all, &w->wave, e);
		running |= strcmp(w->wave.state, "running") == 0;
	}
	calendar_release(&all);
	view_flag(data, "running", running);
	return rc;
}

static void
show(struct request *r, const struct snapshot *s, const struct asked *a)
{
	bool may = access_may(r->actor, RIGHT_WAVES);
	json_t *data = json_object();
	struct err e = ERR_INIT;

	lang_speak(&r->lang);
	if (desk_held(data, r, &e) < 0 || add_waves(data, r, s, &e) < 0 || desk_log(data, r, s, NULL, &e) < 0 || (may && add_form(data, r, s, a, &e) < 0)) {
		view_error(r, &e);
		json_decref(data);
	} else {
		view_flag(data, "may_change", may);
		view_reply(r, SCREEN_WAVES, TRL(r->lang, "Waves", "Lượt gửi"), s, data);
	}
	lang_speak(NULL);
}

void
desk_waves(struct request *r)
{
	const struct snapshot *s = view_campaign(r);

	if (s)
		show(r, s, &(struct asked){ .field = NULL });
	view_done(r, s);
}

static const char *
given(const struct request *r, const char *name)
{
	const char *v = form_value(r->arena, r->body, r->body_len, name);

	return v && *v ? v : NULL;
}

void
desk_wave_create(struct request *r)
{
	const struct snapshot *s = session_may(r, RIGHT_WAVES) ? view_campaign(r) : NULL;
	struct asked a = { .order = { .name = given(r, "name"), .template = given(r, "template"), .audience = given(r, "audience"),
	    .kind = given(r, "kind"), .not_before = given(r, "not_before"), .not_after = given(r, "not_after") } };
	struct err e = ERR_INIT;
	struct wave w;
	int rc;

	if (!s)
		return;
	a.order.name = a.order.name ? a.order.name : "";
	a.order.template = a.order.template ? a.order.template : "";
	lang_speak(&r->lang);
	rc = steer_create(r->db, r->arena, r->site->conf, &s->campaign, &a.order, desk_actor(r), &w, &a.field, &e);
	lang_speak(NULL);
	if (rc < 0 && e.code != ERR_INPUT && e.code != ERR_NOTFOUND) {
		view_error(r, &e);
	} else if (rc < 0 && request_is_api(r)) {
		reply_problem(r, 400, e.text, NULL);
	} else if (rc < 0) {
		a.why = e.text;
		show(r, s, &a);
		if (r->status == 200)
			r->status = 400;
	} else {
		board_touch(r->site->board, s->campaign.id);
		desk_wave_done(r, s, w.name, "created", 0);
	}
	view_done(r, s);
}
