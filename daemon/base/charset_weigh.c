#include "base/charset_weigh.h"

#include "base/charset_table.h"
#include "base/syllable.h"
#include "base/text.h"
#include "base/utf8.h"

enum { WORD_LETTERS = 16 };

void
weigh_init(struct weigh *w)
{
	*w = (struct weigh){ .work = BUF_INIT(4096) };
}

void
weigh_release(struct weigh *w)
{
	buf_release(&w->work);
}

/* Signs that Latin-1 has where old encodings have letters, and controls. */
static bool
is_misplaced(uint32_t cp)
{
	return (cp >= 0x80 && cp <= 0xBF && cp != 0xA0 && cp != 0xAA && cp != 0xB7 && cp != 0xBA) || cp == 0xD7 ||
	    cp == 0xF7 || cp == 0x192 || cp == 0x2C6 || cp == 0x2DC || cp == 0x2020 || cp == 0x2021 || cp == 0x2030 ||
	    cp == 0x20AB || cp == 0x20AC || cp == 0x2122 || cp == UTF8_REPLACEMENT || (cp >= 0x300 && cp < 0x370);
}

/* What may stand beside a word: quotes, dashes, spaces. */
static bool
is_beside(uint32_t cp)
{
	return cp == 0xA0 || cp == 0xAB || cp == 0xB7 || cp == 0xBB || (cp >= 0x2000 && cp < 0x2070 && cp != 0x2020 &&
	    cp != 0x2021 && cp != 0x2030) || cp == 0xFEFF;
}

enum verdict { BAD = -1, NEITHER, GOOD };

/* One word without anything beside it. */
static enum verdict
judge_letters(const struct viet_letter *v, size_t n, bool marked, bool foreign)
{
	if (!marked || foreign || n > WORD_LETTERS)
		return NEITHER;
	return syllable_plausible(v, n) ? GOOD : NEITHER;
}

/* A decoded run: good when it holds a good word and no bad one. */
static enum verdict
judge(const char *s, size_t len)
{
	struct viet_letter v[WORD_LETTERS];
	size_t n = 0, used;
	bool marked = false, foreign = false, good = false;
	uint32_t cp;

	for (size_t i = 0; i < len; i += used) {
		used = utf8_take(s + i, len - i, &cp);
		if (cp == '?' || is_beside(cp)) {
			good = judge_letters(v, n, marked, foreign) == GOOD || good;
			n = 0;
			marked = foreign = false;
			continue;
		}
		if (is_misplaced(cp))
			return BAD;
		if (n < WORD_LETTERS) {
			if (viet_letter(cp, &v[n]))
				marked |= cp >= 0x80;
			else
				foreign = true;
		}
		n++;
	}
	return judge_letters(v, n, marked, foreign) == GOOD || good ? GOOD : NEITHER;
}

static enum verdict
judge_as(struct weigh *w, const char *s, size_t len, enum charset charset, enum charset_hidden hidden)
{
	struct charset_decoder d = { .charset = charset, .hidden = hidden };

	buf_clear(&w->work);
	charset_decode(&d, s, len, true, &w->work);
	return judge(buf_str(&w->work), w->work.len);
}

static void
count(struct tally *t, enum verdict v)
{
	t->good += v == GOOD;
	t->bad += v == BAD;
}

/* Does every character fit a byte, so that something can be hidden here? */
static bool
could_hide(const char *s, size_t len)
{
	uint32_t cp;

	for (size_t i = 0; i < len;) {
		i += utf8_take(s + i, len - i, &cp);
		if (windows_1252_byte(cp) < 0)
			return false;
	}
	return true;
}

/* "Nguy?n": a syllable if some letter stood where the '?' is. A '?' at the end may be a question. */
static bool
has_lost(const char *s, size_t len)
{
	struct viet_letter v[WORD_LETTERS];
	size_t n = 0;
	bool lost = false;

	while (len && s[len - 1] == '?')
		len--;
	for (size_t i = 0; i < len && n < WORD_LETTERS; i++, n++) {
		if (s[i] == '?') {
			v[n] = (struct viet_letter){ SYLLABLE_LOST, TONE_LEVEL, false };
			lost = true;
		} else if (!viet_letter(windows_1252((unsigned char)s[i]), &v[n])) {
			return false;
		}
	}
	return lost && n < WORD_LETTERS && syllable_plausible(v, n);
}

void
weigh_word(struct weigh *w, const char *s, size_t len, bool with_bytes)
{
	static const enum charset single[] = { CHARSET_WINDOWS_1252, CHARSET_WINDOWS_1258, CHARSET_TCVN3, CHARSET_VNI };
	bool beyond = !text_is_ascii(s, len), lost = memchr(s, '?', len) && has_lost(s, len);

	w->lost += lost;
	w->whole += beyond && !lost;
	if (!beyond && !lost)
		return;
	if (beyond && text_is_utf8(s, len)) {
		bool hides = could_hide(s, len);

		w->utf8_words++;
		count(&w->utf8[HIDDEN_NONE], judge_as(w, s, len, CHARSET_UTF8, HIDDEN_NONE));
		for (int h = HIDDEN_TCVN3; h <= HIDDEN_UTF8; h++)
			count(&w->utf8[h], hides ? judge_as(w, s, len, CHARSET_UTF8, h) : BAD);
	}
	if (!with_bytes)
		return;
	w->byte_words++;
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (lost)	/* what Windows writes for letters its code page lacks */
			count(&w->bytes[single[i]], i < 2 ? GOOD : BAD);
		else
			count(&w->bytes[single[i]], judge_as(w, s, len, single[i], HIDDEN_NONE));
}
