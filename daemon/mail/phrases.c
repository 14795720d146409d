#include "mail/phrases.h"

#include <endian.h>
#include <limits.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

#define GAP_MAX 80

static bool
is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_local(unsigned char c)
{
	return is_word(c) || c >= 0x80 || (c && strchr("._+-=~%&#!$/", c));
}

/* Where a line break means nothing: kana, han, hangul, full-width forms. */
static bool
is_east_asian(ucs4_t c)
{
	return c >= 0x2e80 && c < 0x1f000;
}

/* A Latin letter without its marks: replies drop them as often as not ("khong ton tai", "boite pleine"). */
static ucs4_t
without_marks(ucs4_t u)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];

	if (u < 0xc0 || (u > 0x24f && u < 0x1e00) || u > 0x1eff)
		return u;
	while (uc_canonical_decomposition(u, parts) > 0)
		u = parts[0];
	return u == 0x111 ? 'd' : u == 0xf8 ? 'o' : u == 0x142 ? 'l' : u == 0x131 ? 'i' : u;
}

/* "550-5.1.1 " or, once such a line was seen, "550 5.1.1 " inside an answer: how long it is. */
static size_t
repeated_code(const char *p, const char *end, bool multi, bool *is_multi)
{
	const char *s = p;

	if (end - p < 5 || (*p != '4' && *p != '5') || p[1] < '0' || p[1] > '7' || p[2] < '0' || p[2] > '9')
		return 0;
	s += 3;
	if (*s != '-' && !(multi && *s == ' '))
		return 0;
	if (*s == '-' && s + 1 < end && s[1] >= '0' && s[1] <= '9' && (s + 2 >= end || s[2] != '.'))
		return 0;		/* 555-1234 */
	*is_multi = multi || *s == '-';
	s++;
	if (end - s > 5 && s[0] == *p && s[1] == '.') {
		while (s < end && (*s == '.' || (*s >= '0' && *s <= '9')))
			s++;
		while (s < end && *s == ' ')
			s++;
	}
	return (size_t)(s - p);
}

/* The '@' at in[i]: take back the local part from out, skip the domain. */
static size_t
fold_address(const char *in, size_t i, size_t len, char *out, size_t *n)
{
	size_t from = *n, j = i + 1;

	if (from && out[from - 1] == '"') {
		for (from--; from && out[from - 1] != '"' && out[from - 1] != '<'; from--)
			;
		if (from && out[from - 1] == '"')
			from--;
	}
	while (from && is_local((unsigned char)out[from - 1]))
		from--;
	if (j < len && in[j] == '[')
		while (j < len && in[j] != ']' && in[j] != '\n')
			j++;
	while (j < len && (in[j] == '.' || in[j] == '-' || in[j] == '_' || in[j] == ']' || (in[j] >= '0' && in[j] <= '9') ||
	    ((in[j] | 32) >= 'a' && (in[j] | 32) <= 'z')))
		j++;
	while (j > i + 1 && in[j - 1] == '.')
		j--;
	if (from == *n || j == i + 1) {
		out[(*n)++] = '@';
		return i + 1;
	}
	*n = from;
	out[(*n)++] = '@';
	return j;
}

size_t
phrase_fold(char *out, size_t cap, const char *text, size_t len)
{
	size_t n = 0, i = 0;
	bool blank = false, multi = false;
	ucs4_t before = ' ';

	while (i < len && n + 12 < cap) {
		unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c == 0x7f) {
			blank = true;
			i++;
			continue;
		}
		if (c < 0x80) {
			if (blank && n)
				out[n++] = ' ';
			if ((blank || n == 0) && (c == '4' || c == '5')) {
				size_t skip = repeated_code(text + i, text + len, multi, &multi);

				if (skip) {
					i += skip;
					if (n && out[n - 1] == ' ')
						n--;
					blank = true;
					continue;
				}
			}
			blank = false;
			before = c;
			if (c == '@') {
				i = fold_address(text, i, len, out, &n);
				continue;
			}
			out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
			i++;
		} else {
			ucs4_t u;
			int used = u8_mbtoucr(&u, (const uint8_t *)text + i, len - i), put;

			if (used <= 0) {	/* no UTF-8: one byte, as a blank */
				blank = true;
				i++;
				continue;
			}
			i += (size_t)used;
			if (u >= 0x300 && u < 0x370)	/* a mark that follows its letter */
				continue;
			if (u == 0xa0 || u == 0x3000 || u == 0x200b || u == 0xfeff) {
				blank = true;
				continue;
			}
			if (u == 0x2018 || u == 0x2019)
				u = '\'';
			else if (u == 0x201c || u == 0x201d || u == 0xab || u == 0xbb)
				u = '"';
			if (blank && n && !(is_east_asian(u) && is_east_asian(before)))
				out[n++] = ' ';
			blank = false;
			before = u;
			u = without_marks(uc_tolower(u));
			if ((put = u8_uctomb((uint8_t *)out + n, u, (ptrdiff_t)(cap - n - 1))) > 0)
				n += (size_t)put;
		}
	}
	out[n] = '\0';
	return n;
}

