/* thumoi letter CAMPAIGN UNIT...|--all, letter list CAMPAIGN - what is written to the units. */
#include "app/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "engine/letter_wave.h"
#include "engine/post.h"
#include "engine/units.h"
#include "store/letter.h"

#define PAGE_MAX_BYTES ((size_t)64 << 20)

struct asked {
	const char *kind, *number, *output, *relay, *reply_by, *wave, *format;
	bool all, send, dry_run;
};

struct job {
	struct app *app;
	const struct asked *q;
	struct letter_asked asked;
	struct campaign campaign;
	struct units *units;
	struct account account;
	struct letter_wave lw;
	bool *wanted;			/* dossiers asked for */
	int64_t written, planned, before, without, nothing;
	struct out out;
	enum out_format format;
};

static int
write_file(struct job *j, struct letter_made *m, const char *ending, const void *data, size_t len, struct err *e)
{
	const char *path = arena_printf(&m->arena, "%s/%s-%s.%s", j->q->output, m->d->unit->unit.code,
	    letter_kind_name(j->asked.kind), ending);

	return file_replace(path, data, len, e);
}

static int
write_files(struct job *j, struct letter_made *m, struct err *e)
{
	struct buf page = BUF_INIT(PAGE_MAX_BYTES);
	int rc = -1;

	if (mkdir(j->q->output, 0777) < 0 && errno != EEXIST)
		return err_sys(e, TR("cannot make the folder %s", "không tạo được thư mục %s"), j->q->output);
	if (letter_page(&page, &j->lw.w, m->d, e) == 0 && write_file(j, m, "html", buf_str(&page), page.len, e) == 0)
		rc = 0;
	if (rc == 0 && m->to.email)
		rc = write_file(j, m, "eml", buf_str(&m->data), m->data.len, e);
	for (size_t i = 0; rc == 0 && i < m->files.n; i++) {
		const struct mail_file *f = &m->files.list[i];

		/* The lists are named after the kind, evidence after its domain. */
		rc = j->asked.kind == LETTER_REFUSAL ?
		    file_replace(arena_printf(&m->arena, "%s/%s", j->q->output, f->name), f->data, f->len, e) :
		    write_file(j, m, strrchr(f->name, '.') + 1, f->data, f->len, e);
	}
	buf_release(&page);
	j->written += rc == 0;
	return rc;
}

static void
show(struct job *j, const struct letter_made *m, const char *state)
{
	struct out *o = &j->out;

	out_text(o, m->d->unit->unit.code);
	out_text(o, unit_name(&m->d->unit->unit, lang_ui));
	out_text(o, letter_kind_name(j->asked.kind));
	out_text(o, m->to.email ? m->to.name : "");
	out_text(o, m->to.email ? m->to.email : "");
	out_int(o, (int64_t)m->d->n_fixes);
	out_int(o, (int64_t)m->d->n_domains);
	out_text(o, state);
	out_row(o);
}

static int
one_letter(struct job *j, struct letter_made *m, enum letter_fate fate, struct err *e)
{
	int rc;

	j->without += fate == LETTER_NO_FOCAL;
	if (j->q->send && fate == LETTER_BEFORE) {
		j->before++;
		show(j, m, "before");
		return 0;
	}
	if (j->q->dry_run) {
		show(j, m, m->to.email ? "dry_run" : "no_focal_point");
		return 0;
	}
	if (letter_wave_make(&j->lw, m, e) < 0 || (j->q->output && write_files(j, m, e) < 0))
		return -1;
	if (j->q->send && m->to.email) {
		if ((rc = letter_wave_plan(&j->lw, m, "cli", e)) < 0)
			return -1;
		j->planned += rc;
	}
	show(j, m, !m->to.email ? "no_focal_point" : j->q->send ? "planned" : "written");
	if (!j->q->send && !j->q->output && !j->app->json && m->text)
		fprintf(stderr, "\n%s\n", m->text);
	return 0;
}

