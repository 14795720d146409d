#include "engine/sending.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "engine/audience.h"
#include "engine/plan.h"
#include "engine/probing.h"
#include "engine/route.h"
#include "mail/addr.h"
#include "mail/later.h"
#include "store/evidence.h"

/* A relay that drops every line after the dot would get copies for ever. */
#define RESENDS_MOST 5
/* A sender that dies over and over: later each time, and not for ever either. */
#define RESENDS_DEATHS_MOST 12
#define DEATH_REST_MOST_S 900

struct sending *
sending_get(struct sendings *ss, int64_t wave, struct err *e)
{
	struct audience audience;
	struct sending *s;
	int rc;

	for (s = ss->first; s; s = s->next)
		if (s->wave.id == wave)
			return s;
	s = mem_zalloc(sizeof(*s));
	if ((rc = wave_by_id(ss->db, &s->arena, wave, &s->wave, e)) != 1 ||
	    (rc = campaign_by_id(ss->db, &s->arena, s->wave.campaign, &s->campaign, e)) != 1) {
		if (rc == 0)
			err_set(e, ERR_STORE, TR("wave %" PRId64 " is not in the store", "không có lượt %" PRId64 " trong kho"),
			    wave);
		arena_release(&s->arena);
		free(s);
		return NULL;
	}
	s->deadline = plan_deadline(&s->wave, &s->campaign);
	if (audience_parse(&audience, &s->arena, s->wave.audience, &s->campaign, NULL) < 0)
		audience.asks = ~0u;	/* a form of it is gone: then it is about what is left */
	s->asks = audience.asks;
	if (calendar_of_wave(&s->calendar, &ss->calendar, s->wave.quiet_hours, s->wave.working_days, e) < 0 ||
	    campaign_changes(ss->db, s->campaign.id, &s->changes, e) < 0) {
		arena_release(&s->arena);
		free(s);
		return NULL;
	}
	s->next = ss->first;
	ss->first = s;
	return s;
}

struct sending *
sending_fresh(struct sendings *ss, int64_t wave, struct err *e)
{
	struct sending **at = &ss->first, *s;
	int64_t changes = 0;

	while (*at && (*at)->wave.id != wave)
		at = &(*at)->next;
	if ((s = *at)) {
		if (campaign_changes(ss->db, s->campaign.id, &changes, e) < 0)
			return NULL;
		if (changes == s->changes)
			return s;
		*at = s->next;
		s->next = ss->old;
		ss->old = s;
	}
	return sending_get(ss, wave, e);
}

int
sending_ready(struct sendings *ss, struct sending *s, struct err *e)
{
	if (s->maker)
		return 0;
	if (s->broken)
		return err_set(e, ERR_INPUT, "%s", s->wave.template);
	if ((!*s->wave.other_template || s->other ||
	    message_maker_new(&s->other, &s->campaign, ss->conf, &ss->secret, s->wave.other_template, e) == 0) &&
	    message_maker_new(&s->maker, &s->campaign, ss->conf, &ss->secret, s->wave.template, e) == 0)
		return 0;
	s->broken = true;
	return err_wrap(e, TR("wave '%s'", "lượt '%s'"), s->wave.name);
}

static void
release_list(struct sending *s)
{
	for (struct sending *next; s; s = next) {
		next = s->next;
		message_maker_free(s->maker);
		message_maker_free(s->other);
		arena_release(&s->arena);
		free(s);
	}
}

void
sendings_release(struct sendings *ss)
{
	release_list(ss->first);
	release_list(ss->old);
	ss->first = ss->old = NULL;
	calendar_release(&ss->calendar);
}

/* Our own template, or a relay without SMTPUTF8, is no fault of the address. */
static bool
no_address(const char *email)
{
	struct arena a = ARENA_INIT;
	struct addr parsed;
	bool bad = addr_parse(&parsed, &a, email, NULL) < 0;

	arena_release(&a);
	return bad;
}

static struct verdict
judge(const struct sendings *ss, const struct job *j)
{
	struct verdict v = { .category = CAT_NETWORK };

	if (j->verdict == SMTP_ACCEPTED)
		v.category = CAT_NONE;
	else if (strcmp(j->command, "COMPOSE") == 0 || (strcmp(j->command, "MAIL") == 0 && j->code == 0 &&
	    j->verdict == SMTP_REFUSED))
		v = (struct verdict){ .category = CAT_BAD_SYNTAX, .hard = no_address(j->email) };
	else if (j->code)
		v = classify(ss->rules, j->code, j->enhanced, j->text);
	return v;
}

