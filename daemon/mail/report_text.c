/*
 * Bounces without delivery-status fields: found by the phrases of the [text]
 * sections of config/rules, and by where addresses stand in the text.
 */
#include "mail/report.h"

#include <strings.h>

struct line {
	const char *s;
	size_t len;
	size_t indent;
};

struct candidate {
	const char *address;
	const char *where;		/* in the human text */
	int score;
};

#define CANDIDATES_MAX 200
#define LINES_MAX 400

struct reading {
	struct report *r;
	const char *human;
	const char *end;		/* of the human words; the returned message begins here */
	struct candidate found[CANDIDATES_MAX];
	size_t n;
};

static bool
line_says(const struct report *r, const char *section, const char *s, size_t len)
{
	char folded[1024];
	size_t n = phrase_fold(folded, sizeof(folded), s, len > 800 ? 800 : len);

	return phrases_first(rules_phrases(r->rules, section), folded, n) >= 0;
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

/* Where do the words end and the returned message begins? */
static void
split(struct reading *in)
{
	struct report *r = in->r;
	const char *end = in->human + strlen(in->human), *p;
	bool paragraph = true, sure, marked = false;
	int lines = 0;

	in->end = end;
	for (p = in->human; p < end && lines < LINES_MAX * 4; lines++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *eol = nl ? nl : end, *s = p;
		size_t n;

		while (s < eol && (*s == ' ' || *s == '\t' || *s == '>' || *s == '|'))
			s++;
		if (s == eol) {
			paragraph = true;
		} else if (lines && line_says(r, "returned-message", s, (size_t)(eol - s))) {
			in->end = p;
			marked = true;
			p = nl ? nl + 1 : end;
			break;
		} else if (paragraph && (n = header_block(s, end, &sure)) && sure) {
			in->end = p;
			marked = true;
			break;
		} else {
			paragraph = false;
		}
		if (!nl)
			break;
		p = nl + 1;
	}
	if (r->returned || !marked)
		return;
	/* Headers some lines below the marker. */
	for (lines = 0; p < end && lines < 12; lines++) {
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

static bool
is_ours(const struct report *r, const char *address)
{
	/* Who sent the mail that came back, and to whom the bounce is written. */
	if (r->returned && (report_header_has(r->a, r->returned, "From", address) ||
	    report_header_has(r->a, r->returned, "Sender", address) || report_header_has(r->a, r->returned, "Return-Path", address)))
		return true;
	return report_header_has(r->a, r->top, "To", address) || report_header_has(r->a, r->top, "Delivered-To", address);
}

static bool
returned_to(const struct report *r, const char *address)
{
	static const char *const names[] = { "To", "Cc", "X-Original-To", "Delivered-To", "Envelope-To", "X-Rcpt-To", "Apparently-To" };

	for (size_t i = 0; r->returned && i < COUNT_OF(names); i++)
		if (report_header_has(r->a, r->returned, names[i], address))
			return true;
	return false;
}

static void
add_candidate(struct reading *in, const char *address, const char *where, int score)
{
	for (size_t i = 0; i < in->n; i++)
		if (strcasecmp(in->found[i].address, address) == 0) {
			if (score > in->found[i].score) {
				in->found[i].score = score;
				if (where)
					in->found[i].where = where;
			}
			return;
		}
	if (in->n < CANDIDATES_MAX)
		in->found[in->n++] = (struct candidate){ address, where, score };
}

/* How much speaks for this address being the one that failed. */
static int
weigh(struct reading *in, const char *line, size_t len, const char *start, size_t alen, const char *address, bool zone)
{
	struct report *r = in->r;
	const char *before = line + strspn(line, " \t*->|#+."), *after = start + alen, *eol = line + len;
	bool at_start = before + (*before == '<' || *before == '"' || *before == '\'' || *before == '(') >= start;
	int score = 0;

	after += after < eol && (*after == '>' || *after == ')' || *after == '"' || *after == '\'');
	if (at_start) {
		const char *rest = after;

		while (rest < eol && strchr(" \t.,;:>", *rest))
			rest++;
		score += rest >= eol ? 6 : *after == ':' || *after == ';' || (after + 1 < eol && after[0] == '.' && after[1] == '.') ? 6 : 2;
	}
	if (start > line && line_says(r, "recipient-label", line, (size_t)(start - line)))
		score += 6;
	if (zone)
		score += 4;
	if (start > line && line_says(r, "not-recipient", line, (size_t)(start - line)))
		score -= 8;
	if (after < eol && line_says(r, "recipient-after", after, (size_t)(eol - after)))
		score += 4;
	if (returned_to(r, address))
		score += 5;
	if (report_header_has(r->a, r->top, "X-Failed-Recipients", address))
		score += 20;
	if (is_ours(r, address) && !returned_to(r, address))
		score -= 10;
	if (report_is_daemon(address) && !returned_to(r, address))
		score -= 10;
	if (strcasecmp(address, r->out->from) == 0 && !returned_to(r, address))
		score -= 6;
	return score;
}

static void
find_candidates(struct reading *in)
{
	struct report *r = in->r;
	bool zone = false;
	int lines = 0;

	for (const char *p = in->human; p < in->end && lines < LINES_MAX; lines++) {
		const char *nl = memchr(p, '\n', (size_t)(in->end - p)), *eol = nl ? nl : in->end;
		size_t len = (size_t)(eol - p);
		const char *line = arena_ndup(r->a, p, len), *q = line, *found, *start;
		size_t alen;
		bool any = false;

		while ((found = report_next_address(r->a, &q, &start, &alen))) {
			add_candidate(in, found, p + (start - line), weigh(in, line, len, start, alen, found, zone));
			any = true;
		}
		if (line_says(r, "failed-below", line, len))
			zone = true;
		else if (zone && !any && len > 20 && line_says(r, "zone-ends", line, len))
			zone = false;
		if (!nl)
			break;
		p = nl + 1;
	}
}

static void
header_candidates(struct reading *in)
{
	struct report *r = in->r;
	static const char *const names[] = { "X-Failed-Recipients", "X-Failed-Recipient", "X-Bounced-Recipient" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (const struct mime_header *h = NULL; (h = mime_next(r->top, h, names[i])); ) {
			const char *p = h->value, *found, *start;
			size_t len;

			while ((found = report_next_address(r->a, &p, &start, &len)))
				add_candidate(in, found, NULL, 20);
		}
}

/* The words about one candidate: from its place to that of the next. */
static const char *
words_about(const struct reading *in, const struct candidate *c, int least)
{
	const char *from = c->where, *to = in->end;

	if (!from)
		return arena_ndup(in->r->a, in->human, (size_t)(in->end - in->human));
	for (size_t i = 0; i < in->n; i++)
		if (in->found[i].score >= least && in->found[i].where && in->found[i].where > from && in->found[i].where < to)
			to = in->found[i].where;
	while (from > in->human && from[-1] != '\n')
		from--;
	return arena_ndup(in->r->a, from, (size_t)(to - from));
}

static int
bounce_score(struct reading *in)
{
	struct report *r = in->r;
	const struct mime_part *t = r->top;
	const char *words = arena_ndup(r->a, in->human, (size_t)(in->end - in->human));
	const char *path = mime_get(t, "Return-Path"), *submitted = mime_get(t, "Auto-Submitted");
	bool daemon = report_is_daemon(r->out->from) || report_says(r, "bounce-from", mime_words(r->a, mime_get(t, "From")));
	bool subject = report_says(r, "bounce-subject", r->out->subject), body = report_says(r, "bounce-body", words);
	bool failed = *mime_get(t, "X-Failed-Recipients") != '\0';
	bool report = strcmp(r->top->report_type, "delivery-status") == 0;
	int score = 0;

	if (*mime_get(t, "List-Id") || *mime_get(t, "List-Post"))
		score -= 4;
	score += daemon ? 4 : 0;
	score += strncmp(path, "<>", 2) == 0 ? 2 : 0;
	score += subject ? 3 : 0;
	score += body ? 3 : 0;
	score += failed ? 6 : 0;
	score += report ? 4 : 0;
	score += r->returned ? 2 : 0;
	score += strncasecmp(submitted, "auto-", 5) == 0 ? 1 : 0;
	if (!daemon && !failed && !report && (*mime_get(t, "In-Reply-To") || strncasecmp(r->out->subject, "re:", 3) == 0))
		score -= 3;
	if (!daemon && !subject && !failed && !report)
		score -= 2;
	if (!body && !failed && !report)
		score -= 3;
	if (!daemon && report_says(r, "auto-subject", r->out->subject))
		score -= 6;
	return score;
}

static void
take(struct reading *in, const char *address, const char *words, const char *all)
{
	struct report *r = in->r;
	struct mreport_rcpt *out = report_rcpt(r);

	if (!out)
		return;
	out->address = address;
	out->text = words;
	if (report_says(r, "delivered", all) && !report_says(r, "bounce-body", all))
		out->action = ACTION_DELIVERED;
	else if ((report_says(r, "delayed", all) || report_says(r, "delayed", r->out->subject)) && !report_says(r, "given-up", all))
		out->action = ACTION_DELAYED;
	else
		out->action = ACTION_FAILED;
	report_judge(r, out, all);
}

bool
report_text(struct report *r)
{
	struct reading *in = arena_alloc(r->a, sizeof(*in));
	const char *all;
	int best = 0, least;

	in->r = r;
	in->human = report_human(r);
	report_returned(r, in->human);
	split(in);
	if (bounce_score(in) < 5)
		return false;
	r->out->kind = MREPORT_BOUNCE;
	header_candidates(in);
	find_candidates(in);
	all = arena_ndup(r->a, in->human, (size_t)(in->end - in->human));
	for (size_t i = 0; i < in->n; i++)
		if (in->found[i].score > best)
			best = in->found[i].score;
	least = best >= 20 ? 15 : best > 8 ? best - 4 : best >= 4 ? best : 1000;
	for (size_t i = 0; i < in->n; i++)
		if (in->found[i].score >= least)
			take(in, in->found[i].address, words_about(in, &in->found[i], least), all);
	/* The words name nobody: then it was the one the mail was to. */
	if (r->out->n_rcpt == 0 && r->returned) {
		static const char *const names[] = { "X-Original-To", "Envelope-To", "X-Rcpt-To", "To" };
		const char *only = NULL;

		for (size_t i = 0; i < COUNT_OF(names) && !only; i++) {
			const char *p = mime_get(r->returned, names[i]), *start;
			size_t len;

			only = report_next_address(r->a, &p, &start, &len);
		}
		if (only)
			take(in, only, all, all);
	}
	if (r->out->n_rcpt == 0)
		take(in, "", all, all);
	return true;
}
