/*
 * tap.h - the socket under a library that does not show it.
 *
 * libesmtp connects by itself, without a time limit and without TCP_NODELAY
 * (44 ms a message: Nagle against the peer's delayed ACK), cannot be told to
 * stop, and makes thirteen system calls a message: it writes in pieces of two
 * kilobytes and polls before everything it does. This module defines
 * connect, poll, read, write and close for the whole program. In a thread that
 * has entered a struct tap, a TCP connection gets a limit, TCP_NODELAY and
 * SO_KEEPALIVE and is remembered, so that tap_cut can end the conversation;
 * what the library writes to it is gathered and goes out when it waits for
 * an answer, and waiting and reading are one call: two system calls for a
 * round trip. Everywhere else the five are what they were.
 *
 * All waiting happens in poll, with the library's own time limit; a read
 * that finds nothing says EAGAIN, as on any socket that does not block.
 *
 * Units      seconds; limit_ms milliseconds.
 * Ownership  the socket stays the library's; tap_cut only shuts it down.
 * Errors     as the functions themselves; ETIMEDOUT when connecting takes too long.
 * Threads    a struct tap belongs to the thread that entered it.
 * Source     ld.so(8): a program's own symbol comes before libc's.
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
	bool blocking;		/* the library had it non-blocking */
	int read_error;		/* errno that ended it; 0: the peer hung up */
	size_t in_at, in_len, out_len;
	char in[4096], out[16384];
};

/* Of a struct tap only timeout_s is given, the rest is zero. */
void	tap_enter(struct tap *);
/* What the thread does until it enters again has nothing to do with the connection. */
void	tap_leave(void);
void	tap_cut(struct tap *);

#endif
