#include "app/wave_stop.h"

#include "engine/chronicle.h"
#include "engine/steer.h"

int
wave_tell_stops(struct app *app, const struct campaign *c, const struct wave *w, FILE *f, struct err *e)
{
	struct buf line = BUF_INIT(4096);
	struct arena a = ARENA_INIT;
	struct stop t = { .id = 0 };
	bool whole = false;
	int rc;

	while ((rc = stop_next(app->db, &a, t.id, w->id, &t, e)) == 1) {
		if (t.resumed_at)
			continue;
		whole = whole || (!*t.domain && !t.observed);
		buf_clear(&line);
		stop_text(&line, &t, &c->zone, lang_ui);
		fprintf(f, "%s %s: %s\n", c->key, w->name, buf_str(&line));
		if (!t.observed && *t.domain)
			fprintf(f, TR("  go on: thumoi wave resume %s %s --domain %s\n",
			    "  cho chạy tiếp: thumoi wave resume %s %s --domain %s\n"), c->key, w->name, t.domain);
		else if (!t.observed)
			fprintf(f, TR("  go on: thumoi wave resume %s %s\n", "  cho chạy tiếp: thumoi wave resume %s %s\n"),
			    c->key, w->name);
	}
	buf_release(&line);
	arena_release(&a);
	return rc < 0 ? -1 : whole;
}

int
wave_pause(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "wave pause", "CAMPAIGN NAME", NULL, 0, 2, 2, &first);
	struct err e = ERR_INIT;
	struct campaign c;
	struct wave w;

	if (rc >= 0)
		return rc;
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 || steer_find(app->db, &app->arena, &c, argv[first + 1], &w, &e) < 0 ||
	    steer_pause(app->db, &w, "cli", &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("wave '%s' is paused; go on: thumoi wave resume %s %s\n",
		    "đã tạm dừng lượt '%s'; cho chạy tiếp: thumoi wave resume %s %s\n"), w.name, c.key, w.name);
	return EXIT_DONE;
}

int
wave_resume(struct app *app, int argc, char **argv)
{
	const char *domain = NULL;
	const struct opt opts[] = {
		{ "domain", OPT_TEXT, &domain, "D", "only this mail domain, which was stopped", "chỉ tên miền này, đã bị dừng" },
	};
	int first, rc = opt_parse(argc, argv, "wave resume", "CAMPAIGN NAME", opts, COUNT_OF(opts), 2, 2, &first);
	struct err e = ERR_INIT;
	struct campaign c;
	struct wave w;

	if (rc >= 0)
		return rc;
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 || steer_find(app->db, &app->arena, &c, argv[first + 1], &w, &e) < 0 ||
	    steer_resume(app->db, &w, domain, "cli", &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("resumed; send with: thumoi wave run %s %s (a running thumoid does it by itself)\n",
		    "đã cho chạy tiếp; gửi bằng: thumoi wave run %s %s (thumoid đang chạy sẽ tự gửi)\n"), c.key, w.name);
	return EXIT_DONE;
}
