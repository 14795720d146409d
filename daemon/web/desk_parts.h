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

#include "store/inbound.h"
#include "store/roster.h"
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
/* A file that came in, and how many of its records are what. */
void	desk_roster_file(json_t *o, const struct request *, const struct snapshot *, const struct roster_seen *);
/* What became of records: "accept" ... in words; NULL: no such word. */
const char *desk_disposition(const char *disposition, enum lang);
/* A list to choose from, in o: the dispositions, or the units with a roster. */
void	desk_disposition_choices(json_t *o, const struct request *, const char *chosen);
void	desk_roster_units(json_t *o, const struct request *, const struct snapshot *, const char *chosen);
/* Above a page that a POST leads back to: what came of it. good: it was done. */
void	desk_said(json_t *o, const char *text, bool good);
/* A number of the query; 0: none, or no number. */
int64_t	desk_number(const struct request *, const char *name);
/* A line of what a stranger wrote, fit to be shown. */
void	desk_foreign(json_t *o, const char *key, const struct request *, const char *text);
/* "bounce policy" in words. */
const char *desk_understood(const struct request *, const char *what);
/* A message that came back, as a person reads it, and what the rules say of it. */
void	desk_message(json_t *o, const struct request *, const struct snapshot *, const struct inbound_seen *);
/* What it may say of a person. */
void	desk_kind_choices(json_t *o, const struct request *, const char *chosen);
/* Who acts, for the audit. */
const char *desk_actor(const struct request *);
/* The sentences for the official report, each a text of its own; causes: why people have not answered, too. */
void	desk_words(json_t *o, const char *key, const struct snapshot *, bool causes, enum lang);
/* "/c/KEY" and what follows. */
const char *desk_url(const struct request *, const struct snapshot *, const char *rest);

#endif
