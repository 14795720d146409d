/*
 * board_index.h - what is looked up in a snapshot, made once with it; for
 * board.c only.
 *
 * Units      people.
 * Ownership  the snapshot's.
 * Errors     0 or -1.
 * Threads    that of the db handle.
 * Source     engine/board.h.
 */
#ifndef THUMOI_ENGINE_BOARD_INDEX_H
#define THUMOI_ENGINE_BOARD_INDEX_H

#include "engine/board.h"

/* Once everybody is counted and the account has its order. */
int	board_index(struct snapshot *, struct db *, struct err *);

#endif
