/* Tables as they come, and the rosters of the reconstructed trial against their manifest. */
#include "support/check.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

/* The whole table as one string: cells in [], rows with their line, ! for an open quote. */
static char *
shown(struct arena *a, struct csv *in, const char *data, size_t len)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct csv_row row;
	int rc;
	char *out;

	if (csv_open_memory(in, data, len, &e) < 0) {
		buf_printf(&b, "error: %s", e.text);
		goto out;
	}
	while ((rc = csv_next(in, &row, &e)) == 1) {
		buf_printf(&b, "%" PRId64 "%s:", row.line, row.open_quote ? "!" : "");
		for (size_t i = 0; i < row.count; i++) {
			CHECK(strlen(row.cell[i].s) == row.cell[i].len, "length of a cell");
			buf_printf(&b, "[%s]", row.cell[i].s);
		}
		CHECK_INT(in->line, row.line, "line of the reader");
	}
	if (rc < 0)
		buf_printf(&b, "error: %s", e.text);
out:
	out = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return out;
}

static void
test_records(void)
{
	static const struct { const char *label, *in, *want; char delimiter; } cases[] = {
		{ "nothing", "", "", ',' },
		{ "one cell", "a", "1:[a]", ',' },
		{ "two rows", "a,b\nc,d\n", "1:[a][b]2:[c][d]", ',' },
		{ "no line end at the end", "a,b\nc,d", "1:[a][b]2:[c][d]", ',' },
		{ "empty cells", ",,\n", "1:[][][]", ',' },
		{ "empty lines", "a\n\n\r\nb", "1:[a]2:3:4:[b]", ',' },
		{ "line ends mixed", "a\r\nb\nc\rd", "1:[a]2:[b]3:[c]4:[d]", ',' },
		{ "CR at the very end", "a\r", "1:[a]", ',' },
		{ "white space is kept", " a , b ", "1:[ a ][ b ]", ',' },
		{ "quotes", "\"a\",\"b,c\",\"\"", "1:[a][b,c][]", ',' },
		{ "doubled quotes", "\"a \"\"b\"\" c\",\"\"\"\"", "1:[a \"b\" c][\"]", ',' },
		{ "line breaks inside", "\"a\nb\",c\nd,\"e\r\nf\"\ng", "1:[a\nb][c]3:[d][e\r\nf]5:[g]", ',' },
		{ "CR inside", "\"a\rb\"\nc", "1:[a\rb]3:[c]", ',' },
		{ "quote inside a cell", "5\" pipe,K\"x\"", "1:[5\" pipe][K\"x\"]", ',' },
		{ "text behind the closing quote", "\"a\"b,\"c\" ,d", "1:[ab][c ][d]", ',' },
		{ "quotes not doubled", "\"Anh \"Ba\" Nam\",x", "1:[Anh Ba\" Nam\"][x]", ',' },
		{ "open quote", "\"a,b\nc,d\n", "1!:[\"a][b]2:[c][d]", ',' },
		{ "open quote, quoted cells later", "x,\"a\ny,\"b\"\n", "1!:[x][\"a]2:[y][b]", ',' },
		{ "open quote at the end", "a,\"", "1!:[a][\"]", ',' },
		{ "only a quote", "\"", "1!:[\"]", ',' },
		{ "three quotes", "\"\"\"", "1!:[\"\"\"]", ',' },
		{ "closed at the end of the file", "\"a\nb\"", "1:[a\nb]", ',' },
		{ "semicolon", "a;\"b;c\"\n", "1:[a][b;c]", ';' },
		{ "Ctrl-Z", "a,b\n\x1A", "1:[a][b]", ',' },
		{ "decomposed", "a\xCC\x86,e\xCC\x82\xCC\x81" "b\n", "1:[ă][ếb]", ',' },
		{ "another alphabet decomposed", "n\xCC\x83,\xE2\x84\xAA,ok\n", "1:[ñ][K][ok]", ',' },
		{ "a semicolon made by NFC does not cut", "a\xCD\xBE" "b;c", "1:[a;b][c]", ';' },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct csv in = CSV_INIT;

		in.delimiter = cases[i].delimiter;
		CHECK_STR(shown(&a, &in, cases[i].in, strlen(cases[i].in)), cases[i].want, cases[i].label);
		csv_release(&in);
	}
	arena_release(&a);
}

