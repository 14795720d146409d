/* thumoi wave create|preview|run|status|log|pause|resume - invitations and reminders. */
#include <inttypes.h>

#include "app/commands.h"
#include "app/sending.h"
#include "app/wave_status.h"
#include "app/wave_stop.h"
#include "base/clock.h"
#include "engine/steer.h"
#include "store/survey.h"

/* --- create ------------------------------------------------------------- */

static int
wave_create(struct app *app, int argc, char **argv)
{
	struct steer_order o = { .audience = "" };
	const struct opt opts[] = {
		{ "template", OPT_TEXT, &o.template, "T", "invitation, reminder, ... (templates/T.LANG.txt and .html)",
		    "invitation, reminder, ... (templates/T.LANG.txt và .html)" },
		{ "audience", OPT_TEXT, &o.audience, "EXPR", "e.g. 'unit=T92,T01 missing=survey'; empty: all who have not answered",
		    "vd 'unit=T92,T01 missing=survey'; để trống: mọi người chưa trả lời" },
		{ "kind", OPT_TEXT, &o.kind, "KIND",
		    "invitation, reminder, thanks, notice; by default as the template is called",
		    "invitation, reminder, thanks, notice; mặc định theo tên mẫu thư" },
		{ "not-before", OPT_TEXT, &o.not_before, "DATE", "nothing goes out before", "không gửi trước lúc này" },
		{ "not-after", OPT_TEXT, &o.not_after, "DATE", "nothing goes out after", "không gửi sau lúc này" },
		{ "uncertain", OPT_TEXT, &o.uncertain, "resend|hold",
		    "when a line drops after the last dot (hold for reminders, else resend)",
		    "khi mất kết nối sau dấu chấm cuối (thư nhắc: hold, còn lại: resend)" },
	};
	int first, rc = opt_parse(argc, argv, "wave create", "CAMPAIGN NAME --template T", opts, COUNT_OF(opts), 2, 2, &first);
	const char *field = NULL;
	struct campaign c;
	struct wave w;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (!o.template)
		return app_usage("wave create", TR("--template is needed", "cần --template"));
	o.name = argv[first + 1];
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0)
		return app_fail(&e);
	if (steer_create(app->db, &app->arena, &app->conf, &c, &o, "cli", &w, &field, &e) < 0) {
		/* What is wrong with a name, a template, an audience says so itself. */
		if (field && (strncmp(field, "not-", 4) == 0 || strcmp(field, "kind") == 0 || strcmp(field, "uncertain") == 0))
			err_wrap(&e, "--%s", field);
		return app_fail(&e);
	}
	if (!app->quiet)
		fprintf(stderr, TR("wave '%s' created; next: 'thumoi wave run %s %s'\n",
		    "đã tạo lượt '%s'; tiếp theo: 'thumoi wave run %s %s'\n"), w.name, c.key, w.name);
	return EXIT_DONE;
}

/* --- run ---------------------------------------------------------------- */

static int
refused_row(const char *category, int64_t n, void *arg)
{
	struct out *o = arg;

	out_text(o, o->format == OUT_TEXT ? wave_invite_title(INVITE_REFUSED) : "refused");
	out_text(o, category);
	out_int(o, n);
	out_row(o);
	return 0;
}

/* One line a state, refused ones by category. */
static int
print_summary(struct app *app, const struct wave *w, struct err *e)
{
	const struct out_column columns[] = {
		{ "state", TR("state", "trạng thái"), false }, { "category", TR("category", "loại"), false },
		{ "invites", TR("invites", "số thư"), true },
	};
	int64_t counts[INVITE_STATES], all = 0;
	struct out o;

	if (invite_counts(app->db, w->id, counts, e) < 0)
		return -1;
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	for (int i = 0; i < INVITE_STATES; i++) {
		all += counts[i];
		if (counts[i] && i == INVITE_REFUSED) {
			if (invite_refused_by(app->db, w->id, refused_row, &o, e) < 0) {
				out_end(&o, NULL);
				return -1;
			}
		} else if (counts[i]) {
			out_text(&o, app->json ? invite_state_name((enum invite_state)i) : wave_invite_title((enum invite_state)i));
			out_text(&o, "");
			out_int(&o, counts[i]);
			out_row(&o);
		}
	}
	out_text(&o, app->json ? "all" : TR("all", "tổng"));
	out_text(&o, "");
	out_int(&o, all);
	out_row(&o);
	return out_end(&o, e);
}

static void
say_plan(const struct app *app, const struct plan *p)
{
	if (app->quiet)
		return;
	fprintf(stderr, TR("planned: %" PRId64 " new, %" PRId64 " before", "lập kế hoạch: %" PRId64 " thư mới, %" PRId64 " đã có"),
	    p->planned, p->before);
	for (int s = SKIP_OUTSIDE; s < SKIPS; s++)
		if (plan_count(p, (enum skip)s))
			fprintf(stderr, "; %" PRId64 ": %s", plan_count(p, (enum skip)s),
			    eligible_text((enum skip)s, lang_ui));
	if (p->probes)
		fprintf(stderr, TR("; %" PRId64 " probe mailboxes ride along", "; thêm %" PRId64 " hộp thư thử đi cùng"), p->probes);
	fputc('\n', stderr);
}

