/*
 * caution.h - what somebody should know before a wave goes out.
 *
 * Nothing here forbids anything: what may not go out is left out by
 * eligible.h, held back by the calendar and the limits, or refused by steer.h.
 *
 * Units      people, mail domains; times in the zone of the campaign.
 * Ownership  texts lie in the arena.
 * Errors     -1 from the store.
 * Threads    the thread of the db handle.
 * Source     preview.h, preflight.h, watch.h.
 */
#ifndef THUMOI_ENGINE_CAUTION_H
#define THUMOI_ENGINE_CAUTION_H

#include "engine/preview.h"

struct caution {
	const char *key;		/* nobody late not_open later held unopened refuses untested */
	const char *text;
	bool bad;			/* it costs answers; else it is only to be known */
};
#define CAUTIONS_MOST 12

/* list: room for CAUTIONS_MOST; *n: how many there are. */
int	cautions(const struct preview *, struct db *, const struct conf *, struct arena *, enum lang, struct caution *list, size_t *n,
	    struct err *);
/* What is told while watch_peek (watch.h) says that nothing is planned or sent. */
const char *caution_held(enum lang);

#endif
