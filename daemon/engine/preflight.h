/*
 * preflight.h - does a mail domain take our mail? One test message to a named
 * mailbox in each domain of the rosters, before the wave.
 *
 * The mailbox is the one a map names for the domain, else that of a focal
 * point or mail administrator in that very domain. Where none is known nothing
 * is sent, and that is said: a person who was nominated is never a test.
 *
 * The answer is yes when a relay took the message and nothing came back, no
 * when it was refused, expired or bounced; until then it waits. Each stands
 * with its day, and the latest counts.
 *
 * Units      people; times are Unix seconds.
 * Ownership  preflight_release; texts lie in its arena.
 * Errors     0 or -1.
 * Threads    the thread of the db handle.
 * Source     the trial of 2021, request b.
 */
#ifndef THUMOI_ENGINE_PREFLIGHT_H
#define THUMOI_ENGINE_PREFLIGHT_H

#include "base/conf.h"
#include "base/token.h"
#include "store/campaign.h"

enum preflight_result { PREFLIGHT_UNTESTED, PREFLIGHT_WAITING, PREFLIGHT_YES, PREFLIGHT_NO, PREFLIGHT_RESULTS };

struct preflight_domain {		/* of one unit: its people there */
	const char *unit_code, *unit_name, *domain;
	int64_t people;
	const char *mailbox;		/* "" when none is known */
	enum preflight_result result;
	int64_t at;			/* of the test, or of what came back */
	const char *said;		/* the reply or report, addresses masked; "" */
};

struct preflight {
	struct preflight_domain *list;	/* by unit in the order of the directory, most people first */
	size_t n;
	struct arena arena;
};

/* map: a file with domain and address a row; NULL: none. */
int	preflight_look(struct preflight *, struct db *, const struct campaign *, const char *map, struct err *);
/* A letter for each domain that has a mailbox, once a wave; *planned: how many. They go out by post_letters. */
int	preflight_plan(struct preflight *, struct db *, const struct campaign *, const struct conf *, const struct secret *,
	    const char *wave, int64_t *planned, struct err *);
void	preflight_release(struct preflight *);
const char *preflight_result_name(enum preflight_result);	/* untested waiting yes no */

#endif
