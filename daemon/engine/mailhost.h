/*
 * mailhost.h - what the domain of an address in a roster is worth.
 *
 * Known domains (of a unit, below one, of a provider) are fine whatever they
 * resemble. A domain that is nearly a provider's is taken for misspelt; one
 * that is near an agency's is never touched, because both cantho.gov.vn and
 * vubon.daklak.gov.vn are right. A domain whose end is missing is cut off.
 *
 * Answers are remembered: a roster has few domains and many addresses.
 *
 * Units      domains in lower case.
 * Ownership  what mailhost_look returns is borrowed until the next look.
 * Errors     none.
 * Threads    one struct mailhosts, one thread.
 * Source     the mistyped domains that real rosters hold.
 */
#ifndef THUMOI_ENGINE_MAILHOST_H
#define THUMOI_ENGINE_MAILHOST_H

#include "engine/units.h"

enum mailhost_kind { MAILHOST_FINE, MAILHOST_TYPO, MAILHOST_CUT };

struct mailhost {
	const char *domain;
	enum mailhost_kind kind;
	const char *meant;		/* TYPO: the provider, "" when two are equally near */
	bool exact;			/* itself a unit's or a provider's */
	bool known;			/* that, or below a unit's */
	bool provider;
	const struct unit *owner;	/* NULL: nobody's, or several units' */
};

struct mailhosts;

struct mailhosts *mailhosts_new(const struct units *);	/* units must outlive it */
void	mailhosts_free(struct mailhosts *);
const struct mailhost *mailhost_look(struct mailhosts *, const char *domain);
/* The text ends in a known domain, and something stands before it. */
bool	mailhost_at_end(const struct mailhosts *, const char *text);

#endif
