#include "engine/limesurvey_rpc.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/httpc.h"
#include "base/lang.h"

#define ANSWER_MAX (32u << 20)
#define CONNECT_MS 15000
#define TRIES 3			/* of an overloaded server */
#define PAUSE_MOST_MS 10000
#define FAULT_MAX 300

int
lime_url_check(const char *url, struct err *e)
{
	struct arena a = ARENA_INIT;
	const char *shown = httpc_shown(&a, url, e);
	int rc = 0;

	if (!shown)
		rc = -1;
	else if (httpc_has_user(url))
		rc = err_set(e, ERR_INPUT, TR("%s: no user or password in the URL; give --user and --password-file",
		    "%s: không ghi tên hay mật khẩu trong địa chỉ; dùng --user và --password-file"), shown);
	else if (!httpc_is_private(url))
		rc = err_set(e, ERR_INPUT, TR("%s: without https the password would cross the network in the clear",
		    "%s: không có https thì mật khẩu đi qua mạng không mã hóa"), shown);
	arena_release(&a);
	return rc;
}

int
lime_new(struct lime **out, const struct lime_options *o, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct lime *l;

	*out = NULL;
	if (lime_url_check(o->url, e) < 0)
		return -1;
	l = mem_zalloc(sizeof(*l));
	l->o = *o;
	l->http = httpc_new();
	l->shown = mem_dup(httpc_shown(&a, o->url, e));
	arena_release(&a);
	*out = l;
	return 0;
}

/* --- one exchange -------------------------------------------------------------------------- */

const char *
lime_words(struct log_q *q, const char *text)
{
	log_mask(q, text);
	for (char *s = q->text; *s; s++)
		if (*s == '\n' || *s == '\r' || *s == '\t')
			*s = ' ';
	if (strlen(q->text) > FAULT_MAX) {
		size_t n = FAULT_MAX;

		while (n && (q->text[n] & 0xc0) == 0x80)
			n--;
		q->text[n] = '\0';
	}
	return q->text;
}

static int
explain_status(const struct lime *l, int status, struct err *e)
{
	switch (status / 100) {
	case 3:
		return err_set(e, ERR_NETWORK, TR("%s: it redirects elsewhere (HTTP %d); give the address it redirects to",
		    "%s: chuyển hướng sang nơi khác (HTTP %d); hãy ghi địa chỉ nơi đó"), l->shown, status);
	case 4:
		if (status == 401 || status == 403)
			return err_set(e, ERR_AUTH, TR("%s: access is refused by the web server (HTTP %d)",
			    "%s: máy chủ web từ chối truy cập (HTTP %d)"), l->shown, status);
		return err_set(e, ERR_NETWORK, TR("%s: no RemoteControl there (HTTP %d); the address ends in /admin/remotecontrol",
		    "%s: ở đó không có RemoteControl (HTTP %d); địa chỉ kết thúc bằng /admin/remotecontrol"), l->shown, status);
	default:
		return err_set(e, ERR_NETWORK, TR("%s: the survey system has a fault or is overloaded (HTTP %d); try later",
		    "%s: hệ thống khảo sát bị lỗi hoặc quá tải (HTTP %d); hãy thử lại sau"), l->shown, status);
	}
}

/* The member `result` of a sound answer; yours. */
static json_t *
read_answer(const struct lime *l, const struct buf *body, struct err *e)
{
	const char *s = buf_str(body);
	json_error_t why;
	json_t *o, *result, *error, *id;
	struct log_q q;

	if (strncmp(s, "\xef\xbb\xbf", 3) == 0)		/* some plugin file was saved with it */
		s += 3;
	s += strspn(s, " \t\r\n");
	if (!*s) {
		err_set(e, ERR_NOTNOW, TR("%s: it answers nothing: the RemoteControl interface is switched off there"
		    " (Configuration > Global settings > Interfaces > RPC interface enabled: JSON-RPC)",
		    "%s: không trả lời gì: giao diện RemoteControl đang tắt"
		    " (Configuration > Global settings > Interfaces > RPC interface enabled: JSON-RPC)"), l->shown);
		return NULL;
	}
	if (*s == '<') {
		err_set(e, ERR_NETWORK, TR("%s: it answers with a web page instead of JSON: is this the address of RemoteControl,"
		    " and is its interface JSON-RPC?", "%s: trả lời bằng trang web chứ không phải JSON: đây có đúng là địa chỉ"
		    " RemoteControl, giao diện có phải JSON-RPC không?"), l->shown);
		return NULL;
	}
	/* PHP may append a notice. */
	o = json_loadb(s, strlen(s), JSON_DISABLE_EOF_CHECK, &why);
	if (!json_is_object(o)) {
		err_set(e, ERR_NETWORK, TR("%s: the answer is no JSON object (%s)", "%s: trả lời không phải đối tượng JSON (%s)"),
		    l->shown, o ? "?" : lime_words(&q, why.text));
		json_decref(o);
		return NULL;
	}
	error = json_object_get(o, "error");
	id = json_object_get(o, "id");
	result = json_object_get(o, "result");
	if (error && !json_is_null(error)) {
		const char *text = json_is_string(error) ? json_string_value(error) :
		    json_string_value(json_object_get(error, "message"));

		err_set(e, ERR_NETWORK, TR("%s: the survey system reports: %s", "%s: hệ thống khảo sát báo lỗi: %s"), l->shown,
		    lime_words(&q, text ? text : "?"));
		result = NULL;
	} else if (!result || (json_is_integer(id) && json_integer_value(id) != l->n)) {
		err_set(e, ERR_NETWORK, TR("%s: this is no answer to what was asked", "%s: trả lời không ứng với câu hỏi"), l->shown);
		result = NULL;
	}
	json_incref(result);
	json_decref(o);
	return result;
}

