/*
 * papers.h: what leaves the house. `outside` is one table without small
 * counts (engine/disclosure.h); `unit` is a unit's own copy: its own people by
 * name, of the others nothing but an average and a rank.
 */
#include "engine/papers.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/board.h"
#include "engine/disclosure.h"
#include "engine/sentence.h"
#include "store/contact.h"

/* --- for outside the house ------------------------------------------------------------ */

/* Causes are summed before anything is hidden: the fewer columns, the fewer small counts. */
enum sort { SORT_ANSWERED, SORT_PARTLY, SORT_PERSON, SORT_ADDRESS, SORT_REFUSED, SORT_OPERATOR, SORT_UNKNOWN, SORTS };

static const struct { const char *key, *en, *vi; } sorts[SORTS] = {
	[SORT_ANSWERED] = { "answered", "answered", "đã trả lời đủ" },
	[SORT_PARTLY] = { "answered_partly", "answered in part", "trả lời một phần" },
	[SORT_PERSON] = { "person", "message received, no answer", "đã nhận thư, chưa trả lời" },
	[SORT_ADDRESS] = { "address", "address to be corrected", "địa chỉ cần sửa" },
	[SORT_REFUSED] = { "mail_system", "stopped by a mail system", "bị hệ thống thư chặn" },
	[SORT_OPERATOR] = { "under_way", "still under way", "đang xử lý" },
	[SORT_UNKNOWN] = { "unknown", "unknown", "chưa rõ" },
};

static enum sort
sort_of(enum cause c)
{
	static const enum sort of_group[GROUPS] = { [GROUP_ANSWERED] = SORT_ANSWERED, [GROUP_PERSON] = SORT_PERSON,
	    [GROUP_ADDRESS] = SORT_ADDRESS, [GROUP_REFUSED] = SORT_REFUSED, [GROUP_OPERATOR] = SORT_OPERATOR, [GROUP_UNKNOWN] = SORT_UNKNOWN };

	return c == CAUSE_ANSWERED_PARTLY ? SORT_PARTLY : of_group[cause_info(c)->group];
}

struct shown {
	struct disclosure d;
	const struct unit_account **units;	/* those with a roster: rows of d */
	size_t n;
};

static struct cell
count_of(const struct disclosure *d, size_t row, size_t column)
{
	struct cell c = cell_int(disclosure_count(d, row, column));

	if (disclosure_hidden(d, row, column))
		c = (struct cell){ .state = CELL_HIDDEN };
	return c;
}

static void
give_outside(struct sink *to, const struct shown *s, size_t row, const char *name, const char *code, const char *kind)
{
	struct cell c[SORTS + 5], *answered;
	size_t n = 0;

	c[n++] = cell_text(name);
	c[n++] = cell_text(code);
	c[n++] = cell_text(kind);
	c[n++] = count_of(&s->d, row, SORTS);
	answered = &c[n];
	for (size_t k = 0; k < SORTS; k++)
		c[n++] = count_of(&s->d, row, k);
	/* Made of what is shown, or hidden itself. */
	c[n] = (struct cell){ .state = CELL_HIDDEN };
	if (answered->state == CELL_SHOWN && c[3].state == CELL_SHOWN)
		c[n] = cell_percent(answered->n, c[3].n);
	to->row(to, c, row == s->d.rows);
}

static int
walk_outside(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct shown *s = p->data;

	(void)e;
	for (size_t i = 0; i < s->n; i++)
		give_outside(to, s, i, unit_short(&s->units[i]->unit, p->ask.lang), s->units[i]->unit.code,
		    unit_kind_name(s->units[i]->unit.kind));
	give_outside(to, s, s->n, "TOTAL", "", "");
	return 0;
}

static void
release_outside(struct paper *p)
{
	struct shown *s = p->data;

	disclosure_release(&s->d);
	free(s->units);
}

