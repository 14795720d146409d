#include "engine/inbound.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/inbound_match.h"
#include "engine/letter_news.h"
#include "mail/mreport.h"
#include "store/evidence.h"

#define TEXT_MAX 4000		/* of a diagnostic text that is kept with the evidence */
#define FINGERPRINT_MAX 65

struct inbound {
	struct rules *rules;
	struct secret key;
	struct arena arena;		/* of the message at hand */
};

int
inbound_open(struct inbound **out, const struct conf *c, struct err *e)
{
	struct inbound *in = mem_zalloc(sizeof(*in));

	*out = NULL;
	in->arena = (struct arena)ARENA_INIT;
	if (secret_load(&in->key, c->secret_file, e) < 0 || rules_load(&in->rules, NULL, e) < 0) {
		inbound_close(in);
		return -1;
	}
	*out = in;
	return 0;
}

void
inbound_close(struct inbound *in)
{
	if (!in)
		return;
	rules_free(in->rules);
	arena_release(&in->arena);
	free(in);
}

/* What one message becomes, before anything is written. */
struct taking {
	struct inbound *in;
	struct db *db;
	struct mreport m;
	struct match match;
	int64_t inbound;		/* the row */
	int64_t now;
	struct inbound_tally t;		/* added to the caller's once it is committed */
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

static int
record(struct taking *t, const struct inbound_target *to, struct evidence *v, const char *distinct, int64_t *count)
{
	char *fingerprint = arena_alloc(&t->in->arena, FINGERPRINT_MAX);
	const char *text = arena_printf(&t->in->arena, "%s\n%" PRId64 "\n%s\n%s\n%s", v->kind, to->invite, v->category,
	    v->status, distinct);

