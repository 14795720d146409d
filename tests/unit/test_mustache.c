/* Templates: the cases of the Mustache specification, our own limits, the checker. */
#include "support/check.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/mustache.h"
#include "base/out.h"

/* Short words for data. */
#define T(s)		{ .kind = MUSTACHE_TEXT, .n = sizeof(s) - 1, .text = (s) }
#define YES		{ .kind = MUSTACHE_TRUE }
#define NO		{ .kind = MUSTACHE_FALSE }
#define LIST(...)	{ .kind = MUSTACHE_LIST, \
			  .n = sizeof((struct mustache_value[]){ __VA_ARGS__ }) / sizeof(struct mustache_value), \
			  .items = (const struct mustache_value[]){ __VA_ARGS__ } }
#define EMPTY		{ .kind = MUSTACHE_LIST }
#define OBJ(...)	{ .kind = MUSTACHE_OBJECT, \
			  .n = sizeof((struct mustache_field[]){ __VA_ARGS__ }) / sizeof(struct mustache_field), \
			  .fields = (const struct mustache_field[]){ __VA_ARGS__ } }
#define F(n, ...)	{ n, __VA_ARGS__ }
#define NONE		{ .kind = MUSTACHE_OBJECT }

struct spec {
	const char *label, *template;
	struct mustache_value data;
	const char *want;
	const char *parts[6];		/* name, text, ... */
};

static int
part_of(void *arg, const char *name, struct mustache_source *s, struct err *e)
{
	const char *const *p = arg;

	if (strcmp(name, "refused") == 0)
		return err_set(e, ERR_NOTFOUND, "no such partial");
	for (size_t i = 0; p && p[i]; i += 2)
		if (strcmp(p[i], name) == 0) {
			*s = (struct mustache_source){ name, 1, 1, p[i + 1], strlen(p[i + 1]) };
			return 1;
		}
	return 0;
}

static int
render(const char *template, const char *const *parts, const struct mustache_value *v, struct buf *out, struct err *e)
{
	struct mustache_source src = { "t", 1, 1, template, strlen(template) };
	struct mustache *m;
	int rc = mustache_compile(&m, &src, NULL, part_of, (void *)(uintptr_t)parts, e);

	if (rc == 0)
		rc = mustache_render(m, v, out_html, out, e);
	mustache_free(m);
	return rc;
}

static void
run(const struct spec *specs, size_t n)
{
	struct buf out = BUF_INIT(1 << 20);

	for (size_t i = 0; i < n; i++) {
		struct err e = ERR_INIT;

		buf_clear(&out);
		CHECK_STR(render(specs[i].template, specs[i].parts, &specs[i].data, &out, &e) < 0 ? e.text : buf_str(&out),
		    specs[i].want, specs[i].label);
	}
	buf_release(&out);
}

