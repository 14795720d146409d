#include "engine/lookalike.h"

#include <stdlib.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/buf.h"

static bool
is_zero_width(ucs4_t c)
{
	return c == 0xAD || c == 0x034F || c == 0x061C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
	    (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x206F) ||
	    c == 0xFEFF || (c >= 0xFE00 && c <= 0xFE0F) || (c < 0x20 && c != '\t' && (c < '\n' || c > '\r')) || c == 0x7F;
}

static bool
is_space(ucs4_t c)
{
	return c == ' ' || c == '\t' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
	    c == 0x205F || c == 0x3000;
}

static bool
is_break(ucs4_t c)
{
	return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* The narrow form of a wide character, 0 when it is none. */
static ucs4_t
narrow(ucs4_t c)
{
	if (c >= 0xFF01 && c <= 0xFF5E)
		return c - 0xFEE0;
	switch (c) {
	case 0x3002: case 0xFF61: case 0xFE52:
		return '.';
	case 0x3001: case 0xFF64: case 0xFE50:
		return ',';
	case 0xFE6B:
		return '@';
	case 0xFE54:
		return ';';
	default:
		return 0;
	}
}

void
lookalike_clean(struct cleaned *out, struct arena *a, const char *cell)
{
	size_t len = strlen(cell), n = 0, start = 0;
	char *s = arena_alloc(a, len + 1);

	*out = (struct cleaned){ .ascii = true };
	for (size_t i = 0; i < len; ) {
		ucs4_t c, wide;
		int step = u8_mbtouc(&c, (const uint8_t *)cell + i, len - i);

		i += (size_t)step;
		if (is_zero_width(c)) {
			out->zero_width = true;
			continue;
		}
		if ((wide = narrow(c))) {
			out->full_width = true;
			c = wide;
		}
		if (is_space(c))
			c = ' ';
		else if (is_break(c))
			c = '\n';
		if (c < 0x80) {
			s[n++] = (char)c;
			continue;
		}
		out->ascii = false;
		memcpy(s + n, cell + i - step, (size_t)step);
		n += (size_t)step;
	}
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\n'))
		n--;
	while (start < n && (s[start] == ' ' || s[start] == '\n'))
		start++;
	s[n] = '\0';
	out->s = s + start;
	if (start || n < len)
		for (const char *p = cell; *p && !out->outer_space; ) {
			/* Zero-width ends are told as such; only what was space counts here. */
			ucs4_t c;
			int step = u8_mbtouc(&c, (const uint8_t *)p, strlen(p));
			bool blank = is_space(c) || is_break(c);

			if (blank)
				out->outer_space = true;
			if (!is_zero_width(c))
				break;
			p += step;
		}
	if (!out->outer_space && len) {
		const uint8_t *end = (const uint8_t *)cell + len;
		ucs4_t c;

		while (end > (const uint8_t *)cell && (end = u8_prev(&c, end, (const uint8_t *)cell)) && is_zero_width(c))
			;
		out->outer_space = end && (is_space(c) || is_break(c));
	}
}

/* Letters of other scripts that look like Latin ones; what has no single reading is not here. */
static const struct { ucs4_t c; const char *ascii; } letters[] = {
	/* Greek */
	{ 0x391, "a" }, { 0x392, "b" }, { 0x395, "e" }, { 0x396, "z" }, { 0x397, "h" }, { 0x398, "th" }, { 0x399, "i" },
	{ 0x39A, "k" }, { 0x39C, "m" }, { 0x39D, "n" }, { 0x39F, "o" }, { 0x3A1, "p" }, { 0x3A4, "t" }, { 0x3A5, "y" },
	{ 0x3A7, "x" }, { 0x3B1, "a" }, { 0x3B3, "y" }, { 0x3B5, "e" }, { 0x3B7, "n" }, { 0x3B8, "th" }, { 0x3B9, "i" },
	{ 0x3BA, "k" }, { 0x3BD, "v" }, { 0x3BF, "o" }, { 0x3C1, "p" }, { 0x3C3, "o" }, { 0x3C4, "t" }, { 0x3C5, "u" },
	{ 0x3C7, "x" }, { 0x3C9, "w" }, { 0x3D1, "th" }, { 0x3F2, "c" }, { 0x3F3, "j" },
	/* Cyrillic */
	{ 0x405, "s" }, { 0x406, "i" }, { 0x408, "j" }, { 0x410, "a" }, { 0x412, "b" }, { 0x415, "e" }, { 0x41A, "k" },
	{ 0x41C, "m" }, { 0x41D, "h" }, { 0x41E, "o" }, { 0x420, "p" }, { 0x421, "c" }, { 0x422, "t" }, { 0x423, "y" },
	{ 0x425, "x" }, { 0x430, "a" }, { 0x435, "e" }, { 0x43A, "k" }, { 0x43C, "m" }, { 0x43E, "o" }, { 0x440, "p" },
	{ 0x441, "c" }, { 0x442, "t" }, { 0x443, "y" }, { 0x445, "x" }, { 0x455, "s" }, { 0x456, "i" }, { 0x458, "j" },
	{ 0x475, "v" }, { 0x4AE, "y" }, { 0x4AF, "y" }, { 0x4BB, "h" }, { 0x4CF, "l" }, { 0x4C0, "l" }, { 0x501, "d" },
	{ 0x51B, "q" }, { 0x51D, "w" },
	/* Armenian, and Latin letters that are none of ours */
	{ 0x570, "h" }, { 0x578, "n" }, { 0x57D, "u" }, { 0x585, "o" }, { 0x581, "g" },
	{ 0x131, "i" }, { 0x237, "j" }, { 0x251, "a" }, { 0x261, "g" }, { 0x269, "i" }, { 0x26A, "i" }, { 0x28F, "y" },
	{ 0x1D0F, "o" }, { 0x1D1C, "u" }, { 0x1D20, "v" }, { 0x1D21, "w" }, { 0x1D22, "z" }, { 0x3F1, "p" },
	/* strokes that look like those of the keyboard */
	{ 0x2010, "-" }, { 0x2011, "-" }, { 0x2012, "-" }, { 0x2013, "-" }, { 0x2014, "-" }, { 0x2015, "-" },
	{ 0x2212, "-" }, { 0x2D7, "-" }, { 0x2018, "'" }, { 0x2019, "'" }, { 0x2024, "." }, { 0xB7, "." }, { 0x2027, "." },
	{ 0x22C5, "." }, { 0x660, "." }, { 0x6D4, "." }, { 0x201A, "," },
};

/* Latin letters whose mark is part of the letter, so that no decomposition takes it off. */
static const struct { ucs4_t c; const char *ascii; } strokes[] = {
	{ 0x110, "d" }, { 0x111, "d" }, { 0xD0, "d" }, { 0xF0, "d" }, { 0x189, "d" }, { 0x256, "d" },
	{ 0xD8, "o" }, { 0xF8, "o" }, { 0x141, "l" }, { 0x142, "l" }, { 0x126, "h" }, { 0x127, "h" },
	{ 0x166, "t" }, { 0x167, "t" }, { 0x180, "b" }, { 0x197, "i" }, { 0x268, "i" },
};

static bool
is_mark(ucs4_t c)
{
	return (c >= 0x300 && c <= 0x36F) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x20D0 && c <= 0x20FF);
}

