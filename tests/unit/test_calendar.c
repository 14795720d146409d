/* When mail may go: quiet hours over midnight, weekends, days off, working Saturdays. */
#include "support/check.h"

#include "engine/calendar.h"

static void
test_next(void)
{
	static const struct { const char *label, *quiet, *days, *at, *want; } table[] = {
		{ "no rules", "", "no", "2026-11-22T03:00:00+07:00", "2026-11-22T03:00:00+07:00" },
		{ "by day", "18:00-07:30", "no", "2026-11-23T12:00:00+07:00", "2026-11-23T12:00:00+07:00" },
		{ "in the evening", "18:00-07:30", "no", "2026-11-23T18:00:00+07:00", "2026-11-24T07:30:00+07:00" },
		{ "in the small hours", "18:00-07:30", "no", "2026-11-23T02:10:11+07:00", "2026-11-23T07:30:00+07:00" },
		{ "at its end", "18:00-07:30", "no", "2026-11-23T07:30:00+07:00", "2026-11-23T07:30:00+07:00" },
		{ "at noon", "11:30-13:30", "no", "2026-11-23T12:00:00+07:00", "2026-11-23T13:30:00+07:00" },
		{ "on a Sunday", "", "yes", "2026-11-22T10:00:00+07:00", "2026-11-23T00:00:00+07:00" },
		{ "on Friday evening", "18:00-07:30", "yes", "2026-11-20T19:00:00+07:00", "2026-11-23T07:30:00+07:00" },
		{ "National day, with its swapped days", "18:00-07:30", "yes", "2026-08-28T18:30:00+07:00",
		    "2026-09-03T07:30:00+07:00" },
		{ "a working Saturday", "18:00-07:30", "yes", "2026-08-22T10:00:00+07:00", "2026-08-22T10:00:00+07:00" },
		{ "Tết", "18:00-07:30", "yes", "2026-02-14T09:00:00+07:00", "2026-02-23T07:30:00+07:00" },
	};
	struct zone z;
	struct err e = ERR_INIT;

	CHECK_INT(zone_load(&z, ZONE_DEFAULT, &e), 0, "zone");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct conf conf;
		struct calendar c;
		struct date_text t;
		int64_t at = 0;

		CHECK_INT(conf_load(&conf, NULL, false, &e), 0, "settings");
		conf.quiet_hours = table[i].quiet;
		conf.working_days_only = table[i].days;
		if (!CHECK_INT(calendar_load(&c, &conf, &e), 0, table[i].label))
			puts(e.text);
		CHECK_INT(date_parse(table[i].at, &z, DATE_START, &at, &e), 0, table[i].label);
		CHECK_STR(date_rfc3339(&t, &z, calendar_next(&c, &z, at)), table[i].want, table[i].label);
		calendar_release(&c);
		conf_release(&conf);
	}
}

static void
test_faults(void)
{
	static const char *const bad[] = { "18-7", "18:00", "25:00-07:00", "18:00-07:60", "18:00-07:300", "18:00 07:30" };
	struct err e = ERR_INIT;
	struct calendar c;
	struct conf conf;

	CHECK_INT(conf_load(&conf, NULL, false, &e), 0, "settings");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		conf.quiet_hours = bad[i];
		CHECK_INT(calendar_load(&c, &conf, &e), -1, bad[i]);
		CHECK(strstr(e.text, "quiet_hours") != NULL, bad[i]);
	}
	conf.quiet_hours = "";
	conf.working_days_only = "yes";
	conf.holiday_file = "/nonexistent/holidays.csv";
	CHECK_INT(calendar_load(&c, &conf, &e), -1, "no such file");
	conf.holiday_file = "Makefile";
	CHECK_INT(calendar_load(&c, &conf, &e), -1, "no such dates");
	CHECK(strstr(e.text, "Makefile") != NULL, "names the file");
	calendar_release(&c);
	conf_release(&conf);
}

int
main(void)
{
	test_next();
	test_faults();
	return check_done();
}
