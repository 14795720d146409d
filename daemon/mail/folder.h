/*
 * folder.h - what a folder of a mailbox is for, by its attributes and its name.
 *
 * A special use that the server states counts most. A folder that is named
 * as the junk folder of a mail program or provider is one, too, in whatever
 * language: filters file into "Spam" beside a \Junk that nobody uses.
 *
 * Units      names as on the wire: modified UTF-7; decoded: UTF-8.
 * Ownership  results lie in the arena.
 * Errors     none: a name that cannot be decoded is shown as it is, without
 *            control characters and what is no UTF-8.
 * Threads    pure.
 * Source     RFC 3501 5.1.3 (modified UTF-7), RFC 6154 (SPECIAL-USE); the
 *            names are those of Outlook, Exchange, Gmail, Yahoo, Zimbra, Roundcube.
 */
#ifndef THUMOI_MAIL_FOLDER_H
#define THUMOI_MAIL_FOLDER_H

#include "base/mem.h"

/* In the order in which they are looked into: the first one that has the message tells. */
enum folder_use { FOLDER_INBOX, FOLDER_JUNK, FOLDER_OTHER, FOLDER_TRASH, FOLDER_ALL, FOLDER_USES };

const char *folder_name(struct arena *, const char *wire);	/* "Th&AbA- r&AOE-c" is "Thư rác" */
/*
 * attributes: "\HasNoChildren \Junk" of LIST, or "". name: decoded, with its
 * parents; delimiter: between them, '\0' for none.
 */
enum folder_use folder_use(const char *attributes, const char *name, char delimiter);
const char *folder_use_name(enum folder_use);			/* inbox, junk, other, trash, all */

#endif