static int
all_letters(struct job *j, struct err *e)
{
	const struct dossiers *all = &j->lw.dossiers;

	for (size_t i = 0; i < all->n; i++) {
		struct letter_made m;
		enum letter_fate fate;
		int rc;

		if (!j->wanted[i])
			continue;
		if (!letter_needed(j->asked.kind, &all->list[i])) {
			j->nothing++;
			continue;
		}
		rc = letter_wave_address(&j->lw, &all->list[i], &m, &fate, e);
		if (rc == 0)
			rc = one_letter(j, &m, fate, e);
		letter_made_release(&m);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* The numbers are those of one moment, held against the store: a letter that does not reconcile is not written. */
static int
count(struct job *j, struct err *e)
{
	struct buf said = BUF_INIT(65536);
	struct app *app = j->app;
	int64_t now = clock_now();
	int faults, rc = -1;

	if (db_snapshot(app->db, e) < 0)
		return -1;
	if (account_build(&j->account, app->db, &j->campaign, &app->conf, NULL, now, e) < 0 ||
	    (faults = account_check(&j->account, app->db, &said, e)) < 0)
		goto out;
	if (faults) {
		err_set(e, ERR_STORE, TR("the numbers do not reconcile, no letter is written: %s",
		    "số liệu không khớp, không lập công văn: %s"), buf_str(&said));
		goto out;
	}
	account_sort(&j->account, ORDER_CODE);
	rc = letter_wave_open(&j->lw, app->db, &j->account, &j->asked, now, e);
out:
	buf_release(&said);
	if (rc < 0)
		return db_abort(app->db);
	return db_commit(app->db, e);
}

static int
choose_units(struct job *j, int argc, char **argv, struct err *e)
{
	const struct dossiers *all = &j->lw.dossiers;

	j->wanted = arena_alloc(&j->app->arena, (all->n + 1) * sizeof(*j->wanted));
	for (size_t i = 0; i < all->n; i++)
		j->wanted[i] = j->q->all;
	for (int k = 0; k < argc; k++) {
		const struct unit *u;

		if (units_resolve(j->units, argv[k], &u, e) < 0)
			return -1;
		for (size_t i = 0; i < all->n; i++)
			j->wanted[i] |= all->list[i].unit->unit.id == u->id;
	}
	return 0;
}

static void
say(const struct job *j, const struct post_result *r)
{
	if (j->app->quiet)
		return;
	if (j->q->output)
		fprintf(stderr, TR("%" PRId64 " letters written to %s\n", "đã ghi %" PRId64 " công văn vào %s\n"), j->written, j->q->output);
	if (j->q->send)
		fprintf(stderr, TR("wave '%s': %" PRId64 " new letters, %" PRId64 " written before; accepted %" PRId64 ", deferred %" PRId64
		    ", refused %" PRId64 ", uncertain %" PRId64 ", left %" PRId64 "\n", "lượt '%s': %" PRId64 " thư mới, %" PRId64
		    " đã gửi trước; được nhận %" PRId64 ", bị hoãn %" PRId64 ", bị từ chối %" PRId64 ", không chắc %" PRId64 ", còn lại %" PRId64
		    "\n"), j->lw.name, j->planned, j->before, r->accepted, r->deferred, r->refused, r->uncertain, r->left);
	if (j->nothing)
		fprintf(stderr, TR("%" PRId64 " units need no letter of this kind\n", "%" PRId64 " đơn vị không cần công văn loại này\n"), j->nothing);
	if (j->without)
		fprintf(stderr, TR("%" PRId64 " units have no focal point: load them with 'thumoi focal import FILE'\n",
		    "%" PRId64 " đơn vị chưa có đầu mối: nạp bằng 'thumoi focal import TỆP'\n"), j->without);
}

static int
run(struct job *j, const char *key, int argc, char **argv, struct err *e)
{
	const struct out_column columns[] = {
		{ "unit", TR("unit", "mã"), false }, { "unit_name", TR("name of the unit", "đơn vị"), false },
		{ "kind", TR("kind", "loại"), false }, { "name", TR("focal point", "đầu mối"), false },
		{ "email", TR("address", "thư điện tử"), false }, { "to_correct", TR("to correct", "cần sửa"), true },
		{ "domains", TR("domains that refuse", "tên miền từ chối"), true }, { "state", TR("state", "trạng thái"), false },
	};
	struct post_options o = { .relay_url = j->q->relay };
	struct post_result r = { .left = 0 };
	int rc;

	if (campaign_need(j->app->db, &j->app->arena, key, &j->campaign, e) < 0 ||
	    units_load(&j->units, j->app->db, j->campaign.tree, j->campaign.opens_at, e) < 0 || count(j, e) < 0 ||
	    choose_units(j, argc, argv, e) < 0)
		return -1;
	out_begin(&j->out, stdout, j->format, columns, COUNT_OF(columns));
	rc = all_letters(j, e);
	if (out_end(&j->out, rc < 0 ? NULL : e) < 0)
		rc = -1;
	if (rc == 0 && j->q->send && !j->q->dry_run) {
		o.campaign = j->campaign.id;
		o.wave = j->lw.name;
		rc = post_letters(j->app->db, &j->app->conf, &o, &r, e);
	}
	say(j, &r);
	return rc < 0 ? -1 : r.refused || r.uncertain || (j->without && j->q->send);
}

static int
letter_write(struct app *app, int argc, char **argv)
{
	struct asked q = { .kind = "numbers" };
	const struct opt opts[] = {
		{ "all", OPT_FLAG, &q.all, NULL, "to every unit that needs one", "gửi mọi đơn vị cần gửi" },
		{ "kind", OPT_TEXT, &q.kind, "KIND", "numbers, fix or refusal", "numbers (số liệu), fix (sửa địa chỉ) hoặc refusal (từ chối thư)" },
		{ "number", OPT_TEXT, &q.number, "NO", "number of the dispatch, as 4712 or 4712/BNV-CCHC; by default room is left for it",
		    "số công văn, ví dụ 4712 hoặc 4712/BNV-CCHC; mặc định để trống chỗ ghi số" },
		{ "reply-by", OPT_TEXT, &q.reply_by, "DATE", "day by which an answer is asked for; by default the closing day",
		    "ngày cần trả lời; mặc định là ngày đóng" },
		{ "output", OPT_TEXT, &q.output, "DIR", "write printable letter, lists and mail there", "ghi công văn in, danh sách và thư vào thư mục" },
		{ "send", OPT_FLAG, &q.send, NULL, "send the mails", "gửi thư đi" },
		{ "wave", OPT_TEXT, &q.wave, "NAME", "name of this wave of letters; by default kind and day: within it nobody is written to twice",
		    "tên lượt công văn; mặc định là loại và ngày: trong một lượt không gửi hai lần" },
		{ "relay", OPT_TEXT, &q.relay, "URL", "instead of the settings 'relay' and 'relay_file'",
		    "thay cho thiết lập 'relay' và 'relay_file'" },
		{ "dry-run", OPT_FLAG, &q.dry_run, NULL, "only say who would get one", "chỉ cho biết gửi ai" },
		{ "format", OPT_TEXT, &q.format, "FORM", "text, csv or json", "text, csv hoặc json" },
	};
	int first, rc = opt_parse(argc, argv, "letter", "CAMPAIGN UNIT...|--all [--kind KIND] [--output DIR] [--send]", opts,
	    COUNT_OF(opts), 1, -1, &first);
	struct job j = { .app = app, .q = &q };
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (!letter_kind_parse(q.kind, &j.asked.kind))
		return app_usage("letter", TR("--kind cannot be '%s'", "--kind không thể là '%s'"), q.kind);
	if (q.all == (argc - first > 1))
		return app_usage("letter", TR("name units, or give --all", "ghi mã đơn vị, hoặc dùng --all"));
	if (app_format(app, q.format, &j.format) < 0)
		return EXIT_USAGE;
	j.asked.number = q.number;
	j.asked.reply_by = q.reply_by;
	j.asked.wave = q.wave;
	j.asked.to_send = q.send;
	rc = run(&j, argv[first], argc - first - 1, argv + first + 1, &e);
	letter_wave_close(&j.lw);
	account_release(&j.account);
	units_free(j.units);
	return rc < 0 ? app_fail(&e) : rc ? EXIT_FAILED : EXIT_DONE;
}

/* --- letter list ------------------------------------------------------------ */

struct listing {
	struct out out;
	const struct campaign *campaign;
};

static int
list_one(const struct letter_standing *s, void *arg)
{
	struct listing *l = arg;
	struct date_text at;

	out_text(&l->out, s->letter.wave);
	out_text(&l->out, s->letter.kind);
	out_text(&l->out, s->letter.about);
	out_text(&l->out, s->letter.number);
	out_text(&l->out, s->letter.name);
	out_text(&l->out, s->letter.email);
	out_text(&l->out, s->letter.state);
	out_int(&l->out, s->letter.attempts);
	out_text(&l->out, date_rfc3339(&at, &l->campaign->zone, s->letter.moved_at));
	out_text(&l->out, s->text);
	out_text(&l->out, s->news_at ? s->news_kind : "");
	out_text(&l->out, s->news_at ? s->news_category : "");
	out_text(&l->out, s->news_at ? s->news_text : "");
	out_row(&l->out);
	return 0;
}

static int
letter_list(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "wave", TR("wave", "lượt"), false }, { "kind", TR("kind", "loại"), false }, { "about", TR("about", "về"), false },
		{ "number", TR("number", "số"), false }, { "name", TR("name", "họ tên"), false },
		{ "email", TR("address", "thư điện tử"), false }, { "state", TR("state", "trạng thái"), false },
		{ "attempts", TR("attempts", "số lần"), true }, { "at", TR("at", "lúc"), false },
		{ "answer", TR("the relay said", "máy chủ trả lời"), false }, { "news", TR("came back", "phản hồi"), false },
		{ "category", TR("category", "loại phản hồi"), false }, { "news_text", TR("in its words", "nguyên văn"), false },
	};
	const char *format = NULL;
	const struct opt opts[] = { { "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" } };
	int first, rc = opt_parse(argc, argv, "letter list", "CAMPAIGN", opts, COUNT_OF(opts), 1, 1, &first);
	struct listing l;
	struct err e = ERR_INIT;
	struct campaign c;
	enum out_format f;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0)
		return app_fail(&e);
	l.campaign = &c;
	out_begin(&l.out, stdout, f, columns, COUNT_OF(columns));
	rc = letter_each(app->db, c.id, NULL, list_one, &l, &e);
	if (out_end(&l.out, rc < 0 ? NULL : &e) < 0 || rc < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

int
cmd_letter(struct app *app, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "list") == 0)
		return letter_list(app, argc - 1, argv + 1);
	return letter_write(app, argc, argv);
}
