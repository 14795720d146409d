#include "engine/limesurvey.h"

#include <inttypes.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/httpc.h"
#include "base/lang.h"
#include "base/log.h"

#define ANSWER_MAX (32u << 20)
#define CONNECT_MS 15000
#define TRIES 3			/* of an overloaded server */
#define PAUSE_MOST_MS 10000
#define FAULT_MAX 300

struct lime {
	struct lime_options o;
	struct httpc *http;
	char *shown;			/* the URL for errors */
	char *key;			/* NULL: no session */
	int64_t n;			/* number of the last call */
};

/* --- set-up ------------------------------------------------------------------------------ */

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

/* Foreign words for a sentence of ours: one line, addresses masked, not too long. */
static const char *
words(struct log_q *q, const char *text)
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
		    l->shown, o ? "?" : words(&q, why.text));
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
		    words(&q, text ? text : "?"));
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

/* What `status` says in place of a result; NULL: it is one. */
static const char *
status_of(json_t *result)
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
	status = status_of(result);
	if (json_is_string(result) && *json_string_value(result))
		l->key = mem_dup(json_string_value(result));
	else
		rc = err_set(e, ERR_AUTH, TR("%s: it does not let '%s' in: %s", "%s: không cho '%s' đăng nhập: %s"), l->shown,
		    l->o.user, words(&q, status ? status : "?"));
	json_decref(result);
	return rc;
}

static bool
session_is_over(json_t *result)
{
	const char *status = status_of(result);

	return status && strcasestr(status, "session key");
}

/* params: what stands behind the session key; taken. The result is yours. */
static json_t *
call_with(struct lime *l, const char *method, json_t *params, bool once, struct err *e)
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

static json_t *
call(struct lime *l, const char *method, json_t *params, struct err *e)
{
	return call_with(l, method, params, false, e);
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

/* A status that concerns the survey or us, not one row: -1; else 0. */
static int
explain(const struct lime *l, int64_t survey, const char *status, struct err *e)
{
	struct log_q q;

	if (strcasestr(status, "survey ID") || strcasestr(status, "surveyid"))
		return err_set(e, ERR_NOTFOUND, TR("%s: there is no survey %" PRId64, "%s: không có khảo sát số %" PRId64), l->shown,
		    survey);
	if (strcasestr(status, "permission"))
		return err_set(e, ERR_AUTH, TR("%s: '%s' may not do this in survey %" PRId64 ": %s (needed: Survey settings: view;"
		    " Participants: create, view, update)", "%s: '%s' không có quyền làm việc này trong khảo sát %" PRId64 ": %s (cần:"
		    " Survey settings: view; Participants: create, view, update)"), l->shown, l->o.user, survey, words(&q, status));
	if (strcasestr(status, "table"))
		return err_set(e, ERR_NOTNOW, TR("%s: survey %" PRId64 " has no participants table; create it in LimeSurvey"
		    " (Survey participants > Initialise participant table)", "%s: khảo sát %" PRId64
		    " chưa có bảng người tham gia; hãy tạo trong LimeSurvey (Survey participants > Initialise participant table)"),
		    l->shown, survey);
	return 0;
}

static int
refuse(const struct lime *l, int64_t survey, const char *status, struct err *e)
{
	struct log_q q;

	if (explain(l, survey, status, e) < 0)
		return -1;
	return err_set(e, ERR_NETWORK, TR("%s: survey %" PRId64 ": the survey system says: %s",
	    "%s: khảo sát %" PRId64 ": hệ thống khảo sát trả lời: %s"), l->shown, survey, words(&q, status));
}

static int64_t
number(const json_t *v, int64_t otherwise)
{
	if (json_is_integer(v))
		return json_integer_value(v);
	if (json_is_real(v))
		return (int64_t)json_real_value(v);
	if (json_is_string(v)) {
		const char *s = json_string_value(v);
		char *end;
		int64_t n = strtoll(s, &end, 10);

		return *s && !*end ? n : otherwise;
	}
	return otherwise;
}

static const char *
text(struct arena *a, const json_t *v, const char *otherwise)
{
	const char *s = json_string_value(v);

	if (s && *s)
		return arena_dup(a, s);
	return json_is_integer(v) ? arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v)) : otherwise;
}

