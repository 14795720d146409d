#include "engine/judge.h"

#include <ctype.h>

#include "base/text.h"
#include "engine/lookalike.h"
#include "engine/mailhost.h"
#include "mail/addr.h"

#define PARTS_MAX 16		/* addresses and remarks in one cell */
#define CELL_MAX 2000		/* bytes; a longer cell is no address */

struct judge {
	struct mailhosts *hosts;
	const struct unit *sender;
};

/* One address, alone. */
struct found {
	enum disposition disposition;
	enum reason reason;
	const char *email, *suggestion;
	int rank;			/* 3 on the sender's own domain, 2 any other, 1 at a provider */
	bool changed[R_TWO_ADDRESSES];	/* what had to be mended */
	bool of_several;		/* its cell holds other addresses as well */
};

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

static struct found
verdict(enum disposition d, enum reason r, const char *suggestion)
{
	return (struct found){ .disposition = d, .reason = r, .email = "", .suggestion = suggestion ? suggestion : "" };
}

static size_t
count_at(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '@' && s[1] != '@';
	return n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n';
}

static char *
trim(char *s)
{
	size_t n;

	while (is_blank(*s))
		s++;
	for (n = strlen(s); n && is_blank(s[n - 1]); n--)
		;
	s[n] = '\0';
	return s;
}

/* Six digits or more, and nothing but what people write between them. */
static bool
is_phone(const char *s)
{
	size_t digits = 0;

	for (; *s; s++) {
		if (isdigit((unsigned char)*s))
			digits++;
		else if (!strchr(" .,-+()/'\n\tE", *s))
			return false;
	}
	return digits >= 6;
}

/* "-", "x", "...": a sign that there is nothing. */
static bool
is_placeholder(const char *s)
{
	static const char *const words[] = { "na", "n/a", "n.a", "n.a.", "null", "none", "nil", "#n/a", "#ref!", "#value!", "-x-" };
	size_t telling = 0;
	bool same = true;

	for (const char *p = s; *p; p++) {
		if ((unsigned char)*p >= 0x80)
			return strcmp(s, "–") == 0 || strcmp(s, "—") == 0 || strcmp(s, "…") == 0 || strcmp(s, "×") == 0;
		telling += isalnum((unsigned char)*p) != 0;
		same &= strchr("xX0 ", *p) != NULL;
	}
	if (telling <= 1 || same)
		return true;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcasecmp(s, words[i]) == 0)
			return true;
	return false;
}

