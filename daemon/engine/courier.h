/*
 * courier.h - who carries messages: takes a job, composes, speaks SMTP, hands
 * back the outcome.
 *
 * A courier is one connection, and a fiber: all of a relay share one thread,
 * which is busy with one while the others wait for the relay. Where a
 * library must be waited for (libcurl, a folder), each has a thread to itself.
 *
 * A courier cannot reach the store. It keeps its connection while there is
 * work, ends it after a few idle seconds, and rests after a relay that did
 * not let it in, longer each time.
 *
 * Units      milliseconds of real time.
 * Ownership  couriers_start borrows relay and queues until couriers_join.
 * Errors     couriers_start: ERR_SYSTEM.
 * Threads    couriers_*: the dispatcher.
 * Source     Postfix's smtp client behind its queue manager.
 */
#ifndef THUMOI_ENGINE_COURIER_H
#define THUMOI_ENGINE_COURIER_H

#include "engine/workq.h"

struct couriers;

int	couriers_start(struct couriers **, struct relay *, struct workq *todo, struct workq *done, int n, struct err *);
int	couriers_running(const struct couriers *);
void	couriers_stop(struct couriers *);	/* after workq_close: wakes the resting */
void	couriers_join(struct couriers *);	/* ends and frees; NULL is fine */

#endif
