#include "engine/webhook.h"

#include <inttypes.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
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
#define SECRET_PREFIX "whsec_"

static const struct type { const char *name, *en, *vi; } types[] = {
	{ "evidence.refusal", "a receiver refused the message", "máy chủ nhận từ chối thư" },
	{ "evidence.dsn", "a delivery report came back", "có báo cáo chuyển thư gửi về" },
	{ "evidence.expired", "deferred until it expired", "bị hoãn đến khi hết hạn" },
	{ "evidence.delay", "a notice of delay", "thông báo thư bị chậm" },
	{ "evidence.complaint", "reported as spam", "bị báo là thư rác" },
	{ "evidence.auto_reply", "an automatic reply", "thư trả lời tự động" },
	{ "evidence.read_receipt", "a read receipt", "xác nhận đã đọc" },
	{ "evidence.reply", "a person replied by mail", "người nhận phúc đáp bằng thư" },
	{ "evidence.found_inbox", "found in the inbox, says the person", "người nhận báo thấy trong hộp thư đến" },
	{ "evidence.found_spam", "found in spam, says the person", "người nhận báo thấy trong thư rác" },
	{ "evidence.found_forwarded", "somebody else forwarded it", "được người khác chuyển tiếp" },
	{ "evidence.button", "pressed the button of a form", "đã bấm nút mở phiếu" },
	{ "evidence.opt_out", "wants no more reminders", "đề nghị không nhắc nữa" },
	{ "evidence.focal_word", "word of a focal point", "lời của đầu mối" },
	{ "wave.begun", "a wave began", "đợt gửi bắt đầu" },
	{ "wave.planned", "people were put into a wave", "đã đưa người vào đợt gửi" },
	{ "wave.paused", "a wave was paused", "đợt gửi tạm dừng" },
	{ "wave.resumed", "it goes on", "đợt gửi chạy tiếp" },
	{ "wave.closed", "a wave is over", "đợt gửi kết thúc" },
	{ "wave.skipped", "a wave will not run", "đợt gửi bị bỏ qua" },
	{ "wave.applied", "the plan was changed", "kế hoạch đã thay đổi" },
	{ "wave.readdressed", "people get the message at their next address", "chuyển sang địa chỉ tiếp theo của người nhận" },
	{ "wave.left_out", "people were left out, and why", "có người không được gửi, kèm lý do" },
	{ "wave.doubted", "messages that may have gone out", "thư có thể đã gửi, chưa rõ" },
	{ "wave.failed", "a wave could not be planned", "không lập được đợt gửi" },
	{ "wave.released", "sending goes on", "gửi tiếp" },
	{ "wave.held", "nothing is sent for a while", "tạm ngừng gửi" },
	{ "answer.recorded", "somebody has done a form", "có người đã trả lời phiếu" },
};

void
webhook_each_type(void (*each)(const char *, const char *, void *), void *arg, enum lang l)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		each(types[i].name, TRL(l, types[i].en, types[i].vi), arg);
}

/* "evidence" stands for all that begin so; so does "evidence.focal" for what focal points say. */
static bool
covers(const char *word, size_t n, const char *type)
{
	return strncmp(type, word, n) == 0 && (!type[n] || type[n] == '.' || type[n] == '_');
}

int
webhook_check_events(const char *list, struct err *e)
{
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ",");
		bool known = false;

		for (size_t i = 0; i < COUNT_OF(types) && n; i++)
			known |= covers(p, n, types[i].name);
		if (!known)
			return err_set(e, ERR_INPUT, TR("no event '%.*s': see 'thumoi webhook events'",
			    "không có sự kiện '%.*s': xem 'thumoi webhook events'"), (int)n, p);
		p += n;
		p += *p == ',';
	}
	return 0;
}

static bool
wanted(const struct webhook *w, const char *type)
{
	if (!*w->events)
		return true;
	for (const char *p = w->events; *p;) {
		size_t n = strcspn(p, ",");

		if (covers(p, n, type))
			return true;
		p += n;
		p += *p == ',';
	}
	return false;
}

int
webhook_check_url(const char *url, bool insecure, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *shown = httpc_shown(&a, url, e);
	int rc = 0;

	if (!shown)
		rc = -1;
	else if (httpc_has_user(url))
		rc = err_set(e, ERR_INPUT, TR("%s: no user or password in the URL", "%s: không ghi tên hay mật khẩu trong URL"), shown);
	else if (!insecure && !httpc_is_private(url))
		rc = err_set(e, ERR_INPUT, TR("%s is not https://: tokens would go over the network in the clear (--insecure if you must)",
		    "%s không phải https://: mã sẽ đi trên mạng không được bảo vệ (--insecure nếu buộc phải dùng)"), shown);
	arena_release(&a);
	return rc;
}

/* The key of a secret: what "whsec_" stands before is base64. */
static size_t
key_of(const char *secret, unsigned char *key, size_t room)
{
	size_t n = strlen(secret), pad = 0;
	int len;

	if (strncmp(secret, SECRET_PREFIX, sizeof(SECRET_PREFIX) - 1) != 0 || n > room) {
		n = n < room ? n : room;
		memcpy(key, secret, n);
		return n;
	}
	secret += sizeof(SECRET_PREFIX) - 1;
	n = strlen(secret);
	while (pad < n && secret[n - 1 - pad] == '=')
		pad++;
	len = EVP_DecodeBlock(key, (const unsigned char *)secret, (int)n);
	return len < 0 ? 0 : (size_t)len - pad;
}

int
webhook_check_secret(const char *secret, struct err *e)
{
	unsigned char key[512];
	size_t n = key_of(secret, key, sizeof(key));
	bool coded = strncmp(secret, SECRET_PREFIX, sizeof(SECRET_PREFIX) - 1) == 0;

	explicit_bzero(key, sizeof(key));
	if (coded && n == 0)
		return err_set(e, ERR_INPUT, TR("what stands behind whsec_ is not base64", "phần sau whsec_ không phải base64"));
	/* 24 octets, as the standard wants; what is typed by hand has as many characters. */
	return n >= WEBHOOK_SECRET_LEAST ? 0 : err_set(e, ERR_INPUT, TR("a secret has at least %d characters: openssl rand -hex 24",
	    "khóa bí mật có ít nhất %d ký tự: openssl rand -hex 24"), WEBHOOK_SECRET_LEAST);
}

void
webhook_sign(struct buf *out, const char *secret, const char *id, int64_t at, const char *body)
{
	unsigned char key[512], mac[EVP_MAX_MD_SIZE], text[EVP_MAX_MD_SIZE * 2];
	struct buf signed_text = BUF_INIT((size_t)64 << 20);
	unsigned n = 0;

	buf_printf(&signed_text, "%s.%" PRId64 ".", id, at);
	buf_str_add(&signed_text, body);
	if (!HMAC(EVP_sha256(), key, (int)key_of(secret, key, sizeof(key)), (const unsigned char *)buf_str(&signed_text),
	    signed_text.len, mac, &n))
		die("HMAC failed");
	EVP_EncodeBlock(text, mac, (int)n);
	buf_str_add(out, (const char *)text);
	buf_release(&signed_text);
	explicit_bzero(key, sizeof(key));
}

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

		if (wanted(w, type))
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
