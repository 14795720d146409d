#include "engine/preflight.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/dossier.h"
#include "engine/post.h"
#include "mail/addr.h"
#include "store/census.h"
#include "store/focal.h"

struct mailbox { const char *domain, *email, *name, *position; };

struct looking {
	struct preflight *to;
	const struct campaign *campaign;
	struct mailbox *boxes;
	size_t n_boxes, cap_boxes;
	size_t cap;
	struct err *e;
};

const char *
preflight_result_name(enum preflight_result r)
{
	static const char *const names[PREFLIGHT_RESULTS] = { "untested", "waiting", "yes", "no" };

	return names[r];
}

static void
add_box(struct looking *k, const char *domain, const char *email, const char *name, const char *position)
{
	for (size_t i = 0; i < k->n_boxes; i++)
		if (strcmp(k->boxes[i].domain, domain) == 0)
			return;
	k->boxes = mem_room(k->boxes, k->n_boxes, &k->cap_boxes, sizeof(*k->boxes));
	k->boxes[k->n_boxes++] = (struct mailbox){ domain, email, name, position };
}

static int
read_map(struct looking *k, const char *path, struct err *e)
{
	struct arena *a = &k->to->arena;
	struct csv in = CSV_INIT;
	struct csv_row row;
	int rc = csv_open(&in, path, e);

	while (rc == 0 && (rc = csv_next(&in, &row, e)) == 1) {
		const char *domain = text_lower_ascii(a, text_squeeze(a, csv_cell(&row, 0))), *email = text_squeeze(a, csv_cell(&row, 1));
		struct addr addr, of;

		rc = 0;
		if (!*domain || !strchr(email, '@'))
			continue;	/* the heading, an empty line */
		if (addr_parse(&addr, a, email, e) < 0 || addr_parse(&of, a, arena_printf(a, "x@%s", domain), e) < 0)
			rc = err_wrap(e, TR("%s line %d", "%s dòng %d"), file_base(path), (int)row.line);
		else
			add_box(k, of.adomain, addr_wire(a, &addr), "", "");
	}
	csv_release(&in);
	return rc;
}

static int
read_focals(struct looking *k, struct db *db, struct err *e)
{
	struct focal *list;
	size_t n;

	if (focal_list(db, &k->to->arena, 0, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		add_box(k, addr_domain(list[i].email), list[i].email, list[i].name, list[i].position);
	for (size_t i = 0; i < n; i++)
		if (*list[i].admin_email)
			add_box(k, addr_domain(list[i].admin_email), list[i].admin_email, "", "");
	return 0;
}

static int
take_address(const char *code, const char *name, const char *email, void *arg)
{
	struct looking *k = arg;
	struct preflight *p = k->to;
	const char *domain = addr_domain(email);
	struct preflight_domain *d;

	for (size_t i = p->n; i-- > 0 && strcmp(p->list[i].unit_code, code) == 0; )
		if (strcmp(p->list[i].domain, domain) == 0) {
			p->list[i].people++;
			return 0;
		}
	p->list = mem_room(p->list, p->n, &k->cap, sizeof(*p->list));
	d = &p->list[p->n++];
	*d = (struct preflight_domain){ .unit_code = p->n > 1 && strcmp(d[-1].unit_code, code) == 0 ? d[-1].unit_code :
	    arena_dup(&p->arena, code), .unit_name = arena_dup(&p->arena, name), .domain = arena_dup(&p->arena, domain), .people = 1,
	    .mailbox = "", .said = "" };
	for (size_t i = 0; i < k->n_boxes; i++)
		if (strcmp(k->boxes[i].domain, domain) == 0)
			d->mailbox = k->boxes[i].email;
	return 0;
}

/* Letters come oldest first: the latest stays. */
static int
take_letter(const struct letter_standing *s, void *arg)
{
	struct looking *k = arg;
	const struct letter *l = &s->letter;
	bool accepted = strcmp(l->state, "accepted") == 0;
	enum preflight_result r = s->failed_at || strcmp(l->state, "refused") == 0 || strcmp(l->state, "expired") == 0 ? PREFLIGHT_NO :
	    accepted ? PREFLIGHT_YES : PREFLIGHT_WAITING;

	for (size_t i = 0; i < k->to->n; i++) {
		struct preflight_domain *d = &k->to->list[i];
		const char *said = s->failed_at ? s->failed_text : s->text;

		if (strcmp(d->domain, l->about) != 0)
			continue;
		d->result = r;
		d->at = s->failed_at ? s->failed_at : l->moved_at;
		d->mailbox = arena_dup(&k->to->arena, l->email);
		d->said = said_masked(&k->to->arena, s->code && !s->failed_at ? arena_printf(&k->to->arena, "%d %s", s->code, said) : said);
	}
	return 0;
}

/* Within a unit: most people first; the units stay in their order. */
static void
sort_units(struct preflight *p)
{
	for (size_t i = 1; i < p->n; i++)
		for (size_t k = i; k && strcmp(p->list[k].unit_code, p->list[k - 1].unit_code) == 0 &&
		    p->list[k].people > p->list[k - 1].people; k--) {
			struct preflight_domain swap = p->list[k];

			p->list[k] = p->list[k - 1];
			p->list[k - 1] = swap;
		}
}

int
preflight_look(struct preflight *p, struct db *db, const struct campaign *c, const char *map, struct err *e)
{
	struct looking k = { .to = p, .campaign = c, .e = e };
	int rc = -1;

	*p = (struct preflight){ .arena = ARENA_INIT };
	if ((!map || read_map(&k, map, e) == 0) && read_focals(&k, db, e) == 0 && census_addresses(db, c->id, take_address, &k, e) == 0 &&
	    letter_each(db, c->id, "preflight", take_letter, &k, e) == 0)
		rc = 0;
	sort_units(p);
	free(k.boxes);
	return rc;
}

int
preflight_plan(struct preflight *p, struct db *db, const struct campaign *c, const struct conf *conf, const struct secret *secret,
    const char *wave, int64_t *planned, struct err *e)
{
	struct message_maker *m;
	int rc = 0;

	*planned = 0;
	if (message_maker_new(&m, c, conf, secret, "preflight", e) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < p->n; i++) {
		const struct preflight_domain *d = &p->list[i];
		struct letter l = { .campaign = c->id, .wave = wave, .kind = "preflight", .about = d->domain, .number = "", .name = "",
		    .email = d->mailbox };
		struct message_to to = { .unit_name = d->unit_name };

		if (!*d->mailbox)
			continue;
		/* A domain that several units share is tested once. */
		if ((rc = post_plan(db, conf, m, &to, &l, e)) > 0) {
			++*planned;
			rc = 0;
		}
	}
	message_maker_free(m);
	return rc;
}

void
preflight_release(struct preflight *p)
{
	free(p->list);
	arena_release(&p->arena);
	*p = (struct preflight){ .arena = ARENA_INIT };
}
