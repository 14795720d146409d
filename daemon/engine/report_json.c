/* report.h: the JSON forms. */
#include "engine/report.h"

#include <jansson.h>

#include "base/text.h"
#include "engine/sentence.h"
#include "engine/survey_words.h"

/* What came from outside may be no UTF-8. */
static json_t *
text(const char *s)
{
	struct arena a = ARENA_INIT;
	json_t *o = json_string(text_nfc(&a, s, strlen(s)));

	arena_release(&a);
	return o;
}

static json_t *
lines(struct buf *b)
{
	json_t *list = json_array();
	char *s = b->s, *end;

	for (; s && (end = strchr(s, '\n')); s = end + 1)
		json_array_append_new(list, json_stringn(s, (size_t)(end - s)));
	return list;
}

static json_t *
sentences(const struct account *a, bool causes)
{
	static const enum lang langs[] = { LANG_VI, LANG_EN };
	json_t *o = json_object();

	for (size_t i = 0; i < COUNT_OF(langs); i++) {
		struct buf b = BUF_INIT((size_t)1 << 20);

		sentences_participation(&b, a, langs[i]);
		if (causes) {
			buf_clear(&b);
			sentences_causes(&b, a, langs[i]);
		}
		json_object_set_new(o, lang_name(langs[i]), lines(&b));
		buf_release(&b);
	}
	return o;
}

static json_t *
head(const struct report *r)
{
	const struct account *a = r->account;
	json_t *o = json_object(), *forms = json_array();
	struct date_text t;

	for (size_t i = 0; i < a->campaign->n_instruments; i++)
		json_array_append_new(forms, json_pack("{s:o, s:o}", "key",
		    text(a->campaign->instruments[i].key), "title", text(a->campaign->instruments[i].title)));
	json_object_set_new(o, "campaign", json_string(a->campaign->key));
	json_object_set_new(o, "title", text(a->campaign->title));
	json_object_set_new(o, "at", json_string(date_rfc3339(&t, &a->campaign->zone, a->now)));
	json_object_set_new(o, "instruments", forms);
	json_object_set_new(o, "reconciles", json_boolean(a->faults == 0));
	json_object_set_new(o, "corrections", json_pack("{s:I, s:I, s:I, s:I}", "mended", (json_int_t)a->corrections.mended, "invited",
	    (json_int_t)a->corrections.invited, "accepted", (json_int_t)a->corrections.accepted, "answered",
	    (json_int_t)a->corrections.answered));
	return o;
}

/* Forms that are surveys of a survey system: its own count beside ours, both of that moment. */
static json_t *
survey_systems(const struct account *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->n_surveys; i++) {
		const struct survey_link *l = &a->surveys[i];
		const struct survey_count *n = &l->count;
		struct buf vi = BUF_INIT(4096), en = BUF_INIT(4096);
		struct date_text at;
		json_t *o = json_pack("{s:o, s:o}", "instrument", text(l->key), "as_of",
		    n->at ? json_string(date_rfc3339(&at, &a->campaign->zone, n->at)) : json_null());

		if (n->at) {
			json_object_set_new(o, "completed", json_integer(n->completed));
			json_object_set_new(o, "ours", json_integer(n->ours));
			json_object_set_new(o, "difference", json_integer(survey_difference(n)));
			json_object_set_new(o, "reasons", json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "strangers",
			    (json_int_t)n->strangers_done, "early", (json_int_t)n->early, "late", (json_int_t)n->late, "undated",
			    (json_int_t)n->undated, "odd", (json_int_t)n->odd, "unread", (json_int_t)n->unread, "only_ours",
			    (json_int_t)n->only_ours));
		}
		survey_words(&vi, l, &a->campaign->zone, true, LANG_VI);
		survey_words(&en, l, &a->campaign->zone, true, LANG_EN);
		json_object_set_new(o, "text", json_pack("{s:o, s:o}", "vi", text(buf_str(&vi)), "en", text(buf_str(&en))));
		json_array_append_new(list, o);
		buf_release(&vi);
		buf_release(&en);
	}
	return list;
}