static void
test_nul(void)
{
	struct buf b = BUF_INIT(10000);
	struct csv in = CSV_INIT;
	struct csv_row row;
	struct err e = ERR_INIT;

	buf_add(&b, "a\0b,c\n", 6);
	while (b.len < 9000)
		buf_str_add(&b, "x,y\n");
	CHECK_INT(csv_open_memory(&in, b.s, b.len, &e), 0, "one NUL in a long text");
	CHECK_INT(csv_next(&in, &row, &e), 1, "row with NUL");
	CHECK_STR(csv_cell(&row, 0), "a\xEF\xBF\xBD" "b", "NUL is replaced");
	CHECK_STR(csv_cell(&row, 1), "c", "next cell");
	CHECK_STR(csv_cell(&row, 2), "", "beyond the last");
	CHECK(in.charset.damaged, "and told");
	csv_release(&in);
	buf_release(&b);
}

static void
test_delimiter(void)
{
	static const struct { const char *label, *in; char want; bool sep; const char *rows; } cases[] = {
		{ "comma", "a,b,c\n1,2,3\n", ',', false, NULL },
		{ "semicolon", "a;b;c\n1;2;3\n", ';', false, NULL },
		{ "TAB", "a\tb\n1\t2\n", '\t', false, NULL },
		{ "bar", "a|b|c\n1|2|3\n", '|', false, NULL },
		{ "commas in semicolons", "Họ tên;Đơn vị;Email\nA;Sở Văn hóa, Thể thao;x@y\nB;Sở Tài chính;z@y\n", ';', false, NULL },
		{ "commas in every row", "STT;Tên;SĐT\n1;A;1,5E+08\n2;B;1,6E+08\n3;C;1,7E+08\n", ';', false, NULL },
		{ "titles above", "ỦY BAN NHÂN DÂN, TỈNH\n\nDANH SÁCH\nSTT;Tên;Thư\n1;A;a@b\n2;B;c@d\n3;C;d@d\n", ';', false, NULL },
		{ "semicolons in quotes", "\"a;b\",\"c;d\"\n\"e;f\",\"g;h\"\n", ',', false, NULL },
		{ "two addresses in a cell", "A,a@x ; b@y\nB,c@x ; d@y\n", ',', false, NULL },
		{ "nothing to cut", "abc\ndef\n", ',', false, NULL },
		{ "empty", "", ',', false, NULL },
		{ "sep line", "sep=;\na;b,c\n", ';', true, "2:[a][b,c]" },
		{ "sep line with BOM and CRLF", "\xEF\xBB\xBFSEP=|\r\na|b\r\n", '|', true, "2:[a][b]" },
		{ "sep line with TAB", "sep=\t\na\tb\n", '\t', true, "2:[a][b]" },
		{ "quoted sep line", "\"sep=;\"\na;b\n", ';', true, "2:[a][b]" },
		{ "sep line alone", "sep=;", ';', true, "" },
		{ "no sep line", "sep=ab\n1,2\n1,2\n", ',', false, NULL },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct csv in = CSV_INIT;
		const char *rows = shown(&a, &in, cases[i].in, strlen(cases[i].in));

		CHECK_INT(in.delimiter, cases[i].want, cases[i].label);
		CHECK_INT(in.sep_line, cases[i].sep, cases[i].label);
		if (cases[i].rows)
			CHECK_STR(rows, cases[i].rows, cases[i].label);
		csv_release(&in);
	}
	arena_release(&a);
}

static void
test_limits(void)
{
	struct { const char *label; size_t bytes, cells; const char *in, *want; } cases[] = {
		{ "just fits", 8, 9, "ab,cdefg\nx\n", "1:[ab][cdefg]2:[x]" },
		{ "too long", 8, 9, "x\nab,cdefgh\n", "1:[x]error: line 2: record is longer than 8 bytes" },
		{ "too long, never ends", 8, 9, "x\nabcdefghijklmnopq", "1:[x]error: line 2: record is longer than 8 bytes" },
		{ "quote closed too late", 8, 9, "\"ab\ncdefghi\"\n", "1!:[\"ab]2:[cdefghi\"]" },
		{ "quote closed in time", 8, 9, "\"ab\ncde\"\n", "1:[ab\ncde]" },
		{ "too wide", 80, 3, "a,b,c\n1,2,3,4\n", "1:[a][b][c]error: line 2: more than 3 columns" },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct csv in = CSV_INIT;

		in.delimiter = ',';
		in.max_record_bytes = cases[i].bytes;
		in.max_cells = cases[i].cells;
		CHECK_STR(shown(&a, &in, cases[i].in, strlen(cases[i].in)), cases[i].want, cases[i].label);
		csv_release(&in);
	}
	arena_release(&a);
}

