#include "engine/probing.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "engine/journal.h"

#define ATTEMPTS_MOST 8			/* our own mailbox does not want it: enough */
#define ROOM_SHARE 8			/* of a claim, one in so many may be a probe while people are due */
#define PROBES_MOST 1000		/* more than anybody looks into */

/* --- planning ---------------------------------------------------------------- */

/* The probes of one provider stand together: each provider's are spread over the whole wave. */
static int
plan_provider(struct db *db, int64_t wave, const struct probe *list, size_t n, int64_t before, int64_t span, int64_t due_at,
    int64_t *planned, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		int64_t after = before + span * (int64_t)(2 * i + 1) / (int64_t)(2 * n);
		char token[TOKEN_LEN + 1];
		int rc;

		token_new(token);
		if ((rc = probe_plan(db, wave, list[i].id, token, after, due_at, e)) < 0)
			return -1;
		*planned += rc;
	}
	return 0;
}

int
probing_plan(struct db *db, int64_t wave, int64_t before, int64_t due_at, int64_t *planned, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct probe *list = arena_alloc(&a, PROBES_MOST * sizeof(*list)), at = { .stands_for = "", .email = "" };
	size_t n = 0, first = 0;
	int64_t last;
	int rc = probe_last_invite(db, &last, e) < 0 ? -1 : 1;

	while (rc == 1 && n < PROBES_MOST && (rc = probe_next(db, &a, &at, &at, e)) == 1)
		if (at.active)
			list[n++] = at;
	for (size_t i = 0; rc >= 0 && i < n; i++)
		if (i + 1 == n || strcmp(list[i].stands_for, list[i + 1].stands_for) != 0) {
			if (plan_provider(db, wave, &list[first], i + 1 - first, before, last - before, due_at, planned, e) < 0)
				rc = -1;
			first = i + 1;
		}
	arena_release(&a);
	return rc < 0 ? -1 : 0;
}

/* --- claiming ------------------------------------------------------------------ */

int
probing_sweep(struct sendings *ss, struct sending *s, int64_t now, struct err *e)
{
	if (probe_open(ss->db, s->wave.id, &s->probes, e) < 0)
		return -1;
	if (!s->probes || now <= s->deadline)
		return 0;
	return probe_cancel(ss->db, s->wave.id, e) < 0 ? -1 : probe_open(ss->db, s->wave.id, &s->probes, e);
}

size_t
probing_room(const struct sending *s, size_t most)
{
	size_t spare = most / ROOM_SHARE;

	if (spare == 0 && most > 1)
		spare = 1;
	if (spare > (size_t)s->probes)
		spare = (size_t)s->probes;
	return most - spare;
}

int
probing_claim(struct sendings *ss, const struct sending *s, struct arena *a, int64_t now, int64_t run, bool all,
    struct invite *list, size_t most, size_t *n, struct err *e)
{
	size_t people = *n, n_probes, k = 0;
	struct probe_send *probes = arena_alloc(a, (most - people + 1) * sizeof(*probes));
	struct invite *merged = arena_alloc(a, most * sizeof(*merged));
	int64_t upto = 0;

	for (size_t i = 0; i < people; i++)
		upto = list[i].id > upto ? list[i].id : upto;
	if (probe_claim(ss->db, a, s->wave.id, all ? INT64_MAX : upto, now, run, probes, most - people, &n_probes, e) < 0)
		return -1;
	*n = 0;
	for (size_t i = 0; i <= people; i++) {
		if (i < people)
			merged[(*n)++] = list[i];
		for (; k < n_probes && (i == people || probes[k].after_invite <= list[i].id); k++)
			merged[(*n)++] = (struct invite){ .id = probes[k].id, .wave = s->wave.id, .email = probes[k].email,
			    .state = INVITE_SENDING, .attempts = probes[k].attempts, .claimed_by = run };
	}
	if (*n)
		memcpy(list, merged, *n * sizeof(*list));
	return 0;
}

