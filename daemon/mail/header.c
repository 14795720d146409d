#include "mail/header.h"

#include <stdint.h>
#include <unistr.h>

#define LINE_OCTETS 76			/* RFC 5322 wishes for 78, RFC 2047 2 allows 76 where encoded words stand */
#define WORD_PAYLOAD 63			/* 75 less =?UTF-8?Q? and ?= */
#define WORD_FRAME 12
#define ONE_CHARACTER 12		/* at most, as =F0=9F=91=8D */
#define LONG_WORD 60			/* a longer one is encoded, so that it can be folded */

static const char hex[] = "0123456789ABCDEF";
static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 'a' atext (RFC 5322 3.2.3) that may stand in a Q word of a phrase too; 'b' other atext; else 0. */
static int
class_of(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return 'a';
	switch (c) {
	case '!': case '*': case '+': case '-': case '/':
		return 'a';
	case '#': case '$': case '%': case '&': case '\'': case '=': case '?': case '^': case '_': case '`':
	case '{': case '|': case '}': case '~':
		return 'b';
	default:
		return 0;
	}
}

enum fate { KEEP, BLANK, DROP };

static enum fate
fate_of(ucs4_t c)
{
	if (c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x2028 || c == 0x2029 || c == 0x3000)
		return BLANK;
	if (c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	    c == 0xfeff)
		return DROP;
	return KEEP;
}

/* Nothing to mend: the common case, decided without decoding what is plain. */
static bool
is_line(const char *s, size_t len)
{
	const uint8_t *u = (const uint8_t *)s;

	if (len && (s[0] == ' ' || s[len - 1] == ' '))
		return false;
	for (size_t i = 0; i < len;) {
		ucs4_t c = u[i];
		int n = 1;

		/* U+00C0 to U+05FF and U+1000 to U+1FFF, all that Vietnamese needs, hold nothing to mend. */
		if (c >= 0xC3 && c < 0xD8 && (u[i + 1] & 0xC0) == 0x80) {
			n = 2;
		} else if (c == 0xE1 && (u[i + 1] & 0xC0) == 0x80 && (u[i + 2] & 0xC0) == 0x80) {
			n = 3;
		} else if (c >= 0x80) {
			n = u8_mbtoucr(&c, u + i, len - i);
			if (n < 0 || fate_of(c) != KEEP)
				return false;
		} else if (c < 0x20 || c == 0x7f || (c == ' ' && u[i + 1] == ' ')) {
			return false;
		}
		i += (size_t)n;
	}
	return true;
}

const char *
mail_line(struct arena *a, const char *s)
{
	size_t len = strlen(s), o = 0;
	const uint8_t *u = (const uint8_t *)s;
	bool blank = false;
	char *out;

	if (is_line(s, len))
		return s;
	out = arena_alloc(a, len * 3 + 1);	/* an octet may become U+FFFD */
	for (size_t i = 0; i < len;) {
		ucs4_t c;
		int n = u8_mbtouc(&c, u + i, len - i);

		i += (size_t)n;
		switch (fate_of(c)) {
		case BLANK:
			blank = true;
			break;
		case KEEP:
			if (blank && o)
				out[o++] = ' ';
			blank = false;
			o += (size_t)u8_uctomb((uint8_t *)out + o, c, 6);
			break;
		case DROP:
			break;
		}
	}
	out[o] = '\0';
	return out;
}

/* A field being written: where the line stands, and whether anything follows the name yet. */
struct field {
	struct buf *b;
	size_t column;
	bool begun;
};

static struct field
field_begin(struct buf *b, const char *name)
{
	size_t n = strlen(name);

	buf_add(b, name, n);
	buf_add(b, ": ", 2);
	return (struct field){ b, n + 2, false };
}

static void
put(struct field *f, const char *s, size_t len)
{
	buf_add(f->b, s, len);
	f->column += len;
}

static void
fold(struct field *f)
{
	buf_add(f->b, "\r\n ", 3);
	f->column = 1;
}

/* One word behind what is there, on this line or the next. */
static void
word_add(struct field *f, const char *s, size_t len)
{
	/* Never right behind the field's name: old programs see an empty field then. */
	if (f->begun && f->column + 1 + len > LINE_OCTETS)
		fold(f);
	else if (f->begun)
		put(f, " ", 1);
	put(f, s, len);
	f->begun = true;
}

static bool
q_safe(unsigned char c)
{
	return class_of(c) == 'a';
}

static size_t
q_cost(const char *s, size_t len)
{
	size_t cost = 0;

	for (size_t i = 0; i < len; i++)
		cost += q_safe((unsigned char)s[i]) || s[i] == ' ' ? 1 : 3;
	return cost;
}

