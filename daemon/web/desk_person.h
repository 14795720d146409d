/*
 * desk_person.h - the page of one person, and what is done on it.
 *
 * A form that could not be done comes back with what was typed, and with why
 * not at the field. What was done leads back to the page with a number that
 * says what: no name and no address ever stands in a URL.
 *
 * Units      none.
 * Ownership  texts are borrowed until the request ends.
 * Errors     desk_person_show replies in any case; desk_contact: 1, 0 no such
 *            person here, -1.
 * Threads    those of the request.
 * Source     engine/amend.h, engine/word.h, engine/remark.h, engine/resend.h.
 */
#ifndef THUMOI_WEB_DESK_PERSON_H
#define THUMOI_WEB_DESK_PERSON_H

#include "store/contact.h"
#include "web/view.h"

struct person_form {
	const char *act;		/* correct, say, withdraw, note, stop, cure; "": none was sent */
	const char *name, *email, *sub_unit, *kind, *until, *note;	/* NULL: not given */
	const char *fault, *why;	/* the field that is wrong, and why; "" */
	const char *said;		/* above the page; NULL: nothing */
	bool good;
};

int	desk_contact(struct request *, const struct snapshot *, struct contact *, struct err *);
void	desk_person_show(struct request *, const struct snapshot *, const struct person_form *);
/* What that number of the URL says; NULL: nothing. */
const char *person_said(const struct request *, int64_t said, bool *good);

#endif
