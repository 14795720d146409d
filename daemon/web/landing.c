#include "web/landing.h"

#include "base/log.h"
#include "store/evidence.h"

/* One object for each form: its title, where its button leads, when it was done. */
static struct mustache_value
form_list(struct request *r, const struct guest *g, const char *token, size_t *done)
{
	struct mustache_value *items = arena_alloc(r->arena, (INSTRUMENTS_MAX + 1) * sizeof(*items));
	struct date_text t;

	*done = 0;
	for (size_t i = 0; i < g->c->n_instruments; i++) {
		struct mustache_field *f = arena_alloc(r->arena, 4 * sizeof(*f));
		int64_t at = g->v.done_at[i];

		f[0] = (struct mustache_field){ "title", mustache_text(g->c->instruments[i].title) };
		f[1] = (struct mustache_field){ "done", guest_flag(at) };
		f[2] = (struct mustache_field){ "done_at",
		    mustache_text(at ? arena_dup(r->arena, date_minute(&t, &g->c->zone, at, r->lang)) : "") };
		f[3] = (struct mustache_field){ "action",
		    mustache_text(guest_url(r, "/i/", token, "/go/", g->c->instruments[i].key)) };
		items[i] = mustache_object(f, 4);
		*done += at != 0;
	}
	return mustache_list(items, g->c->n_instruments);
}

/* Only where the campaign says so: one weak fact a day. */
static void
note_visit(struct request *r, const struct guest *g)
{
	struct err e = ERR_INIT;
	char print[64];
	struct evidence v = { .contact = g->v.contact, .at = g->now, .kind = "visit", .grade = 'D', .fingerprint = print };
	struct log_q q;

	snprintf(print, sizeof(print), "visit:%lld:%lld", (long long)g->v.contact, (long long)(g->now / 86400));
	if (db_begin(r->db, &e) < 0 || (evidence_add(r->db, &v, &e) < 0 ? db_abort(r->db) : db_commit(r->db, &e)) < 0)
		log_warn("visit", "text=%s", log_q(&q, e.text));
}

void
landing_show(struct request *r)
{
	const char *token = r->seg[0];
	struct mustache_field f[GUEST_FIELDS + 12];
	struct guest g;
	int64_t days;
	size_t n, done;

	if (!guest_enter(r, token, &g))
		return;
	if (g.closed) {
		guest_show_shut(r, &g);
		return;
	}
	if (!r->head && strcmp(g.c->tracking, "visits") == 0)
		note_visit(r, &g);
	r->policy = g.shown->policy;
	days = (g.c->closes_at - g.now) / 86400;
	n = guest_fields(r, &g, true, f);
	f[n++] = (struct mustache_field){ "title", mustache_text(g.c->title) };
	f[n++] = (struct mustache_field){ "forms", form_list(r, &g, token, &done) };
	f[n++] = (struct mustache_field){ "all_done", guest_flag(done == g.c->n_instruments) };
	f[n++] = (struct mustache_field){ "days_left",
	    mustache_text(days > 0 ? arena_printf(r->arena, "%lld", (long long)days) : "") };
	f[n++] = (struct mustache_field){ "one_day_left", guest_flag(days == 1) };
	f[n++] = (struct mustache_field){ "last_day", guest_flag(days == 0) };
	f[n++] = (struct mustache_field){ "found_action", mustache_text(guest_url(r, "/i/", token, "/found", "")) };
	f[n++] = (struct mustache_field){ "found_said", guest_flag(*g.v.found) };
	f[n++] = (struct mustache_field){ "found_inbox", guest_flag(strcmp(g.v.found, "found_inbox") == 0) };
	f[n++] = (struct mustache_field){ "found_spam", guest_flag(strcmp(g.v.found, "found_spam") == 0) };
	f[n++] = (struct mustache_field){ "found_forwarded", guest_flag(strcmp(g.v.found, "found_forwarded") == 0) };
	f[n++] = (struct mustache_field){ "stop_url", mustache_text(guest_url(r, "/u/", token, "", "")) };
	reply_page(r, 200, PAGE_LANDING, f, n);
}

/* A person on the way to a form is not held up by our store: without the note, on they go. */
static void
note_button(struct request *r, const struct guest *g, const struct instrument *form)
{
	struct err e = ERR_INIT;
	char print[64];
	struct evidence v = { .contact = g->v.contact, .at = g->now, .kind = "button", .grade = 'A', .text = form->key,
	    .fingerprint = print };
	struct log_q q;

	snprintf(print, sizeof(print), "button:%lld:%lld", (long long)g->v.contact, (long long)form->id);
	if (db_begin(r->db, &e) < 0 || (evidence_add(r->db, &v, &e) < 0 ? db_abort(r->db) : db_commit(r->db, &e)) < 0)
		log_error("button", "contact=%lld text=%s", (long long)g->v.contact, log_q(&q, e.text));
}

void
landing_go(struct request *r)
{
	const struct instrument *form;
	const char *to;
	struct guest g;

	if (!guest_enter(r, r->seg[0], &g))
		return;
	if (g.closed || g.not_open) {
		guest_show_shut(r, &g);
		r->status = 409;
		return;
	}
	if (!(form = campaign_instrument(g.c, r->seg[1]))) {
		reply_unknown(r);
		return;
	}
	if (!(to = url_for_token(r->arena, form->url, r->seg[0]))) {
		struct err e = ERR_INIT;

		err_set(&e, ERR_INPUT, TR("form '%s': its address is not http or https", "phiếu '%s': địa chỉ không phải http hay https"),
		    form->key);
		reply_error(r, &e);
		return;
	}
	note_button(r, &g, form);
	reply_redirect(r, to);
}

/* What was said before is withdrawn, what is said now is recorded. */
static int
record_found(struct request *r, const struct guest *g, const char *kind, struct err *e)
{
	static const char *const kinds[] = { "found_inbox", "found_spam", "found_forwarded" };
	char print[64];
	struct evidence v = { .contact = g->v.contact, .at = g->now, .kind = kind, .grade = 'A', .fingerprint = print };

	snprintf(print, sizeof(print), "%s:%lld", kind, (long long)g->v.contact);
	if (db_begin(r->db, e) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i], kind) != 0 && evidence_withdraw(r->db, g->v.contact, kinds[i], e) < 0)
			return db_abort(r->db);
	if (evidence_add(r->db, &v, e) < 0)
		return db_abort(r->db);
	return db_commit(r->db, e);
}

void
landing_found(struct request *r)
{
	const char *where, *kind;
	struct err e = ERR_INIT;
	struct guest g;

	if (!guest_enter(r, r->seg[0], &g))
		return;
	if (g.closed) {
		guest_show_shut(r, &g);
		r->status = 409;
		return;
	}
	where = form_value(r->arena, r->body, r->body_len, "where");
	kind = !where ? NULL : strcmp(where, "inbox") == 0 ? "found_inbox" : strcmp(where, "spam") == 0 ? "found_spam" :
	    strcmp(where, "forwarded") == 0 ? "found_forwarded" : NULL;
	if (!kind)
		reply_notice(r, 400, TRL(r->lang, "Please choose one of the answers", "Xin chọn một câu trả lời"),
		    TRL(r->lang, "Go back and say where you found the message: inbox, spam folder, or passed on by somebody.",
		    "Xin quay lại và cho biết Ông/Bà thấy thư ở đâu: hộp thư đến, thư rác, hay do người khác chuyển."));
	else if (record_found(r, &g, kind, &e) < 0)
		reply_error(r, &e);
	else
		reply_redirect(r, guest_url(r, "/i/", r->seg[0], "", ""));
}
