#include "base/out.h"

#include <errno.h>
#include <inttypes.h>
#include <unistr.h>
#include <uniwidth.h>

#include "base/lang.h"
#include "base/mem.h"

#define ROW_MAX_BYTES ((size_t)16 << 20)

int
out_format_parse(const char *word, enum out_format *f, struct err *e)
{
	static const char *const names[] = { "text", "csv", "json", "html" };

	for (int i = 0; i < 4; i++)
		if (strcmp(word, names[i]) == 0) {
			*f = (enum out_format)i;
			return 0;
		}
	return err_set(e, ERR_INPUT, TR("unknown format '%s': use text, csv, json or html",
	    "không có định dạng '%s': dùng text, csv, json hoặc html"), word);
}

void
out_begin(struct out *o, FILE *f, enum out_format format, const struct out_column *columns, size_t n)
{
	*o = (struct out){ .f = f, .format = format, .columns = columns, .n_columns = n,
	    .line = BUF_INIT(ROW_MAX_BYTES) };
	if (format == OUT_JSON)
		fputs("[", f);
	if (format == OUT_CSV) {
		for (size_t i = 0; i < n; i++) {
			if (i)
				buf_char(&o->line, ',');
			out_csv_field(&o->line, columns[i].key, false);
		}
		fprintf(f, "%s\n", buf_str(&o->line));
		buf_clear(&o->line);
	}
}

static void
separator(struct out *o)
{
	ASSERT(o->at < o->n_columns);
	if (o->format == OUT_CSV && o->at)
		buf_char(&o->line, ',');
	if (o->format == OUT_JSON) {
		buf_str_add(&o->line, o->at ? "," : "{");
		out_json_string(&o->line, o->columns[o->at].key);
		buf_char(&o->line, ':');
	}
	o->at++;
}

static void
keep(struct out *o, const char *s)
{
	o->cells = mem_room(o->cells, o->n_cells, &o->cap_cells, sizeof(*o->cells));
	o->cells[o->n_cells++] = mem_dup(s);
}

void
out_text(struct out *o, const char *s)
{
	separator(o);
	switch (o->format) {
	case OUT_CSV:
		out_csv_field(&o->line, s ? s : "", o->for_sheets);
		break;
	case OUT_JSON:
		if (s)
			out_json_string(&o->line, s);
		else
			buf_str_add(&o->line, "null");
		break;
	default:
		keep(o, s ? s : "");
	}
}

void
out_number(struct out *o, const char *s)
{
	separator(o);
	if (o->format == OUT_CSV || o->format == OUT_JSON)
		buf_str_add(&o->line, s);
	else
		keep(o, s);
}

void
out_int(struct out *o, int64_t v)
{
	char s[24];

	snprintf(s, sizeof(s), "%" PRId64, v);
	out_number(o, s);
}

void
out_row(struct out *o)
{
	ASSERT(o->n_columns > 0 && o->at == o->n_columns);
	o->at = 0;
	if (o->format == OUT_CSV)
		fprintf(o->f, "%s\n", buf_str(&o->line));
	else if (o->format == OUT_JSON)
		fprintf(o->f, "%s\n %s}", o->rows ? "," : "", buf_str(&o->line));
	buf_clear(&o->line);
	o->rows++;
}

size_t
out_width(const char *s)
{
	int w = u8_strwidth((const uint8_t *)s, "UTF-8");

	return w > 0 ? (size_t)w : 0;
}

static void
text_line(struct out *o, const size_t *width, char **cells)
{
	for (size_t i = 0; i < o->n_columns; i++) {
		const char *s = cells ? cells[i] : o->columns[i].title ? o->columns[i].title : o->columns[i].key;
		int pad = (int)(width[i] - out_width(s));
		bool last = i + 1 == o->n_columns;

		if (o->columns[i].number)
			fprintf(o->f, "%*s%s", pad, "", s);
		else
			fprintf(o->f, "%s%*s", s, last ? 0 : pad, "");
		fputs(last ? "\n" : "  ", o->f);
	}
}

int
out_end(struct out *o, struct err *e)
{
	if (o->format == OUT_JSON)
		fputs("\n]\n", o->f);
	if (o->format == OUT_TEXT || o->format == OUT_HTML) {
		size_t *width;

		ASSERT(o->n_columns > 0);
		width = mem_zalloc(o->n_columns * sizeof(*width));

		for (size_t i = 0; i < o->n_columns; i++)
			width[i] = out_width(o->columns[i].title ? o->columns[i].title : o->columns[i].key);
		for (size_t i = 0; i < o->n_cells; i++) {
			size_t w = out_width(o->cells[i]);

			if (w > width[i % o->n_columns])
				width[i % o->n_columns] = w;
		}
		text_line(o, width, NULL);
		for (size_t i = 0; i + o->n_columns <= o->n_cells; i += o->n_columns)
			text_line(o, width, o->cells + i);
		free(width);
	}
	for (size_t i = 0; i < o->n_cells; i++)
		free(o->cells[i]);
	free(o->cells);
	buf_release(&o->line);
	if (fflush(o->f) != 0 || ferror(o->f))
		return out_lost(e);
	return 0;
}

int
out_lost(struct err *e)
{
	bool closed = errno == EPIPE;

	err_sys(e, TR("cannot write the result", "không ghi được kết quả"));
	if (closed && e)
		e->code = ERR_CLOSED;
	return -1;
}

void
out_csv_field(struct buf *b, const char *s, bool for_sheets)
{
	bool formula = for_sheets && *s && strchr("=+-@\t\r", *s);

	if (!formula && !strpbrk(s, ",\"\r\n") && *s != ' ' && (!*s || s[strlen(s) - 1] != ' ')) {
		buf_str_add(b, s);
		return;
	}
	buf_char(b, '"');
	if (formula)
		buf_char(b, '\'');
	for (; *s; s++) {
		if (*s == '"')
			buf_char(b, '"');
		buf_char(b, *s);
	}
	buf_char(b, '"');
}

void
out_excel(struct buf *to, const char *csv, size_t len)
{
	buf_str_add(to, "\xef\xbb\xbf");
	for (size_t i = 0; i < len; i++) {
		if (csv[i] == '\n' && (i == 0 || csv[i - 1] != '\r'))
			buf_char(to, '\r');
		buf_char(to, csv[i]);
	}
}

int
out_excel_copy(FILE *from, FILE *to, struct err *e)
{
	bool first = true;
	char piece[16384];
	size_t n;

	rewind(from);
	while ((n = fread(piece, 1, sizeof(piece), from)) > 0 || first) {
		struct buf b = BUF_INIT(3 * sizeof(piece));
		size_t mark = first ? 0 : 3;	/* it comes once */

		out_excel(&b, piece, n);
		fwrite(buf_str(&b) + mark, 1, b.len - mark, to);
		buf_release(&b);
		first = false;
		if (ferror(to))
			break;
	}
	return ferror(from) || fflush(to) != 0 || ferror(to) ? out_lost(e) : 0;
}

void
out_json_string(struct buf *b, const char *s)
{
	buf_char(b, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			buf_char(b, '\\');
		if (c < 0x20)
			buf_printf(b, "\\u%04x", c);
		else
			buf_char(b, (char)c);
	}
	buf_char(b, '"');
}

void
out_html(struct buf *b, const char *s)
{
	size_t n;

	while (n = strcspn(s, "&<>\"'"), buf_add(b, s, n), *(s += n)) {
		buf_str_add(b, *s == '&' ? "&amp;" : *s == '<' ? "&lt;" : *s == '>' ? "&gt;" :
		    *s == '"' ? "&quot;" : "&#39;");
		s++;
	}
}