static const char *
relay_of(const struct sendings *ss, const struct job *j)
{
	return j->route ? j->route->name : ss->relay;
}

static int
insert_attempt(struct sendings *ss, const struct job *j, const struct verdict *v, struct err *e)
{
	struct attempt t = { .invite = j->invite, .n = j->attempt, .at = j->at, .relay = relay_of(ss, j),
	    .command = j->command, .code = j->code, .enhanced = j->enhanced, .text = j->text ? j->text : "",
	    .duration_ms = j->duration_ms, .verdict = smtp_verdict_name(j->verdict),
	    .category = category_name(v->category) };

	return attempt_insert(ss->db, &t, e);
}

static int
add_evidence(struct sendings *ss, const char *kind, int64_t invite, int64_t contact, const char *email, int n,
    const struct verdict *v, const char *status, const char *text, struct err *e)
{
	char fingerprint[64];
	struct evidence f = { .contact = contact, .invite = invite, .at = clock_now(), .kind = kind, .grade = 'A',
	    .category = category_name(v->category), .hard = v->hard && category_blames_address(v->category), .email = email, .status = status, .text = text,
	    .fingerprint = fingerprint };

	snprintf(fingerprint, sizeof(fingerprint), "%s:%" PRId64 ":%d", kind, invite, n);
	return evidence_add(ss->db, &f, e) < 0 ? -1 : 0;
}

/* retry_first_s, then twice as long each time, up to retry_most_s. */
static int64_t
backoff_s(const struct conf *c, int attempt)
{
	int64_t s = c->retry_first_s;

	for (int i = 1; i < attempt && s < c->retry_most_s; i++)
		s *= 2;
	return s < c->retry_most_s ? s : c->retry_most_s;
}

/* When what was deferred is tried again; greylisting wants it soon. */
static int64_t
retry_s(const struct conf *c, const struct job *j)
{
	struct later l = later_read(j->code, j->enhanced, j->text);
	int64_t s = later_again_s(&l, j->attempt);

	if (!s)
		return backoff_s(c, j->attempt);
	return s < c->retry_most_s ? s : c->retry_most_s;
}

static int64_t
expires_at(const struct sendings *ss, const struct sending *s, const struct job *j)
{
	int64_t at = j->expires_at ? j->expires_at : j->at + ss->conf->expire_s;

	return at < s->deadline ? at : s->deadline;
}

/* Found after the death of the sender: at once, then after 1, 2, 4 ... seconds, so that it is not always the first. */
static int64_t
rest_after_deaths_s(int64_t times)
{
	int64_t s = times > 0 ? 1 : 0;

	while (--times > 0 && s < DEATH_REST_MOST_S)
		s *= 2;
	return s < DEATH_REST_MOST_S ? s : DEATH_REST_MOST_S;
}

/* May have arrived: the wave's policy decides, and the attempt says what was done. */
static int
record_uncertain(struct sendings *ss, const struct sending *s, const struct job *j, const struct verdict *v,
    bool died, struct err *e)
{
	struct job said = *j;
	char text[400];
	int64_t times, resend_at;
	bool again;

	if (attempt_count(ss->db, j->invite, "uncertain", &times, e) < 0)
		return -1;
	resend_at = j->at + (died ? rest_after_deaths_s(times) : backoff_s(ss->conf, j->attempt));
	again = strcmp(s->wave.uncertain, "resend") == 0 && times < (died ? RESENDS_DEATHS_MOST : RESENDS_MOST) &&
	    resend_at < s->deadline;
	snprintf(text, sizeof(text), "%.300s; %s", j->text ? j->text : "", again ?
	    TR("it is sent again with the same Message-ID", "thư được gửi lại với cùng Message-ID") :
	    TR("it is held and not sent again", "thư được giữ lại, không gửi lại"));
	said.text = text;
	if (insert_attempt(ss, &said, v, e) < 0 ||
	    invite_move(ss->db, j->invite, INVITE_SENDING, INVITE_UNCERTAIN, 0, expires_at(ss, s, j), e) < 0)
		return -1;
	ss->tally.uncertain++;
	/* The Message-ID is made from the invite alone, so that a receiver can drop the copy. */
	return again ? invite_move(ss->db, j->invite, INVITE_UNCERTAIN, INVITE_DEFERRED, resend_at, 0, e) : 0;
}

