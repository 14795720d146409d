#include "engine/eligible.h"

#include "engine/audience.h"
#include "engine/calendar.h"
#include "engine/finding.h"
#include "engine/hashset.h"
#include "mail/addr.h"
#include "store/correction.h"
#include "store/evidence.h"
#include "store/seen.h"

#define EMAILS_MOST 8		/* as many as facts.c keeps */

struct mended {			/* a domain whose stop somebody resumed */
	uint64_t domain;
	int64_t at;
};

struct eligible {
	const struct conf *conf;
	const struct campaign *campaign;
	const struct wave *wave;
	int64_t now, midnight;
	int64_t doubted_at;		/* a message that the store does not know of may have come then; 0 */
	bool cron, reminds, thanks, invites;
	struct arena arena;
	struct audience audience;
	bool everybody;			/* the audience is empty */
	unsigned all;			/* forms of the campaign */
	struct cause_ask ask;
	struct calendar calendar;
	struct unit *units;		/* by id */
	size_t n_units;
	int64_t *reminders;		/* waves of that kind */
	size_t n_reminders;
	struct hashset dead, refusing, filtered;
	struct hashset corrected;	/* corrected_hash(): nothing was sent there yet */
	struct mended *mended;
	size_t n_mended, cap_mended;
	int64_t gap_from, gap_end;	/* of the last day asked for */
};

/* --- what it must know beforehand --------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static int
load_units(struct eligible *el, struct db *db, struct err *e)
{
	if (unit_list(db, &el->arena, el->campaign->tree, el->campaign->opens_at, &el->units, &el->n_units, e) < 0)
		return -1;
	if (el->n_units)
		qsort(el->units, el->n_units, sizeof(*el->units), by_id);
	return 0;
}

static int
load_reminders(struct eligible *el, struct db *db, struct err *e)
{
	struct wave w = { .id = 0 };
	size_t cap = 0;
	int rc;

	while ((rc = wave_next(db, &el->arena, w.id, el->campaign->id, NULL, &w, e)) == 1) {
		if (strcmp(w.kind, "reminder") != 0)
			continue;
		el->reminders = mem_room(el->reminders, el->n_reminders, &cap, sizeof(*el->reminders));
		el->reminders[el->n_reminders++] = w.id;
	}
	return rc;
}

static int
add_dead(const char *email, void *arg)
{
	struct eligible *el = arg;

	hashset_add(&el->dead, hash_text(0, email));
	return 0;
}

static uint64_t
corrected_hash(int64_t contact, const char *email)
{
	return hash_text((uint64_t)contact, email);
}

static int
add_corrected(int64_t contact, const char *email, void *arg)
{
	struct eligible *el = arg;

	hashset_add(&el->corrected, corrected_hash(contact, email));
	return 0;
}

static int64_t
mended_at(const struct eligible *el, const char *domain)
{
	uint64_t h = el->n_mended ? hash_text(0, domain) : 0;

	for (size_t i = 0; i < el->n_mended; i++)
		if (el->mended[i].domain == h)
			return el->mended[i].at;
	return 0;
}

static void
learn_domain(struct eligible *el, const struct account *a, const struct domain_account *d)
{
	int64_t mended = 0;

	for (const struct domain_stop *s = d->stops; s; s = s->next)
		if (s->resumed_at > mended)
			mended = s->resumed_at;
	if (mended) {
		el->mended = mem_room(el->mended, el->n_mended, &el->cap_mended, sizeof(*el->mended));
		el->mended[el->n_mended++] = (struct mended){ hash_text(0, d->domain), mended };
	}
	if (account_refuses(a, d) && (d->refused_last_at > mended || account_stopped(d)))
		hashset_add(&el->refusing, hash_text(0, d->domain));
}

/* By what people told, or by what our probe mailboxes saw. */
static void
learn_filtering(struct eligible *el, const struct finding *f)
{
	if ((f->kind != FINDING_DOMAIN_SPAM && f->kind != FINDING_FILTERED) || f->low < FILTERED_LEAST)
		return;
	hashset_add(&el->filtered, hash_text(0, f->domain ? f->domain->domain : f->placement->provider));
}

