/* thumoi survey link|list|sync|unlink - forms that are surveys of a LimeSurvey. */
#include "app/commands.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/httpc.h"
#include "engine/survey_sync.h"
#include "store/audit.h"
#include "store/evidence.h"

/* Campaign and instrument of the two operands. */
static int
need_form(struct app *app, char **words, struct campaign *c, const struct instrument **form, struct err *e)
{
	if (campaign_need(app->db, &app->arena, words[0], c, e) < 0)
		return -1;
	if (!(*form = campaign_instrument(c, words[1])))
		return err_set(e, ERR_NOTFOUND, TR("campaign '%s' has no form '%s': see 'thumoi campaign list'",
		    "đợt '%s' không có phiếu '%s': xem 'thumoi campaign list'"), c->key, words[1]);
	return 0;
}

/* --- link, unlink ------------------------------------------------------------------------ */

static void
warn(const struct app *app, const char *key, const char *text)
{
	if (!app->quiet)
		fprintf(stderr, TR("thumoi: warning: %s: %s\n", "thumoi: lưu ý: %s: %s\n"), key, text);
}

/* What would make the figures differ later. */
static void
warn_of(const struct app *app, const struct campaign *c, const struct survey_link *l, const char *url,
    const struct lime_survey *s)
{
	if (!strstr(url, "{{token}}"))
		warn(app, l->key, TR("the URL of the form has no {{token}}: nobody would be known there",
		    "địa chỉ phiếu không có {{token}}: hệ thống khảo sát sẽ không biết ai trả lời"));
	if (!s->active)
		warn(app, l->key, TR("the survey is not active yet", "khảo sát chưa được kích hoạt"));
	if (s->anonymized && !survey_ends_in_time(l, c, s))
		warn(app, l->key, TR("the survey is anonymised and tells no times: let it end (\"expires\") when the campaign closes,"
		    " or the last answers cannot be told to be in time", "khảo sát ẩn danh nên không cho biết thời điểm: hãy đặt"
		    " ngày hết hạn (\"expires\") trùng lúc đợt kết thúc, nếu không sẽ không biết các phiếu cuối có đúng hạn không"));
	else if (!s->anonymized && *s->expires && survey_ends_in_time(l, c, s)) {
		struct err ignored = ERR_INIT;
		struct zone zone;
		int64_t at;

		if (zone_load(&zone, l->zone, &ignored) == 0 && date_parse(s->expires, &zone, DATE_END, &at, &ignored) == 0 &&
		    at + 60 < c->closes_at)
			warn(app, l->key, TR("the survey ends before the campaign closes", "khảo sát hết hạn trước khi đợt kết thúc"));
	}
}

static int
save(struct app *app, struct survey_link *l, const char *campaign, struct err *e)
{
	const char *detail = arena_printf(&app->arena, "%s/%s survey=%" PRId64, campaign, l->key, l->survey);

	if (db_begin(app->db, e) < 0)
		return -1;
	if (survey_link_save(app->db, l, clock_now(), e) < 0 || audit_add(app->db, "cli", "survey link", detail, e) < 0)
		return db_abort(app->db);
	return db_commit(app->db, e);
}

