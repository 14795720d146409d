#include "engine/workbook.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/sheet.h"

#define HEAD_ROW 3			/* rows count from 0 */
#define ROWS_MAX 1048000		/* of a sheet: the format takes 1,048,576 */
#define NAME_MAX_CHARS 31		/* of a sheet */
#define SHEETS_MAX 64
#define CHARTS_MAX 8

struct planned {			/* a chart, drawn when all tables are written */
	struct chart_plan plan;
	char sheet[NAME_MAX_CHARS * 4 + 8];
	const char *titles[64];
	lxw_row_t last;
	size_t rows;
};

struct workbook {
	lxw_workbook *book;
	lxw_format *title, *note, *head, *cell[2][CELL_SECONDS + 1], *text_what;	/* cell[1]: of totals */
	enum lang lang;
	struct arena arena;
	struct planned charts[CHARTS_MAX];
	size_t n_charts, n_sheets;
	struct { const char *what, *meaning; } notes[64];
	size_t n_notes;
};

static lxw_format *
format(struct workbook *w, double size)
{
	lxw_format *f = workbook_add_format(w->book);

	format_set_font_name(f, "Times New Roman");
	format_set_font_size(f, size);
	format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
	return f;
}

static void
formats(struct workbook *w)
{
	static const char *const numbers[] = { [CELL_TEXT] = "@", [CELL_DAY] = "@", [CELL_TIME] = "@", [CELL_COUNT] = "#,##0", [CELL_PERCENT] = "0.0",
	    [CELL_POINTS] = "+0.0;-0.0;0.0", [CELL_RATIO] = "0.00", [CELL_SHARE] = "0.000", [CELL_SECONDS] = "#,##0.0" };

	w->title = format(w, 14);
	format_set_bold(w->title);
	w->note = format(w, 11);
	format_set_italic(w->note);
	w->head = format(w, 11);
	format_set_bold(w->head);
	format_set_bg_color(w->head, 0xD9E1F2);
	format_set_border(w->head, LXW_BORDER_THIN);
	format_set_text_wrap(w->head);
	w->text_what = format(w, 12);
	format_set_text_wrap(w->text_what);
	for (int total = 0; total < 2; total++)
		for (size_t k = 0; k < COUNT_OF(numbers); k++) {
			lxw_format *f = w->cell[total][k] = format(w, 12);

			format_set_num_format(f, numbers[k]);
			format_set_border(f, LXW_BORDER_THIN);
			if (total)
				format_set_bold(f);
		}
}

struct workbook *
workbook_begin(const char *path, const char *title, int64_t now, enum lang l, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	lxw_workbook_options options = { .constant_memory = LXW_TRUE,
	    .tmpdir = (char *)(uintptr_t)(dir && *dir ? dir : "/tmp") };
	struct workbook *w = mem_zalloc(sizeof(*w));
	lxw_doc_properties p = { .title = arena_dup(&w->arena, title), .created = (time_t)now };

	w->lang = l;
	w->book = workbook_new_opt(path, &options);
	if (!w->book) {
		arena_release(&w->arena);
		free(w);
		err_set(e, ERR_SYSTEM, TR("the workbook could not be begun", "không tạo được tệp bảng tính"));
		return NULL;
	}
	formats(w);
	workbook_set_properties(w->book, &p);
	return w;
}

static void
paper(lxw_worksheet *s, lxw_row_t head)
{
	worksheet_set_landscape(s);
	worksheet_set_paper(s, 9);	/* A4 */
	worksheet_fit_to_pages(s, 1, 0);
	worksheet_set_margins(s, 0.5, 0.5, 0.6, 0.6);
	worksheet_set_footer(s, "&L&A&R&P / &N");
	if (head) {
		worksheet_repeat_rows(s, head, head);
		worksheet_freeze_panes(s, head + 1, 1);
	}
}

/* What a sheet may be called: thirty-one characters, none of []:*?/\, no other sheet's name. */
static void
sheet_name(struct workbook *w, char *out, size_t size, const char *title)
{
	size_t chars = 0, n = 0;
	size_t most = w->n_sheets ? NAME_MAX_CHARS - 3 : NAME_MAX_CHARS;

	for (const char *s = title; *s && n + 8 < size; s++) {
		if (((unsigned char)*s & 0xc0) != 0x80 && ++chars > most)
			break;
		out[n++] = *s;
		if (strchr("[]:*?/\\'", out[n - 1]))
			out[n - 1] = ' ';
	}
	out[n] = '\0';
	if (workbook_get_worksheet_by_name(w->book, out))
		snprintf(out + n, size - n, " %zu", w->n_sheets + 1);
}

