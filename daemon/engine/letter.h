/*
 * letter.h - what is written to a unit: the mail to its focal point, and the
 * letter on paper that goes through the official channel.
 *
 *	numbers   how the unit stands, and what it is asked to do
 *	fix       which addresses it must mend
 *	refusal   which of its mail domains refuse us, with the evidence
 *
 * Every number comes from the account of the campaign, which is held against
 * the store. The wording is in templates: letter, letter-fix and letter-refusal
 * for the mail, templates/print for the paper.
 *
 * Units      times are Unix seconds.
 * Ownership  a writer borrows all it is given; letter_message keeps nothing.
 * Errors     ERR_INPUT for a fault in a template or an address, with its place.
 * Threads    pure.
 * Source     Decree 30/2020/ND-CP, appendix I.
 */
#ifndef THUMOI_ENGINE_LETTER_H
#define THUMOI_ENGINE_LETTER_H

#include "base/conf.h"
#include "engine/dossier.h"
#include "engine/message.h"
#include "engine/pack.h"
#include "store/focal.h"

enum letter_kind { LETTER_NUMBERS, LETTER_FIX, LETTER_REFUSAL, LETTER_KINDS };

struct letter_writer {
	enum letter_kind kind;
	const struct conf *conf;
	const struct campaign *campaign;
	const struct account *account;
	const struct packs *packs;
	const char *number;		/* 4712, or 4712/BNV-CCHC; "": room is left for it */
	int64_t reply_by;		/* that day */
	int64_t now;
};

const char *letter_kind_name(enum letter_kind);
bool	letter_kind_parse(const char *word, enum letter_kind *);
const char *letter_template(enum letter_kind);
/* Is there anything of that kind to write to the unit? */
bool	letter_needed(enum letter_kind, const struct dossier *);
/* Whom it goes to: the mail administrator when it is about refusals, else the focal point. NULL: nobody is known. */
const char *letter_addressee(enum letter_kind, const struct focal *list, size_t n, int64_t unit, const char **name,
    const char **position);
/* "4712/BNV-CCHC"; "" when no number was given. */
const char *letter_number(struct arena *, const struct letter_writer *);

/* The page; prints well on A4. */
int	letter_page(struct buf *, const struct letter_writer *, const struct dossier *, struct err *);

struct letter_files {		/* attached to the mail, and written by --output */
	struct mail_file list[2 + 16];
	size_t n;
};
/* The list of addresses as CSV and XLSX; the evidence as text. Data lies in the arena. */
int	letter_files(struct letter_files *, struct arena *, const struct letter_writer *, const struct dossier *, struct err *);

/* data: the message; *text: the plain part of it, in the arena, when not NULL. */
struct letter_to { int64_t id; const char *name, *position, *email; };
int	letter_message(struct buf *data, const char **text, const struct letter_writer *, const struct message_maker *,
	    const struct dossier *, const struct letter_files *, const struct letter_to *, struct arena *,
	    struct message_envelope *, struct err *);

#endif
