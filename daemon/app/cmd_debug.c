/* thumoi debug classify - what the reader of reports makes of a mail. */
#include "app/commands.h"
#include "base/date.h"
#include "mail/maildir.h"
#include "mail/mreport.h"

#define DEBUG_MESSAGE_MAX (32u << 20)

struct classifying {
	struct rules *rules;
	struct arena arena;
	const char *root;		/* file names are shown relative to it */
	bool tsv, explain;
};

static const char *
dash(const char *s)
{
	return s && *s ? s : "-";
}

/* Tabs and line ends would break the table. */
static void
put_field(const char *s, char end)
{
	for (s = dash(s); *s; s++)
		putchar(*s == '\t' || *s == '\n' || *s == '\r' ? ' ' : *s);
	putchar(end);
}

static const char *
relative(const struct classifying *c, const char *path)
{
	size_t n = strlen(c->root);

	while (n && c->root[n - 1] == '/')
		n--;
	if (strncmp(path, c->root, n) == 0 && path[n] == '/' && path[n + 1])
		return path + n + 1;
	return path;
}

static void
print_tsv(const struct classifying *c, const char *path, const struct mreport *m)
{
	const char *kind = mreport_kind_name(m->kind);

	if (m->kind == MREPORT_ORDINARY) {
		put_field(relative(c, path), '\t');
		printf("%s\t-\t-\t-\t-\t%s\n", kind, category_name(CAT_NOT_A_REPORT));
		return;
	}
	for (size_t i = 0; i < m->n_rcpt; i++) {
		const struct mreport_rcpt *r = &m->rcpt[i];

		put_field(relative(c, path), '\t');
		put_field(kind, '\t');
		put_field(r->address, '\t');
		put_field(mreport_action_name(r->action), '\t');
		put_field(r->status, '\t');
		put_field(m->kind != MREPORT_BOUNCE ? "-" : r->verdict.hard ? "1" : "0", '\t');
		put_field(category_name(r->verdict.category), '\n');
	}
}

static void
line(const char *en, const char *vi, const char *value)
{
	if (*value)
		printf("  %-18s %s\n", TR(en, vi), value);
}

/* What made the rule decide, and why the address is, or is not, at fault. */
static const char *
why(const struct mreport_rcpt *r)
{
	if (r->gave_up)
		return TR("delayed, but the text says that nothing more will be tried", "bị chậm, nhưng nội dung cho biết sẽ không thử nữa");
	if (r->verdict.bad_address && !r->verdict.hard)
		return TR("the address is bad once the failure is final; it is not", "địa chỉ hỏng khi thất bại là cuối cùng; đây thì chưa");
	if (r->verdict.strong)
		return TR("its words are so plain that they stand before any number", "câu chữ rõ đến mức đứng trước mọi mã số");
	if (r->verdict.by_words)
		return TR("of its words", "câu chữ");
	return *r->verdict.rule ? TR("of its numbers; no words were known", "theo mã số; không gặp câu chữ đã biết") : "";
}

static void
print_readable(const struct classifying *c, const char *path, const struct mreport *m)
{
	struct zone utc = { .name = "UTC" };
	struct date_text t;

	printf("%s: %s\n", path, mreport_kind_name(m->kind));
	line("from", "người gửi", m->from);
	line("subject", "chủ đề", m->subject);
	line("reporting MTA", "máy chủ báo", m->reporting_mta);
	line("feedback type", "loại phản ánh", m->feedback_type);
	if (c->explain) {
		line("came to", "gửi tới", m->delivered_to);
		line("returned sender", "người gửi của thư", m->original_sender);
		line("envelope id", "mã phong bì", m->envid);
		line("message ids", "mã thư", m->original_message_id);
	}
	if (c->explain && m->away_until)
		printf("  %-18s %s\n", TR("away until", "vắng mặt đến"), date_rfc3339(&t, &utc, m->away_until));
	for (size_t i = 0; i < m->n_rcpt; i++) {
		const struct mreport_rcpt *r = &m->rcpt[i];
		char code[16] = "";

		printf("  - %s\n", dash(r->address));
		if (c->explain)
			line("  at first", "  ban đầu gửi", r->original);
		line("  action", "  việc", mreport_action_name(r->action));
		line("  status", "  trạng thái", r->status);
		if (r->code)
			snprintf(code, sizeof(code), "%d", r->code);
		line("  reply code", "  mã trả lời", code);
		line("  category", "  loại", category_name(r->verdict.category));
		line("  hard", "  địa chỉ hỏng", r->verdict.hard ? TR("yes", "có") : TR("no", "không"));
		if (c->explain) {
			line("  decided by", "  theo quy tắc", *r->verdict.rule ? r->verdict.rule : TR("no rule fits", "không quy tắc nào khớp"));
			line("  because", "  vì", why(r));
			line("  remote MTA", "  máy chủ nhận", r->remote_mta);
			line("  text", "  nội dung", r->text);
		}
	}
}

static int
classify_one(void *arg, const char *path, const char *msg, size_t len, struct err *e)
{
	struct classifying *c = arg;
	struct mreport m;

	(void)e;
	arena_reset(&c->arena);
	mreport_read(&m, &c->arena, c->rules, msg, len);
	if (c->tsv)
		print_tsv(c, path, &m);
	else
		print_readable(c, path, &m);
	return 0;
}

static int
debug_classify(struct app *app, int argc, char **argv)
{
	struct classifying c = { .arena = ARENA_INIT };
	const char *rules = NULL;
	const struct opt opts[] = {
		{ "tsv", OPT_FLAG, &c.tsv, NULL, "a line for each recipient: file kind recipient action status hard category",
		    "mỗi người nhận một dòng: tệp, loại thư, người nhận, việc, trạng thái, hỏng, loại lỗi" },
		{ "explain", OPT_FLAG, &c.explain, NULL, "name the rule that decided", "cho biết quy tắc đã quyết định" },
		{ "rules", OPT_TEXT, &rules, "PATH", "other rules than the shipped ones", "dùng bộ quy tắc khác" },
	};
	struct err e = ERR_INIT;
	int first, rc = opt_parse(argc, argv, "debug classify", "[--tsv|--explain] PATH...", opts, COUNT_OF(opts), 1, -1, &first);
	struct maildir_walk w = { .max_bytes = DEBUG_MESSAGE_MAX, .each = classify_one, .arg = &c, .sorted = true };

	(void)app;
	if (rc >= 0)
		return rc;
	if (rules_load(&c.rules, rules, &e) < 0)
		return app_fail(&e);
	rc = EXIT_DONE;
	for (int i = first; i < argc && rc == EXIT_DONE; i++) {
		c.root = argv[i];
		if (maildir_walk(&w, argv[i], &e) < 0)
			rc = app_fail(&e);
	}
	rules_free(c.rules);
	arena_release(&c.arena);
	return rc;
}

int
cmd_debug(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "classify", debug_classify, NEEDS_NOTHING, "say what a returned mail means", "cho biết ý nghĩa một thư trả về" },
		{ "csv", debug_csv, NEEDS_NOTHING, "say which encoding and delimiter a list has",
		    "cho biết bộ mã và dấu phân cách của một danh sách" },
		{ "mx", debug_mx, NEEDS_NOTHING, "say whether a domain takes mail, and where", "cho biết miền có nhận thư không, ở máy nào" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
