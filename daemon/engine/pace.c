#include "engine/pace.h"

static const int64_t length_ms[PACE_WINDOWS] = { 60000, 3600000, 86400000 };
static const int64_t share[PACE_WINDOWS] = { 20, 60, 6 };	/* what a full bucket holds: limit / share */

static int64_t
holds(const struct pace *p, int w)
{
	int64_t n = p->limit[w] / share[w];

	return n > 0 ? n : 1;
}

/* Messages that flow in during one window. */
static int64_t
inflow(const struct pace *p, int w)
{
	int64_t n = p->limit[w] - holds(p, w);

	return n > 0 ? n : 1;
}

static int64_t
credit_at(const struct pace *p, int w, int64_t now_ms)
{
	int64_t full = holds(p, w) * length_ms[w], dt = now_ms - p->stamp_ms;
	int64_t c = p->credit[w];

	if (dt >= length_ms[w])
		return full;	/* a whole window fills any bucket, and the product below stays small */
	if (dt > 0)
		c += dt * inflow(p, w);
	return c < full ? c : full;
}

void
pace_init(struct pace *p, const int64_t limit[PACE_WINDOWS], int64_t now_ms)
{
	*p = (struct pace){ .stamp_ms = now_ms };
	for (int w = 0; w < PACE_WINDOWS; w++) {
		p->limit[w] = limit[w] < PACE_LIMIT_MOST ? limit[w] : PACE_LIMIT_MOST;
		p->credit[w] = p->limit[w] ? holds(p, w) * length_ms[w] : 0;
	}
}

bool
pace_limited(const struct pace *p)
{
	for (int w = 0; w < PACE_WINDOWS; w++)
		if (p->limit[w])
			return true;
	return false;
}

void
pace_restore(struct pace *p, const int64_t credit[PACE_WINDOWS], int64_t stamp_ms)
{
	for (int w = 0; w < PACE_WINDOWS; w++)
		if (p->limit[w]) {
			int64_t full = holds(p, w) * length_ms[w];

			p->credit[w] = credit[w] < 0 ? 0 : credit[w] < full ? credit[w] : full;
		}
	p->stamp_ms = stamp_ms;
}

void
pace_change(struct pace *p, enum pace_window window, int64_t limit, int64_t now_ms)
{
	bool had_none = !p->limit[window];

	for (int w = 0; w < PACE_WINDOWS; w++)
		if (p->limit[w])
			p->credit[w] = credit_at(p, w, now_ms);
	if (now_ms > p->stamp_ms)
		p->stamp_ms = now_ms;
	p->limit[window] = limit < PACE_LIMIT_MOST ? limit : PACE_LIMIT_MOST;
	if (had_none || !limit)
		p->credit[window] = limit ? holds(p, (int)window) * length_ms[window] : 0;
	p->booked_ms = 0;
}

int64_t
pace_wait_ms(const struct pace *p, int64_t now_ms)
{
	int64_t wait = 0;

	for (int w = 0; w < PACE_WINDOWS; w++) {
		int64_t lacks;

		if (!p->limit[w] || (lacks = length_ms[w] - credit_at(p, w, now_ms)) <= 0)
			continue;
		lacks = (lacks + inflow(p, w) - 1) / inflow(p, w);
		if (lacks > wait)
			wait = lacks;
	}
	/* A clock that was set back gives nothing until it is past the stamp again. */
	return wait && now_ms < p->stamp_ms ? wait + p->stamp_ms - now_ms : wait;
}

bool
pace_take(struct pace *p, int64_t now_ms)
{
	if (pace_wait_ms(p, now_ms) > 0)
		return false;
	for (int w = 0; w < PACE_WINDOWS; w++)
		if (p->limit[w])
			p->credit[w] = credit_at(p, w, now_ms) - length_ms[w];
	if (now_ms > p->stamp_ms)
		p->stamp_ms = now_ms;
	return true;
}

int64_t
pace_book(struct pace *p, int64_t now_ms)
{
	int64_t apart = 1, first = now_ms + pace_wait_ms(p, now_ms);

	for (int w = 0; w < PACE_WINDOWS; w++)
		if (p->limit[w]) {
			int64_t each = (length_ms[w] + inflow(p, w) - 1) / inflow(p, w);

			if (each > apart)
				apart = each;
		}
	p->booked_ms = p->booked_ms + apart > first ? p->booked_ms + apart : first;
	return p->booked_ms;
}
