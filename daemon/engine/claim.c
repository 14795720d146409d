#include "engine/claim.h"

#include "base/clock.h"
#include "engine/eligible.h"
#include "engine/probing.h"
#include "engine/route.h"

/* One block of memory: the job and every text it borrows. */
static struct job *
job_new(const struct sending *s, const struct invite *i, const struct recipient *r)
{
	const char *from[] = { i->email, r->name, r->token, r->unit_name, r->sub_unit, r->position };
	const char *to[COUNT_OF(from)];
	size_t n = 0, at = 0;
	struct job *j;

	for (size_t k = 0; k < COUNT_OF(from); k++)
		n += strlen(from[k]) + 1;
	j = mem_alloc(sizeof(*j) + n);
	for (size_t k = 0; k < COUNT_OF(from); k++) {
		size_t len = strlen(from[k]) + 1;

		to[k] = memcpy(j->texts + at, from[k], len);
		at += len;
	}
	memset(j, 0, sizeof(*j));
	j->invite = i->id;
	j->wave = i->wave;
	j->contact = i->contact;
	j->expires_at = i->expires_at;
	j->attempt = i->attempts;
	j->email = to[0];
	j->maker = i->variant && s->other ? s->other : s->maker;
	j->to = (struct message_to){ .invite = i->id, .attempt = i->attempts, .name = to[1], .email = to[0],
	    .token = to[2], .unit_name = to[3], .sub_unit = to[4], .position = to[5], .answered = r->answered,
	    .at = clock_now() };
	return j;
}

/* Things have happened since it was planned: is there still something to ask? */
static bool
still_wanted(const struct sending *s, const struct recipient *r)
{
	return !r->stopped && (strcmp(s->wave.kind, "thanks") == 0 || (s->asks & ~r->answered));
}

/* Cron's waves: one message a person and day, and a gap before a reminder. 1: not yet; -1 error. */
static int
comes_too_soon(const struct sendings *ss, const struct sending *s, const struct invite *i, int64_t now, int64_t *due_at,
    struct err *e)
{
	const struct zone *z = &s->campaign.zone;
	int64_t last;

	if (!s->others || !s->wave.position)
		return 0;
	if (invite_last_of(ss->db, i->id, i->contact, &last, e) < 0)
		return -1;
	*due_at = calendar_tomorrow(z, now);
	if (last >= calendar_midnight(z, now))
		return 1;
	if (!last || strcmp(s->wave.kind, "reminder") != 0)
		return 0;
	*due_at = eligible_gap_end(ss->conf, &s->calendar, z, last);
	return *due_at > now;
}

/* 1: the address has had its share of the day; -1 error. */
static int
has_enough(const struct sendings *ss, const struct sending *s, const struct invite *i, int64_t now, int64_t *due_at,
    struct err *e)
{
	int64_t midnight, n;

	if (!s->others || !ss->conf->max_per_person_day)
		return 0;
	midnight = calendar_midnight(&s->campaign.zone, now);
	if (invite_others_since(ss->db, i->id, i->email, midnight, &n, e) < 0)
		return -1;
	*due_at = calendar_tomorrow(&s->campaign.zone, now);
	return n >= ss->conf->max_per_person_day;
}

static int
may_go(struct sendings *ss, const struct invite *i, struct arena *a, int64_t now_ms, struct route **route,
    struct gate_seat *seat, int64_t *due_at, struct err *e)
{
	if (routes_choose(ss->routes, ss->db, a, i, now_ms, route, e) < 0)
		return -1;
	*due_at = now_ms / 1000 + 1;
	return *route ? gate_ask(ss->gate, i->wave, i->email, now_ms, seat, due_at, e) : GATE_LATER;
}

int
claim_due(struct sendings *ss, const struct sending *s, int64_t now, int64_t run, size_t most, struct job ***tail,
    size_t *n, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct invite *list = arena_alloc(&a, most * sizeof(*list));
	size_t got;
	int64_t now_ms = clock_ms();
	size_t people = probing_room(s, most);
	int rc = invite_claim(ss->db, &a, s->wave.id, now, run, list, people, &got, e);

	if (rc == 0 && s->probes)
		rc = probing_claim(ss, s, &a, now, run, got < people, list, most, &got, e);
	for (size_t i = 0; i < got && rc == 0; i++) {
		struct recipient r;

		rc = probe_is(list[i].id) ? probing_recipient(ss, &a, &list[i], &r, e) :
		    invite_recipient(ss->db, &a, &list[i], &r, e);
		if (rc < 0)
			break;
		if (rc == 1 && still_wanted(s, &r)) {
			struct gate_seat seat;
			struct route *route;
			struct job *j;
			int64_t due_at;

			if ((rc = has_enough(ss, s, &list[i], now, &due_at, e)) == 0 &&
			    (rc = comes_too_soon(ss, s, &list[i], now, &due_at, e)) == 0)
				rc = may_go(ss, &list[i], &a, now_ms, &route, &seat, &due_at, e);
			if (rc < 0)
				break;
			if (rc == GATE_LATER) {
				rc = probe_is(list[i].id) ? probe_give_back(ss->db, list[i].id, due_at, e) :
				    invite_put_off(ss->db, list[i].id, due_at, e);
				if (rc < 0)
					break;
				ss->put_off++;
				continue;
			}
			j = job_new(s, &list[i], &r);
			j->seat = seat;
			j->route = route;
			routes_take(ss->routes, route, now_ms);
			**tail = j;
			*tail = &j->next;
			(*n)++;
			rc = 0;
		} else if ((rc = invite_move(ss->db, list[i].id, INVITE_SENDING, INVITE_CANCELLED, 0, 0, e)) == 0) {
			ss->tally.cancelled++;
		}
	}
	arena_release(&a);
	return rc;
}
