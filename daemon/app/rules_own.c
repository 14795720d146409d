/* thumoi rules teach|own|forget - the rules that this office has added. */
#include "app/commands.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/rulebook.h"
#include "engine/teach.h"

static void
print_mails(const char *title, int64_t all, const struct teach_mail *list)
{
	printf("%s: %" PRId64 "\n", title, all);
	for (int64_t i = 0; i < all && i < TEACH_SHOWN; i++)
		printf("  %" PRId64 "  %s -> %s  %s\n", list[i].id, list[i].before, list[i].after, list[i].subject);
}

static void
print_trial(const struct teach_trial *t)
{
	printf("%s\n\n", t->rules);
	print_mails(TR("waiting mails that would be understood", "thư đang chờ sẽ được hiểu"), t->hits, t->hit);
	print_mails(TR("mails that are understood otherwise now", "thư hiện đã hiểu theo cách khác"), t->takes, t->take);
	printf(TR("examples contradicted: %" PRId64 " of %" PRId64 "\n", "ví dụ bị trái: %" PRId64 " trên %" PRId64 "\n"), t->faults, t->examples);
	for (int64_t i = 0; i < t->faults && i < TEACH_SHOWN; i++)
		printf("  %s: %s -> %s\n", t->fault[i].text, t->fault[i].want, t->fault[i].got);
}

static int
open_store(struct app *app, struct err *e)
{
	return app->db ? 0 : db_open(&app->db, app->store, DB_WRITE, e);
}

int
rules_teach(struct app *app, int argc, char **argv)
{
	struct lesson l = { .mail = 0 };
	bool dry = false;
	const struct opt opts[] = {
		{ "dry-run", OPT_FLAG, &dry, NULL, "try it, keep nothing", "chỉ thử, không ghi" },
		{ "mail", OPT_INT, &l.mail, "ID", "the message that it was learned from", "số của thư đã đọc" },
	};
	int first, rc = opt_parse(argc, argv, "rules teach", TR("MEANING PHRASE...", "NGHĨA CỤM TỪ..."), opts, COUNT_OF(opts), 2, 100, &first);
	struct teach_trial t;
	struct teach_done done;
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	l.meaning = argv[first];
	l.phrase = argv[first + 1];
	for (int i = first + 2; i < argc; i++)
		l.phrase = arena_printf(&app->arena, "%s %s", l.phrase, argv[i]);
	if (!teach_meaning_text(l.meaning, lang_ui))
		return app_usage("rules teach", TR("there is no meaning '%s': 'thumoi rules meanings' lists them",
		    "không có nghĩa '%s': xem 'thumoi rules meanings'"), l.meaning);
	if (open_store(app, &e) < 0)
		return app_fail(&e);
	if (dry) {
		if (teach_try(&t, app->db, &app->conf, &app->arena, 0, &l, BY_CLI, &e) < 0)
			return app_fail(&e);
		print_trial(&t);
		return t.faults ? EXIT_FAILED : EXIT_DONE;
	}
	if (teach_keep(&done, app->db, &app->conf, &app->arena, 0, &l, BY_CLI, clock_now(), &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("kept; %" PRId64 " waiting mails read again, %" PRId64 " rows changed\n",
		    "đã ghi; đọc lại %" PRId64 " thư đang chờ, đổi %" PRId64 " bản ghi\n"), done.read, done.changed);
	return EXIT_DONE;
}

int
rules_own(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "line", TR("line", "dòng"), true }, { "at", TR("written", "ghi lúc"), false }, { "who", TR("by", "người ghi"), false },
		{ "from", TR("from", "từ"), false }, { "rules", TR("rules", "quy tắc"), false },
	};
	const char *format = NULL;
	const struct opt opts[] = { { "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" } };
	int first, rc = opt_parse(argc, argv, "rules own", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct rulebook_entry *list;
	struct err e = ERR_INIT;
	enum out_format f;
	struct out o;
	size_t n;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (rulebook_list(&app->conf, &app->arena, &list, &n, &e) < 0)
		return app_fail(&e);
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	for (size_t i = 0; i < n; i++) {
		char *rules = arena_dup(&app->arena, list[i].rules);

		for (char *s = rules; f == OUT_TEXT && (s = strchr(s, '\n')); )
			*s = ' ';
		out_int(&o, list[i].line);
		out_text(&o, list[i].when);
		out_text(&o, list[i].by_hand ? TR("by hand", "sửa tay") : list[i].who);
		out_text(&o, list[i].why);
		out_text(&o, rules);
		out_row(&o);
	}
	return out_end(&o, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

int
rules_meanings(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = { { "meaning", TR("meaning", "nghĩa"), false }, { "says", TR("says", "nói gì"), false } };
	int first, rc = opt_parse(argc, argv, "rules meanings", "", NULL, 0, 0, 0, &first);
	struct err e = ERR_INIT;
	const char *key, *text;
	struct out o;

	if (rc >= 0)
		return rc;
	out_begin(&o, stdout, app->json ? OUT_JSON : OUT_TEXT, columns, COUNT_OF(columns));
	for (size_t i = 0; (key = teach_meaning_at(i, lang_ui, &text)); i++) {
		out_text(&o, key);
		out_text(&o, text);
		out_row(&o);
	}
	return out_end(&o, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

int
rules_forget(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "rules forget", TR("LINE  (as 'rules own' has it)", "DÒNG  (theo 'rules own')"), NULL, 0, 1, 1, &first);
	struct rulebook_entry *list;
	struct teach_done done;
	struct err e = ERR_INIT;
	const char *when = "";
	long line;
	size_t n;

	if (rc >= 0)
		return rc;
	line = strtol(argv[first], NULL, 10);
	if (rulebook_list(&app->conf, &app->arena, &list, &n, &e) < 0 || open_store(app, &e) < 0)
		return app_fail(&e);
	for (size_t i = 0; i < n; i++)
		if (list[i].line == line)
			when = list[i].when;
	rc = teach_forget(&done, app->db, &app->conf, &app->arena, (int)line, when, BY_CLI, &e);
	if (rc == 0)
		err_set(&e, ERR_NOTFOUND, TR("no rule that was taught begins in line %s", "không có quy tắc đã dạy nào bắt đầu ở dòng %s"), argv[first]);
	if (rc != 1)
		return app_fail(&e);
	if (!app->quiet)
		fputs(TR("removed; what was understood by it stays so until 'thumoi inbound reclassify'\n",
		    "đã bỏ; những gì đã hiểu theo quy tắc đó giữ nguyên đến khi chạy 'thumoi inbound reclassify'\n"), stderr);
	return EXIT_DONE;
}
