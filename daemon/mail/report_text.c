/*
 * Bounces without delivery-status fields: found by the phrases of the [text]
 * sections of config/rules, and by where addresses stand in the text.
 */
#include "mail/report.h"

#include <strings.h>

#include "base/buf.h"
#include "mail/reply.h"

struct candidate {
	const char *address;
	const char *original;		/* what it was made from: an alias; NULL */
	int score;
	bool other;			/* somewhere it is called a contact, a helper: never the recipient */
	bool in_zone;
};

struct mention {
	const char *where;		/* beginning of its line in the human text */
	size_t candidate;
};

#define CANDIDATES_MAX 200
#define MENTIONS_MAX 1000
#define LINES_MAX 400

struct reading {
	struct report *r;
	const char *human;
	const char *end;		/* of the human words; the returned message begins here */
	struct candidate found[CANDIDATES_MAX];
	size_t n;
	struct mention mention[MENTIONS_MAX];
	size_t n_mention;
};

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

	for (size_t i = report_from_list(r) ? 2 : 0; r->returned && i < COUNT_OF(names); i++)
		if (report_header_has(r->a, r->returned, names[i], address))
			return true;
	return false;
}

static struct candidate *
add_candidate(struct reading *in, const char *address, const char *where, int score)
{
	size_t i = 0;

	while (i < in->n && strcasecmp(in->found[i].address, address) != 0)
		i++;
	if (i == CANDIDATES_MAX)
		return NULL;
	if (i == in->n)
		in->found[in->n++] = (struct candidate){ .address = address, .score = score };
	else if (score > in->found[i].score)
		in->found[i].score = score;
	if (where && in->n_mention < MENTIONS_MAX)
		in->mention[in->n_mention++] = (struct mention){ where, i };
	return &in->found[i];
}

/* The address to which one sends commands to a list, or writes to those who run it. */
static bool
is_service(const char *address)
{
	static const char *const ends[] = { "-ctl@", "-request@", "-help@", "-owner@", "-admin@", "-subscribe@", "-unsubscribe@" };
	const char *at = strrchr(address, '@');

	for (size_t i = 0; at && i < COUNT_OF(ends); i++) {
		size_t n = strlen(ends[i]);

		if ((size_t)(at - address) >= n && strncasecmp(at + 1 - n, ends[i], n) == 0)
			return true;
	}
	return false;
}

/* How much speaks for this address being the one that failed. */
static int
weigh(struct reading *in, const char *line, size_t len, const char *start, size_t alen, const char *address, bool zone)
{
	struct report *r = in->r;
	const char *before = line + strspn(line, " \t*->|#+."), *after = start + alen, *eol = line + len;
	bool at_start = before + (*before == '<' || *before == '"' || *before == '\'' || *before == '(') >= start;
	int score = 0;

	size_t near = (size_t)(start - line) > 60 ? 60 : (size_t)(start - line);
	bool strong = near && report_line_says(r, "recipient-surely", start - near, near);

	after += after < eol && (*after == '>' || *after == ')' || *after == '"' || *after == '\'');
	if (at_start) {
		const char *rest = after;

		while (rest < eol && strchr(" \t.,;:>", *rest))
			rest++;
		score += rest >= eol ? 6 : *after == ':' || *after == ';' || (after + 1 < eol && after[0] == '.' && after[1] == '.') ? 6 : 2;
	}
	if (strong || (near && report_line_says(r, "recipient-label", start - near, near)))
		score += 6;
	/* sendmail: "550 <user@host>... User unknown" */
	if (!at_start && after + 3 < eol && memcmp(after, "...", 3) == 0)
		score += 6;
	if (zone)
		score += 4;
	if (!strong && near && report_line_says(r, "not-recipient", start - near, near))
		score -= 8;
	if (after < eol && report_line_says(r, "recipient-after", after, (size_t)(eol - after)))
		score += 4;
	if (returned_to(r, address))
		score += 5;
	if (report_header_has(r->a, r->top, "X-Failed-Recipients", address))
		score += 20;
	if (is_ours(r, address) && !returned_to(r, address))
		score -= 10;
	if ((report_is_daemon(address) || is_service(address)) && !returned_to(r, address))
		score -= strong ? 4 : 10;
	if (strcasecmp(address, r->out->from) == 0 && !returned_to(r, address))
		score -= 6;
	return score;
}

