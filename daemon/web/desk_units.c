/* desk.h: all units, under this directory or another, as a table or as small pictures in one scale. */
#include "web/desk.h"

#include <stdlib.h>

#include "web/desk_map.h"

static const struct column {
	const char *key, *en, *vi;
	bool number, wide;		/* wide: not on a telephone */
} columns[] = {
	{ "name", "Unit", "Đơn vị", false, false },
	{ "nominated", "Nominated", "Được cử", true, false },
	{ "accepted", "Accepted by a server", "Máy chủ nhận", true, true },
	{ "took_part", "Took part", "Tham gia", true, false },
	{ "share", "%", "%", true, false },
	{ "failed", "Mail does not arrive", "Thư không tới", true, true },
};

static const char *
word(const struct request *r, const char *name)
{
	const char *s = request_arg(r, name);

	return s ? s : "";
}

static void
read_choice(const struct request *r, const struct snapshot *s, struct unit_choice *c)
{
	const char *tree = word(r, "tree"), *sort = word(r, "sort");
	enum cause known;

	*c = (struct unit_choice){ .kind = word(r, "kind"), .class = word(r, "class"), .area = word(r, "area"), .cause = CAUSES,
	    .sort = "" };
	for (size_t i = 0; i < s->n_trees; i++)
		if (strcmp(s->trees[i].tree, tree) == 0)
			c->tree = &s->trees[i];
	if (cause_parse(word(r, "cause"), &known))
		c->cause = (int)known;
	c->down = *sort == '-';
	sort += c->down;
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		if (strcmp(columns[i].key, sort) == 0)
			c->sort = columns[i].key;
	if (strcmp(sort, "cause") == 0)
		c->sort = "cause";
}

/* The page with these choices; what is NULL stays as it was asked for. */
static const char *
page_url(const struct request *r, const struct snapshot *s, const char *sort, const char *view, const char *tree)
{
	static const char *const kept[] = { "kind", "class", "area", "cause" };
	const char *three[][2] = { { "sort", sort ? sort : word(r, "sort") }, { "view", view ? view : word(r, "view") },
	    { "tree", tree ? tree : word(r, "tree") } };
	struct buf b = BUF_INIT(4096);
	const char *url;

	buf_char(&b, '?');
	/* Areas differ from directory to directory. */
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		if (*word(r, kept[i]) && !(tree && i == 2)) {
			buf_printf(&b, "%s%s=", b.len > 1 ? "&" : "", kept[i]);
			url_escape(&b, word(r, kept[i]));
		}
	for (size_t i = 0; i < COUNT_OF(three); i++)
		if (*three[i][1]) {
			buf_printf(&b, "%s%s=", b.len > 1 ? "&" : "", three[i][0]);
			url_escape(&b, three[i][1]);
		}
	url = desk_url(r, s, arena_printf(r->arena, "/units%s", b.failed || b.len == 1 ? "" : buf_str(&b)));
	buf_release(&b);
	return url;
}

static json_t *
add_choice(json_t *list, const char *value, const char *text, bool chosen)
{
	json_t *o = view_item(list);

	view_text(o, "value", value);
	view_text(o, "text", text);
	view_flag(o, "chosen", chosen);
	return o;
}

static void
add_areas(json_t *data, const struct request *r, const struct unit_line *lines, size_t n, const struct unit_choice *c)
{
	json_t *list = view_list(data, "area_choices");
	bool there[REGIONS] = { false };
	struct tile t;

	for (size_t i = 0; i < n; i++)
		if (tiles_find(r->site->tiles, lines[i].unit->code, &t))
			there[t.region] = true;
	add_choice(list, "city", TRL(r->lang, "centrally-run cities", "thành phố trực thuộc trung ương"), strcmp(c->area, "city") == 0);
	for (int g = REGION_NONE + 1; g < REGIONS; g++)
		if (there[g])
			add_choice(list, region_key((enum region)g), region_name((enum region)g, r->lang),
			    strcmp(c->area, region_key((enum region)g)) == 0);
}

static void
add_filter(json_t *data, const struct request *r, const struct snapshot *s, const struct unit_choice *c)
{
	static const enum unit_class classes[] = { CLASS_NO_ROSTER, CLASS_ZERO, CLASS_VERY_FEW, CLASS_ORDINARY };
	json_t *kinds = view_list(data, "kind_choices"), *list = view_list(data, "class_choices");
	json_t *causes = view_list(data, "cause_choices");

	for (int k = 0; k < UNIT_KINDS; k++)
		add_choice(kinds, unit_kind_name((enum unit_kind)k), k == UNIT_MINISTRY ?
		    TRL(r->lang, "ministries", "bộ, cơ quan ngang bộ") : TRL(r->lang, "provinces", "tỉnh, thành phố"),
		    strcmp(c->kind, unit_kind_name((enum unit_kind)k)) == 0);
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		add_choice(list, unit_class_key(classes[i]), classes[i] == CLASS_ORDINARY ? TRL(r->lang, "ordinary", "bình thường") :
		    unit_class_name(classes[i], r->lang), strcmp(c->class, unit_class_key(classes[i])) == 0);
	for (int i = 0; i < CAUSES; i++)
		if (tally_cause(&s->account.all, (enum cause)i))
			add_choice(causes, cause_info((enum cause)i)->key, cause_name((enum cause)i, r->lang), i == c->cause);
}

