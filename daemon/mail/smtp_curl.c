/*
 * One conversation through libcurl: implicit TLS, IPv6 literals, SMTPUTF8, XOAUTH2.
 *
 * libcurl says little about what was answered; its debug callback shows every
 * command and reply. One handle keeps its connection from message to message.
 */
#include <ctype.h>
#include <curl/curl.h>
#include <pthread.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/lang.h"
#include "mail/answer.h"
#include "mail/relay.h"

#define REPLY_MAX 8192

struct carrier {
	const struct relay *relay;
	const struct smtp_calls *calls;
	CURL *curl;
	struct arena arena;
	char fault[CURL_ERROR_SIZE];
	/* of the connection */
	bool offers_utf8, logged_in;
	/* of the message */
	const struct smtp_job *job;
	const char *stage;		/* the command whose reply we wait for */
	struct buf reply;		/* since that command */
	size_t at;
	bool began, ended;		/* the message was asked for; to its end */
	bool old_connection;		/* no CONNECT was needed */
	bool leaving;			/* QUIT went out: what is said now answers that */
	const char *trouble;
};

static void
on_command(struct carrier *c, const char *data, size_t len)
{
	static const struct { const char *word, *stage; } commands[] = {
		{ "EHLO", "EHLO" }, { "HELO", "EHLO" }, { "STARTTLS", "STARTTLS" }, { "AUTH", "AUTH" }, { "MAIL", "MAIL" },
		{ "RCPT", "RCPT" }, { "DATA", "DATA" },
	};

	c->leaving = len >= 4 && strncasecmp(data, "QUIT", 4) == 0;
	if (c->leaving)
		return;
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (len >= 4 && strncasecmp(data, commands[i].word, 4) == 0)
			c->stage = commands[i].stage;
	buf_clear(&c->reply);
}

static void
on_reply(struct carrier *c, const char *data, size_t len)
{
	if (c->leaving)
		return;
	buf_add(&c->reply, data, len);
	if (strcmp(c->stage, "EHLO") == 0 && len >= 12 && strncasecmp(data + 4, "SMTPUTF8", 8) == 0)
		c->offers_utf8 = true;
	if (strcmp(c->stage, "AUTH") == 0 && len >= 3 && data[0] == '2')
		c->logged_in = true;
}

static int
on_debug(CURL *curl, curl_infotype type, char *data, size_t len, void *arg)
{
	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		on_command(arg, data, len);
	else if (type == CURLINFO_HEADER_IN)
		on_reply(arg, data, len);
	return 0;
}

