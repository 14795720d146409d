#include "web/server.h"

#include <inttypes.h>
#include <arpa/inet.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/board.h"
#include "engine/rulebook.h"
#include "engine/shelf.h"
#include "engine/spool.h"
#include "web/chain.h"
#include "web/http.h"
#include "web/landing.h"
#include "web/live.h"
#include "web/metrics.h"
#include "web/reply.h"
#include "web/routes.h"
#include "web/screens.h"
#include "web/session.h"
#include "web/tiles.h"
#include "web/view.h"

#define CAMPAIGNS_KEPT 4
#define CAMPAIGN_KEPT_US 1000000
#define PEM_MAX_BYTES (1 << 20)

/* Failures of one address: links that do not exist; wrong API keys. */
#define TOKEN_BURST 60
#define TOKENS_PER_MINUTE 60
#define KEY_BURST 10
#define KEYS_PER_MINUTE 6
#define LOGIN_BURST 10
#define LOGINS_PER_MINUTE 6

struct worker {			/* belongs to one pool thread */
	struct db *db;
	struct arena arena;	/* reset after each request */
	struct kept {
		int64_t id, loaded_us;
		struct arena arena;
		struct shown shown;
	} kept[CAMPAIGNS_KEPT];
};

struct daemon {
	struct web *web;
	const struct route *routes;
	struct http_server *http;
};

struct web {
	struct site site;
	struct arena arena;
	pthread_key_t worker;		/* struct worker * of each pool thread */
	struct daemon open, desk;	/* public pages; reports */
};

struct upload {			/* a request while its body comes in */
	int64_t started_us;
	struct buf body;
	const struct route *route;
	size_t seen;
	struct path_segs segs;
	struct arena arena;	/* only when there is no worker */
	bool post, allowed;
};

static void
worker_free(void *arg)
{
	struct worker *w = arg;

	db_close(w->db);
	arena_release(&w->arena);
	for (size_t i = 0; i < CAMPAIGNS_KEPT; i++)
		arena_release(&w->kept[i].arena);
	free(w);
}

static struct worker *
worker_mine(struct web *web, struct err *e)
{
	struct worker *w = pthread_getspecific(web->worker);

	if (!w) {
		w = mem_zalloc(sizeof(*w));
		pthread_setspecific(web->worker, w);
	}
	if (!w->db && db_open(&w->db, web->site.store, DB_WRITE, e) < 0)
		return NULL;
	return w;
}

int
request_campaign(struct request *r, int64_t id, const struct shown **out, struct err *e)
{
	int64_t now = clock_mono_us();
	struct kept *k = &r->worker->kept[0];
	int rc;

	for (size_t i = 0; i < CAMPAIGNS_KEPT; i++) {
		struct kept *other = &r->worker->kept[i];

		if (other->id == id && now - other->loaded_us < CAMPAIGN_KEPT_US) {
			*out = &other->shown;
			return 1;
		}
		if (other->id == id || (k->id != id && other->loaded_us < k->loaded_us))
			k = other;
	}
	arena_reset(&k->arena);
	k->id = 0;
	if ((rc = campaign_by_id(r->db, &k->arena, id, &k->shown.c, e)) == 1) {
		shown_prepare(&k->shown, &k->arena);
		k->id = id;
		k->loaded_us = now;
		*out = &k->shown;
	}
	return rc;
}

/* Whom failures are counted for: the client, as told by a proxy on this machine. */
static void
find_peer(struct request *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const char *forwarded, *last;
	struct in6_addr six;
	struct in_addr four;
	char text[64];

	if (!info || !info->client_addr)
		return;
	if (info->client_addr->sa_family == AF_INET) {
		r->peer_len = 4;
		memcpy(r->peer, &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr, 4);
	} else if (info->client_addr->sa_family == AF_INET6) {
		r->peer_len = 8;
		memcpy(r->peer, &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr, 8);
	}
	if (!http_is_loopback(info->client_addr) || !(forwarded = request_header(r, "X-Forwarded-For")))
		return;
	last = strrchr(forwarded, ',');
	last = last ? last + 1 : forwarded;
	last += strspn(last, " ");
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(last, " "), last);
	if (inet_pton(AF_INET, text, &four) == 1) {
		r->peer_len = 4;
		memcpy(r->peer, &four, 4);
	} else if (inet_pton(AF_INET6, text, &six) == 1) {
		r->peer_len = 8;
		memcpy(r->peer, &six, 8);
	}
}

