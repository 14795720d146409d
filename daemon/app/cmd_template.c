/* thumoi template check|list|variables|preview - the mails before they go out. */
#include "app/commands.h"
#include "base/clock.h"
#include "engine/judge.h"
#include "engine/message.h"
#include "engine/template.h"
#include "store/evidence.h"
#include "store/timeline.h"
#include "store/unit.h"

#define FOUND_MOST 1000		/* in all campaigns; those of one are chosen from them */

static int
template_check_command(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "template check", "[NAME...]", NULL, 0, 0, -1, &first);
	struct template_found *list;
	struct err e = ERR_INIT;
	size_t n, faults = 0, checked = 0;

	if (rc >= 0)
		return rc;
	if (template_list(&app->conf, &app->arena, &list, &n, &e) < 0)
		return app_fail(&e);
	for (int k = first; k < argc; k++) {
		bool found = false;

		for (size_t i = 0; i < n; i++)
			found |= strcmp(argv[k], list[i].name) == 0;
		if (!found) {
			err_set(&e, ERR_NOTFOUND, TR("there is no template '%s'; 'thumoi template list' shows them",
			    "không có mẫu '%s'; xem 'thumoi template list'"), argv[k]);
			return app_fail(&e);
		}
	}
	for (size_t i = 0; i < n; i++) {
		bool wanted = first == argc;

		for (int k = first; k < argc; k++)
			wanted |= strcmp(argv[k], list[i].name) == 0;
		if (!wanted)
			continue;
		faults += template_check(&app->conf, &list[i], stderr);
		checked++;
	}
	if (faults)
		return EXIT_FAILED;
	if (!app->quiet)
		printf(TR("%zu templates, no faults\n", "%zu mẫu thư, không có lỗi\n"), checked);
	return EXIT_DONE;
}

