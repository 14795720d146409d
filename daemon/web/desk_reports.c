/* desk.h: the reports, to read, to print and to take away. */
#include "web/desk.h"

#include "engine/rates.h"
#include "engine/report.h"
#include "web/desk_parts.h"

enum form { FORM_PARTICIPATION, FORM_CAUSES, FORM_DOMAINS, FORM_PLACEMENT, FORM_PAGE };

static const struct file { const char *name; enum form form; enum out_format format; const char *type; } files[] = {
	{ "participation.csv", FORM_PARTICIPATION, OUT_CSV, "text/csv; charset=utf-8" },
	{ "participation.json", FORM_PARTICIPATION, OUT_JSON, "application/json; charset=utf-8" },
	{ "causes.csv", FORM_CAUSES, OUT_CSV, "text/csv; charset=utf-8" },
	{ "causes.json", FORM_CAUSES, OUT_JSON, "application/json; charset=utf-8" },
	{ "domains.csv", FORM_DOMAINS, OUT_CSV, "text/csv; charset=utf-8" },
	{ "placement.csv", FORM_PLACEMENT, OUT_CSV, "text/csv; charset=utf-8" },
	{ "report.html", FORM_PAGE, OUT_HTML, "text/html; charset=utf-8" },
};

static int
write_form(const struct request *r, const struct snapshot *s, const struct file *which, FILE *f, struct err *e)
{
	struct report report = { .account = &s->account, .findings = s->findings, .n_findings = s->n_findings, .lang = r->lang,
	    .summaries = { r->lang }, .n_summaries = 1, .by = which->form == FORM_DOMAINS ? BY_DOMAIN : BY_UNIT,
	    .for_sheets = true };

	switch (which->form) {
	case FORM_PARTICIPATION: return report_participation(&report, f, which->format, e);
	case FORM_PLACEMENT: return report_placement(&report, f, which->format, e);
	case FORM_PAGE: return report_html(&report, f, e);
	default: return report_causes(&report, f, which->format, e);
	}
}

static void
send_form(struct request *r, const struct snapshot *s, const struct file *which)
{
	struct err e = ERR_INIT;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int rc = -1;

	if (!f) {
		err_sys(&e, TR("cannot prepare the report", "không chuẩn bị được báo cáo"));
	} else {
		rc = write_form(r, s, which, f, &e);
		fclose(f);
	}
	if (rc < 0) {
		view_error(r, &e);
	} else if (which->format == OUT_CSV) {
		struct buf sheet = BUF_INIT(len * 2 + 64);

		out_excel(&sheet, text, len);
		reply_own(r, 200, which->type, &sheet);
		r->file_name = arena_printf(r->arena, "%s-%s", s->campaign.key, which->name);
	} else {
		reply_raw(r, 200, which->type, text);
		if (which->form == FORM_PAGE)
			reply_allow_style(r);
	}
	free(text);
}

static void
show_file(struct request *r, const char *name)
{
	const struct snapshot *s = view_campaign(r);
	const struct file *which = NULL;

	if (!s)
		return;
	for (size_t i = 0; i < COUNT_OF(files) && !which; i++)
		if (strcmp(files[i].name, name) == 0)
			which = &files[i];
	if (!which) {
		view_nothing_here(r);
	} else {
		request_choose_lang(r, s->campaign.lang);
		send_form(r, s, which);
	}
	view_done(r, s);
}

void
desk_report_file(struct request *r)
{
	show_file(r, r->seg[1]);
}

void
desk_report_page(struct request *r)
{
	show_file(r, "report.html");
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
	view_text(data, "files_url", desk_url(r, s, "/reports"));
	view_reply(r, SCREEN_REPORTS, TRL(r->lang, "Reports", "Báo cáo"), s, data);
	view_done(r, s);
}
