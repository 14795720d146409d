/* thumoi webhook add|list|remove|test|run|events - programs elsewhere that are told what happens. */
#include "app/commands.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/out.h"
#include "engine/webhook.h"
#include "store/audit.h"
#include "store/campaign.h"

static int
need_webhook(struct app *app, const char *name, struct webhook *w, struct err *e)
{
	int rc = webhook_find(app->db, &app->arena, name, w, e);

	return rc == 1 ? 0 : rc < 0 ? -1 : err_set(e, ERR_NOTFOUND, TR("no webhook '%s': see 'thumoi webhook list'",
	    "không có webhook '%s': xem 'thumoi webhook list'"), name);
}

static int
check_secret(struct app *app, const char *file, struct err *e)
{
	const char *secret = conf_secret(&app->arena, file, "--secret-file", e);

	return !secret ? -1 : webhook_check_secret(secret, e) < 0 ? err_wrap(e, "%s", file) : 0;
}

static int
save(struct app *app, struct webhook *w, struct err *e)
{
	if (db_begin(app->db, e) < 0)
		return -1;
	if (webhook_insert(app->db, w, e) < 0 || audit_add(app->db, "cli", "webhook add", w->name, e) < 0)
		return db_abort(app->db);
	return db_commit(app->db, e);
}

