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

#include "engine/calendar.h"
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
/* When it may send, and what happens next by itself; all: as set. */
int	desk_due(json_t *o, struct request *, const struct snapshot *, const struct calendar *all, const struct wave *, struct err *);
/* Is all sending held? o.held says so, or is null. */
int	desk_held(json_t *o, struct request *, struct err *);
/* The last entries of the wave log, of one wave or (NULL) of all. */
int	desk_log(json_t *o, struct request *, const struct snapshot *, const char *wave, struct err *);
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
/* Into data: what has changed since ?since=, and answers by day. */
void	desk_changes(json_t *data, const struct request *, const struct snapshot *);
/* A mail domain: who refuses, in what words. */
void	desk_mail_domain(json_t *o, const struct request *, const struct snapshot *, const struct domain_account *);
/* What probes of that provider (NULL: of all) saw, wave by wave. */
void	desk_placements(json_t *list, const struct request *, const struct snapshot *, const char *provider);
/* One of the people of the snapshot, in a list; 1, 0 gone, -1. */
int	desk_person_line(json_t *list, struct request *, const struct snapshot *, const struct standing *, struct err *);
/* A page of a list, from 0, as ?page= has it. */
size_t	desk_page(const struct request *);
/* "/c/KEY" and what follows. */
const char *desk_url(const struct request *, const struct snapshot *, const char *rest);

#endif
