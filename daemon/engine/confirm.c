#include "engine/confirm.h"

#include <inttypes.h>

#include "base/clock.h"
#include "engine/readdress.h"
#include "store/audit.h"

struct confirming {
	struct db *db;
	struct arena *arena;
	const struct campaign *campaign;
	struct units *units;
	struct roster_seen file;
	struct roster_row row;
	struct contact who;
	const char *actor;
};

const char *
confirm_text(enum confirm c, enum lang l)
{
	static const struct { const char *en, *vi; } texts[CONFIRMS] = {
		[CONFIRM_DONE] = { "The suggested address is in use from now on.", "Đã xác nhận: từ nay dùng địa chỉ gợi ý." },
		[CONFIRM_NO_ROW] = { "There is no such row.", "Không có dòng này." },
		[CONFIRM_NOT_HELD] = { "This row is not held any more.", "Dòng này không còn tạm giữ." },
		[CONFIRM_ASK] = { "A click cannot settle this row: ask the unit.",
		    "Dòng này không thể xác nhận nhanh: cần hỏi lại đơn vị." },
		[CONFIRM_LATER_FILE] = { "A later file of the unit speaks of this person: look there.",
		    "Đơn vị đã gửi tệp mới hơn nói về người này: xin xem ở tệp đó." },
		[CONFIRM_NO_ADDRESS] = { "The suggestion is no address that can be used.", "Địa chỉ gợi ý không dùng được." },
		[CONFIRM_SAME_FILE] = { "Nothing to confirm: the unit has already named this person with this address.",
		    "Không cần xác nhận: đơn vị đã cử chính người này với địa chỉ này." },
		[CONFIRM_OTHER_FILE] = { "Nothing to confirm: another unit has already named this person with this address.",
		    "Không cần xác nhận: đơn vị khác đã cử chính người này với địa chỉ này." },
	};

	return TRL(l, texts[c].en, texts[c].vi);
}

bool
confirm_may(const struct roster_row *w)
{
	return strcmp(w->disposition, disposition_name(HOLD)) == 0 && *w->suggestion &&
	    strcmp(w->reason, reason_name(R_AMBIGUOUS_PERSON)) != 0;
}

/* By the rules of an import: what was a good suggestion then may be none by the directory of now. */
static void
judge_again(struct confirming *c, struct judgement *out)
{
	struct judge *j = judge_new(c->units, units_by_id(c->units, c->file.r.unit));

	judge_row(j, c->arena, &(struct judge_in){ .name = c->row.name, .email = c->row.suggestion }, out);
	if (out->disposition == ACCEPT)
		out->email = arena_dup(c->arena, out->email);
	judge_free(j);
}

/* CONFIRM_DONE: the row is held and decides about its person. */
static int
load(struct confirming *c, int64_t roster, int64_t seq, enum confirm *out, struct err *e)
{
	int rc = roster_by_id(c->db, c->arena, roster, &c->file, e);

	*out = CONFIRM_NO_ROW;
	if (rc != 1 || c->file.r.campaign != c->campaign->id ||
	    (rc = roster_row_by_seq(c->db, c->arena, roster, seq, &c->row, e)) != 1)
		return rc < 0 ? -1 : 0;
	if (strcmp(c->row.disposition, disposition_name(HOLD)) != 0)
		*out = CONFIRM_NOT_HELD;
	else if (!confirm_may(&c->row))
		*out = CONFIRM_ASK;
	else if ((rc = c->row.contact ? contact_by_id(c->db, c->arena, c->row.contact, &c->who, e) : 0) < 0)
		return -1;
	else if (rc == 0 || c->file.replaced_by || c->who.roster != roster || c->who.seq != seq)
		*out = CONFIRM_LATER_FILE;
	else
		*out = CONFIRM_DONE;
	return 0;
}

static int
confirm(struct confirming *c, enum confirm *out, struct err *e)
{
	struct judgement j;
	struct sharers s;
	struct contact now = c->who;
	char detail[128];
	int rc;

	judge_again(c, &j);
	if (j.disposition != ACCEPT) {
		*out = CONFIRM_NO_ADDRESS;
		return 0;
	}
	if (readdress_sharers(c->db, c->arena, &c->who, j.email, &s, e) < 0)
		return -1;
	if (s.same) {
		*out = s.same_where == R_SAME_FILE ? CONFIRM_SAME_FILE : CONFIRM_OTHER_FILE;
		return 0;
	}
	now.state = "mailable";
	now.reason = reason_name(R_CONFIRMED);
	now.email = j.email;
	now.alternate = j.alternate;
	rc = roster_row_set_accepted(c->db, c->row.roster, c->row.seq, now.reason, j.email, s.shared ? SHARED_ADDRESS : "", e);
	if (rc != 1)
		return rc < 0 ? -1 : err_set(e, ERR_STORE, TR("the row has changed meanwhile", "dòng này vừa thay đổi"));
	snprintf(detail, sizeof(detail), "roster=%" PRId64 " seq=%" PRId64 " contact=%" PRId64 " reason=%s", c->row.roster,
	    c->row.seq, now.id, c->row.reason);
	if (readdress(c->db, c->arena, &now, c->who.email, c->row.roster, clock_now(), e) < 0)
		return -1;
	return audit_add(c->db, c->actor, "roster confirm", detail, e);
}

int
confirm_suggestion(struct db *db, struct arena *a, const struct campaign *campaign, int64_t roster, int64_t seq,
    const char *actor, enum confirm *out, struct err *e)
{
	struct confirming c = { .db = db, .arena = a, .campaign = campaign, .actor = actor };
	int rc;

	*out = CONFIRM_NO_ROW;
	if (units_load(&c.units, db, campaign->tree, campaign->opens_at, e) < 0)
		return -1;
	if ((rc = db_begin(db, e)) == 0) {
		if ((rc = load(&c, roster, seq, out, e)) == 0 && *out == CONFIRM_DONE)
			rc = confirm(&c, out, e);
		if (rc == 0 && *out == CONFIRM_DONE)
			rc = db_commit(db, e);
		else
			db_abort(db);
	}
	units_free(c.units);
	return rc;
}
