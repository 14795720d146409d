#include "engine/plan.h"

#include "base/lang.h"
#include "engine/probing.h"
#include "mail/addr.h"
#include "store/audience.h"
#include "store/correction.h"
#include "store/unit.h"

#define PEOPLE_PER_COMMIT 5000
#define WORDS_MAX 128

struct words {
	const char *word[WORDS_MAX];
	size_t n;
};

struct audience {
	struct words units, kinds, domains;
	unsigned missing;	/* one of these forms must be unanswered */
	bool mended;		/* only who has a mended address that nothing was sent to */
};

struct planning {
	struct db *db;
	const struct wave *wave;
	const struct audience *audience;
	int64_t due_at, after;
	size_t seen;
	struct plan *plan;
	struct err *e;
};

static bool
has(const struct words *w, const char *s)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->word[i], s) == 0)
			return true;
	return w->n == 0;
}

static int
split(struct words *w, char *list, struct err *e)
{
	char *word;

	while ((word = strsep(&list, ","))) {
		if (!*word)
			continue;
		if (w->n == WORDS_MAX)
			return err_set(e, ERR_INPUT, TR("more than %d words in one term", "quá %d từ trong một điều kiện"),
			    WORDS_MAX);
		w->word[w->n++] = word;
	}
	return w->n ? 0 : err_set(e, ERR_INPUT, TR("nothing stands after the '='", "sau dấu '=' không có gì"));
}

static int
missing_forms(struct audience *a, char *list, const struct campaign *c, struct err *e)
{
	struct words keys = { .n = 0 };

	if (split(&keys, list, e) < 0)
		return -1;
	for (size_t i = 0; i < keys.n; i++) {
		const struct instrument *t = campaign_instrument(c, keys.word[i]);

		if (!t)
			return err_set(e, ERR_INPUT, TR("the campaign has no form '%s'", "đợt không có phiếu '%s'"), keys.word[i]);
		a->missing |= 1u << (t - c->instruments);
	}
	return 0;
}

static int
kinds(struct audience *a, char *list, struct err *e)
{
	if (split(&a->kinds, list, e) < 0)
		return -1;
	for (size_t i = 0; i < a->kinds.n; i++)
		if (strcmp(a->kinds.word[i], "ministry") != 0 && strcmp(a->kinds.word[i], "province") != 0)
			return err_set(e, ERR_INPUT, TR("no units are of kind '%s': ministry, province",
			    "không có loại đơn vị '%s': chỉ có ministry, province"), a->kinds.word[i]);
	return 0;
}

static int
parse_term(struct audience *a, char *term, const struct campaign *c, struct err *e)
{
	char *eq = strchr(term, '=');

	if (!eq)
		return err_set(e, ERR_INPUT, TR("'%s' is no term: write name=value", "'%s' không phải điều kiện: viết tên=giá trị"),
		    term);
	*eq++ = '\0';
	if (strcmp(term, "unit") == 0)
		return split(&a->units, eq, e);
	if (strcmp(term, "kind") == 0)
		return kinds(a, eq, e);
	if (strcmp(term, "domain") == 0)
		return split(&a->domains, eq, e);
	if (strcmp(term, "missing") == 0)
		return missing_forms(a, eq, c, e);
	if (strcmp(term, "mended") == 0) {
		a->mended = true;
		return strcmp(eq, "yes") == 0 ? 0 : err_set(e, ERR_INPUT, TR("write mended=yes", "viết mended=yes"));
	}
	return err_set(e, ERR_INPUT, TR("nothing is known by '%s': unit, kind, domain, missing, mended",
	    "không có điều kiện '%s': chỉ có unit, kind, domain, missing, mended"),
	    term);
}

static int
audience_parse(struct audience *a, struct arena *arena, const char *text, const struct campaign *c, struct err *e)
{
	char *rest = arena_dup(arena, text), *term;

	*a = (struct audience){ .missing = 0 };
	while ((term = strsep(&rest, " \t\n")))
		if (*term && parse_term(a, term, c, e) < 0)
			return err_wrap(e, TR("audience '%s'", "đối tượng '%s'"), text);
	if (!a->missing)
		a->missing = c->n_instruments ? (1u << c->n_instruments) - 1 : ~0u;
	return 0;
}

