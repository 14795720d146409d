#include "engine/calendar.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define DAY_S 86400
#define FILE_MAX_BYTES (1 << 20)
#define DAYS_MOST 4000			/* as far as anybody counts */

/* "18:00" at p; -1: it is none. */
static int
minutes(const char *p)
{
	int h, m;

	if (!isdigit((unsigned char)p[0]) || !isdigit((unsigned char)p[1]) || p[2] != ':' ||
	    !isdigit((unsigned char)p[3]) || !isdigit((unsigned char)p[4]))
		return -1;
	h = (p[0] - '0') * 10 + p[1] - '0';
	m = (p[3] - '0') * 10 + p[4] - '0';
	return h < 24 && m < 60 ? h * 60 + m : -1;
}

static bool
is_day(int year, int month, int day)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month == 2 && day == 29)
		return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/* "2026-09-02": 20260902; 0: it is no date. */
static int
day_number(const char *p)
{
	int v = 0;

	for (int i = 0; i < 10; i++) {
		if (i == 4 || i == 7) {
			if (p[i] != '-')
				return 0;
			continue;
		}
		if (!isdigit((unsigned char)p[i]))
			return 0;
		v = v * 10 + p[i] - '0';
	}
	return is_day(v / 10000, v % 10000 / 100, v % 100) ? v : 0;
}

static bool
has_cell(const char *line, const char *cell)
{
	size_t n = strlen(cell);

	for (const char *p = line; (p = strstr(p, cell)); p += n)
		if (p > line && p[-1] == ',' && strchr(",\r", p[n]))
			return true;
	return false;
}

static int
read_days(struct calendar *c, const char *path, struct err *e)
{
	struct file f = FILE_INIT;
	char *copy, *at, *line;
	size_t cap = c->n;
	int rc = 0, n = 0;

	if (file_read(&f, path, FILE_MAX_BYTES, e) < 0)
		return -1;
	at = copy = mem_ndup(f.data, f.len);
	while (rc == 0 && (line = strsep(&at, "\n"))) {
		int date;

		n++;
		line += strncmp(line, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
		if (!*line || *line == '#' || *line == '\r' || strncmp(line, "date,", 5) == 0)
			continue;
		if (strlen(line) < 10 || !(date = day_number(line))) {
			rc = err_set(e, ERR_INPUT, TR("%s line %d: a line begins with a date, as 2026-09-02",
			    "%s dòng %d: mỗi dòng bắt đầu bằng ngày, như 2026-09-02"), path, n);
			break;
		}
		c->days = mem_room(c->days, c->n, &cap, sizeof(*c->days));
		c->days[c->n++] = (struct calendar_day){ .date = date, .off = !has_cell(line, "makeup-workday") };
	}
	free(copy);
	file_release(&f);
	return rc;
}

/* "18:00-07:30"; -1: it is not that. */
static int
read_quiet(struct calendar *c, const char *q)
{
	c->quiet_from = minutes(q);
	c->quiet_to = strlen(q) == 11 && q[5] == '-' ? minutes(q + 6) : -1;
	return c->quiet_from < 0 || c->quiet_to < 0 ? -1 : 0;
}

/* Without a file of one's own: all config/holidays-*.csv. Who only counts days can do without any. */
static int
read_shipped(struct calendar *c, struct err *e)
{
	struct arena a = ARENA_INIT;
	glob_t found = { .gl_pathc = 0 };
	int rc = 0;

	if (glob(file_data_path(&a, "config/holidays-*.csv"), 0, NULL, &found) != 0 && c->working_days)
		rc = read_days(c, file_data_path(&a, "config/holidays-vn.csv"), e);
	for (size_t i = 0; i < found.gl_pathc && rc == 0; i++)
		rc = read_days(c, found.gl_pathv[i], e);
	globfree(&found);
	arena_release(&a);
	return rc;
}

int
calendar_load(struct calendar *c, const struct conf *conf, struct err *e)
{
	const char *q = conf->quiet_hours;

	*c = (struct calendar){ .working_days = strcmp(conf->working_days_only, "yes") == 0 };
	if (*q && read_quiet(c, q) < 0)
		return err_set(e, ERR_INPUT, TR("quiet_hours = %s: write it as 18:00-07:30",
		    "quiet_hours = %s: viết như 18:00-07:30"), q);
	return *conf->holiday_file ? read_days(c, conf->holiday_file, e) : read_shipped(c, e);
}

int
calendar_of_wave(struct calendar *out, const struct calendar *c, const char *quiet_hours, const char *working_days,
    struct err *e)
{
	*out = *c;
	out->borrowed = true;
	if (*working_days)
		out->working_days = strcmp(working_days, "yes") == 0;
	if (strcmp(quiet_hours, "none") == 0)
		out->quiet_from = out->quiet_to = 0;
	else if (*quiet_hours && read_quiet(out, quiet_hours) < 0)
		return err_set(e, ERR_INPUT, TR("quiet hours '%s': write 18:00-07:30, or none",
		    "giờ yên lặng '%s': viết 18:00-07:30, hoặc none"),
		    quiet_hours);
	return 0;
}

void
calendar_release(struct calendar *c)
{
	if (!c->borrowed)
		free(c->days);
	*c = (struct calendar){ .days = NULL };
}

/* The moment of that minute, so many days after that of t. */
static int64_t
moment(const struct zone *z, const struct tm *t, int days, int minute)
{
	return date_at(z, t->tm_year + 1900, t->tm_mon + 1, t->tm_mday + days, minute);
}

int64_t
calendar_midnight(const struct zone *z, int64_t at)
{
	struct tm t;

	date_split(z, at, &t);
	return moment(z, &t, 0, 0);
}

int64_t
calendar_tomorrow(const struct zone *z, int64_t at)
{
	struct tm t;

	date_split(z, at, &t);
	return moment(z, &t, 1, 0);
}

static bool
works(const struct calendar *c, const struct tm *t)
{
	int date = (t->tm_year + 1900) * 10000 + (t->tm_mon + 1) * 100 + t->tm_mday;

	for (size_t i = 0; i < c->n; i++)
		if (c->days[i].date == date)
			return !c->days[i].off;
	return t->tm_wday >= 1 && t->tm_wday <= 5;
}

bool
calendar_works(const struct calendar *c, const struct zone *z, int64_t at)
{
	struct tm t;

	date_split(z, at, &t);
	return works(c, &t);
}

bool
calendar_knows(const struct calendar *c, int year)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->days[i].date / 10000 == year)
			return true;
	return false;
}