/* PHP writes a list as an object when its numbers have a gap. */
static size_t
rows_of(json_t *result, json_t **first, size_t most)
{
	size_t n = 0, i;
	const char *key;
	json_t *v;

	if (json_is_array(result)) {
		json_array_foreach(result, i, v)
			if (json_is_object(v) && n < most)
				first[n++] = v;
	} else {
		json_object_foreach(result, key, v)
			if (json_is_object(v) && n < most)
				first[n++] = v;
	}
	return n;
}

/* --- what is asked ------------------------------------------------------------------------- */

int
lime_survey(struct lime *l, struct arena *a, int64_t survey, struct lime_survey *out, struct err *e)
{
	json_t *result = call(l, "get_survey_properties", json_pack("[I, [s, s, s]]", (json_int_t)survey, "active", "anonymized",
	    "expires"), e);
	const char *status = status_of(result);
	int rc = 0;

	if (!result)
		return -1;
	if (status)
		rc = refuse(l, survey, status, e);
	else
		*out = (struct lime_survey){ .active = strcmp(text(a, json_object_get(result, "active"), "N"), "Y") == 0,
		    .anonymized = strcmp(text(a, json_object_get(result, "anonymized"), "N"), "Y") == 0,
		    .expires = text(a, json_object_get(result, "expires"), "") };
	json_decref(result);
	return rc;
}

bool
lime_is_done(const char *completed)
{
	return *completed && strcmp(completed, "N") != 0 && strcmp(completed, "Q") != 0;
}

bool
lime_is_opt_out(const char *emailstatus)
{
	return strncmp(emailstatus, "OptOut", 6) == 0;
}

static struct lime_participant
participant(struct arena *a, const json_t *row)
{
	return (struct lime_participant){ .tid = number(json_object_get(row, "tid"), 0),
	    .token = text(a, json_object_get(row, "token"), ""),
	    .completed = text(a, json_object_get(row, "completed"), "N"),
	    .sent = text(a, json_object_get(row, "sent"), "N"),
	    .remindersent = text(a, json_object_get(row, "remindersent"), "N"),
	    .remindercount = number(json_object_get(row, "remindercount"), 0),
	    .emailstatus = text(a, json_object_get(row, "emailstatus"), "OK") };
}

/* conditions: taken; NULL: none. */
static int
list(struct lime *l, struct arena *a, int64_t survey, int64_t start, int64_t most, json_t *conditions,
    struct lime_participant **out, size_t *n, struct err *e)
{
	json_t *params = json_pack("[I, I, I, b, [s, s, s, s, s]]", (json_int_t)survey, (json_int_t)start, (json_int_t)most, 0,
	    "completed", "sent", "remindersent", "remindercount", "emailstatus"), *result, **rows;
	const char *status;
	int rc = 0;

	*out = NULL;
	*n = 0;
	if (conditions)
		json_array_append_new(params, conditions);
	if (!(result = call(l, "list_participants", params, e)))
		return -1;
	if ((status = status_of(result))) {
		/* With nobody there, and behind the last page. */
		if (!strcasestr(status, "found"))
			rc = refuse(l, survey, status, e);
	} else {
		rows = mem_alloc(((size_t)most + 1) * sizeof(json_t *));
		*n = rows_of(result, rows, (size_t)most);
		*out = arena_alloc(a, (*n + 1) * sizeof(**out));
		for (size_t i = 0; i < *n; i++)
			(*out)[i] = participant(a, rows[i]);
		free(rows);
	}
	json_decref(result);
	return rc;
}

int
lime_page(struct lime *l, struct arena *a, int64_t survey, int64_t start, int64_t most, struct lime_participant **out,
    size_t *n, struct err *e)
{
	return list(l, a, survey, start, most, NULL, out, n, e);
}

int
lime_find(struct lime *l, struct arena *a, int64_t survey, const char *token, struct lime_participant *out, struct err *e)
{
	struct lime_participant *found;
	size_t n;

	if (list(l, a, survey, 0, 2, json_pack("{s:s}", "token", token), &found, &n, e) < 0)
		return -1;
	/* Some databases compare without case, and an old server ignores the condition. */
	for (size_t i = 0; i < n; i++)
		if (strcmp(found[i].token, token) == 0) {
			*out = found[i];
			return 1;
		}
	return 0;
}

