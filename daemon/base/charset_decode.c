/* charset.h: bytes to UTF-8, one state machine for all encodings. */
#include "base/charset.h"

#include "base/charset_table.h"
#include "base/utf8.h"
#include "base/viet.h"

void
charset_decoder_init(struct charset_decoder *d, const struct charset_finding *f)
{
	*d = (struct charset_decoder){ .charset = f->charset, .hidden = f->hidden, .first = true };
}

static void
put(struct buf *out, uint32_t cp)
{
	char c[4];

	buf_add(out, c, utf8_put(c, cp));
}

/* The last stage: letters wait for the marks that may follow them. */
static void
compose(struct charset_decoder *d, uint32_t cp, struct buf *out)
{
	uint32_t joined;
	struct viet_letter v;

	if (d->base) {
		if ((joined = viet_join(d->base, cp)) != 0) {
			d->base = joined;
			return;
		}
		put(out, d->base);
		d->base = 0;
	}
	if (viet_letter(cp, &v))
		d->base = cp;
	else
		put(out, cp);
}

static void
vni_flush(struct charset_decoder *d, struct buf *out)
{
	uint32_t b = d->vni, cp;

	if (!b)
		return;
	d->vni = 0;
	cp = vni_single((unsigned char)b);
	compose(d, cp ? cp : b, out);
}

/* Hidden UTF-8 that is none after all goes out as the characters it came as. */
static void
inner_flush(struct charset_decoder *d, struct buf *out)
{
	for (unsigned i = 0; i < d->inner_len; i++) {
		uint32_t cp = windows_1252(d->inner[i]);

		compose(d, cp ? cp : d->inner[i], out);
	}
	d->inner_len = 0;
}

static void
inner_utf8(struct charset_decoder *d, unsigned char b, struct buf *out)
{
	uint32_t cp;

	if (b < 0x80 || d->inner_len == sizeof(d->inner) || (b >= 0xC0 && d->inner_len))
		inner_flush(d, out);
	if (b < 0x80) {
		compose(d, b, out);
		return;
	}
	d->inner[d->inner_len++] = b;
	if (utf8_next((const char *)d->inner, d->inner_len, &cp)) {
		d->inner_len = 0;
		if (cp != 0xFEFF)	/* a BOM encoded twice */
			compose(d, cp, out);
	}
}

/* One byte in an encoding of one or two bytes; `shown` is what it means if it has no letter there. */
static void
inner_byte(struct charset_decoder *d, enum charset_hidden as, unsigned char b, uint32_t shown, struct buf *out)
{
	uint32_t cp;

	switch (as) {
	case HIDDEN_TCVN3:
		cp = tcvn3(b);
		compose(d, cp ? cp : shown, out);
		break;
	case HIDDEN_WINDOWS_1258:
		cp = windows_1258(b);
		compose(d, cp ? cp : shown, out);
		break;
	case HIDDEN_VNI:
		if (d->vni && (cp = vni_pair((unsigned char)d->vni, b)) != 0) {
			d->vni = 0;
			compose(d, cp, out);
			break;
		}
		vni_flush(d, out);
		if (vni_base(b))
			d->vni = b;
		else
			compose(d, (cp = vni_single(b)) != 0 ? cp : shown, out);
		break;
	case HIDDEN_UTF8:
		inner_utf8(d, b, out);
		break;
	case HIDDEN_NONE:
		compose(d, shown, out);
		break;
	}
}

static void
inner_end(struct charset_decoder *d, struct buf *out)
{
	vni_flush(d, out);
	inner_flush(d, out);
}

/* The cell is complete, or as long as a cell can be. */
static void
cell_flush(struct charset_decoder *d, struct buf *out)
{
	for (unsigned i = 0; i < d->cell_len; i++) {
		uint32_t cp = d->cell[i];
		int b = d->cell_sound ? -1 : windows_1252_byte(cp);

		if (b < 0) {
			inner_end(d, out);
			compose(d, cp, out);
		} else {
			inner_byte(d, d->hidden, (unsigned char)b, cp, out);
		}
	}
	d->cell_len = 0;
}

