/* When mail may go: quiet hours over midnight, weekends, days off, working Saturdays. */
#include "support/check.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/calendar.h"

/* holidays NULL: the shipped file. */
static void
next_is(const char *label, const struct zone *z, const char *quiet, const char *days, const char *holidays, const char *from,
    const char *want)
{
	struct err e = ERR_INIT;
	struct date_text t;
	struct calendar c;
	struct conf conf;
	int64_t at = 0;

	CHECK_INT(conf_load(&conf, NULL, false, &e), 0, "settings");
	conf.quiet_hours = quiet;
	conf.working_days_only = days;
	conf.holiday_file = holidays ? holidays : "";
	if (!CHECK_INT(calendar_load(&c, &conf, &e), 0, label))
		puts(e.text);
	CHECK_INT(date_parse(from, z, DATE_START, &at, &e), 0, label);
	CHECK_STR(date_rfc3339(&t, z, calendar_next(&c, z, at)), want, label);
	calendar_release(&c);
	conf_release(&conf);
}

static void
test_next(void)
{
	static const struct { const char *label, *quiet, *days, *at, *want; } table[] = {
		{ "no rules", "", "no", "2026-11-22T03:00:00+07:00", "2026-11-22T03:00:00+07:00" },
		{ "by day", "18:00-07:30", "no", "2026-11-23T12:00:00+07:00", "2026-11-23T12:00:00+07:00" },
		{ "in the evening", "18:00-07:30", "no", "2026-11-23T18:00:00+07:00", "2026-11-24T07:30:00+07:00" },
		{ "the last minute before", "18:00-07:30", "no", "2026-11-23T17:59:59+07:00", "2026-11-23T17:59:59+07:00" },
		{ "at midnight", "18:00-07:30", "no", "2026-11-24T00:00:00+07:00", "2026-11-24T07:30:00+07:00" },
		{ "in the small hours", "18:00-07:30", "no", "2026-11-23T02:10:11+07:00", "2026-11-23T07:30:00+07:00" },
		{ "the last second of it", "18:00-07:30", "no", "2026-11-23T07:29:59+07:00", "2026-11-23T07:30:00+07:00" },
		{ "at its end", "18:00-07:30", "no", "2026-11-23T07:30:00+07:00", "2026-11-23T07:30:00+07:00" },
		{ "at noon", "11:30-13:30", "no", "2026-11-23T12:00:00+07:00", "2026-11-23T13:30:00+07:00" },
		{ "from midnight on", "00:00-06:00", "no", "2026-11-23T00:00:00+07:00", "2026-11-23T06:00:00+07:00" },
		{ "until midnight", "22:00-00:00", "no", "2026-11-23T23:00:00+07:00", "2026-11-24T00:00:00+07:00" },
		{ "all but a minute", "00:01-00:00", "no", "2026-11-23T00:01:00+07:00", "2026-11-24T00:00:00+07:00" },
		{ "no time at all is none", "08:00-08:00", "no", "2026-11-23T08:00:00+07:00", "2026-11-23T08:00:00+07:00" },
		{ "over the end of the year", "18:00-07:30", "no", "2026-12-31T23:00:00+07:00", "2027-01-01T07:30:00+07:00" },
		{ "over the end of February", "18:00-07:30", "no", "2028-02-28T23:00:00+07:00", "2028-02-29T07:30:00+07:00" },
		{ "on a Saturday", "", "yes", "2026-11-21T10:00:00+07:00", "2026-11-23T00:00:00+07:00" },
		{ "on a Sunday", "", "yes", "2026-11-22T10:00:00+07:00", "2026-11-23T00:00:00+07:00" },
		{ "on Friday evening", "18:00-07:30", "yes", "2026-11-20T19:00:00+07:00", "2026-11-23T07:30:00+07:00" },
		{ "on Sunday in the small hours", "18:00-07:30", "yes", "2026-11-22T02:00:00+07:00", "2026-11-23T07:30:00+07:00" },
		{ "National day, with its swapped days", "18:00-07:30", "yes", "2026-08-28T18:30:00+07:00",
		    "2026-09-03T07:30:00+07:00" },
		{ "a working Saturday", "18:00-07:30", "yes", "2026-08-22T10:00:00+07:00", "2026-08-22T10:00:00+07:00" },
		{ "Friday evening before one", "18:00-07:30", "yes", "2026-08-21T18:00:00+07:00", "2026-08-22T07:30:00+07:00" },
		{ "its evening", "18:00-07:30", "yes", "2026-08-22T18:00:00+07:00", "2026-08-24T07:30:00+07:00" },
		{ "Tết", "18:00-07:30", "yes", "2026-02-14T09:00:00+07:00", "2026-02-23T07:30:00+07:00" },
		{ "Tết of 2021", "18:00-07:30", "yes", "2021-02-09T18:30:00+07:00", "2021-02-17T07:30:00+07:00" },
		{ "the last of April 2021", "18:00-07:30", "yes", "2021-04-29T20:00:00+07:00", "2021-05-04T07:30:00+07:00" },
		{ "National day of 2021", "18:00-07:30", "yes", "2021-09-01T19:00:00+07:00", "2021-09-06T07:30:00+07:00" },
		{ "the trial began on a working Friday", "18:00-07:30", "yes", "2021-09-17T07:30:00+07:00", "2021-09-17T07:30:00+07:00" },
		{ "Tết of 2025", "18:00-07:30", "yes", "2025-01-24T18:00:00+07:00", "2025-02-03T07:30:00+07:00" },
		{ "Hùng Vương 2025", "18:00-07:30", "yes", "2025-04-07T10:00:00+07:00", "2025-04-08T07:30:00+07:00" },
		{ "the Saturday worked for the 2nd of May", "18:00-07:30", "yes", "2025-04-26T09:00:00+07:00", "2025-04-26T09:00:00+07:00" },
		{ "the last of April 2025, and the 2nd of May", "18:00-07:30", "yes", "2025-04-29T18:00:00+07:00",
		    "2025-05-05T07:30:00+07:00" },
		{ "National day of 2025", "18:00-07:30", "yes", "2025-08-29T18:00:00+07:00", "2025-09-03T07:30:00+07:00" },
	};
	struct zone z;
	struct err e = ERR_INIT;

	CHECK_INT(zone_load(&z, ZONE_DEFAULT, &e), 0, "zone");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		next_is(table[i].label, &z, table[i].quiet, table[i].days, NULL, table[i].at, table[i].want);
}

