/*
 * world.h - who lives in the synthetic town, and how each mailbox behaves.
 *
 * Read from a folder like tests/data/trial-2021: delivery-truth-SYNTHETIC.csv
 * (one line a person), responses.csv (who answered when), mail-world.json
 * (what an unknown mailbox answers, and which mailboxes are the sender's own
 * probes: whatever comes there lies in this folder).
 *
 * Units      times are Unix seconds, 0 = never.
 * Ownership  texts lie in the world's arena until world_release.
 * Errors     ERR_INPUT with file and line.
 * Threads    constant after world_load, but for the fields marked [t], which
 *            belong to the town and its lock.
 * Source     domain/trial-2021.md section 3.
 */
#ifndef THUMOI_POSTOFFICE_WORLD_H
#define THUMOI_POSTOFFICE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"

enum form_key { FORM_SURVEY, FORM_FEEDBACK, FORMS };
extern const char *const form_names[FORMS];	/* "survey", "feedback" */

struct person {
	const char *id, *unit, *name, *email;	/* email "": never had a usable one */
	const char *cause, *profile;
	const char *rcpt_reply, *data_reply;	/* "550 5.7.1 ...", "" */
	const char *dsn_status;			/* of the DSN that comes later, or of the refusal */
	bool opened;
	int64_t answers_at[FORMS];
	const char *found_in;			/* inbox, spam, forwarded; "" */
	struct person *same_mailbox;		/* the next one with this address */

	int accepted;				/* [t] messages that got a 250 after the dot */
	unsigned done;				/* [t] bit k: form k was answered */
	bool told;				/* [t] said where the message was found */
};

struct probe_mailbox {
	const char *email, *folder;		/* inbox, spam */
	int accepted;				/* [t] */
};

struct world {
	struct person *people;
	size_t n_people;
	struct probe_mailbox *probes;
	size_t n_probes;
	struct person **slots;			/* by address, open addressing */
	size_t n_slots;
	const char *unknown_reply;
	struct arena arena;
};

int	world_load(struct world *, const char *dir, struct err *);
void	world_release(struct world *);
/* The first person with this address (any case), NULL when nobody has it. */
struct person *world_at(const struct world *, const char *email);
struct probe_mailbox *world_probe(const struct world *, const char *email);	/* NULL: it is none */
/* Of the people at one mailbox the one with this name; a mailbox of one person needs no name. NULL: none. */
struct person *person_named(struct person *first, const char *name);
bool	person_answers(const struct person *);
/* A number that is always the same for this text, below `below`. */
uint64_t world_dice(const char *text, const char *purpose, uint64_t below);

/* When each roster was received, from manifest.json: "2021-09-17T09:00:00+07:00 FILE" a line, in order of time. */
int	world_print_rosters(const char *dir, FILE *, struct err *);

/* One record of a plain CSV text ("" doubled in quotes): fields into f, at most max. Moves *p on; 0 at the end. */
size_t	csv_record(struct arena *, const char **p, const char **f, size_t max);

#endif
