/*
 * queueid.h - what a mail server called a message, in its own reply.
 *
 * Units      none.
 * Ownership  the caller lends QUEUE_ID_MAX bytes.
 * Errors     false: it names none.
 * Threads    pure.
 * Source     replies of Postfix, Exim, sendmail, OpenSMTPD, Exchange to the
 *            final dot; of Postfix's local(8) to what it forwards.
 */
#ifndef THUMOI_MAIL_QUEUEID_H
#define THUMOI_MAIL_QUEUEID_H

#include <stdbool.h>
#include <stddef.h>

#define QUEUE_ID_MAX 64

bool	queue_id_find(const char *text, size_t len, char out[QUEUE_ID_MAX]);
/* Ten to twelve hexadecimal digits, as Postfix makes them by default: it uses them again. */
bool	queue_id_is_short(const char *id);

#endif
