/*
 * sentence.h - the words for the official report, generated from counts.
 *
 * One sentence a line, in Vietnamese or English, ready to paste: who sent a
 * roster, who was written to, who answered what, which units are missing, at zero or have very
 * few, and why people have not answered. Numbers carry the thousands mark of
 * the language, shares are computed from counts, names stand in Vietnamese
 * order, ministries and provinces apart.
 *
 * Units      none.
 * Ownership  appended to the caller's buf, '\n' after each sentence.
 * Errors     none.
 * Threads    pure.
 * Source     the summary article of the 2021 trial, for what is said and how.
 */
#ifndef THUMOI_ENGINE_SENTENCE_H
#define THUMOI_ENGINE_SENTENCE_H

#include "base/buf.h"
#include "engine/account.h"

void	sentences_participation(struct buf *, const struct account *, enum lang);
void	sentences_causes(struct buf *, const struct account *, enum lang);
/* What mended addresses won; nothing when there are none. sentences_participation ends with it. */
void	sentence_corrections(struct buf *, const struct account *, enum lang);
/* "phiếu khảo sát", "the survey form"; a title of its own stands as it is. */
void	sentence_instrument(struct buf *, const struct account *, size_t instrument, enum lang);
/* For headings: "khảo sát", "survey"; else the key. Borrowed. */
const char *sentence_form(const struct account *, size_t instrument, enum lang);
/* "A", "A và B", "A; B và C", in Vietnamese order; units of this kind and class. How many. */
size_t	sentence_units(struct buf *, const struct account *, enum unit_kind, enum unit_class, enum lang);

#endif
