#include "engine/sheet.h"

#include <string.h>

void
sheet_text(lxw_worksheet *s, lxw_row_t row, lxw_col_t col, const char *text, lxw_format *f)
{
	char cut[SHEET_CELL_BYTES + 1];
	size_t n = strlen(text);

	if (n > SHEET_CELL_BYTES) {
		for (n = SHEET_CELL_BYTES; n && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			;
		memcpy(cut, text, n);
		cut[n] = '\0';
		text = cut;
	}
	if (*text)
		worksheet_write_string(s, row, col, text, f);
	else
		worksheet_write_blank(s, row, col, f);
}