static void
run_handler(struct request *r, const struct upload *up, bool desk)
{
	void (*handler)(struct request *);

	if (desk && !session_named_well(r))
		return;
	if (!up->route) {
		(desk ? view_nothing_here : reply_nothing_here)(r);
		return;
	}
	handler = !up->allowed ? NULL : up->post ? up->route->post : up->route->get;
	if (handler && session_admit(r, up->route->right)) {
		r->rules = desk ? rulebook_take(r->site->book) : NULL;
		handler(r);
		if (r->rules)
			rulebook_give(r->site->book, r->rules);
	} else if (handler)
		return;
	else
		reply_not_allowed(r, up->route->get != NULL, up->route->post != NULL);
}

static enum MHD_Result
serve(struct daemon *d, struct MHD_Connection *c, const char *method, const char *path, struct upload *up)
{
	struct web *web = d->web;
	struct err e = ERR_INIT;
	struct worker *w = worker_mine(web, &e);
	struct request r = { .site = &web->site, .worker = w, .post = up->post,
	    .head = strcmp(method, "HEAD") == 0, .path = path, .connection = c,
	    .route = up->route ? up->route->pattern : "-", .body = buf_str(&up->body), .body_len = up->body.len,
	    .arena = w ? &w->arena : &up->arena, .db = w ? w->db : NULL, .out = BUF_INIT(0) };
	enum MHD_Result rc;
	size_t bytes;

	for (size_t i = 0; i < PATH_SEGS; i++)
		r.seg[i] = up->segs.s[i];
	find_peer(&r);
	request_choose_lang(&r, LANG_VI);
	if (up->body.failed || up->seen > up->body.len)
		reply_too_large(&r);
	else if (!w)
		reply_error(&r, &e);
	else
		run_handler(&r, up, d->routes == routes_admin);
	bytes = reply_bytes(&r);
	rc = reply_queue(&r);
	meters_request(web->site.meters, r.route, r.status);
	log_info("http", "method=%s route=%s status=%d bytes=%zu us=%" PRId64,
	    r.head ? "HEAD" : up->post ? "POST" : up->allowed ? "GET" : "other",
	    r.route, r.status, bytes, clock_mono_us() - up->started_us);
	if (w)
		arena_reset(&w->arena);
	return rc;
}

/* The head is here: what may come, and how much of it. */
static struct upload *
begin(struct daemon *d, const char *method, const char *path)
{
	struct upload *up = mem_zalloc(sizeof(*up));

	up->started_us = clock_mono_us();
	up->post = strcmp(method, "POST") == 0;
	up->allowed = up->post || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	up->route = route_find(d->routes, path, &up->segs);
	up->body = (struct buf)BUF_INIT(up->route && up->post ? up->route->body_max : FORM_MAX_BYTES);
	return up;
}

/* A stranger's megabytes are not kept until it turns out that nobody is logged in. */
static bool
known(struct daemon *d, struct MHD_Connection *c, const char *path)
{
	struct worker *w = worker_mine(d->web, NULL);
	struct request r = { .site = &d->web->site, .worker = w, .path = path, .connection = c };

	if (!w)
		return false;
	r.db = w->db;
	r.arena = &w->arena;
	return session_known(&r);
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *path, const char *method, const char *version,
    const char *data, size_t *size, void **state)
{
	struct daemon *d = arg;
	struct upload *up = *state;
	const char *length;

	(void)version;
	if (!up) {
		*state = up = begin(d, method, path);
		if (up->body.max > API_MAX_BYTES && !known(d, c, path))
			up->body.max = FORM_MAX_BYTES;
		length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");
		if (!length || strtoull(length, NULL, 10) <= up->body.max)
			return MHD_YES;
		up->seen = SIZE_MAX;	/* says so before the body comes */
		return serve(d, c, method, path, up);
	}
	if (*size) {
		if (up->seen <= up->body.max)
			buf_add(&up->body, data, *size);
		up->seen += *size;
		*size = 0;
		/* Somebody who goes on sending is not waited for. */
		return up->seen > up->body.max + API_MAX_BYTES ? MHD_NO : MHD_YES;
	}
	return serve(d, c, method, path, up);
}

static void
on_completed(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct upload *up = *state;

	(void)arg;
	(void)c;
	(void)why;
	if (!up)
		return;
	buf_release(&up->body);
	arena_release(&up->arena);
	free(up);
	*state = NULL;
}

static int
read_pem(struct arena *a, const char *path, const char **out, struct err *e)
{
	struct file f = FILE_INIT;

	if (file_read(&f, path, PEM_MAX_BYTES, e) < 0)
		return -1;
	*out = arena_ndup(a, f.data, f.len);
	file_release(&f);
	return 0;
}

