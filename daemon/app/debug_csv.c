/* thumoi debug csv - which encoding and delimiter a list has, and its cells. */
#include <inttypes.h>

#include "app/commands.h"
#include "base/csv.h"

static const char *
delimiter_name(char c, char own[2])
{
	if (c == '\t')
		return "TAB";
	own[0] = c;
	own[1] = '\0';
	return own;
}

static void
print_cells(const struct csv_row *row)
{
	printf("%" PRId64 "%s", row->line, row->open_quote ? "!" : "");
	for (size_t i = 0; i < row->count; i++) {
		putchar('\t');
		for (const char *p = row->cell[i].s; *p; p++)
			putchar(*p == '\t' || *p == '\r' || *p == '\n' ? ' ' : *p);
	}
	putchar('\n');
}

static int
read_one(struct app *app, const char *path, bool cells, struct out *o, struct err *e)
{
	struct csv in = CSV_INIT;
	struct csv_row row;
	int64_t open_quotes = 0;
	char own[2];
	int rc = -1;

	if (csv_open(&in, path, e) < 0)
		goto out;
	while ((rc = csv_next(&in, &row, e)) == 1) {
		open_quotes += row.open_quote;
		if (cells)
			print_cells(&row);
	}
	if (rc < 0) {
		rc = err_wrap(e, "%s", path);
		goto out;
	}
	if (!cells) {
		out_text(o, path);
		out_text(o, in.charset.name);
		out_text(o, delimiter_name(in.delimiter, own));
		out_int(o, in.rows);
		out_int(o, open_quotes);
		out_int(o, (int64_t)in.charset.plausible);
		out_int(o, (int64_t)in.charset.words);
		out_text(o, charset_explain(&app->arena, &in.charset, lang_ui));
		out_row(o);
	}
out:
	csv_release(&in);
	return rc;
}

int
debug_csv(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "file", TR("file", "tệp"), false },
		{ "encoding", TR("encoding", "bộ mã"), false },
		{ "delimiter", TR("delimiter", "dấu phân cách"), false },
		{ "rows", TR("rows", "số dòng"), true },
		{ "open_quotes", TR("open quotes", "ngoặc không đóng"), true },
		{ "plausible", TR("plausible", "âm tiết hợp lệ"), true },
		{ "words", TR("words", "số từ xét"), true },
		{ "finding", TR("finding", "kết luận"), false },
	};
	const char *word = NULL;
	bool cells = false;
	const struct opt opts[] = {
		{ "cells", OPT_FLAG, &cells, NULL, "print the cells of each row behind its line number",
		    "in các ô của từng dòng sau số thứ tự dòng" },
		{ "format", OPT_TEXT, &word, "text|csv|json", "how to print", "dạng in ra" },
	};
	struct err e = ERR_INIT;
	struct out o;
	enum out_format format;
	int first, rc = opt_parse(argc, argv, "debug csv", "[--cells] FILE...", opts, COUNT_OF(opts), 1, -1, &first);
	int status = EXIT_DONE;

	if (rc >= 0)
		return rc;
	if (app_format(app, word, &format) < 0)
		return EXIT_USAGE;
	if (!cells)
		out_begin(&o, stdout, format, columns, COUNT_OF(columns));
	for (int i = first; i < argc; i++)
		if (read_one(app, argv[i], cells, &o, &e) < 0)
			status = app_fail(&e);
	if (!cells && out_end(&o, &e) < 0)
		status = app_fail(&e);
	return status;
}