static int
webhook_add(struct app *app, int argc, char **argv)
{
	const char *file = NULL, *events = NULL, *campaign = NULL;
	bool insecure = false;
	const struct opt opts[] = {
		{ "secret-file", OPT_TEXT, &file, "FILE", "the secret that signs each request", "khóa bí mật dùng để ký từng yêu cầu" },
		{ "events", OPT_TEXT, &events, "LIST", "types of events, ',' between; all when not given",
		    "loại sự kiện, cách nhau bằng dấu phẩy; không ghi là tất cả" },
		{ "campaign", OPT_TEXT, &campaign, "KEY", "of this campaign alone", "chỉ của đợt này" },
		{ "insecure", OPT_FLAG, &insecure, NULL, "plain http to another machine", "http không mã hóa đến máy khác" },
	};
	int first, rc = opt_parse(argc, argv, "webhook add", TR("NAME URL", "TÊN URL"), opts, COUNT_OF(opts), 2, 2, &first);
	struct webhook w = { .added_at = clock_now() };
	struct campaign c;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (!file)
		return app_usage("webhook add", TR("--secret-file is missing", "thiếu --secret-file"));
	w.name = argv[first];
	w.url = argv[first + 1];
	w.events = events ? events : "";
	w.secret_file = app_whole_path(app, file);
	if (webhook_check_url(w.url, insecure, &e) < 0 || webhook_check_events(w.events, &e) < 0 || check_secret(app, w.secret_file, &e) < 0 ||
	    (campaign && campaign_need(app->db, &app->arena, campaign, &c, &e) < 0))
		return app_fail(&e);
	w.campaign = campaign ? c.id : 0;
	return save(app, &w, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

static void
list_one(struct app *app, struct out *o, const struct webhook *w, const struct zone *z, int64_t behind)
{
	struct date_text t;

	out_text(o, w->name);
	out_text(o, httpc_shown(&app->arena, w->url, NULL));
	out_text(o, *w->events ? w->events : "*");
	out_text(o, !w->active ? "gone" : w->failures ? "failing" : "well");
	out_int(o, behind);
	out_int(o, w->failures);
	out_text(o, w->told_at ? date_rfc3339(&t, z, w->told_at) : "");
	out_text(o, w->error);
	out_row(o);
}

static int
webhook_list(struct app *app, int argc, char **argv)
{
	static const struct out_column columns[] = {
		{ "name", NULL, false }, { "url", NULL, false }, { "events", NULL, false }, { "state", NULL, false },
		{ "behind", NULL, true }, { "failures", NULL, true }, { "told_at", NULL, false }, { "error", NULL, false },
	};
	const char *format = NULL;
	const struct opt opts[] = {
		{ "format", OPT_TEXT, &format, "text|csv|json", "form of the table", "dạng bảng" },
	};
	int first, rc = opt_parse(argc, argv, "webhook list", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct webhook w = { .id = 0 };
	struct err e = ERR_INIT;
	enum out_format f;
	struct zone z;
	struct out o;
	int64_t behind;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (zone_load(&z, ZONE_DEFAULT, &e) < 0)
		return app_fail(&e);
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	while ((rc = webhook_next(app->db, &app->arena, w.id, &w, &e)) == 1) {
		if (webhook_behind(app->db, &w, &behind, &e) < 0) {
			rc = -1;
			break;
		}
		list_one(app, &o, &w, &z, behind);
	}
	if (out_end(&o, rc < 0 ? NULL : &e) < 0)
		rc = -1;
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}

static int
webhook_remove(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "webhook remove", TR("NAME", "TÊN"), NULL, 0, 1, 1, &first);
	struct webhook w;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (need_webhook(app, argv[first], &w, &e) < 0 || db_begin(app->db, &e) < 0)
		return app_fail(&e);
	if (webhook_delete(app->db, w.id, &e) < 0 || audit_add(app->db, "cli", "webhook remove", w.name, &e) < 0) {
		db_abort(app->db);
		return app_fail(&e);
	}
	return db_commit(app->db, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

static int
webhook_test(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "webhook test", TR("NAME", "TÊN"), NULL, 0, 1, 1, &first);
	struct httpc *c;
	struct webhook w;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (need_webhook(app, argv[first], &w, &e) < 0)
		return app_fail(&e);
	c = httpc_new();
	rc = webhook_ping(c, &w, clock_now(), &e);
	httpc_free(c);
	if (rc < 0)
		return app_fail(&e);
	printf("%s\n", TR("it took the event 'ping'", "nơi nhận đã nhận sự kiện 'ping'"));
	return EXIT_DONE;
}

static int
webhook_cmd_run(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "webhook run", "", NULL, 0, 0, 0, &first);
	struct webhook_result r;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (webhook_run(app->db, clock_now(), NULL, &r, &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		printf(TR("%" PRId64 " events told in %" PRId64 " requests, %" PRId64 " webhooks failed\n",
		    "đã báo %" PRId64 " sự kiện trong %" PRId64 " yêu cầu, %" PRId64 " webhook bị lỗi\n"), r.events, r.requests, r.failed);
	return r.failed ? EXIT_FAILED : EXIT_DONE;
}

static void
print_type(const char *type, const char *means, void *arg)
{
	struct out *o = arg;

	out_text(o, type);
	out_text(o, means);
	out_row(o);
}

static int
webhook_events(struct app *app, int argc, char **argv)
{
	static const struct out_column columns[] = { { "type", NULL, false }, { "means", NULL, false } };
	int first, rc = opt_parse(argc, argv, "webhook events", "", NULL, 0, 0, 0, &first);
	struct err e = ERR_INIT;
	struct out o;

	if (rc >= 0)
		return rc;
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	webhook_each_type(print_type, &o, lang_ui);
	return out_end(&o, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

int
cmd_webhook(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "add", webhook_add, NEEDS_STORE_RW, "a program to tell from now on", "thêm nơi nhận, báo từ lúc này" },
		{ "list", webhook_list, NEEDS_STORE_RO, "all of them, and how far each is", "liệt kê và xem đã báo đến đâu" },
		{ "remove", webhook_remove, NEEDS_STORE_RW, "tell it no more", "thôi không báo" },
		{ "test", webhook_test, NEEDS_STORE_RO, "send the event 'ping' now", "gửi thử sự kiện 'ping'" },
		{ "run", webhook_cmd_run, NEEDS_STORE_RW, "tell what is due, then exit", "báo những gì đến hạn rồi thoát" },
		{ "events", webhook_events, NEEDS_NOTHING, "which types there are", "các loại sự kiện" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
