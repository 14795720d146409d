/* thumoi probe add|list|remove|check|test - mailboxes of our own at the providers that matter. */
#include "app/commands.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/text.h"
#include "engine/placement.h"
#include "mail/addr.h"
#include "store/audit.h"
#include "store/contact.h"
#include "store/evidence.h"

static int
need_probe(struct app *app, const char *email, struct probe *p, struct err *e)
{
	int rc = probe_find(app->db, &app->arena, text_lower_ascii(&app->arena, email), p, e);

	if (rc == 1 && p->active)
		return 0;
	return rc < 0 ? -1 : err_set(e, ERR_NOTFOUND, TR("no probe has the address '%s': see 'thumoi probe list'",
	    "không có hộp thư thử nào là '%s': xem 'thumoi probe list'"), email);
}

/* --- add, remove --------------------------------------------------------------- */

struct add {
	const char *stands_for, *mailbox, *user, *password_file, *note;
};

static int
fill(struct app *app, const char *email, const struct add *o, struct probe *p, struct err *e)
{
	struct arena *a = &app->arena;
	struct contact *people;
	struct addr addr;
	size_t n;

	if (addr_parse(&addr, a, email, e) < 0)
		return -1;
	*p = (struct probe){ .email = text_lower_ascii(a, email), .mailbox = o->mailbox, .login = o->user ? o->user : "",
	    .password_file = o->password_file ? o->password_file : "", .note = o->note ? o->note : "", .active = true };
	p->stands_for = text_lower_ascii(a, text_squeeze(a, o->stands_for));
	if (!*p->stands_for)
		return err_set(e, ERR_INPUT, TR("--for is empty", "--for để trống"));
	if (strncmp(p->mailbox, "maildir:", 8) == 0)
		p->mailbox = arena_printf(a, "maildir:%s", app_whole_path(app, p->mailbox + 8));
	else if (*p->password_file && strncmp(p->password_file, "credential:", 11) != 0)
		p->password_file = app_whole_path(app, p->password_file);
	if (seek_check(p->mailbox, e) < 0)
		return err_wrap(e, "--mailbox");
	if (strncmp(p->mailbox, "maildir:", 8) != 0 && (!*p->login || !*p->password_file))
		return err_set(e, ERR_INPUT, TR("a mailbox over IMAP needs --user and --password-file",
		    "hộp thư qua IMAP cần --user và --password-file"));
	/* A probe is nobody: who is nominated must stay in every count. */
	if (contact_by_email(app->db, a, p->email, &people, &n, e) < 0)
		return -1;
	return n ? err_set(e, ERR_INPUT, TR("%s is the address of a nominated person: a probe is a mailbox of your own",
	    "%s là địa chỉ của một người được cử: hộp thư thử phải là của bên gửi"), p->email) : 0;
}

/* No address stands in the audit log, not even of a mailbox of ours. */
static int
write_down(struct app *app, const char *what, const struct probe *p, struct err *e)
{
	return audit_add(app->db, "cli", what, arena_printf(&app->arena, "probe=%" PRId64, p->id), e);
}

static int
save(struct app *app, struct probe *p, struct err *e)
{
	if (db_begin(app->db, e) < 0)
		return -1;
	if (probe_save(app->db, p, clock_now(), e) < 0 || write_down(app, "probe add", p, e) < 0)
		return db_abort(app->db);
	return db_commit(app->db, e);
}