static int
survey_cmd_link(struct app *app, int argc, char **argv)
{
	const char *url = NULL, *user = NULL, *file = NULL, *zone = NULL;
	int64_t number = 0;
	bool unchecked = false;
	const struct opt opts[] = {
		{ "url", OPT_TEXT, &url, "URL", "of its RemoteControl: https://host/index.php/admin/remotecontrol",
		    "địa chỉ RemoteControl: https://máy/index.php/admin/remotecontrol" },
		{ "survey", OPT_INT, &number, "ID", "number of the survey there", "số hiệu khảo sát ở đó" },
		{ "user", OPT_TEXT, &user, "NAME", "name to log in with", "tên đăng nhập" },
		{ "password-file", OPT_TEXT, &file, "FILE", "file that holds the password, or credential:NAME",
		    "tệp chứa mật khẩu, hoặc credential:TÊN" },
		{ "zone", OPT_TEXT, &zone, "ZONE", "in which it writes its times; by default the campaign's",
		    "múi giờ của hệ thống khảo sát; mặc định là của đợt" },
		{ "unchecked", OPT_FLAG, &unchecked, NULL, "do not ask it whether all this is right", "không hỏi thử hệ thống khảo sát" },
	};
	int first, rc = opt_parse(argc, argv, "survey link",
	    "CAMPAIGN INSTRUMENT --url URL --survey ID --user NAME --password-file FILE", opts, COUNT_OF(opts), 2, 2, &first);
	const struct instrument *form;
	struct lime_survey s;
	struct survey_link l;
	struct err e = ERR_INIT;
	struct campaign c;
	struct zone z;

	if (rc >= 0)
		return rc;
	if (!url || !user || !file || number <= 0)
		return app_usage("survey link", TR("--url, --survey, --user and --password-file are needed",
		    "cần --url, --survey, --user và --password-file"));
	if (need_form(app, argv + first, &c, &form, &e) < 0 || lime_url_check(url, &e) < 0 ||
	    zone_load(&z, zone ? zone : c.zone_name, &e) < 0)
		return app_fail(&e);
	l = (struct survey_link){ .instrument = form->id, .campaign = c.id, .campaign_key = c.key, .key = form->key, .url = url,
	    .survey = number, .login = user, .password_file = app_whole_path(app, file), .zone = zone ? zone : c.zone_name };
	if ((!unchecked && survey_check(&app->conf, &l, &app->arena, &s, &e) < 0) || save(app, &l, c.key, &e) < 0)
		return app_fail(&e);
	if (!unchecked)
		warn_of(app, &c, &l, form->url, &s);
	if (!app->quiet)
		fprintf(stderr, TR("%s is survey %" PRId64 " now; next: thumoi survey sync %s\n",
		    "%s nay là khảo sát %" PRId64 "; tiếp theo: thumoi survey sync %s\n"), form->key, number, c.key);
	return EXIT_DONE;
}

