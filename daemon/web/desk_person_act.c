/* desk.h: what one does for one person: correct, record a word, note, stop, cure, send again. */
#include "web/desk_person.h"

#include "base/clock.h"
#include "engine/amend.h"
#include "engine/remark.h"
#include "engine/resend.h"
#include "engine/word.h"
#include "store/holdings.h"
#include "web/desk.h"
#include "web/desk_parts.h"
#include "web/session.h"

#define AMENDED 0x40		/* of a number that says what was corrected: with the bits below */

enum said { SAID_NOTHING, SAID_RECORDED, SAID_KNOWN, SAID_WITHDRAWN, SAID_NEVER, SAID_NOTED, SAID_STOPPED, SAID_RESENT, SAIDS };

struct acting {
	struct request *r;
	const struct snapshot *s;
	struct contact who;
	struct person_form form;
	struct by by;
	int said;			/* it was done: what */
};

const char *
person_said(const struct request *r, int64_t said, bool *good)
{
	static const struct { const char *en, *vi; bool good; } texts[SAIDS] = {
		[SAID_RECORDED] = { "Recorded.", "Đã ghi nhận.", true },
		[SAID_KNOWN] = { "This was recorded before.", "Điều này đã được ghi nhận từ trước.", true },
		[SAID_WITHDRAWN] = { "Taken back: it stays on record and counts no more.", "Đã rút lại: vẫn lưu nhưng không tính nữa.", true },
		[SAID_NEVER] = { "Nobody has said that.", "Chưa ai nói điều này.", false },
		[SAID_NOTED] = { "Noted.", "Đã ghi chú.", true },
		[SAID_STOPPED] = { "The person gets no more mail.", "Từ nay không gửi thư cho người này nữa.", true },
		[SAID_RESENT] = { "The message will be sent.", "Thư sẽ được gửi.", true },
	};
	struct amended m = { .name = said & 1, .email = said & 2, .sub_unit = said & 4, .shared = said & 8 };

	*good = true;
	if (said >= AMENDED && said < AMENDED + 16)
		return amended_text(r->arena, &m, r->lang);
	if (said <= SAID_NOTHING || said >= SAIDS)
		return NULL;
	*good = texts[said].good;
	return TRL(r->lang, texts[said].en, texts[said].vi);
}

/* It cannot be done as it was typed. 0. */
static int
fault(struct acting *p, const char *field, const char *why)
{
	p->form.fault = field;
	p->form.why = why;
	return 0;
}

/* What the engine refuses is told at the field; anything else has gone wrong. */
static int
refused(struct acting *p, const char *field, const struct err *e)
{
	return e->code == ERR_INPUT ? fault(p, field, arena_dup(p->r->arena, e->text)) : -1;
}

/* Each of these: 1 done, 0 it cannot be done (fault), -1. */
static int
correct(struct acting *p, struct err *e)
{
	struct amendment a = { p->form.name, p->form.email, p->form.sub_unit };
	struct amended done;
	struct units *units;
	int rc;

	/* A field that is as it was says nothing. */
	if (a.name && strcmp(a.name, p->who.name) == 0)
		a.name = NULL;
	if (a.email && strcmp(a.email, p->who.email) == 0)
		a.email = NULL;
	if (a.sub_unit && strcmp(a.sub_unit, p->who.sub_unit) == 0)
		a.sub_unit = NULL;
	if (units_load(&units, p->r->db, p->s->campaign.tree, p->s->campaign.opens_at, e) < 0)
		return -1;
	rc = amend(p->r->db, &p->who, units, &a, &p->by, clock_now(), &done, e);
	units_free(units);
	if (rc < 0)
		return refused(p, *done.fault ? done.fault : "name", e);
	p->said = AMENDED | done.name | done.email << 1 | done.sub_unit << 2 | done.shared << 3;
	return 1;
}

