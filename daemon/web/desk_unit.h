/*
 * desk_unit.h - the page of one unit: its files, letters and timeline.
 *
 * Units      people, but for counts of rows and of messages.
 * Ownership  none.
 * Errors     0 or -1.
 * Threads    pool threads.
 * Source     web/view.h.
 */
#ifndef THUMOI_WEB_DESK_UNIT_H
#define THUMOI_WEB_DESK_UNIT_H

#include "web/desk_parts.h"

/* files, letters, timeline: the youngest first. */
int	desk_unit_story(json_t *data, const struct request *, const struct snapshot *, const struct unit_account *, struct err *);

#endif