static void
test_interpolation(void)
{
	const struct spec specs[] = {
		{ "text alone stays", "Hello from {Mustache}!\n", NONE, "Hello from {Mustache}!\n", { 0 } },
		{ "a name", "Hello, {{subject}}!", OBJ(F("subject", T("world"))), "Hello, world!", { 0 } },
		{ "no second rendering", "{{a}}: {{b}}", OBJ(F("a", T("{{b}}")), F("b", T("x"))), "{{b}}: x", { 0 } },
		{ "escaped", "{{s}}", OBJ(F("s", T("& \" < >"))), "&amp; &quot; &lt; &gt;", { 0 } },
		{ "triple is raw", "{{{s}}}", OBJ(F("s", T("& \" < >"))), "& \" < >", { 0 } },
		{ "ampersand is raw", "{{&s}}", OBJ(F("s", T("& \" < >"))), "& \" < >", { 0 } },
		{ "null is nothing", "I ({{s}}) see", OBJ(F("s", NO)), "I () see", { 0 } },
		{ "null is nothing, raw", "I ({{{s}}}{{&s}}) see", OBJ(F("s", NO)), "I () see", { 0 } },
		{ "missing is nothing", "I ({{s}}{{{s}}}{{&s}}) see", NONE, "I () see", { 0 } },
		{ "dotted", "{{p.name}} {{{p.name}}} {{&p.name}}", OBJ(F("p", OBJ(F("name", T("J"))))), "J J J", { 0 } },
		{ "dotted, any depth", "{{a.b.c.d.e.name}}", OBJ(F("a", OBJ(F("b", OBJ(F("c", OBJ(F("d",
		    OBJ(F("e", OBJ(F("name", T("Phil"))))))))))))), "Phil", { 0 } },
		{ "broken chain", "[{{a.b.c}}]", OBJ(F("a", NONE)), "[]", { 0 } },
		{ "broken chain is not mended from outside", "[{{a.b.c.name}}]",
		    OBJ(F("a", OBJ(F("b", NONE))), F("c", OBJ(F("name", T("Jim"))))), "[]", { 0 } },
		{ "first part decides", "{{#a}}{{b.c.name}}{{/a}}", OBJ(F("a", OBJ(F("b", OBJ(F("c", OBJ(F("name", T("Phil")))))))),
		    F("b", OBJ(F("c", OBJ(F("name", T("Wrong"))))))), "Phil", { 0 } },
		{ "inner object lacks the rest", "{{#a}}[{{b.c}}]{{/a}}", OBJ(F("a", OBJ(F("b", NONE))),
		    F("b", OBJ(F("c", T("ERROR"))))), "[]", { 0 } },
		{ "dotted names are never one key", "[{{a.b}}]", OBJ(F("a.b", T("c"))), "[]", { 0 } },
		{ "dot", "Hello, {{.}}!", T("wor<ld"), "Hello, wor&lt;ld!", { 0 } },
		{ "dot, raw", "{{{.}}}{{&.}}", T("<"), "<<", { 0 } },
		{ "blanks around stay", "| {{s}} |", OBJ(F("s", T("-"))), "| - |", { 0 } },
		{ "blanks around stay, raw", "| {{{s}}} {{&s}} |", OBJ(F("s", T("-"))), "| - - |", { 0 } },
		{ "a variable is never standalone", "  {{s}}\n", OBJ(F("s", T("-"))), "  -\n", { 0 } },
		{ "a raw one neither", "  {{{s}}}\n  {{&s}}\n", OBJ(F("s", T("-"))), "  -\n  -\n", { 0 } },
		{ "blanks inside", "|{{ s }}{{{ s }}}{{& s }}{{\ts\n}}|", OBJ(F("s", T("-"))), "|----|", { 0 } },
		{ "Vietnamese", "Kính gửi {{tên}}", OBJ(F("tên", T("Ông Đặng Văn Hòa"))), "Kính gửi Ông Đặng Văn Hòa", { 0 } },
	};

	run(specs, COUNT_OF(specs));
}

