/* webhook.h against a receiver that checks each signature, and fails when it is told to. */
#include <jansson.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/log.h"
#include "engine/webhook.h"
#include "store/evidence.h"
#include "store/wave_log.h"
#include "web/http.h"

#include "support/check.h"
#include "support/world.h"

#define SECRET "a secret of more than twenty-four characters"
#define NOW 1632000000

enum fault { WELL, SAYS_500, SAYS_410, SAYS_302, SAYS_429, DROPS };
#define SLOW_MS 1100

static struct world w;
static int64_t campaign, person;
static char token[TOKEN_LEN + 1];

static struct receiver {
	_Atomic(enum fault) fault;
	atomic_int requests, wrong;	/* wrong: signed wrongly, or not JSON */
	struct buf got[64];		/* bodies that were taken */
	char id[64][80];
	int64_t at[64];			/* as the header says */
	void (*_Atomic meanwhile)(void);	/* done once, before the answer; NULL: nothing */
	atomic_int taken;
	struct MHD_Daemon *mhd;
} rx;

struct incoming { struct buf body; };

static void
judge(struct MHD_Connection *c, const struct buf *body)
{
	const char *id = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "webhook-id");
	const char *at = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "webhook-timestamp");
	const char *sig = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "webhook-signature");
	struct buf want = BUF_INIT(4096);
	json_t *o = json_loads(body->s, 0, NULL);

	if (id && at && sig)
		webhook_sign(&want, SECRET, id, strtoll(at, NULL, 10), body->s);
	rx.wrong += !o || !sig || strncmp(sig, "v1,", 3) != 0 || strcmp(sig + 3, buf_str(&want)) != 0;
	snprintf(rx.id[rx.taken % 64], sizeof(rx.id[0]), "%s", id ? id : "");
	rx.at[rx.taken % 64] = at ? strtoll(at, NULL, 10) : 0;
	json_decref(o);
	buf_release(&want);
}

