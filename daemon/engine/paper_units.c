/* papers.h: participation and causes, by unit, by mail domain, and by who can mend it. */
#include "engine/papers.h"

#include <stdlib.h>
#include <string.h>

#include "engine/sentence.h"

#define CELLS_MAX 48

struct line {			/* a row while it is filled */
	struct cell c[CELLS_MAX];
	size_t n;
};

static void
put(struct line *l, struct cell c)
{
	l->c[l->n++] = c;
}

/* --- participation: a contract ----------------------------------------------------- */

static void
give_counts(struct line *l, const struct account *a, const struct tally *t, int64_t roster, const char *class)
{
	size_t forms = a->campaign->n_instruments;

	put(l, cell_int(roster));
	put(l, cell_int(t->nominated));
	put(l, cell_int(t->mailable));
	put(l, cell_int(t->invited));
	put(l, cell_int(t->accepted));
	for (size_t i = 0; i < forms; i++)
		put(l, cell_int(t->answered[i]));
	put(l, cell_int(t->took_part));
	for (size_t i = 0; i < forms; i++)
		put(l, cell_int(t->nominated - t->answered[i]));
	put(l, cell_text(class));
}

static int
walk_participation(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct account *a = p->ask.account;

	(void)e;
	for (size_t i = 0; i < a->n_units; i++) {
		const struct unit_account *u = &a->units[i];
		struct line l = { .n = 0 };

		put(&l, cell_text(u->unit.code));
		put(&l, cell_text(unit_kind_name(u->unit.kind)));
		put(&l, cell_text(unit_name(&u->unit, p->ask.lang)));
		give_counts(&l, a, &u->t, u->class != CLASS_NO_ROSTER, unit_class_key(u->class));
		to->row(to, l.c, false);
	}
	struct line all = { .n = 0 };

	put(&all, cell_text("TOTAL"));
	put(&all, cell_text(""));
	put(&all, cell_text(""));
	give_counts(&all, a, &a->all, a->kind_rosters[UNIT_MINISTRY] + a->kind_rosters[UNIT_PROVINCE], "");
	to->row(to, all.c, true);
	return 0;
}

static void
declare_participation(struct paper *p)
{
	const struct account *a = p->ask.account;
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "unit", TRL(l, "Participation by unit", "Tham gia theo đơn vị"), NULL, true, walk_participation);
	char title[128];

	paper_column(p, t, "unit", TRL(l, "code", "mã"), CELL_TEXT, false);
	paper_column(p, t, "kind", TRL(l, "kind", "loại"), CELL_TEXT, true);
	paper_column(p, t, "name", TRL(l, "unit", "đơn vị"), CELL_TEXT, false);
	paper_column(p, t, "roster", TRL(l, "sent a roster", "đã gửi danh sách"), CELL_COUNT, true);
	paper_column(p, t, "nominated", TRL(l, "nominated", "được cử"), CELL_COUNT, false);
	paper_column(p, t, "mailable", TRL(l, "mailable", "gửi thư được"), CELL_COUNT, true);
	paper_column(p, t, "invited", TRL(l, "invited", "đã gửi thư"), CELL_COUNT, true);
	paper_column(p, t, "accepted", TRL(l, "accepted", "máy chủ đã nhận"), CELL_COUNT, true);
	for (size_t i = 0; i < a->campaign->n_instruments; i++) {
		snprintf(title, sizeof(title), TRL(l, "answered: %s", "đã trả lời: %s"), sentence_form(a, i, l));
		paper_column(p, t, a->campaign->instruments[i].key, title, CELL_COUNT, false);
	}
	paper_column(p, t, "took_part", TRL(l, "took part", "tham gia"), CELL_COUNT, false);
	for (size_t i = 0; i < a->campaign->n_instruments; i++) {
		snprintf(title, sizeof(title), TRL(l, "missing: %s", "chưa trả lời: %s"), sentence_form(a, i, l));
		paper_column(p, t, arena_printf(&p->arena, "no_%s", a->campaign->instruments[i].key), title, CELL_COUNT, false);
	}
	paper_column(p, t, "class", TRL(l, "state", "tình trạng"), CELL_TEXT, false);
}

