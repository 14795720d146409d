/* desk.h: one mail domain, and one mail exchanger: which units are behind it. */
#include "web/desk.h"

#include <stdlib.h>

#include "web/desk_parts.h"

struct row {				/* a unit, and its people behind the domains in question */
	int32_t unit;
	int64_t nominated, accepted, refused, took_part;
};

static int
most_people(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->refused != y->refused)
		return x->refused > y->refused ? -1 : 1;
	if (x->nominated != y->nominated)
		return x->nominated > y->nominated ? -1 : 1;
	return (x->unit > y->unit) - (x->unit < y->unit);
}

/* in: which mail domains. */
static void
add_units(json_t *data, const struct request *r, const struct snapshot *s, const bool *in)
{
	struct row *rows = arena_alloc(r->arena, (s->account.n_units + 1) * sizeof(*rows));
	json_t *list = view_list(data, "units");

	for (size_t i = 0; i < s->account.n_units; i++)
		rows[i].unit = (int32_t)i;
	for (size_t i = 0; i < s->cross.n_cells; i++) {
		const struct cross_cell *c = &s->cross.cells[i];

		if (!in[c->domain])
			continue;
		rows[c->unit].nominated += c->nominated;
		rows[c->unit].accepted += c->accepted;
		rows[c->unit].refused += c->refused;
		rows[c->unit].took_part += c->took_part;
	}
	if (s->account.n_units)
		qsort(rows, s->account.n_units, sizeof(*rows), most_people);
	for (size_t i = 0; i < s->account.n_units; i++) {
		const struct unit_account *u = &s->account.units[rows[i].unit];
		json_t *o;

		if (!rows[i].nominated)
			continue;
		o = view_item(list);
		view_text(o, "code", u->unit.code);
		view_text(o, "name", unit_short(&u->unit, r->lang));
		view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/units/%s", u->unit.code)));
		view_int(o, "nominated", rows[i].nominated);
		view_int(o, "accepted", rows[i].accepted);
		view_int(o, "refused", rows[i].refused);
		view_int(o, "took_part", rows[i].took_part);
	}
}

static bool
is_of_domain(const struct finding *f, const void *domain)
{
	return f->domain == domain;
}

void
desk_domain(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const struct domain_account *d = s ? snapshot_domain(s, r->seg[1]) : NULL;
	json_t *data;
	bool *in;

	if (!s)
		return;
	if (!d) {
		view_nothing_here(r);
		view_done(r, s);
		return;
	}
	data = json_object();
	desk_mail_domain(data, r, s, d);
	view_text(data, "people_url", access_may(r->actor, RIGHT_PEOPLE) ?
	    desk_url(r, s, arena_printf(r->arena, "/people?domain=%s", d->domain)) : NULL);
	in = arena_alloc(r->arena, (s->account.n_domains + 1) * sizeof(*in));
	in[d - s->account.domains] = true;
	add_units(data, r, s, in);
	desk_placements(view_list(data, "placements"), r, s, d->domain);
	desk_findings(view_list(data, "findings"), r, s, is_of_domain, d);
	view_reply(r, SCREEN_DOMAIN, d->domain, s, data);
	view_done(r, s);
}

static bool
is_of_exchanger(const struct finding *f, const void *exchanger)
{
	return f->exchanger && strcmp(f->exchanger->exchanger, exchanger) == 0;
}

#define DOMAINS_SHOWN 200

void
desk_exchanger(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const struct institution *x = s ? snapshot_institution(s, r->seg[1]) : NULL;
	json_t *data, *list;
	bool *in;

	if (!s)
		return;
	if (!x) {
		view_nothing_here(r);
		view_done(r, s);
		return;
	}
	data = json_object();
	view_text(data, "exchanger", x->exchanger);
	desk_tally(data, r, s, &x->t, x->exchanger, false);
	view_int(data, "refused", x->refused);
	view_share(data, "refused_share", x->refused, x->t.invited);
	in = arena_alloc(r->arena, (s->account.n_domains + 1) * sizeof(*in));
	list = view_list(data, "domains");
	for (size_t i = 0; i < x->n_domains; i++) {
		in[x->domains[i]] = true;
		if (i < DOMAINS_SHOWN)
			desk_mail_domain(view_item(list), r, s, &s->account.domains[x->domains[i]]);
	}
	view_int(data, "all", (int64_t)x->n_domains);
	view_int(data, "shown", (int64_t)json_array_size(list));
	add_units(data, r, s, in);
	desk_findings(view_list(data, "findings"), r, s, is_of_exchanger, x->exchanger);
	view_reply(r, SCREEN_EXCHANGER, x->exchanger, s, data);
	view_done(r, s);
}
