/* report.h: the text forms, for reading on a terminal. */
#include "engine/report.h"

#include <inttypes.h>

#include "base/text.h"
#include "engine/sentence.h"
#include "engine/survey_words.h"

#define FORM_COLUMNS_MAX (6 + 2 * INSTRUMENTS_MAX)
#define DOMAINS_SHOWN 40

static void
number(struct out *o, int64_t v, enum lang l)
{
	char n[32];

	out_text(o, text_number(n, v, l));
}

static void
underlined(FILE *f, const char *title)
{
	fprintf(f, "\n%s\n", title);
	for (size_t i = out_width(title); i; i--)
		fputs("─", f);
	fputc('\n', f);
}

static void
head(const struct report *r, FILE *f, const char *what)
{
	const struct campaign *c = r->account->campaign;
	struct date_text opens, closes, now;

	fprintf(f, "%s\n%s\n", what, c->title);
	for (size_t i = 0; c->dispatches && c->dispatches[i]; i++)
		fprintf(f, "%s\n", c->dispatches[i]);
	fprintf(f, TRL(r->lang, "%s to %s; as of %s\n", "Từ %s đến %s; số liệu lúc %s\n"),
	    date_day(&opens, &c->zone, c->opens_at, r->lang), date_day(&closes, &c->zone, c->closes_at, r->lang),
	    date_minute(&now, &c->zone, r->account->now, r->lang));
}

static void
summaries(const struct report *r, FILE *f, void (*say)(struct buf *, const struct account *, enum lang))
{
	for (size_t i = 0; i < r->n_summaries; i++) {
		struct buf b = BUF_INIT((size_t)1 << 20);

		say(&b, r->account, r->summaries[i]);
		underlined(f, TRL(r->summaries[i], "In words", "Tóm tắt bằng lời"));
		fputs(buf_str(&b), f);
		buf_release(&b);
	}
}

static int
finish(FILE *f, struct err *e)
{
	if (fflush(f) != 0 || ferror(f))
		return out_lost(e);
	return 0;
}

static void
participation_cells(struct out *o, const struct report *r, const struct tally *t)
{
	char p[32];

	number(o, t->nominated, r->lang);
	number(o, t->mailable, r->lang);
	number(o, t->accepted, r->lang);
	for (size_t i = 0; i < r->account->campaign->n_instruments; i++) {
		number(o, t->answered[i], r->lang);
		number(o, t->nominated - t->answered[i], r->lang);
	}
	number(o, t->took_part, r->lang);
	out_text(o, text_percent(p, t->took_part, t->nominated, r->lang));
}

static int
participation_table(const struct report *r, FILE *f, enum unit_kind kind, struct err *e)
{
	const struct account *a = r->account;
	const struct campaign *c = a->campaign;
	struct out_column columns[FORM_COLUMNS_MAX + 4];
	struct arena names = ARENA_INIT;
	enum lang l = r->lang;
	struct out o;
	size_t n = 0;
	int rc;

	columns[n++] = (struct out_column){ "unit", TRL(l, "code", "mã"), false };
	columns[n++] = (struct out_column){ "name", kind == UNIT_MINISTRY ? TRL(l, "ministry", "bộ, cơ quan ngang bộ") :
	    TRL(l, "province", "tỉnh, thành phố"), false };
	columns[n++] = (struct out_column){ "nominated", TRL(l, "nominated", "được cử"), true };
	columns[n++] = (struct out_column){ "mailable", TRL(l, "mailable", "gửi được"), true };
	columns[n++] = (struct out_column){ "accepted", TRL(l, "accepted", "được nhận"), true };
	for (size_t i = 0; i < c->n_instruments; i++) {
		columns[n++] = (struct out_column){ "did", sentence_form(a, i, l), true };
		columns[n++] = (struct out_column){ "not", arena_printf(&names, TRL(l, "no %s", "chưa %s"),
		    sentence_form(a, i, l)), true };
	}
	columns[n++] = (struct out_column){ "took_part", TRL(l, "took part", "tham gia"), true };
	columns[n++] = (struct out_column){ "percent", "%", true };
	columns[n++] = (struct out_column){ "class", "", false };
	out_begin(&o, f, OUT_TEXT, columns, n);
	for (size_t i = 0; i < a->n_units; i++) {
		const struct unit_account *u = &a->units[i];

		if (u->unit.kind != kind)
			continue;
		out_text(&o, u->unit.code);
		out_text(&o, unit_short(&u->unit, l));
		participation_cells(&o, r, &u->t);
		out_text(&o, unit_class_name(u->class, l));
		out_row(&o);
	}
	out_text(&o, "");
	out_text(&o, TRL(l, "TOTAL", "CỘNG"));
	participation_cells(&o, r, &a->kinds[kind]);
	out_text(&o, "");
	out_row(&o);
	rc = out_end(&o, e);
	arena_release(&names);
	return rc;
}

