/* Reports: one table, many forms; units across trees; workbooks that run nothing. */
#include "support/check.h"

#include <unistd.h>

#include "engine/papers.h"
#include "engine/sentence.h"
#include "engine/unit_map.h"
#include "engine/workbook.h"
#include "support/fill_trial.h"

static void
test_cells(void)
{
	static const struct { const char *label; enum cell_kind kind; struct cell c; const char *plain, *vi, *en; } cases[] = {
		{ "a count", CELL_COUNT, { NULL, 1480, CELL_SHOWN }, "1480", "1.480", "1,480" },
		{ "a share", CELL_PERCENT, { NULL, 391, CELL_SHOWN }, "39.1", "39,1", "39.1" },
		{ "below one", CELL_PERCENT, { NULL, 4, CELL_SHOWN }, "0.4", "0,4", "0.4" },
		{ "up", CELL_POINTS, { NULL, 25, CELL_SHOWN }, "2.5", "+2,5", "+2.5" },
		{ "down", CELL_POINTS, { NULL, -5, CELL_SHOWN }, "-0.5", "-0,5", "-0.5" },
		{ "no change", CELL_POINTS, { NULL, 0, CELL_SHOWN }, "0.0", "0,0", "0.0" },
		{ "a ratio", CELL_RATIO, { NULL, 107, CELL_SHOWN }, "1.07", "1,07", "1.07" },
		{ "a fraction", CELL_SHARE, { NULL, 667, CELL_SHOWN }, "0.667", "0,667", "0.667" },
		{ "a blink", CELL_SECONDS, { NULL, 820, CELL_SHOWN }, "0.820", "0,8 giây", "0.8 s" },
		{ "minutes", CELL_SECONDS, { NULL, 605000, CELL_SHOWN }, "605.000", "10 phút 5 giây", "10 min 5 s" },
		{ "hours", CELL_SECONDS, { NULL, 7260000, CELL_SHOWN }, "7260.000", "2 giờ 1 phút", "2 h 1 min" },
		{ "days", CELL_SECONDS, { NULL, 90000000, CELL_SHOWN }, "90000.000", "1 ngày 1 giờ", "1 d 1 h" },
		{ "a day", CELL_DAY, { "2021-09-17", 0, CELL_SHOWN }, "2021-09-17", "17/09/2021", "17 Sep 2021" },
		{ "a time", CELL_TIME, { "2021-09-17T08:30:00+07:00", 0, CELL_SHOWN }, "2021-09-17T08:30:00+07:00", "08:30 17/09/2021",
		    "08:30 17 Sep 2021" },
		{ "no day", CELL_DAY, { "soon", 0, CELL_SHOWN }, "soon", "soon", "soon" },
		{ "nothing", CELL_COUNT, { NULL, 3, CELL_EMPTY }, "", "–", "–" },
		{ "hidden", CELL_COUNT, { NULL, 3, CELL_HIDDEN }, "c", "c", "c" },
	};
	char plain[32], words[64];
	struct cell c;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_STR(cell_plain(plain, cases[i].kind, &cases[i].c), cases[i].plain, cases[i].label);
		CHECK_STR(cell_words(words, cases[i].kind, &cases[i].c, LANG_VI), cases[i].vi, cases[i].label);
		CHECK_STR(cell_words(words, cases[i].kind, &cases[i].c, LANG_EN), cases[i].en, cases[i].label);
	}
	c = cell_percent(949, 2429);
	CHECK_STR(cell_words(words, CELL_PERCENT, &c, LANG_EN), "39.1", "as text_percent rounds");
	c = cell_percent(0, 0);
	CHECK_INT(c.state, CELL_EMPTY, "of nobody");
}

/* --- one table by hand ---------------------------------------------------------------- */

static int
walk_hand(const struct table *t, struct sink *to, struct err *e)
{
	(void)t;
	(void)e;
	to->row(to, (struct cell[]){ cell_text("=cmd|' /C calc'!A0"), cell_int(3), cell_text("<b>&</b>") }, false);
	to->row(to, (struct cell[]){ cell_text("Cần Thơ"), { .state = CELL_HIDDEN }, cell_text("opening") }, false);
	to->row(to, (struct cell[]){ cell_text("TOTAL"), cell_int(9), cell_text("") }, true);
	return 0;
}

