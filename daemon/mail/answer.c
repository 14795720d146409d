#include "mail/answer.h"

#include <ctype.h>

#include "base/text.h"

#define TEXT_MAX 8192

char *
answer_clean(struct arena *a, const char *text, size_t len)
{
	bool utf8;
	char *out, *o;

	if (len > TEXT_MAX)
		len = TEXT_MAX;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	/* The limit may have cut a character. */
	for (size_t back = 0; back < 3 && len && !text_is_utf8(text, len) && ((unsigned char)text[len - 1] & 0x80); back++)
		len--;
	utf8 = text_is_utf8(text, len);
	o = out = arena_alloc(a, len + 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\r' && i + 1 < len && text[i + 1] == '\n')
			continue;
		if (c == '\n')
			*o++ = '\n';
		else
			*o++ = c < 0x20 || c == 0x7f ? ' ' : c >= 0x80 && !utf8 ? '?' : (char)c;
	}
	*o = '\0';
	return out;
}

const char *
answer_enhanced(const char *text, int code, char out[12])
{
	size_t n = strspn(text, "0123456789.");
	int dots = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		dots += text[i] == '.';
	if (n < 5 || n > 11 || dots != 2 || text[1] != '.' || text[n - 1] == '.' || text[0] - '0' != code / 100 ||
	    (text[n] && !isspace((unsigned char)text[n])))
		return text;
	memcpy(out, text, n);
	out[n] = '\0';
	text += n;
	while (*text == ' ')
		text++;
	return text;
}

void
answer_parse(struct arena *a, const char *raw, size_t len, struct smtp_outcome *o)
{
	char *text = answer_clean(a, raw, len), *line, *rest = text;
	size_t at = 0;			/* the lines move up, over their codes */
	char enhanced[12];

	ASSERT(text);
	o->code = 0;
	o->enhanced[0] = '\0';
	o->text = text;
	while ((line = strsep(&rest, "\n"))) {
		int code = isdigit((unsigned char)line[0]) && isdigit((unsigned char)line[1]) &&
		    isdigit((unsigned char)line[2]) && (line[3] == ' ' || line[3] == '-' || !line[3]) ?
		    (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0' : 0;
		const char *from = line;
		size_t n;

		if (code) {
			o->code = code;
			from = answer_enhanced(line + (line[3] ? 4 : 3), code, enhanced);
			if (*enhanced)
				memcpy(o->enhanced, enhanced, sizeof(o->enhanced));
		}
		n = strlen(from);
		if (at)
			text[at++] = '\n';
		memmove(text + at, from, n);
		at += n;
	}
	text[at] = '\0';
}

enum smtp_verdict
answer_verdict(int code)
{
	return code / 100 == 2 ? SMTP_ACCEPTED : code / 100 == 5 ? SMTP_REFUSED : SMTP_DEFERRED;
}

int
answer_is_auth(int code)
{
	return code == 530 || code == 534 || code == 535 || code == 538;
}

bool
answer_offers(const char *ehlo_reply, const char *keyword)
{
	size_t n = strlen(keyword);

	/* "250-8BITMIME": a line each, words may follow. The first line greets. */
	for (const char *line = strchr(ehlo_reply, '\n'); line; line = strchr(line, '\n')) {
		line++;
		if (strncmp(line, "250", 3) == 0 && (line[3] == '-' || line[3] == ' ') &&
		    strncasecmp(line + 4, keyword, n) == 0 && (line[4 + n] == '\0' || isspace((unsigned char)line[4 + n])))
			return true;
	}
	return false;
}
