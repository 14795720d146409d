/*
 * live.h - pages that stay open are told how far the running waves are:
 * server-sent events.
 *
 *	GET /c/KEY/events		text/event-stream, until the page is left
 *	GET /c/KEY/events?once=1		one event, then it ends
 *
 *	id: 7
 *	event: waves
 *	data: {"as_of":"...","waves":[{"id":3,"html":"..."}]}
 *
 * Only running waves are in it; a page whose wave is not there any more loads
 * itself again. html is what the template of a wave makes of it, in the
 * language of the request.
 *
 * A stream that waits is a suspended connection: no thread waits with it. The
 * herald, one thread, takes one snapshot of each campaign a second from the
 * board, makes the text once for each language, asks the store once which
 * sessions there still are, and wakes those who have something to hear. A slow
 * reader skips what it has missed, and who has left is found by looking at
 * the sockets. Every LIVE_BEAT_S a comment shows proxies that we are there.
 *
 * A stream ends with its session, when the right is lost, and when the server
 * stops. It does not keep a session alive: looking is not using. Beyond
 * LIVE_MOST streams, or LIVE_MOST_OF_ONE of one session, a page gets 503 and
 * looks by itself.
 *
 * Units      seconds.
 * Ownership  live_free; streams belong to the library, which frees them.
 * Errors     handlers reply by themselves.
 * Threads    one lock over channels and streams, held for copying a text;
 *            under it only MHD_suspend_connection and MHD_resume_connection are
 *            called. live_end, live_free: the main thread.
 * Source     HTML Living Standard 9.2; libmicrohttpd 0.9.75, suspend and resume.
 */
#ifndef THUMOI_WEB_LIVE_H
#define THUMOI_WEB_LIVE_H

#include "web/request.h"

#define LIVE_MOST 64
#define LIVE_MOST_OF_ONE 4	/* a browser has six connections to a host */
#define LIVE_BEAT_S 15
#define LIVE_MAX_BYTES ((size_t)1 << 20)	/* of an event */

struct live;

struct live *live_new(struct site *);
/* No stream begins any more, and those there are end; waits a moment for them. Before the server is stopped. */
void	live_end(struct live *);	/* NULL is fine */
void	live_free(struct live *);	/* after it was stopped; NULL is fine */

void	live_events(struct request *);

/* Appends the event about the running waves; r: of whom asks, or the herald's own. */
struct snapshot;
int	live_write(struct request *, const struct snapshot *, uint64_t seq, struct buf *out, struct err *);

#endif
