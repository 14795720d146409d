/* desk.h: a rule learned from a mail that no rule could place; the rules that this office has added. */
#include "web/desk.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/rulebook.h"
#include "engine/teach.h"
#include "web/desk_parts.h"

#define READ_MOST 100000000

static const char *
field(const struct request *r, const char *name)
{
	return form_value(r->arena, r->body, r->body_len, name);
}

/* --- one lesson ------------------------------------------------------------------------- */

struct teaching {
	struct request *r;
	const struct snapshot *s;
	struct inbound_seen seen;	/* the mail */
	struct lesson lesson;
	const char *fault;		/* why it cannot be tried or kept; NULL */
};

/* The mail of the path. false: the reply is made. */
static bool
begin(struct teaching *t, struct request *r, const struct snapshot *s)
{
	char *end;
	struct err e = ERR_INIT;
	long long id = strtoll(r->seg[1], &end, 10);
	int rc = *end || id <= 0 ? 0 : inbound_by_id(r->db, r->arena, id, s->campaign.id, &t->seen, &e);

	t->r = r;
	t->s = s;
	t->lesson.mail = id;
	if (rc < 0)
		view_error(r, &e);
	else if (rc == 0)
		view_nothing_here(r);
	return rc == 1;
}

static void
add_meanings(json_t *data, const struct request *r, const char *chosen)
{
	json_t *list = view_list(data, "meaning_choices");
	const char *key, *text;

	for (size_t i = 0; (key = teach_meaning_at(i, r->lang, &text)); i++) {
		json_t *o = view_item(list);

		view_text(o, "value", key);
		view_text(o, "text", text);
		view_flag(o, "chosen", chosen && strcmp(key, chosen) == 0);
	}
}

static void
add_mails(json_t *o, const struct teaching *t, const char *key, const struct teach_mail *mails, int64_t n)
{
	json_t *list = view_list(o, key);

	for (int64_t i = 0; i < n && i < TEACH_SHOWN; i++) {
		json_t *one = view_item(list);

		view_int(one, "id", mails[i].id);
		desk_foreign(one, "from", t->r, mails[i].from);
		desk_foreign(one, "subject", t->r, mails[i].subject);
		view_text(one, "before", mails[i].before);
		view_text(one, "before_name", desk_understood(t->r, mails[i].before));
		view_text(one, "after", mails[i].after);
		view_text(one, "after_name", desk_understood(t->r, mails[i].after));
		view_text(one, "url", desk_url(t->r, t->s, arena_printf(t->r->arena, "/inbound/%lld", (long long)mails[i].id)));
	}
}

static void
add_trial(json_t *data, const struct teaching *t, const struct teach_trial *x)
{
	json_t *o = json_object(), *list;

	view_text(o, "rules", x->rules);
	view_int(o, "waiting", x->waiting);
	view_int(o, "hits", x->hits);
	view_int(o, "known", x->known);
	view_int(o, "takes", x->takes);
	view_int(o, "examples", x->examples);
	view_int(o, "faults", x->faults);
	add_mails(o, t, "hit_mails", x->hit, x->hits);
	add_mails(o, t, "take_mails", x->take, x->takes);
	list = view_list(o, "fault_examples");
	for (int64_t i = 0; i < x->faults && i < TEACH_SHOWN; i++) {
		json_t *one = view_item(list);

		view_utf8(one, "example", t->r->arena, x->fault[i].text);
		view_text(one, "want", x->fault[i].want);
		view_text(one, "got", x->fault[i].got);
	}
	view_flag(o, "fits", x->hits > 0);
	view_flag(o, "may", x->faults == 0);
	json_object_set_new(data, "trial", o);
}

/* The mail, the rule that is proposed or was typed, and what it would do. */
static void
show_lesson(struct teaching *t)
{
	struct request *r = t->r;
	struct by by = { desk_actor(r), r->lang };
	struct teach_trial trial;
	struct err e = ERR_INIT;
	json_t *data = json_object();

	desk_message(data, r, t->s, &t->seen);
	add_meanings(data, r, t->lesson.meaning);
	view_utf8(data, "meaning", r->arena, t->lesson.meaning);
	view_utf8(data, "phrase", r->arena, t->lesson.phrase);
	json_object_set_new(data, "trial", json_null());
	if (teach_try(&trial, r->db, r->site->conf, r->arena, t->s->campaign.id, &t->lesson, &by, &e) == 0) {
		add_trial(data, t, &trial);
	} else if (e.code != ERR_INPUT) {
		view_error(r, &e);
		json_decref(data);
		return;
	} else if (!t->fault) {
		t->fault = arena_dup(r->arena, e.text);
	}
	view_text(data, "fault", t->fault);
	view_text(data, "form_url", desk_url(r, t->s, arena_printf(r->arena, "/inbound/%lld/rule", (long long)t->lesson.mail)));
	view_text(data, "rules_url", desk_url(r, t->s, "/rules"));
	view_text(data, "list_url", desk_url(r, t->s, "/inbound"));
	view_reply(r, SCREEN_RULE, TRL(r->lang, "Teach a rule", "Dạy một quy tắc"), t->s, data);
}

void
desk_rule(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct teaching t = { .fault = NULL };
	struct mreport m;

	if (s && begin(&t, r, s)) {
		mreport_read(&m, r->arena, r->rules, t.seen.row.raw, t.seen.row.len);
		teach_propose(&t.lesson, r->arena, &m, request_arg(r, "meaning"));
		show_lesson(&t);
	}
	view_done(r, s);
}

