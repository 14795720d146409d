/*
 * passphrase.h - a password from a file or from the keyboard.
 *
 * Units      none.
 * Ownership  the text lies in the arena.
 * Errors     ERR_INPUT: there is no terminal and no file, or the two that were
 *            typed are not the same.
 * Threads    main thread.
 * Source     termios(3).
 */
#ifndef THUMOI_APP_PASSPHRASE_H
#define THUMOI_APP_PASSPHRASE_H

#include "app/app.h"

/* file NULL: asked for twice, without showing it. */
int	passphrase(struct app *, const char *file, const char **out, struct err *);

#endif