/* A unit that does not exist would be a wave to nobody. */
static int
units_exist(struct db *db, struct arena *arena, const struct audience *a, const struct campaign *c, struct err *e)
{
	struct unit *list;
	size_t n;

	if (a->units.n && unit_list(db, arena, c->tree, c->opens_at, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < a->units.n; i++) {
		size_t k = 0;

		while (k < n && strcmp(list[k].code, a->units.word[i]) != 0)
			k++;
		if (k == n)
			return err_set(e, ERR_INPUT, TR("the campaign has no unit '%s': write codes like T92",
			    "đợt không có đơn vị '%s': viết mã như T92"), a->units.word[i]);
	}
	return 0;
}

int
plan_check(struct db *db, const char *audience, const struct campaign *c, struct err *e)
{
	struct arena arena = ARENA_INIT;
	struct audience a;
	int rc = audience_parse(&a, &arena, audience, c, e);

	if (rc == 0 && units_exist(db, &arena, &a, c, e) < 0)
		rc = err_wrap(e, TR("audience '%s'", "đối tượng '%s'"), audience);

	arena_release(&arena);
	return rc;
}

int64_t
plan_deadline(const struct wave *w, const struct campaign *c)
{
	return w->not_after && w->not_after < c->closes_at ? w->not_after : c->closes_at;
}

static int
consider(const struct candidate *c, void *arg)
{
	struct planning *p = arg;
	struct plan *n = p->plan;
	int rc = 0;

	p->after = c->contact;
	p->seen++;
	if (c->invited)
		n->before++;
	else if (!has(&p->audience->units, c->unit_code) || !has(&p->audience->kinds, c->unit_kind) ||
	    !has(&p->audience->domains, addr_domain(c->email)))
		n->outside++;
	else if (!c->mailable)
		n->held++;
	else if (c->stopped)
		n->stopped++;
	else if (!(p->audience->missing & ~c->answered))
		n->answered++;
	else if (!*c->email)
		n->dead++;
	else if (p->audience->mended && (rc = correction_open(p->db, c->contact, c->email, p->e)) <= 0)
		n->outside += rc == 0;
	else if ((rc = invite_plan(p->db, p->wave->id, c->contact, c->email, p->due_at, p->e)) < 0)
		return -1;
	else
		n->planned += rc;
	return rc < 0 ? -1 : 0;
}

static int
check_time(const struct campaign *c, const struct wave *w, int64_t now, struct err *e)
{
	struct date_text t;

	if (now > c->closes_at)
		return err_set(e, ERR_NOTNOW, TR("campaign '%s' closed on %s: nothing is sent any more",
		    "đợt '%s' đã đóng ngày %s: không gửi thư nữa"), c->key, date_day(&t, &c->zone, c->closes_at, lang_ui));
	if (w->not_after && now > w->not_after)
		return err_set(e, ERR_NOTNOW, TR("wave '%s' was not to be sent after %s: nothing is sent",
		    "lượt '%s' không được gửi sau %s: không gửi thư nào"), w->name,
		    date_minute(&t, &c->zone, w->not_after, lang_ui));
	return 0;
}

int
plan_wave(struct db *db, const struct campaign *c, const struct wave *w, int64_t now, struct plan *plan, struct err *e)
{
	struct arena arena = ARENA_INIT;
	struct audience audience;
	struct planning p = { .db = db, .wave = w, .audience = &audience, .plan = plan, .e = e,
	    .due_at = w->not_before > now ? w->not_before : now };
	int64_t before;
	int rc = -1;

	*plan = (struct plan){ .planned = 0 };
	if (check_time(c, w, now, e) < 0 || audience_parse(&audience, &arena, w->audience, c, e) < 0 ||
	    probe_last_invite(db, &before, e) < 0)
		goto out;
	do {
		p.seen = 0;
		if (db_begin(db, e) < 0)
			goto out;
		/* Probes ride with people: where nobody new is written to, none goes. */
		if (audience_each(db, c->id, w->id, p.after, PEOPLE_PER_COMMIT, consider, &p, e) < 0 ||
		    (p.seen < PEOPLE_PER_COMMIT && plan->planned && probing_plan(db, w->id, before, p.due_at, &plan->probes, e) < 0)) {
			db_abort(db);
			goto out;
		}
		if (db_commit(db, e) < 0)
			goto out;
	} while (p.seen == PEOPLE_PER_COMMIT);
	rc = 0;
out:
	arena_release(&arena);
	return rc;
}
