/*
 * smtpd.h - an SMTP server on loopback, with no opinion about mail.
 *
 * Speaks RFC 5321 with PIPELINING, SIZE, 8BITMIME, DSN and
 * ENHANCEDSTATUSCODES to many connections at once, and asks its owner what to
 * answer to each recipient and each message. One recipient a transaction. It
 * is strict about what it is sent: a bare CR or LF, a NUL, a line over 998
 * octets or undeclared 8-bit text is answered 554 5.6.0 and told to `fault`.
 *
 * Units      bytes.
 * Ownership  replies that the calls return are borrowed until the next call.
 * Errors     smtpd_start: ERR_SYSTEM when the port cannot be had.
 * Threads    one thread of its own runs everything; the calls are made there.
 * Source     RFC 5321, 2920, 1870, 6152, 3461, 2034.
 */
#ifndef THUMOI_POSTOFFICE_SMTPD_H
#define THUMOI_POSTOFFICE_SMTPD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct smtpd;

struct smtpd_mail {
	const char *sender, *recipient;	/* without <> */
	const char *envid, *orcpt;	/* RFC 3461, still xtext; "" */
	const char *data;		/* dot-stuffing undone, CRLF */
	size_t len;
};

struct smtpd_calls {
	void (*connected)(void *arg);
	const char *(*rcpt)(void *arg, const char *address);		/* "250 2.1.5 Ok" */
	const char *(*message)(void *arg, const struct smtpd_mail *);
	void (*fault)(void *arg, const char *what, const char *recipient);
	void *arg;
};

int	smtpd_start(struct smtpd **, int port, const struct smtpd_calls *, struct err *);	/* port 0: any */
int	smtpd_port(const struct smtpd *);
void	smtpd_stop(struct smtpd *);	/* NULL is fine */

/* A TCP socket that listens on 127.0.0.1; *port is filled when it was 0. -1: error. */
int	listen_loopback(int *port, struct err *);

#endif
