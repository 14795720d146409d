#include "web/api.h"

#include <jansson.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/out.h"
#include "engine/apikey.h"

#define JSON_TYPE "application/json; charset=utf-8"
#define REPLY_MAX_BYTES (4 << 20)

/* A member that must be (or, with `optional`, may be) a text. */
static int
text_of(struct arena *a, json_t *item, size_t i, const char *name, bool optional, const char **out, struct err *e)
{
	json_t *v = json_object_get(item, name);

	if (optional && (!v || json_is_null(v))) {
		*out = NULL;
		return 0;
	}
	if (!json_is_string(v) || json_string_length(v) > 255)
		return err_set(e, ERR_INPUT, "answer %zu: \"%s\" must be a text of at most 255 bytes", i, name);
	*out = arena_dup(a, json_string_value(v));
	return 0;
}

static int
read_item(struct arena *a, json_t *item, size_t i, struct answer *to, struct err *e)
{
	static const char *const names[] = { "token", "instrument", "answered_at" };
	const char *key;
	json_t *v;

	if (!json_is_object(item))
		return err_set(e, ERR_INPUT, "answer %zu: an object with \"token\" and \"instrument\" is expected", i);
	json_object_foreach(item, key, v) {
		bool known = false;

		for (size_t k = 0; k < COUNT_OF(names); k++)
			known |= strcmp(key, names[k]) == 0;
		if (!known)
			return err_set(e, ERR_INPUT, "answer %zu: \"%.64s\" is not known here; there is token, instrument, answered_at",
			    i, key);
	}
	if (text_of(a, item, i, "token", false, &to->token, e) < 0 ||
	    text_of(a, item, i, "instrument", false, &to->instrument, e) < 0)
		return -1;
	return text_of(a, item, i, "answered_at", true, &to->answered_at, e);
}

int
api_read(struct arena *a, const char *body, size_t len, struct answer **out, size_t *n, struct err *e)
{
	json_error_t je;
	json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &je);
	int rc = 0;

	*n = 0;
	*out = NULL;
	if (!root)
		return err_set(e, ERR_INPUT, "not JSON: line %d, column %d: %.100s", je.line, je.column, je.text);
	*n = json_is_array(root) ? json_array_size(root) : 1;
	if (*n == 0 || *n > API_ANSWERS)
		rc = err_set(e, ERR_INPUT, "%zu answers: send 1 to %d at once", *n, API_ANSWERS);
	else
		*out = arena_alloc(a, *n * sizeof(**out));
	for (size_t i = 0; rc == 0 && i < *n; i++)
		rc = read_item(a, json_is_array(root) ? json_array_get(root, i) : root, i, &(*out)[i], e);
	json_decref(root);
	return rc;
}

/* A key of the desk (engine/apikey.h), with the scope for it. */
static bool
key_of_desk(struct request *r, const char *given, struct err *e)
{
	int rc = given && strncmp(given, APIKEY_PREFIX, sizeof(APIKEY_PREFIX) - 1) == 0 ? apikey_check(r->db, r->arena, given, &r->who, e) : 0;

	return rc == 1 && access_may(&r->who, RIGHT_ANSWERS);
}

/* Who knows the key may; who guesses too often must wait, even with the right one. */
static bool
may_enter(struct request *r)
{
	const char *given = request_header(r, "Authorization");
	int64_t now = clock_mono_us();
	struct err e = ERR_INIT;

	given = given && strncasecmp(given, "Bearer ", 7) == 0 ? given + 7 + strspn(given + 7, " ") : NULL;
	if (key_of_desk(r, given, &e))
		return true;
	if (!r->site->api_key && !given) {
		reply_problem(r, 404, "the API is off: set api_key_file", NULL);
		return false;
	}
	if (limiter_full(&r->site->keys, r->peer, r->peer_len, now)) {
		r->retry_after = "60";
		reply_problem(r, 429, "too many wrong keys from this address: wait a minute", NULL);
		return false;
	}
	if (given && r->site->api_key && same_secret(given, r->site->api_key))
		return true;
	limiter_fail(&r->site->keys, r->peer, r->peer_len, now);
	log_warn("api_key", "route=%s status=401", r->route);
	r->challenge = "Bearer realm=\"thumoi\"";
	reply_problem(r, 401, "a valid key is needed: Authorization: Bearer KEY", NULL);
	return false;
}

static void
reply_results(struct request *r, const struct answer *list, size_t n)
{
	struct buf b = BUF_INIT(REPLY_MAX_BYTES);
	size_t of[2] = { 0, 0 }, refused;

	buf_str_add(&b, "{\"results\":[");
	for (size_t i = 0; i < n; i++) {
		if (ANSWER_GOOD(list[i].fate))
			of[list[i].fate]++;
		buf_printf(&b, "%s{\"index\":%zu,\"status\":\"%s\"", i ? "," : "", i, answer_fate_name(list[i].fate));
		if (list[i].why) {
			buf_str_add(&b, ",\"error\":");
			out_json_string(&b, list[i].why);
		}
		buf_char(&b, '}');
	}
	refused = n - of[ANSWER_RECORDED] - of[ANSWER_KNOWN];
	buf_printf(&b, "],\"recorded\":%zu,\"already_known\":%zu,\"refused\":%zu}\n", of[ANSWER_RECORDED], of[ANSWER_KNOWN],
	    refused);
	if (b.failed)
		reply_problem(r, 500, "the reply is too long", NULL);
	else
		reply_raw(r, refused ? 422 : 200, JSON_TYPE, buf_str(&b));
	log_info("api_answers", "recorded=%zu known=%zu refused=%zu", of[ANSWER_RECORDED], of[ANSWER_KNOWN], refused);
	buf_release(&b);
}

void
api_answers(struct request *r)
{
	const char *type = request_header(r, "Content-Type");
	struct answers_rules rules = { .source = "api", .lang = LANG_EN };
	struct answer *list;
	struct err e = ERR_INIT;
	struct log_q q;
	size_t n;

	if (!may_enter(r))
		return;
	if (!type || strncasecmp(type, "application/json", 16) != 0) {
		reply_problem(r, 415, "send Content-Type: application/json", NULL);
		return;
	}
	if (api_read(r->arena, r->body, r->body_len, &list, &n, &e) < 0) {
		reply_problem(r, 400, e.text, NULL);
		return;
	}
	if (answers_take(r->db, r->arena, &rules, list, n, &e) < 0) {
		log_error("api_answers", "text=%s", log_q(&q, e.text));
		r->retry_after = "10";
		reply_problem(r, 503, "nothing was recorded: try again in a moment", NULL);
		return;
	}
	reply_results(r, list, n);
}
