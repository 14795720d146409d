/* What outcomes say of a relay: it rests, is back, or it is time to give up. */
#include "base/clock.h"
#include "base/log.h"
#include "engine/route.h"

#define UNREACHED_MOST_S 20		/* nothing could be sent at all: give up after this */
#define LOCKED_OUT_MOST_S 3		/* ... because of a password or certificate: that does not mend itself */
#define REST_MOST_US INT64_C(600000000)		/* it worked before: wait this long for the relay */
#define PROBE_FIRST_US INT64_C(1000000)
#define PROBE_MOST_US INT64_C(60000000)

/* A relay that is down leaves nothing claimed behind. */
static void
begin_rest(struct routes *rs, struct route *r)
{
	struct log_q q;

	r->rests_since_us = clock_mono_us();
	r->probe_wait_us = PROBE_FIRST_US;
	r->probe_at_us = r->rests_since_us + r->probe_wait_us;
	rs->weighted_up -= !r->standby;
	if (!--rs->up)
		rs->down_since_us = r->rests_since_us;
	log_warn("relay", "relay=%s state=resting text=%s", r->name, log_q(&q, r->trouble));
	routes_call_back(rs, workq_take_all(r->todo));
	for (struct job *next, *j = gate_take_held(rs->gate); j; j = next) {
		next = j->next;
		j->next = NULL;
		if (j->route == r)
			routes_call_back(rs, j);
		else if (gate_enter(rs->gate, j))
			routes_put(rs, j);
	}
}

static void
end_rest(struct routes *rs, struct route *r)
{
	log_info("relay", "relay=%s state=back", r->name);
	r->rests_since_us = 0;
	rs->up++;
	rs->down_since_us = 0;
	if (r->standby || rs->weighted_up++)
		return;
	/* The stand-bys are not needed any more. */
	for (size_t i = 0; i < rs->n; i++)
		if (rs->route[i].standby)
			routes_call_back(rs, workq_take_all(rs->route[i].todo));
}

static void
not_let_in(struct routes *rs, struct route *r, const struct job *j, bool probe)
{
	char code[16] = "";

	if (j->code)
		snprintf(code, sizeof(code), "%d ", j->code);
	r->locked_out = strcmp(j->command, "STARTTLS") == 0 || strcmp(j->command, "AUTH") == 0;
	/* "AUTH: 535 5.7.8 authentication failed": the code is what an operator looks up. */
	snprintf(r->trouble, sizeof(r->trouble), "%s%s%s%s%s%s", j->command, j->code || (j->text && *j->text) ? ": " : "",
	    code, j->enhanced, *j->enhanced ? " " : "", j->text ? j->text : "");
	rs->troubled = r;
	r->streak++;
	if (!r->rests_since_us) {
		if (r->streak >= r->connections || (rs->n > 1 && r->locked_out))
			begin_rest(rs, r);
	} else if (probe) {
		r->probe_wait_us = r->probe_wait_us < PROBE_MOST_US / 2 ? r->probe_wait_us * 2 : PROBE_MOST_US;
		r->probe_at_us = clock_mono_us() + r->probe_wait_us;
	}
}

void
routes_heard(struct routes *rs, const struct job *j)
{
	struct route *r = j->route;
	bool probe = r->probing;

	r->claimed--;
	r->probing = false;
	if (j->verdict == SMTP_UNTRIED) {
		if (*j->command)
			not_let_in(rs, r, j, probe);
		return;
	}
	if (r->rests_since_us)
		end_rest(rs, r);
	r->streak = 0;
	rs->reached = rs->reached || strcmp(j->command, "COMPOSE") != 0;
	if (rs->n > 1) {
		r->moved_us = clock_mono_us();
		r->mean_ms += (j->duration_ms - r->mean_ms) / 8;
	}
}

bool
routes_hopeless(const struct routes *rs, int64_t unreached_most_s)
{
	int64_t most_s = unreached_most_s ? unreached_most_s : UNREACHED_MOST_S;
	size_t locked_out = 0;

	if (!rs->down_since_us)
		return false;
	for (size_t i = 0; i < rs->n; i++)
		locked_out += rs->route[i].locked_out;
	if (locked_out == rs->n && most_s > LOCKED_OUT_MOST_S)
		most_s = LOCKED_OUT_MOST_S;
	return clock_mono_us() - rs->down_since_us > (rs->reached ? REST_MOST_US : most_s * 1000000);
}
