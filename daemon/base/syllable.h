/*
 * syllable.h - could this be a Vietnamese syllable?
 *
 * Spelling rules, not a word list: an onset the alphabet knows, a rime that
 * occurs, the spelling each asks of the other (k, gh, ngh before e ê i y),
 * at most one tone, and only sắc or nặng before c ch p t. Good enough to tell
 * a right reading of bytes from a wrong one; names of other peoples of the
 * country may fail it.
 *
 * Units      letters of viet.h.
 * Ownership  none.
 * Errors     none.
 * Threads    pure.
 * Source     orthography as in TCVN 6909:2001 and any school grammar.
 */
#ifndef THUMOI_BASE_SYLLABLE_H
#define THUMOI_BASE_SYLLABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/viet.h"

/* A letter that was lost: stands for any letter with a mark. */
#define SYLLABLE_LOST VIET_LETTERS

bool	syllable_plausible(const struct viet_letter *, size_t n);

#endif
