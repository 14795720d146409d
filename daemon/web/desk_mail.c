/* desk.h: one mail that came back, and what somebody says it is. */
#include "web/desk.h"

#include <stdlib.h>

#include "engine/attach.h"
#include "store/timeline.h"
#include "web/desk_parts.h"

#define FOUND_MOST 50
#define WHO_MOST_BYTES 320

struct asked {				/* by the form */
	int64_t mail;
	const char *act, *who, *kind, *until;	/* NULL: not given */
	int64_t contact;		/* chosen from several; 0 */
};

static int64_t
mail_of_path(const struct request *r)
{
	char *end;
	long long id = strtoll(r->seg[1], &end, 10);

	return *end || id <= 0 || id == INT64_MAX ? 0 : id;
}

/* said NULL: nothing is told; choices: who answers to what was asked. */
static void
show_mail(struct request *r, const struct snapshot *s, const struct asked *a, const char *said, const struct contact *choices,
    size_t n)
{
	struct err e = ERR_INIT;
	struct inbound_seen seen;
	json_t *data, *list;
	int rc = a->mail ? inbound_by_id(r->db, r->arena, a->mail, s->campaign.id, &seen, &e) : 0;

	if (rc != 1) {
		if (rc < 0)
			view_error(r, &e);
		else
			view_nothing_here(r);
		return;
	}
	data = json_object();
	desk_message(data, r, s, &seen);
	list = view_list(data, "choices");
	for (size_t i = 0; i < n; i++) {
		const struct unit_account *u = snapshot_unit(s, choices[i].unit_code);
		json_t *o = view_item(list);

		view_int(o, "id", choices[i].id);
		view_utf8(o, "name", r->arena, choices[i].name);
		view_text(o, "unit_name", u ? unit_short(&u->unit, r->lang) : choices[i].unit_code);
		view_text(o, "sub_unit", choices[i].sub_unit);
		view_text(o, "email", choices[i].email);
	}
	view_text(data, "who", a->who);
	view_text(data, "until", a->until);
	view_text(data, "list_url", desk_url(r, s, "/inbound"));
	desk_kind_choices(data, r, a->kind);
	desk_said(data, said, false);
	view_reply(r, SCREEN_MAIL, TRL(r->lang, "A message that came back", "Thư đã nhận về"), s, data);
}

void
desk_mail(struct request *r)
{
	const struct snapshot *s = view_campaign(r);

	if (s)
		show_mail(r, s, &(struct asked){ .mail = mail_of_path(r) }, NULL, NULL, 0);
	view_done(r, s);
}

/* Everybody of the campaign who answers to it. */
static int
find(struct request *r, const struct snapshot *s, const struct asked *a, struct contact **out, size_t *n, struct err *e)
{
	struct contact *list;
	size_t all = 0;
	int rc;

	*n = 0;
	if (a->contact) {
		*out = arena_alloc(r->arena, sizeof(**out));
		if ((rc = contact_by_id(r->db, r->arena, a->contact, *out, e)) == 1 && (*out)->campaign == s->campaign.id)
			*n = 1;
		return rc < 0 ? -1 : 0;
	}
	if (!a->who || !*a->who || strlen(a->who) > WHO_MOST_BYTES)
		return 0;
	if (person_find(r->db, r->arena, a->who, FOUND_MOST, &list, &all, e) < 0)
		return -1;
	for (size_t i = 0; i < all; i++)
		if (list[i].campaign == s->campaign.id)
			list[(*n)++] = list[i];
	*out = list;
	return 0;
}

