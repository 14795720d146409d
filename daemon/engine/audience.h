/*
 * audience.h - whom a wave is for: a small language, stored with the wave.
 *
 *	missing=survey and not cause=refused_policy and unit=T92,T01
 *	kind=province (answered-partly or cause=in_spam)
 *
 * Conditions are joined by `and`, `or`, `not` and parentheses; a space alone
 * means `and`, which binds closer than `or`. In Vietnamese: và, hoặc, không.
 * Several values, with commas, mean any of them.
 *
 *	unit=T92,T01        of one of these units
 *	kind=province       province or ministry
 *	domain=a.example    the address it would go to is in one of these mail domains
 *	missing=survey      has not answered this form (any of these forms)
 *	done=survey         has answered it
 *	answered-partly     has answered one form and not all
 *	cause=unknown       has that cause now, as `thumoi report causes` has it
 *	owner=unit          it is theirs to mend
 *	state=accepted      the last message is in that state; none: there was no message
 *	invited-before=DATE the first message went out before that day
 *	mended=yes          the unit gave another address, and nothing was sent there yet
 *	probably-filtered   mail to its domain probably lands in spam (engine/eligible.h)
 *	person=81           this person alone, by its number (engine/resend.h)
 *	even-refusing       no condition: also those whose mail domain refuses us
 *
 * Who is never written to, whatever stands there: engine/eligible.h.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena given to audience_parse.
 * Errors     ERR_INPUT, with the word that is wrong and what is allowed.
 * Threads    pure.
 * Source     design.md sections 2 and 3.
 */
#ifndef THUMOI_ENGINE_AUDIENCE_H
#define THUMOI_ENGINE_AUDIENCE_H

#include "engine/cause.h"
#include "store/unit.h"

#define AUDIENCE_MAX_BYTES 4096

struct audience_node;

struct audience {
	const struct audience_node *nodes;
	size_t root;
	unsigned asks;			/* forms it is about: those of missing=, else all */
	bool even_refusing;
	bool asks_mended;		/* somebody must know which addresses were mended */
	bool asks_filtered;		/* somebody must know which domains filter */
};

struct audience_person {
	const char *unit_code;
	enum unit_kind unit_kind;
	const char *domain;
	unsigned answered;		/* bit i: instrument i */
	enum cause cause;
	const char *state;		/* of the last message; none */
	int64_t first_at;		/* when the first message went out; 0: never */
	bool filtered;
	bool mended;			/* it would go to a mended address that nothing was sent to */
	int64_t id;
};

int	audience_parse(struct audience *, struct arena *, const char *text, const struct campaign *, struct err *);
bool	audience_fits(const struct audience *, const struct audience_person *);
/* Calls back with every unit code that is named, until it returns non-zero. */
int	audience_each_unit(const struct audience *, int (*each)(const char *code, void *), void *);

#endif
