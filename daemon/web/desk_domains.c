/* desk.h: institutions, by mail domain and by mail exchanger: who refuses, in what words; what our probes saw. */
#include "web/desk.h"

#include "web/desk_parts.h"

#define DOMAINS_A_PAGE 100

void
desk_mail_domain(json_t *o, const struct request *r, const struct snapshot *s, const struct domain_account *d)
{
	const struct zone *z = &s->campaign.zone;
	int64_t refused = account_refused(d);
	json_t *stops;

	view_text(o, "domain", d->domain);
	view_text(o, "url", *d->domain ? desk_url(r, s, arena_printf(r->arena, "/domains/%s", d->domain)) : NULL);
	view_text(o, "exchanger", *d->exchanger ? d->exchanger : NULL);
	view_text(o, "exchanger_url", *d->exchanger ? desk_url(r, s, arena_printf(r->arena, "/exchangers/%s", d->exchanger)) : NULL);
	desk_tally(o, r, s, &d->t, *d->domain ? d->domain : TRL(r->lang, "(no address)", "(không có địa chỉ)"), false);
	view_int(o, "refused", refused);
	view_share(o, "refused_share", refused, d->t.invited);
	view_flag(o, "refuses", d->refuses);
	view_flag(o, "stopped", account_stopped(d));
	view_text(o, "words", *d->words ? d->words : NULL);
	view_time(o, "refused_first_at", z, d->refused_first_at, r->lang);
	view_time(o, "refused_last_at", z, d->refused_last_at, r->lang);
	view_int(o, "reacted", d->reacted);
	view_int(o, "silent", d->silent);
	view_int(o, "told", d->told);
	view_int(o, "told_spam", d->told_spam);
	stops = view_list(o, "stops");
	for (const struct domain_stop *stop = d->stops; stop; stop = stop->next) {
		json_t *one = view_item(stops);

		view_text(one, "wave", stop->wave);
		view_flag(one, "observed", stop->observed);
		view_time(one, "at", z, stop->at, r->lang);
		view_time(one, "resumed_at", z, stop->resumed_at, r->lang);
	}
}

void
desk_placements(json_t *list, const struct request *r, const struct snapshot *s, const char *provider)
{
	for (size_t i = 0; i < s->account.n_placements; i++) {
		const struct placement *p = &s->account.placements[i];
		struct buf text = BUF_INIT(4096);
		int64_t looked = placement_looked(p);
		double low, high;
		json_t *o;

		if (provider && strcmp(provider, p->provider) != 0)
			continue;
		o = view_item(list);
		placement_share(p, &low, &high);
		placement_text(&text, p, r->lang);
		view_text(o, "provider", p->provider);
		view_text(o, "url", snapshot_domain(s, p->provider) ?
		    desk_url(r, s, arena_printf(r->arena, "/domains/%s", p->provider)) : NULL);
		view_text(o, "wave", p->wave);
		view_int(o, "probes", looked);
		view_int(o, "inbox", p->inbox);
		view_int(o, "spam", p->spam);
		view_int(o, "other", p->other);
		view_int(o, "missing", p->missing);
		view_share(o, "spam_low", (int64_t)(low * 1000 + .5), looked ? 1000 : 0);
		view_share(o, "spam_high", (int64_t)(high * 1000 + .5), looked ? 1000 : 0);
		view_grade(o, "grade", 'C');
		view_text(o, "text", buf_str(&text));
		view_int(o, "low_px", (int64_t)(low * 1000));
		view_int(o, "wide_px", (int64_t)((high - low) * 1000));
		buf_release(&text);
	}
}

static bool
is_of_domains(const struct finding *f, const void *arg)
{
	(void)arg;
	return f->kind >= FINDING_EXCHANGER_REFUSES || f->kind == FINDING_SENDER;
}

enum which { WHICH_ALL, WHICH_REFUSING, WHICH_SILENT, WHICH_EXCHANGERS, WHICHES };

static const struct { const char *key, *en, *vi; } views[WHICHES] = {
	[WHICH_ALL] = { "all", "all mail domains", "mọi tên miền thư" },
	[WHICH_REFUSING] = { "refusing", "those that refuse", "từ chối thư của ta" },
	[WHICH_SILENT] = { "silent", "accepted, never any sign", "nhận thư nhưng im lặng" },
	[WHICH_EXCHANGERS] = { "exchangers", "by mail exchanger", "theo máy chủ nhận thư" },
};

