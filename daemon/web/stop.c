/* landing.h: no more reminders, and again reminders. */
#include "web/landing.h"

#include <strings.h>

#include "store/evidence.h"

static void
show(struct request *r, const struct guest *g)
{
	struct mustache_field f[GUEST_FIELDS + 4];
	size_t n = guest_fields(r, g, !g->closed, f);

	f[n++] = (struct mustache_field){ "title", mustache_text(TRL(r->lang, "Reminders", "Thư nhắc")) };
	f[n++] = (struct mustache_field){ "action", mustache_text(guest_url(r, "/u/", r->seg[0], "", "")) };
	f[n++] = (struct mustache_field){ "landing_url", mustache_text(guest_url(r, "/i/", r->seg[0], "", "")) };
	reply_page(r, 200, PAGE_STOP, f, n);
}

void
stop_show(struct request *r)
{
	struct guest g;

	if (guest_enter(r, r->seg[0], &g))
		show(r, &g);
}

static int
record(struct request *r, const struct guest *g, bool undo, struct err *e)
{
	char print[64];
	struct evidence v = { .contact = g->v.contact, .at = g->now, .kind = "opt_out", .grade = 'A', .fingerprint = print };

	snprintf(print, sizeof(print), "opt_out:%lld", (long long)g->v.contact);
	if (db_begin(r->db, e) < 0)
		return -1;
	if ((undo ? evidence_withdraw(r->db, g->v.contact, "opt_out", e) : evidence_add(r->db, &v, e)) < 0)
		return db_abort(r->db);
	return db_commit(r->db, e);
}

/*
 * A mailbox provider posts List-Unsubscribe=One-Click, as a form of either
 * kind, and follows no redirect (RFC 8058 3.2): it gets the page at once.
 */
static bool
one_click(const struct request *r)
{
	const char *type = request_header(r, "Content-Type"), *v;

	if (type && strncasecmp(type, "multipart/form-data", 19) == 0)
		return true;
	v = form_value(r->arena, r->body, r->body_len, "List-Unsubscribe");
	return v && strcasecmp(v, "One-Click") == 0;
}

void
stop_act(struct request *r)
{
	bool direct = one_click(r), undo = !direct && form_value(r->arena, r->body, r->body_len, "undo");
	struct err e = ERR_INIT;
	struct guest g;

	if (!guest_enter(r, r->seg[0], &g))
		return;
	if (record(r, &g, undo, &e) < 0) {
		reply_error(r, &e);
		return;
	}
	g.v.opted_out = !undo;
	if (direct)
		show(r, &g);
	else
		reply_redirect(r, guest_url(r, "/u/", r->seg[0], "", ""));
}
