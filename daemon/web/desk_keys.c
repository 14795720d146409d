/* desk_admin.h: keys of programs. */
#include "web/desk_admin.h"

#include "base/clock.h"
#include "base/text.h"
#include "engine/apikey.h"
#include "web/desk_parts.h"

struct listing { struct request *r; struct zone zone; json_t *list; int64_t now; };

/* What the form held, and what came of it. */
struct outcome {
	const char *name, *scopes, *unit, *expires;
	const char *said;
	bool good;
	const char *key;		/* the new one; NULL */
};

static const char *
state_text(const char *state, enum lang l)
{
	return strcmp(state, "active") == 0 ? TRL(l, "works", "đang dùng") :
	    strcmp(state, "expired") == 0 ? TRL(l, "expired", "hết hạn") : TRL(l, "revoked", "đã thu hồi");
}

static int
add_key(const struct apikey_row *k, void *arg)
{
	struct listing *l = arg;
	const char *state = apikey_state(k, l->now);
	enum lang lang = l->r->lang;
	json_t *o = view_item(l->list), *scopes;
	unsigned set = 0;

	view_text(o, "name", k->name);
	view_text(o, "key_id", k->id);
	scopes = view_list(o, "scopes");
	scopes_parse(k->scopes, lang, &set, NULL);
	for (int i = 0; i < SCOPES; i++)
		if (set >> i & 1) {
			json_t *s = view_item(scopes);

			view_text(s, "value", scope_name((enum scope)i));
			view_text(s, "text", scope_text((enum scope)i, lang));
		}
	view_text(o, "unit", *k->unit ? k->unit : NULL);
	view_text(o, "state", state);
	view_text(o, "state_name", state_text(state, lang));
	view_flag(o, "active", strcmp(state, "active") == 0);
	view_time(o, "created_at", &l->zone, k->created_at, lang);
	view_day(o, "expires_at", &l->zone, k->expires_at, lang);
	view_day(o, "used_at", &l->zone, k->used_at, lang);
	return 0;
}

static void
show(struct request *r, const struct outcome *what)
{
	json_t *data = json_object(), *form = json_object(), *choices;
	struct listing l = { .r = r, .list = view_list(data, "keys"), .now = clock_now() };
	struct err e = ERR_INIT;
	unsigned set = 0;

	scopes_parse(what->scopes ? what->scopes : "", r->lang, &set, NULL);
	view_text(form, "name", what->name);
	view_text(form, "unit", what->unit);
	view_text(form, "expires", what->expires);
	json_object_set_new(data, "form", form);
	choices = view_list(data, "scope_choices");
	for (int i = 0; i < SCOPES; i++) {
		json_t *o = view_item(choices);

		view_text(o, "value", scope_name((enum scope)i));
		view_text(o, "text", scope_text((enum scope)i, r->lang));
		view_flag(o, "chosen", set >> i & 1);
		view_flag(o, "of_unit", scope_of_unit((enum scope)i));
	}
	view_text(data, "new_key", what->key);
	desk_said(data, what->said, what->good);
	if (zone_load(&l.zone, ZONE_DEFAULT, &e) < 0 || apikey_each(r->db, add_key, &l, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
		return;
	}
	view_reply(r, SCREEN_KEYS, TRL(r->lang, "API keys", "Khóa API"), NULL, data);
	if (what->said && !what->good)
		r->status = 422;
}

static const char *
revoked(const struct request *r)
{
	return TRL(r->lang, "The key is revoked: it works no more.", "Đã thu hồi khóa: khóa không còn dùng được.");
}

void
desk_keys(struct request *r)
{
	show(r, &(struct outcome){ .said = desk_number(r, "said") == 1 ? revoked(r) : NULL, .good = true });
}

/* scopes=counts,people of a program; scope_counts=1 of the boxes of the page. */
static const char *
scopes_of(struct request *r)
{
	struct buf b = BUF_INIT(1024);
	const char *words;

	buf_str_add(&b, desk_field(r, "scopes"));
	for (int i = 0; i < SCOPES; i++)
		if (*desk_field(r, arena_printf(r->arena, "scope_%s", scope_name((enum scope)i))))
			buf_printf(&b, ",%s", scope_name((enum scope)i));
	words = arena_dup(r->arena, b.failed ? "" : buf_str(&b));
	buf_release(&b);
	return words;
}

static int
create(struct request *r, struct outcome *o, struct err *e)
{
	struct hand h = desk_hand(r);
	struct apikey_row k;
	struct zone zone;

	*o = (struct outcome){ .name = text_lower_ascii(r->arena, desk_field(r, "name")), .scopes = scopes_of(r),
	    .unit = desk_field(r, "unit"), .expires = desk_field(r, "expires") };
	k = (struct apikey_row){ .name = o->name, .scopes = o->scopes, .unit = o->unit };
	if (zone_load(&zone, ZONE_DEFAULT, e) < 0)
		return -1;
	if (*o->expires && date_parse(o->expires, &zone, DATE_END, &k.expires_at, NULL) < 0)
		return err_set(e, ERR_INPUT, "%s", TRL(r->lang, "That is no day.", "Ngày không đúng."));
	return apikey_make(&h, &k, &o->key, e);
}

void
desk_keys_change(struct request *r)
{
	const char *act = desk_field(r, "act");
	struct hand h = desk_hand(r);
	struct outcome o = { .name = NULL };
	struct err e = ERR_INIT;
	int rc;

	if (strcmp(act, "create") == 0) {
		if ((rc = create(r, &o, &e)) == 0)
			show(r, &(struct outcome){ .said = TRL(r->lang, "The key is there. It is shown this once.",
			    "Đã tạo khóa. Khóa chỉ hiện một lần này."), .good = true, .key = o.key });
	} else if (strcmp(act, "revoke") == 0) {
		if ((rc = apikey_revoke(&h, desk_field(r, "name"), &e)) == 0)
			desk_done(r, "/keys", 1, revoked(r));
	} else {
		rc = err_set(&e, ERR_INPUT, "%s", TRL(r->lang, "What is to be done is not said", "Chưa rõ cần làm gì"));
	}
	if (rc < 0 && !desk_failed(r, &e)) {
		o.said = e.text;
		show(r, &o);
	}
}
