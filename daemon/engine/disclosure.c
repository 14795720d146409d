#include "engine/disclosure.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t
at(const struct disclosure *d, size_t row, size_t column)
{
	return row * (d->columns + 1) + column;
}

void
disclosure_init(struct disclosure *d, size_t rows, size_t columns, int64_t threshold)
{
	size_t cells = (rows + 1) * (columns + 1);

	*d = (struct disclosure){ .rows = rows, .columns = columns, .threshold = threshold };
	d->n = mem_zalloc(cells * sizeof(*d->n));
	d->hidden = mem_zalloc(cells * sizeof(*d->hidden));
}

void
disclosure_release(struct disclosure *d)
{
	free(d->n);
	free(d->hidden);
	*d = (struct disclosure){ .n = NULL };
}

void
disclosure_set(struct disclosure *d, size_t row, size_t column, int64_t n)
{
	ASSERT(row < d->rows && column < d->columns && n >= 0);
	d->n[at(d, row, column)] = n;
}

int64_t
disclosure_count(const struct disclosure *d, size_t row, size_t column)
{
	return d->n[at(d, row, column)];
}

bool
disclosure_hidden(const struct disclosure *d, size_t row, size_t column)
{
	return d->hidden[at(d, row, column)];
}

/*
 * The equations: each row of the table with its total, each column with its
 * total, and the totals with theirs. With a minus before the totals (and a
 * plus before the grand one) each row and each column adds up to zero, so a
 * change goes round: plus in one cell of a row, minus in another.
 */
static int
sign(const struct disclosure *d, size_t row, size_t column)
{
	return (row == d->rows) == (column == d->columns) ? 1 : -1;
}

/* Round a cycle the signed value of a cell goes up (by > 0) or down; a count may fall to one, and rise without end. */
static int64_t
room(const struct disclosure *d, const int64_t *moved, size_t row, size_t column, int by)
{
	size_t k = at(d, row, column);

	if (!d->hidden[k])
		return 0;
	return by * sign(d, row, column) > 0 ? INT64_MAX : d->n[k] + moved[k] - 1;
}

struct search {
	const struct disclosure *d;
	int64_t *moved;		/* of each count, by what has flowed so far */
	size_t *from;		/* node: the one before it; SIZE_MAX: not reached */
	size_t *queue;
	size_t row, column;	/* the cell asked about: no path may use it */
	int by;
};

/* Nodes: rows, then columns. A step from a column to a row moves the cell between them against `by`, one back with it. */
static bool
reach(struct search *s)
{
	size_t rows = s->d->rows + 1, columns = s->d->columns + 1, head = 0, tail = 0;

	for (size_t i = 0; i < rows + columns; i++)
		s->from[i] = SIZE_MAX;
	s->queue[tail++] = rows + s->column;
	s->from[rows + s->column] = rows + s->column;
	while (head < tail) {
		size_t node = s->queue[head++];
		bool is_row = node < rows;

		for (size_t k = 0; k < (is_row ? columns : rows); k++) {
			size_t next = is_row ? rows + k : k, row = is_row ? node : k, column = is_row ? k : node - rows;

			if (s->from[next] != SIZE_MAX || (row == s->row && column == s->column) ||
			    room(s->d, s->moved, row, column, is_row ? s->by : -s->by) <= 0)
				continue;
			s->from[next] = node;
			if (next == s->row)
				return true;
			s->queue[tail++] = next;
		}
	}
	return false;
}

/* Along the path that was found: how much can go, and then it goes. */
static int64_t
flow(struct search *s, int64_t most)
{
	size_t rows = s->d->rows + 1;

	for (int pass = 0; pass < 2; pass++)
		for (size_t node = s->row; node != rows + s->column; node = s->from[node]) {
			size_t before = s->from[node], row = node < rows ? node : before, column = (node < rows ? before : node) - rows;
			int by = node < rows ? -s->by : s->by;

			if (pass == 0) {
				int64_t r = room(s->d, s->moved, row, column, by);

				most = r < most ? r : most;
			} else {
				s->moved[at(s->d, row, column)] += by * sign(s->d, row, column) * most;
			}
		}
	return most;
}

/* By how much the count of that cell can go up (way 1) or down (-1). */
static int64_t
slack(const struct disclosure *d, size_t row, size_t column, int way, int64_t most)
{
	size_t nodes = d->rows + d->columns + 2;
	struct search s = { .d = d, .row = row, .column = column, .by = way * sign(d, row, column) };
	int64_t sum = 0;

	if (way < 0 && d->n[at(d, row, column)] - 1 < most)
		most = d->n[at(d, row, column)] - 1;
	s.moved = mem_zalloc((d->rows + 1) * (d->columns + 1) * sizeof(*s.moved));
	s.from = mem_alloc(nodes * sizeof(*s.from));
	s.queue = mem_alloc(nodes * sizeof(*s.queue));
	while (sum < most && reach(&s))
		sum += flow(&s, most - sum);
	free(s.moved);
	free(s.from);
	free(s.queue);
	return sum;
}

