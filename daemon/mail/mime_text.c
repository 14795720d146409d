/* Decoding: transfer encodings, charsets, encoded words, HTML. */
#include "mail/mime.h"

#include <iconv.h>
#include <strings.h>
#include <unistr.h>

#include "base/buf.h"

#define DECODED_MAX (64u << 20)

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char *
decode_qp(struct arena *a, const char *s, size_t len, bool header, size_t *out_len)
{
	char *out = arena_alloc(a, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '=' && i + 2 < len + 0 && hex_digit(s[i + 1]) >= 0 && hex_digit(s[i + 2]) >= 0) {
			char c = (char)(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));

			if (c != '\r' && c != '\0')
				out[n++] = c;
			i += 2;
		} else if (s[i] == '=' && !header) {
			size_t j = i + 1;

			while (j < len && (s[j] == ' ' || s[j] == '\t'))
				j++;
			if (j >= len || s[j] == '\n')
				i = j;		/* soft line break */
			else
				out[n++] = '=';
		} else {
			out[n++] = header && s[i] == '_' ? ' ' : s[i];
		}
	}
	out[n] = '\0';
	*out_len = n;
	return out;
}

static char *
decode_base64(struct arena *a, const char *s, size_t len, size_t *out_len)
{
	char *out = arena_alloc(a, len / 4 * 3 + 4);
	unsigned bits = 0, have = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		unsigned v;

		if (c >= 'A' && c <= 'Z')
			v = c - 'A';
		else if (c >= 'a' && c <= 'z')
			v = c - 'a' + 26u;
		else if (c >= '0' && c <= '9')
			v = c - '0' + 52u;
		else if (c == '+' || c == '-')
			v = 62;
		else if (c == '/' || c == '_')
			v = 63;
		else {
			if (c == '=')
				have = bits = 0;	/* the end, or pieces glued together */
			continue;
		}
		bits = bits << 6 | v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 0xff);
			if (out[n - 1] == '\0')
				out[n - 1] = ' ';
		}
	}
	out[n] = '\0';
	*out_len = n;
	return out;
}

const char *
mime_decode(struct arena *a, const struct mime_part *m, size_t *len)
{
	switch (m->encoding) {
	case MIME_QP:
		return decode_qp(a, m->body, m->len, false, len);
	case MIME_BASE64: {
		char *s = decode_base64(a, m->body, m->len, len), *w = s;

		for (size_t i = 0; i < *len; i++)
			if (s[i] != '\r')
				*w++ = s[i];
		*w = '\0';
		*len = (size_t)(w - s);
		return s;
	}
	case MIME_PLAIN:
		break;
	}
	*len = m->len;
	return arena_ndup(a, m->body, m->len);
}

static const char *
convert(struct arena *a, const char *charset, const char *s, size_t len)
{
	iconv_t cd;
	size_t cap = len * 3 + 16, room = cap, left = len;
	char *out, *w, *in = (char *)(size_t)s;

	if ((cd = iconv_open("UTF-8", charset)) == (iconv_t)-1)
		return NULL;
	w = out = arena_alloc(a, cap + 1);
	while (left) {
		if (iconv(cd, &in, &left, &w, &room) != (size_t)-1)
			break;
		if (!left || room < 8)
			break;
		in++;		/* a byte that this charset does not have */
		left--;
		memcpy(w, "\xef\xbf\xbd", 3);
		w += 3;
		room -= 3;
	}
	iconv(cd, NULL, NULL, &w, &room);
	iconv_close(cd);
	*w = '\0';
	for (char *p = memchr(out, '\0', (size_t)(w - out)); p && p < w; p = memchr(p, '\0', (size_t)(w - p)))
		*p = ' ';
	return out;
}

static bool
plain_ascii(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] >= 0x80 || s[i] == 0x1b)
			return false;
	return true;
}

/* iconv takes "NAME//IGNORE" and paths of modules: only plain names go there. */
static bool
charset_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:()+");

	return n && n < 40 && !s[n];
}

