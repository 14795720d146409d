#include "engine/person.h"

#include "base/text.h"

/* Folded; the longer before the shorter. */
static const char *const honorifics[] = {
	"dong chi ", "d/c ", "d/c. ", "d/c: ", "dc. ", "ong ", "ba ", "o. ", "b. ", "anh ", "chi ", "mr. ", "mr ", "mrs. ",
	"mrs ", "ms. ", "ms ", "pgs.ts. ", "pgs. ts. ", "pgs.ts ", "pgs. ", "gs.ts. ", "gs. ", "ts. ", "ths. ", "ths ",
	"bs. ", "ks. ", "cn. ", "dr. ", "pgs ts ", "pgs ", "gs ts ", "gs ", "ts ", "bs ", "ks ", "dr ",
};

/* What could also be a part of a name wants a whole name behind it. */
static bool
is_word(const char *honorific)
{
	return !strpbrk(honorific, "./") && strncmp(honorific, "dong", 4) != 0;
}

/* The name behind an honorific; NULL: there is none, or it may be the name itself. */
static const char *
behind_honorific(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(honorifics); i++) {
		size_t n = strlen(honorifics[i]);

		if (strncmp(key, honorifics[i], n) != 0 || !key[n])
			continue;
		if (!is_word(honorifics[i]) || strchr(key + n, ' '))
			return key + n;
	}
	return NULL;
}

char *
person_key(struct arena *a, const char *name)
{
	char *key = text_fold(a, name);
	const char *bare = behind_honorific(key);

	return bare ? key + (bare - key) : key;
}

/*
 * A '?' is one letter, or a mark that was written apart and has none. Two
 * rows of a table of lengths would do; names are short, so recursion is fine,
 * and `steps` bounds what a hostile name can cost.
 */
static bool
match(const char *a, const char *b, int *steps)
{
	while (*a && *b && *a == *b && *a != '?') {
		a++;
		b++;
	}
	if (!*a && !*b)
		return true;
	if (--*steps < 0)
		return false;
	if (*a == '?' && *b == '?' && match(a + 1, b + 1, steps))
		return true;
	if (*a == '?')
		return (*b && *b != ' ' && match(a + 1, b + 1, steps)) || match(a + 1, b, steps);
	if (*b == '?')
		return (*a && *a != ' ' && match(a + 1, b + 1, steps)) || match(a, b + 1, steps);
	return false;
}

static bool
equal(const char *a, const char *b)
{
	int steps = 2000;

	if (!strchr(a, '?') && !strchr(b, '?'))
		return strcmp(a, b) == 0;
	return match(a, b, &steps);
}

bool
person_same(const char *a, const char *b)
{
	const char *bare;

	if (!*a || !*b)
		return *a == *b;
	/* "Ông" is a family name too: "Bà Ông Thị Lan" is "Ông Thị Lan", whose key has lost the "ong". */
	return equal(a, b) || ((bare = behind_honorific(a)) && equal(bare, b)) || ((bare = behind_honorific(b)) && equal(a, bare));
}
