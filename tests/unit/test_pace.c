/* Token buckets: never more than the limit in any window, nearly the limit over time, moments given in turn. */
#include "support/check.h"

#include "engine/pace.h"
#include "engine/ramp.h"

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

/* --- a new sender */

static void
test_ramp_days(void)
{
	static const int64_t t0 = T0 / 1000, day_s = RAMP_DAY_S;
	static const struct { const char *label; struct ramp r; int64_t now; int day; int64_t grows_at; } table[] = {
		{ "nothing was sent", { 0, 0 }, t0, 1, t0 + day_s },
		{ "the first message", { t0, t0 }, t0, 1, t0 + day_s },
		{ "the last second of the day", { t0, t0 }, t0 + day_s - 1, 1, t0 + day_s },
		{ "the second day", { t0, t0 }, t0 + day_s, 2, t0 + 2 * day_s },
		{ "the tenth", { t0, t0 + 9 * day_s }, t0 + 9 * day_s + 5, 10, t0 + 10 * day_s },
		{ "a pause of 29 days", { t0, t0 + day_s }, t0 + 30 * day_s, 31, t0 + 31 * day_s },
		{ "a pause of 30 days", { t0, t0 + day_s }, t0 + 31 * day_s, 1, t0 + 32 * day_s },
		{ "a clock set back", { t0, t0 }, t0 - 3600, 1, t0 + day_s },
		{ "for a thousand years", { t0, t0 + 365000 * day_s }, t0 + 365000 * day_s, 365001, t0 + 365001 * day_s },
	};
	static const struct { const char *label; int64_t first, usual; int day; int64_t want; } limits[] = {
		{ "the first day", 200, 20000, 1, 200 },
		{ "the second", 200, 20000, 2, 400 },
		{ "the third", 200, 20000, 3, 800 },
		{ "the seventh", 200, 20000, 7, 12800 },
		{ "the eighth: as on every day", 200, 20000, 8, 20000 },
		{ "much later", 200, 20000, INT32_MAX, 20000 },
		{ "without a limit of the line", 1, 0, 20, 524288 },
		{ "a million, and then none", 1, 0, 21, 0 },
		{ "just what it leads to", 100, 200, 2, 200 },
		{ "from the largest", RAMP_MOST, 0, 1, 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		CHECK_INT(ramp_day(&table[i].r, table[i].now), table[i].day, table[i].label);
		CHECK_INT(ramp_grows_at(&table[i].r, table[i].now), table[i].grows_at, table[i].label);
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		CHECK_INT(ramp_limit(limits[i].first, limits[i].usual, limits[i].day), limits[i].want, limits[i].label);
}

static void
test_ramp_note(void)
{
	struct ramp r = { 0, 0 };
	int64_t t = T0 / 1000;

	CHECK(ramp_note(&r, t) && r.began_at == t && r.last_at == t, "the first begins it");
	CHECK(!ramp_note(&r, t + 3599), "once an hour is enough");
	CHECK(ramp_note(&r, t + 86390) && r.last_at == t + 86390 && r.began_at == t, "an hour later");
	CHECK(ramp_note(&r, t + 86400) && r.last_at == t + 86400, "a new day is worth it at once");
	CHECK(ramp_note(&r, t + 86400 + RAMP_IDLE_S) && r.began_at == t + 86400 + RAMP_IDLE_S, "after a month it begins anew");
}

/* Ten days of as much as may go, and the hour's limit with it: no window of 24 hours holds more than its last day may. */
static void
test_ten_days(void)
{
	static const int64_t limit[PACE_WINDOWS] = { 0, 300, 0 };
	static int64_t at[100000];
	struct ramp r = { 0, 0 };
	size_t n = 0, from = 0, hour = 0, worst_hour = 0, at_once = 0;
	int64_t of_day[11] = { 0 }, too_many = 0, now = 0;
	struct pace p;
	int day = 0;

	pace_init(&p, limit, T0);
	for (int64_t t = T0; t < T0 + 10 * (int64_t)DAY; t += 5000) {
		if (ramp_day(&r, t / 1000) != day) {
			day = ramp_day(&r, t / 1000);
			now = ramp_limit(50, 10000, day);
			pace_change(&p, PACE_DAY, now, t);
		}
		for (at_once = 0; n < sizeof(at) / sizeof(at[0]) && pace_take(&p, t); at_once++) {
			ramp_note(&r, t / 1000);
			at[n++] = t;
			of_day[day]++;
			while (t - at[from] >= DAY)
				from++;
			while (t - at[hour] >= HOUR)
				hour++;
			too_many += (int64_t)(n - from) > now;
			if (n - hour > worst_hour)
				worst_hour = n - hour;
		}
		too_many += (int64_t)at_once > now / 6;
	}
	CHECK_INT(too_many, 0, "never more than the day allows, nor a burst");
	CHECK(worst_hour <= 300 && worst_hour > 250, "the limit of the hour holds too");
	for (day = 1, now = 50; day <= 10; day++, now = now * 2 < 10000 ? now * 2 : 10000)
		CHECK(of_day[day] <= now && of_day[day] * 100 >= (now < 7000 ? now : 7000) * 80, "and nearly that many");
}

static void
test_change(void)
{
	static const int64_t limit[PACE_WINDOWS] = { 0, 1200, 0 };
	struct pace p;
	int64_t n = 0;

	pace_init(&p, limit, T0);
	pace_change(&p, PACE_DAY, 60, T0);
	while (pace_take(&p, T0))
		n++;
	CHECK_INT(n, 10, "a new limit has a full bucket");
	CHECK(pace_book(&p, T0) < pace_book(&p, T0) && p.booked_ms > T0 + HOUR / 2, "a line forms");
	pace_change(&p, PACE_DAY, 600, T0 + 1);
	CHECK(!pace_take(&p, T0 + 1), "more for a day gives nothing at once");
	CHECK_INT(p.booked_ms, 0, "but the line begins anew");
	CHECK(pace_wait_ms(&p, T0 + 1) <= 172800, "and moves faster");
	pace_change(&p, PACE_DAY, 0, T0 + 1);
	CHECK(pace_wait_ms(&p, T0 + 1) == 0, "no limit of a day: that of the hour has not been used up");
	pace_change(&p, PACE_HOUR, 0, T0 + 1);
	CHECK(!pace_limited(&p) && pace_take(&p, T0 + 1), "none at all");
}

int
main(void)
{
	test_ramp_days();
	test_ramp_note();
	test_ten_days();
	test_change();
	test_arithmetic();
	test_never_more();
	test_book();
	test_remember();
	return check_done();
}