static void
declare_outside(struct paper *p)
{
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "outside", TRL(l, "Answers and causes by unit", "Trả lời và nguyên nhân theo đơn vị"),
	    arena_printf(&p->arena, TRL(l, "“c”: hidden. Counts below %d are not shown, nor are those by which they could be worked out.",
	    "“c”: không công bố. Không ghi số dưới %d và những số có thể dùng để suy ra số đó."), (int)p->ask.account->conf->disclosure_threshold),
	    false, walk_outside);

	paper_column(p, t, "name", TRL(l, "unit", "đơn vị"), CELL_TEXT, false);
	paper_column(p, t, "unit", TRL(l, "code", "mã"), CELL_TEXT, true);
	paper_key(p, t, "kind", TRL(l, "kind", "loại"));
	paper_column(p, t, "nominated", TRL(l, "nominated", "được cử"), CELL_COUNT, false);
	for (size_t k = 0; k < SORTS; k++)
		paper_column(p, t, sorts[k].key, TRL(l, sorts[k].en, sorts[k].vi), CELL_COUNT, k > SORT_PARTLY);
	paper_column(p, t, "percent", TRL(l, "% answered", "% trả lời đủ"), CELL_PERCENT, false);
	t->chart = (struct chart_plan){ .kind = CHART_BARS, .first = 4 + SORTS, .n = 1,
	    .title = TRL(l, "Share that has answered, in percent; no bar where it is hidden", "Tỷ lệ trả lời đủ (%); không vẽ chỗ không công bố") };
}

int
paper_outside(struct paper *p, struct err *e)
{
	const struct account *a = p->ask.account;
	struct shown *s = arena_alloc(&p->arena, sizeof(*s));
	enum lang l = p->ask.lang;

	(void)e;
	p->data = s;
	p->release = release_outside;
	s->units = mem_alloc((a->n_units + 1) * sizeof(const struct unit_account *));
	for (size_t i = 0; i < a->n_units; i++)
		if (a->units[i].class != CLASS_NO_ROSTER)
			s->units[s->n++] = &a->units[i];
	disclosure_init(&s->d, s->n, SORTS, a->conf->disclosure_threshold);
	for (size_t i = 0; i < s->n; i++) {
		int64_t by[SORTS] = { 0 };

		for (int c = 0; c < CAUSES; c++)
			by[sort_of((enum cause)c)] += tally_cause(&s->units[i]->t, (enum cause)c);
		for (size_t k = 0; k < SORTS; k++)
			disclosure_set(&s->d, i, k, by[k]);
	}
	disclosure_hide(&s->d);
	declare_outside(p);
	paper_note(p, TRL(l, "What is hidden", "Phần không công bố"), arena_printf(&p->arena, TRL(l, "%zu counts are hidden for being above"
	    " zero and below %d, and %zu more so that none of those can be worked out from the totals: for each there remain at least %d"
	    " possible values.", "Không công bố %zu số lớn hơn 0 và nhỏ hơn %d, cùng %zu số khác để không thể suy ra từ các tổng: mỗi số còn ít"
	    " nhất %d giá trị có thể."), s->d.primary, (int)s->d.threshold, s->d.secondary, (int)s->d.threshold));
	paper_note(p, TRL(l, "No names", "Không nêu tên"), TRL(l, "Nobody is named, and causes are summed.",
	    "Không nêu tên cá nhân; các nguyên nhân được gộp lại."));
	paper_note(p, TRL(l, "Publish it once", "Chỉ công bố một lần"), TRL(l, "Do not publish it together with another table of the same people,"
	    " nor on several days: the difference tells what is hidden.",
	    "Không công bố cùng bảng khác về chính những người này, cũng không công bố nhiều ngày: phần chênh lệch làm lộ số không công bố."));
	return 0;
}

/* --- a unit's own copy ------------------------------------------------------------------- */


static int64_t
of_took_part(const struct tally *t, size_t which)
{
	(void)which;
	return t->took_part;
}

static int64_t
of_form(const struct tally *t, size_t which)
{
	return t->answered[which];
}

static int64_t
of_sort(const struct tally *t, size_t which)
{
	int64_t n = 0;

	for (int c = 0; c < CAUSES; c++)
		if (sort_of((enum cause)c) == (enum sort)which)
			n += tally_cause(t, (enum cause)c);
	return n;
}

