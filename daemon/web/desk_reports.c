/* desk.h: the reports, to read, to print and to take away. */
#include "web/desk.h"

#include "engine/papers.h"
#include "engine/rates.h"
#include "web/desk_parts.h"

/* Which report answers which question. */
static void
add_reports(json_t *data, const struct request *r, const struct snapshot *s)
{
	json_t *list = view_list(data, "reports");

	for (int k = 0; k < PAPERS; k++) {
		const struct paper_info *i = paper_info((enum paper_kind)k);
		json_t *o;

		if (!i->listed)
			continue;
		o = view_item(list);
		view_text(o, "key", i->key);
		view_text(o, "title", TRL(r->lang, i->title_en, i->title_vi));
		view_text(o, "question", TRL(r->lang, i->question_en, i->question_vi));
		view_text(o, "url", desk_url(r, s, arena_printf(r->arena, "/reports/%s", i->key)));
		view_flag(o, "has_files", k != PAPER_COMPARISON);	/* first one says with what */
		view_flag(o, "outside", k == PAPER_OUTSIDE);
	}
}

static void
add_rates(json_t *data, const struct request *r, const struct snapshot *s)
{
	struct rates rates;
	json_t *list = view_list(data, "rates"), *o = json_object();

	rates_count(&rates, &s->account.all);
	view_int(o, "complete", rates.complete);
	view_int(o, "partial", rates.partial);
	view_int(o, "refused", rates.refused);
	view_int(o, "not_reached", rates.not_reached);
	view_int(o, "unknown", rates.unknown);
	json_object_set_new(data, "dispositions", o);
	for (int i = 0; i < RATES; i++) {
		json_t *one = view_item(list);

		view_text(one, "name", arena_printf(r->arena, "RR%d", i + 1));
		view_int(one, "numerator", rates.numerator[i]);
		view_int(one, "denominator", rates.denominator[i]);
		view_share(one, "percent", rates.numerator[i], rates.denominator[i]);
		view_text(one, "assumption", rate_assumption(i, r->lang));
	}
}

void
desk_reports(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	json_t *data;

	if (!s)
		return;
	data = json_object();
	desk_tally(data, r, s, &s->account.all, TRL(r->lang, "All nominated", "Toàn bộ người được cử"), true);
	desk_words(data, "words_vi", s, true, LANG_VI);
	desk_words(data, "words_en", s, true, LANG_EN);
	add_rates(data, r, s);
	add_reports(data, r, s);
	view_text(data, "files_url", desk_url(r, s, "/reports"));
	view_flag(data, "sees_people", access_may(r->actor, RIGHT_PEOPLE));
	view_reply(r, SCREEN_REPORTS, TRL(r->lang, "Reports", "Báo cáo"), s, data);
	view_done(r, s);
}