/* Far more than one chunk: nothing is lost or cut at the seams, from a file and from a pipe. */
static void
test_stream(const char *suffix, bool piped)
{
	enum { ROWS = 20000 };
	char path[64];
	FILE *f = tmpfile(), *cat = NULL;
	int rc;
	struct csv in = CSV_INIT;
	struct csv_row row;
	struct err e = ERR_INIT;
	int64_t rows = 0, wrong = 0;

	for (int i = 0; i < ROWS; i++)
		fprintf(f, "%d,\"Nguyễn Văn %d\r\nHải\",\"\"\"%s\"\"\",%0*d\r\n", i, i, suffix, i % 97 + 1, 7);
	fflush(f);
	lseek(fileno(f), 0, SEEK_SET);
	in.delimiter = ',';
	snprintf(path, sizeof(path), "cat <&%d", fileno(f));
	if (piped && !(cat = popen(path, "r"))) {
		check_skip("no shell to make a pipe");
		fclose(f);
		return;
	}
	snprintf(path, sizeof(path), "/dev/fd/%d", fileno(cat ? cat : f));
	rc = csv_open(&in, path, &e);
	if (cat)
		pclose(cat);
	CHECK_INT(rc, 0, e.text);
	while (rc == 0 && csv_next(&in, &row, &e) == 1) {
		char name[64], last[128], quoted[64];

		snprintf(name, sizeof(name), "Nguyễn Văn %d\r\nHải", (int)rows);
		snprintf(last, sizeof(last), "%0*d", (int)(rows % 97 + 1), 7);
		snprintf(quoted, sizeof(quoted), "\"%s\"", strcmp(suffix, "a\xCC\x86") == 0 ? "ă" : suffix);
		wrong += row.count != 4 || row.line != 1 + 2 * rows || strcmp(csv_cell(&row, 1), name) != 0 ||
		    strcmp(csv_cell(&row, 2), quoted) != 0 || strcmp(csv_cell(&row, 3), last) != 0;
		wrong += row.raw_len < 20 || row.raw[row.raw_len - 1] != '7';
		rows++;
	}
	CHECK_INT(rows, ROWS, "all rows");
	CHECK_INT(wrong, 0, "all right");
	csv_release(&in);
	fclose(f);
}

static void
test_refused(void)
{
	struct csv in = CSV_INIT;
	struct err e = ERR_INIT;

	CHECK_INT(csv_open(&in, "/nowhere/at-all.csv", &e), -1, "no such file");
	CHECK_INT(e.code, ERR_SYSTEM, "no such file: code");
	csv_release(&in);
	CHECK_INT(csv_open(&in, ".", &e), -1, "a folder");
	CHECK_INT(e.code, ERR_INPUT, "a folder: code");
	csv_release(&in);
	CHECK_INT(csv_open_memory(&in, "PK\x03\x04....xl/workbook.xml", 24, &e), -1, "a workbook");
	CHECK(e.code == ERR_INPUT && strstr(e.text, "Excel workbook"), "a workbook: advice");
	csv_release(&in);
}

/* ----------------------------------------------------- the trial's rosters */

static const char *
encoding_of(const struct charset_finding *f)
{
	switch (f->charset) {
	case CHARSET_UTF8: return f->bom ? "UTF-8 with BOM" : "UTF-8";
	case CHARSET_UTF16LE: return "UTF-16LE with BOM";
	case CHARSET_UTF16BE: return "UTF-16BE with BOM";
	case CHARSET_WINDOWS_1258:
		return f->form == FORM_NFD ? "windows-1258 (tones always as combining bytes)" : "windows-1258";
	case CHARSET_WINDOWS_1252: return f->lost_letters ? "windows-1252 with lost letters" : "windows-1252";
	case CHARSET_TCVN3: return "TCVN3 (ABC) bytes";
	default: return f->name;
	}
}

