/* landing.h: the signed link that a finished form hands out. */
#include "web/landing.h"

#include "engine/answers.h"

/* The thanks, and what is still missing. */
static void
thank(struct request *r, const struct guest *g, const struct instrument *form)
{
	struct mustache_value *items = arena_alloc(r->arena, (INSTRUMENTS_MAX + 1) * sizeof(*items));
	struct mustache_field f[GUEST_FIELDS + 6];
	size_t n = guest_fields(r, g, true, f), missing = 0;

	for (size_t i = 0; i < g->c->n_instruments; i++) {
		struct mustache_field *one = arena_alloc(r->arena, 2 * sizeof(*one));

		if (g->v.done_at[i])
			continue;
		one[0] = (struct mustache_field){ "title", mustache_text(g->c->instruments[i].title) };
		one[1] = (struct mustache_field){ "action",
		    mustache_text(guest_url(r, "/i/", r->seg[0], "/go/", g->c->instruments[i].key)) };
		items[missing++] = mustache_object(one, 2);
	}
	r->policy = g->shown->policy;
	f[n++] = (struct mustache_field){ "title", mustache_text(TRL(r->lang, "Thank you", "Xin cảm ơn")) };
	f[n++] = (struct mustache_field){ "form_title", mustache_text(form->title) };
	f[n++] = (struct mustache_field){ "missing", mustache_list(items, missing) };
	f[n++] = (struct mustache_field){ "all_done", guest_flag(missing == 0) };
	f[n++] = (struct mustache_field){ "landing_url", mustache_text(guest_url(r, "/i/", r->seg[0], "", "")) };
	reply_page(r, 200, PAGE_RETURN, f, n);
}

void
return_show(struct request *r)
{
	const char *sig = request_arg(r, "sig");
	struct answer in = { .token = r->seg[0], .instrument = r->seg[1] };
	struct answers_rules rules = { .source = "link" };
	const struct instrument *form;
	struct err e = ERR_INIT;
	struct guest g;

	/* Without our signature nothing is looked up and nothing said. */
	if (!sig || !answers_link_check(&r->site->secret, r->seg[0], r->seg[1], sig)) {
		reply_unknown(r);
		return;
	}
	if (!guest_enter(r, r->seg[0], &g))
		return;
	if (!(form = campaign_instrument(g.c, r->seg[1]))) {
		reply_unknown(r);
		return;
	}
	if (g.closed || g.not_open) {
		guest_show_shut(r, &g);
		r->status = 409;
		return;
	}
	rules.lang = r->lang;
	/* Programs that only look at links ask with HEAD: that finishes no form. */
	if (r->head) {
		thank(r, &g, form);
		return;
	}
	if (answers_take(r->db, r->arena, &rules, &in, 1, &e) < 0 ||
	    visitor_by_token(r->db, r->arena, r->seg[0], &g.v, &e) < 0) {
		reply_error(r, &e);
		return;
	}
	if (!ANSWER_GOOD(in.fate)) {	/* it closed in this very second */
		reply_notice(r, 409, TRL(r->lang, "Not recorded", "Chưa ghi nhận"), in.why);
		return;
	}
	thank(r, &g, form);
}