static int
finish(struct app *app, const struct campaign *c, const struct wave *w, const struct dispatch_result *r, int rc,
    struct err *e)
{
	int stopped;
	struct err other = ERR_INIT;

	if (rc < 0 && e->code == ERR_BUSY) {
		/* Overlapping runs: one wins, the other says so. */
		fprintf(stderr, "thumoi: %s\n", e->text);
		return EXIT_DONE;
	}
	if (print_summary(app, w, &other) < 0)
		return app_fail(&other);
	if (rc < 0)
		return app_fail(e);
	if (r->left && !app->quiet)
		fprintf(stderr, TR("%" PRId64 " invites are not sent yet\n", "còn %" PRId64 " thư chưa gửi\n"), r->left);
	if ((stopped = wave_tell_stops(app, c, w, stderr, &other)) < 0)
		return app_fail(&other);
	return r->stopped || stopped ? EXIT_FAILED : EXIT_DONE;
}

/* A link that opens nothing costs an answer: it is told before the mails go out. */
static int
warn_unopened(const struct app *app, const struct campaign *c, struct err *e)
{
	int64_t n;

	if (survey_unopened(app->db, c->id, &n, e) < 0)
		return -1;
	if (n && !app->quiet)
		fprintf(stderr, TR("thumoi: warning: the survey system does not know %" PRId64 " people yet, their links would open nothing:"
		    " 'thumoi survey sync %s'\n", "thumoi: lưu ý: hệ thống khảo sát chưa có %" PRId64 " người, liên kết của họ sẽ không mở được:"
		    " 'thumoi survey sync %s'\n"), n, c->key);
	return 0;
}

static int
wave_run(struct app *app, int argc, char **argv)
{
	struct dispatch_options d = { .wave = 0 };
	bool no_wait = false;
	int64_t connections = 0, counts[INVITE_STATES];
	const struct opt opts[] = {
		{ "relay", OPT_TEXT, &d.relay_url, "URL", "smtp://host:port, smtps://host:port or dir:PATH",
		    "smtp://máy:cổng, smtps://máy:cổng hoặc dir:THƯMỤC" },
		{ "connections", OPT_INT, &connections, "N", "how many at once", "số kết nối đồng thời" },
		{ "no-wait", OPT_FLAG, &no_wait, NULL, "leave deferred invites to the next run", "để thư bị hoãn cho lần chạy sau" },
	};
	int first, rc = opt_parse(argc, argv, "wave run", "CAMPAIGN NAME", opts, COUNT_OF(opts), 2, 2, &first);
	struct dispatch_result result = { .left = 0 };
	struct err e = ERR_INIT, late = ERR_INIT;
	struct campaign c;
	struct wave w;
	struct plan p;

	if (rc >= 0)
		return rc;
	if (connections < 0 || connections > 64)
		return app_usage("wave run", TR("--connections is a number from 1 to 64", "--connections là số từ 1 đến 64"));
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 || steer_find(app->db, &app->arena, &c, argv[first + 1], &w, &e) < 0)
		return app_fail(&e);
	/* Too late means: nothing new, and what is still open comes to its end. */
	if (steer_start(app->db, &app->conf, &c, &w, NULL, "cli", &p, &late) == 0)
		say_plan(app, &p);
	else if (late.code != ERR_NOTNOW || strcmp(w.state, "running") != 0)
		return app_fail(&late);
	if (invite_counts(app->db, w.id, counts, &e) < 0 || warn_unopened(app, &c, &e) < 0)
		return app_fail(&e);
	d.wave = w.id;
	d.connections = (int)connections;
	/* Before its time a wave is planned and left to the time. */
	d.wait = !no_wait && w.not_before <= clock_now();
	rc = sending_run(app, &d, counts[INVITE_PLANNED] + counts[INVITE_DEFERRED] + counts[INVITE_SENDING], &result, &e);
	rc = finish(app, &c, &w, &result, rc, &e);
	return late.code ? app_fail(&late) : rc;
}

int
cmd_wave(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "create", wave_create, NEEDS_STORE_RW, "a new wave of a campaign", "tạo lượt thư mới của một đợt" },
		{ "preview", wave_preview, NEEDS_STORE_RO, "who would get it, who not and why, and how it looks",
		    "ai sẽ nhận, ai không và vì sao, thư trông ra sao" },
		{ "run", wave_run, NEEDS_STORE_RW, "plan and send, in the foreground", "lập kế hoạch và gửi, chạy ở tiền cảnh" },
		{ "status", wave_status, NEEDS_STORE_RW, "how far each wave is", "tiến độ từng lượt" },
		{ "log", wave_log, NEEDS_STORE_RO, "what was done, what was left out, and why",
		    "đã làm gì, bỏ qua gì, vì sao" },
		{ "pause", wave_pause, NEEDS_STORE_RW, "send nothing more of a wave for now", "tạm dừng gửi một lượt" },
		{ "resume", wave_resume, NEEDS_STORE_RW, "go on with a wave, or one domain, that was stopped",
		    "cho chạy tiếp lượt hoặc tên miền đã bị dừng" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
