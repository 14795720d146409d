/*
 * answer.h - an SMTP reply as text, made fit to keep.
 *
 * Units      none.
 * Ownership  results lie in the arena.
 * Errors     none: what is no reply has code 0.
 * Threads    pure.
 * Source     RFC 5321 4.2 (replies), RFC 2034 and 3463 (enhanced codes).
 */
#ifndef THUMOI_MAIL_ANSWER_H
#define THUMOI_MAIL_ANSWER_H

#include "mail/smtp.h"

/* Lines joined by '\n', valid UTF-8, no control characters; at most 8 kB. */
char	*answer_clean(struct arena *, const char *text, size_t len);
/* "5.1.1 no such user" -> "5.1.1" into out, the rest returned; nothing taken when the class is not that of code. */
const char *answer_enhanced(const char *text, int code, char out[12]);
/* Raw reply lines "550-5.1.1 no\r\n550 5.1.1 such user\r\n" into code, enhanced, text of the outcome. */
void	answer_parse(struct arena *, const char *raw, size_t len, struct smtp_outcome *);
/* 2yz accepted, 5yz refused, all else deferred. */
enum smtp_verdict answer_verdict(int code);
/* The relay wants us to log in or to encrypt first: no message is to blame. */
int	answer_is_auth(int code);
/* Raw lines of a reply to EHLO: is the extension among them? */
bool	answer_offers(const char *ehlo_reply, const char *keyword);

#endif
