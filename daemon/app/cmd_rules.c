/* thumoi rules test|list|explain - the words by which replies are understood, and whether they do what they should. */
#include "app/commands.h"
#include "engine/examples.h"
#include "engine/rulebook.h"
#include "mail/reply.h"
#include "mail/rules.h"

#define TEXT_SHOWN 72		/* of an example, in a table for people */

static int
load(const struct app *app, struct rules **rules, const char *path)
{
	struct err e = ERR_INIT;

	return rulebook_load(rules, &app->conf, path, NULL, &e) < 0 ? app_fail(&e) : -1;
}

/* ---- test ---- */

struct testing {
	const struct rules *rules;
	struct out out;
	enum out_format format;
	int differ;
	int64_t tested;
};

/* Not in the middle of a letter. */
static const char *
shown(struct arena *a, const char *text, enum out_format f)
{
	size_t n = strlen(text);

	if (f != OUT_TEXT || n <= TEXT_SHOWN)
		return text;
	for (n = TEXT_SHOWN; n && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
		;
	return arena_printf(a, "%.*s...", (int)n, text);
}

static int
try_example(const struct example *x, void *arg)
{
	struct testing *t = arg;
	struct verdict v = classify_at(t->rules, 0, "", x->text, x->at);
	bool same = example_holds(x, &v);
	struct arena a = ARENA_INIT;

	t->tested++;
	t->differ += !same;
	out_text(&t->out, same ? "ok" : "differs");
	out_text(&t->out, x->category);
	out_int(&t->out, x->hard);
	out_text(&t->out, category_name(v.category));
	out_int(&t->out, v.hard);
	out_text(&t->out, shown(&a, v.rule, t->format));
	out_text(&t->out, shown(&a, x->text, t->format));
	out_row(&t->out);
	arena_release(&a);
	return 0;
}

static void
say(const char *en, const char *vi, const char *value)
{
	printf("%-12s %s\n", TR(en, vi), *value ? value : "-");
}

static void
say_verdict(const char *en, const char *vi, const struct verdict *v)
{
	printf("%-12s %s, %s\n", TR(en, vi), category_name(v->category),
	    v->hard ? TR("the address is bad", "địa chỉ hỏng") : v->bad_address ?
	    TR("the address is bad once the failure is final", "địa chỉ hỏng khi thất bại là cuối cùng") :
	    TR("the address stays in use", "địa chỉ vẫn dùng"));
}

/* One text: what is found in it, which rule decides, what words and numbers would say alone. */
static void
explain(const struct rules *rules, const char *text, const char *at)
{
	char status[REPLY_STATUS_MAX] = "", code[16] = "", folded[PHRASE_TEXT_MAX];
	int n = reply_code_find(text);
	struct verdict v = classify_at(rules, 0, "", text, at), numbers;

	reply_status_find(text, status);
	if (n)
		snprintf(code, sizeof(code), "%d", n);
	phrase_fold(folded, sizeof(folded), text, strlen(text));
	say("reply code", "mã trả lời", code);
	say("status", "trạng thái", status);
	say("said by", "nơi nói", at);
	say("read as", "đọc thành", folded);
	say_verdict("means", "nghĩa là", &v);
	say("decided by", "theo quy tắc", v.rule);
	say("because", "vì", v.strong ? TR("its words are so plain that they stand before any number", "câu chữ rõ đến mức đứng trước mọi mã số") :
	    v.by_words ? TR("of its words", "câu chữ") : v.category == CAT_UNKNOWN ? TR("no rule fits", "không quy tắc nào khớp") :
	    TR("no words were known: of its numbers", "không gặp câu chữ đã biết: theo mã số"));
	numbers = classify_at(rules, n, status, "", at);
	say_verdict("by numbers", "theo mã số", &numbers);
}

static int
rules_test(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "result", TR("result", "kết quả"), false }, { "category", TR("wanted", "mong đợi"), false }, { "hard", TR("hard", "hỏng"), true },
		{ "got", TR("got", "nhận được"), false }, { "got_hard", TR("hard", "hỏng"), true }, { "rule", TR("rule", "quy tắc"), false },
		{ "text", TR("text", "câu"), false },
	};
	const char *path = NULL, *text = NULL, *at = "", *format = NULL;
	const struct opt opts[] = {
		{ "text", OPT_TEXT, &text, "REPLY", "this text alone, as 'rules explain' does", "chỉ câu này, như 'rules explain'" },
		{ "at", OPT_TEXT, &at, "HOST", "who said it, for --text", "nơi nói, dùng với --text" },
		{ "rules", OPT_TEXT, &path, "PATH", "these rules alone, without the shipped ones and your own", "chỉ dùng bộ quy tắc này" },
		{ "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" },
	};
	struct testing t = { .tested = 0 };
	struct rules *rules;
	struct err e = ERR_INIT;
	int first, rc = opt_parse(argc, argv, "rules test", "[FILE] [--text REPLY]", opts, COUNT_OF(opts), 0, 1, &first);

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &t.format) < 0)
		return EXIT_USAGE;
	if ((rc = load(app, &rules, path)) >= 0)
		return rc;
	if (text) {
		explain(rules, text, at);
		rules_free(rules);
		return EXIT_DONE;
	}
	t.rules = rules;
	out_begin(&t.out, stdout, t.format, columns, COUNT_OF(columns));
	rc = examples_each(argc > first ? argv[first] : NULL, try_example, &t, &e);
	if (out_end(&t.out, rc < 0 ? NULL : &e) < 0 || rc < 0)
		rc = app_fail(&e);
	else
		rc = t.differ ? EXIT_FAILED : EXIT_DONE;
	if (!app->quiet && !e.code)
		fprintf(stderr, TR("%lld examples, %d differ\n", "%lld ví dụ, %d khác\n"), (long long)t.tested, t.differ);
	rules_free(rules);
	return rc;
}

