/* The words of a mailer, and where in the text the message that came back begins. */
#include "mail/report.h"

#include <limits.h>
#include <strings.h>

#define LINES_MAX 1600

bool
report_line_says(const struct report *r, const char *section, const char *s, size_t len)
{
	char folded[1024];
	size_t n = phrase_fold(folded, sizeof(folded), s, len > 800 ? 800 : len);

	return phrases_any(rules_phrases(r->rules, section), folded, n);
}

static void
measure(void *arg, int id, size_t start, size_t end)
{
	size_t *longest = arg;

	(void)id;
	if (end - start > *longest)
		*longest = end - start;
}

/* A line that is little else than "original message follows": words in a sentence are no border. */
static bool
is_border(const struct report *r, const char *s, size_t len)
{
	char folded[256];
	size_t n, longest = 0;
	int all = INT_MAX;

	while (len && strchr("-=*_+#|~ \t:", s[len - 1]))
		len--;
	while (len && strchr("-=*_+#|~ \t", *s)) {
		s++;
		len--;
	}
	if (len > 160)
		return false;
	n = phrase_fold(folded, sizeof(folded), s, len);
	phrases_scan(rules_phrases(r->rules, "returned-message"), folded, n, &all, measure, &longest);
	return longest && n - longest <= longest + 12;
}

/* A block of mail headers at p, with at least one that only mail has: how long it is. */
static size_t
header_block(const char *p, const char *end, bool *sure)
{
	static const char *const names[] = { "from:", "to:", "subject:", "date:", "received:", "message-id:", "return-path:",
	    "mime-version:", "content-type:", "x-mailer:", "reply-to:", "sender:", "delivered-to:", "dkim-signature:" };
	size_t n = mime_headers_len(p, (size_t)(end - p));
	int hits = 0;

	*sure = false;
	for (const char *s = p; s < p + n; ) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));

		for (size_t i = 0; i < COUNT_OF(names); i++)
			if (strncasecmp(s, names[i], strlen(names[i])) == 0) {
				hits++;
				if (i >= 4 && i <= 8)
					*sure = true;
			}
		if (!nl)
			break;
		s = nl + 1;
	}
	return hits >= 3 ? n : 0;
}

/* The headers of the returned message, some lines below its marker. */
static void
returned_below(struct report *r, const char *p, const char *end)
{
	for (int lines = 0; p < end && lines < 12; lines++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *s = p;
		char *plain, *w;

		while (s < end && (*s == ' ' || *s == '\t' || *s == '>' || *s == '|'))
			s++;
		if (mime_headers_len(s, (size_t)(end - s)) > 20) {
			/* Quoted or indented headers: take the prefix away from each line. */
			size_t prefix = (size_t)(s - p);

			plain = w = arena_alloc(r->a, (size_t)(end - p) + 1);
			for (; p < end && w - plain < 65536; ) {
				nl = memchr(p, '\n', (size_t)(end - p));
				if (nl && (size_t)(nl - p) >= prefix)
					p += prefix;
				while (p < end && *p != '\n')
					*w++ = *p++;
				if (p < end)
					*w++ = *p++;
			}
			*w = '\0';
			r->returned = mime_read(r->a, plain, (size_t)(w - plain));
			return;
		}
		if (!nl)
			break;
		p = nl + 1;
	}
}

const char *
report_words(struct report *r)
{
	const char *human = report_human(r), *end = human + strlen(human), *words_end = end, *p;
	bool paragraph = true, sure, marked = false;
	int lines = 0;

	if (r->words)
		return r->words;
	report_returned(r);
	for (p = human; p < end && lines < LINES_MAX; lines++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *eol = nl ? nl : end, *s = p;

		while (s < eol && (*s == ' ' || *s == '\t' || *s == '>' || *s == '|'))
			s++;
		if (s == eol) {
			paragraph = true;
		} else if (lines && is_border(r, s, (size_t)(eol - s))) {
			words_end = p;
			marked = true;
			p = nl ? nl + 1 : end;
			break;
		} else if (paragraph && header_block(s, end, &sure) && sure) {
			words_end = p;
			marked = true;
			break;
		} else {
			paragraph = false;
		}
		if (!nl)
			break;
		p = nl + 1;
	}
	r->words = arena_ndup(r->a, human, (size_t)(words_end - human));
	if (!r->returned && marked)
		returned_below(r, p, end);
	return r->words;
}
