/*
 * http.h - a listening socket and a libmicrohttpd daemon with our limits.
 *
 * epoll, a small pool of threads, one explicit address, own TLS 1.2 or later
 * when a certificate is given. The socket is opened apart from the server, so
 * that a reload can start the new server on the same socket before the old
 * one stops: no connection is refused in between.
 *
 * A thread of ours takes the connections and hands them to libmicrohttpd. Its
 * own way to take no more, MHD_quiesce_daemon, races with pool threads that
 * are awake: both remove the socket from the thread's epoll set, and who comes
 * second ends the process ("Failed to remove listen FD from epoll set").
 *
 * Units      timeouts are seconds, the grace is milliseconds.
 * Ownership  http_listen returns a descriptor that is the caller's; a server
 *            works on a copy of it.
 * Errors     ERR_INPUT for an address or certificate that is none, ERR_SYSTEM
 *            for a port that is taken.
 * Threads    http_* from the main thread; the handler runs in pool threads.
 * Source     RFC 9112; libmicrohttpd 0.9.75.
 */
#ifndef THUMOI_WEB_HTTP_H
#define THUMOI_WEB_HTTP_H

#include <microhttpd.h>
#include <stdbool.h>

#include "base/err.h"

#define HTTP_THREADS 4
#define HTTP_CONNECTIONS 2000		/* beyond that, new ones wait in the backlog */
#define HTTP_CONNECTIONS_PER_ADDRESS 100	/* not for loopback: that is where a proxy sits */
#define HTTP_IDLE_S 20
#define HTTP_MEMORY_BYTES 32768		/* request line and headers of one connection */

struct http_where { char text[80]; };	/* "127.0.0.1:8080", "[::1]:8080" */

/* "127.0.0.1:8080", "[::1]:8080", "localhost:0"; port 0 takes a free one. The descriptor, or -1. */
int	http_listen(const char *address, struct http_where *bound, struct err *);
bool	http_is_loopback(const struct sockaddr *);
bool	http_bound_to_loopback(int fd);

struct http_options {
	int fd;
	const char *cert_pem, *key_pem;		/* NULL: plain */
	bool suspends;				/* connections may be suspended: web/live.h */
	MHD_AccessHandlerCallback handler;
	MHD_RequestCompletedCallback completed;
	void *arg;				/* of both */
};

struct http_server;

/* NULL with the error. */
struct http_server *http_start(const struct http_options *, struct err *);
/* Takes no new connections, gives requests at work up to grace_ms, then ends. NULL is fine. */
void	http_stop(struct http_server *, int grace_ms);

#endif
