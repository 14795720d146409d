#include "engine/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define HIDDEN "c"

struct cell
cell_percent(int64_t part, int64_t of)
{
	return of > 0 ? cell_int((part * 2000 + of) / (of * 2)) : cell_none();
}

int
cell_decimals(enum cell_kind k)
{
	static const int decimals[] = { [CELL_TEXT] = 0, [CELL_DAY] = 0, [CELL_TIME] = 0, [CELL_COUNT] = 0, [CELL_PERCENT] = 1, [CELL_POINTS] = 1,
	    [CELL_RATIO] = 2, [CELL_SHARE] = 3, [CELL_SECONDS] = 3 };

	return decimals[k];
}

static int64_t
power(int decimals)
{
	int64_t p = 1;

	while (decimals-- > 0)
		p *= 10;
	return p;
}

const char *
cell_plain(char out[32], enum cell_kind kind, const struct cell *c)
{
	int d = cell_decimals(kind);
	int64_t p = power(d), n = c->n < 0 ? -c->n : c->n;

	if (c->state != CELL_SHOWN)
		return c->state == CELL_HIDDEN ? HIDDEN : "";
	if (cell_is_text(kind))
		return c->s;
	if (d)
		snprintf(out, 32, "%s%" PRId64 ".%0*" PRId64, c->n < 0 ? "-" : "", n / p, d, n % p);
	else
		snprintf(out, 32, "%" PRId64, c->n);
	return out;
}

/* Times between a blink and weeks, in the two largest units that say something. */
static const char *
duration(char out[64], int64_t ms, enum lang l)
{
	int64_t s = ms / 1000;

	if (s < 60) {
		snprintf(out, 64, "%" PRId64 "%c%" PRId64 "%s", s, l == LANG_VI ? ',' : '.', ms % 1000 / 100, TRL(l, " s", " giây"));
		return out;
	}
	if (s < 3600)
		snprintf(out, 64, TRL(l, "%" PRId64 " min %" PRId64 " s", "%" PRId64 " phút %" PRId64 " giây"), s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, 64, TRL(l, "%" PRId64 " h %" PRId64 " min", "%" PRId64 " giờ %" PRId64 " phút"), s / 3600, s % 3600 / 60);
	else
		snprintf(out, 64, TRL(l, "%" PRId64 " d %" PRId64 " h", "%" PRId64 " ngày %" PRId64 " giờ"), s / 86400, s % 86400 / 3600);
	return out;
}

/* 17/09/2021, 17 Sep 2021; a time with its minute before it. */
static const char *
moment(char out[64], const char *s, bool time, enum lang l)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int month = s && strlen(s) >= (time ? 16 : 10) ? (s[5] - '0') * 10 + s[6] - '0' : 0;

	if (month < 1 || month > 12)
		return s ? s : "";
	if (l == LANG_VI)
		snprintf(out, 64, "%.*s%s%.2s/%.2s/%.4s", time ? 5 : 0, time ? s + 11 : "", time ? " " : "", s + 8, s + 5, s);
	else
		snprintf(out, 64, "%.*s%s%.2s %s %.4s", time ? 5 : 0, time ? s + 11 : "", time ? " " : "", s + 8, months[month - 1], s);
	return out;
}

const char *
cell_words(char out[64], enum cell_kind kind, const struct cell *c, enum lang l)
{
	char plain[32], *point;

	if (c->state != CELL_SHOWN)
		return c->state == CELL_HIDDEN ? HIDDEN : "–";
	switch (kind) {
	case CELL_TEXT:
		return c->s;
	case CELL_DAY:
	case CELL_TIME:
		return moment(out, c->s, kind == CELL_TIME, l);
	case CELL_COUNT:
		return text_number(out, c->n, l);
	case CELL_SECONDS:
		return duration(out, c->n, l);
	default:
		snprintf(out, 64, "%s%s", kind == CELL_POINTS && c->n > 0 ? "+" : "", cell_plain(plain, kind, c));
		if (l == LANG_VI && (point = strchr(out, '.')))
			*point = ',';
		return out;
	}
}

/* --- text, CSV, JSON ------------------------------------------------------------ */

struct printing {
	struct sink sink;
	const struct table *t;
	struct out out;
	enum lang lang;
};

static void
print_row(struct sink *sink, const struct cell *cells, bool total)
{
	struct printing *p = (struct printing *)sink;

	(void)total;
	for (size_t i = 0; i < p->t->n_columns; i++) {
		enum cell_kind kind = p->t->columns[i].kind;
		const struct cell *c = &cells[i];
		char plain[32], words[64];

		if (p->out.format == OUT_TEXT || p->out.format == OUT_HTML)
			out_text(&p->out, cell_words(words, kind, c, p->lang));
		else if (c->state != CELL_SHOWN)
			out_text(&p->out, c->state == CELL_EMPTY || p->out.format == OUT_JSON ? NULL : HIDDEN);
		else if (cell_is_text(kind))
			out_text(&p->out, c->s);
		else
			out_number(&p->out, cell_plain(plain, kind, c));
	}
	out_row(&p->out);
}

int
table_print(const struct table *t, FILE *f, enum out_format format, bool for_sheets, enum lang l, struct err *e)
{
	struct out_column *columns = mem_zalloc((t->n_columns + 1) * sizeof(*columns));
	struct printing p = { .sink = { print_row }, .t = t, .lang = l };
	int rc;

	for (size_t i = 0; i < t->n_columns; i++)
		columns[i] = (struct out_column){ t->columns[i].key, t->columns[i].title, !cell_is_text(t->columns[i].kind) };
	out_begin(&p.out, f, format, columns, t->n_columns);
	p.out.for_sheets = for_sheets;
	rc = t->walk(t, &p.sink, e);
	if (out_end(&p.out, rc < 0 ? NULL : e) < 0)
		rc = -1;
	free(columns);
	return rc;
}