static int
survey_cmd_unlink(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "survey unlink", "CAMPAIGN INSTRUMENT", NULL, 0, 2, 2, &first);
	const struct instrument *form;
	struct survey_link l;
	struct err e = ERR_INIT;
	struct campaign c;

	if (rc >= 0)
		return rc;
	if (need_form(app, argv + first, &c, &form, &e) < 0 || (rc = survey_link_find(app->db, &app->arena, form->id, &l, &e)) < 0)
		return app_fail(&e);
	if (rc == 0) {
		err_set(&e, ERR_NOTFOUND, TR("the form '%s' is linked with no survey", "phiếu '%s' chưa gắn với khảo sát nào"), form->key);
		return app_fail(&e);
	}
	if (db_begin(app->db, &e) < 0)
		return app_fail(&e);
	if (survey_link_remove(app->db, l.id, &e) < 0 ||
	    audit_add(app->db, "cli", "survey unlink", arena_printf(&app->arena, "%s/%s", c.key, form->key), &e) < 0) {
		db_abort(app->db);
		return app_fail(&e);
	}
	if (db_commit(app->db, &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fputs(TR("unlinked; answers stay, and nothing changes there\n", "đã gỡ; phiếu trả lời vẫn giữ, bên hệ thống khảo sát không đổi\n"),
		    stderr);
	return EXIT_DONE;
}

/* --- list ---------------------------------------------------------------------------------- */

static const struct { const char *key; size_t at; } counts[] = {
	{ "participants", offsetof(struct survey_count, participants) }, { "unread", offsetof(struct survey_count, unread) },
	{ "only_ours", offsetof(struct survey_count, only_ours) }, { "strangers", offsetof(struct survey_count, strangers) },
	{ "strangers_completed", offsetof(struct survey_count, strangers_done) }, { "early", offsetof(struct survey_count, early) },
	{ "late", offsetof(struct survey_count, late) }, { "undated", offsetof(struct survey_count, undated) },
	{ "odd", offsetof(struct survey_count, odd) }, { "quota", offsetof(struct survey_count, quota) },
	{ "removed", offsetof(struct survey_count, removed) }, { "refused", offsetof(struct survey_count, refused) },
	{ "changed", offsetof(struct survey_count, changed) },
};

static int64_t
count_at(const struct survey_count *n, size_t i)
{
	return *(const int64_t *)(const void *)((const char *)n + counts[i].at);
}

static void
list_row(struct out *o, const struct survey_link *l, const struct zone *z)
{
	const struct survey_count *n = &l->count;
	bool text = o->format == OUT_TEXT;
	struct err ignored = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct date_text d;

	out_text(o, l->campaign_key);
	out_text(o, l->key);
	out_int(o, l->survey);
	if (!text)
		out_text(o, httpc_shown(&a, l->url, &ignored));
	out_text(o, !n->at ? NULL : text ? date_minute(&d, z, n->at, lang_ui) : date_rfc3339(&d, z, n->at));
	out_int(o, n->completed);
	out_int(o, n->ours);
	out_int(o, survey_difference(n));
	if (!text) {
		for (size_t i = 0; i < COUNT_OF(counts); i++)
			out_int(o, count_at(n, i));
		out_text(o, l->trouble);
	}
	out_row(o);
	arena_release(&a);
}

/* The differences and what else somebody should know, a line each. */
static void
notes(FILE *f, const struct survey_link *l, const struct zone *z)
{
	static const struct { size_t at; const char *en, *vi; } told[] = {
		{ offsetof(struct survey_count, strangers), "participants there are not of this campaign: they are left alone",
		    "người tham gia bên đó không thuộc đợt này: giữ nguyên" },
		{ offsetof(struct survey_count, quota), "were screened out by a quota: no answer", "người bị loại do đủ hạn mức: không tính là trả lời" },
		{ offsetof(struct survey_count, removed), "people were removed there and are not pushed again (unlink and link begin anew)",
		    "người đã bị xóa bên đó, không đẩy lại (gỡ rồi gắn lại để làm từ đầu)" },
		{ offsetof(struct survey_count, refused), "people are not taken by the survey system", "người không được hệ thống khảo sát nhận" },
		{ offsetof(struct survey_count, changed), "tokens were changed there, so that their links open nothing: nobody is pushed"
		    " until that is mended (a token has 22 characters of 0-9 A-Z a-z _ ~)", "mã (token) bị đổi bên đó nên liên kết không mở"
		    " được: tạm dừng đẩy người cho đến khi sửa xong (mã gồm 22 ký tự 0-9 A-Z a-z _ ~)" },
	};
	struct buf b = BUF_INIT(8192);

	survey_words(&b, l, z, true, lang_ui);
	fprintf(f, "%s %s: %s\n", l->campaign_key, l->key, buf_str(&b));
	for (size_t i = 0; i < COUNT_OF(told); i++) {
		int64_t n = *(const int64_t *)(const void *)((const char *)&l->count + told[i].at);

		if (n)
			fprintf(f, "%s %s: %" PRId64 " %s\n", l->campaign_key, l->key, n, TR(told[i].en, told[i].vi));
	}
	if (l->troubles)
		fprintf(f, "%s %s: %s\n", l->campaign_key, l->key, l->trouble);
	buf_release(&b);
}

static int
survey_cmd_list(struct app *app, int argc, char **argv)
{
	const struct out_column all[] = {
		{ "campaign", TR("campaign", "đợt"), false }, { "instrument", TR("form", "phiếu"), false },
		{ "survey", TR("survey", "khảo sát"), true }, { "url", NULL, false },
		{ "as_of", TR("as of", "lúc"), false }, { "completed", TR("completed there", "hoàn thành bên đó"), true },
		{ "ours", TR("ours", "thumoi"), true }, { "difference", TR("difference", "chênh lệch"), true },
	};
	struct out_column columns[COUNT_OF(all) + COUNT_OF(counts) + 1];
	size_t n = 0;
	int first, rc = opt_parse(argc, argv, "survey list", "CAMPAIGN", NULL, 0, 1, 1, &first);
	struct survey_link l = { .id = 0 };
	struct err e = ERR_INIT;
	struct campaign c;
	struct out o;

	if (rc >= 0)
		return rc;
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0)
		return app_fail(&e);
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (app->json || strcmp(all[i].key, "url") != 0)
			columns[n++] = all[i];
	for (size_t i = 0; app->json && i < COUNT_OF(counts); i++)
		columns[n++] = (struct out_column){ counts[i].key, NULL, true };
	if (app->json)
		columns[n++] = (struct out_column){ "trouble", NULL, false };
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, n);
	while ((rc = survey_link_next(app->db, &app->arena, l.id, c.id, &l, &e)) == 1)
		list_row(&o, &l, &c.zone);
	if (out_end(&o, rc < 0 ? NULL : &e) < 0 || rc < 0)
		return app_fail(&e);
	l.id = 0;
	while (!app->json && (rc = survey_link_next(app->db, &app->arena, l.id, c.id, &l, &e)) == 1)
		notes(stdout, &l, &c.zone);
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}