static int
record(struct acting *p, const struct word *w, const char *note_field, int said, struct err *e)
{
	int64_t now = clock_now();
	struct word_said what = { .note = p->form.note, .at = now };
	struct err day = ERR_INIT;
	int rc;

	if (!w)
		return fault(p, "kind", TRL(p->r->lang, "Choose what was said.", "Xin chọn điều được cho biết."));
	if (w->until && p->form.until && *p->form.until &&
	    date_parse(p->form.until, &p->s->campaign.zone, DATE_END, &what.until, &day) < 0)
		return fault(p, "until", TRL(p->r->lang, "That is no day.", "Ngày không đúng."));
	if (word_check(w, &what, now, p->r->lang, e) < 0)
		return refused(p, what.note && *what.note ? "until" : note_field, e);
	if ((rc = word_record(p->r->db, &p->who, w, &what, &p->by, e)) >= 0)
		p->said = rc ? said : SAID_KNOWN;
	return rc < 0 ? -1 : 1;
}

static int
withdraw(struct acting *p, struct err *e)
{
	const struct word *w = p->form.kind ? word_find(p->form.kind) : NULL;
	int rc = w ? word_withdraw(p->r->db, &p->who, w, &p->by, e) : 0;

	if (rc < 0)
		return refused(p, "kind", e);
	p->said = rc ? SAID_WITHDRAWN : SAID_NEVER;
	return 1;
}

static int
note(struct acting *p, struct err *e)
{
	if (remark_add(p->r->db, &p->who, p->form.note ? p->form.note : "", &p->by, clock_now(), e) < 0)
		return refused(p, "remark", e);
	p->said = SAID_NOTED;
	return 1;
}

static int
do_it(struct acting *p, struct err *e)
{
	const char *act = p->form.act;

	if (p->who.erased_at)
		return fault(p, "", TRL(p->r->lang, "This person was erased.", "Dữ liệu của người này đã được xóa."));
	if (strcmp(act, "correct") == 0)
		return correct(p, e);
	if (strcmp(act, "say") == 0)
		return record(p, p->form.kind ? word_find(p->form.kind) : NULL, "note", SAID_RECORDED, e);
	if (strcmp(act, "stop") == 0)
		return record(p, word_find("opt_out"), "stop", SAID_STOPPED, e);
	if (strcmp(act, "cure") == 0)
		return record(p, word_find("works"), "note", SAID_RECORDED, e);
	if (strcmp(act, "withdraw") == 0)
		return withdraw(p, e);
	if (strcmp(act, "note") == 0)
		return note(p, e);
	return fault(p, "", TRL(p->r->lang, "There is nothing of that name to do.", "Không có việc này."));
}

static void
reply_done(struct acting *p)
{
	struct request *r = p->r;
	bool good;

	if (request_is_api(r)) {
		json_t *data = json_object();

		view_text(data, "text", person_said(r, p->said, &good));
		view_reply(r, SCREEN_PERSON, NULL, NULL, data);
	} else {
		reply_redirect(r, desk_url(r, p->s, arena_printf(r->arena, "/people/%lld?said=%d", (long long)p->who.id, p->said)));
	}
}

/* The person of the path, for who may change. false: the reply is made. */
static bool
begin(struct acting *p, struct request *r, const struct snapshot *s)
{
	struct err e = ERR_INIT;
	int rc;

	*p = (struct acting){ .r = r, .s = s, .form = { .act = "", .fault = "" } };
	if (!session_may(r, RIGHT_AMEND))
		return false;
	p->by = (struct by){ desk_actor(r), r->lang };
	if ((rc = desk_contact(r, s, &p->who, &e)) < 0)
		view_error(r, &e);
	else if (rc == 0)
		view_nothing_here(r);
	return rc == 1;
}

static const char *
field(const struct request *r, const char *name)
{
	return form_value(r->arena, r->body, r->body_len, name);
}