/* The connection stands, MAIL comes next: may it? */
static int
on_ready(void *arg, char *remote, char *local, int remote_port, int local_port)
{
	struct carrier *c = arg;

	(void)remote, (void)local, (void)remote_port, (void)local_port;
	if (c->relay->user && !c->logged_in) {
		c->stage = "AUTH";
		c->trouble = TR("the relay offers no way to log in", "máy chủ thư không cho đăng nhập");
	} else if (c->job->utf8 && !c->offers_utf8) {
		c->trouble = TR("the address needs SMTPUTF8, which the relay does not offer",
		    "địa chỉ cần SMTPUTF8 nhưng máy chủ thư không hỗ trợ");
	}
	return c->trouble ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t
on_data(char *out, size_t size, size_t n, void *arg)
{
	struct carrier *c = arg;
	size_t left = c->job->len - c->at, room = size * n;

	if (!c->began) {
		c->began = true;
		if (c->calls->begun)
			c->calls->begun(c->calls->arg, c->job);
	}
	if (room > left)
		room = left;
	memcpy(out, c->job->data + c->at, room);
	c->at += room;
	if (room == 0) {
		c->ended = true;
		c->stage = "DOT";
		buf_clear(&c->reply);
	}
	return room;
}

static void
init_once(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* The access token as it is now. */
static int
set_token(struct carrier *c, const struct relay *r, struct err *e)
{
	const char *token = conf_secret(&c->arena, r->token_file, "relay_password_file", e);

	if (!token)
		return -1;
	curl_easy_setopt(c->curl, CURLOPT_XOAUTH2_BEARER, token);
	curl_easy_setopt(c->curl, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
	arena_reset(&c->arena);
	return 0;
}

static void
carrier_release(struct carrier *c)
{
	curl_easy_cleanup(c->curl);
	buf_release(&c->reply);
	arena_release(&c->arena);
}

static int
carrier_init(struct carrier *c, const struct relay *r, const struct smtp_calls *calls, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *scheme = r->tls == TLS_IMPLICIT ? "smtps" : "smtp";
	int64_t limit = r->reply_timeout_s > r->data_timeout_s ? r->reply_timeout_s : r->data_timeout_s;
	char url[700];

	*c = (struct carrier){ .relay = r, .calls = calls, .stage = "CONNECT", .reply = BUF_INIT(REPLY_MAX) };
	pthread_once(&once, init_once);
	if (!(c->curl = curl_easy_init()))
		return err_set(e, ERR_SYSTEM, TR("libcurl cannot be set up", "không thiết lập được libcurl"));
	snprintf(url, sizeof(url), r->ipv6 ? "%s://[%s]:%s/%s" : "%s://%s:%s/%s", scheme, r->host, r->port,
	    r->helo ? r->helo : "");
	curl_easy_setopt(c->curl, CURLOPT_URL, url);
	curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c->curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, c->fault);
	curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT, (long)r->connect_timeout_s);
	curl_easy_setopt(c->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)limit);
	curl_easy_setopt(c->curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c->curl, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(c->curl, CURLOPT_DEBUGDATA, c);
	curl_easy_setopt(c->curl, CURLOPT_PREREQFUNCTION, on_ready);
	curl_easy_setopt(c->curl, CURLOPT_PREREQDATA, c);
	curl_easy_setopt(c->curl, CURLOPT_READFUNCTION, on_data);
	curl_easy_setopt(c->curl, CURLOPT_READDATA, c);
	curl_easy_setopt(c->curl, CURLOPT_SASL_IR, 1L);
	curl_easy_setopt(c->curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c->curl, CURLOPT_USE_SSL, (long)(r->tls == TLS_NONE ? CURLUSESSL_NONE :
	    r->tls == TLS_OPPORTUNISTIC ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	if (r->ca_file)
		curl_easy_setopt(c->curl, CURLOPT_CAINFO, r->ca_file);
	if (r->user) {
		curl_easy_setopt(c->curl, CURLOPT_USERNAME, r->user);
		if (!r->token_file)
			curl_easy_setopt(c->curl, CURLOPT_PASSWORD, r->password);
	}
	if (r->token_file && set_token(c, r, e) < 0) {
		carrier_release(c);
		return -1;
	}
	return 0;
}

static void
judge(struct carrier *c, CURLcode rc, struct smtp_outcome *o)
{
	bool met_mail = strcmp(c->stage, "MAIL") == 0 || strcmp(c->stage, "RCPT") == 0 || strcmp(c->stage, "DATA") == 0 ||
	    strcmp(c->stage, "DOT") == 0;

	o->command = c->stage;
	if (c->reply.len)
		answer_parse(&c->arena, buf_str(&c->reply), c->reply.len, o);
	if (rc == CURLE_OK && c->ended) {
		o->verdict = SMTP_ACCEPTED;
	} else if (c->trouble && c->job->utf8 && strcmp(c->stage, "AUTH") != 0) {
		*o = (struct smtp_outcome){ .verdict = SMTP_REFUSED, .command = "MAIL", .text = c->trouble };
	} else if (!met_mail) {
		o->verdict = SMTP_UNTRIED;
		if (rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_SSL_CONNECT_ERROR || rc == CURLE_USE_SSL_FAILED)
			o->command = "STARTTLS";
		if (o->code / 100 != 4 && o->code / 100 != 5) {
			o->code = 0;
			o->enhanced[0] = '\0';
			o->text = c->trouble ? c->trouble : *c->fault ? answer_clean(&c->arena, c->fault, strlen(c->fault)) :
			    curl_easy_strerror(rc);
		}
	} else if (o->code / 100 == 4 || o->code / 100 == 5) {
		o->verdict = answer_verdict(o->code);
		if (!c->began && answer_is_auth(o->code)) {
			o->verdict = SMTP_UNTRIED;
			o->command = "AUTH";
		}
	} else {
		*o = (struct smtp_outcome){ .command = c->stage, .text = TR("the connection was lost", "mất kết nối") };
		/* The dot follows the end of the data; until then nothing can have been taken. */
		o->verdict = c->ended ? SMTP_UNCERTAIN : SMTP_DEFERRED;
		if (strcmp(c->stage, "MAIL") == 0 && c->old_connection) {
			o->verdict = SMTP_UNTRIED;
			o->command = "";
		}
	}
}

/* False: the next message needs a new connection. */
static bool
carry(struct carrier *c, const struct smtp_job *j, bool first)
{
	struct curl_slist *to = curl_slist_append(NULL, j->recipient);
	struct smtp_outcome o = { .text = "" };
	int64_t began = clock_mono_us();
	CURLcode rc;

	c->job = j;
	c->stage = "CONNECT";
	c->at = 0;
	c->began = c->ended = c->leaving = false;
	c->old_connection = !first;
	c->trouble = NULL;
	c->fault[0] = '\0';
	buf_clear(&c->reply);
	curl_easy_setopt(c->curl, CURLOPT_MAIL_FROM, j->sender);
	curl_easy_setopt(c->curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)j->len);
	rc = curl_easy_perform(c->curl);
	judge(c, rc, &o);
	o.duration_ms = (clock_mono_us() - began) / 1000;
	c->calls->done(c->calls->arg, j, &o);
	arena_reset(&c->arena);
	curl_slist_free_all(to);
	return rc == CURLE_OK;
}

static bool
fit(const struct smtp_calls *calls, const struct smtp_job *j)
{
	if (!envelope_fault(j->sender, false) && !envelope_fault(j->recipient, j->utf8))
		return true;
	smtp_tell(calls, j, SMTP_REFUSED, "MAIL", TR("an address cannot stand in an envelope",
	    "địa chỉ không dùng được trên phong bì thư"));
	return false;
}

int
curl_session(struct relay *r, const struct smtp_calls *calls, struct err *e)
{
	struct carrier c;
	bool first = true, going = true;

	if (carrier_init(&c, r, calls, e) < 0)
		return -1;
	for (int64_t n = 0; going && n < r->messages_per_connection; n++) {
		struct smtp_job j = { .owner = NULL };

		if (!calls->next(calls->arg, &j))
			break;
		if (!fit(calls, &j))
			continue;
		going = carry(&c, &j, first);
		first = false;
	}
	carrier_release(&c);
	return 0;
}

void
curl_one(struct relay *r, const struct smtp_calls *calls, const struct smtp_job *j)
{
	struct err e = ERR_INIT;
	struct carrier c;

	if (!fit(calls, j))
		return;
	if (carrier_init(&c, r, calls, &e) < 0) {
		smtp_tell(calls, j, SMTP_UNTRIED, "CONNECT", e.text);
		return;
	}
	carry(&c, j, true);
	carrier_release(&c);
}
