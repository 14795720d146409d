/*
 * letter.h - one received message, as its reader needs it.
 *
 * Parsed by GMime, which is not our own code: what it cannot read, a mail
 * program could not read either.
 *
 * Units      none.
 * Ownership  letter_free.
 * Errors     letter_read: NULL with the reason in a struct err.
 * Threads    one at a time.
 * Source     RFC 5322, 2045-2047.
 */
#ifndef THUMOI_POSTOFFICE_LETTER_H
#define THUMOI_POSTOFFICE_LETTER_H

#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "postoffice/smtpd.h"

struct person;

struct letter {
	const char *sender, *recipient, *envid, *orcpt;	/* of the envelope */
	const char *message_id;				/* without <> */
	const char *to_name;				/* decoded display name of To: */
	const char *subject;
	const char *link;				/* the landing link in the text part; "": thanks have none */
	const char *token;				/* the end of that link, or of the one for unsubscribing */
	int64_t at_ms;					/* when it was taken; set by the town */
	const char *headers;				/* as received, for a DSN */
	struct person *person;				/* whom it reached; set by the town */
	struct arena arena;
};

struct letter *letter_read(const struct smtpd_mail *, struct err *);
void	letter_free(struct letter *);	/* NULL is fine */

#endif
