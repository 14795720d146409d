#include "engine/import.h"

#include <ctype.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "base/text.h"
#include "base/token.h"
#include "engine/forget.h"
#include "engine/hashset.h"
#include "engine/mailbox_map.h"
#include "engine/mend.h"
#include "engine/person.h"
#include "engine/readdress.h"
#include "engine/recognise.h"
#include "engine/roster_feed.h"
#include "engine/roster_read.h"
#include "mail/addr.h"
#include "store/audit.h"
#include "store/contact.h"
#include "store/correction.h"
#include "store/erased.h"
#include "store/erase.h"
#include "store/evidence.h"

#define BULK_BYTES (32 << 20)	/* a larger file is loaded in bulk, when most of the people will come from it */
#define BULK_ROW_BYTES 100

struct import {
	struct db *db;
	const struct import_options *o;
	struct import_tally *t;
	struct roster roster;
	struct arena scratch;		/* a row */
	struct hashset seen;		/* addresses of this file */
	struct mailbox_map mailboxes;	/* of this file, when in bulk */
	struct hashset repeated;	/* contacts of other units that a row of this file repeats */
	bool others;			/* the campaign had people before this file */
	struct recognise known;
	struct roster *counting;	/* the unit's rosters before this one */
	size_t n_counting;
	struct roster *earlier;		/* those of them that this one replaces */
	size_t n_earlier;
	int64_t next_contact;
	const struct secret *key;	/* somebody was erased; NULL: nobody */
	bool bulk;			/* so many that the indexes are made at the end */
	int64_t now;
};

int
import_unit_of(const struct units *units, const char *path, const struct unit **out, struct err *e)
{
	const char *file = file_base(path), *best[3] = { NULL };
	size_t n = 0, near = 0, count;
	char code[16];
	const struct unit *all = units_all(units, &count);

	while (isalnum((unsigned char)file[n]))
		n++;
	*out = NULL;
	if (n > 0 && n < sizeof(code)) {
		memcpy(code, file, n);
		code[n] = '\0';
		if ((*out = units_by_code(units, code)))
			return 0;
		for (size_t i = 0; i < count && near < COUNT_OF(best); i++)
			if (n <= 4 && text_distance(code, all[i].code, 1) <= 1)
				best[near++] = all[i].code;
	}
	if (near)
		return err_set(e, ERR_NOTFOUND, TR("the file name begins with no unit code (nearest: %s%s%s%s%s): name the file "
		    "like T92-can-tho.csv, or give --unit CODE",
		    "tên tệp không bắt đầu bằng mã đơn vị (gần nhất: %s%s%s%s%s): đặt tên như T92-can-tho.csv, "
		    "hoặc dùng --unit MÃ"), best[0], best[1] ? ", " : "", best[1] ? best[1] : "", best[2] ? ", " : "",
		    best[2] ? best[2] : "");
	return err_set(e, ERR_NOTFOUND, TR("the file name begins with no unit code: name the file like T92-can-tho.csv, or "
	    "give --unit CODE", "tên tệp không bắt đầu bằng mã đơn vị: đặt tên như T92-can-tho.csv, hoặc dùng --unit MÃ"));
}

void
import_tally_release(struct import_tally *t)
{
	arena_release(&t->arena);
}

static const char *
state_of(enum disposition d)
{
	return d == ACCEPT ? "mailable" : d == HOLD ? "held" : "rejected";
}

/* This roster of the unit does not count, or not any more once this file is in. */
static bool
is_replaced(const struct import *im, int64_t roster)
{
	for (size_t i = 0; i < im->n_counting; i++)
		if (im->counting[i].id == roster)
			return !im->o->adds;
	return true;
}

/* What is to be done with one row. */
struct fate {
	struct read_row *row;
	int64_t contact;		/* whom it means; 0: a new person */
	bool moved;			/* from another unit's file */
	bool shared;
	struct known *known;		/* the same person in the roster before */
};

