#include "engine/apply.h"

#include "base/lang.h"
#include "engine/plan.h"
#include "engine/setup.h"
#include "engine/template.h"
#include "store/audit.h"
#include "store/contact.h"
#include "store/evidence.h"
#include "store/unit.h"
#include "store/wave_log.h"

struct applying {
	struct db *db;
	const struct conf *conf;
	struct schedule *plan;
	struct applied *out;
	struct arena *arena;
	struct campaign campaign;	/* as it is after its own changes */
	bool exists, sent;		/* before */
	int64_t now;
	int64_t closed_at;		/* when it was to close before */
	struct err *e;
};

/* --- what differs ------------------------------------------------------------------ */

static struct change *
note(struct applying *a, char sign, const char *object)
{
	struct applied *o = a->out;

	o->changes = mem_room(o->changes, o->n, &o->cap, sizeof(*o->changes));
	o->changes[o->n] = (struct change){ sign, object, "", "", "", "" };
	o->refused += sign == '!';
	return &o->changes[o->n++];
}

/* A field that differs; why: it must not. True: it differs. */
static bool
differs(struct applying *a, const char *object, const char *field, const char *from, const char *to, const char *why)
{
	struct change *c;

	if (strcmp(from, to) == 0)
		return false;
	c = note(a, why ? '!' : '~', object);
	c->field = field;
	c->from = arena_dup(a->arena, from);
	c->to = arena_dup(a->arena, to);
	c->why = why ? why : "";
	return true;
}

static const char *
or_empty(const struct schedule_text *t)
{
	return t->text ? t->text : "";
}

static const char *
time_text(struct applying *a, int64_t at)
{
	struct date_text t;

	return at ? arena_dup(a->arena, date_minute(&t, &a->plan->zone, at, lang_ui)) : "-";
}

static const char *
begun_text(void)
{
	return TR("it has begun: what was sent is never changed",
	    "lượt đã bắt đầu: những gì đã gửi không bao giờ bị đổi");
}

static const char *
sent_text(void)
{
	return TR("something was sent already: what was sent is never changed",
	    "đã có thư gửi đi: những gì đã gửi không bao giờ bị đổi");
}

/* --- the campaign --------------------------------------------------------------------- */

static const char **
texts(struct applying *a, const struct schedule_text *list, size_t n)
{
	const char **out = arena_alloc(a->arena, (n + 1) * sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] = list[i].text;
	return out;
}

static const char *
joined(struct applying *a, const char **list, const char *between)
{
	const char *s = "";

	for (size_t i = 0; list && list[i]; i++)
		s = i ? arena_printf(a->arena, "%s%s%s", s, between, list[i]) : list[i];
	return s;
}

/* The campaign as the plan has it. */
static int
wanted(struct applying *a, const struct campaign *before, struct campaign *c)
{
	struct schedule *s = a->plan;
	struct err e = ERR_INIT;

	*c = (struct campaign){ .id = before->id, .key = s->key.text, .title = s->title.text, .opens_at = s->opens_at,
	    .closes_at = s->closes_at, .zone_name = s->zone_name.text ? s->zone_name.text : ZONE_DEFAULT, .zone = s->zone,
	    .lang = s->lang, .sender_name = s->sender_name, .sender_address = s->sender_address,
	    .tracking = s->tracking.text ? s->tracking.text : "none" };
	c->help_text = joined(a, texts(a, s->help, s->n_help), "\n");
	c->legal_bases = texts(a, s->bases, s->n_bases);
	c->dispatches = texts(a, s->dispatches, s->n_dispatches);
	if (a->exists && !s->tree.text) {
		c->tree = before->tree;
		return 0;
	}
	if (setup_tree(a->db, s->tree.text, s->opens_at, &c->tree, &e) == 0)
		return 0;
	if (e.code == ERR_STORE || e.code == ERR_BUSY) {
		*a->e = e;
		return -1;
	}
	schedule_fault(s, s->tree.text ? s->tree.line : s->line, "%s", e.text);
	return 0;
}