/* --- sync ---------------------------------------------------------------------------------- */

struct syncing {
	struct app *app;
	struct out out;
	struct progress progress;
	enum survey_stage stage;
	bool shown;
	struct survey_options o;
	int failed, linked;
};

static void
show_progress(enum survey_stage stage, int64_t done, void *arg)
{
	static const char *const en[] = { "participants read", "people pushed", "people written back", "" };
	static const char *const vi[] = { "người tham gia đã đọc", "người đã đẩy", "người đã ghi lại", "" };
	struct syncing *s = arg;

	if (stage == SURVEY_COUNT)
		return;
	if (!s->shown || stage != s->stage) {
		if (s->shown)
			progress_end(&s->progress);
		progress_start(&s->progress, s->app, en[stage], vi[stage]);
		s->stage = stage;
		s->shown = true;
	}
	progress_show(&s->progress, done, 0);
}

static void
sync_row(struct out *o, const struct survey_link *l, const struct survey_result *r)
{
	out_text(o, l->campaign_key);
	out_text(o, l->key);
	out_int(o, r->read);
	out_int(o, r->recorded);
	out_int(o, r->known);
	out_int(o, r->pushed);
	out_int(o, r->refused);
	out_int(o, r->written);
	out_int(o, r->opted_out);
	out_int(o, r->count.completed);
	out_int(o, r->count.ours);
	out_int(o, survey_difference(&r->count));
	out_row(o);
}

/* What the table does not say. */
static void
sync_notes(const struct syncing *s, const struct survey_link *l, const struct survey_result *r, const struct zone *z)
{
	struct survey_link now = *l;

	now.count = r->count;
	now.troubles = 0;
	if (s->o.dry_run)
		return;
	if (!s->app->quiet)
		notes(stderr, &now, z);
	if (*r->fault)
		fprintf(stderr, TR("thumoi: %s: the first that was refused: %s\n", "thumoi: %s: lỗi đầu tiên bị từ chối: %s\n"), l->key,
		    r->fault);
	if (r->unwritten)
		fprintf(stderr, TR("thumoi: %s: %" PRId64 " people could not be written back\n",
		    "thumoi: %s: %" PRId64 " người không ghi lại được\n"), l->key, r->unwritten);
	if (r->behind)
		fprintf(stderr, TR("thumoi: %s: %" PRId64 " completed at a time when they had been seen open: is --zone right?\n",
		    "thumoi: %s: %" PRId64 " phiếu có thời điểm sớm hơn lúc còn thấy chưa trả lời: --zone có đúng không?\n"), l->key,
		    r->behind);
}

static int
sync_one(struct syncing *s, const struct survey_link *l, const struct campaign *c)
{
	struct survey_result r;
	struct err e = ERR_INIT;
	int rc = survey_sync(s->app->db, &s->app->conf, l, &s->o, &r, &e);

	if (s->shown)
		progress_end(&s->progress);
	s->shown = false;
	s->linked++;
	if (rc == 1) {
		if (!s->app->quiet)
			fputs(TR("thumoi: another sync is at work: nothing to do for this one\n",
			    "thumoi: một lần đồng bộ khác đang chạy: lần này không làm gì\n"), stderr);
		return -1;
	}
	if (rc < 0) {
		err_wrap(&e, "%s %s", l->campaign_key, l->key);
		app_fail(&e);
		s->failed++;
		return e.code == ERR_STORE || e.code == ERR_FULL || e.code == ERR_BUSY ? -1 : 0;
	}
	sync_row(&s->out, l, &r);
	sync_notes(s, l, &r, &c->zone);
	s->failed += r.refused || r.count.changed;
	return 0;
}