/* Words without an @: nothing, an address that lacks only its @, or something else. */
static struct found
judge_words(struct judge *j, struct arena *a, char *s, bool ascii)
{
	static const char *const marks[] = { "(at)", "[at]", "{at}", "(a)", "[a]", "(@)" };
	static const char *const ends[] = { "vn", "com", "net", "org", "edu", "gov", "info", "example", "test" };
	char *lower = text_lower_ascii(a, s), *dot, *blank;
	size_t n = strlen(lower);

	if (is_placeholder(s))
		return verdict(REJECT, R_MISSING_EMAIL, "");
	while (n && strchr(".,;:", lower[n - 1]))
		lower[--n] = '\0';
	if (!ascii || strncmp(lower, "http", 4) == 0 || strncmp(lower, "www.", 4) == 0)
		return verdict(REJECT, R_NOT_AN_ADDRESS, "");
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (strstr(lower, marks[i]) && strchr(lower, '.'))
			return verdict(REJECT, R_MISSING_AT, "");
	if ((blank = strpbrk(lower, " \n"))) {
		/* "an.nv cantho.gov.vn": a space where the @ was */
		*blank = '\0';
		if (!strpbrk(trim(blank + 1), " \n") && mailhost_look(j->hosts, trim(blank + 1))->known)
			return verdict(REJECT, R_MISSING_AT, "");
		return verdict(REJECT, R_NOT_AN_ADDRESS, "");
	}
	for (const char *p = lower; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._+-", *p))
			return verdict(REJECT, R_NOT_AN_ADDRESS, "");
	if (n > 253 || mailhost_look(j->hosts, lower)->exact)
		return verdict(REJECT, R_NOT_AN_ADDRESS, "");
	if (mailhost_at_end(j->hosts, lower))
		return verdict(REJECT, R_MISSING_AT, "");
	dot = strrchr(lower, '.');
	for (size_t i = 0; dot && i < COUNT_OF(ends); i++)
		if (strcmp(dot + 1, ends[i]) == 0 && memchr(lower, '.', (size_t)(dot - lower)))
			return verdict(REJECT, R_MISSING_AT, "");
	return verdict(REJECT, R_NOT_AN_ADDRESS, "");
}

static struct found judge_one(struct judge *, struct arena *, const char *part, const char *name);

/* What an address would be once mended, when that is one thing and no more. */
static const char *
suggestion_of(struct judge *j, struct arena *a, const char *mended)
{
	struct found f;

	if (!mended)
		return "";
	f = judge_one(j, a, mended, "");
	return f.disposition == ACCEPT ? f.email : f.disposition == HOLD ? f.suggestion : "";
}

/* An ASCII "local@domain", nothing around it. */
static struct found
judge_bare(struct judge *j, struct arena *a, char *s)
{
	const struct mailhost *h;
	struct addr parsed;
	struct found f = { .disposition = ACCEPT, .email = s, .suggestion = "" };
	char *at = strchr(s, '@'), *domain;

	for (char *p = s; *p; p++)
		if (*p >= 'A' && *p <= 'Z') {
			*p = (char)(*p + 32);
			f.changed[R_UPPER_CASE] = true;
		}
	domain = at + 1;
	if (at == s)
		return verdict(REJECT, R_NOT_AN_ADDRESS, "");
	if (!*domain)
		return verdict(REJECT, R_TRUNCATED_DOMAIN, "");
	if (strlen(domain) > 253)
		return verdict(REJECT, R_NOT_AN_ADDRESS, "");
	h = mailhost_look(j->hosts, domain);
	if (h->kind == MAILHOST_TYPO) {
		const char *meant = *h->meant ? arena_printf(a, "%.*s@%s", (int)(at - s), s, h->meant) : "";

		return verdict(HOLD, R_TYPO_DOMAIN, *meant && addr_parse(&parsed, a, meant, NULL) == 0 ? meant : "");
	}
	if (addr_parse(&parsed, a, s, NULL) < 0 || *domain == '[' || *s == '"')
		return verdict(REJECT, R_NOT_AN_ADDRESS, "");
	if (h->kind == MAILHOST_CUT)
		return verdict(REJECT, R_TRUNCATED_DOMAIN, "");
	f.rank = h->provider ? 1 : h->owner && h->owner == j->sender ? 3 : 2;
	return f;
}

/* "Nguyễn Văn An an@cantho.gov.vn": the person's own name before the address. */
static char *
after_name(struct arena *a, char *s, const char *name)
{
	char *last = NULL;

	for (char *p = s; *p; p++)
		if (is_blank(*p))
			last = p;
	if (!last || !strchr(last, '@') || !*name)
		return NULL;
	*last = '\0';
	if (strchr(trim(s), ' ') && strcmp(text_fold(a, s), text_fold(a, name)) == 0)
		return last + 1;
	*last = ' ';
	return NULL;
}

/* Spaces beside an @ go; true when there were some. */
static bool
close_at(char *s)
{
	char *out = s;
	bool any = false;

	for (char *p = s; *p; p++) {
		if (*p == '@')
			while (out > s && is_blank(out[-1])) {
				out--;
				any = true;
			}
		*out++ = *p;
		if (*p == '@')
			while (is_blank(p[1])) {
				p++;
				any = true;
			}
	}
	*out = '\0';
	return any;
}

static size_t
closes(const char *s, const char *open, const char *close)
{
	size_t n = strlen(s), o = strlen(open), c = strlen(close);

	return n > o + c && strncmp(s, open, o) == 0 && strcmp(s + n - c, close) == 0 ? o : 0;
}

/* Take off what stands around an address: <...>, quotes, "mailto:", "Name <...>", a remark in brackets. */
static char *
unwrap(struct arena *a, char *s, const char *name, bool changed[])
{
	static const char *const pairs[][2] = {
		{ "<", ">" }, { "(", ")" }, { "[", "]" }, { "{", "}" }, { "\"", "\"" }, { "'", "'" }, { "“", "”" }, { "‘", "’" },
		{ "«", "»" }, { "”", "”" }, { "`", "`" },
	};
	static const char *const labels[] = { "mailto:", "e-mail:", "email:", "mail:", "gmail:", "thư:", "địa chỉ:", "e-mail :",
	    "email :", "mail :" };
	bool again = true;

	while (again) {
		char *p;

		again = false;
		s = trim(s);
		for (size_t i = 0; !again && i < COUNT_OF(pairs); i++) {
			size_t n = closes(s, pairs[i][0], pairs[i][1]);

			if (n) {
				s[strlen(s) - strlen(pairs[i][1])] = '\0';
				s += n;
				again = changed[R_WRAPPED] = true;
			}
		}
		for (size_t i = 0; !again && i < COUNT_OF(labels); i++)
			if (strncasecmp(s, labels[i], strlen(labels[i])) == 0) {
				s += strlen(labels[i]);
				again = changed[R_WRAPPED] = true;
			}
		if (!again && (*s == '\'' || strncmp(s, "- ", 2) == 0 || strncmp(s, "+ ", 2) == 0 || strncmp(s, "* ", 2) == 0 ||
		    strncmp(s, "• ", 4) == 0)) {
			s += *s == '\'' ? 1 : strcspn(s, " ");
			again = changed[R_WRAPPED] = true;
		}
		if (!again && strchr(";,:", *s) && *s) {
			s++;
			again = changed[R_TRAILING_PUNCTUATION] = true;
		}
		if (!again && *s && strchr(";.,:", s[strlen(s) - 1])) {
			s[strlen(s) - 1] = '\0';
			again = changed[R_TRAILING_PUNCTUATION] = true;
		}
		if (again || !*s)
			continue;
		/* "Name <address>", whatever the name */
		if ((p = strrchr(s, '<')) && p > s && s[strlen(s) - 1] == '>' && strchr(p, '@') && !memchr(s, '@', (size_t)(p - s))) {
			s = p;
			again = true;
		/* "address (office)" */
		} else if ((p = strchr(s, '(')) && p > s && s[strlen(s) - 1] == ')' && !strchr(p, '@') &&
		    memchr(s, '@', (size_t)(p - s))) {
			*p = '\0';
			again = changed[R_WRAPPED] = true;
		} else if ((p = after_name(a, s, name))) {
			s = p;
			again = changed[R_WRAPPED] = true;
		}
	}
	return s;
}

/* Runs of commas, semicolons, dots and spaces around a comma become one dot. */
static char *
dots_for_commas(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1), *to = out;

	while (*s) {
		size_t run = strspn(s, ",;. \n");

		if (run && (memchr(s, ',', run) || memchr(s, ';', run))) {
			*to++ = '.';
			s += run;
		} else {
			*to++ = *s++;
		}
	}
	return out;
}

