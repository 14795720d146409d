#include "engine/inbound_read.h"

#include <inttypes.h>
#include <strings.h>

#include "base/text.h"

#define TEXT_MAX 4000		/* of a diagnostic text that is kept with the evidence */
#define FINGERPRINT_MAX 65
#define WINDOW_S (30 * 86400)	/* mail systems give up within days: an older message is not what a report means */

struct taking {
	const struct inbound_how *how;
	struct inbound_reading *r;
	int64_t at;			/* when the mail was written */
	struct err *e;
};

static const char *
cut(struct arena *a, const char *s)
{
	size_t n = strlen(s);

	if (n <= TEXT_MAX)
		return s;
	for (n = TEXT_MAX; n && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
		;
	return arena_ndup(a, s, n);
}

static void
note(struct taking *t, const struct inbound_target *to, const struct evidence *v, const char *distinct, int64_t *count)
{
	struct inbound_reading *r = t->r;
	struct inbound_fact *f;

	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 4 : 2;
		struct inbound_fact *more = arena_alloc(t->how->arena, cap * sizeof(*more));

		if (r->n)
			memcpy(more, r->facts, r->n * sizeof(*more));
		r->facts = more;
		r->cap = cap;
	}
	f = &r->facts[r->n++];
	*f = (struct inbound_fact){ *v, distinct };
	f->v.contact = to->contact;
	f->v.invite = to->invite;
	f->v.email = to->email;
	f->v.text = cut(t->how->arena, v->text);
	f->v.at = t->at;
	++*count;
}

void
inbound_complete(struct arena *a, struct inbound_fact *f, int64_t row)
{
	char *fingerprint = arena_alloc(a, FINGERPRINT_MAX), own[32];
	const char *text;

	snprintf(own, sizeof(own), "%" PRId64, row);
	text = arena_printf(a, "%s\n%" PRId64 "\n%s\n%s\n%s", f->v.kind, f->v.invite, f->v.category, f->v.status,
	    f->distinct ? f->distinct : own);
	sha256_hex(fingerprint, text, strlen(text));
	f->v.inbound = row;
	f->v.fingerprint = fingerprint;
}

/* What one recipient of a delivery status means for the one it is about. */
static void
note_status(struct taking *t, const struct inbound_target *to, const struct mreport_rcpt *r, char grade)
{
	struct evidence v = { .kind = "dsn", .grade = grade, .category = category_name(r->verdict.category),
	    .status = r->status, .text = r->text,
	    .hard = grade == 'A' && r->verdict.hard && category_blames_address(r->verdict.category) };
	struct inbound_tally *n = &t->r->t;
	char attempt[32];

	snprintf(attempt, sizeof(attempt), "%d", t->r->match.attempt);
	/* A forwarding address: the text tells whom the report names. */
	if (*r->address && strcasecmp(r->address, to->email) != 0)
		v.text = arena_printf(t->how->arena, "%s: %s", r->address, r->text);
	if (r->action == ACTION_DELIVERED) {
		v.category = category_name(CAT_DELIVERED);
		v.hard = false;
		note(t, to, &v, arena_dup(t->how->arena, attempt), &n->delivered);
	} else if (r->action == ACTION_RELAYED || r->action == ACTION_EXPANDED ||
	    (r->action == ACTION_DELAYED && !r->gave_up)) {
		v.kind = "delay";
		v.grade = 'B';
		v.hard = false;
		note(t, to, &v, arena_dup(t->how->arena, attempt), r->action == ACTION_DELAYED ? &n->delayed : &n->delivered);
	} else {
		note(t, to, &v, arena_dup(t->how->arena, attempt), &n->failed);
	}
}

/* Addresses are stored in lower case. */
static int
mailed_at(struct taking *t, const char *address, int64_t since, struct inbound_target **to, size_t *n)
{
	return inbound_by_email(t->how->db, t->how->arena, text_lower_ascii(t->how->arena, address), since,
	    t->at + MATCH_SLACK_S, to, n, t->e);
}

