/* table.h: what a table shows at a glance, as inline SVG. Colours and dashes: templates/causes.css. */
#include "engine/table.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

#define WIDTH 760.0
#define HEIGHT 300.0
#define LEFT 52.0
#define RIGHT 190.0			/* room for the names of the lines */
#define TOP 30.0
#define BOTTOM 32.0
#define SERIES_MAX 24

static const char *
series_class(const struct chart_plan *p, size_t i)
{
	static const char *const own[] = { "s-1", "s-2", "s-3", "s-4", "s-5", "s-6", "s-7", "s-8" };

	return p->classes ? p->classes[i] : own[i % COUNT_OF(own)];
}

static const char *
series_title(const struct table *t, size_t i)
{
	const struct column *c = &t->columns[t->chart.first + i];

	return c->title ? c->title : c->key;
}

static int64_t
shown(const struct cell *c)
{
	return c->state == CELL_SHOWN && c->n > 0 ? c->n : 0;
}

/* --- bars: one a row, cut by series ---------------------------------------------- */

static void
legend(struct buf *b, const struct table *t, const int64_t *sums)
{
	buf_str_add(b, "<ul class=\"legend\">");
	for (size_t i = 0; i < t->chart.n; i++) {
		if (!sums[i])
			continue;
		buf_printf(b, "<li><span class=\"key c-%s\"></span>", series_class(&t->chart, i));
		out_html(b, series_title(t, i));
		buf_str_add(b, "</li>");
	}
	buf_str_add(b, "</ul>\n");
}

static void
bar(struct buf *b, const struct table *t, const struct cell *row, int64_t longest, enum lang l)
{
	double x = 0;
	char words[64];
	bool first = true;

	buf_str_add(b, "<li><span>");
	out_html(b, row[0].s ? row[0].s : "");
	buf_str_add(b, "</span><svg class=\"bar\" viewBox=\"0 0 1000 26\" preserveAspectRatio=\"none\" role=\"img\"><title>");
	out_html(b, row[0].s ? row[0].s : "");
	for (size_t i = 0; i < t->chart.n; i++) {
		const struct cell *c = &row[t->chart.first + i];

		if (c->state == CELL_SHOWN && !c->n)
			continue;
		buf_str_add(b, first ? ": " : ", ");
		out_html(b, series_title(t, i));
		buf_printf(b, " %s", cell_words(words, t->columns[t->chart.first + i].kind, c, l));
		first = false;
	}
	buf_str_add(b, "</title>");
	for (size_t i = 0; i < t->chart.n; i++) {
		double w = (double)shown(&row[t->chart.first + i]) * 1000 / (double)longest;

		if (w <= 0)
			continue;
		buf_printf(b, "<rect class=\"c-%s\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"26\"/>", series_class(&t->chart, i), x,
		    w > 3 ? w - 1 : w);
		x += w;
	}
	buf_str_add(b, "</svg></li>\n");
}

static void
bars(struct buf *b, const struct table *t, const struct grid *g, enum lang l)
{
	int64_t sums[SERIES_MAX] = { 0 }, longest = 0;

	for (size_t r = 0; r < g->n_rows; r++) {
		int64_t all = 0;

		for (size_t i = 0; i < t->chart.n; i++) {
			int64_t n = shown(&grid_row(g, r)[t->chart.first + i]);

			sums[i] += n;
			all += n;
		}
		longest = all > longest ? all : longest;
	}
	if (!longest)
		return;
	buf_str_add(b, "<figure class=\"plot\"><figcaption>");
	out_html(b, t->chart.title ? t->chart.title : t->title);
	buf_str_add(b, "</figcaption>\n");
	if (t->chart.n > 1)
		legend(b, t, sums);
	buf_str_add(b, "<ul class=\"hbars\">\n");
	for (size_t r = 0; r < g->n_rows; r++)
		bar(b, t, grid_row(g, r), longest, l);
	buf_str_add(b, "</ul></figure>\n");
}

/* --- lines ------------------------------------------------------------------------ */

/* The step between lines of the grid: 1, 2 or 5 times a power of ten, four of them at least where there is so much. */
static int64_t
step_for(int64_t most)
{
	int64_t step = 1;

	while (most > step * 5) {
		if (most <= step * 10)
			return step * 2;
		if (most <= step * 25)
			return step * 5;
		step *= 10;
	}
	return step;
}

struct frame {
	const struct table *t;
	const struct grid *g;
	int64_t most;
	enum lang lang;
};

static double
x_of(const struct frame *f, size_t row)
{
	return LEFT + (WIDTH - LEFT - RIGHT) * (f->g->n_rows > 1 ? (double)row / (double)(f->g->n_rows - 1) : 0.5);
}

static double
y_of(const struct frame *f, int64_t n)
{
	return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (double)n / (double)f->most;
}

