#include "engine/placement.h"

#include <inttypes.h>

#include "base/clock.h"
#include "engine/finding.h"

#define REST_FIRST_S 600
#define REST_MOST_S 21600

static const int64_t ages[] = { 600, 3600, PLACEMENT_DONE_S };

/* --- looking ----------------------------------------------------------------- */

struct looking {
	struct db *db;
	const struct conf *conf;
	const struct placement_ask *ask;
	struct placement_tally *t;
	struct arena arena;		/* of the probe at hand */
	struct probe probe;
	struct probe_look *looks;
	struct sought *sought;
	size_t n;			/* that are due */
};

/* When a message is looked for next. */
static int64_t
due_at(const struct probe_look *l)
{
	for (size_t i = 0; i < COUNT_OF(ages); i++)
		if (l->age_s < ages[i])
			return l->accepted_at + ages[i];
	return INT64_MAX;
}

static bool
rests(const struct probe *p, int64_t now)
{
	int64_t s = REST_FIRST_S;

	for (int64_t i = 1; i < p->troubles && s < REST_MOST_S; i++)
		s *= 2;
	return p->troubles && now < p->trouble_at + (s < REST_MOST_S ? s : REST_MOST_S);
}

/* What is due in the mailbox of this probe. */
static int
gather(struct looking *k, int64_t now, struct err *e)
{
	size_t all;

	if (probe_looks(k->db, &k->arena, k->probe.id, PLACEMENT_DONE_S, &k->looks, &all, e) < 0)
		return -1;
	k->n = 0;
	for (size_t i = 0; i < all; i++) {
		int64_t at = due_at(&k->looks[i]);

		if (at <= now || k->ask->early)
			k->looks[k->n++] = k->looks[i];
		else if (!k->t->next_at || at < k->t->next_at)
			k->t->next_at = at;
	}
	k->sought = arena_alloc(&k->arena, (k->n + 1) * sizeof(*k->sought));
	for (size_t i = 0; i < k->n; i++)
		k->sought[i].message_id = k->looks[i].message_id;
	return 0;
}

static void
count(struct looking *k, const struct sought *s)
{
	int64_t *const of[PLACES] = { [PLACE_MISSING] = &k->t->missing, [PLACE_INBOX] = &k->t->inbox,
	    [PLACE_SPAM] = &k->t->spam, [PLACE_OTHER] = &k->t->other };

	++*of[s->place];
}

/* sure: who was not found is not there. */
static int
record(struct looking *k, bool sure, const char *trouble, struct err *e)
{
	int64_t now = clock_now();

	if (db_begin(k->db, e) < 0)
		return -1;
	for (size_t i = 0; i < k->n; i++) {
		const struct sought *s = &k->sought[i];

		if ((s->place != PLACE_MISSING || sure) && placement_insert(k->db, k->looks[i].send,
		    now - k->looks[i].accepted_at, now, place_name(s->place), s->folder, e) < 0)
			return db_abort(k->db);
	}
	if ((*trouble || k->probe.troubles) && probe_set_trouble(k->db, k->probe.id, trouble, now, e) < 0)
		return db_abort(k->db);
	if (db_commit(k->db, e) < 0)
		return -1;
	for (size_t i = 0; i < k->n; i++) {
		bool seen = k->sought[i].place != PLACE_MISSING || sure;

		if (seen)
			count(k, &k->sought[i]);
		if (seen && k->ask->each)
			k->ask->each(&k->probe, &k->looks[i], &k->sought[i], NULL, k->ask->arg);
	}
	return 0;
}

int
placement_mailbox(struct seeking *s, struct arena *a, const struct probe *p, const struct conf *conf, struct err *e)
{
	*s = (struct seeking){ .mailbox = p->mailbox, .user = p->login, .password = "", .ca_file = conf->inbound_ca_file };
	if (strncmp(p->mailbox, "maildir:", 8) == 0)
		return 0;
	return (s->password = conf_secret(a, p->password_file, "--password-file", e)) ? 0 : -1;
}