const char *
mime_utf8(struct arena *a, const char *charset, const char *s, size_t len)
{
	const char *out = NULL;
	bool utf7 = strncasecmp(charset, "utf-7", 5) == 0 || strcasecmp(charset, "unicode-1-1-utf-7") == 0;

	if (!utf7 && strncasecmp(charset, "utf-16", 6) != 0 && strncasecmp(charset, "utf-32", 6) != 0 && plain_ascii(s, len))
		return arena_ndup(a, s, len);
	if ((!*charset || strcasecmp(charset, "utf-8") == 0 || strcasecmp(charset, "utf8") == 0 ||
	    strcasecmp(charset, "us-ascii") == 0) && !u8_check((const uint8_t *)s, len) && !memchr(s, 0x1b, len))
		return arena_ndup(a, s, len);
	if (utf7)
		charset = "UTF-7";
	else if (strcasecmp(charset, "gb2312") == 0 || strcasecmp(charset, "gbk") == 0)
		charset = "GB18030";
	else if (strcasecmp(charset, "shift_jis") == 0 || strcasecmp(charset, "sjis") == 0 || strcasecmp(charset, "x-sjis") == 0)
		charset = "CP932";
	else if (strcasecmp(charset, "iso-8859-1") == 0 || strcasecmp(charset, "us-ascii") == 0)
		charset = memchr(s, 0x1b, len) ? "ISO-2022-JP" : "WINDOWS-1252";
	else if (strcasecmp(charset, "ks_c_5601-1987") == 0)
		charset = "CP949";
	if (!*charset || strncasecmp(charset, "utf-8", 5) == 0 || strncasecmp(charset, "unknown", 7) == 0 || !charset_name(charset))
		charset = memchr(s, 0x1b, len) ? "ISO-2022-JP" : !u8_check((const uint8_t *)s, len) ? "UTF-8" : "WINDOWS-1252";
	if (!(out = convert(a, charset, s, len)))
		out = convert(a, u8_check((const uint8_t *)s, len) ? "WINDOWS-1252" : "UTF-8", s, len);
	return out ? out : arena_ndup(a, s, len);
}

const char *
mime_text(struct arena *a, const struct mime_part *m)
{
	size_t len;
	const char *s = mime_decode(a, m, &len);

	s = mime_utf8(a, m->charset, s, len);
	return strcmp(m->type, "text/html") == 0 ? mime_html(a, s, strlen(s)) : s;
}

/* "=?charset?Q?text?=" at p: where it ends, and its three pieces. */
static const char *
encoded_word(const char *p, const char **charset, size_t *n, char *how, const char **text, size_t *text_len)
{
	const char *q;

	if (p[0] != '=' || p[1] != '?')
		return NULL;
	*charset = p + 2;
	*n = strcspn(*charset, "? \t*");
	q = *charset + *n;
	if (*q == '*')
		q += strcspn(q, "?");
	if (*q != '?' || !q[1] || q[2] != '?')
		return NULL;
	*how = (char)(q[1] | 32);
	*text = q + 3;
	for (q = *text; *q && q - *text < 2000 && !(q[0] == '?' && q[1] == '='); q++)
		;
	if (*q != '?' || q[1] != '=' || (*how != 'q' && *how != 'b'))
		return NULL;
	*text_len = (size_t)(q - *text);
	return q + 2;
}

