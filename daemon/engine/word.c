#include "engine/word.h"

#include <inttypes.h>

#include "mail/category.h"
#include "store/audit.h"
#include "store/evidence.h"

static const struct word words[] = {
	{ "spam", "focal_word", "the message lies in the spam folder", "thư nằm trong thư rác", false, "", false },
	{ "received", "focal_received", "the person has the message", "người đó đã có thư", false, "", false },
	{ "away", "focal_away", "the person is away until --until", "vắng mặt đến ngày --until", true, "", false },
	{ "moved", "focal_moved", "the person has left, or has another address", "đã chuyển đi hoặc đổi địa chỉ", false,
	    "moved", true },
	{ "wrong_address", "focal_wrong_address", "the address is not the person's", "địa chỉ không đúng", false, "unknown-user",
	    true },
	{ "full", "focal_full", "the mailbox is full", "hộp thư đầy", false, "mailbox-full", false },
	{ "disabled", "focal_disabled", "the mailbox is blocked", "hộp thư bị khóa", false, "mailbox-disabled", false },
	{ "works", "focal_works", "the address works again", "địa chỉ đã nhận thư trở lại", false, "", false },
	{ "opt_out", "opt_out", "the person wants no more reminders", "đề nghị không nhắc nữa", false, "", false },
};

const struct word *
word_find(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i].key, key) == 0)
			return &words[i];
	return NULL;
}

const struct word *
word_at(size_t i)
{
	return i < COUNT_OF(words) ? &words[i] : NULL;
}

const char *
word_text(const struct word *w, enum lang l)
{
	if (w->until)		/* the words of the command name an option of it */
		return TRL(l, "the person is away until the day given", "vắng mặt đến ngày ghi bên cạnh");
	return TRL(l, w->en, w->vi);
}

/* Who did what; the note may name people and stays with the evidence. */
static int
audit(struct db *db, const char *actor, const char *action, const struct contact *c, const struct word *w, struct err *e)
{
	char detail[128];

	snprintf(detail, sizeof(detail), "contact=%" PRId64 " kind=%s", c->id, w->key);
	return audit_add(db, actor, action, detail, e);
}

int
word_note(struct db *db, const struct contact *c, const struct word *w, const struct word_said *said, struct err *e)
{
	char fingerprint[128];
	struct evidence v = { .contact = c->id, .at = said->at, .kind = w->evidence, .grade = 'A', .category = w->category,
	    .hard = w->hard, .email = *w->category ? c->email : "", .status = "", .text = said->note, .until_at = said->until,
	    .fingerprint = fingerprint };

	snprintf(fingerprint, sizeof(fingerprint), "word:%s:%" PRId64 ":%" PRId64, w->key, c->id, said->at);
	return evidence_add(db, &v, e);
}

int
word_check(const struct word *w, const struct word_said *said, int64_t now, enum lang l, struct err *e)
{
	if (!said->note || !*said->note)
		return err_set(e, ERR_INPUT, TRL(l, "a note is needed: who said it?", "cần ghi chú: ai nói?"));
	if (said->at > now)
		return err_set(e, ERR_INPUT, TRL(l, "the time when it was so lies in the future", "thời điểm nằm ở tương lai"));
	if (w->until && !said->until)
		return err_set(e, ERR_INPUT, TRL(l, "'%s' needs the day until which it holds", "'%s' cần ghi đến ngày nào"), w->key);
	if (!w->until && said->until)
		return err_set(e, ERR_INPUT, TRL(l, "'%s' has no day until which it holds", "'%s' không có ngày kết thúc"), w->key);
	return 0;
}

int
word_record(struct db *db, const struct contact *c, const struct word *w, const struct word_said *said, const struct by *by,
    struct err *e)
{
	int rc;

	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = word_note(db, c, w, said, e)) < 0 || audit(db, by->actor, "evidence add", c, w, e) < 0)
		return db_abort(db);
	return db_commit(db, e) < 0 ? -1 : rc;
}

int
word_is_own(struct db *db, const struct contact *c, const struct word *w, struct err *e)
{
	if (strcmp(w->evidence, "opt_out") != 0)
		return 0;
	return evidence_has_other(db, c->id, w->evidence, "word:", e);
}

int
word_withdraw(struct db *db, const struct contact *c, const struct word *w, const struct by *by, struct err *e)
{
	int rc;

	if (db_begin(db, e) < 0)
		return -1;
	if ((rc = word_is_own(db, c, w, e)) != 0) {
		if (rc == 1)
			err_set(e, ERR_INPUT, TRL(by->lang, "only the person can take that back, with the link in the mail",
			    "chỉ chính người đó rút lại được, bằng liên kết trong thư"));
		return db_abort(db);
	}
	if ((rc = evidence_has(db, c->id, w->evidence, e)) <= 0) {
		db_abort(db);
		return rc;
	}
	if (evidence_withdraw(db, c->id, w->evidence, e) < 0 || audit(db, by->actor, "evidence withdraw", c, w, e) < 0)
		return db_abort(db);
	return db_commit(db, e) < 0 ? -1 : 1;
}
