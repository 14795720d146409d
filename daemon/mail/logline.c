#include "mail/logline.h"

#include <ctype.h>
#include <string.h>

#define DAY_S 86400

/* What is left of the line. */
struct rest { const char *s, *end; };

static bool
starts(const struct rest *r, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(r->end - r->s) >= n && memcmp(r->s, word, n) == 0;
}

static bool
skip(struct rest *r, const char *word)
{
	if (!starts(r, word))
		return false;
	r->s += strlen(word);
	return true;
}

/* Exactly n digits, or fewer when `spaces` may stand before them; -1. */
static int
digits(struct rest *r, int n, bool spaces)
{
	int v = 0;

	for (; n > 0; n--, r->s++) {
		if (r->s == r->end)
			return -1;
		if (spaces && *r->s == ' ' && v == 0)
			continue;
		if (!isdigit((unsigned char)*r->s))
			return -1;
		v = v * 10 + *r->s - '0';
	}
	return v;
}

static int64_t
days(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;

	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719468;
}

static bool
leap(int64_t y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static bool
clock_time(struct rest *r, int64_t *seconds)
{
	int h = digits(r, 2, false), m, s;

	if (h < 0 || !skip(r, ":") || (m = digits(r, 2, false)) < 0 || !skip(r, ":") || (s = digits(r, 2, false)) < 0)
		return false;
	*seconds = h * 3600 + m * 60 + s;
	return h < 24 && m < 60 && s <= 60;
}

static int64_t
from_local(const struct zone *z, int64_t local)
{
	return local - zone_offset(z, local - zone_offset(z, local));
}

/* "Sep 17 08:30:15": of the latest year in which that is not in the future. */
static bool
traditional(struct rest *r, struct logline_time *t, int64_t *at)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int month = 0, day;
	int64_t seconds;

	while (month < 12 && !(r->end - r->s > 4 && memcmp(r->s, names + (size_t)month * 3, 3) == 0))
		month++;
	if (month++ == 12)
		return false;
	r->s += 3;
	if (!skip(r, " ") || (day = digits(r, 2, true)) < 1 || day > 31 || !skip(r, " ") || !clock_time(r, &seconds))
		return false;
	if (month != t->month || day != t->day) {
		struct tm now;
		int64_t year;

		date_split(&t->zone, t->latest, &now);
		for (year = now.tm_year + 1900; ; year--)
			if ((month != 2 || day != 29 || leap(year)) &&
			    from_local(&t->zone, days(year, month, day) * DAY_S) <= t->latest)
				break;
		t->month = month;
		t->day = day;
		t->midnight = days(year, month, day) * DAY_S;
	}
	*at = from_local(&t->zone, t->midnight + seconds);
	return true;
}

/* "2021-09-17T08:30:15.123456+07:00" */
static bool
rfc3339(struct rest *r, const struct logline_time *t, int64_t *at)
{
	int y = digits(r, 4, false), mo, d, oh, om, sign;
	int64_t seconds, local;

	if (y < 0 || !skip(r, "-") || (mo = digits(r, 2, false)) < 1 || mo > 12 || !skip(r, "-") ||
	    (d = digits(r, 2, false)) < 1 || d > 31 || !(skip(r, "T") || skip(r, " ")) || !clock_time(r, &seconds))
		return false;
	local = days(y, mo, d) * DAY_S + seconds;
	if (skip(r, ".") || skip(r, ","))
		while (r->s < r->end && isdigit((unsigned char)*r->s))
			r->s++;
	if (skip(r, "Z")) {
		*at = local;
	} else if (starts(r, "+") || starts(r, "-")) {
		sign = *r->s++ == '-' ? -1 : 1;
		if ((oh = digits(r, 2, false)) < 0 || (skip(r, ":"), om = digits(r, 2, false)) < 0)
			return false;
		*at = local - sign * (oh * 3600 + om * 60);
	} else {
		*at = from_local(&t->zone, local);
	}
	return true;
}

static struct span
word(struct rest *r)
{
	struct span w = { r->s, 0 };

	while (r->s < r->end && *r->s != ' ')
		r->s++;
	w.len = (size_t)(r->s - w.s);
	while (r->s < r->end && *r->s == ' ')
		r->s++;
	return w;
}

static bool
is(const struct span *w, const char *s)
{
	return w->len == strlen(s) && memcmp(w->s, s, w->len) == 0;
}

/* Of "postfix-out/relay/smtp[812]:" the last name. */
static struct span
program(struct span w)
{
	const char *end = memchr(w.s, '[', w.len), *slash;

	if (!end)
		end = w.s + w.len - (w.len && w.s[w.len - 1] == ':');
	slash = memrchr(w.s, '/', (size_t)(end - w.s));
	return slash ? (struct span){ slash + 1, (size_t)(end - slash - 1) } : (struct span){ NULL, 0 };
}

