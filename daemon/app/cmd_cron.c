/* thumoi cron - do what is due by the plans of all campaigns, then exit. */
#include <inttypes.h>

#include "app/commands.h"
#include "app/sending.h"
#include "engine/chronicle.h"
#include "engine/cron.h"
#include "engine/survey_sync.h"
#include "store/campaign.h"

struct cron_run {
	struct app *app;
	struct dispatch_options send;
	struct dispatch_result sent;
	bool did_send;
};

static int
send_due(void *arg, bool keep_moments, struct err *e)
{
	struct cron_run *r = arg;

	r->send.keep_moments = keep_moments;
	r->did_send = true;
	return sending_run(r->app, &r->send, 0, &r->sent, e);
}

static void
row(struct out *o, const struct campaign *c, const struct wave_entry *w, const char *text)
{
	struct date_text t;

	out_text(o, date_rfc3339(&t, &c->zone, w->at));
	out_text(o, w->campaign ? c->key : "");
	out_text(o, w->wave);
	out_text(o, w->what);
	out_int(o, w->n);
	out_text(o, w->reason);
	out_text(o, w->detail);
	out_text(o, text);
	out_row(o);
}

/* What concerns all is told by the clock of Vietnam. */
static int
campaign_of(struct app *app, struct arena *a, int64_t id, struct campaign *c, struct err *e)
{
	if (id)
		return campaign_by_id(app->db, a, id, c, e);
	*c = (struct campaign){ .key = "" };
	return zone_load(&c->zone, ZONE_DEFAULT, e) < 0 ? -1 : 1;
}

/* What this run wrote into the wave log; quiet: only what somebody should know. */
static int
tell(struct app *app, int64_t from, struct err *e)
{
	const struct out_column columns[] = {
		{ "at", NULL, false }, { "campaign", NULL, false }, { "wave", NULL, false }, { "what", NULL, false },
		{ "n", NULL, true }, { "reason", NULL, false }, { "detail", NULL, false }, { "text", NULL, false },
	};
	struct buf text = BUF_INIT(4096);
	struct arena a = ARENA_INIT;
	struct wave_entry w = { .id = from };
	struct campaign c;
	struct out o;
	int rc;

	if (app->json)
		out_begin(&o, stdout, OUT_JSON, columns, COUNT_OF(columns));
	while ((rc = wave_log_next(app->db, &a, w.id, 0, NULL, &w, e)) == 1 &&
	    (rc = campaign_of(app, &a, w.campaign, &c, e)) == 1) {
		bool matters = strcmp(w.what, "held") == 0 || strcmp(w.what, "failed") == 0 ||
		    strcmp(w.what, "doubted") == 0 ||
		    strcmp(w.reason, "perhaps_run") == 0;

		buf_clear(&text);
		chronicle_text(&text, &w, &c.zone, lang_ui);
		if (app->json)
			row(&o, &c, &w, buf_str(&text));
		else if (!app->quiet || matters)
			fprintf(stderr, "%s%s%s: %s\n", *c.key ? c.key : "thumoi", *w.wave ? " " : "", w.wave, buf_str(&text));
		arena_reset(&a);
	}
	arena_release(&a);
	buf_release(&text);
	if (app->json && out_end(&o, rc < 0 ? NULL : e) < 0)
		return -1;
	return rc;
}

static void
say_sent(const struct app *app, const struct cron_run *r)
{
	const struct tally *t = &r->sent.now;

	if (app->quiet || app->json || !(t->accepted + t->deferred + t->refused + t->uncertain + t->expired))
		return;
	fprintf(stderr,
	    TR("sent: %" PRId64 " accepted, %" PRId64 " deferred, %" PRId64 " refused, %" PRId64 " uncertain, %" PRId64
	    " expired, %" PRId64 " left\n",
	    "gửi: %" PRId64 " được nhận, %" PRId64 " bị hoãn, %" PRId64 " bị từ chối, %" PRId64
	    " không chắc, %" PRId64 " hết hạn, còn %" PRId64 "\n"), t->accepted, t->deferred, t->refused, t->uncertain,
	    t->expired, r->sent.left);
}

static void
tell_survey(const struct survey_link *l, const struct survey_result *r, const char *trouble, void *arg)
{
	const struct app *app = arg;

	if (trouble)
		fprintf(stderr, TR("thumoi: survey %s %s: %s\n", "thumoi: khảo sát %s %s: %s\n"), l->campaign_key, l->key, trouble);
	else if (!app->quiet && !app->json && r->recorded + r->pushed + r->written)
		fprintf(stderr, TR("survey %s %s: %" PRId64 " new answers, %" PRId64 " people pushed, %" PRId64 " written back\n",
		    "khảo sát %s %s: %" PRId64 " trả lời mới, đẩy thêm %" PRId64 " người, ghi lại %" PRId64 "\n"), l->campaign_key, l->key,
		    r->recorded, r->pushed, r->written);
}

int
cmd_cron(struct app *app, int argc, char **argv)
{
	struct cron_run r = { .app = app };
	struct cron_options o = { .fetch = true, .send = send_due, .arg = &r };
	struct survey_due surveys = { .each = tell_survey, .arg = app };
	bool no_send = false, no_fetch = false, no_surveys = false;
	int64_t connections = 0;
	const struct opt opts[] = {
		{ "no-send", OPT_FLAG, &no_send, NULL, "only plan; thumoid, or a later run, sends",
		    "chỉ lập kế hoạch; thumoid hoặc lần chạy sau gửi" },
		{ "no-fetch", OPT_FLAG, &no_fetch, NULL, "do not read the mailbox", "không đọc hộp thư" },
		{ "no-surveys", OPT_FLAG, &no_surveys, NULL, "do not ask the survey systems", "không hỏi hệ thống khảo sát" },
		{ "go", OPT_FLAG, &o.go, NULL,
		    "the clock is right and nothing went out that the store does not know of: go on",
		    "đồng hồ đúng và không có thư nào đã gửi mà kho không biết: tiếp tục" },
		{ "relay", OPT_TEXT, &r.send.relay_url, "URL", "instead of the settings 'relay' and 'relay_file'",
		    "thay cho thiết lập 'relay' và 'relay_file'" },
		{ "connections", OPT_INT, &connections, "N", "instead of the setting 'connections'",
		    "thay cho thiết lập 'connections'" },
	};
	int first, rc = opt_parse(argc, argv, "cron", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct cron_result result;
	struct err e = ERR_INIT, other = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (connections < 0 || connections > 64)
		return app_usage("cron", TR("--connections is a number from 1 to 64", "--connections là số từ 1 đến 64"));
	r.send.connections = (int)connections;
	o.fetch = !no_fetch;
	if (no_send)
		o.send = NULL;
	/* Who has answered gets no reminder, and a link opens something when it arrives. */
	if (!no_surveys && survey_sync_due(app->db, &app->conf, &surveys, &e) < 0)
		return app_fail(&e);
	rc = cron_run(app->db, &app->conf, &o, &result, &e);
	if (result.busy) {
		if (!app->quiet)
			fprintf(stderr, TR("thumoi: another run is at work: nothing to do for this one\n",
			    "thumoi: một lần chạy khác đang làm việc: lần này không làm gì\n"));
		return EXIT_DONE;
	}
	if (tell(app, result.log_from, &other) < 0)
		return app_fail(&other);
	if (r.did_send)
		say_sent(app, &r);
	if (result.trouble.code)
		app_fail(&result.trouble);
	if (rc < 0)
		return app_fail(&e);
	return result.failed || result.trouble.code || surveys.failed || r.sent.stopped ? EXIT_FAILED : EXIT_DONE;
}