static void
test_sections(void)
{
	const struct spec specs[] = {
		{ "true", "\"{{#b}}yes{{/b}}\"", OBJ(F("b", YES)), "\"yes\"", { 0 } },
		{ "false", "\"{{#b}}yes{{/b}}\"", OBJ(F("b", NO)), "\"\"", { 0 } },
		{ "missing", "[{{#b}}yes{{/b}}]", NONE, "[]", { 0 } },
		{ "empty text is false", "[{{#b}}yes{{/b}}{{^b}}no{{/b}}]", OBJ(F("b", T(""))), "[no]", { 0 } },
		{ "object becomes the context", "{{#c}}Hi {{name}}.{{/c}}", OBJ(F("c", OBJ(F("name", T("Joe"))))), "Hi Joe.", { 0 } },
		{ "outer names stay visible", "{{#a}}{{b}}, {{c.d}}{{/a}}",
		    OBJ(F("a", OBJ(F("b", T("1")))), F("b", T("no")), F("c", OBJ(F("d", T("2"))))), "1, 2", { 0 } },
		{ "variable test", "{{#foo}}{{.}} is {{foo}}{{/foo}}", OBJ(F("foo", T("bar"))), "bar is bar", { 0 } },
		{ "a list of objects", "{{#l}}{{n}}{{/l}}", OBJ(F("l", LIST(OBJ(F("n", T("1"))), OBJ(F("n", T("2"))),
		    OBJ(F("n", T("3")))))), "123", { 0 } },
		{ "empty list", "[{{#l}}yes{{/l}}]", OBJ(F("l", EMPTY)), "[]", { 0 } },
		{ "deep contexts", "{{#a}}{{one}}{{#b}}{{one}}{{two}}{{one}}{{#c}}{{one}}{{two}}{{three}}{{/c}}{{/b}}{{/a}}",
		    OBJ(F("a", OBJ(F("one", T("1")))), F("b", OBJ(F("two", T("2")))), F("c", OBJ(F("three", T("3"))))),
		    "1121123", { 0 } },
		{ "twice", "{{#b}}first {{/b}}{{t}}{{#b}} third{{/b}}", OBJ(F("b", YES), F("t", T("second"))),
		    "first second third", { 0 } },
		{ "nested, true", "| A {{#b}}B {{#b}}C{{/b}} D{{/b}} E |", OBJ(F("b", YES)), "| A B C D E |", { 0 } },
		{ "nested, false", "| A {{#b}}B {{#b}}C{{/b}} D{{/b}} E |", OBJ(F("b", NO)), "| A  E |", { 0 } },
		{ "dot over texts", "\"{{#l}}({{.}}){{/l}}\"", OBJ(F("l", LIST(T("a"), T("<"), T("c")))), "\"(a)(&lt;)(c)\"", { 0 } },
		{ "dot raw", "{{#l}}({{{.}}}{{&.}}){{/l}}", OBJ(F("l", LIST(T("<"), T("&")))), "(<<)(&&)", { 0 } },
		{ "dot over lists", "{{#l}}({{#.}}{{.}}{{/.}}){{/l}}", OBJ(F("l", LIST(LIST(T("1"), T("2")), LIST(T("a"))))),
		    "(12)(a)", { 0 } },
		{ "dot at the root list", "{{#.}}({{v}}){{/.}}", LIST(OBJ(F("v", T("a"))), OBJ(F("v", T("b")))), "(a)(b)", { 0 } },
		{ "dotted section", "{{#a.b.c}}Here{{/a.b.c}}|{{#a.b.x}}not{{/a.b.x}}", OBJ(F("a", OBJ(F("b", OBJ(F("c", YES)))))),
		    "Here|", { 0 } },
		{ "blanks around", " | {{#b}}\t|\t{{/b}} | \n", OBJ(F("b", YES)), " | \t|\t | \n", { 0 } },
		{ "blanks in between", " | {{#b}} {{! x }}\n {{/b}} | \n", OBJ(F("b", YES)), " |  \n  | \n", { 0 } },
		{ "two inline lines", " {{#b}}YES{{/b}}\n {{#b}}GOOD{{/b}}\n", OBJ(F("b", YES)), " YES\n GOOD\n", { 0 } },
		{ "standalone lines go", "| This\n{{#b}}\n|\n{{/b}}\n| A\n", OBJ(F("b", YES)), "| This\n|\n| A\n", { 0 } },
		{ "indented standalone lines go", "| This\n  {{#b}}\n|\n  {{/b}}\n| A\n", OBJ(F("b", YES)), "| This\n|\n| A\n", { 0 } },
		{ "CRLF lines", "|\r\n{{#b}}\r\n{{/b}}\r\n|", OBJ(F("b", YES)), "|\r\n|", { 0 } },
		{ "no line before", "  {{#b}}\n#{{/b}}\n/", OBJ(F("b", YES)), "#\n/", { 0 } },
		{ "no line behind", "#{{#b}}\n/\n  {{/b}}", OBJ(F("b", YES)), "#\n/\n", { 0 } },
		{ "blanks inside", "|{{# b }}={{/ b }}|", OBJ(F("b", YES)), "|=|", { 0 } },
		{ "inverted false", "{{^b}}no{{/b}}", OBJ(F("b", NO)), "no", { 0 } },
		{ "inverted true", "[{{^b}}no{{/b}}]", OBJ(F("b", YES)), "[]", { 0 } },
		{ "inverted object", "[{{^b}}no{{/b}}]", OBJ(F("b", OBJ(F("n", T("Joe"))))), "[]", { 0 } },
		{ "inverted list", "[{{^b}}no{{/b}}]", OBJ(F("b", LIST(T("1")))), "[]", { 0 } },
		{ "inverted empty list", "[{{^b}}no{{/b}}]", OBJ(F("b", EMPTY)), "[no]", { 0 } },
		{ "inverted missing", "[{{^b}}no{{/b}}]", NONE, "[no]", { 0 } },
		{ "inverted dotted", "{{^a.b.c}}no{{/a.b.c}}", OBJ(F("a", NONE)), "no", { 0 } },
		{ "inverted standalone", "| A\n{{^b}}\n|\n{{/b}}\n| B\n", OBJ(F("b", NO)), "| A\n|\n| B\n", { 0 } },
		{ "inverted, nested", "| A {{^b}}B {{^b}}C{{/b}} D{{/b}} E |", OBJ(F("b", NO)), "| A B C D E |", { 0 } },
		{ "inverted keeps the context", "{{#a}}{{^x}}{{n}}{{/x}}{{/a}}", OBJ(F("a", OBJ(F("n", T("1"))))), "1", { 0 } },
	};

	run(specs, COUNT_OF(specs));
}

