/*
 * role.h - is this the mailbox of an office rather than of a person?
 *
 * vanthu@, so-noi-vu@, info@: an invitation that is meant for one person may
 * never get there. What stands before the @ is compared with what offices
 * call such mailboxes; behind a dot the same words only say where a person
 * works (an.vpub@), and one that is part of the person's own name (Trần Vân
 * Thư) says nothing.
 *
 * Units      lower case, as addresses are stored.
 * Ownership  nothing is kept.
 * Errors     none.
 * Threads    pure.
 * Source     RFC 2142; mailboxes that Vietnamese offices publish.
 */
#ifndef THUMOI_ENGINE_ROLE_H
#define THUMOI_ENGINE_ROLE_H

#include <stdbool.h>
#include <stddef.h>

/* email: an address, of which only the part before the @ counts. name_key: as contact.name_key; "" when unknown. */
bool	role_address(const char *email, const char *name_key);

#endif
