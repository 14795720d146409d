/*
 * census.h - how many rosters and people each unit of a campaign should show.
 *
 * The counts here are made by other queries than those of store/facts.h, so
 * that a report can be held against them: what does not add up is a fault,
 * never rounded away.
 *
 * Units      none.
 * Ownership  the caller's arrays.
 * Errors     0 or -1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_CENSUS_H
#define THUMOI_STORE_CENSUS_H

#include "store/unit.h"

struct census {
	int64_t rosters;		/* files received */
	int64_t people;			/* contacts */
};

/* counts[i] belongs to units[i]. */
int	census_units(struct db *, int64_t campaign, const struct unit *units, size_t n, struct census *counts, struct err *);

/* First addresses of everybody mailable, by unit in the order of its directory, until it returns non-zero. */
int	census_addresses(struct db *, int64_t campaign, int (*each)(const char *code, const char *name, const char *email, void *),
	    void *, struct err *);

struct census_faults {
	int64_t people;			/* contacts of the campaign, in whatever unit */
	int64_t rows_without_person;	/* a data record that is nobody's */
	int64_t people_without_row;	/* a person no roster names */
};
int	census_faults(struct db *, int64_t campaign, struct census_faults *, struct err *);

#endif
