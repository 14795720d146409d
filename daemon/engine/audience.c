#include "engine/audience.h"

#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"

#define DEPTH_MOST 32

enum op {
	OP_EVERYBODY, OP_AND, OP_OR, OP_NOT,
	OP_UNIT, OP_KIND, OP_DOMAIN, OP_MISSING, OP_DONE, OP_PARTLY, OP_CAUSE, OP_OWNER, OP_STATE, OP_INVITED_BEFORE,
	OP_MENDED, OP_FILTERED, OP_PERSON,
	OP_EVEN_REFUSING
};

struct audience_node {
	enum op op;
	size_t left, right;		/* AND, OR; NOT: left */
	const char *const *words;	/* UNIT, DOMAIN */
	size_t n_words;
	uint32_t mask;			/* KIND, MISSING, DONE, CAUSE, OWNER, STATE: bit i is allowed */
	int64_t at;			/* INVITED_BEFORE; PERSON: its number */
};

/* In the order of their bits. */
static const char *const state_words[] = { "none", "planned", "sending", "accepted", "deferred", "refused", "uncertain",
	"expired", "cancelled" };

struct parser {
	struct arena *arena;
	const struct campaign *campaign;
	const char *at;			/* behind what was read */
	struct audience_node *nodes;
	size_t n, cap, depth;
	struct err *e;
};

/* --- words ------------------------------------------------------------------ */

static void
skip_space(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r')
		p->at++;
}

/* How long the word at p->at is: to a space or a parenthesis, but for those in quotes. */
static size_t
word_len(const struct parser *p)
{
	bool quoted = false;
	size_t n = 0;

	for (; p->at[n] && (quoted || !strchr(" \t\r\n()", p->at[n])); n++)
		quoted ^= p->at[n] == '"';
	return n;
}

static bool
next_is(const struct parser *p, const char *en, const char *vi)
{
	size_t n = word_len(p);

	return (n == strlen(en) && strncasecmp(p->at, en, n) == 0) || (n == strlen(vi) && strncmp(p->at, vi, n) == 0);
}

static bool
take(struct parser *p, const char *en, const char *vi)
{
	if (!next_is(p, en, vi))
		return false;
	p->at += word_len(p);
	skip_space(p);
	return true;
}

static size_t
node(struct parser *p, struct audience_node n)
{
	ASSERT(p->n < p->cap);
	p->nodes[p->n] = n;
	return p->n++;
}

/* --- values ------------------------------------------------------------------ */

struct values {
	const char **word;
	size_t n;
};

/* "a,b": the words between the commas; quotes are taken off. */
static int
split(struct parser *p, const char *list, struct values *v)
{
	char *copy = arena_alloc(p->arena, strlen(list) + 1), *word, *to = copy;

	for (const char *s = list; *s; s++)
		if (*s != '"')
			*to++ = *s;
	v->word = arena_alloc(p->arena, (strlen(copy) / 2 + 2) * sizeof(*v->word));
	v->n = 0;
	while ((word = strsep(&copy, ",")))
		if (*word)
			v->word[v->n++] = word;
	return v->n ? 0 : err_set(p->e, ERR_INPUT, TR("nothing stands after the '='", "sau dấu '=' không có gì"));
}

/* What a bit stands for; NULL: there are no more. */
typedef const char *bit_name(const struct parser *, size_t i);

static const char *
form_key(const struct parser *p, size_t i)
{
	return i < p->campaign->n_instruments ? p->campaign->instruments[i].key : NULL;
}

static const char *
kind_key(const struct parser *p, size_t i)
{
	(void)p;
	return i < UNIT_KINDS ? unit_kind_name((enum unit_kind)i) : NULL;
}

static const char *
cause_key(const struct parser *p, size_t i)
{
	(void)p;
	return i < CAUSES ? cause_info((enum cause)i)->key : NULL;
}

static const char *
owner_word(const struct parser *p, size_t i)
{
	(void)p;
	return i >= OWNERS ? NULL : i == OWNER_NONE ? "none" : owner_key((enum owner)i);
}

static const char *
state_word(const struct parser *p, size_t i)
{
	(void)p;
	return i < COUNT_OF(state_words) ? state_words[i] : NULL;
}

static const char *
yes(const struct parser *p, size_t i)
{
	(void)p;
	return i == 0 ? "yes" : NULL;
}

