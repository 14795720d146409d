/* desk.h: one person's story, and the forms for what one does for them (desk_person_act.c). */
#include "web/desk_person.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine/story.h"
#include "engine/word.h"
#include "store/evidence.h"
#include "store/holdings.h"
#include "web/desk.h"
#include "web/desk_parts.h"

static void
add_events(json_t *data, const struct request *r, const struct story *story)
{
	const struct zone *z = &story->campaign.zone;
	json_t *list = view_list(data, "timeline");

	for (size_t i = 0; i < story->n; i++) {
		const struct event *v = &story->events[i];
		json_t *o;

		/* What colleagues write down for each other is not for the unit's eyes. */
		if (v->kind == EVENT_NOTE && !access_may(r->actor, RIGHT_AMEND))
			continue;
		o = view_item(list);

		view_time(o, "at", z, v->at, r->lang);
		view_text(o, "kind", event_kind_name(v->kind));
		view_text(o, "what", v->what);
		view_text(o, "what_name", story_title(r->arena, v, r->lang));
		view_utf8(o, "where", r->arena, v->where);
		view_utf8(o, "detail", r->arena, story_detail(r->arena, v, r->lang));
		view_text(o, "category", *v->category ? v->category : NULL);
		view_grade(o, "grade", v->grade);
		view_time(o, "until", z, v->until, r->lang);
	}
}

static void
add_story(json_t *data, const struct request *r, const struct snapshot *s, const struct story *story)
{
	const struct contact *c = &story->who;
	const struct cause_info *i = cause_info(story->cause);

	view_int(data, "id", c->id);
	view_text(data, "name", c->name);
	view_text(data, "unit", c->unit_code);
	view_text(data, "unit_name", unit_name(&story->unit, r->lang));
	view_text(data, "unit_url", desk_url(r, s, arena_printf(r->arena, "/units/%s", c->unit_code)));
	view_text(data, "sub_unit", c->sub_unit);
	view_text(data, "position", c->position);
	view_text(data, "email", *c->email ? c->email : NULL);
	view_text(data, "alternate", *c->alternate ? c->alternate : NULL);
	view_text(data, "token", c->token);
	view_flag(data, "missing", c->missing_since != 0);
	view_text(data, "cause", i->key);
	view_text(data, "cause_name", cause_name(story->cause, r->lang));
	view_text(data, "why", TRL(r->lang, i->why_en, i->why_vi));
	view_text(data, "do", TRL(r->lang, i->do_en, i->do_vi));
	view_text(data, "owner_name", i->owner == OWNER_NONE ? NULL : owner_name(i->owner, r->lang));
	view_grade(data, "grade", story->grade);
	add_events(data, r, story);
}

int
desk_contact(struct request *r, const struct snapshot *s, struct contact *c, struct err *e)
{
	char *end;
	int64_t id = strtoll(r->seg[1], &end, 10);
	int rc = *end ? 0 : contact_by_id(r->db, r->arena, id, c, e);

	return rc != 1 ? rc : c->campaign == s->campaign.id && access_sees_unit(r->actor, c->unit_code);
}

static int
read_story(struct request *r, const struct snapshot *s, struct story *story, struct err *e)
{
	struct contact c;
	int rc = desk_contact(r, s, &c, e);

	if (rc != 1)
		return rc;
	return story_load(story, r->db, r->arena, &c, clock_now(), e) < 0 ? -1 : 1;
}

/* --- the forms ------------------------------------------------------------------------ */

struct stopping { const struct request *r; const struct zone *zone; json_t *list; };

/* Evidence that stops an address of theirs. */
static int
add_stop(struct stmt *row, void *arg)
{
	struct stopping *p = arg;
	struct event v = { .kind = EVENT_EVIDENCE, .what = arena_dup(p->r->arena, col_text(row, 2)) };
	json_t *o = view_item(p->list);

	view_text(o, "email", col_text(row, 0));
	view_time(o, "at", p->zone, col_int(row, 1), p->r->lang);
	view_text(o, "kind", v.what);
	view_text(o, "kind_name", story_title(p->r->arena, &v, p->r->lang));
	view_text(o, "category", *col_text(row, 3) ? col_text(row, 3) : NULL);
	return 0;
}