/* "63 provinces, 19 ministries" */
static const char *
tree_text(const struct request *r, int64_t provinces, int64_t ministries, const char *key)
{
	return arena_printf(r->arena, TRL(r->lang, "%lld provinces, %lld ministries (%s)", "%lld tỉnh, %lld bộ (%s)"),
	    (long long)provinces, (long long)ministries, key);
}

static void
add_trees(json_t *data, const struct request *r, const struct snapshot *s, const struct unit_choice *c)
{
	json_t *list = view_list(data, "tree_choices"), *o;

	o = add_choice(list, "", tree_text(r, s->account.kind_units[UNIT_PROVINCE], s->account.kind_units[UNIT_MINISTRY], s->tree),
	    !c->tree);
	view_text(o, "url", page_url(r, s, NULL, NULL, ""));
	for (size_t i = 0; i < s->n_trees; i++) {
		const struct regrouping *g = &s->trees[i];
		int64_t kinds[UNIT_KINDS] = { 0 };

		for (size_t k = 0; k < g->n; k++)
			kinds[g->groups[k].kind] += (int64_t)g->groups[k].n_units;
		o = add_choice(list, g->tree, tree_text(r, kinds[UNIT_PROVINCE], kinds[UNIT_MINISTRY], g->tree), c->tree == g);
		view_text(o, "url", page_url(r, s, NULL, NULL, g->tree));
	}
	view_text(data, "tree", c->tree ? c->tree->tree : s->tree);
	view_text(data, "tree_asked", c->tree ? c->tree->tree : NULL);
	view_flag(data, "more_trees", s->n_trees > 0);
}

static void
add_columns(json_t *data, const struct request *r, const struct snapshot *s, const struct unit_choice *c)
{
	json_t *list = view_list(data, "columns");

	for (size_t i = 0; i < COUNT_OF(columns) + (c->cause < CAUSES); i++) {
		bool cause = i == COUNT_OF(columns), sorted;
		const char *key = cause ? "cause" : columns[i].key;
		bool number = cause || columns[i].number;
		json_t *o = view_item(list);

		sorted = strcmp(c->sort, key) == 0;
		view_text(o, "key", key);
		view_text(o, "text", cause ? cause_name((enum cause)c->cause, r->lang) : TRL(r->lang, columns[i].en, columns[i].vi));
		/* A number is first wanted from the top, a name from A. */
		view_text(o, "url", page_url(r, s, sorted ? (c->down ? key : arena_printf(r->arena, "-%s", key)) :
		    number ? arena_printf(r->arena, "-%s", key) : key, NULL, NULL));
		view_text(o, "sorted", !sorted ? NULL : c->down ? "descending" : "ascending");
		view_flag(o, "down", sorted && c->down);
		view_flag(o, "up", sorted && !c->down);
		view_flag(o, "number", number);
		view_flag(o, "wide", !cause && columns[i].wide);
	}
}

/* The campaign's own units in a group; or, under the campaign's own directory, what became of a unit elsewhere. */
static void
add_related(json_t *o, const struct request *r, const struct snapshot *s, const struct unit_line *l)
{
	json_t *list = view_list(o, "contains"), *one, *now = view_list(o, "part_of");

	for (size_t i = 0; l->group && i < l->group->n_own; i++) {
		const struct unit_account *u = l->group->own[i];

		if (l->group->n_own == 1 && l->group->n_units == 1 && strcmp(unit_short(&u->unit, r->lang), unit_line_name(r, l)) == 0)
			continue;
		one = view_item(list);
		view_text(one, "code", u->unit.code);
		view_text(one, "name", unit_short(&u->unit, r->lang));
		view_text(one, "url", desk_url(r, s, arena_printf(r->arena, "/units/%s", u->unit.code)));
		view_int(one, "nominated", u->t.nominated);
		view_int(one, "took_part", u->t.took_part);
	}
	for (size_t i = 0; !l->group && i < s->n_trees; i++) {
		const struct regroup *g = regroup_of(&s->trees[i], l->own);

		if (!g || g->n_own < 2)
			continue;
		for (size_t k = 0; k < g->n_units; k++) {
			one = view_item(now);
			view_text(one, "tree", s->trees[i].tree);
			view_text(one, "code", g->units[k]->code);
			view_text(one, "name", unit_short(g->units[k], r->lang));
		}
	}
}

static void
add_small(json_t *o, const struct tally *t)
{
	const struct { const char *key; int64_t n; } steps[] = {
		{ "nominated_px", t->nominated }, { "mailable_px", t->mailable }, { "invited_px", t->invited },
		{ "accepted_px", t->accepted }, { "took_part_px", t->took_part },
	};

	for (size_t i = 0; i < COUNT_OF(steps); i++)
		view_int(o, steps[i].key, t->nominated ? steps[i].n * 100 / t->nominated : 0);
}

