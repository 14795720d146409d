/*
 * httpc.h - one HTTP request as a client, its answer in memory.
 *
 * http and https alone. No redirect is followed: who asks another server than
 * was named sends it the password. Certificates are checked against the
 * system's authorities, or those of ca_file. The proxies of the environment
 * are not used. A user and password in the URL are sent (basic
 * authentication) and never told, in no error.
 *
 * A connection is kept for the next request; when the server has closed it
 * meanwhile, the request goes out again on a new one. What must not be done
 * twice says `once`: it gets a connection of its own, and is never repeated.
 *
 * Units      in the names; limits of 0 mean a minute, a minute, a megabyte.
 * Ownership  httpc_new/httpc_free; the answer is released by
 *            httpc_answer_release, and by the next request that fills it.
 * Errors     0: an HTTP answer of whatever status came, whole. -1: ERR_INPUT (no
 *            URL of ours, a bad header), ERR_AUTH (certificate), ERR_NETWORK
 *            (everything else: unreachable, too slow, cut off, too long).
 * Threads    one struct httpc, one thread; requests block.
 * Source     RFC 9110, 9112; libcurl.
 */
#ifndef THUMOI_BASE_HTTPC_H
#define THUMOI_BASE_HTTPC_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

struct httpc;

struct httpc_request {
	const char *url;
	const char *const *headers;	/* "Name: value", ended by NULL; NULL: none */
	const char *type;		/* Content-Type */
	const char *body;
	size_t body_len;
	int64_t connect_timeout_ms, timeout_ms;
	size_t answer_max;		/* bytes */
	const char *ca_file;		/* NULL or "": the system's */
	const atomic_bool *stop;	/* given up when it becomes true; NULL: never */
	bool once;			/* not to be done twice */
};

struct httpc_answer {
	int status;
	struct buf body;
	int64_t retry_after_s;		/* -1: not said */
};
#define HTTPC_ANSWER_INIT { 0, BUF_INIT(0), -1 }

struct httpc *httpc_new(void);
void	httpc_free(struct httpc *);	/* NULL is fine */
int	httpc_post(struct httpc *, const struct httpc_request *, struct httpc_answer *, struct err *);
void	httpc_answer_release(struct httpc_answer *);

/* Nobody between can read what goes there: https, or http to this machine. false for what is no URL of ours. */
bool	httpc_is_private(const char *url);
/* A name or a password stands in it. */
bool	httpc_has_user(const char *url);
/* The URL as it may be shown: without user, password, query and fragment. ERR_INPUT and NULL: no http or https URL. */
char	*httpc_shown(struct arena *, const char *url, struct err *);

#endif