static int
template_list_command(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "template", TR("template", "mẫu thư"), false }, { "lang", TR("language", "ngôn ngữ"), false },
		{ "shipped", TR("shipped", "kèm theo"), false }, { "path", TR("path", "đường dẫn"), false },
	};
	const char *format = NULL;
	const struct opt opts[] = { { "format", OPT_TEXT, &format, "FORMAT", "text, csv or json", "text, csv hoặc json" } };
	int first, rc = opt_parse(argc, argv, "template list", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct template_found *list;
	struct err e = ERR_INIT;
	enum out_format f;
	struct out o;
	size_t n;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (template_list(&app->conf, &app->arena, &list, &n, &e) < 0)
		return app_fail(&e);
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	for (size_t i = 0; i < n; i++) {
		out_text(&o, list[i].name);
		out_text(&o, lang_name(list[i].lang));
		out_text(&o, f != OUT_TEXT ? (list[i].shipped ? "yes" : "no") :
		    list[i].shipped ? TR("yes", "có") : TR("no", "không"));
		out_text(&o, list[i].path);
		out_row(&o);
	}
	return out_end(&o, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

static int
template_variables_command(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "variable", TR("variable", "biến"), false }, { "meaning", TR("meaning", "ý nghĩa"), false },
	};
	const char *format = NULL;
	const struct opt opts[] = { { "format", OPT_TEXT, &format, "FORMAT", "text, csv or json", "text, csv hoặc json" } };
	int first, rc = opt_parse(argc, argv, "template variables", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct err e = ERR_INIT;
	enum out_format f;
	struct out o;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	for (const struct template_variable *v = template_variables; v->name; v++) {
		out_text(&o, v->name);
		out_text(&o, TR(v->help_en, v->help_vi));
		out_row(&o);
	}
	return out_end(&o, &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

/* The one person of the campaign among n; several are an error that lists them. */
static int
choose(const struct campaign *c, const char *who, const struct contact *list, size_t n, struct contact *out, struct err *e)
{
	struct buf names = BUF_INIT(700);
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		if (list[i].campaign != c->id)
			continue;
		*out = list[i];
		buf_printf(&names, "%s%s (%s%s%s, %s)", found++ ? "; " : "", list[i].name, list[i].unit_code,
		    *list[i].sub_unit ? ", " : "", list[i].sub_unit, list[i].token);
	}
	if (found > 1)
		err_set(e, ERR_INPUT, TR("'%s' may be %zu people; give a token: %s", "'%s' có thể là %zu người; hãy dùng mã: %s"),
		    who, found, buf_str(&names));
	buf_release(&names);
	return found > 1 ? -1 : (int)found;
}

/* WHO is a token, an address or a name. */
static int
recipient_find(struct app *app, const struct campaign *c, const char *who, struct contact *out, struct err *e)
{
	struct contact *list;
	size_t n;
	int rc;

	if (person_find(app->db, &app->arena, who, FOUND_MOST, &list, &n, e) < 0)
		return -1;
	if ((rc = choose(c, who, list, n, out, e)) == 0)
		err_set(e, ERR_NOTFOUND, TR("campaign '%s' has nobody with the token, address or name '%s'",
		    "đợt '%s' không có ai với mã, địa chỉ hay họ tên '%s'"), c->key, who);
	return rc > 0 ? 0 : -1;
}

static void
print_headers(const struct mail *m, const struct message_envelope *env, const struct contact *p)
{
	struct date_text t;

	printf("From:     %s <%s>\n", m->from_name, m->from);
	printf("To:       %s <%s>\n", m->to_name, m->to);
	printf("Subject:  %s\n", m->subject);
	printf("Date:     %s\n", date_rfc5322(&t, m->zone, m->date));
	printf("Envelope: %s -> %s\n", env->sender, env->recipient);
	if (m->unsubscribe_url)
		printf("Opt-out:  %s\n", m->unsubscribe_url);
	if (strcmp(p->state, "mailable") != 0)
		printf(TR("Remark:   no mail goes out, the row is %s: %s\n", "Ghi chú:  không gửi thư, dòng danh sách %s: %s\n"),
		    strcmp(p->state, "held") == 0 ? TR("held", "đang tạm giữ") : TR("rejected", "đã trả lại đơn vị"),
		    reason_parse(p->reason) < REASONS ? reason_text(reason_parse(p->reason), lang_ui) : p->reason);
	putchar('\n');
}

static int
print_raw(const struct message_maker *m, const struct message_to *to, struct app *app, struct err *e)
{
	struct buf data = BUF_INIT(16 << 20);
	struct message_envelope env;
	int rc = message_make(m, to, false, &app->arena, &data, &env, e);

	if (rc == 0)
		fwrite(data.s, 1, data.len, stdout);
	buf_release(&data);
	return rc;
}

/*
 * The tag of a preview names invite 0, which never was: it needs no key, and a
 * preview does not make one.
 */
static int
preview(struct app *app, const struct campaign *c, const struct contact *p, const char *template, const char *part,
    struct err *e)
{
	static const struct secret no_secret;
	struct message_to to = { .attempt = 1, .name = p->name, .email = p->email, .token = p->token,
	    .sub_unit = p->sub_unit, .position = p->position, .at = clock_now() };
	struct message_envelope env;
	struct message_maker *m;
	struct unit unit;
	struct mail mail;
	int rc;

	if (!*p->email)
		to.email = "nobody@invalid.example";
	if (unit_by_id(app->db, &app->arena, p->unit, &unit, e) != 1 || answer_mask(app->db, p->id, &to.answered, e) < 0)
		return -1;
	to.unit_name = TRL(c->lang, unit.name_en, unit.name_vi);
	if (message_maker_new(&m, c, &app->conf, &no_secret, template, e) < 0)
		return -1;
	if (part && strcmp(part, "raw") == 0) {
		rc = print_raw(m, &to, app, e);
	} else if ((rc = message_parts(m, &to, &app->arena, &mail, &env, e)) == 0) {
		if (!part)
			print_headers(&mail, &env, p);
		if (part && strcmp(part, "html") == 0)
			fputs(mail.html ? mail.html : "", stdout);
		else
			fputs(mail.text, stdout);
	}
	message_maker_free(m);
	return rc;
}

static int
template_preview_command(struct app *app, int argc, char **argv)
{
	const char *to = NULL, *part = NULL;
	const struct opt opts[] = {
		{ "to", OPT_TEXT, &to, "WHO", "token, address or name of the person", "mã, địa chỉ hoặc họ tên của người nhận" },
		{ "part", OPT_TEXT, &part, "PART", "text, html, or raw (the whole message as it would go out)",
		    "text, html, hoặc raw (toàn bộ thư như khi gửi)" },
	};
	int first, rc = opt_parse(argc, argv, "template preview", "CAMPAIGN TEMPLATE --to WHO", opts, COUNT_OF(opts), 2, 2, &first);
	struct err e = ERR_INIT;
	struct contact p = { .email = "" };
	struct campaign c;

	if (rc >= 0)
		return rc;
	if (!to)
		return app_usage("template preview", TR("--to is needed", "cần --to"));
	if (part && strcmp(part, "text") != 0 && strcmp(part, "html") != 0 && strcmp(part, "raw") != 0)
		return app_usage("template preview", TR("--part cannot be '%s': use text, html or raw",
		    "--part không thể là '%s': dùng text, html hoặc raw"), part);
	if (db_open(&app->db, app->store, DB_READ, &e) < 0 ||
	    campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 ||
	    recipient_find(app, &c, to, &p, &e) < 0 || preview(app, &c, &p, argv[first + 1], part, &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

int
cmd_template(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "check", template_check_command, NEEDS_CONF, "say what is wrong in the templates, with file and line",
		    "chỉ ra lỗi trong mẫu thư, theo tệp và dòng" },
		{ "list", template_list_command, NEEDS_CONF, "which templates there are", "các mẫu thư hiện có" },
		{ "preview", template_preview_command, NEEDS_STORE_RO, "show the message one person would get",
		    "xem thư một người sẽ nhận" },
		{ "variables", template_variables_command, NEEDS_CONF, "what a template may use", "các biến dùng được trong mẫu" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
