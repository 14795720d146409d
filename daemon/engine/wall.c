#include "engine/wall.h"

#include "base/log.h"
#include "mail/addr.h"

struct report {			/* that a message came back */
	uint64_t key;		/* of its domain and its words */
	const char *domain, *text;
	bool content;
};

struct reports {
	struct report *item;
	size_t n, cap;
	struct arena arena;
};

static int
add(const struct came_back *c, void *arg)
{
	const char *domain = addr_domain(c->email);
	enum category category = category_parse(c->category);
	struct reports *l = arg;

	l->item = mem_room(l->item, l->n, &l->cap, sizeof(*l->item));
	l->item[l->n++] = (struct report){ .key = hash_text(gate_words(0, c->text), domain),
	    .domain = arena_dup(&l->arena, domain), .text = arena_dup(&l->arena, c->text),
	    .content = category == CAT_CONTENT };
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	const struct report *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int
read_reports(struct sendings *ss, const struct sending *s, const char *domain, int64_t since, struct reports *l, struct err *e)
{
	if (came_back_each(ss->db, s->wave.id, domain, since, add, l, e) < 0)
		return -1;
	if (l->n)
		qsort(l->item, l->n, sizeof(*l->item), by_key);
	return 0;
}

static void
reports_release(struct reports *l)
{
	free(l->item);
	arena_release(&l->arena);
}

/* How many reports from the i-th on say the same. */
static size_t
alike(const struct reports *l, size_t i)
{
	size_t n = 1;

	while (i + n < l->n && l->item[i + n].key == l->item[i].key)
		n++;
	return n;
}

/* n of `of` messages: as many, and as large a part, as would stop it while sending. */
static bool
enough(const struct conf *c, int64_t n, int64_t of)
{
	return n >= c->domain_stop_refusals && n * c->domain_stop_of >= of * c->domain_stop_refusals;
}

static int
stop_now(struct sendings *ss, const struct sending *s, const struct report *r, int64_t n, int64_t of, int64_t now,
    struct err *e)
{
	struct log_q q;
	struct stop t = { .wave = s->wave.id, .domain = r->domain, .kind = "refusals", .at = now, .n = n < of ? n : of,
	    .of = of, .observed = strcmp(ss->conf->stops, "observe") == 0, .text = log_mask(&q, r->text) };

	if (db_begin(ss->db, e) < 0)
		return -1;
	if (gate_stop(ss->gate, &t, r->content, e) < 0)
		return db_abort(ss->db);
	return db_commit(ss->db, e);
}

/* Enough reports in the same words; what was counted before a resume is settled. */
static int
judge(struct sendings *ss, const struct sending *s, const struct report *r, int64_t n, int64_t now, struct err *e)
{
	struct reports since = { .item = NULL };
	struct arena a = ARENA_INIT;
	struct stop known = { .resumed_at = 0 };
	int64_t of = 0;
	int rc = stop_last(ss->db, &a, s->wave.id, r->domain, "refusals", &known, e);

	if (rc >= 0 && known.resumed_at) {
		rc = read_reports(ss, s, r->domain, known.resumed_at, &since, e);
		n = 0;
		for (size_t i = 0; i < since.n; i++)
			n += since.item[i].key == r->key;
	}
	if (rc >= 0 && n >= ss->conf->domain_stop_refusals &&
	    (rc = invite_accepted_since(ss->db, s->wave.id, r->domain, known.resumed_at, &of, e)) == 0 &&
	    enough(ss->conf, n, of))
		rc = stop_now(ss, s, r, n, of, now, e);
	reports_release(&since);
	arena_release(&a);
	return rc < 0 ? -1 : 0;
}

static int
look(struct sendings *ss, struct sending *s, int64_t now, struct err *e)
{
	struct reports l = { .item = NULL };
	int rc = read_reports(ss, s, "", 0, &l, e);

	for (size_t n, i = 0; i < l.n && rc == 0; i += n) {
		n = alike(&l, i);
		if ((int64_t)n >= ss->conf->domain_stop_refusals && !gate_parked(ss->gate, s->wave.id, l.item[i].domain))
			rc = judge(ss, s, &l.item[i], (int64_t)n, now, e);
	}
	reports_release(&l);
	return rc;
}

int
walls_check(struct sendings *ss, struct sending *s, int64_t now, struct err *e)
{
	int rc;

	if (!ss->gate || (s->looked_at && (s->harm.came_back == s->came_back || now < s->looked_at + WALL_LOOK_S)))
		return 0;
	s->looked_at = now;
	s->came_back = s->harm.came_back;
	if (!s->accepted || (rc = invite_any_open(ss->db, s->wave.id, e)) == 0)
		return 0;
	return rc < 0 ? -1 : look(ss, s, now, e);
}
