#include "engine/preview.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine/calendar.h"
#include "engine/message.h"
#include "store/contact.h"
#include "store/unit.h"

struct making {
	struct preview *p;
	size_t most, apart, first;	/* samples: that many apart, and the first ones behind them */
	size_t cap_units, last_unit;
	void (*each)(const struct facts *, const struct eligible_answer *, void *);
	void *arg;
};

/* Samples show what differs: the template, the address, what is answered. */
static void
keep_sample(struct making *m, const struct facts *f, const struct eligible_answer *a)
{
	struct preview *p = m->p;
	struct preview_sample s = { .contact = f->contact, .answered = f->answered, .variant = a->variant, .second = a->second };
	struct preview_sample *first = p->samples + m->most;
	bool apart = true;

	for (size_t i = 0; i < m->apart && apart; i++)
		apart = p->samples[i].answered != s.answered || p->samples[i].variant != s.variant || p->samples[i].second != s.second;
	if (apart && m->apart < m->most) {
		s.email = arena_dup(&p->arena, a->email);
		p->samples[m->apart++] = s;
	} else if (m->first < m->most) {
		s.email = arena_dup(&p->arena, a->email);
		first[m->first++] = s;
	}
}

/* Those apart come first, then as many of the others as there is room for. */
static void
settle_samples(struct making *m)
{
	struct preview *p = m->p;

	p->n_samples = m->apart;
	for (size_t i = 0; i < m->first && p->n_samples < m->most; i++)
		p->samples[p->n_samples++] = p->samples[m->most + i];
}

/* People come in the order of their rosters: most often it is the unit of the one before. */
static struct preview_unit *
unit_of(struct making *m, const char *code)
{
	struct preview *p = m->p;

	if (m->last_unit < p->n_units && strcmp(p->units[m->last_unit].code, code) == 0)
		return &p->units[m->last_unit];
	for (m->last_unit = 0; m->last_unit < p->n_units; m->last_unit++)
		if (strcmp(p->units[m->last_unit].code, code) == 0)
			return &p->units[m->last_unit];
	p->units = mem_room(p->units, p->n_units, &m->cap_units, sizeof(*p->units));
	p->units[p->n_units] = (struct preview_unit){ .code = arena_dup(&p->arena, code) };
	return &p->units[p->n_units++];
}

static int
each_person(const struct facts *f, const struct eligible_answer *a, void *arg)
{
	struct making *m = arg;

	if (m->each)
		m->each(f, a, m->arg);
	if (a->skip != SKIP_OUTSIDE && a->skip != SKIP_BEFORE) {
		struct preview_unit *u = unit_of(m, a->unit_code);

		u->in += a->skip == SKIP_NOT;
		u->out += a->skip != SKIP_NOT;
	}
	if (a->skip)
		return 0;
	m->p->causes[a->cause]++;
	m->p->variant += a->variant;
	m->p->second += a->second;
	keep_sample(m, f, a);
	return 0;
}

/* When it would be planned, and when the first message would go. */
static int
set_times(struct preview *p, const struct conf *conf, struct err *e)
{
	struct calendar all, own;
	int64_t now = clock_now();
	int rc;

	p->as_of = p->wave->not_before > now ? p->wave->not_before : now;
	p->deadline = plan_deadline(p->wave, p->campaign);
	rc = calendar_load(&all, conf, e);
	if (rc == 0 && (rc = calendar_of_wave(&own, &all, p->wave->quiet_hours, p->wave->working_days, e)) == 0)
		p->goes_at = calendar_next(&own, &p->campaign->zone, p->as_of);
	calendar_release(&all);
	return rc;
}

