/*
 * census.h - the units a campaign asks, and how many people each should show.
 *
 * The counts here are made by other queries than those of store/facts.h, so
 * that a report can be held against them: what does not add up is a fault,
 * never rounded away.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     0 or -1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_CENSUS_H
#define THUMOI_STORE_CENSUS_H

#include "store/campaign.h"

enum unit_kind { UNIT_MINISTRY, UNIT_PROVINCE, UNIT_KINDS };

struct census_unit {
	int64_t id;
	const char *code;
	enum unit_kind kind;
	const char *name_vi, *name_en, *short_vi;
	int64_t position;		/* in the directory file */
	int64_t rosters;		/* files received */
	int64_t people;			/* contacts */
};

/* The units of the campaign's tree that are valid when it opens, by kind and official order. */
int	census_units(struct db *, struct arena *, const struct campaign *, struct census_unit **, size_t *n, struct err *);

struct census_faults {
	int64_t people;			/* contacts of the campaign, in whatever unit */
	int64_t rows_without_person;	/* a data record that is nobody's */
	int64_t people_without_row;	/* a person no roster names */
};
int	census_faults(struct db *, int64_t campaign, struct census_faults *, struct err *);

#endif
