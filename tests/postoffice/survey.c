#include "postoffice/survey.h"

#include <inttypes.h>
#include <jansson.h>
#include <microhttpd.h>
#include <pthread.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/out.h"
#include "postoffice/smtpd.h"
#include "postoffice/world.h"

#define BATCH_MAX 500

struct survey {
	struct MHD_Daemon *daemon;	/* [c] constant after start */
	int port, batch_percent;	/* [c] */
	const char *site;		/* [c] */
	struct secret key;		/* [c] */
	struct zone zone;		/* [c] */
	pthread_mutex_t lock;
	json_t *batch;			/* [q] under lock */
	size_t answers;			/* [q] */
};

/* One request: what its body says. */
struct request {
	struct MHD_PostProcessor *post;
	char token[TOKEN_LEN + 1];
};

static enum MHD_Result
reply(struct MHD_Connection *c, int status, const char *location, const char *html)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(strlen(html), (void *)(uintptr_t)html, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result rc;

	MHD_add_response_header(r, "Content-Type", "text/html; charset=utf-8");
	if (location)
		MHD_add_response_header(r, "Location", location);
	rc = MHD_queue_response(c, (unsigned)status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result
show_form(struct survey *s, struct MHD_Connection *c, const char *key)
{
	const char *token = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "token");
	struct buf b = BUF_INIT(1 << 16);
	enum MHD_Result rc;

	(void)s;
	if (!token || !token_valid(token))
		return reply(c, MHD_HTTP_BAD_REQUEST, NULL, "<!doctype html><title>?</title><p>No token.");
	buf_printf(&b, "<!doctype html><html><head><title>%s</title></head><body><form method=\"post\" action=\"/form/%s\">"
	    "<input type=\"hidden\" name=\"token\" value=\"", key, key);
	out_html(&b, token);
	buf_str_add(&b, "\"><p>...</p><button type=\"submit\" name=\"go\" value=\"finish\">OK</button></form></body></html>");
	rc = reply(c, MHD_HTTP_OK, NULL, buf_str(&b));
	buf_release(&b);
	return rc;
}

static enum MHD_Result
finish_form(struct survey *s, struct MHD_Connection *c, const char *key, const char *token)
{
	char text[TOKEN_LEN + 32], sig[TOKEN_LEN + 1];
	struct buf link = BUF_INIT(4096);
	struct date_text at;
	enum MHD_Result rc;
	bool led_back;

	if (!token_valid(token))
		return reply(c, MHD_HTTP_BAD_REQUEST, NULL, "<!doctype html><title>?</title><p>No token.");
	led_back = world_dice(token, "closes the window", 100) >= (uint64_t)s->batch_percent;
	pthread_mutex_lock(&s->lock);
	s->answers++;
	if (!led_back)
		json_array_append_new(s->batch, json_pack("{s:s, s:s, s:s}", "token", token, "instrument", key,
		    "answered_at", date_rfc3339(&at, &s->zone, clock_now())));
	pthread_mutex_unlock(&s->lock);
	if (!led_back)
		return reply(c, MHD_HTTP_OK, NULL, "<!doctype html><title>Thank you</title><p>Thank you.");
	snprintf(text, sizeof(text), "%s/%s", token, key);
	sign_text(sig, &s->key, "return", text);
	buf_printf(&link, "%s/r/%s?sig=%s", s->site, text, sig);
	rc = reply(c, MHD_HTTP_SEE_OTHER, buf_str(&link), "");
	buf_release(&link);
	return rc;
}

static enum MHD_Result
post_field(void *arg, enum MHD_ValueKind kind, const char *key, const char *file, const char *type, const char *coding,
    const char *data, uint64_t off, size_t size)
{
	struct request *r = arg;

	(void)kind, (void)file, (void)type, (void)coding;
	if (strcmp(key, "token") == 0 && off + size <= TOKEN_LEN) {
		memcpy(r->token + off, data, size);
		r->token[off + size] = '\0';
	}
	return MHD_YES;
}

static enum MHD_Result
serve(void *arg, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data,
    size_t *size, void **state)
{
	struct survey *s = arg;
	struct request *r = *state;
	bool post = strcmp(method, "POST") == 0;
	const char *key = NULL;

	(void)version;
	for (int k = 0; k < FORMS; k++)
		if (strncmp(url, "/form/", 6) == 0 && strcmp(url + 6, form_names[k]) == 0)
			key = form_names[k];
	if (!r) {
		r = *state = mem_zalloc(sizeof(*r));
		if (post)
			r->post = MHD_create_post_processor(c, 4096, post_field, r);
		return MHD_YES;
	}
	if (*size) {
		if (r->post)
			MHD_post_process(r->post, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (!key)
		return reply(c, MHD_HTTP_NOT_FOUND, NULL, "<!doctype html><title>?</title><p>No such form.");
	return post ? finish_form(s, c, key, r->token) : show_form(s, c, key);
}

static void
request_done(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct request *r = *state;

	(void)arg, (void)c, (void)why;
	if (r && r->post)
		MHD_destroy_post_processor(r->post);
	free(r);
	*state = NULL;
}

int
survey_start(struct survey **out, int port, const char *site, const struct secret *key, int batch_percent, struct err *e)
{
	struct survey *s = mem_zalloc(sizeof(*s));
	int fd;

	*s = (struct survey){ .port = port, .batch_percent = batch_percent, .site = site, .key = *key,
	    .batch = json_array() };
	if (zone_load(&s->zone, ZONE_DEFAULT, e) < 0 || (fd = listen_loopback(&s->port, e)) < 0)
		goto failed;
	pthread_mutex_init(&s->lock, NULL);
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, serve, s, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_NOTIFY_COMPLETED, request_done, NULL, MHD_OPTION_CONNECTION_TIMEOUT, 60U, MHD_OPTION_END);
	if (!s->daemon) {
		close(fd);
		err_set(e, ERR_SYSTEM, "cannot start the survey system");
		goto failed;
	}
	*out = s;
	return 0;
failed:
	json_decref(s->batch);
	free(s);
	return -1;
}

int
survey_port(const struct survey *s)
{
	return s->port;
}

char *
survey_batch(struct survey *s, size_t *n)
{
	json_t *some = json_array();
	char *text = NULL;

	pthread_mutex_lock(&s->lock);
	for (*n = 0; *n < BATCH_MAX && json_array_size(s->batch); (*n)++) {
		json_array_append(some, json_array_get(s->batch, 0));
		json_array_remove(s->batch, 0);
	}
	pthread_mutex_unlock(&s->lock);
	if (*n)
		text = json_dumps(some, JSON_COMPACT);
	json_decref(some);
	return text;
}

size_t
survey_answers(struct survey *s)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->answers;
	pthread_mutex_unlock(&s->lock);
	return n;
}

void
survey_stop(struct survey *s)
{
	if (!s)
		return;
	MHD_stop_daemon(s->daemon);
	pthread_mutex_destroy(&s->lock);
	json_decref(s->batch);
	free(s);
}
