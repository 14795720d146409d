/*
 * desk_map.h - units as the desk lists them, whichever directory they are
 * seen under: rows to filter and to sort, and the tiles of the map.
 *
 * A row is one unit of the campaign; under another directory it is a group
 * of them (engine/regroup.h).
 *
 * Units      people.
 * Ownership  the arena of the request.
 * Errors     none.
 * Threads    pure.
 * Source     engine/regroup.h, web/tiles.h.
 */
#ifndef THUMOI_WEB_DESK_MAP_H
#define THUMOI_WEB_DESK_MAP_H

#include "web/desk_parts.h"
#include "web/tiles.h"

struct unit_line {
	const struct unit_account *own;	/* the campaign's; NULL: none, or several */
	const struct regroup *group;	/* NULL: under the campaign's own directory */
	const struct unit *unit;	/* whose name and code it bears */
	const struct tally *t;
	int64_t rosters, failed;
	enum unit_class class;
	int rank;			/* by share that took part, from 1; 0: nobody is nominated */
};

struct unit_choice {			/* what the page was asked for */
	const struct regrouping *tree;	/* NULL: the campaign's own */
	const char *kind, *class, *area;	/* "": all */
	int cause;			/* only units with such people, and their colour on the map; CAUSES: none */
	const char *sort;		/* key of a column; "": the official order */
	bool down;			/* largest first */
};

struct unit_line *unit_lines(const struct request *, const struct snapshot *, const struct unit_choice *, size_t *n);
bool	unit_wanted(const struct request *, const struct unit_line *, const struct unit_choice *);
void	unit_sort(struct unit_line *, size_t n, const struct unit_choice *, enum lang);
const char *unit_line_name(const struct request *, const struct unit_line *);
const char *unit_line_url(const struct request *, const struct snapshot *, const struct unit_line *);
int64_t	unit_failed(const struct tally *);	/* people whose mail does not reach them */

/* width_px, height_px, tiles. */
void	desk_map(json_t *o, const struct request *, const struct snapshot *, const struct unit_line *, size_t n, const struct unit_choice *);

#endif
