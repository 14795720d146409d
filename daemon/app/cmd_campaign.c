/* thumoi campaign create|apply|list|show, thumoi instrument add - what a survey is. */
#include "app/commands.h"

#include <jansson.h>

#include "base/date.h"
#include "mail/addr.h"
#include "engine/setup.h"
#include "store/audit.h"
#include "store/campaign.h"
#include "store/evidence.h"
#include "store/unit.h"

struct create {
	const char *title, *opens, *closes, *from, *tree, *zone, *lang, *help_text;
	const char *bases[OPT_TEXTS_MAX + 1], *dispatches[OPT_TEXTS_MAX + 1];
};

/* Words of the command into a campaign; everything is checked before anything is stored. */
static int
fill(struct app *app, const struct create *o, struct campaign *c, struct err *e)
{
	struct addr addr;

	c->zone_name = o->zone;
	if (setup_key(c->key, e) < 0)
		return -1;
	if (zone_load(&c->zone, o->zone, e) < 0)
		return err_wrap(e, "--zone");
	if (date_parse(o->opens, &c->zone, DATE_START, &c->opens_at, e) < 0)
		return err_wrap(e, "--opens");
	if (date_parse(o->closes, &c->zone, DATE_END, &c->closes_at, e) < 0)
		return err_wrap(e, "--closes");
	if (c->closes_at <= c->opens_at)
		return err_set(e, ERR_INPUT, TR("--closes %s is not after --opens %s", "--closes %s không sau --opens %s"),
		    o->closes, o->opens);
	if (lang_parse(o->lang, &c->lang, e) < 0)
		return err_wrap(e, "--mail-lang");
	if (addr_parse_named(&addr, &c->sender_name, &app->arena, o->from, e) < 0)
		return err_wrap(e, "--from");
	c->sender_address = addr_wire(&app->arena, &addr);
	c->title = o->title;
	c->help_text = o->help_text;
	c->legal_bases = (const char **)(uintptr_t)o->bases;
	c->dispatches = (const char **)(uintptr_t)o->dispatches;
	return setup_tree(app->db, o->tree, c->opens_at, &c->tree, e);
}

static int
store_campaign(struct db *db, struct campaign *c, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct campaign known;
	int rc = campaign_find(db, &a, c->key, &known, e);

	arena_release(&a);
	if (rc == 1)
		return err_set(e, ERR_INPUT, TR("there is a campaign '%s' already", "đã có đợt '%s'"), c->key);
	if (rc < 0 || db_begin(db, e) < 0)
		return -1;
	if (campaign_insert(db, c, e) < 0 || audit_add(db, "cli", "campaign create", c->key, e) < 0)
		return db_abort(db);
	return db_commit(db, e);
}

static int
campaign_create(struct app *app, int argc, char **argv)
{
	struct create o = { .zone = ZONE_DEFAULT, .lang = "vi", .help_text = "" };
	const struct opt opts[] = {
		{ "title", OPT_TEXT, &o.title, "TEXT", "title, as people read it", "tên đợt, như người nhận đọc" },
		{ "opens", OPT_TEXT, &o.opens, "DATE", "first day", "ngày mở" },
		{ "closes", OPT_TEXT, &o.closes, "DATE", "last day, until its end", "ngày đóng, đến hết ngày" },
		{ "from", OPT_TEXT, &o.from, "ADDR", "sender: 'Name <address>' or an address", "người gửi: 'Tên <địa chỉ>' hoặc địa chỉ" },
		{ "tree", OPT_TEXT, &o.tree, "NAME", "unit directory; by default the one in force at --opens",
		    "danh mục đơn vị; mặc định là bản có hiệu lực vào ngày mở" },
		{ "zone", OPT_TEXT, &o.zone, "ZONE", "time zone (" ZONE_DEFAULT ")", "múi giờ (" ZONE_DEFAULT ")" },
		{ "mail-lang", OPT_TEXT, &o.lang, "vi|en", "language of mails and reports (vi)", "ngôn ngữ của thư và báo cáo (vi)" },
		{ "legal-basis", OPT_TEXTS, o.bases, "TEXT", "a legal basis; may be repeated", "căn cứ pháp lý; có thể lặp lại" },
		{ "dispatch", OPT_TEXTS, o.dispatches, "TEXT", "number, date and subject of a dispatch; may be repeated",
		    "số, ngày, trích yếu công văn; có thể lặp lại" },
		{ "help-text", OPT_TEXT, &o.help_text, "TEXT", "whom people can ask: telephone, mailbox",
		    "nơi giải đáp: điện thoại, hộp thư" },
	};
	int first, rc = opt_parse(argc, argv, "campaign create", "KEY --title T --opens DATE --closes DATE --from ADDR",
	    opts, COUNT_OF(opts), 1, 1, &first);
	struct campaign c = { .tracking = "none" };
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	if (!o.title || !o.opens || !o.closes || !o.from)
		return app_usage("campaign create", TR("--title, --opens, --closes and --from are needed",
		    "cần --title, --opens, --closes và --from"));
	c.key = argv[first];
	if (fill(app, &o, &c, &e) < 0 || store_campaign(app->db, &c, &e) < 0)
		return app_fail(&e);
	if (!app->quiet)
		fprintf(stderr, TR("campaign '%s' created; next: 'thumoi instrument add %s KEY --title T --url URL'\n",
		    "đã tạo đợt '%s'; tiếp theo: 'thumoi instrument add %s MÃ --title T --url URL'\n"), c.key, c.key);
	return EXIT_DONE;
}

