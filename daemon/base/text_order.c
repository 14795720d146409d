/* text.h: the order of lists, and how far two words are apart. */
#include "base/text.h"

#include "base/utf8.h"
#include "base/viet.h"

/* One character with what it weighs: letter first, tone second, case third. */
struct weight {
	uint32_t primary;	/* 0 at the end */
	unsigned tone, upper;
};

struct walk {
	const char *p, *end;
};

enum { AT_END = 0, AT_SPACE = 1, AT_SIGN = 2, AT_LETTER = 0x200000, AT_OTHER = 0x300000 };

static bool
is_gap(uint32_t cp)
{
	return cp <= ' ' || cp == 0xA0 || cp == 0x3000 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F;
}

static struct weight
walk_next(struct walk *w)
{
	struct weight out = { AT_END, 0, 0 };
	struct viet_letter v;
	uint32_t cp, mark, joined;
	size_t n;

	if (w->p == w->end)
		return out;
	w->p += utf8_take(w->p, (size_t)(w->end - w->p), &cp);
	while (w->p < w->end && (n = utf8_next(w->p, (size_t)(w->end - w->p), &mark)) > 0 &&
	    (joined = viet_join(cp, mark)) != 0) {
		cp = joined;
		w->p += n;
	}
	if (cp == 0xD0 || cp == 0xF0)	/* eth, typed for đ */
		cp = cp == 0xD0 ? 0x110 : 0x111;
	if (viet_letter(cp, &v)) {
		out = (struct weight){ AT_LETTER + v.letter, v.tone, v.upper };
	} else if (is_gap(cp)) {
		while (w->p < w->end && (n = utf8_next(w->p, (size_t)(w->end - w->p), &cp)) > 0 && is_gap(cp))
			w->p += n;
		out.primary = AT_SPACE;
	} else {
		out.primary = cp < 0xC0 ? AT_SIGN + cp : AT_OTHER + cp;
	}
	return out;
}

static int
order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* The three keys of a and b, as far as the letters do not decide. */
static int
compare(struct walk a, struct walk b, int *tone, int *upper)
{
	struct weight x, y;
	int d;

	do {
		x = walk_next(&a);
		y = walk_next(&b);
		if ((d = order(x.primary, y.primary)) != 0)
			return d;
		if (!*tone)
			*tone = order(x.tone, y.tone);
		if (!*upper)
			*upper = order(x.upper, y.upper);
	} while (x.primary != AT_END);
	return 0;
}

/* Bytes of the white space that ends at `end`, 0 for none. */
static size_t
gap_before(const char *start, const char *end)
{
	uint32_t cp;

	if (end > start && (unsigned char)end[-1] <= ' ')
		return 1;
	for (size_t n = 2; n <= 3; n++)
		if ((size_t)(end - start) >= n && utf8_next(end - n, n, &cp) == n && is_gap(cp))
			return n;
	return 0;
}

/* Without white space at the ends. */
static struct walk
trimmed(const char *s, const char *end)
{
	uint32_t cp;
	size_t n;

	while ((n = utf8_next(s, (size_t)(end - s), &cp)) > 0 && is_gap(cp))
		s += n;
	while ((n = gap_before(s, end)) > 0)
		end -= n;
	return (struct walk){ s, end };
}

int
text_collate(const char *a, const char *b)
{
	int tone = 0, upper = 0;
	int d = compare(trimmed(a, a + strlen(a)), trimmed(b, b + strlen(b)), &tone, &upper);

	return d ? d : tone ? tone : upper;
}

static const char *
last_word(struct walk w)
{
	const char *p = w.end;

	while (p > w.p && gap_before(w.p, p) == 0)
		p--;
	return p;
}

int
text_collate_names(const char *a, const char *b)
{
	struct walk x = trimmed(a, a + strlen(a)), y = trimmed(b, b + strlen(b));
	const char *given_x = last_word(x), *given_y = last_word(y);
	int tone = 0, upper = 0, d;

	if ((d = compare((struct walk){ given_x, x.end }, (struct walk){ given_y, y.end }, &tone, &upper)) != 0)
		return d;
	/* "Hòa" and "Hoà" are one given name, "Hoa" is another: its tone counts before the family name. */
	if (tone)
		return tone;
	tone = 0;
	if ((d = compare(trimmed(x.p, given_x), trimmed(y.p, given_y), &tone, &upper)) != 0)
		return d;
	return tone ? tone : upper;
}

static size_t
code_points(uint32_t *out, const char *s, size_t len)
{
	size_t n = 0, used;

	for (size_t i = 0; i < len; i += used)
		used = utf8_take(s + i, len - i, &out[n++]);
	return n;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Rows of the usual table; only cells within `most` of the diagonal are filled. */
static size_t
distance(const uint32_t *a, size_t la, const uint32_t *b, size_t lb, size_t most, size_t *rows)
{
	size_t *two = rows, *one = rows + (lb + 1), *now = rows + 2 * (lb + 1), *t;
	const size_t far = most + 1;

	for (size_t j = 0; j <= lb; j++)
		one[j] = least(j, far);
	for (size_t i = 1; i <= la; i++) {
		size_t from = i > most ? i - most : 1, to = least(lb, i + most), best = far;

		now[0] = least(i, far);
		if (from > 1)
			now[from - 1] = far;
		for (size_t j = from; j <= to; j++) {
			size_t d = one[j - 1] + (a[i - 1] != b[j - 1]);

			/* one[to] was filled only up to the band of the row before */
			d = least(d, (j < i + most ? one[j] : far) + 1);
			d = least(d, now[j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d = least(d, two[j - 2] + 1);
			now[j] = least(d, far);
			best = least(best, now[j]);
		}
		if (best == far && now[0] == far)
			return far;
		t = two;
		two = one;
		one = now;
		now = t;
	}
	return one[lb];
}

size_t
text_distance(const char *a, const char *b, size_t most)
{
	enum { FEW = 128 };
	size_t la = strlen(a), lb = strlen(b), rows_few[3 * (FEW + 1)], *rows = rows_few, d;
	uint32_t few[2 * FEW], *text = few;

	most = least(most, la + lb);	/* never more than that apart */
	if (la + lb > 2 * FEW || lb > FEW) {
		text = mem_alloc((la + lb + 1) * sizeof(*text));
		rows = mem_alloc(3 * (lb + 1) * sizeof(*rows));
	}
	la = code_points(text, a, la);
	lb = code_points(text + la, b, lb);
	if ((la > lb ? la - lb : lb - la) > most)
		d = most + 1;
	else
		d = distance(text, la, text + la, lb, most, rows);
	if (text != few) {
		free(text);
		free(rows);
	}
	return d;
}