void
desk_person_act(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct err e = ERR_INIT;
	struct acting p;
	int rc;

	if (!s)
		return;
	if (begin(&p, r, s)) {
		const char *act = field(r, "act");

		p.form = (struct person_form){ .act = act ? act : "", .name = field(r, "name"), .email = field(r, "email"),
		    .sub_unit = field(r, "sub_unit"), .kind = field(r, "kind"), .until = field(r, "until"), .note = field(r, "note"),
		    .fault = "" };
		if ((rc = do_it(&p, &e)) < 0) {
			view_error(r, &e);
		} else if (rc == 1) {
			reply_done(&p);
			board_touch(r->site->board, s->campaign.id);
		} else if (request_is_api(r)) {
			reply_problem(r, 400, p.form.why, NULL);
		} else {
			p.form.said = p.form.why;
			desk_person_show(r, s, &p.form);
		}
	}
	view_done(r, s);
}

/* --- the message once more -------------------------------------------------------------- */

static void
show_resend(struct acting *p, const struct resend *x)
{
	struct request *r = p->r;
	const struct zone *z = &p->s->campaign.zone;
	json_t *data = json_object();

	view_int(data, "id", p->who.id);
	view_utf8(data, "name", r->arena, p->who.name);
	view_flag(data, "may", x->may);
	view_text(data, "reason", x->skip == SKIP_NOT ? x->may ? NULL : "closed" : eligible_key(x->skip));
	view_text(data, "why", x->may ? NULL : x->why);
	view_text(data, "wave", x->wave);
	view_text(data, "template", x->template);
	view_text(data, "email", *x->email ? x->email : NULL);
	view_flag(data, "second", x->second);
	view_time(data, "due_at", z, x->due_at, r->lang);
	view_time(data, "not_after", z, x->not_after, r->lang);
	view_flag(data, "put_off", x->put_off);
	view_flag(data, "held", x->held);
	view_text(data, "subject", *x->subject ? x->subject : NULL);
	view_text(data, "text", *x->text ? x->text : NULL);
	view_text(data, "person_url", desk_url(r, p->s, arena_printf(r->arena, "/people/%lld", (long long)p->who.id)));
	view_text(data, "form_url", desk_url(r, p->s, arena_printf(r->arena, "/people/%lld/resend", (long long)p->who.id)));
	view_reply(r, SCREEN_RESEND, TRL(r->lang, "Send once more", "Gửi lại thư"), p->s, data);
}

/* Who looks at the letter sees the link in it: that is written down. */
static int
look(struct acting *p, struct resend *x, struct err *e)
{
	if (resend_look(x, p->r->db, p->r->site->conf, p->r->arena, &p->who, &p->by, clock_now(), e) < 0 || db_begin(p->r->db, e) < 0)
		return -1;
	return holdings_audit(p->r->db, p->by.actor, "person show", p->who.id, e) < 0 ? db_abort(p->r->db) : db_commit(p->r->db, e);
}

void
desk_resend(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct err e = ERR_INIT;
	struct resend x;
	struct acting p;

	if (!s)
		return;
	if (begin(&p, r, s)) {
		if (look(&p, &x, &e) < 0)
			view_error(r, &e);
		else
			show_resend(&p, &x);
	}
	view_done(r, s);
}

void
desk_resend_do(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct err e = ERR_INIT;
	struct resend x;
	struct acting p;
	int rc;

	if (!s)
		return;
	if (begin(&p, r, s)) {
		rc = resend(&x, r->db, r->site->conf, r->arena, &p.who, &p.by, clock_now(), &e);
		if (rc < 0) {
			view_error(r, &e);
		} else if (rc == 1) {
			p.said = SAID_RESENT;
			reply_done(&p);
			board_touch(r->site->board, s->campaign.id);
		} else if (request_is_api(r)) {
			reply_problem(r, 409, x.why, NULL);
		} else {
			show_resend(&p, &x);
		}
	}
	view_done(r, s);
}
