#include "support/lime_peer.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define FAULTS_MAX 16
#define SESSIONS_MAX 64
#define ASKED_MAX (8u << 20)

struct token {
	int64_t tid;
	char token[40], firstname[160], lastname[160], email[256], emailstatus[16], completed[24], sent[24], remindersent[24];
	int64_t remindercount, usesleft;
};

struct session {
	char key[33];
	int calls;
};

struct counted {
	char method[48];
	int n;
};

/* [c] constant after start, [p] under lock */
struct lime_peer {
	struct lime_peer_options o;	/* [c] but anonymized, session_calls, token_max: [p] */
	struct MHD_Daemon *daemon;	/* [c] */
	char url[96];			/* [c] */
	pthread_mutex_t lock;
	char password[64], expires[32];	/* [p] */
	struct token *tokens;		/* [p] by tid */
	size_t n, cap;			/* [p] */
	int64_t next_tid;		/* [p] */
	struct session sessions[SESSIONS_MAX];	/* [p] */
	size_t n_sessions;		/* [p] */
	int made;			/* [p] sessions ever */
	struct lime_fault faults[FAULTS_MAX];	/* [p] */
	char *words[2 * FAULTS_MAX];	/* [p] of faults that the control interface made */
	int met[FAULTS_MAX], used[FAULTS_MAX];	/* [p] */
	size_t n_faults, n_words;	/* [p] */
	struct counted calls[32];	/* [p] */
	size_t n_calls;			/* [p] */
	struct buf asked;		/* [p] every request, passwords left out */
};

static void
fail(const char *what)
{
	fprintf(stderr, "lime_peer: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- the participants table ------------------------------------------------------------------ */

static struct token *
find(struct lime_peer *p, const char *token)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->tokens[i].token, token) == 0)
			return &p->tokens[i];
	return NULL;
}

static struct token *
add(struct lime_peer *p, const char *token)
{
	struct token *t;

	p->tokens = mem_room(p->tokens, p->n, &p->cap, sizeof(*p->tokens));
	t = &p->tokens[p->n++];
	*t = (struct token){ .tid = p->next_tid++, .emailstatus = "OK", .completed = "N", .sent = "N", .remindersent = "N",
	    .usesleft = 1 };
	snprintf(t->token, sizeof(t->token), "%s", token);
	return t;
}

static void
take_away(struct lime_peer *p, const char *token)
{
	struct token *t = find(p, token);

	if (t) {
		size_t i = (size_t)(t - p->tokens);

		memmove(t, t + 1, (--p->n - i) * sizeof(*t));
	}
}

/* [0-9A-Za-z_~] alone, so many of them. */
static void
sanitise(const struct lime_peer *p, char out[40], const char *token)
{
	size_t most = p->o.token_max ? p->o.token_max : 36, n = 0;

	for (; *token && n < most && n < 39; token++)
		if (isalnum((unsigned char)*token) || *token == '_' || *token == '~')
			out[n++] = *token;
	out[n] = '\0';
}

/* As PHP gives numbers that came from a database. */
static json_t *
number(int64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, v);
	return json_string(text);
}

static json_t *
field(const struct token *t, const char *name)
{
	if (strcmp(name, "tid") == 0)
		return number(t->tid);
	if (strcmp(name, "remindercount") == 0)
		return number(t->remindercount);
	if (strcmp(name, "usesleft") == 0)
		return number(t->usesleft);
	if (strcmp(name, "email") == 0)
		return *t->email ? json_string(t->email) : json_null();
	return strcmp(name, "token") == 0 ? json_string(t->token) : strcmp(name, "firstname") == 0 ? json_string(t->firstname) :
	    strcmp(name, "lastname") == 0 ? json_string(t->lastname) : strcmp(name, "emailstatus") == 0 ? json_string(t->emailstatus) :
	    strcmp(name, "completed") == 0 ? json_string(t->completed) : strcmp(name, "sent") == 0 ? json_string(t->sent) :
	    strcmp(name, "remindersent") == 0 ? json_string(t->remindersent) : NULL;
}

static json_t *
all_fields(const struct token *t)
{
	static const char *const names[] = { "tid", "token", "firstname", "lastname", "email", "emailstatus", "completed", "sent",
		"remindersent", "remindercount", "usesleft" };
	json_t *o = json_object();

	for (size_t i = 0; i < COUNT_OF(names); i++)
		json_object_set_new(o, names[i], field(t, names[i]));
	return o;
}