/* Which mail domains refuse us, and which probably filter us. */
static int
learn_domains(struct eligible *el, struct db *db, struct err *e)
{
	struct account a;
	struct finding *list;
	int rc = account_build(&a, db, el->campaign, el->conf, NULL, el->now, e);

	if (rc == 0) {
		size_t n = findings(&a, &a.arena, &list);

		for (size_t i = 0; i < a.n_domains; i++)
			learn_domain(el, &a, &a.domains[i]);
		for (size_t i = 0; i < n; i++)
			learn_filtering(el, &list[i]);
	}
	account_release(&a);
	return rc;
}

static int
prepare(struct eligible *el, struct db *db, struct err *e)
{
	const struct wave *w = el->wave;

	struct seen seen;

	if (seen_load(db, &seen, e) < 0 || audience_parse(&el->audience, &el->arena, w->audience, el->campaign, e) < 0 ||
	    calendar_load(&el->calendar, el->conf, e) < 0 || load_units(el, db, e) < 0 || load_reminders(el, db, e) < 0 ||
	    evidence_each_dead(db, el->now, add_dead, el, e) < 0)
		return -1;
	if (el->audience.asks_mended && corrections_each_open(db, el->campaign->id, add_corrected, el, e) < 0)
		return -1;
	el->doubted_at = seen.doubted_at;
	el->midnight = calendar_midnight(&el->campaign->zone, el->now);
	if (!(el->reminds && !el->audience.even_refusing) && !el->audience.asks_filtered && !*w->other_template &&
	    !*w->second_address)
		return 0;
	return learn_domains(el, db, e);
}

int
eligible_open(struct eligible **out, struct db *db, const struct conf *conf, const struct campaign *c,
    const struct wave *w, int64_t now, struct err *e)
{
	struct eligible *el = mem_zalloc(sizeof(*el));

	el->conf = conf;
	el->campaign = c;
	el->wave = w;
	el->now = now;
	el->cron = w->position > 0;
	el->reminds = strcmp(w->kind, "reminder") == 0;
	el->thanks = strcmp(w->kind, "thanks") == 0;
	el->invites = strcmp(w->kind, "invitation") == 0;
	el->everybody = !*w->audience;
	el->all = c->n_instruments ? (1u << c->n_instruments) - 1 : ~0u;
	el->ask = (struct cause_ask){ c->n_instruments ? el->all : 0, c->closes_at };
	el->gap_from = -1;
	if (prepare(el, db, e) < 0) {
		eligible_close(el);
		*out = NULL;
		return -1;
	}
	*out = el;
	return 0;
}

void
eligible_close(struct eligible *el)
{
	if (!el)
		return;
	calendar_release(&el->calendar);
	hashset_release(&el->dead);
	hashset_release(&el->refusing);
	hashset_release(&el->filtered);
	hashset_release(&el->corrected);
	free(el->mended);
	free(el->reminders);
	arena_release(&el->arena);
	free(el);
}

/* --- one person ------------------------------------------------------------------ */

static bool
in_set(const struct hashset *s, const char *text)
{
	return s->used && hashset_has(s, hash_text(0, text));
}

static const struct unit *
unit_of(const struct eligible *el, int64_t id)
{
	struct unit key = { .id = id };

	return bsearch(&key, el->units, el->n_units, sizeof(key), by_id);
}

static bool
is(const struct facts_message *m, const char *state)
{
	return strcmp(m->state, state) == 0;
}

static bool
on_its_way(const struct facts_message *m)
{
	return is(m, "sending") || is(m, "deferred") || (is(m, "planned") && !m->passed);
}

/* The person has got it, or may have: it counts for the gap and the day. */
static bool
arrived(const struct facts_message *m)
{
	return is(m, "accepted") || is(m, "sending") || is(m, "uncertain");
}

static bool
begun(const struct facts_message *m)
{
	return !is(m, "planned") && !is(m, "cancelled");
}

/* The messages of a person, brought together. */
struct past {
	const struct facts_message *own;	/* of this wave; NULL */
	bool open, begun;
	int64_t last_at, first_at;
	int64_t reminders;
	const char *state;			/* of the last one */
};

static bool
reminds(const struct eligible *el, int64_t wave)
{
	for (size_t i = 0; i < el->n_reminders; i++)
		if (el->reminders[i] == wave)
			return true;
	return false;
}