static void
reply_outcome(struct request *r, const struct snapshot *s, const struct asked *a, enum attach outcome)
{
	const char *list = form_value(r->arena, r->body, r->body_len, "list");
	const char *page = form_value(r->arena, r->body, r->body_len, "page");
	const char *text = attach_text(outcome, r->lang);

	if (request_is_api(r) && outcome == ATTACH_DONE) {
		json_t *data = json_object();

		view_text(data, "text", text);
		view_reply(r, SCREEN_MAIL, NULL, NULL, data);
	} else if (request_is_api(r)) {
		reply_problem(r, outcome == ATTACH_NO_MAIL ? 404 : outcome == ATTACH_DECIDED ? 409 : 400, text, NULL);
	} else if (outcome == ATTACH_NO_MAIL) {
		view_nothing_here(r);
	} else if (outcome == ATTACH_NO_KIND || outcome == ATTACH_NEEDS_UNTIL) {
		show_mail(r, s, a, text, NULL, 0);
	} else {
		bool replies = list && strcmp(list, "replies") == 0;

		reply_redirect(r, desk_url(r, s, arena_printf(r->arena, "/inbound?list=%s&page=%lld&said=%d", replies ? "replies" : "waiting",
		    page ? strtoll(page, NULL, 10) : 1, (int)outcome + 1)));
	}
}

static int
read_until(const struct snapshot *s, const struct asked *a, int64_t *until)
{
	struct err e = ERR_INIT;

	*until = 0;
	return !a->until || !*a->until ? 0 : date_parse(a->until, &s->campaign.zone, DATE_END, until, &e);
}

static void
attach(struct request *r, const struct snapshot *s, const struct asked *a)
{
	struct attach_what w = { .mail = a->mail, .campaign = s->campaign.id, .kind = a->kind ? a->kind : "",
	    .actor = desk_actor(r) };
	struct contact *found = NULL;
	struct err e = ERR_INIT;
	enum attach outcome;
	size_t n;

	if (find(r, s, a, &found, &n, &e) < 0) {
		view_error(r, &e);
		return;
	}
	if (n != 1 || read_until(s, a, &w.until) < 0) {
		const char *text = n > 1 ? TRL(r->lang, "Several people answer to that: choose one.", "Có nhiều người trùng: xin chọn một người.") :
		    n == 0 ? TRL(r->lang, "Nobody of this campaign answers to that.", "Đợt khảo sát này không có ai như vậy.") :
		    TRL(r->lang, "That is no day.", "Ngày không đúng.");

		if (request_is_api(r))
			reply_problem(r, 400, text, NULL);
		else
			show_mail(r, s, a, text, found, n > 1 ? n : 0);
		return;
	}
	w.who = &found[0];
	if (attach_mail(r->db, r->arena, r->rules, &w, &outcome, &e) < 0)
		view_error(r, &e);
	else
		reply_outcome(r, s, a, outcome);
	board_touch(r->site->board, s->campaign.id);
}

/* Without a person: nothing of ours; of a reply: read. */
static void
dismiss(struct request *r, const struct snapshot *s, const struct asked *a)
{
	struct err e = ERR_INIT;
	struct inbound_seen seen;
	enum attach outcome = ATTACH_NO_MAIL;
	int rc = a->mail ? inbound_by_id(r->db, r->arena, a->mail, s->campaign.id, &seen, &e) : 0;

	if (rc < 0 || (rc == 1 && attach_nobody(r->db, a->mail, a->act, desk_actor(r), &outcome, &e) < 0))
		view_error(r, &e);
	else
		reply_outcome(r, s, a, outcome);
}

void
desk_mail_decide(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	const char *contact = form_value(r->arena, r->body, r->body_len, "contact");
	struct asked a = { .mail = mail_of_path(r), .act = form_value(r->arena, r->body, r->body_len, "act"),
	    .who = form_value(r->arena, r->body, r->body_len, "who"), .kind = form_value(r->arena, r->body, r->body_len, "kind"),
	    .until = form_value(r->arena, r->body, r->body_len, "until"), .contact = contact ? strtoll(contact, NULL, 10) : 0 };

	if (!s)
		return;
	if (a.act && (strcmp(a.act, "not_ours") == 0 || strcmp(a.act, "seen") == 0))
		dismiss(r, s, &a);
	else
		attach(r, s, &a);
	view_done(r, s);
}
