#include "mail/queueid.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool
in_id(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

static bool
take(const char *s, size_t len, char out[QUEUE_ID_MAX])
{
	size_t n = 0;

	while (n < len && in_id(s[n]))
		n++;
	if (n < 5 || n >= QUEUE_ID_MAX)
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

/* Where `word` stands in text, in any case; NULL. */
static const char *
find(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if ((text[i] | 32) == (*word | 32) && strncasecmp(text + i, word, n) == 0)
			return text + i;
	return NULL;
}

bool
queue_id_find(const char *text, size_t len, char out[QUEUE_ID_MAX])
{
	static const char *const before[] = { "queued as ", "forwarded as ", "ok id=", "[internalid=" };
	const char *end = text + len, *p;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if ((p = find(text, len, before[i]))) {
			p += strlen(before[i]);
			return take(p, (size_t)(end - p), out);
		}
	/* sendmail, OpenSMTPD: "2.0.0 18H1abcd012345 Message accepted for delivery" */
	if ((p = find(text, len, " message accepted for delivery"))) {
		const char *s = p;

		while (s > text && in_id(s[-1]))
			s--;
		return take(s, (size_t)(p - s), out);
	}
	return false;
}

bool
queue_id_is_short(const char *id)
{
	size_t n = strspn(id, "0123456789ABCDEF");

	return id[n] == '\0' && n >= 5 && n <= 12;
}
