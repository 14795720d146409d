/* desk.h: a wave before it goes out, how its mail looks, and the button that starts it. */
#include "web/desk.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine/caution.h"
#include "engine/meters.h"
#include "engine/preview.h"
#include "engine/steer.h"
#include "web/desk_parts.h"

#define SAMPLES 3

/* A page of its own, shown in a frame: styles of its own, and nothing else. */
#define MAIL_POLICY "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none'; form-action 'none'; " \
	"frame-ancestors 'self'"
#define PREVIEW_POLICY DESK_POLICY "; frame-src 'self'"

static void
add_reasons(json_t *data, const struct request *r, const struct preview *p)
{
	json_t *list = view_list(data, "left_out");
	int64_t all = p->plan.planned;

	for (int s = SKIP_BEFORE; s < SKIPS; s++) {
		int64_t n = plan_count(&p->plan, (enum skip)s);
		json_t *o;

		all += n;
		if (!n)
			continue;
		o = view_item(list);
		view_text(o, "reason", eligible_key((enum skip)s));
		view_text(o, "text", eligible_text((enum skip)s, r->lang));
		view_int(o, "people", n);
	}
	view_int(data, "all", all);
}

static void
add_causes(json_t *data, const struct request *r, const struct preview *p)
{
	json_t *list = view_list(data, "by_cause");

	for (int c = 0; c < CAUSES; c++) {
		json_t *o;

		if (!p->causes[c])
			continue;
		o = view_item(list);
		view_text(o, "key", cause_info((enum cause)c)->key);
		view_text(o, "name", cause_name((enum cause)c, r->lang));
		view_text(o, "owner_name", owner_name(cause_info((enum cause)c)->owner, r->lang));
		view_int(o, "people", p->causes[c]);
	}
}

/* In the order of the directory. */
static void
add_units(json_t *data, const struct request *r, const struct snapshot *s, const struct preview *p)
{
	json_t *list = view_list(data, "units");

	for (size_t i = 0; i < s->account.n_units; i++)
		for (size_t k = 0; k < p->n_units; k++) {
			json_t *o;

			if (strcmp(s->account.units[i].unit.code, p->units[k].code) != 0)
				continue;
			o = view_item(list);
			view_text(o, "code", p->units[k].code);
			view_text(o, "short_name", unit_short(&s->account.units[i].unit, r->lang));
			view_int(o, "in", p->units[k].in);
			view_int(o, "out", p->units[k].out);
		}
}