const char *
mime_words(struct arena *a, const char *v)
{
	struct buf out = BUF_INIT(DECODED_MAX), bytes = BUF_INIT(DECODED_MAX);
	char charset[64] = "";
	const char *s;

	if (!strstr(v, "=?"))
		return mime_utf8(a, "", v, strlen(v));
	/* Bytes of neighbours in one charset are joined before conversion: some cut inside a character. */
	while (*v) {
		const char *name, *text, *end;
		size_t n, len, raw_len;
		char how, *raw;

		if ((end = encoded_word(v, &name, &n, &how, &text, &len)) && n < sizeof(charset)) {
			if (strlen(charset) != n || strncasecmp(charset, name, n) != 0) {
				s = mime_utf8(a, charset, buf_str(&bytes), bytes.len);
				buf_str_add(&out, s);
				buf_clear(&bytes);
				memcpy(charset, name, n);
				charset[n] = '\0';
			}
			raw = how == 'q' ? decode_qp(a, text, len, true, &raw_len) : decode_base64(a, text, len, &raw_len);
			buf_add(&bytes, raw, raw_len);
			v = end;
			end += strspn(end, " \t\n");
			if (encoded_word(end, &name, &n, &how, &text, &len))
				v = end;	/* blanks between two encoded words do not count */
			continue;
		}
		if (bytes.len) {
			buf_str_add(&out, mime_utf8(a, charset, buf_str(&bytes), bytes.len));
			buf_clear(&bytes);
			charset[0] = '\0';
		}
		buf_char(&out, *v++);
	}
	if (bytes.len)
		buf_str_add(&out, mime_utf8(a, charset, buf_str(&bytes), bytes.len));
	s = mime_utf8(a, "", buf_str(&out), out.len);
	buf_release(&out);
	buf_release(&bytes);
	return s;
}

static const struct { const char *name; unsigned code; } entities[] = {
	{ "amp;", '&' }, { "lt;", '<' }, { "gt;", '>' }, { "quot;", '"' }, { "apos;", '\'' }, { "nbsp;", ' ' },
	{ "lsquo;", '\'' }, { "rsquo;", '\'' }, { "ldquo;", '"' }, { "rdquo;", '"' }, { "laquo;", '"' }, { "raquo;", '"' },
	{ "ndash;", '-' }, { "mdash;", '-' }, { "shy;", 0xad },
};

/* The named letters of Latin-1 from 0xc0 on, "" for the two signs between them; lower case is 0x20 higher. */
static const char *const letters[] = { "Agrave;", "Aacute;", "Acirc;", "Atilde;", "Auml;", "Aring;", "AElig;", "Ccedil;",
    "Egrave;", "Eacute;", "Ecirc;", "Euml;", "Igrave;", "Iacute;", "Icirc;", "Iuml;", "ETH;", "Ntilde;", "Ograve;", "Oacute;",
    "Ocirc;", "Otilde;", "Ouml;", "", "Oslash;", "Ugrave;", "Uacute;", "Ucirc;", "Uuml;", "Yacute;", "THORN;", "szlig;" };

static size_t
letter(const char *s, size_t len, struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(letters); i++) {
		size_t n = strlen(letters[i]);

		if (n == 0 || len <= n || strncasecmp(s + 1, letters[i], n) != 0)
			continue;
		/* "&Eacute;" and "&eacute;" differ in their first letter only; &szlig; has no capital. */
		buf_utf8(out, 0xc0 + (unsigned)i + (i < 31 && s[1] >= 'a' ? 0x20 : 0));
		return n + 1;
	}
	return 0;
}

