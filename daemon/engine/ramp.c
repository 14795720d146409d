#include "engine/ramp.h"

#define NOTE_S 3600

static bool
is_new(const struct ramp *r, int64_t now)
{
	return !r->began_at || now - r->last_at >= RAMP_IDLE_S;
}

int
ramp_day(const struct ramp *r, int64_t now)
{
	int64_t days = (now - r->began_at) / RAMP_DAY_S;

	if (is_new(r, now) || days < 0)
		return 1;
	return days < INT32_MAX - 1 ? (int)days + 1 : INT32_MAX;
}

int64_t
ramp_limit(int64_t first, int64_t usual, int day)
{
	int64_t n = first, most = usual ? usual : RAMP_MOST;

	while (--day > 0 && n < most)
		n *= 2;
	return n < most ? n : usual;
}

int64_t
ramp_grows_at(const struct ramp *r, int64_t now)
{
	int64_t began_at = is_new(r, now) ? now : r->began_at;

	return began_at + (int64_t)ramp_day(r, now) * RAMP_DAY_S;
}

bool
ramp_note(struct ramp *r, int64_t at)
{
	if (is_new(r, at))
		*r = (struct ramp){ .began_at = at, .last_at = at };
	else if (at - r->last_at >= NOTE_S || ramp_day(r, at) != ramp_day(r, r->last_at))
		r->last_at = at;
	else
		return false;
	return true;
}
