/*
 * finding.h - what can be said of a group, and of nobody in particular.
 *
 * A unit without a roster, a unit at zero, a mail domain that refuses us, one
 * that takes everything and stays silent, one whose people found the message
 * in spam: they stand beside the causes and are never added to them. However
 * many messages an institution refuses, in however many waves: that is one
 * finding, with its words and who can mend it.
 *
 * A share among those who told us comes with its Wilson interval (95 %). Who
 * told us had found the message, so the share among the silent may be higher.
 * So does what the probe mailboxes at a provider saw of the last wave: there
 * nobody chose to tell, but they are few, and nobody's own mailbox.
 *
 * Units      shares are fractions, 0 to 1.
 * Ownership  the list lies in the arena; it points into the account.
 * Errors     none.
 * Threads    pure.
 * Source     Wilson 1927; design.md section 2, "group findings".
 */
#ifndef THUMOI_ENGINE_FINDING_H
#define THUMOI_ENGINE_FINDING_H

#include "base/buf.h"
#include "engine/account.h"

enum finding_kind {		/* in the order they are told */
	FINDING_SENDER,		/* refusals that blame our own authentication */
	FINDING_NO_ROSTER, FINDING_ZERO, FINDING_VERY_FEW,
	FINDING_EXCHANGER_REFUSES, FINDING_DOMAIN_REFUSES, FINDING_DOMAIN_SILENT, FINDING_DOMAIN_SPAM,
	FINDING_FILTERED,	/* by what our probe mailboxes saw */
	FINDINGS
};

struct finding {
	enum finding_kind kind;
	char grade;			/* A proven, C indicative for the group; 0: counted, not observed */
	const struct unit_account *unit;	/* of a unit; NULL */
	const struct domain_account *domain;	/* of a mail domain; NULL */
	const struct exchanger_account *exchanger;	/* of several behind one mail exchanger; NULL */
	const struct zone *zone;	/* of the campaign, for the times of a domain */
	const struct placement *placement;	/* FINDING_FILTERED: n and of are probes, domain may be NULL */
	int64_t n, of;
	double low, high;		/* FINDING_DOMAIN_SPAM, FINDING_FILTERED */
	enum cause lead;		/* of a unit: what most of its people have, but for the answers */
	int64_t lead_n;
	bool alert;			/* of a unit: high time to do something about it (engine/alert.h) ... */
	int64_t days_left;		/* ... so many days before the closing */
};

#define TOLD_LEAST 3			/* fewer words than this make no share */

size_t	findings(const struct account *, struct arena *, struct finding **);
const char *finding_key(enum finding_kind);
const char *finding_title(enum finding_kind, enum lang);	/* what the findings of a kind have in common, and their grade */
void	finding_text(struct buf *, const struct finding *, enum lang);
/* The 95 % interval of k of n; 0 to 1 when n is 0. */
void	wilson(int64_t k, int64_t n, double *low, double *high);

#endif
