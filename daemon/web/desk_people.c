/* desk.h: lists of people by unit and cause, and the search. */
#include "web/desk.h"

#include <stdlib.h>

#include "store/timeline.h"
#include "web/desk_parts.h"

#define PEOPLE_A_PAGE 50
#define SEARCH_MOST 50
#define WHO_MOST_BYTES 320

struct choice {			/* of a list */
	const struct unit_account *unit;	/* NULL: all */
	bool nobody;				/* a focal point whose unit is not of this campaign */
	int cause;				/* CAUSES: all */
	size_t page;				/* from 0 */
};

static const struct unit_account *
unit_at(const struct snapshot *s, const struct standing *p)
{
	return p->unit >= 0 ? &s->account.units[p->unit] : NULL;
}

static int
add_person(json_t *list, struct request *r, const struct snapshot *s, const struct standing *p, struct err *e)
{
	const struct unit_account *u = unit_at(s, p);
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

static void
read_choice(const struct request *r, const struct snapshot *s, struct choice *c)
{
	const char *unit = request_arg(r, "unit"), *cause = request_arg(r, "cause"), *page = request_arg(r, "page");
	enum cause known;

	*c = (struct choice){ .cause = CAUSES };
	if (r->actor->role == ROLE_FOCAL)
		unit = r->actor->unit;
	if (unit)
		c->unit = snapshot_unit(s, unit);
	c->nobody = r->actor->role == ROLE_FOCAL && !c->unit;
	if (cause && cause_parse(cause, &known))
		c->cause = (int)known;
	if (page)
		c->page = (size_t)strtoul(page, NULL, 10);
	if (c->page > 0)
		c->page--;
}

static bool
chosen(const struct snapshot *s, const struct choice *c, const struct standing *p)
{
	return !c->nobody && (!c->unit || unit_at(s, p) == c->unit) && (c->cause == CAUSES || p->cause == c->cause);
}

static const char *
page_url(const struct request *r, const struct snapshot *s, const struct choice *c, size_t page)
{
	return desk_url(r, s, arena_printf(r->arena, "/people?unit=%s&cause=%s&page=%zu", c->unit ? c->unit->unit.code : "",
	    c->cause == CAUSES ? "" : cause_info((enum cause)c->cause)->key, page + 1));
}

static void
add_choices(json_t *data, const struct request *r, const struct snapshot *s, const struct choice *c)
{
	json_t *units = view_list(data, "unit_choices"), *causes = view_list(data, "cause_choices");

	for (size_t i = 0; i < s->account.n_units; i++) {
		const struct unit_account *u = &s->account.units[i];
		json_t *o;

		if (!u->t.nominated || !access_sees_unit(r->actor, u->unit.code))
			continue;
		o = view_item(units);
		view_text(o, "value", u->unit.code);
		view_text(o, "text", unit_short(&u->unit, r->lang));
		view_flag(o, "chosen", u == c->unit);
	}
	for (int i = 0; i < CAUSES; i++) {
		json_t *o;

		if (!tally_cause(&s->account.all, (enum cause)i))
			continue;
		o = view_item(causes);
		view_text(o, "value", cause_info((enum cause)i)->key);
		view_text(o, "text", cause_name((enum cause)i, r->lang));
		view_flag(o, "chosen", i == c->cause);
	}
}

static int
add_list(json_t *data, struct request *r, const struct snapshot *s, const struct choice *c, struct err *e)
{
	size_t from = c->page * PEOPLE_A_PAGE, n = 0;
	json_t *list = view_list(data, "people");

	for (size_t i = 0; i < s->n_people; i++) {
		if (!chosen(s, c, &s->people[i]))
			continue;
		if (n >= from && n < from + PEOPLE_A_PAGE && add_person(list, r, s, &s->people[i], e) < 0)
			return -1;
		n++;
	}
	view_int(data, "found", (int64_t)n);
	view_int(data, "first", json_array_size(list) ? (int64_t)from + 1 : 0);
	view_int(data, "last", (int64_t)(from + json_array_size(list)));
	view_text(data, "previous_url", c->page > 0 ? page_url(r, s, c, c->page - 1) : NULL);
	view_text(data, "next_url", from + PEOPLE_A_PAGE < n ? page_url(r, s, c, c->page + 1) : NULL);
	return 0;
}

void
desk_people(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct err e = ERR_INIT;
	struct choice c;
	json_t *data;

	if (!s)
		return;
	read_choice(r, s, &c);
	data = json_object();
	view_text(data, "who", NULL);
	view_text(data, "form_url", desk_url(r, s, "/people"));
	add_choices(data, r, s, &c);
	if (add_list(data, r, s, &c, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_PEOPLE, TRL(r->lang, "People", "Người được cử"), s, data);
	}
	view_done(r, s);
}

static int
add_found(json_t *data, struct request *r, const struct snapshot *s, const char *who, struct err *e)
{
	json_t *list = view_list(data, "people");
	struct contact *found;
	size_t n;

	if (person_find(r->db, r->arena, who, SEARCH_MOST, &found, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct standing *p = found[i].campaign == s->campaign.id ? snapshot_person(s, found[i].id) : NULL;

		if (p && access_sees_unit(r->actor, found[i].unit_code) && add_person(list, r, s, p, e) < 0)
			return -1;
	}
	view_int(data, "found", (int64_t)json_array_size(list));
	view_int(data, "first", json_array_size(list) ? 1 : 0);
	view_int(data, "last", (int64_t)json_array_size(list));
	view_text(data, "previous_url", NULL);
	view_text(data, "next_url", NULL);
	return 0;
}

void
desk_search(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct choice all = { .cause = CAUSES };
	struct err e = ERR_INIT;
	const char *who;
	json_t *data;

	if (!s)
		return;
	who = form_value(r->arena, r->body, r->body_len, "who");
	if (!who || !*who || strlen(who) > WHO_MOST_BYTES) {
		if (view_is_api(r))
			view_problem(r, 400, TRL(r->lang, "who: 1 to 320 bytes are needed", "who: cần từ 1 đến 320 byte"));
		else
			reply_redirect(r, desk_url(r, s, "/people"));
		view_done(r, s);
		return;
	}
	data = json_object();
	view_text(data, "who", who);
	view_text(data, "form_url", desk_url(r, s, "/people"));
	add_choices(data, r, s, &all);
	if (add_found(data, r, s, who, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_PEOPLE, TRL(r->lang, "People", "Người được cử"), s, data);
	}
	view_done(r, s);
}