int
probing_recipient(struct sendings *ss, struct arena *a, const struct invite *i, struct recipient *r, struct err *e)
{
	struct probe_send p;
	int rc = probe_send_by_id(ss->db, a, i->id, &p, e);

	if (rc == 1)
		*r = (struct recipient){ .name = "", .token = p.token, .unit_name = "", .sub_unit = "", .position = "" };
	return rc;
}

/* --- outcomes ------------------------------------------------------------------ */

static int64_t
again_at(const struct conf *c, int64_t at, int attempt)
{
	int64_t s = c->retry_first_s * attempt;

	return at + (s < c->retry_most_s ? s : c->retry_most_s);
}

int
probing_record(struct sendings *ss, const struct sending *s, const struct job *j, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *code = j->code ? arena_printf(&a, "%d ", j->code) : "";
	const char *reply = arena_printf(&a, "%s%s%s%.500s", code, j->enhanced, *j->enhanced ? " " : "", j->text ? j->text : "");
	int rc = -1;

	switch (j->verdict) {
	case SMTP_UNTRIED:
		rc = probe_give_back(ss->db, j->invite, 0, e);
		break;
	case SMTP_ACCEPTED:
		/* A trial run that writes files: nothing will ever come to the mailbox. */
		rc = strncmp(ss->relay, "dir:", 4) == 0 ? probe_drop(ss->db, j->invite, reply, e) :
		    probe_accept(ss->db, j->invite, j->at, message_id(&a, s->maker, j->invite), reply, e);
		break;
	case SMTP_REFUSED:
		rc = probe_refuse(ss->db, j->invite, reply, e);
		break;
	case SMTP_DEFERRED:
	case SMTP_UNCERTAIN:
		rc = j->attempt < ATTEMPTS_MOST ?
		    probe_again(ss->db, j->invite, again_at(ss->conf, j->at, j->attempt), reply, e) :
		    probe_refuse(ss->db, j->invite, reply, e);
		break;
	}
	arena_release(&a);
	return rc;
}

static int
recover_one(struct sendings *ss, const struct probe_send *p, struct err *e)
{
	const char *why = TR("the sender stopped while the message was under way",
	    "bộ gửi ngừng đột ngột khi thư đang được chuyển");

	log_warn("recovered", "probe=%" PRId64 " n=%d", p->id, p->attempts);
	return p->attempts < ATTEMPTS_MOST ? probe_again(ss->db, p->id, clock_now(), why, e) :
	    probe_refuse(ss->db, p->id, why, e);
}

int
probing_recover(struct sendings *ss, const struct journal *journal, int64_t wave, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct probe_send p = { .id = 0 };
	int64_t n;
	int rc;

	if (probe_open(ss->db, wave, &n, e) < 0 || (n && db_begin(ss->db, e) < 0))
		return -1;
	if (!n)
		return 0;
	while ((rc = probe_sending(ss->db, &a, wave, p.id, &p, e)) == 1)
		if (!journal_alive(journal, p.claimed_by) && recover_one(ss, &p, e) < 0) {
			rc = -1;
			break;
		}
	arena_release(&a);
	return rc < 0 ? db_abort(ss->db) : db_commit(ss->db, e);
}

/* --- the wave with its probes ------------------------------------------------- */

int
probing_next_due(struct sendings *ss, const struct sending *s, int64_t *due_at, struct err *e)
{
	int people = invite_next_due(ss->db, s->wave.id, due_at, e), probes;
	int64_t at;

	if (people < 0 || !s->probes)
		return people;
	if ((probes = probe_next_due(ss->db, s->wave.id, &at, e)) < 0)
		return -1;
	if (probes == 1 && (people == 0 || at < *due_at))
		*due_at = at;
	return people == 1 || probes == 1;
}

int
probing_any_open(struct sendings *ss, const struct sending *s, struct err *e)
{
	int rc = invite_any_open(ss->db, s->wave.id, e);
	int64_t n = 0;

	if (rc != 0 || !s->probes)
		return rc;
	return probe_open(ss->db, s->wave.id, &n, e) < 0 ? -1 : n > 0;
}
