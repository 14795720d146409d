/*
 * letter_wave.h - letters of one kind that go out together: which units need
 * one, whom it goes to, what it says; made to be read, or planned to be sent.
 *
 *	letter_wave_open()   the papers of the units, the evidence, the focal points
 *	letter_wave_make()   one letter: page, mail, attachments
 *	letter_wave_plan()   into the store; engine/post.h sends it
 *
 * Within a wave no mailbox is written to twice about the same unit.
 *
 * Units      times are Unix seconds.
 * Ownership  letter_wave_close, letter_made_release. What letter_asked points
 *            to, the campaign, the account and the settings are borrowed.
 * Errors     ERR_INPUT for a day that is none, a template or an address;
 *            ERR_NOTNOW when nobody could be invited again; ERR_BUSY when
 *            somebody else plans at the same moment.
 * Threads    the thread of the db handle. Open it within the snapshot in which
 *            the account was built, where the numbers must agree.
 * Source     engine/letter.h.
 */
#ifndef THUMOI_ENGINE_LETTER_WAVE_H
#define THUMOI_ENGINE_LETTER_WAVE_H

#include "base/token.h"
#include "engine/letter.h"
#include "store/facts.h"

struct letter_asked {
	enum letter_kind kind;
	const char *number, *reply_by;	/* NULL: room is left for it; the closing day */
	const char *wave;		/* NULL: kind and day */
	struct facts_of of;		/* whose papers are wanted */
	bool to_send;			/* tags are signed, and what can help nobody any more is refused */
};

struct letter_wave {
	struct db *db;
	const struct conf *conf;
	struct letter_writer w;
	struct dossiers dossiers;
	struct packs packs;
	struct focal *focal;
	size_t n_focal;
	struct message_maker *maker;
	struct secret secret;
	const char *name;
	struct arena arena;
};

int	letter_wave_open(struct letter_wave *, struct db *, const struct account *, const struct letter_asked *, int64_t now,
	    struct err *);
void	letter_wave_close(struct letter_wave *);
const struct dossier *letter_wave_unit(const struct letter_wave *, int64_t unit);	/* NULL: none */

enum letter_fate { LETTER_MADE, LETTER_NO_FOCAL, LETTER_BEFORE };

struct letter_made {
	struct arena arena;
	const struct dossier *d;
	struct letter_to to;		/* email NULL: nobody is known */
	struct letter_files files;
	struct buf data;		/* the message; empty: nobody is known */
	const char *text;		/* subject and plain part; NULL likewise */
};

/* Whom it goes to, without making it. LETTER_BEFORE: this wave wrote to them. 0 or -1. */
int	letter_wave_address(struct letter_wave *, const struct dossier *, struct letter_made *, enum letter_fate *, struct err *);
/* After letter_wave_address. */
int	letter_wave_make(struct letter_wave *, struct letter_made *, struct err *);
/* In a transaction of its own, with a line in the audit: 1 planned, 0 the wave has it already, -1. */
int	letter_wave_plan(struct letter_wave *, struct letter_made *, const char *actor, struct err *);
void	letter_made_release(struct letter_made *);

#endif
