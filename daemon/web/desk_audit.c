/* desk_admin.h: who did what, the newest first, and whether the record is as it was written. */
#include "web/desk_admin.h"

#include "engine/deed.h"
#include "web/chain.h"
#include "web/desk_parts.h"

#define ROWS_A_PAGE 100
#define CHOICE_MOST_BYTES 100

struct listing {
	struct request *r;
	struct zone zone;
	json_t *list;
	struct audit_choice choice;
	int64_t n, last;		/* rows shown, id of the last of them */
	bool more;
};

static int
add_row(const struct audit_row *a, void *arg)
{
	struct listing *l = arg;
	json_t *o;

	if (l->n == ROWS_A_PAGE) {
		l->more = true;
		return 1;
	}
	l->n++;
	l->last = a->id;
	o = view_item(l->list);
	view_int(o, "id", a->id);
	view_time(o, "at", &l->zone, a->at, l->r->lang);
	view_text(o, "actor", a->actor);
	view_text(o, "action", a->action);
	view_text(o, "action_name", deed_text(a->action, l->r->lang));
	view_utf8(o, "about", l->r->arena, a->detail);
	return 0;
}

struct choosing { struct request *r; json_t *list; const char *chosen; bool deeds; };

static int
add_choice(const char *word, void *arg)
{
	struct choosing *c = arg;
	json_t *o = view_item(c->list);

	view_text(o, "value", word);
	view_text(o, "text", c->deeds ? deed_text(word, c->r->lang) : word);
	view_flag(o, "chosen", strcmp(word, c->chosen) == 0);
	return 0;
}

static const char *
url(struct request *r, const struct audit_choice *c, int64_t before)
{
	struct buf b = BUF_INIT(2048);
	const char *text;

	buf_str_add(&b, request_is_api(r) ? "/api/v1/audit?who=" : "/audit?who=");
	url_escape(&b, c->actor);
	buf_str_add(&b, "&what=");
	url_escape(&b, c->action);
	if (before)
		buf_printf(&b, "&before=%lld", (long long)before);
	text = arena_dup(r->arena, b.failed ? "" : buf_str(&b));
	buf_release(&b);
	return text;
}

static void
add_chain(json_t *data, const struct request *r, const struct zone *z, const struct chain_state *s)
{
	json_t *o = json_object();
	bool broken = s->known && (s->cut || s->audit.broken_id);

	view_int(o, "rows", s->rows);
	view_text(o, "state", !s->known ? "unknown" : broken ? "broken" : "whole");
	view_flag(o, "known", s->known);
	view_flag(o, "broken", broken);
	view_flag(o, "cut", s->cut);
	if (s->known && s->audit.broken_id)
		view_int(o, "broken_at", s->audit.broken_id);
	else
		json_object_set_new(o, "broken_at", json_null());
	view_text(o, "head", s->known && *s->audit.head ? s->audit.head : NULL);
	view_time(o, "whole_at", z, s->known ? s->whole_at : 0, r->lang);
	json_object_set_new(data, "chain", o);
}

static const char *
short_arg(const struct request *r, const char *name)
{
	const char *v = request_arg(r, name);

	return v && strlen(v) <= CHOICE_MOST_BYTES ? v : "";
}

static int
fill(json_t *data, struct listing *l, bool whole, struct err *e)
{
	struct request *r = l->r;
	struct choosing who = { r, view_list(data, "who_choices"), l->choice.actor, false };
	struct choosing what = { r, view_list(data, "what_choices"), l->choice.action, true };
	struct chain_state chain;

	if (zone_load(&l->zone, ZONE_DEFAULT, e) < 0 || chain_look(r->site->chain, r->db, whole, &chain, e) < 0 ||
	    audit_each_actor(r->db, add_choice, &who, e) < 0 || audit_each_action(r->db, add_choice, &what, e) < 0 ||
	    audit_each_back(r->db, &l->choice, add_row, l, e) < 0)
		return -1;
	add_chain(data, r, &l->zone, &chain);
	view_text(data, "newest_url", l->choice.before ? url(r, &l->choice, 0) : NULL);
	view_text(data, "next_url", l->more ? url(r, &l->choice, l->last) : NULL);
	return 0;
}

static void
show(struct request *r, bool whole)
{
	json_t *data = json_object();
	struct listing l = { .r = r, .list = view_list(data, "rows"),
	    .choice = { desk_number(r, "before"), short_arg(r, "who"), short_arg(r, "what") } };
	struct err e = ERR_INIT;

	if (fill(data, &l, whole, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_AUDIT, TRL(r->lang, "Audit log", "Nhật ký hoạt động"), NULL, data);
	}
}

void
desk_audit(struct request *r)
{
	show(r, false);
}

void
desk_audit_verify(struct request *r)
{
	show(r, true);
}