static const struct column hand_columns[] = { { "unit", "đơn vị", CELL_TEXT, false, false }, { "people", "số người", CELL_COUNT, true, false },
	{ "what", "sự kiện", CELL_TEXT, false, false } };
static const struct table hand = { .key = "hand", .title = "Bảng: [thử]", .columns = hand_columns, .n_columns = 3, .walk = walk_hand,
	.chart = { .kind = CHART_BARS, .first = 1, .n = 1 } };

static char *
printed(const struct table *t, enum out_format format, bool for_sheets)
{
	struct err e = ERR_INIT;
	char *s = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&s, &len);

	if (!f || table_print(t, f, format, for_sheets, LANG_VI, &e) < 0)
		die("cannot print: %s", e.text);
	fclose(f);
	return s;
}

static void
test_forms(void)
{
	struct buf html = BUF_INIT(65536), chart = BUF_INIT(65536);
	json_t *rows = json_array(), *totals = json_array();
	struct table lines = hand;
	struct err e = ERR_INIT;
	size_t n = 0;
	char *s;

	s = printed(&hand, OUT_CSV, false);
	CHECK_STR(s, "unit,people,what\n=cmd|' /C calc'!A0,3,<b>&</b>\nCần Thơ,c,opening\nTOTAL,9,\n", "CSV");
	free(s);
	s = printed(&hand, OUT_CSV, true);
	CHECK(strstr(s, "\"'=cmd|"), "... for Excel");
	free(s);
	s = printed(&hand, OUT_JSON, false);
	CHECK(strstr(s, "{\"unit\":\"Cần Thơ\",\"people\":null,\"what\":\"opening\"}"), "JSON");
	free(s);
	CHECK_INT(paper_show(&hand, &chart, &html, 1, &n, LANG_VI, &e), 0, "HTML");
	CHECK_INT((int64_t)n, 2, "rows in all");
	CHECK(strstr(buf_str(&html), "&lt;b&gt;&amp;&lt;/b&gt;") && !strstr(buf_str(&html), "<b>"), "... escaped");
	CHECK(!strstr(buf_str(&html), "opening"), "... the first one only");
	CHECK(strstr(buf_str(&html), "<tfoot>\n<tr><td>Cộng</td>"), "... and the total");
	CHECK(strstr(buf_str(&chart), "<title>=cmd|&#39; /C calc&#39;!A0: số người 3</title>"), "a bar says in words what it shows");
	CHECK(strstr(buf_str(&chart), "<title>Cần Thơ: số người c</title>"), "... and that it is hidden");
	buf_clear(&chart);
	lines.chart = (struct chart_plan){ .kind = CHART_LINES, .first = 1, .n = 1, .marks = 2 };
	CHECK_INT(paper_show(&lines, &chart, &html, 9, &n, LANG_EN, &e), 0, "lines");
	CHECK(strstr(buf_str(&chart), "<polyline class=\"l-s-1\"") && strstr(buf_str(&chart), "<li>Cần Thơ: opening</li>"), "... and what happened");
	CHECK_INT(table_json(&hand, rows, totals, 1, &n, &e), 0, "for the desk");
	CHECK(json_array_size(rows) == 1 && json_array_size(totals) == 1 && n == 2, "... a row, a total");
	json_decref(rows);
	json_decref(totals);
	buf_release(&html);
	buf_release(&chart);
}

