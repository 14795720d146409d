/* report.h: into which folder the messages to our probe mailboxes came, by provider, wave and template. */
#include "engine/report.h"

#include "engine/papers.h"

int
report_placement(const struct report *r, FILE *f, enum out_format format, struct err *e)
{
	const struct account *a = r->account;

	if (format != OUT_TEXT)
		return report_paper(r, NULL, PAPER_PLACEMENT, NULL, f, format, e);
	fprintf(f, "%s\n%s\n\n", TRL(r->lang, "PLACEMENT", "THƯ VÀO THƯ MỤC NÀO"), a->campaign->title);
	if (!a->n_placements)
		fputs(TRL(r->lang, "No probe mailbox rode in a wave of this campaign: see 'thumoi probe add'.\n",
		    "Chưa có hộp thư thử nào đi cùng lượt thư của đợt này: xem 'thumoi probe add'.\n"), f);
	else if (report_paper(r, NULL, PAPER_PLACEMENT, NULL, f, format, e) < 0)
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
