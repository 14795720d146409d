/*
 * relay.h - where messages go, read once; inside mail/smtp*.c only.
 *
 * Units      as struct conf.
 * Ownership  everything lies in the relay's arena.
 * Errors     ERR_INPUT for an address of a relay that cannot be.
 * Threads    constant after relay_new, but for the counter of files and eight_bit.
 * Source     RFC 3986 for the form of the URL.
 */
#ifndef THUMOI_MAIL_RELAY_H
#define THUMOI_MAIL_RELAY_H

#include <stdatomic.h>

#include "base/mem.h"
#include "mail/smtp.h"

enum relay_kind { RELAY_DIR, RELAY_ESMTP, RELAY_CURL };
enum relay_8bit { EIGHT_BIT_UNKNOWN, EIGHT_BIT_YES, EIGHT_BIT_NO };
enum relay_tls { TLS_NONE, TLS_OPPORTUNISTIC, TLS_REQUIRE, TLS_IMPLICIT };

struct relay {
	enum relay_kind kind;
	enum relay_tls tls;
	const char *name;		/* for people and records */
	const char *host, *port;	/* host without brackets */
	bool ipv6;
	const char *dir;
	_Atomic int64_t file;		/* dir: the last number given */
	const char *user, *password;	/* NULL: no AUTH */
	const char *token_file;		/* XOAUTH2 in place of the password: as the setting; NULL */
	const char *ca_file;		/* NULL: the system's */
	struct x509_store_st *trust;	/* the certificates of it; NULL unless libesmtp may need them */
	const char *helo;		/* NULL: the host's name */
	_Atomic int eight_bit;		/* enum relay_8bit */
	int64_t messages_per_connection;
	int64_t connect_timeout_s, reply_timeout_s, data_timeout_s;
	struct arena arena;
};

/* Fills kind, tls (of the URL), name, host, port, ipv6, dir. */
int	relay_parse(struct relay *, const char *url, struct err *);

int	dir_open(struct relay *, struct err *);
int	dir_session(struct relay *, const struct smtp_calls *, struct err *);
int	esmtp_session(struct relay *, const struct smtp_calls *, struct err *);
int	curl_session(struct relay *, const struct smtp_calls *, struct err *);
/* One message over a connection of its own, done() included. */
void	curl_one(struct relay *, const struct smtp_calls *, const struct smtp_job *);

/* What one conversation found; once without 8BITMIME, no more 8bit: behind one name may stand several machines. */
void	relay_found_8bit(struct relay *, bool offered);
/* The first octet of text that may not stand in an envelope: control, space, angle bracket; NULL: none. */
const char *envelope_fault(const char *text, bool utf8);
/* done() with what we say ourselves. */
void	smtp_tell(const struct smtp_calls *, const struct smtp_job *, enum smtp_verdict, const char *command,
	    const char *text);

#endif
