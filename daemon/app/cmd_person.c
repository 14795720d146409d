/* thumoi person show WHO - one person's story, for a telephone call; export, correct and erase: person_rights.c; note and resend: person_act.c. */
#include "app/commands.h"
#include "app/who.h"

#include <jansson.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/text.h"
#include "engine/account.h"
#include "engine/story.h"
#include "store/holdings.h"

/* One line, whatever the far end put into it. */
static void
put_plain(const char *s)
{
	for (; *s; s++)
		putchar((unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
}

static void
print_event(struct arena *a, const struct story *s, const struct event *v)
{
	const char *detail = story_detail(a, v, s->lang);
	struct date_text t;

	printf("%s  ", date_minute(&t, &s->campaign.zone, v->at, s->lang));
	put_plain(story_title(a, v, s->lang));
	if (*v->category)
		printf(" [%s]", v->category);
	if (v->grade)
		printf(TRL(s->lang, " (grade %c)", " (mức %c)"), v->grade);
	if (*v->where)
		printf(" · ");
	put_plain(v->where);
	if (v->until)
		printf(v->kind == EVENT_INVITE ? TRL(s->lang, " · due %s", " · gửi lúc %s") :
		    v->kind == EVENT_ANSWER ? TRL(s->lang, " · changed %s", " · sửa lúc %s") :
		    TRL(s->lang, " · away until %s", " · vắng đến %s"), date_minute(&t, &s->campaign.zone, v->until, s->lang));
	putchar('\n');
	if (*detail) {
		printf("    ");
		put_plain(detail);
		putchar('\n');
	}
}

static void
print_text(struct arena *a, const struct story *s)
{
	const struct contact *c = &s->who;
	const struct cause_info *i = cause_info(s->cause);
	enum lang l = s->lang;

	printf("%s\n%s%s%s\n", c->name, c->position, *c->position && *c->sub_unit ? ", " : "", c->sub_unit);
	printf("%s (%s)\n", unit_name(&s->unit, l), c->unit_code);
	printf(TRL(l, "Address: %s", "Địa chỉ: %s"), *c->email ? c->email : TRL(l, "none", "không có"));
	printf("%s%s\n", *c->alternate ? "; " : "", c->alternate);
	printf(TRL(l, "Campaign: %s\nToken: %s\n", "Đợt: %s\nMã: %s\n"), s->campaign.title, c->token);
	if (c->missing_since)
		printf("%s", TRL(l, "Not in the unit's latest roster any more\n", "Không còn trong danh sách mới nhất của đơn vị\n"));
	printf("\n%s (%s", cause_name(s->cause, l), i->key);
	if (s->grade)
		printf(TRL(l, ", grade %c", ", mức %c"), s->grade);
	printf(")\n%s\n", TRL(l, i->why_en, i->why_vi));
	if (i->owner != OWNER_NONE)
		printf(TRL(l, "Who can mend it: %s. %s\n", "Ai xử lý được: %s. %s\n"), owner_name(i->owner, l), TRL(l, i->do_en, i->do_vi));
	putchar('\n');
	for (size_t k = 0; k < s->n; k++)
		print_event(a, s, &s->events[k]);
}

/* A server's reply may be no UTF-8. */
static json_t *
json_text(const char *s)
{
	struct arena a = ARENA_INIT;
	json_t *o = json_string(text_nfc(&a, s, strlen(s)));

	arena_release(&a);
	return o;
}

static json_t *
event_json(const struct story *s, const struct event *v)
{
	json_t *o = json_object();
	struct date_text t;

	json_object_set_new(o, "at", json_string(date_rfc3339(&t, &s->campaign.zone, v->at)));
	json_object_set_new(o, "kind", json_string(event_kind_name(v->kind)));
	json_object_set_new(o, "what", json_string(v->what));
	json_object_set_new(o, "where", json_text(v->where));
	if (*v->detail)
		json_object_set_new(o, "detail", json_text(v->detail));
	if (*v->category)
		json_object_set_new(o, "category", json_string(v->category));
	if (v->grade)
		json_object_set_new(o, "grade", json_stringn(&v->grade, 1));
	if (v->until)
		json_object_set_new(o, "until", json_string(date_rfc3339(&t, &s->campaign.zone, v->until)));
	return o;
}

static int
print_json(const struct story *s, struct err *e)
{
	const struct contact *c = &s->who;
	json_t *o = json_object(), *list = json_array();
	int rc;

	json_object_set_new(o, "name", json_string(c->name));
	json_object_set_new(o, "campaign", json_string(s->campaign.key));
	json_object_set_new(o, "unit", json_string(c->unit_code));
	json_object_set_new(o, "sub_unit", json_string(c->sub_unit));
	json_object_set_new(o, "position", json_string(c->position));
	json_object_set_new(o, "email", json_string(c->email));
	json_object_set_new(o, "alternate", json_string(c->alternate));
	json_object_set_new(o, "token", json_string(c->token));
	json_object_set_new(o, "state", json_string(c->state));
	json_object_set_new(o, "cause", json_string(cause_info(s->cause)->key));
	json_object_set_new(o, "owner", json_string(cause_owner_key(s->cause)));
	json_object_set_new(o, "grade", s->grade ? json_stringn(&s->grade, 1) : json_null());
	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(list, event_json(s, &s->events[i]));
	json_object_set_new(o, "timeline", list);
	rc = json_dumpf(o, stdout, JSON_INDENT(1));
	json_decref(o);
	putchar('\n');
	return rc < 0 ? out_lost(e) : 0;
}

/* Who looks is written down. */
static int
write_down(struct app *app, const struct contact *c, struct err *e)
{
	if (db_begin(app->db, e) < 0)
		return -1;
	return holdings_audit(app->db, "cli", "person show", c->id, e) < 0 ? db_abort(app->db) : db_commit(app->db, e);
}

/* Exit status, or -1. */
static int
tell(struct app *app, const char *who, struct err *e)
{
	struct contact c;
	struct story s;
	int rc = who_one(app, who, &c, e);

	if (rc != 1)
		return rc < 0 ? -1 : EXIT_FAILED;
	if (story_load(&s, app->db, &app->arena, &c, clock_now(), e) < 0 || db_commit(app->db, e) < 0 ||
	    write_down(app, &c, e) < 0)
		return -1;
	s.lang = app->lang_given ? lang_ui : s.campaign.lang;
	if (app->json)
		return print_json(&s, e) < 0 ? -1 : EXIT_DONE;
	print_text(&app->arena, &s);
	return EXIT_DONE;
}

static int
person_show(struct app *app, int argc, char **argv)
{
	int first, rc = opt_parse(argc, argv, "person show", TR("WHO  (token, address or name)", "AI  (mã, địa chỉ hoặc họ tên)"),
	    NULL, 0, 1, 16, &first);
	struct err e = ERR_INIT;

	if (rc >= 0)
		return rc;
	rc = db_snapshot(app->db, &e) < 0 ? -1 : tell(app, who_words(app, argc, argv, first), &e);
	if (db_in_transaction(app->db))
		db_commit(app->db, NULL);
	return rc < 0 ? app_fail(&e) : rc;
}

int
cmd_person(struct app *app, int argc, char **argv)
{
	static const struct command table[] = {
		{ "show", person_show, NEEDS_STORE_RW, "one person's timeline and cause", "diễn biến và nguyên nhân của một người" },
		{ "export", person_export, NEEDS_STORE_RW, "everything held on a person or an address, as JSON",
		    "toàn bộ dữ liệu lưu về một người hoặc một địa chỉ, dạng JSON" },
		{ "correct", person_correct, NEEDS_STORE_RW, "correct a name, an address, a sub-unit", "sửa họ tên, địa chỉ, bộ phận" },
		{ "note", person_note, NEEDS_STORE_RW, "write something down about a person", "ghi chú về một người" },
		{ "resend", person_resend, NEEDS_STORE_RW, "send the message once more to this person alone",
		    "gửi lại thư cho riêng người này" },
		{ "erase", person_erase, NEEDS_STORE_RW, "take a person out of the store; the counts stay",
		    "xóa dữ liệu cá nhân của một người; số liệu giữ nguyên" },
		{ NULL, NULL, NEEDS_NOTHING, NULL, NULL },
	};

	return app_sub(app, argc, argv, table);
}
