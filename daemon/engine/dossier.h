/*
 * dossier.h - what one unit has to be told: which of its addresses it must
 * mend, which mail domain refuses, who has not answered.
 *
 * Built in one pass over the people of a campaign, or of those asked for; only
 * those whose address the unit itself can mend are looked up one by one.
 *
 * Units      people.
 * Ownership  everything lies in struct dossiers: dossiers_release; the account
 *            is borrowed.
 * Errors     0 or -1.
 * Threads    the thread of the db handle. Within the snapshot in which the
 *            account was built, where the numbers must agree.
 * Source     design.md section 2, the owners of the causes.
 */
#ifndef THUMOI_ENGINE_DOSSIER_H
#define THUMOI_ENGINE_DOSSIER_H

#include "engine/account.h"

struct fix {				/* an address that only the unit can mend */
	int64_t contact;
	const char *reference;		/* engine/fixref.h */
	const char *file;		/* of theirs, where the person stands */
	int64_t line, seq;
	const char *name, *sub_unit, *position;
	const char *email;		/* as they wrote it; "" when nothing stood there */
	enum cause cause;
	const char *wrong;		/* in words */
	const char *said;		/* the remote's own words, addresses masked; "" */
	const char *suggestion;		/* a bare address; "" */
};

struct outstanding {			/* somebody who has not answered everything */
	const char *name, *sub_unit, *email;
	enum cause cause;
};

struct refusing {			/* a mail domain that refuses us as a whole, and this unit's people there */
	const struct domain_account *domain;
	int64_t refused, invited;
};

struct dossier {
	const struct unit_account *unit;
	struct fix *fixes;		/* by file, then line */
	struct outstanding *people;	/* by name, in Vietnamese order */
	struct refusing *domains;	/* most refused first */
	size_t n_fixes, n_people, n_domains, cap_fixes, cap_people, cap_domains;
};

struct dossiers {
	struct dossier *list;		/* one for each unit of the account, in its order */
	size_t n;
	struct arena arena;
};

/* of: whose papers are wanted; the numbers of a unit are right only when all of its people are among them. */
int	dossiers_build(struct dossiers *, struct db *, const struct account *, const struct facts_of *of, enum lang, struct err *);
void	dossiers_release(struct dossiers *);

/* The address of a row as the unit wrote it, from the record that was kept; in the arena. */
const char *roster_cell_address(struct arena *, const char *raw, const char *delimiter, const char *columns);
/* What a mail server said, fit for a letter: on one line, addresses masked, not too long. */
const char *said_masked(struct arena *, const char *words);

#endif