static int
add_cautions(json_t *data, struct request *r, const struct preview *p, struct err *e)
{
	json_t *list = view_list(data, "cautions"), *o;
	struct caution found[CAUTIONS_MOST];
	size_t n;

	if (cautions(p, r->db, r->site->conf, r->arena, r->lang, found, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		o = view_item(list);
		view_text(o, "key", found[i].key);
		view_text(o, "text", found[i].text);
		view_flag(o, "bad", found[i].bad);
	}
	if (r->site->meters && !atomic_load(&r->site->meters->dispatching)) {
		o = view_item(list);
		view_text(o, "key", "no_dispatch");
		view_text(o, "text", TRL(r->lang, "This thumoid does not send at the moment: started, the wave waits.",
		    "thumoid hiện không gửi thư: sau khi bắt đầu, lượt này vẫn phải chờ."));
		view_flag(o, "bad", true);
	}
	view_flag(data, "any_cautions", json_array_size(list) > 0);
	return 0;
}

static int
add_mails(json_t *o, struct request *r, const struct snapshot *s, const struct preview *p, const struct preview_sample *sample,
    bool shown, struct err *e)
{
	json_t *list = NULL;

	for (int i = 0; i < 2; i++) {
		enum lang lang = i == 0 ? s->campaign.lang : s->campaign.lang == LANG_VI ? LANG_EN : LANG_VI;
		struct preview_mail m;
		struct err none = ERR_INIT;
		json_t *one;

		/* Only the language of the campaign must be there. */
		if (preview_mail(p, r->db, r->site->conf, sample, lang, r->arena, &m, i ? &none : e) < 0) {
			if (i == 0)
				return -1;
			continue;
		}
		if (i == 0) {
			view_utf8(o, "name", r->arena, m.name);
			view_text(o, "unit", m.unit_code);
			view_text(o, "email", m.email);
			list = view_list(o, "mails");
		}
		one = view_item(list);
		view_text(one, "lang", lang_name(lang));
		view_text(one, "lang_name", lang == LANG_VI ? "Tiếng Việt" : "English");
		view_flag(one, "goes_out", i == 0);
		view_flag(one, "shown", shown && i == 0);
		view_utf8(one, "subject", r->arena, m.subject);
		view_utf8(one, "body", r->arena, m.text);
		view_text(one, "frame_url", m.html ? desk_url(r, s, arena_printf(r->arena, "/waves/%s/sample?contact=%lld&mail=%s", p->wave->name,
		    (long long)sample->contact, lang_name(lang))) : NULL);
	}
	return 0;
}

static int
add_samples(json_t *data, struct request *r, const struct snapshot *s, const struct preview *p, struct err *e)
{
	json_t *list = view_list(data, "samples");

	for (size_t i = 0; i < p->n_samples; i++) {
		json_t *o = view_item(list);

		view_int(o, "id", (int64_t)i + 1);
		view_flag(o, "second_address", p->samples[i].second);
		view_flag(o, "other_template", p->samples[i].variant);
		if (add_mails(o, r, s, p, &p->samples[i], i == 0, e) < 0)
			return -1;
	}
	return 0;
}

static int
fill(json_t *data, struct request *r, const struct snapshot *s, const struct preview *p, struct err *e)
{
	const struct zone *z = &s->campaign.zone;
	const struct wave *w = p->wave;
	struct err why = ERR_INIT;
	bool may = steer_may_start(r->db, &s->campaign, w, clock_now(), &why) == 0 && strcmp(w->state, "running") != 0 && p->plan.planned;

	view_text(data, "name", w->name);
	view_text(data, "kind", w->kind);
	view_text(data, "template", w->template);
	view_text(data, "other_template", *w->other_template ? w->other_template : NULL);
	view_text(data, "audience", w->audience);
	view_text(data, "state", w->state);
	view_int(data, "in", p->plan.planned);
	view_int(data, "with_other_template", p->variant);
	view_int(data, "with_second_address", p->second);
	view_flag(data, "any_second_address", p->second > 0);
	view_time(data, "plans_at", z, p->as_of, r->lang);
	view_time(data, "goes_at", z, p->goes_at, r->lang);
	view_time(data, "until", z, p->deadline, r->lang);
	view_flag(data, "may_start", may);
	view_text(data, "not_now", why.code ? why.text : NULL);
	view_text(data, "wave_url", desk_url(r, s, arena_printf(r->arena, "/waves/%s", w->name)));
	view_text(data, "people_text", arena_printf(r->arena, "%lld", (long long)p->plan.planned));
	add_reasons(data, r, p);
	add_causes(data, r, p);
	add_units(data, r, s, p);
	return add_cautions(data, r, p, e) < 0 || add_samples(data, r, s, p, e) < 0 ? -1 : 0;
}

/* fault NULL: none; else with that status. */
static void
show(struct request *r, const struct snapshot *s, const struct preview *p, const char *fault, int status)
{
	json_t *data = json_object();
	struct err e = ERR_INIT;

	if (fill(data, r, s, p, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
		return;
	}
	desk_said(data, fault, false);
	r->policy = PREVIEW_POLICY;
	view_reply(r, SCREEN_PREVIEW, p->wave->name, s, data);
	if (fault && r->status == 200)
		r->status = status;
}

/* The wave as the store has it now: a snapshot may be a second old. 1; 0, -1: the reply is made. */
static int
load(struct request *r, const struct snapshot *s, struct wave *w)
{
	struct err e = ERR_INIT;
	int rc = wave_find(r->db, r->arena, s->campaign.id, r->seg[1], w, &e);

	if (rc < 0)
		view_error(r, &e);
	else if (rc == 0)
		view_nothing_here(r);
	return rc;
}

void
desk_wave_preview(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct preview p = { .campaign = NULL };
	struct err e = ERR_INIT;
	struct wave w;

	lang_speak(&r->lang);
	if (s && load(r, s, &w) == 1) {
		if (preview_make(&p, r->db, r->site->conf, &s->campaign, &w, SAMPLES, NULL, NULL, &e) < 0)
			view_error(r, &e);
		else
			show(r, s, &p, NULL, 200);
		preview_release(&p);
	}
	lang_speak(NULL);
	view_done(r, s);
}

/* The body of the mail to one person, alone. */
void
desk_wave_sample(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const char *word = request_arg(r, "mail");
	enum lang lang = LANG_VI;
	struct preview p = { .campaign = NULL };
	struct preview_sample sample;
	struct preview_mail m = { .html = NULL };
	struct err e = ERR_INIT;
	struct wave w;
	int rc;

	if (s && load(r, s, &w) == 1) {
		if (!word || lang_parse(word, &lang, NULL) < 0)
			lang = s->campaign.lang;
		rc = preview_sample_of(&p, r->db, r->site->conf, &s->campaign, &w, desk_number(r, "contact"), &sample, &e);
		if (rc == 1 && preview_mail(&p, r->db, r->site->conf, &sample, lang, r->arena, &m, &e) < 0)
			rc = -1;
		if (rc < 0) {
			view_error(r, &e);
		} else if (rc == 0 || !m.html) {
			view_nothing_here(r);
		} else {
			reply_raw(r, 200, "text/html; charset=utf-8", m.html);
			r->policy = MAIL_POLICY;
		}
		preview_release(&p);
	}
	view_done(r, s);
}

/* --- it is started ------------------------------------------------------------------------- */

static void
refuse(struct request *r, const struct snapshot *s, const struct preview *p, int status, const char *why)
{
	if (request_is_api(r))
		reply_problem(r, status, why, NULL);
	else
		show(r, s, p, why, status);
}

/* What was confirmed must be what would happen: the number of people, and the state of the wave. */
static void
confirm(struct request *r, const struct snapshot *s, const struct preview *p)
{
	const char *people = form_value(r->arena, r->body, r->body_len, "people"), *from = form_value(r->arena, r->body, r->body_len, "state");
	const char *sure = form_value(r->arena, r->body, r->body_len, "sure");
	struct err e = ERR_INIT;
	struct plan plan;

	if (!sure || strcmp(sure, "yes") != 0 || !people || !from) {
		refuse(r, s, p, 400, TRL(r->lang, "Look at who would get it, then tick the box and press the button.",
		    "Xem ai sẽ nhận, sau đó đánh dấu ô xác nhận rồi bấm nút."));
	} else if (strcmp(from, p->wave->state) == 0 && strtoll(people, NULL, 10) != p->plan.planned) {
		refuse(r, s, p, 409, TRL(r->lang, "Meanwhile it would go to another number of people: look again.",
		    "Số người nhận vừa thay đổi: xin xem lại."));
	} else if (steer_start(r->db, r->site->conf, &s->campaign, p->wave, from, desk_actor(r), &plan, &e) == 0) {
		desk_wave_done(r, s, p->wave->name, "started", plan.planned);
	} else if (e.code != ERR_NOTNOW && e.code != ERR_INPUT && e.code != ERR_NOTFOUND) {
		view_error(r, &e);
	} else {
		refuse(r, s, p, 409, e.text);
	}
}

void
desk_wave_start(struct request *r, const struct snapshot *s)
{
	struct preview p = { .campaign = NULL };
	struct err e = ERR_INIT;
	struct wave w;

	if (load(r, s, &w) != 1)
		return;
	if (preview_make(&p, r->db, r->site->conf, &s->campaign, &w, SAMPLES, NULL, NULL, &e) < 0)
		view_error(r, &e);
	else
		confirm(r, s, &p);
	preview_release(&p);
}
