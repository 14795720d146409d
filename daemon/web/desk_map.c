#include "web/desk_map.h"

#include <stdlib.h>

#include "base/out.h"
#include "base/text.h"

#define TILE_COLUMNS 10		/* what a tile takes in one line */
#define TILE_WIDTH 100
#define TILE_HEIGHT 64

int64_t
unit_failed(const struct tally *t)
{
	int64_t n = 0;

	for (int c = CAUSE_BAD_USER; c <= CAUSE_EXPIRED; c++)
		n += tally_cause(t, (enum cause)c);
	return n;
}

static void
rank(struct unit_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!lines[i].t->nominated)
			continue;
		lines[i].rank = 1;
		for (size_t k = 0; k < n; k++)
			lines[i].rank += lines[k].t->nominated &&
			    lines[k].t->took_part * lines[i].t->nominated > lines[i].t->took_part * lines[k].t->nominated;
	}
}

struct unit_line *
unit_lines(const struct request *r, const struct snapshot *s, const struct unit_choice *c, size_t *n)
{
	struct unit_line *lines;

	*n = c->tree ? c->tree->n : s->account.n_units;
	lines = arena_alloc(r->arena, (*n + 1) * sizeof(*lines));
	for (size_t i = 0; i < *n; i++) {
		struct unit_line *l = &lines[i];

		if (c->tree) {
			const struct regroup *g = &c->tree->groups[i];

			*l = (struct unit_line){ .own = g->n_own == 1 ? g->own[0] : NULL, .group = g,
			    .unit = g->n_units ? g->units[0] : &g->own[0]->unit, .t = &g->t, .rosters = g->rosters, .class = g->class };
		} else {
			const struct unit_account *u = &s->account.units[i];

			*l = (struct unit_line){ .own = u, .unit = &u->unit, .t = &u->t, .rosters = u->census.rosters, .class = u->class };
		}
		l->failed = unit_failed(l->t);
	}
	rank(lines, *n);
	return lines;
}

/* Provinces that are cities directly under the central government say so in their name. */
static bool
is_city(const struct unit *u)
{
	static const char city[] = "Thành phố ";

	return u->kind == UNIT_PROVINCE && strncmp(u->name_vi, city, sizeof(city) - 1) == 0;
}

bool
unit_wanted(const struct request *r, const struct unit_line *l, const struct unit_choice *c)
{
	struct tile t;

	if (*c->kind && strcmp(c->kind, unit_kind_name(l->unit->kind)) != 0)
		return false;
	if (*c->class && strcmp(c->class, unit_class_key(l->class)) != 0)
		return false;
	if (c->cause < CAUSES && !tally_cause(l->t, (enum cause)c->cause))
		return false;
	if (!*c->area)
		return true;
	if (strcmp(c->area, "city") == 0)
		return is_city(l->unit);
	return tiles_find(r->site->tiles, l->unit->code, &t) && strcmp(c->area, region_key(t.region)) == 0;
}

const char *
unit_line_name(const struct request *r, const struct unit_line *l)
{
	const char *name = unit_short(l->unit, r->lang);

	/* What the campaign knows only as merged bears the names of all. */
	for (size_t i = 1; l->group && i < l->group->n_units; i++)
		name = arena_printf(r->arena, "%s, %s", name, unit_short(l->group->units[i], r->lang));
	return name;
}

const char *
unit_line_url(const struct request *r, const struct snapshot *s, const struct unit_line *l)
{
	return l->own ? desk_url(r, s, arena_printf(r->arena, "/units/%s", l->own->unit.code)) : NULL;
}

/* --- order -------------------------------------------------------------------- */

static int64_t
value_of(const struct unit_line *l, const struct unit_choice *c)
{
	const char *sort = c->sort;

	if (strcmp(sort, "nominated") == 0)
		return l->t->nominated;
	if (strcmp(sort, "accepted") == 0)
		return l->t->accepted;
	if (strcmp(sort, "took_part") == 0)
		return l->t->took_part;
	if (strcmp(sort, "failed") == 0)
		return l->failed;
	if (strcmp(sort, "cause") == 0)
		return c->cause < CAUSES ? tally_cause(l->t, (enum cause)c->cause) : 0;
	/* share; who nominated nobody stands below who had nobody take part */
	return l->t->nominated ? l->t->took_part * 1000000 / l->t->nominated : -1;
}

struct order {
	const struct unit_choice *choice;
	enum lang lang;
};

