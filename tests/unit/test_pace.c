/* Token buckets: never more than the limit in any window, nearly the limit over time, moments given in turn. */
#include "support/check.h"

#include "engine/pace.h"

#define T0 INT64_C(1631811600000)
#define MINUTE 60000
#define HOUR 3600000
#define DAY 86400000

static void
test_arithmetic(void)
{
	static const struct { const char *label; int64_t limit[PACE_WINDOWS]; int64_t at_once, wait_ms; } table[] = {
		{ "no limit", { 0, 0, 0 }, 1000, 0 },
		{ "600 an hour: ten at once, the next after 6.1 s", { 0, 600, 0 }, 10, 6102 },
		{ "60 a minute: three at once", { 60, 0, 0 }, 3, 1053 },
		{ "one an hour", { 0, 1, 0 }, 1, HOUR },
		{ "one a day", { 0, 0, 1 }, 1, DAY },
		{ "600 a day: a hundred at once", { 0, 0, 600 }, 100, 172800 },
		{ "the tightest counts", { 60, 60, 6000 }, 1, 61017 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct pace p;
		int64_t n = 0;

		pace_init(&p, table[i].limit, T0);
		while (n < 1000 && pace_take(&p, T0))
			n++;
		CHECK_INT(n, table[i].at_once, table[i].label);
		CHECK_INT(pace_wait_ms(&p, T0), table[i].wait_ms, table[i].label);
		if (!table[i].wait_ms)
			continue;
		CHECK(!pace_take(&p, T0 + table[i].wait_ms - 1), table[i].label);
		CHECK(pace_take(&p, T0 + table[i].wait_ms), table[i].label);
	}
}

/* A week of asking every second: no window of the length holds more than the limit, however it lies. */
static void
test_never_more(void)
{
	static const struct { const char *label; int64_t limit[PACE_WINDOWS]; int64_t window_ms, most, week_least; } table[] = {
		{ "90 a minute", { 90, 0, 0 }, MINUTE, 90, 80 * 60 * 24 * 7 },
		{ "600 an hour", { 0, 600, 0 }, HOUR, 600, 585 * 24 * 7 },
		{ "500 a day", { 0, 0, 500 }, DAY, 500, 410 * 7 },
		{ "7 an hour", { 0, 7, 0 }, HOUR, 7, 6 * 24 * 7 - 7 },
		{ "100 a minute and 300 an hour", { 100, 300, 0 }, HOUR, 300, 290 * 24 * 7 },
	};
	static int64_t at[2000000];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t n = 0, from = 0, worst = 0;
		struct pace p;

		pace_init(&p, table[i].limit, T0);
		for (int64_t t = T0; t < T0 + 7 * (int64_t)DAY; t += 1000)
			while (n < sizeof(at) / sizeof(at[0]) && pace_take(&p, t)) {
				at[n++] = t;
				while (t - at[from] >= table[i].window_ms)
					from++;
				if (n - from > worst)
					worst = n - from;
			}
		CHECK((int64_t)worst <= table[i].most, table[i].label);
		CHECK((int64_t)n >= table[i].week_least, table[i].label);
	}
}

static void
test_book(void)
{
	static const int64_t limit[PACE_WINDOWS] = { 0, 600, 0 };
	struct pace p;
	int64_t last = 0, again = 0;

	pace_init(&p, limit, T0);
	while (pace_take(&p, T0))
		;
	for (int i = 0; i < 100; i++) {
		int64_t at = pace_book(&p, T0);

		CHECK(at > last, "each has a moment of its own");
		last = at;
	}
	CHECK(last > T0 + 600000 && last < T0 + 620000, "a hundred take ten minutes");
	/* Whoever comes at the moment given finds that it may go. */
	for (int64_t t = T0 + 6102; t <= last; t += 6102)
		again += !pace_take(&p, t);
	CHECK_INT(again, 0, "the moments are good");
	CHECK(pace_book(&p, last + HOUR) == last + HOUR, "a line that has gone is forgotten");
}

static void
test_remember(void)
{
	static const int64_t limit[PACE_WINDOWS] = { 0, 600, 0 }, huge[PACE_WINDOWS] = { INT64_MAX, INT64_MAX, INT64_MAX };
	int64_t credit[PACE_WINDOWS] = { 0, -5, INT64_MAX };
	struct pace p, q;

	pace_init(&p, limit, T0);
	while (pace_take(&p, T0))
		;
	pace_init(&q, limit, T0 + 1000);
	pace_restore(&q, p.credit, p.stamp_ms);
	CHECK_INT(pace_wait_ms(&q, T0 + 1000), pace_wait_ms(&p, T0 + 1000), "what the store remembers is what was");
	pace_restore(&q, credit, T0);
	CHECK_INT(pace_wait_ms(&q, T0), 6102, "nonsense from the store is bounded");
	CHECK(!pace_take(&p, T0 - HOUR), "a clock set back gives nothing");
	CHECK_INT(pace_wait_ms(&p, T0 - HOUR), HOUR + 6102, "and the wait says for how long");
	pace_init(&p, huge, T0);
	CHECK_INT(p.limit[PACE_DAY], PACE_LIMIT_MOST, "a limit is bounded");
	for (int i = 0; i < 1000; i++)
		pace_take(&p, T0 + i * (int64_t)DAY * 365);
	CHECK(pace_take(&p, T0 + 1000 * (int64_t)DAY * 365), "nothing overflows in a thousand years");
}

int
main(void)
{
	test_arithmetic();
	test_never_more();
	test_book();
	test_remember();
	return check_done();
}
