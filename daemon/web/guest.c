/* landing.h: whom a link belongs to, and what every page shows of them. */
#include "web/landing.h"

#include "base/clock.h"
#include "store/probe.h"

/* Has the form of a token, and belongs to nobody. */
static const char nobody[] = "0000000000000000000000";

/* The links of a message to a probe mailbox: whoever follows them, a filter perhaps, sees a page like others'. */
static bool
is_probe(struct request *r, const char *token, int64_t now)
{
	const struct shown *s;
	int64_t campaign;

	if (probe_campaign_by_token(r->db, token, &campaign, NULL) != 1 || request_campaign(r, campaign, &s, NULL) != 1 ||
	    now > s->c.closes_at + EXPIRES_S)
		return false;
	request_choose_lang(r, s->c.lang);
	reply_notice(r, 200, s->c.title, TRL(r->lang, "This link belongs to a test mailbox of the survey, not to a person. "
	    "There is nothing to answer here.", "Liên kết này thuộc hộp thư thử của cuộc khảo sát, không của riêng ai. "
	    "Ở đây không có gì để trả lời."));
	return true;
}

bool
guest_enter(struct request *r, const char *token, struct guest *g)
{
	bool valid = token_valid(token);
	struct err e = ERR_INIT;
	int rc = visitor_by_token(r->db, r->arena, valid ? token : nobody, &g->v, &e);

	if (rc == 1 && valid)
		rc = request_campaign(r, g->v.campaign, &g->shown, &e);
	if (rc < 0) {
		reply_error(r, &e);
		return false;
	}
	g->now = clock_now();
	g->c = rc == 1 && valid ? &g->shown->c : NULL;
	if (!g->c || g->now > g->c->closes_at + EXPIRES_S) {
		if (!is_probe(r, valid ? token : nobody, g->now))
			reply_unknown(r);
		return false;
	}
	g->not_open = g->now < g->c->opens_at;
	g->closed = g->now > g->c->closes_at;
	request_choose_lang(r, g->c->lang);
	return true;
}

char *
guest_url(const struct request *r, const char *before, const char *token, const char *after, const char *key)
{
	const char *parts[] = { before, token, after, key, r->lang_chosen ? "?lang=" : "", r->lang_chosen ? lang_name(r->lang) : "" };
	size_t n = 0, at = 0;
	char *text;

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		n += strlen(parts[i]);
	text = arena_alloc(r->arena, n + 1);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		size_t len = strlen(parts[i]);

		memcpy(text + at, parts[i], len);
		at += len;
	}
	return text;
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

/* Where the buttons of the forms lead must be allowed too: browsers hold redirects to form-action. */
static const char *
policy(struct arena *a, const struct campaign *c)
{
	char *all = arena_dup(a, "");

	for (size_t i = 0; i < c->n_instruments; i++) {
		const char *origin = url_origin(a, c->instruments[i].url);

		if (origin && !strstr(all, origin))
			all = arena_printf(a, "%s %s", all, origin);
	}
	return arena_printf(a, POLICY_FORMAT, "", all);
}

void
shown_prepare(struct shown *s, struct arena *a)
{
	const struct campaign *c = &s->c;
	struct date_text t;

	for (int l = 0; l < 2; l++) {
		s->opens[l] = arena_dup(a, date_minute(&t, &c->zone, c->opens_at, (enum lang)l));
		s->closes[l] = arena_dup(a, date_minute(&t, &c->zone, c->closes_at, (enum lang)l));
	}
	s->legal_bases = texts(a, c->legal_bases);
	s->dispatches = texts(a, c->dispatches);
	s->policy = policy(a, c);
}

size_t
guest_fields(struct request *r, const struct guest *g, bool personal, struct mustache_field *f)
{
	const struct campaign *c = g->c;
	const struct shown *s = g->shown;
	size_t n = 0;

	f[n++] = (struct mustache_field){ "campaign", mustache_text(c->title) };
	f[n++] = (struct mustache_field){ "sender_name", mustache_text(*c->sender_name ? c->sender_name : c->sender_address) };
	f[n++] = (struct mustache_field){ "sender_address", mustache_text(c->sender_address) };
	f[n++] = (struct mustache_field){ "help", mustache_text(c->help_text) };
	f[n++] = (struct mustache_field){ "opens", mustache_text(s->opens[r->lang]) };
	f[n++] = (struct mustache_field){ "closes", mustache_text(s->closes[r->lang]) };
	f[n++] = (struct mustache_field){ "not_open", guest_flag(g->not_open) };
	f[n++] = (struct mustache_field){ "open", guest_flag(!g->not_open && !g->closed) };
	f[n++] = (struct mustache_field){ "closed", guest_flag(g->closed) };
	f[n++] = (struct mustache_field){ "legal_bases", s->legal_bases };
	f[n++] = (struct mustache_field){ "dispatches", s->dispatches };
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
guest_show_shut(struct request *r, const struct guest *g)
{
	struct mustache_field f[GUEST_FIELDS + 1];
	size_t n = guest_fields(r, g, false, f);

	f[n++] = (struct mustache_field){ "title", mustache_text(g->c->title) };
	reply_page(r, 200, PAGE_LANDING, f, n);
}
