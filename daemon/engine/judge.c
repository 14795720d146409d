#include "engine/judge.h"

#include "engine/lookalike.h"
#include "engine/single.h"

#define PARTS_MAX 16		/* addresses and remarks in one cell */
#define CELL_MAX 2000		/* bytes; a longer cell is no address */

struct judge *
judge_new(const struct units *u, const struct unit *sender)
{
	struct judge *j = mem_zalloc(sizeof(*j));

	j->hosts = mailhosts_new(u);
	j->sender = sender;
	return j;
}

void
judge_free(struct judge *j)
{
	if (!j)
		return;
	mailhosts_free(j->hosts);
	free(j);
}

static size_t
count_at(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '@' && s[1] != '@';
	return n;
}

struct parts {
	char *s[PARTS_MAX];
	size_t n;
};

static void
cut_at(struct parts *out, char *s, const char *chars)
{
	while (s && out->n < PARTS_MAX) {
		char *end = strpbrk(s, chars);

		out->s[out->n++] = s;
		if (end)
			*end++ = '\0';
		s = end;
	}
}

/* "hoặc", "or" ...: the words between two addresses become ';'. */
static void
cut_words(char *s)
{
	static const char *const words[] = { " hoặc ", " HOẶC ", " Hoặc ", " VÀ ", " hoac ", " hay ", " và ", " va ", " or ", " and ", " & ", " - ", " – " };

	for (char *p = s; *p; p++)
		if (*p == '\n')
			*p = ';';
	for (size_t i = 0; i < COUNT_OF(words); i++)
		for (char *p; (p = strcasestr(s, words[i])); ) {
			memset(p, ' ', strlen(words[i]));
			*p = ';';
		}
}

/* Something beside an address that cannot be a piece of one. */
static bool
is_remark(char *s)
{
	static const char *const pieces = "@.,";

	s = single_trim(s);
	if (!*s || single_is_phone(s) || single_is_placeholder(s))
		return true;
	return strpbrk(s, " \n") ? !strpbrk(s, pieces) : (unsigned char)*s >= 0x80 || *s == '(';
}

static bool
same_address(const struct found *a, const struct found *b)
{
	return a->disposition == ACCEPT && b->disposition == ACCEPT && strcmp(a->email, b->email) == 0;
}

/*
 * The address to use and the other one; `official` comes before `other` when
 * neither domain decides. A fault in the one that would be used is told.
 */
static void
choose(struct found *use, struct found *other, bool *has_other)
{
	bool swap = false;

	if (use->disposition == ACCEPT && other->disposition == ACCEPT)
		swap = other->rank > use->rank;
	else if (use->disposition == HOLD && use->reason == R_TYPO_DOMAIN && other->rank > 1)
		swap = true;
	else if (use->disposition == REJECT && other->disposition == ACCEPT)
		swap = use->reason == R_MISSING_EMAIL || use->reason == R_NOT_AN_ADDRESS;
	if (swap) {
		struct found f = *use;

		*use = *other;
		*other = f;
	}
	*has_other = other->disposition == ACCEPT && !same_address(use, other);
}

/*
 * Of two in one cell, a faulty one beside a personal one may be the official
 * one: its fault is told, for the personal one would be a guess.
 */
static bool
outweighs(const struct found *faulty, const struct found *good)
{
	return faulty->disposition != ACCEPT && good->disposition == ACCEPT && good->rank == 1 &&
	    faulty->reason != R_TYPO_DOMAIN && faulty->reason != R_MISSING_EMAIL && faulty->reason != R_NOT_AN_ADDRESS;
}

/* A cell that holds more than one address, or an address and a remark. false: it cannot be told apart. */
static bool
judge_several(struct judge *j, struct arena *a, const char *cell, const char *name, struct found *use,
    struct found *other, bool *has_other)
{
	/* spaces and brackets are tried last, so that a space inside an address is seen */
	static const char *const levels[] = { ";/|", ";/|,", ";/|, <>()[]\n" };
	struct found all[PARTS_MAX];
	size_t n = 0, want = count_at(cell);
	bool several = false;

	for (size_t level = 0; level < COUNT_OF(levels) && n != want; level++) {
		struct parts p = { .n = 0 };
		char *s = arena_dup(a, cell);
		bool clear = true;

		cut_words(s);
		cut_at(&p, s, levels[level]);
		n = 0;
		for (size_t i = 0; clear && i < p.n; i++) {
			size_t ats = count_at(p.s[i]);

			if (ats == 1)
				all[n++] = single_address(j, a, single_trim(p.s[i]), name);
			else
				clear = ats == 0 && (is_remark(p.s[i]) || strcasecmp(single_trim(p.s[i]), "mailto:") == 0);
		}
		if (!clear || p.n == PARTS_MAX)
			n = 0;
	}
	if (n == 0 || n != want)
		return false;
	*use = all[0];
	*has_other = false;
	for (size_t i = 1; i < n; i++) {
		struct found next = all[i];
		bool two;

		if (same_address(use, &next))
			continue;
		several = true;
		if (outweighs(&next, use)) {
			*use = next;
			continue;
		}
		if (outweighs(use, &next))
			continue;
		choose(use, &next, &two);
		if (two && !*has_other) {
			*other = next;
			*has_other = true;
		}
	}
	use->of_several = several;
	return true;
}

