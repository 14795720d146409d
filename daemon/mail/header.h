/*
 * header.h - header fields that no value can break.
 *
 * Each function writes one whole field with its CRLF, folded at blanks so
 * that lines stay within 76 octets unless one word is longer. Whatever
 * the value holds: control characters become a blank, what is not UTF-8
 * becomes U+FFFD, text that only looks like an encoded word is encoded.
 *
 * Units      values are UTF-8; `name` is our own, ASCII.
 * Ownership  appends to the caller's buf; mail_line's result is s itself or
 *            lies in the arena.
 * Errors     none (the buf's own limit apart).
 * Threads    pure.
 * Source     RFC 5322 2.2.3, 3.2 and 3.4; RFC 2047 2, 4 and 5; RFC 2231 3
 *            and 4; RFC 6532 for mailboxes that are not ASCII.
 */
#ifndef THUMOI_MAIL_HEADER_H
#define THUMOI_MAIL_HEADER_H

#include "base/buf.h"
#include "base/mem.h"

/*
 * s as one line of clean text: white space collapsed and none at the ends,
 * control characters as blanks, no marks that turn the direction of writing.
 */
const char *mail_line(struct arena *, const char *s);

/* Free text (Subject). Only the words between the first and the last that need it are encoded. */
void	header_text(struct buf *, struct arena *, const char *name, const char *value);
/* Display <address>; display may be "". The address must have passed addr_parse. */
void	header_mailbox(struct buf *, struct arena *, const char *name, const char *display, const char *address);
/* Words that must arrive as they are (ids, URLs): folded between words, never encoded; octets beyond ASCII become '?'. */
void	header_words(struct buf *, const char *name, const char *value);
/* "; key=value" behind a field that is not ended yet: plain, quoted, or as RFC 2231 wants, each on a line of its own. */
void	header_parameter(struct buf *, struct arena *, const char *key, const char *value);
/* A URL with all that cannot stand in <...> as %XX. */
void	header_url(struct buf *, const char *url);

#endif