int
sending_record(struct sendings *ss, const struct job *j, bool died, struct err *e)
{
	struct sending *s = sending_get(ss, j->wave, e);
	struct verdict v;
	int64_t due;

	if (!s)
		return -1;
	if (probe_is(j->invite))
		return probing_record(ss, s, j, e);
	if (j->verdict == SMTP_UNTRIED) {
		ss->tally.given_back++;
		return invite_give_back(ss->db, j->invite, e);
	}
	v = judge(ss, j);
	if ((j->verdict != SMTP_UNCERTAIN && insert_attempt(ss, j, &v, e) < 0) || gate_heed(ss->gate, j, &v, e) < 0)
		return -1;
	switch (j->verdict) {
	case SMTP_ACCEPTED:
		ss->tally.accepted++;
		s->tried++;
		s->accepted++;
		return invite_move(ss->db, j->invite, INVITE_SENDING, INVITE_ACCEPTED, 0, 0, e);
	case SMTP_REFUSED:
		ss->tally.refused++;
		s->tried++;
		if (add_evidence(ss, "refusal", j->invite, j->contact, j->email, j->attempt, &v, j->enhanced,
		    j->text ? j->text : "", e) < 0)
			return -1;
		return invite_move(ss->db, j->invite, INVITE_SENDING, INVITE_REFUSED, 0, 0, e);
	case SMTP_DEFERRED:
		ss->tally.deferred++;
		due = j->at + retry_s(ss->conf, j);
		return invite_move(ss->db, j->invite, INVITE_SENDING, INVITE_DEFERRED, due, expires_at(ss, s, j), e);
	case SMTP_UNCERTAIN:
		return record_uncertain(ss, s, j, &v, died, e);
	case SMTP_UNTRIED:
		break;
	}
	PANIC("verdict %d", (int)j->verdict);
}

bool
sending_lost(struct sendings *ss, const struct job *j, int64_t run)
{
	struct arena a = ARENA_INIT;
	struct invite i;
	int rc = probe_is(j->invite) ? -1 : invite_by_id(ss->db, &a, j->invite, &i, NULL);
	bool lost = rc == 0 || (rc == 1 && (i.state != INVITE_SENDING || i.claimed_by != run));

	if (lost)
		log_error("lost", "invite=%" PRId64 " n=%d verdict=%s state=%s", j->invite, j->attempt,
		    smtp_verdict_name(j->verdict), rc == 1 ? invite_state_name(i.state) : "-");
	arena_release(&a);
	return lost;
}

int
sending_expire(struct sendings *ss, const struct invite *i, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct attempt last;
	struct verdict v = { .category = CAT_UNKNOWN };
	int rc = attempt_last(ss->db, &a, i->id, &last, e);

	/* Deferred to the end for a reason: the last one stands, and is final now. */
	if (rc == 1) {
		v.category = category_parse(last.category);
		v.hard = last.code && classify(ss->rules, last.code, last.enhanced, last.text).bad_address;
	}
	if (rc >= 0)
		rc = add_evidence(ss, "expired", i->id, i->contact, i->email, i->attempts, &v, rc ? last.enhanced : "",
		    rc ? last.text : "", e);
	if (rc == 0 && (rc = invite_move(ss->db, i->id, INVITE_DEFERRED, INVITE_EXPIRED, 0, 0, e)) == 0)
		ss->tally.expired++;
	arena_release(&a);
	return rc;
}

void
sending_log(const struct sendings *ss, const struct job *j)
{
	struct log_q q;

	if (j->verdict != SMTP_UNTRIED)
		log_info("attempt", "%s=%" PRId64 " n=%d relay=%s command=%s code=%d dsn=%s verdict=%s delay_ms=%" PRId64
		    " text=%s", probe_is(j->invite) ? "probe" : "invite", j->invite, j->attempt, relay_of(ss, j), j->command,
		    j->code, *j->enhanced ? j->enhanced : "-",
		    smtp_verdict_name(j->verdict), j->duration_ms, log_q(&q, j->text ? j->text : ""));
}
