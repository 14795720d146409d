#include "engine/attach.h"

#include <inttypes.h>

#include "base/clock.h"
#include "engine/word.h"
#include "mail/mreport.h"
#include "store/audit.h"
#include "store/evidence.h"

#define REPLY "reply"

const char *
attach_kind_at(size_t i, enum lang l, const char **text)
{
	const struct word *w = i ? word_at(i - 1) : NULL;

	*text = NULL;
	if (i == 0)
		*text = TRL(l, "a reply of this person", "thư trả lời của người này");
	else if (w)
		*text = word_text(w, l);
	return i == 0 ? REPLY : w ? w->key : NULL;
}

const char *
attach_text(enum attach a, enum lang l)
{
	static const struct { const char *en, *vi; } texts[ATTACHES] = {
		[ATTACH_DONE] = { "Recorded.", "Đã ghi nhận." },
		[ATTACH_NO_MAIL] = { "There is no such message.", "Không có thư này." },
		[ATTACH_DECIDED] = { "Somebody has said before what this message is.", "Thư này đã có người xử lý trước đó." },
		[ATTACH_NO_KIND] = { "Choose what the message says.", "Xin chọn nội dung mà thư cho biết." },
		[ATTACH_NEEDS_UNTIL] = { "Away until when? A day is needed.", "Vắng mặt đến khi nào? Cần ghi ngày." },
	};

	return TRL(l, texts[a].en, texts[a].vi);
}

static int
audit(struct db *db, const char *actor, const char *action, int64_t mail, int64_t contact, const char *kind, struct err *e)
{
	char detail[160];

	if (contact)
		snprintf(detail, sizeof(detail), "inbound=%" PRId64 " contact=%" PRId64 " kind=%s", mail, contact, kind);
	else
		snprintf(detail, sizeof(detail), "inbound=%" PRId64 " as=%s", mail, kind);
	return audit_add(db, actor, action, detail, e);
}

static int
add_reply(struct db *db, const struct attach_what *w, const struct word_said *said, struct err *e)
{
	char fingerprint[96];
	struct evidence v = { .contact = w->who->id, .at = said->at, .kind = REPLY, .grade = 'B', .category = "", .email = "",
	    .status = "", .text = said->note, .fingerprint = fingerprint };

	snprintf(fingerprint, sizeof(fingerprint), "attach:%" PRId64 ":%" PRId64, w->mail, w->who->id);
	return evidence_add(db, &v, e);
}

/* When it was written, and what it is called: kept with the evidence. */
static void
read_mail(struct arena *a, const struct rules *rules, const struct inbound_row *row, struct word_said *said)
{
	struct mreport m;

	mreport_read(&m, a, rules, row->raw, row->len);
	said->at = m.at > 0 && m.at <= row->received_at ? m.at : row->received_at;
	said->note = arena_printf(a, TR("message %" PRId64 ": %s", "thư số %" PRId64 ": %s"), row->id, m.subject);
}

int
attach_mail(struct db *db, struct arena *a, const struct rules *rules, const struct attach_what *w, enum attach *out,
    struct err *e)
{
	bool reply = strcmp(w->kind, REPLY) == 0;
	const struct word *word = reply ? NULL : word_find(w->kind);
	struct word_said said = { .until = word && word->until ? w->until : 0 };
	struct inbound_seen seen;
	int rc;

	*out = !reply && !word ? ATTACH_NO_KIND : word && word->until && !w->until ? ATTACH_NEEDS_UNTIL : ATTACH_DONE;
	if (*out != ATTACH_DONE)
		return 0;
	if ((rc = inbound_by_id(db, a, w->mail, w->campaign, &seen, e)) != 1) {
		*out = ATTACH_NO_MAIL;
		return rc;
	}
	read_mail(a, rules, &seen.row, &said);
	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = inbound_decide(db, w->mail, "attached", w->who->id, clock_now(), e)) == 0) {
		*out = ATTACH_DECIDED;
		db_abort(db);
		return 0;
	}
	if (rc < 0 || (word ? word_note(db, w->who, word, &said, e) : add_reply(db, w, &said, e)) < 0 ||
	    audit(db, w->actor, "inbound attach", w->mail, w->who->id, w->kind, e) < 0)
		return db_abort(db);
	return db_commit(db, e);
}

int
attach_nobody(struct db *db, int64_t mail, const char *decision, const char *actor, enum attach *out, struct err *e)
{
	int rc;

	*out = ATTACH_DONE;
	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = inbound_decide(db, mail, decision, 0, clock_now(), e)) == 0) {
		*out = ATTACH_DECIDED;
		db_abort(db);
		return 0;
	}
	if (rc < 0 || audit(db, actor, "inbound decide", mail, 0, decision, e) < 0)
		return db_abort(db);
	return db_commit(db, e);
}