static int
change_campaign(struct applying *a, const struct campaign *old, const struct campaign *c)
{
	const char *object = arena_printf(a->arena, TR("campaign %s", "đợt %s"), c->key);
	const char *why = a->sent ? sent_text() : NULL;
	const char *old_tree = "", *tree = "";
	int people = contact_any(a->db, c->id, a->e);
	size_t before = a->out->n;

	if (people < 0 || tree_key(a->db, a->arena, old->tree, &old_tree, a->e) < 0 ||
	    tree_key(a->db, a->arena, c->tree, &tree, a->e) < 0)
		return -1;
	differs(a, object, "title", old->title, c->title, NULL);
	differs(a, object, "opens", time_text(a, old->opens_at), time_text(a, c->opens_at), why);
	differs(a, object, "closes", time_text(a, old->closes_at), time_text(a, c->closes_at), NULL);
	differs(a, object, "zone", old->zone_name, c->zone_name, why);
	differs(a, object, "lang", lang_name(old->lang), lang_name(c->lang), why);
	differs(a, object, "sender", arena_printf(a->arena, "%s <%s>", old->sender_name, old->sender_address),
	    arena_printf(a->arena, "%s <%s>", c->sender_name, c->sender_address), NULL);
	differs(a, object, "tree", old_tree, tree, people ? TR("there are people in its units already",
	    "đã có người thuộc các đơn vị của danh mục cũ") : NULL);
	differs(a, object, "tracking", old->tracking, c->tracking, why);
	differs(a, object, "help", old->help_text, c->help_text, NULL);
	differs(a, object, "legal-basis", joined(a, old->legal_bases, "; "), joined(a, c->legal_bases, "; "), NULL);
	differs(a, object, "dispatch", joined(a, old->dispatches, "; "), joined(a, c->dispatches, "; "), NULL);
	return a->out->n == before || a->out->refused ? 0 : campaign_update(a->db, c, a->e);
}

static bool
was_passed_over(const struct wave *w)
{
	return w->closed_at && !w->begun_at;
}

static bool
has_begun(const struct wave *w)
{
	return w->begun_at || (strcmp(w->state, "planned") != 0 && !was_passed_over(w));
}

/* Has anything of it begun? */
static int
look_for_sent(struct applying *a)
{
	struct wave w = { .id = 0 };
	int rc;

	while ((rc = wave_next(a->db, a->arena, w.id, a->campaign.id, NULL, &w, a->e)) == 1)
		a->sent = a->sent || has_begun(&w);
	return rc;
}

static int
apply_campaign(struct applying *a)
{
	struct change *new;
	struct campaign c;
	int rc = campaign_find(a->db, a->arena, a->plan->key.text, &a->campaign, a->e);

	if (rc < 0 || (rc == 1 && look_for_sent(a) < 0))
		return -1;
	a->exists = rc == 1;
	a->closed_at = a->exists ? a->campaign.closes_at : 0;
	if (!a->exists)
		a->campaign = (struct campaign){ .id = 0 };
	if (wanted(a, &a->campaign, &c) < 0)
		return -1;
	if (a->plan->faults)
		return 0;
	if (a->exists)
		return change_campaign(a, &a->campaign, &c);
	new = note(a, '+', arena_printf(a->arena, TR("campaign %s", "đợt %s"), c.key));
	new->to = arena_printf(a->arena, "%s, %s - %s", c.title, time_text(a, c.opens_at), time_text(a, c.closes_at));
	return campaign_insert(a->db, &c, a->e);
}

/* --- its forms ------------------------------------------------------------------------ */

static const struct schedule_form *
form_named(const struct schedule *s, const char *key)
{
	for (size_t i = 0; i < s->n_forms; i++)
		if (strcmp(s->forms[i].key, key) == 0)
			return &s->forms[i];
	return NULL;
}

static const char *
form_object(struct applying *a, const char *key)
{
	return arena_printf(a->arena, TR("instrument %s", "phiếu %s"), key);
}

static int
apply_form(struct applying *a, const struct schedule_form *f)
{
	const struct instrument *old = a->exists ? campaign_instrument(&a->campaign, f->key) : NULL;
	size_t before = a->out->n;

	if (!old) {
		note(a, '+', form_object(a, f->key))->to = arena_printf(a->arena, "%s, %s", f->title.text, f->url.text);
		return instrument_insert(a->db, a->campaign.id, f->key, f->title.text, f->url.text, a->e);
	}
	differs(a, form_object(a, f->key), "title", old->title, f->title.text, NULL);
	differs(a, form_object(a, f->key), "url", old->url, f->url.text, NULL);
	return a->out->n == before ? 0 : instrument_update(a->db, old->id, f->title.text, f->url.text, a->e);
}

static int
apply_forms(struct applying *a)
{
	int answered = a->exists ? campaign_any_answer(a->db, a->campaign.id, a->e) : 0;

	for (size_t i = 0; answered >= 0 && a->exists && i < a->campaign.n_instruments; i++) {
		const struct instrument *old = &a->campaign.instruments[i];
		struct change *c;

		if (form_named(a->plan, old->key))
			continue;
		c = note(a, a->sent || answered ? '!' : '-', form_object(a, old->key));
		c->why = answered ? TR("somebody has answered it", "đã có người trả lời") : a->sent ? sent_text() : "";
		if (c->sign == '-' && instrument_delete(a->db, a->campaign.id, old->id, a->e) < 0)
			return -1;
	}
	for (size_t i = 0; answered >= 0 && i < a->plan->n_forms; i++)
		if (apply_form(a, &a->plan->forms[i]) < 0)
			return -1;
	return answered < 0 ? -1 : 0;
}

