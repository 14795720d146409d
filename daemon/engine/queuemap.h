/*
 * queuemap.h - which of our attempts a queue id of a log means.
 *
 * A relay uses its ids again: the same id may stand for several attempts, told
 * apart by time. An id means the youngest attempt that had it before the line
 * was written, at most ten days before: no queue holds a message longer.
 *
 * Units      times are Unix seconds. 24 bytes an id, and a third more that is
 *            free.
 * Ownership  queuemap_release.
 * Errors     none.
 * Threads    one map, one thread.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_QUEUEMAP_H
#define THUMOI_ENGINE_QUEUEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUEUEMAP_LIFE_S (10 * 86400)
#define QUEUEMAP_SLACK_S 300	/* clocks of relay and sender differ */

struct queuemap_entry {
	uint64_t hash;			/* of the id; 0: free */
	int64_t invite;
	uint32_t at;
	uint16_t n;			/* the attempt; 0: unknown */
	bool sure;			/* by our own envelope sender, not by the id alone */
	bool removed;			/* the message has left the queue: later lines mean another one */
};

struct queuemap {
	struct queuemap_entry *slot;
	size_t cap, used;
};

void	queuemap_add(struct queuemap *, const char *id, int64_t invite, int n, int64_t at, bool sure);
/* NULL: none of ours. Borrowed until the next queuemap_add. */
struct queuemap_entry *queuemap_find(const struct queuemap *, const char *id, int64_t at);
void	queuemap_release(struct queuemap *);

#endif