static void
kind_title(const struct report *r, FILE *f, enum unit_kind kind)
{
	const struct account *a = r->account;
	char title[128];

	snprintf(title, sizeof(title), kind == UNIT_MINISTRY ?
	    TRL(r->lang, "Ministries: %d of %d sent a roster", "Bộ, cơ quan ngang bộ: %d/%d đã gửi danh sách") :
	    TRL(r->lang, "Provinces: %d of %d sent a roster", "Tỉnh, thành phố: %d/%d đã gửi danh sách"),
	    (int)a->kind_rosters[kind], (int)a->kind_units[kind]);
	underlined(f, title);
}

/* What the survey system counts itself. */
static void
survey_of(const struct report *r, FILE *f, const struct instrument *form)
{
	const struct account *a = r->account;
	struct buf b = BUF_INIT(4096);

	for (size_t i = 0; i < a->n_surveys; i++) {
		if (a->surveys[i].instrument != form->id)
			continue;
		survey_words(&b, &a->surveys[i], &a->campaign->zone, true, r->lang);
		fprintf(f, "  %s\n", buf_str(&b));
	}
	buf_release(&b);
}

int
report_text_participation(const struct report *r, FILE *f, struct err *e)
{
	const struct account *a = r->account;
	char n[32];

	head(r, f, TRL(r->lang, "PARTICIPATION", "BÁO CÁO THAM GIA"));
	for (int k = 0; k < UNIT_KINDS; k++) {
		if (!a->kind_units[k])
			continue;
		kind_title(r, f, (enum unit_kind)k);
		if (participation_table(r, f, (enum unit_kind)k, e) < 0)
			return -1;
	}
	underlined(f, TRL(r->lang, "In all", "Toàn bộ"));
	fprintf(f, TRL(r->lang, "%s nominated", "%s người được cử"), text_number(n, a->all.nominated, r->lang));
	fprintf(f, TRL(r->lang, ", %s mailable", ", %s người gửi thư được"), text_number(n, a->all.mailable, r->lang));
	fprintf(f, TRL(r->lang, ", %s took part\n", ", %s người tham gia\n"), text_number(n, a->all.took_part, r->lang));
	for (size_t i = 0; i < a->campaign->n_instruments; i++) {
		char p[32], of[32];

		fprintf(f, "%s: %s/%s (%s%%)", sentence_form(a, i, r->lang), text_number(n, a->all.answered[i], r->lang),
		    text_number(of, a->all.nominated, r->lang), text_percent(p, a->all.answered[i], a->all.nominated, r->lang));
		fprintf(f, TRL(r->lang, ", missing %s\n", ", còn thiếu %s\n"),
		    text_number(n, a->all.nominated - a->all.answered[i], r->lang));
		survey_of(r, f, &a->campaign->instruments[i]);
	}
	if (a->all.missing)
		fprintf(f, TRL(r->lang, "%s of them stand in an earlier roster only, not in the latest of their unit\n",
		    "trong đó %s người chỉ có trong danh sách cũ, không có trong danh sách mới nhất của đơn vị\n"),
		    text_number(n, a->all.missing, r->lang));
	summaries(r, f, sentences_participation);
	return finish(f, e);
}

