/*
 * smtp.h - one conversation with a relay, many messages.
 *
 * The caller gives jobs and takes outcomes through two functions; how libesmtp
 * is driven (sessions, callbacks, its traps) stays inside. "The relay said no"
 * is an outcome, not an error: smtp_session returns 0 for a conversation that
 * ended in 550.
 *
 * A relay is smtp://host:port (libesmtp; port 25 when none is given),
 * smtps://host:port (implicit TLS, libcurl; 465), or dir:PATH (each message a
 * file NNNNNN.eml with its envelope in X-Envelope-* lines, for staging). IPv6
 * literals and recipients that need SMTPUTF8 go through libcurl too.
 *
 * Units      milliseconds and seconds as the names say.
 * Ownership  a job's texts must live until its outcome was taken; an
 *            outcome's texts live until `done` returns.
 * Errors     -1 only for what no message is to blame for and no relay said
 *            (bad setting, no memory for TLS). A relay that cannot be reached
 *            or does not let us in gives the job at hand SMTP_UNTRIED at
 *            CONNECT, EHLO, STARTTLS or AUTH, with the reason: no message is
 *            to blame for it.
 * Threads    one session, one thread or fiber (smtp_blocks); any number of
 *            sessions on one relay.
 * Source     RFC 5321, 3461 (DSN), 2034 and 3463 (enhanced codes), 3207
 *            (STARTTLS), 4954 (AUTH), 8314 (implicit TLS); libesmtp.md traps.
 */
#ifndef THUMOI_MAIL_SMTP_H
#define THUMOI_MAIL_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"

struct relay;

int	relay_new(struct relay **, const char *url, const struct conf *, struct err *);	/* reads secrets and certificates */
/* Is it one, and what will relay_name call it? Opens nothing; name may be NULL. */
int	relay_check(const char *url, struct arena *, const char **name, struct err *);
void	relay_free(struct relay *);
const char *relay_name(const struct relay *);	/* host:port or dir:PATH */
/* A session waits by itself, not through fiber_wait: it needs a thread of its own. */
bool	smtp_blocks(const struct relay *);
/* Its last conversations offered 8BITMIME (RFC 6152). When one does not after all, the job comes back SMTP_UNTRIED. */
bool	smtp_takes_8bit(const struct relay *);

struct smtp_job {
	void *owner;			/* the caller's */
	const char *sender, *recipient, *envid;
	const char *data;		/* canonical CRLF */
	size_t len;
	bool utf8;			/* the recipient needs SMTPUTF8 (RFC 6531) */
	bool eight_bit;			/* data may hold 8bit lines: only when smtp_takes_8bit */
};

enum smtp_verdict { SMTP_ACCEPTED, SMTP_DEFERRED, SMTP_REFUSED, SMTP_UNCERTAIN, SMTP_UNTRIED };

struct smtp_outcome {
	enum smtp_verdict verdict;	/* SMTP_UNTRIED: give it back, no attempt was made */
	const char *command;		/* what was answered: CONNECT EHLO STARTTLS AUTH MAIL RCPT DATA DOT;
					   "" with SMTP_UNTRIED: the conversation ended before its turn */
	int code;			/* 0: no reply */
	char enhanced[12];		/* "5.1.1", "" */
	const char *text;		/* the whole reply, lines joined by '\n' */
	int64_t duration_ms;
};

struct smtp_calls {
	/* The next job, or false to end the conversation. May block (waiting for work). */
	bool (*next)(void *arg, struct smtp_job *);
	/* The message itself goes out now: from here to `done` a crash leaves it uncertain. May be NULL. */
	void (*begun)(void *arg, const struct smtp_job *);
	/* Called once for every job that next gave. Its texts are not needed afterwards. */
	void (*done)(void *arg, const struct smtp_job *, const struct smtp_outcome *);
	void *arg;
};

/* Runs until next gives nothing, the relay hangs up, or messages_per_connection is reached. */
int	smtp_session(struct relay *, const struct smtp_calls *, struct err *);

const char *smtp_verdict_name(enum smtp_verdict);	/* accepted deferred refused uncertain untried */

#endif
