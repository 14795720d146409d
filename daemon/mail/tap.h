/*
 * tap.h - the socket under a library that does not show it.
 *
 * libesmtp connects by itself, without a time limit and without TCP_NODELAY
 * (44 ms a message: Nagle against the peer's delayed ACK), cannot be told to
 * stop, and makes thirteen system calls a message: it writes in pieces of two
 * kilobytes and polls before everything it does. This module defines
 * connect, poll, read, write, close and getaddrinfo for the whole program. In a
 * fiber (base/fiber.h) or thread that has entered a struct tap, a TCP connection
 * gets a limit, TCP_NODELAY and SO_KEEPALIVE and is remembered, so that tap_cut
 * can end the conversation; what the library writes to it is gathered and goes
 * out when it waits for an answer; and whoever waits, for a name as well, lets
 * the other fibers of its thread go on. Everywhere else the six are what they
 * were.
 *
 * All waiting happens in connect, poll and getaddrinfo, with the library's own
 * time limit; a read that finds nothing, or a write that finds no room, says
 * EAGAIN, as on any socket that does not block.
 *
 * Units      seconds; limit_ms milliseconds.
 * Ownership  the socket stays the library's; tap_cut only shuts it down.
 * Errors     as the functions themselves; ETIMEDOUT when connecting takes too long.
 * Threads    a struct tap belongs to the fiber, or thread, that entered it.
 * Source     ld.so(8): a program's own symbol comes before libc's; dlsym(3).
 */
#ifndef THUMOI_MAIL_TAP_H
#define THUMOI_MAIL_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tap {
	int64_t timeout_s;
	int fd;			/* the one connected; -1: none, or closed */
	bool connected;		/* there was one */
	int error;		/* errno of the last connect that failed; 0 */
	int limit_ms;		/* how long the library last wanted to wait */
	bool ended;		/* nothing more will come */
	bool stalled;		/* the peer takes nothing more */
	int read_error;		/* errno that ended it; 0: the peer hung up */
	size_t in_at, in_len, out_len;
	char in[4096], out[16384];
	const char *body;		/* tap_body; NULL: it is out */
	size_t body_at, body_len;
	/* tap_promise */
	const char *promise;		/* given out when the library next waits; NULL: none, or given already */
	bool owed;			/* the real answer has not come */
	int column;			/* in its current line */
	bool goes_on;			/* this line is not its last one */
	size_t kept_len, owed_len;	/* owed_len: also of what was not kept */
	char kept[1024];		/* the beginning of the real answer, CRLF and all */
};

/* Who looks a name up when it is no address: libc. A test puts a slow or failing one here, before any conversation. */
struct addrinfo;
extern int (*tap_look_up)(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **);

/* Of a struct tap only timeout_s is given, the rest is zero. */
void	tap_enter(struct tap *);
/* What is done until it is entered again has nothing to do with the connection. */
void	tap_leave(void);
void	tap_cut(struct tap *);
/*
 * The library waits for an answer before it goes on, where the protocol does
 * not ask for it (RFC 2920: MAIL, RCPT and DATA may go out together). It gets
 * `answer` (static, a whole line) at once; the real one is kept from it, and
 * stands in `kept` when `owed` is false.
 */
void	tap_promise(struct tap *, const char *answer);
/*
 * The library is about to write a message, which it takes apart octet by
 * octet. This one goes out in its place, and the final dot behind it: lines
 * that end in CRLF, none beginning with a dot. Borrowed until it has been
 * answered.
 */
void	tap_body(struct tap *, const char *body, size_t len);

#endif
