#include "engine/webhook.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/date.h"
#include "base/log.h"
#include "base/token.h"

#define FIRST_WAIT_S 5
#define LONGEST_WAIT_S (6 * 3600)
#define TROUBLE_S (3 * 86400)	/* then somebody must look */
#define RUN_S 60		/* no further round after that: those that failed meanwhile get their turn in the next run */
#define CONNECT_MS 10000
#define WHOLE_MS 30000
#define ANSWER_MAX 65536

/* The body goes to the receiver: 0 taken, -1 not, with why; *status is 0 when no answer came. */
static int
post(struct httpc *c, const struct webhook *w, const char *body, int64_t now, const atomic_bool *stop, int *status,
    int64_t *retry_after_s, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct httpc_answer answer = HTTPC_ANSWER_INIT;
	struct buf sig = BUF_INIT(256);
	char hash[65];
	const char *secret = conf_secret(&a, w->secret_file, "--secret-file", e), *headers[4];
	int rc = -1;

	*status = 0;
	*retry_after_s = -1;
	if (secret && webhook_check_secret(secret, e) == 0) {
		struct httpc_request r = { .url = w->url, .headers = headers, .type = "application/json", .body = body,
		    .body_len = strlen(body), .connect_timeout_ms = CONNECT_MS, .timeout_ms = WHOLE_MS, .answer_max = ANSWER_MAX,
		    .stop = stop };

		sha256_hex(hash, body, strlen(body));
		hash[32] = '\0';	/* the same content has the same name */
		webhook_sign(&sig, secret, hash, now, body);
		headers[0] = arena_printf(&a, "webhook-id: %s", hash);
		headers[1] = arena_printf(&a, "webhook-timestamp: %" PRId64, now);
		headers[2] = arena_printf(&a, "webhook-signature: v1,%s", buf_str(&sig));
		headers[3] = NULL;
		rc = httpc_post(c, &r, &answer, e);
	}
	if (rc == 0) {
		*status = answer.status;
		*retry_after_s = answer.retry_after_s;
		if (answer.status < 200 || answer.status > 299)
			rc = err_set(e, ERR_NETWORK, TR("it answered %d", "nơi nhận trả lời %d"), answer.status);
	}
	httpc_answer_release(&answer);
	buf_release(&sig);
	arena_release(&a);
	return rc;
}

static void
set(json_t *o, const char *key, const char *value)
{
	if (*value)
		json_object_set_new(o, key, json_string(value));
}

static json_t *
event_json(const char *source, const char *type, const struct news *n)
{
	json_t *o = json_object();
	struct zone utc = { 0 };
	struct date_text t;
	struct arena a = ARENA_INIT;
	char hash[65];

	zone_load(&utc, "UTC", NULL);
	/* Numbers of evidence may come again after reclassifying: what it is goes into its name. */
	sha256_hex(hash, n->print, strlen(n->print));
	set(o, "id", *n->print ? arena_printf(&a, "%s-%.20s", source, hash) : arena_printf(&a, "%s-%" PRId64, source, n->id));
	set(o, "type", type);
	set(o, "at", date_rfc3339(&t, &utc, n->at));
	set(o, "campaign", n->campaign);
	set(o, "unit", n->unit);
	set(o, "wave", n->wave);
	set(o, "token", n->token);
	set(o, "instrument", n->instrument);
	set(o, "category", n->category);
	set(o, "status", n->status);
	set(o, "grade", n->grade);
	set(o, "reason", n->reason);
	if (n->hard)
		json_object_set_new(o, "hard", json_true());
	if (n->n)
		json_object_set_new(o, "n", json_integer(n->n));
	arena_release(&a);
	return o;
}

static void
add_events(json_t *list, const struct webhook *w, const char *source, const struct news *news, size_t n)
{
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < n; i++) {
		const char *type = strcmp(source, "answer") == 0 ? "answer.recorded" : arena_printf(&a, "%s.%s", source, news[i].kind);

		if (webhook_wants(w, type))
			json_array_append_new(list, event_json(source, type, &news[i]));
	}
	arena_release(&a);
}

struct batch {			/* what goes out in one request */
	json_t *list;
	struct webhook_cursor upto;	/* where the cursors stand when it is taken */
	size_t most;		/* rows of evidence that were asked for */
	char rows[65];		/* which those were, up to upto.evidence */
};