static void
note_by_address(struct taking *t, const struct mreport_rcpt *r, const struct inbound_target *to, size_t n)
{
	const struct mreport *m = &t->r->m;
	struct evidence v = { .grade = 'B', .category = category_name(r->verdict.category), .status = "", .text = r->text,
	    .until_at = m->away_until };

	for (size_t k = 0; k < n; k++) {
		if (m->kind == MREPORT_BOUNCE) {
			note_status(t, &to[k], r, 'B');
		} else if (m->kind == MREPORT_ARF) {
			v.kind = "complaint";
			note(t, &to[k], &v, "", &t->r->t.complaints);
		} else if (n == 1) {
			/* A shared mailbox does not tell which of them has answered. */
			v.kind = m->kind == MREPORT_MDN ? "read_receipt" : "auto_reply";
			note(t, &to[k], &v, "", m->kind == MREPORT_MDN ? &t->r->t.read_receipts : &t->r->t.auto_replies);
		}
	}
}

/* A report without a tag of ours: everybody whom we mailed, not long before, at an address that it names. */
static int
by_address(struct taking *t, bool *any)
{
	const struct mreport *m = &t->r->m;
	bool about_mail = m->kind == MREPORT_BOUNCE || m->kind == MREPORT_ARF;

	for (size_t i = 0; i < m->n_rcpt; i++) {
		const struct mreport_rcpt *r = &m->rcpt[i];
		const char *tries[2] = { r->address, r->original };
		struct inbound_target *to = NULL;
		size_t n = 0;

		for (size_t k = 0; k < COUNT_OF(tries) && n == 0; k++)
			if (*tries[k] && mailed_at(t, tries[k], about_mail ? t->at - WINDOW_S : 0, &to, &n) < 0)
				return -1;
		*any |= n > 0;
		note_by_address(t, r, to, n);
	}
	return 0;
}

static void
bounce_by_tag(struct taking *t)
{
	const struct inbound_target *to = &t->r->match.target;
	const struct mreport *m = &t->r->m;

	/* One recipient in each transaction of ours: of several the one that is ours, else all speak of it. */
	for (size_t i = 0; i < m->n_rcpt; i++)
		if (strcasecmp(m->rcpt[i].address, to->email) == 0 || strcasecmp(m->rcpt[i].original, to->email) == 0) {
			note_status(t, to, &m->rcpt[i], 'A');
			return;
		}
	for (size_t i = 0; i < m->n_rcpt; i++)
		note_status(t, to, &m->rcpt[i], 'A');
}

static void
letter_by_tag(struct taking *t)
{
	const struct inbound_target *to = &t->r->match.target;
	/* Who passes an invitation on has its link, too. */
	struct evidence v = { .grade = t->r->match.by == MATCH_TOKEN ? 'B' : 'A', .category = "", .status = "",
	    .text = t->r->m.subject };

	/* What a mail program sends for the mailto: of List-Unsubscribe (RFC 2369 3.2). */
	if (t->r->match.by != MATCH_TOKEN && strcasecmp(text_squeeze(t->how->arena, t->r->m.subject), "unsubscribe") == 0) {
		v.kind = "opt_out";
		t->r->fate = "matched";
		note(t, to, &v, "mail", &t->r->t.opt_outs);
	} else {
		v.kind = "reply";
		note(t, to, &v, NULL, &t->r->t.replies);
	}
}

