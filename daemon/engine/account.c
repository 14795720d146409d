#include "engine/account.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

int64_t
tally_cause(const struct tally *t, enum cause c)
{
	int64_t n = 0;

	for (size_t g = 0; g < GRADE_SLOTS; g++)
		n += t->by[c][g];
	return n;
}

int64_t
tally_sum(const struct tally *t)
{
	int64_t n = 0;

	for (int c = 0; c < CAUSES; c++)
		n += tally_cause(t, (enum cause)c);
	return n;
}

char
grade_letter(size_t slot)
{
	return "\0ABCD"[slot];
}

static size_t
grade_slot(char grade)
{
	return grade >= 'A' && grade <= 'D' ? (size_t)(grade - 'A') + 1 : 0;
}

static void
count(struct tally *t, const struct facts *f, enum cause c, char grade, size_t instruments)
{
	t->nominated++;
	t->mailable += f->state == CONTACT_MAILABLE;
	t->invited += f->invited;
	t->accepted += f->accepted;
	t->took_part += f->answered != 0;
	t->missing += f->missing;
	for (size_t i = 0; i < instruments; i++)
		t->answered[i] += f->answered >> i & 1;
	t->by[c][grade_slot(grade)]++;
}

void
tally_add(struct tally *to, const struct tally *t)
{
	const int64_t *from = (const int64_t *)t;
	int64_t *sum = (int64_t *)to;

	_Static_assert(sizeof(*t) % sizeof(int64_t) == 0, "a tally is made of counts alone");
	for (size_t i = 0; i < sizeof(*t) / sizeof(*sum); i++)
		sum[i] += from[i];
}

