#include "mail/body.h"

#include <stdint.h>

#define LINE_MAX_OCTETS 998
#define QP_LINE 76

/*
 * What an octet becomes in quoted-printable, and how many octets that is. A
 * table, because a branch for each letter of Vietnamese costs more than
 * writing four octets and keeping one or three.
 */
#define CONTROL(c)	(((c) < 0x20 && (c) != '\t') || (c) == 0x7f)
#define LITERAL(c)	(((c) >= 0x20 && (c) < 0x7f && (c) != '=') || (c) == '\t')
#define HEX(d)		((char)((d) < 10 ? '0' + (d) : 'A' + (d) - 10))
#define CODE(c)		{ { LITERAL(c) ? (char)(c) : CONTROL(c) ? ' ' : '=', HEX((c) >> 4), HEX((c) & 15) }, \
			  LITERAL(c) || CONTROL(c) ? 1 : 3 }
#define CODE4(c)	CODE(c), CODE((c) + 1), CODE((c) + 2), CODE((c) + 3)
#define CODE16(c)	CODE4(c), CODE4((c) + 4), CODE4((c) + 8), CODE4((c) + 12)
#define CODE64(c)	CODE16(c), CODE16((c) + 16), CODE16((c) + 32), CODE16((c) + 48)

static const struct code { char s[3]; unsigned char n; } codes[256] = { CODE64(0), CODE64(64), CODE64(128), CODE64(192) };

/* The next line of a text, without its end (LF, CRLF or a lone CR). */
struct line {
	const char *s;
	size_t len;
};

static bool
line_next(const char **at, const char *end, struct line *l)
{
	const char *nl, *cr;

	if (*at == end)
		return false;
	nl = memchr(*at, '\n', (size_t)(end - *at));
	l->s = *at;
	l->len = (size_t)((nl ? nl : end) - *at);
	*at = nl ? nl + 1 : end;
	if (!(cr = memchr(l->s, '\r', l->len)))
		return true;
	if (nl && cr + 1 == nl) {
		l->len--;
		return true;
	}
	l->len = (size_t)(cr - l->s);
	*at = cr + 1;
	return true;
}

static bool
has_high(const char *s, size_t n)
{
	uint64_t seen = 0, w;

	for (; n >= 8; s += 8, n -= 8) {
		memcpy(&w, s, 8);
		seen |= w;
	}
	for (; n; s++, n--)
		seen |= (unsigned char)*s;
	return (seen & 0x8080808080808080u) != 0;
}

enum body_encoding
body_encoding(const char *s, size_t len, bool eight_bit)
{
	const char *at = s, *end = s + len;
	bool high = has_high(s, len);
	struct line l;

	if (high && !eight_bit)
		return BODY_QP;
	while (line_next(&at, end, &l))
		if (l.len > LINE_MAX_OCTETS || (l.len >= 4 && memcmp(l.s, "--" BOUNDARY_PREFIX, 4) == 0))
			return BODY_QP;
	return high ? BODY_8BIT : BODY_7BIT;
}

const char *
body_encoding_name(enum body_encoding e)
{
	return e == BODY_QP ? "quoted-printable" : e == BODY_8BIT ? "8bit" : "7bit";
}

static bool
is_control(unsigned char c)
{
	return CONTROL(c);
}

/* Eight octets at a time; a tab counts as one here. */
static bool
may_have_control(const char *s, size_t n)
{
	const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
	uint64_t seen = 0, w, x;

	for (; n >= 8; s += 8, n -= 8) {
		memcpy(&w, s, 8);
		x = w ^ ones * 0x7f;
		seen |= ((w - ones * 0x20) & ~w) | ((x - ones) & ~x);
	}
	for (; n; s++, n--)
		seen |= is_control((unsigned char)*s) ? highs : 0;
	return (seen & highs) != 0;
}

/* A line as it is, controls as blanks. */
static void
plain_line(struct buf *b, const struct line *l)
{
	char *o = buf_room(b, l->len + 2);

	if (!o)
		return;
	memcpy(o, l->s, l->len);
	if (may_have_control(o, l->len))
		for (size_t i = 0; i < l->len; i++)
			if (is_control((unsigned char)o[i]))
				o[i] = ' ';
	memcpy(o + l->len, "\r\n", 2);
	buf_grown(b, l->len + 2);
}

static char *
escape(char *o, unsigned char c)
{
	o[0] = '=';
	o[1] = HEX(c >> 4);
	o[2] = HEX(c & 15);
	return o + 3;
}

static char *
soft_break(char *o)
{
	memcpy(o, "=\r\n", 3);
	return o + 3;
}

/*
 * One line; o has room for the worst case. What might be taken for something
 * else at the start of a line ("From ", a dot) is escaped there, a blank at
 * the end too.
 */
static char *
qp_line(char *o, const struct line *l)
{
	const unsigned char *s = (const unsigned char *)l->s, *end = s + l->len;
	char *line = o;

	while (s < end) {
		if (*s == '.' || (*s == 'F' && end - s >= 5 && memcmp(s, "From ", 5) == 0))
			o = escape(o, *s++);
		/* Room for one more of three octets and for the soft break. */
		for (const char *most = line + QP_LINE - 4; s < end && o <= most; s++) {
			memcpy(o, &codes[*s], sizeof(codes[0]));
			o += codes[*s].n;
		}
		if (s < end)
			o = line = soft_break(o);
	}
	if (o > line && (o[-1] == ' ' || o[-1] == '\t')) {
		char last = *--o;

		if (o + 3 > line + QP_LINE)
			o = soft_break(o);
		o = escape(o, (unsigned char)last);
	}
	memcpy(o, "\r\n", 2);
	return o + 2;
}

void
body_text(struct buf *b, const char *s, size_t len, enum body_encoding enc)
{
	const char *at = s, *end = s + len;
	struct line l;

	while (line_next(&at, end, &l)) {
		char *o;

		if (enc != BODY_QP) {
			plain_line(b, &l);
			continue;
		}
		/* three octets each, and a soft break after 72 or more of them */
		if (!(o = buf_room(b, l.len * 3 + l.len * 3 / 72 * 3 + 16)))
			return;
		buf_grown(b, (size_t)(qp_line(o, &l) - o));
	}
}

void
body_base64(struct buf *b, const void *p, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *u = p;

	for (size_t i = 0; i < len; i += 57) {
		size_t n = len - i < 57 ? len - i : 57;
		char *o = buf_room(b, 80), *start = o;

		if (!o)
			return;
		for (size_t k = i; k < i + n; k += 3) {
			size_t left = i + n - k;
			unsigned v = (unsigned)u[k] << 16 | (left > 1 ? (unsigned)u[k + 1] << 8 : 0) |
			    (left > 2 ? u[k + 2] : 0u);

			*o++ = digits[v >> 18];
			*o++ = digits[v >> 12 & 63];
			*o++ = left > 1 ? digits[v >> 6 & 63] : '=';
			*o++ = left > 2 ? digits[v & 63] : '=';
		}
		memcpy(o, "\r\n", 2);
		buf_grown(b, (size_t)(o + 2 - start));
	}
}
