/*
 * cause.h - why a person has not answered: one cause each, from a closed list.
 *
 * cause_of looks at the facts in the order of the list and takes the first
 * line that fits. Nothing is guessed: where nobody can know, the cause is
 * `unknown`. What concerns a group only (a silent mail domain, found in spam
 * by some) is a finding, engine/finding.h, and never a person's cause.
 *
 * Where the list leaves room, it is read like this:
 *  - A failure stands until another message was accepted, or the person gave
 *    a sign of having received one, later than it.
 *  - A message deferred until expiry is told by what the mailbox said
 *    meanwhile, when that was clear: full, disabled, our authentication, our
 *    address blocked; else `expired`.
 *  - A receiver whose own machinery failed for good (remote-error, network,
 *    rate-limited in a final report) could not take the message: `expired`.
 *  - `too-large` refuses the message for what it is: refused_content.
 *  - A refusal that gives no reason is still a refusal: refused_policy.
 *  - "I found it in spam" and "I found it in the inbox" contradict each
 *    other: the later word counts.
 *  - Asked for one form alone, who did another one has the cause
 *    answered_partly: the invitation arrived.
 *
 * Units      times are Unix seconds.
 * Ownership  static texts.
 * Errors     none.
 * Threads    pure.
 * Source     design.md section 2; AAPOR Standard Definitions for the codes.
 */
#ifndef THUMOI_ENGINE_CAUSE_H
#define THUMOI_ENGINE_CAUSE_H

#include "base/lang.h"
#include "store/facts.h"

enum cause {
	CAUSE_ANSWERED, CAUSE_ANSWERED_PARTLY,
	CAUSE_OPTED_OUT, CAUSE_COMPLAINED,
	CAUSE_BAD_ROW, CAUSE_NOT_INVITED,
	CAUSE_BAD_USER, CAUSE_BAD_DOMAIN, CAUSE_MOVED, CAUSE_BAD_SYNTAX,
	CAUSE_MAILBOX_FULL, CAUSE_MAILBOX_DISABLED,
	CAUSE_REFUSED_POLICY, CAUSE_REFUSED_CONTENT, CAUSE_REFUSED_AUTH, CAUSE_REFUSED_BLOCKED,
	CAUSE_EXPIRED, CAUSE_UNCERTAIN, CAUSE_WAITING,
	CAUSE_IN_SPAM, CAUSE_AWAY, CAUSE_RECEIVED_SILENT,
	CAUSE_UNKNOWN,
	CAUSES
};

/* Who can mend it. */
enum owner {
	OWNER_NONE, OWNER_UNIT, OWNER_MAIL_ADMIN, OWNER_PERSON_IT, OWNER_PERSON, OWNER_FOCAL_POINT, OWNER_OPERATOR,
	OWNER_SENDER,
	OWNERS
};

/* Colours and sums go by group. */
enum cause_group { GROUP_ANSWERED, GROUP_PERSON, GROUP_ADDRESS, GROUP_REFUSED, GROUP_OPERATOR, GROUP_UNKNOWN, GROUPS };

struct cause_info {
	const char *key;
	enum owner owner, helper;	/* helper: who else can; OWNER_NONE */
	const char *aapor;
	enum cause_group group;
	const char *name_en, *name_vi;
	const char *why_en, *why_vi;	/* one sentence */
	const char *do_en, *do_vi;	/* one sentence; "" when there is nothing to do */
};

struct cause_ask {
	unsigned asked;			/* instruments that make "answered": bit i is instrument i */
	int64_t closes_at;
};

enum cause cause_of(const struct facts *, const struct cause_ask *, char *grade);	/* grade 'A', 'B'; 0: no evidence */

const struct cause_info *cause_info(enum cause);
const char *cause_name(enum cause, enum lang);
bool	cause_is_wall(enum cause);		/* what the unit's mail administrator can mend: it keeps our mail out */
bool	cause_parse(const char *key, enum cause *);
const char *owner_key(enum owner);		/* "" for none */
const char *owner_name(enum owner, enum lang);	/* "–" for none */
const char *cause_owner_key(enum cause);	/* "sender+mail_admin" where two can */

#endif
