#include "engine/post.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "engine/message.h"
#include "engine/route.h"
#include "engine/rulebook.h"

#define MESSAGE_MAX_BYTES ((size_t)96 << 20)

static int
plan_locked(struct db *db, const struct conf *conf, const struct message_maker *m, struct message_to *to, struct letter *l,
    struct arena *a, struct buf *data, struct err *e)
{
	struct message_envelope env;
	int rc = letter_there(db, l->campaign, l->wave, l->about, l->email, e);

	if (rc)
		return rc < 0 ? -1 : 0;
	if (letter_next_id(db, &l->id, e) < 0)
		return -1;
	to->invite = l->id;
	to->attempt = 1;
	to->email = l->email;
	to->name = l->name;
	to->at = l->created_at = l->due_at = clock_now();
	l->expires_at = l->created_at + conf->expire_s;
	if (message_make(m, to, false, a, data, &env, e) < 0)
		return -1;
	l->message = buf_str(data);
	l->len = data->len;
	return letter_insert(db, l, e);
}

int
post_plan(struct db *db, const struct conf *conf, const struct message_maker *m, struct message_to *to, struct letter *l,
    struct err *e)
{
	struct buf data = BUF_INIT(MESSAGE_MAX_BYTES);
	struct arena a = ARENA_INIT;
	int rc = db_begin(db, e);

	if (rc == 0) {
		rc = plan_locked(db, conf, m, to, l, &a, &data, e);
		if (rc < 0)
			db_abort(db);
		else if (db_commit(db, e) < 0)
			rc = -1;
	}
	buf_release(&data);
	arena_release(&a);
	l->message = NULL;
	return rc;
}

struct posting {
	struct db *db;
	const struct conf *conf;
	const struct post_options *o;
	struct post_result *result;
	struct secret secret;
	struct rules *rules;
	struct campaign campaign;	/* of the letter at hand; id 0: none yet */
	struct arena lasting, scratch;	/* the campaign; the letter */
	struct letter letter;
	struct message_envelope env;
	const char *relay;
	bool dry, shut;			/* nothing more is due; the relay does not let us in */
	char trouble[300];
	int rc;				/* -1: the store failed, e says how */
	struct err *e;
};

static int
claim(struct posting *p)
{
	int rc;

	arena_reset(&p->scratch);
	if (db_begin(p->db, p->e) < 0)
		return -1;
	if ((rc = letter_claim(p->db, &p->scratch, p->o->campaign, p->o->wave, clock_now(), &p->letter, p->e)) < 0)
		return db_abort(p->db);
	return db_commit(p->db, p->e) < 0 ? -1 : rc;
}

static int
address(struct posting *p)
{
	if (p->campaign.id != p->letter.campaign) {
		arena_reset(&p->lasting);
		if (campaign_by_id(p->db, &p->lasting, p->letter.campaign, &p->campaign, p->e) != 1)
			return -1;
	}
	return message_envelope(&p->campaign, p->conf, &p->secret, p->letter.email, p->letter.id, p->letter.attempts, &p->scratch,
	    &p->env, p->e);
}

static bool
next(void *arg, struct smtp_job *out)
{
	struct posting *p = arg;
	bool stopped = p->o->stop && atomic_load(p->o->stop);
	int rc = p->rc < 0 || p->shut || stopped ? 0 : claim(p);

	p->dry |= rc == 0;
	if (rc == 1 && address(p) < 0)
		rc = -1;
	if (rc < 0)
		p->rc = -1;
	if (rc != 1)
		return false;
	*out = (struct smtp_job){ .owner = p, .sender = p->env.sender, .recipient = p->env.recipient, .envid = p->env.envid,
	    .data = p->letter.message, .len = p->letter.len, .utf8 = p->env.utf8_local };
	return true;
}

static int64_t
again_s(const struct conf *c, int attempts)
{
	int64_t s = c->retry_first_s;

	for (int i = 1; i < attempts && s < c->retry_most_s; i++)
		s *= 2;
	return s < c->retry_most_s ? s : c->retry_most_s;
}

static int
record(struct posting *p, const struct smtp_outcome *o)
{
	static const char *const states[] = { [SMTP_ACCEPTED] = "accepted", [SMTP_DEFERRED] = "deferred",
	    [SMTP_REFUSED] = "refused", [SMTP_UNCERTAIN] = "uncertain" };
	int64_t now = clock_now(), *const counts[] = { [SMTP_ACCEPTED] = &p->result->accepted,
	    [SMTP_DEFERRED] = &p->result->deferred, [SMTP_REFUSED] = &p->result->refused, [SMTP_UNCERTAIN] = &p->result->uncertain };
	const char *text = o->text ? o->text : "", *category = "";
	struct attempt t;

