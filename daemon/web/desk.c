#include "web/desk.h"

#include "base/clock.h"
#include "web/view.h"

struct listing {
	struct request *r;
	json_t *list;
	const char *only;
};

static int
add_campaign(const struct campaign *c, void *arg)
{
	struct listing *l = arg;
	int64_t now = clock_now();
	json_t *o = view_item(l->list);

	view_text(o, "key", c->key);
	view_text(o, "title", c->title);
	view_day(o, "opens_at", &c->zone, c->opens_at, l->r->lang);
	view_day(o, "closes_at", &c->zone, c->closes_at, l->r->lang);
	view_flag(o, "open", now >= c->opens_at && now <= c->closes_at);
	l->only = l->r->actor->role == ROLE_FOCAL ? arena_printf(l->r->arena, "/c/%s/units/%s", c->key, l->r->actor->unit) :
	    arena_printf(l->r->arena, "/c/%s", c->key);
	view_text(o, "url", l->only);
	return 0;
}

/* Where there is one campaign, one does not have to choose it. */
void
desk_index(struct request *r)
{
	json_t *data = json_object();
	struct listing l = { .r = r, .list = view_list(data, "campaigns") };
	struct err e = ERR_INIT;

	if (campaign_each(r->db, add_campaign, &l, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
	} else if (json_array_size(l.list) == 1 && !request_is_api(r)) {
		reply_redirect(r, l.only);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_CAMPAIGNS, TRL(r->lang, "Campaigns", "Các đợt khảo sát"), NULL, data);
	}
}