static void
test_comments_delimiters(void)
{
	const struct spec specs[] = {
		{ "comment", "12345{{! Comment }}67890", NONE, "1234567890", { 0 } },
		{ "comment over lines", "12345{{!\n  many\n  lines\n}}67890\n", NONE, "1234567890\n", { 0 } },
		{ "standalone comment", "A\n{{! c }}\nB", NONE, "A\nB", { 0 } },
		{ "indented standalone comment", "A\n  {{! c }}\nB", NONE, "A\nB", { 0 } },
		{ "CRLF comment", "|\r\n{{! c }}\r\n|", NONE, "|\r\n|", { 0 } },
		{ "comment on the first line", "  {{! c }}\n!", NONE, "!", { 0 } },
		{ "comment on the last line", "!\n  {{! c }}", NONE, "!\n", { 0 } },
		{ "standalone comment over lines", "A\n{{!\nc\n}}\nB", NONE, "A\nB", { 0 } },
		{ "inline comment", "  12 {{! 34 }}\n", NONE, "  12 \n", { 0 } },
		{ "blanks around a comment", "12345 {{! c }} 67890", NONE, "12345  67890", { 0 } },
		{ "empty comment", "a{{!}}b", NONE, "ab", { 0 } },
		{ "comment like a name", "[{{!name}}]", OBJ(F("!name", T("x")), F("name", T("y"))), "[]", { 0 } },
		{ "new delimiters", "{{=<% %>=}}(<%t%>)", OBJ(F("t", T("Hey!"))), "(Hey!)", { 0 } },
		{ "special characters", "({{=[ ]=}}[t])", OBJ(F("t", T("It!"))), "(It!)", { 0 } },
		{ "sections under both", "[\n{{#s}}\n  {{d}}\n  |d|\n{{/s}}\n\n{{= | | =}}\n|#s|\n  {{d}}\n  |d|\n|/s|\n]\n",
		    OBJ(F("s", YES), F("d", T("I"))), "[\n  I\n  |d|\n\n  {{d}}\n  I\n]\n", { 0 } },
		{ "inverted under both", "{{^s}}{{d}}{{/s}}{{= | | =}}|^s||d||/s|", OBJ(F("s", NO), F("d", T("I"))), "II", { 0 } },
		{ "partials begin afresh", "[ {{>p}} ]\n{{= | | =}}\n[ |>p| ]\n", OBJ(F("v", T("yes"))), "[ .yes. ]\n[ .yes. ]\n",
		    { "p", ".{{v}}." } },
		{ "and do not leak", "[ {{>p}} ]\n[ .{{v}}.  .|v|. ]\n", OBJ(F("v", T("yes"))),
		    "[ .yes.  .yes. ]\n[ .yes.  .|v|. ]\n", { "p", ".{{v}}. {{= | | =}} .|v|." } },
		{ "blanks around", "| {{=@ @=}} |", NONE, "|  |", { 0 } },
		{ "blanks around, outer line", " | {{=@ @=}}\n", NONE, " | \n", { 0 } },
		{ "standalone", "A\n{{=@ @=}}\nB\n", NONE, "A\nB\n", { 0 } },
		{ "indented standalone", "A\n  {{=@ @=}}\nB", NONE, "A\nB", { 0 } },
		{ "CRLF", "|\r\n{{= @ @ =}}\r\n|", NONE, "|\r\n|", { 0 } },
		{ "first line", "  {{=@ @=}}\n=", NONE, "=", { 0 } },
		{ "last line", "=\n  {{=@ @=}}", NONE, "=\n", { 0 } },
		{ "padded pair", "|{{=   @   @   =}}|", NONE, "||", { 0 } },
	};

	run(specs, COUNT_OF(specs));
}

