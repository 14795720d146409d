#include "mail/later.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum meaning { GREYLIST, AGAIN, LESS };

static const struct { const char *words; enum meaning meaning; } table[] = {
	{ "greylist", GREYLIST }, { "graylist", GREYLIST }, { "grey-list", GREYLIST }, { "gray-list", GREYLIST },
	{ "grey list", GREYLIST }, { "gray list", GREYLIST }, { "postgrey", GREYLIST },
	{ "try again", AGAIN }, { "try later", AGAIN }, { "retry", AGAIN }, { "come back", AGAIN },
	{ "too many", LESS }, { "too fast", LESS }, { "too much", LESS }, { "rate", LESS }, { "throttl", LESS },
	{ "exceed", LESS }, { "unusual", LESS }, { "temporarily blocked", LESS },
};

static const struct { const char *word; int64_t s; } units[] = {
	{ "s", 1 }, { "sec", 1 }, { "secs", 1 }, { "second", 1 }, { "seconds", 1 },
	{ "m", 60 }, { "min", 60 }, { "mins", 60 }, { "minute", 60 }, { "minutes", 60 },
	{ "h", 3600 }, { "hr", 3600 }, { "hrs", 3600 }, { "hour", 3600 }, { "hours", 3600 },
};

struct word { char s[12]; };		/* lower case; a longer one is cut: it is none of ours */

static const char *
next_word(const char *p, struct word *w)
{
	size_t n = 0;

	while (*p && !isalnum((unsigned char)*p))
		p++;
	/* "300s" is two words, "00:04:58" is one. */
	for (bool digits = isdigit((unsigned char)*p); isalnum((unsigned char)*p) || (*p == ':' && digits); p++) {
		if (digits && isalpha((unsigned char)*p))
			break;
		if (n + 1 < sizeof(w->s))
			w->s[n++] = (char)tolower((unsigned char)*p);
	}
	w->s[n] = '\0';
	return p;
}

static int64_t
unit_s(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (strcmp(units[i].word, word) == 0)
			return units[i].s;
	return 0;
}

/* "00:04:58", "4:58"; 0: it is none. */
static int64_t
clock_s(const char *word)
{
	int64_t s = 0;
	int parts = 0;
	char *end;

	if (!strchr(word, ':'))
		return 0;
	for (const char *p = word; isdigit((unsigned char)*p) && parts < 3; p = end + (*end == ':')) {
		s = s * 60 + strtoll(p, &end, 10);
		parts++;
		if (!*end)
			return s;
	}
	return 0;
}

/* "5 minutes", "4 minutes and 58 seconds", "300s" behind p; 0: no such time stands there. */
static int64_t
time_at(const char *p)
{
	struct word number, unit, after;
	int64_t sum = 0, s;

	p = next_word(p, &number);
	if ((s = clock_s(number.s)) > 0)
		return s;
	while (isdigit((unsigned char)number.s[0]) && sum <= LATER_MOST_S) {
		p = next_word(p, &unit);
		if (!(s = unit_s(unit.s)))
			break;
		sum += s * strtoll(number.s, NULL, 10);
		p = next_word(p, &after);
		if (strcmp(after.s, "and") == 0)
			p = next_word(p, &after);
		number = after;
	}
	return sum;
}

/* The time behind "in", "for", "after", "wait", "another". */
static int64_t
named_s(const char *text)
{
	static const char *const before[] = { "in", "for", "after", "wait", "another", "least" };
	struct word w;
	int64_t s;

	for (const char *p = text; *p;) {
		p = next_word(p, &w);
		for (size_t i = 0; i < COUNT_OF(before); i++)
			if (strcmp(w.s, before[i]) == 0 && (s = time_at(p)) > 0)
				return s;
	}
	return 0;
}

struct later
later_read(int code, const char *enhanced, const char *text)
{
	bool said[3] = { false };
	struct later l = { .greylisted = false };

	if (code / 100 != 4 || !text)
		return l;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		said[table[i].meaning] = said[table[i].meaning] || strcasestr(text, table[i].words);
	l.after_s = named_s(text);
	l.greylisted = said[GREYLIST] || (said[AGAIN] && !said[LESS] && (code == 450 || code == 451) &&
	    (l.after_s || strcmp(enhanced, "4.7.1") == 0));
	l.less = said[LESS] && !l.greylisted;
	return l;
}

int64_t
later_again_s(const struct later *l, int attempt)
{
	static const int64_t usual[] = { 300, 900, 1800 };

	if (!l->greylisted || attempt < 1 || attempt > (int)COUNT_OF(usual))
		return 0;
	if (l->after_s >= LATER_LEAST_S && l->after_s <= LATER_MOST_S)
		return l->after_s + LATER_MORE_S;
	return usual[attempt - 1];
}