static int
unknown_value(struct parser *p, const char *name, const char *word, bit_name *names)
{
	struct buf all = BUF_INIT(700);
	const char *w, *near = NULL;
	size_t best = 3;

	for (size_t i = 0; (w = names(p, i)); i++) {
		size_t d = text_distance(word, w, 3);

		if (d < best) {
			best = d;
			near = w;
		}
		buf_printf(&all, "%s%s", i ? ", " : "", w);
	}
	if (near)
		err_set(p->e, ERR_INPUT, TR("%s has no '%.60s'; did you mean '%s'?",
		    "%s không có '%.60s'; có phải '%s'?"), name, word, near);
	else
		err_set(p->e, ERR_INPUT, TR("%s has no '%.60s'; there is: %s",
		    "%s không có '%.60s'; chỉ có: %s"), name, word,
		    all.len ? buf_str(&all) : "-");
	buf_release(&all);
	return -1;
}

static int
bits(struct parser *p, const char *name, const char *list, bit_name *names, uint32_t *mask)
{
	struct values v;

	if (split(p, list, &v) < 0)
		return -1;
	*mask = 0;
	for (size_t k = 0; k < v.n; k++) {
		const char *w;
		size_t i = 0;

		while ((w = names(p, i)) && strcasecmp(w, v.word[k]) != 0)
			i++;
		if (!w)
			return unknown_value(p, name, v.word[k], names);
		*mask |= UINT32_C(1) << i;
	}
	return 0;
}

static int
words(struct parser *p, const char *list, struct audience_node *n)
{
	struct values v;

	if (split(p, list, &v) < 0)
		return -1;
	n->words = v.word;
	n->n_words = v.n;
	return 0;
}

static int
day(struct parser *p, const char *list, int64_t *at)
{
	struct values v;

	if (split(p, list, &v) < 0)
		return -1;
	return date_parse(v.word[0], &p->campaign->zone, DATE_START, at, p->e);
}

static int
number(struct parser *p, const char *text, int64_t *out)
{
	char *end;

	*out = strtoll(text, &end, 10);
	if (end == text || *end || *out <= 0)
		return err_set(p->e, ERR_INPUT, TR("'%.60s' is no number", "'%.60s' không phải là số"), text);
	return 0;
}

/* --- terms ------------------------------------------------------------------- */

static const struct term {
	const char *name;
	enum op op;
	bool valued;
	bit_name *names;	/* its values, where they are few */
} terms[] = {
	{ "unit", OP_UNIT, true, NULL }, { "kind", OP_KIND, true, kind_key }, { "domain", OP_DOMAIN, true, NULL },
	{ "missing", OP_MISSING, true, form_key }, { "done", OP_DONE, true, form_key },
	{ "answered-partly", OP_PARTLY, false, NULL }, { "cause", OP_CAUSE, true, cause_key },
	{ "owner", OP_OWNER, true, owner_word }, { "state", OP_STATE, true, state_word },
	{ "invited-before", OP_INVITED_BEFORE, true, NULL }, { "mended", OP_MENDED, true, yes },
	{ "probably-filtered", OP_FILTERED, false, NULL }, { "person", OP_PERSON, true, NULL },
	{ "even-refusing", OP_EVEN_REFUSING, false, NULL },
};

static int
unknown_term(struct parser *p, const char *name)
{
	struct buf all = BUF_INIT(400);

	for (size_t i = 0; i < COUNT_OF(terms); i++)
		if (text_distance(name, terms[i].name, 2) <= 2 && strlen(name) > 3) {
			err_set(p->e, ERR_INPUT, TR("nothing is known by '%.60s'; did you mean '%s'?",
			    "không có điều kiện '%.60s'; có phải '%s'?"), name, terms[i].name);
			return -1;
		}
	for (size_t i = 0; i < COUNT_OF(terms); i++)
		buf_printf(&all, "%s%s", i ? ", " : "", terms[i].name);
	err_set(p->e, ERR_INPUT, TR("nothing is known by '%.60s'; there is: %s",
	    "không có điều kiện '%.60s'; chỉ có: %s"), name,
	    buf_str(&all));
	buf_release(&all);
	return -1;
}

static int
fill(struct parser *p, const struct term *t, const char *value, struct audience_node *n)
{
	*n = (struct audience_node){ .op = t->op };
	if (t->names)
		return bits(p, t->name, value, t->names, &n->mask);
	switch (t->op) {
	case OP_UNIT:
	case OP_DOMAIN:
		return words(p, value, n);
	case OP_INVITED_BEFORE:
		return day(p, value, &n->at);
	case OP_PERSON:
		return number(p, value, &n->at);
	default:
		return 0;
	}
}