static void
test_partials(void)
{
	const struct spec specs[] = {
		{ "a partial", "\"{{>text}}\"", NONE, "\"from partial\"", { "text", "from partial" } },
		{ "missing is empty", "\"{{>text}}\"", NONE, "\"\"", { 0 } },
		{ "sees the context", "\"{{>p}}\"", OBJ(F("t", T("content"))), "\"*content*\"", { "p", "*{{t}}*" } },
		{ "recursion by data", "{{>node}}", OBJ(F("content", T("X")), F("nodes", LIST(OBJ(F("content", T("Y")), F("nodes", EMPTY))))),
		    "X<Y<>>", { "node", "{{content}}<{{#nodes}}{{>node}}{{/nodes}}>" } },
		{ "within each other", "{{>outer}}", OBJ(F("a", T("hello")), F("b", T("world"))), "*hello world!*",
		    { "outer", "*{{a}} {{>inner}}*", "inner", "{{b}}!" } },
		{ "blanks around", "| {{>p}} |", NONE, "| \t|\t |", { "p", "\t|\t" } },
		{ "inline indent", "  {{d}}  {{> p}}\n", OBJ(F("d", T("|"))), "  |  >\n>\n", { "p", ">\n>" } },
		{ "CRLF", "|\r\n{{>p}}\r\n|", NONE, "|\r\n>|", { "p", ">" } },
		{ "no line before", "  {{>p}}\n>", NONE, "  >\n  >>", { "p", ">\n>" } },
		{ "no line behind", ">\n  {{>p}}", NONE, ">\n  >\n  >", { "p", ">\n>" } },
		{ "each line indented, data not", "\\\n {{>p}}\n/\n", OBJ(F("c", T("<\n->"))), "\\\n |\n <\n->\n |\n/\n",
		    { "p", "|\n{{{c}}}\n|\n" } },
		{ "blanks inside", "|{{> p }}|", OBJ(F("b", YES)), "|[]|", { "p", "[]" } },
		{ "indents add up", " {{>a}}\n", NONE, " a\n  b\n  b\n a\n", { "a", "a\n {{>b}}\na\n", "b", "b\nb\n" } },
		{ "no own indent keeps the outer one", " {{>a}}\n", NONE, " b\n b\n", { "a", "{{>b}}\n", "b", "b\nb\n" } },
		{ "standalone sections in an indented partial", "  {{>p}}\n", OBJ(F("l", LIST(T("1"), T("2")))), "  - 1\n  - 2\n  end\n",
		    { "p", "{{#l}}\n- {{.}}\n{{/l}}\nend\n" } },
		{ "inline section in an indented partial", "  {{>p}}\n", OBJ(F("b", YES)), "  x\n  y\n",
		    { "p", "{{#b}}x{{/b}}\n{{#b}}y{{/b}}\n" } },
		{ "empty lines of the partial", "  {{>p}}\n", NONE, "  a\n  \n  b\n", { "p", "a\n\nb\n" } },
	};

	run(specs, COUNT_OF(specs));
}