static void
copy(char *out, size_t n, const json_t *v)
{
	if (json_is_string(v))
		snprintf(out, n, "%s", json_string_value(v));
}

static int64_t
integer(const json_t *v, int64_t otherwise)
{
	return json_is_integer(v) ? json_integer_value(v) : json_is_string(v) ? strtoll(json_string_value(v), NULL, 10) : otherwise;
}

/* TokenDynamic: beforeSave. */
static void
save(struct token *t)
{
	if (t->usesleft > 0)
		snprintf(t->completed, sizeof(t->completed), "N");
}

static void
complete(struct lime_peer *p, const char *token, const char *at)
{
	struct token *t = find(p, token);

	if (!t)
		return;
	t->usesleft = 0;
	snprintf(t->completed, sizeof(t->completed), "%s", at ? at : p->o.anonymized ? "Y" : "2021-09-20 08:34");
}

/* --- the calls ------------------------------------------------------------------------------- */

static json_t *
status(const char *text)
{
	return json_pack("{s:s}", "status", text);
}

static json_t *
add_participants(struct lime_peer *p, json_t *rows, bool create)
{
	json_t *out = json_array(), *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		const char *token = json_string_value(json_object_get(row, "token")), *email = json_string_value(json_object_get(row, "email"));
		char clean[40] = "";

		if (create)
			snprintf(clean, sizeof(clean), "made%zu_%zu", p->n, i);
		else
			sanitise(p, clean, token ? token : "");
		if (*clean && find(p, clean)) {
			json_t *r = json_copy(row);

			json_object_set_new(r, "errors", json_pack("{s:[s]}", "token", "Access code has already been taken."));
			json_array_append_new(out, r);
		} else if (email && !strchr(email, '@')) {
			json_t *r = json_copy(row);

			json_object_set_new(r, "errors", json_pack("{s:[s]}", "email", "Email address is not a valid email address."));
			json_array_append_new(out, r);
		} else {
			struct token *t = add(p, clean);

			copy(t->firstname, sizeof(t->firstname), json_object_get(row, "firstname"));
			copy(t->lastname, sizeof(t->lastname), json_object_get(row, "lastname"));
			copy(t->email, sizeof(t->email), json_object_get(row, "email"));
			json_array_append_new(out, all_fields(t));
		}
	}
	return out;
}

static bool
meets(const struct token *t, json_t *conditions)
{
	const char *key;
	json_t *want;

	json_object_foreach(conditions, key, want) {
		json_t *have = field(t, key);
		bool same = have && json_is_string(have) && json_is_string(want) &&
		    strcmp(json_string_value(have), json_string_value(want)) == 0;

		json_decref(have);
		if (!same)
			return false;
	}
	return true;
}

static json_t *
list_participants(struct lime_peer *p, json_t *params)
{
	int64_t start = integer(json_array_get(params, 2), 0), most = integer(json_array_get(params, 3), 10), at = 0;
	bool unused = json_is_true(json_array_get(params, 4));
	json_t *attributes = json_array_get(params, 5), *conditions = json_array_get(params, 6), *out = json_array(), *name;
	size_t k;

	for (size_t i = 0; i < p->n && (int64_t)json_array_size(out) < most; i++) {
		const struct token *t = &p->tokens[i];
		json_t *row;

		if ((unused && strcmp(t->completed, "N") != 0) || !meets(t, conditions) || at++ < start)
			continue;
		row = json_pack("{s:o, s:s, s:{s:s, s:s, s:o}}", "tid", number(t->tid), "token", t->token, "participant_info",
		    "firstname", t->firstname, "lastname", t->lastname, "email", field(t, "email"));
		json_array_foreach(attributes, k, name) {
			json_t *v = field(t, json_string_value(name));

			if (v)
				json_object_set_new(row, json_string_value(name), v);
		}
		json_array_append_new(out, row);
	}
	if (json_array_size(out) == 0) {
		json_decref(out);
		return status("No survey participants found.");
	}
	return out;
}