/* The same for reading: who took part and who did not, with their share. */
static void
give_share(struct sink *to, const struct account *a, const char *name, const struct tally *t, const char *class, bool total)
{
	struct line l = { .n = 0 };

	put(&l, cell_text(name));
	put(&l, cell_int(t->nominated));
	put(&l, cell_int(t->took_part));
	put(&l, cell_int(t->nominated - t->took_part));
	put(&l, cell_percent(t->took_part, t->nominated));
	for (size_t i = 0; i < a->campaign->n_instruments; i++)
		put(&l, cell_int(t->answered[i]));
	put(&l, cell_text(class));
	to->row(to, l.c, total);
}

static int
walk_shares(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct account *a = p->ask.account;
	enum lang l = p->ask.lang;

	(void)e;
	for (size_t i = 0; i < a->n_units; i++)
		give_share(to, a, unit_short(&a->units[i].unit, l), &a->units[i].t, unit_class_name(a->units[i].class, l), false);
	give_share(to, a, TRL(l, "Ministries", "Bộ, cơ quan ngang bộ"), &a->kinds[UNIT_MINISTRY], "", true);
	give_share(to, a, TRL(l, "Provinces", "Tỉnh, thành phố"), &a->kinds[UNIT_PROVINCE], "", true);
	give_share(to, a, TRL(l, "All", "Tất cả"), &a->all, "", true);
	return 0;
}

static const char *const share_classes[] = { "answered", "unknown" };

static void
declare_shares(struct paper *p)
{
	const struct account *a = p->ask.account;
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "share", TRL(l, "Took part, of those nominated", "Tham gia trên số được cử"), NULL, false, walk_shares);

	paper_column(p, t, "name", TRL(l, "unit", "đơn vị"), CELL_TEXT, false);
	paper_column(p, t, "nominated", TRL(l, "nominated", "được cử"), CELL_COUNT, false);
	paper_column(p, t, "took_part", TRL(l, "took part", "tham gia"), CELL_COUNT, false);
	paper_column(p, t, "rest", TRL(l, "did not", "chưa tham gia"), CELL_COUNT, true);
	paper_column(p, t, "percent", "%", CELL_PERCENT, false);
	for (size_t i = 0; i < a->campaign->n_instruments; i++)
		paper_column(p, t, a->campaign->instruments[i].key, sentence_form(a, i, l), CELL_COUNT, true);
	paper_column(p, t, "class", TRL(l, "state", "tình trạng"), CELL_TEXT, false);
	t->chart = (struct chart_plan){ .kind = CHART_BARS, .first = 2, .n = 2, .classes = share_classes,
	    .title = TRL(l, "People who took part, and who did not, by unit", "Số người tham gia và chưa tham gia, theo đơn vị") };
}

int
paper_participation(struct paper *p, struct err *e)
{
	enum lang l = p->ask.lang;

	(void)e;
	declare_participation(p);
	declare_shares(p);
	paper_note(p, TRL(l, "Took part", "Tham gia"), TRL(l, "Answered at least one of the forms.", "Đã trả lời ít nhất một phiếu."));
	paper_note(p, TRL(l, "Mailable", "Gửi thư được"), TRL(l, "The roster gives an address that can be used as it stands.",
	    "Danh sách ghi địa chỉ thư dùng được ngay."));
	paper_note(p, TRL(l, "Accepted", "Máy chủ đã nhận"), TRL(l, "A relay took a message to the person; whether it arrived is known only by"
	    " what comes back.", "Máy chủ chuyển tiếp đã nhận thư gửi người đó; thư có đến nơi hay không chỉ biết qua những gì phản hồi về."));
	return 0;
}

/* --- causes: three contracts ----------------------------------------------------------- */

struct giving {
	struct sink *to;
	const char *first;
	enum owner owner;	/* only these; OWNERS: all */
	bool total;
};

static int
give_cause(enum cause c, char grade, int64_t people, void *arg)
{
	const struct giving *g = arg;
	const char letter[2] = { grade, '\0' };
	struct line l = { .n = 0 };

	if (g->owner != OWNERS && cause_info(c)->owner != g->owner)
		return 0;
	put(&l, cell_text(g->first));
	put(&l, cell_text(cause_info(c)->key));
	if (g->owner == OWNERS)
		put(&l, cell_text(cause_owner_key(c)));
	put(&l, cell_text(letter));
	put(&l, cell_int(people));
	g->to->row(g->to, l.c, g->total);
	return 0;
}

