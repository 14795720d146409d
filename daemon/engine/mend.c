#include "engine/mend.h"

#include "base/text.h"
#include "engine/fixref.h"
#include "engine/forget.h"
#include "engine/person.h"
#include "engine/readdress.h"
#include "engine/recognise.h"
#include "store/audit.h"
#include "store/contact.h"
#include "store/evidence.h"

struct mending {
	struct db *db;
	const struct import_options *o;
	struct import_tally *t;
	struct roster_reader *reader;
	struct roster *roster;
	struct recognise people;	/* of the unit */
	struct token_source tokens;
	const struct secret *key;	/* somebody was erased; NULL: nobody */
	int64_t next_contact, now;
	struct arena scratch;		/* a row */
};

/* What is to be done with one row. */
struct fate {
	struct read_row *row;
	struct known *known;		/* whom it means; NULL: somebody new */
	int64_t contact;		/* kept with the row */
	bool shared;
};

/* A cell that a spreadsheet was kept from running: the mark before it is ours. */
static const char *
unguarded(const char *s)
{
	return *s == '\'' && s[1] && strchr("=+-@", s[1]) ? s + 1 : s;
}

/* Everybody of the unit with the name, narrowed by what else the row says. */
static enum recognised
by_name(struct mending *m, const struct read_row *row, struct known **out)
{
	const char *sub = text_fold(&m->scratch, row->sub_unit), *old = text_lower_ascii(&m->scratch,
	    text_squeeze(&m->scratch, row->old_email));
	struct known *at_old = NULL, *in_sub = NULL, *any = NULL;
	size_t n = 0, n_old = 0, n_sub = 0;

	for (size_t i = 0; i < m->people.n; i++) {
		struct known *k = &m->people.known[i];

		if (!*row->key || !person_same(k->c.name_key, row->key))
			continue;
		n++;
		any = k;
		if (*old && strcmp(k->c.email, old) == 0) {
			n_old++;
			at_old = k;
		}
		if (strcmp(k->sub_key, sub) == 0) {
			n_sub++;
			in_sub = k;
		}
	}
	*out = n == 1 ? any : n_old == 1 ? at_old : n_sub == 1 ? in_sub : any;
	return n == 0 ? NEW_PERSON : n == 1 || n_old == 1 || (n_old == 0 && n_sub == 1) ? KNOWN_PERSON : SOMEBODY;
}

static enum recognised
whom(struct mending *m, const struct read_row *row, struct known **out)
{
	int64_t id = fixref_read(row->reference, m->o->campaign->id);
	struct known *referred = id ? recognise_id(&m->people, id) : NULL;
	enum recognised by;

	if (referred && (!*row->key || person_same(referred->c.name_key, row->key))) {
		*out = referred;
		return KNOWN_PERSON;
	}
	by = by_name(m, row, out);
	/* Reference and name belong to two people: perhaps one column was sorted without the others. */
	if (referred && by != NEW_PERSON) {
		*out = referred;
		return SOMEBODY;
	}
	return by;
}

static int
store_row(struct mending *m, const struct fate *f, struct err *e)
{
	const struct read_row *r = f->row;
	bool accepted = r->judged.disposition == ACCEPT;
	const struct roster_row w = { .roster = m->roster->id, .seq = r->seq, .line = r->line, .name = r->name,
	    .email = accepted || r->judged.disposition == DUPLICATE ? r->judged.email : "",
	    .alternate = accepted ? r->judged.alternate : "", .disposition = disposition_name(r->judged.disposition),
	    .reason = reason_name(r->judged.reason), .warnings = f->shared ? SHARED_ADDRESS : "",
	    .suggestion = r->judged.disposition == HOLD ? r->judged.suggestion : "", .raw = r->raw, .raw_len = r->raw_len,
	    .contact = f->contact };

	m->t->records++;
	m->t->disposition[r->judged.disposition]++;
	m->t->reason[r->judged.reason]++;
	m->t->shared += f->shared;
	if (m->o->row && (r->judged.disposition == HOLD || r->judged.disposition == REJECT))
		m->o->row(&(struct import_row){ r->line, r->seq, r->name, r->judged.disposition, r->judged.reason, r->judged.email,
		    r->judged.suggestion }, m->o->arg);
	return roster_row_insert(m->db, &w, e);
}

