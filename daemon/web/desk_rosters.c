/* desk.h: the files that units have sent, and what became of their records. */
#include "web/desk.h"

#include "store/roster.h"
#include "web/desk_parts.h"

#define FILES_A_PAGE 100

struct listing {
	struct request *r;
	const struct snapshot *s;
	json_t *list;
	const char *disposition;	/* "": all */
	int64_t from, n;		/* which of them, counted from 0 */
	int64_t last_unit;
	struct roster_seen sum;		/* of those that count */
};

static const char *
page_url(const struct listing *l, const char *unit, int64_t page)
{
	return desk_url(l->r, l->s, arena_printf(l->r->arena, "/rosters?unit=%s&disposition=%s&page=%lld", unit, l->disposition,
	    (long long)page));
}

static void
add_up(struct roster_seen *sum, const struct roster_seen *f)
{
	if (f->replaced_by)
		return;
	sum->r.records += f->r.records;
	sum->accepted += f->accepted;
	sum->held += f->held;
	sum->rejected += f->rejected;
	sum->repeated += f->repeated;
}

static int
add_file(const struct roster_seen *f, void *arg)
{
	struct listing *l = arg;
	struct request *r = l->r;
	const struct unit_account *u;
	json_t *o;

	add_up(&l->sum, f);
	if (l->n++ < l->from || l->n > l->from + FILES_A_PAGE)
		return 0;
	u = snapshot_unit(l->s, f->unit_code);
	o = view_item(l->list);
	desk_roster_file(o, r, l->s, f);
	view_text(o, "unit_name", u ? unit_short(&u->unit, r->lang) : f->unit_code);
	view_flag(o, "same_unit", l->last_unit == f->r.unit);
	l->last_unit = f->r.unit;
	return 0;
}

void
desk_rosters(struct request *r)
{
	const char *code = request_arg(r, "unit"), *disposition = request_arg(r, "disposition");
	const struct snapshot *s = view_campaign(r);
	const struct unit_account *u;
	int64_t page = desk_number(r, "page");
	struct err e = ERR_INIT;
	struct listing l;
	json_t *data;

	if (!s)
		return;
	if (r->actor->role == ROLE_FOCAL)
		code = r->actor->unit;
	u = code ? snapshot_unit(s, code) : NULL;
	if (r->actor->role == ROLE_FOCAL && !u) {	/* its unit is not of this campaign */
		view_nothing_here(r);
		view_done(r, s);
		return;
	}
	code = u ? u->unit.code : "";
	if (!disposition || !desk_disposition(disposition, r->lang))
		disposition = "";
	page = page > 1 && page < 1000000 ? page : 1;
	data = json_object();
	l = (struct listing){ .r = r, .s = s, .list = view_list(data, "files"), .disposition = disposition,
	    .from = (page - 1) * FILES_A_PAGE };
	if (roster_each(r->db, &(struct roster_choice){ s->campaign.id, u ? u->unit.id : 0, disposition }, add_file, &l, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
		view_done(r, s);
		return;
	}
	view_int(data, "found", l.n);
	view_int(data, "records", l.sum.r.records);
	view_int(data, "accepted", l.sum.accepted);
	view_int(data, "held", l.sum.held);
	view_int(data, "rejected", l.sum.rejected);
	view_int(data, "repeated", l.sum.repeated);
	view_text(data, "previous_url", page > 1 ? page_url(&l, code, page - 1) : NULL);
	view_text(data, "next_url", l.n > l.from + FILES_A_PAGE ? page_url(&l, code, page + 1) : NULL);
	view_flag(data, "may_change", access_may(r->actor, RIGHT_ROSTERS));
	view_text(data, "form_url", desk_url(r, s, "/rosters"));
	desk_roster_units(data, r, s, code);
	desk_disposition_choices(data, r, disposition);
	view_reply(r, SCREEN_ROSTERS, TRL(r->lang, "Rosters received", "Danh sách đã nhận"), s, data);
	view_done(r, s);
}
