#include "base/date.h"

#include <ctype.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"

/* Days since 1970-01-01 of a proleptic Gregorian date. */
static int64_t
days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t
be(const unsigned char *p, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	if (n == 4)
		return (int32_t)(uint32_t)v;
	return (int64_t)v;
}

/* Read the 64-bit block of a TZif file (RFC 9636 3.2); -1 when it is none. */
static int
tzif(struct zone *z, const unsigned char *p, size_t len)
{
	size_t skip, times, types, chars, leaps, std, ut, first;
	const unsigned char *at, *idx, *type;

	for (int block = 0; block < 2; block++) {
		size_t word = block == 0 ? 4 : 8;

		if (len < 44 || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
			return -1;
		ut = (size_t)be(p + 20, 4);
		std = (size_t)be(p + 24, 4);
		leaps = (size_t)be(p + 28, 4);
		times = (size_t)be(p + 32, 4);
		types = (size_t)be(p + 36, 4);
		chars = (size_t)be(p + 40, 4);
		if (times > 4096 || types > 256 || chars > 4096 || leaps > 4096 || std > 256 || ut > 256)
			return -1;
		skip = 44 + times * word + times + types * 6 + chars + leaps * (word + 4) + std + ut;
		if (skip > len || types == 0)
			return -1;
		if (block == 1)
			break;
		p += skip;
		len -= skip;
	}
	at = p + 44;
	idx = at + times * 8;
	type = idx + times;
	z->first_offset_s = (int32_t)be(type, 4);
	/* Only the youngest changes matter to a survey; keep as many as fit. */
	first = times > ZONE_CHANGES ? times - ZONE_CHANGES : 0;
	for (size_t i = first; i < times; i++) {
		if (idx[i] >= types)
			return -1;
		z->at[z->changes] = be(at + i * 8, 8);
		z->offset_s[z->changes++] = (int32_t)be(type + (size_t)idx[i] * 6, 4);
	}
	return 0;
}

int
zone_load(struct zone *z, const char *name, struct err *e)
{
	unsigned char data[65536];
	char path[160];
	size_t n;
	FILE *f;
	int h, m, used = 0;

	memset(z, 0, sizeof(*z));
	snprintf(z->name, sizeof(z->name), "%s", name);
	if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0)
		return 0;
	if ((*name == '+' || *name == '-') && sscanf(name + 1, "%2d:%2d%n", &h, &m, &used) == 2 &&
	    name[1 + used] == '\0' && h >= 0 && h <= 14 && m >= 0 && m < 60) {
		z->first_offset_s = (*name == '-' ? -1 : 1) * (h * 3600 + m * 60);
		return 0;
	}
	/* Vietnam has kept +07:00 since 1975: no tzdata package is needed for it. */
	if (strcmp(name, ZONE_DEFAULT) == 0) {
		z->first_offset_s = 7 * 3600;
		return 0;
	}
	if (*name && *name != '/' && !strstr(name, "..") && strlen(name) < sizeof(z->name)) {
		snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
		if ((f = fopen(path, "rb"))) {
			n = fread(data, 1, sizeof(data), f);
			fclose(f);
			if (tzif(z, data, n) == 0)
				return 0;
		}
	}
	return err_set(e, ERR_INPUT,
	    TR("unknown time zone '%s': use a name such as Asia/Ho_Chi_Minh, or an offset such as +07:00",
	    "không có múi giờ '%s': dùng tên như Asia/Ho_Chi_Minh hoặc độ lệch như +07:00"), name);
}

int32_t
zone_offset(const struct zone *z, int64_t at)
{
	int32_t offset = z->first_offset_s;

	for (int i = 0; i < z->changes && z->at[i] <= at; i++)
		offset = z->offset_s[i];
	return offset;
}

/* Read 1 to `most` digits; -1 when there is none. Moves *s. */
static int
digits(const char **s, int most)
{
	int v = 0, n = 0;

	while (n < most && isdigit((unsigned char)**s)) {
		v = v * 10 + (*(*s)++ - '0');
		n++;
	}
	return n ? v : -1;
}

static bool
word(const char **s, const char *w)
{
	size_t n = strlen(w);

	if (strncasecmp(*s, w, n) != 0)
		return false;
	*s += n;
	while (**s == ' ')
		(*s)++;
	return true;
}

static bool
parse_day(const char **s, int *y, int *m, int *d)
{
	const char *p = *s;
	char sep;
	int a, b, c;

	if (word(&p, "ngày") || word(&p, "ngay")) {
		const char *numbers = p;

		a = digits(&p, 2);
		while (*p == ' ')
			p++;
		/* "ngày 17/9/2021" */
		if (!word(&p, "tháng") && !word(&p, "thang")) {
			*s = numbers;
			return strchr("/-.", *p) && isdigit((unsigned char)*numbers) && parse_day(s, y, m, d);
		}
		b = digits(&p, 2);
		while (*p == ' ')
			p++;
		if (!word(&p, "năm") && !word(&p, "nam"))
			return false;
		c = digits(&p, 4);
		*d = a, *m = b, *y = c;
		*s = p;
		return true;
	}
	a = digits(&p, 4);
	sep = *p;
	if (a < 0 || (sep != '-' && sep != '/' && sep != '.'))
		return false;
	p++;
	b = digits(&p, 2);
	if (b < 0 || *p != sep)
		return false;
	p++;
	c = digits(&p, 4);
	if (c < 0)
		return false;
	if (a > 31)
		*y = a, *m = b, *d = c;
	else
		*d = a, *m = b, *y = c;
	*s = p;
	return true;
}