/* Who else has the new address: the same person in another file, or colleagues who share the mailbox. */
static int
look_at_sharers(struct mending *m, struct fate *f, struct err *e)
{
	struct read_row *r = f->row;
	const struct contact who = { .id = f->known ? f->known->c.id : 0, .campaign = m->o->campaign->id,
	    .unit = m->roster->unit, .name_key = r->key };
	struct sharers s;

	if (readdress_sharers(m->db, &m->scratch, &who, r->judged.email, &s, e) < 0)
		return -1;
	if (s.same) {
		r->judged.disposition = DUPLICATE;
		r->judged.reason = s.same_where;
		f->contact = s.same;
	}
	f->shared = s.shared;
	return 0;
}

static const char *
state_of(enum disposition d)
{
	return d == ACCEPT ? "mailable" : d == HOLD ? "held" : "rejected";
}

/* The person stays who they are: only the address is the list's to change. */
static int
mend_person(struct mending *m, struct fate *f, struct err *e)
{
	const struct read_row *r = f->row;
	struct contact c = f->known->c;

	c.state = state_of(r->judged.disposition);
	c.reason = reason_name(r->judged.reason);
	c.email = r->judged.email;
	c.alternate = r->judged.alternate;
	c.roster = m->roster->id;
	c.seq = r->seq;
	if (r->judged.disposition != ACCEPT)
		return contact_update(m->db, &c, e);
	m->t->mended++;
	m->t->changed++;
	if (readdress(m->db, &m->scratch, &c, f->known->c.email, m->roster->id, m->now, e) < 0)
		return -1;
	f->known->c.email = arena_dup(&m->people.arena, c.email);	/* another row may say the same */
	return 0;
}

static int
add_person(struct mending *m, struct fate *f, struct err *e)
{
	const struct read_row *r = f->row;
	char token[TOKEN_LEN + 1];
	struct contact c = { .id = ++m->next_contact, .campaign = m->roster->campaign, .unit = m->roster->unit, .name = r->name,
	    .name_key = r->key, .sub_unit = r->sub_unit, .position = r->position, .token = token,
	    .state = state_of(r->judged.disposition), .reason = reason_name(r->judged.reason), .email = r->judged.email,
	    .alternate = r->judged.alternate, .roster = m->roster->id, .seq = r->seq };

	token_next(&m->tokens, token);
	f->contact = c.id;
	m->t->added++;
	return contact_insert(m->db, &c, m->now, e);
}

/* Known by reference or name. */
static int
row_of_known(struct mending *m, struct fate *f, struct err *e)
{
	struct read_row *r = f->row;
	struct known *k = f->known;
	bool blank = r->judged.disposition == REJECT && r->judged.reason == R_MISSING_EMAIL;

	f->contact = k->c.id;
	if (blank || (r->judged.disposition == ACCEPT && strcmp(r->judged.email, k->c.email) == 0)) {
		r->judged = (struct judgement){ DUPLICATE, R_UNCHANGED, k->c.email, "", "" };
		m->t->unchanged++;
		return 0;
	}
	/* A second row about somebody: the first has said it. */
	if (k->matched) {
		r->judged = (struct judgement){ HOLD, R_AMBIGUOUS_PERSON, "", "",
		    *r->judged.email ? r->judged.email : r->judged.suggestion };
		return 0;
	}
	if (r->judged.disposition == ACCEPT && look_at_sharers(m, f, e) < 0)
		return -1;
	if (r->judged.disposition == DUPLICATE)
		return 0;
	k->matched = true;
	/* What is no address does not take away the one there is. */
	if (r->judged.disposition != ACCEPT && strcmp(k->c.state, "mailable") == 0)
		return 0;
	return mend_person(m, f, e);
}

