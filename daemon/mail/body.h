/*
 * body.h - the text of a part, in lines that every relay lets through.
 *
 * Lines end in CRLF whatever they ended in; control characters other than tab
 * become blanks; no line is longer than 998 octets (8bit and 7bit text that
 * has one goes out as quoted-printable, whose lines end at 76).
 *
 * Boundaries: ours begin with "=_", which quoted-printable cannot produce
 * and which turns any 8bit part that has "--=_" at the start of a line into
 * quoted-printable. So no part can hold its own boundary.
 *
 * Units      octets; text is UTF-8 (the caller sees to that).
 * Ownership  appends to the caller's buf.
 * Errors     none (the buf's own limit apart).
 * Threads    pure.
 * Source     RFC 2045 2.7, 2.8, 6.7 and 6.8, RFC 2046 5.1.1, RFC 2049 3,
 *            RFC 5322 2.1.1.
 */
#ifndef THUMOI_MAIL_BODY_H
#define THUMOI_MAIL_BODY_H

#include "base/buf.h"

#define BOUNDARY_PREFIX "=_"

enum body_encoding { BODY_7BIT, BODY_8BIT, BODY_QP };

/* The lightest that carries the text; 8bit only when allowed. */
enum body_encoding body_encoding(const char *s, size_t len, bool eight_bit);
const char *body_encoding_name(enum body_encoding);
/* Ends with CRLF unless the text is empty. */
void	body_text(struct buf *, const char *s, size_t len, enum body_encoding);
void	body_base64(struct buf *, const void *p, size_t len);	/* lines of 76 */

#endif
