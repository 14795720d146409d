/* What is hidden stays hidden: an attacker tries every way of subtraction, and every table that fits what is shown. */
#include "support/check.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/disclosure.h"

static const int64_t trial[] = {	/* answered, partly, address, refused, unknown */
	12, 3, 0, 7, 9,
	1, 0, 2, 40, 6,
	55, 14, 9, 3, 21,
	8, 4, 5, 0, 11,
	0, 0, 1, 30, 2,
	26, 6, 0, 12, 17,
};

static void
make(struct disclosure *d, size_t rows, size_t columns, const int64_t *n, int64_t threshold)
{
	disclosure_init(d, rows, columns, threshold);
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < columns; c++)
			disclosure_set(d, r, c, n[r * columns + c]);
	disclosure_hide(d);
}

/* Rows and columns one after the other: where one number is missing, it is known. How many are found. */
static size_t
subtract(const struct disclosure *d)
{
	size_t rows = d->rows + 1, columns = d->columns + 1, found = 0, before;
	bool *known = mem_zalloc(rows * columns * sizeof(*known));

	for (size_t k = 0; k < rows * columns; k++)
		known[k] = !d->hidden[k];
	do {
		before = found;
		for (size_t r = 0; r < rows; r++) {
			size_t missing = 0, which = 0;

			for (size_t c = 0; c < columns; c++)
				if (!known[r * columns + c]) {
					missing++;
					which = c;
				}
			if (missing == 1) {
				known[r * columns + which] = true;
				found++;
			}
		}
		for (size_t c = 0; c < columns; c++) {
			size_t missing = 0, which = 0;

			for (size_t r = 0; r < rows; r++)
				if (!known[r * columns + c]) {
					missing++;
					which = r;
				}
			if (missing == 1) {
				known[which * columns + c] = true;
				found++;
			}
		}
	} while (found > before);
	free(known);
	return found;
}

static void
check_safe(const struct disclosure *d, const char *label)
{
	for (size_t r = 0; r <= d->rows; r++)
		for (size_t c = 0; c <= d->columns; c++) {
			int64_t n = disclosure_count(d, r, c), less, more;

			if (!disclosure_hidden(d, r, c)) {
				CHECK(n == 0 || n >= d->threshold, label);
				continue;
			}
			CHECK(n > 0, "a zero is shown");
			disclosure_range(d, r, c, d->threshold, &less, &more);
			if (!CHECK(less + more + 1 >= d->threshold, label))
				printf("  row %zu column %zu: %" PRId64 ", %" PRId64 " less to %" PRId64 " more\n", r, c, n, less, more);
		}
	CHECK_INT((int64_t)subtract(d), 0, label);
}

static void
test_trial(void)
{
	struct disclosure d;

	make(&d, 6, 5, trial, 5);
	CHECK_INT((int64_t)d.primary, 7, "small counts");
	CHECK(d.secondary > 0, "and others for their sake");
	check_safe(&d, "the table of the trial");
	CHECK_INT(disclosure_count(&d, 6, 5), 304, "the grand total");
	CHECK(!disclosure_hidden(&d, 6, 5), "which stays");
	disclosure_release(&d);
	make(&d, 6, 5, trial, 1);
	CHECK_INT((int64_t)(d.primary + d.secondary), 0, "a threshold of one hides nothing");
	disclosure_release(&d);
}

/* Without the complementary step the attacker wins: the test can fail. */
static void
test_attack(void)
{
	struct disclosure d;

	disclosure_init(&d, 6, 5, 5);
	for (size_t i = 0; i < 30; i++)
		disclosure_set(&d, i / 5, i % 5, trial[i]);
	for (size_t i = 0; i < 30; i++)
		d.hidden[i / 5 * 6 + i % 5] = trial[i] > 0 && trial[i] < 5;
	CHECK(subtract(&d) > 0, "small counts alone can be worked out");
	disclosure_release(&d);
}

/*
 * Two hidden counts in each row and column are not enough: 1 and 1 of a total of 2 are known, as none of them is zero.
 */
