#include "engine/forget.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "engine/hashset.h"
#include "engine/journal.h"
#include "engine/person.h"
#include "engine/redact.h"
#include "engine/spool.h"
#include "mail/addr.h"
#include "mail/mime.h"
#include "store/erase.h"
#include "store/erased.h"
#include "store/holdings.h"
#include "store/note.h"

#define NOBODY "erased.invalid"
#define MARK "erased-"

struct forget {
	struct db *db;
	struct secret key;
	struct hashset common;		/* domains that say nothing of who it is */
	struct hashset others;		/* domains that somebody else may be on */
	int64_t now;
	struct arena arena;		/* of the person at hand */
	struct needles needles;
	int64_t *invites;		/* of who was erased: for the journals of dispatchers that died */
	size_t n_invites, cap_invites;
};

/* --- keyed hashes ------------------------------------------------------------------- */

static void
mac_address(char out[TOKEN_LEN + 1], const struct secret *key, const char *email)
{
	struct arena a = ARENA_INIT;

	sign_text(out, key, "erased address", text_lower_ascii(&a, email));
	arena_release(&a);
}

static void
mac_name(char out[TOKEN_LEN + 1], const struct secret *key, const char *name_key, const char *unit, const char *sub_unit)
{
	struct arena a = ARENA_INIT;

	/* A name alone is many people's in one province. */
	sign_text(out, key, "erased name", arena_printf(&a, "%s\n%s\n%s", unit, name_key, text_fold(&a, sub_unit)));
	arena_release(&a);
}

static int
find_address(struct db *db, const struct secret *key, const char *email, int64_t campaign, bool shared_too, int64_t *contact,
    struct err *e)
{
	char mac[TOKEN_LEN + 1];
	int rc;

	mac_address(mac, key, email);
	rc = erased_find(db, "address", mac, campaign, contact, e);
	return rc == 0 && shared_too ? erased_find(db, "shared", mac, campaign, contact, e) : rc;
}

int
forget_knows_address(struct db *db, const struct secret *key, const char *email, struct err *e)
{
	int64_t contact;

	return *email ? find_address(db, key, email, 0, true, &contact, e) : 0;
}