	if (o->verdict == SMTP_UNTRIED)
		return letter_give_back(p->db, p->letter.id, p->e);
	if (o->verdict != SMTP_ACCEPTED)
		category = o->code ? category_name(classify(p->rules, o->code, o->enhanced, text).category) : category_name(CAT_NETWORK);
	t = (struct attempt){ .invite = p->letter.id, .n = p->letter.attempts, .at = now, .relay = p->relay, .command = o->command,
	    .code = o->code, .enhanced = o->enhanced, .text = text, .duration_ms = o->duration_ms, .verdict = states[o->verdict],
	    .category = category };
	++*counts[o->verdict];
	if (letter_attempt_insert(p->db, &t, p->e) < 0)
		return -1;
	return letter_move(p->db, p->letter.id, states[o->verdict], now,
	    o->verdict == SMTP_DEFERRED ? now + again_s(p->conf, p->letter.attempts) : 0, p->e);
}

static void
done(void *arg, const struct smtp_job *job, const struct smtp_outcome *o)
{
	struct posting *p = arg;
	struct log_q q;

	(void)job;
	if (o->verdict == SMTP_UNTRIED && *o->command) {
		p->shut = true;
		snprintf(p->trouble, sizeof(p->trouble), "%s", o->text ? o->text : "");
	}
	if (db_begin(p->db, p->e) < 0 || (record(p, o) < 0 ? db_abort(p->db) : db_commit(p->db, p->e)) < 0)
		p->rc = -1;
	if (o->verdict != SMTP_UNTRIED)
		log_info("letter", "letter=%" PRId64 " n=%d relay=%s command=%s code=%d dsn=%s verdict=%s delay_ms=%" PRId64 " text=%s",
		    p->letter.id, p->letter.attempts, p->relay, o->command, o->code, *o->enhanced ? o->enhanced : "-",
		    smtp_verdict_name(o->verdict), o->duration_ms, log_q(&q, o->text ? o->text : ""));
}

/* All that is due, through one relay, until it does not let us in. */
static int
through(struct posting *p, struct route *r)
{
	const struct smtp_calls calls = { .next = next, .done = done, .arg = p };

	p->relay = r->name;
	p->shut = false;
	while (p->rc == 0 && !p->dry && !p->shut)
		if (smtp_session(r->relay, &calls, p->e) < 0)
			return -1;
	return p->rc;
}

static int
post_all(struct posting *p, struct routes *rs)
{
	for (int standby = 0; standby < 2; standby++)
		for (size_t i = 0; i < rs->n && !p->dry; i++)
			if (rs->route[i].standby == (standby == 1) && through(p, &rs->route[i]) < 0)
				return -1;
	if (!p->dry)
		return err_set(p->e, ERR_NETWORK, TR("relay %s does not let us in: %s", "máy chủ thư %s chưa cho vào: %s"), p->relay,
		    p->trouble);
	return 0;
}

/* Longer than any conversation about one message may take. */
static int64_t
longest_s(const struct conf *c)
{
	return c->connect_timeout_s + 4 * c->reply_timeout_s + c->data_timeout_s + 60;
}

static int
settle(struct db *db, const struct conf *c, struct err *e)
{
	int64_t now = clock_now();

	if (db_begin(db, e) < 0)
		return -1;
	return letter_settle(db, now, now - longest_s(c), e) < 0 ? db_abort(db) : db_commit(db, e);
}

int
post_letters(struct db *db, const struct conf *conf, const struct post_options *o, struct post_result *result, struct err *e)
{
	struct posting p = { .db = db, .conf = conf, .o = o, .result = result, .e = e, .relay = "" };
	struct routes rs = { .arena = ARENA_INIT };
	int rc = -1;

	*result = (struct post_result){ .left = 0 };
	if (secret_load(&p.secret, conf->secret_file, e) == 0 && rulebook_load(&p.rules, conf, NULL, NULL, e) == 0 &&
	    routes_open(&rs, conf, o->relay_url, 1, e) == 0 && settle(db, conf, e) == 0 &&
	    (rc = post_all(&p, &rs)) == 0)
		rc = letter_open(db, o->campaign, o->wave, &result->left, e);
	routes_release(&rs);
	rules_free(p.rules);
	arena_release(&p.lasting);
	arena_release(&p.scratch);
	return rc;
}