static void
cell_add(struct charset_decoder *d, uint32_t cp, struct buf *out)
{
	struct viet_letter v;
	bool ends = cp < 0x80 && cp && strchr(",;|\t\r\n\"", (int)cp);

	if (ends || d->cell_len == COUNT_OF(d->cell))
		cell_flush(d, out);
	if (ends) {
		d->cell_sound = false;
		inner_end(d, out);
		compose(d, cp, out);
		return;
	}
	if (cp > 0xFF && viet_letter(cp, &v))
		d->cell_sound = true;
	d->cell[d->cell_len++] = cp;
}

static void
unicode(struct charset_decoder *d, uint32_t cp, struct buf *out)
{
	if (d->first) {
		d->first = false;
		if (cp == 0xFEFF)
			return;
	}
	if (d->hidden == HIDDEN_NONE)
		compose(d, cp, out);
	else
		cell_add(d, cp, out);
}

/*
 * n > 0 ASCII characters, which no letter before can join: only the last may
 * be the base of what follows, so all others go out at once.
 */
static void
ascii(struct charset_decoder *d, const char *s, size_t n, struct buf *out)
{
	inner_end(d, out);
	if (d->base)
		put(out, d->base);
	d->base = 0;
	d->first = false;
	buf_add(out, s, n - 1);
	if (d->charset == CHARSET_VNI)
		inner_byte(d, HIDDEN_VNI, (unsigned char)s[n - 1], (unsigned char)s[n - 1], out);
	else
		compose(d, (unsigned char)s[n - 1], out);
}

static size_t
ascii_length(const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] < 0x80)
		i++;
	return i;
}

/* The same in UTF-16; at most `max` characters into s. */
static size_t
ascii_narrowed(const unsigned char *p, size_t n, bool big, char *s, size_t max)
{
	size_t i = 0;

	while (i < max && 2 * i + 1 < n && p[2 * i + !big] == 0 && p[2 * i + big] < 0x80) {
		s[i] = (char)p[2 * i + big];
		i++;
	}
	return i;
}

/* ------------------------------------------------------- UTF-8 and UTF-16 */

/* Takes one character from p (n bytes, n > 0). 0: more bytes are needed. */
static size_t
utf8_step(const unsigned char *p, size_t n, bool last, uint32_t *cp)
{
	size_t len = utf8_next((const char *)p, n, cp), want = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;

	if (len)
		return len;
	if (!last && n < want && p[0] >= 0xC2 && p[0] <= 0xF4) {
		size_t k = 1;

		while (k < n && (p[k] & 0xC0) == 0x80)
			k++;
		if (k == n)
			return 0;
	}
	*cp = UTF8_REPLACEMENT;
	return 1;
}

static size_t
utf16_step(const unsigned char *p, size_t n, bool big, bool last, uint32_t *cp)
{
	uint32_t unit, low;

	*cp = UTF8_REPLACEMENT;
	if (n < 2)
		return last ? n : 0;
	unit = (uint32_t)p[big ? 0 : 1] << 8 | p[big ? 1 : 0];
	if (unit < 0xD800 || unit > 0xDFFF) {
		*cp = unit;
		return 2;
	}
	if (unit >= 0xDC00)
		return 2;
	if (n < 4)
		return last ? 2 : 0;
	low = (uint32_t)p[big ? 2 : 3] << 8 | p[big ? 3 : 2];
	if (low < 0xDC00 || low > 0xDFFF)
		return 2;
	*cp = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
	return 4;
}

static size_t
step(const struct charset_decoder *d, const unsigned char *p, size_t n, bool last, uint32_t *cp)
{
	if (d->charset == CHARSET_UTF16LE || d->charset == CHARSET_UTF16BE)
		return utf16_step(p, n, d->charset == CHARSET_UTF16BE, last, cp);
	return utf8_step(p, n, last, cp);
}

