#include "web/landing.h"

#include <stdarg.h>

#include "base/clock.h"

/* Has the form of a token, and belongs to nobody. */
static const char nobody[] = "0000000000000000000000";

bool
guest_enter(struct request *r, const char *token, struct guest *g)
{
	bool valid = token_valid(token);
	struct err e = ERR_INIT;
	int rc = visitor_by_token(r->db, r->arena, valid ? token : nobody, &g->v, &e);

	if (rc == 1 && valid)
		rc = request_campaign(r, g->v.campaign, &g->c, &e);
	if (rc < 0) {
		reply_error(r, &e);
		return false;
	}
	g->now = clock_now();
	if (rc == 0 || !valid || g->now > g->c->closes_at + EXPIRES_S) {
		reply_unknown(r);
		return false;
	}
	g->not_open = g->now < g->c->opens_at;
	g->closed = g->now > g->c->closes_at;
	request_choose_lang(r, g->c->lang);
	return true;
}

char *
guest_url(const struct request *r, const char *fmt, ...)
{
	char path[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	return r->lang_chosen ? arena_printf(r->arena, "%s?lang=%s", path, lang_name(r->lang)) : arena_dup(r->arena, path);
}

/* A list of { text } objects. */
static struct mustache_value
texts(struct arena *a, const char **list)
{
	struct mustache_value *items;
	size_t n = 0;

	while (list[n])
		n++;
	items = arena_alloc(a, (n + 1) * sizeof(*items));
	for (size_t i = 0; i < n; i++) {
		struct mustache_field *f = arena_alloc(a, sizeof(*f));

		*f = (struct mustache_field){ "text", mustache_text(list[i]) };
		items[i] = mustache_object(f, 1);
	}
	return mustache_list(items, n);
}

size_t
guest_fields(struct request *r, const struct guest *g, bool personal, struct mustache_field *f)
{
	const struct campaign *c = g->c;
	struct date_text t;
	size_t n = 0;

	f[n++] = (struct mustache_field){ "campaign", mustache_text(c->title) };
	f[n++] = (struct mustache_field){ "sender_name", mustache_text(*c->sender_name ? c->sender_name : c->sender_address) };
	f[n++] = (struct mustache_field){ "sender_address", mustache_text(c->sender_address) };
	f[n++] = (struct mustache_field){ "help", mustache_text(c->help_text) };
	f[n++] = (struct mustache_field){ "opens",
	    mustache_text(arena_dup(r->arena, date_minute(&t, &c->zone, c->opens_at, r->lang))) };
	f[n++] = (struct mustache_field){ "closes",
	    mustache_text(arena_dup(r->arena, date_minute(&t, &c->zone, c->closes_at, r->lang))) };
	f[n++] = (struct mustache_field){ "not_open", guest_flag(g->not_open) };
	f[n++] = (struct mustache_field){ "open", guest_flag(!g->not_open && !g->closed) };
	f[n++] = (struct mustache_field){ "closed", guest_flag(g->closed) };
	f[n++] = (struct mustache_field){ "legal_bases", texts(r->arena, c->legal_bases) };
	f[n++] = (struct mustache_field){ "dispatches", texts(r->arena, c->dispatches) };
	f[n++] = (struct mustache_field){ "has_bases", guest_flag(c->legal_bases[0] || c->dispatches[0]) };
	f[n++] = (struct mustache_field){ "visits", guest_flag(strcmp(c->tracking, "visits") == 0) };
	f[n++] = (struct mustache_field){ "opted_out", guest_flag(g->v.opted_out) };
	f[n++] = (struct mustache_field){ "name", mustache_text(personal ? g->v.name : "") };
	f[n++] = (struct mustache_field){ "unit", mustache_text(personal ? TRL(r->lang, g->v.unit_en, g->v.unit_vi) : "") };
	f[n++] = (struct mustache_field){ "sub_unit", mustache_text(personal ? g->v.sub_unit : "") };
	ASSERT(n <= GUEST_FIELDS);
	return n;
}

void
guest_allow_forms(struct request *r, const struct campaign *c)
{
	char *all = arena_dup(r->arena, "");

	for (size_t i = 0; i < c->n_instruments; i++) {
		const char *origin = url_origin(r->arena, c->instruments[i].url);

		if (origin && !strstr(all, origin))
			all = arena_printf(r->arena, "%s%s%s", all, *all ? " " : "", origin);
	}
	r->form_to = *all ? all : NULL;
}

void
guest_show_shut(struct request *r, const struct guest *g)
{
	struct mustache_field f[GUEST_FIELDS + 1];
	size_t n = guest_fields(r, g, false, f);

	f[n++] = (struct mustache_field){ "title", mustache_text(g->c->title) };
	reply_page(r, 200, PAGE_LANDING, f, n);
}
