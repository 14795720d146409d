/* desk.h: one wave: how far it is, what stops it, who was left out; and pausing and resuming it. */
#include "web/desk.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine/calendar.h"
#include "engine/chronicle.h"
#include "engine/eligible.h"
#include "engine/plan.h"
#include "engine/steer.h"
#include "store/wave_log.h"
#include "web/desk_parts.h"
#include "web/session.h"

#define DOMAINS_SHOWN 20

/*
 * The wave of the path as the store has it now, with the counts of the
 * snapshot: where counting is slow, one that was just made or paused must
 * show itself at once. 1; 0, -1: the reply is made.
 */
static int
load(struct request *r, const struct snapshot *s, struct snapshot_wave *out)
{
	struct err e = ERR_INIT;
	int rc;

	*out = (struct snapshot_wave){ .headway = HEADWAY_INIT };
	out->headway.per_minute = out->headway.left_s = -1;
	rc = wave_find(r->db, r->arena, s->campaign.id, r->seg[1], &out->wave, &e);
	if (rc < 0)
		view_error(r, &e);
	else if (rc == 0)
		view_nothing_here(r);
	for (size_t i = 0; rc == 1 && i < s->n_waves; i++)
		if (s->waves[i].wave.id == out->wave.id)
			out->headway = s->waves[i].headway;	/* borrowed: it is the snapshot's */
	return rc;
}

/* --- what is shown ------------------------------------------------------------------ */

/* Those that stand, then those that were resumed. */
static int
add_stops(json_t *data, struct request *r, const struct snapshot *s, const struct wave *w, struct err *e)
{
	json_t *list = view_list(data, "stops"), *ended = json_array(), *one;
	struct stop t = { .id = 0 };
	size_t i;
	int rc;

	while ((rc = stop_next(r->db, r->arena, t.id, w->id, &t, e)) == 1) {
		json_t *o = view_item(t.resumed_at ? ended : list);
		struct buf text = BUF_INIT(4096);

		stop_text(&text, &t, &s->campaign.zone, r->lang);
		view_text(o, "text", buf_str(&text));
		view_text(o, "domain", *t.domain ? t.domain : NULL);
		view_text(o, "kind", t.kind);
		view_flag(o, "noted_only", t.observed);
		view_time(o, "at", &s->campaign.zone, t.at, r->lang);
		view_time(o, "resumed_at", &s->campaign.zone, t.resumed_at, r->lang);
		view_flag(o, "may_resume", !t.resumed_at && !t.observed && *t.domain && access_may(r->actor, RIGHT_WAVES));
		buf_release(&text);
	}
	json_array_foreach(ended, i, one)
		json_array_append(list, one);
	json_decref(ended);
	view_flag(data, "any_stops", json_array_size(list) > 0);
	return rc;
}

/* As the log says it: planning counts everybody who gets nothing, by reason. */
static int
add_left_out(json_t *data, struct request *r, const struct snapshot *s, const struct wave *w, struct err *e)
{
	json_t *list = view_list(data, "left_out");

	for (int skip = SKIP_OUTSIDE; skip < SKIPS; skip++) {
		const char *key = eligible_key((enum skip)skip);
		struct wave_entry last;
		json_t *o;
		int rc = wave_log_last(r->db, r->arena, s->campaign.id, w->name, "left_out", key, &last, e);

		if (rc < 0)
			return -1;
		if (rc == 0 || !last.n)
			continue;
		o = view_item(list);
		view_text(o, "reason", key);
		view_text(o, "text", eligible_text((enum skip)skip, r->lang));
		view_int(o, "people", last.n);
		view_time(o, "at", &s->campaign.zone, last.at, r->lang);
	}
	return 0;
}

static int
by_need(const void *a, const void *b)
{
	const struct headway_domain *const *x = a, *const *y = b;

	return headway_by_need(*x, *y);
}

static void
add_domains(json_t *data, struct request *r, const struct snapshot *s, const struct headway *h)
{
	const struct headway_domain **at = arena_alloc(r->arena, (h->n_domains + 1) * sizeof(const struct headway_domain *));
	json_t *list = view_list(data, "domains");

	for (size_t i = 0; i < h->n_domains; i++)
		at[i] = &h->domains[i];
	if (h->n_domains)
		qsort(at, h->n_domains, sizeof(*at), by_need);
	for (size_t i = 0; i < h->n_domains && i < DOMAINS_SHOWN; i++) {
		const struct headway_domain *d = at[i];
		json_t *o = view_item(list);

		view_text(o, "domain", d->name);
		view_int(o, "open", d->open);
		view_int(o, "accepted", d->accepted);
		view_int(o, "deferred", d->deferred);
		view_int(o, "refused", d->refused);
		view_time(o, "rests_until", &s->campaign.zone, d->rest_until_at, r->lang);
		view_text(o, "rest_reason", d->rest_until_at && *d->rest_reason ? d->rest_reason : NULL);
		view_flag(o, "stopped", d->stop == HEADWAY_STOPPED);
		view_flag(o, "noted", d->stop == HEADWAY_NOTED);
	}
	view_flag(data, "any_domains", h->n_domains > 0);
	view_flag(data, "any_more_domains", h->n_domains > DOMAINS_SHOWN);
	view_int(data, "more_domains", h->n_domains > DOMAINS_SHOWN ? (int64_t)h->n_domains - DOMAINS_SHOWN : 0);
}