static int
cause_table(const struct report *r, FILE *f, struct err *e)
{
	const struct tally *t = &r->account->all;
	const struct out_column columns[] = {
		{ "cause", TRL(r->lang, "cause", "nguyên nhân"), false }, { "key", "", false },
		{ "people", TRL(r->lang, "people", "số người"), true }, { "percent", "%", true },
		{ "owner", TRL(r->lang, "who can mend it", "ai xử lý được"), false },
	};
	enum lang l = r->lang;
	struct out o;

	out_begin(&o, f, OUT_TEXT, columns, COUNT_OF(columns));
	for (int c = 0; c < CAUSES; c++) {
		int64_t n = tally_cause(t, (enum cause)c);
		const struct cause_info *i = cause_info((enum cause)c);
		char p[32];

		if (!n)
			continue;
		out_text(&o, cause_name((enum cause)c, l));
		out_text(&o, i->key);
		number(&o, n, l);
		out_text(&o, text_percent(p, n, t->nominated, l));
		out_text(&o, owner_name(i->owner, l));
		out_row(&o);
	}
	out_text(&o, TRL(l, "TOTAL", "CỘNG"));
	out_text(&o, "");
	number(&o, tally_sum(t), l);
	out_text(&o, "");
	out_text(&o, "");
	out_row(&o);
	return out_end(&o, e);
}

static void
corrections(const struct report *r, FILE *f)
{
	struct buf b = BUF_INIT(4096);

	sentence_corrections(&b, r->account, r->lang);
	fputs(buf_str(&b), f);
	buf_release(&b);
}

static int64_t
group_sum(const struct tally *t, enum cause_group g)
{
	int64_t n = 0;

	for (int c = 0; c < CAUSES; c++)
		if (cause_info((enum cause)c)->group == g)
			n += tally_cause(t, (enum cause)c);
	return n;
}

static void
matrix_begin(struct out *o, const struct report *r, FILE *f, struct out_column *columns, const char *first)
{
	enum lang l = r->lang;
	size_t n = 0;

	columns[n++] = (struct out_column){ "who", first, false };
	columns[n++] = (struct out_column){ "nominated", TRL(l, "nominated", "được cử"), true };
	columns[n++] = (struct out_column){ "took", TRL(l, "took part", "tham gia"), true };
	columns[n++] = (struct out_column){ "address", TRL(l, "address", "địa chỉ"), true };
	columns[n++] = (struct out_column){ "mailbox", TRL(l, "mailbox", "hộp thư"), true };
	columns[n++] = (struct out_column){ "person", TRL(l, "person", "cá nhân"), true };
	columns[n++] = (struct out_column){ "sender", TRL(l, "sender", "bên gửi"), true };
	columns[n++] = (struct out_column){ "unknown", TRL(l, "unknown", "chưa rõ"), true };
	columns[n++] = (struct out_column){ "most", TRL(l, "most often", "nhiều nhất"), false };
	out_begin(o, f, OUT_TEXT, columns, n);
}

static void
matrix_row(struct out *o, const struct report *r, const char *who, const struct tally *t)
{
	static const enum cause_group order[] = { GROUP_ANSWERED, GROUP_ADDRESS, GROUP_REFUSED, GROUP_PERSON,
	    GROUP_OPERATOR, GROUP_UNKNOWN };
	enum cause lead = CAUSE_ANSWERED;
	struct buf most = BUF_INIT(4096);
	int64_t best = 0;

	for (int c = CAUSE_OPTED_OUT; c < CAUSES; c++)
		if (tally_cause(t, (enum cause)c) > best) {
			lead = (enum cause)c;
			best = tally_cause(t, lead);
		}
	if (best)
		buf_printf(&most, "%s (%" PRId64 ")", cause_name(lead, r->lang), best);
	out_text(o, who);
	number(o, t->nominated, r->lang);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		number(o, group_sum(t, order[i]), r->lang);
	out_text(o, buf_str(&most));
	out_row(o);
	buf_release(&most);
}

