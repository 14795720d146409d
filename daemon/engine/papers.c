#include "engine/papers.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "engine/workbook.h"

#define COLUMNS_MAX 48
#define PAGE_ROWS 2000
#define PAGE_MAX_BYTES ((size_t)64 << 20)
#define CHART_ROWS 400

static const struct paper_info table[PAPERS] = {
	[PAPER_PARTICIPATION] = { "participation", "Participation", "Tham gia",
	    "Who sent a roster, and who took part, unit by unit?", "Đơn vị nào đã gửi danh sách, bao nhiêu người tham gia?", true },
	[PAPER_CAUSES] = { "causes", "Causes", "Nguyên nhân",
	    "Why have people not answered, and who can mend it?", "Vì sao chưa trả lời, và ai xử lý được?", true },
	[PAPER_DELIVERY] = { "delivery", "Delivery", "Gửi thư",
	    "What became of our messages, where, how fast, and for what reason?",
	    "Thư gửi đi ra sao: ở đâu, nhanh chậm thế nào, vì lý do gì?", true },
	[PAPER_RESPONSE] = { "response", "Response over time", "Trả lời theo thời gian",
	    "When did answers come, and what followed each wave?", "Trả lời đến khi nào, sau mỗi lượt thư có thêm bao nhiêu?", true },
	[PAPER_PLACEMENT] = { "placement", "Placement", "Hộp thư đến hay thư rác",
	    "Into which folder did messages to our probe mailboxes come?", "Thư tới các hộp thư thử nằm ở thư mục nào?", true },
	[PAPER_COVERAGE] = { "coverage", "Coverage", "Độ phủ",
	    "Which departments and districts have nominated nobody?", "Sở, ban, ngành, huyện nào chưa cử ai?", true },
	[PAPER_COMPARISON] = { "comparison", "Comparison", "So sánh các đợt",
	    "What has changed since another campaign, unit by unit?", "So với đợt khác, từng đơn vị thay đổi thế nào?", true },
	[PAPER_OUTSIDE] = { "outside", "For outside the house", "Bản gửi ra ngoài",
	    "What may be published or given to other units?", "Số liệu nào có thể công bố hoặc gửi đơn vị khác?", true },
	[PAPER_UNIT] = { "unit", "The unit's own copy", "Bản riêng của đơn vị",
	    "How does one unit stand, and who of its people is missing?", "Đơn vị đang ở đâu, ai của đơn vị còn thiếu?", false },
	[PAPER_PEOPLE] = { "people", "People", "Từng người",
	    "Who has which cause?", "Mỗi người thuộc nguyên nhân nào?", false },
};

const struct paper_info *
paper_info(enum paper_kind k)
{
	return &table[k];
}

bool
paper_parse(const char *key, enum paper_kind *out)
{
	for (int k = 0; k < PAPERS; k++)
		if (strcmp(table[k].key, key) == 0) {
			*out = (enum paper_kind)k;
			return true;
		}
	return false;
}

struct table *
paper_add(struct paper *p, const char *key, const char *title, const char *note, bool files_only,
    int (*walk)(const struct table *, struct sink *, struct err *))
{
	struct table *t = &p->tables[p->n_tables];

	ASSERT(p->n_tables < PAPER_TABLES);
	p->files_only[p->n_tables++] = files_only;
	*t = (struct table){ .key = key, .title = title, .note = note, .walk = walk, .from = p,
	    .columns = arena_alloc(&p->arena, COLUMNS_MAX * sizeof(struct column)) };
	return t;
}

void
paper_column(struct paper *p, struct table *t, const char *key, const char *title, enum cell_kind kind, bool wide)
{
	struct column *c = (struct column *)(uintptr_t)t->columns;	/* the paper's own */

	ASSERT(t->n_columns < COLUMNS_MAX);
	c[t->n_columns++] = (struct column){ arena_dup(&p->arena, key), arena_dup(&p->arena, title), kind, wide, false };
}

void
paper_key(struct paper *p, struct table *t, const char *key, const char *title)
{
	paper_column(p, t, key, title, CELL_TEXT, true);
	((struct column *)(uintptr_t)t->columns)[t->n_columns - 1].bare = true;
}