/* A whole cell. */
static void
judge_cell(struct judge *j, struct arena *a, const char *cell, const char *name, struct found *use,
    struct found *other, bool *has_other)
{
	struct cleaned c;
	char *s;
	size_t ats;

	*has_other = false;
	if (strlen(cell) > CELL_MAX) {
		*use = single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
		return;
	}
	lookalike_clean(&c, a, cell);
	ats = count_at(c.s);
	if (ats == 0) {
		*use = single_words(j, a, c.s, c.ascii);
		return;
	}
	s = arena_dup(a, c.s);
	if (ats > 1)
		single_close_at(s);
	if (ats > 1 && judge_several(j, a, s, name, use, other, has_other)) {
		use->changed[R_WRAPPED] |= !use->of_several;
	} else if (ats > 1 && strpbrk(s, " \n;,/|")) {
		*use = single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
	} else {
		struct found alone;
		bool two;

		*use = single_address(j, a, c.s, name);
		/* an address and a telephone number, or a remark */
		if (ats == 1 && use->disposition != ACCEPT && judge_several(j, a, s, name, &alone, other, &two) &&
		    alone.disposition == ACCEPT && strpbrk(s, ";/|,( \n")) {
			*use = alone;
			use->changed[R_WRAPPED] = true;
		}
	}
	if (use->disposition != ACCEPT)
		return;
	use->changed[R_OUTER_SPACE] |= c.outer_space;
	use->changed[R_FULL_WIDTH] |= c.full_width;
	use->changed[R_ZERO_WIDTH] |= c.zero_width;
	use->reason = R_CLEAN;
	for (int r = 0; r < R_TWO_ADDRESSES && use->reason == R_CLEAN; r++)
		if (use->changed[r])
			use->reason = (enum reason)r;
	if (use->of_several)
		use->reason = R_TWO_ADDRESSES;
}

/* The one address that stands in some other column of the row. */
static bool
look_elsewhere(struct judge *j, struct arena *a, const struct judge_in *in, bool any_fault, struct found *out)
{
	bool found = false;

	for (size_t i = 0; i < in->n_cells; i++) {
		struct found f, other;
		bool two;

		if (!memchr(in->cell[i].s, '@', in->cell[i].len))
			continue;
		judge_cell(j, a, in->cell[i].s, in->name, &f, &other, &two);
		if (f.disposition == REJECT || (f.disposition == HOLD && !any_fault))
			continue;
		if (found)
			return false;
		*out = f;
		found = true;
	}
	return found;
}

/* Most cells of most rosters: plain small letters, one @, a domain that is known to be fine. */
static bool
judge_plain(struct judge *j, const char *cell, struct judgement *out)
{
	const char *at = NULL, *s = cell;
	const struct mailhost *h;

	for (; *s; s++) {
		if (*s == '@') {
			if (at)
				return false;
			at = s;
		} else if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || ((*s == '.' || *s == '-' || *s == '_') &&
		    s != cell && s[-1] != '.' && s[-1] != '@' && s[1] && s[1] != '@' && s[1] != '.'))) {
			return false;
		}
	}
	if (!at || at == cell || at - cell > 64 || s - at > 120 || !at[1])
		return false;
	h = mailhost_look(j->hosts, at + 1);
	if (!h->known)
		return false;
	*out = (struct judgement){ ACCEPT, R_CLEAN, cell, "", "" };
	return true;
}

void
judge_row(struct judge *j, struct arena *a, const struct judge_in *in, struct judgement *out)
{
	struct found use, other, second, elsewhere;
	bool has_other, two, no_second = !in->second || !*in->second;

	if (no_second && judge_plain(j, in->email, out))
		return;
	judge_cell(j, a, in->email, in->name, &use, &other, &has_other);
	if (!no_second) {
		struct found unused;

		judge_cell(j, a, in->second, in->name, &second, &unused, &two);
		if (use.reason == R_MISSING_EMAIL && use.disposition == REJECT && second.disposition == HOLD)
			use = second;
		choose(&use, &second, &two);
		if (two && !has_other) {
			other = second;
			has_other = true;
		}
	}
	if (use.disposition == REJECT && (use.reason == R_MISSING_EMAIL || use.reason == R_NOT_AN_ADDRESS) &&
	    !strchr(in->email, '@') && (no_second || !strchr(in->second, '@')) &&
	    look_elsewhere(j, a, in, single_is_phone(in->email), &elsewhere))
		use = single_verdict(HOLD, R_SWAPPED_COLUMNS, elsewhere.disposition == ACCEPT ? elsewhere.email : elsewhere.suggestion);
	*out = (struct judgement){ use.disposition, use.reason, "", "", "" };
	if (use.disposition == ACCEPT) {
		out->email = use.email;
		if (has_other && strcmp(other.email, use.email) != 0)
			out->alternate = other.email;
	} else if (use.disposition == HOLD) {
		out->suggestion = use.suggestion;
	}
}