static void
axes(struct buf *b, const struct frame *f)
{
	int64_t step = step_for(f->most);
	size_t every = (f->g->n_rows + 7) / 8;
	char n[32];

	for (int64_t v = 0; v <= f->most; v += step)
		buf_printf(b, "<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%.0f\" y=\"%.1f\""
		    " text-anchor=\"end\">%s</text>", LEFT, WIDTH - RIGHT, y_of(f, v), y_of(f, v), LEFT - 6, y_of(f, v) + 4,
		    text_number(n, v, f->lang));
	for (size_t r = 0; r < f->g->n_rows; r += every) {
		const char *label = grid_row(f->g, r)[0].s;

		buf_printf(b, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">", x_of(f, r), HEIGHT - 10);
		/* Without the year: 17/09/2021 and 2021-09-17 alike. */
		if (label && strlen(label) == 10)
			buf_printf(b, "%.2s/%.2s", label[4] == '-' ? label + 8 : label, label[4] == '-' ? label + 5 : label + 3);
		else
			out_html(b, label ? label : "");
		buf_str_add(b, "</text>");
	}
}

static void
marks(struct buf *b, const struct frame *f)
{
	size_t n = 0;

	for (size_t r = 0; r < f->g->n_rows && f->t->chart.marks; r++) {
		const char *what = grid_row(f->g, r)[f->t->chart.marks].s;
		double x = x_of(f, r), y = TOP - 14 + (n % 2 ? 0 : -4);

		if (!what || !*what)
			continue;
		buf_printf(b, "<line class=\"mark\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.0f\" y2=\"%.0f\"/><circle class=\"mark\" cx=\"%.1f\""
		    " cy=\"%.0f\" r=\"9\"/><text class=\"mark\" x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%zu</text>", x, x, TOP - 6,
		    HEIGHT - BOTTOM, x, y, x, y + 4, ++n);
	}
}

/* Behind its line, each with its last number; moved down where two would lie upon each other. */
static void
names(struct buf *b, const struct frame *f)
{
	double taken[SERIES_MAX];
	char n[32];

	for (size_t i = 0; i < f->t->chart.n; i++) {
		const struct cell *last = &grid_row(f->g, f->g->n_rows - 1)[f->t->chart.first + i];
		double y = y_of(f, shown(last)) + 4;

		for (size_t k = 0; k < i; k++)
			if (y > taken[k] - 15 && y < taken[k] + 15) {
				y = taken[k] + 15;
				k = (size_t)-1;
			}
		taken[i] = y;
		buf_printf(b, "<text class=\"name\" x=\"%.0f\" y=\"%.1f\">%s ", WIDTH - RIGHT + 8, y, text_number(n, shown(last), f->lang));
		out_html(b, series_title(f->t, i));
		buf_str_add(b, "</text>");
	}
}

static void
mark_list(struct buf *b, const struct frame *f)
{
	bool any = false;
	char day[64];

	for (size_t r = 0; r < f->g->n_rows && f->t->chart.marks; r++) {
		const char *what = grid_row(f->g, r)[f->t->chart.marks].s;

		if (!what || !*what)
			continue;
		buf_str_add(b, any ? "<li>" : "<ol class=\"marks\"><li>");
		any = true;
		out_html(b, cell_words(day, f->t->columns[0].kind, &grid_row(f->g, r)[0], f->lang));
		buf_str_add(b, ": ");
		out_html(b, what);
		buf_str_add(b, "</li>");
	}
	buf_str_add(b, any ? "</ol>\n" : "");
}

static void
lines(struct buf *b, const struct table *t, const struct grid *g, enum lang l)
{
	struct frame f = { t, g, 1, l };
	char n[32];

	if (!g->n_rows)
		return;
	for (size_t r = 0; r < g->n_rows; r++)
		for (size_t i = 0; i < t->chart.n; i++)
			if (shown(&grid_row(g, r)[t->chart.first + i]) > f.most)
				f.most = shown(&grid_row(g, r)[t->chart.first + i]);
	buf_str_add(b, "<figure class=\"plot\"><figcaption>");
	out_html(b, t->chart.title ? t->chart.title : t->title);
	buf_printf(b, "</figcaption>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><svg class=\"lines\" viewBox=\"0 0"
	    " %.0f %.0f\" role=\"img\"><title>", TRL(l, "Chart", "Biểu đồ"), WIDTH, HEIGHT);
	for (size_t i = 0; i < t->chart.n; i++) {
		buf_str_add(b, i ? ", " : "");
		out_html(b, series_title(t, i));
		buf_printf(b, " %s", text_number(n, shown(&grid_row(g, g->n_rows - 1)[t->chart.first + i]), l));
	}
	buf_str_add(b, "</title>");
	axes(b, &f);
	marks(b, &f);
	for (size_t i = 0; i < t->chart.n; i++) {
		buf_printf(b, "<polyline class=\"l-%s\" points=\"", series_class(&t->chart, i));
		for (size_t r = 0; r < g->n_rows; r++)
			buf_printf(b, "%s%.1f,%.1f", r ? " " : "", x_of(&f, r), y_of(&f, shown(&grid_row(g, r)[t->chart.first + i])));
		buf_str_add(b, "\"/>");
	}
	names(b, &f);
	buf_str_add(b, "</svg></div>\n");
	mark_list(b, &f);
	buf_str_add(b, "</figure>\n");
}

void
table_chart(struct buf *b, const struct table *t, const struct grid *g, enum lang l)
{
	if (t->chart.kind == CHART_NONE || !t->chart.n || t->chart.n > SERIES_MAX || t->chart.first + t->chart.n > g->n_columns)
		return;
	if (t->chart.kind == CHART_BARS)
		bars(b, t, g, l);
	else
		lines(b, t, g, l);
}
