/*
 * desk_parts.h - what several pages of the desk show in the same way.
 *
 * Units      people.
 * Ownership  what is made belongs to the json_t it is put into.
 * Errors     none.
 * Threads    pure.
 * Source     web/view.h.
 */
#ifndef THUMOI_WEB_DESK_PARTS_H
#define THUMOI_WEB_DESK_PARTS_H

#include "web/view.h"

/* nominated, mailable, invited, accepted, took_part, instruments, causes and the bar, into o. big: numbers in the bar. */
void	desk_tally(json_t *o, const struct request *, const struct snapshot *, const struct tally *, const char *who, bool big);
/* code, name, kind, class, url. */
void	desk_unit(json_t *o, const struct request *, const struct snapshot *, const struct unit_account *);
/* The findings that `about` accepts (NULL: all), by kind: title, items. */
void	desk_findings(json_t *list, const struct request *, const struct snapshot *,
	    bool (*about)(const struct finding *, const void *), const void *arg);
/* A wave, and how far it is. */
void	desk_wave(json_t *o, const struct request *, const struct snapshot *, const struct snapshot_wave *);
/* "/c/KEY" and what follows. */
const char *desk_url(const struct request *, const struct snapshot *, const char *rest);

#endif
