/*
 * tap.h - the socket under a library that does not show it.
 *
 * libesmtp connects by itself, without a time limit and without TCP_NODELAY
 * (44 ms a message: Nagle against the peer's delayed ACK), and cannot be told
 * to stop. This module defines connect(2) for the whole program. In a thread
 * that has entered a struct tap, a TCP socket gets the limit, TCP_NODELAY and
 * SO_KEEPALIVE, and is remembered, so that tap_cut can end the conversation.
 * Everywhere else connect(2) is what it was.
 *
 * Units      seconds.
 * Ownership  the socket stays the library's; tap_cut only shuts it down.
 * Errors     as connect(2); ETIMEDOUT after the limit.
 * Threads    a struct tap belongs to the thread that entered it.
 * Source     ld.so(8): a program's own symbol comes before libc's.
 */
#ifndef THUMOI_MAIL_TAP_H
#define THUMOI_MAIL_TAP_H

#include <stdint.h>

struct tap {
	int64_t timeout_s;
	int fd;			/* the last one connected; -1 */
	int error;		/* errno of the last that failed; 0 */
};

void	tap_enter(struct tap *);
void	tap_leave(void);
void	tap_cut(struct tap *);
/*
 * While on, what is written is gathered into full segments: libesmtp writes a
 * message in pieces of two kilobytes, and each would be a packet of its own.
 */
void	tap_cork(const struct tap *, int on);

#endif