/* The zone is that of the campaign; where clocks are set, its hours are those of the clocks. */
static void
test_zones(void)
{
	static const struct { const char *label, *zone, *quiet, *days, *at, *want; } table[] = {
		{ "noon in London is evening in Hà Nội", ZONE_DEFAULT, "18:00-07:30", "no", "2026-11-23T12:00:00Z", "2026-11-24T07:30:00+07:00" },
		{ "and noon in UTC", "UTC", "18:00-07:30", "no", "2026-11-23T12:00:00Z", "2026-11-23T12:00:00+00:00" },
		{ "Saturday in Hà Nội is Friday in New York", "-05:00", "", "yes", "2026-11-21T03:00:00+07:00", "2026-11-20T15:00:00-05:00" },
		{ "clocks go forward in the night", "Europe/Berlin", "18:00-07:30", "no", "2026-03-28T19:00:00+01:00",
		    "2026-03-29T07:30:00+02:00" },
		{ "after midnight of that night", "Europe/Berlin", "18:00-07:30", "no", "2026-03-29T00:30:00+01:00",
		    "2026-03-29T07:30:00+02:00" },
		{ "and back", "Europe/Berlin", "18:00-07:30", "no", "2026-10-24T19:00:00+02:00", "2026-10-25T07:30:00+01:00" },
		{ "after midnight of that one", "Europe/Berlin", "18:00-07:30", "no", "2026-10-25T00:30:00+02:00",
		    "2026-10-25T07:30:00+01:00" },
		{ "an end that the clocks leave out", "Europe/Berlin", "22:00-02:30", "no", "2026-03-29T01:00:00+01:00",
		    "2026-03-29T03:00:00+02:00" },
		{ "an end that they show twice, the first", "Europe/Berlin", "22:00-02:30", "no", "2026-10-25T02:10:20+02:00",
		    "2026-10-25T02:30:00+02:00" },
		{ "the second", "Europe/Berlin", "22:00-02:30", "no", "2026-10-25T02:10:20+01:00", "2026-10-25T02:30:00+01:00" },
		{ "a weekend of 47 hours", "Europe/Berlin", "", "yes", "2026-03-28T00:00:00+01:00", "2026-03-30T00:00:00+02:00" },
		{ "a weekend of 49 hours", "Europe/Berlin", "", "yes", "2026-10-24T00:00:00+02:00", "2026-10-26T00:00:00+01:00" },
		{ "from within its last day", "Europe/Berlin", "", "yes", "2026-10-25T23:00:00+01:00", "2026-10-26T00:00:00+01:00" },
	};
	struct zone z;
	struct err e = ERR_INIT;
	struct date_text t;
	int64_t at = 0;

	if (zone_load(&z, "Europe/Berlin", &e) < 0) {
		check_skip("zones with summer time need tzdata");
		return;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		CHECK_INT(zone_load(&z, table[i].zone, &e), 0, table[i].zone);
		next_is(table[i].label, &z, table[i].quiet, table[i].days, NULL, table[i].at, table[i].want);
	}
	if (zone_load(&z, "America/Santiago", &e) == 0 && date_parse("2026-09-06T12:00:00-03:00", &z, DATE_START, &at, &e) == 0) {
		CHECK_STR(date_rfc3339(&t, &z, calendar_midnight(&z, at)), "2026-09-06T01:00:00-03:00", "a day that begins at one");
		CHECK_STR(date_rfc3339(&t, &z, calendar_tomorrow(&z, at - 86400)), "2026-09-06T01:00:00-03:00", "seen from the day before");
		CHECK_STR(date_rfc3339(&t, &z, calendar_tomorrow(&z, at)), "2026-09-07T00:00:00-03:00", "and the next");
	}
}

