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
	const struct domain_account *domain;	/* NULL: all */
	bool changed, went;			/* only who came to (went from) that line since then */
	enum change_line line;
	enum since since;
	size_t page;				/* from 0 */
};

static const struct unit_account *
unit_at(const struct snapshot *s, const struct standing *p)
{
	return p->unit >= 0 ? &s->account.units[p->unit] : NULL;
}

static void
read_choice(const struct request *r, const struct snapshot *s, struct choice *c)
{
	const char *unit = request_arg(r, "unit"), *cause = request_arg(r, "cause");
	const char *domain = request_arg(r, "domain"), *since = request_arg(r, "since"), *change = request_arg(r, "change");
	enum cause known;

	*c = (struct choice){ .cause = CAUSES };
	if (r->actor->role == ROLE_FOCAL)
		unit = r->actor->unit;
	if (unit)
		c->unit = snapshot_unit(s, unit);
	c->nobody = r->actor->role == ROLE_FOCAL && !c->unit;
	if (cause && cause_parse(cause, &known))
		c->cause = (int)known;
	if (domain && *domain && !(c->domain = snapshot_domain(s, domain)))
		c->nobody = true;
	c->changed = since && change && since_parse(since, &c->since) && change_parse(change, &c->line, &c->went);
	c->page = desk_page(r);
}

static bool
has_changed(const struct choice *c, const struct standing *p)
{
	enum cause then = (enum cause)p->then[c->since], now = (enum cause)p->cause;

	return c->went ? change_went(c->line, then, now) : change_came(c->line, then, now, p->mended >> c->since & 1);
}

static bool
chosen(const struct snapshot *s, const struct choice *c, const struct standing *p)
{
	return !c->nobody && (!c->unit || unit_at(s, p) == c->unit) && (c->cause == CAUSES || p->cause == c->cause) &&
	    (!c->domain || &s->account.domains[p->domain] == c->domain) && (!c->changed || has_changed(c, p));
}

static const char *
page_url(const struct request *r, const struct snapshot *s, const struct choice *c, size_t page)
{
	const char *rest = arena_printf(r->arena, "/people?unit=%s&cause=%s&page=%zu", c->unit ? c->unit->unit.code : "",
	    c->cause == CAUSES ? "" : cause_info((enum cause)c->cause)->key, page + 1);

	if (c->domain)
		rest = arena_printf(r->arena, "%s&domain=%s", rest, c->domain->domain);
	if (c->changed)
		rest = arena_printf(r->arena, "%s&since=%s&change=%s%s", rest, since_key(c->since), change_key(c->line),
		    c->went ? "-no-more" : "");
	return desk_url(r, s, rest);
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

/* What else the list is narrowed by, in words and for the form. */
static void
add_narrowing(json_t *data, const struct request *r, const struct snapshot *s, const struct choice *c)
{
	const char *who = NULL;

	if (c->changed)
		who = arena_printf(r->arena, TRL(r->lang, "Since %s: %s%s", "Từ %s: %s%s"),
		    c->since == SINCE_WAVE ? arena_printf(r->arena, TRL(r->lang, "the wave “%s”", "lượt gửi “%s”"),
		    s->account.changes[SINCE_WAVE].wave) : TRL(r->lang, "yesterday", "hôm qua"), change_name(c->line, r->lang),
		    c->went ? TRL(r->lang, ", no more", ", nay không còn") : c->line == CHANGE_MENDED ? "" : TRL(r->lang, ", newly", ", mới"));
	view_text(data, "change_text", who);
	view_text(data, "since", c->changed ? since_key(c->since) : NULL);
	view_text(data, "change", c->changed ? arena_printf(r->arena, "%s%s", change_key(c->line), c->went ? "-no-more" : "") : NULL);
	view_text(data, "domain", c->domain ? c->domain->domain : NULL);
}

static int
add_list(json_t *data, struct request *r, const struct snapshot *s, const struct choice *c, struct err *e)
{
	size_t from = c->page * PEOPLE_A_PAGE, n = 0;
	json_t *list = view_list(data, "people");

	for (size_t i = 0; i < s->n_people; i++) {
		if (!chosen(s, c, &s->people[i]))
			continue;
		if (n >= from && n < from + PEOPLE_A_PAGE && desk_person_line(list, r, s, &s->people[i], e) < 0)
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
	add_narrowing(data, r, s, &c);
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

		if (p && access_sees_unit(r->actor, found[i].unit_code) && desk_person_line(list, r, s, p, e) < 0)
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
		if (request_is_api(r))
			reply_problem(r, 400, TRL(r->lang, "who: 1 to 320 bytes are needed", "who: cần từ 1 đến 320 byte"), NULL);
		else
			reply_redirect(r, desk_url(r, s, "/people"));
		view_done(r, s);
		return;
	}
	data = json_object();
	view_text(data, "who", who);
	view_text(data, "form_url", desk_url(r, s, "/people"));
	add_choices(data, r, s, &all);
	add_narrowing(data, r, s, &all);
	if (add_found(data, r, s, who, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_PEOPLE, TRL(r->lang, "People", "Người được cử"), s, data);
	}
	view_done(r, s);
}