/* Everybody whose first address this is; in bulk they all came from this file. */
static int
list_sharing(struct import *im, const char *email, struct contact **list, size_t *n, struct err *e)
{
	uint64_t hash = hash_text(0, email);
	size_t at = 0, cap = 0;
	int64_t id;

	if (!im->bulk)
		return contact_sharing(im->db, &im->scratch, im->o->campaign->id, email, list, n, e);
	*n = 0;
	while (mailbox_map_next(&im->mailboxes, hash, &at))
		cap++;
	*list = arena_alloc(&im->scratch, (cap + 1) * sizeof(**list));
	for (at = 0; (id = mailbox_map_next(&im->mailboxes, hash, &at)); ) {
		if (contact_by_id(im->db, &im->scratch, id, &(*list)[*n], e) < 0)
			return -1;
		*n += strcmp((*list)[*n].email, email) == 0;
	}
	return 0;
}

/*
 * Accepted address that others may have too: who is the same person, who
 * shares the mailbox.
 */
static int
compare_mailbox(struct import *im, struct fate *f, struct err *e)
{
	struct read_row *r = f->row;
	struct contact *list, *same = NULL;
	const struct unit *owner;
	size_t n;

	if (list_sharing(im, r->judged.email, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (person_same(list[i].name_key, r->key) && (!same || list[i].roster == im->roster.id))
			same = &list[i];
	if (same) {
		f->contact = same->id;
		owner = units_domain_owner(im->o->units, addr_domain(r->judged.email));
		if (same->roster == im->roster.id || hashset_has(&im->repeated, (uint64_t)same->id)) {
			r->judged.disposition = DUPLICATE;
			r->judged.reason = R_SAME_FILE;
		} else if (same->unit == im->roster.unit && is_replaced(im, same->roster)) {
			f->known = recognise_id(&im->known, same->id);
		} else if (same->unit != im->roster.unit && (same->missing_since || (owner && owner->id == im->roster.unit))) {
			f->moved = true;
			if (same->roster && roster_row_set_duplicate(im->db, same->roster, same->seq,
			    reason_name(R_OTHER_FILE), same->id, e) < 0)
				return -1;
		} else {
			r->judged.disposition = DUPLICATE;
			r->judged.reason = R_OTHER_FILE;
			hashset_add(&im->repeated, (uint64_t)same->id);
		}
	}
	if (r->judged.disposition != ACCEPT)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (&list[i] == same)
			continue;
		f->shared = true;
		if (list[i].roster && roster_row_set_warnings(im->db, list[i].roster, list[i].seq, SHARED_ADDRESS, e) < 0)
			return -1;
	}
	return 0;
}

static bool
differs(const struct contact *a, const struct contact *b)
{
	return strcmp(a->state, b->state) != 0 || strcmp(a->email, b->email) != 0 || strcmp(a->alternate, b->alternate) != 0 ||
	    strcmp(a->name, b->name) != 0 || strcmp(a->sub_unit, b->sub_unit) != 0 || strcmp(a->position, b->position) != 0 ||
	    (strcmp(a->state, "mailable") != 0 && strcmp(a->reason, b->reason) != 0);
}

static int
store_person(struct import *im, struct fate *f, const char *token, struct err *e)
{
	const struct read_row *r = f->row;
	struct contact c = { .id = f->contact, .campaign = im->roster.campaign, .unit = im->roster.unit, .name = r->name,
	    .name_key = r->key, .sub_unit = r->sub_unit, .position = r->position, .token = token,
	    .state = state_of(r->judged.disposition), .reason = reason_name(r->judged.reason), .email = r->judged.email,
	    .alternate = r->judged.alternate, .roster = im->roster.id, .seq = r->seq };

	if (f->known) {
		f->known->matched = true;
		f->known->left_mailbox = strcmp(c.email, f->known->c.email) != 0;
		if (differs(&c, &f->known->c) || f->known->c.missing_since)
			im->t->changed++;
		else
			im->t->unchanged++;
	} else if (f->moved) {
		im->t->moved++;
	} else {
		im->t->added++;
	}
	if (f->known && *c.email && f->known->left_mailbox && correction_insert(im->db, &(struct correction){ c.id, im->roster.id,
	    im->now, f->known->c.email, c.email }, e) < 0)
		return -1;
	if (c.id)
		return contact_update(im->db, &c, e);
	f->contact = c.id = ++im->next_contact;
	if (im->bulk && *c.email)
		mailbox_map_add(&im->mailboxes, hash_text(0, c.email), c.id);
	return contact_insert(im->db, &c, im->now, e);
}

static int
store_row(struct import *im, const struct fate *f, struct err *e)
{
	const struct read_row *r = f->row;
	const struct roster_row w = { .roster = im->roster.id, .seq = r->seq, .line = r->line, .name = r->name,
	    .email = r->judged.email, .alternate = r->judged.disposition == ACCEPT ? r->judged.alternate : "",
	    .disposition = disposition_name(r->judged.disposition), .reason = reason_name(r->judged.reason),
	    .warnings = f->shared ? SHARED_ADDRESS : "", .suggestion = r->judged.disposition == HOLD ? r->judged.suggestion : "",
	    .raw = r->raw, .raw_len = r->raw_len, .contact = f->contact };

	return roster_row_insert(im->db, &w, e);
}

static void
count_row(struct import *im, const struct fate *f)
{
	const struct read_row *r = f->row;
	struct import_tally *t = im->t;

	t->records++;
	t->disposition[r->judged.disposition]++;
	t->reason[r->judged.reason]++;
	t->shared += f->shared;
	if (im->o->row && (r->judged.disposition == HOLD || r->judged.disposition == REJECT))
		im->o->row(&(struct import_row){ r->line, r->seq, r->name, r->judged.disposition, r->judged.reason,
		    r->judged.email, r->judged.suggestion }, im->o->arg);
	if (im->o->progress && (t->records & 1023) == 0)
		im->o->progress(t->records, im->o->arg);
}

/* Somebody else may have this address: nobody in the file so far, nobody before it, then no. */
static bool
may_be_shared(struct import *im, const char *email)
{
	uint64_t hash = hash_text(0, email);
	size_t at = 0;

	if (im->others)
		return true;
	return im->bulk ? mailbox_map_next(&im->mailboxes, hash, &at) != 0 : hashset_add(&im->seen, hash);
}

/* Of a row about somebody who was erased nothing is taken in but that there was one. */
static int
leave_erased(struct import *im, struct fate *f, struct err *e)
{
	struct known *k = f->contact ? recognise_id(&im->known, f->contact) : NULL;

	if (k)
		k->matched = true;
	forget_row(f->row);
	count_row(im, f);
	return store_row(im, f, e);
}

static int
import_row(struct import *im, struct read_row *r, const char *token, struct err *e)
{
	struct fate f = { .row = r };
	int rc;

	arena_reset(&im->scratch);
	if (im->key && (rc = forget_knows_row(im->db, im->key, im->o->campaign->id, im->t->unit->code, r, &f.contact, e)) != 0)
		return rc < 0 ? -1 : leave_erased(im, &f, e);
	if (r->judged.disposition == ACCEPT && may_be_shared(im, r->judged.email) && compare_mailbox(im, &f, e) < 0)
		return -1;
	if (im->n_earlier && !f.contact && r->judged.disposition != DUPLICATE) {
		switch (recognise_name(&im->known, r, &f.known)) {
		case NEW_PERSON:
			break;
		case KNOWN_PERSON:
			f.contact = f.known->c.id;
			break;
		case SOMEBODY:
			r->judged = (struct judgement){ HOLD, R_AMBIGUOUS_PERSON, "", "",
			    *r->judged.email ? r->judged.email : r->judged.suggestion };
			break;
		}
	}
	if (r->judged.disposition != DUPLICATE && store_person(im, &f, token, e) < 0)
		return -1;
	count_row(im, &f);
	return store_row(im, &f, e);
}

/* The unit's earlier rosters no longer count; who is not in this one is missing. */
static int
replace_earlier(struct import *im, struct err *e)
{
	for (size_t i = 0; i < im->n_earlier; i++)
		if (roster_set_replaced(im->db, im->earlier[i].id, im->roster.id, e) < 0)
			return -1;
	for (size_t i = 0; i < im->known.n; i++) {
		struct known *k = &im->known.known[i];

		arena_reset(&im->scratch);
		if (!k->matched && !k->doubtful && !k->c.missing_since) {
			im->t->missing++;
			if (contact_set_missing(im->db, k->c.id, im->now, e) < 0)
				return -1;
		}
		if (k->left_mailbox && *k->c.email && readdress_settle(im->db, &im->scratch, im->o->campaign->id, k->c.email, e) < 0)
			return -1;
	}
	return 0;
}

static int
import_all(struct import *im, struct roster_feed *feed, struct err *e)
{
	struct feed_row *row;
	int rc;

	while ((rc = feed_next(feed, &row, e)) == 1)
		if (import_row(im, &row->r, row->token, e) < 0)
			return -1;
	return rc;
}

/* The corrected file once through, to know whom it holds. */
static int
learn_names(struct import *im, const char *path, struct err *e)
{
	struct roster_reader reader;
	struct arena a = ARENA_INIT;
	struct read_row row;
	int rc;

	if (recognise_load(&im->known, im->db, im->roster.campaign, im->roster.unit, e) < 0 ||
	    roster_open(&reader, path, im->o->units, im->t->unit, im->o->conf, e) < 0)
		return -1;
	while ((rc = roster_next(&reader, &a, &row, e)) == 1) {
		recognise_learn(&im->known, &row);
		arena_reset(&a);
	}
	arena_release(&a);
	roster_close(&reader);
	return rc;
}

static void
tell(struct import *im, const struct roster_reader *r)
{
	struct import_tally *t = im->t;

	t->roster = im->o->dry_run ? 0 : im->roster.id;
	t->replaced = im->n_earlier > 0;
	t->declared = r->layout.declared;
	t->n_gaps = r->layout.n_gaps;
	memcpy(t->gaps, r->layout.gaps, sizeof(t->gaps));
	t->headerless = r->layout.headerless;
	t->lost_letters = r->csv.charset.lost_letters;
	t->damaged = r->csv.charset.damaged;
}

static int
import_open(struct import *im, struct roster_reader *r, const char *path, struct err *e)
{
	char *delimiter = arena_ndup(&im->t->arena, &r->csv.delimiter, 1);
	struct roster_feed *feed = NULL;
	int rc = -1;

	im->t->encoding = im->roster.encoding = arena_dup(&im->t->arena, r->csv.charset.name);
	im->t->columns = im->roster.columns = layout_columns(&r->layout, &im->t->arena);
	im->t->blanked = im->roster.blanked = layout_blanked(&r->layout, &im->t->arena);
	im->roster.delimiter = delimiter[0] == '\t' ? "TAB" : delimiter;
	im->roster.replaces = im->n_earlier ? im->earlier[im->n_earlier - 1].id : 0;
	if ((rc = contact_any(im->db, im->roster.campaign, e)) < 0)
		return -1;
	im->others = rc == 1;
	if ((im->n_earlier && learn_names(im, path, e) < 0) || roster_insert(im->db, &im->roster, e) < 0 ||
	    contact_last_id(im->db, &im->next_contact, e) < 0)
		return -1;
	im->bulk = !im->others && im->roster.bytes > BULK_BYTES && im->roster.bytes / BULK_ROW_BYTES > im->next_contact;
	if (im->bulk) {
		mailbox_map_reserve(&im->mailboxes, (size_t)(im->roster.bytes / BULK_ROW_BYTES));
		if (contact_bulk(im->db, true, e) < 0)
			return -1;
	}
	feed = feed_start(r);
	rc = import_all(im, feed, e);
	feed_stop(feed);
	mailbox_map_release(&im->mailboxes);
	if (rc < 0 || (im->bulk && contact_bulk(im->db, false, e) < 0))
		return -1;
	if (im->t->records == 0)
		return err_set(e, ERR_INPUT, TR("the list holds nobody: there is no row with a name or an address",
		    "danh sách không có ai: không có dòng nào có họ tên hoặc địa chỉ"));
	im->roster.records = im->t->records;
	im->roster.declared = r->layout.declared;
	if (roster_finish(im->db, &im->roster, e) < 0 || (im->n_earlier && replace_earlier(im, e) < 0))
		return -1;
	tell(im, r);
	return audit_add(im->db, im->o->actor ? im->o->actor : "cli", "roster import", arena_printf(&im->t->arena, "roster=%lld unit=%s records=%lld",
	    (long long)im->roster.id, im->t->unit->code, (long long)im->t->records), e);
}

/* The very same file counts already: 1 yes, 0 no. */
static int
is_again(struct import *im, const struct roster *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].sha256, im->roster.sha256) == 0) {
			im->t->again = true;
			im->t->roster = list[i].id;
			im->t->records = list[i].records;
			im->t->imported_at = list[i].imported_at;
			return 1;
		}
	return 0;
}

