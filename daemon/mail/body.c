#include "mail/body.h"

#include <stdint.h>

#define LINE_MAX_OCTETS 998
#define QP_LINE 76

static const char hex[] = "0123456789ABCDEF";

/* May stand for itself in quoted-printable; blanks only within a line. */
static const bool literal[256] = {
	[' '] = true, ['\t'] = true, ['!'] = true, ['"'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true,
	['\''] = true, ['('] = true, [')'] = true, ['*'] = true, ['+'] = true, [','] = true, ['-'] = true, ['.'] = true,
	['/'] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true,
	['7'] = true, ['8'] = true, ['9'] = true, [':'] = true, [';'] = true, ['<'] = true, ['>'] = true, ['?'] = true,
	['@'] = true, ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true, ['F'] = true, ['G'] = true,
	['H'] = true, ['I'] = true, ['J'] = true, ['K'] = true, ['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true,
	['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true, ['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true,
	['X'] = true, ['Y'] = true, ['Z'] = true, ['['] = true, ['\\'] = true, [']'] = true, ['^'] = true, ['_'] = true,
	['`'] = true, ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true, ['g'] = true,
	['h'] = true, ['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true, ['m'] = true, ['n'] = true, ['o'] = true,
	['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true, ['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true,
	['x'] = true, ['y'] = true, ['z'] = true, ['{'] = true, ['|'] = true, ['}'] = true, ['~'] = true,
};

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
	return (c < 0x20 && c != '\t') || c == 0x7f;
}

/* A line as it is, controls as blanks. */
static void
plain_line(struct buf *b, const struct line *l)
{
	size_t from = b->len;
	unsigned bad = 0;

	buf_add(b, l->s, l->len);
	buf_add(b, "\r\n", 2);
	for (size_t i = 0; i < l->len; i++)
		bad |= is_control((unsigned char)l->s[i]);
	if (bad && !b->failed)
		for (size_t i = 0; i < l->len; i++)
			if (is_control((unsigned char)l->s[i]))
				b->s[from + i] = ' ';
}

static char *
escape(char *o, unsigned char c)
{
	*o++ = '=';
	*o++ = hex[c >> 4];
	*o++ = hex[c & 15];
	return o;
}

/*
 * One line; o has room for the worst case. What might be taken for something
 * else at the start of a line ("From ", a dot) is escaped there.
 */
static char *
qp_line(char *o, const struct line *l)
{
	const unsigned char *s = (const unsigned char *)l->s, *end = s + l->len;
	char *line = o;

	while (s < end) {
		unsigned char c = is_control(*s) ? ' ' : *s;
		bool last = s + 1 == end;
		bool plain = literal[c] && !(last && (c == ' ' || c == '\t'));

		if (o == line && (c == '.' || (c == 'F' && end - s >= 5 && memcmp(s, "From ", 5) == 0)))
			plain = false;
		/* Only the last character may use the column that else belongs to the soft break. */
		if (o - line + (plain ? 1 : 3) > QP_LINE - !last) {
			memcpy(o, "=\r\n", 3);
			line = o += 3;
			continue;	/* this character now begins a line */
		}
		if (plain)
			*o++ = (char)c;
		else
			o = escape(o, c);
		s++;
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
		/* three octets a character, and a soft break in 72 of them */
		if (!(o = buf_room(b, l.len * 3 + l.len * 3 / 72 * 3 + 8)))
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