static int
sync_all(struct syncing *s, int64_t campaign, struct err *e)
{
	struct survey_link l = { .id = 0 };
	struct arena a = ARENA_INIT;
	struct campaign c;
	int rc;

	while ((rc = survey_link_next(s->app->db, &a, l.id, campaign, &l, e)) == 1 &&
	    (rc = campaign_by_id(s->app->db, &a, l.campaign, &c, e)) == 1)
		if ((campaign || clock_now() <= c.closes_at) && sync_one(s, &l, &c) < 0) {
			rc = 0;
			break;
		}
	arena_release(&a);
	return rc;
}

static int
survey_cmd_sync(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "campaign", TR("campaign", "đợt"), false }, { "instrument", TR("form", "phiếu"), false },
		{ "read", TR("read", "đã đọc"), true }, { "recorded", TR("new answers", "trả lời mới"), true },
		{ "known", TR("known", "đã có"), true }, { "pushed", TR("pushed", "đẩy thêm"), true },
		{ "refused", TR("refused", "bị từ chối"), true }, { "written", TR("written back", "ghi lại"), true },
		{ "opted_out", TR("opted out", "từ chối nhận thư"), true }, { "completed", TR("completed there", "hoàn thành bên đó"), true },
		{ "ours", TR("ours", "thumoi"), true }, { "difference", TR("difference", "chênh lệch"), true },
	};
	struct syncing s = { .app = app, .o = { .progress = show_progress } };
	const struct opt opts[] = {
		{ "dry-run", OPT_FLAG, &s.o.dry_run, NULL, "ask and count, change nothing, here or there",
		    "chỉ hỏi và đếm, không thay đổi gì ở cả hai bên" },
	};
	int first, rc = opt_parse(argc, argv, "survey sync", "[CAMPAIGN] [--dry-run]", opts, COUNT_OF(opts), 0, 1, &first);
	struct err e = ERR_INIT, other = ERR_INIT;
	struct campaign c = { .id = 0 };

	if (rc >= 0)
		return rc;
	if (first < argc && campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0)
		return app_fail(&e);
	s.o.arg = &s;
	out_begin(&s.out, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	rc = sync_all(&s, c.id, &e);
	if (out_end(&s.out, rc < 0 ? NULL : &other) < 0 && rc >= 0)
		return app_fail(&other);
	if (rc < 0)
		return app_fail(&e);
	if (!s.linked && c.id) {
		err_set(&e, ERR_NOTFOUND, TR("no form of campaign '%s' is linked with a survey: see 'thumoi survey link --help'",
		    "đợt '%s' chưa có phiếu nào gắn với khảo sát: xem 'thumoi survey link --help'"), c.key);
		return app_fail(&e);
	}
	if (!s.linked && !app->quiet)
		fputs(TR("no form of an open campaign is linked\n", "không có phiếu nào của đợt đang mở được gắn\n"), stderr);
	return s.failed ? EXIT_FAILED : EXIT_DONE;
}

int
cmd_survey(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "link", survey_cmd_link, NEEDS_STORE_RW, "a form of a campaign is this survey of a LimeSurvey",
		    "gắn phiếu của đợt với một khảo sát trong LimeSurvey" },
		{ "list", survey_cmd_list, NEEDS_STORE_RO, "what is linked, and whether the counts agree", "các phiếu đã gắn, số liệu có khớp không" },
		{ "sync", survey_cmd_sync, NEEDS_STORE_RW, "push people, take answers, write back what became of the mails",
		    "đẩy người tham gia, nhận trả lời, ghi lại tình trạng thư" },
		{ "unlink", survey_cmd_unlink, NEEDS_STORE_RW, "no more; nothing changes there", "gỡ; bên hệ thống khảo sát không đổi" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
