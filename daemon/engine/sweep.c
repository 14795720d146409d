#include "engine/sweep.h"

#include "engine/probing.h"

#define PER_COMMIT 500

static int
cancel_some(struct sendings *ss, const struct sending *s, struct arena *a, size_t *n, struct err *e)
{
	struct invite list[PER_COMMIT];
	int rc;

	if (db_begin(ss->db, e) < 0)
		return -1;
	rc = invite_list(ss->db, a, s->wave.id, INVITE_PLANNED, 0, list, PER_COMMIT, n, e);
	for (size_t i = 0; i < *n && rc == 0; i++)
		rc = invite_move(ss->db, list[i].id, INVITE_PLANNED, INVITE_CANCELLED, 0, 0, e);
	if (rc < 0 || db_commit(ss->db, e) < 0)
		return db_abort(ss->db);
	ss->tally.cancelled += (int64_t)*n;
	return 0;
}

static int
expire_some(struct sendings *ss, const struct sending *s, int64_t now, struct arena *a, size_t *n, struct err *e)
{
	struct tally before = ss->tally;
	struct invite list[PER_COMMIT];
	int rc;

	/* Looked at without the lock first: most often there is nothing. */
	if ((rc = invite_overdue(ss->db, a, s->wave.id, now, list, PER_COMMIT, n, e)) < 0 || *n == 0)
		return rc;
	if (db_begin(ss->db, e) < 0)
		return -1;
	/* Read again under the lock: another dispatcher may have been here. */
	rc = invite_overdue(ss->db, a, s->wave.id, now, list, PER_COMMIT, n, e);
	for (size_t i = 0; i < *n && rc == 0; i++)
		rc = sending_expire(ss, &list[i], e);
	if (rc == 0 && db_commit(ss->db, e) == 0)
		return 0;
	ss->tally = before;
	return db_abort(ss->db);
}

int
sweep_close(struct sendings *ss, struct sending *s, struct err *e)
{
	int rc;

	if (strcmp(s->wave.state, "running") != 0 || (rc = probing_any_open(ss, s, e)) == 1)
		return 0;
	if (rc < 0 || wave_set_state(ss->db, s->wave.id, "done", e) < 0)
		return -1;
	s->wave.state = "done";
	return 0;
}

int
sweep_wave(struct sendings *ss, struct sending *s, int64_t now, struct err *e)
{
	struct arena a = ARENA_INIT;
	size_t n = 0;
	int rc = 0;

	do {
		arena_reset(&a);
		rc = expire_some(ss, s, now, &a, &n, e);
	} while (rc == 0 && n == PER_COMMIT);
	if (rc == 0 && now > s->deadline)
		do {
			arena_reset(&a);
			rc = cancel_some(ss, s, &a, &n, e);
		} while (rc == 0 && n == PER_COMMIT);
	if (rc == 0)
		rc = probing_sweep(ss, s, now, e);
	arena_release(&a);
	return rc < 0 ? -1 : sweep_close(ss, s, e);
}
