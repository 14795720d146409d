/* thumoi serve = thumoid - the daemon. */
#include "app/commands.h"
#include "app/serve.h"

int
cmd_serve(struct app *app, int argc, char **argv)
{
	struct serve_options o = { .listen = NULL };
	const struct opt opts[] = {
		{ "listen", OPT_TEXT, &o.listen, "ADDRESS:PORT", "public pages here instead of the setting; port 0: a free one",
		    "địa chỉ trang công khai thay cho thiết lập; cổng 0: tự chọn" },
		{ "admin-listen", OPT_TEXT, &o.admin_listen, "ADDRESS:PORT", "the desk here",
		    "địa chỉ trang báo cáo (chỉ loopback)" },
		{ "no-web", OPT_FLAG, &o.no_web, NULL, "no pages", "không mở trang web" },
		{ "no-dispatch", OPT_FLAG, &o.no_dispatch, NULL, "send nothing", "không gửi thư" },
		{ "no-inbound", OPT_FLAG, &o.no_inbound, NULL, "do not read the mailbox", "không đọc hộp thư" },
	};
	struct err e = ERR_INIT;
	int first, rc = opt_parse(argc, argv, "serve", "[OPTION]...", opts, COUNT_OF(opts), 0, 0, &first);

	if (rc >= 0)
		return rc;
	return serve_run(app, &o, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}