static bool
overloaded(int status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

static void
pause_before(const struct lime *l, int64_t retry_after_s, int tries)
{
	int64_t ms = retry_after_s > 0 ? retry_after_s * 1000 : INT64_C(500) << tries;
	int64_t until_us;

	if (ms > PAUSE_MOST_MS)
		ms = PAUSE_MOST_MS;
	until_us = clock_mono_us() + ms * 1000;
	while (clock_mono_us() < until_us && !(l->o.stop && atomic_load(l->o.stop)))
		clock_wait(INT64_MAX, -1, 200);
}

/* once: what may have been done already is not asked again. */
static json_t *
exchange(struct lime *l, const char *method, json_t *params, bool once, struct err *e)
{
	struct httpc_answer r = HTTPC_ANSWER_INIT;
	json_t *ask = json_pack("{s:s, s:O, s:I}", "method", method, "params", params, "id", (json_int_t)++l->n), *result = NULL;
	char *text = ask ? json_dumps(ask, JSON_COMPACT) : NULL;
	struct httpc_request q = { .url = l->o.url, .type = "application/json", .body = text, .body_len = text ? strlen(text) : 0,
	    .connect_timeout_ms = CONNECT_MS, .timeout_ms = l->o.timeout_s * 1000, .answer_max = ANSWER_MAX,
	    .ca_file = l->o.ca_file, .stop = l->o.stop, .once = once };
	int rc = -1;

	if (!text)
		PANIC("what %s asks cannot be written as JSON", method);
	for (int tries = 1; (rc = httpc_post(l->http, &q, &r, e)) == 0 && overloaded(r.status) && !once && tries < TRIES; tries++)
		pause_before(l, r.retry_after_s, tries);
	if (rc == 0 && r.status != 200)
		explain_status(l, r.status, e);
	else if (rc == 0)
		result = read_answer(l, &r.body, e);
	httpc_answer_release(&r);
	free(text);
	json_decref(ask);
	return result;
}

/* --- calls within a session ----------------------------------------------------------------- */

const char *
lime_status(json_t *result)
{
	return json_string_value(json_object_get(result, "status"));
}

static int
log_in(struct lime *l, struct err *e)
{
	json_t *params = json_pack("[s, s]", l->o.user, l->o.password), *result;
	const char *status;
	struct log_q q;
	int rc = 0;

	if (!params)
		return err_set(e, ERR_INPUT, TR("user or password is no UTF-8 text", "tên hoặc mật khẩu không phải UTF-8"));
	result = exchange(l, "get_session_key", params, false, e);
	json_decref(params);
	if (!result)
		return -1;
	status = lime_status(result);
	if (json_is_string(result) && *json_string_value(result))
		l->key = mem_dup(json_string_value(result));
	else
		rc = err_set(e, ERR_AUTH, TR("%s: it does not let '%s' in: %s", "%s: không cho '%s' đăng nhập: %s"), l->shown,
		    l->o.user, lime_words(&q, status ? status : "?"));
	json_decref(result);
	return rc;
}

static bool
session_is_over(json_t *result)
{
	const char *status = lime_status(result);

	return status && strcasestr(status, "session key");
}

json_t *
lime_call(struct lime *l, const char *method, json_t *params, bool once, struct err *e)
{
	json_t *result = NULL;

	if (!params)
		PANIC("what %s asks cannot be written as JSON", method);
	json_array_insert_new(params, 0, json_null());
	for (int tries = 0; tries < 2; tries++) {
		if (!l->key && log_in(l, e) < 0)
			break;
		json_array_set_new(params, 0, json_string(l->key));
		if (!(result = exchange(l, method, params, once, e)) || !session_is_over(result))
			break;
		json_decref(result);
		result = NULL;
		free(l->key);
		l->key = NULL;
		if (tries)
			err_set(e, ERR_AUTH, TR("%s: it forgets the session at once", "%s: phiên làm việc bị hủy ngay"), l->shown);
	}
	json_decref(params);
	return result;
}

void
lime_free(struct lime *l)
{
	struct err ignored = ERR_INIT;

	if (!l)
		return;
	if (l->key) {
		json_t *params = json_pack("[s]", l->key);

		l->o.stop = NULL;
		l->o.timeout_s = l->o.timeout_s > 5 ? 5 : l->o.timeout_s;
		if (params)
			json_decref(exchange(l, "release_session_key", params, false, &ignored));
		json_decref(params);
	}
	httpc_free(l->http);
	free(l->key);
	free(l->shown);
	free(l);
}
