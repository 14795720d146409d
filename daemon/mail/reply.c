#include "mail/reply.h"

#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

size_t
reply_status_at(const char *s)
{
	size_t n = 4, digits;

	/* The subjects of RFC 3463 are 0 to 7: "Exim 4.92.3" is none. */
	if ((s[0] != '2' && s[0] != '4' && s[0] != '5') || s[1] != '.' || s[2] < '0' || s[2] > '7' || s[3] != '.')
		return 0;
	for (digits = 0; is_digit(s[n]) && digits < 4; digits++)
		n++;
	if (digits == 0 || digits > 3)
		return 0;
	if (s[n] == '.' && is_digit(s[n + 1]))		/* an IP address */
		return 0;
	if (s[n] == '-' && is_digit(s[n + 1]))
		return 0;
	return (s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z') || s[n] == '/' || s[n] == '_' ? 0 : n;
}

bool
reply_status_find(const char *text, char out[REPLY_STATUS_MAX])
{
	out[0] = '\0';
	for (const char *p = text; (p = strpbrk(p, "45")); p++) {
		size_t n;

		if (p > text && (is_digit(p[-1]) || p[-1] == '.' || p[-1] == '-' || p[-1] == '/' || p[-1] == '_' ||
		    ((p[-1] | 32) >= 'a' && (p[-1] | 32) <= 'z')) &&
		    !(p[-1] == '-' && p >= text + 4 && is_digit(p[-2]) && is_digit(p[-3]) && p[-4] == *p))
			continue;
		if ((n = reply_status_at(p)) == 0)
			continue;
		memcpy(out, p, n);
		out[n] = '\0';
		return true;
	}
	return false;
}

const char *
reply_code_at(const char *text)
{
	for (const char *p = text; (p = strpbrk(p, "45")); p++) {
		if (p > text && (is_digit(p[-1]) || strchr(".-/_:=", p[-1]) || ((p[-1] | 32) >= 'a' && (p[-1] | 32) <= 'z')) &&
		    !(p[-1] == ':' && p > text + 1 && !is_digit(p[-2])))
			continue;
		if (p[1] < '0' || p[1] > '7' || !is_digit(p[2]))
			continue;
		if (p[3] == '-' || p[3] == ' ' || p[3] == '\n' || p[3] == '\r' || p[3] == '\0' || p[3] == '\t' ||
		    p[3] == ':' || p[3] == '"' || p[3] == '>' || p[3] == ')' || p[3] == ']' || p[3] == ';' || p[3] == ',' || p[3] == '#')
			return p;
	}
	return NULL;
}

int
reply_code_find(const char *text)
{
	const char *p = reply_code_at(text);

	return p ? (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0') : 0;
}