static void
by_tag(struct taking *t)
{
	const struct inbound_target *to = &t->r->match.target;
	const struct mreport *m = &t->r->m;
	struct inbound_tally *n = &t->r->t;
	struct evidence v = { .grade = 'A', .category = "", .status = "", .text = m->subject };

	switch (m->kind) {
	case MREPORT_BOUNCE:
		bounce_by_tag(t);
		break;
	case MREPORT_ARF:
		v.kind = "complaint";
		v.category = category_name(CAT_COMPLAINT);
		v.text = m->feedback_type;
		note(t, to, &v, "", &n->complaints);
		break;
	case MREPORT_MDN:
		v.text = m->n_rcpt ? m->rcpt[0].text : "";
		v.grade = 'B';
		v.category = category_name(CAT_AUTO_REPLY);
		v.kind = strcasestr(v.text, "displayed") || strcasestr(v.text, "dispatched") ? "read_receipt" : "auto_reply";
		note(t, to, &v, "mdn", &n->read_receipts);
		break;
	case MREPORT_AUTOREPLY:
		v.kind = "auto_reply";
		v.grade = 'B';
		v.category = category_name(CAT_AUTO_REPLY);
		v.until_at = m->away_until;
		note(t, to, &v, arena_printf(t->how->arena, "%" PRId64, m->away_until), &n->auto_replies);
		break;
	case MREPORT_ORDINARY:
		letter_by_tag(t);
		break;
	}
}

/* A letter without any reference, from an address that exactly one person was mailed at. */
static int
letter_by_address(struct taking *t, bool *any)
{
	struct evidence v = { .kind = "reply", .grade = 'B', .category = "", .status = "", .text = t->r->m.subject };
	struct inbound_target *to;
	size_t n = 0;

	if (*t->r->m.from && mailed_at(t, t->r->m.from, 0, &to, &n) < 0)
		return -1;
	if (n != 1)
		return 0;
	*any = true;
	note(t, &to[0], &v, NULL, &t->r->t.replies);
	return 0;
}

/* A probe's message that came back is not missing: it was refused. Anything else says nothing of anybody. */
static void
by_probe(struct inbound_reading *r)
{
	for (size_t i = 0; r->m.kind == MREPORT_BOUNCE && i < r->m.n_rcpt; i++) {
		const struct mreport_rcpt *of = &r->m.rcpt[i];

		if (of->action != ACTION_DELIVERED && of->action != ACTION_RELAYED && of->action != ACTION_EXPANDED &&
		    (of->action != ACTION_DELAYED || of->gave_up))
			r->probe_failed = of->text;
	}
	r->fate = "matched";
	r->t.matched++;
}

int
inbound_read(const struct inbound_how *how, const char *msg, size_t len, int64_t received_at, struct inbound_reading *r,
    struct err *e)
{
	struct taking t = { how, r, received_at, e };
	struct match_clues clues = { .report = &r->m, .raw = msg, .len = len };
	bool any = false, letter;

	*r = (struct inbound_reading){ .fate = "unmatched", .t.read = 1 };
	mreport_read(&r->m, how->arena, how->rules, msg, len);
	if (r->m.at > 0 && r->m.at <= received_at)
		t.at = r->m.at;
	clues.at = t.at;
	if (match_mail(how->db, how->arena, how->key, &clues, &r->match, e) < 0)
		return -1;
	letter = r->m.kind == MREPORT_ORDINARY;
	if (r->match.by == MATCH_FORGED) {
		r->fate = "forged";
		r->t.forged++;
		return 0;
	}
	if (r->match.by == MATCH_PROBE) {
		by_probe(r);
		return 0;
	}
	/* What it says of a letter is written when its row is. */
	if (r->match.by == MATCH_LETTER) {
		r->fate = letter ? "reply" : "matched";
		r->t.matched++;
		return 0;
	}
	if (match_found(&r->match)) {
		any = true;
		r->fate = letter ? "reply" : "matched";
		by_tag(&t);
	} else {
		if ((letter ? letter_by_address(&t, &any) : by_address(&t, &any)) < 0)
			return -1;
		if (any)
			r->fate = letter ? "reply" : "matched";
	}
	r->t.matched += any;
	r->t.unmatched += !any;
	return 0;
}
