/* desk.h: one unit. */
#include "web/desk_unit.h"

#include "store/focal.h"
#include "web/desk.h"

#define PEOPLE_A_PAGE 25

static bool
is_of_unit(const struct finding *f, const void *unit)
{
	return f->unit == unit;
}

/* RFC 3966: digits alone, and the plus before them. */
static const char *
telephone_url(const struct request *r, const char *number)
{
	char *url = arena_printf(r->arena, "tel:%s", number), *to = url + 4;

	for (const char *p = url + 4; *p; p++)
		if ((*p >= '0' && *p <= '9') || (*p == '+' && to == url + 4))
			*to++ = *p;
	*to = '\0';
	return to > url + 4 ? url : NULL;
}

static int
add_focal(json_t *data, struct request *r, const struct unit_account *u, struct err *e)
{
	json_t *list = view_list(data, "focal_points");
	struct focal *f;
	size_t n;

	if (focal_list(r->db, r->arena, u->unit.id, &f, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		json_t *o = view_item(list);

		view_text(o, "name", f[i].name);
		view_text(o, "position", f[i].position);
		view_text(o, "email", f[i].email);
		view_text(o, "telephone", f[i].telephone);
		view_text(o, "telephone_url", telephone_url(r, f[i].telephone));
		view_text(o, "admin_email", f[i].admin_email);
	}
	return 0;
}


static void
add_corrections(json_t *data, const struct unit_account *u)
{
	const struct corrections *c = &u->corrections;
	json_t *o = json_object();

	view_int(o, "mended", c->mended);
	view_int(o, "invited", c->invited);
	view_int(o, "accepted", c->accepted);
	view_int(o, "answered", c->answered);
	view_flag(o, "any", c->mended > 0);
	json_object_set_new(data, "corrections", o);
}

static void
add_step(json_t *list, const char *key, const char *text, int64_t people, int64_t of)
{
	json_t *o = view_item(list);

	view_text(o, "key", key);
	view_text(o, "text", text);
	view_int(o, "people", people);
	view_share(o, "share", people, of);
	view_int(o, "width_px", of ? people * 1000 / of : 0);
}

static void
add_funnel(json_t *data, const struct request *r, const struct snapshot *s, const struct tally *t)
{
	const struct { const char *key, *en, *vi; int64_t n; } steps[] = {
		{ "nominated", "nominated", "được cử", t->nominated },
		{ "mailable", "with an address that can be used", "có địa chỉ dùng được", t->mailable },
		{ "invited", "invited", "đã gửi lời mời", t->invited },
		{ "accepted", "accepted by a mail server", "máy chủ thư đã nhận", t->accepted },
		{ "took_part", "took part", "đã tham gia", t->took_part },
	};
	json_t *list = view_list(data, "funnel");

	for (size_t i = 0; i < COUNT_OF(steps); i++)
		add_step(list, steps[i].key, TRL(r->lang, steps[i].en, steps[i].vi), steps[i].n, t->nominated);
	for (size_t i = 0; i < s->campaign.n_instruments; i++)
		add_step(list, "instrument", s->campaign.instruments[i].title, t->answered[i], t->nominated);
}

/* Where its mail goes, and what each says. */
static void
add_domains(json_t *data, const struct request *r, const struct snapshot *s, const struct unit_account *u)
{
	json_t *list = view_list(data, "domains");
	const struct cross_cell *cells;
	bool all = access_may(r->actor, RIGHT_REPORTS);
	size_t n;

	cells = cross_unit(&s->cross, (size_t)(u - s->account.units), &n);
	for (size_t i = 0; i < n; i++) {
		const struct domain_account *d = &s->account.domains[cells[i].domain];
		json_t *o = view_item(list);

		view_text(o, "domain", d->domain);
		view_text(o, "exchanger", *d->exchanger ? d->exchanger : NULL);
		view_int(o, "nominated", cells[i].nominated);
		view_int(o, "accepted", cells[i].accepted);
		view_int(o, "refused", cells[i].refused);
		view_int(o, "took_part", cells[i].took_part);
		view_flag(o, "refuses", d->refuses);
		view_text(o, "words", cells[i].refused && *d->words ? d->words : NULL);
		view_text(o, "url", all && *d->domain ? desk_url(r, s, arena_printf(r->arena, "/domains/%s", d->domain)) : NULL);
	}
}

/* What it was before, and what it is now. */
static void
add_relatives(json_t *data, const struct request *r, const struct snapshot *s, const struct unit_account *u)
{
	json_t *list = view_list(data, "relatives");

	for (size_t i = 0; i < s->n_trees; i++) {
		const struct regroup *g = regroup_of(&s->trees[i], u);
		json_t *o, *units, *with;

		if (!g || !g->n_units)
			continue;
		o = view_item(list);
		view_text(o, "tree", s->trees[i].tree);
		view_text(o, "url", access_may(r->actor, RIGHT_REPORTS) ?
		    desk_url(r, s, arena_printf(r->arena, "/units?tree=%s#u-%s", s->trees[i].tree, g->units[0]->code)) : NULL);
		units = view_list(o, "units");
		with = view_list(o, "together_with");
		for (size_t k = 0; k < g->n_units; k++) {
			json_t *one = view_item(units);

			view_text(one, "code", g->units[k]->code);
			view_text(one, "name", unit_short(g->units[k], r->lang));
		}
		for (size_t k = 0; k < g->n_own; k++) {
			json_t *one;

			if (g->own[k] == u)
				continue;
			one = view_item(with);
			view_text(one, "code", g->own[k]->unit.code);
			view_text(one, "name", unit_short(&g->own[k]->unit, r->lang));
			view_text(one, "url", access_sees_unit(r->actor, g->own[k]->unit.code) ?
			    desk_url(r, s, arena_printf(r->arena, "/units/%s", g->own[k]->unit.code)) : NULL);
		}
	}
}

static const char *
page_url(const struct request *r, const struct snapshot *s, const struct unit_account *u, const char *cause, size_t page)
{
	return desk_url(r, s, arena_printf(r->arena, "/units/%s?cause=%s&page=%zu#people", u->unit.code, cause, page + 1));
}

/* Those of the unit, a page at a time; who may not see people gets none. */
static int
add_people(json_t *data, struct request *r, const struct snapshot *s, const struct unit_account *u, struct err *e)
{
	size_t page = desk_page(r), from = page * PEOPLE_A_PAGE, n = 0;
	const char *word = request_arg(r, "cause");
	json_t *list = view_list(data, "people"), *choices = view_list(data, "cause_choices");
	int32_t unit = (int32_t)(u - s->account.units);
	bool may = access_may(r->actor, RIGHT_PEOPLE);
	enum cause cause = CAUSES;

	if (!word || !cause_parse(word, &cause)) {
		word = "";
		cause = CAUSES;
	}
	for (size_t i = 0; may && i < s->n_people; i++) {
		const struct standing *p = &s->people[i];

		if (p->unit != unit || (cause != CAUSES && p->cause != cause))
			continue;
		if (n >= from && n < from + PEOPLE_A_PAGE && desk_person_line(list, r, s, p, e) < 0)
			return -1;
		n++;
	}
	for (int c = 0; may && c < CAUSES; c++)
		if (tally_cause(&u->t, (enum cause)c)) {
			json_t *o = view_item(choices);

			view_text(o, "value", cause_info((enum cause)c)->key);
			view_text(o, "text", cause_name((enum cause)c, r->lang));
			view_flag(o, "chosen", (enum cause)c == cause);
		}
	view_flag(data, "sees_people", may);
	view_int(data, "found", (int64_t)n);
	view_int(data, "first", json_array_size(list) ? (int64_t)from + 1 : 0);
	view_int(data, "last", (int64_t)(from + json_array_size(list)));
	view_text(data, "previous_url", page > 0 ? page_url(r, s, u, word, page - 1) : NULL);
	view_text(data, "next_url", from + PEOPLE_A_PAGE < n ? page_url(r, s, u, word, page + 1) : NULL);
	return 0;
}

void
desk_unit_page(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const struct unit_account *u = s && access_sees_unit(r->actor, r->seg[1]) ? snapshot_unit(s, r->seg[1]) : NULL;
	struct err e = ERR_INIT;
	json_t *data;

	if (!s)
		return;
	if (!u) {
		view_nothing_here(r);
		view_done(r, s);
		return;
	}
	data = json_object();
	desk_unit(data, r, s, u);
	desk_tally(data, r, s, &u->t, unit_short(&u->unit, r->lang), false);
	view_flag(data, "named", u->class != CLASS_NO_ROSTER);
	add_funnel(data, r, s, &u->t);
	desk_findings(view_list(data, "findings"), r, s, is_of_unit, u);
	view_text(data, "report_url", access_may(r->actor, RIGHT_PEOPLE) ?
	    desk_url(r, s, arena_printf(r->arena, "/units/%s/report", u->unit.code)) : NULL);
	view_text(data, "letters_url", access_may(r->actor, RIGHT_PEOPLE) ?
	    desk_url(r, s, arena_printf(r->arena, "/units/%s/letters/numbers", u->unit.code)) : NULL);
	view_text(data, "people_url", access_may(r->actor, RIGHT_PEOPLE) ?
	    desk_url(r, s, arena_printf(r->arena, "/people?unit=%s", u->unit.code)) : NULL);
	add_domains(data, r, s, u);
	add_relatives(data, r, s, u);
	add_corrections(data, u);
	if (add_focal(data, r, u, &e) < 0 || desk_unit_story(data, r, s, u, &e) < 0 || add_people(data, r, s, u, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_UNIT, unit_name(&u->unit, r->lang), s, data);
	}
	view_done(r, s);
}