static int
list_one(const struct campaign *c, void *arg)
{
	struct out *o = arg;
	struct date_text day;

	out_text(o, c->key);
	out_text(o, c->title);
	out_text(o, date_rfc3339(&day, &c->zone, c->opens_at));
	out_text(o, date_rfc3339(&day, &c->zone, c->closes_at));
	out_int(o, (int64_t)c->n_instruments);
	out_row(o);
	return 0;
}

static int
campaign_list(struct app *app, int argc, char **argv)
{
	const struct out_column columns[] = {
		{ "key", TR("key", "mã"), false }, { "title", TR("title", "tên"), false },
		{ "opens_at", TR("opens", "mở"), false }, { "closes_at", TR("closes", "đóng"), false },
		{ "instruments", TR("forms", "số phiếu"), true },
	};
	const char *format = NULL;
	const struct opt opts[] = {
		{ "format", OPT_TEXT, &format, "text|csv|json", "form of the list", "dạng danh sách" },
	};
	int first, rc = opt_parse(argc, argv, "campaign list", "", opts, COUNT_OF(opts), 0, 0, &first);
	enum out_format f;
	struct err e = ERR_INIT;
	struct out o;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	out_begin(&o, stdout, f, columns, COUNT_OF(columns));
	rc = campaign_each(app->db, list_one, &o, &e);
	if (out_end(&o, rc < 0 ? NULL : &e) < 0 || rc < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

static int
show_json(const struct campaign *c, const char *tree, struct err *e)
{
	json_t *o = json_object(), *bases = json_array(), *dispatches = json_array(), *forms = json_array();
	struct date_text t;
	int rc;

	json_object_set_new(o, "key", json_string(c->key));
	json_object_set_new(o, "title", json_string(c->title));
	json_object_set_new(o, "opens_at", json_string(date_rfc3339(&t, &c->zone, c->opens_at)));
	json_object_set_new(o, "closes_at", json_string(date_rfc3339(&t, &c->zone, c->closes_at)));
	json_object_set_new(o, "zone", json_string(c->zone_name));
	json_object_set_new(o, "lang", json_string(lang_name(c->lang)));
	json_object_set_new(o, "tree", json_string(tree));
	json_object_set_new(o, "sender_name", json_string(c->sender_name));
	json_object_set_new(o, "sender_address", json_string(c->sender_address));
	json_object_set_new(o, "help_text", json_string(c->help_text));
	for (const char **p = c->legal_bases; *p; p++)
		json_array_append_new(bases, json_string(*p));
	for (const char **p = c->dispatches; *p; p++)
		json_array_append_new(dispatches, json_string(*p));
	for (size_t i = 0; i < c->n_instruments; i++)
		json_array_append_new(forms, json_pack("{s:s, s:s, s:s}", "key", c->instruments[i].key, "title",
		    c->instruments[i].title, "url", c->instruments[i].url));
	json_object_set_new(o, "legal_bases", bases);
	json_object_set_new(o, "dispatches", dispatches);
	json_object_set_new(o, "instruments", forms);
	rc = json_dumpf(o, stdout, JSON_INDENT(1));
	json_decref(o);
	putchar('\n');
	return rc < 0 ? out_lost(e) : 0;
}

static int
campaign_show(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "campaign show", "CAMPAIGN", NULL, 0, 1, 1, &first);
	struct date_text t;
	struct err e = ERR_INIT;
	struct campaign c;
	const char *tree = "";

	if (rc >= 0)
		return rc;
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 ||
	    tree_key(app->db, &app->arena, c.tree, &tree, &e) < 0)
		return app_fail(&e);
	if (app->json)
		return show_json(&c, tree, &e) < 0 ? app_fail(&e) : EXIT_DONE;
	printf("%s: %s\n", c.key, c.title);
	printf(TR("opens       %s\n", "mở           %s\n"), date_minute(&t, &c.zone, c.opens_at, lang_ui));
	printf(TR("closes      %s\n", "đóng         %s\n"), date_minute(&t, &c.zone, c.closes_at, lang_ui));
	printf(TR("zone        %s\n", "múi giờ      %s\n"), c.zone_name);
	printf(TR("language    %s\n", "ngôn ngữ     %s\n"), lang_name(c.lang));
	printf(TR("units       %s\n", "đơn vị       %s\n"), tree);
	printf(TR("sender      %s <%s>\n", "người gửi    %s <%s>\n"), c.sender_name, c.sender_address);
	for (const char **p = c.legal_bases; *p; p++)
		printf(TR("basis       %s\n", "căn cứ       %s\n"), *p);
	for (const char **p = c.dispatches; *p; p++)
		printf(TR("dispatch    %s\n", "công văn     %s\n"), *p);
	if (*c.help_text)
		printf(TR("help        %s\n", "giải đáp     %s\n"), c.help_text);
	for (size_t i = 0; i < c.n_instruments; i++)
		printf(TR("form        %s: %s, %s\n", "phiếu        %s: %s, %s\n"), c.instruments[i].key,
		    c.instruments[i].title, c.instruments[i].url);
	return EXIT_DONE;
}

