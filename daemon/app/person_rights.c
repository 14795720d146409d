/* thumoi person export, erase, correct - what people may ask for. */
#include <inttypes.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/who.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/amend.h"
#include "engine/forget.h"
#include "engine/portrait.h"
#include "store/campaign.h"
#include "store/holdings.h"

/* --- export ---------------------------------------------------------------------------- */

/* Everybody with an address, else the one whom the words name. 1, 0 several, -1. */
static int
whom(struct app *app, const char *who, struct contact **list, size_t *n, struct err *e)
{
	int rc;

	if (strchr(who, '@'))
		return contact_by_email(app->db, &app->arena, text_lower_ascii(&app->arena, who), list, n, e) < 0 ? -1 : 1;
	*list = arena_alloc(&app->arena, sizeof(**list));
	*n = 1;
	rc = who_one(app, who, *list, e);
	return rc;
}

static bool
holds_anything(const json_t *o)
{
	const char *key;
	json_t *list;

	if (json_array_size(json_object_get(o, "persons")) || json_array_size(json_object_get(o, "other_mails")))
		return true;
	json_object_foreach(json_object_get(o, "by_address"), key, list)
		if (json_array_size(list))
			return true;
	return false;
}

static int
write_out(const char *path, const json_t *o, struct err *e)
{
	char *text = json_dumps(o, JSON_INDENT(1));
	struct buf b = BUF_INIT(SIZE_MAX / 2);
	int rc = 0;

	buf_str_add(&b, text ? text : "");
	buf_char(&b, '\n');
	free(text);
	if (path) {
		mode_t before = umask(077);	/* it is for one person's eyes */

		rc = file_replace(path, b.s, b.len, e);
		umask(before);
	} else if (fwrite(b.s, 1, b.len, stdout) != b.len) {
		rc = out_lost(e);
	}
	buf_release(&b);
	return rc;
}

static int
export(struct app *app, const char *who, const char *path, struct err *e)
{
	const char *email = strchr(who, '@') ? text_lower_ascii(&app->arena, who) : NULL;
	struct contact *list;
	json_t *o = NULL;
	size_t n;
	int rc;

	if (db_snapshot(app->db, e) < 0 || (rc = whom(app, who, &list, &n, e)) < 0)
		return -1;
	if (rc == 0)
		return EXIT_FAILED;
	if (portrait(app->db, list, n, email, clock_now(), &o, e) < 0)
		return -1;
	rc = db_commit(app->db, e);
	if (rc == 0 && !holds_anything(o))
		rc = err_set(e, ERR_NOTFOUND, TR("nothing is held on '%s'", "không lưu gì về '%s'"), who);
	/* Written down before it is given away. */
	if (rc == 0 && n && (rc = db_begin(app->db, e)) == 0) {
		for (size_t i = 0; rc == 0 && i < n; i++)
			rc = holdings_audit(app->db, "cli", "person export", list[i].id, e);
		rc = rc < 0 ? db_abort(app->db) : db_commit(app->db, e);
	}
	if (rc == 0)
		rc = write_out(path, o, e);
	json_decref(o);
	return rc < 0 ? -1 : EXIT_DONE;
}

