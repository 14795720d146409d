/* thumoi apikey create|list|revoke - programs that may ask under /api/v1. */
#include "app/commands.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/out.h"
#include "engine/apikey.h"

#define HAND(app) (&(struct hand){ (app)->db, &(app)->arena, "cli", lang_ui })

static int
apikey_create(struct app *app, int argc, char **argv)
{
	const char *scopes[OPT_TEXTS_MAX + 1] = { NULL }, *unit = NULL, *expires = NULL, *key;
	const struct opt opts[] = {
		{ "scope", OPT_TEXTS, scopes, "S[,S]", "what it may: counts, people, amend, rosters, inbound, waves, answers, audit",
		    "được làm gì: counts, people, amend, rosters, inbound, waves, answers, audit" },
		{ "unit", OPT_TEXT, &unit, "CODE", "it sees this unit alone", "chỉ xem được đơn vị này" },
		{ "expires", OPT_TEXT, &expires, "DATE", "the last day it works", "ngày cuối cùng còn dùng được" },
	};
	int first, rc = opt_parse(argc, argv, "apikey create", TR("NAME", "TÊN"), opts, COUNT_OF(opts), 1, 1, &first);
	struct buf words = BUF_INIT(1024);
	struct err e = ERR_INIT;
	struct apikey_row k;
	struct zone zone;

	if (rc >= 0)
		return rc;
	if (!scopes[0])
		return app_usage("apikey create", TR("--scope is missing", "thiếu --scope"));
	for (size_t i = 0; scopes[i]; i++)
		buf_printf(&words, "%s,", scopes[i]);
	k = (struct apikey_row){ .name = argv[first], .scopes = arena_dup(&app->arena, buf_str(&words)), .unit = unit };
	buf_release(&words);
	if (zone_load(&zone, ZONE_DEFAULT, &e) < 0 || (expires && date_parse(expires, &zone, DATE_END, &k.expires_at, &e) < 0) ||
	    apikey_make(HAND(app), &k, &key, &e) < 0)
		return app_fail(&e);
	puts(key);
	if (!app->quiet)
		fputs(TR("This is shown once. Requests carry it as: Authorization: Bearer KEY\n",
		    "Khóa chỉ hiện một lần. Khi gọi API, gửi kèm: Authorization: Bearer KHÓA\n"), stderr);
	return EXIT_DONE;
}

struct listing { struct out out; struct zone zone; int64_t now; };

static void
moment(struct listing *l, int64_t at)
{
	struct date_text t;

	out_text(&l->out, at ? date_rfc3339(&t, &l->zone, at) : "");
}

static int
list_one(const struct apikey_row *k, void *arg)
{
	struct listing *l = arg;
	struct date_text t = { "" };

	out_text(&l->out, k->name);
	out_text(&l->out, k->id);
	out_text(&l->out, k->scopes);
	out_text(&l->out, k->unit);
	out_text(&l->out, apikey_state(k, l->now));
	moment(l, k->created_at);
	moment(l, k->expires_at);
	if (k->used_at)
		date_rfc3339(&t, &l->zone, k->used_at);
	t.s[10] = '\0';	/* the day */
	out_text(&l->out, t.s);
	out_row(&l->out);
	return 0;
}

static int
apikey_list(struct app *app, int argc, char **argv)
{
	static const struct out_column columns[] = {
		{ "name", NULL, false }, { "id", NULL, false }, { "scopes", NULL, false }, { "unit", NULL, false }, { "state", NULL, false },
		{ "created_at", NULL, false }, { "expires_at", NULL, false }, { "used_on", NULL, false },
	};
	const char *format = NULL;
	const struct opt opts[] = {
		{ "format", OPT_TEXT, &format, "text|csv|json", "form of the table", "dạng bảng" },
	};
	int first, rc = opt_parse(argc, argv, "apikey list", "", opts, COUNT_OF(opts), 0, 0, &first);
	struct listing l = { .now = clock_now() };
	struct err e = ERR_INIT;
	enum out_format f;

	if (rc >= 0)
		return rc;
	if (app_format(app, format, &f) < 0)
		return EXIT_USAGE;
	if (zone_load(&l.zone, ZONE_DEFAULT, &e) < 0)
		return app_fail(&e);
	out_begin(&l.out, stdout, f, columns, COUNT_OF(columns));
	rc = apikey_each(app->db, list_one, &l, &e);
	if (out_end(&l.out, rc < 0 ? NULL : &e) < 0)
		rc = -1;
	return rc < 0 ? app_fail(&e) : EXIT_DONE;
}

static int
apikey_revoke_one(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "apikey revoke", TR("NAME", "TÊN"), NULL, 0, 1, 1, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	return apikey_revoke(HAND(app), argv[first], &e) < 0 ? app_fail(&e) : EXIT_DONE;
}

int
cmd_apikey(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "create", apikey_create, NEEDS_STORE_RW, "a new key, printed once", "tạo khóa mới, chỉ in một lần" },
		{ "list", apikey_list, NEEDS_STORE_RO, "all of them", "liệt kê" },
		{ "revoke", apikey_revoke_one, NEEDS_STORE_RW, "works no more", "thu hồi" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
