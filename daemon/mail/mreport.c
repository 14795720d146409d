#include "mail/mreport.h"

#include <strings.h>

#include "base/buf.h"
#include "mail/reply.h"
#include "mail/report.h"

#define REPLY_WORDS_MAX 600
#define GATEWAY_NOTICE_MAX 1200
#define HUMAN_MAX (256u << 10)
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

static bool
is_blank(const char *s)
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
	for (size_t i = 0; i < COUNT_OF(order) && is_blank(buf_str(&b)); i++)
		collect_text(r, r->top, order[i].type, order[i].attached, &b);
	s = arena_ndup(r->a, buf_str(&b), b.len);
	buf_release(&b);
	return r->out->text = s;
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

/* What the remote itself said: behind "said:", else from its reply code on. What it says that others said is its own. */
static const char *
remote_words(const char *text)
{
	const char *said = strcasestr(text, "said:"), *code = reply_code_at(text);

	if (said && (!code || said < code))
		return said + 5;
	return code ? code : text;
}

/* x.0.0 says nothing, x.4.7 only that time was over: what else is said tells why. */
static bool
is_generic(const char *status)
{
	size_t n = strlen(status);

	return n >= 5 && (strcmp(status + n - 4, ".0.0") == 0 || strcmp(status + n - 4, ".4.7") == 0);
}

/* A status that names the reason itself: it stands against what can be read out of a whole report. */
static bool
is_specific(const char *status)
{
	static const char *const all[] = { ".1.1", ".1.2", ".1.3", ".1.6", ".1.10", ".2.1", ".2.2", ".2.3", ".3.4", ".4.4" };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (*status && strcmp(status + 1, all[i]) == 0)
			return true;
	return false;
}

/* The first status in a text that says something, else the first. */
static bool
find_status(const char *text, char out[REPLY_STATUS_MAX])
{
	char found[REPLY_STATUS_MAX];

	if (!reply_status_find(text, out))
		return false;
	for (memcpy(found, out, sizeof(found)); is_generic(found); ) {
		text = strstr(text, found) + strlen(found);
		if (!reply_status_find(text, found))
			return true;
	}
	memcpy(out, found, sizeof(found));
	return true;
}

/* Is this line of a conversation an answer of class 4 or 5: "<<< 550 ...", "550 5.1.1 ..."? Where its code stands. */
static const char *
answer_at(const char *line, bool *remote)
{
	line += strspn(line, " \t");
	*remote = strncmp(line, "<<< ", 4) == 0;
	if (*remote)
		line += 4;
	return (*line == '4' || *line == '5') && strspn(line + 1, "0123456789") == 2 && (line[3] == ' ' || line[3] == '-') ? line : NULL;
}

/*
 * sendmail shows the conversation. What the remote answered about this address; what it answered right before sendmail's
 * own line about it ("550 5.1.1 <a@b>... User unknown", whatever the remote said), else that line; else the first answer
 * that is about no other. With its further lines ("<<< 550-..."); "" for none.
 */
static const char *
session_reply(struct report *r, const char *text, const char *address)
{
	const char *first = NULL, *about = NULL, *before = NULL, *end, *code, *next;
	bool remote;

	if (!strstr(text, "<<< "))
		return "";
	for (const char *p = text; p && !about; p = (p = strchr(p, '\n')) ? p + 1 : NULL) {
		size_t n = strcspn(p, "\n");
		bool other, mine;

		if (!(code = answer_at(p, &remote))) {
			before = NULL;
			continue;
		}
		mine = *address && memmem(p, n, address, strlen(address));
		other = !mine && memchr(p, '@', n);
		if (mine)
			about = !remote && before ? before : code;
		else if (!remote || other || strncmp(code, "503", 3) == 0)	/* 503: only that nobody was left to write to */
			before = NULL;
		else if (!before || strncmp(before, code, 3) != 0)
			before = code;
		first = first ? first : before;
	}
	if (!(code = about ? about : first))
		return "";
	for (end = code; (next = answer_at(end, &remote)) && strncmp(next, code, 3) == 0; end += *end == '\n')
		end += strcspn(end, "\n");
	return arena_ndup(r->a, code, (size_t)(end - code));
}

bool
report_is_delay(struct report *r, const char *text)
{
	return report_says(r, "delayed-surely", r->out->subject) || report_says(r, "delayed-surely", text) ||
	    (report_says(r, "delayed", text) && !report_says(r, "given-up", text));
}

