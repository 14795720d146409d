/*
 * portrait.h - everything held on people, as one JSON document: what they may
 * ask to see.
 *
 * Persons by contact, then what hangs on an address alone: entries of focal
 * points, letters, and kept mails that name the address but were not matched
 * to anybody. A raw mail or letter is text where it is UTF-8, else base64.
 * Times are numbers: Unix seconds, as they are kept.
 *
 * Units      UTF-8.
 * Ownership  the document is the caller's: json_decref.
 * Errors     0 or -1.
 * Threads    the thread of the db handle, in one snapshot.
 * Source     GDPR articles 15 and 20; Decree 13/2023/ND-CP, article 9.
 */
#ifndef THUMOI_ENGINE_PORTRAIT_H
#define THUMOI_ENGINE_PORTRAIT_H

#include <jansson.h>

#include "store/contact.h"

int	portrait(struct db *, const struct contact *people, size_t n, const char *email, int64_t now, json_t **, struct err *);

#endif