int
preview_make(struct preview *p, struct db *db, const struct conf *conf, const struct campaign *c, const struct wave *w,
    size_t samples, void (*each)(const struct facts *, const struct eligible_answer *, void *), void *arg, struct err *e)
{
	struct making m = { .p = p, .most = samples, .each = each, .arg = arg };

	*p = (struct preview){ .campaign = c, .wave = w, .arena = ARENA_INIT };
	p->samples = arena_alloc(&p->arena, (samples * 2 + 1) * sizeof(*p->samples));
	if (plan_check(db, w->audience, c, e) < 0 || set_times(p, conf, e) < 0 ||
	    plan_try(db, conf, c, w, p->as_of, &p->plan, each_person, &m, e) < 0)
		return -1;
	settle_samples(&m);
	return 0;
}

int
preview_sample_of(struct preview *p, struct db *db, const struct conf *conf, const struct campaign *c, const struct wave *w,
    int64_t contact, struct preview_sample *out, struct err *e)
{
	struct eligible *el = NULL;
	struct facts_reader *r = NULL;
	struct eligible_answer a;
	struct facts f;
	int rc;

	*p = (struct preview){ .campaign = c, .wave = w, .arena = ARENA_INIT };
	if (set_times(p, conf, e) < 0 || eligible_open(&el, db, conf, c, w, p->as_of, e) < 0)
		return -1;
	/* 0 would be everybody. */
	if (contact <= 0)
		rc = 0;
	else if ((rc = facts_open(&r, db, c, contact, p->as_of, e)) == 0 && (rc = facts_next(r, &f, e)) == 1) {
		eligible_ask(el, &f, &a);
		*out = (struct preview_sample){ .contact = f.contact, .answered = f.answered, .variant = a.variant, .second = a.second,
		    .email = arena_dup(&p->arena, a.email) };
		rc = a.skip == SKIP_NOT;
	}
	facts_close(r);
	eligible_close(el);
	return rc;
}

void
preview_release(struct preview *p)
{
	free(p->units);
	arena_release(&p->arena);
	p->units = NULL;
	p->n_units = 0;
}

/* The person and the unit of a sample may be gone by now. */
static int
find_person(struct db *db, struct arena *a, int64_t contact, struct contact *who, struct unit *unit, struct err *e)
{
	int rc = contact_by_id(db, a, contact, who, e);

	if (rc == 1)
		rc = unit_by_id(db, a, who->unit, unit, e);
	return rc == 0 ? err_set(e, ERR_NOTFOUND, TR("the person is gone", "không còn người này")) : rc == 1 ? 0 : -1;
}

int
preview_mail(const struct preview *p, struct db *db, const struct conf *conf, const struct preview_sample *s, enum lang lang,
    struct arena *a, struct preview_mail *out, struct err *e)
{
	/* The tag of a sample names invite 0, which never was: it needs no key. */
	static const struct secret no_secret;
	struct campaign c = *p->campaign;
	struct message_maker *maker = NULL;
	struct message_envelope envelope;
	struct message_to to;
	struct contact who;
	struct unit unit;
	struct mail mail;
	int rc = -1;

	c.lang = lang;
	if (find_person(db, a, s->contact, &who, &unit, e) < 0 ||
	    message_maker_new(&maker, &c, conf, &no_secret, s->variant ? p->wave->other_template : p->wave->template, e) < 0)
		return -1;
	to = (struct message_to){ .attempt = 1, .name = who.name, .email = s->email, .token = who.token, .sub_unit = who.sub_unit,
	    .position = who.position, .answered = s->answered, .at = p->goes_at, .unit_name = TRL(lang, unit.name_en, unit.name_vi) };
	if (message_parts(maker, &to, a, &mail, &envelope, e) == 0) {
		*out = (struct preview_mail){ .name = who.name, .unit_code = who.unit_code, .email = s->email,
		    .subject = arena_dup(a, mail.subject), .text = arena_ndup(a, mail.text, mail.text_len),
		    .html = mail.html ? arena_ndup(a, mail.html, mail.html_len) : NULL };
		rc = 0;
	}
	message_maker_free(maker);
	return rc;
}