static char *
without_blanks(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1), *to = out;

	for (; *s; s++)
		if (!is_blank(*s))
			*to++ = *s;
	return out;
}

/* "a@@b", "a@b@c": once more than once. */
static const char *
one_at(struct arena *a, const char *s)
{
	char *out = arena_dup(a, s), *to = out, *first, *last;

	for (; *s; s++)
		if (*s != '@' || s[1] != '@')
			*to++ = *s;
	*to = '\0';
	first = strchr(out, '@');
	last = strrchr(out, '@');
	if (first != last) {
		/* the same domain twice is still one address */
		size_t n = strlen(last);

		if ((size_t)(last - first) != n || strncmp(first, last, n) != 0)
			return NULL;
		*last = '\0';
	}
	return out;
}

/* A part of a cell with one @, or several that cannot be told apart. */
static struct found
judge_one(struct judge *j, struct arena *a, const char *part, const char *name)
{
	bool changed[R_TWO_ADDRESSES] = { false };
	const char *ascii;
	struct found f;
	enum lookalike odd;
	char *s = arena_dup(a, part), *at;

	s = unwrap(a, s, name, changed);
	changed[R_SPACE_AT_AT_SIGN] = close_at(s);
	if ((odd = lookalike_ascii(a, s, &ascii)) != LOOKALIKE_NONE)
		return verdict(HOLD, odd == LOOKALIKE_LETTERS ? R_HOMOGLYPH : R_DIACRITICS_IN_ADDRESS, suggestion_of(j, a, ascii));
	if (!(at = strchr(s, '@')))
		return verdict(REJECT, R_NOT_AN_ADDRESS, "");
	if (strchr(at + 1, '@'))
		return verdict(HOLD, R_DOUBLE_AT, suggestion_of(j, a, one_at(a, s)));
	if (strpbrk(s, ",;"))
		return verdict(HOLD, R_COMMA_FOR_DOT, suggestion_of(j, a, dots_for_commas(a, s)));
	if (strpbrk(s, " \n")) {
		char *joined = without_blanks(a, at + 1);
		const struct mailhost *h = strlen(joined) <= 253 ? mailhost_look(j->hosts, text_lower_ascii(a, joined)) : NULL;
		size_t local = (size_t)(at - s);

		/* In the domain, a known one is the only thing that can be meant. */
		if (!memchr(s, ' ', local) && !memchr(s, '\n', local) && h && h->known)
			return verdict(HOLD, h->provider ? R_TYPO_DOMAIN : R_SPACE_IN_LOCAL,
			    suggestion_of(j, a, without_blanks(a, s)));
		return verdict(HOLD, R_SPACE_IN_LOCAL, "");
	}
	f = judge_bare(j, a, s);
	for (int r = 0; r < R_TWO_ADDRESSES; r++)
		f.changed[r] |= changed[r];
	return f;
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
	static const char *const words[] = { " hoặc ", " hoac ", " hay ", " và ", " va ", " or ", " and ", " & ", " - ", " – " };

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

	s = trim(s);
	if (!*s || is_phone(s) || is_placeholder(s))
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
				all[n++] = judge_one(j, a, trim(p.s[i]), name);
			else
				clear = ats == 0 && (is_remark(p.s[i]) || strcasecmp(trim(p.s[i]), "mailto:") == 0);
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
		*use = verdict(REJECT, R_NOT_AN_ADDRESS, "");
		return;
	}
	lookalike_clean(&c, a, cell);
	ats = count_at(c.s);
	if (ats == 0) {
		*use = judge_words(j, a, c.s, c.ascii);
		return;
	}
	s = arena_dup(a, c.s);
	if (ats > 1)
		close_at(s);
	if (ats > 1 && judge_several(j, a, s, name, use, other, has_other)) {
		use->changed[R_WRAPPED] |= !use->of_several;
	} else if (ats > 1 && strpbrk(s, " \n;,/|")) {
		*use = verdict(REJECT, R_NOT_AN_ADDRESS, "");
	} else {
		struct found alone;
		bool two;

		*use = judge_one(j, a, c.s, name);
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
	    look_elsewhere(j, a, in, is_phone(in->email), &elsewhere))
		use = verdict(HOLD, R_SWAPPED_COLUMNS, elsewhere.disposition == ACCEPT ? elsewhere.email : elsewhere.suggestion);
	*out = (struct judgement){ use.disposition, use.reason, "", "", "" };
	if (use.disposition == ACCEPT) {
		out->email = use.email;
		if (has_other && strcmp(other.email, use.email) != 0)
			out->alternate = other.email;
	} else if (use.disposition == HOLD) {
		out->suggestion = use.suggestion;
	}
}
