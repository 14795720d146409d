/*
 * limits.h - the pace file: how fast mail may go, and where to.
 *
 *	gmail.com,googlemail.com  120/minute 5000/hour 10 connections
 *	*.gov.vn                  600/hour 4 connections each
 *	relay *                   20000/day ramp 200
 *
 * One line is one limit. The domains of a line share it, or, with the word
 * `each`, every domain that fits has one of its own. The first line that fits
 * a domain counts; none: not limited. `ramp N`: a new sender begins with N
 * messages a day (ramp.h).
 *
 * Units      messages per minute, hour, day; messages under way at once.
 * Ownership  limits_release; rules are borrowed.
 * Errors     ERR_INPUT with file and line.
 * Threads    constant after loading.
 * Source     Postfix's transport-specific settings, in one line each.
 */
#ifndef THUMOI_ENGINE_LIMITS_H
#define THUMOI_ENGINE_LIMITS_H

#include "base/err.h"
#include "base/mem.h"
#include "engine/pace.h"
#include "engine/ramp.h"

struct limit_rule {
	const char *const *patterns;	/* ends with NULL; lower case */
	const char *name;		/* the patterns as written */
	int64_t limit[PACE_WINDOWS];	/* 0: not limited */
	int64_t connections;		/* 0: not limited */
	int64_t ramp;			/* messages on the first day; 0: as on every other */
	bool relay;			/* a line about relays */
	bool each;
};

struct limits {
	struct limit_rule *rules;
	size_t n;
	struct arena arena;
};

/* "": the shipped config/pace.conf; "none": no limits. */
int	limits_load(struct limits *, const char *path, struct err *);
void	limits_release(struct limits *);
const struct limit_rule *limits_domain(const struct limits *, const char *domain);	/* NULL: not limited */
const struct limit_rule *limits_relay(const struct limits *, const char *relay);

#endif