/* What can be done with it now, and what that would let go. */
static void
add_choices(json_t *data, struct request *r, const struct snapshot *s, const struct snapshot_wave *sw)
{
	const struct wave *w = &sw->wave;
	bool may = access_may(r->actor, RIGHT_WAVES), paused = strcmp(w->state, "paused") == 0, done = strcmp(w->state, "done") == 0;
	bool in_time = plan_in_time(&s->campaign, w, clock_now(), &(struct err)ERR_INIT) == 0;

	view_flag(data, "may_change", may);
	view_flag(data, "may_preview", may && !paused && in_time);
	view_flag(data, "may_pause", may && !paused && (!done || (w->position && !w->closed_at)));
	view_flag(data, "may_resume", may && paused);
	view_text(data, "preview_url", desk_url(r, s, arena_printf(r->arena, "/waves/%s/preview", w->name)));
	view_text(data, "list_url", desk_url(r, s, "/waves"));
}

static int
fill(json_t *data, struct request *r, const struct snapshot *s, const struct snapshot_wave *sw, struct err *e)
{
	struct calendar all;
	int rc = calendar_load(&all, r->site->conf, e);

	desk_wave(data, r, s, sw);
	if (rc == 0)
		rc = desk_due(data, r, s, &all, &sw->wave, e);
	calendar_release(&all);
	add_choices(data, r, s, sw);
	if (rc < 0 || desk_held(data, r, e) < 0 || add_stops(data, r, s, &sw->wave, e) < 0 || add_left_out(data, r, s, &sw->wave, e) < 0 ||
	    desk_log(data, r, s, sw->wave.name, e) < 0)
		return -1;
	add_domains(data, r, s, &sw->headway);
	return 0;
}

static const char *
said_text(const struct request *r)
{
	static const struct { const char *key, *en, *vi; } texts[] = {
		{ "created", "The wave is made. Nothing goes out before it is started: look at the preview.",
		    "Đã tạo lượt gửi. Chưa thư nào được gửi trước khi bấm bắt đầu: hãy xem trước." },
		{ "started", "The wave is started.", "Đã cho gửi." },
		{ "paused", "The wave is paused: nothing more of it goes out. A message that is on the wire comes to its end.",
		    "Đã tạm dừng: không gửi thêm thư nào. Thư đang gửi dở được gửi cho xong." },
		{ "resumed", "It goes on.", "Đã cho chạy tiếp." },
	};
	const char *key = request_arg(r, "said");

	for (size_t i = 0; key && i < COUNT_OF(texts); i++)
		if (strcmp(texts[i].key, key) == 0)
			return TRL(r->lang, texts[i].en, texts[i].vi);
	return NULL;
}

/* fault NULL: what is said is what the path says. */
static void
show(struct request *r, const struct snapshot *s, const struct snapshot_wave *sw, const char *fault, int status)
{
	json_t *data = json_object();
	struct err e = ERR_INIT;

	if (fill(data, r, s, sw, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
		return;
	}
	desk_said(data, fault ? fault : said_text(r), !fault);
	view_reply(r, SCREEN_WAVE, sw->wave.name, s, data);
	if (fault && r->status == 200)
		r->status = status;
}

void
desk_wave_page(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct snapshot_wave sw;

	lang_speak(&r->lang);
	if (s && load(r, s, &sw) == 1)
		show(r, s, &sw, NULL, 200);
	lang_speak(NULL);
	view_done(r, s);
}

/* --- what is done --------------------------------------------------------------------- */

void
desk_wave_done(struct request *r, const struct snapshot *s, const char *name, const char *done, int64_t messages)
{
	if (request_is_api(r)) {
		json_t *data = json_object();

		view_text(data, "wave", name);
		view_text(data, "done", done);
		view_int(data, "messages", messages);
		view_reply(r, SCREEN_WAVE, NULL, NULL, data);
	} else {
		reply_redirect(r, desk_url(r, s, arena_printf(r->arena, "/waves/%s?said=%s", name, done)));
	}
}

static int
act_on(struct request *r, const struct wave *w, const char *act, const char **done, struct err *e)
{
	const char *domain = form_value(r->arena, r->body, r->body_len, "domain");

	if (act && strcmp(act, "pause") == 0) {
		*done = "paused";
		return steer_pause(r->db, w, desk_actor(r), e);
	}
	if (act && strcmp(act, "resume") == 0) {
		*done = "resumed";
		return steer_resume(r->db, w, domain && *domain ? domain : NULL, desk_actor(r), e);
	}
	return err_set(e, ERR_INPUT, TR("there is no such button", "không có nút này"));
}

static void
refuse(struct request *r, const struct snapshot *s, const struct snapshot_wave *sw, int status, const char *why)
{
	if (request_is_api(r))
		reply_problem(r, status, why, NULL);
	else
		show(r, s, sw, why, status);
}

void
desk_wave_act(struct request *r)
{
	const struct snapshot *s = session_may(r, RIGHT_WAVES) ? view_campaign(r) : NULL;
	const char *act = form_value(r->arena, r->body, r->body_len, "act"), *done = "";
	struct err e = ERR_INIT;
	struct snapshot_wave sw;

	lang_speak(&r->lang);
	if (s && act && strcmp(act, "start") == 0) {
		desk_wave_start(r, s);
	} else if (s && load(r, s, &sw) == 1) {
		if (act_on(r, &sw.wave, act, &done, &e) == 0)
			desk_wave_done(r, s, sw.wave.name, done, sw.headway.open);
		else if (e.code != ERR_NOTNOW && e.code != ERR_INPUT && e.code != ERR_NOTFOUND)
			view_error(r, &e);
		else
			refuse(r, s, &sw, e.code == ERR_NOTNOW ? 409 : e.code == ERR_NOTFOUND ? 404 : 400, e.text);
	}
	lang_speak(NULL);
	if (s)
		board_touch(r->site->board, s->campaign.id);
	view_done(r, s);
}
