/* desk.h: are we all right, who must act, what did it change? */
#include "web/desk.h"

#include "engine/alert.h"
#include "web/desk_parts.h"

#define ACTIONS_SHOWN 5

static bool
is_sender(const struct finding *f, const void *arg)
{
	(void)arg;
	return f->kind == FINDING_SENDER;
}

/* What is ours is said before any unit is blamed. */
static void
add_sender(json_t *data, const struct request *r, const struct snapshot *s)
{
	const struct tally *all = &s->account.all;
	int64_t auth = tally_cause(all, CAUSE_REFUSED_AUTH), blocked = tally_cause(all, CAUSE_REFUSED_BLOCKED);
	json_t *o = json_object();

	view_int(o, "refused_auth", auth);
	view_int(o, "refused_blocked", blocked);
	view_flag(o, "well", auth + blocked == 0);
	desk_findings(view_list(o, "findings"), r, s, is_sender, NULL);
	json_object_set_new(data, "sender", o);
}

static void
add_alerts(json_t *data, const struct request *r, const struct snapshot *s)
{
	json_t *list = view_list(data, "alerts");
	struct alert *alert;
	size_t n = alerts(&s->account, r->arena, &alert);

	for (size_t i = 0; i < n; i++) {
		struct buf text = BUF_INIT(65536);
		json_t *o = view_item(list);

		alert_text(&text, &alert[i], r->lang);
		view_text(o, "kind", alert_key(alert[i].kind));
		view_text(o, "text", buf_str(&text));
		view_text(o, "unit", alert[i].unit->unit.code);
		view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/units/%s", alert[i].unit->unit.code)));
		buf_release(&text);
	}
	view_int(data, "alert_count", (int64_t)n);
}

/* The one under way, else the last one that began. */
static void
add_wave(json_t *data, const struct request *r, const struct snapshot *s)
{
	const struct snapshot_wave *at = NULL;
	json_t *o;

	for (size_t i = 0; i < s->n_waves; i++) {
		const struct snapshot_wave *w = &s->waves[i];
		bool running = strcmp(w->wave.state, "running") == 0;

		if (running || ((w->wave.begun_at || strcmp(w->wave.state, "planned") != 0) &&
		    !(at && strcmp(at->wave.state, "running") == 0)))
			at = w;
	}
	if (!at) {
		view_text(data, "wave", NULL);
		return;
	}
	o = json_object();
	desk_wave(o, r, s, at);
	json_object_set_new(data, "wave", o);
}

static void
add_deadline(json_t *data, const struct request *r, const struct snapshot *s)
{
	const struct campaign *c = &s->campaign;
	int64_t left = alert_days_left(c, s->made_at);
	bool before = s->made_at < c->opens_at, after = s->made_at > c->closes_at;
	json_t *o = json_object();

	view_text(o, "state", before ? "before" : after ? "closed" : "open");
	view_flag(o, "before", before);
	view_flag(o, "closed", after);
	view_int(o, "days_left", after ? 0 : left);
	view_text(o, "text", before ? TRL(r->lang, "not open yet", "chưa mở") : after ? TRL(r->lang, "closed", "đã đóng") :
	    left == 1 ? TRL(r->lang, "the last day", "ngày cuối cùng") :
	    arena_printf(r->arena, TRL(r->lang, "%d days left", "còn %d ngày"), (int)left));
	json_object_set_new(data, "deadline", o);
}

static void
add_units(json_t *data, const struct snapshot *s)
{
	static const char *const kinds[UNIT_KINDS] = { "ministries", "provinces" };

	for (int k = 0; k < UNIT_KINDS; k++) {
		json_t *o = json_object();
		int64_t zero = 0;

		for (size_t i = 0; i < s->account.n_units; i++)
			zero += s->account.units[i].unit.kind == (enum unit_kind)k && s->account.units[i].class == CLASS_ZERO;
		view_int(o, "units", s->account.kind_units[k]);
		view_int(o, "rosters", s->account.kind_rosters[k]);
		view_int(o, "zero", zero);
		json_object_set_new(data, kinds[k], o);
	}
}

void
desk_today(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	json_t *data, *first;

	if (!s)
		return;
	data = json_object();
	desk_tally(data, r, s, &s->account.all, TRL(r->lang, "All nominated", "Toàn bộ người được cử"), true);
	view_text(data, "faults", *s->faults ? s->faults : NULL);
	add_deadline(data, r, s);
	add_sender(data, r, s);
	add_alerts(data, r, s);
	add_wave(data, r, s);
	add_units(data, s);
	desk_changes(data, r, s);
	desk_words(data, "words", s, false, r->lang);
	first = view_list(data, "actions");
	desk_add_actions(first, r, s, ACTIONS_SHOWN);
	view_reply(r, SCREEN_TODAY, NULL, s, data);
	view_done(r, s);
}
