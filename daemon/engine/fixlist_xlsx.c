/* fixlist.h: the workbook. */
#include "engine/fixlist.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lang.h"
#include "engine/sheet.h"

#define BOOK_MAX_BYTES ((size_t)64 << 20)
#define HEAD_ROW 3		/* of the list; rows count from 0 */

struct book {
	const struct fixlist *l;
	lxw_workbook *book;
	lxw_format *title, *note, *head, *cell, *open;
};

static void
formats(struct book *b)
{
	lxw_format *all[5];

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		all[i] = workbook_add_format(b->book);
		format_set_font_name(all[i], "Times New Roman");
		format_set_font_size(all[i], i ? 12 : 14);
		format_set_align(all[i], LXW_ALIGN_VERTICAL_TOP);
	}
	b->title = all[0];
	b->note = all[1];
	b->head = all[2];
	b->cell = all[3];
	b->open = all[4];
	format_set_bold(b->title);
	format_set_italic(b->note);
	format_set_bold(b->head);
	format_set_bg_color(b->head, 0xD9E1F2);
	for (size_t i = 2; i < COUNT_OF(all); i++) {
		format_set_text_wrap(all[i]);
		format_set_border(all[i], LXW_BORDER_THIN);
		format_set_num_format_index(all[i], 49);	/* text: what is typed is taken as it is */
	}
	format_set_bg_color(b->open, 0xFFF2CC);
	format_set_unlocked(b->open);
}

static void
paper(lxw_worksheet *s, lxw_row_t head)
{
	worksheet_set_landscape(s);
	worksheet_set_paper(s, 9);	/* A4 */
	worksheet_fit_to_pages(s, 1, 0);
	worksheet_repeat_rows(s, head, head);
	worksheet_freeze_panes(s, head + 1, 0);
}

/* Something, one @, a dot behind it, no blank: what is typed otherwise is asked about. */
static void
only_addresses(lxw_worksheet *s, lxw_row_t first, lxw_row_t last, enum lang l)
{
	char formula[256];
	lxw_data_validation v = { .validate = LXW_VALIDATION_TYPE_CUSTOM_FORMULA, .ignore_blank = LXW_VALIDATION_ON,
	    .error_type = LXW_VALIDATION_ERROR_TYPE_WARNING };
	char title[64], text[256], cell[16];

	lxw_rowcol_to_cell(cell, first, FIX_CORRECTED);
	snprintf(formula, sizeof(formula), "=AND(LEN(%s)-LEN(SUBSTITUTE(%s,\"@\",\"\"))=1,ISERROR(FIND(\" \",%s)),"
	    "ISNUMBER(FIND(\".\",%s,FIND(\"@\",%s)+2)))", cell, cell, cell, cell, cell);
	snprintf(title, sizeof(title), "%s", TRL(l, "Not an address", "Chưa đúng dạng"));
	snprintf(text, sizeof(text), "%s", TRL(l, "An address is name@domain, without spaces.",
	    "Địa chỉ có dạng ten@tenmien.vn, không có khoảng trắng."));
	v.value_formula = formula;
	v.error_title = title;
	v.error_message = text;
	worksheet_data_validation_range(s, first, FIX_CORRECTED, last, FIX_CORRECTED, &v);
}

static void
fix_sheet(struct book *b)
{
	static const double widths[FIX_COLUMNS] = { 15, 18, 7, 8, 24, 24, 30, 34, 40, 30, 34 };
	const struct fixlist *l = b->l;
	const struct dossier *d = l->dossier;
	lxw_protection protect = { .format_columns = 1, .format_rows = 1, .insert_rows = 1, .delete_rows = 1, .sort = 1,
	    .autofilter = 1 };
	lxw_worksheet *s = workbook_add_worksheet(b->book, TRL(l->lang, "To correct", "Cần sửa"));
	struct date_text t;
	char line[1200], number[32];

	for (int c = 0; c < FIX_COLUMNS; c++)
		worksheet_set_column(s, (lxw_col_t)c, (lxw_col_t)c, widths[c], NULL);
	snprintf(line, sizeof(line), TRL(l->lang, "%s: addresses to correct", "%s: địa chỉ thư điện tử cần sửa"),
	    unit_name(&d->unit->unit, l->lang));
	sheet_text(s, 0, 0, line, b->title);
	snprintf(line, sizeof(line), TRL(l->lang, "Write the right address into the yellow cells and send the file back to %s by %s."
	    " Leave a cell empty where nothing changes. Please keep the column “%s”.",
	    "Ghi địa chỉ đúng vào ô màu vàng rồi gửi lại tệp cho %s trước hết ngày %s. Dòng nào không đổi thì để trống."
	    " Xin giữ nguyên cột “%s”."), l->campaign->sender_address, date_day(&t, &l->campaign->zone, l->campaign->closes_at, l->lang),
	    fixlist_heading(FIX_REFERENCE, l->lang));
	sheet_text(s, 1, 0, line, b->note);
	for (int c = 0; c < FIX_COLUMNS; c++)
		sheet_text(s, HEAD_ROW, (lxw_col_t)c, fixlist_heading(c, l->lang), b->head);
	for (size_t i = 0; i < d->n_fixes; i++)
		for (int c = 0; c < FIX_COLUMNS; c++)
			sheet_text(s, HEAD_ROW + 1 + (lxw_row_t)i, (lxw_col_t)c, fixlist_cell(&d->fixes[i], c, number),
			    c == FIX_CORRECTED ? b->open : b->cell);
	if (d->n_fixes)
		only_addresses(s, HEAD_ROW + 1, HEAD_ROW + (lxw_row_t)d->n_fixes, l->lang);
	paper(s, HEAD_ROW);
	worksheet_protect(s, NULL, &protect);
}