struct filling {
	struct sink sink;
	struct workbook *w;
	const struct table *t;
	lxw_worksheet *s;
	lxw_row_t row;
	size_t rows;		/* no totals */
	lxw_row_t totals;
	char name[NAME_MAX_CHARS * 4 + 8];
};

static void
open_sheet(struct filling *f)
{
	struct workbook *w = f->w;

	sheet_name(w, f->name, sizeof(f->name), f->t->title);
	f->s = workbook_add_worksheet(w->book, f->name);
	w->n_sheets++;
	sheet_text(f->s, 0, 0, f->t->title, w->title);
	sheet_text(f->s, 1, 0, f->t->note ? f->t->note : "", w->note);
	for (size_t c = 0; c < f->t->n_columns; c++) {
		const struct column *k = &f->t->columns[c];
		size_t wide = out_width(k->title ? k->title : k->key);
		double width = k->kind == CELL_DAY ? 12 : k->kind == CELL_TIME ? 18 : k->kind == CELL_TEXT ? (c < 2 || wide > 24 ? 26 : 20) : wide > 14 ? 14 : 10;

		worksheet_set_column(f->s, (lxw_col_t)c, (lxw_col_t)c, width, NULL);
		sheet_text(f->s, HEAD_ROW, (lxw_col_t)c, k->title ? k->title : k->key, w->head);
	}
	paper(f->s, HEAD_ROW);
	f->row = HEAD_ROW + 1;
}

/* Over the rows that are no totals: they stay where they are. The library takes it only before a row behind it is written. */
static void
set_filter(struct filling *f)
{
	if (f->row > HEAD_ROW + 1 && f->t->n_columns)
		worksheet_autofilter(f->s, HEAD_ROW, 0, f->row - 1, (lxw_col_t)(f->t->n_columns - 1));
}

static void
fill_row(struct sink *sink, const struct cell *cells, bool total)
{
	struct filling *f = (struct filling *)sink;

	if (f->row > ROWS_MAX) {
		set_filter(f);
		open_sheet(f);
	}
	if (total && !f->totals)
		set_filter(f);
	for (size_t i = 0; i < f->t->n_columns; i++) {
		enum cell_kind kind = f->t->columns[i].kind;
		lxw_format *form = f->w->cell[total][kind];
		double v = (double)cells[i].n;
		char words[64];

		for (int d = cell_decimals(kind); d > 0; d--)
			v /= 10;
		if (cells[i].state != CELL_SHOWN)
			sheet_text(f->s, f->row, (lxw_col_t)i, cells[i].state == CELL_HIDDEN ? "c" : "", form);
		else if (cell_is_text(kind))
			sheet_text(f->s, f->row, (lxw_col_t)i, cell_words(words, kind, &cells[i], f->w->lang), form);
		else
			worksheet_write_number(f->s, f->row, (lxw_col_t)i, v, form);
	}
	f->row++;
	f->rows += !total;
	f->totals += total;
}

static void
plan_chart(struct filling *f)
{
	struct workbook *w = f->w;
	struct planned *p;

	if (f->t->chart.kind == CHART_NONE || !f->rows || f->rows > 400 || w->n_charts == CHARTS_MAX)
		return;
	p = &w->charts[w->n_charts++];
	p->plan = f->t->chart;
	memcpy(p->sheet, f->name, sizeof(p->sheet));
	p->rows = f->rows;
	p->last = HEAD_ROW + (lxw_row_t)f->rows;
	for (size_t i = 0; i < p->plan.n && i < COUNT_OF(p->titles); i++) {
		const struct column *k = &f->t->columns[p->plan.first + i];

		p->titles[i] = arena_dup(&w->arena, k->title ? k->title : k->key);
	}
	p->plan.title = arena_dup(&w->arena, p->plan.title ? p->plan.title : f->t->title);
}

int
workbook_table(struct workbook *w, const struct table *t, struct err *e)
{
	struct filling f = { .sink = { fill_row }, .w = w, .t = t };
	int rc;

	if (w->n_sheets >= SHEETS_MAX)
		return err_set(e, ERR_FULL, TR("too many sheets", "quá nhiều trang tính"));
	open_sheet(&f);
	rc = t->walk(t, &f.sink, e);
	if (!f.totals)
		set_filter(&f);
	plan_chart(&f);
	return rc;
}