/* The library escapes and neutralises: nothing in the file is a formula. Looked into by unzip, where there is one. */
static void
test_workbook(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[128], command[512];
	struct err e = ERR_INIT;
	struct workbook *w;
	struct file f = FILE_INIT;
	int fd;

	snprintf(path, sizeof(path), "%.60s/thumoi-book-XXXXXX", tmp ? tmp : "/tmp");
	fd = mkstemp(path);
	close(fd);
	w = workbook_begin(path, "Thử", 1631811600, LANG_VI, &e);
	CHECK(w && workbook_table(w, &hand, &e) == 0 && workbook_table(w, &hand, &e) == 0, "two sheets of one title");
	workbook_note(w, "a", "b");
	CHECK_INT(workbook_end(w, &e), 0, "written");
	CHECK(file_read(&f, path, 1 << 20, &e) == 0 && f.len > 4000 && memcmp(f.data, "PK", 2) == 0, "a workbook");
	file_release(&f);
	snprintf(command, sizeof(command), "python3 -c \"import zipfile,sys; z=zipfile.ZipFile('%s'); t=b''.join(z.read(n) for n in z.namelist() "
	    "if 'worksheets' in n); sys.exit(b'<f>' in t or b'=cmd|' not in t or b'autoFilter' not in t)\"", path);
	if (system("command -v python3 >/dev/null") == 0)
		CHECK_INT(system(command), 0, "text stays text");
	else
		check_skip("python3 is not installed");
	unlink(path);
	w = workbook_begin("/nowhere/book.xlsx", "x", 0, LANG_EN, &e);
	CHECK(w && workbook_table(w, &hand, &e) == 0, "a folder that is not there");
	CHECK_INT(workbook_end(w, &e), -1, "... is told at the end");
}

/* --- units across trees ------------------------------------------------------------------ */

static void
test_map(void)
{
	struct unit_account before[] = {
		{ .unit = { .id = 1, .code = "T92", .kind = UNIT_PROVINCE, .name_vi = "Thành phố Cần Thơ", .predecessors = "", .valid_from = 1 } },
		{ .unit = { .id = 2, .code = "T93", .kind = UNIT_PROVINCE, .name_vi = "Tỉnh Hậu Giang", .predecessors = "", .valid_from = 1 } },
		{ .unit = { .id = 3, .code = "T04", .kind = UNIT_PROVINCE, .name_vi = "Tỉnh Cao Bằng", .predecessors = "", .valid_from = 1 } },
		{ .unit = { .id = 4, .code = "B02", .kind = UNIT_MINISTRY, .name_vi = "Bộ Nội vụ", .predecessors = "", .valid_from = 1 } },
		{ .unit = { .id = 5, .code = "B07", .kind = UNIT_MINISTRY, .name_vi = "Bộ Chia đôi", .predecessors = "", .valid_from = 1 } },
	}, after[] = {
		{ .unit = { .id = 11, .code = "N92", .kind = UNIT_PROVINCE, .name_vi = "Thành phố Cần Thơ", .predecessors = "T92|T93", .valid_from = 9 } },
		{ .unit = { .id = 12, .code = "N04", .kind = UNIT_PROVINCE, .name_vi = "Tỉnh Cao Bằng", .predecessors = "", .valid_from = 9 } },
		{ .unit = { .id = 13, .code = "C02", .kind = UNIT_MINISTRY, .name_vi = "BỘ NỘI VỤ", .predecessors = "", .valid_from = 9 } },
		{ .unit = { .id = 14, .code = "C71", .kind = UNIT_MINISTRY, .name_vi = "Bộ Một", .predecessors = "B07", .valid_from = 9 } },
		{ .unit = { .id = 15, .code = "C72", .kind = UNIT_MINISTRY, .name_vi = "Bộ Hai", .predecessors = "B07|T9", .valid_from = 9 } },
	};
	struct account old = { .units = before, .n_units = COUNT_OF(before) }, new = { .units = after, .n_units = COUNT_OF(after) };

	CHECK_INT(unit_map(&new, &before[0].unit), 0, "a province that was merged");
	CHECK_INT(unit_map(&new, &before[1].unit), 0, "... and the other half of it");
	CHECK_INT(unit_map(&new, &before[2].unit), 1, "one that kept its name");
	CHECK_INT(unit_map(&new, &before[3].unit), 2, "... in capitals");
	CHECK_INT(unit_map(&new, &before[4].unit), -1, "one that was divided has no one successor");
	CHECK_INT(unit_map(&old, &after[0].unit), -1, "merged of several: it was none of them, whatever its name");
	CHECK_INT(unit_map(&old, &after[3].unit), 4, "of one alone");
	CHECK_INT(unit_map(&old, &before[2].unit), 2, "the same tree");
	CHECK(unit_map_newer(&new, &old) && !unit_map_newer(&old, &new), "which tree is newer");
}