static size_t
character_bytes(const char *s, size_t len)
{
	size_t n = 1;

	while (n < len && ((unsigned char)s[n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* Both write what cost says they do, at most WORD_PAYLOAD octets. */
static void
q_write(struct buf *b, const char *s, size_t len)
{
	char out[WORD_PAYLOAD], *o = out;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (q_safe(c) || c == ' ') {
			*o++ = (char)(c == ' ' ? '_' : c);
		} else {
			*o++ = '=';
			*o++ = hex[c >> 4];
			*o++ = hex[c & 15];
		}
	}
	buf_add(b, out, (size_t)(o - out));
}

static void
b_write(struct buf *b, const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	char out[WORD_PAYLOAD + 1], *o = out;

	for (size_t i = 0; i < len; i += 3) {
		unsigned v = (unsigned)u[i] << 16 | (i + 1 < len ? (unsigned)u[i + 1] << 8 : 0) |
		    (i + 2 < len ? u[i + 2] : 0u);

		*o++ = base64[v >> 18];
		*o++ = base64[v >> 12 & 63];
		*o++ = i + 1 < len ? base64[v >> 6 & 63] : '=';
		*o++ = i + 2 < len ? base64[v & 63] : '=';
	}
	buf_add(b, out, (size_t)(o - out));
}

/*
 * How many octets of s one word can take, whole characters in `room`. B words
 * but the last are kept to multiples of three: GMime loses what follows a
 * padded one. *q is changed to Q where no border falls on such a multiple.
 */
static size_t
word_take(const char *s, size_t len, size_t room, bool *q)
{
	size_t n = 0, third = 0, cost = 0, k;

	for (; n < len; n += k) {
		k = character_bytes(s + n, len - n);
		cost = *q ? cost + q_cost(s + n, k) : (n + k + 2) / 3 * 4;
		if (cost > room)
			break;
		if ((n + k) % 3 == 0)
			third = n + k;
	}
	if (*q || n == len || third || !n)
		return *q || n == len ? n : third;
	*q = true;
	return word_take(s, len, room, q);
}

/* s as encoded words in the shorter of the two encodings. */
static void
encoded_add(struct field *f, const char *s, size_t len)
{
	bool shorter_q = q_cost(s, len) <= (len + 2) / 3 * 4;

	for (size_t i = 0, n; i < len; i += n) {
		size_t used = f->column + WORD_FRAME, room = used < LINE_OCTETS ? LINE_OCTETS - used : 0;
		bool q = shorter_q;

		n = word_take(s + i, len - i, room < WORD_PAYLOAD ? room : WORD_PAYLOAD, &q);
		if (n == 0) {		/* not one character fits; on a line of its own it will */
			fold(f);
			continue;
		}
		put(f, q ? "=?UTF-8?Q?" : "=?UTF-8?B?", 10);
		f->column += q ? q_cost(s + i, n) : (n + 2) / 3 * 4;
		(q ? q_write : b_write)(f->b, s + i, n);
		put(f, "?=", 2);
		if (i + n < len)
			fold(f);
	}
	f->begun = true;
}

/* Does this word have to be encoded? */
static bool
word_odd(const char *s, size_t len)
{
	if (len > LONG_WORD)
		return true;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] >= 0x80 || (s[i] == '=' && i + 1 < len && s[i + 1] == '?'))
			return true;
	return false;
}

void
header_text(struct buf *b, struct arena *a, const char *name, const char *value)
{
	const char *s = mail_line(a, value), *first = NULL, *last = NULL;
	struct field f = field_begin(b, name);
	size_t n;

	for (const char *p = s; *p; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (word_odd(p, n)) {
			first = first ? first : p;
			last = p + n;
		}
	}
	for (const char *p = s; *p; p += n + (p[n] == ' ')) {
		if (p == first) {
			n = (size_t)(last - first);
			if (f.begun && f.column + 1 + WORD_FRAME + ONE_CHARACTER > LINE_OCTETS)
				fold(&f);
			else if (f.begun)
				put(&f, " ", 1);
			encoded_add(&f, first, n);
		} else {
			n = strcspn(p, " ");
			word_add(&f, p, n);
		}
	}
	buf_add(b, "\r\n", 2);
}

/* Words of atext stand alone; others of ASCII within quotes, which may be folded at blanks too. */
static void
phrase_add(struct field *f, const char *s)
{
	bool atoms = true, odd = false;
	size_t n;

	for (const char *p = s; *p; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		odd |= word_odd(p, n);
		for (size_t i = 0; i < n && atoms; i++)
			atoms = class_of((unsigned char)p[i]) != 0;
	}
	if (odd) {
		encoded_add(f, s, strlen(s));
		return;
	}
	if (!atoms)
		put(f, "\"", 1);
	for (const char *p = s; *p; p += n + (p[n] == ' ')) {
		char word[LONG_WORD * 2];
		size_t k = 0;

		n = strcspn(p, " ");
		for (size_t i = 0; i < n; i++) {
			if (!atoms && (p[i] == '"' || p[i] == '\\'))
				word[k++] = '\\';
			word[k++] = p[i];
		}
		word_add(f, word, k);
	}
	if (!atoms)
		put(f, "\"", 1);
}

void
header_mailbox(struct buf *b, struct arena *a, const char *name, const char *display, const char *address)
{
	const char *s = mail_line(a, display);
	struct field f = field_begin(b, name);
	size_t n = strlen(address);

	if (*s)
		phrase_add(&f, s);
	if (f.begun && f.column + n + 3 > LINE_OCTETS)
		fold(&f);
	else if (f.begun)
		put(&f, " ", 1);
	buf_char(b, '<');
	for (size_t i = 0; i < n; i++)
		/* addr_parse lets none of these through; a header is no place to trust it. */
		buf_char(b, (unsigned char)address[i] < 0x20 || address[i] == 0x7f ? '_' : address[i]);
	buf_add(b, ">\r\n", 3);
}

void
header_words(struct buf *b, const char *name, const char *value)
{
	struct field f = field_begin(b, name);

	while (*value) {
		size_t n = 0, from = b->len;

		while (value[n] && (unsigned char)value[n] > 0x20 && value[n] != 0x7f)
			n++;
		if (n)
			word_add(&f, value, n);
		for (size_t i = from; i < b->len; i++)
			if ((unsigned char)b->s[i] >= 0x80)
				b->s[i] = '?';
		value += n;
		while (*value && ((unsigned char)*value <= 0x20 || *value == 0x7f))
			value++;
	}
	buf_add(b, "\r\n", 2);
}

void
header_url(struct buf *b, const char *url)
{
	for (; *url; url++) {
		unsigned char c = (unsigned char)*url;

		if (c <= 0x20 || c >= 0x7f || c == '<' || c == '>' || c == '"' || c == ',' || c == '\\' || c == '^' ||
		    c == '`' || (c >= '{' && c <= '}'))
			buf_add(b, (char[]){ '%', hex[c >> 4], hex[c & 15] }, 3);
		else
			buf_char(b, (char)c);
	}
}

/* RFC 2231: UTF-8''N%E1%BB%99i, cut into key*0*=, key*1*= where a line would not hold it. */
static void
parameter_encoded(struct buf *b, const char *key, const char *s)
{
	size_t len = strlen(s), cost = 0, room = LINE_OCTETS - strlen(key) - 18, i = 0;

	for (size_t k = 0; k < len; k++)
		cost += class_of((unsigned char)s[k]) == 'a' && s[k] != '*' ? 1 : 3;
	if (cost <= room)
		buf_printf(b, ";\r\n %s*=UTF-8''", key);
	for (int part = 0; i < len; part++) {
		size_t used = 0;

		if (cost > room)
			buf_printf(b, ";\r\n %s*%d*=%s", key, part, part ? "" : "UTF-8''");
		while (i < len) {
			size_t k = character_bytes(s + i, len - i);

			if (used + k * 3 > room)
				break;
			for (; k; k--, i++) {
				unsigned char c = (unsigned char)s[i];

				if (class_of(c) == 'a' && c != '*') {
					buf_char(b, (char)c);
					used++;
				} else {
					buf_add(b, (char[]){ '%', hex[c >> 4], hex[c & 15] }, 3);
					used += 3;
				}
			}
		}
	}
}

void
header_parameter(struct buf *b, struct arena *a, const char *key, const char *value)
{
	const char *s = mail_line(a, value);
	bool token = *s != '\0', plain = strlen(s) + strlen(key) + 6 <= LINE_OCTETS;

	for (const char *p = s; *p; p++) {
		token &= (class_of((unsigned char)*p) == 'a' && !strchr("!*+/", *p)) || *p == '.' || *p == '_';
		plain &= (unsigned char)*p < 0x80 && *p != '"' && *p != '\\';
	}
	if (plain)
		buf_printf(b, token ? ";\r\n %s=%s" : ";\r\n %s=\"%s\"", key, s);
	else
		parameter_encoded(b, key, s);
}
