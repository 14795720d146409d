/* papers.h: campaigns side by side, unit by unit in the tree of the newest, and cause by cause. */
#include "engine/papers.h"

#include <stdlib.h>
#include <string.h>

#include "engine/unit_map.h"

#define CAMPAIGNS (PAPER_BESIDE + 1)

struct work {
	const struct account *side[CAMPAIGNS];	/* oldest first */
	size_t n;
	const struct account *base;		/* the one with the newest tree: its units are the rows */
	struct tally *units;			/* rows x sides */
	struct tally rest[CAMPAIGNS];		/* people of units that have become none, or several */
	const char **unmapped;			/* those units */
	size_t n_unmapped, cap;
};

static int
by_opening(const void *a, const void *b)
{
	const struct account *const *x = a, *const *y = b;
	int64_t m = (*x)->campaign->opens_at, n = (*y)->campaign->opens_at;

	return m != n ? (m > n) - (m < n) : (int)((*x)->campaign->id > (*y)->campaign->id) - (int)((*x)->campaign->id < (*y)->campaign->id);
}

static void
lay(struct work *w, enum lang l)
{
	w->units = mem_zalloc((w->base->n_units + 1) * w->n * sizeof(*w->units));
	for (size_t k = 0; k < w->n; k++)
		for (size_t i = 0; i < w->side[k]->n_units; i++) {
			const struct unit_account *u = &w->side[k]->units[i];
			ptrdiff_t to = unit_map(w->base, &u->unit);

			if (to >= 0) {
				tally_add(&w->units[(size_t)to * w->n + k], &u->t);
				continue;
			}
			tally_add(&w->rest[k], &u->t);
			if (!u->t.nominated)
				continue;
			w->unmapped = mem_room(w->unmapped, w->n_unmapped, &w->cap, sizeof(*w->unmapped));
			w->unmapped[w->n_unmapped++] = unit_short(&u->unit, l);
		}
}

/* Of those who have not answered all: what most of them have. */
static const char *
lead(const struct tally *t, enum lang l)
{
	enum cause best = CAUSE_UNKNOWN;
	int64_t most = 0;

	for (int c = CAUSE_ANSWERED_PARTLY + 1; c < CAUSES; c++)
		if (tally_cause(t, (enum cause)c) > most) {
			most = tally_cause(t, (enum cause)c);
			best = (enum cause)c;
		}
	return most ? cause_name(best, l) : "";
}

/* In points, from the first to the last campaign, of the shares as they are shown. */
static struct cell
change(int64_t n0, int64_t of0, int64_t n1, int64_t of1)
{
	struct cell a = cell_percent(n0, of0), b = cell_percent(n1, of1);

	return a.state == CELL_SHOWN && b.state == CELL_SHOWN ? cell_int(b.n - a.n) : cell_none();
}

static void
give(struct sink *to, const struct work *w, const char *name, const char *code, const char *kind, const struct tally *sides,
    enum lang l, bool total)
{
	struct cell c[4 + 4 * CAMPAIGNS];
	const struct tally *last = &sides[w->n - 1];
	size_t n = 0;

	c[n++] = cell_text(name);
	c[n++] = cell_text(code);
	c[n++] = cell_text(kind);
	for (size_t k = 0; k < w->n; k++)
		c[n++] = cell_percent(sides[k].took_part, sides[k].nominated);
	c[n++] = change(sides->took_part, sides->nominated, last->took_part, last->nominated);
	for (size_t k = 0; k < w->n; k++) {
		c[n++] = cell_int(sides[k].nominated);
		c[n++] = cell_int(sides[k].took_part);
		c[n++] = cell_text(lead(&sides[k], l));
	}
	to->row(to, c, total);
}

