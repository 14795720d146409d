/*
 * eligible.h - may this wave write to this person now? One person, one
 * answer, one reason.
 *
 * Whatever the audience says. The first line that fits; `cron` are waves of a
 * campaign's plan, as against those that somebody runs by hand:
 *
 *	reason       who                                             holds for
 *	before       has an invite of this wave                      all
 *	outside      is not of the audience                          all
 *	held         the row was held or rejected: unit's fix list   all
 *	opted_out    asked to stop, or complained                    all, for ever
 *	answered     nothing is left to answer                       all but thanks
 *	unanswered   has not answered                                thanks
 *	dead         every address is proven dead: unit's fix list   all
 *	refusing     the mail domain refuses us: it waits for the
 *	             unit's mail administrator                       reminder, unless even-refusing
 *	away         until the return date                           all but invitation
 *	open         an earlier message is still on its way          cron
 *	not_invited  nobody reminds of what never went out           cron, reminder
 *	most         has had max_reminders                           cron, reminder
 *	today        has got a message today                         cron
 *	soon         the last one is not min_gap_days old            cron, reminder
 *
 * Who comes too late for a rule of time comes in when it is over: cron looks
 * again while the wave lasts.
 *
 * A refusal counts until a message to that address was taken, or somebody
 * resumed the stop of the domain (`thumoi wave resume --domain`).
 *
 * The address is the first that is not proven dead. Who has an invite of the
 * wave already, to an address that proved dead, or that failed and was
 * corrected since, is answered with that invite: it goes to the next address.
 * With second-address = probable-spam it is the next one, too, where mail to
 * the first is probably filtered. That is so for a person who found ours in
 * the spam folder, and for mail domains with a finding of that kind whose
 * interval begins at FILTERED_LEAST: a guess about a group, good enough to
 * choose other words or another way, never a cause.
 *
 * Units      times are Unix seconds.
 * Ownership  eligible_close; email is borrowed from the facts.
 * Errors     eligible_open 0/-1; eligible_ask cannot fail.
 * Threads    the thread of the db handle; no cursor stays open.
 * Source     design.md sections 2 and 7; Decree 91/2020 as a model for sparing people.
 */
#ifndef THUMOI_ENGINE_ELIGIBLE_H
#define THUMOI_ENGINE_ELIGIBLE_H

#include "base/conf.h"
#include "engine/cause.h"
#include "store/invite.h"

#define FILTERED_LEAST 0.2

enum skip {
	SKIP_NOT,		/* may be written to */
	SKIP_BEFORE, SKIP_OUTSIDE, SKIP_HELD, SKIP_OPTED_OUT, SKIP_ANSWERED, SKIP_UNANSWERED, SKIP_DEAD, SKIP_REFUSING,
	SKIP_AWAY, SKIP_OPEN, SKIP_NOT_INVITED, SKIP_MOST, SKIP_TODAY, SKIP_SOON,
	SKIPS
};

struct eligible;

struct eligible_answer {
	enum skip skip;
	const char *email;	/* where it goes, or would; "" */
	bool second;		/* not the first address */
	bool variant;		/* made of the other template */
	int64_t readdress;	/* invite of this wave that goes to `email` now; 0: a new one */
	int64_t until;		/* away, soon: not before; 0: not known */
	enum cause cause;
	const char *unit_code;
};

/* now: when it would go out, which may lie ahead. */
int	eligible_open(struct eligible **, struct db *, const struct conf *, const struct campaign *, const struct wave *,
	    int64_t now, struct err *);
void	eligible_ask(struct eligible *, const struct facts *, struct eligible_answer *);
void	eligible_close(struct eligible *);	/* NULL is fine */

const char *eligible_key(enum skip);		/* word of the list above; "in" */
const char *eligible_text(enum skip, enum lang);
bool	eligible_parse(const char *key, enum skip *);

/* When a person whose last message went out then may get the next reminder. */
struct calendar;
int64_t	eligible_gap_end(const struct conf *, const struct calendar *, const struct zone *, int64_t last_at);

#endif
