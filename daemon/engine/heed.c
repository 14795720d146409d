/* gate.h: what the answers of a domain say about it: it wants less, or it refuses us as a whole. */
#include <ctype.h>
#include <inttypes.h>

#include "base/log.h"
#include "engine/gate.h"
#include "mail/addr.h"
#include "mail/later.h"
#include "store/invite.h"
#include "store/pace.h"

#define WORDS_MOST 40			/* of a reply are compared */
#define RESTS_MOST 20

/* "Come back later" for one mailbox, and greylisting, say nothing about the domain. */
static bool
asks_for_less(const struct job *j, const struct verdict *v)
{
	struct later l = later_read(j->code, j->enhanced, j->text);

	if (j->verdict != SMTP_DEFERRED || l.greylisted)
		return false;
	if (j->code == 421)
		return true;
	if (v->category != CAT_RATE_LIMITED && v->category != CAT_BLOCKED && v->category != CAT_POLICY)
		return false;
	return l.less || strncmp(j->enhanced, "4.7.28", 6) == 0;
}

static bool
refuses_us(const struct job *j, const struct verdict *v)
{
	return j->verdict == SMTP_REFUSED && j->code && (v->category == CAT_POLICY || v->category == CAT_BLOCKED ||
	    v->category == CAT_CONTENT || v->category == CAT_AUTH_FAILED);
}

/* What differs: addresses, numbers, names of queues. */
uint32_t
gate_words(int code, const char *text)
{
	uint64_t h = (uint64_t)code;
	const char *p = text ? text : "";
	int n = 0;

	while (*p && n < WORDS_MOST) {
		char word[32];
		size_t len = 0;
		bool plain = true;

		while (*p && isspace((unsigned char)*p))
			p++;
		for (; *p && !isspace((unsigned char)*p); p++) {
			plain = plain && !isdigit((unsigned char)*p) && *p != '@' && *p != '/' && *p != '<' && *p != '=';
			if (len + 1 < sizeof(word))
				word[len++] = (char)tolower((unsigned char)*p);
		}
		word[len] = '\0';
		if (plain && len) {
			h = hash_text(h, word);
			n++;
		}
	}
	h ^= h >> 32;
	return (uint32_t)h ? (uint32_t)h : 1;
}

static int
begin_rest(struct gate *g, struct gate_domain *d, const struct job *j, struct err *e)
{
	int64_t s = g->conf->domain_rest_s;
	struct domain_rest r = { .domain = d->name };
	struct log_q q, quoted;

	for (int i = 0; i < d->rests && s < g->conf->retry_most_s; i++)
		s *= 2;
	if (s > g->conf->retry_most_s)
		s = g->conf->retry_most_s;
	d->rest_until_at = j->at + s;
	d->rests += d->rests < RESTS_MOST;
	d->slow = 0;
	g->recall = true;
	r.until_at = d->rest_until_at;
	r.rests = d->rests;
	r.reason = log_mask(&q, j->text);
	log_warn("domain", "domain=%s state=resting for_s=%" PRId64 " code=%d text=%s", d->name, s, j->code,
	    log_q(&quoted, j->text));
	return rest_save(g->db, &r, e);
}

static int
slow_down(struct gate *g, struct gate_domain *d, const struct job *j, bool less, struct err *e)
{
	struct domain_rest well = { .domain = d->name };

	if (less) {
		/* On trial one word is enough. */
		if (d->rest_until_at > j->at || (++d->slow < g->conf->domain_rest_after && !d->rests))
			return 0;
		return begin_rest(g, d, j, e);
	}
	d->slow = 0;
	if (!d->rests || d->rest_until_at > j->at)
		return 0;
	d->rests = 0;
	d->rest_until_at = 0;
	log_info("domain", "domain=%s state=well", d->name);
	return rest_save(g->db, &well, e);
}