/* --- its waves ------------------------------------------------------------------------- */

static struct wave
wave_wanted(const struct applying *a, const struct schedule_wave *w, int64_t position)
{
	return (struct wave){ .campaign = a->campaign.id, .name = w->name, .template = w->template.text,
	    .audience = w->audience.text, .not_before = w->at, .not_after = w->end, .uncertain = w->uncertain.text,
	    .state = "planned", .kind = w->kind.text, .position = position, .at_text = w->at_text.text,
	    .end_text = or_empty(&w->end_text), .quiet_hours = or_empty(&w->quiet_hours),
	    .working_days = or_empty(&w->working_days), .other_template = or_empty(&w->other_template),
	    .second_address = or_empty(&w->second_address) };
}

static const char *
wave_object(struct applying *a, const char *name)
{
	return arena_printf(a->arena, TR("wave %s", "lượt %s"), name);
}

/* What a wave is; begun: it may not differ. */
static void
compare_wave(struct applying *a, const struct wave *old, const struct wave *w, bool begun)
{
	const char *object = wave_object(a, w->name), *why = begun ? begun_text() : NULL;
	const char *ended = begun && old->closed_at ? TR("it is over", "lượt đã kết thúc") : NULL;

	differs(a, object, "kind", old->kind, w->kind, why);
	differs(a, object, "template", old->template, w->template, why);
	differs(a, object, "audience", old->audience, w->audience, why);
	differs(a, object, "uncertain", old->uncertain, w->uncertain, why);
	differs(a, object, "other-template", old->other_template, w->other_template, why);
	differs(a, object, "second-address", old->second_address, w->second_address, why);
	/* Counted from another day it may come out otherwise; what has begun has begun then. */
	if (begun && old->position)
		differs(a, object, "at", old->at_text, w->at_text, why);
	else if (!begun)
		differs(a, object, "at", time_text(a, old->not_before), time_text(a, w->not_before), NULL);
	if (!ended || strcmp(old->end_text, w->end_text) != 0)
		differs(a, object, "not-after", time_text(a, old->not_after), time_text(a, w->not_after), ended);
	differs(a, object, "quiet-hours", old->quiet_hours, w->quiet_hours, ended);
	differs(a, object, "working-days", old->working_days, w->working_days, ended);
}

static int
change_wave(struct applying *a, const struct wave *old, struct wave *w)
{
	bool begun = has_begun(old);
	size_t before = a->out->n;

	w->id = old->id;
	compare_wave(a, old, w, begun);
	if (!old->position) {
		struct change *c = note(a, '~', wave_object(a, w->name));

		c->field = "cron";
		c->from = TR("run by hand", "chạy bằng tay");
		c->to = TR("run by the plan", "chạy theo kế hoạch");
	}
	if (begun) {
		w->not_before = old->position ? old->not_before : w->not_before;
		w->not_after = old->closed_at ? old->not_after : w->not_after;
	}
	/* It lasted until closing, and that was put off: it goes on. */
	if (begun && old->closed_at && old->position && !w->not_after && old->closed_at > a->closed_at &&
	    a->now <= a->campaign.closes_at && !a->out->refused && wave_reopen(a->db, old->id, a->e) < 0)
		return -1;
	if (a->out->refused || (a->out->n == before && old->position == w->position &&
	    strcmp(old->at_text, w->at_text) == 0 && strcmp(old->end_text, w->end_text) == 0))
		return 0;
	/* What was passed over gets another time, and another chance. */
	if (was_passed_over(old) && a->out->n > before && wave_reopen(a->db, old->id, a->e) < 0)
		return -1;
	if (begun && !old->begun_at && wave_set_begun(a->db, old->id, a->now, a->e) < 0)
		return -1;
	return wave_update(a->db, w, a->e);
}

static void
tell_time(struct applying *a, const struct schedule_wave *p, const struct wave *w)
{
	int64_t deadline = plan_deadline(w, &a->campaign);

	if (!w->not_before || w->not_before > a->now)
		return;
	if (deadline < a->now)
		schedule_warn(a->plan, p->at_text.line, TR("the time of wave '%s' is over: cron will pass it over",
		    "thời gian của lượt '%s' đã hết: cron sẽ bỏ qua"), w->name);
	else
		schedule_warn(a->plan, p->at_text.line,
		    TR("the time of wave '%s' has come: it begins with the next run of cron",
		    "đã đến giờ của lượt '%s': lượt bắt đầu ở lần chạy cron tới"), w->name);
}