/* Somebody of that name who was not erased has the row's address: the row is theirs. */
static int
is_living(struct db *db, struct arena *a, int64_t campaign, const struct read_row *row, struct err *e)
{
	struct contact *list;
	size_t n;

	if (!*row->judged.email)
		return 0;
	if (contact_sharing(db, a, campaign, row->judged.email, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!list[i].erased_at && person_same(list[i].name_key, row->key))
			return 1;
	return 0;
}

int
forget_knows_row(struct db *db, const struct secret *key, int64_t campaign, const char *unit, const struct read_row *row,
    int64_t *contact, struct err *e)
{
	struct needles in;
	char mac[TOKEN_LEN + 1];
	int64_t by_name = 0;
	bool named = false;
	int rc = 0;

	*contact = 0;
	needles_init(&in, "", "");
	needles_find(&in, arena_ndup(&in.arena, row->raw, row->raw_len));
	needles_add(&in, row->judged.email);
	needles_add(&in, row->judged.alternate);
	needles_add(&in, row->judged.suggestion);
	if (*row->key) {
		mac_name(mac, key, row->key, unit, row->sub_unit);
		rc = erased_find(db, "name", mac, campaign, &by_name, e);
		named = rc == 1;
	}
	rc = rc < 0 ? -1 : 0;
	for (size_t i = 0; i < in.n && rc == 0; i++)
		rc = find_address(db, key, in.email[i], campaign, named, contact, e);
	if (rc == 0 && named && (rc = is_living(db, &in.arena, campaign, row, e)) >= 0) {
		rc = !rc;
		*contact = by_name;
	}
	needles_release(&in);
	return rc;
}

void
forget_row(struct read_row *r)
{
	r->judged = (struct judgement){ REJECT, R_ERASED, "", "", "" };
	r->name = r->key = r->sub_unit = r->position = r->raw = "";
	r->raw_len = 0;
}

int
forget_key(struct db *db, const struct conf *conf, struct secret *key, const struct secret **out, struct err *e)
{
	int rc = conf ? erased_any(db, e) : 0;

	*out = NULL;
	if (rc <= 0)
		return rc;
	*out = key;
	return secret_load(key, conf->secret_file, e);
}

/* --- one person ------------------------------------------------------------------------ */

static const char *
without(const char *text, bool own, void *arg)
{
	struct forget *f = arg;

	return own ? "" : redact(&f->arena, &f->needles, text);
}

static int
add_cell(const char *cell, void *arg)
{
	struct forget *f = arg;

	needles_find(&f->needles, cell);
	return 0;
}

static bool
is_replaced(const char *email)
{
	size_t n = sizeof(MARK) - 1;

	return strncmp(email, MARK, n) == 0 && email[n] >= '0' && email[n] <= '9';
}

static const char *
instead_of(struct forget *f, int64_t contact, int n, const char *email)
{
	const char *domain = addr_domain(email);
	bool common = hashset_has(&f->common, hash_text(0, domain));

	return n ? arena_printf(&f->arena, MARK "%" PRId64 "-%d@%s", contact, n + 1, common ? domain : NOBODY) :
	    arena_printf(&f->arena, MARK "%" PRId64 "@%s", contact, common ? domain : NOBODY);
}

/* Everywhere it stands, with this person and with those who were erased while somebody still had it. */
static int
replace(struct forget *f, const struct contact *c, const char *email, int n, bool asked, struct forget_tally *t, struct err *e)
{
	const char *by = instead_of(f, c->id, n, email), *domain = addr_domain(email);
	int64_t living, erased, *before, focal = 0;
	char mac[TOKEN_LEN + 1];
	size_t n_before;

	mac_address(mac, &f->key, email);
	if (erase_sharers(f->db, c->id, c->campaign, email, &living, &erased, e) < 0)
		return -1;
	if (living) {
		t->shared++;
		return erased_add(f->db, "kept", mac, c->id, f->now, e);
	}
	if (erased_list(f->db, &f->arena, "kept", mac, &before, &n_before, e) < 0 || erased_drop(f->db, "kept", mac, e) < 0 ||
	    erase_email(f->db, c->id, email, by, e) < 0 || (asked && erase_focal(f->db, email, &focal, e) < 0))
		return -1;
	for (size_t i = 0; i < n_before; i++)
		if (erase_email(f->db, before[i], email, by, e) < 0)
			return -1;
	t->addresses++;
	t->focal += focal;
	return hashset_has(&f->others, hash_text(0, domain)) ? 0 : erase_domain(f->db, domain, e);
}

static int
keep_hashes(struct forget *f, const struct contact *c, struct err *e)
{
	char mac[TOKEN_LEN + 1];

	for (size_t i = 0; i < f->needles.n; i++) {
		int64_t living, erased;

		if (erase_sharers(f->db, c->id, c->campaign, f->needles.email[i], &living, &erased, e) < 0)
			return -1;
		mac_address(mac, &f->key, f->needles.email[i]);
		if (erased_add(f->db, living || erased ? "shared" : "address", mac, c->id, f->now, e) < 0)
			return -1;
	}
	if (!*c->name_key)
		return 0;
	mac_name(mac, &f->key, c->name_key, c->unit_code, c->sub_unit);
	return erased_add(f->db, "name", mac, c->id, f->now, e);
}

struct found {
	struct forget *f;
	const struct contact *c;
	struct arena scratch;
	struct { int64_t id; const char *email; char *message; size_t len; } *list;
	size_t n, cap;
};

static int
look_into_mail(const struct kept_message *m, void *arg)
{
	struct found *in = arg;

	arena_reset(&in->scratch);
	if (redact_needed(&in->scratch, &in->f->needles, m->data, m->len, false)) {
		in->list = mem_room(in->list, in->n, &in->cap, sizeof(*in->list));
		in->list[in->n].id = m->id;
		in->list[in->n++].message = NULL;
	}
	return 0;
}

/* Who wrote to whom, when, about what: as far as it does not tell of the person. */
static char *
headers_only(struct found *in, const char *msg, size_t len, size_t *out)
{
	static const char *const names[] = { "From", "To", "Date", "Subject", "Message-ID" };
	struct mime_part *m = mime_read(&in->scratch, msg, len);
	struct buf b = BUF_INIT(65536);

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *v = mime_get(m, names[i]);
		struct needles *n = &in->f->needles;

		if (*v && !redact(&in->scratch, n, v) && !redact(&in->scratch, n, mime_words(&in->scratch, v)))
			buf_printf(&b, "%s: %s\r\n", names[i], v);
	}
	buf_str_add(&b, "\r\n" REDACTED "\r\n");
	*out = b.len;
	return buf_steal(&b);
}

