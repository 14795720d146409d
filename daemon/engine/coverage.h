/*
 * coverage.h - departments and districts that should nominate somebody, and
 * have not.
 *
 * The expected ones come from a file (unit, sub_unit, level); what it says of
 * a unit replaces what was known of it. People are matched by the name of
 * their sub-unit, folded, without punctuation; a name of the unit at its end
 * ("Sở Tư pháp Thái Nguyên") does no harm, and a '?' stands for any lost
 * letter. What matches none is counted, and never forced to fit. Who is not in
 * the latest roster of the unit any more counts for none.
 *
 * Units      people; lines count from 1.
 * Ownership  coverage_release.
 * Errors     ERR_INPUT for a file that is no such list, with the line.
 * Threads    the thread of the db handle; coverage_import begins and commits.
 * Source     the trial of 2021, facts 8 and 9.
 */
#ifndef THUMOI_ENGINE_COVERAGE_H
#define THUMOI_ENGINE_COVERAGE_H

#include "engine/units.h"
#include "store/campaign.h"

struct covered {
	const struct unit *unit;
	const char *name, *level;
	const char *key;
	int64_t people;
};

struct coverage_unit {
	const struct unit *unit;
	int64_t expected, covered, people, outside;	/* outside: people whose sub-unit is none of the expected */
};

struct coverage {
	struct covered *list;		/* by unit in the order of the directory, then as in the file */
	size_t n;
	struct coverage_unit *units;	/* those of whom something is expected */
	size_t n_units;
	struct arena arena;
};

int	coverage_import(struct db *, const struct units *, const char *path, int64_t *n_units, int64_t *sub_units,
	    struct err *);
int	coverage_look(struct coverage *, struct db *, const struct campaign *, const struct units *, struct err *);
void	coverage_release(struct coverage *);

#endif