static uint64_t
hash(const char *s)
{
	uint64_t h = 1469598103934665603u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

static void
slots_grow(struct account *a)
{
	size_t n = a->n_slots ? a->n_slots * 2 : 256;

	free(a->slots);
	a->slots = mem_zalloc(n * sizeof(*a->slots));
	a->n_slots = n;
	for (size_t i = 0; i < a->n_domains; i++) {
		size_t k = hash(a->domains[i].domain) & (n - 1);

		while (a->slots[k])
			k = (k + 1) & (n - 1);
		a->slots[k] = i + 1;
	}
}

static struct domain_account *
domain_of(struct account *a, const char *domain)
{
	size_t k;

	if (a->n_domains * 2 >= a->n_slots)
		slots_grow(a);
	k = hash(domain) & (a->n_slots - 1);
	for (; a->slots[k]; k = (k + 1) & (a->n_slots - 1))
		if (strcmp(a->domains[a->slots[k] - 1].domain, domain) == 0)
			return &a->domains[a->slots[k] - 1];
	a->domains = mem_room(a->domains, a->n_domains, &a->cap_domains, sizeof(*a->domains));
	a->domains[a->n_domains] = (struct domain_account){ .domain = arena_dup(&a->arena, domain), .words = "",
	    .seq = a->n_domains };
	a->n_domains++;
	a->slots[k] = a->n_domains;
	return &a->domains[a->n_domains - 1];
}

static int
by_id(const void *a, const void *b)
{
	const struct unit_account *x = a, *y = b;

	return (x->unit.id > y->unit.id) - (x->unit.id < y->unit.id);
}

static struct unit_account *
unit_of(struct account *a, int64_t id, struct unit_account *last)
{
	struct unit_account key = { .unit.id = id };

	if (last && last->unit.id == id)
		return last;
	return bsearch(&key, a->units, a->n_units, sizeof(key), by_id);
}

/* Then and now, of the person at hand. */
static void
count_changes(struct account *a, const struct facts_reader *r, const struct cause_ask *ask, struct counted *p)
{
	size_t moment = 0;
	char grade;

	for (int i = 0; i < SINCES; i++) {
		const struct facts *then;

		p->then[i] = p->cause;
		if (!a->changes[i].at)
			continue;
		then = facts_then(r, moment++);
		p->then[i] = then ? cause_of(then, ask, &grade) : CAUSE_NOT_THERE;
		change_add(&a->changes[i], p->then[i], p->cause, p->facts->mended_at);
	}
}

static void
count_in_domain(struct domain_account *d, const struct facts *f, enum cause c)
{
	account_count_refusal(d, f, c);
	d->reacted += f->reacted;
	d->silent += f->accepted && !f->reacted && (c == CAUSE_UNKNOWN || c == CAUSE_WAITING || c == CAUSE_UNCERTAIN);
	d->told += f->found != FOUND_UNTOLD && f->found_told_by_person;
	d->told_spam += f->found == FOUND_SPAM && f->found_told_by_person;
}

static int
count_people(struct account *a, struct db *db, account_person_fn *each, void *arg, struct err *e)
{
	struct cause_ask ask = { a->asked, a->campaign->closes_at };
	struct facts_moments when = { .now = a->now };
	struct unit_account *u = NULL;
	struct facts_reader *r;
	struct facts f;
	int rc;

	for (int i = 0; i < SINCES; i++)
		if (a->changes[i].at)
			when.then[when.n++] = a->changes[i].at;
	if (facts_open_moments(&r, db, a->campaign, &when, e) < 0)
		return -1;
	while ((rc = facts_next(r, &f, e)) == 1) {
		struct domain_account *d = domain_of(a, f.domain);
		struct counted p = { .facts = &f, .domain = d->seq, .unit = SIZE_MAX };

		p.cause = cause_of(&f, &ask, &p.grade);
		if ((u = unit_of(a, f.unit, u))) {
			count(&u->t, &f, p.cause, p.grade, a->campaign->n_instruments);
			p.unit = u->seq;
		} else {
			a->strangers++;
		}
		count(&d->t, &f, p.cause, p.grade, a->campaign->n_instruments);
		count_in_domain(d, &f, p.cause);
		count_changes(a, r, &ask, &p);
		if (each)
			each(a, &p, arg);
	}
	facts_close(r);
	return rc;
}

enum unit_class
account_class(const struct conf *conf, int64_t rosters, const struct tally *t)
{
	int64_t percent = conf->very_few_percent;

	if (!rosters && !t->nominated)
		return CLASS_NO_ROSTER;
	if (!t->took_part)
		return CLASS_ZERO;
	if (t->took_part <= conf->very_few_people || (percent && t->took_part * 100 <= t->nominated * percent))
		return CLASS_VERY_FEW;
	return CLASS_ORDINARY;
}

static int
take_corrections(int64_t unit, const struct corrections *c, void *arg)
{
	struct account *a = arg;
	struct unit_account *u = unit_of(a, unit, NULL);

	if (u)
		u->corrections = *c;
	a->corrections.mended += c->mended;
	a->corrections.invited += c->invited;
	a->corrections.accepted += c->accepted;
	a->corrections.answered += c->answered;
	return 0;
}

static int
by_people(const void *a, const void *b)
{
	const struct domain_account *x = a, *y = b;

	if (x->t.nominated != y->t.nominated)
		return x->t.nominated < y->t.nominated ? 1 : -1;
	return strcmp(x->domain, y->domain);
}

static int
read_surveys(struct account *a, struct db *db, struct err *e)
{
	struct survey_link l = { .id = 0 };
	int rc;

	a->surveys = arena_alloc(&a->arena, INSTRUMENTS_MAX * sizeof(*a->surveys));
	while (a->n_surveys < INSTRUMENTS_MAX && (rc = survey_link_next(db, &a->arena, l.id, a->campaign->id, &l, e)) == 1)
		a->surveys[a->n_surveys++] = l;
	return a->n_surveys < INSTRUMENTS_MAX ? rc : 0;
}

int
account_build(struct account *a, struct db *db, const struct campaign *c, const struct conf *conf,
    const char *instrument, int64_t now, struct err *e)
{
	return account_build_each(a, db, c, conf, instrument, now, NULL, NULL, e);
}

int
account_build_each(struct account *a, struct db *db, const struct campaign *c, const struct conf *conf,
    const char *instrument, int64_t now, account_person_fn *each, void *arg, struct err *e)
{
	struct census *counts;
	struct unit *units;

	*a = (struct account){ .campaign = c, .conf = conf, .now = now, .instrument = -1, .arena = ARENA_INIT };
	a->asked = (1u << c->n_instruments) - 1;
	if (instrument) {
		const struct instrument *i = campaign_instrument(c, instrument);

		if (!i)
			return err_set(e, ERR_NOTFOUND, TR("campaign '%s' has no form '%s'",
			    "đợt '%s' không có phiếu '%s'"), c->key, instrument);
		a->instrument = (int)(i - c->instruments);
		a->asked = 1u << a->instrument;
	}
	if (unit_list(db, &a->arena, c->tree, c->opens_at, &units, &a->n_units, e) < 0)
		return -1;
	counts = arena_alloc(&a->arena, (a->n_units + 1) * sizeof(*counts));
	if (census_units(db, c->id, units, a->n_units, counts, e) < 0)
		return -1;
	a->units = mem_zalloc((a->n_units + 1) * sizeof(*a->units));
	for (size_t i = 0; i < a->n_units; i++)
		a->units[i] = (struct unit_account){ .unit = units[i], .census = counts[i] };
	qsort(a->units, a->n_units, sizeof(*a->units), by_id);
	for (size_t i = 0; i < a->n_units; i++)
		a->units[i].seq = i;
	if ((each && account_find_moments(a, db, e) < 0) || count_people(a, db, each, arg, e) < 0 || account_read_walls(a, db, e) < 0 ||
	    placement_counts(db, &a->arena, c->id, PLACEMENT_DONE_S, &a->placements, &a->n_placements, e) < 0 ||
	    corrections_by_unit(db, c->id, take_corrections, a, e) < 0 || read_surveys(a, db, e) < 0)
		return -1;
	for (size_t i = 0; i < a->n_units; i++) {
		struct unit_account *u = &a->units[i];

		u->class = account_class(a->conf, u->census.rosters, &u->t);
		a->kind_units[u->unit.kind]++;
		a->kind_rosters[u->unit.kind] += u->class != CLASS_NO_ROSTER;
		tally_add(&a->kinds[u->unit.kind], &u->t);
		tally_add(&a->all, &u->t);
	}
	account_sort(a, ORDER_CODE);
	if (a->n_domains)
		qsort(a->domains, a->n_domains, sizeof(*a->domains), by_people);
	return 0;
}

void
account_release(struct account *a)
{
	free(a->units);
	free(a->domains);
	free(a->slots);
	arena_release(&a->arena);
	a->units = NULL;
	a->domains = NULL;
	a->slots = NULL;
	a->n_units = a->n_domains = a->n_slots = 0;
}

static int
by_code(const void *a, const void *b)
{
	const struct unit *x = &((const struct unit_account *)a)->unit, *y = &((const struct unit_account *)b)->unit;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->position != y->position)
		return x->position < y->position ? -1 : 1;
	return strcmp(x->code, y->code);
}