static int
walk_units(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct work *w = p->data;
	enum lang l = p->ask.lang;
	struct tally all[CAMPAIGNS] = { { .nominated = 0 } };
	bool rest = false;

	(void)e;
	for (size_t i = 0; i < w->base->n_units; i++)
		give(to, w, unit_short(&w->base->units[i].unit, l), w->base->units[i].unit.code, unit_kind_name(w->base->units[i].unit.kind),
		    &w->units[i * w->n], l, false);
	for (size_t k = 0; k < w->n; k++) {
		all[k] = w->side[k]->all;
		rest |= w->rest[k].nominated > 0;
	}
	if (rest)
		give(to, w, TRL(l, "(units without one successor)", "(đơn vị không có một đơn vị kế thừa)"), "", "", w->rest, l, true);
	give(to, w, "TOTAL", "", "", all, l, true);
	return 0;
}

static int
walk_comparison_causes(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct work *w = p->data;
	const struct tally *first = &w->side[0]->all, *last = &w->side[w->n - 1]->all;
	struct cell c[4 + 2 * CAMPAIGNS];
	size_t n = 0;

	(void)e;
	for (int cause = 0; cause < CAUSES; cause++) {
		int64_t any = 0;

		for (size_t k = 0; k < w->n; k++)
			any += tally_cause(&w->side[k]->all, (enum cause)cause);
		if (!any)
			continue;
		n = 0;
		c[n++] = cell_text(cause_name((enum cause)cause, p->ask.lang));
		c[n++] = cell_text(cause_info((enum cause)cause)->key);
		for (size_t k = 0; k < w->n; k++)
			c[n++] = cell_percent(tally_cause(&w->side[k]->all, (enum cause)cause), w->side[k]->all.nominated);
		c[n++] = change(tally_cause(first, (enum cause)cause), first->nominated, tally_cause(last, (enum cause)cause), last->nominated);
		for (size_t k = 0; k < w->n; k++)
			c[n++] = cell_int(tally_cause(&w->side[k]->all, (enum cause)cause));
		to->row(to, c, false);
	}
	n = 0;
	c[n++] = cell_text("TOTAL");
	c[n++] = cell_text("");
	for (size_t k = 0; k <= w->n; k++)
		c[n++] = cell_none();
	for (size_t k = 0; k < w->n; k++)
		c[n++] = cell_int(w->side[k]->all.nominated);
	to->row(to, c, true);
	return 0;
}

static void
release(struct paper *p)
{
	struct work *w = p->data;

	free(w->units);
	free(w->unmapped);
}

static const char *
named(struct paper *p, const struct work *w, size_t k, const char *what)
{
	return arena_printf(&p->arena, "%s_%s", w->side[k]->campaign->key, what);
}

static void
declare_units(struct paper *p, const struct work *w)
{
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "unit", TRL(l, "Unit by unit", "Theo đơn vị"), NULL, false, walk_units);

	paper_column(p, t, "name", TRL(l, "unit", "đơn vị"), CELL_TEXT, false);
	paper_column(p, t, "unit", TRL(l, "code", "mã"), CELL_TEXT, true);
	paper_key(p, t, "kind", TRL(l, "kind", "loại"));
	for (size_t k = 0; k < w->n; k++)
		paper_column(p, t, named(p, w, k, "percent"), arena_printf(&p->arena, TRL(l, "%s: %% took part", "%s: %% tham gia"),
		    w->side[k]->campaign->key), CELL_PERCENT, false);
	paper_column(p, t, "change_points", TRL(l, "change, points", "chênh lệch (điểm %)"), CELL_POINTS, false);
	for (size_t k = 0; k < w->n; k++) {
		const char *key = w->side[k]->campaign->key;

		paper_column(p, t, named(p, w, k, "nominated"), arena_printf(&p->arena, TRL(l, "%s: nominated", "%s: được cử"), key), CELL_COUNT, true);
		paper_column(p, t, named(p, w, k, "took_part"), arena_printf(&p->arena, TRL(l, "%s: took part", "%s: tham gia"), key), CELL_COUNT, true);
		paper_column(p, t, named(p, w, k, "cause"), arena_printf(&p->arena, TRL(l, "%s: main cause of the others", "%s: nguyên nhân chính của"
		    " số còn lại"), key), CELL_TEXT, true);
	}
}