/* Into one mailbox; 1: told to stop. */
static int
look(struct looking *k, struct err *e)
{
	struct err trouble = ERR_INIT;
	struct seeking s;
	int rc;

	if ((rc = placement_mailbox(&s, &k->arena, &k->probe, k->conf, &trouble)) == 0) {
		s.stop = k->ask->stop;
		rc = seek_messages(&s, &k->arena, k->sought, k->n, &trouble);
	}
	if (rc < 0 && trouble.code == ERR_NOTNOW)
		return 1;
	if (rc < 0)
		for (size_t i = 0; i < k->n; i++)
			k->sought[i].place = PLACE_MISSING;
	k->t->due += (int64_t)k->n;
	if (record(k, rc == 0, rc == 0 ? "" : trouble.text, e) < 0)
		return -1;
	if (rc == 0)
		return 0;
	k->t->troubles++;
	if (k->ask->each)
		k->ask->each(&k->probe, NULL, NULL, trouble.text, k->ask->arg);
	return 0;
}

int
placement_look(struct db *db, const struct conf *conf, const struct placement_ask *ask, struct placement_tally *t,
    struct err *e)
{
	struct looking k = { .db = db, .conf = conf, .ask = ask, .t = t, .arena = ARENA_INIT };
	struct arena names = ARENA_INIT;
	struct probe p = { .stands_for = "", .email = "" };
	int64_t now = clock_now();
	int rc;

	*t = (struct placement_tally){ .due = 0 };
	while ((rc = probe_next(db, &names, &p, &p, e)) == 1) {
		if (!p.active || (ask->patient && rests(&p, now)))
			continue;
		arena_reset(&k.arena);
		k.probe = p;
		if ((rc = gather(&k, now, e)) < 0 || (k.n && (rc = look(&k, e)) != 0))
			break;
	}
	arena_release(&k.arena);
	arena_release(&names);
	return rc < 0 ? -1 : 0;
}

/* --- what it means ------------------------------------------------------------- */

int64_t
placement_looked(const struct placement *p)
{
	return p->inbox + p->spam + p->other + p->missing;
}

void
placement_share(const struct placement *p, double *low, double *high)
{
	wilson(p->spam, placement_looked(p), low, high);
}

static const char *
probes(enum lang l, int64_t n)
{
	return n == 1 ? TRL(l, "probe", "hộp thư thử") : TRL(l, "probes", "hộp thư thử");
}

void
placement_text(struct buf *b, const struct placement *p, enum lang l)
{
	int64_t n = placement_looked(p), waited = p->accepted - n;
	double low, high;

	placement_share(p, &low, &high);
	buf_printf(b, "%s: ", p->provider);
	if (!n && !p->accepted && !p->refused)
		buf_str_add(b, TRL(l, "nothing was sent to the probes yet", "chưa gửi tới hộp thư thử"));
	else if (!n)
		buf_str_add(b, TRL(l, "nothing is known yet", "chưa biết gì"));
	else
		buf_printf(b, TRL(l, "%s, %.0f-%.0f %% of %" PRId64 " %s", "%s, %.0f-%.0f %% trong %" PRId64 " %s"),
		    p->spam * 2 >= n ? TRL(l, "probably filtered", "nhiều khả năng bị lọc vào thư rác") :
		    p->spam ? TRL(l, "filtered in part", "bị lọc một phần vào thư rác") :
		    p->missing ? TRL(l, "nothing in spam", "không thấy trong thư rác") :
		    TRL(l, "no sign of filtering", "không thấy dấu hiệu bị lọc"), low * 100, high * 100, n, probes(l, n));
	if (p->missing)
		buf_printf(b, TRL(l, "; %" PRId64 " never arrived", "; %" PRId64 " thư không tới"), p->missing);
	if (p->refused)
		buf_printf(b, TRL(l, "; %" PRId64 " refused", "; %" PRId64 " thư bị từ chối"), p->refused);
	if (waited > 0)
		buf_printf(b, TRL(l, "; %" PRId64 " not known yet", "; %" PRId64 " thư chưa rõ"), waited);
}