int64_t
calendar_day(const struct calendar *c, const struct zone *z, int64_t at, int n, bool working, int minute)
{
	int step = n < 0 ? -1 : 1, left = n < 0 ? -n : n, days = 0;
	struct tm t, noon;

	date_split(z, at, &t);
	while (left > 0 && days < DAYS_MOST && days > -DAYS_MOST) {
		days += step;
		date_split(z, moment(z, &t, days, 720), &noon);
		left -= !working || works(c, &noon);
	}
	return moment(z, &t, days, minute);
}

int64_t
calendar_next(const struct calendar *c, const struct zone *z, int64_t at)
{
	int64_t end = at + 400 * (int64_t)DAY_S;

	if (!c->working_days && c->quiet_from == c->quiet_to)
		return at;
	while (at < end) {
		struct tm t;
		int64_t over;
		int now;
		bool quiet;

		date_split(z, at, &t);
		now = t.tm_hour * 60 + t.tm_min;
		if (c->working_days && !works(c, &t)) {
			at = moment(z, &t, 1, 0);
			continue;
		}
		quiet = c->quiet_from < c->quiet_to ? now >= c->quiet_from && now < c->quiet_to :
		    c->quiet_from > c->quiet_to && (now >= c->quiet_from || now < c->quiet_to);
		if (!quiet)
			return at;
		/* Quiet until this morning, or through the night. */
		over = now < c->quiet_to ? moment(z, &t, 0, c->quiet_to) : moment(z, &t, 1, 0);
		/* In an hour that the clocks show twice: its end was before the first of them. */
		at = over > at ? over : at + (c->quiet_to - now) * 60 - t.tm_sec;
	}
	return end;
}