/* Accepted, and nobody ever gave a sign. */
static bool
is_silent(const struct domain_account *d)
{
	return *d->domain && d->silent > 0 && d->reacted == 0 && !d->refuses;
}

static enum which
chosen(const struct request *r)
{
	const char *word = request_arg(r, "which");

	for (int i = 0; word && i < WHICHES; i++)
		if (strcmp(views[i].key, word) == 0)
			return (enum which)i;
	return WHICH_ALL;
}

static const char *
page_url(const struct request *r, const struct snapshot *s, enum which w, size_t page)
{
	return desk_url(r, s, arena_printf(r->arena, "/domains?which=%s&page=%zu", views[w].key, page + 1));
}

static size_t
add_domains(json_t *list, const struct request *r, const struct snapshot *s, enum which w, size_t from)
{
	size_t n = 0, end = w == WHICH_REFUSING ? s->n_refusing : s->account.n_domains;

	for (size_t i = 0; i < end; i++) {
		const struct domain_account *d = &s->account.domains[s->concern[i]];

		if (w == WHICH_SILENT && !is_silent(d))
			continue;
		if (n >= from && n < from + DOMAINS_A_PAGE)
			desk_mail_domain(view_item(list), r, s, d);
		n++;
	}
	return n;
}

static void
add_institution(json_t *o, const struct request *r, const struct snapshot *s, const struct institution *x)
{
	size_t refusing = 0;

	for (size_t i = 0; i < x->n_domains; i++)
		refusing += s->account.domains[x->domains[i]].refuses;
	view_text(o, "exchanger", x->exchanger);
	view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/exchangers/%s", x->exchanger)));
	view_int(o, "domains", (int64_t)x->n_domains);
	view_int(o, "refusing", (int64_t)refusing);
	desk_tally(o, r, s, &x->t, x->exchanger, false);
	view_int(o, "refused", x->refused);
	view_share(o, "refused_share", x->refused, x->t.invited);
}

static size_t
add_exchangers(json_t *list, const struct request *r, const struct snapshot *s, size_t from)
{
	for (size_t i = from; i < s->n_institutions && i < from + DOMAINS_A_PAGE; i++)
		add_institution(view_item(list), r, s, &s->institutions[i]);
	return s->n_institutions;
}

static void
add_views(json_t *data, const struct request *r, const struct snapshot *s, enum which w)
{
	json_t *list = view_list(data, "views");

	for (int i = 0; i < WHICHES; i++) {
		json_t *o = view_item(list);

		view_text(o, "value", views[i].key);
		view_text(o, "text", TRL(r->lang, views[i].en, views[i].vi));
		view_text(o, "url", page_url(r, s, (enum which)i, 0));
		view_flag(o, "chosen", (enum which)i == w);
	}
	view_flag(data, "by_exchanger", w == WHICH_EXCHANGERS);
}

void
desk_domains(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	enum which w = chosen(r);
	size_t page = desk_page(r), from = page * DOMAINS_A_PAGE, n, shown;
	json_t *data, *list, *exchangers;

	if (!s)
		return;
	data = json_object();
	add_views(data, r, s, w);
	list = view_list(data, "domains");
	exchangers = view_list(data, "exchangers");
	n = w == WHICH_EXCHANGERS ? add_exchangers(exchangers, r, s, from) : add_domains(list, r, s, w, from);
	shown = json_array_size(w == WHICH_EXCHANGERS ? exchangers : list);
	view_int(data, "refusing", (int64_t)s->n_refusing);
	view_int(data, "all", (int64_t)s->account.n_domains);
	view_int(data, "found", (int64_t)n);
	view_int(data, "first", shown ? (int64_t)from + 1 : 0);
	view_int(data, "last", (int64_t)(from + shown));
	view_text(data, "previous_url", page > 0 ? page_url(r, s, w, page - 1) : NULL);
	view_text(data, "next_url", from + DOMAINS_A_PAGE < n ? page_url(r, s, w, page + 1) : NULL);
	desk_placements(view_list(data, "placements"), r, s, NULL);
	desk_findings(view_list(data, "findings"), r, s, is_of_domains, NULL);
	view_reply(r, SCREEN_DOMAINS, TRL(r->lang, "Institutions", "Hệ thống thư"), s, data);
	view_done(r, s);
}
