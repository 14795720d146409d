#include "base/csv_parse.h"

#include "base/mem.h"
#include "base/text.h"

/* Bits of csv_parser.kind. */
enum {
	ENDS = 1,		/* delimiter, CR, LF */
	BEYOND = 2,		/* not ASCII */
	NUL = 4,
};

void
csv_parser_delimiter(struct csv_parser *c, char delimiter)
{
	c->delimiter = delimiter;
	for (int i = 0; i < 256; i++)
		c->kind[i] = i >= 0x80 ? BEYOND : 0;
	c->kind[0] = NUL;
	c->kind['\r'] = c->kind['\n'] = c->kind[(unsigned char)delimiter] = ENDS;
}

void
csv_parser_release(struct csv_parser *c)
{
	free(c->out);
	free(c->cell);
	arena_release(&c->arena);
	*c = (struct csv_parser)CSV_PARSER_INIT;
}

/* A NUL would end the cell before its length: it becomes U+FFFD. */
static char *
without_nul(struct arena *a, const char *s, size_t len)
{
	struct buf b = BUF_INIT(3 * len);
	char *out;

	for (size_t i = 0; i < len; i++)
		if (s[i])
			buf_char(&b, s[i]);
		else
			buf_utf8(&b, 0xFFFD);
	out = arena_ndup(a, buf_str(&b), b.len);
	buf_release(&b);
	return out;
}

/* The cell is out[from..to), already terminated; seen: the kinds of its bytes. */
static void
add_cell(struct csv_parser *c, char *from, char *to, unsigned seen)
{
	struct csv_cell cell = { from, (size_t)(to - from) };

	if (seen & NUL) {
		cell.s = without_nul(&c->arena, from, cell.len);
		cell.len = strlen(cell.s);
	}
	if ((seen & BEYOND) && !text_is_plain(cell.s, cell.len)) {
		cell.s = text_nfc(&c->arena, cell.s, cell.len);
		cell.len = strlen(cell.s);
	}
	if (c->count == c->cell_cap)
		c->cell = mem_room(c->cell, c->count, &c->cell_cap, sizeof(*c->cell));
	c->cell[c->count++] = cell;
}

enum quote { QUOTE_CLOSED, QUOTE_OPEN, QUOTE_MORE };

/*
 * p stands on a quote that opens a cell. *close: its partner, not beyond
 * `limit`, which is `end` where all may be searched. Each odd run of
 * quotes ends the search of the one before, so that all searches together
 * look at each byte a bounded number of times.
 */
static enum quote
find_close(const struct csv_parser *c, const char *p, const char *end, const char *limit, bool eof, const char **close)
{
	const char *q = p + 1;

	for (;;) {
		const char *hit = q < limit ? memchr(q, '"', (size_t)(limit - q)) : NULL;
		bool broken;

		if (!hit)
			return limit == end && !eof ? QUOTE_MORE : QUOTE_OPEN;
		if (hit + 1 == end) {
			if (!eof)
				return QUOTE_MORE;
			*close = hit;
			return QUOTE_CLOSED;
		}
		if (hit[1] == '"') {
			q = hit + 2;
			continue;
		}
		*close = hit;
		if (c->kind[(unsigned char)hit[1]] & ENDS)
			return QUOTE_CLOSED;
		/* Text behind it: on the same line that is sloppy, across lines it is another cell's quote. */
		broken = memchr(p, '\n', (size_t)(hit - p)) || memchr(p, '\r', (size_t)(hit - p));
		return broken ? QUOTE_OPEN : QUOTE_CLOSED;
	}
}

/* Copies the inside of a quoted cell, doubled quotes once. */
static char *
copy_quoted(struct csv_parser *c, const char *p, const char *close, char *o, unsigned *seen)
{
	for (; p < close; p++) {
		unsigned char b = (unsigned char)*p;

		*seen |= c->kind[b] & (BEYOND | NUL);
		if (b == '\n' || (b == '\r' && p[1] != '\n'))
			c->breaks++;
		if (b == '"')
			p++;
		*o++ = (char)b;
	}
	return o;
}

/* Without an end in sight: too long, or the reader must bring more. */
static enum csv_result
unfinished(const struct csv_parser *c, size_t n)
{
	return n > c->max_bytes ? CSV_TOO_LONG : CSV_MORE;
}

enum csv_result
csv_parse(struct csv_parser *c, const char *text, size_t n, bool eof)
{
	const char *p = text, *end = text + n, *limit = n > c->max_bytes ? text + c->max_bytes : end, *close;
	char *o;

	if (c->out_cap < n + 2) {
		free(c->out);
		c->out = mem_alloc(c->out_cap = n + 2);
	}
	if (c->arena.head)
		arena_reset(&c->arena);
	o = c->out;
	c->count = 0;
	c->breaks = 0;
	c->open_quote = c->sloppy = false;
	for (;;) {
		char *from = o;
		unsigned seen = 0, k;

		if (p < end && *p == '"') {
			switch (find_close(c, p, end, limit, eof, &close)) {
			case QUOTE_MORE:
				return unfinished(c, n);
			case QUOTE_CLOSED:
				o = copy_quoted(c, p + 1, close, o, &seen);
				p = close + 1;
				c->sloppy |= p < end && !(c->kind[(unsigned char)*p] & ENDS);
				break;
			case QUOTE_OPEN:
				c->open_quote = true;
				break;
			}
		}
		while (p < end && !((k = c->kind[(unsigned char)*p]) & ENDS)) {
			seen |= k;
			*o++ = *p++;
		}
		*o = '\0';
		if (p == end && !eof)
			return unfinished(c, n);
		if (c->count == c->max_cells)
			return CSV_TOO_WIDE;
		add_cell(c, from, o++, seen);
		if (p == end || *p == '\n' || *p == '\r')
			break;
		p++;
	}
	c->raw_len = (size_t)(p - text);
	if (c->raw_len > c->max_bytes)
		return CSV_TOO_LONG;
	if (p < end && *p == '\r') {
		if (p + 1 == end && !eof)
			return CSV_MORE;
		p += p + 1 < end && p[1] == '\n';
	}
	c->used = (size_t)(p - text) + (p < end);
	if (c->raw_len == 0)
		c->count = 0;
	return CSV_ROW;
}
