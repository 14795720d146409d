#include "mail/mreport.h"

#include <strings.h>

#include "base/buf.h"
#include "mail/report.h"

#define FORWARD_DEPTH 3

const char *
mreport_kind_name(enum mreport_kind k)
{
	static const char *const names[] = { "bounce", "arf", "autoreply", "mdn", "ordinary" };

	return names[k];
}

const char *
mreport_action_name(enum mreport_action a)
{
	static const char *const names[] = { "", "failed", "delayed", "delivered", "relayed", "expanded" };

	return names[a];
}

struct mreport_rcpt *
report_rcpt(struct report *r)
{
	struct mreport *m = r->out;

	if (m->n_rcpt == REPORT_RCPT_MAX)
		return NULL;
	if (m->n_rcpt == r->cap) {
		size_t cap = r->cap ? r->cap * 4 : 4;
		struct mreport_rcpt *more = arena_alloc(r->a, cap * sizeof(*more));

		if (m->n_rcpt)
			memcpy(more, m->rcpt, m->n_rcpt * sizeof(*more));
		m->rcpt = more;
		r->cap = cap;
	}
	m->rcpt[m->n_rcpt] = (struct mreport_rcpt){ .address = "", .original = "", .status = "", .text = "",
	    .remote_mta = "", .verdict = { .category = CAT_UNKNOWN, .rule = "" } };
	return &m->rcpt[m->n_rcpt++];
}

struct mime_part *
report_part(struct mime_part *m, const char *type, bool into)
{
	struct mime_part *found;

	if (strcmp(m->type, type) == 0)
		return m;
	if (!into && strncmp(m->type, "message/", 8) == 0)
		return NULL;
	for (struct mime_part *c = m->child; c; c = c->next)
		if ((found = report_part(c, type, into)))
			return found;
	return NULL;
}

bool
report_says(struct report *r, const char *section, const char *s)
{
	if (s != r->folded_of) {	/* the same words are asked about many things */
		char folded[PHRASE_TEXT_MAX];

		r->folded_len = phrase_fold(folded, sizeof(folded), s, strlen(s));
		r->folded = arena_ndup(r->a, folded, r->folded_len);
		r->folded_of = s;
	}
	return phrases_any(rules_phrases(r->rules, section), r->folded, r->folded_len);
}

void
report_returned(struct report *r)
{
	static const char *const types[] = { "message/rfc822", "message/global", "text/rfc822-headers",
	    "message/rfc822-headers", "message/global-headers", "text/rfc822-header", "text/rfc822" };

	for (size_t i = 0; i < COUNT_OF(types) && !r->returned; i++) {
		struct mime_part *m = report_part(r->top, types[i], false);

		if (!m || m == r->top)
			continue;
		r->enclosed = true;
		if (m->child) {
			r->returned = m->child;
		} else {
			size_t len;
			const char *s = mime_decode(r->a, m, &len);

			r->returned = mime_read(r->a, s, len);
		}
	}
}

int64_t
report_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;

	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719468;
}

static int
month_of(const char *s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++)
		if (strncasecmp(s, names + (size_t)i * 3, 3) == 0)
			return i + 1;
	return 0;
}

/* RFC 5322 3.3, as loosely as mailers write it; 0 when it is none. */
static int64_t
parse_date(const char *s)
{
	int day = 0, year = 0, h = 0, m = 0, sec = 0, month, zone = 0;
	char word[16] = "", zone_text[8] = "";
	const char *comma = strchr(s, ',');

	if (comma)
		s = comma + 1;
	if (sscanf(s, " %d %15s %d %d:%d:%d %7s", &day, word, &year, &h, &m, &sec, zone_text) < 5 &&
	    sscanf(s, " %d %15s %d %d:%d %7s", &day, word, &year, &h, &m, zone_text) < 5)
		return 0;
	month = month_of(word);
	if (year < 100)
		year += year < 70 ? 2000 : 1900;
	if (!month || day < 1 || day > 31 || year < 1970 || year > 2200 || h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 60)
		return 0;
	if ((zone_text[0] == '+' || zone_text[0] == '-') && strspn(zone_text + 1, "0123456789") == 4) {
		int v = (int)strtol(zone_text + 1, NULL, 10);

		zone = (v / 100 * 60 + v % 100) * 60 * (zone_text[0] == '-' ? -1 : 1);
	}
	return report_days(year, month, day) * 86400 + h * 3600 + m * 60 + sec - zone;
}

static void
add_line(struct buf *b, const char *s)
{
	if (!*s)
		return;
	if (b->len)
		buf_char(b, '\n');
	buf_str_add(b, s);
}

static const char *
keep(struct report *r, struct buf *b)
{
	const char *s = arena_ndup(r->a, buf_str(b), b->len);

	buf_release(b);
	return s;
}

