/*
 * category.h - one vocabulary for why mail did not arrive.
 *
 * SMTP replies and reports end in the same words. The words are stored and
 * printed; the order here is the order of the documentation.
 *
 * Units      none.
 * Ownership  static.
 * Errors     category_parse: CAT_UNKNOWN for a word that is none.
 * Threads    pure.
 * Source     RFC 3463 and sisimai's reasons, mapped; see daemon/README.md.
 */
#ifndef THUMOI_MAIL_CATEGORY_H
#define THUMOI_MAIL_CATEGORY_H

#include <stdbool.h>

enum category {
	CAT_NONE,		/* "": accepted, nothing to say */
	CAT_UNKNOWN_USER, CAT_MOVED, CAT_UNKNOWN_HOST, CAT_NO_MAIL_ACCEPTED, CAT_BAD_SYNTAX,
	CAT_MAILBOX_FULL, CAT_MAILBOX_DISABLED, CAT_TOO_LARGE,
	CAT_AUTH_FAILED, CAT_BLOCKED, CAT_CONTENT, CAT_POLICY,
	CAT_RATE_LIMITED, CAT_NETWORK, CAT_REMOTE_ERROR,
	CAT_DELIVERED, CAT_AUTO_REPLY, CAT_COMPLAINT, CAT_NOT_A_REPORT,
	CAT_UNKNOWN,
	CATEGORIES
};

const char *category_name(enum category);	/* "unknown-user" ... */
enum category category_parse(const char *word);
/* Can the address itself be at fault? What a receiver has against us, or a passing trouble, never stops an address. */
bool	category_blames_address(enum category);

#endif
