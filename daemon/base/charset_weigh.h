/*
 * charset_weigh.h - how Vietnamese a word is under each reading; for charset*.c only.
 *
 * Units      points: a plausible syllable +1, a sign where no sign can be -1.
 * Ownership  embedded; weigh_release frees the work space.
 * Errors     none.
 * Threads    one struct weigh, one thread.
 * Source     none.
 */
#ifndef THUMOI_BASE_CHARSET_WEIGH_H
#define THUMOI_BASE_CHARSET_WEIGH_H

#include "base/charset.h"

struct tally {
	int64_t good;		/* words that are Vietnamese syllables */
	int64_t bad;		/* words with signs between letters */
};

struct weigh {
	/* Words that are UTF-8, by what may be hidden in them. */
	int64_t utf8_words;
	struct tally utf8[HIDDEN_UTF8 + 1];
	/* The same words and all others as single bytes; by charset. */
	int64_t byte_words;
	struct tally bytes[CHARSET_VNI + 1];
	int64_t lost;		/* words with '?' in place of a letter */
	int64_t whole;		/* words beyond ASCII without such a '?' */
	struct buf work;
};

void	weigh_init(struct weigh *);
/* A run of letters, '?' and bytes from 0x80. */
void	weigh_word(struct weigh *, const char *s, size_t len, bool with_bytes);
void	weigh_release(struct weigh *);

/* Fills in finding.name from the rest. */
void	charset_name(struct charset_finding *);

#endif