/* Time, host, program; what is left is the message. */
static bool
read_head(struct rest *r, struct logline_time *t, int64_t *at, struct span *prog)
{
	bool newer = false;

	if (skip(r, "<")) {		/* as it came over the wire */
		while (r->s < r->end && isdigit((unsigned char)*r->s))
			r->s++;
		if (!skip(r, ">"))
			return false;
		newer = skip(r, "1 ");	/* RFC 5424 */
	}
	if (r->s == r->end || !(isdigit((unsigned char)*r->s) ? rfc3339(r, t, at) : traditional(r, t, at)) || !skip(r, " "))
		return false;
	word(r);
	*prog = program(word(r));
	for (int i = 0; newer && i < 3; i++)
		word(r);
	return prog->s && r->s < r->end;
}

static bool
read_id(struct rest *r, struct span *id)
{
	const char *s = r->s;

	while (r->s < r->end && isalnum((unsigned char)*r->s))
		r->s++;
	*id = (struct span){ s, (size_t)(r->s - s) };
	return id->len >= 5 && id->len < 64 && skip(r, ": ");
}

/* name=<value> or name=value up to the next ", "; moves behind it. */
static struct span
field(struct rest *r, const char *name)
{
	size_t n = strlen(name);
	const char *p = r->s, *v, *end;

	for (; (p = memmem(p, (size_t)(r->end - p), name, n)); p += n)
		if (p == r->s || p[-1] == ' ')
			break;
	if (!p)
		return (struct span){ NULL, 0 };
	v = p + n;
	if (v < r->end && *v == '<') {
		v++;
		end = memmem(v, (size_t)(r->end - v), ">, ", 3);
	} else {
		end = memmem(v, (size_t)(r->end - v), ", ", 2);
	}
	if (!end)
		return (struct span){ NULL, 0 };
	r->s = end;
	return (struct span){ v, (size_t)(end - v) };
}

/* "status=bounced (host mx said: 550 ...)" */
static bool
read_status(struct rest *r, struct logline *out)
{
	static const struct { const char *word; enum logline_status status; } words[] = {
		{ "sent", LINE_SENT }, { "bounced", LINE_BOUNCED }, { "deferred", LINE_DEFERRED },
	};
	const char *p = memmem(r->s, (size_t)(r->end - r->s), "status=", 7), *open, *close;
	size_t i = 0;

	if (!p)
		return false;
	r->s = p + 7;
	while (i < 3 && !skip(r, words[i].word))
		i++;
	if (i == 3)
		return false;
	out->status = words[i].status;
	open = memchr(r->s, '(', (size_t)(r->end - r->s));
	close = memrchr(r->s, ')', (size_t)(r->end - r->s));
	out->text = open && close && close > open ? (struct span){ open + 1, (size_t)(close - open - 1) } :
	    (struct span){ r->s, 0 };
	return true;
}

static bool
read_delivery(struct rest *r, const struct span *prog, struct logline *out)
{
	static const struct { const char *program; enum logline_agent agent; } agents[] = {
		{ "smtp", LINE_TO_SERVER }, { "lmtp", LINE_TO_MAILBOX }, { "local", LINE_TO_MAILBOX },
		{ "virtual", LINE_TO_MAILBOX }, { "relay", LINE_TO_SERVER }, { "pipe", LINE_TO_PROGRAM },
		{ "error", LINE_TO_PROGRAM }, { "retry", LINE_TO_PROGRAM },
	};
	size_t i = 0;

	while (i < sizeof(agents) / sizeof(agents[0]) && !is(prog, agents[i].program))
		i++;
	if (i == sizeof(agents) / sizeof(agents[0]))
		return false;		/* discard, verify: nobody has the message */
	out->what = LINE_DELIVERY;
	out->agent = agents[i].agent;
	out->to = field(r, "to=");
	out->orig_to = field(r, "orig_to=");
	out->relay = field(r, "relay=");
	out->dsn = field(r, "dsn=");
	return out->to.s && read_status(r, out);
}

bool
logline_read(struct logline *out, struct logline_time *t, const char *line, size_t len)
{
	struct rest r = { line, line + len };
	struct span prog;

	/* Most lines are of other kinds: they cost one or two searches. */
	if (!memmem(line, len, "status=", 7) && !memmem(line, len, " from=<", 7) && !memmem(line, len, ": removed", 9))
		return false;
	memset(out, 0, sizeof(*out));
	if (!read_head(&r, t, &out->at, &prog) || !read_id(&r, &out->id))
		return false;
	if (!is(&prog, "qmgr"))
		return read_delivery(&r, &prog, out);
	if (skip(&r, "removed")) {
		out->what = LINE_REMOVED;
		return true;
	}
	out->from = field(&r, "from=");
	out->what = memmem(r.s, (size_t)(r.end - r.s), "status=expired", 14) ? LINE_EXPIRED : LINE_FROM;
	return out->from.s != NULL;
}