/* Every address this mail was delivered to. */
static const char *
delivered_to(struct report *r)
{
	static const char *const names[] = { "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc" };
	struct buf b = BUF_INIT(16384);

	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (const struct mime_header *h = NULL; (h = mime_next(r->top, h, names[i])); ) {
			const char *p = h->value, *found, *start;
			size_t len;

			while ((found = report_next_address(r->a, &p, &start, &len)))
				add_line(&b, found);
		}
	return keep(r, &b);
}

static void
add_ids(struct report *r, struct buf *b, const struct mime_part *m, const char *name)
{
	for (const struct mime_header *h = NULL; (h = mime_next(m, h, name)); )
		for (const char *p = h->value; (p = strchr(p, '<')); ) {
			size_t n = strcspn(++p, "> \t");

			if (n && n < 512)
				add_line(b, arena_ndup(r->a, p, n));
			p += n;
		}
}

/* xtext (RFC 3461 4): "+3D" is '='. */
static const char *
decode_xtext(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1), *w = out;

	while (*s) {
		if (*s == '+' && strspn(s + 1, "0123456789ABCDEF") >= 2) {
			char hex[3] = { s[1], s[2], '\0' };
			long c = strtol(hex, NULL, 16);

			*w++ = c ? (char)c : ' ';
			s += 3;
		} else {
			*w++ = *s++;
		}
	}
	*w = '\0';
	return out;
}

static void
read_names(struct report *r)
{
	struct mreport *m = r->out;
	struct buf ids = BUF_INIT(16384), senders = BUF_INIT(4096);

	if (!r->returned)
		report_returned(r);
	if (r->returned) {
		add_ids(r, &ids, r->returned, "Message-ID");
		if (!*m->envid)
			m->envid = mime_get(r->returned, "Original-Envelope-Id");
		add_line(&senders, report_address(r->a, mime_get(r->returned, "Return-Path")));
	}
	add_ids(r, &ids, r->top, "In-Reply-To");
	add_ids(r, &ids, r->top, "References");
	m->original_message_id = keep(r, &ids);
	add_line(&senders, m->original_sender);
	m->original_sender = keep(r, &senders);
	m->envid = decode_xtext(r->a, m->envid);
	if (*m->envid == '<')		/* Haraka puts the Message-ID there */
		m->envid = arena_ndup(r->a, m->envid + 1, strcspn(m->envid + 1, ">"));
}

static void
read_one(struct report *r)
{
	struct mreport *m = r->out;

	m->kind = MREPORT_ORDINARY;
	m->rcpt = NULL;
	m->n_rcpt = 0;
	m->reporting_mta = m->feedback_type = m->envid = m->original_message_id = m->original_sender = "";
	m->text = NULL;
	m->from = report_address(r->a, mime_get(r->top, "From"));
	m->subject = mime_words(r->a, mime_get(r->top, "Subject"));
	m->at = parse_date(mime_get(r->top, "Date"));
	m->delivered_to = delivered_to(r);
	if (!report_arf(r) && !report_mdn(r) && !report_dsn(r)) {
		m->n_rcpt = 0;
		if (!report_json(r) && !report_text(r) && !report_auto(r))
			m->n_rcpt = 0;
	}
	report_human(r);
	read_names(r);
}

/* Somebody forwarded a report to us: the first enclosed message that is one. */
static bool
read_forwarded(struct report *r, struct mime_part *m, int depth)
{
	if (depth > FORWARD_DEPTH)
		return false;
	for (struct mime_part *c = m->child; c; c = c->next) {
		if (strcmp(c->type, "message/rfc822") == 0 && c->child) {
			struct mreport inner = { .from = "" };
			struct report in = { .a = r->a, .rules = r->rules, .top = c->child, .out = &inner, .forwarded = true };

			read_one(&in);
			if (inner.kind == MREPORT_BOUNCE || inner.kind == MREPORT_ARF) {
				const char *to = r->out->delivered_to;

				*r->out = inner;
				r->out->delivered_to = *inner.delivered_to ? arena_printf(r->a, "%s\n%s", to, inner.delivered_to) : to;
				return true;
			}
			if (read_forwarded(r, c->child, depth + 1))
				return true;
		} else if (read_forwarded(r, c, depth + 1)) {
			return true;
		}
	}
	return false;
}

const char *
mreport_sender(struct arena *a, const struct mreport *m)
{
	const char *at = strrchr(m->from, '@');

	return at ? arena_printf(a, "%.*s %s", (int)(at - m->from), m->from, at + 1) : m->from;
}

void
mreport_read(struct mreport *out, struct arena *a, const struct rules *rules, const char *msg, size_t len)
{
	struct report r = { .a = a, .rules = rules, .out = out };

	*out = (struct mreport){ 0 };
	r.top = mime_read(a, msg, len);
	read_one(&r);
	if (out->kind == MREPORT_ORDINARY && !read_forwarded(&r, r.top, 0))
		out->foreign = report_says(&r, "not-ours", mreport_sender(a, out)) || report_says(&r, "not-ours", out->subject);
}