/* Faults that are found now, and not on the night of sending. */
static void
check_wave(struct applying *a, const struct schedule_wave *w)
{
	const struct schedule_text *const names[] = { &w->template, &w->other_template };
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct template t = { NULL, NULL, NULL };

		if (names[i]->text && *names[i]->text &&
		    template_load(&t, a->conf, names[i]->text, a->campaign.lang, &e) < 0)
			schedule_fault(a->plan, names[i]->line, "%s", e.text);
		template_release(&t);
	}
	if (plan_check(a->db, w->audience.text, &a->campaign, &e) < 0)
		schedule_fault(a->plan, w->audience.line, "%s", e.text);
}

static int
apply_wave(struct applying *a, const struct schedule_wave *p, int64_t position)
{
	struct wave old, w = wave_wanted(a, p, position);
	int rc = wave_find(a->db, a->arena, a->campaign.id, p->name, &old, a->e);

	if (rc < 0)
		return -1;
	check_wave(a, p);
	if (rc == 1) {
		if (!has_begun(&old) && !was_passed_over(&old))
			tell_time(a, p, &w);
		return change_wave(a, &old, &w);
	}
	tell_time(a, p, &w);
	note(a, '+', wave_object(a, w.name))->to = arena_printf(a->arena, "%s, %s, %s", w.kind, w.template,
	    time_text(a, w.not_before));
	return wave_insert(a->db, &w, a->e);
}

static int
remove_wave(struct applying *a, const struct wave *w)
{
	int64_t counts[INVITE_STATES], n = 0;
	struct change *c;

	if (invite_counts(a->db, w->id, counts, a->e) < 0)
		return -1;
	for (int i = 0; i < INVITE_STATES; i++)
		n += counts[i];
	if (!n && !has_begun(w)) {
		note(a, '-', wave_object(a, w->name));
		return wave_delete(a->db, w->id, a->e);
	}
	c = note(a, '!', wave_object(a, w->name));
	c->why = TR("it has begun and stays: put its section back; 'thumoi wave pause' stops it",
	    "lượt đã bắt đầu nên phải giữ: hãy ghi lại mục này; 'thumoi wave pause' để dừng");
	return 0;
}

static int
apply_waves(struct applying *a)
{
	struct wave w = { .id = 0 };
	int rc;

	for (size_t i = 0; i < a->plan->n_waves; i++)
		if (apply_wave(a, &a->plan->waves[i], (int64_t)i + 1) < 0)
			return -1;
	while ((rc = wave_next(a->db, a->arena, w.id, a->campaign.id, NULL, &w, a->e)) == 1) {
		bool there = !w.position;

		for (size_t i = 0; i < a->plan->n_waves; i++)
			there = there || strcmp(a->plan->waves[i].name, w.name) == 0;
		if (!there && remove_wave(a, &w) < 0)
			return -1;
	}
	return rc;
}

/* --- all of it ------------------------------------------------------------------------------ */

static int
work_out(struct applying *a)
{
	if (apply_campaign(a) < 0)
		return -1;
	if (a->plan->faults)
		return 0;
	/* The new one has its id now; forms of an old one are compared first. */
	if (!a->exists && campaign_find(a->db, a->arena, a->plan->key.text, &a->campaign, a->e) < 0)
		return -1;
	if (apply_forms(a) < 0 || campaign_find(a->db, a->arena, a->plan->key.text, &a->campaign, a->e) < 0)
		return -1;
	return apply_waves(a);
}

static int
write_down(struct applying *a)
{
	struct wave_entry entry = { .at = a->now, .campaign = a->campaign.id, .what = "applied",
	    .n = (int64_t)a->out->n };

	if (campaign_note_change(a->db, a->campaign.id, a->e) < 0 || wave_log_add(a->db, &entry, a->e) < 0)
		return -1;
	return audit_add(a->db, "cli", "campaign apply", a->campaign.key, a->e);
}

int
apply_plan(struct db *db, const struct conf *conf, struct schedule *s, int64_t now, bool dry, struct applied *out,
    struct err *e)
{
	struct applying a = { .db = db, .conf = conf, .plan = s, .out = out, .arena = &out->arena, .now = now, .e = e };

	*out = (struct applied){ .arena = ARENA_INIT };
	if (db_begin(db, e) < 0)
		return -1;
	if (work_out(&a) < 0)
		return db_abort(db);
	if (s->faults || out->refused || dry) {
		db_abort(db);
		return 0;
	}
	/* Positions and spellings may have moved without a difference that anybody must be told. */
	if ((out->n && write_down(&a) < 0) || db_commit(db, e) < 0)
		return db_abort(db);
	out->written = out->n > 0;
	return 0;
}

void
applied_release(struct applied *o)
{
	free(o->changes);
	arena_release(&o->arena);
	*o = (struct applied){ .changes = NULL };
}
