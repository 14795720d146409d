/*
 * utf8.h - one character at a time.
 *
 * Units      bytes and code points.
 * Ownership  none.
 * Errors     utf8_next returns 0 where no valid character starts: overlong
 *            forms, surrogates, above U+10FFFF, cut off. The caller decides.
 * Threads    pure.
 * Source     RFC 3629; The Unicode Standard, table 3-7.
 */
#ifndef THUMOI_BASE_UTF8_H
#define THUMOI_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xFFFDu

/* Length of the valid character at p (n bytes are there), 0 for none. */
static inline size_t
utf8_next(const char *s, size_t n, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;

	if (n == 0)
		return 0;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] < 0xC2)
		return 0;
	if (p[0] < 0xE0) {
		if (n < 2 || (p[1] & 0xC0) != 0x80)
			return 0;
		*cp = (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
		return 2;
	}
	if (p[0] < 0xF0) {
		if (n < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
			return 0;
		*cp = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
		return *cp < 0x800 || (*cp >= 0xD800 && *cp < 0xE000) ? 0 : 3;
	}
	if (p[0] > 0xF4 || n < 4 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80)
		return 0;
	*cp = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 |
	    (p[3] & 0x3F);
	return *cp < 0x10000 || *cp > 0x10FFFF ? 0 : 4;
}

/* As utf8_next, but what is no character is U+FFFD, one for each byte; n > 0. */
static inline size_t
utf8_take(const char *p, size_t n, uint32_t *cp)
{
	size_t len = utf8_next(p, n, cp);

	if (len)
		return len;
	*cp = UTF8_REPLACEMENT;
	return 1;
}

/* Writes 1 to 4 bytes. Surrogates and what lies above U+10FFFF become U+FFFD. */
static inline size_t
utf8_put(char out[4], uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
		cp = UTF8_REPLACEMENT;
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

#endif