static int
look_into_letter(const struct kept_message *m, void *arg)
{
	struct found *in = arg;
	const struct needles *n = &in->f->needles;
	bool to = false, about = false;

	arena_reset(&in->scratch);
	for (size_t i = 0; i < n->n; i++)
		to = to || strcasecmp(n->email[i], m->email) == 0;
	/* The name may be another person's in another unit's letter. */
	about = redact_needed(&in->scratch, n, m->data, m->len, strcmp(m->about, in->c->unit_code) == 0);
	if (!to && !about)
		return 0;
	in->list = mem_room(in->list, in->n, &in->cap, sizeof(*in->list));
	in->list[in->n].id = m->id;
	in->list[in->n].email = to ? instead_of(in->f, in->c->id, 0, m->email) : NULL;
	in->list[in->n].message = headers_only(in, m->data, m->len, &in->list[in->n].len);
	in->n++;
	return 0;
}

static void
found_release(struct found *in)
{
	for (size_t i = 0; i < in->n; i++)
		free(in->list[i].message);
	free(in->list);
	arena_release(&in->scratch);
}

/* Mails that name nobody whom we know, and letters to units. */
static int
kept_messages(struct forget *f, const struct contact *c, struct forget_tally *t, struct err *e)
{
	struct found mails = { .f = f, .c = c, .scratch = ARENA_INIT }, letters = { .f = f, .c = c, .scratch = ARENA_INIT };
	int rc = erase_each_mail(f->db, look_into_mail, &mails, e);

	for (size_t i = 0; rc == 0 && i < mails.n; i++)
		rc = erase_mail(f->db, mails.list[i].id, e);
	if (rc == 0)
		rc = erase_each_letter(f->db, look_into_letter, &letters, e);
	for (size_t i = 0; rc == 0 && i < letters.n; i++)
		rc = erase_letter(f->db, letters.list[i].id, letters.list[i].email, letters.list[i].email ? REDACTED : NULL,
		    letters.list[i].message, letters.list[i].len, without, f, f->now, e);
	t->mails += (int64_t)mails.n;
	t->letters += (int64_t)letters.n;
	found_release(&mails);
	found_release(&letters);
	return rc;
}

static int
note_invite(int64_t invite, void *arg)
{
	struct forget *f = arg;

	f->invites = mem_room(f->invites, f->n_invites, &f->cap_invites, sizeof(*f->invites));
	f->invites[f->n_invites++] = invite;
	return 0;
}

