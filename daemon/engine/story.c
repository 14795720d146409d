#include "engine/story.h"

#include "engine/judge.h"

static const struct { const char *word, *en, *vi; } words[] = {
	{ "accept", "row accepted", "dòng hợp lệ" }, { "hold", "row held", "dòng tạm giữ" },
	{ "reject", "row rejected", "dòng trả lại đơn vị" }, { "duplicate", "row repeated", "dòng lặp lại" },
	{ "planned", "message planned", "đã lập thư" }, { "sending", "message being sent", "đang gửi thư" },
	{ "accepted", "accepted by the relay", "máy chủ đã nhận" }, { "deferred", "deferred", "bị hoãn" },
	{ "refused", "refused", "bị từ chối" }, { "uncertain", "uncertain", "chưa rõ đã nhận hay chưa" },
	{ "expired", "expired", "hết hạn gửi" }, { "cancelled", "message cancelled", "thư bị hủy" },
	{ "refusal", "refusal", "trả lời từ chối" }, { "dsn", "delivery report", "báo cáo chuyển thư" },
	{ "delay", "delay notice", "báo thư bị chậm" }, { "complaint", "complaint", "khiếu nại thư rác" },
	{ "auto_reply", "automatic reply", "thư trả lời tự động" }, { "read_receipt", "read receipt", "xác nhận đã đọc" },
	{ "reply", "reply by mail", "thư phúc đáp" }, { "found_inbox", "found in the inbox", "tìm thấy trong hộp thư đến" },
	{ "found_spam", "found in spam", "tìm thấy trong thư rác" },
	{ "found_forwarded", "forwarded by somebody", "được người khác chuyển tiếp" },
	{ "button", "pressed a form's button", "đã bấm nút mở phiếu" }, { "visit", "link opened", "liên kết được mở" },
	{ "opt_out", "asked for no more reminders", "đề nghị không nhắc nữa" },
	{ "focal_word", "word of the focal point: in spam", "lời của đầu mối: thư nằm trong thư rác" },
	{ "focal_received", "word of the focal point: received", "lời của đầu mối: đã nhận" },
	{ "focal_away", "word of the focal point: away", "lời của đầu mối: vắng mặt" },
	{ "focal_moved", "word of the focal point: moved", "lời của đầu mối: đã chuyển đi hoặc đổi địa chỉ" },
	{ "focal_wrong_address", "word of the focal point: not the person's address", "lời của đầu mối: địa chỉ không đúng" },
	{ "focal_full", "word of the focal point: mailbox full", "lời của đầu mối: hộp thư đầy" },
	{ "focal_disabled", "word of the focal point: mailbox blocked", "lời của đầu mối: hộp thư bị khóa" },
	{ "focal_works", "the address works again", "địa chỉ đã nhận thư trở lại" },
	{ "note", "note", "ghi chú" },
};

static const char *
word_name(const char *word, enum lang l)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return TRL(l, words[i].en, words[i].vi);
	return word;
}

const char *
story_title(struct arena *a, const struct event *v, enum lang l)
{
	return v->kind == EVENT_ANSWER ? arena_printf(a, TRL(l, "answered: %s", "đã trả lời: %s"), v->what) : word_name(v->what, l);
}

const char *
event_kind_name(enum event_kind k)
{
	static const char *const names[] = { "row", "invite", "attempt", "evidence", "answer", "note" };

	return names[k];
}

const char *
story_detail(struct arena *a, const struct event *v, enum lang l)
{
	size_t n = strcspn(v->detail, " ");
	enum reason reason;

	if (v->kind != EVENT_ROW || !*v->detail)
		return v->detail;
	reason = reason_parse(arena_ndup(a, v->detail, n));
	if (reason == R_CLEAN && !v->detail[n])
		return "";
	return reason < REASONS ? arena_printf(a, "%s%s", reason_text(reason, l), v->detail + n) : v->detail;
}

int
story_load(struct story *s, struct db *db, struct arena *a, const struct contact *who, int64_t now, struct err *e)
{
	struct facts_reader *r;
	struct facts f;
	int rc;

	*s = (struct story){ .who = *who };
	if ((rc = campaign_by_id(db, a, who->campaign, &s->campaign, e)) != 1)
		return rc < 0 ? -1 : err_set(e, ERR_STORE, TR("the campaign is gone", "không còn đợt này"));
	s->lang = s->campaign.lang;
	if ((rc = unit_by_id(db, a, who->unit, &s->unit, e)) != 1)
		return rc < 0 ? -1 : err_set(e, ERR_STORE, TR("the unit is gone", "không còn đơn vị này"));
	if (facts_open(&r, db, &s->campaign, who->id, now, e) < 0)
		return -1;
	if ((rc = facts_next(r, &f, e)) == 1) {
		struct cause_ask ask = { (1u << s->campaign.n_instruments) - 1, s->campaign.closes_at };

		s->cause = cause_of(&f, &ask, &s->grade);
	}
	facts_close(r);
	if (rc != 1)
		return rc < 0 ? -1 : err_set(e, ERR_STORE, TR("the person is gone", "không còn người này"));
	return timeline(db, a, who->id, &s->events, &s->n, e);
}
