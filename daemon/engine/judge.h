/*
 * judge.h - one person's address in a roster: use it, ask, or send it back?
 *
 * Never guess, never drop silently. An address is accepted when the change it
 * needs cannot alter which mailbox is meant; held, with a suggestion where
 * there is only one, when a person must confirm; rejected when the unit must
 * give it anew. Look-alike letters and diacritics are looked for before
 * anything is matched: the ASCII tail of an address is a stranger's.
 *
 * duplicate and its reasons (a row left as it was in a list of corrections is
 * one), shared_address and ambiguous_person are the
 * importer's to give: they need the other rows.
 *
 * Units      UTF-8 in; addresses come out in lower case.
 * Ownership  texts of a judgement lie in the arena or are static.
 * Errors     none: every cell gets a judgement.
 * Threads    one struct judge, one thread.
 * Source     RFC 5321 4.1.2; the import rules of the trial of 2021.
 */
#ifndef THUMOI_ENGINE_JUDGE_H
#define THUMOI_ENGINE_JUDGE_H

#include "base/csv.h"
#include "engine/units.h"

enum disposition { ACCEPT, HOLD, REJECT, DUPLICATE, DISPOSITIONS };

enum reason {
	/* accept; when several fit, the first tells */
	R_CLEAN, R_OUTER_SPACE, R_FULL_WIDTH, R_ZERO_WIDTH, R_WRAPPED, R_TRAILING_PUNCTUATION, R_SPACE_AT_AT_SIGN,
	R_UPPER_CASE, R_TWO_ADDRESSES,
	R_CONFIRMED,	/* it was held; a person confirmed the suggestion (engine/confirm.h) */
	/* hold */
	R_TYPO_DOMAIN, R_COMMA_FOR_DOT, R_SPACE_IN_LOCAL, R_DIACRITICS_IN_ADDRESS, R_HOMOGLYPH, R_DOUBLE_AT,
	R_SWAPPED_COLUMNS, R_AMBIGUOUS_PERSON,
	/* reject */
	R_MISSING_EMAIL, R_MISSING_AT, R_TRUNCATED_DOMAIN, R_NOT_AN_ADDRESS,
	R_ERASED,	/* the importer's to give: engine/forget.h */
	/* duplicate */
	R_SAME_FILE, R_OTHER_FILE,
	R_UNCHANGED,	/* a row of a list of corrections that gives no other address */
	REASONS
};

struct judgement {
	enum disposition disposition;
	enum reason reason;
	const char *email;		/* accept; else "" */
	const char *alternate;		/* accept; "" when there is none */
	const char *suggestion;		/* hold; "" when the repair is not clear */
};

struct judge_in {
	const char *name;		/* of the person, as in the row */
	const char *email;		/* the official column */
	const char *second;		/* the other address column; NULL: there is none */
	const struct csv_cell *cell;	/* the whole row: an address may stand in a wrong column */
	size_t n_cells;
};

struct judge;

struct judge *judge_new(const struct units *, const struct unit *sender);
void	judge_free(struct judge *);
void	judge_row(struct judge *, struct arena *, const struct judge_in *, struct judgement *);

const char *disposition_name(enum disposition);
const char *reason_name(enum reason);
/* What is wrong, or was mended, for the person who looks at the row. */
const char *reason_text(enum reason, enum lang);
enum reason reason_parse(const char *word);	/* REASONS: none of ours */

#endif