int
cmd_campaign(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "create", campaign_create, NEEDS_STORE_RW, "create a campaign", "tạo một đợt" },
		{ "apply", campaign_apply, NEEDS_STORE_RW, "create or change a campaign and its waves as a plan says",
		    "tạo hoặc sửa một đợt và các lượt thư theo tệp kế hoạch" },
		{ "list", campaign_list, NEEDS_STORE_RW, "list the campaigns", "liệt kê các đợt" },
		{ "show", campaign_show, NEEDS_STORE_RW, "show one campaign", "xem một đợt" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}

static int
store_instrument(struct db *db, const struct campaign *c, const char *key, const char *title, const char *url,
    struct err *e)
{
	if (setup_key(key, e) < 0)
		return -1;
	if (campaign_instrument(c, key))
		return err_set(e, ERR_INPUT, TR("campaign '%s' has a form '%s' already", "đợt '%s' đã có phiếu '%s'"), c->key, key);
	if (c->n_instruments == INSTRUMENTS_MAX)
		return err_set(e, ERR_FULL, TR("a campaign can have %d forms", "một đợt có tối đa %d phiếu"), INSTRUMENTS_MAX);
	if (setup_url(url, e) < 0)
		return err_wrap(e, "--url");
	if (db_begin(db, e) < 0)
		return -1;
	if (instrument_insert(db, c->id, key, title, url, e) < 0 || audit_add(db, "cli", "instrument add", key, e) < 0)
		return db_abort(db);
	return db_commit(db, e);
}

static int
instrument_add(struct app *app, int argc, char **argv)
{
	const char *title = NULL, *url = NULL;
	const struct opt opts[] = {
		{ "title", OPT_TEXT, &title, "TEXT", "title, as people read it", "tên phiếu, như người nhận đọc" },
		{ "url", OPT_TEXT, &url, "URL", "where the form is; {{token}} is replaced", "địa chỉ của phiếu; {{token}} được thay thế" },
	};
	int first, rc = opt_parse(argc, argv, "instrument add", "CAMPAIGN KEY --title T --url URL", opts, COUNT_OF(opts),
	    2, 2, &first);
	struct err e = ERR_INIT;
	struct campaign c;

	if (rc >= 0)
		return rc;
	if (!title || !url)
		return app_usage("instrument add", TR("--title and --url are needed", "cần --title và --url"));
	if (campaign_need(app->db, &app->arena, argv[first], &c, &e) < 0 ||
	    store_instrument(app->db, &c, argv[first + 1], title, url, &e) < 0)
		return app_fail(&e);
	return EXIT_DONE;
}

int
cmd_instrument(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "add", instrument_add, NEEDS_STORE_RW, "add a form to a campaign", "thêm một phiếu vào đợt" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
