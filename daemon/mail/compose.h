/*
 * compose.h - one message, from its parts to the octets of DATA.
 *
 * Written straight into a buf, without an object tree: header fields in a
 * fixed order, then text/plain, or multipart/alternative of text and HTML,
 * with files behind them in multipart/mixed when there are any.
 *
 * The result is the same for the same struct mail: a resend is byte for byte
 * what went out before.
 *
 * Units      date is Unix seconds; texts are UTF-8.
 * Ownership  everything is borrowed; scratch is the caller's, reset by him.
 * Errors     ERR_INPUT for an address or id that cannot stand in a header;
 *            ERR_FULL when the message is longer than the buf takes.
 * Threads    pure.
 * Source     RFC 5322, 2045, 2046, 2047, 2183, 2231, 3282 (Content-Language),
 *            3834 (Auto-Submitted), 2369 and 8058 (List-Unsubscribe).
 */
#ifndef THUMOI_MAIL_COMPOSE_H
#define THUMOI_MAIL_COMPOSE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "base/mem.h"

struct mail_file {
	const char *name;		/* base name, any language */
	const char *type;		/* text/csv; charset=utf-8 */
	const void *data;
	size_t len;
};

struct mail {
	const char *from_name, *from;	/* the address with an A-label domain */
	const char *to_name, *to;
	const char *reply_to;		/* an address, or NULL */
	const char *subject;
	const char *message_id;		/* without <> */
	int64_t date;
	const struct zone *zone;
	const char *language;		/* vi, en; NULL: not stated */
	const char *unsubscribe_url;	/* https; one-click (RFC 8058); NULL: no such fields */
	const char *unsubscribe_mail;	/* an address, or NULL */
	const char *feedback_id;	/* NULL: none */
	const char *boundary;		/* letters, digits, '-': unlike that of other messages */
	const char *text, *html;	/* html NULL: text alone */
	size_t text_len, html_len;
	const struct mail_file *files;
	size_t n_files;
	bool eight_bit;			/* the relay takes 8bit lines */
};

int	compose(struct buf *, const struct mail *, struct arena *scratch, struct err *);

#endif
