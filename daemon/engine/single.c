#include "engine/single.h"

#include <ctype.h>

#include "base/text.h"
#include "engine/lookalike.h"
#include "mail/addr.h"

struct found
single_verdict(enum disposition d, enum reason r, const char *suggestion)
{
	return (struct found){ .disposition = d, .reason = r, .email = "", .suggestion = suggestion ? suggestion : "" };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n';
}

char *
single_trim(char *s)
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
bool
single_is_phone(const char *s)
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
bool
single_is_placeholder(const char *s)
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
struct found
single_words(struct judge *j, struct arena *a, char *s, bool ascii)
{
	static const char *const marks[] = { "(at)", "[at]", "{at}", "(a)", "[a]", "(@)" };
	static const char *const ends[] = { "vn", "com", "net", "org", "edu", "gov", "info", "example", "test" };
	char *lower = text_lower_ascii(a, s), *dot, *blank, *sign;
	size_t n = strlen(lower);

	if (single_is_placeholder(s))
		return single_verdict(REJECT, R_MISSING_EMAIL, "");
	while (n && strchr(".,;:", lower[n - 1]))
		lower[--n] = '\0';
	if (!ascii || strncmp(lower, "http", 4) == 0 || strncmp(lower, "www.", 4) == 0)
		return single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (strstr(lower, marks[i]) && strchr(lower, '.'))
			return single_verdict(REJECT, R_MISSING_AT, "");
	if ((blank = strstr(lower, " at ")) && blank > lower && !strpbrk(blank + 4, " \n") && strchr(blank + 4, '.'))
		return single_verdict(REJECT, R_MISSING_AT, "");
	if ((blank = strpbrk(lower, " \n"))) {
		/* "an.nv cantho.gov.vn": a space where the @ was */
		*blank = '\0';
		if (!strpbrk(single_trim(blank + 1), " \n") && mailhost_look(j->hosts, single_trim(blank + 1))->known)
			return single_verdict(REJECT, R_MISSING_AT, "");
		return single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
	}
	/* another sign where the @ was: "an#gmail.com" */
	if ((sign = strpbrk(lower, "#$%^&*!=~")) && sign > lower && mailhost_look(j->hosts, sign + 1)->known)
		return single_verdict(REJECT, R_MISSING_AT, "");
	for (const char *p = lower; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._+-", *p))
			return single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
	if (n > 253 || mailhost_look(j->hosts, lower)->exact)
		return single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
	if (mailhost_at_end(j->hosts, lower))
		return single_verdict(REJECT, R_MISSING_AT, "");
	dot = strrchr(lower, '.');
	for (size_t i = 0; dot && i < COUNT_OF(ends); i++)
		if (strcmp(dot + 1, ends[i]) == 0 && memchr(lower, '.', (size_t)(dot - lower)))
			return single_verdict(REJECT, R_MISSING_AT, "");
	return single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
}

/* What an address would be once mended, when that is one thing and no more. */
static const char *
suggestion_of(struct judge *j, struct arena *a, const char *mended)
{
	struct found f;

	if (!mended)
		return "";
	f = single_address(j, a, mended, "");
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
		return single_verdict(REJECT, *domain && mailhost_look(j->hosts, domain)->kind == MAILHOST_CUT ?
		    R_TRUNCATED_DOMAIN : R_NOT_AN_ADDRESS, "");
	if (!*domain)
		return single_verdict(REJECT, R_TRUNCATED_DOMAIN, "");
	if (strlen(domain) > 253)
		return single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
	h = mailhost_look(j->hosts, domain);
	if (h->kind == MAILHOST_TYPO) {
		const char *meant = *h->meant ? arena_printf(a, "%.*s@%s", (int)(at - s), s, h->meant) : "";

		return single_verdict(HOLD, R_TYPO_DOMAIN, *meant && addr_parse(&parsed, a, meant, NULL) == 0 ? meant : "");
	}
	if (addr_parse(&parsed, a, s, NULL) < 0 || *domain == '[' || *s == '"')
		return single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
	if (h->kind == MAILHOST_CUT)
		return single_verdict(REJECT, R_TRUNCATED_DOMAIN, "");
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
	if (strchr(single_trim(s), ' ') && strcmp(text_fold(a, s), text_fold(a, name)) == 0)
		return last + 1;
	*last = ' ';
	return NULL;
}

/* Spaces beside an @ go; true when there were some. */
bool
single_close_at(char *s)
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

/* How long "mailto:", "Công vụ:", "1." or "2)" before an address is; 0: nothing of the kind. */
static size_t
before_address(const char *s)
{
	size_t n = strcspn(s, ":@"), digits = strspn(s, "0123456789");

	if (s[n] == ':' && n > 0 && n <= 40 && strncmp(s + n, "://", 3) != 0 && strncasecmp(s, "bcc:", 4) != 0 &&
	    strncasecmp(s, "cc:", 3) != 0)
		return n + 1;
	if (digits >= 1 && digits <= 2 && (s[digits] == '.' || s[digits] == ')') && is_blank(s[digits + 1]))
		return digits + 1;
	return 0;
}

/* A bracket whose other half is missing, at one end: taken off behind; 1 + what is to be skipped before, or 0. */
static size_t
unpaired(char *s)
{
	static const char open[] = "<([{", close[] = ">)]}";
	size_t n = strlen(s);
	const char *at;

	if (n < 2)
		return 0;
	if ((at = strchr(open, *s)) && !strchr(s, close[at - open]))
		return 2;
	if ((at = strchr(close, s[n - 1])) && !strchr(s, open[at - close])) {
		s[n - 1] = '\0';
		return 1;
	}
	return 0;
}

/* Take off what stands around an address: <...>, quotes, "mailto:", "Name <...>", a remark in brackets. */
static char *
unwrap(struct arena *a, char *s, const char *name, bool changed[])
{
	static const char *const pairs[][2] = {
		{ "<", ">" }, { "(", ")" }, { "[", "]" }, { "{", "}" }, { "\"", "\"" }, { "'", "'" }, { "“", "”" }, { "‘", "’" },
		{ "«", "»" }, { "”", "”" }, { "`", "`" },
	};
	bool again = true;

	while (again) {
		size_t skip;
		char *p;

		again = false;
		s = single_trim(s);
		for (size_t i = 0; !again && i < COUNT_OF(pairs); i++) {
			size_t n = closes(s, pairs[i][0], pairs[i][1]);

			if (n) {
				s[strlen(s) - strlen(pairs[i][1])] = '\0';
				s += n;
				again = changed[R_WRAPPED] = true;
			}
		}
		if (!again && (skip = before_address(s))) {
			s += skip;
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
		if (!again && *s && strchr(";.,:/|", s[strlen(s) - 1])) {
			s[strlen(s) - 1] = '\0';
			again = changed[R_TRAILING_PUNCTUATION] = true;
		}
		if (!again && (skip = unpaired(s))) {
			s += skip - 1;
			again = changed[R_WRAPPED] = true;
		}
		if (again || !*s)
			continue;
		/* "Name <address>", whatever the name */
		if ((p = strrchr(s, '<')) && p > s && s[strlen(s) - 1] == '>' && strchr(p, '@') && !memchr(s, '@', (size_t)(p - s))) {
			s = p;
			again = true;
		/* "Name (address)" */
		} else if ((p = strrchr(s, '(')) && p > s && s[strlen(s) - 1] == ')' && strchr(p, '@') &&
		    !memchr(s, '@', (size_t)(p - s))) {
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

	s += strspn(s, "@");
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
struct found
single_address(struct judge *j, struct arena *a, const char *part, const char *name)
{
	bool changed[R_TWO_ADDRESSES] = { false };
	const char *ascii;
	struct found f;
	enum lookalike odd;
	char *s = arena_dup(a, part), *at;

	s = unwrap(a, s, name, changed);
	changed[R_SPACE_AT_AT_SIGN] = single_close_at(s);
	if ((odd = lookalike_ascii(a, s, &ascii)) != LOOKALIKE_NONE)
		return single_verdict(HOLD, odd == LOOKALIKE_LETTERS ? R_HOMOGLYPH : R_DIACRITICS_IN_ADDRESS, suggestion_of(j, a, ascii));
	if (!(at = strchr(s, '@')))
		return single_verdict(REJECT, R_NOT_AN_ADDRESS, "");
	if (strchr(at + 1, '@'))
		return single_verdict(HOLD, R_DOUBLE_AT, suggestion_of(j, a, one_at(a, s)));
	if (strpbrk(s, ",;"))
		return single_verdict(HOLD, R_COMMA_FOR_DOT, suggestion_of(j, a, dots_for_commas(a, s)));
	if (strpbrk(s, " \n")) {
		char *joined = without_blanks(a, at + 1);
		const struct mailhost *h = strlen(joined) <= 253 ? mailhost_look(j->hosts, text_lower_ascii(a, joined)) : NULL;
		size_t local = (size_t)(at - s);

		/* In the domain, a known one is the only thing that can be meant. */
		if (!memchr(s, ' ', local) && !memchr(s, '\n', local) && h && h->known)
			return single_verdict(HOLD, h->provider ? R_TYPO_DOMAIN : R_SPACE_IN_LOCAL,
			    suggestion_of(j, a, without_blanks(a, s)));
		return single_verdict(HOLD, R_SPACE_IN_LOCAL, "");
	}
	f = judge_bare(j, a, s);
	for (int r = 0; r < R_TWO_ADDRESSES; r++)
		f.changed[r] |= changed[r];
	return f;
}