static int
walk_causes(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct account *a = p->ask.account;
	struct giving g = { .to = to, .owner = OWNERS };

	(void)e;
	if (strcmp(t->key, "unit") == 0)
		for (size_t i = 0; i < a->n_units; i++) {
			g.first = a->units[i].unit.code;
			report_each_cause(&a->units[i].t, give_cause, &g);
		}
	else
		for (size_t i = 0; i < a->n_domains; i++) {
			g.first = *a->domains[i].domain ? a->domains[i].domain : "none";
			report_each_cause(&a->domains[i].t, give_cause, &g);
		}
	g.first = "TOTAL";
	g.total = true;
	report_each_cause(&a->all, give_cause, &g);
	return 0;
}

static int
walk_owners(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct account *a = p->ask.account;
	struct line all = { .n = 0 };

	(void)e;
	for (int w = OWNER_UNIT; w <= OWNERS; w++) {
		enum owner owner = w == OWNERS ? OWNER_NONE : (enum owner)w;
		struct giving g = { to, owner == OWNER_NONE ? "none" : owner_key(owner), owner, false };

		report_each_cause(&a->all, give_cause, &g);
	}
	put(&all, cell_text("TOTAL"));
	put(&all, cell_text(""));
	put(&all, cell_text(""));
	put(&all, cell_int(tally_sum(&a->all)));
	to->row(to, all.c, true);
	return 0;
}

static void
declare_causes(struct paper *p, const char *key, const char *title)
{
	enum lang l = p->ask.lang;
	bool owner = strcmp(key, "owner") == 0;
	struct table *t = paper_add(p, key, title, NULL, true, owner ? walk_owners : walk_causes);

	paper_column(p, t, key, owner ? TRL(l, "who can mend it", "ai xử lý") : strcmp(key, "unit") == 0 ? TRL(l, "unit", "mã đơn vị") :
	    TRL(l, "mail domain", "tên miền thư"), CELL_TEXT, false);
	paper_column(p, t, "cause", TRL(l, "cause", "nguyên nhân"), CELL_TEXT, false);
	if (!owner)
		paper_column(p, t, "owner", TRL(l, "who can mend it", "ai xử lý"), CELL_TEXT, false);
	paper_column(p, t, "grade", TRL(l, "grade", "mức"), CELL_TEXT, false);
	paper_column(p, t, "people", TRL(l, "people", "số người"), CELL_COUNT, false);
}

/* --- causes for reading ------------------------------------------------------------------ */

static int
walk_sum(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct tally *all = &p->ask.account->all;
	enum lang l = p->ask.lang;
	struct line sum = { .n = 0 };

	(void)e;
	for (int c = 0; c < CAUSES; c++) {
		int64_t n = tally_cause(all, (enum cause)c);
		struct line row = { .n = 0 };

		if (!n)
			continue;
		put(&row, cell_text(cause_name((enum cause)c, l)));
		put(&row, cell_int(n));
		put(&row, cell_percent(n, all->nominated));
		put(&row, cell_text(owner_name(cause_info((enum cause)c)->owner, l)));
		put(&row, cell_text(cause_info((enum cause)c)->aapor));
		to->row(to, row.c, false);
	}
	put(&sum, cell_text(TRL(l, "Total = nominated", "Cộng = số người được cử")));
	put(&sum, cell_int(tally_sum(all)));
	put(&sum, cell_none());
	put(&sum, cell_text(""));
	put(&sum, cell_text(""));
	to->row(to, sum.c, true);
	return 0;
}

static void
give_matrix(struct sink *to, const struct paper *p, const char *name, const struct tally *t, bool total)
{
	struct line l = { .n = 0 };

	put(&l, cell_text(name));
	put(&l, cell_int(t->nominated));
	for (int c = 0; c < CAUSES; c++)
		if (tally_cause(&p->ask.account->all, (enum cause)c))
			put(&l, cell_int(tally_cause(t, (enum cause)c)));
	to->row(to, l.c, total);
}