static json_t *
set_properties(struct lime_peer *p, json_t *query, json_t *data)
{
	struct token *t = NULL;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (json_is_object(query) ? meets(&p->tokens[i], query) : p->tokens[i].tid == integer(query, -1)) {
			t = &p->tokens[i];
			n++;
		}
	if (n == 0)
		return status("Error: No results were found based on your attributes.");
	if (n > 1)
		return status("Error: More than 1 result was found based on your attributes.");
	if (json_object_size(data) == 0)
		return status("No valid Data");
	copy(t->sent, sizeof(t->sent), json_object_get(data, "sent"));
	copy(t->remindersent, sizeof(t->remindersent), json_object_get(data, "remindersent"));
	copy(t->emailstatus, sizeof(t->emailstatus), json_object_get(data, "emailstatus"));
	copy(t->email, sizeof(t->email), json_object_get(data, "email"));
	t->remindercount = integer(json_object_get(data, "remindercount"), t->remindercount);
	t->usesleft = integer(json_object_get(data, "usesleft"), t->usesleft);
	save(t);
	return all_fields(t);
}

static json_t *
summary(struct lime_peer *p)
{
	int64_t done = 0, sent = 0, out = 0, quota = 0;

	if (p->o.no_table)
		return json_array();
	for (size_t i = 0; i < p->n; i++) {
		const struct token *t = &p->tokens[i];

		done += strcmp(t->completed, "N") != 0 && strcmp(t->completed, "Q") != 0;
		quota += strcmp(t->completed, "Q") == 0;
		sent += strcmp(t->sent, "N") != 0;
		out += strcmp(t->emailstatus, "OptOut") == 0;
	}
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "token_count", (json_int_t)p->n, "token_invalid", number(0), "token_sent",
	    number(sent), "token_opted_out", number(out), "token_completed", number(done), "token_screenout", number(quota));
}

static json_t *
get_session_key(struct lime_peer *p, json_t *params)
{
	const char *user = json_string_value(json_array_get(params, 0)), *password = json_string_value(json_array_get(params, 1));
	struct session *s;

	if (!user || !password || strcmp(user, p->o.user) != 0 || strcmp(password, p->password) != 0)
		return status("Invalid user name or password");
	if (p->n_sessions == SESSIONS_MAX)
		memmove(p->sessions, p->sessions + 1, --p->n_sessions * sizeof(*p->sessions));
	s = &p->sessions[p->n_sessions++];
	*s = (struct session){ .calls = 0 };
	snprintf(s->key, sizeof(s->key), "key%029d", ++p->made);
	return json_string(s->key);
}

static struct session *
session_of(struct lime_peer *p, const char *key)
{
	for (size_t i = 0; key && i < p->n_sessions; i++)
		if (strcmp(p->sessions[i].key, key) == 0)
			return &p->sessions[i];
	return NULL;
}

static void
end_session(struct lime_peer *p, struct session *s)
{
	memmove(s, s + 1, (--p->n_sessions - (size_t)(s - p->sessions)) * sizeof(*s));
}

static json_t *
act(struct lime_peer *p, const char *method, json_t *params)
{
	struct session *s;

	if (strcmp(method, "get_session_key") == 0)
		return get_session_key(p, params);
	s = session_of(p, json_string_value(json_array_get(params, 0)));
	if (strcmp(method, "release_session_key") == 0) {
		if (s)
			end_session(p, s);
		return json_string("OK");
	}
	if (s && p->o.session_calls && s->calls++ >= p->o.session_calls) {
		end_session(p, s);
		s = NULL;
	}
	if (!s)
		return status("Invalid session key");
	if (integer(json_array_get(params, 1), 0) != p->o.survey)
		return status("Error: Invalid survey ID");
	if (strcmp(method, "get_survey_properties") == 0)
		return json_pack("{s:s, s:s, s:o}", "active", "Y", "anonymized", p->o.anonymized ? "Y" : "N", "expires",
		    *p->expires ? json_string(p->expires) : json_null());
	if (strcmp(method, "get_summary") == 0)
		return summary(p);
	if (p->o.no_table)
		return status("Error: No survey participants table");
	if (strcmp(method, "add_participants") == 0)
		return add_participants(p, json_array_get(params, 2), !json_is_false(json_array_get(params, 3)));
	if (strcmp(method, "list_participants") == 0)
		return list_participants(p, params);
	if (strcmp(method, "set_participant_properties") == 0)
		return set_properties(p, json_array_get(params, 2), json_array_get(params, 3));
	return status("Error: no such method here");
}

/* --- HTTP -------------------------------------------------------------------------------------- */