static void
test_faults(void)
{
	static const struct { const char *label, *template, *want; } cases[] = {
		{ "tag not closed", "ab\n  {{name", "t:2:3: the tag is not closed: expected }}" },
		{ "triple closed by two", "{{{a}} b", "t:1:1: the tag is not closed: expected }}}" },
		{ "other delimiters not closed", "{{=<% %>=}}\nă <%x }}", "t:2:3: the tag is not closed: expected %>" },
		{ "empty tag", "{{ }}", "t:1:1: the tag is empty: expected a name" },
		{ "empty section", "{{#}}", "t:1:1: the tag is empty: expected a name" },
		{ "section not closed", "a\n\n {{#x}}b", "t:3:2: the section 'x' is not closed: expected {{/x}} before the end" },
		{ "wrong end", "{{#a}}\n{{#b}}\n{{/a}}", "t:3:1: found {{/a}}, expected {{/b}}, which closes the section of line 2" },
		{ "end without beginning", "x {{/a}}", "t:1:3: {{/a}} closes nothing: no section is open here" },
		{ "two words", "{{a b}}", "t:1:1: 'a b' is not a name: expected letters, digits, '_' and '.'" },
		{ "one brace lost", "{{a}\n {{b}}", "t:1:1: 'a}\n {{b' is not a name: expected letters, digits, '_' and '.'" },
		{ "dots only", "{{a..b}}", "t:1:1: 'a..b' is not a name: expected something on both sides of each '.'" },
		{ "dot at the end", "{{#a.}}", "t:1:1: 'a.' is not a name: expected something on both sides of each '.'" },
		{ "one delimiter", "{{=x=}}", "t:1:1: expected two delimiters with a blank between, as in {{=<% %>=}}" },
		{ "three delimiters", "{{=x y z=}}", "t:1:1: expected two delimiters with a blank between, as in {{=<% %>=}}" },
		{ "long delimiters", "{{=aaaaaaaaaaaaaaaaa b=}}", "t:1:1: expected two delimiters with a blank between, as in {{=<% %>=}}" },
		{ "fault in a partial", "{{>bad}}", "bad:2:1: the tag is empty: expected a name" },
		{ "partial refused", "x\n {{> refused }}", "t:2:2: no such partial" },
		{ "without end", "{{>loop}}", "loop:1:1: the partial contains itself without end" },
		{ "without end, growing indent", "{{>grow}}", "grow:1:2: the partial contains itself without end" },
		{ "without end and without depth", "{{>wide}}", "wide:1:1: the partial contains itself without end" },
	};
	static const char *const parts[] = { "bad", "x\n{{}}", "loop", "{{>loop}}", "grow", " {{>grow}}\n", "wide", "{{>wide}}{{>wide}}", NULL };
	struct mustache_value none = NONE, many;
	struct mustache_value items[200];
	struct buf out = BUF_INIT(1 << 16), deep = BUF_INIT(1 << 16), tiny = BUF_INIT(8);
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		buf_clear(&out);
		CHECK(render(cases[i].template, parts, &none, &out, &e) < 0, cases[i].label);
		CHECK_STR(e.text, cases[i].want, cases[i].label);
	}
	for (int i = 0; i < MUSTACHE_DEPTH + 1; i++)
		buf_str_add(&deep, "{{^a}}");
	CHECK(render(buf_str(&deep), NULL, &none, &out, &e) < 0 && strstr(e.text, "more than 100"), "sections too deep");
	/* 200 to the fifth turns without a byte of output. */
	for (size_t i = 0; i < COUNT_OF(items); i++)
		items[i] = (struct mustache_value)YES;
	many = (struct mustache_value)OBJ(F("l", { .kind = MUSTACHE_LIST, .n = COUNT_OF(items), .items = items }));
	CHECK(render("{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}", NULL, &many, &out, &e) < 0 &&
	    strstr(e.text, "does not come to an end"), "no end");
	CHECK(render("{{#l}}0123456789{{/l}}", NULL, &many, &tiny, &e) < 0 && strstr(e.text, "too long"), "too long");
	buf_release(&out);
	buf_release(&deep);
	buf_release(&tiny);
}

