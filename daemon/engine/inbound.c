#include "engine/inbound.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/forget.h"
#include "engine/inbound_read.h"
#include "engine/letter_news.h"
#include "engine/rulebook.h"
#include "store/erased.h"
#include "store/probe.h"

struct inbound {
	struct rulebook *book;
	const struct rules *rules;	/* of the message at hand */
	struct secret key;
	struct arena arena;		/* of the message at hand */
};

int
inbound_open(struct inbound **out, const struct conf *c, struct err *e)
{
	struct inbound *in = mem_zalloc(sizeof(*in));

	*out = NULL;
	in->arena = (struct arena)ARENA_INIT;
	if (secret_load(&in->key, c->secret_file, e) < 0 || rulebook_open(&in->book, c, e) < 0) {
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
	rulebook_close(in->book);
	arena_release(&in->arena);
	free(in);
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

static enum inbound_fate
fate_of(const char *word)
{
	return strcmp(word, "matched") == 0 ? INBOUND_MATCHED : strcmp(word, "reply") == 0 ? INBOUND_REPLY :
	    strcmp(word, "forged") == 0 ? INBOUND_FORGED : INBOUND_UNMATCHED;
}

/* The row, then the evidence that names it. 1 written, 0 somebody else was faster, -1. */
static int
write_down(struct inbound *in, struct db *db, struct inbound_row *row, struct inbound_reading *r, struct err *e)
{
	int rc = inbound_insert(db, row, e);

	if (rc == 1 && r->match.by == MATCH_LETTER &&
	    letter_news_record(db, &r->m, r->match.target.invite, row->id, row->received_at, e) < 0)
		rc = -1;
	if (rc == 1 && r->probe_failed && probe_bounced(db, r->match.target.invite, r->probe_failed, e) < 0)
		rc = -1;
	for (size_t i = 0; rc == 1 && i < r->n; i++) {
		inbound_complete(&in->arena, &r->facts[i], row->id);
		if (evidence_add(db, &r->facts[i].v, e) < 0)
			rc = -1;
	}
	return rc;
}

/* About somebody who was erased, or from them: what it says counts, the mail is not kept. */
static int
is_erased(struct inbound *in, struct db *db, const struct inbound_reading *r, struct err *e)
{
	int64_t at;
	int rc = erased_any(db, e);

	if (rc <= 0)
		return rc;
	if (match_found(&r->match) && r->match.target.contact && ((rc = erased_at(db, r->match.target.contact, &at, e)) < 0 || at))
		return rc < 0 ? -1 : 1;
	rc = *r->m.from ? forget_knows_address(db, &in->key, r->m.from, e) : 0;
	for (size_t i = 0; rc == 0 && i < r->m.n_rcpt; i++)
		if ((rc = forget_knows_address(db, &in->key, r->m.rcpt[i].address, e)) == 0)
			rc = forget_knows_address(db, &in->key, r->m.rcpt[i].original, e);
	return rc;
}

static int
take(struct inbound *in, struct db *db, const char *source, const char *msg, size_t len,
    struct inbound_taken *taken, struct inbound_tally *tally, struct err *e)
{
	struct inbound_how how = { db, &in->arena, in->rules, &in->key };
	struct inbound_row row = { .source = source, .received_at = clock_now(), .raw = msg, .len = len };
	struct inbound_tally known = { .read = 1, .known = 1 };
	bool own = !db_in_transaction(db);
	struct inbound_reading r;
	const char *fate = "";
	char sha256[65];
	int rc;

	arena_reset(&in->arena);
	sha256_hex(sha256, msg, len);
	row.sha256 = sha256;
	if ((rc = inbound_known(db, &in->arena, sha256, &fate, e)) < 0)
		return -1;
	if (rc == 1) {
		*taken = (struct inbound_taken){ fate_of(fate), true };
		inbound_tally_add(tally, &known);
		return 0;
	}
	if (own && db_begin(db, e) < 0)
		return -1;
	if (inbound_read(&how, msg, len, row.received_at, &r, e) < 0)
		return own ? db_abort(db) : -1;
	row.kind = mreport_kind_name(r.m.kind);
	row.fate = r.fate;
	if ((rc = is_erased(in, db, &r, e)) < 0)
		return own ? db_abort(db) : -1;
	if (rc == 1) {
		row.raw = "";
		row.len = 0;
	}
	if ((rc = write_down(in, db, &row, &r, e)) < 0 ||
	    (rc == 1 && r.m.foreign && strcmp(r.fate, "unmatched") == 0 &&
	     inbound_decide(db, row.id, "not_ours", 0, row.received_at, e) < 0))
		return own ? db_abort(db) : -1;
	if (own && db_commit(db, e) < 0)
		return -1;
	log_debug("inbound", "row=%" PRId64 " kind=%s fate=%s invite=%" PRId64, row.id, row.kind, row.fate,
	    match_found(&r.match) ? r.match.target.invite : 0);
	*taken = (struct inbound_taken){ fate_of(r.fate), rc == 0 };
	inbound_tally_add(tally, rc == 0 ? &known : &r.t);
	return 0;
}

int
inbound_take(struct inbound *in, struct db *db, const char *source, const char *msg, size_t len,
    struct inbound_taken *taken, struct inbound_tally *tally, struct err *e)
{
	int rc;

	in->rules = rulebook_take(in->book);
	rc = take(in, db, source, msg, len, taken, tally, e);
	rulebook_give(in->book, in->rules);
	return rc;
}