static enum MHD_Result
reply(struct MHD_Connection *c, int code, const char *type, const char *text, size_t len)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(len, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result rc;

	MHD_add_response_header(r, "Content-Type", type);
	rc = MHD_queue_response(c, (unsigned)code, r);
	MHD_destroy_response(r);
	return rc;
}

static struct lime_fault
fault_for(struct lime_peer *p, const char *method)
{
	for (size_t i = 0; i < p->n_faults; i++) {
		const struct lime_fault *f = &p->faults[i];

		if ((*f->method && strcmp(f->method, method) != 0) || p->met[i]++ < f->nth || (f->times && p->used[i] >= f->times))
			continue;
		p->used[i]++;
		return *f;
	}
	return (struct lime_fault){ .method = NULL };
}

static void
count_call(struct lime_peer *p, const char *method)
{
	size_t i = 0;

	while (i < p->n_calls && strcmp(p->calls[i].method, method) != 0)
		i++;
	if (i == p->n_calls && i < COUNT_OF(p->calls))
		snprintf(p->calls[p->n_calls++].method, sizeof(p->calls[0].method), "%s", method);
	if (i < p->n_calls)
		p->calls[i].n++;
}

static enum MHD_Result
misbehave(struct MHD_Connection *c, const struct lime_fault *f)
{
	static const char page[] = "<!DOCTYPE html><html><head><title>LimeSurvey</title></head><body>maintenance</body></html>";

	switch (f->then) {
	case LIME_EMPTY:
		return reply(c, 200, "text/html", "", 0);
	case LIME_HTML:
		return reply(c, 200, "text/html", page, sizeof(page) - 1);
	case LIME_HTTP:
		return reply(c, f->value, "text/html", page, sizeof(page) - 1);
	case LIME_SAY:
		return reply(c, 200, "application/json", f->say, strlen(f->say));
	default:
		return MHD_NO;
	}
}

static enum MHD_Result
remote_control(struct lime_peer *p, struct MHD_Connection *c, const struct buf *body)
{
	json_t *ask = json_loadb(buf_str(body), body->len, 0, NULL), *params = json_object_get(ask, "params"), *o;
	const char *method = json_string_value(json_object_get(ask, "method"));
	struct lime_fault f;
	enum MHD_Result rc;
	bool act_first;
	char *text;

	if (!method || !json_is_array(params)) {
		json_decref(ask);
		return reply(c, 200, "text/html", "", 0);
	}
	if (p->o.before)
		p->o.before(method, p->o.arg);
	pthread_mutex_lock(&p->lock);
	count_call(p, method);
	if (strcmp(method, "get_session_key") != 0 && p->asked.len < ASKED_MAX / 2)
		buf_add(&p->asked, buf_str(body), body->len);
	f = fault_for(p, method);
	act_first = !f.method || f.then == LIME_SLOW || f.then == LIME_DIE_AFTER || f.then == LIME_NOTICE;
	o = act_first ? json_pack("{s:O, s:o, s:n}", "id", json_object_get(ask, "id"), "result", act(p, method, params), "error") : NULL;
	pthread_mutex_unlock(&p->lock);
	if (f.method && f.then == LIME_SLOW)
		usleep((useconds_t)f.value * 1000);
	if (!o || f.then == LIME_DIE_AFTER) {
		rc = misbehave(c, &f);
	} else {
		struct buf b = BUF_INIT(64u << 20);

		text = json_dumps(o, JSON_COMPACT);
		buf_str_add(&b, text);
		if (f.method && f.then == LIME_NOTICE)
			buf_str_add(&b, "\n<br />\n<b>Notice</b>: Undefined index: x in <b>y.php</b>");
		rc = reply(c, 200, "text/javascript;charset=utf-8", buf_str(&b), b.len);
		buf_release(&b);
		free(text);
	}
	json_decref(o);
	json_decref(ask);
	return rc;
}

/* --- the control interface of the program -------------------------------------------------------- */

static const char *
value(struct MHD_Connection *c, const char *name)
{
	const char *v = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);

	return v ? v : "";
}