static int
by_name(const void *a, const void *b)
{
	const struct unit *x = &((const struct unit_account *)a)->unit, *y = &((const struct unit_account *)b)->unit;
	int d;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	d = text_collate(unit_short(x, LANG_VI), unit_short(y, LANG_VI));
	return d ? d : strcmp(x->code, y->code);
}

void
account_sort(struct account *a, enum account_order order)
{
	if (a->n_units)
		qsort(a->units, a->n_units, sizeof(*a->units), order == ORDER_NAME ? by_name : by_code);
}

const char *
unit_class_key(enum unit_class c)
{
	static const char *const keys[] = { "ordinary", "very_few", "zero", "no_roster" };

	return keys[c];
}

const char *
unit_class_name(enum unit_class c, enum lang l)
{
	static const struct { const char *en, *vi; } names[] = {
		{ "", "" }, { "very few", "rất ít" }, { "nobody", "không có ai" }, { "no roster", "chưa có danh sách" },
	};

	return TRL(l, names[c].en, names[c].vi);
}

const char *
unit_name(const struct unit *u, enum lang l)
{
	return l == LANG_EN && *u->name_en ? u->name_en : u->name_vi;
}

const char *
unit_short(const struct unit *u, enum lang l)
{
	return l == LANG_EN || u->kind == UNIT_MINISTRY ? unit_name(u, l) : u->short_vi;
}

__attribute__((format(printf, 3, 4)))
static void
fault(struct buf *said, int *faults, const char *fmt, ...)
{
	char line[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_str_add(said, line);
	buf_char(said, '\n');
	(*faults)++;
}

int
account_check(struct account *a, struct db *db, struct buf *said, struct err *e)
{
	struct census_faults f;
	int64_t sum = tally_sum(&a->all);
	int faults = 0;

	if (census_faults(db, a->campaign->id, &f, e) < 0)
		return -1;
	if (sum != f.people)
		fault(said, &faults, TR("the causes add up to %" PRId64 ", but %" PRId64 " people were nominated",
		    "tổng các nguyên nhân là %" PRId64 ", nhưng có %" PRId64 " người được cử"), sum, f.people);
	for (size_t i = 0; i < a->n_units; i++) {
		const struct unit_account *u = &a->units[i];

		if (tally_sum(&u->t) != u->census.people)
			fault(said, &faults, TR("%s: the causes add up to %" PRId64 ", but %" PRId64 " people were nominated",
			    "%s: tổng các nguyên nhân là %" PRId64 ", nhưng có %" PRId64 " người được cử"), u->unit.code,
			    tally_sum(&u->t), u->census.people);
	}
	if (a->strangers)
		fault(said, &faults, TR("%" PRId64 " people belong to a unit that is none of this campaign's",
		    "%" PRId64 " người thuộc đơn vị không nằm trong đợt này"), a->strangers);
	if (f.rows_without_person)
		fault(said, &faults, TR("%" PRId64 " data records of the rosters belong to nobody",
		    "%" PRId64 " dòng dữ liệu trong danh sách không gắn với ai"), f.rows_without_person);
	if (f.people_without_row)
		fault(said, &faults, TR("%" PRId64 " people stand in no roster",
		    "%" PRId64 " người không có trong danh sách nào"), f.people_without_row);
	return a->faults = faults;
}