struct run {
	struct db *db;
	struct httpc *client;
	int64_t now, began_us;
	const atomic_bool *stop;
	struct webhook_result *result;
};

/* Requests take their time, and a signature of long ago is refused. */
static int64_t
moment(const struct run *r)
{
	return r->now + (clock_mono_us() - r->began_us) / 1000000;
}

static bool
stopped(const struct run *r)
{
	return r->stop && atomic_load(r->stop);
}

static void
rows_hash(char hash[65], const struct news *news, size_t n, int64_t upto)
{
	struct buf b = BUF_INIT((size_t)1 << 20);

	for (size_t i = 0; i < n && news[i].id <= upto; i++)
		buf_printf(&b, "%" PRId64 " %s\n", news[i].id, news[i].print);
	sha256_hex(hash, buf_str(&b), b.len);
	buf_release(&b);
}

static int
gather(struct db *db, const struct webhook *w, struct batch *b, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct news *news;
	size_t n, left = WEBHOOK_EVENTS;
	int rc = -1;

	b->upto = w->told;
	b->most = 0;
	if (db_snapshot(db, e) < 0)
		return -1;
	if (news_waves(db, &a, w->told.wave_log, w->campaign, left, &news, &n, &b->upto.wave_log, e) < 0)
		goto out;
	add_events(b->list, w, "wave", news, n);
	left -= n;
	if (left) {
		b->most = left;
		if (news_evidence(db, &a, w->told.evidence, w->campaign, left, &news, &n, &b->upto.evidence, e) < 0)
			goto out;
		rows_hash(b->rows, news, n, b->upto.evidence);
		add_events(b->list, w, "evidence", news, n);
		left -= n;
	}
	if (left) {
		if (news_answers(db, &a, w->told.answer, w->campaign, left, &news, &n, &b->upto.answer, e) < 0)
			goto out;
		add_events(b->list, w, "answer", news, n);
	}
	rc = 0;
out:
	arena_release(&a);
	if (rc < 0)
		return db_abort(db);
	return db_commit(db, e);
}

static int64_t
wait_s(const struct webhook *w, int64_t retry_after_s)
{
	int64_t wait = FIRST_WAIT_S;

	for (int64_t i = 0; i < w->failures && wait < LONGEST_WAIT_S; i++)
		wait *= 3;
	if (wait > LONGEST_WAIT_S)
		wait = LONGEST_WAIT_S;
	wait += wait * (random() % 21 - 10) / 100;	/* many of us do not come at once */
	if (retry_after_s > wait)
		wait = retry_after_s < LONGEST_WAIT_S ? retry_after_s : LONGEST_WAIT_S;
	return wait;
}

/*
 * While the request was under way a row of evidence can have been taken away,
 * and its number been given to another, which nobody was told of: then the
 * cursor stays before them. It stays where somebody else has put it, too.
 */
static int
settle(struct db *db, const struct webhook *w, const struct batch *b, struct webhook_cursor *upto, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct webhook stored;
	struct news *news;
	char rows[65];
	int64_t end;
	size_t n;
	int rc = webhook_next(db, &a, w->id - 1, &stored, e);

	*upto = b->upto;
	if (rc != 1 || stored.id != w->id)
		goto out;	/* removed: nothing to move */
	if (stored.told.wave_log > upto->wave_log)
		upto->wave_log = stored.told.wave_log;
	if (stored.told.answer > upto->answer)
		upto->answer = stored.told.answer;
	if (stored.told.evidence != w->told.evidence) {
		upto->evidence = stored.told.evidence;
	} else if (b->most) {
		if ((rc = news_evidence(db, &a, w->told.evidence, w->campaign, b->most, &news, &n, &end, e)) < 0)
			goto out;
		rows_hash(rows, news, n, b->upto.evidence);
		if (strcmp(rows, b->rows) != 0)
			upto->evidence = w->told.evidence;
	}
out:
	arena_release(&a);
	return rc < 0 ? -1 : 0;
}

static int
record(struct db *db, const struct webhook *w, const struct batch *b, const struct err *fault, int status, int64_t retry_after_s,
    int64_t now, struct err *e)
{
	struct webhook_cursor upto;
	int rc;

	if (db_begin(db, e) < 0)
		return -1;
	if (!fault)
		rc = settle(db, w, b, &upto, e) < 0 ? -1 : webhook_told(db, w->id, &upto, now, e);
	else if (status == 410)
		rc = webhook_set_active(db, w->id, false, fault->text, e);
	else
		rc = webhook_failed(db, w->id, now, now + wait_s(w, retry_after_s), fault->text, e);
	return rc < 0 ? db_abort(db) : db_commit(db, e);
}