/* Decomposed by `form`, marks dropped: ASCII in `out` and true, when that is all there is to it. */
static bool
decompose(uninorm_t form, ucs4_t c, struct buf *out)
{
	uint8_t in[8], *nf;
	int n = u8_uctomb(in, c, sizeof(in));
	size_t len, from = out->len;
	bool ok = true;

	if (n <= 0 || !(nf = u8_normalize(form, in, (size_t)n, NULL, &len)))
		return false;
	for (size_t i = 0; ok && i < len; ) {
		ucs4_t d;

		i += (size_t)u8_mbtouc(&d, nf + i, len - i);
		if (d < 0x80)
			buf_char(out, (char)d);
		else if (!is_mark(d))
			ok = false;
	}
	free(nf);
	if (!ok || out->len == from) {
		buf_cut(out, from);
		return false;
	}
	return true;
}

#define LOOK_UP(table, c, to) do { \
	for (size_t k_ = 0; k_ < COUNT_OF(table); k_++) \
		if ((table)[k_].c == (c)) \
			(to) = (table)[k_].ascii; \
} while (0)

enum lookalike
lookalike_ascii(struct arena *a, const char *s, const char **ascii)
{
	struct buf b = BUF_INIT(4096);
	enum lookalike what = LOOKALIKE_NONE;
	size_t len = strlen(s);
	bool known = true;

	for (size_t i = 0; i < len; ) {
		const char *to = NULL;
		ucs4_t c;

		i += (size_t)u8_mbtouc(&c, (const uint8_t *)s + i, len - i);
		if (c < 0x80) {
			buf_char(&b, (char)c);
			continue;
		}
		LOOK_UP(strokes, c, to);
		if (to)
			buf_str_add(&b, to);
		if (to || is_mark(c) || decompose(UNINORM_NFD, c, &b)) {
			if (what == LOOKALIKE_NONE)
				what = LOOKALIKE_MARKS;
			continue;
		}
		what = LOOKALIKE_LETTERS;
		LOOK_UP(letters, c, to);
		if (to)
			buf_str_add(&b, to);
		else if (!decompose(UNINORM_NFKD, c, &b))
			known = false;
	}
	*ascii = known && !b.failed ? arena_dup(a, buf_str(&b)) : NULL;
	buf_release(&b);
	return what;
}