static void
people_sheet(struct book *b)
{
	static const double widths[] = { 6, 28, 34, 34, 40 };
	const struct fixlist *l = b->l;
	const struct dossier *d = l->dossier;
	const char *const heads[] = { TRL(l->lang, "No.", "STT"), fixlist_heading(FIX_NAME, l->lang),
	    fixlist_heading(FIX_SUB_UNIT, l->lang), TRL(l->lang, "E-mail", "Thư điện tử"), TRL(l->lang, "As it stands", "Tình trạng") };
	lxw_worksheet *s = workbook_add_worksheet(b->book, TRL(l->lang, "Not answered yet", "Chưa trả lời đủ"));

	for (size_t c = 0; c < COUNT_OF(heads); c++) {
		worksheet_set_column(s, (lxw_col_t)c, (lxw_col_t)c, widths[c], NULL);
		sheet_text(s, 0, (lxw_col_t)c, heads[c], b->head);
	}
	for (size_t i = 0; i < d->n_people; i++) {
		const struct outstanding *p = &d->people[i];
		lxw_row_t row = (lxw_row_t)i + 1;
		char number[32];

		snprintf(number, sizeof(number), "%zu", i + 1);
		sheet_text(s, row, 0, number, b->cell);
		sheet_text(s, row, 1, p->name, b->cell);
		sheet_text(s, row, 2, p->sub_unit, b->cell);
		sheet_text(s, row, 3, p->email, b->cell);
		sheet_text(s, row, 4, cause_name(p->cause, l->lang), b->cell);
	}
	paper(s, 0);
}

/* The library takes the time of creation from the machine, unless it is told one: the same list is the same file. */
static void
properties(struct book *b)
{
	char title[200];
	lxw_doc_properties p = { .title = title, .created = (time_t)b->l->now };

	snprintf(title, sizeof(title), "%s", unit_name(&b->l->dossier->unit->unit, b->l->lang));
	workbook_set_properties(b->book, &p);
}

static int
write_book(const struct fixlist *l, const char *path, const char *dir, struct err *e)
{
	lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = (char *)(uintptr_t)dir };
	struct book b = { .l = l, .book = workbook_new_opt(path, &options) };
	lxw_error rc;

	if (!b.book)
		return err_set(e, ERR_SYSTEM, TR("the workbook could not be begun", "không tạo được tệp bảng tính"));
	formats(&b);
	properties(&b);
	fix_sheet(&b);
	if (l->dossier->n_people)
		people_sheet(&b);
	if ((rc = workbook_close(b.book)) != LXW_NO_ERROR)
		return err_set(e, ERR_SYSTEM, TR("the workbook could not be written: %s", "không ghi được tệp bảng tính: %s"), lxw_strerror(rc));
	return 0;
}

int
fixlist_xlsx(struct buf *out, const struct fixlist *l, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	char path[4200];
	struct file f = FILE_INIT;
	int fd, rc;

	dir = dir && *dir && strlen(dir) < 4000 ? dir : "/tmp";
	snprintf(path, sizeof(path), "%s/thumoi-XXXXXX", dir);
	if ((fd = mkostemp(path, O_CLOEXEC)) < 0)
		return err_sys(e, "%s", path);
	close(fd);
	if ((rc = write_book(l, path, dir, e)) == 0 && (rc = file_read(&f, path, BOOK_MAX_BYTES, e)) == 0)
		buf_add(out, f.data, f.len);
	file_release(&f);
	unlink(path);
	if (rc == 0 && out->failed)
		rc = err_set(e, ERR_FULL, TR("the workbook is too large", "tệp bảng tính quá lớn"));
	return rc;
}
