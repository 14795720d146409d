/* thumoi inbound reclassify - rules changed: what was kept is read again, and what moved is shown. */
#include <inttypes.h>

#include "app/commands.h"
#include "engine/reclassify.h"
#include "store/campaign.h"

static int
show(const struct app *app, const char *format, const struct reclassify_result *r, struct err *e)
{
	const struct out_column columns[] = {
		{ "change", TR("of", "thay đổi"), false }, { "from", TR("from", "từ"), false }, { "to", TR("to", "thành"), false },
		{ "count", TR("how many", "số lượng"), true },
	};
	enum out_format f;
	struct out o;

	if (app_format(app, format, &f) < 0)
		return -1;
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	for (size_t i = 0; i < r->n_moves; i++) {
		out_text(&o, reclassify_what_name(r->moves[i].what));
		out_text(&o, r->moves[i].from);
		out_text(&o, r->moves[i].to);
		out_int(&o, r->moves[i].n);
		out_row(&o);
	}
	return out_end(&o, e);
}

int
inbound_reclassify(struct app *app, int argc, char **argv)
{
	const char *rules = NULL, *format = NULL;
	bool dry_run = false;
	const struct opt opts[] = {
		{ "dry-run", OPT_FLAG, &dry_run, NULL, "say what would move, write nothing", "chỉ cho biết thay đổi, không ghi" },
		{ "rules", OPT_TEXT, &rules, "PATH", "other rules than the shipped ones; only with --dry-run",
		    "dùng bộ quy tắc khác; chỉ với --dry-run" },
		{ "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" },
	};
	struct reclassify_result r;
	struct campaign c = { .id = 0 };
	struct err e = ERR_INIT;
	enum out_format f;
	int first, rc = opt_parse(argc, argv, "inbound reclassify", "[CAMPAIGN] [--dry-run]", opts, COUNT_OF(opts), 0, 1, &first);

	if (rc >= 0)
		return rc;
	if (rules && !dry_run)
		return app_usage("inbound reclassify", TR("--rules goes with --dry-run: thumoid reads by the shipped ones",
		    "--rules chỉ đi cùng --dry-run: thumoid dùng bộ quy tắc kèm theo"));
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if ((argc > first && campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0) ||
	    reclassify(app->db, &app->conf, &(struct reclassify_ask){ .campaign = c.id, .rules = rules, .dry_run = dry_run, .actor = "cli" },
	    &app->arena, &r, &e) < 0 || show(app, format, &r, &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, dry_run ? TR("%" PRId64 " messages, %" PRId64 " replies, %" PRId64 " log lines read again; %" PRId64
		    " rows would change\n", "đã đọc lại %" PRId64 " thư, %" PRId64 " trả lời, %" PRId64 " dòng nhật ký; sẽ đổi %" PRId64 " bản ghi\n") :
		    TR("%" PRId64 " messages, %" PRId64 " replies, %" PRId64 " log lines read again; %" PRId64 " rows changed\n",
		    "đã đọc lại %" PRId64 " thư, %" PRId64 " trả lời, %" PRId64 " dòng nhật ký; đã đổi %" PRId64 " bản ghi\n"),
		    r.messages, r.replies, r.logged, r.changed);
	return EXIT_DONE;
}