/* How many of the last outcomes were refusals in the words of this one. */
static int64_t
count_said(struct gate *g, struct gate_domain *d, uint32_t words)
{
	int64_t n = 0, most = g->conf->domain_stop_of;

	if (!d->said)
		d->said = mem_zalloc((size_t)most * sizeof(*d->said));
	d->said[d->said_at] = words;
	d->said_at = (d->said_at + 1) % (int)most;
	d->said_n += d->said_n < most;
	for (int64_t i = 0; words && i < d->said_n; i++)
		n += d->said[i] == words;
	return n;
}

/* Recorded, unless it is known; a stop that was only noted before does not count when it is meant now. */
static int
stop_in_wave(struct gate *g, struct stop *t, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct log_q q;
	struct stop known;
	int rc = stop_last(g->db, &a, t->wave, t->domain, t->kind, &known, e);
	bool is_known = rc == 1 && !known.resumed_at && (t->observed || !known.observed);

	arena_release(&a);
	if (rc < 0 || (!is_known && stop_insert(g->db, t, e) < 0))
		return -1;
	if (!is_known)
		log_warn("domain", "wave=%" PRId64 " domain=%s state=%s refusals=%" PRId64 " of=%" PRId64 " text=%s", t->wave,
		    t->domain, t->observed ? "would_stop" : "stopped", t->n, t->of, log_q(&q, t->text));
	if (!t->observed)
		gate_park(g, t->wave, t->domain);
	return 0;
}

/* Whoever refuses us, and not the text of one wave, refuses all of the campaign's waves that are under way. */
static int
stop_other_waves(struct gate *g, struct stop *t, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct wave own, w = { .id = 0 };
	int64_t wave = t->wave;
	int rc = wave_by_id(g->db, &a, wave, &own, e);

	if (rc != 1) {
		arena_release(&a);
		return rc;
	}
	while (rc >= 0 && (rc = wave_next(g->db, &a, w.id, own.campaign, "running", &w, e)) == 1) {
		t->wave = w.id;
		if (w.id != wave)
			rc = stop_in_wave(g, t, e);
	}
	arena_release(&a);
	return rc;
}

int
gate_stop(struct gate *g, struct stop *t, bool content, struct err *e)
{
	if (stop_in_wave(g, t, e) < 0 || (!content && stop_other_waves(g, t, e) < 0))
		return -1;
	g->recall = g->recall || !t->observed;
	return 0;
}

static int
stop_domain(struct gate *g, struct gate_domain *d, const struct job *j, const struct verdict *v, int64_t n, struct err *e)
{
	struct log_q q;
	struct stop t = { .wave = j->wave, .domain = d->name, .kind = "refusals", .at = j->at, .n = n, .of = d->said_n,
	    .observed = strcmp(g->conf->stops, "observe") == 0, .text = log_mask(&q, j->text) };

	if (gate_stop(g, &t, v->category == CAT_CONTENT, e) < 0)
		return -1;
	d->said_n = d->said_at = 0;
	return 0;
}

int
gate_heed(struct gate *g, const struct job *j, const struct verdict *v, struct err *e)
{
	const char *domain = addr_domain(j->email);
	bool less, refuses;
	struct gate_domain *d;
	uint32_t words;
	int64_t n;

	if (!g)
		return 0;
	if (j->verdict == SMTP_ACCEPTED && gate_grow(g, j, e) < 0)
		return -1;
	/* Nobody has an entry, and this is no reason to make one: the usual case. */
	if (j->verdict == SMTP_ACCEPTED && !g->n_domains)
		return 0;
	less = g->conf->domain_rest_s > 0 && asks_for_less(j, v);
	refuses = refuses_us(j, v) && strcmp(g->conf->stops, "off") != 0;
	if (!(d = gate_domain(g, domain, less || refuses)))
		return 0;
	if (g->conf->domain_rest_s > 0 && slow_down(g, d, j, less, e) < 0)
		return -1;
	if (!refuses && !d->said)
		return 0;
	words = refuses ? gate_words(j->code, j->text) : 0;
	n = count_said(g, d, words);
	return refuses && n >= g->conf->domain_stop_refusals ? stop_domain(g, d, j, v, n, e) : 0;
}