static void
reply_read(struct request *r, const struct snapshot *s, bool kept, const struct teach_done *d)
{
	if (request_is_api(r)) {
		json_t *data = json_object();

		view_flag(data, "kept", kept);
		view_int(data, "read", d->read);
		view_int(data, "changed", d->changed);
		view_reply(r, SCREEN_RULES, NULL, NULL, data);
	} else {
		reply_redirect(r, desk_url(r, s, arena_printf(r->arena, "/rules?said=%d&read=%" PRId64 "&changed=%" PRId64, kept ? 1 : 2,
		    d->read, d->changed)));
	}
	board_touch(r->site->board, s->campaign.id);
}

static void
keep(struct teaching *t)
{
	struct request *r = t->r;
	struct by by = { desk_actor(r), r->lang };
	struct teach_done done;
	struct err e = ERR_INIT;

	if (teach_keep(&done, r->db, r->site->conf, r->arena, t->s->campaign.id, &t->lesson, &by, clock_now(), &e) == 0) {
		reply_read(r, t->s, true, &done);
	} else if (e.code != ERR_INPUT) {
		view_error(r, &e);
	} else if (request_is_api(r)) {
		reply_problem(r, 400, e.text, NULL);
	} else {
		t->fault = arena_dup(r->arena, e.text);
		show_lesson(t);
	}
}

void
desk_rule_teach(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct teaching t = { .fault = NULL };

	if (s && begin(&t, r, s)) {
		const char *act = field(r, "act"), *meaning = field(r, "meaning"), *phrase = field(r, "phrase");

		t.lesson.meaning = meaning ? meaning : "";
		t.lesson.phrase = phrase ? phrase : "";
		if (act && strcmp(act, "propose") == 0) {
			struct mreport m;

			mreport_read(&m, r->arena, r->rules, t.seen.row.raw, t.seen.row.len);
			teach_propose(&t.lesson, r->arena, &m, meaning);
		}
		if (act && strcmp(act, "keep") == 0)
			keep(&t);
		else
			show_lesson(&t);
	}
	view_done(r, s);
}

/* --- the rules of the office ---------------------------------------------------------------- */

/* "message=12" leads to that message. */
static const char *
mail_url(const struct request *r, const struct snapshot *s, const char *why)
{
	long long id = strncmp(why, "message=", 8) == 0 ? strtoll(why + 8, NULL, 10) : 0;

	return id > 0 ? desk_url(r, s, arena_printf(r->arena, "/inbound/%lld", id)) : NULL;
}

static void
show_rules(struct request *r, const struct snapshot *s, const char *said, bool good)
{
	struct rulebook_entry *list;
	struct err e = ERR_INIT;
	json_t *data, *rules;
	size_t n;

	if (rulebook_list(r->site->conf, r->arena, &list, &n, &e) < 0) {
		view_error(r, &e);
		return;
	}
	data = json_object();
	rules = view_list(data, "rules");
	for (size_t i = n; i-- > 0; ) {
		json_t *o = view_item(rules);
		int64_t at;

		view_int(o, "id", list[i].line);
		view_text(o, "when", *list[i].when ? list[i].when : NULL);
		view_time(o, "at", &s->campaign.zone, *list[i].when && date_parse(list[i].when, &s->campaign.zone, DATE_START, &at, NULL) == 0 ?
		    at : 0, r->lang);
		view_text(o, "who", *list[i].who ? list[i].who : NULL);
		view_utf8(o, "lines", r->arena, list[i].rules);
		view_flag(o, "by_hand", list[i].by_hand);
		view_text(o, "mail_url", mail_url(r, s, list[i].why));
	}
	view_text(data, "form_url", desk_url(r, s, "/rules"));
	view_text(data, "list_url", desk_url(r, s, "/inbound"));
	desk_said(data, said, good);
	view_reply(r, SCREEN_RULES, TRL(r->lang, "Rules of our own", "Quy tắc riêng của đơn vị"), s, data);
}

void
desk_rules(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	int64_t said = desk_number(r, "said"), read = desk_number(r, "read"), changed = desk_number(r, "changed");
	const char *text = NULL;

	if (!s)
		return;
	if (read < READ_MOST && changed < READ_MOST && (said == 1 || said == 2))
		text = arena_printf(r->arena, said == 1 ?
		    TRL(r->lang, "The rule is kept. Waiting mails read again: %" PRId64 "; changed: %" PRId64 ".",
		    "Đã ghi quy tắc. Đã đọc lại %" PRId64 " thư đang chờ; thay đổi: %" PRId64 ".") :
		    TRL(r->lang, "The rule is gone. Waiting mails read again: %" PRId64 "; changed: %" PRId64 ".",
		    "Đã bỏ quy tắc. Đã đọc lại %" PRId64 " thư đang chờ; thay đổi: %" PRId64 "."), read, changed);
	show_rules(r, s, text, true);
	view_done(r, s);
}

void
desk_rule_forget(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const char *line = field(r, "line"), *when = field(r, "when");
	struct by by = { desk_actor(r), r->lang };
	struct teach_done done;
	struct err e = ERR_INIT;
	int rc;

	if (!s)
		return;
	rc = teach_forget(&done, r->db, r->site->conf, r->arena, line ? (int)strtol(line, NULL, 10) : 0, when ? when : "", &by, &e);
	if (rc < 0)
		view_error(r, &e);
	else if (rc == 1)
		reply_read(r, s, false, &done);
	else if (request_is_api(r))
		reply_problem(r, 404, TRL(r->lang, "There is no such rule any more.", "Không còn quy tắc này."), NULL);
	else
		show_rules(r, s, TRL(r->lang, "There is no such rule any more.", "Không còn quy tắc này."), false);
	view_done(r, s);
}
