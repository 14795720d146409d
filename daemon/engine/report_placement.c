/* report.h: into which folder the messages to our probe mailboxes came, by provider, wave and template. */
#include "engine/report.h"

#include <math.h>

#include "base/text.h"

static void
row(struct out *o, const struct placement *p, bool for_people)
{
	const int64_t numbers[] = { p->probes, placement_looked(p), p->inbox, p->spam, p->other, p->missing };
	int64_t n = placement_looked(p);
	double low, high;
	char s[64] = "";

	out_text(o, p->provider);
	out_text(o, p->wave);
	out_text(o, p->template);
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		out_int(o, numbers[i]);
	placement_share(p, &low, &high);
	if (for_people) {
		if (n)
			snprintf(s, sizeof(s), "%.0f %% (%.0f-%.0f %%)", 100.0 * (double)p->spam / (double)n, low * 100, high * 100);
		out_text(o, n ? s : "–");
	} else {
		out_real(o, n ? (double)p->spam / (double)n : NAN, 3);
		out_real(o, n ? low : NAN, 3);
		out_real(o, n ? high : NAN, 3);
	}
	out_row(o);
}

static int
as_table(const struct report *r, FILE *f, enum out_format format, struct err *e)
{
	const struct account *a = r->account;
	enum lang l = r->lang;
	const struct out_column columns[] = {
		{ "provider", TRL(l, "provider", "nơi nhận"), false }, { "wave", TRL(l, "wave", "lượt"), false },
		{ "template", TRL(l, "template", "mẫu thư"), false }, { "probes", TRL(l, "probes", "hộp thử"), true },
		{ "looked", TRL(l, "known", "đã rõ"), true }, { "inbox", TRL(l, "inbox", "hộp thư đến"), true },
		{ "spam", TRL(l, "spam", "thư rác"), true }, { "other", TRL(l, "other", "thư mục khác"), true },
		{ "missing", TRL(l, "missing", "không tới"), true },
		{ "share_spam", TRL(l, "in spam (95 %)", "trong thư rác (95 %)"), true }, { "low", NULL, true }, { "high", NULL, true },
	};
	bool for_people = format == OUT_TEXT;
	struct out o;

	out_begin(&o, f, format, columns, COUNT_OF(columns) - (for_people ? 2 : 0));
	o.for_sheets = r->for_sheets;
	for (size_t i = 0; i < a->n_placements; i++)
		row(&o, &a->placements[i], for_people);
	return out_end(&o, e);
}

int
report_placement(const struct report *r, FILE *f, enum out_format format, struct err *e)
{
	const struct account *a = r->account;

	if (format != OUT_TEXT)
		return as_table(r, f, format, e);
	fprintf(f, "%s\n%s\n\n", TRL(r->lang, "PLACEMENT", "THƯ VÀO THƯ MỤC NÀO"), a->campaign->title);
	if (!a->n_placements)
		fputs(TRL(r->lang, "No probe mailbox rode in a wave of this campaign: see 'thumoi probe add'.\n",
		    "Chưa có hộp thư thử nào đi cùng lượt thư của đợt này: xem 'thumoi probe add'.\n"), f);
	else if (as_table(r, f, format, e) < 0)
		return -1;
	for (size_t i = 0; i < a->n_placements; i++) {
		struct buf b = BUF_INIT(65536);

		placement_text(&b, &a->placements[i], r->lang);
		fprintf(f, TRL(r->lang, "%s• %s (wave '%s')\n", "%s• %s (lượt '%s')\n"), i ? "" : "\n", buf_str(&b),
		    a->placements[i].wave);
		buf_release(&b);
	}
	if (a->n_placements)
		fputs(TRL(r->lang, "\nIndicative for the people there as a group (grade C); it says of no person where the message lies.\n",
		    "\nChỉ gợi ý cho cả nhóm người dùng ở đó (mức C); không nói thư của riêng ai nằm ở đâu.\n"), f);
	return fflush(f) != 0 || ferror(f) ? out_lost(e) : 0;
}