static enum MHD_Result
receive(void *arg, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data,
    size_t *size, void **state)
{
	static const unsigned codes[] = { [WELL] = 204, [SAYS_500] = 500, [SAYS_410] = 410, [SAYS_302] = 302, [SAYS_429] = 429 };
	struct incoming *in = *state;
	void (*meanwhile)(void);
	struct MHD_Response *r;
	enum MHD_Result rc;

	(void)arg, (void)url, (void)method, (void)version;
	if (!in) {
		*state = in = mem_zalloc(sizeof(*in));
		in->body = (struct buf)BUF_INIT(1 << 20);
		return MHD_YES;
	}
	if (*size) {
		buf_add(&in->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	rx.requests++;
	if (rx.fault == DROPS)
		return MHD_NO;
	judge(c, &in->body);
	if ((meanwhile = rx.meanwhile)) {
		meanwhile();
		rx.meanwhile = NULL;
	}
	if (rx.fault == WELL) {
		rx.got[rx.taken % 64] = in->body;
		in->body = (struct buf)BUF_INIT(0);
		rx.taken++;
	}
	r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (rx.fault == SAYS_302)
		MHD_add_response_header(r, "Location", "/elsewhere");
	if (rx.fault == SAYS_429)
		MHD_add_response_header(r, "Retry-After", "1000");
	rc = MHD_queue_response(c, codes[rx.fault], r);
	MHD_destroy_response(r);
	return rc;
}

static void
done(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct incoming *in = *state;

	(void)arg, (void)c, (void)why;
	if (in) {
		buf_release(&in->body);
		free(in);
	}
	*state = NULL;
}

static void
add_evidence(const char *kind, const char *print)
{
	struct evidence v = { .contact = person, .at = NOW - 50, .kind = kind, .grade = 'A', .category = "bad-user", .hard = true,
	    .email = "an.nguyen@cantho.gov.example", .status = "5.1.1", .text = "550 <an.nguyen@cantho.gov.example> unknown", .fingerprint = print };

	CHECK_INT(evidence_add(w.db, &v, &w.e), 1, kind);
}

static struct webhook
hook(const char *name)
{
	struct webhook h;

	if (webhook_find(w.db, &w.arena, name, &h, &w.e) != 1)
		world_die(&w, name);
	return h;
}

static struct webhook_result
run(int64_t now)
{
	struct webhook_result r;

	CHECK_INT(webhook_run(w.db, now, NULL, &r, &w.e), 0, w.e.text);
	return r;
}

/* The types of all events taken since `from`, ' ' between; their ids must not repeat. */
static const char *
types_since(int from)
{
	static char text[4096];
	size_t n = 0;

	*text = '\0';
	for (int i = from; i < rx.taken; i++) {
		json_t *o = json_loads(rx.got[i].s, 0, NULL), *list = json_object_get(o, "events"), *v;
		size_t k;

		json_array_foreach(list, k, v)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "", json_string_value(json_object_get(v, "type")));
		json_decref(o);
	}
	return text;
}

static void
test_sign(void)
{
	struct buf b = BUF_INIT(256);

	/* The example of the Standard Webhooks reference libraries. */
	webhook_sign(&b, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}");
	CHECK_STR(buf_str(&b), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "as others sign");
	buf_release(&b);
}

static void
test_words(void)
{
	static const struct { const char *label, *list; bool good; } lists[] = {
		{ "all", "", true }, { "one", "evidence.dsn", true }, { "a group", "evidence", true }, { "two", "answer,wave.closed", true },
		{ "focal points", "evidence.focal", true }, { "no such", "evidence.nothing", false }, { "half a word", "evid", false },
		{ "an empty one", "answer,,wave", false },
	};
	static const struct { const char *url; bool good; } urls[] = {
		{ "https://sink.example/hook", true }, { "http://127.0.0.1:99/x", true }, { "http://localhost/x", true },
		{ "http://[::1]:7/", true }, { "http://sink.example/", false }, { "http://127.0.0.1.evil.example/", false },
		{ "http://localhost:x@evil.example/", false }, { "https://me:pw@sink.example/", false }, { "ftp://127.0.0.1/", false }, { "sink", false },
	};

	for (size_t i = 0; i < COUNT_OF(lists); i++)
		CHECK_INT(webhook_check_events(lists[i].list, &w.e) == 0, lists[i].good, lists[i].label);
	for (size_t i = 0; i < COUNT_OF(urls); i++)
		CHECK_INT(webhook_check_url(urls[i].url, false, &w.e) == 0, urls[i].good, urls[i].url);
	CHECK_INT(webhook_check_url("http://sink.example/", true, &w.e), 0, "if you must");
}

static void
test_secrets(void)
{
	static const struct { const char *label, *secret; bool good; } cases[] = {
		{ "typed", SECRET, true }, { "short", "only-23-characters-here", false },
		{ "base64", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true }, { "base64, short", "whsec_MfKQ9r8GKYqrTwjU", false },
		{ "no base64", "whsec_this is no base64, is it? No!", false }, { "without its end", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_INT(webhook_check_secret(cases[i].secret, &w.e) == 0, cases[i].good, cases[i].label);
}

/* Reclassifying takes the youngest away and makes others, with the same numbers. */
static void
test_again(void)
{
	static const char drop[] = "DELETE FROM evidence WHERE fingerprint IN ('p1', 'p2', 'p3', 'p4')";
	int before = rx.taken;

	db_run(db_stmt(w.db, drop, &w.e), &w.e);
	add_evidence("opt_out", "new1");
	CHECK_INT(run(NOW + 1).events, 1, "what came in their place is told");
	CHECK_STR(types_since(before), "evidence.opt_out", "it");
	CHECK(!strstr(rx.got[before].s, "evidence-2\""), "under a name of its own");
}

static void
test_telling(void)
{
	struct webhook_result r = run(NOW);
	int before = rx.taken;

	CHECK_INT(r.events, 0, "what was before is not told");
	add_evidence("dsn", "p1");
	add_evidence("opt_out", "p2");
	wave_log_add(w.db, &(struct wave_entry){ .at = NOW, .campaign = campaign, .wave = "first", .what = "closed", .n = 7, .reason = "",
	    .detail = "" }, &w.e);
	answer_record(w.db, person, 1, NOW - 9999, "import", &w.e);
	r = run(NOW);
	CHECK_INT(r.events, 4 + 1, "all to the one, answers to the other");
	CHECK_INT(rx.wrong, 0, "each is signed");
	CHECK_STR(types_since(before), "wave.closed evidence.dsn evidence.opt_out answer.recorded answer.recorded", "in order");
	for (int i = 0; i < rx.taken; i++)
		CHECK(!strstr(rx.got[i].s, "an.nguyen") && !strstr(rx.got[i].s, "Mẫu") && !strstr(rx.got[i].s, "550"), "nothing personal");
	CHECK(strstr(rx.got[before].s, token) != NULL, "the token");
	CHECK_INT(run(NOW).requests, 0, "nothing twice");
	answer_record(w.db, person, 1, NOW, "import", &w.e);
	CHECK_INT(run(NOW).events, 0, "an answer that is known is no news");
	CHECK_INT(world_count(&w, "SELECT count(*) FROM answer_news"), 1, "what all were told goes");
}

static void
test_failing(void)
{
	static const struct { enum fault fault; const char *label; int64_t wait_least, wait_most; } cases[] = {
		{ SAYS_500, "says 500", 4, 6 }, { DROPS, "drops the connection", 13, 17 }, { SAYS_302, "leads elsewhere", 40, 50 },
		{ SAYS_429, "asks to wait", 1000, 1000 },
	};
	int64_t now = NOW + 10;
	int taken = rx.taken;
	char id[80];

	add_evidence("complaint", "p3");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct webhook h;

		rx.fault = cases[i].fault;
		CHECK_INT(run(now).failed, 1, cases[i].label);
		h = hook("all");
		CHECK_INT(h.failures, i + 1, cases[i].label);
		CHECK_INT(h.failed_at, NOW + 10, "since when");
		CHECK(h.next_at - now >= cases[i].wait_least && h.next_at - now <= cases[i].wait_most, cases[i].label);
		CHECK_INT(run(h.next_at - 1).failed, 0, "not before");
		now = h.next_at;
	}
	snprintf(id, sizeof(id), "%s", rx.id[taken % 64]);
	rx.fault = WELL;
	CHECK_INT(run(now).events, 1, "told in the end");
	CHECK_STR(rx.id[taken % 64], id, "the same content has the same id");
	CHECK_INT(hook("all").failures, 0, "well again");
	/* As if we were killed behind the POST: the cursor is where it was. */
	taken = rx.taken;
	{
		static const char back[] = "UPDATE webhook SET evidence = evidence - 1 WHERE name = 'all'";

		db_run(db_stmt(w.db, back, &w.e), &w.e);
	}
	CHECK_INT(run(now).events, 1, "once more");
	CHECK_STR(rx.got[taken].s, rx.got[taken - 1].s, "the very same");
}

static void
test_gone(void)
{
	int before;

	add_evidence("expired", "p4");
	rx.fault = SAYS_410;
	CHECK_INT(run(NOW + 5000).failed, 1, "gone");
	CHECK(!hook("all").active, "told no more");
	rx.fault = WELL;
	before = rx.requests;
	CHECK_INT(run(NOW + 99999).failed, 0, "really");
	CHECK_INT(rx.requests, before, "not asked");
}

static void
test_many(void)
{
	struct webhook h = { .name = "many", .secret_file = hook("all").secret_file, .events = "evidence", .added_at = NOW };
	int before = rx.taken;
	char print[32];

	h.url = hook("all").url;
	CHECK_INT(webhook_insert(w.db, &h, &w.e), 0, w.e.text);
	CHECK_INT(webhook_insert(w.db, &h, &w.e), -1, "the name is taken");
	db_begin(w.db, &w.e);
	for (int i = 0; i < 250; i++) {
		snprintf(print, sizeof(print), "many%d", i);
		add_evidence(i % 2 ? "refusal" : "delay", print);
	}
	db_commit(w.db, &w.e);
	CHECK_INT(run(NOW + 100000).events, 250, "all of them");
	CHECK_INT(rx.taken - before, 3, "a hundred at a time");
}

/* In the thread of the receiver: the youngest is taken away, and what comes instead has its number. */
static void
reclassify(void)
{
	static const char drop[] = "DELETE FROM evidence WHERE fingerprint = 'race1'";
	const struct evidence v = { .contact = person, .at = NOW, .kind = "complaint", .grade = 'A', .category = "", .email = "",
	    .status = "", .text = "", .fingerprint = "race2" };
	struct err e = ERR_INIT;
	struct db *db = NULL;

	if (db_open(&db, w.path, DB_WRITE, &e) == 0 && db_begin(db, &e) == 0 && db_run(db_stmt(db, drop, &e), &e) == 0 &&
	    evidence_add(db, &v, &e) == 1)
		db_commit(db, &e);
	db_close(db);
}

static void
test_meanwhile(void)
{
	int before = rx.taken;
	int64_t number;

	add_evidence("opt_out", "race0");
	add_evidence("reply", "race1");
	number = world_count(&w, "SELECT id FROM evidence WHERE fingerprint = 'race1'");
	rx.meanwhile = reclassify;
	run(NOW + 200000);
	CHECK_INT(world_count(&w, "SELECT id FROM evidence WHERE fingerprint = 'race2'"), number, "the number came again");
	run(NOW + 200010);
	CHECK(strstr(types_since(before), "evidence.complaint") != NULL, "what came while the request was under way is told");
	before = rx.taken;
	CHECK_INT(run(NOW + 200020).events, 0, "and then there is an end");
}

static void
dawdle(void)
{
	usleep(SLOW_MS * 1000);
}

/* A receiver takes no request signed long ago; and who has much to hear does not keep the others waiting. */
static void
test_fair(void)
{
	struct webhook h = { .name = "second", .secret_file = hook("all").secret_file, .url = hook("all").url, .events = "evidence.reply",
	    .added_at = NOW };
	int before = rx.taken;
	char print[32];

	CHECK_INT(webhook_insert(w.db, &h, &w.e), 0, w.e.text);
	db_begin(w.db, &w.e);
	for (int i = 0; i < 150; i++) {
		snprintf(print, sizeof(print), "fair%d", i);
		add_evidence(i ? "delay" : "reply", print);
	}
	db_commit(w.db, &w.e);
	rx.meanwhile = dawdle;
	CHECK_INT(run(NOW + 300000).events, 151, "all of it");
	CHECK_INT(rx.taken - before, 3, "a hundred, one, fifty");
	CHECK(rx.at[(before + 1) % 64] > rx.at[before % 64], "the time is that of the request");
	CHECK(strncmp(types_since(before + 1), "evidence.reply evidence.delay", 29) == 0, "the second did not wait for the end of the first");
	CHECK_INT(webhook_delete(w.db, hook("second").id, &w.e), 0, "removed");
}

int
main(void)
{
	struct http_where where;
	int fd;
	FILE *f;
	struct webhook all = { .name = "all", .events = "", .added_at = 1 }, answers = { .name = "answers", .events = "answer", .added_at = 1 };

	log_to(-1, LOG_LEVEL_ERROR + 1);
	world_make(&w);
	campaign = world_campaign(&w, "open", NOW - 86400, NOW + 86400);
	person = world_contact(&w, campaign, "Nguyễn Mẫu Một", token);
	fd = http_listen("127.0.0.1:0", &where, &w.e);
	rx.mhd = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, receive, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_NOTIFY_COMPLETED, done, NULL, MHD_OPTION_END);
	all.secret_file = answers.secret_file = arena_printf(&w.arena, "%s/hook", w.dir);
	all.url = answers.url = arena_printf(&w.arena, "http://%s/hook", where.text);
	if (!rx.mhd || !(f = fopen(all.secret_file, "w")) || fputs(SECRET "\n", f) < 0 || fclose(f) != 0)
		world_die(&w, "receiver");
	add_evidence("button", "p0");
	if (webhook_insert(w.db, &all, &w.e) < 0 || webhook_insert(w.db, &answers, &w.e) < 0)
		world_die(&w, "webhook");
	test_sign();
	test_words();
	test_secrets();
	test_telling();
	test_again();
	test_failing();
	test_gone();
	test_many();
	test_meanwhile();
	test_fair();
	CHECK_INT(webhook_delete(w.db, hook("many").id, &w.e), 0, "removed");
	MHD_stop_daemon(rx.mhd);
	for (int i = 0; i < 64; i++)
		buf_release(&rx.got[i]);
	world_end(&w);
	return check_done();
}