static int
probe_cmd_add(struct app *app, int argc, char **argv)
{
	struct add o = { .note = NULL };
	const struct opt opts[] = {
		{ "for", OPT_TEXT, &o.stands_for, "DOMAIN", "the mail domain, or the provider, it stands for",
		    "tên miền thư hoặc nhà cung cấp mà nó đại diện" },
		{ "mailbox", OPT_TEXT, &o.mailbox, "URL", "imaps://host, imap://host or maildir:PATH",
		    "imaps://máy, imap://máy hoặc maildir:THƯMỤC" },
		{ "user", OPT_TEXT, &o.user, "NAME", "name for the mailbox", "tên đăng nhập hộp thư" },
		{ "password-file", OPT_TEXT, &o.password_file, "FILE", "file that holds the password, or credential:NAME",
		    "tệp chứa mật khẩu, hoặc credential:TÊN" },
		{ "note", OPT_TEXT, &o.note, "TEXT", "for yourself", "ghi chú" },
	};
	int first, rc = opt_parse(argc, argv, "probe add", "EMAIL --for DOMAIN --mailbox URL [--user NAME --password-file FILE]",
	    opts, COUNT_OF(opts), 1, 1, &first);
	struct err e = ERR_INIT;
	struct probe p;

	if (rc >= 0)
		return rc;
	if (!o.stands_for || !o.mailbox)
		return app_usage("probe add", TR("--for and --mailbox are needed", "cần --for và --mailbox"));
	if (fill(app, argv[first], &o, &p, &e) < 0 || save(app, &p, &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("probe %s stands for %s; does its mailbox open? 'thumoi probe test %s'\n",
		    "hộp thư thử %s đại diện cho %s; thử mở hộp thư: 'thumoi probe test %s'\n"), p.email, p.stands_for, p.email);
	return EXIT_DONE;
}

static int
probe_cmd_remove(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "probe remove", "EMAIL", NULL, 0, 1, 1, &first);
	struct err e = ERR_INIT;
	struct probe p;

	if (rc >= 0)
		return rc;
	if (need_probe(app, argv[first], &p, &e) < 0 || db_begin(app->db, &e) < 0)
		return app_fail(&e);
	if (probe_remove(app->db, p.id, &e) < 0 || write_down(app, "probe remove", &p, &e) < 0) {
		db_abort(app->db);
		return app_fail(&e);
	}
	return db_commit(app->db, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

/* --- list ---------------------------------------------------------------------- */

static const char *
place_title(const char *word)
{
	static const struct { const char *word, *en, *vi; } titles[] = {
		{ "inbox", "inbox", "hộp thư đến" }, { "spam", "spam", "thư rác" }, { "other", "other folder", "thư mục khác" },
		{ "missing", "not there", "không thấy" },
	};

	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (strcmp(titles[i].word, word) == 0)
			return TR(titles[i].en, titles[i].vi);
	return word;
}

static void
list_row(struct out *o, const struct probe *p, const struct probe_last *l, const struct zone *zone)
{
	bool text = o->format == OUT_TEXT;
	struct date_text t;

	out_text(o, p->email);
	out_text(o, p->stands_for);
	out_text(o, p->mailbox);
	out_text(o, l->wave);
	out_text(o, l->state);
	out_text(o, text ? place_title(l->place) : l->place);
	out_text(o, l->folder);
	out_text(o, !l->looked_at ? "" : text ? date_minute(&t, zone, l->looked_at, lang_ui) : date_rfc3339(&t, zone, l->looked_at));
	out_text(o, *p->trouble ? p->trouble : strcmp(l->state, "refused") == 0 ? l->reply : "");
	out_text(o, p->note);
	out_row(o);
}

static int
probe_cmd_list(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "email", TR("address", "địa chỉ"), false }, { "stands_for", TR("stands for", "đại diện"), false },
		{ "mailbox", TR("mailbox", "hộp thư"), false }, { "wave", TR("last wave", "lượt cuối"), false },
		{ "state", TR("message", "thư"), false }, { "place", TR("found in", "thấy ở"), false },
		{ "folder", TR("folder", "thư mục"), false }, { "looked_at", TR("looked", "lúc xem"), false },
		{ "trouble", TR("trouble", "trục trặc"), false }, { "note", TR("note", "ghi chú"), false },
	};
	const char *format = NULL;
	const struct opt opts[] = { { "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" } };
	struct probe p = { .stands_for = "", .email = "" };
	struct err e = ERR_INIT;
	struct zone zone;
	enum out_format f;
	struct out o;
	int first, rc = opt_parse(argc, argv, "probe list", "[--format FORM]", opts, COUNT_OF(opts), 0, 0, &first);

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (f == OUT_HTML)
		return app_usage("probe list", TR("the list comes as text, csv or json", "danh sách chỉ có text, csv hoặc json"));
	if (zone_load(&zone, ZONE_DEFAULT, &e) < 0)
		return app_fail(&e);
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	while ((rc = probe_next(app->db, &app->arena, &p, &p, &e)) == 1) {
		struct probe_last l = { .wave = "", .state = "", .place = "", .folder = "", .reply = "" };

		if (!p.active)
			continue;
		if ((rc = probe_last(app->db, &app->arena, p.id, &l, &e)) < 0)
			break;
		list_row(&o, &p, &l, &zone);
	}
	return out_end(&o, rc < 0 ? NULL : &e) < 0 || rc < 0 ? app_fail(&e) : EXIT_DONE;
}

/* --- check --------------------------------------------------------------------- */