static void
log_fault(const struct webhook *w, const struct err *fault, int status, int64_t now)
{
	struct log_q q;

	if (status == 410)
		log_error("webhook", "webhook=%s state=gone text=%s", w->name, log_q(&q, fault->text));
	else if (w->failed_at && now - w->failed_at > TROUBLE_S)
		log_error("webhook", "webhook=%s failures=%" PRId64 " since=%" PRId64 " text=%s", w->name, w->failures + 1, w->failed_at,
		    log_q(&q, fault->text));
	else
		log_warn("webhook", "webhook=%s failures=%" PRId64 " text=%s", w->name, w->failures + 1, log_q(&q, fault->text));
}

/* 1 something was told, 0 nothing more to tell or not now, -1. */
static int
tell_some(struct run *r, const struct webhook *w, struct err *e)
{
	json_t *body = json_object();
	struct batch b = { .list = json_array() };
	struct err fault = ERR_INIT;
	int64_t retry_after_s = -1;
	int status = 0, rc;
	size_t n;
	char *text;

	json_object_set_new(body, "events", b.list);
	rc = gather(r->db, w, &b, e);
	n = json_array_size(b.list);
	text = rc == 0 && n ? json_dumps(body, JSON_COMPACT) : NULL;
	json_decref(body);
	if (rc < 0)
		return -1;
	if (!n && memcmp(&b.upto, &w->told, sizeof(b.upto)) == 0)
		return 0;
	rc = n ? post(r->client, w, text, moment(r), r->stop, &status, &retry_after_s, &fault) : 0;
	free(text);
	if (stopped(r) && rc < 0)
		return 0;
	if (rc < 0) {
		log_fault(w, &fault, status, moment(r));
		r->result->failed++;
	} else {
		r->result->requests += n > 0;
		r->result->events += (int64_t)n;
	}
	if (record(r->db, w, &b, rc < 0 ? &fault : NULL, status, retry_after_s, moment(r), e) < 0)
		return -1;
	return rc == 0;
}

/* One request to each that is due: who has much to hear, or is slow, does not keep the others waiting. */
static int
tell_round(struct run *r, bool *more, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct webhook w = { .id = 0 };
	int rc;

	*more = false;
	while (!stopped(r) && (rc = webhook_next(r->db, &a, w.id, &w, e)) != 0) {
		if (rc > 0 && w.active && w.next_at <= r->now && (rc = tell_some(r, &w, e)) > 0)
			*more = true;
		if (rc < 0) {
			arena_release(&a);
			return -1;
		}
		arena_reset(&a);
	}
	arena_release(&a);
	return 0;
}

int
webhook_run(struct db *db, int64_t now, const atomic_bool *stop, struct webhook_result *result, struct err *e)
{
	struct run r = { .db = db, .client = httpc_new(), .now = now, .began_us = clock_mono_us(), .stop = stop, .result = result };
	bool more;
	int rc;

	*result = (struct webhook_result){ .events = 0 };
	do
		rc = tell_round(&r, &more, e);
	while (rc == 0 && more && !stopped(&r) && moment(&r) - now < RUN_S);
	if (rc == 0 && result->events && (rc = db_begin(db, e)) == 0)
		rc = webhook_tidy(db, e) < 0 ? db_abort(db) : db_commit(db, e);
	httpc_free(r.client);
	return rc;
}

int
webhook_ping(struct httpc *c, const struct webhook *w, int64_t now, struct err *e)
{
	const struct news news = { .id = now, .at = now, .kind = "", .campaign = "", .unit = "", .wave = "", .token = "",
	    .instrument = "", .category = "", .status = "", .reason = "", .grade = "", .print = "" };
	json_t *body = json_object(), *list = json_array();
	int64_t retry_after_s;
	int status, rc;
	char *text;

	json_array_append_new(list, event_json("ping", "ping", &news));
	json_object_set_new(body, "events", list);
	text = json_dumps(body, JSON_COMPACT);
	rc = post(c, w, text, now, NULL, &status, &retry_after_s, e);
	json_decref(body);
	free(text);
	return rc;
}