static void
note(void *arg, const char *file, int line, int column, const char *name, const char *nearest)
{
	buf_printf(arg, "%s:%d:%d %s (%s)\n", file, line, column, name, nearest);
}

static void
test_check(void)
{
	static const char *const names[] = { "deadline", "link", "list", "list.title", "sender.name", NULL };
	static const char *const parts[] = { "foot", "{{lnik}}\n{{title}}", "self", "{{#x}}{{>self}}{{>self}}{{/x}}", NULL };
	static const struct { const char *label, *template, *want; } cases[] = {
		{ "all known", "{{link}}{{#list}}{{title}}{{link}}{{.}}{{/list}}{{sender.name}}{{list.title}}", "" },
		{ "misspelt", "{{link}}\n  {{dedline}}", "t:2:3 dedline (deadline)\n" },
		{ "nothing near", "{{qqqqqqqq}}", "t:1:1 qqqqqqqq ()\n" },
		{ "member outside its list", "{{title}}", "t:1:1 title (list.title)\n" },
		{ "section and inverted", "{{#lst}}{{/lst}}{{^lnk}}{{/lnk}}", "t:1:1 lst (list)\nt:1:17 lnk (link)\n" },
		{ "in a partial, where it is used", "{{#list}}{{>foot}}{{/list}}{{>foot}}",
		    "foot:1:1 lnik (link)\nfoot:2:1 title (list.title)\n" },
		{ "dot outside", "{{.}}", "t:1:1 . ()\n" },
		{ "unknown member", "{{sender.mail}}", "t:1:1 sender.mail (sender.name)\n" },
		{ "endless partials", "{{>self}}", "self:1:1 x ()\n" },
	};
	struct buf out = BUF_INIT(4096);
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct mustache_source src = { "t", 0, 0, cases[i].template, strlen(cases[i].template) };
		struct mustache *m;

		buf_clear(&out);
		CHECK_INT(mustache_compile(&m, &src, NULL, part_of, (void *)(uintptr_t)parts, &e), 0, cases[i].label);
		mustache_check(m, names, note, &out);
		CHECK_STR(buf_str(&out), cases[i].want, cases[i].label);
		mustache_free(m);
	}
	buf_release(&out);
}

/* Names in the order of `known` are found without a search; others still are. */
static void
test_known(void)
{
	static const char *const known[] = { "a", "b", "c", NULL };
	const struct mustache_field good[] = { { known[0], T("1") }, { known[1], T("2") }, { known[2], T("3") } };
	const struct mustache_field other[] = { { "c", T("3") }, { "a", T("1") } };
	struct mustache_source src = { "t", 7, 5, "{{a}}{{b}}{{c}}{{d}}\n{{", 20 };
	struct mustache_value v = mustache_object(good, 3);
	struct buf out = BUF_INIT(100);
	struct err e = ERR_INIT;
	struct mustache *m;

	CHECK_INT(mustache_compile(&m, &src, known, NULL, NULL, &e), 0, "compile with names");
	CHECK_INT(mustache_render(m, &v, NULL, &out, &e), 0, "render");
	CHECK_STR(buf_str(&out), "123", "in order");
	buf_clear(&out);
	v = mustache_object(other, 2);
	CHECK_INT(mustache_render(m, &v, NULL, &out, &e), 0, "render");
	CHECK_STR(buf_str(&out), "13", "out of order");
	mustache_free(m);
	src.len = strlen(src.text);
	CHECK(mustache_compile(&m, &src, known, NULL, NULL, &e) < 0 && strncmp(e.text, "t:8:1:", 6) == 0,
	    "lines count from where the caller says");
	buf_release(&out);
}

int
main(void)
{
	test_interpolation();
	test_sections();
	test_comments_delimiters();
	test_partials();
	test_faults();
	test_check();
	test_known();
	return check_done();
}
