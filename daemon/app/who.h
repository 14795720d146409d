/*
 * who.h - which person is meant on the command line.
 *
 * Units      none.
 * Ownership  texts lie in the app's arena.
 * Errors     1 one person; 0 several answer to it: they are listed, so that one
 *            can be asked for by token; -1 nobody, or the store failed.
 * Threads    main thread.
 * Source     store/timeline.h, person_find.
 */
#ifndef THUMOI_APP_WHO_H
#define THUMOI_APP_WHO_H

#include "app/app.h"
#include "store/contact.h"

/* The words of the command line from `first` on, as one text. */
const char *who_words(struct app *, int argc, char **argv, int first);
int	who_one(struct app *, const char *who, struct contact *, struct err *);

#endif