/* Of the others of its kind, together; one cannot be told from another where there are enough of them. */
static void
give_standing(struct sink *to, const struct paper *p, const char *what, int64_t (*of)(const struct tally *, size_t), size_t which,
    bool ranked)
{
	const struct account *a = p->ask.account;
	const struct unit_account *own = p->ask.own;
	int64_t n = 0, people = 0, others = 0, rank = 1, mine = of(&own->t, which);
	struct cell average = { .state = CELL_HIDDEN };

	for (size_t i = 0; i < a->n_units; i++) {
		const struct unit_account *u = &a->units[i];

		if (u->unit.kind != own->unit.kind || u->class == CLASS_NO_ROSTER || u == own || !u->t.nominated)
			continue;
		others++;
		n += of(&u->t, which);
		people += u->t.nominated;
		rank += of(&u->t, which) * own->t.nominated > mine * u->t.nominated;
	}
	if (others >= a->conf->disclosure_threshold && people >= a->conf->disclosure_threshold)
		average = cell_percent(n, people);
	to->row(to, (struct cell[]){ cell_text(what), cell_int(mine), cell_percent(mine, own->t.nominated), average,
	    ranked && own->t.nominated ? cell_int(rank) : cell_none(), ranked && own->t.nominated ? cell_int(others + 1) : cell_none() }, false);
}

static int
walk_standing(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct account *a = p->ask.account;
	enum lang l = p->ask.lang;

	(void)e;
	give_standing(to, p, TRL(l, "took part", "tham gia"), of_took_part, 0, true);
	for (size_t i = 0; i < a->campaign->n_instruments; i++)
		give_standing(to, p, arena_printf((struct arena *)(uintptr_t)&p->arena, TRL(l, "answered: %s", "đã trả lời: %s"), sentence_form(a, i, l)),
		    of_form, i, true);
	for (size_t k = SORT_PERSON; k < SORTS; k++)
		give_standing(to, p, TRL(l, sorts[k].en, sorts[k].vi), of_sort, k, false);
	to->row(to, (struct cell[]){ cell_text(TRL(l, "Nominated", "Được cử")), cell_int(p->ask.own->t.nominated), cell_none(), cell_none(),
	    cell_none(), cell_none() }, true);
	return 0;
}

static int
walk_own_causes(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct tally *own = &p->ask.own->t;
	enum lang l = p->ask.lang;

	(void)e;
	for (int c = 0; c < CAUSES; c++) {
		const struct cause_info *i = cause_info((enum cause)c);
		int64_t n = tally_cause(own, (enum cause)c);

		if (n)
			to->row(to, (struct cell[]){ cell_text(cause_name((enum cause)c, l)), cell_int(n), cell_percent(n, own->nominated),
			    cell_text(owner_name(i->owner, l)), cell_text(TRL(l, i->do_en, i->do_vi)) }, false);
	}
	to->row(to, (struct cell[]){ cell_text(TRL(l, "Nominated", "Được cử")), cell_int(tally_sum(own)), cell_none(), cell_text(""),
	    cell_text("") }, true);
	return 0;
}

static void
give_person(struct sink *to, const struct paper *p, const char *name, const char *sub_unit, const char *email, enum cause c)
{
	to->row(to, (struct cell[]){ cell_text(name), cell_text(sub_unit), cell_text(email), cell_text(cause_name(c, p->ask.lang)),
	    cell_text(TRL(p->ask.lang, cause_info(c)->do_en, cause_info(c)->do_vi)) }, false);
}

/* Where everybody's cause is known already, only the people of the unit are read. */
static int
walk_known_people(const struct paper *p, struct sink *to, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct contact *list = NULL;
	size_t n = 0;
	int rc = contact_of_unit(p->ask.db, &a, p->ask.account->campaign->id, p->ask.own->unit.id, &list, &n, e);

	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct standing *s = snapshot_person(p->ask.snapshot, list[i].id);

		if (s)	/* else nominated since */
			give_person(to, p, list[i].name, list[i].sub_unit, list[i].email, (enum cause)s->cause);
	}
	arena_release(&a);
	return rc;
}

