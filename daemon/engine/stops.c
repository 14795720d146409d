#include "engine/stops.h"

#include <inttypes.h>

#include "base/log.h"
#include "engine/wall.h"
#include "store/wave_log.h"

/* Everything from the store. */
static int
recount(struct sendings *ss, struct sending *s, struct err *e)
{
	int64_t counts[INVITE_STATES];

	if (invite_counts(ss->db, s->wave.id, counts, e) < 0)
		return -1;
	s->accepted = counts[INVITE_ACCEPTED];
	s->tried = s->accepted + counts[INVITE_REFUSED] + counts[INVITE_UNCERTAIN];
	return s->tried ? harm_all(ss->db, s->wave.id, &s->harm, e) : 0;
}

/* All of it once a run; afterwards only evidence that is new, and what this process has sent. */
static int
count(struct sendings *ss, struct sending *s, struct err *e)
{
	if (s->counted)
		return harm_since(ss->db, s->wave.id, &s->harm, e);
	if (harm_start(ss->db, &s->harm, e) < 0 || recount(ss, s, e) < 0)
		return -1;
	s->counted = true;
	return 0;
}

static int
stop_wave(struct sendings *ss, struct sending *s, struct stop *t, struct err *e)
{
	if (db_begin(ss->db, e) < 0)
		return -1;
	if (stop_insert(ss->db, t, e) < 0 || (!t->observed && (wave_set_state(ss->db, s->wave.id, "paused", e) < 0 ||
	    wave_log_add(ss->db, &(struct wave_entry){ .at = t->at, .campaign = s->campaign.id, .wave = s->wave.name,
	    .what = "paused", .n = t->n, .reason = t->kind }, e) < 0)))
		return db_abort(ss->db);
	if (db_commit(ss->db, e) < 0)
		return -1;
	log_event(t->observed ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "wave", "wave=%" PRId64 " state=%s kind=%s n=%" PRId64 " of=%" PRId64, s->wave.id,
	    t->observed ? "would_pause" : "paused", t->kind, t->n, t->of);
	if (t->observed)
		return 0;
	s->wave.state = "paused";
	if (ss->gate)
		ss->gate->recall = true;
	return 1;
}

/* n of `of` is more than so many thousandths of a percent. */
static bool
above(int64_t n, int64_t of, int64_t milli_percent)
{
	return of > 0 && n * 100000 > of * milli_percent;
}

/* 1: too many; when sure, the wave is paused now (0: only noted). */
static int
check_kind(struct sendings *ss, struct sending *s, const char *kind, int64_t n, int64_t of, int64_t milli_percent,
    bool sure, int64_t now, struct err *e)
{
	struct stop known, t = { .wave = s->wave.id, .domain = "", .kind = kind, .at = now, .text = "",
	    .observed = strcmp(ss->conf->stops, "observe") == 0 };
	struct arena a = ARENA_INIT;
	int64_t base_n, base_of;
	int rc;

	if (!milli_percent || of < ss->conf->stop_least_messages || !above(n, of, milli_percent))
		return 0;
	if (stop_resumed(ss->db, s->wave.id, kind, &base_n, &base_of, e) < 0)
		return -1;
	t.n = n - base_n;
	t.of = of - base_of;
	if (t.of < ss->conf->stop_least_messages || !above(t.n, t.of, milli_percent))
		return 0;
	rc = stop_last(ss->db, &a, s->wave.id, "", kind, &known, e);
	if (rc == 1 && !known.resumed_at && known.observed == t.observed)
		rc = 0;		/* noted already */
	else if (rc >= 0)
		rc = sure ? stop_wave(ss, s, &t, e) : 1;
	arena_release(&a);
	return rc;
}

static int
judge(struct sendings *ss, struct sending *s, bool sure, int64_t now, struct err *e)
{
	const struct { const char *kind; int64_t n, of, most; } kinds[] = {
		{ "bounces", s->harm.bounces, s->tried, ss->conf->stop_bounce_percent },
		{ "complaints", s->harm.complaints, s->accepted, ss->conf->stop_complaint_percent },
	};
	int rc = 0;

	for (size_t i = 0; i < COUNT_OF(kinds) && rc == 0; i++)
		rc = check_kind(ss, s, kinds[i].kind, kinds[i].n, kinds[i].of, kinds[i].most, sure, now, e);
	return rc;
}

int
stops_check(struct sendings *ss, struct sending *s, int64_t now, struct err *e)
{
	int rc;

	if (strcmp(ss->conf->stops, "off") == 0 || strcmp(s->wave.state, "paused") == 0)
		return 0;
	if (count(ss, s, e) < 0 || walls_check(ss, s, now, e) < 0)
		return -1;
	/* A process that sends beside this one is not in our count: ask the store before anything is stopped. */
	if ((rc = judge(ss, s, false, now, e)) != 1)
		return rc;
	return recount(ss, s, e) < 0 ? -1 : judge(ss, s, true, now, e);
}
