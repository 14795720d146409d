/*
 * single.h - one mail address from a cell: judged alone, as far as it can be.
 *
 * The inner half of judge.h: takes off what stands around an address, sees
 * look-alikes, commas, spaces and cut domains, and says what was meant where
 * that is one thing and no more.
 *
 * Units      UTF-8.
 * Ownership  texts lie in the arena or are static.
 * Errors     none: everything gets a verdict.
 * Threads    one struct judge, one thread.
 * Source     see judge.h.
 */
#ifndef THUMOI_ENGINE_SINGLE_H
#define THUMOI_ENGINE_SINGLE_H

#include "engine/judge.h"
#include "engine/mailhost.h"

struct judge {
	struct mailhosts *hosts;
	const struct unit *sender;
};

/* One address, alone. */
struct found {
	enum disposition disposition;
	enum reason reason;
	const char *email, *suggestion;
	int rank;			/* 3 on the sender's own domain, 2 any other, 1 at a provider */
	bool changed[R_TWO_ADDRESSES];	/* what had to be mended */
	bool of_several;		/* its cell holds other addresses as well */
};

struct found single_verdict(enum disposition, enum reason, const char *suggestion);
/* Words without an @: nothing, an address that lacks only its @, or something else. */
struct found single_words(struct judge *, struct arena *, char *s, bool ascii);
/* A part of a cell with one @, or several that cannot be told apart; name: of the person. */
struct found single_address(struct judge *, struct arena *, const char *part, const char *name);

bool	single_close_at(char *s);		/* spaces beside an @ go; true when there were some */
bool	single_is_phone(const char *s);
bool	single_is_placeholder(const char *s);
char	*single_trim(char *s);			/* spaces and line breaks at both ends */

#endif
