/* thumoi wave preview CAMPAIGN WAVE - who would get it, who not and why, and how it looks; changes nothing. */
#include <inttypes.h>
#include <jansson.h>

#include "app/commands.h"
#include "base/text.h"
#include "engine/preview.h"
#include "engine/setup.h"
#include "engine/steer.h"

#define SAMPLES_MOST 100
#define LINES_SHOWN 14		/* of a sample, without --full */

struct looking {
	struct app *app;
	struct campaign campaign;
	struct wave wave;
	struct preview preview;
	bool people;
	struct out out;			/* of the list of people */
};

/* --- who ------------------------------------------------------------------------------- */

static void
list_row(const struct facts *f, const struct eligible_answer *a, void *arg)
{
	struct looking *p = arg;
	struct date_text t;
	bool text = p->out.format == OUT_TEXT;

	out_text(&p->out, a->unit_code);
	out_text(&p->out, f->name);
	out_text(&p->out, f->sub_unit);
	out_text(&p->out, *a->email ? a->email : f->email);
	out_text(&p->out, text ? eligible_text(a->skip, lang_ui) : eligible_key(a->skip));
	out_text(&p->out, !a->until ? (text ? "" : NULL) : text ? date_minute(&t, &p->campaign.zone, a->until, lang_ui) :
	    date_rfc3339(&t, &p->campaign.zone, a->until));
	out_text(&p->out, text ? cause_name(a->cause, lang_ui) : cause_info(a->cause)->key);
	out_text(&p->out, a->skip ? "" : a->variant ? p->wave.other_template : p->wave.template);
	out_row(&p->out);
}

/* --- how it looks -------------------------------------------------------------------------- */