static void
declare_all_causes(struct paper *p, const struct work *w)
{
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "cause", TRL(l, "Cause by cause", "Theo nguyên nhân"), NULL, false, walk_comparison_causes);

	paper_column(p, t, "cause_name", TRL(l, "cause", "nguyên nhân"), CELL_TEXT, false);
	paper_key(p, t, "cause", TRL(l, "key", "khóa"));
	for (size_t k = 0; k < w->n; k++)
		paper_column(p, t, named(p, w, k, "percent"), arena_printf(&p->arena, "%s: %%", w->side[k]->campaign->key), CELL_PERCENT, false);
	paper_column(p, t, "change_points", TRL(l, "change, points", "chênh lệch (điểm %)"), CELL_POINTS, false);
	for (size_t k = 0; k < w->n; k++)
		paper_column(p, t, named(p, w, k, "people"), arena_printf(&p->arena, TRL(l, "%s: people", "%s: số người"), w->side[k]->campaign->key),
		    CELL_COUNT, true);
}

static void
say(struct paper *p, const struct work *w)
{
	enum lang l = p->ask.lang;
	struct buf b = BUF_INIT(65536);
	struct date_text opens, closes;

	for (size_t k = 0; k < w->n; k++) {
		const struct campaign *c = w->side[k]->campaign;

		paper_note(p, c->key, arena_printf(&p->arena, "%s (%s – %s)", c->title, date_day(&opens, &c->zone, c->opens_at, l),
		    date_day(&closes, &c->zone, c->closes_at, l)));
	}
	paper_note(p, TRL(l, "Units", "Đơn vị"), TRL(l, "Those of the newest tree. Older units are laid upon the one that succeeded them: 63"
	    " provinces upon 34.", "Theo danh mục đơn vị mới nhất. Đơn vị cũ được gộp vào đơn vị kế thừa: 63 tỉnh, thành phố vào 34."));
	paper_note(p, TRL(l, "Change", "Chênh lệch"), TRL(l, "In percentage points, from the oldest to the newest campaign. What differs between"
	    " campaigns besides (forms, time, who was nominated) is not taken into account.",
	    "Tính bằng điểm phần trăm, từ đợt cũ nhất đến đợt mới nhất. Chưa xét những khác biệt khác giữa các đợt (phiếu, thời gian, người được cử)."));
	for (size_t i = 0; i < w->n_unmapped; i++)
		buf_printf(&b, "%s%s", i ? "; " : "", w->unmapped[i]);
	if (w->n_unmapped)
		paper_note(p, TRL(l, "Without one successor", "Không có một đơn vị kế thừa"), arena_dup(&p->arena, buf_str(&b)));
	buf_release(&b);
}

int
paper_comparison(struct paper *p, struct err *e)
{
	struct work *w = arena_alloc(&p->arena, sizeof(*w));

	p->data = w;
	p->release = release;
	w->side[w->n++] = p->ask.account;
	for (size_t i = 0; i < p->ask.n_beside && i < PAPER_BESIDE; i++)
		w->side[w->n++] = p->ask.beside[i];
	if (w->n < 2)
		return err_set(e, ERR_INPUT, TR("a comparison needs two campaigns", "cần hai đợt để so sánh"));
	qsort(w->side, w->n, sizeof(*w->side), by_opening);
	w->base = w->side[w->n - 1];
	for (size_t i = 0; i + 1 < w->n; i++)
		if (unit_map_newer(w->side[i], w->base))
			w->base = w->side[i];
	lay(w, p->ask.lang);
	declare_units(p, w);
	declare_all_causes(p, w);
	say(p, w);
	return 0;
}