static void
find_candidates(struct reading *in)
{
	struct report *r = in->r;
	struct candidate *above = NULL;		/* named on the line before */
	bool zone = false;
	int lines = 0;

	for (const char *p = in->human; p < in->end && lines < LINES_MAX; lines++) {
		const char *nl = memchr(p, '\n', (size_t)(in->end - p)), *eol = nl ? nl : in->end;
		size_t len = (size_t)(eol - p);
		const char *line = arena_ndup(r->a, p, len), *q = line, *found, *start;
		size_t alen;
		struct candidate *here = NULL;
		bool any = false;

		while ((found = report_next_address(r->a, &q, &start, &alen))) {
			struct candidate *c;

			if (above && start > line && report_line_says(r, "made-from", line, (size_t)(start - line))) {
				above->original = found;
				continue;
			}
			c = here = add_candidate(in, found, p, weigh(in, line, len, start, alen, found, zone));

			if (c && zone)
				c->in_zone = true;
			if (c && start > line && report_line_says(r, "contact", line, (size_t)(start - line)))
				c->other = true;
			any = true;
		}
		/* "(reason: ...)" may stand between an address and what it was made from, and an empty line. */
		q = line + strspn(line, " \t");
		if (here || (*q && *q != '('))
			above = here;
		if (report_line_says(r, "failed-below", line, len))
			zone = true;
		else if (zone && !any && len > 20 && report_line_says(r, "zone-ends", line, len))
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

/* The words about one candidate: from each line that names it to the line that names another. */
static const char *
words_about(const struct reading *in, size_t which, int least)
{
	struct buf b = BUF_INIT(16384);
	const char *s, *session;

	for (size_t i = 0; i < in->n_mention; i++) {
		const char *to = in->end;

		if (in->mention[i].candidate != which || (i && in->mention[i - 1].candidate == which))
			continue;
		for (size_t k = i + 1; k < in->n_mention && to == in->end; k++)
			if (in->mention[k].candidate != which && in->found[in->mention[k].candidate].score >= least)
				to = in->mention[k].where;
		/* sendmail: "554 <user@host>... Host unknown" is one line for one address. */
		{
			const char *line = in->mention[i].where, *nl = memchr(line, '\n', (size_t)(in->end - line));
			const char *dots = memmem(line, (size_t)((nl ? nl : in->end) - line), ">... ", 5);

			if (dots && nl && nl < to)
				to = nl + 1;
		}
		if (to > in->mention[i].where)
			buf_add(&b, in->mention[i].where, (size_t)(to - in->mention[i].where));
	}
	s = b.len ? arena_ndup(in->r->a, buf_str(&b), b.len) : in->human;
	buf_release(&b);
	/* sendmail: "(reason: 553 ...)" is the reply; the session below it tells of other commands, too. */
	if ((session = strcasestr(s, "transcript of session")) && reply_code_at(s) && reply_code_at(s) < session)
		s = arena_ndup(in->r->a, s, (size_t)(session - s));
	return s;
}

/* From: a mailer, by its address, its name, or an address without a person ("MAILER-DAEMON <>"). */
static bool
from_daemon(struct report *r)
{
	const struct mime_header *h = mime_next(r->top, NULL, "From");
	const char *at = strrchr(r->out->from, '@');

	return h && (!*r->out->from || report_is_daemon(r->out->from) || report_says(r, "bounce-from", mime_words(r->a, h->value)) ||
	    (at && report_line_says(r, "bounce-from", r->out->from, (size_t)(at - r->out->from))));
}

/* Only a local part is named ("   userx", "   userx  (over quota)"): at the domain of the mailer that says so, if it tells. */
static const char *
bare_name(struct reading *in)
{
	struct report *r = in->r;
	const char *at = strchr(r->out->from, '@');
	bool zone = false;

	if (!from_daemon(r))
		return "";
	for (const char *p = in->human; p < in->end; ) {
		const char *nl = memchr(p, '\n', (size_t)(in->end - p)), *eol = nl ? nl : in->end, *s = p + strspn(p, " \t<");
		size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
		const char *rest = s + n + strspn(s + n, ">:");
		size_t blanks = strspn(rest, " \t");
		bool ends = rest + blanks >= eol || blanks > 1 || *rest == '\t' || (blanks == 1 && strchr("\"(<[", rest[1]));

		if (zone && s > p && n > 1 && s + n <= eol && ends)
			return arena_printf(r->a, "%.*s%s", (int)n, s, at ? at : "");
		zone = zone || report_line_says(r, "failed-below", p, (size_t)(eol - p));
		if (!nl)
			break;
		p = nl + 1;
	}
	return "";
}

bool
report_by_machine(struct report *r)
{
	const struct mime_part *t = r->top;
	const char *path = mime_get(t, "Return-Path");

	report_returned(r);
	return from_daemon(r) || report_is_role(r->out->from) || strncmp(path, "<>", 2) == 0 || strcasestr(path, "mailer-daemon") || *mime_get(t, "X-Failed-Recipients") ||
	    strcmp(t->report_type, "delivery-status") == 0 || r->enclosed || strncasecmp(mime_get(t, "Auto-Submitted"), "auto-", 5) == 0;
}

/*
 * Nothing but words say that this is a bounce: do they begin with it? A person who writes of a bounce begins otherwise, unless
 * it is sent on with the mailer's From: in the text.
 */
bool
report_begins(struct report *r, const char *words)
{
	const char *s = words + strspn(words, " \t\n"), *end = strstr(s, "\n\n");
	size_t n;

	if (*s && strchr("*=#", *s) && end) {		/* a banner: "***** Message from ... *****" */
		s = end + 2;
		end = strstr(s, "\n\n");
	}
	n = end ? (size_t)(end - s) : strlen(s);
	if ((strcasestr(r->out->subject, "fwd:") || strcasestr(r->out->subject, "fw:")) && strcasestr(words, "from:") && strcasestr(words, "mailer-daemon"))
		return true;
	return report_line_says(r, "bounce-surely", s, n) || report_line_says(r, "bounce-body", s, n);
}

static int
bounce_score(struct reading *in)
{
	struct report *r = in->r;
	const struct mime_part *t = r->top;
	const char *words = in->human, *path = mime_get(t, "Return-Path");
	bool null_path = strncmp(path, "<>", 2) == 0 || strcasestr(path, "mailer-daemon") != NULL;
	bool daemon = from_daemon(r);
	bool subject = report_says(r, "bounce-subject", r->out->subject), body = report_says(r, "bounce-body", words);
	bool surely = report_says(r, "bounce-surely", words);
	bool failed = *mime_get(t, "X-Failed-Recipients") != '\0';
	bool report = strcmp(r->top->report_type, "delivery-status") == 0;
	bool automatic = strncasecmp(mime_get(t, "Auto-Submitted"), "auto-", 5) == 0;
	bool plain = surely && report_begins(r, words);
	int score = 0;

	/* A list that returns bounces to its owner may add its own headers: then the words must be plain. */
	if (*mime_get(t, "List-Id") || *mime_get(t, "List-Post") || *mime_get(t, "List-Unsubscribe"))
		score -= daemon || (subject && plain) ? 0 : 4;
	/* A mailer without a From: at all */
	daemon = daemon || (!mime_next(t, NULL, "From") && (null_path || failed || report || (subject && body)));
	score += daemon ? 4 : 0;
	score += null_path ? 2 : 0;
	score += subject ? 3 : 0;
	score += body ? 3 : 0;
	score += failed ? 6 : 0;
	score += report ? 4 : 0;
	score += r->returned ? 2 : 0;
	score += automatic ? 1 : 0;
	if (!daemon && !failed && !report && (*mime_get(t, "In-Reply-To") || report_is_reply(r->out->subject)))
		score -= 3;
	if (!daemon && !subject && !failed && !report)
		score -= surely ? 2 : 4;
	if (!body && !failed && !report && !(daemon && subject))
		score -= 3;
	if (!daemon && report_says(r, "auto-subject", r->out->subject))
		score -= 6;
	/* Nothing here but words: a person may write of a bounce, too. */
	if (!daemon && !plain && !report_by_machine(r))
		score -= 6;
	return score;
}

static void
take(struct reading *in, const char *address, const char *original, const char *words, const char *all)
{
	struct report *r = in->r;
	struct mreport_rcpt *out = report_rcpt(r);

	if (!out)
		return;
	out->original = original ? original : "";
	/* user@server: a name inside that house; whom it was for stands beside it. */
	out->address = *out->original && !strchr(strrchr(address, '@'), '.') ? out->original : address;
	out->text = words;
	if (report_says(r, "delivered", all) && (report_says(r, "delivered", r->out->subject) || !report_says(r, "bounce-body", all)))
		out->action = ACTION_DELIVERED;
	else if (report_is_delay(r, all))
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
	bool zone = false;

	in->r = r;
	in->human = all = report_words(r);
	in->end = in->human + strlen(in->human);
	if (bounce_score(in) < (r->forwarded ? 9 : 5))
		return false;
	r->out->kind = MREPORT_BOUNCE;
	header_candidates(in);
	find_candidates(in);
	for (size_t i = 0; i < in->n; i++)
		zone = zone || (in->found[i].in_zone && in->found[i].score >= 6);
	for (size_t i = 0; i < in->n; i++) {
		struct candidate *c = &in->found[i];

		/* Where a list of the failed stands, what stands before it ("Your message To: ...") is no failure. */
		if ((zone && !c->in_zone && c->score < 20) || c->other)
			c->score -= 10;
		if (c->score > best)
			best = c->score;
	}
	least = best >= 6 ? 6 : best >= 4 ? best : 1000;
	for (size_t i = 0; i < in->n; i++)
		if (in->found[i].score >= least)
			take(in, in->found[i].address, in->found[i].original, words_about(in, i, least), all);
	/* A report that somebody sent on as an attachment: that one is to be read. */
	if (r->out->n_rcpt == 0 && r->returned && strcmp(r->returned->type, "multipart/report") == 0) {
		r->out->kind = MREPORT_ORDINARY;
		return false;
	}
	/* The words name nobody: then it was the one the mail was to. */
	if (r->out->n_rcpt == 0) {
		const char *bare = bare_name(in), *named = report_address(r->a, r->out->subject);

		if (!*bare && !*(bare = report_intended(r)) && *named && !is_ours(r, named) && !report_is_daemon(named))
			bare = named;
		take(in, bare, NULL, all, all);
	}
	return true;
}
