/* thumoi inbound feed|fetch|log|mailboxes|reclassify - read what came back. */
#include <inttypes.h>

#include "app/commands.h"
#include "engine/postman.h"

static int
print_tally(const struct app *app, const struct inbound_tally *t, int status)
{
	const struct { const char *key, *en, *vi; int64_t n; bool inner, always; } lines[] = {
		{ "read", "messages read", "thư đã đọc", t->read, false, true },
		{ "known", "known already", "đã biết từ trước", t->known, false, false },
		{ "matched", "about people we mailed", "về người đã được gửi thư", t->matched, false, true },
		{ "failed", "could not be delivered", "không tới được", t->failed, true, false },
		{ "delayed", "delayed", "bị chậm", t->delayed, true, false },
		{ "delivered", "delivered or passed on", "đã tới hoặc đã chuyển tiếp", t->delivered, true, false },
		{ "complaints", "complaints", "báo thư rác", t->complaints, true, false },
		{ "auto_replies", "automatic replies", "trả lời tự động", t->auto_replies, true, false },
		{ "read_receipts", "read receipts", "báo đã đọc", t->read_receipts, true, false },
		{ "replies", "replies from people", "thư trả lời của người nhận", t->replies, true, false },
		{ "opt_outs", "asked for no more reminders", "đề nghị không nhắc nữa", t->opt_outs, true, false },
		{ "unmatched", "about nobody we mailed", "không về ai đã được gửi thư", t->unmatched, false, true },
		{ "forged", "set aside as forged", "để riêng vì giả mạo", t->forged, false, false },
	};

	if (app->json) {
		printf("{");
		for (size_t i = 0; i < COUNT_OF(lines); i++)
			printf("%s\"%s\":%" PRId64, i ? "," : "", lines[i].key, lines[i].n);
		printf("}\n");
		return status;
	}
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		if (lines[i].n || lines[i].always)
			printf("%8" PRId64 "  %s%s\n", lines[i].n, lines[i].inner ? "  " : "", TR(lines[i].en, lines[i].vi));
	return status;
}

static int
inbound_cmd_feed(struct app *app, int argc, char **argv)
{
	bool pipe = false;
	const struct opt opts[] = {
		{ "pipe", OPT_FLAG, &pipe, NULL, "for a mail server: no words, and exit 75 (try later) for any fault",
		    "dùng cho máy chủ thư: không in gì, mọi lỗi thoát với mã 75 (thử lại sau)" },
	};
	struct inbound_tally t = { 0 };
	struct err e = ERR_INIT;
	int first, rc = opt_parse(argc, argv, "inbound feed", "[PATH|-]... [--pipe]", opts, COUNT_OF(opts), 0, -1, &first);

	if (rc >= 0)
		return pipe && rc != EXIT_DONE ? EXIT_LATER : rc;
	rc = EXIT_DONE;
	if (first == argc && inbound_feed(app->db, &app->conf, "-", &t, &e) < 0)
		rc = app_fail(&e);
	for (int i = first; i < argc && rc == EXIT_DONE; i++)
		if (inbound_feed(app->db, &app->conf, argv[i], &t, &e) < 0)
			rc = app_fail(&e);
	if (pipe)
		return rc == EXIT_DONE ? rc : EXIT_LATER;
	return app->quiet && !app->json ? rc : print_tally(app, &t, rc);
}

static int
inbound_cmd_fetch(struct app *app, int argc, char **argv)
{
	struct inbound_tally t = { 0 };
	struct err e = ERR_INIT;
	struct postman *p;
	int first, rc = opt_parse(argc, argv, "inbound fetch", "", NULL, 0, 0, 0, &first);

	if (rc >= 0)
		return rc;
	if (!mailboxes_any(&app->conf))
		err_set(&e, ERR_INPUT, TR("no mailbox is set: inbound_url and inbound_file are empty",
		    "chưa thiết lập hộp thư: inbound_url và inbound_file để trống"));
	if (e.code || postman_new(&p, &app->conf, false, &e) < 0)
		return app_fail(&e);
	rc = postman_round(p, app->db, NULL, &t, &e) < 0 ? app_fail(&e) : EXIT_DONE;
	for (size_t i = 0; i < postman_mailboxes(p); i++)
		if (*postman_fault(p, i)) {
			err_set(&e, ERR_NETWORK, "%s", postman_fault(p, i));
			rc = app_fail(&e);
		}
	postman_free(p);
	return app->quiet && !app->json ? rc : print_tally(app, &t, rc);
}

int
cmd_inbound(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "feed", inbound_cmd_feed, NEEDS_STORE_RW, "read mails from files, folders, Maildirs, standard input",
		    "đọc thư từ tệp, thư mục, Maildir, đầu vào chuẩn" },
		{ "fetch", inbound_cmd_fetch, NEEDS_STORE_RW, "read the configured mailboxes", "đọc các hộp thư đã thiết lập" },
		{ "log", inbound_log, NEEDS_STORE_RW, "read the log of our own relay: what the next servers answered",
		    "đọc nhật ký máy chủ chuyển thư: nơi nhận đã trả lời gì" },
		{ "mailboxes", inbound_mailboxes, NEEDS_STORE_RW, "when each mailbox was read, and what is wrong",
		    "từng hộp thư được đọc lúc nào, có lỗi gì" },
		{ "reclassify", inbound_reclassify, NEEDS_STORE_RW, "read again what was kept, after rules changed",
		    "đọc lại thư đã lưu sau khi sửa quy tắc" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
