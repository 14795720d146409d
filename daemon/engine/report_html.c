/* report.h: one self-contained, printable page: the whole account of a campaign. */
#include "engine/report.h"

#include <inttypes.h>

#include "base/file.h"
#include "base/text.h"
#include "engine/chart.h"
#include "engine/sentence.h"
#include "engine/survey_words.h"

#define PAGE_MAX_BYTES ((size_t)64 << 20)
#define STYLE_MAX_BYTES ((size_t)1 << 20)
#define DOMAINS_SHOWN 25

static void
number(struct buf *b, int64_t v, enum lang l)
{
	char n[32];

	buf_str_add(b, text_number(n, v, l));
}

static void
cell(struct buf *b, const char *class, int64_t v, enum lang l)
{
	buf_printf(b, "<td class=\"%s\">", class);
	number(b, v, l);
	buf_str_add(b, "</td>");
}

static void
tag(struct buf *b, const char *open, const char *text, const char *close)
{
	buf_str_add(b, open);
	out_html(b, text);
	buf_str_add(b, close);
}

/* The colours that the desk has, too, and what is the report's own. */
static int
read_style(struct buf *style, struct err *e)
{
	static const char *const sheets[] = { "templates/causes.css", "templates/report.css" };
	struct arena a = ARENA_INIT;
	int rc = 0;

	for (size_t i = 0; i < COUNT_OF(sheets) && rc == 0; i++) {
		struct file f = FILE_INIT;

		if ((rc = file_read(&f, file_data_path(&a, sheets[i]), STYLE_MAX_BYTES, e)) == 0)
			buf_add(style, f.data, f.len);
		file_release(&f);
	}
	arena_release(&a);
	return rc < 0 ? err_wrap(e, TR("the style sheet of the report", "tệp định dạng của báo cáo")) : 0;
}