static struct past
past_of(const struct eligible *el, const struct facts *f)
{
	struct past p = { .state = "none" };
	int64_t latest = -1;

	for (size_t i = 0; i < f->n_messages; i++) {
		const struct facts_message *m = &f->messages[i];

		if (m->wave == el->wave->id)
			p.own = m;
		else if (on_its_way(m))
			p.open = true;
		if (begun(m)) {
			p.begun = true;
			if (!p.first_at || m->moved_at < p.first_at)
				p.first_at = m->moved_at;
		}
		if (arrived(m)) {
			if (m->moved_at > p.last_at)
				p.last_at = m->moved_at;
			p.reminders += reminds(el, m->wave);
		}
		if (m->moved_at >= latest) {
			latest = m->moved_at;
			p.state = m->state;
		}
	}
	if (p.begun && el->doubted_at > p.last_at)
		p.last_at = el->doubted_at;
	return p;
}

static bool
filtered(const struct eligible *el, const struct facts *f, const char *email)
{
	return f->found == FOUND_SPAM || in_set(&el->filtered, addr_domain(email));
}

static void
choose_address(const struct eligible *el, const struct facts *f, struct eligible_answer *out)
{
	size_t at = 0, next;

	while (at < f->n_emails && in_set(&el->dead, f->emails[at]))
		at++;
	out->email = at < f->n_emails ? f->emails[at] : "";
	for (next = at + 1; next < f->n_emails; next++)
		if (*el->wave->second_address && filtered(el, f, f->emails[at]) && !in_set(&el->dead, f->emails[next]) &&
		    !in_set(&el->filtered, addr_domain(f->emails[next]))) {
			at = next;
			out->email = f->emails[at];
			break;
		}
	out->second = at > 0 && at < f->n_emails;
	out->variant = *el->wave->other_template && *out->email && filtered(el, f, out->email);
}

/* Its invite of this wave came to nothing, and there is another address now. */
static bool
goes_on(const struct eligible *el, const struct facts *f, const struct facts_message *m, const char *email)
{
	bool ended = is(m, "accepted") || is(m, "refused") || is(m, "uncertain") || is(m, "expired");

	if (!ended || !*email)
		return false;
	if (m->address >= 0)
		return in_set(&el->dead, f->emails[m->address]) && strcmp(f->emails[m->address], email) != 0;
	return (m->told || is(m, "refused") || is(m, "expired")) && !f->begun;
}

static bool
refuses(const struct eligible *el, const struct facts *f, enum cause c, const char *email)
{
	const char *domain = addr_domain(email);

	if (f->accepted_at > f->failed_at || f->received_at > f->failed_at)
		return false;
	if (c == CAUSE_REFUSED_POLICY || c == CAUSE_REFUSED_CONTENT || c == CAUSE_REFUSED_BLOCKED)
		return f->failed_at > mended_at(el, domain);
	return in_set(&el->refusing, domain);
}

int64_t
eligible_gap_end(const struct conf *conf, const struct calendar *c, const struct zone *z, int64_t last_at)
{
	return calendar_day(c, z, last_at, (int)conf->min_gap_days, true, 0);
}

/* People got their last message on few different days: the end of the last one asked for is kept. */
static int64_t
gap_end(struct eligible *el, int64_t last_at)
{
	int64_t day = calendar_midnight(&el->campaign->zone, last_at);

	if (day != el->gap_from) {
		el->gap_from = day;
		el->gap_end = eligible_gap_end(el->conf, &el->calendar, &el->campaign->zone, last_at);
	}
	return el->gap_end;
}

static bool
is_meant(const struct eligible *el, const struct facts *f, const struct unit *u, const struct past *past,
    const struct eligible_answer *out, unsigned answered)
{
	struct audience_person p = { .id = f->contact, .unit_code = u ? u->code : "", .unit_kind = u ? u->kind : UNIT_KINDS,
	    .domain = *out->email ? addr_domain(out->email) : f->domain, .answered = answered, .cause = out->cause,
	    .state = past->state, .first_at = past->first_at, .filtered = *out->email && filtered(el, f, out->email),
	    .mended = el->corrected.used && hashset_has(&el->corrected, corrected_hash(f->contact, out->email)) };

	return audience_fits(&el->audience, &p);
}

/* What is the person's own, whatever time it is. */
static enum skip
standing(const struct eligible *el, const struct facts *f, const struct unit *u, const struct past *past,
    const struct eligible_answer *out)
{
	if (!is_meant(el, f, u, past, out, f->answered))
		return f->answered && is_meant(el, f, u, past, out, 0) ? SKIP_ANSWERED : SKIP_OUTSIDE;
	if (f->state != CONTACT_MAILABLE || f->erased)
		return SKIP_HELD;
	if (f->opted_out || f->complained)
		return SKIP_OPTED_OUT;
	if (el->thanks && (el->everybody ? (f->answered & el->all) != el->all : !f->answered))
		return SKIP_UNANSWERED;
	if (!el->thanks && !(el->audience.asks & ~f->answered))
		return SKIP_ANSWERED;
	if (!*out->email)
		return SKIP_DEAD;
	if (el->reminds && !el->audience.even_refusing && refuses(el, f, out->cause, out->email))
		return SKIP_REFUSING;
	return SKIP_NOT;
}

