/*
 * rates.h - response rates as survey researchers count them.
 *
 * Every cause has a final disposition code of AAPOR (engine/cause.h). They
 * are summed into complete (I), partial (P), refusal (R), non-contact (NC),
 * and unknown (U), from which RR1 to RR6 follow.
 *
 * RR3 and RR4 need e, the share of the unknown that is eligible. Who is
 * nominated by a unit is eligible, so e is 1 and RR3 equals RR1: the
 * cautious end. The other end, RR5 and RR6, counts none of them.
 *
 * Units      people; rates are fractions, NAN when there is nobody.
 * Ownership  none.
 * Errors     none.
 * Threads    pure.
 * Source     AAPOR, Standard Definitions, 10th edition: Internet surveys of
 *            specifically named persons; response rates 1 to 6.
 */
#ifndef THUMOI_ENGINE_RATES_H
#define THUMOI_ENGINE_RATES_H

#include "engine/account.h"

#define RATES 6

struct rates {
	int64_t complete, partial, refused, not_reached, unknown;
	int64_t numerator[RATES], denominator[RATES];	/* of RR1 ... RR6 */
};

void	rates_count(struct rates *, const struct tally *);
const char *rate_assumption(int rate, enum lang);	/* rate from 0: RR1 */

#endif