int
date_parse(const char *text, const struct zone *z, enum date_edge edge, int64_t *out, struct err *e)
{
	static const int month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const char *s = text;
	int y = 0, m = 0, d = 0, hh = 0, mm = 0, ss = 0, oh, om;
	bool has_time = false, has_offset = false;
	int64_t t, offset = 0;

	if (strcmp(text, "now") == 0) {
		*out = clock_now();
		return 0;
	}
	while (*s == ' ')
		s++;
	if (!parse_day(&s, &y, &m, &d) || y < 1970 || y > 9999 || m < 1 || m > 12 || d < 1 ||
	    d > month_days[m - 1] + (m == 2 && (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))))
		goto bad;
	if ((*s == 'T' || *s == ' ') && isdigit((unsigned char)s[1])) {
		has_time = true;
		s++;
		hh = digits(&s, 2);
		if (*s++ != ':')
			goto bad;
		mm = digits(&s, 2);
		if (*s == ':') {
			s++;
			ss = digits(&s, 2);
		}
		if (hh > 23 || mm < 0 || mm > 59 || ss < 0 || ss > 60)
			goto bad;
		if (*s == 'Z') {
			has_offset = true;
			s++;
		} else if (*s == '+' || *s == '-') {
			int sign = *s++ == '-' ? -1 : 1;

			oh = digits(&s, 2);
			if (*s == ':')
				s++;
			om = digits(&s, 2);
			if (oh < 0 || om < 0)
				goto bad;
			offset = sign * (oh * 3600 + om * 60);
			has_offset = true;
		}
	}
	while (*s == ' ')
		s++;
	if (*s)
		goto bad;
	if (!has_time && edge == DATE_END)
		hh = 23, mm = 59, ss = 59;
	t = days_from_civil(y, m, d) * 86400 + hh * 3600 + mm * 60 + ss;
	*out = has_offset ? t - offset : date_at(z, y, m, d, hh * 60 + mm) + ss;
	return 0;
bad:
	return err_set(e, ERR_INPUT,
	    TR("'%s' is not a date: write 2021-09-17, 17/9/2021 or 2021-09-17T08:30",
	    "'%s' không phải là ngày: viết 17/9/2021, 2021-09-17 hoặc 2021-09-17T08:30"), text);
}

void
date_split(const struct zone *z, int64_t at, struct tm *tm)
{
	time_t t = (time_t)(at + zone_offset(z, at));

	gmtime_r(&t, tm);
}

int64_t
date_at(const struct zone *z, int year, int month, int day, int minute)
{
	int64_t t = (days_from_civil(year, month, 1) + day - 1) * 86400 + minute * 60;
	int32_t before = zone_offset(z, t - 86400), after = zone_offset(z, t + 86400);

	/* Twice, when clocks are set back: the first. */
	if (zone_offset(z, t - before) == before)
		return t - before;
	if (zone_offset(z, t - after) == after)
		return t - after;
	/* Never, when they are set forward over it: then. */
	for (int i = 0; i < z->changes; i++)
		if (z->at[i] > t - after && z->at[i] <= t - before)
			return z->at[i];
	return t - before;
}

const char *
date_rfc3339(struct date_text *o, const struct zone *z, int64_t at)
{
	int32_t off = zone_offset(z, at), a = off < 0 ? -off : off;
	struct tm tm;

	date_split(z, at, &tm);
	snprintf(o->s, sizeof(o->s), "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, off < 0 ? '-' : '+', a / 3600, a / 60 % 60);
	return o->s;
}

const char *
date_rfc5322(struct date_text *o, const struct zone *z, int64_t at)
{
	static const char *const day[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const month[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int32_t off = zone_offset(z, at), a = off < 0 ? -off : off;
	struct tm tm;

	date_split(z, at, &tm);
	snprintf(o->s, sizeof(o->s), "%s, %d %s %d %02d:%02d:%02d %c%02d%02d", day[tm.tm_wday], tm.tm_mday,
	    month[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, off < 0 ? '-' : '+',
	    a / 3600, a / 60 % 60);
	return o->s;
}

static const char *const month_en[] = { "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December" };

const char *
date_day(struct date_text *o, const struct zone *z, int64_t at, enum lang l)
{
	struct tm tm;

	date_split(z, at, &tm);
	if (l == LANG_EN)
		snprintf(o->s, sizeof(o->s), "%d %s %d", tm.tm_mday, month_en[tm.tm_mon], tm.tm_year + 1900);
	else
		snprintf(o->s, sizeof(o->s), tm.tm_mon + 1 < 3 ? "%02d/%02d/%d" : "%02d/%d/%d",
		    tm.tm_mday, tm.tm_mon + 1, tm.tm_year + 1900);
	return o->s;
}

const char *
date_minute(struct date_text *o, const struct zone *z, int64_t at, enum lang l)
{
	struct date_text day;
	struct tm tm;

	date_split(z, at, &tm);
	date_day(&day, z, at, l);
	snprintf(o->s, sizeof(o->s), l == LANG_EN ? "%02d:%02d on %s" : "%02d:%02d ngày %s",
	    tm.tm_hour, tm.tm_min, day.s);
	return o->s;
}

const char *
date_official(struct date_text *o, const struct zone *z, int64_t at, enum lang l)
{
	struct tm tm;

	if (l == LANG_EN)
		return date_day(o, z, at, l);
	date_split(z, at, &tm);
	snprintf(o->s, sizeof(o->s), tm.tm_mon + 1 < 3 ? "ngày %02d tháng %02d năm %d" : "ngày %02d tháng %d năm %d",
	    tm.tm_mday, tm.tm_mon + 1, tm.tm_year + 1900);
	return o->s;
}