static int
parse_term(struct parser *p, size_t *out)
{
	char *word = arena_ndup(p->arena, p->at, word_len(p)), *eq = strchr(word, '=');
	struct audience_node n;
	size_t i = 0;

	if (strchr(word, '"') && strchr(strchr(word, '"') + 1, '"') == NULL)
		return err_set(p->e, ERR_INPUT, TR("a quotation mark is not closed: %.60s",
		    "thiếu dấu ngoặc kép đóng: %.60s"), word);
	p->at += strlen(word);
	if (eq)
		*eq++ = '\0';
	while (i < COUNT_OF(terms) && strcasecmp(word, terms[i].name) != 0)
		i++;
	if (i == COUNT_OF(terms)) {
		if (!eq)
			return err_set(p->e, ERR_INPUT, TR("'%.60s' is no condition: write name=value",
			    "'%.60s' không phải điều kiện: viết tên=giá trị"), word);
		return unknown_term(p, word);
	}
	if (terms[i].valued && !eq)
		return err_set(p->e, ERR_INPUT, TR("after '%s' a value is missing: write %s=...",
		    "sau '%s' thiếu giá trị: viết %s=..."),
		    word, terms[i].name);
	if (!terms[i].valued && eq)
		return err_set(p->e, ERR_INPUT, TR("'%s' takes no value", "'%s' không có giá trị"), terms[i].name);
	if (fill(p, &terms[i], eq, &n) < 0)
		return -1;
	*out = node(p, n);
	skip_space(p);
	return 0;
}

/* --- the grammar ----------------------------------------------------------------- */

static int parse_or(struct parser *, size_t *out);

static int
parse_not(struct parser *p, size_t *out)
{
	size_t inner;
	int rc;

	if (p->depth >= DEPTH_MOST)
		return err_set(p->e, ERR_INPUT, TR("more than %d levels of parentheses",
		    "quá %d tầng ngoặc"), DEPTH_MOST);
	p->depth++;
	if (take(p, "not", "không")) {
		if ((rc = parse_not(p, &inner)) == 0)
			*out = node(p, (struct audience_node){ .op = OP_NOT, .left = inner });
	} else if (*p->at == '(') {
		p->at++;
		skip_space(p);
		if ((rc = parse_or(p, out)) == 0) {
			if (*p->at != ')')
				rc = err_set(p->e, ERR_INPUT, TR("a parenthesis is not closed", "thiếu dấu ngoặc đóng"));
			else
				p->at++;
			skip_space(p);
		}
	} else if (!*p->at || *p->at == ')' || next_is(p, "and", "và") || next_is(p, "or", "hoặc")) {
		rc = err_set(p->e, ERR_INPUT, TR("a condition is missing before '%.20s'",
		    "thiếu điều kiện trước '%.20s'"),
		    *p->at ? p->at : TR("the end", "chỗ hết"));
	} else {
		rc = parse_term(p, out);
	}
	p->depth--;
	return rc;
}

static int
parse_and(struct parser *p, size_t *out)
{
	size_t right;

	if (parse_not(p, out) < 0)
		return -1;
	while (*p->at && *p->at != ')' && !next_is(p, "or", "hoặc")) {
		take(p, "and", "và");
		if (parse_not(p, &right) < 0)
			return -1;
		*out = node(p, (struct audience_node){ .op = OP_AND, .left = *out, .right = right });
	}
	return 0;
}

static int
parse_or(struct parser *p, size_t *out)
{
	size_t right;

	if (parse_and(p, out) < 0)
		return -1;
	while (take(p, "or", "hoặc")) {
		if (parse_and(p, &right) < 0)
			return -1;
		*out = node(p, (struct audience_node){ .op = OP_OR, .left = *out, .right = right });
	}
	return 0;
}

/* What holds for the whole of it: the conditions that all must meet. */
static void
learn(struct audience *a, size_t at, size_t *lifted)
{
	const struct audience_node *n = &a->nodes[at];

	if (n->op == OP_AND) {
		learn(a, n->left, lifted);
		learn(a, n->right, lifted);
	} else if (n->op == OP_MISSING) {
		a->asks |= n->mask;
	} else if (n->op == OP_EVEN_REFUSING) {
		(*lifted)++;
	}
}

static int
settle(struct audience *a, struct parser *p)
{
	size_t all = 0, lifted = 0;

	for (size_t i = 0; i < p->n; i++) {
		all += p->nodes[i].op == OP_EVEN_REFUSING;
		a->asks_mended |= p->nodes[i].op == OP_MENDED;
		a->asks_filtered |= p->nodes[i].op == OP_FILTERED;
	}
	learn(a, a->root, &lifted);
	if (all != lifted)
		return err_set(p->e, ERR_INPUT,
		    TR("'even-refusing' is no condition: it stands alone, not within not, or, or parentheses",
		    "'even-refusing' không phải điều kiện: phải đứng riêng, không nằm trong không, hoặc, hay ngoặc"));
	a->even_refusing = all > 0;
	if (!a->asks)
		a->asks = p->campaign->n_instruments ? (1u << p->campaign->n_instruments) - 1 : ~0u;
	return 0;
}