static const char *
own_file(const char *text)
{
	static char path[64];
	struct err e = ERR_INIT;

	if (!*path) {
		snprintf(path, sizeof(path), "/tmp/thumoi-days-XXXXXX");
		close(mkstemp(path));
	}
	if (file_replace(path, text, strlen(text), &e) < 0)
		die("%s", e.text);
	return path;
}

/* As people leave it: a byte order mark, remarks, CRLF, any order, a make-up Sunday, cells wherever they stand. */
static void
test_own_file(void)
{
	static const char days[] = "\xEF\xBB\xBF" "date,type\r\n# moved by the chairman\r\n\r\n2026-11-25,holiday\r\n"
	    "2026-11-22,makeup-workday\r\n2026-11-28,làm bù,makeup-workday,by letter\r\n2026-11-29,no makeup-workday here\r\n";
	static const struct { const char *label, *at, *want; } table[] = {
		{ "a working Sunday", "2026-11-22T10:00:00+07:00", "2026-11-22T10:00:00+07:00" },
		{ "a Wednesday off", "2026-11-25T10:00:00+07:00", "2026-11-26T00:00:00+07:00" },
		{ "a working Saturday", "2026-11-28T10:00:00+07:00", "2026-11-28T10:00:00+07:00" },
		{ "a remark is no cell", "2026-11-29T10:00:00+07:00", "2026-11-30T00:00:00+07:00" },
	};
	static const struct { const char *label, *text, *says; } bad[] = {
		{ "no such day", "date,type\n2026-02-29,holiday\n", "line 2" },
		{ "no such month", "2026-13-01,holiday\n", "line 1" },
		{ "as people write it", "2/9/2026,holiday\n", "2026-09-02" },
		{ "half a date", "2026-09\n", "line 1" },
	};
	struct err e = ERR_INIT;
	struct conf conf;
	struct zone z;

	lang_ui = LANG_EN;
	CHECK_INT(zone_load(&z, ZONE_DEFAULT, &e), 0, "zone");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		next_is(table[i].label, &z, "", "yes", own_file(days), table[i].at, table[i].want);
	CHECK_INT(conf_load(&conf, NULL, false, &e), 0, "settings");
	conf.working_days_only = "yes";
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct calendar c;

		conf.holiday_file = own_file(bad[i].text);
		CHECK_INT(calendar_load(&c, &conf, &e), -1, bad[i].label);
		CHECK(strstr(e.text, bad[i].says) && strstr(e.text, conf.holiday_file), bad[i].label);
		calendar_release(&c);
	}
	conf_release(&conf);
	unlink(own_file(""));
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
	test_zones();
	test_own_file();
	test_faults();
	return check_done();
}
