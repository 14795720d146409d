#include "engine/alert.h"

#include "base/text.h"
#include "store/alert.h"

#define DAY_S 86400

const char *
alert_key(enum alert_kind k)
{
	static const char *const keys[ALERT_KINDS] = { "no_roster", "zero" };

	return keys[k];
}

bool
alert_due(enum alert_kind k, const struct campaign *c, const struct conf *conf, int64_t now)
{
	int64_t days = k == ALERT_NO_ROSTER ? conf->alert_no_roster_days : conf->alert_zero_days;

	if (!days || now > c->closes_at || now < c->opens_at)
		return false;
	return k == ALERT_NO_ROSTER ? now >= c->opens_at + days * DAY_S : now >= c->closes_at - days * DAY_S;
}

int64_t
alert_days_left(const struct campaign *c, int64_t now)
{
	return now < c->closes_at ? (c->closes_at - now + DAY_S - 1) / DAY_S : 0;
}

size_t
alerts(const struct account *a, struct arena *arena, struct alert **out)
{
	static const enum unit_class classes[ALERT_KINDS] = { CLASS_NO_ROSTER, CLASS_ZERO };
	size_t n = 0;

	*out = arena_alloc(arena, (a->n_units + 1) * sizeof(**out));
	for (int k = 0; k < ALERT_KINDS; k++) {
		if (!alert_due((enum alert_kind)k, a->campaign, a->conf, a->now))
			continue;
		for (size_t i = 0; i < a->n_units; i++) {
			const struct unit_account *u = &a->units[i];
			struct alert *x = &(*out)[n];

			if (u->class != classes[k])
				continue;
			*x = (struct alert){ .kind = (enum alert_kind)k, .unit = u };
			for (int c = CAUSE_OPTED_OUT; c < CAUSES; c++)
				if (tally_cause(&u->t, (enum cause)c) > x->lead_n) {
					x->lead = (enum cause)c;
					x->lead_n = tally_cause(&u->t, (enum cause)c);
				}
			n++;
		}
	}
	return n;
}

void
alert_text(struct buf *b, const struct alert *x, enum lang l)
{
	const struct unit *u = &x->unit->unit;
	char of[32], n[32];

	if (x->kind == ALERT_NO_ROSTER) {
		buf_printf(b, TRL(l, "%s (%s): no roster yet", "%s (%s): chưa gửi danh sách"), unit_name(u, l), u->code);
		return;
	}
	buf_printf(b, TRL(l, "%s (%s): nobody of %s has taken part", "%s (%s): chưa có ai trong %s người tham gia"), unit_name(u, l), u->code,
	    text_number(of, x->unit->t.nominated, l));
	if (x->lead_n)
		buf_printf(b, TRL(l, "; most often: %s (%s)", "; nhiều nhất: %s (%s người)"), cause_name(x->lead, l),
		    text_number(n, x->lead_n, l));
}

int
alert_counts(struct db *db, const struct campaign *c, const struct conf *conf, int64_t now, int64_t counts[ALERT_KINDS],
    struct err *e)
{
	for (int k = 0; k < ALERT_KINDS; k++) {
		counts[k] = 0;
		if (alert_due((enum alert_kind)k, c, conf, now) && (k == ALERT_NO_ROSTER ?
		    alert_count_no_roster(db, c->id, c->tree, c->opens_at, &counts[k], e) :
		    alert_count_zero(db, c->id, c->tree, c->opens_at, &counts[k], e)) < 0)
			return -1;
	}
	return 0;
}
