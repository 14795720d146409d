#include "engine/survey_words.h"

#include <inttypes.h>

#include "base/text.h"

int64_t
survey_difference(const struct survey_count *n)
{
	return n->completed - n->ours;
}

static void
reason(struct buf *b, int64_t n, enum lang l, const char *en, const char *vi, bool *any)
{
	char text[32];

	if (!n)
		return;
	buf_str_add(b, *any ? "; " : " ");
	buf_printf(b, "%s %s", text_number(text, n, l), TRL(l, en, vi));
	*any = true;
}

static void
reasons_of(struct buf *b, const struct survey_count *n, enum lang l)
{
	bool any = false;

	reason(b, n->strangers_done, l, "completed by people who are not of this campaign",
	    "phiếu của người không thuộc đợt này", &any);
	reason(b, n->early, l, "completed before the opening", "phiếu hoàn thành trước khi mở đợt", &any);
	reason(b, n->late, l, "completed after the closing", "phiếu hoàn thành sau khi kết thúc", &any);
	reason(b, n->undated, l, "first seen after the closing, nobody knows whether in time (anonymised)",
	    "phiếu chỉ thấy sau khi kết thúc, không rõ có đúng hạn không (ẩn danh)", &any);
	reason(b, n->odd, l, "completed at a time that cannot be", "phiếu có thời điểm không hợp lý", &any);
	if (n->unread > 0)
		reason(b, n->unread, l, "completed while the list was being read: the next sync takes them",
		    "phiếu hoàn thành trong lúc đang đọc: lần đồng bộ sau sẽ ghi", &any);
	else
		reason(b, -n->unread, l, "in the list, but not in its own count", "phiếu có trong danh sách nhưng không có trong số đếm của chính nó",
		    &any);
	reason(b, n->only_ours, l, "known here, not completed there", "phiếu thumoi có mà bên đó chưa ghi là hoàn thành", &any);
	if (any)
		buf_char(b, '.');
}

void
survey_words(struct buf *b, const struct survey_link *link, const struct zone *z, bool reasons, enum lang l)
{
	const struct survey_count *n = &link->count;
	int64_t d = survey_difference(n);
	struct date_text at;
	char theirs[32], ours[32], diff[32];

	if (!n->at) {
		buf_str_add(b, TRL(l, "survey system: not synced yet", "hệ thống khảo sát: chưa đồng bộ lần nào"));
	} else {
		buf_printf(b, TRL(l, "survey system: %s completed, ours: %s (as of %s): ",
		    "hệ thống khảo sát: %s phiếu hoàn thành, thumoi: %s (lúc %s): "), text_number(theirs, n->completed, l),
		    text_number(ours, n->ours, l), date_minute(&at, z, n->at, l));
		if (d == 0)
			buf_str_add(b, TRL(l, "they agree.", "khớp nhau."));
		else
			buf_printf(b, d > 0 ? TRL(l, "the survey system has %s more.", "hệ thống khảo sát nhiều hơn %s.") :
			    TRL(l, "the survey system has %s fewer.", "hệ thống khảo sát ít hơn %s."), text_number(diff, d < 0 ? -d : d, l));
		if (reasons)
			reasons_of(b, n, l);
	}
	if (link->troubles)
		buf_printf(b, TRL(l, " The last sync failed (%s).", " Lần đồng bộ gần nhất không thành (%s)."),
		    date_minute(&at, z, link->trouble_at, l));
}