static json_t *
participation(const struct report *r, const struct tally *t)
{
	const struct campaign *c = r->account->campaign;
	json_t *o = json_object(), *did = json_object(), *not = json_object();

	json_object_set_new(o, "nominated", json_integer(t->nominated));
	json_object_set_new(o, "mailable", json_integer(t->mailable));
	json_object_set_new(o, "invited", json_integer(t->invited));
	json_object_set_new(o, "accepted", json_integer(t->accepted));
	json_object_set_new(o, "took_part", json_integer(t->took_part));
	for (size_t i = 0; i < c->n_instruments; i++) {
		json_object_set_new(did, c->instruments[i].key, json_integer(t->answered[i]));
		json_object_set_new(not, c->instruments[i].key, json_integer(t->nominated - t->answered[i]));
	}
	json_object_set_new(o, "answered", did);
	json_object_set_new(o, "not_answered", not);
	return o;
}

static json_t *
moment(const struct finding *f, int64_t at)
{
	struct date_text t;

	return at ? json_string(date_rfc3339(&t, f->zone, at)) : json_null();
}

/* What there is to know of a domain that refuses us. */
static void
put_refusal(json_t *o, const struct finding *f)
{
	const struct domain_account *d = f->domain;
	json_t *stops = json_array();

	ASSERT(d);
	for (const struct domain_stop *s = d->stops; s; s = s->next)
		json_array_append_new(stops, json_pack("{s:o, s:o, s:b, s:o, s:I, s:I}", "wave", text(s->wave),
		    "at", moment(f, s->at), "observed", (int)s->observed, "resumed_at", moment(f, s->resumed_at),
		    "refusals", (json_int_t)s->n, "of", (json_int_t)s->of));
	json_object_set_new(o, "first_at", moment(f, d->refused_first_at));
	json_object_set_new(o, "last_at", moment(f, d->refused_last_at));
	json_object_set_new(o, "words", text(d->words));
	json_object_set_new(o, "stopped", json_boolean(account_stopped(d)));
	json_object_set_new(o, "stops", stops);
	json_object_set_new(o, "owner", json_string(owner_key(OWNER_MAIL_ADMIN)));
}

static json_t *
finding(const struct finding *f)
{
	json_t *o = json_object();

	json_object_set_new(o, "kind", json_string(finding_key(f->kind)));
	json_object_set_new(o, "grade", f->grade ? json_stringn(&f->grade, 1) : json_null());
	if (f->unit)
		json_object_set_new(o, "unit", json_string(f->unit->unit.code));
	if (f->domain)
		json_object_set_new(o, "domain", text(f->domain->domain));
	if (f->kind == FINDING_NO_ROSTER || f->kind == FINDING_ZERO)
		json_object_set_new(o, "alert", json_boolean(f->alert));
	if (f->placement) {
		json_object_set_new(o, "provider", text(f->placement->provider));
		json_object_set_new(o, "wave", text(f->placement->wave));
		json_object_set_new(o, "template", text(f->placement->template));
	}
	json_object_set_new(o, f->placement ? "probes" : "people", json_integer(f->n));
	json_object_set_new(o, "of", json_integer(f->of));
	if (f->kind == FINDING_DOMAIN_SPAM || f->kind == FINDING_FILTERED) {
		json_object_set_new(o, "low", json_real(f->low));
		json_object_set_new(o, "high", json_real(f->high));
	}
	if (f->kind == FINDING_DOMAIN_REFUSES)
		put_refusal(o, f);
	if (f->exchanger) {
		json_object_set_new(o, "exchanger", text(f->exchanger->exchanger));
		json_object_set_new(o, "domains", text(f->exchanger->domains));
		json_object_set_new(o, "first_at", moment(f, f->exchanger->refused_first_at));
		json_object_set_new(o, "last_at", moment(f, f->exchanger->refused_last_at));
		json_object_set_new(o, "words", text(f->exchanger->words));
		json_object_set_new(o, "owner", json_string(owner_key(OWNER_MAIL_ADMIN)));
	}
	for (int l = 0; l < 2; l++) {
		struct buf b = BUF_INIT(65536);

		finding_text(&b, f, (enum lang)l);
		json_object_set_new(o, lang_name((enum lang)l), text(buf_str(&b)));
		buf_release(&b);
	}
	return o;
}

static json_t *
all_findings(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_findings; i++)
		json_array_append_new(list, finding(&r->findings[i]));
	return list;
}

static int
done(json_t *o, FILE *f, struct err *e)
{
	int rc = json_dumpf(o, f, JSON_INDENT(1));

	json_decref(o);
	fputc('\n', f);
	if (rc < 0 || fflush(f) != 0 || ferror(f))
		return out_lost(e);
	return 0;
}

