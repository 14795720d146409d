#include "web/desk_parts.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/chart.h"
#include "engine/judge.h"
#include "engine/sentence.h"
#include "store/contact.h"

const char *
desk_url(const struct request *r, const struct snapshot *s, const char *rest)
{
	return arena_printf(r->arena, "/c/%s%s", s->campaign.key, rest);
}

static void
add_causes(json_t *o, const struct request *r, const struct tally *t)
{
	json_t *list = view_list(o, "causes");

	for (int c = 0; c < CAUSES; c++) {
		const struct cause_info *i = cause_info((enum cause)c);
		int64_t n = tally_cause(t, (enum cause)c);
		json_t *one;

		if (!n)
			continue;
		one = view_item(list);
		view_text(one, "key", i->key);
		view_text(one, "name", cause_name((enum cause)c, r->lang));
		view_int(one, "people", n);
		view_share(one, "share", n, t->nominated);
		view_text(one, "owner", cause_owner_key((enum cause)c));
		view_text(one, "owner_name", owner_name(i->owner, r->lang));
		view_text(one, "helper_name", i->helper == OWNER_NONE ? NULL : owner_name(i->helper, r->lang));
		view_text(one, "why", TRL(r->lang, i->why_en, i->why_vi));
		view_text(one, "do", TRL(r->lang, i->do_en, i->do_vi));
		view_text(one, "aapor", i->aapor);
	}
}

void
desk_tally(json_t *o, const struct request *r, const struct snapshot *s, const struct tally *t, const char *who, bool big)
{
	struct buf bar = BUF_INIT(1 << 16);
	json_t *list = view_list(o, "instruments");

	view_int(o, "nominated", t->nominated);
	view_int(o, "mailable", t->mailable);
	view_int(o, "invited", t->invited);
	view_int(o, "accepted", t->accepted);
	view_int(o, "took_part", t->took_part);
	view_share(o, "took_part_share", t->took_part, t->nominated);
	view_int(o, "unknown", tally_cause(t, CAUSE_UNKNOWN));
	for (size_t i = 0; i < s->campaign.n_instruments; i++) {
		json_t *one = view_item(list);

		view_text(one, "key", s->campaign.instruments[i].key);
		view_text(one, "title", s->campaign.instruments[i].title);
		view_text(one, "form", sentence_form(&s->account, i, r->lang));
		view_int(one, "answered", t->answered[i]);
		view_int(one, "missing", t->nominated - t->answered[i]);
		view_share(one, "share", t->answered[i], t->nominated);
	}
	add_causes(o, r, t);
	chart_bar(&bar, t, who, big, r->lang);
	view_html(o, "bar_html", &bar);
}

void
desk_unit(json_t *o, const struct request *r, const struct snapshot *s, const struct unit_account *u)
{
	view_text(o, "code", u->unit.code);
	view_text(o, "name", unit_name(&u->unit, r->lang));
	view_text(o, "short_name", unit_short(&u->unit, r->lang));
	view_text(o, "kind", unit_kind_name(u->unit.kind));
	view_text(o, "class", unit_class_key(u->class));
	view_text(o, "class_name", unit_class_name(u->class, r->lang));
	view_int(o, "rosters", u->census.rosters);
	view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/units/%s", u->unit.code)));
}

void
desk_findings(json_t *list, const struct request *r, const struct snapshot *s,
    bool (*about)(const struct finding *, const void *), const void *arg)
{
	enum finding_kind last = FINDINGS;
	json_t *group = NULL, *items = NULL;

	for (size_t i = 0; i < s->n_findings; i++) {
		const struct finding *f = &s->findings[i];
		struct buf text = BUF_INIT(65536);
		json_t *one;

		if (about && !about(f, arg))
			continue;
		if (f->kind != last) {
			group = view_item(list);
			view_text(group, "kind", finding_key(f->kind));
			view_text(group, "title", finding_title(f->kind, r->lang));
			items = view_list(group, "items");
			last = f->kind;
		}
		one = view_item(items);
		finding_text(&text, f, r->lang);
		view_text(one, "text", buf_str(&text));
		view_grade(one, "grade", f->grade);
		view_text(one, "unit", f->unit ? f->unit->unit.code : NULL);
		view_text(one, "domain", f->domain ? f->domain->domain : NULL);
		buf_release(&text);
	}
}

void
desk_words(json_t *o, const char *key, const struct snapshot *s, bool causes, enum lang l)
{
	struct buf b = BUF_INIT((size_t)1 << 20);
	json_t *list = view_list(o, key);
	char *end;

	sentences_participation(&b, &s->account, l);
	if (causes)
		sentences_causes(&b, &s->account, l);
	for (char *p = b.s; p && (end = strchr(p, '\n')); p = end + 1)
		json_array_append_new(list, json_stringn(p, (size_t)(end - p)));
	buf_release(&b);
}

static const char *
state_name(const char *state, enum lang l)
{
	static const struct { const char *key, *en, *vi; } names[] = {
		{ "planned", "planned", "đã lập kế hoạch" }, { "running", "under way", "đang gửi" },
		{ "paused", "paused", "tạm dừng" }, { "done", "over", "đã xong" },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i].key, state) == 0)
			return TRL(l, names[i].en, names[i].vi);
	return state;
}

