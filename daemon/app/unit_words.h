/*
 * unit_words.h - which units do codes and names in a file mean?
 *
 * Those of a campaign, when it is given; else those in force today.
 *
 * Units, Ownership, Errors, Threads, Source: see app.h.
 */
#ifndef THUMOI_APP_UNIT_WORDS_H
#define THUMOI_APP_UNIT_WORDS_H

#include "app/app.h"
#include "engine/units.h"

#define OPT_CAMPAIGN(key) \
	{ "campaign", OPT_TEXT, &(key), "KEY", "units are those of this campaign; by default those in force today", \
	    "đơn vị tính theo đợt này; mặc định là các đơn vị đang có hiệu lực" }

/* units_free is the caller's; campaign NULL: today. */
int	unit_words(struct app *, const char *campaign, struct units **, struct err *);

#endif