static void
add_fault(struct lime_peer *p, struct MHD_Connection *c)
{
	static const char *const words[] = { "empty", "html", "http", "slow", "hang-up", "die-after", "say", "notice" };
	struct lime_fault f = { .nth = (int)strtol(value(c, "nth"), NULL, 10), .times = (int)strtol(value(c, "times"), NULL, 10),
	    .value = (int)strtol(value(c, "value"), NULL, 10) };

	if (p->n_faults == FAULTS_MAX)
		return;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i], value(c, "then")) == 0)
			f.then = (enum lime_then)i;
	f.method = p->words[p->n_words++] = mem_dup(value(c, "method"));
	f.say = p->words[p->n_words++] = mem_dup(value(c, "say"));
	p->met[p->n_faults] = p->used[p->n_faults] = 0;
	p->faults[p->n_faults++] = f;
}

static enum MHD_Result
set_each(void *arg, enum MHD_ValueKind kind, const char *name, const char *v)
{
	(void)kind;
	lime_peer_set(arg, name, v);
	return MHD_YES;
}

static enum MHD_Result
control(struct lime_peer *p, struct MHD_Connection *c, const char *what)
{
	struct buf b = BUF_INIT(64u << 20);
	enum MHD_Result rc;

	if (strcmp(what, "complete") == 0) {
		lime_peer_complete(p, value(c, "token"), *value(c, "at") ? value(c, "at") : NULL);
	} else if (strcmp(what, "add") == 0) {
		lime_peer_add(p, value(c, "token"));
	} else if (strcmp(what, "remove") == 0) {
		lime_peer_remove(p, value(c, "token"));
	} else if (strcmp(what, "status") == 0) {
		lime_peer_status(p, value(c, "token"), value(c, "value"));
	} else if (strcmp(what, "set") == 0) {
		MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, set_each, p);
	} else if (strcmp(what, "calm") == 0) {
		lime_peer_faults(p, NULL, 0);
	} else {
		pthread_mutex_lock(&p->lock);
		if (strcmp(what, "fault") == 0)
			add_fault(p, c);
		else if (strcmp(what, "dump") == 0)
			for (size_t i = 0; i < p->n; i++) {
				const struct token *t = &p->tokens[i];

				buf_printf(&b, "%" PRId64 "\t%s\t%s\t%s\t%s\t%s\t%" PRId64 "\t%s\t%s\t%s\n", t->tid, t->token, t->completed,
				    t->emailstatus, t->sent, t->remindersent, t->remindercount, t->firstname, t->lastname, t->email);
			}
		else if (strcmp(what, "calls") == 0)
			for (size_t i = 0; i < p->n_calls; i++)
				buf_printf(&b, "%s %d\n", p->calls[i].method, p->calls[i].n);
		else if (strcmp(what, "asked") == 0)
			buf_add(&b, buf_str(&p->asked), p->asked.len);
		pthread_mutex_unlock(&p->lock);
	}
	rc = reply(c, 200, "text/plain", buf_str(&b), b.len);
	buf_release(&b);
	return rc;
}

static enum MHD_Result
serve(void *arg, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data,
    size_t *size, void **state)
{
	struct lime_peer *p = arg;
	struct buf *body = *state;

	(void)version;
	if (!body) {
		*state = body = mem_zalloc(sizeof(*body));
		*body = (struct buf)BUF_INIT(64u << 20);
		return MHD_YES;
	}
	if (*size) {
		buf_add(body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (strncmp(url, "/control/", 9) == 0)
		return control(p, c, url + 9);
	if (strcmp(url, "/index.php/admin/remotecontrol") == 0 && strcmp(method, "POST") == 0)
		return remote_control(p, c, body);
	return reply(c, 404, "text/html", "<html>404</html>", 16);
}

static void
request_done(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct buf *body = *state;

	(void)arg, (void)c, (void)why;
	if (body)
		buf_release(body);
	free(body);
}

/* --- for the test -------------------------------------------------------------------------------- */

struct lime_peer *
lime_peer_start(const struct lime_peer_options *o)
{
	struct lime_peer *p = mem_zalloc(sizeof(*p));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)o->port) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	p->o = *o;
	p->next_tid = 1;
	p->asked = (struct buf)BUF_INIT(ASKED_MAX);
	snprintf(p->password, sizeof(p->password), "%s", o->password);
	snprintf(p->expires, sizeof(p->expires), "%s", o->expires ? o->expires : "");
	pthread_mutex_init(&p->lock, NULL);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		fail("socket");
	snprintf(p->url, sizeof(p->url), "http://127.0.0.1:%d/index.php/admin/remotecontrol", ntohs(a.sin_port));
	p->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, serve, p, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_NOTIFY_COMPLETED, request_done, NULL, MHD_OPTION_END);
	if (!p->daemon)
		fail("libmicrohttpd");
	return p;
}

