/*
 * tiles.h - where each unit stands on the tile map: config/tiles-vn.csv.
 *
 * A map of tiles shows every province in the same size, near its neighbours.
 * Units that the file does not name are not on the map.
 *
 * Units      columns and rows of the grid, from 0.
 * Ownership  tiles_free.
 * Errors     ERR_INPUT with file and line.
 * Threads    constant after loading.
 * Source     none.
 */
#ifndef THUMOI_WEB_TILES_H
#define THUMOI_WEB_TILES_H

#include <stdbool.h>

#include "base/err.h"

struct tile { int column, row; };
struct tiles;

int	tiles_load(struct tiles **, struct err *);
void	tiles_free(struct tiles *);		/* NULL is fine */
bool	tiles_find(const struct tiles *, const char *code, struct tile *);

#endif