void
paper_note(struct paper *p, const char *what, const char *meaning)
{
	ASSERT(p->n_notes < PAPER_NOTES);
	p->notes[p->n_notes].what = what;
	p->notes[p->n_notes++].meaning = meaning;
}

/* What every report says of itself. */
static void
common_notes(struct paper *p)
{
	const struct account *a = p->ask.account;
	enum lang l = p->ask.lang;
	struct date_text t;
	char n[4][32];

	paper_note(p, TRL(l, "Campaign", "Đợt khảo sát"), a->campaign->title);
	paper_note(p, TRL(l, "As of", "Số liệu lúc"), arena_dup(&p->arena, date_minute(&t, &a->campaign->zone, a->now, l)));
	if (p->info != &table[PAPER_OUTSIDE])
		paper_note(p, TRL(l, "Counted from", "Nguồn số liệu"), arena_printf(&p->arena, TRL(l,
		    "%s people nominated by %s units, %s of them mailable, %s invited", "%s người do %s đơn vị cử, trong đó %s người gửi"
		    " thư được, %s người đã được gửi thư"), text_number(n[0], a->all.nominated, l),
		    text_number(n[1], a->kind_rosters[UNIT_MINISTRY] + a->kind_rosters[UNIT_PROVINCE], l),
		    text_number(n[2], a->all.mailable, l), text_number(n[3], a->all.invited, l)));
	if (a->faults)
		paper_note(p, TRL(l, "Attention", "Chú ý"), TRL(l, "The numbers do NOT add up to the people nominated.",
		    "Số liệu KHÔNG khớp với số người được cử."));
}

int
paper_make(struct paper *p, enum paper_kind kind, const struct paper_ask *ask, struct err *e)
{
	static int (*const make[PAPERS])(struct paper *, struct err *) = {
		[PAPER_PARTICIPATION] = paper_participation, [PAPER_CAUSES] = paper_causes, [PAPER_DELIVERY] = paper_delivery,
		[PAPER_RESPONSE] = paper_response, [PAPER_PLACEMENT] = paper_placement, [PAPER_COVERAGE] = paper_coverage,
		[PAPER_COMPARISON] = paper_comparison, [PAPER_OUTSIDE] = paper_outside, [PAPER_UNIT] = paper_unit,
		[PAPER_PEOPLE] = paper_people,
	};

	*p = (struct paper){ .info = &table[kind], .ask = *ask, .arena = ARENA_INIT };
	p->title = TRL(ask->lang, p->info->title_en, p->info->title_vi);
	common_notes(p);
	return make[kind](p, e);
}

void
paper_release(struct paper *p)
{
	if (p->release)
		p->release(p);
	arena_release(&p->arena);
	*p = (struct paper){ .arena = ARENA_INIT };
}

const struct table *
paper_table(const struct paper *p, const char *key)
{
	for (size_t i = 0; i < p->n_tables; i++)
		if (!key || strcmp(p->tables[i].key, key) == 0)
			return &p->tables[i];
	return NULL;
}

bool
paper_is_empty(const struct paper *p)
{
	struct grid g;
	bool empty = p->n_tables && table_keep(&p->tables[0], &g, 1, NULL) == 0 && !g.rows;

	if (p->n_tables)
		grid_release(&g);
	return empty;
}

int
paper_print(const struct paper *p, const char *key, FILE *f, enum out_format format, bool for_sheets, struct err *e)
{
	const struct table *t = paper_table(p, key);

	if (!t)
		return err_set(e, ERR_INPUT, TR("report %s has no table '%s'", "báo cáo %s không có bảng '%s'"), p->info->key, key);
	return table_print(t, f, format, for_sheets, p->ask.lang, e);
}

int
paper_xlsx(const struct paper *p, const char *path, struct err *e)
{
	const struct account *a = p->ask.account;
	struct workbook *w = workbook_begin(path, p->title, a->now, p->ask.lang, e);
	int rc = w ? 0 : -1;

	for (size_t i = 0; w && i < p->n_tables && rc == 0; i++)
		rc = workbook_table(w, &p->tables[i], e);
	for (size_t i = 0; w && i < p->n_notes; i++)
		workbook_note(w, p->notes[i].what, p->notes[i].meaning);
	if (w && workbook_end(w, rc < 0 ? NULL : e) < 0)
		rc = -1;
	return rc;
}

