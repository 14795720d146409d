/* thumoi dispatch --once - send what is due in every running wave, then exit. */
#include <inttypes.h>

#include "app/commands.h"
#include "app/sending.h"
#include "engine/post.h"

static void
print_tally(const struct app *app, const struct dispatch_result *r)
{
	const struct out_column columns[] = {
		{ "accepted", TR("accepted", "được nhận"), true }, { "deferred", TR("deferred", "bị hoãn"), true },
		{ "refused", TR("refused", "bị từ chối"), true }, { "uncertain", TR("uncertain", "không chắc"), true },
		{ "expired", TR("expired", "hết hạn"), true }, { "cancelled", TR("cancelled", "đã hủy"), true },
		{ "left", TR("left", "còn lại"), true },
	};
	const int64_t values[] = { r->now.accepted, r->now.deferred, r->now.refused, r->now.uncertain, r->now.expired,
	    r->now.cancelled, r->left };
	struct out o;

	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	for (size_t i = 0; i < COUNT_OF(values); i++)
		out_int(&o, values[i]);
	out_row(&o);
	out_end(&o, NULL);
}

/* Letters that were deferred, through the same relay. */
static int
letters(struct app *app, const char *relay, struct err *e)
{
	struct post_result r;
	int64_t n;

	if (letter_open(app->db, 0, NULL, &n, e) < 0)
		return -1;
	return n ? post_letters(app->db, &app->conf, &(struct post_options){ .relay_url = relay }, &r, e) : 0;
}

int
cmd_dispatch(struct app *app, int argc, char **argv)
{
	struct dispatch_options d = { .wave = 0 };
	bool once = false;
	int64_t connections = 0;
	const struct opt opts[] = {
		{ "once", OPT_FLAG, &once, NULL, "send what is due, then exit", "gửi những thư đến hạn rồi thoát" },
		{ "relay", OPT_TEXT, &d.relay_url, "URL", "instead of the settings 'relay' and 'relay_file'",
		    "thay cho thiết lập 'relay' và 'relay_file'" },
		{ "connections", OPT_INT, &connections, "N", "instead of the setting 'connections'",
		    "thay cho thiết lập 'connections'" },
	};
	int first, rc = opt_parse(argc, argv, "dispatch", "--once", opts, COUNT_OF(opts), 0, 0, &first);
	struct dispatch_result result;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (!once)
		return app_usage("dispatch", TR("--once is needed (thumoid does it for ever)",
		    "cần --once (thumoid làm việc này liên tục)"));
	if (connections < 0 || connections > 64)
		return app_usage("dispatch", TR("--connections is a number from 1 to 64", "--connections là số từ 1 đến 64"));
	d.connections = (int)connections;
	rc = sending_run(app, &d, 0, &result, &e);
	print_tally(app, &result);
	if (rc == 0)
		rc = letters(app, d.relay_url, &e);
	return rc < 0 ? app_fail(&e) : result.stopped ? EXIT_FAILED : EXIT_DONE;
}