	sha256_hex(fingerprint, text, strlen(text));
	v->contact = to->contact;
	v->invite = to->invite;
	v->inbound = t->inbound;
	v->email = to->email;
	v->text = cut(&t->in->arena, v->text);
	v->at = t->m.at > 0 && t->m.at <= t->now ? t->m.at : t->now;
	v->fingerprint = fingerprint;
	if (evidence_add(t->db, v, t->e) < 0)
		return -1;
	++*count;
	return 0;
}

/* What one recipient of a delivery status means for the one it is about. */
static int
record_status(struct taking *t, const struct inbound_target *to, const struct mreport_rcpt *r, char grade)
{
	struct evidence v = { .kind = "dsn", .grade = grade, .category = category_name(r->verdict.category),
	    .hard = r->verdict.hard, .status = r->status, .text = r->text };
	/* A forwarding address: the text tells whom the report names. */
	bool other = *r->address && strcasecmp(r->address, to->email) != 0;
	char attempt[32];

	snprintf(attempt, sizeof(attempt), "%d", t->match.attempt);
	if (other)
		v.text = arena_printf(&t->in->arena, "%s: %s", r->address, r->text);
	if (r->action == ACTION_DELIVERED) {
		v.category = category_name(CAT_DELIVERED);
		return record(t, to, &v, attempt, &t->t.delivered);
	}
	if (r->action == ACTION_RELAYED || r->action == ACTION_EXPANDED || (r->action == ACTION_DELAYED && !r->gave_up)) {
		v.kind = "delay";
		v.grade = 'B';
		v.hard = false;
		return record(t, to, &v, attempt, r->action == ACTION_DELAYED ? &t->t.delayed : &t->t.delivered);
	}
	return record(t, to, &v, attempt, &t->t.failed);
}

/* Addresses are stored in lower case. */
static int
mailed_at(struct taking *t, const char *address, struct inbound_target **to, size_t *n)
{
	return inbound_by_email(t->db, &t->in->arena, text_lower_ascii(&t->in->arena, address), to, n, t->e);
}

/* A report without a tag of ours: everybody whom we mailed at an address that it names. */
static int
record_by_address(struct taking *t, bool *any)
{
	for (size_t i = 0; i < t->m.n_rcpt; i++) {
		const struct mreport_rcpt *r = &t->m.rcpt[i];
		const char *tries[2] = { r->address, r->original };
		struct inbound_target *to;
		size_t n = 0;

		for (size_t k = 0; k < COUNT_OF(tries) && n == 0; k++) {
			if (*tries[k] && mailed_at(t, tries[k], &to, &n) < 0)
				return -1;
		}
		for (size_t k = 0; k < n; k++) {
			*any = true;
			if (t->m.kind == MREPORT_BOUNCE) {
				if (record_status(t, &to[k], r, 'B') < 0)
					return -1;
			} else if (n == 1 || t->m.kind == MREPORT_ARF) {
				/* A shared mailbox does not tell which of them has answered. */
				struct evidence v = { .grade = 'B', .kind = t->m.kind == MREPORT_ARF ? "complaint" :
				    t->m.kind == MREPORT_MDN ? "read_receipt" : "auto_reply",
				    .category = category_name(r->verdict.category), .status = "", .text = r->text,
				    .until_at = t->m.away_until };

				if (record(t, &to[k], &v, "", t->m.kind == MREPORT_ARF ? &t->t.complaints :
				    t->m.kind == MREPORT_MDN ? &t->t.read_receipts : &t->t.auto_replies) < 0)
					return -1;
			}
		}
	}
	return 0;
}

static int
record_by_tag(struct taking *t)
{
	const struct inbound_target *to = &t->match.target;
	struct mreport *m = &t->m;
	struct evidence v = { .grade = 'A', .category = "", .status = "", .text = m->subject };
	const struct mreport_rcpt *r = m->n_rcpt ? &m->rcpt[0] : NULL;

	switch (m->kind) {
	case MREPORT_BOUNCE: {
		const struct mreport_rcpt *own = NULL;

		/* One recipient in each transaction of ours: of several the one that is ours, else all speak of it. */
		for (size_t i = 0; i < m->n_rcpt && !own; i++)
			if (strcasecmp(m->rcpt[i].address, to->email) == 0 || strcasecmp(m->rcpt[i].original, to->email) == 0)
				own = &m->rcpt[i];
		if (own)
			return record_status(t, to, own, 'A');
		for (size_t i = 0; i < m->n_rcpt; i++)
			if (record_status(t, to, &m->rcpt[i], 'A') < 0)
				return -1;
		return 0;
	}
	case MREPORT_ARF:
		v.kind = "complaint";
		v.category = category_name(CAT_COMPLAINT);
		v.text = m->feedback_type;
		return record(t, to, &v, "", &t->t.complaints);
	case MREPORT_MDN:
		v.text = r ? r->text : "";
		v.grade = 'B';
		v.category = category_name(CAT_AUTO_REPLY);
		v.kind = strcasestr(v.text, "displayed") || strcasestr(v.text, "dispatched") ? "read_receipt" : "auto_reply";
		return record(t, to, &v, "mdn", &t->t.read_receipts);
	case MREPORT_AUTOREPLY:
		v.kind = "auto_reply";
		v.grade = 'B';
		v.category = category_name(CAT_AUTO_REPLY);
		v.until_at = m->away_until;
		return record(t, to, &v, arena_printf(&t->in->arena, "%" PRId64, m->away_until), &t->t.auto_replies);
	case MREPORT_ORDINARY:
		/* What a mail program sends for the mailto: of List-Unsubscribe (RFC 2369 3.2). */
		if (strcasecmp(text_squeeze(&t->in->arena, m->subject), "unsubscribe") == 0) {
			v.kind = "opt_out";
			return record(t, to, &v, "mail", &t->t.opt_outs);
		}
		v.kind = "reply";
		return record(t, to, &v, arena_printf(&t->in->arena, "%" PRId64, t->inbound), &t->t.replies);
	}
	return 0;
}

/* A letter without any reference, from an address that exactly one person was mailed at. */
static int
record_letter(struct taking *t, bool *any)
{
	struct evidence v = { .kind = "reply", .grade = 'B', .category = "", .status = "", .text = t->m.subject };
	struct inbound_target *to;
	size_t n = 0;

	if (*t->m.from && mailed_at(t, t->m.from, &to, &n) < 0)
		return -1;
	if (n != 1)
		return 0;
	*any = true;
	return record(t, &to[0], &v, arena_printf(&t->in->arena, "%" PRId64, t->inbound), &t->t.replies);
}

/* Writes the row, then the evidence that names it, then what became of the row. */
static int
judge(struct taking *t, struct inbound_row *row)
{
	bool by_tag = t->match.by != MATCH_NONE && t->match.by != MATCH_FORGED, any = by_tag;
	bool letter = t->m.kind == MREPORT_ORDINARY;
	int rc;

	row->fate = t->match.by == MATCH_FORGED ? "forged" : !by_tag ? "unmatched" : letter ? "reply" : "matched";
	rc = inbound_insert(t->db, row, t->e);
	if (rc <= 0) {
		t->t.known += rc == 0;
		return rc;
	}
	t->inbound = row->id;
	if (t->match.by == MATCH_FORGED) {
		t->t.forged++;
		return 0;
	}
	rc = t->match.by == MATCH_LETTER ? letter_news_record(t->db, &t->m, t->match.target.invite, t->inbound, t->now, t->e) :
	    by_tag ? record_by_tag(t) : letter ? record_letter(t, &any) : record_by_address(t, &any);
	if (rc == 0 && any && !by_tag) {
		row->fate = letter ? "reply" : "matched";
		rc = inbound_set_fate(t->db, row->id, row->fate, t->e);
	}
	if (rc < 0)
		return -1;
	t->t.matched += any;
	t->t.unmatched += !any;
	return 0;
}

void
inbound_tally_add(struct inbound_tally *to, const struct inbound_tally *t)
{
	to->read += t->read;
	to->known += t->known;
	to->matched += t->matched;
	to->failed += t->failed;
	to->delayed += t->delayed;
	to->delivered += t->delivered;
	to->complaints += t->complaints;
	to->auto_replies += t->auto_replies;
	to->read_receipts += t->read_receipts;
	to->replies += t->replies;
	to->opt_outs += t->opt_outs;
	to->unmatched += t->unmatched;
	to->forged += t->forged;
}

int
inbound_take(struct inbound *in, struct db *db, const char *source, const char *msg, size_t len,
    struct inbound_tally *tally, struct err *e)
{
	struct taking t = { .in = in, .db = db, .now = clock_now(), .e = e, .t.read = 1 };
	struct inbound_row row = { .source = source, .received_at = t.now, .raw = msg, .len = len };
	bool own = !db_in_transaction(db);
	char sha256[65];
	int rc;

	arena_reset(&in->arena);
	sha256_hex(sha256, msg, len);
	row.sha256 = sha256;
	if ((rc = inbound_known(db, sha256, e)) != 0) {
		if (rc == 1) {
			t.t.known++;
			inbound_tally_add(tally, &t.t);
		}
		return rc < 0 ? -1 : 0;
	}
	mreport_read(&t.m, &in->arena, in->rules, msg, len);
	row.kind = mreport_kind_name(t.m.kind);
	if (own && db_begin(db, e) < 0)
		return -1;
	if (match_tag(db, &in->arena, &in->key, &t.m, &t.match, e) < 0 || judge(&t, &row) < 0)
		return own ? db_abort(db) : -1;
	if (own && db_commit(db, e) < 0)
		return -1;
	log_debug("inbound", "row=%" PRId64 " kind=%s fate=%s invite=%" PRId64, row.id, row.kind, row.fate,
	    t.match.by == MATCH_NONE || t.match.by == MATCH_FORGED ? 0 : t.match.target.invite);
	inbound_tally_add(tally, &t.t);
	return 0;
}
