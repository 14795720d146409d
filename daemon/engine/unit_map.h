/*
 * unit_map.h - which unit of another tree is which of ours?
 *
 * Provinces and ministries were merged in 2025: 63 provinces became 34. To
 * compare two campaigns the units of the older one are laid upon those of the
 * newer: the same unit where both use one tree, else the one that names it
 * among its predecessors, else the one with the same code, or the same name.
 * A unit that was divided among several, or merged of several when it is laid
 * upon an older tree, has no one counterpart and is laid upon none: it is
 * shown beside the others, never guessed.
 *
 * Units      none.
 * Ownership  none.
 * Errors     none.
 * Threads    pure.
 * Source     config/units: column predecessors; resolutions of 2025 on the
 *            rearrangement of provinces and ministries.
 */
#ifndef THUMOI_ENGINE_UNIT_MAP_H
#define THUMOI_ENGINE_UNIT_MAP_H

#include "engine/account.h"

/* The index into `to` of the unit that `from` has become; -1: none, or several. */
ptrdiff_t unit_map(const struct account *to, const struct unit *from);
/* The units of `a` came into force after those of `b`: its tree is the newer one. */
bool	unit_map_newer(const struct account *a, const struct account *b);

#endif
