/*
 * forget.h - a person is taken out of the store; the counts stay.
 *
 * What becomes of a person, in one transaction:
 *
 *	name, sub-unit, position	erased-ID and nothing
 *	token				a new one, told to nobody: the links open no page any more
 *	addresses, wherever they stand	erased-ID@DOMAIN, where FORGET_DOMAIN_LEAST addresses are on the mail domain,
 *					so that what is counted by domain stays; else erased-ID@erased.invalid
 *	roster rows			file, line, disposition and reason stay; the record is blanked
 *	words of servers		stay without address, local part and name
 *	words of people			nothing stays
 *	raw mails			nothing but hash, kind and time
 *	letters that tell of them	the headers
 *	messages not yet sent		cancelled; nothing is ever planned again
 *	focal point			off the list
 *	lists sent to the desk and not imported yet	gone: who sent one is asked to send it again
 *
 * Unit, state, answers, evidence and its categories stay: reports count as
 * before. An address that a colleague of the campaign has too stays what it is
 * until the last of them is erased: what stops or cures it is theirs as well.
 *
 * Keyed hashes of addresses and of name with unit stay, so that a roster that
 * is read again does not bring the person back, and mail that comes late is
 * not kept.
 *
 * The handle overwrites what it deletes; forget_end empties the write-ahead
 * log, so that the octets are gone from the files.
 *
 * Units      times are Unix seconds.
 * Ownership  forget_end frees.
 * Errors     0 or -1: nothing of that person was changed then.
 * Threads    the thread of the db handle; outside a transaction.
 * Source     Decree 13/2023/ND-CP, articles 9 and 16; GDPR articles 15 to 17.
 */
#ifndef THUMOI_ENGINE_FORGET_H
#define THUMOI_ENGINE_FORGET_H

#include "base/conf.h"
#include "base/token.h"
#include "engine/roster_read.h"
#include "store/contact.h"

#define FORGET_DOMAIN_LEAST 5

struct forget_tally {
	int64_t people, rows, addresses, shared, cancelled, mails, letters, focal;
};

struct forget;

int	forget_begin(struct forget **, struct db *, const struct conf *, int64_t now, struct err *);
/* 1 the log is empty, 0 somebody else holds it: it will be overwritten by and by; -1. NULL is fine. */
int	forget_end(struct forget *, struct err *);
/*
 * One person; erased already: nothing happens. asked: they want it; kept messages are searched too, they are erased in
 * their other campaigns, are no focal point any more and are not taken in again. Else their time is over: they may be
 * nominated in another campaign. dry: all is rolled back. action: for the audit, of each person; NULL: none.
 */
int	forget_person(struct forget *, int64_t contact, bool asked, bool dry, const char *action, struct forget_tally *,
	    struct err *);
/* The message of a letter. */
int	forget_letter(struct forget *, int64_t letter, struct err *);

/* Is that somebody who was erased? *contact: who, 0 when it was in another campaign. 1, 0, -1. */
int	forget_knows_row(struct db *, const struct secret *, int64_t campaign, const char *unit, const struct read_row *,
	    int64_t *contact, struct err *);
void	forget_row(struct read_row *);	/* rejected as erased; nothing of what it says stays */
/* The key is needed where somebody was erased; *out NULL: nobody was. Without settings there is none. */
int	forget_key(struct db *, const struct conf *, struct secret *, const struct secret **out, struct err *);
int	forget_knows_address(struct db *, const struct secret *, const char *email, struct err *);

#endif
