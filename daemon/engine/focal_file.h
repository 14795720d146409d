/*
 * focal_file.h - a list of focal points from a file into the store.
 *
 * A table with one focal point a row: unit (code or any name; an empty cell
 * means the unit above), name, position, address, telephone, address of the
 * unit's mail administrator. Headings in English or Vietnamese, in any order.
 *
 * What the file says of a unit replaces what was known of it; units that it
 * does not name keep theirs, and so do units with a fault. Read twice, it
 * changes nothing.
 *
 * Units      lines count from 1.
 * Ownership  faults lie in the arena of the tally: focal_tally_release.
 * Errors     ERR_INPUT for a file that is no such list; faults of single rows
 *            are told by line and are no error.
 * Threads    the thread of the db handle; begins and commits by itself.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_FOCAL_FILE_H
#define THUMOI_ENGINE_FOCAL_FILE_H

#include "engine/units.h"

struct focal_fault {
	int64_t line;
	const char *text;
};

struct focal_tally {
	int64_t units, added, changed, unchanged, removed;
	struct focal_fault *faults;
	size_t n_faults, cap_faults;
	struct arena arena;
};

int	focal_file_import(struct db *, const struct units *, const char *path, int64_t now, struct focal_tally *, struct err *);
void	focal_tally_release(struct focal_tally *);

#endif
