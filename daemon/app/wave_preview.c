/* thumoi wave preview CAMPAIGN WAVE - who would get it, who not and why, and how it looks; changes nothing. */
#include <inttypes.h>
#include <jansson.h>

#include "app/commands.h"
#include "app/wave_stop.h"
#include "base/clock.h"
#include "base/text.h"
#include "engine/calendar.h"
#include "engine/message.h"
#include "engine/plan.h"
#include "engine/setup.h"
#include "store/contact.h"
#include "store/unit.h"

#define SAMPLES_MOST 100
#define LINES_SHOWN 14		/* of a sample, without --full */

struct sample {
	int64_t contact;
	const char *email;
	unsigned answered;
	bool variant, second;
	bool apart;		/* it differs from all before */
};

struct preview {
	struct app *app;
	struct campaign campaign;
	struct wave wave;
	int64_t as_of, goes_at, deadline;
	struct plan plan;
	int64_t causes[CAUSES];		/* of those who get it */
	int64_t variant, second;
	struct sample *samples;		/* twice n_samples: those apart, and the first ones */
	size_t n_samples, n_apart, n_first;
	bool people;
	struct out out;			/* of the list of people */
};

/* --- who ------------------------------------------------------------------------------- */

static void
list_row(struct preview *p, const struct facts *f, const struct eligible_answer *a)
{
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

/* Samples show what differs: the template, the address, what is answered. */
static void
keep_sample(struct preview *p, const struct facts *f, const struct eligible_answer *a)
{
	struct sample s = { .contact = f->contact, .answered = f->answered, .variant = a->variant, .second = a->second,
	    .apart = true };
	struct sample *first = p->samples + p->n_samples;

	for (size_t i = 0; i < p->n_apart && s.apart; i++)
		s.apart = p->samples[i].answered != s.answered || p->samples[i].variant != s.variant ||
		    p->samples[i].second != s.second;
	if (s.apart && p->n_apart < p->n_samples) {
		s.email = arena_dup(&p->app->arena, a->email);
		p->samples[p->n_apart++] = s;
	} else if (p->n_first < p->n_samples) {
		s.email = arena_dup(&p->app->arena, a->email);
		first[p->n_first++] = s;
	}
}

static int
each_person(const struct facts *f, const struct eligible_answer *a, void *arg)
{
	struct preview *p = arg;

	if (p->people)
		list_row(p, f, a);
	if (a->skip)
		return 0;
	p->causes[a->cause]++;
	p->variant += a->variant;
	p->second += a->second;
	keep_sample(p, f, a);
	return 0;
}

/* Those apart come first, then as many of the others as there is room for. */
static size_t
settle_samples(struct preview *p)
{
	size_t n = p->n_apart;

	for (size_t i = 0; i < p->n_first && n < p->n_samples; i++)
		p->samples[n++] = p->samples[p->n_samples + i];
	return n;
}

/* --- how it looks -------------------------------------------------------------------------- */

static int
render(struct preview *p, const struct sample *s, struct contact *who, struct mail *mail, struct message_maker **m,
    struct err *e)
{
	/* The tag of a sample names invite 0, which never was: it needs no key. */
	static const struct secret no_secret;
	struct app *app = p->app;
	struct message_envelope envelope;
	struct message_to to;
	struct unit unit;

	if (contact_by_id(app->db, &app->arena, s->contact, who, e) != 1 ||
	    unit_by_id(app->db, &app->arena, who->unit, &unit, e) != 1)
		return -1;
	to = (struct message_to){ .attempt = 1, .name = who->name, .email = s->email, .token = who->token,
	    .sub_unit = who->sub_unit, .position = who->position, .answered = s->answered, .at = p->goes_at,
	    .unit_name = TRL(p->campaign.lang, unit.name_en, unit.name_vi) };
	if (message_maker_new(m, &p->campaign, &app->conf, &no_secret,
	    s->variant ? p->wave.other_template : p->wave.template, e) < 0)
		return -1;
	return message_parts(*m, &to, &app->arena, mail, &envelope, e);
}

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
print_samples(struct preview *p, size_t n, bool full, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct message_maker *m = NULL;
		struct contact who;
		struct mail mail;
		int rc = render(p, &p->samples[i], &who, &mail, &m, e);

		if (rc == 0) {
			printf(TR("\n--- sample %zu of %zu: %s (%s) <%s>%s\n",
			    "\n--- thư mẫu %zu/%zu: %s (%s) <%s>%s\n"), i + 1, n, who.name,
			    who.unit_code, p->samples[i].email,
			    p->samples[i].second ? TR(", second address", ", địa chỉ thứ hai") : "");
			printf("  Subject: %s\n\n", mail.subject);
			print_text(mail.text, full);
		}
		message_maker_free(m);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* --- the summary --------------------------------------------------------------------------- */

static int
print_counts(const struct preview *p, struct err *e)
{
	const struct out_column columns[] = {
		{ "people", TR("people", "số người"), true }, { "what", TR("", ""), false },
	};
	struct out o;
	int64_t all = 0;

	out_begin(&o, stdout, OUT_TEXT, columns, COUNT_OF(columns));
	for (int s = SKIP_NOT; s < SKIPS; s++) {
		int64_t n = plan_count(&p->plan, (enum skip)s);

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
print_causes(const struct preview *p, struct err *e)
{
	const struct out_column columns[] = {
		{ "people", TR("people", "số người"), true },
		{ "cause", TR("of those who get it", "trong số được gửi"), false },
		{ "owner", TR("who can mend it", "ai xử lý được"), false },
	};
	struct out o;

	if (!p->plan.planned)
		return 0;
	putchar('\n');
	out_begin(&o, stdout, OUT_TEXT, columns, COUNT_OF(columns));
	for (int c = 0; c < CAUSES; c++) {
		if (!p->causes[c])
			continue;
		out_int(&o, p->causes[c]);
		out_text(&o, cause_name((enum cause)c, lang_ui));
		out_text(&o, owner_name(cause_info((enum cause)c)->owner, lang_ui));
		out_row(&o);
	}
	return out_end(&o, e);
}

static void
print_head(const struct preview *p)
{
	const struct zone *z = &p->campaign.zone;
	struct err late = ERR_INIT;
	struct date_text t;

	printf(TR("%s %s: %s, template %s%s%s\n", "%s %s: %s, mẫu thư %s%s%s\n"), p->campaign.key, p->wave.name,
	    p->wave.kind,
	    p->wave.template, *p->wave.audience ? TR(", audience ", ", đối tượng ") : "", p->wave.audience);
	printf(TR("as of      %s\n", "tính lúc   %s\n"), date_minute(&t, z, p->as_of, lang_ui));
	printf(TR("goes out   %s\n", "gửi từ     %s\n"), date_minute(&t, z, p->goes_at, lang_ui));
	printf(TR("until      %s\n", "đến        %s\n"), date_minute(&t, z, p->deadline, lang_ui));
	if (plan_in_time(&p->campaign, &p->wave, p->as_of, &late) < 0)
		printf("%s\n", late.text);
	putchar('\n');
}

static int
print_summary(struct preview *p, bool full, struct err *e)
{
	size_t n = settle_samples(p);
	char count[32];

	print_head(p);
	if (print_counts(p, e) < 0 || print_causes(p, e) < 0)
		return -1;
	if (p->second)
		printf(TR("\n%s of them at another than their first address\n",
		    "\ntrong đó %s người được gửi tới địa chỉ không phải địa chỉ đầu\n"),
		    text_number(count, p->second, lang_ui));
	if (p->variant)
		printf(TR("\n%s of them with template %s, because their mail is probably filtered\n",
		    "\ntrong đó %s người nhận mẫu %s vì thư của họ nhiều khả năng bị lọc\n"),
		    text_number(count, p->variant, lang_ui),
		    p->wave.other_template);
	return print_samples(p, n, full, e);
}

static int
print_json(struct preview *p, struct err *e)
{
	json_t *o = json_object(), *out = json_object(), *causes = json_object(), *samples = json_array();
	size_t n = settle_samples(p);
	struct date_text t;
	int rc = 0;

	json_object_set_new(o, "campaign", json_string(p->campaign.key));
	json_object_set_new(o, "wave", json_string(p->wave.name));
	json_object_set_new(o, "kind", json_string(p->wave.kind));
	json_object_set_new(o, "as_of", json_string(date_rfc3339(&t, &p->campaign.zone, p->as_of)));
	json_object_set_new(o, "goes_out", json_string(date_rfc3339(&t, &p->campaign.zone, p->goes_at)));
	json_object_set_new(o, "until", json_string(date_rfc3339(&t, &p->campaign.zone, p->deadline)));
	json_object_set_new(o, "in", json_integer(p->plan.planned));
	json_object_set_new(o, "second_address", json_integer(p->second));
	json_object_set_new(o, "other_template", json_integer(p->variant));
	for (int s = SKIP_BEFORE; s < SKIPS; s++)
		json_object_set_new(out, eligible_key((enum skip)s), json_integer(plan_count(&p->plan, (enum skip)s)));
	for (int c = 0; c < CAUSES; c++)
		if (p->causes[c])
			json_object_set_new(causes, cause_info((enum cause)c)->key, json_integer(p->causes[c]));
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct message_maker *m = NULL;
		struct contact who;
		struct mail mail;

		if ((rc = render(p, &p->samples[i], &who, &mail, &m, e)) == 0)
			json_array_append_new(samples,
			    json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", who.name, "unit", who.unit_code,
			    "email", p->samples[i].email, "subject", mail.subject, "text", mail.text));
		message_maker_free(m);
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
look(struct preview *p, enum out_format format, struct err *e)
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
	rc = plan_try(p->app->db, &p->app->conf, &p->campaign, &p->wave, p->as_of, &p->plan, each_person, p, e);
	if (p->people && out_end(&p->out, rc < 0 ? NULL : e) < 0)
		return -1;
	return rc;
}

/* When it would be planned, and when the first message would go. */
static int
set_times(struct preview *p, struct err *e)
{
	struct calendar all, own;
	int64_t now = clock_now();
	int rc;

	p->as_of = p->wave.not_before > now ? p->wave.not_before : now;
	p->deadline = plan_deadline(&p->wave, &p->campaign);
	rc = calendar_load(&all, &p->app->conf, e);
	if (rc == 0 && (rc = calendar_of_wave(&own, &all, p->wave.quiet_hours, p->wave.working_days, e)) == 0)
		p->goes_at = calendar_next(&own, &p->campaign.zone, p->as_of);
	calendar_release(&all);
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
	struct preview p = { .app = app };
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
	p.n_samples = (size_t)samples;
	p.samples = arena_alloc(&app->arena, (p.n_samples * 2 + 1) * sizeof(*p.samples));
	p.wave = (struct wave){ .name = "-", .template = template, .audience = audience ? audience : "",
	    .state = "planned", .position = 1, .quiet_hours = "", .working_days = "", .other_template = "",
	    .second_address = "",
	    .kind = kind ? kind : template ? setup_kind(template) : "notice" };
	if (setup_kind_check(p.wave.kind, &e) < 0 ||
	    campaign_need(app->db, &app->arena, argv[first], &p.campaign, &e) < 0 ||
	    (!template && wave_need(app, &p.campaign, argv[first + 1], &p.wave, &e) < 0) ||
	    plan_check(app->db, p.wave.audience, &p.campaign, &e) < 0 || set_times(&p, &e) < 0 || look(&p, f, &e) < 0)
		return app_fail(&e);
	if (p.people)
		return EXIT_DONE;
	rc = app->json ? print_json(&p, &e) : print_summary(&p, full, &e);
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}
