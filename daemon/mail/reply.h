/*
 * reply.h - SMTP reply codes and enhanced status codes inside free text.
 *
 * Units      code: 211 to 599; status: "5.1.1".
 * Ownership  reply_status_find writes into the caller's REPLY_STATUS_MAX bytes.
 * Errors     0 and false: there is none.
 * Threads    pure.
 * Source     RFC 5321 4.2, RFC 3463 2.
 */
#ifndef THUMOI_MAIL_REPLY_H
#define THUMOI_MAIL_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#define REPLY_STATUS_MAX 12

/* The first reply code of class 4 or 5 that stands as one ("550 5.1.1 ...", "said: 550-"), 0 for none. */
int	reply_code_find(const char *text);
const char *reply_code_at(const char *text);	/* where it stands; NULL for none */
/* The first enhanced status of class 4 or 5 (no IP address, no version number), "" and false for none. */
bool	reply_status_find(const char *text, char out[REPLY_STATUS_MAX]);
/* text begins with an enhanced status of class 2, 4 or 5: its length, else 0. */
size_t	reply_status_at(const char *text);

#endif