static void
drop_words(struct lime_peer *p)
{
	while (p->n_words)
		free(p->words[--p->n_words]);
}

void
lime_peer_stop(struct lime_peer *p)
{
	if (!p)
		return;
	MHD_stop_daemon(p->daemon);
	drop_words(p);
	buf_release(&p->asked);
	pthread_mutex_destroy(&p->lock);
	free(p->tokens);
	free(p);
}

const char *
lime_peer_url(const struct lime_peer *p)
{
	return p->url;
}

void
lime_peer_faults(struct lime_peer *p, const struct lime_fault *faults, size_t n)
{
	ASSERT(n <= FAULTS_MAX);
	pthread_mutex_lock(&p->lock);
	drop_words(p);
	p->n_faults = n;
	for (size_t i = 0; i < n; i++) {
		p->faults[i] = faults[i];
		p->met[i] = p->used[i] = 0;
	}
	pthread_mutex_unlock(&p->lock);
}

void
lime_peer_set(struct lime_peer *p, const char *name, const char *v)
{
	pthread_mutex_lock(&p->lock);
	if (strcmp(name, "anonymized") == 0)
		p->o.anonymized = *v == '1';
	else if (strcmp(name, "expires") == 0)
		snprintf(p->expires, sizeof(p->expires), "%s", v ? v : "");
	else if (strcmp(name, "session_calls") == 0)
		p->o.session_calls = (int)strtol(v, NULL, 10);
	else if (strcmp(name, "token_max") == 0)
		p->o.token_max = strtoul(v, NULL, 10);
	else if (strcmp(name, "no_table") == 0)
		p->o.no_table = *v == '1';
	else if (strcmp(name, "password") == 0)
		snprintf(p->password, sizeof(p->password), "%s", v);
	pthread_mutex_unlock(&p->lock);
}

void
lime_peer_add(struct lime_peer *p, const char *token)
{
	pthread_mutex_lock(&p->lock);
	add(p, token);
	pthread_mutex_unlock(&p->lock);
}

void
lime_peer_remove(struct lime_peer *p, const char *token)
{
	pthread_mutex_lock(&p->lock);
	take_away(p, token);
	pthread_mutex_unlock(&p->lock);
}

void
lime_peer_complete(struct lime_peer *p, const char *token, const char *at)
{
	pthread_mutex_lock(&p->lock);
	complete(p, token, at);
	pthread_mutex_unlock(&p->lock);
}

void
lime_peer_status(struct lime_peer *p, const char *token, const char *emailstatus)
{
	struct token *t;

	pthread_mutex_lock(&p->lock);
	if ((t = find(p, token)))
		snprintf(t->emailstatus, sizeof(t->emailstatus), "%s", emailstatus);
	pthread_mutex_unlock(&p->lock);
}

char *
lime_peer_field(struct lime_peer *p, const char *token, const char *name)
{
	struct token *t;
	json_t *v = NULL;
	char *text;

	pthread_mutex_lock(&p->lock);
	if ((t = find(p, token)))
		v = field(t, name);
	text = mem_dup(json_is_string(v) ? json_string_value(v) : "");
	pthread_mutex_unlock(&p->lock);
	json_decref(v);
	return text;
}

size_t
lime_peer_people(struct lime_peer *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->n;
	pthread_mutex_unlock(&p->lock);
	return n;
}

int
lime_peer_calls(struct lime_peer *p, const char *method)
{
	int n = 0;

	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->n_calls; i++)
		if (!*method || strcmp(p->calls[i].method, method) == 0)
			n += p->calls[i].n;
	pthread_mutex_unlock(&p->lock);
	return n;
}

bool
lime_peer_was_asked(struct lime_peer *p, const char *part)
{
	bool found;

	pthread_mutex_lock(&p->lock);
	found = strstr(buf_str(&p->asked), part) != NULL;
	pthread_mutex_unlock(&p->lock);
	return found;
}

int
lime_peer_sessions(struct lime_peer *p)
{
	int n;

	pthread_mutex_lock(&p->lock);
	n = (int)p->n_sessions;
	pthread_mutex_unlock(&p->lock);
	return n;
}
