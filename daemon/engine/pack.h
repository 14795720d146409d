/*
 * pack.h - the evidence for the mail administrator of a domain that refuses
 * us: how many, since when, in what words, and by what our mail is known.
 *
 * The replies are the domain's own, verbatim but for addresses, and counted by
 * people; a few lines of the log stand beside them, as the administrator finds
 * them in his own.
 *
 * Units      people; times are Unix seconds.
 * Ownership  packs_release; the account is borrowed.
 * Errors     0 or -1.
 * Threads    the thread of the db handle, within the account's snapshot.
 * Source     RFC 5321 and 3463 for what stands in a reply; RFC 6376 3.1 (selector).
 */
#ifndef THUMOI_ENGINE_PACK_H
#define THUMOI_ENGINE_PACK_H

#include "base/buf.h"
#include "engine/account.h"

#define PACK_SAMPLES 3		/* people whose log lines are shown */

struct pack_answer {
	const char *text;	/* "550 5.7.1 ..." */
	int64_t people;
};

struct pack {
	const struct domain_account *domain;
	struct pack_answer *answers;	/* most frequent first */
	size_t n_answers, cap_answers;
	const char *log[2 * PACK_SAMPLES];	/* lines; ended by the number below */
	size_t n_log, samples;
};

struct packs {
	struct pack *list;	/* one for each domain that refuses us as a whole */
	size_t n;
	struct arena arena;
};

/* of: everybody, or at least all who were refused. domain NULL: all; else that one, even if it refuses only some. */
int	packs_build(struct packs *, struct db *, const struct account *, const struct facts_of *of, const char *domain, struct err *);
void	packs_release(struct packs *);
const struct pack *packs_of(const struct packs *, const char *domain);	/* NULL: none */

/* What an allow-list needs of us, as far as the settings tell. */
struct sender_fact { const char *name, *value; };
int	sender_facts(struct arena *, const struct conf *, const struct campaign *, enum lang, struct sender_fact **, size_t *n,
	    struct err *);

int	pack_text(struct buf *, const struct pack *, const struct account *, enum lang, struct err *);

#endif