void
phrases_init(struct phrases *p, struct arena *a)
{
	*p = (struct phrases){ .arena = a };
}

void
phrases_release(struct phrases *p)
{
	free(p->at);
	free(p->head);
	free(p->pairs);
	free(p->fours);
	*p = (struct phrases){ 0 };
}

bool
phrases_add(struct phrases *p, const char *phrase, int id)
{
	char folded[512];
	size_t len = phrase_fold(folded, sizeof(folded), phrase, strlen(phrase)), head;
	const char *s = folded;

	if (len == 0 || strspn(folded, "* ") == len)
		return false;
	if (*s == '*') {
		p->anywhere = true;
		for (s++; *s == ' ' || *s == '*'; s++)
			;
		s--;
		folded[s - folded] = '*';	/* one leading star */
	}
	head = strcspn(s + (*s == '*'), "*");
	while (head && s[(*s == '*') + head - 1] == ' ')
		head--;
	if (head < 2)
		return false;	/* the search looks at two bytes */
	p->at = mem_room(p->at, p->n, &p->cap, sizeof(*p->at));
	p->at[p->n++] = (struct phrase){ arena_dup(p->arena, s), head, id };
	return true;
}

static const char *
head_of(const struct phrase *p)
{
	return p->words + (*p->words == '*');
}

static int
by_head(const void *va, const void *vb)
{
	const struct phrase *a = va, *b = vb;
	int order = memcmp(head_of(a), head_of(b), a->head < b->head ? a->head : b->head);

	return order ? order : a->head != b->head ? (a->head < b->head ? -1 : 1) : (a->id > b->id) - (a->id < b->id);
}

static uint64_t
key_of(const char *s, size_t len)
{
	uint64_t key = 0;

	if (len >= 8) {
		memcpy(&key, s, 8);
		return be64toh(key);
	}
	for (size_t i = 0; i < 8; i++)
		key = key << 8 | (i < len ? (unsigned char)s[i] : 0);
	return key;
}

static bool
begins_with(const struct phrase_head *h, const struct phrase_head *with)
{
	return with->len <= h->len && memcmp(h->words, with->words, with->len) == 0;
}

/* Sixteen bits. */
static uint32_t
hash_four(const char *s)
{
	uint32_t four;

	memcpy(&four, s, sizeof(four));
	return four * 2654435761u >> 16;
}

static bool
has_four(const struct phrases *p, const char *s)
{
	uint32_t h = hash_four(s);

	return p->fours[h >> 6] >> (h & 63) & 1;
}

void
phrases_sort(struct phrases *p)
{
	uint32_t n = 0, i = 0;

	if (p->n == 0)
		return;
	qsort(p->at, p->n, sizeof(*p->at), by_head);
	p->head = mem_zalloc(p->n * sizeof(*p->head));
	p->pairs = mem_zalloc(65536 / 8);
	p->fours = mem_zalloc(65536 / 8);
	for (uint32_t k = 0; k < p->n; k++) {
		struct phrase_head h = { key_of(head_of(&p->at[k]), p->at[k].head), head_of(&p->at[k]), p->at[k].head, k, 1,
		    n ? n - 1 : PHRASE_NONE };

		if (n && h.len == p->head[n - 1].len && begins_with(&p->head[n - 1], &h)) {
			p->head[n - 1].n++;
			continue;
		}
		while (h.shorter != PHRASE_NONE && !begins_with(&h, &p->head[h.shorter]))
			h.shorter = p->head[h.shorter].shorter;
		p->head[n++] = h;
		if (h.len < 4)
			p->pairs[h.key >> 51] |= (uint8_t)(1u << (h.key >> 48 & 7));
		else
			p->fours[hash_four(h.words) >> 6] |= UINT64_C(1) << (hash_four(h.words) & 63);
	}
	for (int c = 0; c <= 256; c++) {
		while (i < n && (unsigned char)p->head[i].words[0] < c)
			i++;
		p->first[c] = i;
	}
}

