#include "engine/remark.h"

#include "base/text.h"
#include "store/audit.h"
#include "store/holdings.h"
#include "store/note.h"

int
remark_add(struct db *db, const struct contact *c, const char *text, const struct by *by, int64_t now, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *kept = text_squeeze(&a, text_nfc(&a, text, strnlen(text, (size_t)4 * REMARK_MAX_BYTES)));
	char room[AUDIT_ACTOR];
	int rc;

	if (c->erased_at)
		rc = err_set(e, ERR_INPUT, TRL(by->lang, "this person was erased: nothing is written about them any more",
		    "dữ liệu của người này đã được xóa: không ghi thêm gì về họ"));
	else if (!*kept)
		rc = err_set(e, ERR_INPUT, TRL(by->lang, "the note is empty", "ghi chú để trống"));
	else if (strlen(kept) > REMARK_MAX_BYTES)
		rc = err_set(e, ERR_INPUT, TRL(by->lang, "the note is longer than %d bytes", "ghi chú dài quá %d byte"), REMARK_MAX_BYTES);
	else
		rc = db_begin(db, e);
	if (rc == 0) {
		if (note_insert(db, c->id, now, audit_actor(by->actor, room), kept, e) < 0 ||
		    holdings_audit(db, by->actor, "person note", c->id, e) < 0)
			rc = db_abort(db);
		else
			rc = db_commit(db, e);
	}
	arena_release(&a);
	return rc;
}