void
disclosure_range(const struct disclosure *d, size_t row, size_t column, int64_t most, int64_t *less, int64_t *more)
{
	*less = *more = 0;
	if (!d->hidden[at(d, row, column)])
		return;
	*less = slack(d, row, column, -1, most);
	*more = slack(d, row, column, 1, most);
}

/* Room for `threshold` different values, its own among them. */
static bool
is_safe(const struct disclosure *d, size_t row, size_t column)
{
	int64_t need = d->threshold - 1, less = slack(d, row, column, -1, need);

	return less >= need || less + slack(d, row, column, 1, need - less) >= need;
}

/* What it costs to hide one more cell: the people it tells of; totals much more, a zero cannot be hidden (-1). */
static int64_t
cost(const struct disclosure *d, size_t row, size_t column)
{
	size_t k = at(d, row, column);
	int64_t n = d->n[k];

	if (d->hidden[k])
		return 0;
	if (!n)
		return -1;
	return row == d->rows && column == d->columns ? n * 10000 : row == d->rows || column == d->columns ? n * 100 : n;
}

/* The cheapest rectangle on that cell whose neighbours can give enough; false: there is none. */
static bool
add_rectangle(struct disclosure *d, size_t row, size_t column)
{
	int64_t best = -1, need = d->threshold;
	size_t best_row = 0, best_column = 0;

	for (size_t r = 0; r <= d->rows; r++)
		for (size_t c = 0; c <= d->columns; c++) {
			int64_t one, two, three, sum;

			if (r == row || c == column || (d->hidden[at(d, row, c)] && d->hidden[at(d, r, column)] && d->hidden[at(d, r, c)]))
				continue;
			one = cost(d, row, c);
			two = cost(d, r, column);
			three = cost(d, r, c);
			if (one < 0 || two < 0 || three < 0)
				continue;
			sum = one + two + three;
			/* The cell rises by what its neighbours give up: small ones are a last resort. */
			if (d->n[at(d, row, c)] < need || d->n[at(d, r, column)] < need)
				sum += 1000000;
			if (best < 0 || sum < best) {
				best = sum;
				best_row = r;
				best_column = c;
			}
		}
	if (best < 0)
		return false;
	d->hidden[at(d, row, best_column)] = d->hidden[at(d, best_row, column)] = d->hidden[at(d, best_row, best_column)] = true;
	return true;
}

/* No rectangle is left: the whole row and the whole column go. false: they were gone already. */
static bool
add_cross(struct disclosure *d, size_t row, size_t column)
{
	bool any = false;

	for (size_t c = 0; c <= d->columns; c++) {
		any |= !d->hidden[at(d, row, c)] && d->n[at(d, row, c)];
		d->hidden[at(d, row, c)] |= d->n[at(d, row, c)] > 0;
	}
	for (size_t r = 0; r <= d->rows; r++) {
		any |= !d->hidden[at(d, r, column)] && d->n[at(d, r, column)];
		d->hidden[at(d, r, column)] |= d->n[at(d, r, column)] > 0;
	}
	return any;
}

static bool
hide_all(struct disclosure *d)
{
	bool any = false;

	for (size_t k = 0; k < (d->rows + 1) * (d->columns + 1); k++) {
		any |= d->n[k] && !d->hidden[k];
		d->hidden[k] |= d->n[k] > 0;
	}
	return any;
}

static void
sum_up(struct disclosure *d)
{
	for (size_t r = 0; r < d->rows; r++)
		for (size_t c = 0; c < d->columns; c++) {
			int64_t n = d->n[at(d, r, c)];

			d->n[at(d, r, d->columns)] += n;
			d->n[at(d, d->rows, c)] += n;
			d->n[at(d, d->rows, d->columns)] += n;
		}
}

/* One pass over the hidden cells; true: something more was hidden. */
static bool
protect(struct disclosure *d)
{
	bool any = false;

	for (size_t r = 0; r <= d->rows; r++)
		for (size_t c = 0; c <= d->columns; c++)
			while (d->hidden[at(d, r, c)] && !is_safe(d, r, c)) {
				if (!add_rectangle(d, r, c) && !add_cross(d, r, c) && !hide_all(d))
					return any;	/* nothing is shown any more */
				any = true;
			}
	return any;
}

void
disclosure_hide(struct disclosure *d)
{
	size_t cells = (d->rows + 1) * (d->columns + 1), hidden = 0;

	sum_up(d);
	for (size_t k = 0; k < cells; k++)
		if (d->n[k] > 0 && d->n[k] < d->threshold) {
			d->hidden[k] = true;
			d->primary++;
		}
	while (protect(d))
		;
	for (size_t k = 0; k < cells; k++)
		hidden += d->hidden[k];
	d->secondary = hidden - d->primary;
}