static const char *
form_of(const struct charset_finding *f)
{
	static const char *const forms[] = { [FORM_NFC] = "nfc", [FORM_NFD] = "nfd", [FORM_MIXED] = "mixed nfc/nfd" };

	if (f->hidden != HIDDEN_NONE)
		return f->hidden == HIDDEN_TCVN3 ? "tcvn3-as-windows-1252" :
		    f->hidden == HIDDEN_VNI ? "vni-as-windows-1252" : f->name;
	return f->charset == CHARSET_UTF8 || f->charset == CHARSET_UTF16LE || f->charset == CHARSET_UTF16BE ?
	    forms[f->form] : "legacy";
}

static void
test_rosters(const char *folder)
{
	struct arena a = ARENA_INIT;
	json_t *manifest = json_load_file(arena_printf(&a, "%s/manifest.json", folder), 0, NULL), *file;
	size_t i;

	if (!manifest) {
		check_skip("the reconstructed trial is not here: ../shared/domain/trial-2021");
		return;
	}
	json_array_foreach(json_object_get(manifest, "files"), i, file) {
		const char *name = json_string_value(json_object_get(file, "file"));
		const char *delimiter = json_string_value(json_object_get(file, "delimiter"));
		struct csv in = CSV_INIT;
		struct csv_row row;
		struct err e = ERR_INIT;
		int64_t last = 0;
		int rc = csv_open(&in, arena_printf(&a, "%s/%s", folder, name), &e);

		if (!CHECK_INT(rc, 0, e.text))
			continue;
		CHECK_STR(encoding_of(&in.charset), json_string_value(json_object_get(file, "encoding")), name);
		CHECK_STR(form_of(&in.charset), json_string_value(json_object_get(file, "text_form")), name);
		CHECK_INT(in.delimiter, strcmp(delimiter, "TAB") == 0 ? '\t' : delimiter[0], name);
		CHECK_INT(in.sep_line, json_is_true(json_object_get(file, "sep_line")), name);
		while ((rc = csv_next(&in, &row, &e)) == 1) {
			CHECK(!row.open_quote, name);
			last = row.line;
			for (size_t k = 0; k < row.raw_len; k++)
				last += row.raw[k] == '\n';
		}
		CHECK_INT(rc, 0, e.text);
		CHECK_INT(last, json_integer_value(json_object_get(file, "physical_lines")), name);
		csv_release(&in);
	}
	json_decref(manifest);
	arena_release(&a);
}

/* The directory of units says where each of the 63 stands in the alphabet. */
static void
test_order(const char *path)
{
	enum { MOST = 100 };
	struct arena a = ARENA_INIT;
	struct csv in = CSV_INIT;
	struct csv_row row;
	struct err e = ERR_INIT;
	char *names[MOST];
	int rank[MOST], n = 0;
	size_t name = 0, sort = 0;

	if (access(path, R_OK) < 0) {
		check_skip("the directory of units is not here: ../shared/domain/units-vn-2021.csv");
		return;
	}
	CHECK_INT(csv_open(&in, path, &e), 0, e.text);
	while (csv_next(&in, &row, &e) == 1 && n < MOST) {
		if (in.rows == 1) {
			for (size_t i = 0; i < row.count; i++) {
				name = strcmp(csv_cell(&row, i), "short_vi") == 0 ? i : name;
				sort = strcmp(csv_cell(&row, i), "sort_vi") == 0 ? i : sort;
			}
			CHECK(name && sort, "columns short_vi and sort_vi");
		} else if (strcmp(csv_cell(&row, 1), "province") == 0) {
			rank[n] = (int)strtol(csv_cell(&row, sort), NULL, 10);
			names[n++] = arena_dup(&a, csv_cell(&row, name));
		}
	}
	csv_release(&in);
	CHECK_INT(n, 63, "provinces");
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			if (rank[i] < rank[k])
				CHECK(text_collate(names[i], names[k]) < 0, names[i]);
	arena_release(&a);
}

int
main(void)
{
	test_records();
	test_nul();
	test_delimiter();
	test_limits();
	test_stream("plain", false);
	test_stream("a\xCC\x86", false);	/* not NFC: goes through the decoder */
	test_stream("piped", true);
	test_refused();
	test_rosters("../shared/domain/trial-2021");
	test_order("../shared/domain/units-vn-2021.csv");
	return check_done();
}