/* The list went out while they were still there. */
static int
is_erased(struct mending *m, struct fate *f, struct err *e)
{
	int64_t id = fixref_read(f->row->reference, m->o->campaign->id);
	struct known *k = id ? recognise_id(&m->people, id) : NULL;

	if (!m->key)
		return 0;
	if (k && k->c.erased_at) {
		f->contact = k->c.id;
		return 1;
	}
	return forget_knows_row(m->db, m->key, m->o->campaign->id, m->t->unit->code, f->row, &f->contact, e);
}

static int
take_row(struct mending *m, struct read_row *r, struct err *e)
{
	struct fate f = { .row = r };
	int rc = 0;

	arena_reset(&m->scratch);
	r->name = unguarded(r->name);
	r->key = person_key(&m->scratch, r->name);
	if ((rc = is_erased(m, &f, e)) != 0) {
		forget_row(r);
		return rc < 0 ? -1 : store_row(m, &f, e);
	}
	switch (whom(m, r, &f.known)) {
	case KNOWN_PERSON:
		rc = row_of_known(m, &f, e);
		break;
	case SOMEBODY:
		f.contact = f.known->c.id;
		r->judged = (struct judgement){ HOLD, R_AMBIGUOUS_PERSON, "", "",
		    *r->judged.email ? r->judged.email : r->judged.suggestion };
		break;
	case NEW_PERSON:
		/* Somebody whom the unit has added may stand with the address in the other column. */
		if (!*text_squeeze(&m->scratch, r->given))
			judge_row(m->reader->judge, &m->scratch, &(struct judge_in){ .name = r->name, .email = r->old_email }, &r->judged);
		if (r->judged.disposition == ACCEPT)
			rc = look_at_sharers(m, &f, e);
		if (rc == 0 && r->judged.disposition != DUPLICATE)
			rc = add_person(m, &f, e);
		break;
	}
	return rc < 0 ? -1 : store_row(m, &f, e);
}

int
mend(struct db *db, const struct import_options *o, struct roster_reader *reader, struct roster *roster, int64_t now,
    struct import_tally *t, struct err *e)
{
	struct mending m = { .db = db, .o = o, .t = t, .reader = reader, .roster = roster, .now = now,
	    .tokens = TOKEN_SOURCE_INIT };
	char *delimiter = arena_ndup(&t->arena, &reader->csv.delimiter, 1);
	struct arena a = ARENA_INIT;
	struct secret key;
	struct read_row row;
	int rc;

	if (forget_key(db, o->conf, &key, &m.key, e) < 0)
		return -1;
	t->corrections = true;
	t->encoding = roster->encoding = arena_dup(&t->arena, reader->csv.charset.name);
	t->columns = roster->columns = layout_columns(&reader->layout, &t->arena);
	roster->blanked = "";
	roster->delimiter = delimiter[0] == '\t' ? "TAB" : delimiter;
	if ((rc = recognise_load(&m.people, db, roster->campaign, roster->unit, e)) == 0 &&
	    (rc = roster_insert(db, roster, e)) == 0 && (rc = contact_last_id(db, &m.next_contact, e)) == 0)
		while ((rc = roster_next(reader, &a, &row, e)) == 1) {
			if (take_row(&m, &row, e) < 0) {
				rc = -1;
				break;
			}
			arena_reset(&a);
		}
	if (rc == 0 && t->records == 0)
		rc = err_set(e, ERR_INPUT, TR("the list holds nobody: there is no row with a name or an address",
		    "danh sách không có ai: không có dòng nào có họ tên hoặc địa chỉ"));
	roster->records = t->records;
	if (rc == 0)
		rc = roster_finish(db, roster, e);
	if (rc == 0) {
		t->roster = o->dry_run ? 0 : roster->id;
		t->lost_letters = reader->csv.charset.lost_letters;
		t->damaged = reader->csv.charset.damaged;
		rc = audit_add(db, o->actor ? o->actor : "cli", "roster import", arena_printf(&t->arena, "roster=%lld unit=%s corrections=%lld",
		    (long long)roster->id, t->unit->code, (long long)t->mended), e);
	}
	recognise_release(&m.people);
	arena_release(&m.scratch);
	arena_release(&a);
	return rc;
}
