#include "web/desk.h"

#include <strings.h>

#include "base/clock.h"
#include "web/view.h"

/* A form on a foreign page could be sent here: browsers say where it stands. Our pages send no referrer: "null" is theirs, too. */
static bool
posted_from_elsewhere(const struct request *r, const char *host)
{
	const char *site = request_header(r, "Sec-Fetch-Site"), *origin = request_header(r, "Origin"), *at;

	if (!r->post)
		return false;
	if (site)
		return strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
	if (!origin || strcmp(origin, "null") == 0)
		return false;
	at = strstr(origin, "://");
	return !at || strcasecmp(at + 3, host) != 0;
}

/* "127.0.0.1:8081", "localhost", "[::1]:8081": what a browser on this machine says. */
bool
desk_asked_here(struct request *r)
{
	static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
	const char *host = request_header(r, "Host");

	for (size_t i = 0; host && i < COUNT_OF(names); i++) {
		size_t n = strlen(names[i]);

		if (strncasecmp(host, names[i], n) != 0 || (host[n] != ':' && host[n]))
			continue;
		if (!posted_from_elsewhere(r, host))
			return true;
		break;
	}
	reply_nothing_here(r);
	return false;
}

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
	l->only = arena_printf(l->r->arena, "/c/%s", c->key);
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
	} else if (json_array_size(l.list) == 1 && !view_is_api(r)) {
		reply_redirect(r, l.only);
		json_decref(data);
	} else {
		view_reply(r, SCREEN_CAMPAIGNS, TRL(r->lang, "Campaigns", "Các đợt khảo sát"), NULL, data);
	}
}