static int
erase_one(struct forget *f, const struct contact *c, bool asked, struct forget_tally *t, struct err *e)
{
	const char **emails, *name = arena_printf(&f->arena, MARK "%" PRId64, c->id);
	char token[TOKEN_LEN + 1];
	int64_t rows, mails, cancelled;
	size_t n;
	int used = 0;

	if (erase_emails(f->db, &f->arena, c->id, &emails, &n, e) < 0 || erase_cells(f->db, c->id, add_cell, f, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (is_replaced(emails[i]))
			used++;
		else
			needles_add(&f->needles, emails[i]);
	}
	if (asked && (keep_hashes(f, c, e) < 0 || kept_messages(f, c, t, e) < 0))
		return -1;
	/* The first address gets the plain name. */
	if (*c->email && !is_replaced(c->email) && replace(f, c, c->email, used++, asked, t, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!is_replaced(emails[i]) && strcmp(emails[i], c->email) != 0 && replace(f, c, emails[i], used++, asked, t, e) < 0)
			return -1;
	token_new(token);
	if (erase_invites(f->db, c->id, note_invite, f, e) < 0)
		return -1;
	if (erase_received_from(f->db, c->id, without, f, e) < 0 || erase_words(f->db, c->id, without, f, e) < 0 ||
	    erase_surveys(f->db, c->id, e) < 0 || note_erase(f->db, c->id, e) < 0 || erase_rows(f->db, c->id, &rows, e) < 0 || erase_mails(f->db, c->id, &mails, e) < 0 ||
	    erase_pending(f->db, c->id, f->now, &cancelled, e) < 0 || erase_contact(f->db, c->id, name, token, f->now, e) < 0)
		return -1;
	t->people++;
	t->rows += rows;
	t->mails += mails;
	t->cancelled += cancelled;
	return 0;
}

static int
one(struct forget *f, int64_t contact, bool asked, const char *action, struct forget_tally *t, struct err *e)
{
	struct contact c;
	int rc = contact_by_id(f->db, &f->arena, contact, &c, e);

	if (rc != 1 || c.erased_at)
		return rc < 0 ? -1 : 0;
	needles_init(&f->needles, c.name, c.name_key);
	rc = erase_one(f, &c, asked, t, e);
	needles_release(&f->needles);
	if (rc < 0 || !action)
		return rc;
	return holdings_audit(f->db, "cli", action, c.id, e);
}

int
forget_person(struct forget *f, int64_t contact, bool asked, bool dry, const char *action, struct forget_tally *t,
    struct err *e)
{
	struct forget_tally now = { .people = 0 };
	int64_t *selves = NULL;
	size_t n = 0, noted = f->n_invites;

	arena_reset(&f->arena);
	if (db_begin(f->db, e) < 0)
		return -1;
	if ((asked && erase_selves(f->db, &f->arena, contact, &selves, &n, e) < 0) ||
	    one(f, contact, asked, action, &now, e) < 0)
		return db_abort(f->db);
	for (size_t i = 0; i < n; i++)
		if (one(f, selves[i], asked, action, &now, e) < 0)
			return db_abort(f->db);
	if (dry) {
		db_abort(f->db);
		f->n_invites = noted;
	} else if (db_commit(f->db, e) < 0) {
		return -1;
	} else if (asked) {
		spool_sweep(db_path(f->db), 0);		/* a list that waits to be imported may name the person */
	}
	t->people += now.people;
	t->rows += now.rows;
	t->addresses += now.addresses;
	t->shared += now.shared;
	t->cancelled += now.cancelled;
	t->mails += now.mails;
	t->letters += now.letters;
	t->focal += now.focal;
	return 0;
}

int
forget_letter(struct forget *f, int64_t letter, struct err *e)
{
	return erase_letter(f->db, letter, NULL, NULL, "", 0, NULL, NULL, f->now, e);
}

/* --- begin and end --------------------------------------------------------------------- */

static int
note_domain(const char *domain, int64_t n, void *arg)
{
	struct forget *f = arg;

	hashset_add(&f->others, hash_text(0, domain));
	if (n >= FORGET_DOMAIN_LEAST)
		hashset_add(&f->common, hash_text(0, domain));
	return 0;
}

int
forget_begin(struct forget **out, struct db *db, const struct conf *conf, int64_t now, struct err *e)
{
	struct forget *f = mem_zalloc(sizeof(*f));

	*out = NULL;
	*f = (struct forget){ .db = db, .now = now, .arena = ARENA_INIT };
	if (secret_load(&f->key, conf->secret_file, e) < 0 || db_overwrite(db, e) < 0 ||
	    erase_domains(db, note_domain, f, e) < 0) {
		hashset_release(&f->common);
		hashset_release(&f->others);
		free(f);
		return -1;
	}
	*out = f;
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int
forget_end(struct forget *f, struct err *e)
{
	int rc, wiped = 0;

	if (!f)
		return 1;
	if (f->n_invites) {
		qsort(f->invites, f->n_invites, sizeof(*f->invites), by_number);
		wiped = journal_wipe(db_file(f->db), f->invites, f->n_invites, e);
	}
	rc = db_empty_log(f->db, wiped < 0 ? NULL : e);
	free(f->invites);
	hashset_release(&f->common);
	hashset_release(&f->others);
	arena_release(&f->arena);
	free(f);
	return wiped < 0 ? -1 : rc;
}
