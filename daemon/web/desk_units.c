/* desk.h: all units, and one of them. */
#include "web/desk.h"

#include <stdlib.h>

#include "base/out.h"

#include "store/correction.h"
#include "store/focal.h"
#include "store/roster.h"
#include "web/desk_parts.h"
#include "web/tiles.h"

#define TILE_COLUMNS 11		/* what a tile takes in one line */

static bool
wanted(const struct unit_account *u, const char *kind, const char *class)
{
	if (kind && *kind && strcmp(kind, unit_kind_name(u->unit.kind)) != 0)
		return false;
	return !class || !*class || strcmp(class, unit_class_key(u->class)) == 0;
}

/* A quarter of the whole is one step of colour. */
static int
step_of(const struct unit_account *u)
{
	if (u->class == CLASS_NO_ROSTER || !u->t.nominated)
		return 0;
	return u->t.took_part == 0 ? 1 : 2 + (int)(u->t.took_part * 4 / (u->t.nominated + 1));
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
add_tile(json_t *list, const struct request *r, const struct snapshot *s, const struct unit_account *u)
{
	struct tile t;
	json_t *o;

	if (!tiles_find(r->site->tiles, u->unit.code, &t))
		return;
	o = view_item(list);
	view_text(o, "code", u->unit.code);
	view_text(o, "name", unit_short(&u->unit, r->lang));
	add_name(o, r, u->unit.short_vi);	/* the short one, as a map has room for */
	view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/units/%s", u->unit.code)));
	view_int(o, "x_px", t.column * 100);
	view_int(o, "y_px", t.row * 64);
	view_int(o, "step_px", step_of(u));
	view_share(o, "share", u->t.took_part, u->t.nominated);
	view_text(o, "class", unit_class_key(u->class));
	view_text(o, "class_name", unit_class_name(u->class, r->lang));
}

static void
add_filter(json_t *data, const struct request *r, const char *kind, const char *class)
{
	static const enum unit_class classes[] = { CLASS_NO_ROSTER, CLASS_ZERO, CLASS_VERY_FEW };
	json_t *kinds = view_list(data, "kind_choices"), *list = view_list(data, "class_choices");

	for (int k = 0; k < UNIT_KINDS; k++) {
		json_t *o = view_item(kinds);

		view_text(o, "value", unit_kind_name((enum unit_kind)k));
		view_text(o, "text", k == UNIT_MINISTRY ? TRL(r->lang, "ministries", "bộ, cơ quan ngang bộ") :
		    TRL(r->lang, "provinces", "tỉnh, thành phố"));
		view_flag(o, "chosen", kind && strcmp(kind, unit_kind_name((enum unit_kind)k)) == 0);
	}
	for (size_t i = 0; i < COUNT_OF(classes); i++) {
		json_t *o = view_item(list);

		view_text(o, "value", unit_class_key(classes[i]));
		view_text(o, "text", unit_class_name(classes[i], r->lang));
		view_flag(o, "chosen", class && strcmp(class, unit_class_key(classes[i])) == 0);
	}
}

static void
add_unit(json_t *o, const struct request *r, const struct snapshot *s, const struct unit_account *u)
{
	desk_unit(o, r, s, u);
	desk_tally(o, r, s, &u->t, unit_short(&u->unit, r->lang), false);
	view_flag(o, "named", u->class != CLASS_NO_ROSTER);
}

void
desk_units(struct request *r)
{
	const char *kind = request_arg(r, "kind"), *class = request_arg(r, "class");
	const struct snapshot *s = view_campaign(r);
	json_t *data, *list, *tiles;

	if (!s)
		return;
	data = json_object();
	list = view_list(data, "units");
	tiles = view_list(data, "tiles");
	for (size_t i = 0; i < s->account.n_units; i++) {
		const struct unit_account *u = &s->account.units[i];

		add_tile(tiles, r, s, u);
		if (wanted(u, kind, class))
			add_unit(view_item(list), r, s, u);
	}
	view_int(data, "shown", (int64_t)json_array_size(list));
	add_filter(data, r, kind, class);
	view_reply(r, SCREEN_UNITS, TRL(r->lang, "Units", "Đơn vị"), s, data);
	view_done(r, s);
}

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

static int
add_rosters(json_t *data, struct request *r, const struct snapshot *s, const struct unit_account *u, struct err *e)
{
	json_t *list = view_list(data, "files");
	struct roster *f;
	size_t n;

	if (roster_counting(r->db, r->arena, s->campaign.id, u->unit.id, &f, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		json_t *o = view_item(list);

		view_int(o, "id", f[i].id);
		view_text(o, "file", f[i].file);
		view_text(o, "received_from", f[i].received_from);
		view_time(o, "received_at", &s->campaign.zone, f[i].received_at, r->lang);
		view_text(o, "encoding", f[i].encoding);
		view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/rosters/%lld", (long long)f[i].id)));
		view_int(o, "records", f[i].records);
	}
	return 0;
}

static int
add_corrections(json_t *data, struct request *r, const struct snapshot *s, const struct unit_account *u, struct err *e)
{
	struct corrections c;
	json_t *o;

	if (corrections_count(r->db, s->campaign.id, u->unit.id, &c, e) < 0)
		return -1;
	o = json_object();
	view_int(o, "mended", c.mended);
	view_int(o, "invited", c.invited);
	view_int(o, "accepted", c.accepted);
	view_int(o, "answered", c.answered);
	view_flag(o, "any", c.mended > 0);
	json_object_set_new(data, "corrections", o);
	return 0;
}

static void
add_funnel(json_t *data, const struct request *r, const struct tally *t)
{
	const struct { const char *key, *en, *vi; int64_t n; } steps[] = {
		{ "nominated", "nominated", "được cử", t->nominated },
		{ "mailable", "with an address that can be used", "có địa chỉ dùng được", t->mailable },
		{ "invited", "invited", "đã gửi lời mời", t->invited },
		{ "accepted", "accepted by a mail server", "máy chủ thư đã nhận", t->accepted },
		{ "took_part", "took part", "đã tham gia", t->took_part },
	};
	json_t *list = view_list(data, "funnel");

	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		json_t *o = view_item(list);

		view_text(o, "key", steps[i].key);
		view_text(o, "text", TRL(r->lang, steps[i].en, steps[i].vi));
		view_int(o, "people", steps[i].n);
		view_share(o, "share", steps[i].n, t->nominated);
		view_int(o, "width_px", t->nominated ? steps[i].n * 1000 / t->nominated : 0);
	}
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
	add_unit(data, r, s, u);
	add_funnel(data, r, &u->t);
	desk_findings(view_list(data, "findings"), r, s, is_of_unit, u);
	view_text(data, "report_url", access_may(r->actor, RIGHT_PEOPLE) ?
	    desk_url(r, s, arena_printf(r->arena, "/units/%s/report", u->unit.code)) : NULL);
	view_text(data, "people_url", desk_url(r, s, arena_printf(r->arena, "/people?unit=%s", u->unit.code)));
	if (add_focal(data, r, u, &e) < 0 || add_rosters(data, r, s, u, &e) < 0 || add_corrections(data, r, s, u, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_UNIT, unit_name(&u->unit, r->lang), s, data);
	}
	view_done(r, s);
}
