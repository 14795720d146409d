/* account.h: mail domains that refuse us as a whole: since when, in what words, and where they were stopped. */
#include "engine/account.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "store/evidence.h"
#include "store/mail_domain.h"
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

/* --- behind one exchanger ----------------------------------------------------- */

/* The next word that does not differ from one domain or message to the next. */
static size_t
plain_word(const char **at, const char **word)
{
	for (const char *p = *at; *p; ) {
		size_t n = strcspn(p, " \t\n"), odd = strcspn(p, "0123456789@./<=");

		*word = p;
		p += n;
		p += strspn(p, " \t\n");
		*at = p;
		if (n && odd >= n)
			return n;
	}
	return 0;
}

static bool
same_words(const char *a, const char *b)
{
	const char *x = "", *y = "";

	for (;;) {
		size_t n = plain_word(&a, &x), m = plain_word(&b, &y);

		if (n == 0 || n != m)
			return n == m;
		if (strncasecmp(x, y, n) != 0)
			return false;
	}
}

/* "10 mx1.example, 20 mx2.example": the first host. */
static const char *
first_exchanger(struct arena *a, const char *list)
{
	const char *host = list + strcspn(list, " ");

	host += *host == ' ';
	return arena_ndup(a, host, strcspn(host, ","));
}

static int
read_exchangers(struct account *a, struct db *db, struct err *e)
{
	for (size_t i = 0; i < a->n_domains; i++) {
		struct domain_account *d = &a->domains[i];
		struct mail_domain known;
		int rc;

		d->exchanger = "";
		if (!*d->domain)
			continue;
		if ((rc = mail_domain_find(db, &a->arena, d->domain, &known, e)) < 0)
			return -1;
		if (rc == 1)
			d->exchanger = first_exchanger(&a->arena, known.exchangers);
	}
	return 0;
}

/* Everybody behind the exchanger of domain i, which is its first that refuses. */
static struct exchanger_account
gather_exchanger(struct account *a, size_t i)
{
	struct exchanger_account x = { .exchanger = a->domains[i].exchanger, .domains = "", .words = a->domains[i].words };

	for (size_t k = 0; k < a->n_domains; k++) {
		const struct domain_account *d = &a->domains[k];

		if (strcmp(d->exchanger, x.exchanger) != 0)
			continue;
		x.invited += d->t.invited;
		if (!account_refuses(a, d))
			continue;
		x.refused += account_refused(d);
		x.domains = arena_printf(&a->arena, "%s%s%s", x.domains, x.n_domains ? ", " : "", d->domain);
		x.n_domains++;
		if (!same_words(x.words, d->words))
			x.words = "";
		if (d->refused_first_at && (!x.refused_first_at || d->refused_first_at < x.refused_first_at))
			x.refused_first_at = d->refused_first_at;
		if (d->refused_last_at > x.refused_last_at)
			x.refused_last_at = d->refused_last_at;
	}
	return x;
}

static int
most_refused(const void *a, const void *b)
{
	const struct exchanger_account *x = a, *y = b;

	return x->refused != y->refused ? (x->refused < y->refused) - (x->refused > y->refused) : strcmp(x->exchanger, y->exchanger);
}

static void
count_exchangers(struct account *a)
{
	a->exchangers = arena_alloc(&a->arena, (a->n_domains + 1) * sizeof(*a->exchangers));
	for (size_t i = 0; i < a->n_domains; i++) {
		struct exchanger_account x;
		bool seen = !*a->domains[i].exchanger || !account_refuses(a, &a->domains[i]);

		for (size_t k = 0; k < a->n_exchangers && !seen; k++)
			seen = strcmp(a->exchangers[k].exchanger, a->domains[i].exchanger) == 0;
		if (seen)
			continue;
		x = gather_exchanger(a, i);
		if (x.n_domains > 1)
			a->exchangers[a->n_exchangers++] = x;
	}
	qsort(a->exchangers, a->n_exchangers, sizeof(*a->exchangers), most_refused);
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
	if (read_exchangers(a, db, e) < 0)
		return -1;
	count_exchangers(a);
	for (size_t i = 0; i < a->n_domains; i++)
		a->domains[i].refuses = account_refuses(a, &a->domains[i]);
	return 0;
}