/* ---- list ---- */

static int
rules_list(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "category", TR("category", "loại"), false }, { "hard", TR("hard", "hỏng"), true }, { "code", TR("code", "mã"), false },
		{ "status", TR("status", "trạng thái"), false }, { "at", TR("said by", "nơi nói"), false }, { "source", TR("source", "nguồn"), false },
		{ "rule", TR("rule", "quy tắc"), false },
	};
	const char *path = NULL, *category = NULL, *format = NULL;
	const struct opt opts[] = {
		{ "category", OPT_TEXT, &category, "NAME", "only rules of this category", "chỉ quy tắc thuộc loại này" },
		{ "rules", OPT_TEXT, &path, "PATH", "these rules alone, without the shipped ones and your own", "chỉ dùng bộ quy tắc này" },
		{ "format", OPT_TEXT, &format, "FORM", "text, csv or json", "text, csv hoặc json" },
	};
	struct rules *rules;
	struct err e = ERR_INIT;
	enum out_format f;
	struct out o;
	int first, rc = opt_parse(argc, argv, "rules list", "[--category NAME]", opts, COUNT_OF(opts), 0, 0, &first);

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (category && category_parse(category) == CAT_UNKNOWN && strcmp(category, category_name(CAT_UNKNOWN)) != 0)
		return app_usage("rules list", TR("there is no category '%s'", "không có loại '%s'"), category);
	if ((rc = load(app, &rules, path)) >= 0)
		return rc;
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->rule[i];

		if (category && r->category != category_parse(category))
			continue;
		out_text(&o, category_name(r->category));
		out_int(&o, r->bad_address);
		out_text(&o, r->code ? r->code : "");
		out_text(&o, r->status ? r->status : "");
		out_text(&o, r->at ? r->at : "");
		out_text(&o, !r->local ? f == OUT_TEXT ? TR("shipped", "kèm theo") : "shipped" : f == OUT_TEXT ? TR("own", "riêng") : "own");
		out_text(&o, r->name);
		out_row(&o);
	}
	rc = out_end(&o, &e) < 0 ? app_fail(&e) : EXIT_DONE;
	rules_free(rules);
	return rc;
}

/* ---- explain ---- */

static int
rules_explain(struct app *app, int argc, char **argv)
{
	const char *path = NULL, *at = "";
	const struct opt opts[] = {
		{ "at", OPT_TEXT, &at, "HOST", "who said it", "nơi nói" },
		{ "rules", OPT_TEXT, &path, "PATH", "these rules alone, without the shipped ones and your own", "chỉ dùng bộ quy tắc này" },
	};
	struct rules *rules;
	int first, rc = opt_parse(argc, argv, "rules explain", "REPLY...", opts, COUNT_OF(opts), 1, -1, &first);

	if (rc >= 0)
		return rc;
	if ((rc = load(app, &rules, path)) >= 0)
		return rc;
	for (int i = first; i < argc; i++) {
		if (argc - first > 1)
			printf("%s%s\n", i > first ? "\n" : "", argv[i]);
		explain(rules, argv[i], at);
	}
	rules_free(rules);
	return EXIT_DONE;
}

int
cmd_rules(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "test", rules_test, NEEDS_NOTHING, "run the examples: does each reply still mean what it should?",
		    "chạy các ví dụ: mỗi câu trả lời có còn đúng nghĩa không?" },
		{ "list", rules_list, NEEDS_NOTHING, "all rules, in the order in which they are asked", "mọi quy tắc, theo thứ tự xét" },
		{ "explain", rules_explain, NEEDS_NOTHING, "say what a reply means, and why", "cho biết một câu trả lời nghĩa là gì, vì sao" },
		{ "meanings", rules_meanings, NEEDS_NOTHING, "what a rule of your own can say", "quy tắc riêng có thể nói điều gì" },
		{ "teach", rules_teach, NEEDS_NOTHING, "add a rule of your own, after it was tried on what waits", "thêm quy tắc riêng, sau khi thử trên thư đang chờ" },
		{ "own", rules_own, NEEDS_NOTHING, "the rules that were added here", "các quy tắc riêng đã thêm" },
		{ "forget", rules_forget, NEEDS_NOTHING, "take one away again", "bỏ một quy tắc riêng" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
