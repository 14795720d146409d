/*
 * serve.h - the daemon: web pages, sending, inbound mail, until told to stop.
 *
 *	main thread	waits for signals; starts, reloads and stops the others
 *	web pool	MHD threads, a store handle each (web/server.h)
 *	dispatch	engine/dispatch: sends what is due of running waves
 *	cron		engine/cron: begins and ends the waves of the plans, every minute
 *	inbound		engine/inbound: reads the mailbox every inbound_poll_s
 *	probes		engine/placement: looks into the probe mailboxes, every minute whether something is due
 *
 * No thread of ours shares anything but constant settings, the flags that say
 * "stop", and the meters, which stay when settings are read again; they meet
 * in the store.
 *
 * SIGTERM and SIGINT: finish what is at hand, then end with 0. SIGHUP: read the
 * settings again; when they are good, the web starts anew on the same socket
 * before the old one ends, and the other threads are restarted. When they are
 * not, the fault is logged and everything stays as it was.
 *
 * Units      none.
 * Ownership  options are the caller's and must outlive the call.
 * Errors     -1 with a sentence when it could not start.
 * Threads    main thread.
 * Source     sd_notify(3), spoken by ourselves: one datagram.
 */
#ifndef THUMOI_APP_SERVE_H
#define THUMOI_APP_SERVE_H

#include "app/app.h"

struct serve_options {
	const char *listen, *admin_listen;	/* NULL: as set */
	bool no_web, no_dispatch, no_inbound;
};

int	serve_run(struct app *, const struct serve_options *, struct err *);

#endif
