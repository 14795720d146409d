/*
 * town.h - what becomes of a message, and what people then do.
 *
 * The SMTP server hands every message to the town; the town answers as the
 * mailbox of that person does, and writes into its agenda what will come of
 * it: a bounce in some hours, a look, an answer at the time the person
 * answered. town_advance lets the time pass from event to event; the town
 * owns the clock of all processes under test.
 *
 * Mailboxes of probes are the sender's own: what comes there is filed as its
 * provider would, into the inbox or .Junk, and nobody reads it.
 *
 * Units      milliseconds of the driven clock where the name says so.
 * Ownership  town_new/town_free; what it is given must live as long.
 * Errors     as said. What goes wrong for a person is counted as a fault and
 *            told on stderr: the world goes on.
 * Threads    town_rcpt, town_message: the SMTP server's. The rest: main.
 * Source     domain/trial-2021.md section 3.
 */
#ifndef THUMOI_POSTOFFICE_TOWN_H
#define THUMOI_POSTOFFICE_TOWN_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "postoffice/smtpd.h"
#include "postoffice/survey.h"
#include "postoffice/world.h"

struct town;

struct town_options {
	const char *clock;	/* the file, made when it is not there */
	int64_t start_ms;
	const char *maildir;	/* bounces; made when it is not there */
	const char *probes;	/* folder for the probe mailboxes, a Maildir each; NULL: nobody has any */
	const char *site;	/* where thumoi's public pages are */
	const char *api_key;
};

/* What happened during one advance. */
struct town_tally {
	int looked, found, answered, batch, bounced, faults;
};

/* survey: whose batch is told by night. */
int	town_new(struct town **, struct world *, struct survey *, const struct town_options *, struct err *);
struct smtpd_calls town_calls(struct town *);
int64_t	town_now_ms(const struct town *);
int	town_advance(struct town *, int64_t to_ms, struct town_tally *, struct err *);
/* key=value lines; returns how many things were wrong (duplicates, malformed messages, faults). */
int	town_stats(struct town *, FILE *);
/* What came to whom, a line each: seconds, person, address, subject, tabs between. */
void	town_letters(struct town *, FILE *);
void	town_free(struct town *);	/* NULL is fine */

#endif
