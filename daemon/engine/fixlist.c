#include "engine/fixlist.h"

#include <inttypes.h>

#include "base/out.h"

/* The importer knows the list by these: engine/heading.c. */
static const struct { const char *en, *vi; } headings[FIX_COLUMNS] = {
	[FIX_REFERENCE] = { "Reference", "Mã tham chiếu" },
	[FIX_FILE] = { "File", "Tệp" },
	[FIX_LINE] = { "Line", "Dòng" },
	[FIX_SEQ] = { "Record", "Bản ghi" },
	[FIX_NAME] = { "Full name", "Họ và tên" },
	[FIX_SUB_UNIT] = { "Department", "Đơn vị công tác" },
	[FIX_EMAIL] = { "E-mail in the list", "Thư điện tử trong danh sách" },
	[FIX_WRONG] = { "What is wrong", "Nội dung sai" },
	[FIX_SAID] = { "The server's answer", "Máy chủ nhận trả lời" },
	[FIX_SUGGESTION] = { "Suggestion", "Gợi ý" },
	[FIX_CORRECTED] = { "Corrected e-mail", "Thư điện tử đã sửa" },
};

const char *
fixlist_heading(int column, enum lang l)
{
	return TRL(l, headings[column].en, headings[column].vi);
}

const char *
fixlist_cell(const struct fix *x, int column, char number[32])
{
	switch (column) {
	case FIX_REFERENCE:
		return x->reference;
	case FIX_FILE:
		return x->file;
	case FIX_LINE:
	case FIX_SEQ:
		snprintf(number, 32, "%" PRId64, column == FIX_LINE ? x->line : x->seq);
		return number;
	case FIX_NAME:
		return x->name;
	case FIX_SUB_UNIT:
		return x->sub_unit;
	case FIX_EMAIL:
		return x->email;
	case FIX_WRONG:
		return x->wrong;
	case FIX_SAID:
		return x->said;
	case FIX_SUGGESTION:
		return x->suggestion;
	default:
		return "";
	}
}

void
fixlist_csv(struct buf *b, const struct fixlist *l)
{
	char number[32];

	buf_str_add(b, "\xef\xbb\xbf");
	for (int c = 0; c < FIX_COLUMNS; c++) {
		out_csv_field(b, fixlist_heading(c, l->lang), true);
		buf_str_add(b, c + 1 < FIX_COLUMNS ? "," : "\r\n");
	}
	for (size_t i = 0; i < l->dossier->n_fixes; i++)
		for (int c = 0; c < FIX_COLUMNS; c++) {
			out_csv_field(b, fixlist_cell(&l->dossier->fixes[i], c, number), true);
			buf_str_add(b, c + 1 < FIX_COLUMNS ? "," : "\r\n");
		}
}
