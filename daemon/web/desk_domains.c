/* desk.h: institutions, by mail domain: who refuses, in what words; what our probes saw. */
#include "web/desk.h"

#include "web/desk_parts.h"

#define DOMAINS_SHOWN 200

static void
add_domain(json_t *o, const struct request *r, const struct snapshot *s, const struct domain_account *d)
{
	const struct zone *z = &s->campaign.zone;
	int64_t refused = account_refused(d);
	json_t *stops;

	view_text(o, "domain", d->domain);
	view_text(o, "exchanger", *d->exchanger ? d->exchanger : NULL);
	desk_tally(o, r, s, &d->t, *d->domain ? d->domain : TRL(r->lang, "(no address)", "(không có địa chỉ)"), false);
	view_int(o, "refused", refused);
	view_share(o, "refused_share", refused, d->t.invited);
	view_flag(o, "refuses", account_refuses(&s->account, d));
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

static bool
is_of_domains(const struct finding *f, const void *arg)
{
	(void)arg;
	return f->kind >= FINDING_EXCHANGER_REFUSES || f->kind == FINDING_SENDER;
}

void
desk_domains(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	size_t refusing = 0, n;
	json_t *data, *list;

	if (!s)
		return;
	data = json_object();
	list = view_list(data, "domains");
	n = s->account.n_domains < DOMAINS_SHOWN ? s->account.n_domains : DOMAINS_SHOWN;
	/* Those that refuse first: they are what one comes here for. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++) {
			const struct domain_account *d = &s->account.domains[i];
			bool refuses = account_refuses(&s->account, d);

			if (refuses != (pass == 0))
				continue;
			refusing += refuses;
			add_domain(view_item(list), r, s, d);
		}
	view_int(data, "refusing", (int64_t)refusing);
	view_int(data, "shown", (int64_t)n);
	view_int(data, "all", (int64_t)s->account.n_domains);
	desk_findings(view_list(data, "findings"), r, s, is_of_domains, NULL);
	view_reply(r, SCREEN_DOMAINS, TRL(r->lang, "Institutions", "Hệ thống thư"), s, data);
	view_done(r, s);
}