/* A look is data, trouble is talk. */
static void
tell_look(const struct probe *p, const struct probe_look *look, const struct sought *s, const char *trouble, void *arg)
{
	struct out *o = arg;
	bool text = o->format == OUT_TEXT;

	if (trouble) {
		fprintf(stderr, TR("thumoi: probe %s: %s\n", "thumoi: hộp thư thử %s: %s\n"), p->email, trouble);
		return;
	}
	out_text(o, p->email);
	out_text(o, p->stands_for);
	out_text(o, text ? place_title(place_name(s->place)) : place_name(s->place));
	out_text(o, s->folder);
	out_int(o, (clock_now() - look->accepted_at) / 60);
	out_row(o);
}

static int
probe_cmd_check(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "email", TR("address", "địa chỉ"), false }, { "stands_for", TR("stands for", "đại diện"), false },
		{ "place", TR("found in", "thấy ở"), false }, { "folder", TR("folder", "thư mục"), false },
		{ "minutes", TR("minutes after sending", "phút sau khi gửi"), true },
	};
	struct placement_ask ask = { .each = tell_look };
	bool once = false;
	const struct opt opts[] = {
		{ "once", OPT_FLAG, &once, NULL, "look at what is due, then exit: so it is without, too", "xem những thư đến hạn rồi thoát (mặc định)" },
		{ "now", OPT_FLAG, &ask.early, NULL, "look for all of them, before they are due", "xem ngay, chưa đến hạn cũng xem" },
	};
	int first, rc = opt_parse(argc, argv, "probe check", "[--once] [--now]", opts, COUNT_OF(opts), 0, 0, &first);
	struct placement_tally t;
	struct err e = ERR_INIT, other = ERR_INIT;
	struct zone zone;
	struct date_text d;
	struct out o;

	if (rc >= 0)
		return rc;
	if (zone_load(&zone, ZONE_DEFAULT, &e) < 0)
		return app_fail(&e);
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	ask.arg = &o;
	rc = placement_look(app->db, &app->conf, &ask, &t, &e);
	if (out_end(&o, &other) < 0)
		return app_fail(&other);
	if (rc < 0)
		return app_fail(&e);
	if (!app->quiet && t.next_at)
		fprintf(stderr, TR("next look: %s\n", "lần xem tiếp: %s\n"), date_minute(&d, &zone, t.next_at, lang_ui));
	else if (!app->quiet && !t.due)
		fputs(TR("nothing is awaited\n", "không còn thư nào cần xem\n"), stderr);
	return t.troubles ? EXIT_FAILED : EXIT_DONE;
}

/* --- test ---------------------------------------------------------------------- */

static void
tell_folder(const char *name, enum folder_use use, void *arg)
{
	struct out *o = arg;

	out_text(o, name);
	out_text(o, folder_use_name(use));
	out_row(o);
}

static int
probe_cmd_test(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "folder", TR("folder", "thư mục"), false }, { "use", TR("taken for", "được coi là"), false },
	};
	int first, rc = opt_parse(argc, argv, "probe test", "EMAIL", NULL, 0, 1, 1, &first);
	struct err e = ERR_INIT;
	struct seeking s;
	struct probe p;
	struct out o;

	if (rc >= 0)
		return rc;
	if (need_probe(app, argv[first], &p, &e) < 0 || placement_mailbox(&s, &app->arena, &p, &app->conf, &e) < 0)
		return app_fail(&e);
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	rc = seek_folders(&s, tell_folder, &o, &e);
	return out_end(&o, rc < 0 ? NULL : &e) < 0 || rc < 0 ? app_fail(&e) : EXIT_DONE;
}

int
cmd_probe(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "add", probe_cmd_add, NEEDS_STORE_RW, "a mailbox of your own that stands for a provider",
		    "thêm hộp thư của bên gửi, đại diện cho một nơi nhận" },
		{ "list", probe_cmd_list, NEEDS_STORE_RO, "which there are, and where the last message lay",
		    "các hộp thư thử, thư cuối cùng nằm ở đâu" },
		{ "remove", probe_cmd_remove, NEEDS_STORE_RW, "write to it no more; what it saw stays",
		    "không gửi tới nữa; điều đã thấy vẫn giữ" },
		{ "check", probe_cmd_check, NEEDS_STORE_RW, "look for the messages that are due", "tìm những thư đến hạn xem" },
		{ "test", probe_cmd_test, NEEDS_STORE_RO, "does its mailbox open, and which folder is junk?",
		    "hộp thư có mở được không, thư mục nào là thư rác" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
