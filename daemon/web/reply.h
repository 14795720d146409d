/*
 * reply.h - how a reply leaves: status, security headers, body.
 *
 * Units, Ownership, Errors, Threads: see request.h; only server.c calls these.
 * Source     RFC 9110 15.5.6 (Allow), CSP level 3, RFC 6797.
 */
#ifndef THUMOI_WEB_REPLY_H
#define THUMOI_WEB_REPLY_H

#include <microhttpd.h>

#include "web/request.h"

void	reply_not_allowed(struct request *, bool get, bool post);
void	reply_too_large(struct request *);
size_t	reply_bytes(const struct request *);	/* of the body */
/* Hands the reply to the library; the body is the library's afterwards. */
enum MHD_Result	reply_queue(struct request *);

#endif
