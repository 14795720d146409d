/*
 * recognise.h - the people a unit nominated before, to be found again in its
 * corrected roster.
 *
 * The corrected file is read twice: first to learn which addresses and names
 * it holds, so that a person whose address stays the same is not taken for
 * somebody else of that name; then to store it.
 *
 * Units      none.
 * Ownership  recognise_release; contacts lie in the arena inside.
 * Errors     recognise_load as the store's.
 * Threads    one struct, one thread.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_RECOGNISE_H
#define THUMOI_ENGINE_RECOGNISE_H

#include "engine/hashset.h"
#include "engine/roster_read.h"
#include "store/contact.h"

struct known {
	struct contact c;
	const char *sub_key;		/* sub-unit, folded */
	bool matched;
	bool doubtful;			/* one of several whom a held row may mean */
	bool left_mailbox;		/* has another address now, or none */
};

struct recognise {
	struct arena arena;
	struct known *known;		/* by name_key */
	struct known **by_id;
	size_t n;
	struct hashset addresses;	/* of the new file, with the name: address NUL key */
	struct hashset names, again;	/* name and sub-unit of rows without such an address; those seen twice */
	bool lost;			/* some name has a '?' */
};

int	recognise_load(struct recognise *, struct db *, int64_t campaign, int64_t unit, struct err *);
void	recognise_release(struct recognise *);
/* First reading: a row of the new file. */
void	recognise_learn(struct recognise *, const struct read_row *);
/* Second reading: the contact whose id this is, NULL when it is not the unit's. */
struct known *recognise_id(struct recognise *, int64_t id);
enum recognised { NEW_PERSON, KNOWN_PERSON, SOMEBODY };
/* By name and sub-unit. SOMEBODY: it cannot be told who. */
enum recognised recognise_name(struct recognise *, const struct read_row *, struct known **);

#endif
