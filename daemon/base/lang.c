#include "base/lang.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

static enum lang of_operator = LANG_EN;
static _Thread_local const enum lang *of_reader;

enum lang *
lang_spoken(void)
{
	return of_reader ? (enum lang *)(uintptr_t)of_reader : &of_operator;
}

void
lang_speak(const enum lang *reader)
{
	of_reader = reader;
}

int
lang_parse(const char *word, enum lang *out, struct err *e)
{
	if (strcasecmp(word, "vi") == 0)
		*out = LANG_VI;
	else if (strcasecmp(word, "en") == 0)
		*out = LANG_EN;
	else
		return err_set(e, ERR_INPUT,
		    TR("unknown language '%s': use vi or en", "không có ngôn ngữ '%s': dùng vi hoặc en"), word);
	return 0;
}

const char *
lang_name(enum lang l)
{
	return l == LANG_VI ? "vi" : "en";
}

enum lang
lang_from_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < 3; i++) {
		const char *v = getenv(names[i]);

		if (v && *v)
			return strncasecmp(v, "vi", 2) == 0 && !isalpha((unsigned char)v[2]) ? LANG_VI : LANG_EN;
	}
	return LANG_EN;
}

enum lang
lang_from_accept(const char *s, enum lang fallback)
{
	double best = 0;
	enum lang l = fallback;

	while (s && *s) {
		size_t n = strcspn(s, ",");
		const char *q = memchr(s, ';', n);
		double weight = 1;

		while (n && (*s == ' ' || *s == '\t')) {
			s++;
			n--;
		}
		if (q) {
			while (q < s + n && *q != '=')
				q++;
			/* strtod stops at the comma, which it cannot read. */
			weight = q < s + n ? strtod(q + 1, NULL) : 0;
		}
		if (n >= 2 && weight > best && !isalpha((unsigned char)s[2])) {
			if (strncasecmp(s, "vi", 2) == 0) {
				l = LANG_VI;
				best = weight;
			} else if (strncasecmp(s, "en", 2) == 0) {
				l = LANG_EN;
				best = weight;
			}
		}
		s += n;
		if (*s == ',')
			s++;
	}
	return l;
}