int
audience_parse(struct audience *a, struct arena *arena, const char *text, const struct campaign *c, struct err *e)
{
	size_t len = strlen(text);
	struct parser p = { .arena = arena, .campaign = c, .at = text, .e = e };
	int rc = 0;

	*a = (struct audience){ .asks = 0 };
	if (len > AUDIENCE_MAX_BYTES)
		return err_set(e, ERR_INPUT, TR("the audience is longer than %d characters",
		    "đối tượng dài quá %d ký tự"),
		    AUDIENCE_MAX_BYTES);
	p.cap = len + 1;		/* no node without a character of its own */
	p.nodes = arena_alloc(arena, p.cap * sizeof(*p.nodes));
	skip_space(&p);
	if (!*p.at)
		a->root = node(&p, (struct audience_node){ .op = OP_EVERYBODY });
	else if ((rc = parse_or(&p, &a->root)) == 0 && *p.at)
		rc = err_set(e, ERR_INPUT, TR("a parenthesis too many: '%.40s'", "thừa dấu ngoặc: '%.40s'"), p.at);
	a->nodes = p.nodes;
	if (rc == 0)
		rc = settle(a, &p);
	return rc < 0 ? err_wrap(e, TR("audience '%.200s'", "đối tượng '%.200s'"), text) : 0;
}

/* --- the question ------------------------------------------------------------------ */

static bool
has_word(const struct audience_node *n, const char *s)
{
	for (size_t i = 0; i < n->n_words; i++)
		if (strcasecmp(n->words[i], s) == 0)
			return true;
	return false;
}

static bool
has_owner(uint32_t mask, enum cause c)
{
	const struct cause_info *i = cause_info(c);

	return (mask >> i->owner & 1) || (i->helper != OWNER_NONE && (mask >> i->helper & 1));
}

static bool
has_state(uint32_t mask, const char *state)
{
	for (size_t i = 0; i < COUNT_OF(state_words); i++)
		if (strcmp(state_words[i], state) == 0)
			return mask >> i & 1;
	return false;
}

static bool
fits(const struct audience *a, size_t at, const struct audience_person *p)
{
	const struct audience_node *n = &a->nodes[at];

	switch (n->op) {
	case OP_EVERYBODY:
	case OP_EVEN_REFUSING:
		return true;
	case OP_AND:
		return fits(a, n->left, p) && fits(a, n->right, p);
	case OP_OR:
		return fits(a, n->left, p) || fits(a, n->right, p);
	case OP_NOT:
		return !fits(a, n->left, p);
	case OP_UNIT:
		return has_word(n, p->unit_code);
	case OP_DOMAIN:
		return has_word(n, p->domain);
	case OP_KIND:
		return n->mask >> p->unit_kind & 1;
	case OP_MISSING:
		return (n->mask & ~p->answered) != 0;
	case OP_DONE:
		return (n->mask & p->answered) != 0;
	case OP_PARTLY:
		return p->cause == CAUSE_ANSWERED_PARTLY;
	case OP_CAUSE:
		return n->mask >> p->cause & 1;
	case OP_OWNER:
		return has_owner(n->mask, p->cause);
	case OP_STATE:
		return has_state(n->mask, p->state);
	case OP_INVITED_BEFORE:
		return p->first_at && p->first_at < n->at;
	case OP_MENDED:
		return p->mended;
	case OP_FILTERED:
		return p->filtered;
	case OP_PERSON:
		return p->id == n->at;
	}
	PANIC("op %d", (int)n->op);
}

bool
audience_fits(const struct audience *a, const struct audience_person *p)
{
	return fits(a, a->root, p);
}

static int
each_unit(const struct audience *a, size_t at, int (*each)(const char *, void *), void *arg)
{
	const struct audience_node *n = &a->nodes[at];
	int rc = 0;

	if (n->op == OP_AND || n->op == OP_OR) {
		if ((rc = each_unit(a, n->left, each, arg)) == 0)
			rc = each_unit(a, n->right, each, arg);
	} else if (n->op == OP_NOT) {
		rc = each_unit(a, n->left, each, arg);
	} else if (n->op == OP_UNIT) {
		for (size_t i = 0; i < n->n_words && rc == 0; i++)
			rc = each(n->words[i], arg);
	}
	return rc;
}

int
audience_each_unit(const struct audience *a, int (*each)(const char *code, void *), void *arg)
{
	return each_unit(a, a->root, each, arg);
}
