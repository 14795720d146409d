/*
 * smtp_tls.h - TLS for libesmtp, one SSL_CTX a conversation.
 *
 * libesmtp's own context is freed under the second conversation, TLS 1.3 makes
 * it wait for a reply to a command it has not flushed, and it sends no SNI.
 * So each conversation gets a context of ours: TLS 1.2, the relay's name in
 * SNI, certificate and name (or IP address) verified by OpenSSL itself.
 *
 * Units      none.
 * Ownership  tls_context: freed by the caller, after the session; the store
 *            of trusted certificates is shared by all.
 * Errors     ERR_INPUT for certificates that cannot be read.
 * Threads    a context belongs to one conversation; the store to any.
 * Source     RFC 3207, RFC 6125; libesmtp.md traps 1-3.
 */
#ifndef THUMOI_MAIL_SMTP_TLS_H
#define THUMOI_MAIL_SMTP_TLS_H

#include <openssl/ssl.h>

#include <stdbool.h>

#include "base/err.h"

struct tls_watch {
	const char *host;	/* what the certificate must name */
	char fault[200];	/* why it was not taken; "" */
};

/* ca_file NULL: the system's. */
int	tls_trust_new(X509_STORE **, const char *ca_file, struct err *);
SSL_CTX	*tls_context(X509_STORE *trust, struct tls_watch *, struct err *);

#endif
