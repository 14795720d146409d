#include "base/text.h"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include "base/utf8.h"
#include "base/viet.h"

bool
text_is_ascii(const char *s, size_t len)
{
	uint64_t w;
	size_t i = 0;

	for (; i + sizeof(w) <= len; i += sizeof(w)) {
		memcpy(&w, s + i, sizeof(w));
		if (w & UINT64_C(0x8080808080808080))
			return false;
	}
	for (; i < len; i++)
		if (s[i] & 0x80)
			return false;
	return true;
}

bool
text_is_utf8(const char *s, size_t len)
{
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < len; i += n)
		if ((n = utf8_next(s + i, len - i, &cp)) == 0)
			return false;
	return true;
}

/* Characters that are in NFC whatever stands around them. */
static bool
settled(uint32_t cp)
{
	return cp < 0x300 || (cp >= 0x1E00 && cp < 0x1F00) || (cp >= 0x2002 && cp < 0x20D0);
}

bool
text_is_plain(const char *s, size_t len)
{
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		if ((unsigned char)s[i] < 0x80) {
			n = 1;
			continue;
		}
		if ((n = utf8_next(s + i, len - i, &cp)) == 0 || !settled(cp))
			return false;
	}
	return true;
}

/* The general way, for what our own tables do not know. */
static char *
nfc_general(struct arena *a, const char *s, size_t len)
{
	size_t n = 0;
	uint8_t *u = u8_normalize(UNINORM_NFC, (const uint8_t *)s, len, NULL, &n);
	char *out;

	if (!u)
		die("out of memory (%zu bytes)", len);
	out = arena_ndup(a, (const char *)u, n);
	free(u);
	return out;
}

char *
text_nfc(struct arena *a, const char *s, size_t len)
{
	char *out, *base_at = NULL;
	uint32_t cp, base = 0, joined;
	size_t n, o = 0;

	if (text_is_plain(s, len))
		return arena_ndup(a, s, len);
	/* U+FFFD for a byte makes it three. */
	out = arena_alloc(a, len * 3 + 1);
	for (size_t i = 0; i < len; i += n) {
		n = utf8_take(s + i, len - i, &cp);
		if (base && (joined = viet_join(base, cp)) != 0) {
			cp = joined;
			o = (size_t)(base_at - out);
		}
		base = cp;
		base_at = out + o;
		o += utf8_put(out + o, cp);
	}
	out[o] = '\0';
	return text_is_plain(out, o) ? out : nfc_general(a, out, o);
}

static bool
is_space(uint32_t cp)
{
	return cp == ' ' || (cp >= 0x09 && cp <= 0x0D) || cp == 0x85 || cp == 0xA0 || cp == 0x1680 ||
	    (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F ||
	    cp == 0x3000;
}

/* Takes no room on the page: joiners, direction marks, soft hyphen, BOM. */
static bool
is_invisible(uint32_t cp)
{
	return cp == 0xAD || cp == 0x61C || cp == 0x180E || (cp >= 0x200B && cp <= 0x200F) ||
	    (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x2064) ||
	    (cp >= 0x2066 && cp <= 0x2069) || (cp >= 0xFE00 && cp <= 0xFE0F) || cp == 0xFEFF;
}

static bool
is_apostrophe(uint32_t cp)
{
	return cp == '\'' || cp == '`' || cp == 0xB4 || cp == 0x2B9 || (cp >= 0x2BB && cp <= 0x2BD) || cp == 0x2C8 ||
	    cp == 0x2018 || cp == 0x2019 || cp == 0x201B || cp == 0x2032 || cp == 0xFF07;
}

static bool
is_mark(uint32_t cp)
{
	return (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x1AB0 && cp <= 0x1AFF) || (cp >= 0x1DC0 && cp <= 0x1DFF) ||
	    (cp >= 0x20D0 && cp <= 0x20FF) || (cp >= 0xFE20 && cp <= 0xFE2F);
}

char *
text_squeeze(struct arena *a, const char *s)
{
	size_t len = strlen(s), n, o = 0;
	char *t = text_nfc(a, s, len);
	bool gap = false;
	uint32_t cp;

	len = strlen(t);
	for (size_t i = 0; i < len; i += n) {
		n = utf8_take(t + i, len - i, &cp);
		if (is_space(cp)) {
			gap = o > 0;
			continue;
		}
		if (gap)
			t[o++] = ' ';
		gap = false;
		memmove(t + o, t + i, n);
		o += n;
	}
	t[o] = '\0';
	return t;
}

/* A string under way to being folded. */
struct folded {
	char *s;
	size_t len;
	bool gap;		/* white space seen, not yet written */
};

static void
fold_put(struct folded *f, uint32_t cp)
{
	if (f->gap && f->len)
		f->s[f->len++] = ' ';
	f->gap = false;
	f->len += utf8_put(f->s + f->len, cp);
}

/* Letters without a Unicode decomposition that are a letter with a stroke or hook. */
static uint32_t
unstroked(uint32_t cp)
{
	switch (cp) {
	case 0xD0: case 0xF0: case 0x110: case 0x111: case 0x189: case 0x256: return 'd';
	case 0x180: case 0x243: return 'b';
	case 0xD8: case 0xF8: return 'o';
	case 0x126: case 0x127: return 'h';
	case 0x131: case 0x197: case 0x268: return 'i';
	case 0x141: case 0x142: return 'l';
	case 0x166: case 0x167: return 't';
	default: return cp;
	}
}

static void
fold_one(struct folded *f, uint32_t cp, int depth)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	struct viet_letter v;
	int tag, n;

	if (viet_letter(cp, &v)) {
		fold_put(f, (unsigned char)viet_ascii(v.letter));
	} else if (is_space(cp)) {
		f->gap = true;
	} else if (is_apostrophe(cp)) {
		fold_put(f, '\'');
	} else if (cp < 0x80) {
		fold_put(f, cp);
	} else if (is_mark(cp) || is_invisible(cp)) {
		return;
	} else if (depth < 8 && (n = uc_decomposition(cp, &tag, parts)) > 0) {
		for (int i = 0; i < n; i++)
			fold_one(f, parts[i], depth + 1);
	} else {
		fold_put(f, unstroked(uc_tolower(unstroked(cp))));
	}
}

char *
text_fold(struct arena *a, const char *s)
{
	size_t len = strlen(s), n;
	/* One character can decompose into 18 (U+FDFA, from three bytes). */
	struct folded f = { arena_alloc(a, len + 1), 0, false };
	uint32_t cp;
	size_t room = len;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_take(s + i, len - i, &cp);
		if (cp >= 0x80 && room < 64 + f.len + (len - i)) {
			struct viet_letter v;

			if (!viet_letter(cp, &v) && !is_mark(cp)) {
				char *more;

				room = f.len + 128 + 12 * (len - i);
				more = arena_alloc(a, room + 1);
				memcpy(more, f.s, f.len);
				f.s = more;
			}
		}
		fold_one(&f, cp, 0);
	}
	f.s[f.len] = '\0';
	return f.s;
}

char *
text_lower_ascii(struct arena *a, const char *s)
{
	char *t = arena_dup(a, s);

	for (char *p = t; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	return t;
}