/* What can be said of the person, and what was said and can be taken back. */
static int
add_words(json_t *data, const struct request *r, const struct contact *c, const char *chosen, struct err *e)
{
	json_t *choices = view_list(data, "word_choices"), *said = view_list(data, "said_words");
	const struct word *w;

	for (size_t i = 0; (w = word_at(i)); i++) {
		int has = evidence_has(r->db, c->id, w->evidence, e), own;
		bool stop = strcmp(w->key, "opt_out") == 0;
		json_t *o;

		if (has < 0 || (own = stop && has ? word_is_own(r->db, c, w, e) : 0) < 0)
			return -1;
		if (stop) {
			view_flag(data, "opted_out", has == 1);
			view_flag(data, "opt_out_own", own == 1);
			continue;
		}
		o = view_item(choices);
		view_text(o, "value", w->key);
		view_text(o, "text", word_text(w, r->lang));
		view_flag(o, "chosen", chosen && strcmp(chosen, w->key) == 0);
		if (!has)
			continue;
		o = view_item(said);
		view_text(o, "value", w->key);
		view_text(o, "text", story_title(r->arena, &(struct event){ .kind = EVENT_EVIDENCE, .what = w->evidence }, r->lang));
	}
	return 0;
}

/* What was typed stays; at first it is what is held. */
static void
add_typed(json_t *data, const struct request *r, const struct contact *c, const struct person_form *f)
{
	static const char *const fields[] = { "name", "email", "sub_unit", "kind", "until", "note", "remark", "stop" };
	bool correct = strcmp(f->act, "correct") == 0;
	json_t *typed = json_object();

	view_utf8(typed, "name", r->arena, correct && f->name ? f->name : c->name);
	view_utf8(typed, "email", r->arena, correct && f->email ? f->email : c->email);
	view_utf8(typed, "sub_unit", r->arena, correct && f->sub_unit ? f->sub_unit : c->sub_unit);
	view_text(typed, "until", f->until);
	view_utf8(typed, "note", r->arena, f->note ? f->note : "");
	json_object_set_new(data, "typed", typed);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		view_text(data, arena_printf(r->arena, "fault_%s", fields[i]), strcmp(f->fault, fields[i]) == 0 ? f->why : NULL);
	view_flag(data, "open_correct", correct);
	view_flag(data, "open_say", strcmp(f->act, "say") == 0);
	view_flag(data, "open_note", strcmp(f->act, "note") == 0);
	view_flag(data, "open_stop", strcmp(f->act, "stop") == 0);
	view_flag(data, "open_cure", strcmp(f->act, "cure") == 0);
}

static int
add_forms(json_t *data, struct request *r, const struct snapshot *s, const struct contact *c, const struct person_form *f,
    struct err *e)
{
	struct stopping p = { r, &s->campaign.zone, view_list(data, "stopped") };
	bool may = access_may(r->actor, RIGHT_AMEND) && !c->erased_at;

	view_flag(data, "may_change", may);
	view_text(data, "form_url", may ? desk_url(r, s, arena_printf(r->arena, "/people/%lld", (long long)c->id)) : NULL);
	view_text(data, "resend_url", may ? desk_url(r, s, arena_printf(r->arena, "/people/%lld/resend", (long long)c->id)) : NULL);
	if (add_words(data, r, c, strcmp(f->act, "say") == 0 ? f->kind : NULL, e) < 0 ||
	    holdings_suppressed(r->db, c->id, clock_now(), add_stop, &p, e) < 0)
		return -1;
	view_flag(data, "is_stopped", json_array_size(p.list) > 0);
	/* Of a form, not of the person: programs do not need it. */
	if (!request_is_api(r))
		add_typed(data, r, c, f);
	return 0;
}

/* Who looks is written down, here as on the command line. */
static int
write_down(struct request *r, const struct contact *c, struct err *e)
{
	if (db_begin(r->db, e) < 0)
		return -1;
	return holdings_audit(r->db, desk_actor(r), "person show", c->id, e) < 0 ? db_abort(r->db) : db_commit(r->db, e);
}

void
desk_person_show(struct request *r, const struct snapshot *s, const struct person_form *f)
{
	struct err e = ERR_INIT;
	struct story story;
	json_t *data;
	int rc;

	if (db_snapshot(r->db, &e) < 0) {
		rc = -1;
	} else {
		rc = read_story(r, s, &story, &e);
		db_commit(r->db, NULL);
	}
	if (rc == 1 && write_down(r, &story.who, &e) < 0)
		rc = -1;
	if (rc < 0) {
		view_error(r, &e);
	} else if (rc != 1) {
		view_nothing_here(r);
	} else {
		data = json_object();
		add_story(data, r, s, &story);
		if (add_forms(data, r, s, &story.who, f, &e) < 0) {
			view_error(r, &e);
			json_decref(data);
			return;
		}
		desk_said(data, f->said, f->good);
		view_reply(r, SCREEN_PERSON, story.who.name, s, data);
	}
}

void
desk_person(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct person_form f = { .act = "", .fault = "" };

	if (!s)
		return;
	f.said = person_said(r, desk_number(r, "said"), &f.good);
	desk_person_show(r, s, &f);
	view_done(r, s);
}