static int
load_site(struct web *w, const struct web_options *o, struct err *e)
{
	const struct conf *c = o->conf;
	struct site *s = &w->site;
	char random[TOKEN_LEN + 1];

	s->store = arena_dup(&w->arena, o->store);
	s->public_url = c->public_url;
	s->secure = *c->tls_cert_file || strncmp(c->public_url, "https://", 8) == 0;
	s->secure_desk = *c->admin_url || (*c->tls_cert_file && o->admin_fd >= 0 && !http_bound_to_loopback(o->admin_fd));
	s->no_login = strcmp(c->admin_login, "none") == 0;
	token_new(random);
	sha256_hex(s->csrf, random, strlen(random));
	s->conf = c;
	s->meters = o->meters;
	s->metrics = metrics_new(c);
	s->board = board_new(s->store, c);
	s->chain = chain_new();
	s->shelf = shelf_new(s->board);
	spool_sweep(s->store, SPOOL_S);
	if (secret_load(&s->secret, c->secret_file, e) < 0)
		return err_wrap(e, "secret_file");
	if (*c->api_key_file && !(s->api_key = conf_secret(&w->arena, c->api_key_file, "api_key_file", e)))
		return -1;
	return pages_load(&s->pages, e) < 0 || screens_load(&s->screens, e) < 0 || tiles_load(&s->tiles, e) < 0 ||
	    rulebook_open(&s->book, c, e) < 0 ? -1 : 0;
}

static int
start_daemon(struct web *w, struct daemon *d, int fd, const struct route *routes, bool tls, struct err *e)
{
	const struct conf *c = w->site.conf;
	struct http_options o = { .fd = fd, .suspends = routes == routes_admin, .handler = on_request, .completed = on_completed, .arg = d };

	*d = (struct daemon){ .web = w, .routes = routes };
	if (fd < 0)
		return 0;
	/* Passwords and names do not go over a network in the clear. */
	if (routes == routes_admin && !http_bound_to_loopback(fd) && (w->site.no_login || !w->site.secure_desk))
		return err_set(e, ERR_INPUT, TR("admin_listen is an address that others can reach: that needs admin_login = required, and"
		    " tls_cert_file, or an admin_url with https:// of the proxy before it",
		    "admin_listen là địa chỉ mà máy khác truy cập được: cần admin_login = required, và tls_cert_file, hoặc admin_url"
		    " https:// của máy ủy quyền đứng trước"));
	if (tls && (read_pem(&w->arena, c->tls_cert_file, &o.cert_pem, e) < 0 ||
	    read_pem(&w->arena, c->tls_key_file, &o.key_pem, e) < 0))
		return -1;
	d->http = http_start(&o, e);
	return d->http ? 0 : -1;
}

int
web_start(struct web **out, const struct web_options *o, struct err *e)
{
	struct web *w = mem_zalloc(sizeof(*w));
	int rc;

	*out = NULL;
	if (pthread_key_create(&w->worker, worker_free) != 0) {
		free(w);
		return err_set(e, ERR_SYSTEM, TR("cannot start the web server", "không khởi động được máy chủ web"));
	}
	limiter_init(&w->site.tokens, TOKEN_BURST, TOKENS_PER_MINUTE);
	limiter_init(&w->site.keys, KEY_BURST, KEYS_PER_MINUTE);
	limiter_init(&w->site.logins, LOGIN_BURST, LOGINS_PER_MINUTE);
	limiter_init(&w->site.names, LOGIN_BURST, LOGINS_PER_MINUTE);
	rc = load_site(w, o, e);
	if (rc == 0)
		w->site.live = live_new(&w->site);
	if (rc == 0)
		rc = start_daemon(w, &w->open, o->fd, routes_public, *o->conf->tls_cert_file, e);
	if (rc == 0)
		rc = start_daemon(w, &w->desk, o->admin_fd, routes_admin, *o->conf->tls_cert_file && !http_bound_to_loopback(o->admin_fd), e);
	if (rc < 0) {
		web_stop(w, 0);
		return -1;
	}
	*out = w;
	return 0;
}

void
web_stop(struct web *w, int grace_ms)
{
	if (!w)
		return;
	live_end(w->site.live);
	http_stop(w->open.http, grace_ms);
	http_stop(w->desk.http, grace_ms);
	pthread_key_delete(w->worker);	/* the threads are gone, and with them their workers */
	limiter_release(&w->site.tokens);
	limiter_release(&w->site.keys);
	limiter_release(&w->site.logins);
	limiter_release(&w->site.names);
	pages_free(w->site.pages);
	screens_free(w->site.screens);
	tiles_free(w->site.tiles);
	live_free(w->site.live);
	rulebook_close(w->site.book);
	shelf_free(w->site.shelf);
	board_free(w->site.board);
	chain_free(w->site.chain);
	metrics_free(w->site.metrics);
	arena_release(&w->arena);
	free(w);
}