static int
by_choice(const void *a, const void *b, void *arg)
{
	const struct unit_line *x = a, *y = b;
	const struct order *o = arg;
	int64_t m, n;
	int d;

	if (strcmp(o->choice->sort, "name") == 0) {
		d = text_collate(unit_short(x->unit, o->lang), unit_short(y->unit, o->lang));
	} else {
		m = value_of(x, o->choice);
		n = value_of(y, o->choice);
		d = (m > n) - (m < n);
	}
	if (d)
		return o->choice->down ? -d : d;
	/* As they lay: in the official order. */
	return x->unit->kind != y->unit->kind ? (x->unit->kind > y->unit->kind) - (x->unit->kind < y->unit->kind) :
	    (x->unit->position > y->unit->position) - (x->unit->position < y->unit->position);
}

void
unit_sort(struct unit_line *lines, size_t n, const struct unit_choice *c, enum lang l)
{
	struct order o = { c, l };

	if (*c->sort && n)
		qsort_r(lines, n, sizeof(*lines), by_choice, &o);
}

/* --- map ---------------------------------------------------------------------- */

/* A quarter of the whole is one step of colour. */
static int
step_of(const struct unit_line *l)
{
	if (l->class == CLASS_NO_ROSTER || !l->t->nominated)
		return 0;
	return l->t->took_part == 0 ? 1 : 2 + (int)(l->t->took_part * 4 / (l->t->nominated + 1));
}

/* Of a cause: none, up to 10 %, 25 %, 50 %, and more. */
static int
cause_step(const struct unit_line *l, int cause)
{
	int64_t n = tally_cause(l->t, (enum cause)cause), of = l->t->nominated;

	if (l->class == CLASS_NO_ROSTER || !of)
		return 0;
	return n == 0 ? 1 : n * 10 <= of ? 2 : n * 4 <= of ? 3 : n * 2 <= of ? 4 : 5;
}

/* A name of two lines, when it is too long for one: cut at the blank nearest to its middle. */
static void
add_name(json_t *o, const struct request *r, const char *name)
{
	size_t n = strlen(name), cut = 0;

	for (size_t i = 1; i + 1 < n && out_width(name) > TILE_COLUMNS; i++)
		if (name[i] == ' ' && (!cut || labs((long)(2 * i) - (long)n) < labs((long)(2 * cut) - (long)n)))
			cut = i;
	view_text(o, "line1", cut ? arena_ndup(r->arena, name, cut) : name);
	view_text(o, "line2", cut ? name + cut + 1 : NULL);
}

static void
add_tile(json_t *list, const struct request *r, const struct snapshot *s, const struct unit_line *l, const struct unit *u,
    const struct tile *t, const struct unit_choice *c)
{
	const char *url = unit_line_url(r, s, l);
	bool by_cause = c->cause < CAUSES;
	json_t *o = view_item(list);

	view_text(o, "code", u->code);
	view_text(o, "name", unit_short(u, r->lang));
	add_name(o, r, u->short_vi);	/* the short one, as a map has room for */
	/* Of a group the line in the table, where all that it holds have their links. */
	view_text(o, "url", url ? url : desk_url(r, s, arena_printf(r->arena, "/units?tree=%s#u-%s", c->tree->tree, l->unit->code)));
	view_int(o, "x_px", t->column * TILE_WIDTH);
	view_int(o, "y_px", t->row * TILE_HEIGHT);
	view_text(o, "step", arena_printf(r->arena, "%s-%d", by_cause ? "heat" : "step",
	    by_cause ? cause_step(l, c->cause) : step_of(l)));
	view_share(o, "share", by_cause ? tally_cause(l->t, (enum cause)c->cause) : l->t->took_part, l->t->nominated);
	view_text(o, "class", unit_class_key(l->class));
	view_text(o, "class_name", unit_class_name(l->class, r->lang));
}

void
desk_map(json_t *o, const struct request *r, const struct snapshot *s, const struct unit_line *lines, size_t n,
    const struct unit_choice *c)
{
	json_t *list = view_list(o, "tiles");
	int columns = 0, rows = 0;

	for (size_t i = 0; i < n; i++) {
		const struct regroup *g = lines[i].group;
		size_t units = g && g->n_units ? g->n_units : 1;

		for (size_t k = 0; k < units; k++) {
			const struct unit *u = g && g->n_units ? g->units[k] : lines[i].unit;
			struct tile t;

			if (!tiles_find(r->site->tiles, u->code, &t) || (g && !g->n_units))
				continue;
			add_tile(list, r, s, &lines[i], u, &t, c);
			columns = t.column >= columns ? t.column + 1 : columns;
			rows = t.row >= rows ? t.row + 1 : rows;
		}
	}
	view_int(o, "map_width_px", columns * TILE_WIDTH);
	view_int(o, "map_height_px", rows * TILE_HEIGHT);
}
