/*
 * tiles.h - where each unit stands on the tile map, and in which region:
 * config/tiles-vn.csv.
 *
 * A map of tiles shows every province in the same size, near its neighbours.
 * Units that the file does not name are not on the map.
 *
 * Units      columns and rows of the grid, from 0.
 * Ownership  tiles_free.
 * Errors     ERR_INPUT with file and line.
 * Threads    constant after loading.
 * Source     regions: Resolutions 81/2023/QH15 and 306/NQ-CP (2025).
 */
#ifndef THUMOI_WEB_TILES_H
#define THUMOI_WEB_TILES_H

#include <stdbool.h>

#include "base/err.h"
#include "base/lang.h"

enum region {			/* in the order they are listed; before July 2025 and since */
	REGION_NONE, REGION_MOUNTAINS, REGION_RED_RIVER, REGION_CENTRAL_COAST, REGION_HIGHLANDS, REGION_NORTH_CENTRAL,
	REGION_SOUTH_CENTRAL, REGION_SOUTH_EAST, REGION_MEKONG,
	REGIONS
};

struct tile { int column, row; enum region region; };
struct tiles;

const char *region_key(enum region);
const char *region_name(enum region, enum lang);

int	tiles_load(struct tiles **, struct err *);
void	tiles_free(struct tiles *);		/* NULL is fine */
bool	tiles_find(const struct tiles *, const char *code, struct tile *);

#endif
