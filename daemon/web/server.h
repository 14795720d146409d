/*
 * server.h - the public pages and the API, and the desk's reports, over HTTP.
 *
 * One web is a site (settings, templates, keys) and one or two daemons on it:
 * the public one, and the one for reports when it listens on loopback. Pool
 * threads have a store handle each; reading never waits for a writer, writing
 * is one short transaction a request.
 *
 * The log has one line a request: route, status, size, time; neither tokens
 * nor addresses.
 *
 * Units      milliseconds.
 * Ownership  web_start keeps nothing of its arguments but `conf` and `meters`,
 *            which must outlive the web. The descriptors stay the caller's.
 * Errors     web_start: -1 and nothing runs.
 * Threads    web_* from the main thread.
 * Source     web/http.h, web/request.h.
 */
#ifndef THUMOI_WEB_SERVER_H
#define THUMOI_WEB_SERVER_H

#include "base/conf.h"
#include "base/token.h"
#include "engine/meters.h"

struct web;

struct web_options {
	const struct conf *conf;
	const char *store;	/* path of the store */
	struct meters *meters;	/* shown at /metrics of the desk; NULL: no such page */
	int fd;			/* http_listen: the public pages; -1: none */
	int admin_fd;		/* the reports; -1: none */
};

int	web_start(struct web **, const struct web_options *, struct err *);
void	web_stop(struct web *, int grace_ms);	/* NULL is fine */

#endif
