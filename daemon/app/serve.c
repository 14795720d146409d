#include "app/serve.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "app/jobs.h"
#include "app/notify.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/mailboxes.h"
#include "engine/meters.h"
#include "engine/relay_file.h"
#include "web/http.h"
#include "web/server.h"

#define GRACE_MS 3000	/* for requests at work when the web stops */

static struct meters meters;	/* of the process: a reload does not set them back */

/* One reading of the settings and all that runs on it. */
struct round {
	struct conf conf;
	const char *store;
	struct web *web;
	struct jobs *jobs;
};

/* What outlives a reload, unless its address changed. */
struct sockets {
	int open, desk;
	char open_at[128], desk_at[128];	/* the settings they were opened for */
	struct http_where open_where, desk_where;
};

static void
round_end(struct round *r)
{
	jobs_stop(r->jobs);
	web_stop(r->web, GRACE_MS);
	conf_release(&r->conf);
	free(r);
}

/* A socket for this address: the one we have when it is the same. */
static int
socket_for(const char *address, int have, const char *have_at, struct http_where *where, int *out, struct err *e)
{
	if (!*address) {
		*out = -1;
		return 0;
	}
	if (have >= 0 && strcmp(have_at, address) == 0) {
		*out = have;
		return 0;
	}
	*out = http_listen(address, where, e);
	return *out < 0 ? -1 : 0;
}

static void
sockets_take(struct sockets *to, const struct sockets *from, const struct conf *c)
{
	if (to->open >= 0 && to->open != from->open)
		close(to->open);
	if (to->desk >= 0 && to->desk != from->desk)
		close(to->desk);
	*to = *from;
	snprintf(to->open_at, sizeof(to->open_at), "%s", c->listen);
	snprintf(to->desk_at, sizeof(to->desk_at), "%s", c->admin_listen);
}

static void
sockets_drop(const struct sockets *fresh, const struct sockets *kept)
{
	if (fresh->open >= 0 && fresh->open != kept->open)
		close(fresh->open);
	if (fresh->desk >= 0 && fresh->desk != kept->desk)
		close(fresh->desk);
}

static int
start_web(struct round *r, const struct serve_options *o, struct sockets *s, struct err *e)
{
	struct sockets fresh = *s;
	struct web_options w = { .conf = &r->conf, .store = r->store, .meters = &meters };

	if (o->no_web)
		return 0;
	fresh.open = fresh.desk = -1;
	if (socket_for(r->conf.listen, s->open, s->open_at, &fresh.open_where, &fresh.open, e) < 0 ||
	    socket_for(r->conf.admin_listen, s->desk, s->desk_at, &fresh.desk_where, &fresh.desk, e) < 0) {
		sockets_drop(&fresh, s);
		return -1;
	}
	w.fd = fresh.open;
	w.admin_fd = fresh.desk;
	if (web_start(&r->web, &w, e) < 0) {
		sockets_drop(&fresh, s);
		return -1;
	}
	sockets_take(s, &fresh, &r->conf);
	return 0;
}

/* Reads the settings and starts the web on them; the jobs come when the round before has ended theirs. */
static struct round *
round_begin(const struct app *app, const struct serve_options *o, const char *store, struct sockets *s, struct err *e)
{
	struct round *r = mem_zalloc(sizeof(*r));
	enum log_level level;

	if (conf_load(&r->conf, app->conf_path, app->conf_named, e) < 0) {
		round_end(r);
		return NULL;
	}
	if (o->listen)
		r->conf.listen = o->listen;
	if (o->admin_listen)
		r->conf.admin_listen = o->admin_listen;
	r->store = store ? store : r->conf.store;
	conf_set_store(&r->conf, r->store);
	if (log_level_parse(r->conf.log_level, &level) == 0)
		log_to(STDERR_FILENO, level);
	if (conf_check_together(&r->conf, e) < 0 || (!o->no_dispatch && relay_file_check(r->conf.relay_file, e) < 0) ||
	    mailboxes_check(&r->conf, e) < 0 || start_web(r, o, s, e) < 0) {
		round_end(r);
		return NULL;
	}
	return r;
}

static int
start_jobs(struct round *r, const struct serve_options *o, struct err *e)
{
	struct jobs_options j = { .conf = &r->conf, .store = r->store, .meters = &meters, .dispatch = !o->no_dispatch,
	    .inbound = !o->no_inbound && mailboxes_any(&r->conf), .probes = !o->no_inbound,
	    .surveys = !o->no_inbound && r->conf.survey_sync_s, .webhooks = true };

	return jobs_start(&r->jobs, &j, e);
}

static void
say_listening(const char *event, const struct round *r, const struct serve_options *o, const struct sockets *s)
{
	log_info(event, "pid=%d listen=%s tls=%s admin_listen=%s dispatch=%s inbound=%s store=%s", (int)getpid(),
	    s->open >= 0 ? s->open_where.text : "-", *r->conf.tls_cert_file ? "yes" : "no",
	    s->desk >= 0 ? s->desk_where.text : "-", o->no_dispatch ? "no" : "yes",
	    o->no_inbound || !mailboxes_any(&r->conf) ? "no" : "yes", r->store);
}

/* The new round first, then the old one ends: never is nobody there. */
static struct round *
reload(struct round *old, const struct app *app, const struct serve_options *o, const char *store, struct sockets *s)
{
	struct err e = ERR_INIT;
	struct round *r;
	struct log_q q;

	notify_reloading();
	if (!(r = round_begin(app, o, store, s, &e))) {
		log_error("reload", "kept=yes text=%s", log_q(&q, e.text));
		notify_send("READY=1\nSTATUS=the settings have a fault; the old ones stay");
		return old;
	}
	round_end(old);
	if (start_jobs(r, o, &e) < 0)
		log_error("reload", "text=%s", log_q(&q, e.text));
	say_listening("reloaded", r, o, s);
	notify_send("READY=1\nSTATUS=");
	return r;
}

int
serve_run(struct app *app, const struct serve_options *o, struct err *e)
{
	/* What --db or THUMOI_DB named stays; a path out of the settings may change with them. */
	const char *store = app->store == app->conf.store ? NULL : app->store;
	struct sockets s = { .open = -1, .desk = -1 };
	struct round *r;
	sigset_t wanted, before;
	int sig = 0, rc = 0;

	meters_start(&meters, clock_now());
	/* Before any thread is made: all of them inherit the mask, we alone wait. */
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &wanted, &before);
	if (!(r = round_begin(app, o, store, &s, e))) {
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		return -1;
	}
	if ((rc = start_jobs(r, o, e)) == 0) {
		say_listening("started", r, o, &s);
		notify_send("READY=1");
		while (sigwait(&wanted, &sig) == 0 && sig == SIGHUP)
			r = reload(r, app, o, store, &s);
		log_info("stopping", "signal=%d", sig);
		notify_send("STOPPING=1");
	}
	round_end(r);
	if (s.open >= 0)
		close(s.open);
	if (s.desk >= 0)
		close(s.desk);
	if (rc == 0)
		log_info("stopped", "pid=%d", (int)getpid());
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}