static int
walk_matrix(const struct table *t, struct sink *to, struct err *e)
{
	const struct paper *p = t->from;
	const struct account *a = p->ask.account;

	(void)e;
	for (size_t i = 0; i < a->n_units; i++)
		if (a->units[i].class != CLASS_NO_ROSTER)
			give_matrix(to, p, unit_short(&a->units[i].unit, p->ask.lang), &a->units[i].t, false);
	give_matrix(to, p, TRL(p->ask.lang, "All", "Tất cả"), &a->all, true);
	return 0;
}

static void
declare_reading(struct paper *p)
{
	const struct account *a = p->ask.account;
	enum lang l = p->ask.lang;
	struct table *t = paper_add(p, "sum", TRL(l, "Everybody accounted for", "Đối chiếu từng người"), NULL, false, walk_sum);
	const char **classes = arena_alloc(&p->arena, CAUSES * sizeof(*classes));
	size_t n = 0;

	paper_column(p, t, "cause", TRL(l, "cause", "nguyên nhân"), CELL_TEXT, false);
	paper_column(p, t, "people", TRL(l, "people", "số người"), CELL_COUNT, false);
	paper_column(p, t, "percent", "%", CELL_PERCENT, false);
	paper_column(p, t, "owner", TRL(l, "who can mend it", "ai xử lý được"), CELL_TEXT, false);
	paper_column(p, t, "aapor", "AAPOR", CELL_TEXT, true);
	t->chart = (struct chart_plan){ .kind = CHART_BARS, .first = 1, .n = 1, .title = TRL(l, "People by cause", "Số người theo nguyên nhân") };
	t = paper_add(p, "matrix", TRL(l, "Causes in each unit", "Nguyên nhân ở từng đơn vị"), TRL(l, "Units without a roster are left out.",
	    "Không gồm đơn vị chưa gửi danh sách."), false, walk_matrix);
	paper_column(p, t, "name", TRL(l, "unit", "đơn vị"), CELL_TEXT, false);
	paper_column(p, t, "nominated", TRL(l, "nominated", "được cử"), CELL_COUNT, false);
	for (int c = 0; c < CAUSES; c++)
		if (tally_cause(&a->all, (enum cause)c)) {
			classes[n++] = cause_info((enum cause)c)->key;
			paper_column(p, t, cause_info((enum cause)c)->key, cause_name((enum cause)c, l), CELL_COUNT, false);
		}
	t->chart = (struct chart_plan){ .kind = CHART_BARS, .first = 2, .n = n, .classes = classes,
	    .title = TRL(l, "Answers and causes by unit", "Trả lời và nguyên nhân theo đơn vị") };
}

int
paper_causes(struct paper *p, struct err *e)
{
	enum lang l = p->ask.lang;

	(void)e;
	declare_causes(p, "unit", TRL(l, "Causes by unit", "Nguyên nhân theo đơn vị"));
	declare_causes(p, "domain", TRL(l, "Causes by mail domain", "Nguyên nhân theo tên miền"));
	declare_causes(p, "owner", TRL(l, "Causes by who can mend it", "Theo ai xử lý được"));
	declare_reading(p);
	paper_note(p, TRL(l, "One cause each", "Mỗi người một nguyên nhân"), TRL(l, "Each person nominated has exactly one cause: nominated ="
	    " answered + each cause + unknown, for every unit and in all.", "Mỗi người được cử có đúng một nguyên nhân: được cử = đã trả lời"
	    " + từng nguyên nhân + chưa rõ, ở từng đơn vị và toàn bộ."));
	paper_note(p, TRL(l, "Grade A", "Mức A"), TRL(l, "Proven for this person: a server's refusal, a delivery report, their own word.",
	    "Có bằng chứng cho chính người đó: máy chủ từ chối, báo cáo gửi thư, lời của chính người đó."));
	paper_note(p, TRL(l, "Grade B", "Mức B"), TRL(l, "Strong: an automatic reply, a read receipt, a report without our tag.",
	    "Mạnh: thư trả lời tự động, xác nhận đã đọc, báo cáo không có mã của ta."));
	for (int c = 0; c < CAUSES && p->n_notes < PAPER_NOTES; c++)
		if (tally_cause(&p->ask.account->all, (enum cause)c))
			paper_note(p, cause_name((enum cause)c, l), TRL(l, cause_info((enum cause)c)->why_en, cause_info((enum cause)c)->why_vi));
	return 0;
}
