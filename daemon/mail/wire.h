/*
 * wire.h - a logged-in connection, made by libcurl, spoken to by lines.
 *
 * Units      timeouts in seconds; lines without their line end.
 * Ownership  wire_line returns text that holds until the next wire_ call.
 * Errors     -1 with a sentence that names the host.
 * Threads    one wire, one thread.
 * Source     libcurl CURLOPT_CONNECT_ONLY, curl_easy_recv(3).
 */
#ifndef THUMOI_MAIL_WIRE_H
#define THUMOI_MAIL_WIRE_H

#include <stdint.h>

#include "base/buf.h"
#include "mail/fetch.h"

struct wire;

int	wire_open(struct wire **, const struct fetch *, struct err *);
void	wire_close(struct wire *);		/* NULL is fine */
const char *wire_host(const struct wire *);
int	wire_send(struct wire *, const char *data, size_t len, struct err *);
/* The next line; *len when not NULL. NULL on error. */
const char *wire_line(struct wire *, size_t *len, struct err *);
/* Exactly n bytes are appended to buf (to NULL: thrown away). */
int	wire_bytes(struct wire *, uint64_t n, struct buf *, struct err *);

#endif
