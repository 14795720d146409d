/*
 * text.h - Vietnamese text: one form to store, one form to compare.
 *
 * Stored and shown in NFC; compared folded: without case, tone marks and
 * diacritics, đ as d, white space collapsed, apostrophes alike. "Hoà Bình",
 * "HÒA BÌNH" and "hoa  binh" fold to the same "hoa binh".
 *
 * Units      UTF-8; lengths in bytes unless a name says otherwise.
 * Ownership  results lie in the arena of the caller.
 * Errors     none: bytes that are no UTF-8 become U+FFFD.
 * Threads    pure.
 * Source     Unicode UAX 15; CLDR common/collation/vi.xml for the order.
 */
#ifndef THUMOI_BASE_TEXT_H
#define THUMOI_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/mem.h"

bool	text_is_ascii(const char *s, size_t len);
bool	text_is_utf8(const char *s, size_t len);	/* strict: no overlong, no surrogates */
/* UTF-8 that certainly is in NFC: ASCII, composed letters, common signs. A quick test for text_nfc. */
bool	text_is_plain(const char *s, size_t len);
char	*text_nfc(struct arena *, const char *s, size_t len);
/* NFC, every run of white space (NBSP, line breaks too) one space, none at the ends. */
char	*text_squeeze(struct arena *, const char *s);
char	*text_fold(struct arena *, const char *s);
char	*text_lower_ascii(struct arena *, const char *s);
/* Vietnamese order: a ă â b c d đ e ê ...; tones level, huyền, hỏi, ngã, sắc, nặng second. */
int	text_collate(const char *a, const char *b);
/* People sort by given name, the last word, then by the rest. */
int	text_collate_names(const char *a, const char *b);
/* Levenshtein distance with transpositions, in characters; more than `most` gives most + 1. */
size_t	text_distance(const char *a, const char *b, size_t most);
/* 1480 -> "1.480" (vi) or "1,480" (en), into out. */
char	*text_number(char out[32], int64_t v, enum lang);
/* 39.07 -> "39,1" (vi) or "39.1" (en); from counts, never added. "–" when of == 0. */
char	*text_percent(char out[32], int64_t part, int64_t of, enum lang);

#endif