static void
print_text(const char *text, bool full)
{
	int lines = 0;

	while (*text && (full || lines++ < LINES_SHOWN)) {
		size_t n = strcspn(text, "\n");

		printf("  %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
	if (*text)
		puts("  ...");
}

static int
print_samples(struct looking *p, bool full, struct err *e)
{
	size_t n = p->preview.n_samples;

	for (size_t i = 0; i < n; i++) {
		const struct preview_sample *s = &p->preview.samples[i];
		struct preview_mail mail;

		if (preview_mail(&p->preview, p->app->db, &p->app->conf, s, p->campaign.lang, &p->app->arena, &mail, e) < 0)
			return -1;
		printf(TR("\n--- sample %zu of %zu: %s (%s) <%s>%s\n", "\n--- thư mẫu %zu/%zu: %s (%s) <%s>%s\n"), i + 1, n, mail.name,
		    mail.unit_code, mail.email, s->second ? TR(", second address", ", địa chỉ thứ hai") : "");
		printf("  Subject: %s\n\n", mail.subject);
		print_text(mail.text, full);
	}
	return 0;
}

/* --- the summary --------------------------------------------------------------------------- */

static int
print_counts(const struct looking *p, struct err *e)
{
	const struct out_column columns[] = {
		{ "people", TR("people", "số người"), true }, { "what", TR("", ""), false },
	};
	struct out o;
	int64_t all = 0;

	out_begin(&o, stdout, OUT_TEXT, columns, COUNT_OF(columns));
	for (int s = SKIP_NOT; s < SKIPS; s++) {
		int64_t n = plan_count(&p->preview.plan, (enum skip)s);

		all += n;
		if (!n && s)
			continue;
		out_int(&o, n);
		out_text(&o, eligible_text((enum skip)s, lang_ui));
		out_row(&o);
	}
	out_int(&o, all);
	out_text(&o, TR("TOTAL", "TỔNG"));
	out_row(&o);
	return out_end(&o, e);
}

static int
print_causes(const struct looking *p, struct err *e)
{
	const struct out_column columns[] = {
		{ "people", TR("people", "số người"), true },
		{ "cause", TR("of those who get it", "trong số được gửi"), false },
		{ "owner", TR("who can mend it", "ai xử lý được"), false },
	};
	struct out o;

	if (!p->preview.plan.planned)
		return 0;
	putchar('\n');
	out_begin(&o, stdout, OUT_TEXT, columns, COUNT_OF(columns));
	for (int c = 0; c < CAUSES; c++) {
		if (!p->preview.causes[c])
			continue;
		out_int(&o, p->preview.causes[c]);
		out_text(&o, cause_name((enum cause)c, lang_ui));
		out_text(&o, owner_name(cause_info((enum cause)c)->owner, lang_ui));
		out_row(&o);
	}
	return out_end(&o, e);
}

static void
print_head(const struct looking *p)
{
	const struct zone *z = &p->campaign.zone;
	struct err late = ERR_INIT;
	struct date_text t;

	printf(TR("%s %s: %s, template %s%s%s\n", "%s %s: %s, mẫu thư %s%s%s\n"), p->campaign.key, p->wave.name,
	    p->wave.kind,
	    p->wave.template, *p->wave.audience ? TR(", audience ", ", đối tượng ") : "", p->wave.audience);
	printf(TR("as of      %s\n", "tính lúc   %s\n"), date_minute(&t, z, p->preview.as_of, lang_ui));
	printf(TR("goes out   %s\n", "gửi từ     %s\n"), date_minute(&t, z, p->preview.goes_at, lang_ui));
	printf(TR("until      %s\n", "đến        %s\n"), date_minute(&t, z, p->preview.deadline, lang_ui));
	if (plan_in_time(&p->campaign, &p->wave, p->preview.as_of, &late) < 0)
		printf("%s\n", late.text);
	putchar('\n');
}

static int
print_summary(struct looking *p, bool full, struct err *e)
{
	char count[32];

	print_head(p);
	if (print_counts(p, e) < 0 || print_causes(p, e) < 0)
		return -1;
	if (p->preview.second)
		printf(TR("\n%s of them at another than their first address\n",
		    "\ntrong đó %s người được gửi tới địa chỉ không phải địa chỉ đầu\n"),
		    text_number(count, p->preview.second, lang_ui));
	if (p->preview.variant)
		printf(TR("\n%s of them with template %s, because their mail is probably filtered\n",
		    "\ntrong đó %s người nhận mẫu %s vì thư của họ nhiều khả năng bị lọc\n"),
		    text_number(count, p->preview.variant, lang_ui),
		    p->wave.other_template);
	return print_samples(p, full, e);
}

static int
print_json(struct looking *p, struct err *e)
{
	json_t *o = json_object(), *out = json_object(), *causes = json_object(), *samples = json_array();
	struct date_text t;
	int rc = 0;

	json_object_set_new(o, "campaign", json_string(p->campaign.key));
	json_object_set_new(o, "wave", json_string(p->wave.name));
	json_object_set_new(o, "kind", json_string(p->wave.kind));
	json_object_set_new(o, "as_of", json_string(date_rfc3339(&t, &p->campaign.zone, p->preview.as_of)));
	json_object_set_new(o, "goes_out", json_string(date_rfc3339(&t, &p->campaign.zone, p->preview.goes_at)));
	json_object_set_new(o, "until", json_string(date_rfc3339(&t, &p->campaign.zone, p->preview.deadline)));
	json_object_set_new(o, "in", json_integer(p->preview.plan.planned));
	json_object_set_new(o, "second_address", json_integer(p->preview.second));
	json_object_set_new(o, "other_template", json_integer(p->preview.variant));
	for (int s = SKIP_BEFORE; s < SKIPS; s++)
		json_object_set_new(out, eligible_key((enum skip)s), json_integer(plan_count(&p->preview.plan, (enum skip)s)));
	for (int c = 0; c < CAUSES; c++)
		if (p->preview.causes[c])
			json_object_set_new(causes, cause_info((enum cause)c)->key, json_integer(p->preview.causes[c]));
	for (size_t i = 0; i < p->preview.n_samples && rc == 0; i++) {
		struct preview_mail mail;

		if ((rc = preview_mail(&p->preview, p->app->db, &p->app->conf, &p->preview.samples[i], p->campaign.lang, &p->app->arena,
		    &mail, e)) == 0)
			json_array_append_new(samples, json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", mail.name, "unit", mail.unit_code,
			    "email", mail.email, "subject", mail.subject, "text", mail.text));
	}
	json_object_set_new(o, "out", out);
	json_object_set_new(o, "causes", causes);
	json_object_set_new(o, "samples", samples);
	if (rc == 0 && json_dumpf(o, stdout, JSON_INDENT(1)) < 0)
		rc = out_lost(e);
	json_decref(o);
	putchar('\n');
	return rc;
}

/* --- the command ------------------------------------------------------------------------------ */

static int
look(struct looking *p, enum out_format format, size_t samples, struct err *e)
{
	const struct out_column columns[] = {
		{ "unit", TR("unit", "đơn vị"), false }, { "name", TR("name", "họ tên"), false },
		{ "sub_unit", TR("sub-unit", "phòng, ban"), false }, { "email", TR("address", "địa chỉ"), false },
		{ "verdict", TR("verdict", "kết quả"), false }, { "until", TR("not before", "không trước"), false },
		{ "cause", TR("cause", "nguyên nhân"), false }, { "template", TR("template", "mẫu thư"), false },
	};
	int rc;

	if (p->people)
		out_begin(&p->out, stdout, format, columns, COUNT_OF(columns));
	rc = preview_make(&p->preview, p->app->db, &p->app->conf, &p->campaign, &p->wave, samples, p->people ? list_row : NULL, p, e);
	if (p->people && out_end(&p->out, rc < 0 ? NULL : e) < 0)
		return -1;
	return rc;
}

int
wave_preview(struct app *app, int argc, char **argv)
{
	const char *template = NULL, *audience = NULL, *kind = NULL, *format = NULL;
	int64_t samples = 3;
	bool full = false, people = false;
	const struct opt opts[] = {
		{ "template", OPT_TEXT, &template, "T", "of a wave that is not there yet", "của một lượt chưa tạo" },
		{ "audience", OPT_TEXT, &audience, "EXPR", "its audience", "đối tượng của lượt đó" },
		{ "kind", OPT_TEXT, &kind, "KIND", "invitation, reminder, thanks, notice",
		    "invitation, reminder, thanks, notice" },
		{ "samples", OPT_INT, &samples, "N", "how many messages to show (3)", "số thư mẫu hiện ra (3)" },
		{ "full", OPT_FLAG, &full, NULL, "the samples whole", "hiện toàn bộ thư mẫu" },
		{ "people", OPT_FLAG, &people, NULL, "a list of everybody, with the verdict",
		    "danh sách từng người kèm kết quả" },
		{ "format", OPT_TEXT, &format, "text|csv|json", "form of that list", "dạng danh sách đó" },
	};
	int first, rc = opt_parse(argc, argv, "wave preview", "CAMPAIGN [WAVE]", opts, COUNT_OF(opts), 1, 2, &first);
	struct looking p = { .app = app };
	enum out_format f;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if ((first + 1 < argc) == (template != NULL) || (audience && !template) || (kind && !template))
		return app_usage("wave preview", TR("name a wave, or give --template and, if you like, --audience",
		    "ghi tên lượt, hoặc dùng --template và có thể thêm --audience"));
	if (samples < 0 || samples > SAMPLES_MOST)
		return app_usage("wave preview", TR("--samples is a number from 0 to %d",
		    "--samples là số từ 0 đến %d"), SAMPLES_MOST);
	p.people = people || format;
	if (p.people && f == OUT_HTML)
		return app_usage("wave preview", TR("--format is text, csv or json", "--format là text, csv hoặc json"));
	p.wave = (struct wave){ .name = "-", .template = template, .audience = audience ? audience : "",
	    .state = "planned", .position = 1, .quiet_hours = "", .working_days = "", .other_template = "",
	    .second_address = "",
	    .kind = kind ? kind : template ? setup_kind(template) : "notice" };
	if (setup_kind_check(p.wave.kind, &e) < 0 ||
	    campaign_need(app->db, &app->arena, argv[first], &p.campaign, &e) < 0 ||
	    (!template && steer_find(app->db, &app->arena, &p.campaign, argv[first + 1], &p.wave, &e) < 0) ||
	    plan_check(app->db, p.wave.audience, &p.campaign, &e) < 0 || look(&p, f, (size_t)samples, &e) < 0)
		return app_fail(&e);
	rc = p.people ? 0 : app->json ? print_json(&p, &e) : print_summary(&p, full, &e);
	preview_release(&p.preview);
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}