static int
by_unit(const struct report *r, FILE *f, struct err *e)
{
	const struct account *a = r->account;
	struct out_column columns[9];

	for (int k = 0; k < UNIT_KINDS; k++) {
		struct out o;

		if (!a->kind_units[k])
			continue;
		kind_title(r, f, (enum unit_kind)k);
		matrix_begin(&o, r, f, columns, TRL(r->lang, "unit", "đơn vị"));
		for (size_t i = 0; i < a->n_units; i++)
			if (a->units[i].unit.kind == (enum unit_kind)k && a->units[i].class != CLASS_NO_ROSTER)
				matrix_row(&o, r, unit_short(&a->units[i].unit, r->lang), &a->units[i].t);
		matrix_row(&o, r, TRL(r->lang, "TOTAL", "CỘNG"), &a->kinds[k]);
		if (out_end(&o, e) < 0)
			return -1;
	}
	return 0;
}

static int
by_domain(const struct report *r, FILE *f, struct err *e)
{
	const struct account *a = r->account;
	struct tally rest = { .nominated = 0 };
	struct out_column columns[9];
	struct out o;

	underlined(f, TRL(r->lang, "By mail domain", "Theo tên miền thư"));
	matrix_begin(&o, r, f, columns, TRL(r->lang, "mail domain", "tên miền thư"));
	for (size_t i = 0; i < a->n_domains; i++) {
		const struct domain_account *d = &a->domains[i];

		if (i < DOMAINS_SHOWN)
			matrix_row(&o, r, *d->domain ? d->domain : TRL(r->lang, "(no address)", "(không có địa chỉ)"), &d->t);
		else
			tally_add(&rest, &d->t);
	}
	if (rest.nominated)
		matrix_row(&o, r, TRL(r->lang, "others", "các tên miền khác"), &rest);
	matrix_row(&o, r, TRL(r->lang, "TOTAL", "CỘNG"), &a->all);
	return out_end(&o, e);
}

static void
by_owner(const struct report *r, FILE *f)
{
	const struct tally *t = &r->account->all;

	for (int w = OWNER_UNIT; w < OWNERS; w++) {
		bool titled = false;

		for (int c = 0; c < CAUSES; c++) {
			const struct cause_info *i = cause_info((enum cause)c);
			char n[32];

			if (i->owner != (enum owner)w || !tally_cause(t, (enum cause)c))
				continue;
			if (!titled)
				underlined(f, owner_name((enum owner)w, r->lang));
			titled = true;
			fprintf(f, "%s: %s. %s\n", cause_name((enum cause)c, r->lang),
			    text_number(n, tally_cause(t, (enum cause)c), r->lang), TRL(r->lang, i->do_en, i->do_vi));
		}
	}
}

static void
told_findings(const struct report *r, FILE *f)
{
	enum finding_kind last = FINDINGS;

	if (r->n_findings)
		underlined(f, TRL(r->lang, "Findings about groups (nobody in particular)",
		    "Nhận định theo nhóm (không nói về cá nhân nào)"));
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *g = &r->findings[i];
		struct buf b = BUF_INIT(65536);

		if (g->kind != last)
			fprintf(f, "%s%s\n", i ? "\n" : "", finding_title(g->kind, r->lang));
		last = g->kind;
		finding_text(&b, g, r->lang);
		fprintf(f, "  • %s\n", buf_str(&b));
		buf_release(&b);
	}
}

int
report_text_causes(const struct report *r, FILE *f, struct err *e)
{
	const struct account *a = r->account;
	char title[256];

	head(r, f, TRL(r->lang, "CAUSES", "BÁO CÁO NGUYÊN NHÂN"));
	if (a->instrument >= 0)
		snprintf(title, sizeof(title), TRL(r->lang, "Everybody accounted for, as to form '%s' alone",
		    "Từng người một, chỉ xét phiếu '%s'"), a->campaign->instruments[a->instrument].key);
	else
		snprintf(title, sizeof(title), "%s", TRL(r->lang, "Everybody accounted for", "Từng người một"));
	underlined(f, title);
	if (cause_table(r, f, e) < 0)
		return -1;
	corrections(r, f);
	if ((r->by == BY_UNIT && by_unit(r, f, e) < 0) || (r->by == BY_DOMAIN && by_domain(r, f, e) < 0))
		return -1;
	if (r->by == BY_OWNER)
		by_owner(r, f);
	told_findings(r, f);
	summaries(r, f, sentences_causes);
	return finish(f, e);
}
