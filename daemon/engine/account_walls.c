/* account.h: mail domains that refuse us as a whole: since when, in what words, and where they were stopped. */
#include "engine/account.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "store/evidence.h"
#include "store/pace.h"

int64_t
account_refused(const struct domain_account *d)
{
	return tally_cause(&d->t, CAUSE_REFUSED_POLICY) + tally_cause(&d->t, CAUSE_REFUSED_CONTENT) +
	    tally_cause(&d->t, CAUSE_REFUSED_BLOCKED) + tally_cause(&d->t, CAUSE_EXPIRED);
}

bool
account_stopped(const struct domain_account *d)
{
	for (const struct domain_stop *s = d->stops; s; s = s->next)
		if (!s->observed && !s->resumed_at)
			return true;
	return false;
}

bool
account_refuses(const struct account *a, const struct domain_account *d)
{
	int64_t n = account_refused(d);

	if (!*d->domain)
		return false;
	if ((n >= a->conf->silent_domain_people && n * 2 >= d->t.invited) || account_stopped(d))
		return true;
	/* Noted only: it may have come to its senses since. */
	for (const struct domain_stop *s = d->stops; s && n; s = s->next)
		if (!s->resumed_at)
			return true;
	return false;
}

void
account_count_refusal(struct domain_account *d, const struct facts *f, enum cause c)
{
	bool no = c == CAUSE_REFUSED_POLICY || c == CAUSE_REFUSED_CONTENT || c == CAUSE_REFUSED_BLOCKED;

	if (!no && c != CAUSE_EXPIRED)
		return;
	if (!d->refused_first_at || f->failed_at < d->refused_first_at)
		d->refused_first_at = f->failed_at;
	if (f->failed_at > d->refused_last_at)
		d->refused_last_at = f->failed_at;
	if (!f->failed_evidence || (d->said_no && !no) || (d->said_no == no && f->failed_at < d->said_at))
		return;
	d->said_at = f->failed_at;
	d->said_id = f->failed_evidence;
	d->said_no = no;
}

static const char *
clean(struct arena *a, const char *words)
{
	struct log_q q;

	words = log_mask(&q, words);
	return text_nfc(a, words, strlen(words));
}

/* Stops are few, and so are the domains that have one. */
static int
read_stops(struct account *a, struct db *db, struct err *e)
{
	struct stop t = { .id = 0 };
	const char *wave;
	int rc;

	while ((rc = stop_next_of(db, &a->arena, t.id, a->campaign->id, "refusals", &t, &wave, e)) == 1) {
		struct domain_stop **end, *s;
		size_t i = 0;

		while (i < a->n_domains && strcmp(a->domains[i].domain, t.domain) != 0)
			i++;
		if (i == a->n_domains)
			continue;
		s = arena_alloc(&a->arena, sizeof(*s));
		*s = (struct domain_stop){ .wave = wave, .observed = t.observed, .at = t.at, .n = t.n, .of = t.of,
		    .resumed_at = t.resumed_at };
		for (end = &a->domains[i].stops; *end; end = &(*end)->next)
			;
		*end = s;
		a->domains[i].words = clean(&a->arena, t.text);
	}
	return rc;
}

int
account_read_walls(struct account *a, struct db *db, struct err *e)
{
	if (read_stops(a, db, e) < 0)
		return -1;
	for (size_t i = 0; i < a->n_domains; i++) {
		struct domain_account *d = &a->domains[i];
		const char *words;
		int rc;

		if (!d->said_id || !account_refuses(a, d))
			continue;
		if ((rc = evidence_words(db, &a->arena, d->said_id, &words, e)) < 0)
			return -1;
		if (rc == 1 && *words)
			d->words = clean(&a->arena, words);
	}
	return 0;
}