/* The rest of a phrase from its '*' on, in text[at ...]; returns the end, 0 when it is not there. */
static size_t
match_rest(const char *rest, const char *text, size_t len, size_t at)
{
	while (*rest) {
		bool free_left = true, free_right;
		const char *word;
		size_t n, most;

		/* rest: [blank] '*' [blank] fragment */
		if (*rest == ' ')
			rest++;
		else if (*rest != '*')
			return 0;
		else if (!rest[1])		/* "word*": the rest of the word */
			return at;
		while (*rest == '*' || *rest == ' ') {
			free_left = *rest == '*';
			rest++;
		}
		word = rest;
		n = strcspn(rest, "*");
		rest += n;
		free_right = *rest == '*';
		if (n && word[n - 1] == ' ') {
			n--;
			rest--;
			free_right = false;
		}
		if (n == 0)
			return at;
		most = at + GAP_MAX;
		for (; ; at++) {
			if (at + n > len || at > most)
				return 0;
			if (text[at] != word[0] || memcmp(text + at, word, n) != 0)
				continue;
			if (!free_left && at && is_word((unsigned char)word[0]) && is_word((unsigned char)text[at - 1]))
				continue;
			if (!free_right && is_word((unsigned char)word[n - 1]) && at + n < len &&
			    is_word((unsigned char)text[at + n]))
				continue;
			break;
		}
		at += n;
	}
	return at;
}

/* Where the phrase ends whose head ends at `end`; 0 when its rest is not there. */
static size_t
match_from(const struct phrase *p, const char *text, size_t len, size_t end, bool border)
{
	const char *w = head_of(p);

	if (!border && *p->words != '*')
		return 0;
	w += p->head;
	if (*w != '*' && is_word((unsigned char)w[-1]) && end < len && is_word((unsigned char)text[end]))
		return 0;
	return *w ? match_rest(w, text, len, end) : end;
}

/* The last head that is not above the text at i: all heads that begin the text are this one or shorter ones of it. */
static uint32_t
last_head(const struct phrases *p, const char *text, size_t len)
{
	uint32_t lo = p->first[(unsigned char)*text], hi = p->first[(unsigned char)*text + 1], from = lo;
	uint64_t key = key_of(text, len);

	while (lo < hi) {
		uint32_t m = lo + (hi - lo) / 2;
		const struct phrase_head *h = &p->head[m];

		if (h->key < key || (h->key == key && memcmp(h->words, text, h->len < len ? h->len : len) <= 0))
			lo = m + 1;
		else
			hi = m;
	}
	return lo > from ? lo - 1 : PHRASE_NONE;
}

void
phrases_scan(const struct phrases *p, const char *text, size_t len, int *limit,
    void (*hit)(void *arg, int id, size_t start, size_t end), void *arg)
{
	if (p->n == 0)
		return;
	for (size_t i = 0; i + 1 < len && *limit > 0; i++) {
		unsigned char c = (unsigned char)text[i], d = (unsigned char)text[i + 1];
		bool border;

		if (!(p->pairs[c << 5 | d >> 3] >> (d & 7) & 1) && (i + 4 > len || !has_four(p, text + i)))
			continue;
		border = i == 0 || !is_word(c) || !is_word((unsigned char)text[i - 1]);
		if (!border && !p->anywhere)
			continue;
		for (uint32_t k = last_head(p, text + i, len - i); k != PHRASE_NONE; k = p->head[k].shorter) {
			const struct phrase_head *h = &p->head[k];

			if (h->len > len - i || memcmp(text + i, h->words, h->len) != 0)
				continue;
			for (uint32_t m = h->from; m < h->from + h->n && p->at[m].id < *limit; m++) {
				size_t end = match_from(&p->at[m], text, len, i + h->len, border);

				if (end)
					hit(arg, p->at[m].id, i, end);
			}
		}
	}
}

struct least {
	int id, limit;
};

static void
keep_least(void *arg, int id, size_t start, size_t end)
{
	struct least *found = arg;

	(void)start;
	(void)end;
	found->id = found->limit = id;
}

int
phrases_first(const struct phrases *p, const char *text, size_t len)
{
	struct least found = { -1, INT_MAX };

	phrases_scan(p, text, len, &found.limit, keep_least, &found);
	return found.id;
}

static void
enough(void *arg, int id, size_t start, size_t end)
{
	int *limit = arg;

	(void)id;
	(void)start;
	(void)end;
	*limit = 0;
}

bool
phrases_any(const struct phrases *p, const char *text, size_t len)
{
	int limit = INT_MAX;

	phrases_scan(p, text, len, &limit, enough, &limit);
	return limit == 0;
}