int
report_json_participation(const struct report *r, FILE *f, struct err *e)
{
	const struct account *a = r->account;
	json_t *o = head(r), *units = json_array();

	for (size_t i = 0; i < a->n_units; i++) {
		const struct unit_account *u = &a->units[i];
		json_t *row = participation(r, &u->t);

		json_object_set_new(row, "unit", json_string(u->unit.code));
		json_object_set_new(row, "kind", json_string(unit_kind_name(u->unit.kind)));
		json_object_set_new(row, "name", json_string(unit_name(&u->unit, r->lang)));
		json_object_set_new(row, "rosters", json_integer(u->census.rosters));
		json_object_set_new(row, "class", json_string(unit_class_key(u->class)));
		json_array_append_new(units, row);
	}
	json_object_set_new(o, "units", units);
	for (int k = 0; k < UNIT_KINDS; k++) {
		json_t *row = participation(r, &a->kinds[k]);

		json_object_set_new(row, "units", json_integer(a->kind_units[k]));
		json_object_set_new(row, "with_roster", json_integer(a->kind_rosters[k]));
		json_object_set_new(o, k == UNIT_MINISTRY ? "ministries" : "provinces", row);
	}
	json_object_set_new(o, "total", participation(r, &a->all));
	json_object_set_new(o, "survey_systems", survey_systems(a));
	json_object_set_new(o, "findings", all_findings(r));
	json_object_set_new(o, "sentences", sentences(a, false));
	return done(o, f, e);
}

static int
cause_row(enum cause c, char grade, int64_t people, void *list)
{
	const struct cause_info *i = cause_info(c);
	json_t *o = json_object();

	json_object_set_new(o, "cause", json_string(i->key));
	json_object_set_new(o, "owner", i->owner == OWNER_NONE ? json_null() : json_string(owner_key(i->owner)));
	if (i->helper != OWNER_NONE)
		json_object_set_new(o, "helper", json_string(owner_key(i->helper)));
	json_object_set_new(o, "aapor", json_string(i->aapor));
	json_object_set_new(o, "grade", grade ? json_stringn(&grade, 1) : json_null());
	json_object_set_new(o, "people", json_integer(people));
	json_array_append_new(list, o);
	return 0;
}

static json_t *
causes(const char *key, const char *value, const struct tally *t)
{
	json_t *o = json_object(), *list = json_array();

	if (key)
		json_object_set_new(o, key, text(value));
	json_object_set_new(o, "nominated", json_integer(t->nominated));
	report_each_cause(t, cause_row, list);
	json_object_set_new(o, "causes", list);
	return o;
}

int
report_json_causes(const struct report *r, FILE *f, struct err *e)
{
	const struct account *a = r->account;
	json_t *o = head(r), *list = json_array();

	json_object_set_new(o, "instrument", a->instrument < 0 ? json_null() :
	    json_string(a->campaign->instruments[a->instrument].key));
	for (size_t i = 0; r->by == BY_UNIT && i < a->n_units; i++)
		json_array_append_new(list, causes("unit", a->units[i].unit.code, &a->units[i].t));
	for (size_t i = 0; r->by == BY_DOMAIN && i < a->n_domains; i++)
		json_array_append_new(list, causes("domain", a->domains[i].domain, &a->domains[i].t));
	for (int w = 0; r->by == BY_OWNER && w < OWNERS; w++) {
		struct tally t = { .nominated = 0 };

		for (int c = 0; c < CAUSES; c++)
			if (cause_info((enum cause)c)->owner == (enum owner)w) {
				memcpy(t.by[c], a->all.by[c], sizeof(t.by[c]));
				t.nominated += tally_cause(&a->all, (enum cause)c);
			}
		json_array_append_new(list, causes("owner", w == OWNER_NONE ? "none" : owner_key((enum owner)w), &t));
	}
	json_object_set_new(o, r->by == BY_UNIT ? "units" : r->by == BY_DOMAIN ? "domains" : "owners", list);
	json_object_set_new(o, "total", causes(NULL, NULL, &a->all));
	json_object_set_new(o, "findings", all_findings(r));
	json_object_set_new(o, "sentences", sentences(a, true));
	return done(o, f, e);
}
