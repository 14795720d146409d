#include "engine/resend.h"

#include <inttypes.h>

#include "engine/calendar.h"
#include "engine/message.h"
#include "engine/plan.h"
#include "engine/setup.h"
#include "engine/watch.h"
#include "store/facts.h"
#include "store/holdings.h"
#include "store/unit.h"
#include "store/wave_log.h"

#define WAVES_MOST 1000		/* of one person */

struct looking {
	struct resend *out;
	struct db *db;
	const struct conf *conf;
	struct arena *a;
	const struct contact *who;
	const struct by *by;
	struct campaign campaign;
	struct wave wave;
	int64_t now;
	unsigned answered;
};

static int
forbid(struct looking *k, enum skip skip, const char *why)
{
	k->out->may = false;
	k->out->skip = skip;
	k->out->why = why;
	return 0;
}

/* What it is called: nobody else has that name. */
static int
name_it(struct looking *k, struct err *e)
{
	struct wave known;
	int rc = 1;

	for (int n = 1; rc == 1 && n <= WAVES_MOST; n++) {
		k->wave.name = n == 1 ? arena_printf(k->a, "resend-%" PRId64, k->who->id) :
		    arena_printf(k->a, "resend-%" PRId64 "-%d", k->who->id, n);
		rc = wave_find(k->db, k->a, k->campaign.id, k->wave.name, &known, e);
	}
	return rc == 1 ? err_set(e, ERR_INPUT, TRL(k->by->lang, "this person was sent to too often", "người này đã được gửi lại quá nhiều lần")) : rc;
}

static bool
was_sent(const struct facts *f, int64_t wave)
{
	for (size_t i = 0; i < f->n_messages; i++)
		if (f->messages[i].wave == wave && strcmp(f->messages[i].state, "planned") != 0 &&
		    strcmp(f->messages[i].state, "cancelled") != 0)
			return true;
	return false;
}

/* The words of the last message that asked the person for something. */
static int
choose_template(struct looking *k, const struct facts *f, struct err *e)
{
	const char *first = NULL, *last = NULL;
	struct wave w = { .id = 0 };
	int rc;

	while ((rc = wave_next(k->db, k->a, w.id, k->campaign.id, NULL, &w, e)) == 1) {
		if (!first && strcmp(w.kind, "invitation") == 0)
			first = w.template;
		if (strcmp(w.kind, "thanks") != 0 && was_sent(f, w.id))
			last = w.template;
	}
	k->wave.template = last ? last : first ? first : "invitation";
	return rc;
}

/* As strictly as cron's waves: one message at a time, one a day. */
static int
ask(struct looking *k, const struct facts *f, struct err *e)
{
	struct wave as_planned = k->wave;
	struct eligible_answer answer;
	struct eligible *el;

	k->answered = f->answered;
	as_planned.position = 1;
	if (eligible_open(&el, k->db, k->conf, &k->campaign, &as_planned, k->wave.not_before, e) < 0)
		return -1;
	eligible_ask(el, f, &answer);
	k->out->email = arena_dup(k->a, answer.email);
	k->out->second = answer.second;
	if (answer.skip != SKIP_NOT)
		forbid(k, answer.skip, eligible_text(answer.skip, k->by->lang));
	eligible_close(el);
	return 0;
}

static int
when(struct looking *k, struct err *e)
{
	struct calendar calendar;

	if (calendar_load(&calendar, k->conf, e) < 0)
		return -1;
	k->wave.not_before = calendar_next(&calendar, &k->campaign.zone, k->now);
	k->wave.not_after = k->wave.not_before + RESEND_LASTS_S;
	calendar_release(&calendar);
	k->out->due_at = k->wave.not_before;
	k->out->put_off = k->out->due_at > k->now;
	k->out->not_after = plan_deadline(&k->wave, &k->campaign);
	return 0;
}

/* As the person will read it. */
static int
make(struct looking *k, const struct message_maker *maker, struct err *e)
{
	const struct contact *c = k->who;
	struct message_to to = { .invite = 1, .attempt = 1, .name = c->name, .email = k->out->email, .token = c->token,
	    .sub_unit = c->sub_unit, .position = c->position, .answered = k->answered, .at = k->out->due_at };
	struct message_envelope envelope;
	struct mail mail;
	struct unit unit;
	int rc = unit_by_id(k->db, k->a, c->unit, &unit, e);

	if (rc != 1)
		return rc < 0 ? -1 : err_set(e, ERR_STORE, TRL(k->by->lang, "the unit is gone", "không còn đơn vị này"));
	to.unit_name = TRL(k->campaign.lang, unit.name_en, unit.name_vi);
	if (message_parts(maker, &to, k->a, &mail, &envelope, e) < 0)
		return -1;
	k->out->subject = arena_dup(k->a, mail.subject);
	k->out->text = arena_ndup(k->a, mail.text, mail.text_len);
	return 0;
}

