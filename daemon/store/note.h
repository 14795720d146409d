/*
 * note.h - what somebody has written down about a person.
 *
 * Units      times are Unix seconds.
 * Ownership  texts are bound, not kept.
 * Errors     0 or -1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_NOTE_H
#define THUMOI_STORE_NOTE_H

#include "store/db.h"

int	note_insert(struct db *, int64_t contact, int64_t at, const char *actor, const char *text, struct err *);
/* All about the person: nothing of them counts anywhere, so nothing stays. */
int	note_erase(struct db *, int64_t contact, struct err *);

#endif
