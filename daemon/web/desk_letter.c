/* desk.h: a letter to a unit, read before it goes; the lists and the evidence to take away. */
#include "web/desk.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine/letter_wave.h"
#include "store/letter.h"
#include "web/desk_parts.h"
#include "web/form.h"
#include "web/session.h"

#define PAGE_MAX_BYTES ((size_t)64 << 20)
#define FIELD_MOST_BYTES 60

struct papers {				/* of one unit */
	const struct snapshot *s;
	const struct unit_account *u;
	struct letter_asked asked;
	struct letter_wave lw;
	struct letter_made made;
	enum letter_fate fate;
	bool bare;			/* without what was typed: it was wrong */
};

static const char *
kind_text(enum letter_kind k, enum lang l)
{
	switch (k) {
	case LETTER_FIX: return TRL(l, "Addresses to correct", "Địa chỉ cần sửa");
	case LETTER_REFUSAL: return TRL(l, "Mail that is refused", "Thư bị từ chối");
	default: return TRL(l, "Taking part", "Đôn đốc tham gia");
	}
}

static const char *
state_text(const char *state, enum lang l)
{
	static const struct { const char *state, *en, *vi; } states[] = {
		{ "planned", "goes out within a minute", "sẽ gửi trong vòng một phút" }, { "sending", "on its way", "đang gửi" },
		{ "accepted", "accepted by the relay", "máy chủ đã nhận" }, { "deferred", "put off, tried again", "bị hoãn, sẽ gửi lại" },
		{ "refused", "refused", "bị từ chối" }, { "uncertain", "uncertain", "không chắc đã đến" },
		{ "expired", "not taken until it expired", "hết hạn, chưa gửi được" },
	};

	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (strcmp(states[i].state, state) == 0)
			return TRL(l, states[i].en, states[i].vi);
	return state;
}

/* Evidence of refusals shows mail of other units, too. */
static bool
may_see(const struct request *r, enum letter_kind k)
{
	return k != LETTER_REFUSAL || access_may(r->actor, RIGHT_CHANGE);
}

