#include "app/app.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

int
app_fail(const struct err *e)
{
	if (e->code != ERR_CLOSED)
		fprintf(stderr, "thumoi: %s\n", e->text[0] ? e->text : TR("failed", "không thành công"));
	return EXIT_FAILED;
}

static const struct err *later;		/* main thread, before the command runs */

void
app_fail_later(const struct err *e)
{
	later = e;
}

int
app_usage(const char *command, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "thumoi %s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, TR("; 'thumoi %s --help' shows how\n", "; xem 'thumoi %s --help'\n"), command);
	return EXIT_USAGE;
}

/* -x VALUE, --long VALUE or --long=VALUE at argv[*i]; NULL when it is not that. */
static const char *
value_of(int argc, char **argv, int *i, const char *brief, const char *full)
{
	size_t n = strlen(full);

	ASSERT(*i < argc && argv[*i]);
	if ((brief && strcmp(argv[*i], brief) == 0) || strcmp(argv[*i], full) == 0)
		return *i + 1 < argc ? argv[++*i] : NULL;
	if (strncmp(argv[*i], full, n) == 0 && argv[*i][n] == '=')
		return argv[*i] + n + 1;
	return NULL;
}

int
app_global(struct app *app, int argc, char **argv, int *i, struct err *e)
{
	const char *v;

	if (strcmp(argv[*i], "--json") == 0) {
		app->json = true;
	} else if (strcmp(argv[*i], "-q") == 0 || strcmp(argv[*i], "--quiet") == 0) {
		app->quiet = true;
	} else if ((v = value_of(argc, argv, i, "-c", "--config"))) {
		app->conf_path = v;
	} else if ((v = value_of(argc, argv, i, NULL, "--db"))) {
		app->store = v;
	} else if ((v = value_of(argc, argv, i, NULL, "--lang"))) {
		if (lang_parse(v, &lang_ui, e) < 0)
			return -1;
		app->lang_given = true;
	} else {
		return 0;
	}
	return 1;
}

int
app_prepare(struct app *app, enum needs needs, struct err *e)
{
	enum log_level level;

	if (needs == NEEDS_NOTHING)
		return 0;
	if (!app->conf_path && access(THUMOI_CONF, R_OK) == 0)
		app->conf_path = THUMOI_CONF;
	if (conf_load(&app->conf, app->conf_path, app->conf_named, e) < 0)
		return -1;
	/* A person reads results; each event is for the daemon's log (serve.c), or for debugging. */
	if (log_level_parse(app->conf.log_level, &level) == 0)
		log_to(STDERR_FILENO, level == LOG_LEVEL_INFO ? LOG_LEVEL_WARN : level);
	conf_set_store(&app->conf, app->store ? app->store : app->conf.store);
	if (!app->store)
		app->store = app->conf.store;
	if (needs == NEEDS_CONF)
		return 0;
	return db_open(&app->db, app->store, needs == NEEDS_STORE_RW ? DB_WRITE : DB_READ, e);
}

int
app_sub(struct app *app, int argc, char **argv, const struct command *table)
{
	bool help = argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;

	for (const struct command *c = table; !help && c->name; c++)
		if (strcmp(c->name, argv[1]) == 0)
			return c->run(app, argc - 1, argv + 1);
	if (!help)
		return app_usage(argv[0], TR("there is no '%s'", "không có '%s'"), argv[1]);
	fprintf(argc < 2 ? stderr : stdout, TR("usage: thumoi %s WHAT ...\n\n", "cách dùng: thumoi %s VIỆC ...\n\n"), argv[0]);
	for (const struct command *c = table; c->name; c++)
		fprintf(argc < 2 ? stderr : stdout, "  %-15s %s\n", c->name, TR(c->help_en, c->help_vi));
	return argc < 2 ? EXIT_USAGE : EXIT_DONE;
}

static void
print_help(const char *command, const char *usage, const struct opt *opts, size_t n)
{
	printf(TR("usage: thumoi %s %s\n", "cách dùng: thumoi %s %s\n"), command, usage);
	if (n)
		putchar('\n');
	for (size_t i = 0; i < n; i++) {
		char head[64];

		snprintf(head, sizeof(head), "--%s%s%s", opts[i].name, opts[i].arg ? " " : "",
		    opts[i].arg ? opts[i].arg : "");
		printf("  %-24s %s\n", head, TR(opts[i].help_en, opts[i].help_vi));
	}
}