void
desk_wave(json_t *o, const struct request *r, const struct snapshot *s, const struct snapshot_wave *sw)
{
	const struct wave *w = &sw->wave;
	const struct headway *h = &sw->headway;
	const struct zone *z = &s->campaign.zone;
	int64_t all = 0;

	for (int i = 0; i < INVITE_STATES; i++) {
		all += h->counts[i];
		view_int(o, invite_state_name((enum invite_state)i), h->counts[i]);
	}
	view_int(o, "id", w->id);
	view_text(o, "name", w->name);
	view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/waves/%s", w->name)));
	view_text(o, "template", w->template);
	view_text(o, "audience", w->audience);
	view_text(o, "kind", w->kind);
	view_text(o, "state", w->state);
	view_text(o, "state_name", state_name(w->state, r->lang));
	view_flag(o, "running", strcmp(w->state, "running") == 0);
	view_flag(o, "paused", strcmp(w->state, "paused") == 0);
	view_flag(o, "stopped", h->stop == HEADWAY_STOPPED || strcmp(w->state, "paused") == 0);
	view_int(o, "messages", all);
	view_int(o, "open", h->open);
	view_int(o, "ended", all - h->open);
	view_share(o, "share", all - h->open, all);
	view_int(o, "width_px", all ? (all - h->open) * 1000 / all : 0);
	view_int(o, "resting_domains", h->resting);
	if (h->per_minute >= 0)
		view_int(o, "per_minute", h->per_minute);
	else
		view_text(o, "per_minute", NULL);
	if (h->left_s >= 0)
		view_int(o, "minutes_left", (h->left_s + 59) / 60);
	else
		view_text(o, "minutes_left", NULL);
	view_time(o, "not_before", z, w->not_before, r->lang);
	view_time(o, "not_after", z, w->not_after, r->lang);
	view_time(o, "begun_at", z, w->begun_at, r->lang);
	view_time(o, "closed_at", z, w->closed_at, r->lang);
	view_time(o, "next_due_at", z, h->next_due_at, r->lang);
}

const char *
desk_disposition(const char *disposition, enum lang l)
{
	static const struct { const char *en, *vi; } names[DISPOSITIONS] = {
		[ACCEPT] = { "accepted", "dùng được" }, [HOLD] = { "held", "tạm giữ" }, [REJECT] = { "rejected", "trả lại" },
		[DUPLICATE] = { "repeated", "trùng" },
	};

	for (int d = 0; d < DISPOSITIONS; d++)
		if (strcmp(disposition, disposition_name((enum disposition)d)) == 0)
			return TRL(l, names[d].en, names[d].vi);
	return NULL;
}

void
desk_disposition_choices(json_t *o, const struct request *r, const char *chosen)
{
	json_t *list = view_list(o, "disposition_choices");

	for (int d = 0; d < DISPOSITIONS; d++) {
		const char *name = disposition_name((enum disposition)d);
		json_t *one = view_item(list);

		view_text(one, "value", name);
		view_text(one, "text", desk_disposition(name, r->lang));
		view_flag(one, "chosen", strcmp(name, chosen) == 0);
	}
}

void
desk_roster_units(json_t *o, const struct request *r, const struct snapshot *s, const char *chosen)
{
	json_t *list = view_list(o, "unit_choices");

	for (size_t i = 0; i < s->account.n_units; i++) {
		const struct unit_account *u = &s->account.units[i];
		json_t *one;

		if (!u->census.rosters || !access_sees_unit(r->actor, u->unit.code))
			continue;
		one = view_item(list);
		view_text(one, "value", u->unit.code);
		view_text(one, "text", unit_short(&u->unit, r->lang));
		view_flag(one, "chosen", strcmp(u->unit.code, chosen) == 0);
	}
}

void
desk_said(json_t *o, const char *text, bool good)
{
	json_t *said = text ? json_object() : json_null();

	if (text) {
		view_text(said, "text", text);
		view_text(said, "class", good ? "good" : "bad");
	}
	json_object_set_new(o, "said", said);
}

int64_t
desk_number(const struct request *r, const char *name)
{
	const char *s = request_arg(r, name);
	char *end;
	long long v;

	errno = 0;
	v = s ? strtoll(s, &end, 10) : 0;
	return s && !errno && end != s && !*end && v > 0 ? v : 0;
}

int
desk_person_line(json_t *list, struct request *r, const struct snapshot *s, const struct standing *p, struct err *e)
{
	const struct unit_account *u = p->unit >= 0 ? &s->account.units[p->unit] : NULL;
	struct contact c;
	json_t *o;
	int rc = contact_by_id(r->db, r->arena, p->contact, &c, e);

	if (rc != 1)
		return rc;
	o = view_item(list);
	view_int(o, "id", c.id);
	view_text(o, "name", c.name);
	view_text(o, "sub_unit", c.sub_unit);
	view_text(o, "position", c.position);
	view_text(o, "unit", c.unit_code);
	view_text(o, "unit_name", u ? unit_short(&u->unit, r->lang) : c.unit_code);
	view_text(o, "email", c.email);
	view_text(o, "cause", cause_info((enum cause)p->cause)->key);
	view_text(o, "cause_name", cause_name((enum cause)p->cause, r->lang));
	view_text(o, "owner_name", owner_name(cause_info((enum cause)p->cause)->owner, r->lang));
	view_grade(o, "grade", p->grade);
	view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/people/%lld", (long long)c.id)));
	return 1;
}

size_t
desk_page(const struct request *r)
{
	int64_t page = desk_number(r, "page");

	return page > 0 && page < INT32_MAX ? (size_t)page - 1 : 0;
}

const char *
desk_actor(const struct request *r)
{
	return arena_printf(r->arena, "%s:%s", r->actor->key ? "key" : "desk", r->actor->name);
}