void
workbook_note(struct workbook *w, const char *what, const char *meaning)
{
	if (w->n_notes == COUNT_OF(w->notes))
		return;
	w->notes[w->n_notes].what = arena_dup(&w->arena, what);
	w->notes[w->n_notes++].meaning = arena_dup(&w->arena, meaning);
}

/* Colours that stay apart in grey, too; patterns where there are few. */
static const uint32_t inks[] = { 0x17785A, 0x79BFA0, 0xC98A12, 0xA5301F, 0x2F64A8, 0x6B4C9A, 0xAAB3BE, 0xE8A593, 0x7FA5D0, 0x4D3373 };

static void
draw(struct workbook *w, lxw_worksheet *s, const struct planned *p, lxw_row_t at, double height)
{
	bool lines = p->plan.kind == CHART_LINES;
	lxw_chart *c = workbook_add_chart(w->book, lines ? LXW_CHART_LINE : LXW_CHART_BAR_STACKED);
	lxw_chart_options o = { .x_scale = 2.0, .y_scale = height / 288.0 };

	for (size_t i = 0; i < p->plan.n && i < COUNT_OF(p->titles); i++) {
		lxw_chart_series *one = chart_add_series(c, NULL, NULL);
		lxw_col_t col = (lxw_col_t)(p->plan.first + i);
		lxw_chart_fill fill = { .color = inks[i % COUNT_OF(inks)] };
		lxw_chart_line line = { .color = inks[i % COUNT_OF(inks)], .width = 2.25,
		    .dash_type = i % 2 ? LXW_CHART_LINE_DASH_DASH : LXW_CHART_LINE_DASH_SOLID };

		chart_series_set_categories(one, p->sheet, HEAD_ROW + 1, 0, p->last, 0);
		chart_series_set_values(one, p->sheet, HEAD_ROW + 1, col, p->last, col);
		chart_series_set_name(one, p->titles[i]);
		if (lines)
			chart_series_set_line(one, &line);
		else
			chart_series_set_fill(one, &fill);
	}
	chart_title_set_name(c, p->plan.title);
	chart_legend_set_position(c, LXW_CHART_LEGEND_BOTTOM);
	/* The first unit above, as in the table. */
	if (!lines)
		chart_axis_set_reverse(c->y_axis);
	worksheet_insert_chart_opt(s, at, 0, c, &o);
}

static void
chart_sheet(struct workbook *w)
{
	lxw_worksheet *s;
	lxw_row_t at = 0;

	if (!w->n_charts)
		return;
	s = workbook_add_worksheet(w->book, TRL(w->lang, "Charts", "Biểu đồ"));
	paper(s, 0);
	for (size_t i = 0; i < w->n_charts; i++) {
		double height = w->charts[i].plan.kind == CHART_LINES ? 380 : 160 + 20.0 * (double)w->charts[i].rows;

		draw(w, s, &w->charts[i], at, height);
		at += (lxw_row_t)(height / 20) + 2;
	}
}

static void
note_sheet(struct workbook *w)
{
	lxw_worksheet *s = workbook_add_worksheet(w->book, TRL(w->lang, "Notes", "Giải thích"));

	worksheet_set_column(s, 0, 0, 30, NULL);
	worksheet_set_column(s, 1, 1, 100, NULL);
	sheet_text(s, 0, 0, TRL(w->lang, "Notes", "Giải thích"), w->title);
	for (size_t i = 0; i < w->n_notes; i++) {
		sheet_text(s, (lxw_row_t)i + 2, 0, w->notes[i].what, w->text_what);
		sheet_text(s, (lxw_row_t)i + 2, 1, w->notes[i].meaning, w->text_what);
	}
	paper(s, 0);
}

int
workbook_end(struct workbook *w, struct err *e)
{
	lxw_error rc;

	if (!w)
		return -1;
	chart_sheet(w);
	note_sheet(w);
	rc = workbook_close(w->book);
	arena_release(&w->arena);
	free(w);
	return rc == LXW_NO_ERROR ? 0 : err_set(e, ERR_SYSTEM, TR("the workbook could not be written: %s",
	    "không ghi được tệp bảng tính: %s"), lxw_strerror(rc));
}
