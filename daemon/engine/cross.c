#include "engine/cross.h"

#include <stdlib.h>
#include <string.h>

#define DAYS_MOST 400
#define DAY_S 86400

static int64_t
day_of(const struct zone *z, int64_t at)
{
	int64_t local = at + zone_offset(z, at);

	return local / DAY_S - (local % DAY_S < 0);
}

void
cross_add_wave(struct cross *x, int64_t id)
{
	x->waves = mem_grow(x->waves, (x->n_waves + 1) * sizeof(*x->waves));
	x->waves[x->n_waves++] = id;
}

/* What is as large as the number of units, which the account knows by now. */
static void
begin(struct cross *x, const struct account *a)
{
	const struct campaign *c = a->campaign;
	int64_t last;

	x->day_no = day_of(&c->zone, c->opens_at);
	x->first_day = x->day_no * DAY_S;
	x->first_day -= zone_offset(&c->zone, x->first_day);
	last = day_of(&c->zone, a->now < c->opens_at ? c->opens_at : a->now < c->closes_at ? a->now : c->closes_at);
	x->n_days = (size_t)(last - x->day_no < DAYS_MOST ? last - x->day_no : DAYS_MOST - 1) + 1;
	x->answered = mem_zalloc((a->n_units + 1) * x->n_days * sizeof(*x->answered));
	x->sent = mem_zalloc((a->n_units + 1) * (x->n_waves + 1) * sizeof(*x->sent));
}

static size_t
place(const struct cross *x, int32_t unit, int32_t domain)
{
	uint64_t h = ((uint64_t)(uint32_t)unit << 32 | (uint32_t)domain) * 0x9e3779b97f4a7c15u;
	size_t k = (size_t)(h >> 32) & (x->n_slots - 1);

	for (; x->slots[k]; k = (k + 1) & (x->n_slots - 1))
		if (x->cells[x->slots[k] - 1].unit == unit && x->cells[x->slots[k] - 1].domain == domain)
			break;
	return k;
}

static struct cross_cell *
cell_of(struct cross *x, int32_t unit, int32_t domain)
{
	size_t k;

	if (x->n_cells * 2 >= x->n_slots) {
		x->n_slots = x->n_slots ? x->n_slots * 2 : 1024;
		free(x->slots);
		x->slots = mem_zalloc(x->n_slots * sizeof(*x->slots));
		for (size_t i = 0; i < x->n_cells; i++)
			x->slots[place(x, x->cells[i].unit, x->cells[i].domain)] = (uint32_t)i + 1;
	}
	k = place(x, unit, domain);
	if (!x->slots[k]) {
		x->cells = mem_room(x->cells, x->n_cells, &x->cap_cells, sizeof(*x->cells));
		x->cells[x->n_cells++] = (struct cross_cell){ .unit = unit, .domain = domain };
		x->slots[k] = (uint32_t)x->n_cells;
	}
	return &x->cells[x->slots[k] - 1];
}

static void
add_day(struct cross *x, const struct account *a, const struct counted *p)
{
	int64_t day = day_of(&a->campaign->zone, p->facts->answered_at) - x->day_no;
	size_t at = day < 0 ? 0 : day >= (int64_t)x->n_days ? x->n_days - 1 : (size_t)day;

	x->answered[a->n_units * x->n_days + at]++;
	if (p->unit < a->n_units)
		x->answered[p->unit * x->n_days + at]++;
}

static void
add_messages(struct cross *x, const struct counted *p)
{
	for (size_t i = 0; i < p->facts->n_messages; i++) {
		const struct facts_message *m = &p->facts->messages[i];

		for (size_t w = 0; w < x->n_waves; w++) {
			struct cross_sent *s = &x->sent[p->unit * x->n_waves + w];

			if (x->waves[w] != m->wave || strcmp(m->state, "cancelled") == 0)
				continue;
			s->messages++;
			s->accepted += strcmp(m->state, "accepted") == 0;
			s->failed += strcmp(m->state, "refused") == 0 || strcmp(m->state, "expired") == 0;
		}
	}
}

void
cross_add(struct cross *x, const struct account *a, const struct counted *p)
{
	struct cross_cell *c;

	if (!x->answered)
		begin(x, a);
	if (p->facts->answered)
		add_day(x, a, p);
	if (p->unit >= a->n_units)
		return;
	add_messages(x, p);
	c = cell_of(x, (int32_t)p->unit, (int32_t)p->domain);
	c->nominated++;
	c->accepted += p->facts->accepted;
	c->refused += p->cause == CAUSE_REFUSED_POLICY || p->cause == CAUSE_REFUSED_CONTENT || p->cause == CAUSE_REFUSED_BLOCKED ||
	    p->cause == CAUSE_EXPIRED;
	c->took_part += p->facts->answered != 0;
}

static int
by_unit(const void *a, const void *b)
{
	const struct cross_cell *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	if (x->nominated != y->nominated)
		return x->nominated > y->nominated ? -1 : 1;
	return (x->domain > y->domain) - (x->domain < y->domain);
}

/* Rows that were kept by seq come into the order of the account. */
static void *
in_order(const struct account *a, void *rows, size_t width)
{
	char *from = rows, *to = mem_zalloc((a->n_units + 1) * width + 1);

	for (size_t i = 0; i < a->n_units; i++)
		memcpy(to + i * width, from + a->units[i].seq * width, width);
	memcpy(to + a->n_units * width, from + a->n_units * width, width);
	free(rows);
	return to;
}

void
cross_end(struct cross *x, const struct account *a)
{
	int32_t *units = mem_alloc((a->n_units + 1) * sizeof(*units)), *domains = mem_alloc((a->n_domains + 1) * sizeof(*domains));

	if (!x->answered)
		begin(x, a);
	for (size_t i = 0; i < a->n_units; i++)
		units[a->units[i].seq] = (int32_t)i;
	for (size_t i = 0; i < a->n_domains; i++)
		domains[a->domains[i].seq] = (int32_t)i;
	for (size_t i = 0; i < x->n_cells; i++) {
		x->cells[i].unit = units[x->cells[i].unit];
		x->cells[i].domain = domains[x->cells[i].domain];
	}
	if (x->n_cells)
		qsort(x->cells, x->n_cells, sizeof(*x->cells), by_unit);
	x->answered = in_order(a, x->answered, x->n_days * sizeof(*x->answered));
	x->sent = in_order(a, x->sent, x->n_waves * sizeof(*x->sent));
	free(x->slots);
	x->slots = NULL;
	free(units);
	free(domains);
}

void
cross_release(struct cross *x)
{
	free(x->cells);
	free(x->answered);
	free(x->waves);
	free(x->sent);
	free(x->slots);
}

const struct cross_cell *
cross_unit(const struct cross *x, size_t unit, size_t *n)
{
	size_t low = 0, high = x->n_cells, end;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if ((size_t)x->cells[mid].unit < unit)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < x->n_cells && (size_t)x->cells[end].unit == unit; end++)
		;
	*n = end - low;
	return x->cells + low;
}

const int32_t *
cross_days(const struct cross *x, size_t unit)
{
	return x->answered + unit * x->n_days;
}

const struct cross_sent *
cross_sent(const struct cross *x, size_t unit, int64_t wave)
{
	for (size_t w = 0; w < x->n_waves; w++)
		if (x->waves[w] == wave)
			return &x->sent[unit * x->n_waves + w];
	return NULL;
}
