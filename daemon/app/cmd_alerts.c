/* thumoi alerts CAMPAIGN - what must be done about before the deadline; mailed once. */
#include "app/commands.h"

#include <inttypes.h>

#include "base/clock.h"
#include "engine/alert.h"
#include "engine/post.h"
#include "mail/addr.h"
#include "store/alert.h"

struct job {
	struct app *app;
	struct campaign campaign;
	struct account account;
	struct alert *list;
	size_t n;
	const char *mail_to;		/* NULL: nobody */
	int64_t told;
};

static int
count(struct job *j, struct err *e)
{
	struct app *app = j->app;

	if (db_snapshot(app->db, e) < 0)
		return -1;
	if (account_build(&j->account, app->db, &j->campaign, &app->conf, NULL, clock_now(), e) < 0)
		return db_abort(app->db);
	account_sort(&j->account, ORDER_CODE);
	j->n = alerts(&j->account, &j->account.arena, &j->list);
	return db_commit(app->db, e);
}

static const char *
words(struct job *j, const struct alert *x, enum lang l)
{
	struct buf b = BUF_INIT(4096);
	const char *s;

	alert_text(&b, x, l);
	s = arena_dup(&j->account.arena, buf_str(&b));
	buf_release(&b);
	return s;
}

static int
print(struct job *j, enum out_format f, struct err *e)
{
	const struct out_column columns[] = {
		{ "kind", TR("kind", "loại"), false }, { "unit", TR("unit", "mã"), false },
		{ "nominated", TR("nominated", "được cử"), true }, { "days_left", TR("days left", "còn ngày"), true },
		{ "cause", TR("most often", "nhiều nhất"), false }, { "text", TR("alert", "cảnh báo"), false },
	};
	int64_t left = alert_days_left(&j->campaign, j->account.now);
	struct out o;

	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	for (size_t i = 0; i < j->n; i++) {
		const struct alert *x = &j->list[i];

		out_text(&o, alert_key(x->kind));
		out_text(&o, x->unit->unit.code);
		out_int(&o, x->unit->t.nominated);
		out_int(&o, left);
		out_text(&o, x->lead_n ? cause_info(x->lead)->key : "");
		out_text(&o, words(j, x, f == OUT_TEXT ? lang_ui : j->campaign.lang));
		out_row(&o);
	}
	return out_end(&o, e);
}

/* Those the operator has not heard of yet, in one mail. What went out is remembered only then. */
static int
mail(struct job *j, const char *relay, struct err *e)
{
	struct app *app = j->app;
	const char **lines = arena_alloc(&j->account.arena, (j->n + 1) * sizeof(*lines));
	const struct alert **fresh = arena_alloc(&j->account.arena, (j->n + 1) * sizeof(*fresh));
	struct date_text at;
	struct letter l = { .campaign = j->campaign.id, .kind = "alert", .about = "", .number = "", .name = "", .email = j->mail_to };
	struct message_to to = { .unit_name = "", .lines = lines };
	struct message_maker *maker = NULL;
	struct post_result r;
	struct secret secret;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < j->n; i++) {
		if ((rc = alert_told(app->db, j->campaign.id, alert_key(j->list[i].kind), j->list[i].unit->unit.id, e)) < 0)
			return -1;
		if (rc == 0) {
			fresh[n] = &j->list[i];
			lines[n++] = words(j, &j->list[i], j->campaign.lang);
		}
	}
	if (!n)
		return 0;
	l.wave = arena_printf(&j->account.arena, "alert-%s", date_rfc3339(&at, &j->campaign.zone, j->account.now));
	if (secret_load(&secret, app->conf.secret_file, e) < 0 ||
	    message_maker_new(&maker, &j->campaign, &app->conf, &secret, "alert", e) < 0)
		return -1;
	rc = post_plan(app->db, &app->conf, maker, &to, &l, e);
	message_maker_free(maker);
	if (rc < 0 || post_letters(app->db, &app->conf, &(struct post_options){ .campaign = j->campaign.id, .wave = l.wave,
	    .relay_url = relay }, &r, e) < 0)
		return -1;
	if (r.refused)
		return err_set(e, ERR_NETWORK, TR("the mail to %s was refused: 'thumoi letter list %s' says why",
		    "thư gửi %s bị từ chối: xem lý do bằng 'thumoi letter list %s'"), j->mail_to, j->campaign.key);
	if (db_begin(app->db, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (alert_remember(app->db, j->campaign.id, alert_key(fresh[i]->kind), fresh[i]->unit->unit.id, j->account.now, e) < 0)
			return db_abort(app->db);
	j->told = (int64_t)n;
	return db_commit(app->db, e);
}

int
cmd_alerts(struct app *app, int argc, char **argv)
{
	const char *to = NULL, *format = NULL, *relay = NULL;
	bool notify = false;
	const struct opt opts[] = {
		{ "mail", OPT_TEXT, &to, "ADDR", "mail what is new to this address", "gửi cảnh báo mới tới địa chỉ này" },
		{ "notify", OPT_FLAG, &notify, NULL, "mail what is new to the setting operator_address",
		    "gửi cảnh báo mới tới thiết lập operator_address" },
		{ "relay", OPT_TEXT, &relay, "URL", "instead of the settings 'relay' and 'relay_file'",
		    "thay cho thiết lập 'relay' và 'relay_file'" },
		{ "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" },
	};
	int first, rc = opt_parse(argc, argv, "alerts", "CAMPAIGN [--mail ADDR|--notify]", opts, COUNT_OF(opts), 1, 1, &first);
	struct job j = { .app = app };
	struct err e = ERR_INIT;
	struct addr addr;
	enum out_format f;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	j.mail_to = to ? to : notify ? app->conf.operator_address : NULL;
	if (j.mail_to && !*j.mail_to)
		return app_usage("alerts", TR("--notify needs the setting operator_address", "--notify cần thiết lập operator_address"));
	if ((j.mail_to && addr_parse(&addr, &app->arena, j.mail_to, &e) < 0) ||
	    campaign_need(app->db, &app->arena, argv[first], &j.campaign, &e) < 0 || count(&j, &e) < 0)
		rc = app_fail(&e);
	else if (print(&j, f, &e) < 0 || (j.mail_to && mail(&j, relay, &e) < 0))
		rc = app_fail(&e);
	else
		rc = j.n ? EXIT_FAILED : EXIT_DONE;
	if (j.told && !app->quiet)
		fprintf(stderr, TR("%" PRId64 " alerts mailed to %s\n", "đã gửi %" PRId64 " cảnh báo tới %s\n"), j.told, j.mail_to);
	account_release(&j.account);
	return rc;
}