/* --- HTML ----------------------------------------------------------------------- */

struct writing {
	struct sink sink;
	const struct table *t;
	struct buf *b;
	size_t most, rows;
	enum lang lang;
	bool foot;
};

static const char *
class_of(const struct column *c)
{
	if (c->kind == CELL_DAY || c->kind == CELL_TIME)
		return c->wide ? " class=\"nowrap wide\"" : " class=\"nowrap\"";
	return c->kind == CELL_TEXT ? c->wide ? " class=\"wide\"" : "" : c->wide ? " class=\"n wide\"" : " class=\"n\"";
}

static void
html_row(struct sink *sink, const struct cell *cells, bool total)
{
	struct writing *w = (struct writing *)sink;
	char words[64];

	if (total && !w->foot) {
		buf_str_add(w->b, "</tbody>\n<tfoot>\n");
		w->foot = true;
	}
	if (!total && w->rows++ >= w->most)
		return;
	buf_str_add(w->b, "<tr>");
	for (size_t i = 0; i < w->t->n_columns; i++) {
		bool head = i == 0 && !total;

		if (w->t->columns[i].bare)
			continue;
		buf_printf(w->b, "<%s%s>", head ? "th scope=\"row\"" : "td", class_of(&w->t->columns[i]));
		if (total && i == 0 && cells[i].s && strcmp(cells[i].s, "TOTAL") == 0)
			buf_str_add(w->b, TRL(w->lang, "Total", "Cộng"));
		else
			out_html(w->b, cell_words(words, w->t->columns[i].kind, &cells[i], w->lang));
		buf_str_add(w->b, head ? "</th>" : "</td>");
	}
	buf_str_add(w->b, "</tr>\n");
}

int
table_html(const struct table *t, struct buf *b, size_t most, size_t *rows, enum lang l, struct err *e)
{
	struct writing w = { .sink = { html_row }, .t = t, .b = b, .most = most, .lang = l };
	int rc;

	buf_str_add(b, "<table>\n<thead><tr>");
	for (size_t i = 0; i < t->n_columns; i++) {
		if (t->columns[i].bare)
			continue;
		buf_printf(b, "<th scope=\"col\"%s>", class_of(&t->columns[i]));
		out_html(b, t->columns[i].title ? t->columns[i].title : t->columns[i].key);
		buf_str_add(b, "</th>");
	}
	buf_str_add(b, "</tr></thead>\n<tbody>\n");
	rc = t->walk(t, &w.sink, e);
	buf_str_add(b, w.foot ? "</tfoot>\n</table>" : "</tbody>\n</table>");
	*rows = w.rows;
	return rc;
}

/* --- JSON in memory ------------------------------------------------------------- */

struct gathering {
	struct sink sink;
	const struct table *t;
	json_t *rows, *totals;
	size_t most, n;
};

static json_t *
value(enum cell_kind kind, const struct cell *c)
{
	if (c->state != CELL_SHOWN)
		return json_null();
	if (cell_is_text(kind)) {
		json_t *text = json_string(c->s);

		return text ? text : json_string("\xef\xbf\xbd");	/* from outside, and no UTF-8 */
	}
	if (!cell_decimals(kind))
		return json_integer(c->n);
	return json_real((double)c->n / (double)power(cell_decimals(kind)));
}

static void
json_row(struct sink *sink, const struct cell *cells, bool total)
{
	struct gathering *g = (struct gathering *)sink;
	json_t *row;

	if (!total && g->n++ >= g->most)
		return;
	row = json_array();
	for (size_t i = 0; i < g->t->n_columns; i++)
		json_array_append_new(row, value(g->t->columns[i].kind, &cells[i]));
	json_array_append_new(total ? g->totals : g->rows, row);
}

int
table_json(const struct table *t, json_t *list, json_t *totals, size_t most, size_t *rows, struct err *e)
{
	struct gathering g = { .sink = { json_row }, .t = t, .rows = list, .totals = totals, .most = most };
	int rc = t->walk(t, &g.sink, e);

	*rows = g.n;
	return rc;
}

/* --- some rows in memory -------------------------------------------------------- */

struct keeping {
	struct sink sink;
	const struct table *t;
	struct grid *g;
};

static void
keep_row(struct sink *sink, const struct cell *cells, bool total)
{
	struct keeping *k = (struct keeping *)sink;
	struct grid *g = k->g;
	size_t n = g->n_columns;

	if (total || g->rows++ >= g->most)
		return;
	if (g->n_rows == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 64;
		g->cells = mem_grow(g->cells, g->cap * n * sizeof(*g->cells));
	}
	for (size_t i = 0; i < n; i++) {
		struct cell *c = &g->cells[g->n_rows * n + i];

		*c = cells[i];
		if (c->s)
			c->s = arena_dup(&g->arena, c->s);
	}
	g->n_rows++;
}

int
table_keep(const struct table *t, struct grid *g, size_t most, struct err *e)
{
	struct keeping k = { { keep_row }, t, g };

	*g = (struct grid){ .arena = ARENA_INIT, .n_columns = t->n_columns, .most = most };
	return t->walk(t, &k.sink, e);
}

void
grid_release(struct grid *g)
{
	free(g->cells);
	arena_release(&g->arena);
	*g = (struct grid){ .arena = ARENA_INIT };
}