int
report_page_head(struct buf *b, const char *what, const char *of, enum lang l, struct err *e)
{
	struct buf style = BUF_INIT(2 * STYLE_MAX_BYTES);
	int rc = read_style(&style, e);

	buf_printf(b, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n<title>", lang_name(l));
	out_html(b, what);
	buf_str_add(b, " – ");
	out_html(b, of);
	buf_printf(b, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", buf_str(&style));
	chart_defs(b);
	buf_release(&style);
	return rc;
}

static void
head(const struct report *r, struct buf *b)
{
	const struct campaign *c = r->account->campaign;
	struct date_text opens, closes, now;
	enum lang l = r->lang;

	tag(b, "<header>\n<p class=\"what\">", TRL(l, "Participation and causes", "Báo cáo tham gia và nguyên nhân"), "</p>\n");
	tag(b, "<h1>", c->title, "</h1>\n");
	for (size_t i = 0; c->dispatches && c->dispatches[i]; i++)
		tag(b, "<p>", c->dispatches[i], "</p>\n");
	for (size_t i = 0; c->legal_bases && c->legal_bases[i]; i++)
		tag(b, "<p>", c->legal_bases[i], "</p>\n");
	buf_printf(b, TRL(l, "<p>%s to %s · as of %s</p>\n</header>\n", "<p>Từ %s đến %s · số liệu lúc %s</p>\n</header>\n"),
	    date_day(&opens, &c->zone, c->opens_at, l), date_day(&closes, &c->zone, c->closes_at, l),
	    date_minute(&now, &c->zone, r->account->now, l));
	if (r->account->faults)
		tag(b, "<p class=\"fault\" role=\"alert\">", TRL(l, "The numbers do not add up to the people nominated."
		    " Do not use this report before the fault is found.", "Số liệu không khớp với số người được cử."
		    " Chưa sử dụng báo cáo này khi chưa tìm ra chỗ sai."), "</p>\n");
}

static void
tile(struct buf *b, const char *big, const char *small)
{
	tag(b, "<li><b>", big, "</b>");
	tag(b, "<span>", small, "</span></li>\n");
}

static void
tiles(const struct report *r, struct buf *b)
{
	const struct account *a = r->account;
	enum lang l = r->lang;
	char big[80], small[160], n[32], of[32];

	buf_str_add(b, "<ul class=\"tiles\">\n");
	snprintf(small, sizeof(small), TRL(l, "officials nominated, %s mailable", "công chức được cử, %s người gửi thư được"),
	    text_number(n, a->all.mailable, l));
	tile(b, text_number(big, a->all.nominated, l), small);
	for (size_t i = 0; i < a->campaign->n_instruments; i++) {
		text_percent(of, a->all.answered[i], a->all.nominated, l);
		snprintf(small, sizeof(small), TRL(l, "answered: %s (%s%%); missing: %s", "đã trả lời %s (%s%%); còn thiếu %s"),
		    sentence_form(a, i, l), of, text_number(n, a->all.nominated - a->all.answered[i], l));
		tile(b, text_number(big, a->all.answered[i], l), small);
	}
	for (int k = 0; k < UNIT_KINDS; k++) {
		if (!a->kind_units[k])
			continue;
		snprintf(big, sizeof(big), "%d/%d", (int)a->kind_rosters[k], (int)a->kind_units[k]);
		tile(b, big, k == UNIT_MINISTRY ? TRL(l, "ministries sent a roster", "bộ, cơ quan ngang bộ đã gửi danh sách") :
		    TRL(l, "provinces sent a roster", "tỉnh, thành phố đã gửi danh sách"));
	}
	buf_str_add(b, "</ul>\n");
}

/* What survey systems count themselves, a line for each form that is linked. */
static void
surveys(struct buf *b, const struct report *r, enum lang l)
{
	const struct account *a = r->account;

	for (size_t i = 0; i < a->n_surveys; i++) {
		const struct instrument *form = campaign_instrument(a->campaign, a->surveys[i].key);
		struct buf s = BUF_INIT(4096);

		if (form) {
			buf_printf(&s, "%s: ", sentence_form(a, (size_t)(form - a->campaign->instruments), l));
			survey_words(&s, &a->surveys[i], &a->campaign->zone, true, l);
			tag(b, "<p>", buf_str(&s), "</p>\n");
		}
		buf_release(&s);
	}
}

static void
words(struct buf *b, const struct report *r, enum lang l)
{
	struct buf s = BUF_INIT((size_t)1 << 20);
	char *p, *end;

	sentences_participation(&s, r->account, l);
	sentences_causes(&s, r->account, l);
	buf_printf(b, "<div class=\"words\" lang=\"%s\">\n", lang_name(l));
	for (p = s.s; p && (end = strchr(p, '\n')); p = end + 1) {
		*end = '\0';
		tag(b, "<p>", p, "</p>\n");
	}
	surveys(b, r, l);
	buf_str_add(b, "</div>\n");
	buf_release(&s);
}

static void
cause_rows(const struct report *r, struct buf *b)
{
	const struct tally *t = &r->account->all;
	enum lang l = r->lang;

	for (int c = 0; c < CAUSES; c++) {
		const struct cause_info *i = cause_info((enum cause)c);
		int64_t n = tally_cause(t, (enum cause)c);
		char p[32];

		if (!n)
			continue;
		buf_printf(b, "<tr><td><span class=\"key c-%s\"></span>", i->key);
		tag(b, "", cause_name((enum cause)c, l), "</td>");
		cell(b, "n", n, l);
		buf_printf(b, "<td class=\"n\">%s</td>", text_percent(p, n, t->nominated, l));
		tag(b, "<td>", owner_name(i->owner, l), "");
		if (i->helper != OWNER_NONE)
			tag(b, "; ", owner_name(i->helper, l), "");
		tag(b, "</td><td class=\"wide\">", TRL(l, i->why_en, i->why_vi), " ");
		tag(b, "", TRL(l, i->do_en, i->do_vi), "</td></tr>\n");
	}
}

static void
whole(const struct report *r, struct buf *b)
{
	const struct account *a = r->account;
	enum lang l = r->lang;

	if (a->instrument >= 0) {
		struct buf form = BUF_INIT(4096);

		sentence_instrument(&form, a, (size_t)a->instrument, l);
		tag(b, "<h2>", TRL(l, "Everybody accounted for, as to ", "Đối chiếu từng người, chỉ xét "), "");
		tag(b, "", buf_str(&form), "</h2>\n");
		buf_release(&form);
	} else {
		tag(b, "<h2>", TRL(l, "Everybody accounted for", "Đối chiếu từng người"), "</h2>\n");
	}
	chart_bar(b, &a->all, TRL(l, "All nominated", "Toàn bộ người được cử"), true, l);
	tag(b, "<div class=\"scroll\"><table>\n<thead><tr><th>", TRL(l, "Cause", "Nguyên nhân"), "</th>");
	tag(b, "<th class=\"n\">", TRL(l, "People", "Số người"), "</th><th class=\"n\">%</th>");
	tag(b, "<th>", TRL(l, "Who can mend it", "Ai xử lý được"), "</th>");
	tag(b, "<th class=\"wide\">", TRL(l, "What it means, what to do", "Ý nghĩa, cách xử lý"), "</th></tr></thead>\n<tbody>\n");
	cause_rows(r, b);
	tag(b, "</tbody>\n<tfoot><tr><td>", TRL(l, "Total = nominated", "Cộng = số người được cử"), "</td>");
	cell(b, "n", tally_sum(&a->all), l);
	buf_str_add(b, "<td class=\"n\"></td><td></td><td class=\"wide\"></td></tr></tfoot>\n</table></div>\n");
}

static void
finding_list(const struct report *r, struct buf *b)
{
	enum finding_kind last = FINDINGS;

	if (!r->n_findings)
		return;
	tag(b, "<h2>", TRL(r->lang, "Findings about groups", "Nhận định theo nhóm"), "</h2>\n");
	tag(b, "<p class=\"note\">", TRL(r->lang, "They stand beside the causes and say nothing about any one person.",
	    "Đặt bên cạnh nguyên nhân, không nói về riêng một cá nhân nào."), "</p>\n");
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *g = &r->findings[i];
		struct buf s = BUF_INIT(65536);

		if (g->kind != last) {
			buf_str_add(b, i ? "</ul>\n" : "");
			tag(b, "<h3>", finding_title(g->kind, r->lang), "</h3>\n<ul class=\"findings\">\n");
		}
		last = g->kind;
		finding_text(&s, g, r->lang);
		tag(b, "<li>", buf_str(&s), "</li>\n");
		buf_release(&s);
	}
	buf_str_add(b, "</ul>\n");
}

static void
unit_heads(const struct report *r, struct buf *b, const char *first)
{
	const struct account *a = r->account;
	enum lang l = r->lang;

	tag(b, "<thead><tr><th class=\"wide\">", TRL(l, "Code", "Mã"), "</th>");
	tag(b, "<th>", first, "</th>");
	tag(b, "<th class=\"n\">", TRL(l, "Nomi\u00adnated", "Được cử"), "</th>");
	for (size_t i = 0; i < a->campaign->n_instruments; i++) {
		struct buf form = BUF_INIT(4096);

		buf_printf(&form, TRL(l, "%s: done / missing", "%s: đã / chưa"), sentence_form(a, i, l));
		tag(b, "<th class=\"n wide first\">", buf_str(&form), "</th>");
		buf_release(&form);
	}
	tag(b, "<th class=\"n\">", TRL(l, "Took part", "Tham gia"), "</th><th class=\"n\">%</th>");
	tag(b, "<th>", TRL(l, "Answered and causes", "Trả lời và nguyên nhân"), "</th></tr></thead>\n");
}

static void
unit_cells(const struct report *r, struct buf *b, const struct tally *t, const char *who)
{
	enum lang l = r->lang;
	char p[32];

	cell(b, "n", t->nominated, l);
	for (size_t i = 0; i < r->account->campaign->n_instruments; i++) {
		buf_str_add(b, "<td class=\"n wide\">");
		number(b, t->answered[i], l);
		buf_str_add(b, " <span class=\"missing\">/ ");
		number(b, t->nominated - t->answered[i], l);
		buf_str_add(b, "</span></td>");
	}
	cell(b, "n took", t->took_part, l);
	buf_printf(b, "<td class=\"n\">%s</td><td class=\"chart\">", text_percent(p, t->took_part, t->nominated, l));
	chart_bar(b, t, who, false, l);
	buf_str_add(b, "</td></tr>\n");
}

/* Nobody was named: there is nothing to count. */
static void
no_cells(struct buf *b, size_t instruments)
{
	buf_str_add(b, "<td class=\"n\">–</td>");
	for (size_t i = 0; i < instruments; i++)
		buf_str_add(b, "<td class=\"n wide\">–</td>");
	buf_str_add(b, "<td class=\"n\">–</td><td class=\"n\">–</td><td class=\"chart\"></td></tr>\n");
}

static void
units(const struct report *r, struct buf *b, enum unit_kind kind)
{
	const struct account *a = r->account;
	const char *title = kind == UNIT_MINISTRY ? TRL(r->lang, "Ministries", "Bộ, cơ quan ngang bộ") :
	    TRL(r->lang, "Provinces", "Tỉnh, thành phố");

	if (!a->kind_units[kind])
		return;
	tag(b, "<h2>", title, "</h2>\n<div class=\"scroll\"><table>\n");
	unit_heads(r, b, kind == UNIT_MINISTRY ? TRL(r->lang, "Ministry", "Bộ") : TRL(r->lang, "Province", "Tỉnh"));
	buf_str_add(b, "<tbody>\n");
	for (size_t i = 0; i < a->n_units; i++) {
		const struct unit_account *u = &a->units[i];
		const char *name = unit_short(&u->unit, r->lang);

		if (u->unit.kind != kind)
			continue;
		buf_printf(b, "<tr class=\"%s\">", unit_class_key(u->class));
		tag(b, "<td class=\"code wide\">", u->unit.code, "</td>");
		tag(b, "<td class=\"unit\">", name, "");
		if (u->class != CLASS_ORDINARY)
			tag(b, "<span class=\"tag\">", unit_class_name(u->class, r->lang), "</span>");
		buf_str_add(b, "</td>");
		if (u->class != CLASS_NO_ROSTER)
			unit_cells(r, b, &u->t, name);
		else
			no_cells(b, a->campaign->n_instruments);
	}
	tag(b, "</tbody>\n<tfoot><tr><td class=\"wide\"></td><td>", TRL(r->lang, "Total", "Cộng"), "</td>");
	unit_cells(r, b, &a->kinds[kind], title);
	buf_str_add(b, "</tfoot>\n</table></div>\n");
}

static void
domain_row(const struct report *r, struct buf *b, const char *name, const struct tally *t, int64_t told_spam, int64_t told)
{
	enum lang l = r->lang;

	tag(b, "<tr><td>", name, "</td>");
	cell(b, "n", t->nominated, l);
	cell(b, "n wide", t->accepted, l);
	cell(b, "n", t->took_part, l);
	if (told) {
		buf_str_add(b, "<td class=\"n wide\">");
		number(b, told_spam, l);
		buf_char(b, '/');
		number(b, told, l);
		buf_str_add(b, "</td>");
	} else {
		buf_str_add(b, "<td class=\"n wide\">–</td>");
	}
	buf_str_add(b, "<td class=\"chart\">");
	chart_bar(b, t, name, false, l);
	buf_str_add(b, "</td></tr>\n");
}

static void
domains(const struct report *r, struct buf *b)
{
	const struct account *a = r->account;
	struct tally rest = { .nominated = 0 };
	int64_t told = 0, told_spam = 0;
	enum lang l = r->lang;

	tag(b, "<h2>", TRL(l, "Mail domains", "Tên miền thư"), "</h2>\n<div class=\"scroll\"><table>\n");
	tag(b, "<thead><tr><th>", TRL(l, "Mail domain", "Tên miền thư"), "</th>");
	tag(b, "<th class=\"n\">", TRL(l, "Nominated", "Được cử"), "</th>");
	tag(b, "<th class=\"n wide\">", TRL(l, "Accepted", "Được nhận"), "</th>");
	tag(b, "<th class=\"n\">", TRL(l, "Took part", "Tham gia"), "</th>");
	tag(b, "<th class=\"n wide\">", TRL(l, "In spam, of those who told us", "Trong thư rác, trên số người cho biết"), "</th>");
	tag(b, "<th>", TRL(l, "Answered and causes", "Trả lời và nguyên nhân"), "</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < a->n_domains; i++) {
		const struct domain_account *d = &a->domains[i];

		if (i < DOMAINS_SHOWN) {
			domain_row(r, b, *d->domain ? d->domain : TRL(l, "(no address)", "(không có địa chỉ)"), &d->t, d->told_spam,
			    d->told);
			continue;
		}
		tally_add(&rest, &d->t);
		told += d->told;
		told_spam += d->told_spam;
	}
	if (rest.nominated)
		domain_row(r, b, TRL(l, "all others", "các tên miền khác"), &rest, told_spam, told);
	buf_str_add(b, "</tbody>\n</table></div>\n");
}

static void
foot(const struct report *r, struct buf *b)
{
	tag(b, "<footer><p>", TRL(r->lang, "Grade A: proven for the person (reply of a server, report, own word). B: strong"
	    " (automatic reply, receipt). C: indicative, for a group only. Hatched: nobody can know. Shares are computed from"
	    " counts.", "Mức A: có bằng chứng cho từng người (trả lời của máy chủ, báo cáo, lời của chính người đó)."
	    " Mức B: mạnh (thư trả lời tự động, xác nhận đã đọc). Mức C: chỉ gợi ý cho một nhóm. Phần gạch chéo: không ai"
	    " biết được. Tỷ lệ tính từ số đếm."), "</p><p>thumoi</p></footer>\n</body>\n</html>\n");
}

int
report_html(const struct report *r, FILE *f, struct err *e)
{
	struct buf b = BUF_INIT(PAGE_MAX_BYTES);
	int rc = 0;

	if (report_page_head(&b, TRL(r->lang, "Participation and causes", "Tham gia và nguyên nhân"), r->account->campaign->title, r->lang, e) < 0) {
		buf_release(&b);
		return -1;
	}
	head(r, &b);
	tiles(r, &b);
	whole(r, &b);
	tag(&b, "<h2>", TRL(r->lang, "In words", "Tóm tắt bằng lời"), "</h2>\n");
	for (size_t i = 0; i < r->n_summaries; i++)
		words(&b, r, r->summaries[i]);
	units(r, &b, UNIT_MINISTRY);
	units(r, &b, UNIT_PROVINCE);
	finding_list(r, &b);
	domains(r, &b);
	foot(r, &b);
	if (b.failed)
		rc = err_set(e, ERR_FULL, TR("the page is too large", "trang quá lớn"));
	else if (fwrite(buf_str(&b), 1, b.len, f) != b.len || fflush(f) != 0)
		rc = out_lost(e);
	buf_release(&b);
	return rc;
}