static bool
store_value(const struct opt *o, const char *value)
{
	char *end;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		return true;
	case OPT_TEXT:
		*(const char **)o->to = value;
		return true;
	case OPT_INT:
		*(int64_t *)o->to = strtoll(value, &end, 10);
		return *value && !*end;
	case OPT_TEXTS:
		for (int i = 0; i < OPT_TEXTS_MAX; i++)
			if (!((const char **)o->to)[i]) {
				((const char **)o->to)[i] = value;
				return true;
			}
	}
	return false;
}

int
opt_parse(int argc, char **argv, const char *command, const char *usage, const struct opt *opts, size_t n,
    int min, int max, int *first)
{
	struct option longs[40] = { { "help", no_argument, NULL, 0 } };
	int which, c, output = 0;

	ASSERT(n < COUNT_OF(longs) - 1);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(opts[i].name, "output") == 0)
			output = (int)i + 1;
		longs[i + 1] = (struct option){ opts[i].name, opts[i].kind == OPT_FLAG ? no_argument : required_argument,
		    NULL, 0 };
	}
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, output ? ":ho:" : ":h", longs, &which)) != -1) {
		if (c == 'o')
			which = output;
		if (c == 'h' || (c == 0 && which == 0)) {
			print_help(command, usage, opts, n);
			return EXIT_DONE;
		}
		if (c == ':')
			return app_usage(command, TR("%s needs a value", "%s cần một giá trị"), argv[optind - 1]);
		if (c == '?')
			return app_usage(command, TR("unknown option %s", "không có tùy chọn %s"), argv[optind - 1]);
		if (!store_value(&opts[which - 1], optarg))
			return app_usage(command, TR("--%s cannot be '%s'", "--%s không thể là '%s'"), longs[which].name, optarg);
	}
	if (argc - optind < min || (max >= 0 && argc - optind > max))
		return app_usage(command, argc - optind < min ? TR("something is missing: %s", "còn thiếu: %s") :
		    TR("too many words: %s", "thừa tham số: %s"), usage);
	*first = optind;
	return later ? app_fail(later) : -1;
}

int
app_format(const struct app *app, const char *word, enum out_format *f)
{
	struct err e = ERR_INIT;

	*f = app->json ? OUT_JSON : OUT_TEXT;
	if (word && out_format_parse(word, f, &e) < 0) {
		app_fail(&e);
		return -1;
	}
	return 0;
}

const char *
app_whole_path(struct app *app, const char *path)
{
	char room[PATH_MAX];

	if (*path == '/' || strncmp(path, "credential:", 11) == 0 || !realpath(path, room))
		return path;
	return arena_dup(&app->arena, room);
}

void
progress_start(struct progress *p, const struct app *app, const char *what_en, const char *what_vi)
{
	*p = (struct progress){ .what_en = what_en, .what_vi = what_vi, .started_us = clock_mono_us(),
	    .on = !app->quiet && isatty(STDERR_FILENO) };
	p->shown_us = p->started_us;
}

void
progress_show(struct progress *p, int64_t done, int64_t all)
{
	int64_t now, rate;
	double seconds;

	if (!p->on || (now = clock_mono_us()) - p->shown_us < 1000000)
		return;
	p->shown_us = now;
	seconds = (double)(now - p->started_us) / 1e6;
	rate = (int64_t)((double)done / seconds);
	fprintf(stderr, "\r\033[K%s %" PRId64, TR(p->what_en, p->what_vi), done);
	if (all)
		fprintf(stderr, "/%" PRId64, all);
	fprintf(stderr, TR(" (%" PRId64 "/s", " (%" PRId64 "/giây"), rate);
	if (all && rate)
		fprintf(stderr, TR(", %" PRId64 " s left", ", còn %" PRId64 " giây"), (all - done) / rate);
	fputc(')', stderr);
}

void
progress_end(struct progress *p)
{
	if (p->on && p->shown_us != p->started_us)
		fputs("\r\033[K", stderr);
}
