/*
 * mime.h - a message as a tree of parts, however broken it is.
 *
 * Reading never fails: what cannot be understood is text. Any line ends,
 * mbox "From " lines, missing or unclosed boundaries, header lines that are
 * none, parts without headers. The bodies of message/rfc822 parts are read
 * too and stand below them.
 *
 * Ours rather than GMime's: it takes slices of one buffer instead of streams,
 * and it was made for mails that break the rules.
 *
 * Units      bytes; bodies have LF line ends and are not decoded.
 * Ownership  everything lies in the arena. The message need not outlive the
 *            call.
 * Errors     none. Beyond MIME_DEPTH_MAX and MIME_PARTS_MAX parts stay text.
 * Threads    pure.
 * Source     RFC 5322, 2045-2047, 2231, 6532.
 */
#ifndef THUMOI_MAIL_MIME_H
#define THUMOI_MAIL_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

#define MIME_DEPTH_MAX 16
#define MIME_PARTS_MAX 500
#define MIME_HEADERS_MAX 2000

struct mime_header {
	const char *name;		/* as written */
	const char *value;		/* unfolded, not decoded */
	struct mime_header *next;
	bool after_blank;		/* mime_fields: a blank line stood before it */
};

enum mime_encoding { MIME_PLAIN, MIME_QP, MIME_BASE64 };

struct mime_part {
	struct mime_header *headers;
	const char *type;		/* "text/plain": lower case; without Content-Type too */
	const char *charset;		/* "" */
	const char *report_type;	/* "delivery-status", "" */
	enum mime_encoding encoding;
	const char *body;		/* raw */
	size_t len;
	int depth;
	struct mime_part *child, *next;
};

struct mime_part *mime_read(struct arena *, const char *msg, size_t len);
/* The first header of this name, "" when there is none. */
const char *mime_get(const struct mime_part *, const char *name);
/* The next one after h (NULL: the first), NULL at the end. */
const struct mime_header *mime_next(const struct mime_part *, const struct mime_header *h, const char *name);
/* All "Name: value" lines of a text, across blank lines; other lines are left out. */
struct mime_header *mime_fields(struct arena *, const char *text, size_t len);
/* A parameter of a header value: boundary, charset ...; "" when there is none. */
const char *mime_param(struct arena *, const char *value, const char *name);
/* How many bytes of text are a block of header lines, with the blank line that ends it. */
size_t	mime_headers_len(const char *text, size_t len);

/* The decoded body in UTF-8; HTML as plain text. */
const char *mime_text(struct arena *, const struct mime_part *);
/* Transfer decoding only. */
const char *mime_decode(struct arena *, const struct mime_part *, size_t *len);
/* Any charset to UTF-8; without a name, or with a wrong one, the best guess. */
const char *mime_utf8(struct arena *, const char *charset, const char *s, size_t len);
/* RFC 2047 words in a header value become UTF-8. */
const char *mime_words(struct arena *, const char *value);
/* HTML to plain text: tags go, line breaks stay, entities become characters. */
const char *mime_html(struct arena *, const char *html, size_t len);

#endif
