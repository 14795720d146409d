/* thumoi inbound log FILE... - what our own relay says of our messages; inbound mailboxes - how the mailboxes are. */
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>

#include "app/commands.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/log.h"
#include "engine/relaylog.h"
#include "store/mailbox.h"

#define FOLLOW_MS 5000		/* between two looks, at least */
#define SETTLE_MS 1000		/* what the log knows, the store knows a moment later */
#define LOOK_MS 500

static atomic_bool stop;	/* lock-free, so a handler may set it */

static void
on_signal(int sig)
{
	(void)sig;
	stop = true;
}

static void
rest(int64_t ms)
{
	int64_t until = clock_mono_us() + ms * 1000;

	while (!stop && clock_mono_us() < until)
		clock_wait(clock_ms() + LOOK_MS, -1, LOOK_MS);
}

struct reading {
	struct app *app;
	struct relaylog *log;
	char **paths;
	int n;
	struct relaylog_tally t;
};

/* Every file up to where it ends now. */
static int
read_all(struct reading *r, bool anew, bool follow, int64_t *learn_us, struct err *e)
{
	struct relaylog_file **files = arena_alloc(&r->app->arena, (size_t)r->n * sizeof(struct relaylog_file *));
	int rc = 0;

	for (int i = 0; i < r->n && rc == 0; i++)
		rc = relaylog_file_open(&files[i], r->paths[i], e);
	if (rc == 0 && follow)
		rest(SETTLE_MS);
	*learn_us = clock_mono_us();
	if (rc == 0)
		rc = relaylog_learn(r->log, r->app->db, e);
	*learn_us = clock_mono_us() - *learn_us;
	for (int i = 0; i < r->n && rc == 0; i++)
		rc = relaylog_read(r->log, r->app->db, files[i], anew, &stop, &r->t, e);
	for (int i = 0; i < r->n; i++)
		relaylog_file_close(files[i]);
	return rc;
}

/* Until a signal: a log that is being renamed, or a store that is busy, is tried again. */
static int
follow_all(struct reading *r, bool anew)
{
	struct sigaction on = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };
	char told[sizeof(((struct err *)NULL)->text)] = "";
	int64_t learn_us;
	struct log_q q;

	sigemptyset(&on.sa_mask);
	sigaction(SIGINT, &on, NULL);
	sigaction(SIGTERM, &on, NULL);
	while (!stop) {
		struct err e = ERR_INIT;

		if (read_all(r, anew, true, &learn_us, &e) == 0)
			anew = false;
		else if (strcmp(told, e.text) != 0)
			log_warn("inbound_log", "text=%s", log_q(&q, e.text));
		snprintf(told, sizeof(told), "%s", e.text);
		/* No more than a tenth of one processor for learning what there is. */
		rest(learn_us / 100 > FOLLOW_MS ? learn_us / 100 : FOLLOW_MS);
	}
	return EXIT_DONE;
}

static int
print_tally(const struct app *app, const struct relaylog_tally *t, int status)
{
	const struct { const char *key, *en, *vi; int64_t n; bool inner; } lines[] = {
		{ "lines", "lines read", "dòng đã đọc", t->lines, false },
		{ "ours", "about messages of ours", "về thư của ta", t->ours, false },
		{ "relayed", "new: taken by the next server", "mới: máy chủ tiếp theo đã nhận", t->relayed, true },
		{ "delivered", "new: in a mailbox", "mới: đã vào hộp thư", t->delivered, true },
		{ "bounced", "new: could not be delivered", "mới: không tới được", t->bounced, true },
		{ "deferred", "new: delayed", "mới: bị chậm", t->deferred, true },
		{ "expired", "new: given up by the relay", "mới: máy chủ chuyển thư đã bỏ cuộc", t->expired, true },
	};

	if (app->json) {
		printf("{");
		for (size_t i = 0; i < COUNT_OF(lines); i++)
			printf("%s\"%s\":%" PRId64, i ? "," : "", lines[i].key, lines[i].n);
		printf("}\n");
	}
	for (size_t i = 0; i < COUNT_OF(lines) && !app->json && !app->quiet; i++)
		if (lines[i].n || !lines[i].inner)
			printf("%8" PRId64 "  %s%s\n", lines[i].n, lines[i].inner ? "  " : "", TR(lines[i].en, lines[i].vi));
	return status;
}

int
inbound_log(struct app *app, int argc, char **argv)
{
	const char *since = NULL, *zone = "";
	bool follow = false;
	const struct opt opts[] = {
		{ "follow", OPT_FLAG, &follow, NULL, "go on as the log grows, until interrupted", "đọc tiếp khi nhật ký dài ra, đến khi bị ngắt" },
		{ "since", OPT_TEXT, &since, "DATE", "from its beginning, lines since then", "đọc từ đầu, các dòng từ ngày giờ này" },
		{ "zone", OPT_TEXT, &zone, "ZONE", "of times without one; the system's, unless given", "múi giờ của nhật ký; mặc định của hệ thống" },
	};
	struct reading r = { .app = app };
	struct err e = ERR_INIT;
	struct zone z;
	int64_t since_at = 0, learn_us;
	int first, rc = opt_parse(argc, argv, "inbound log", "FILE... [--follow] [--since DATE] [--zone ZONE]", opts, COUNT_OF(opts), 1, -1,
	    &first);

	if (rc >= 0)
		return rc;
	if (since && (zone_load(&z, *zone ? zone : ZONE_DEFAULT, &e) < 0 || date_parse(since, &z, DATE_START, &since_at, &e) < 0))
		return app_fail(&e);
	for (int i = first; i < argc && follow; i++)
		if (strcmp(argv[i], "-") == 0)
			return app_usage("inbound log", TR("standard input cannot be followed", "không theo dõi được đầu vào chuẩn"));
	r.paths = argv + first;
	r.n = argc - first;
	if (relaylog_open(&r.log, &app->conf, zone, since_at, &e) < 0)
		return app_fail(&e);
	rc = follow ? follow_all(&r, since_at != 0) :
	    read_all(&r, since_at != 0, false, &learn_us, &e) < 0 ? app_fail(&e) : EXIT_DONE;
	relaylog_close(r.log);
	return print_tally(app, &r.t, rc);
}

/* ---- the mailboxes ---- */

static const char *
moment(struct date_text *t, int64_t at)
{
	struct zone z;

	return at && zone_load(&z, ZONE_DEFAULT, NULL) == 0 ? date_rfc3339(t, &z, at) : "";
}

static int
show_one(void *arg, const struct mailbox_state *m)
{
	struct out *o = arg;
	struct date_text well, badly;

	out_text(o, m->name);
	out_text(o, moment(&well, m->success_at));
	out_text(o, moment(&badly, m->failed_at));
	out_text(o, m->error);
	out_row(o);
	return 0;
}

int
inbound_mailboxes(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "mailbox", TR("mailbox", "hộp thư"), false }, { "success_at", TR("read to its end", "đọc hết lúc"), false },
		{ "failed_at", TR("failed", "lỗi lúc"), false }, { "error", TR("what is wrong", "lỗi"), false },
	};
	const char *format = NULL;
	const struct opt opts[] = { { "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" } };
	struct err e = ERR_INIT;
	enum out_format f;
	struct out o;
	int first, rc = opt_parse(argc, argv, "inbound mailboxes", "[--format FORM]", opts, COUNT_OF(opts), 0, 0, &first);

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	rc = mailbox_each(app->db, show_one, &o, &e);
	if (out_end(&o, rc < 0 ? NULL : &e) < 0 || rc < 0)
		return app_fail(&e);
	return EXIT_DONE;
}
