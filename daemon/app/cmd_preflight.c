/* thumoi preflight CAMPAIGN, preflight list CAMPAIGN - do the mail domains of the rosters take our mail? */
#include "app/commands.h"

#include <inttypes.h>

#include "base/clock.h"
#include "engine/post.h"
#include "engine/preflight.h"

static int
print(const struct preflight *p, const struct campaign *c, enum out_format f, struct err *e)
{
	const struct out_column columns[] = {
		{ "unit", TR("unit", "mã"), false }, { "unit_name", TR("name of the unit", "đơn vị"), false },
		{ "domain", TR("mail domain", "tên miền thư"), false }, { "people", TR("people", "số người"), true },
		{ "result", TR("takes our mail", "nhận thư"), false }, { "at", TR("as of", "ngày"), false },
		{ "mailbox", TR("test mailbox", "hộp thư thử"), false }, { "reply", TR("it says", "trả lời"), false },
	};
	const char *const words[PREFLIGHT_RESULTS] = { TR("untested", "chưa thử"), TR("waiting", "đang chờ"), TR("yes", "có"), TR("no", "KHÔNG") };
	struct out o;

	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	for (size_t i = 0; i < p->n; i++) {
		const struct preflight_domain *d = &p->list[i];
		struct date_text at;

		out_text(&o, d->unit_code);
		out_text(&o, d->unit_name);
		out_text(&o, d->domain);
		out_int(&o, d->people);
		out_text(&o, f == OUT_TEXT ? words[d->result] : preflight_result_name(d->result));
		out_text(&o, !d->at ? "" : f == OUT_TEXT ? date_minute(&at, &c->zone, d->at, lang_ui) : date_rfc3339(&at, &c->zone, d->at));
		out_text(&o, d->mailbox);
		out_text(&o, d->said);
		out_row(&o);
	}
	return out_end(&o, e);
}

/* 1: some domain does not take our mail. */
static int
any_no(const struct preflight *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].result == PREFLIGHT_NO)
			return 1;
	return 0;
}

static int
list(struct app *app, int argc, char **argv)
{
	const char *format = NULL;
	const struct opt opts[] = { { "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" } };
	int first, rc = opt_parse(argc, argv, "preflight list", "CAMPAIGN", opts, COUNT_OF(opts), 1, 1, &first);
	struct preflight p = { .arena = ARENA_INIT };
	struct err e = ERR_INIT;
	struct campaign c;
	enum out_format f;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 || preflight_look(&p, app->db, &c, NULL, &e) < 0 ||
	    print(&p, &c, f, &e) < 0)
		rc = app_fail(&e);
	else
		rc = any_no(&p) ? EXIT_FAILED : EXIT_DONE;
	preflight_release(&p);
	return rc;
}

struct asked {
	const char *map, *relay, *format, *wave;
	bool dry_run;
};

static int
send(struct app *app, const struct campaign *c, const struct asked *q, struct preflight *p, int64_t *planned, struct err *e)
{
	struct post_result r;
	struct date_text day;
	struct secret secret;
	const char *wave = q->wave;

	date_rfc3339(&day, &c->zone, clock_now());
	if (!wave)
		wave = arena_printf(&app->arena, "preflight-%.10s", day.s);
	if (secret_load(&secret, app->conf.secret_file, e) < 0 ||
	    preflight_plan(p, app->db, c, &app->conf, &secret, wave, planned, e) < 0 ||
	    post_letters(app->db, &app->conf, &(struct post_options){ .campaign = c->id, .wave = wave, .relay_url = q->relay }, &r, e) < 0)
		return -1;
	preflight_release(p);
	return preflight_look(p, app->db, c, q->map, e);
}

static int
test(struct app *app, int argc, char **argv)
{
	struct asked q = { .map = NULL };
	const struct opt opts[] = {
		{ "to", OPT_TEXT, &q.map, "MAP.csv", "mailboxes to test: domain,email", "hộp thư để thử: tên miền,địa chỉ" },
		{ "wave", OPT_TEXT, &q.wave, "NAME", "name of this round of tests; by default the day: within it a domain is tested once",
		    "tên lượt thử; mặc định theo ngày: trong một lượt mỗi tên miền thử một lần" },
		{ "relay", OPT_TEXT, &q.relay, "URL", "instead of the settings 'relay' and 'relay_file'",
		    "thay cho thiết lập 'relay' và 'relay_file'" },
		{ "dry-run", OPT_FLAG, &q.dry_run, NULL, "only say which mailbox would be written to", "chỉ cho biết sẽ thử hộp thư nào" },
		{ "format", OPT_TEXT, &q.format, "FORM", "text, csv or json", "text, csv hoặc json" },
	};
	int first, rc = opt_parse(argc, argv, "preflight", "CAMPAIGN [--to MAP.csv]", opts, COUNT_OF(opts), 1, 1, &first);
	struct preflight p = { .arena = ARENA_INIT };
	int64_t planned = 0, without = 0;
	struct err e = ERR_INIT;
	struct campaign c;
	enum out_format f;

	if (rc >= 0)
		return rc;
	if (app_format(app, q.format, &f) < 0)
		return EXIT_USAGE;
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 || preflight_look(&p, app->db, &c, q.map, &e) < 0 ||
	    (!q.dry_run && send(app, &c, &q, &p, &planned, &e) < 0) || print(&p, &c, f, &e) < 0)
		rc = app_fail(&e);
	else
		rc = any_no(&p) ? EXIT_FAILED : EXIT_DONE;
	for (size_t i = 0; i < p.n; i++)
		without += !*p.list[i].mailbox;
	if (!app->quiet && rc != EXIT_USAGE)
		fprintf(stderr, TR("%" PRId64 " test messages; for %" PRId64 " domains no mailbox is known: load focal points, or give --to MAP.csv\n",
		    "%" PRId64 " thư thử; %" PRId64 " tên miền chưa biết hộp thư nào: nạp đầu mối, hoặc dùng --to MAP.csv\n"), planned, without);
	preflight_release(&p);
	return rc;
}

int
cmd_preflight(struct app *app, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "list") == 0)
		return list(app, argc - 1, argv + 1);
	return test(app, argc, argv);
}