int
person_export(struct app *app, int argc, char **argv)
{
	const char *path = NULL;
	const struct opt opts[] = {
		{ "output", OPT_TEXT, &path, "FILE", "write there, readable by you alone, instead of on the screen",
		    "ghi ra tệp này, chỉ mình bạn đọc được, thay vì ra màn hình" },
	};
	int first, rc = opt_parse(argc, argv, "person export", TR("WHO  (token, address or name)", "AI  (mã, địa chỉ hoặc họ tên)"),
	    opts, COUNT_OF(opts), 1, 16, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	rc = export(app, who_words(app, argc, argv, first), path, &e);
	if (db_in_transaction(app->db))
		db_commit(app->db, NULL);
	return rc < 0 ? app_fail(&e) : rc;
}

/* --- erase ------------------------------------------------------------------------------ */

static int
print_erased(const struct app *app, const struct forget_tally *t, bool dry, struct err *e)
{
	const struct { const char *key, *en, *vi; int64_t n; } lines[] = {
		{ "people", "persons pseudonymised", "người được thay bằng mã số", t->people },
		{ "roster_rows", "roster rows blanked", "dòng danh sách được xóa nội dung", t->rows },
		{ "addresses", "addresses replaced", "địa chỉ được thay", t->addresses },
		{ "shared_addresses", "addresses kept: a colleague has them too", "địa chỉ giữ lại vì đồng nghiệp dùng chung", t->shared },
		{ "cancelled", "messages cancelled", "thư chưa gửi bị hủy", t->cancelled },
		{ "mails", "raw mails emptied", "thư gốc được xóa nội dung", t->mails },
		{ "letters", "letters emptied", "công văn được xóa nội dung", t->letters },
		{ "focal_points", "entries of focal points removed", "mục đầu mối được bỏ", t->focal },
	};

	if (app->json) {
		json_t *o = json_object();
		int rc;

		json_object_set_new(o, "dry_run", json_boolean(dry));
		for (size_t i = 0; i < COUNT_OF(lines); i++)
			json_object_set_new(o, lines[i].key, json_integer(lines[i].n));
		rc = json_dumpf(o, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(o);
		return rc < 0 ? out_lost(e) : 0;
	}
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		if (lines[i].n || i == 0)
			printf("%6" PRId64 "  %s\n", lines[i].n, TR(lines[i].en, lines[i].vi));
	return 0;
}

static void
say_what_stays(const struct app *app)
{
	if (app->json || app->quiet)
		return;
	fputs(TR(
	    "What is left elsewhere:\n"
	    "  backups made before now hold the person still: delete them, or erase again after restoring one\n"
	    "  the log of the mail relay, mailboxes and the survey system are outside of thumoi: each has its own keeper\n"
	    "  files of the unit (the roster as it was sent) lie where you have put them\n",
	    "Những nơi còn giữ dữ liệu:\n"
	    "  các bản sao lưu trước lúc này vẫn còn người này: hãy hủy chúng, hoặc xóa lại sau khi khôi phục\n"
	    "  nhật ký của máy chủ thư, các hộp thư và hệ thống phiếu nằm ngoài thumoi: do nơi quản lý tương ứng xử lý\n"
	    "  tệp của đơn vị (danh sách đã gửi) nằm ở nơi bạn lưu\n"), stderr);
}

static int
erase(struct app *app, const char *who, bool dry, struct err *e)
{
	struct forget_tally t = { .people = 0 };
	struct forget *f;
	struct contact c;
	int rc = who_one(app, who, &c, e), emptied;

	if (rc != 1)
		return rc < 0 ? -1 : EXIT_FAILED;
	if (forget_begin(&f, app->db, &app->conf, clock_now(), e) < 0)
		return -1;
	if (c.erased_at) {	/* by a run that was cut off, perhaps: then the write-ahead log is emptied now */
		forget_end(f, NULL);
		return err_set(e, ERR_INPUT, TR("this person was erased already", "dữ liệu của người này đã được xóa trước đây"));
	}
	rc = forget_person(f, c.id, true, dry, "person erase", &t, e);
	emptied = forget_end(f, rc < 0 ? NULL : e);
	if (rc < 0 || emptied < 0 || print_erased(app, &t, dry, e) < 0)
		return -1;
	if (dry)
		return EXIT_DONE;
	if (!emptied)
		fputs(TR("thumoi: the store is in use: the write-ahead log keeps old pages until the others let go; run 'thumoi retention run --go' later\n",
		    "thumoi: kho đang được dùng: nhật ký ghi trước còn trang cũ đến khi các tiến trình khác xong; hãy chạy 'thumoi retention run --go' sau\n"),
		    stderr);
	say_what_stays(app);
	return EXIT_DONE;
}

int
person_erase(struct app *app, int argc, char **argv)
{
	bool dry = false, yes = false;
	const struct opt opts[] = {
		{ "dry-run", OPT_FLAG, &dry, NULL, "say what would be erased, change nothing", "chỉ cho biết sẽ xóa gì, không thay đổi" },
		{ "yes", OPT_FLAG, &yes, NULL, "do it: it cannot be undone", "thực hiện: không thể hoàn tác" },
	};
	int first, rc = opt_parse(argc, argv, "person erase", TR("WHO  (token, address or name)", "AI  (mã, địa chỉ hoặc họ tên)"),
	    opts, COUNT_OF(opts), 1, 16, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (!dry && !yes)
		return app_usage("person erase", TR("it cannot be undone: look with --dry-run, then say --yes",
		    "không thể hoàn tác: hãy xem trước bằng --dry-run, rồi thêm --yes"));
	rc = erase(app, who_words(app, argc, argv, first), dry, &e);
	return rc < 0 ? app_fail(&e) : rc;
}

/* --- correct ----------------------------------------------------------------------------- */

static int
correct(struct app *app, const char *who, const struct amendment *a, struct err *e)
{
	struct campaign campaign;
	struct units *units;
	struct amended done;
	struct contact c;
	int rc = who_one(app, who, &c, e);

	if (rc != 1)
		return rc < 0 ? -1 : EXIT_FAILED;
	if ((rc = campaign_by_id(app->db, &app->arena, c.campaign, &campaign, e)) != 1)
		return rc < 0 ? -1 : err_set(e, ERR_STORE, TR("the campaign is gone", "không còn đợt này"));
	if (units_load(&units, app->db, campaign.tree, campaign.opens_at, e) < 0)
		return -1;
	rc = amend(app->db, &c, units, a, BY_CLI, clock_now(), &done, e);
	units_free(units);
	if (rc < 0)
		return -1;
	if (app->quiet)
		return EXIT_DONE;
	puts(amended_text(&app->arena, &done, lang_ui));
	return EXIT_DONE;
}

int
person_correct(struct app *app, int argc, char **argv)
{
	struct amendment a = { .name = NULL };
	const struct opt opts[] = {
		{ "name", OPT_TEXT, &a.name, "NAME", "the right name", "họ tên đúng" },
		{ "email", OPT_TEXT, &a.email, "ADDRESS", "the right address", "địa chỉ đúng" },
		{ "sub-unit", OPT_TEXT, &a.sub_unit, "TEXT", "the right sub-unit", "bộ phận đúng" },
	};
	int first, rc = opt_parse(argc, argv, "person correct", TR("WHO  (token, address or name)", "AI  (mã, địa chỉ hoặc họ tên)"),
	    opts, COUNT_OF(opts), 1, 16, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (!a.name && !a.email && !a.sub_unit)
		return app_usage("person correct", TR("say what is right: --name, --email, --sub-unit",
		    "hãy cho biết nội dung đúng: --name, --email, --sub-unit"));
	rc = correct(app, who_words(app, argc, argv, first), &a, &e);
	return rc < 0 ? app_fail(&e) : rc;
}