/* The people of the unit; of a letter about refusals, everybody who was refused: the evidence is the domain's. */
static void
choose_people(struct request *r, struct papers *p)
{
	const struct snapshot *s = p->s;
	int64_t *list = arena_alloc(r->arena, (s->n_people + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < s->n_people; i++)
		if ((s->people[i].unit >= 0 && &s->account.units[s->people[i].unit] == p->u) ||
		    (p->asked.kind == LETTER_REFUSAL && cause_is_wall((enum cause)s->people[i].cause)))
			list[n++] = s->people[i].contact;
	p->asked.of = (struct facts_of){ list, n };
}

/* What was typed; NULL: nothing. */
static const char *
typed(struct request *r, const char *name)
{
	const char *v = r->post ? form_value(r->arena, r->body, r->body_len, name) : request_arg(r, name);

	return v && *v && strlen(v) <= FIELD_MOST_BYTES ? v : NULL;
}

static int
papers_read(struct request *r, struct papers *p, struct err *e)
{
	const struct dossier *d;
	int rc;

	if (db_snapshot(r->db, e) < 0)
		return -1;
	rc = letter_wave_open(&p->lw, r->db, &p->s->account, &p->asked, clock_now(), e);
	if (rc == 0) {
		d = letter_wave_unit(&p->lw, p->u->unit.id);
		rc = letter_wave_address(&p->lw, d, &p->made, &p->fate, e);
		if (rc == 0 && letter_needed(p->asked.kind, d))
			rc = letter_wave_make(&p->lw, &p->made, e);
	}
	if (rc < 0)
		return db_abort(r->db);
	return db_commit(r->db, e) < 0 ? -1 : 1;
}

/* The papers of the path, and the letter when there is something to write: 1; 0 there is no such unit or kind; -1. */
static int
papers_open(struct request *r, struct papers *p, bool to_send, struct err *e)
{
	int rc;

	if (!letter_kind_parse(r->seg[2], &p->asked.kind) || !access_sees_unit(r->actor, r->seg[1]) || !may_see(r, p->asked.kind) ||
	    !(p->u = snapshot_unit(p->s, r->seg[1])))
		return 0;
	p->asked.number = p->bare ? NULL : typed(r, "number");
	p->asked.reply_by = p->bare ? NULL : typed(r, "reply_by");
	p->asked.to_send = to_send;
	choose_people(r, p);
	lang_speak(&r->lang);	/* what is wrong with what was typed is told to whom typed it */
	rc = papers_read(r, p, e);
	lang_speak(NULL);
	return rc;
}

static void
papers_close(struct papers *p)
{
	letter_made_release(&p->made);
	letter_wave_close(&p->lw);
}

static const char *
unit_url(const struct request *r, const struct papers *p, enum letter_kind k, const char *file)
{
	return desk_url(r, p->s, arena_printf(r->arena, "/units/%s/letters/%s%s%s", p->u->unit.code, letter_kind_name(k), *file ? "/" : "",
	    file));
}

static const char *
file_url(const struct request *r, const struct papers *p, const char *name)
{
	struct buf b = BUF_INIT(4096);
	const char *url;

	if (p->asked.number) {
		buf_str_add(&b, "?number=");
		url_escape(&b, p->asked.number);
	}
	if (p->asked.reply_by) {
		buf_str_add(&b, b.len ? "&reply_by=" : "?reply_by=");
		url_escape(&b, p->asked.reply_by);
	}
	url = arena_printf(r->arena, "%s%s", unit_url(r, p, p->asked.kind, name), buf_str(&b));
	buf_release(&b);
	return url;
}

struct history {
	const struct request *r;
	const struct papers *p;
	json_t *list;
};

static int
add_before(const struct letter_standing *s, void *arg)
{
	const struct history *h = arg;
	const struct zone *z = &h->p->s->campaign.zone;
	enum letter_kind k;
	json_t *o;

	if (strcmp(s->letter.about, h->p->u->unit.code) != 0 || !letter_kind_parse(s->letter.kind, &k))
		return 0;
	o = view_item(h->list);
	view_time(o, "at", z, s->letter.moved_at, h->r->lang);
	view_text(o, "kind_name", kind_text(k, h->r->lang));
	view_text(o, "number", *s->letter.number ? s->letter.number : NULL);
	view_text(o, "email", s->letter.email);
	view_text(o, "state", s->letter.state);
	view_text(o, "state_name", state_text(s->letter.state, h->r->lang));
	view_utf8(o, "words", h->r->arena, s->failed_at ? s->failed_text : s->text);
	return 0;
}

static void
add_kinds(json_t *data, const struct request *r, const struct papers *p, const struct dossier *d)
{
	json_t *list = view_list(data, "kinds");

	for (int k = 0; k < LETTER_KINDS; k++) {
		json_t *o;

		if (!may_see(r, (enum letter_kind)k))
			continue;
		o = view_item(list);
		view_text(o, "kind", letter_kind_name((enum letter_kind)k));
		view_text(o, "name", kind_text((enum letter_kind)k, r->lang));
		view_text(o, "url", unit_url(r, p, (enum letter_kind)k, ""));
		if (k == LETTER_NUMBERS)
			view_text(o, "count", NULL);
		else
			view_int(o, "count", (int64_t)(k == LETTER_FIX ? d->n_fixes : d->n_domains));
		view_flag(o, "current", (enum letter_kind)k == p->asked.kind);
	}
}

static void
add_letter(json_t *data, struct request *r, const struct papers *p)
{
	const struct letter_made *m = &p->made;
	json_t *list = view_list(data, "files"), *o;
	struct date_text day;

	date_rfc3339(&day, &p->s->campaign.zone, p->lw.w.reply_by);
	view_text(data, "number", p->asked.number);
	view_text(data, "reply_by", arena_printf(r->arena, "%.10s", day.s));
	view_text(data, "wave", p->lw.name);
	view_flag(data, "before", p->fate == LETTER_BEFORE);
	view_text(data, "mail", m->text);
	view_text(data, "mail_lang", lang_name(p->s->campaign.lang));
	view_text(data, "page_url", m->to.id ? file_url(r, p, "letter.html") : NULL);
	if (m->to.email) {
		o = json_object();
		view_text(o, "name", *m->to.name ? m->to.name : NULL);
		view_text(o, "position", *m->to.position ? m->to.position : NULL);
		view_text(o, "email", m->to.email);
		json_object_set_new(data, "addressee", o);
	} else {
		view_text(data, "addressee", NULL);
	}
	for (size_t i = 0; i < m->files.n; i++) {
		o = view_item(list);
		view_text(o, "name", m->files.list[i].name);
		view_int(o, "kilobytes", (int64_t)(m->files.list[i].len + 1023) / 1024);
		view_text(o, "url", file_url(r, p, m->files.list[i].name));
	}
}

static void
show(struct request *r, const struct papers *p, const char *said, bool good)
{
	const struct dossier *d = letter_wave_unit(&p->lw, p->u->unit.id);
	struct history h = { .r = r, .p = p };
	json_t *data = json_object();
	struct err e = ERR_INIT;

	desk_unit(data, r, p->s, p->u);
	view_text(data, "kind", letter_kind_name(p->asked.kind));
	view_text(data, "kind_name", kind_text(p->asked.kind, r->lang));
	view_flag(data, "needed", letter_needed(p->asked.kind, d));
	view_flag(data, "may_send", access_may(r->actor, RIGHT_CHANGE));
	view_text(data, "form_url", unit_url(r, p, p->asked.kind, ""));
	add_kinds(data, r, p, d);
	add_letter(data, r, p);
	desk_said(data, said, good);
	h.list = view_list(data, "letters");
	if (letter_each(r->db, p->s->campaign.id, NULL, add_before, &h, &e) < 0) {
		view_error(r, &e);
		json_decref(data);
		return;
	}
	view_reply(r, SCREEN_LETTER, arena_printf(r->arena, TRL(r->lang, "Letter to %s", "Công văn gửi %s"),
	    unit_name(&p->u->unit, r->lang)), p->s, data);
}

static void
refuse(struct request *r, const struct err *e)
{
	if (e->code == ERR_INPUT || e->code == ERR_NOTNOW)
		reply_notice(r, 422, TRL(r->lang, "This letter cannot be written", "Không lập được công văn này"), e->text);
	else
		view_error(r, e);
}

/* A fault of what was typed stays on the page, above a letter without it. */
static void
show_fault(struct request *r, struct papers *p, const struct err *fault)
{
	struct err e = ERR_INIT;
	int rc;

	if (request_is_api(r) || (!p->asked.number && !p->asked.reply_by && !p->asked.to_send)) {
		refuse(r, fault);
		return;
	}
	papers_close(p);	/* it may have come as far as the letter */
	*p = (struct papers){ .s = p->s, .bare = true };
	rc = papers_open(r, p, false, &e);
	if (rc == 1)
		show(r, p, fault->text, false);
	else if (rc < 0)
		view_error(r, &e);
	else
		view_nothing_here(r);
}

void
desk_letter(struct request *r)
{
	struct papers p = { .s = view_campaign(r) };
	struct err e = ERR_INIT;
	int rc;

	if (!p.s)
		return;
	rc = papers_open(r, &p, false, &e);
	if (rc < 0)
		show_fault(r, &p, &e);
	else if (rc == 0)
		view_nothing_here(r);
	else
		show(r, &p, request_arg(r, "said") ? TRL(r->lang, "The letter is on its way: the service sends it within a minute.",
		    "Đã lập công văn: dịch vụ sẽ gửi trong vòng một phút.") : NULL, true);
	papers_close(&p);
	view_done(r, p.s);
}

static void
send_letter(struct request *r, struct papers *p)
{
	const struct dossier *d = letter_wave_unit(&p->lw, p->u->unit.id);
	const char *why = NULL;
	struct err e = ERR_INIT;
	int rc = 0;

	if (p->fate == LETTER_NO_FOCAL)
		why = TRL(r->lang, "Nobody to write to: this unit has no focal point.", "Chưa biết gửi cho ai: đơn vị chưa có đầu mối.");
	else if (!letter_needed(p->asked.kind, d))
		why = TRL(r->lang, "There is nothing of this kind to write to the unit.", "Không có gì để gửi đơn vị theo loại công văn này.");
	else if (p->fate == LETTER_BEFORE || (rc = letter_wave_plan(&p->lw, &p->made, desk_actor(r), &e)) == 0)
		why = TRL(r->lang, "This letter was sent today already.", "Công văn này đã được gửi trong ngày.");
	if (rc < 0)
		view_error(r, &e);
	else if (why && request_is_api(r))
		reply_problem(r, 409, why, NULL);
	else if (why)
		show(r, p, why, false);
	else if (request_is_api(r))
		show(r, p, NULL, true);
	else
		reply_redirect(r, arena_printf(r->arena, "%s?said=1", unit_url(r, p, p->asked.kind, "")));
}

void
desk_letter_send(struct request *r)
{
	struct papers p = { .s = NULL };
	struct err e = ERR_INIT;
	int rc;

	if (!session_may(r, RIGHT_CHANGE) || !(p.s = view_campaign(r)))
		return;
	rc = papers_open(r, &p, true, &e);
	if (rc < 0)
		show_fault(r, &p, &e);
	else if (rc == 0)
		view_nothing_here(r);
	else
		send_letter(r, &p);
	papers_close(&p);
	view_done(r, p.s);
}

static void
send_page(struct request *r, struct papers *p)
{
	struct buf page = BUF_INIT(PAGE_MAX_BYTES);
	struct err e = ERR_INIT;

	if (letter_page(&page, &p->lw.w, p->made.d, &e) < 0 || page.failed) {
		view_error(r, &e);
	} else {
		reply_own(r, 200, "text/html; charset=utf-8", &page);
		reply_allow_style(r);
	}
	buf_release(&page);
}

static void
send_file(struct request *r, struct papers *p)
{
	const char *name = r->seg[3];

	if (!p->made.to.id) {
		view_nothing_here(r);
		return;
	}
	if (strcmp(name, "letter.html") == 0) {
		send_page(r, p);
		return;
	}
	for (size_t i = 0; i < p->made.files.n; i++) {
		const struct mail_file *f = &p->made.files.list[i];
		struct buf b = BUF_INIT(PAGE_MAX_BYTES);

		if (strcmp(f->name, name) != 0)
			continue;
		buf_add(&b, f->data, f->len);
		reply_own(r, 200, f->type, &b);
		r->file_name = arena_dup(r->arena, f->name);
		return;
	}
	view_nothing_here(r);
}

void
desk_letter_file(struct request *r)
{
	struct papers p = { .s = view_campaign(r) };
	struct err e = ERR_INIT;
	int rc;

	if (!p.s)
		return;
	rc = papers_open(r, &p, false, &e);
	if (rc < 0)
		refuse(r, &e);
	else if (rc == 0)
		view_nothing_here(r);
	else
		send_file(r, &p);
	papers_close(&p);
	view_done(r, p.s);
}

/* The evidence for a mail domain: /packs/DOMAIN, in the language of the page. */
void
desk_pack(struct request *r)
{
	const struct snapshot *s = view_campaign(r);
	struct papers p = { .s = s, .asked = { .kind = LETTER_REFUSAL } };
	struct packs packs = { .list = NULL };
	struct buf text = BUF_INIT(PAGE_MAX_BYTES);
	struct err e = ERR_INIT;
	int rc;

	if (!s)
		return;
	choose_people(r, &p);
	request_choose_lang(r, s->campaign.lang);
	if ((rc = db_snapshot(r->db, &e)) == 0) {
		rc = packs_build(&packs, r->db, &s->account, &p.asked.of, r->seg[1], &e);
		if (rc == 0 && packs.n)
			rc = pack_text(&text, &packs.list[0], &s->account, r->lang, &e);
		rc = rc < 0 ? db_abort(r->db) : db_commit(r->db, &e);
	}
	if (rc < 0 || text.failed) {
		view_error(r, &e);
	} else if (!packs.n) {
		view_nothing_here(r);
	} else {
		reply_own(r, 200, "text/plain; charset=utf-8", &text);
		r->file_name = arena_printf(r->arena, "%s.%s.txt", r->seg[1], lang_name(r->lang));
	}
	buf_release(&text);
	packs_release(&packs);
	view_done(r, s);
}