int
paper_show(const struct table *t, struct buf *chart, struct buf *b, size_t most, size_t *rows, enum lang l, struct err *e)
{
	struct grid g;

	if (table_html(t, b, most, rows, l, e) < 0)
		return -1;
	if (t->chart.kind == CHART_NONE)
		return 0;
	if (table_keep(t, &g, CHART_ROWS, e) < 0) {
		grid_release(&g);
		return -1;
	}
	table_chart(chart, t, &g, l);
	grid_release(&g);
	return 0;
}

static void
tag(struct buf *b, const char *open, const char *text, const char *close)
{
	buf_str_add(b, open);
	out_html(b, text);
	buf_str_add(b, close);
}

static int
section(const struct paper *p, struct buf *b, const struct table *t, struct err *e)
{
	struct buf chart = BUF_INIT(PAGE_MAX_BYTES);
	struct buf rows = BUF_INIT(PAGE_MAX_BYTES);
	size_t n = 0;
	int rc = paper_show(t, &chart, &rows, PAGE_ROWS, &n, p->ask.lang, e);
	char all[32];

	tag(b, "<h2>", t->title, "</h2>\n");
	if (t->note)
		tag(b, "<p class=\"note\">", t->note, "</p>\n");
	buf_add(b, buf_str(&chart), chart.len);
	buf_str_add(b, "<div class=\"scroll\">");
	buf_add(b, buf_str(&rows), rows.len);
	buf_str_add(b, "</div>\n");
	if (n > PAGE_ROWS)
		buf_printf(b, TRL(p->ask.lang, "<p class=\"note\">The first of %s rows; all are in the CSV and the workbook.</p>\n",
		    "<p class=\"note\">Những dòng đầu trong %s dòng; đủ trong tệp CSV và bảng tính.</p>\n"), text_number(all, (int64_t)n, p->ask.lang));
	if (chart.failed || rows.failed)
		b->failed = true;
	buf_release(&chart);
	buf_release(&rows);
	return rc;
}

int
paper_html(const struct paper *p, FILE *f, struct err *e)
{
	const struct campaign *c = p->ask.account->campaign;
	struct buf b = BUF_INIT(PAGE_MAX_BYTES);
	struct date_text t;
	int rc = report_page_head(&b, p->title, c->title, p->ask.lang, e);

	tag(&b, "<header>\n<p class=\"what\">", p->title, "</p>\n");
	tag(&b, "<h1>", c->title, "</h1>\n");
	tag(&b, "<p>", TRL(p->ask.lang, p->info->question_en, p->info->question_vi), "</p>\n");
	tag(&b, TRL(p->ask.lang, "<p>As of ", "<p>Số liệu lúc "), date_minute(&t, &c->zone, p->ask.account->now, p->ask.lang),
	    "</p>\n</header>\n");
	for (size_t i = 0; i < p->n_tables && rc == 0; i++)
		if (!p->files_only[i])
			rc = section(p, &b, &p->tables[i], e);
	tag(&b, "<h2>", TRL(p->ask.lang, "Notes", "Giải thích"), "</h2>\n<dl>\n");
	for (size_t i = 0; i < p->n_notes; i++) {
		tag(&b, "<dt>", p->notes[i].what, "</dt>");
		tag(&b, "<dd>", p->notes[i].meaning, "</dd>\n");
	}
	buf_str_add(&b, "</dl>\n<footer><p>thumoi</p></footer>\n</body>\n</html>\n");
	if (rc == 0 && b.failed)
		rc = err_set(e, ERR_FULL, TR("the page is too large", "trang quá lớn"));
	else if (rc == 0 && (fwrite(buf_str(&b), 1, b.len, f) != b.len || fflush(f) != 0))
		rc = out_lost(e);
	buf_release(&b);
	return rc;
}