static int
import_locked(struct import *im, const char *path, struct err *e)
{
	struct roster_reader reader;
	struct roster *list;
	size_t n;
	int rc;

	if (roster_counting(im->db, &im->t->arena, im->roster.campaign, im->roster.unit, &list, &n, e) < 0)
		return -1;
	if (is_again(im, list, n))
		return 0;
	im->counting = list;
	im->n_counting = n;
	if (!im->o->adds) {
		im->earlier = list;
		im->n_earlier = n;
	}
	if (roster_open(&reader, path, im->o->units, im->t->unit, im->o->conf, e) < 0)
		return -1;
	rc = reader.layout.corrected >= 0 ? mend(im->db, im->o, &reader, &im->roster, im->now, im->t, e) :
	    import_open(im, &reader, path, e);
	roster_close(&reader);
	return rc;
}

int
import_roster(struct db *db, const struct import_options *o, const char *path, struct import_tally *t, struct err *e)
{
	struct import im = { .db = db, .o = o, .t = t, .now = clock_now() };
	struct secret key;
	char sha[65];
	int rc;

	*t = (struct import_tally){ .arena = ARENA_INIT, .unit = o->unit, .encoding = "", .columns = "", .blanked = "" };
	if (!t->unit && import_unit_of(o->units, path, &t->unit, e) < 0)
		return err_wrap(e, "%s", file_base(path));
	im.roster = (struct roster){ .campaign = o->campaign->id, .unit = t->unit->id, .file = file_base(path), .sha256 = sha,
	    .received_from = o->received_from ? o->received_from : "", .received_at = o->received_at ? o->received_at : im.now,
	    .imported_at = im.now };
	if (sha256_file(sha, path, &im.roster.bytes, e) < 0)
		return -1;
	if (im.roster.bytes == 0)
		return err_set(e, ERR_INPUT, TR("%s: the file is empty: ask the unit to send it again",
		    "%s: tệp trống: đề nghị đơn vị gửi lại"), file_base(path));
	/* Names that were erased by age would come back, and everybody would be missing from the new list. */
	if (o->campaign->closes_at < im.now && (rc = erase_all_gone(db, o->campaign->id, e)) != 0)
		return rc < 0 ? -1 : err_set(e, ERR_NOTNOW, TR("%s: the people of this campaign were erased when their time was over:"
		    " a roster cannot be imported any more", "%s: dữ liệu người của đợt này đã được xóa khi hết thời hạn lưu: không nhập danh sách được nữa"),
		    file_base(path));
	if (forget_key(db, o->conf, &key, &im.key, e) < 0)
		return -1;
	if (o->conf && im.roster.bytes > o->conf->roster_max_bytes)
		return err_set(e, ERR_INPUT, TR("%s: larger than roster_max_bytes (%lld)", "%s: lớn hơn roster_max_bytes (%lld)"),
		    file_base(path), (long long)o->conf->roster_max_bytes);
	if (im.roster.bytes > BULK_BYTES && db_bulk(db, true, e) < 0)
		return -1;
	if (db_begin(db, e) < 0) {
		db_bulk(db, false, NULL);
		return -1;
	}
	rc = import_locked(&im, path, e);
	if (rc < 0) {
		if (e && strncmp(e->text, im.roster.file, strlen(im.roster.file)) != 0)
			err_wrap(e, "%s", im.roster.file);
		db_abort(db);
	} else if (o->dry_run || t->again) {
		db_abort(db);
	} else {
		rc = db_commit(db, e);
	}
	if (im.roster.bytes > BULK_BYTES && db_bulk(db, false, rc < 0 ? NULL : e) < 0)
		rc = -1;
	recognise_release(&im.known);
	hashset_release(&im.seen);
	mailbox_map_release(&im.mailboxes);
	hashset_release(&im.repeated);
	arena_release(&im.scratch);
	return rc < 0 ? -1 : 0;
}
