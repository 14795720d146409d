#include "app/wave_stop.h"

#include <inttypes.h>

#include "base/clock.h"
#include "engine/stops.h"
#include "store/audit.h"
#include "store/evidence.h"
#include "store/probe.h"
#include "store/wave_log.h"

int
wave_need(struct app *app, const struct campaign *c, const char *name, struct wave *w, struct err *e)
{
	struct buf names = BUF_INIT(400);
	struct wave each = { .id = 0 };
	int rc = wave_find(app->db, &app->arena, c->id, name, w, e);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	while ((rc = wave_next(app->db, &app->arena, each.id, c->id, NULL, &each, e)) == 1) {
		buf_str_add(&names, names.len ? ", " : "");
		buf_str_add(&names, each.name);
	}
	if (rc == 0 && names.len)
		err_set(e, ERR_NOTFOUND, TR("campaign '%s' has no wave '%s'; there is: %s", "đợt '%s' không có lượt '%s'; hiện có: %s"),
		    c->key, name, buf_str(&names));
	else if (rc == 0)
		err_set(e, ERR_NOTFOUND, TR("campaign '%s' has no wave '%s': make it with 'thumoi wave create'",
		    "đợt '%s' chưa có lượt '%s': hãy tạo bằng 'thumoi wave create'"), c->key, name);
	buf_release(&names);
	return -1;
}

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
wave_paused(struct app *app, const struct campaign *c, const struct wave *w, struct err *e)
{
	struct buf why = BUF_INIT(600);
	struct stop t;
	int rc;

	if ((rc = stop_last(app->db, &app->arena, w->id, "", NULL, &t, e)) < 0)
		return -1;
	if (rc == 1)
		stop_text(&why, &t, &c->zone, lang_ui);
	err_set(e, ERR_NOTNOW, TR("wave '%s' is paused: %s; after mending it: thumoi wave resume %s %s",
	    "lượt '%s' đang tạm dừng: %s; sau khi khắc phục: thumoi wave resume %s %s"), w->name,
	    rc == 1 ? buf_str(&why) : "-", c->key, w->name);
	buf_release(&why);
	return -1;
}

/* --- by hand -------------------------------------------------------------- */

static int
pause_now(struct app *app, const struct wave *w, struct err *e)
{
	struct stop t = { .wave = w->id, .domain = "", .kind = "operator", .at = clock_now(), .text = "" };

	if (strcmp(w->state, "paused") == 0)
		return err_set(e, ERR_NOTNOW, TR("wave '%s' is paused already", "lượt '%s' đã tạm dừng rồi"), w->name);
	/* One of a plan may find more people as long as it lasts. */
	if (strcmp(w->state, "done") == 0 && (!w->position || w->closed_at))
		return err_set(e, ERR_NOTNOW, TR("wave '%s' is done", "lượt '%s' đã xong"), w->name);
	if (db_begin(app->db, e) < 0)
		return -1;
	if (stop_insert(app->db, &t, e) < 0 || wave_set_state(app->db, w->id, "paused", e) < 0 ||
	    wave_log_add(app->db, &(struct wave_entry){ .at = t.at, .campaign = w->campaign, .wave = w->name,
	    .what = "paused", .reason = "operator" }, e) < 0 ||
	    audit_add(app->db, "cli", "wave pause", w->name, e) < 0)
		return db_abort(app->db);
	return db_commit(app->db, e);
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
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 || wave_need(app, &c, argv[first + 1], &w, &e) < 0 ||
	    pause_now(app, &w, &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("wave '%s' is paused; go on: thumoi wave resume %s %s\n",
		    "đã tạm dừng lượt '%s'; cho chạy tiếp: thumoi wave resume %s %s\n"), w.name, c.key, w.name);
	return EXIT_DONE;
}

/* A wave that never ran is planned again, and waits for its run. */
static int
state_after(struct app *app, const struct wave *w, const char **state, struct err *e)
{
	int64_t counts[INVITE_STATES], all = 0;

	if (invite_counts(app->db, w->id, counts, e) < 0)
		return -1;
	for (int i = 0; i < INVITE_STATES; i++)
		all += counts[i];
	*state = all || w->begun_at ? "running" : "planned";
	return 0;
}

static int
resume_now(struct app *app, const struct wave *w, const char *domain, struct err *e)
{
	int64_t now = clock_now(), n = 0, from = w->not_before > now ? w->not_before : now;
	bool paused = strcmp(w->state, "paused") == 0;
	const char *state;

	if (db_begin(app->db, e) < 0)
		return -1;
	if (stop_resume(app->db, w->id, domain, now, &n, e) < 0)
		return db_abort(app->db);
	if (!n && (domain || !paused)) {
		db_abort(app->db);
		return domain ? err_set(e, ERR_NOTNOW, TR("in wave '%s' the domain '%s' is not stopped",
		    "trong lượt '%s' tên miền '%s' không bị dừng"), w->name, domain) :
		    err_set(e, ERR_NOTNOW, TR("wave '%s' is not paused", "lượt '%s' không bị tạm dừng"), w->name);
	}
	if (invite_call_in(app->db, w->id, from, true, e) < 0 || probe_call_in(app->db, w->id, from, e) < 0 ||
	    wave_log_add(app->db, &(struct wave_entry){ .at = now, .campaign = w->campaign, .wave = w->name,
	    .what = "resumed", .detail = domain }, e) < 0 ||
	    audit_add(app->db, "cli", "wave resume", w->name, e) < 0)
		return db_abort(app->db);
	if (!domain && paused && (state_after(app, w, &state, e) < 0 || wave_set_state(app->db, w->id, state, e) < 0))
		return db_abort(app->db);
	return db_commit(app->db, e);
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
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 || wave_need(app, &c, argv[first + 1], &w, &e) < 0 ||
	    resume_now(app, &w, domain, &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("resumed; send with: thumoi wave run %s %s (a running thumoid does it by itself)\n",
		    "đã cho chạy tiếp; gửi bằng: thumoi wave run %s %s (thumoid đang chạy sẽ tự gửi)\n"), c.key, w.name);
	return EXIT_DONE;
}