/* What passes with time. */
static enum skip
too_soon(struct eligible *el, const struct facts *f, const struct past *past, struct eligible_answer *out)
{
	if (!el->invites && f->away && el->now < f->away_until) {
		out->until = f->away_until;
		return SKIP_AWAY;
	}
	if (!el->cron || out->readdress)
		return SKIP_NOT;
	if (past->open)
		return SKIP_OPEN;
	if (el->reminds && !past->begun)
		return SKIP_NOT_INVITED;
	if (el->reminds && past->reminders >= el->conf->max_reminders)
		return SKIP_MOST;
	if (past->last_at >= el->midnight)
		return SKIP_TODAY;
	if (el->reminds && past->last_at && (out->until = gap_end(el, past->last_at)) > el->now)
		return SKIP_SOON;
	out->until = 0;
	return SKIP_NOT;
}

void
eligible_ask(struct eligible *el, const struct facts *f, struct eligible_answer *out)
{
	const struct unit *u = unit_of(el, f->unit);
	struct past past = past_of(el, f);
	char grade;

	*out = (struct eligible_answer){ .email = "", .unit_code = u ? u->code : "" };
	out->cause = cause_of(f, &el->ask, &grade);
	choose_address(el, f, out);
	if (past.own && !goes_on(el, f, past.own, out->email)) {
		out->skip = SKIP_BEFORE;
		return;
	}
	out->readdress = past.own ? past.own->id : 0;
	if ((out->skip = standing(el, f, u, &past, out)) == SKIP_NOT)
		out->skip = too_soon(el, f, &past, out);
}

/* --- the words ---------------------------------------------------------------------- */

static const struct { const char *key, *en, *vi; } names[SKIPS] = {
	[SKIP_NOT] = { "in", "gets it", "được gửi" },
	[SKIP_BEFORE] = { "before", "has an invite of this wave", "đã có thư của lượt này" },
	[SKIP_OUTSIDE] = { "outside", "not in the audience", "ngoài đối tượng" },
	[SKIP_HELD] = { "held", "row held or rejected at import, on the unit's fix list",
	    "dòng bị giữ hoặc loại khi nhập, đơn vị cần sửa" },
	[SKIP_OPTED_OUT] = { "opted_out", "asked to stop", "đã xin thôi nhận" },
	[SKIP_ANSWERED] = { "answered", "has answered", "đã trả lời" },
	[SKIP_UNANSWERED] = { "unanswered", "has not answered", "chưa trả lời" },
	[SKIP_DEAD] = { "dead", "address proven dead, on the unit's fix list",
	    "địa chỉ hỏng đã được chứng minh, đơn vị cần sửa" },
	[SKIP_REFUSING] = { "refusing", "mail domain refuses us, waits for the unit's mail administrator",
	    "máy chủ thư từ chối, chờ quản trị thư của đơn vị" },
	[SKIP_AWAY] = { "away", "away until later", "đang vắng mặt" },
	[SKIP_OPEN] = { "open", "an earlier message is still on its way", "thư trước còn đang gửi" },
	[SKIP_NOT_INVITED] = { "not_invited", "not invited yet", "chưa được mời" },
	[SKIP_MOST] = { "most", "has had the most reminders allowed", "đã nhận đủ số thư nhắc" },
	[SKIP_TODAY] = { "today", "has got a message today", "hôm nay đã nhận một thư" },
	[SKIP_SOON] = { "soon", "the last message is too recent", "thư trước còn quá gần" },
};

const char *
eligible_key(enum skip s)
{
	return names[s].key;
}

const char *
eligible_text(enum skip s, enum lang l)
{
	return TRL(l, names[s].en, names[s].vi);
}

bool
eligible_parse(const char *key, enum skip *out)
{
	for (int i = 0; i < SKIPS; i++)
		if (strcmp(names[i].key, key) == 0) {
			*out = (enum skip)i;
			return true;
		}
	return false;
}
