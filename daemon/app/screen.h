/*
 * screen.h - a text that is shown again and again in one place of a terminal.
 *
 * Each is written at once, over the one before: nothing flickers, and an
 * interrupt leaves the terminal as it was.
 *
 * Units      UTF-8; rows and columns of the terminal on stdout.
 * Ownership  the text stays the caller's.
 * Errors     those of stdout, for who flushes it.
 * Threads    main thread.
 * Source     ECMA-48: CUP, ED, EL.
 */
#ifndef THUMOI_APP_SCREEN_H
#define THUMOI_APP_SCREEN_H

#include <stdbool.h>

bool	screen_there(void);		/* stdout is a terminal */
/* As much of it as there is room for. first: whatever was there before goes. */
void	screen_show(const char *text, bool first);

#endif