/* {"email": ["... is not valid"]} as "email: ... is not valid". */
static const char *
row_fault(struct arena *a, const json_t *errors)
{
	struct buf b = BUF_INIT(4096);
	struct log_q q;
	const char *key, *out;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)errors, key, v) {
		const char *s = json_string_value(json_is_array(v) ? json_array_get(v, 0) : v);

		buf_printf(&b, "%s%.60s: %.200s", b.len ? "; " : "", key, s ? s : "?");
	}
	if (json_is_string(errors))
		buf_str_add(&b, json_string_value(errors));
	out = arena_dup(a, words(&q, b.len ? buf_str(&b) : "?"));
	buf_release(&b);
	return out;
}

int
lime_add(struct lime *l, struct arena *a, int64_t survey, struct lime_add *people, size_t n, struct err *e)
{
	json_t *data = json_array(), *result, **rows;
	const char *status;
	size_t got;

	for (size_t i = 0; i < n; i++) {
		const struct lime_add *p = &people[i];
		json_t *row = json_pack("{s:s}", "token", p->token);

		if (p->firstname)
			json_object_set_new(row, "firstname", json_string(p->firstname));
		if (p->lastname)
			json_object_set_new(row, "lastname", json_string(p->lastname));
		if (p->email)
			json_object_set_new(row, "email", json_string(p->email));
		json_array_append_new(data, row);
	}
	/* Some versions do not look whether a token is there already: said twice they would be there twice. */
	if (!(result = call_with(l, "add_participants", json_pack("[I, o, b]", (json_int_t)survey, data, 0), true, e)))
		return -1;
	if ((status = status_of(result))) {
		refuse(l, survey, status, e);
		json_decref(result);
		return -1;
	}
	rows = mem_alloc((n + 1) * sizeof(json_t *));
	got = rows_of(result, rows, n);
	for (size_t i = 0; i < n; i++) {
		const json_t *row = i < got ? rows[i] : NULL, *errors = json_object_get(row, "errors");

		people[i].tid = errors ? 0 : number(json_object_get(row, "tid"), 0);
		people[i].token_there = text(a, json_object_get(row, "token"), "");
		people[i].fault = errors ? row_fault(a, errors) : people[i].tid ? NULL :
		    TR("the survey system says nothing of this row", "hệ thống khảo sát không nói gì về dòng này");
	}
	free(rows);
	json_decref(result);
	return 0;
}

int
lime_set(struct lime *l, struct arena *a, int64_t survey, const char *token, const struct lime_change *c,
    const char **fault, struct err *e)
{
	json_t *data = json_object(), *result;
	const char *status;
	struct log_q q;
	int rc = 1;

	if (c->sent)
		json_object_set_new(data, "sent", json_string(c->sent));
	if (c->remindersent)
		json_object_set_new(data, "remindersent", json_string(c->remindersent));
	if (c->remindercount >= 0)
		json_object_set_new(data, "remindercount", json_integer(c->remindercount));
	if (c->emailstatus)
		json_object_set_new(data, "emailstatus", json_string(c->emailstatus));
	/* By token: numbers change when the table is made anew, and would name somebody else. */
	if (!(result = call(l, "set_participant_properties", json_pack("[I, {s:s}, o]", (json_int_t)survey, "token", token, data), e)))
		return -1;
	*fault = NULL;
	if ((status = status_of(result))) {
		rc = explain(l, survey, status, e);
		*fault = arena_dup(a, words(&q, status));
	} else if (json_object_get(result, "errors") || json_object_get(result, "status")) {
		/* What the model of the participant finds wrong comes as {"status": {"email": ["..."]}}. */
		rc = 0;
		*fault = row_fault(a, json_object_get(result, json_object_get(result, "errors") ? "errors" : "status"));
	} else if (!json_is_object(result)) {
		rc = 0;
		*fault = TR("an answer of another form than expected", "trả lời không đúng dạng");
	}
	json_decref(result);
	return rc;
}

int
lime_summary(struct lime *l, int64_t survey, struct lime_summary *out, struct err *e)
{
	json_t *result = call(l, "get_summary", json_pack("[I, s]", (json_int_t)survey, "all"), e);
	const char *status = status_of(result);
	int rc = 0;

	if (!result)
		return -1;
	*out = (struct lime_summary){ -1, -1 };
	if (status && strcasestr(status, "available data"))
		rc = 0;
	else if (status)
		rc = refuse(l, survey, status, e);
	else
		*out = (struct lime_summary){ .participants = number(json_object_get(result, "token_count"), -1),
		    .completed = number(json_object_get(result, "token_completed"), -1) };
	json_decref(result);
	return rc;
}