static int
walk_own_people(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct account *a = p->ask.account;
	struct cause_ask how = { a->asked, a->campaign->closes_at };
	struct facts_reader *reader;
	struct facts f;
	int rc;

	if (p->ask.snapshot)
		return walk_known_people(p, to, e);
	if (facts_open(&reader, p->ask.db, a->campaign, 0, a->now, e) < 0)
		return -1;
	while ((rc = facts_next(reader, &f, e)) == 1) {
		char grade;
		enum cause c = cause_of(&f, &how, &grade);

		if (f.unit == p->ask.own->unit.id)
			give_person(to, p, f.name, f.sub_unit, f.email, c);
	}
	facts_close(reader);
	return rc;
}

int
paper_unit(struct paper *p, struct err *e)
{
	enum lang l = p->ask.lang;
	struct table *t;

	if (!p->ask.own)
		return err_set(e, ERR_INPUT, TR("whose copy? a unit is missing", "bản của đơn vị nào? thiếu đơn vị"));
	p->title = arena_printf(&p->arena, TRL(l, "%s: own copy", "%s: bản riêng"), unit_name(&p->ask.own->unit, l));
	t = paper_add(p, "standing", TRL(l, "How the unit stands", "Đơn vị đang ở đâu"), TRL(l,
	    "Of other units of the same kind only the average of all of them, and the rank.",
	    "Về đơn vị khác cùng loại chỉ nêu mức bình quân chung và thứ hạng."), false, walk_standing);
	paper_column(p, t, "what", TRL(l, "what", "nội dung"), CELL_TEXT, false);
	paper_column(p, t, "people", TRL(l, "people", "số người"), CELL_COUNT, false);
	paper_column(p, t, "percent", "%", CELL_PERCENT, false);
	paper_column(p, t, "average", TRL(l, "% of the others", "% các đơn vị khác"), CELL_PERCENT, false);
	paper_column(p, t, "rank", TRL(l, "rank", "thứ hạng"), CELL_COUNT, false);
	paper_column(p, t, "of", TRL(l, "of", "trong số"), CELL_COUNT, true);
	t = paper_add(p, "causes", TRL(l, "Why people have not answered", "Vì sao chưa trả lời"), NULL, false, walk_own_causes);
	paper_column(p, t, "cause", TRL(l, "cause", "nguyên nhân"), CELL_TEXT, false);
	paper_column(p, t, "people", TRL(l, "people", "số người"), CELL_COUNT, false);
	paper_column(p, t, "percent", "%", CELL_PERCENT, false);
	paper_column(p, t, "owner", TRL(l, "who can mend it", "ai xử lý"), CELL_TEXT, false);
	paper_column(p, t, "do", TRL(l, "what to do", "cách xử lý"), CELL_TEXT, true);
	t->chart = (struct chart_plan){ .kind = CHART_BARS, .first = 1, .n = 1, .title = TRL(l, "People by cause", "Số người theo nguyên nhân") };
	t = paper_add(p, "people", TRL(l, "People of the unit", "Người của đơn vị"), NULL, false, walk_own_people);
	paper_column(p, t, "name", TRL(l, "name", "họ tên"), CELL_TEXT, false);
	paper_column(p, t, "sub_unit", TRL(l, "sub-unit", "bộ phận"), CELL_TEXT, true);
	paper_column(p, t, "email", TRL(l, "address", "địa chỉ"), CELL_TEXT, false);
	paper_column(p, t, "cause", TRL(l, "as it stands", "tình trạng"), CELL_TEXT, false);
	paper_column(p, t, "do", TRL(l, "what to do", "cách xử lý"), CELL_TEXT, true);
	paper_note(p, TRL(l, "For this unit only", "Chỉ dùng trong đơn vị"), TRL(l, "It names people of this unit; it is not for anybody else.",
	    "Có tên người của đơn vị; không gửi cho nơi khác."));
	return 0;
}
