/* The words of a mailer, and where in the text the message that came back begins. */
#include "mail/report.h"

#include <limits.h>
#include <strings.h>

#include "base/buf.h"

#define HUMAN_MAX (256u << 10)
#define GATEWAY_NOTICE_MAX 1200
#define LINES_MAX 1600

bool
report_line_says(const struct report *r, const char *section, const char *s, size_t len)
{
	char folded[1024];
	size_t n = phrase_fold(folded, sizeof(folded), s, len > 800 ? 800 : len);

	return phrases_any(rules_phrases(r->rules, section), folded, n);
}

bool
report_is_blank(const char *s)
{
	return s[strspn(s, " \t\n\r")] == '\0';
}

/*
 * The words of a part, without the paragraphs that gateways put above and below every mail ("scanned for viruses",
 * "external sender"): they are about no mail in particular, and full of words that mean something in a bounce.
 */
static void
put_own_words(struct report *r, struct buf *out, const char *s)
{
	size_t len = strlen(s);

	for (const char *all = s; *s; ) {
		const char *end = strstr(s, "\n\n");
		size_t n = end ? (size_t)(end - s) + 2 : strlen(s), at = (size_t)(s - all);
		char *own = n > GATEWAY_NOTICE_MAX || (at > GATEWAY_NOTICE_MAX && len - at > 2 * GATEWAY_NOTICE_MAX) ? NULL :
		    arena_ndup(r->a, s, n);

		if (!own || (s == all && !s[n]) || report_says(r, "bounce-surely", own) || !report_says(r, "gateway-notice", own))
			buf_add(out, s, n);
		s += n;
	}
}

static void
collect_text(struct report *r, const struct mime_part *m, const char *type, bool attached, struct buf *out)
{
	if (strncmp(m->type, "message/", 8) == 0)
		return;
	if (!m->child && strcmp(m->type, type) == 0 && out->len < HUMAN_MAX &&
	    (attached || strncasecmp(mime_get(m, "Content-Disposition"), "attachment", 10) != 0)) {
		put_own_words(r, out, mime_text(r->a, m));
		buf_char(out, '\n');
	}
	for (const struct mime_part *c = m->child; c; c = c->next)
		collect_text(r, c, type, attached, out);
}

const char *
report_human(struct report *r)
{
	static const struct { const char *type; bool attached; } order[] = { { "text/plain", false }, { "text/html", false },
	    { "text", false }, { "text/plain", true }, { "text/html", true } };
	struct buf b = BUF_INIT(HUMAN_MAX);
	const char *s;

	if (r->out->text)
		return r->out->text;
	for (size_t i = 0; i < COUNT_OF(order) && report_is_blank(buf_str(&b)); i++)
		collect_text(r, r->top, order[i].type, order[i].attached, &b);
	s = arena_ndup(r->a, buf_str(&b), b.len);
	buf_release(&b);
	return r->out->text = s;
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