static void
decode_unicode(struct charset_decoder *d, const unsigned char *p, size_t n, bool last, struct buf *out)
{
	bool wide = d->charset == CHARSET_UTF16LE || d->charset == CHARSET_UTF16BE;
	bool big = d->charset == CHARSET_UTF16BE;
	char narrow[256];
	uint32_t cp;
	size_t used, k;

	/* First the character that the piece before left unfinished. */
	while (d->rest_len && (n || last)) {
		unsigned char both[8];
		size_t old = d->rest_len, have = old;

		memcpy(both, d->rest, old);
		while (have < sizeof(both) && have - old < n) {
			both[have] = p[have - old];
			have++;
		}
		used = step(d, both, have, last && have - old == n, &cp);
		if (!used) {		/* took all there was, and still not whole */
			ASSERT(have <= sizeof(d->rest));
			memcpy(d->rest, both, have);
			d->rest_len = (unsigned)have;
			return;
		}
		unicode(d, cp, out);
		if (used >= old) {
			p += used - old;
			n -= used - old;
			d->rest_len = 0;
		} else {
			memmove(d->rest, d->rest + used, old - used);
			d->rest_len = (unsigned)(old - used);
		}
	}
	for (; n; p += used, n -= used) {
		k = d->hidden ? 0 : wide ? ascii_narrowed(p, n, big, narrow, sizeof(narrow)) : ascii_length(p, n);
		if (k) {
			ascii(d, wide ? narrow : (const char *)p, k, out);
			used = wide ? 2 * k : k;
			continue;
		}
		if (!(used = step(d, p, n, last, &cp))) {
			ASSERT(n <= sizeof(d->rest));
			memcpy(d->rest, p, n);
			d->rest_len = (unsigned)n;
			return;
		}
		unicode(d, cp, out);
	}
}

/* -------------------------------------------------------------- bytewise */

static void
decode_bytes(struct charset_decoder *d, const unsigned char *p, size_t n, struct buf *out)
{
	enum charset_hidden as = d->charset == CHARSET_TCVN3 ? HIDDEN_TCVN3 : d->charset == CHARSET_VNI ? HIDDEN_VNI :
	    d->charset == CHARSET_WINDOWS_1258 ? HIDDEN_WINDOWS_1258 : HIDDEN_NONE;

	for (size_t i = 0, k; i < n; i++) {
		uint32_t shown;

		if ((k = ascii_length(p + i, n - i)) > 0) {
			ascii(d, (const char *)p + i, k, out);
			if ((i += k) == n)
				break;
		}
		shown = windows_1252(p[i]);
		/* Windows-1258 has no letter where 1252 has Š: its holes are holes. */
		if (!shown || (as == HIDDEN_WINDOWS_1258 && !windows_1258(p[i])))
			shown = UTF8_REPLACEMENT;
		inner_byte(d, as, p[i], shown, out);
	}
}

void
charset_decode(struct charset_decoder *d, const void *in, size_t n, bool last, struct buf *out)
{
	switch (d->charset) {
	case CHARSET_UTF8:
	case CHARSET_BINARY:
	case CHARSET_UTF16LE:
	case CHARSET_UTF16BE:
		decode_unicode(d, in, n, last, out);
		break;
	case CHARSET_WINDOWS_1258:
	case CHARSET_WINDOWS_1252:
	case CHARSET_TCVN3:
	case CHARSET_VNI:
		decode_bytes(d, in, n, out);
		break;
	}
	if (!last)
		return;
	cell_flush(d, out);
	inner_end(d, out);
	if (d->base)
		put(out, d->base);
	d->base = 0;
}

bool
charset_is_plain(const struct charset_finding *f)
{
	return f->charset == CHARSET_UTF8 && f->hidden == HIDDEN_NONE && f->form == FORM_NFC && !f->damaged;
}

char *
charset_text(struct arena *a, const void *data, size_t len, const struct charset_finding *f)
{
	struct buf out = BUF_INIT(4 * len + 512);
	struct charset_decoder d;
	char *text;

	charset_decoder_init(&d, f);
	charset_decode(&d, data, len, true, &out);
	text = arena_ndup(a, buf_str(&out), out.len);
	buf_release(&out);
	return text;
}