static size_t
entity(const char *s, size_t len, struct buf *out)
{
	unsigned code = 0;

	if (len > 2 && s[1] == '#') {
		bool hex = (s[2] | 32) == 'x';
		size_t i = hex ? 3 : 2, from = i;

		for (; i < len && i < 12; i++) {
			int d = hex_digit(s[i]);

			if (d < 0 || (!hex && d > 9))
				break;
			code = code * (hex ? 16u : 10u) + (unsigned)d;
		}
		if (i == from || code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return 0;
		buf_utf8(out, code == 0xa0 ? ' ' : code);
		return i + (i < len && s[i] == ';');
	}
	for (size_t i = 0; i < COUNT_OF(entities); i++) {
		size_t n = strlen(entities[i].name);

		if (len > n && memcmp(s + 1, entities[i].name, n) == 0) {
			buf_utf8(out, entities[i].code);
			return n + 1;
		}
	}
	return letter(s, len, out);
}

static bool
tag_is(const char *s, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n && strncasecmp(s, name, n) == 0 && !(((s[n] | 32) >= 'a' && (s[n] | 32) <= 'z'));
}

/* Does a tag break lines? Where none does, the line ends of the source were meant (plain text called HTML). */
static bool
breaks_lines(const char *tag, size_t len)
{
	static const char *const names[] = { "br", "p", "/p", "div", "/div", "tr", "/tr", "li", "h1", "h2", "h3", "/h1",
	    "/h2", "/h3", "hr", "table", "/table", "ul", "pre", "/pre", "blockquote" };

	for (size_t k = 0; k < COUNT_OF(names); k++)
		if (tag_is(tag, len, names[k]))
			return true;
	return false;
}

static bool
has_breaks(const char *h, size_t len)
{
	for (const char *p = h, *end = h + len; (p = memchr(p, '<', (size_t)(end - p))); )
		if (++p < end && breaks_lines(p, (size_t)(end - p)))
			return true;
	return false;
}

/* No blanks before line ends, no more than one empty line: what is left of tables and nested paragraphs. */
static void
tidy(char *s)
{
	char *w = s, *from = s;

	while (*s) {
		if (*s != '\n') {
			*w++ = *s++;
			continue;
		}
		while (w > from && (w[-1] == ' ' || w[-1] == '\t'))
			w--;
		if (w - from < 2 || w[-1] != '\n' || w[-2] != '\n')
			*w++ = '\n';
		s++;
	}
	*w = '\0';
}

const char *
mime_html(struct arena *a, const char *h, size_t len)
{
	struct buf out = BUF_INIT(DECODED_MAX);
	bool flow = has_breaks(h, len), pre = false, any_pre = false;
	char *s;

	for (size_t i = 0; i < len; ) {
		if (h[i] == '<' && i + 1 < len && (h[i + 1] == '/' || h[i + 1] == '!' || ((h[i + 1] | 32) >= 'a' && (h[i + 1] | 32) <= 'z'))) {
			const char *tag = h + i + 1, *end;
			size_t left = len - i - 1;
			bool skip = tag_is(tag, left, "style") || tag_is(tag, left, "script") || tag_is(tag, left, "head");

			/* "<name@host>": an address that was not escaped */
			end = memchr(tag, '>', left);
			if (end && memchr(tag, '@', (size_t)(end - tag)) && !memchr(tag, ' ', (size_t)(end - tag)) &&
			    !memchr(tag, '=', (size_t)(end - tag))) {
				buf_add(&out, h + i, (size_t)(end - tag) + 2);
				i = (size_t)(end - h) + 1;
				continue;
			}
			if (breaks_lines(tag, left))
				buf_char(&out, '\n');
			pre = (pre || tag_is(tag, left, "pre")) && !tag_is(tag, left, "/pre");
			any_pre = any_pre || pre;
			if (tag_is(tag, left, "td") || tag_is(tag, left, "/td"))
				buf_char(&out, ' ');
			if (left > 3 && memcmp(tag, "!--", 3) == 0) {
				end = memmem(tag, left, "-->", 3);
				i = end ? (size_t)(end - h) + 3 : len;
				continue;
			}
			i = end ? (size_t)(end - h) + 1 : len;
			if (skip) {
				char close[12];
				size_t n = (size_t)snprintf(close, sizeof(close), "</%s", tag_is(tag, left, "style") ? "style" :
				    tag_is(tag, left, "head") ? "head" : "script");

				while (i < len && !(h[i] == '<' && len - i > n && strncasecmp(h + i, close, n) == 0))
					i++;
			}
		} else if (h[i] == '&') {
			size_t n = entity(h + i, len - i, &out);

			if (n == 0)
				buf_char(&out, '&');
			i += n ? n : 1;
		} else {
			buf_char(&out, h[i] == '\n' && flow && !pre ? ' ' : h[i]);
			i++;
		}
	}
	s = arena_ndup(a, buf_str(&out), out.len);
	buf_release(&out);
	if (flow && !any_pre)
		tidy(s);
	return s;
}
