/* thumoi wave log CAMPAIGN [WAVE] - what was done, what was left out, and why. */
#include "app/commands.h"
#include "engine/chronicle.h"
#include "engine/steer.h"
#include "store/campaign.h"

static void
row(struct out *o, const struct campaign *c, const struct wave_entry *w)
{
	struct buf text = BUF_INIT(4096);
	struct date_text t;

	if (o->format == OUT_TEXT) {
		chronicle_text(&text, w, &c->zone, lang_ui);
		out_text(o, date_minute(&t, &c->zone, w->at, lang_ui));
		out_text(o, w->wave);
		out_text(o, buf_str(&text));
	} else {
		out_text(o, date_rfc3339(&t, &c->zone, w->at));
		out_text(o, c->key);
		out_text(o, w->wave);
		out_text(o, w->what);
		out_int(o, w->n);
		out_text(o, w->reason);
		out_text(o, w->detail);
	}
	out_row(o);
	buf_release(&text);
}

static int
print(struct app *app, const struct campaign *c, const char *wave, enum out_format format, struct err *e)
{
	const struct out_column for_people[] = {
		{ "at", TR("at", "lúc"), false }, { "wave", TR("wave", "lượt"), false },
		{ "text", TR("what", "việc"), false },
	}, for_programs[] = {
		{ "at", NULL, false }, { "campaign", NULL, false }, { "wave", NULL, false }, { "what", NULL, false },
		{ "n", NULL, true }, { "reason", NULL, false }, { "detail", NULL, false },
	};
	bool people = format == OUT_TEXT;
	struct arena a = ARENA_INIT;
	struct wave_entry w = { .id = 0 };
	struct out o;
	int rc;

	if (people)
		out_begin(&o, stdout, format, for_people, COUNT_OF(for_people));
	else
		out_begin(&o, stdout, format, for_programs, COUNT_OF(for_programs));
	while ((rc = wave_log_next(app->db, &a, w.id, c->id, wave, &w, e)) == 1) {
		row(&o, c, &w);
		arena_reset(&a);
	}
	arena_release(&a);
	if (out_end(&o, rc < 0 ? NULL : e) < 0)
		return -1;
	return rc;
}

int
wave_log(struct app *app, int argc, char **argv)
{
	const char *format = NULL;
	const struct opt opts[] = {
		{ "format", OPT_TEXT, &format, "text|csv|json", "form of the table", "dạng bảng" },
	};
	int first, rc = opt_parse(argc, argv, "wave log", "CAMPAIGN [WAVE]", opts, COUNT_OF(opts), 1, 2, &first);
	enum out_format f;
	struct err e = ERR_INIT;
	struct campaign c;
	struct wave w;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (f == OUT_HTML)
		return app_usage("wave log", TR("--format is text, csv or json", "--format là text, csv hoặc json"));
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 ||
	    (first + 1 < argc && steer_find(app->db, &app->arena, &c, argv[first + 1], &w, &e) < 0) ||
	    print(app, &c, first + 1 < argc ? argv[first + 1] : NULL, f, &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
}
