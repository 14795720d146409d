/* thumoi person note|resend - what one does for one person. */
#include "app/commands.h"
#include "app/who.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/date.h"
#include "engine/remark.h"
#include "engine/resend.h"

/* --- note ------------------------------------------------------------------------------ */

/* The words of the command line, or standard input. */
static int
read_note(struct app *app, int argc, char **argv, int first, const char **out, struct err *e)
{
	struct buf b = BUF_INIT(4 * REMARK_MAX_BYTES);
	char room[4096];
	size_t n;

	if (first < argc && !(first + 1 == argc && strcmp(argv[first], "-") == 0)) {
		*out = who_words(app, argc, argv, first);
		return 0;
	}
	while ((n = fread(room, 1, sizeof(room), stdin)) > 0)
		buf_add(&b, room, n);
	if (ferror(stdin)) {
		buf_release(&b);
		return err_sys(e, TR("standard input", "đầu vào chuẩn"));
	}
	if (b.failed) {
		buf_release(&b);
		return err_set(e, ERR_INPUT, TR("the note is longer than %d bytes", "ghi chú dài quá %d byte"), REMARK_MAX_BYTES);
	}
	*out = arena_ndup(&app->arena, b.len ? buf_str(&b) : "", b.len);
	buf_release(&b);
	return 0;
}

int
person_note(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "person note", TR("WHO TEXT...  (without TEXT: from standard input)",
	    "AI NỘI DUNG...  (không ghi nội dung: đọc từ đầu vào chuẩn)"), NULL, 0, 1, 400, &first);
	struct err e = ERR_INIT;
	struct contact c;
	const char *text = "";

	if (rc >= 0)
		return rc;
	if ((rc = who_one(app, argv[first], &c, &e)) != 1)
		return rc < 0 ? app_fail(&e) : EXIT_FAILED;
	if (read_note(app, argc, argv, first + 1, &text, &e) < 0 || remark_add(app->db, &c, text, BY_CLI, clock_now(), &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("noted: %s\n", "đã ghi chú: %s\n"), c.name);
	return EXIT_DONE;
}

/* --- resend ---------------------------------------------------------------------------- */

static int
print_resend(struct app *app, const struct contact *c, const struct resend *x, bool dry, struct err *e)
{
	const struct out_column columns[] = {
		{ "result", TR("result", "kết quả"), false }, { "wave", TR("wave", "lượt"), false },
		{ "template", TR("template", "mẫu thư"), false }, { "email", TR("address", "địa chỉ"), false },
		{ "due_at", TR("goes out", "gửi lúc"), false }, { "reason", TR("why not", "lý do"), false },
	};
	struct campaign campaign;
	struct date_text t;
	struct out o;

	if (campaign_by_id(app->db, &app->arena, c->campaign, &campaign, e) != 1)
		return -1;
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	out_text(&o, !x->may ? TR("forbidden", "không được gửi") : dry ? TR("may be sent", "gửi được") : TR("planned", "đã lập thư"));
	out_text(&o, x->may ? x->wave : "");
	out_text(&o, x->template);
	out_text(&o, x->email);
	out_text(&o, !x->may ? "" : app->json ? date_rfc3339(&t, &campaign.zone, x->due_at) :
	    date_minute(&t, &campaign.zone, x->due_at, lang_ui));
	out_text(&o, x->why);
	out_row(&o);
	if (x->may && x->held && !app->quiet)
		fputs(TR("nothing is sent now: it waits until sending goes on\n", "hiện đang tạm giữ, chưa gửi: thư chờ đến khi gửi tiếp\n"),
		    stderr);
	return out_end(&o, e);
}

int
person_resend(struct app *app, int argc, char **argv)
{
	bool dry = false;
	const struct opt opts[] = {
		{ "dry-run", OPT_FLAG, &dry, NULL, "say what would be sent, when and where to; send nothing",
		    "chỉ cho biết sẽ gửi gì, khi nào, tới đâu; không gửi" },
	};
	int first, rc = opt_parse(argc, argv, "person resend", TR("WHO  (token, address or name)", "AI  (mã, địa chỉ hoặc họ tên)"),
	    opts, COUNT_OF(opts), 1, 16, &first);
	struct err e = ERR_INIT;
	struct contact c;
	struct resend x;

	if (rc >= 0)
		return rc;
	if ((rc = who_one(app, who_words(app, argc, argv, first), &c, &e)) != 1)
		return rc < 0 ? app_fail(&e) : EXIT_FAILED;
	rc = dry ? resend_look(&x, app->db, &app->conf, &app->arena, &c, BY_CLI, clock_now(), &e) :
	    resend(&x, app->db, &app->conf, &app->arena, &c, BY_CLI, clock_now(), &e);
	if (rc < 0 || print_resend(app, &c, &x, dry, &e) < 0)
		return app_fail(&e);
	return x.may ? EXIT_DONE : EXIT_FAILED;
}