static void
test_ones(void)
{
	static const int64_t n[] = { 1, 1, 30, 1, 1, 40, 50, 60, 70 };
	struct disclosure d;
	int64_t less, more;

	disclosure_init(&d, 3, 3, 5);
	for (size_t i = 0; i < 9; i++)
		disclosure_set(&d, i / 3, i % 3, n[i]);
	d.hidden[0] = d.hidden[1] = d.hidden[4] = d.hidden[5] = true;
	for (size_t i = 0; i < 9; i++) {
		size_t r = i / 3, c = i % 3;

		d.n[i / 3 * 4 + i % 3] = n[i];
		d.n[r * 4 + 3] += n[i];
		d.n[12 + c] += n[i];
		d.n[15] += n[i];
	}
	disclosure_range(&d, 0, 0, 5, &less, &more);
	CHECK_INT(less + more, 0, "a square of ones is known");
	CHECK_INT((int64_t)subtract(&d), 0, "although subtraction does not find it");
	disclosure_release(&d);
	make(&d, 3, 3, n, 5);
	check_safe(&d, "a square of ones");
	disclosure_release(&d);
}

/* Every table of whole numbers that fits: do the ranges say what is possible? */
static void
test_every_table(void)
{
	static const int64_t n[] = { 2, 6, 3, 4 };
	int64_t least = 99, most = 0, less, more;
	struct disclosure d;

	disclosure_init(&d, 2, 2, 5);
	for (size_t i = 0; i < 4; i++) {
		disclosure_set(&d, i / 2, i % 2, n[i]);
		d.n[i / 2 * 3 + 2] += n[i];
		d.n[6 + i % 2] += n[i];
		d.n[8] += n[i];
		d.hidden[i / 2 * 3 + i % 2] = true;
	}
	for (int64_t a = 1; a <= 8; a++) {
		int64_t b = 8 - a, c = 5 - a, e = 7 - c;

		if (b < 1 || c < 1 || e < 1 || b + e != 10)
			continue;
		least = a < least ? a : least;
		most = a > most ? a : most;
	}
	disclosure_range(&d, 0, 0, 50, &less, &more);
	CHECK_INT(2 - less, least, "the least");
	CHECK_INT(2 + more, most, "the most");
	disclosure_release(&d);
}

static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static void
test_many(void)
{
	uint32_t seed = 2021;

	for (int t = 0; t < 60; t++) {
		size_t rows = 1 + next(&seed) % 12, columns = 1 + next(&seed) % 6;
		int64_t n[72], most = t % 3 ? 60 : 6;
		struct disclosure d;

		for (size_t i = 0; i < rows * columns; i++)
			n[i] = next(&seed) % 4 ? next(&seed) % (uint32_t)most : 0;
		make(&d, rows, columns, n, 2 + next(&seed) % 6);
		if (d.primary) {
			bool all = true;

			/* Where there is nothing left to hide nothing is shown. */
			for (size_t k = 0; k < (rows + 1) * (columns + 1); k++)
				all &= d.hidden[k] || !d.n[k];
			if (!all)
				check_safe(&d, "a table by chance");
			else
				CHECK(all, "all is hidden");
		} else {
			CHECK_INT((int64_t)d.secondary, 0, "nothing small, nothing hidden");
		}
		disclosure_release(&d);
	}
}

/* The size of the real thing. */
static void
test_large(void)
{
	uint32_t seed = 7;
	int64_t n[82 * 7];
	struct disclosure d;

	for (size_t i = 0; i < 82 * 7; i++)
		n[i] = next(&seed) % 3 ? next(&seed) % 25 : 0;
	make(&d, 82, 7, n, 5);
	check_safe(&d, "82 units");
	CHECK(!disclosure_hidden(&d, 82, 7) && d.secondary < d.primary * 3, "and not much more is hidden than must be");
	disclosure_release(&d);
}

int
main(void)
{
	test_trial();
	test_attack();
	test_ones();
	test_every_table();
	test_many();
	test_large();
	return check_done();
}