/* A reply, or the few words beside an address; what is longer is running text. */
static struct verdict
judge_words(const struct report *r, const struct mreport_rcpt *out, const char *words, const char *receiver)
{
	return (strlen(words) < REPLY_WORDS_MAX ? classify_at : classify_running)(r->rules, out->code, out->status, words, receiver);
}

void
report_judge(struct report *r, struct mreport_rcpt *out, const char *extra)
{
	char found[REPLY_STATUS_MAX];
	const char *session, *said, *receiver = *out->remote_mta ? out->remote_mta : strchr(out->address, '@') ? strchr(out->address, '@') + 1 : "";
	struct verdict v;

	out->code = reply_code_find(out->text);
	if (find_status(out->text, found) || (!*out->status && !out->code && find_status(extra, found)))
		if (!*out->status || (is_generic(out->status) && *found == *out->status && strcmp(found + 1, ".0.0") != 0))
			out->status = arena_dup(r->a, found);
	if (out->code == 0 && is_blank(out->text))
		out->code = reply_code_find(extra);
	if (out->action == ACTION_NONE)
		out->action = *out->status == '2' ? ACTION_DELIVERED :
		    report_is_delay(r, extra) ? ACTION_DELAYED : ACTION_FAILED;
	/* Delay notices tell, too, what comes when it is given up one day. */
	for (int i = 0; i < 2 && out->action == ACTION_DELAYED; i++)
		if (report_says(r, "given-up", i ? extra : out->text) && !report_says(r, "delayed-surely", i ? extra : out->text))
			out->gave_up = true;
	if (out->action == ACTION_DELIVERED || out->action == ACTION_RELAYED || out->action == ACTION_EXPANDED) {
		out->verdict = (struct verdict){ .category = CAT_DELIVERED, .rule = "action" };
		return;
	}
	session = session_reply(r, out->text, out->address);
	said = *session ? session : remote_words(out->text);
	v = said == extra ? classify_running(r->rules, out->code, out->status, extra, receiver) : judge_words(r, out, said, receiver);
	if (!v.strong) {
		struct verdict w = out->text == extra ? classify_running(r->rules, out->code, out->status, extra, receiver) :
		    judge_words(r, out, out->text, receiver);

		if (w.strong || (w.by_words && !v.by_words))
			v = w;
	}
	if (!v.by_words && *(session = session_reply(r, extra, out->address))) {
		struct verdict w = classify_at(r->rules, out->code, out->status, session, receiver);

		if (w.by_words)
			v = w;
	}
	if (!v.by_words && !is_blank(extra)) {
		struct verdict w = classify_running(r->rules, out->code, out->status, extra, receiver);

		bool full = w.category == CAT_MAILBOX_FULL || w.category == CAT_TOO_LARGE;

		/* A whole text is full of words; only plain ones count, and against a plain status only those that spare an address. */
		if ((w.strong && (full || !is_specific(out->status))) || v.category == CAT_UNKNOWN)
			v = w;
	}
	/* "Returned mail: User unknown"; the subject of what was returned may stand there, too. */
	if (v.category == CAT_UNKNOWN) {
		struct verdict w = classify_running(r->rules, out->code, out->status, r->out->subject, receiver);

		if (w.strong && (w.category == CAT_UNKNOWN_USER || w.category == CAT_UNKNOWN_HOST || w.category == CAT_MAILBOX_FULL))
			v = w;
	}
	/* Given up after answers of class 4: only a missing name or domain is a fault of the address. */
	if (out->code / 100 == 4 && v.category != CAT_UNKNOWN_USER && v.category != CAT_MOVED && v.category != CAT_UNKNOWN_HOST)
		v.bad_address = false;
	if (v.bad_address && report_says(r, "before-recipient", out->text))
		v = (struct verdict){ .category = CAT_POLICY, .by_words = true, .rule = "said before the recipient was named" };
	if (v.category == CAT_UNKNOWN && out->action == ACTION_DELAYED)
		v = (struct verdict){ .category = CAT_NETWORK, .rule = "a delay without a reason" };
	v.hard = v.bad_address && (out->action == ACTION_FAILED || out->gave_up);
	out->verdict = v;
	if (is_blank(out->text))
		out->text = extra;
}

/* ---- what every mail tells ---- */

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

void
mreport_read(struct mreport *out, struct arena *a, const struct rules *rules, const char *msg, size_t len)
{
	struct report r = { .a = a, .rules = rules, .out = out };

	*out = (struct mreport){ 0 };
	r.top = mime_read(a, msg, len);
	read_one(&r);
	if (out->kind == MREPORT_ORDINARY)
		read_forwarded(&r, r.top, 0);
}