/* What stands above a small picture: English names without what they all have. */
static const char *
brief(const struct request *r, const struct unit_line *l, const char *name)
{
	static const char *const ends[] = { " Province", " City" };
	static const char ministry[] = "Ministry of ";

	if (r->lang != LANG_EN)
		return name;
	if (strncmp(name, ministry, sizeof(ministry) - 1) == 0)
		return name + sizeof(ministry) - 1;
	for (size_t i = 0; l->unit->kind == UNIT_PROVINCE && i < COUNT_OF(ends); i++) {
		size_t n = strlen(name), m = strlen(ends[i]);

		if (n > m && strcmp(name + n - m, ends[i]) == 0)
			return arena_ndup(r->arena, name, n - m);
	}
	return name;
}

static void
add_line(json_t *o, const struct request *r, const struct snapshot *s, const struct unit_line *l, const struct unit_choice *c)
{
	const char *name = unit_line_name(r, l);

	view_text(o, "code", l->unit->code);
	view_text(o, "name", l->group && l->group->n_units > 1 ? name : unit_name(l->unit, r->lang));
	view_text(o, "short_name", name);
	view_text(o, "brief", brief(r, l, name));
	view_text(o, "kind", unit_kind_name(l->unit->kind));
	view_text(o, "class", unit_class_key(l->class));
	view_text(o, "class_name", unit_class_name(l->class, r->lang));
	view_int(o, "rosters", l->rosters);
	view_text(o, "url", unit_line_url(r, s, l));
	desk_tally(o, r, s, l->t, name, false);
	view_flag(o, "named", l->class != CLASS_NO_ROSTER);
	view_int(o, "failed", l->failed);
	if (l->rank)
		view_int(o, "rank", l->rank);
	else
		view_text(o, "rank", NULL);
	if (c->cause < CAUSES)
		view_int(o, "of_cause", tally_cause(l->t, (enum cause)c->cause));
	else
		view_text(o, "of_cause", NULL);
	view_flag(o, "foreign", l->group && !l->group->n_units);
	add_related(o, r, s, l);
	add_small(o, l->t);
}

static void
add_total(json_t *data, const struct request *r, const struct snapshot *s, const struct tally *t, const struct unit_choice *c)
{
	json_t *o = json_object();

	desk_tally(o, r, s, t, TRL(r->lang, "Together", "Cộng"), false);
	view_int(o, "failed", unit_failed(t));
	if (c->cause < CAUSES)
		view_int(o, "of_cause", tally_cause(t, (enum cause)c->cause));
	else
		view_text(o, "of_cause", NULL);
	json_object_set_new(data, "total", o);
}

static void
add_views(json_t *data, const struct request *r, const struct snapshot *s, bool small)
{
	json_t *list = view_list(data, "views"), *o;

	o = add_choice(list, "", TRL(r->lang, "Table and map", "Bảng và bản đồ"), !small);
	view_text(o, "url", page_url(r, s, NULL, "", NULL));
	o = add_choice(list, "small", TRL(r->lang, "All on one sheet", "Tất cả trên một trang"), small);
	view_text(o, "url", page_url(r, s, NULL, "small", NULL));
	view_flag(data, "small", small);
}

void
desk_units(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct tally total = { .nominated = 0 };
	struct unit_choice c;
	struct unit_line *lines;
	json_t *data, *list;
	size_t n, shown = 0;
	bool small;

	if (!s)
		return;
	read_choice(r, s, &c);
	small = strcmp(word(r, "view"), "small") == 0;
	data = json_object();
	lines = unit_lines(r, s, &c, &n);
	desk_map(data, r, s, lines, n, &c);
	add_areas(data, r, lines, n, &c);
	unit_sort(lines, n, &c, r->lang);
	list = view_list(data, "units");
	for (size_t i = 0; i < n; i++)
		if (unit_wanted(r, &lines[i], &c)) {
			add_line(view_item(list), r, s, &lines[i], &c);
			tally_add(&total, lines[i].t);
			shown++;
		}
	view_int(data, "shown", (int64_t)shown);
	add_total(data, r, s, &total, &c);
	add_filter(data, r, s, &c);
	add_trees(data, r, s, &c);
	/* A sheet of pictures has no columns. */
	if (small)
		view_list(data, "columns");
	else
		add_columns(data, r, s, &c);
	add_views(data, r, s, small);
	view_text(data, "cause", c.cause < CAUSES ? cause_info((enum cause)c.cause)->key : NULL);
	view_text(data, "cause_name", c.cause < CAUSES ? cause_name((enum cause)c.cause, r->lang) : NULL);
	view_text(data, "sort", request_arg(r, "sort"));
	view_reply(r, SCREEN_UNITS, TRL(r->lang, "Units", "Đơn vị"), s, data);
	view_done(r, s);
}