/* --- papers of the trial ------------------------------------------------------------------ */

static bool
has(const char *text, const char *piece)
{
	if (strstr(text, piece))
		return true;
	printf("missing: %s\n", piece);
	return false;
}

static void
check_paper(const struct paper_ask *ask, enum paper_kind kind, enum lang l)
{
	struct paper_ask own = *ask;
	struct err e = ERR_INIT;
	struct paper p;
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);

	own.lang = l;
	own.own = kind == PAPER_UNIT ? ask->own : NULL;
	if (!CHECK_INT(paper_make(&p, kind, &own, &e), 0, paper_info(kind)->key)) {
		printf("  %s\n", e.text);
	} else {
		CHECK_INT(paper_html(&p, f, &e), 0, "its page");
		fflush(f);
		CHECK(has(s, "<!doctype html>") && has(s, "</html>") && !strstr(s, "(null)"), paper_info(kind)->key);
		for (size_t i = 0; i < p.n_tables; i++) {
			char *csv = printed(&p.tables[i], OUT_CSV, false), *end = strchr(csv, '\n');

			CHECK(end && p.tables[i].n_columns > 2, p.tables[i].key);
			free(csv);
		}
		CHECK(p.n_notes >= 2, "it is explained");
	}
	fclose(f);
	free(s);
	paper_release(&p);
}

static void
test_trial(void)
{
	struct account a;
	struct conf conf;
	struct err e = ERR_INIT;
	struct fill f;
	struct buf b = BUF_INIT(1 << 20);
	struct paper_ask ask = { .account = &a };
	struct paper p;

	fill_trial(&f);
	fill_commit(&f);
	if (conf_load(&conf, NULL, false, &e) < 0 || account_build(&a, f.db, &f.c, &conf, NULL, TRIAL_AFTER, &e) < 0)
		die("cannot count: %s", e.text);
	ask.db = f.db;
	ask.own = &a.units[a.n_units - 1];
	for (int k = 0; k < PAPERS; k++)
		for (int l = 0; l < 2; l++)
			if (k != PAPER_COMPARISON)
				check_paper(&ask, (enum paper_kind)k, (enum lang)l);
	CHECK_INT(paper_make(&p, PAPER_COMPARISON, &ask, &e), -1, "one campaign is no comparison");
	paper_release(&p);
	ask.beside[ask.n_beside++] = &a;
	CHECK_INT(paper_make(&p, PAPER_COMPARISON, &ask, &e), 0, "with itself");
	paper_release(&p);
	ask.n_beside = 0;
	ask.own = NULL;
	CHECK_INT(paper_make(&p, PAPER_UNIT, &ask, &e), -1, "nobody's own copy");
	paper_release(&p);
	sentences_participation(&b, &a, LANG_VI);
	CHECK(has(buf_str(&b), "Đã gửi thư tới 2.383/2.429 công chức; máy chủ thư đã nhận thư gửi "), "who was written to");
	CHECK(has(buf_str(&b), "Tỷ lệ trả lời theo chuẩn AAPOR là 37,8% (RR1, trả lời đủ) hoặc 46,1% (RR2, kể cả trả lời một phần)."), "the rate");
	buf_clear(&b);
	sentences_participation(&b, &a, LANG_EN);
	CHECK(has(buf_str(&b), "2,383 of 2,429 officials were written to; mail servers accepted messages to "), "in English");
	CHECK(has(buf_str(&b), "the response rate is 37.8% (RR1, complete answers) or 46.1% (RR2, partial ones too)."), "the rate");
	buf_release(&b);
	account_release(&a);
	conf_release(&conf);
	fill_close(&f);
}

int
main(void)
{
	test_cells();
	test_forms();
	test_workbook();
	test_map();
	test_trial();
	return check_done();
}
