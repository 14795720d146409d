/*
 * remark.h - a note on a person: who wrote it, when, what.
 *
 * It stands in the person's timeline and in what is exported on them, goes
 * when they are erased, and decides nothing: what somebody knows of the mail
 * of a person is a word (engine/word.h).
 *
 * Units      times are Unix seconds; bytes.
 * Ownership  nothing is kept.
 * Errors     ERR_INPUT: nothing is written there, too much, or the person was
 *            erased.
 * Threads    the thread of the db handle; begins and commits by itself.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_REMARK_H
#define THUMOI_ENGINE_REMARK_H

#include "engine/by.h"
#include "store/contact.h"

#define REMARK_MAX_BYTES 2000

int	remark_add(struct db *, const struct contact *, const char *text, const struct by *, int64_t now, struct err *);

#endif
