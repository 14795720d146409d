/*
 * smtp_peer.h - an SMTP server inside the test, that misbehaves on demand.
 *
 * It accepts everything but what its faults say. A fault applies at a step to
 * the transactions whose envelope contains `match` (NULL: all), `times` times
 * (0: always): the reply is sent in place of the usual one (NULL:
 * silence, "": nothing at all and go on to `then`), and then the peer goes on,
 * hangs up, resets the connection, stalls until it is stopped, or talks
 * without end: lines of one reply (babbles), or an octet now and then (drips).
 *
 *	static const struct peer_fault faults[] = {
 *		{ PEER_RCPT, "m3", 0, "550 5.1.1 no such user", PEER_GO_ON },
 *	};
 *	struct peer *p = peer_start(&(struct peer_options){ .faults = faults, .n_faults = 1 });
 *	... peer_port(p) ...
 *	peer_stop(p);
 *
 * Units      none.
 * Ownership  peer_stop ends and frees; what peer_mail gives lives until then.
 * Errors     a peer that cannot start ends the test program.
 * Threads    its own: one a connection. peer_mails, peer_connections and
 *            peer_turn_away: any.
 * Source     RFC 5321, 3207, 4954, 3030.
 */
#ifndef THUMOI_TESTS_SMTP_PEER_H
#define THUMOI_TESTS_SMTP_PEER_H

#include <stdbool.h>
#include <stddef.h>

enum peer_step {
	PEER_GREETING, PEER_EHLO, PEER_STARTTLS, PEER_HANDSHAKE, PEER_AUTH, PEER_MAIL, PEER_RCPT, PEER_DATA, PEER_BODY,
	PEER_DOT, PEER_AFTER,	/* after the usual reply to the dot */
};
enum peer_then { PEER_GO_ON, PEER_HANG_UP, PEER_RESET, PEER_STALL, PEER_BABBLE, PEER_DRIP };

struct peer_fault {
	enum peer_step step;
	const char *match;
	int times;
	const char *reply;	/* without the last CRLF */
	enum peer_then then;
};

struct peer_options {
	const struct peer_fault *faults;
	size_t n_faults;
	const char *extensions;		/* keywords, '\n' between; NULL: PIPELINING DSN SIZE ENHANCEDSTATUSCODES */
	const char *cert, *key;		/* PEM files: STARTTLS is offered */
	const char *password;		/* AUTH PLAIN is offered; MAIL without it is refused */
	bool xoauth2;			/* AUTH XOAUTH2 instead: the password is an access token */
	bool implicit_tls, any_tls_version;
	bool lenient;			/* takes recipients after it refused the sender */
	int delay_ms;			/* before each reply to the dot */
};

struct peer_mail {
	const char *mail;	/* the MAIL line as it came */
	const char *rcpt;
	const char *data;	/* dots unstuffed */
	size_t len;
};

struct peer;

struct peer *peer_start(const struct peer_options *);
void	peer_stop(struct peer *);
int	peer_port(const struct peer *);
const char *peer_url(const struct peer *);	/* smtp://127.0.0.1:PORT or smtps:// */
size_t	peer_mails(struct peer *);		/* messages that got 2yz after the dot, or were told to get lost after */
struct peer_mail peer_mail(struct peer *, size_t i);
size_t	peer_connections(struct peer *);
const char *peer_ehlo(struct peer *);		/* what the last EHLO said */
const char *peer_sni(struct peer *);		/* "" when none came */
size_t	peer_transactions(struct peer *);	/* MAIL commands */
/* From now on: whoever is there is cut off at the next command, whoever comes hears 421. false: as before. */
void	peer_turn_away(struct peer *, bool);

/* A self-signed certificate and its key as PEM files; days may be negative. san: "DNS:localhost" or "IP:127.0.0.1". */
void	peer_make_certificate(const char *cert, const char *key, const char *san, int days);

#endif