/* Is it still allowed to send anything, and can the message be made? */
static int
campaign_lets(struct looking *k, struct err *e)
{
	struct err why = ERR_INIT;
	struct message_maker *maker;
	struct secret key;
	int rc;

	if (plan_in_time(&k->campaign, &k->wave, k->out->due_at, &why) < 0)
		return forbid(k, SKIP_NOT, TRL(k->by->lang, "the campaign has closed: nothing is sent any more", "đợt khảo sát đã đóng: không gửi thư nữa"));
	if ((rc = watch_peek(k->db, k->conf, k->now, e)) < 0)
		return -1;
	k->out->held = rc == 1;
	if (secret_load(&key, k->conf->secret_file, e) < 0 ||
	    message_maker_new(&maker, &k->campaign, k->conf, &key, k->wave.template, e) < 0)
		return -1;
	rc = *k->out->email ? make(k, maker, e) : 0;
	message_maker_free(maker);
	return rc;
}

static int
look(struct looking *k, struct err *e)
{
	struct facts_reader *r;
	struct facts f;
	int rc;

	*k->out = (struct resend){ .may = true, .why = "", .wave = "", .template = "", .email = "", .subject = "", .text = "" };
	if ((rc = campaign_by_id(k->db, k->a, k->who->campaign, &k->campaign, e)) != 1)
		return rc < 0 ? -1 : err_set(e, ERR_STORE, TRL(k->by->lang, "the campaign is gone", "không còn đợt này"));
	k->wave = (struct wave){ .campaign = k->campaign.id, .kind = "notice", .state = "running", .uncertain = setup_uncertain("reminder"),
	    .audience = arena_printf(k->a, "person=%" PRId64, k->who->id), .other_template = "", .second_address = "",
	    .quiet_hours = "", .working_days = "", .at_text = "", .end_text = "" };
	if (name_it(k, e) < 0 || when(k, e) < 0 || facts_open(&r, k->db, &k->campaign, k->who->id, k->now, e) < 0)
		return -1;
	if ((rc = facts_next(r, &f, e)) == 1 && choose_template(k, &f, e) == 0)
		rc = ask(k, &f, e) < 0 ? -1 : 1;
	else
		rc = rc == 0 ? err_set(e, ERR_STORE, TRL(k->by->lang, "the person is gone", "không còn người này")) : -1;
	facts_close(r);
	k->out->wave = k->wave.name;
	k->out->template = k->wave.template;
	return rc < 0 ? -1 : campaign_lets(k, e);
}

int
resend_look(struct resend *out, struct db *db, const struct conf *conf, struct arena *a, const struct contact *c,
    const struct by *by, int64_t now, struct err *e)
{
	struct looking k = { .out = out, .db = db, .conf = conf, .a = a, .who = c, .by = by, .now = now };

	return look(&k, e);
}

static int
write_down(struct looking *k, struct err *e)
{
	struct wave_entry entry = { .at = k->now, .campaign = k->campaign.id, .wave = k->wave.name, .what = "begun", .n = 1,
	    .reason = "operator", .detail = "" };

	if (wave_insert(k->db, &k->wave, e) < 0 ||
	    invite_plan(k->db, k->wave.id, k->who->id, k->out->email, k->out->due_at, e) < 0 ||
	    wave_set_begun(k->db, k->wave.id, k->now, e) < 0 || wave_log_add(k->db, &entry, e) < 0)
		return -1;
	return holdings_audit(k->db, k->by->actor, "person resend", k->who->id, e);
}

int
resend(struct resend *out, struct db *db, const struct conf *conf, struct arena *a, const struct contact *c,
    const struct by *by, int64_t now, struct err *e)
{
	struct looking k = { .out = out, .db = db, .conf = conf, .a = a, .who = c, .by = by, .now = now };

	/* Looked at under the lock: two clicks give one message. */
	if (db_begin(db, e) < 0)
		return -1;
	if (look(&k, e) < 0)
		return db_abort(db);
	if (!out->may) {
		db_abort(db);
		return 0;
	}
	return write_down(&k, e) < 0 ? db_abort(db) : db_commit(db, e) < 0 ? -1 : 1;
}
