#include "engine/limesurvey.h"

#include <inttypes.h>
#include <strings.h>

#include "base/buf.h"
#include "base/lang.h"
#include "engine/limesurvey_rpc.h"

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
		    " Survey settings: view; Participants: create, view, update)"), l->shown, l->o.user, survey, lime_words(&q, status));
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
	    "%s: khảo sát %" PRId64 ": hệ thống khảo sát trả lời: %s"), l->shown, survey, lime_words(&q, status));
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
	json_t *result = lime_call(l, "get_survey_properties", json_pack("[I, [s, s, s]]", (json_int_t)survey, "active", "anonymized",
	    "expires"), false, e);
	const char *status = lime_status(result);
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
	if (!(result = lime_call(l, "list_participants", params, false, e)))
		return -1;
	if ((status = lime_status(result))) {
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
	out = arena_dup(a, lime_words(&q, b.len ? buf_str(&b) : "?"));
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
	if (!(result = lime_call(l, "add_participants", json_pack("[I, o, b]", (json_int_t)survey, data, 0), true, e)))
		return -1;
	if ((status = lime_status(result))) {
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
	if (!(result = lime_call(l, "set_participant_properties", json_pack("[I, {s:s}, o]", (json_int_t)survey, "token", token,
	    data), false, e)))
		return -1;
	*fault = NULL;
	if ((status = lime_status(result))) {
		rc = explain(l, survey, status, e);
		*fault = arena_dup(a, lime_words(&q, status));
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
	json_t *result = lime_call(l, "get_summary", json_pack("[I, s]", (json_int_t)survey, "all"), false, e);
	const char *status = lime_status(result);
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
