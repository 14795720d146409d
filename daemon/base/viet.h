/*
 * viet.h - the Vietnamese alphabet: which letter, which tone.
 *
 * Every letter, toned or not, is one of 33 letters (the 29 of the alphabet and
 * f j w z) with one of six tones. ấ is letter â with tone sắc. On this
 * stand folding, collation, the old encodings and the syllables.
 *
 * Units      code points.
 * Ownership  none.
 * Errors     viet_letter: false for what is no such letter.
 * Threads    pure.
 * Source     TCVN 6909:2001; order of letters and tones CLDR common/collation/vi.xml.
 */
#ifndef THUMOI_BASE_VIET_H
#define THUMOI_BASE_VIET_H

#include <stdbool.h>
#include <stdint.h>

enum viet_tone { TONE_LEVEL, TONE_HUYEN, TONE_HOI, TONE_NGA, TONE_SAC, TONE_NANG, TONES };

/* In the order of the alphabet. */
enum {
	VIET_A, VIET_AW, VIET_AA, VIET_B, VIET_C, VIET_D, VIET_DD, VIET_E, VIET_EE, VIET_F, VIET_G,
	VIET_H, VIET_I, VIET_J, VIET_K, VIET_L, VIET_M, VIET_N, VIET_O, VIET_OO, VIET_OW, VIET_P,
	VIET_Q, VIET_R, VIET_S, VIET_T, VIET_U, VIET_UW, VIET_V, VIET_W, VIET_X, VIET_Y, VIET_Z,
	VIET_LETTERS
};

struct viet_letter {
	uint8_t letter;		/* VIET_A ... */
	uint8_t tone;		/* TONE_LEVEL ... */
	bool upper;
};

/* Composed characters only; U+00D0 (eth) is not đ here. */
bool	viet_letter(uint32_t cp, struct viet_letter *out);
/* The character; 0 when the letter bears no tones (consonants). */
uint32_t viet_char(unsigned letter, unsigned tone, bool upper);
/* Base and combining mark as one character, 0 if there is none. Marks in any order. */
uint32_t viet_join(uint32_t base, uint32_t mark);
/* a-z of the letter: 'a' for ă, 'd' for đ. */
char	viet_ascii(unsigned letter);

#endif
