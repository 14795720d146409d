/* Reading a template: from text to a row of nodes. */
#include "base/mustache.h"

#include <stdarg.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/mustache_tree.h"

#define DELIMITER_BYTES 16

struct open_section {
	size_t node;
	int line;
};

struct parser {
	struct mustache *m;
	const char *file, *s;
	size_t len, pos;
	bool root;
	char open[DELIMITER_BYTES + 1], close[DELIMITER_BYTES + 2];
	/* where we are, kept while moving forward */
	size_t seen;
	int line, column;
	struct mustache_node *nodes;
	size_t n, cap;
	struct open_section stack[MUSTACHE_DEPTH];
	size_t depth;
	/* handed on to partials */
	const char *const *known;
	mustache_partial_fn *load;
	void *arg;
	struct err *e;
};

static int	parse_unit(struct parser *, size_t unit, const struct mustache_source *);

/* Bring line and column to the byte at `at`. */
static void
move_to(struct parser *p, size_t at)
{
	for (; p->seen < at; p->seen++) {
		if (p->s[p->seen] == '\n') {
			p->line++;
			p->column = 1;
		} else if (((unsigned char)p->s[p->seen] & 0xC0) != 0x80) {
			p->column++;
		}
	}
}

static int __attribute__((format(printf, 2, 3)))
fault(struct parser *p, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(p->e, ERR_INPUT, "%s:%d:%d: %s", p->file, p->line, p->column, what);
}

static struct mustache_node *
node_add(struct parser *p, enum mustache_op op)
{
	struct mustache_node *n;

	p->nodes = mem_room(p->nodes, p->n, &p->cap, sizeof(*p->nodes));
	n = &p->nodes[p->n++];
	*n = (struct mustache_node){ .op = op, .line = p->line, .column = p->column, .text = "", .hint = SIZE_MAX };
	return n;
}

static bool
at_line_start(const struct parser *p, size_t at)
{
	return at == 0 || p->s[at - 1] == '\n';
}

static void
text_add(struct parser *p, size_t from, size_t to)
{
	struct mustache_node *n;

	if (from >= to)
		return;
	n = node_add(p, OP_TEXT);
	n->line_start = at_line_start(p, from);
	n->text = p->s + from;
	n->len = to - from;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r';
}

/* "a.b.c" into its parts; -1 with what is wrong with it. */
static int
name_set(struct parser *p, struct mustache_node *n, const char *s, size_t len)
{
	char *copy = arena_ndup(&p->m->arena, s, len), *at = arena_dup(&p->m->arena, copy), *part;
	size_t parts = 1;

	n->name = copy;
	if (strcmp(copy, ".") == 0)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\0' || is_space(s[i]) || strchr("{}<>&\"'=", s[i]))
			return fault(p, TR("'%s' is not a name: expected letters, digits, '_' and '.'",
			    "'%s' không phải là tên: cần chữ cái, chữ số, '_' và '.'"), copy);
		parts += s[i] == '.';
	}
	n->parts = arena_alloc(&p->m->arena, parts * sizeof(*n->parts));
	while ((part = strsep(&at, "."))) {
		if (!*part)
			return fault(p, TR("'%s' is not a name: expected something on both sides of each '.'",
			    "'%s' không phải là tên: hai bên mỗi dấu '.' phải có chữ"), copy);
		n->parts[n->n_parts++] = part;
	}
	for (size_t i = 0; p->known && p->known[i]; i++)
		if (strcmp(p->known[i], n->parts[0]) == 0) {
			n->parts[0] = p->known[i];
			n->hint = i;
			break;
		}
	return 0;
}

/* {{=<% %>=}} */
static int
delimiters_set(struct parser *p, const char *s, size_t len)
{
	size_t a = 0, b, c, d;

	while (a < len && !is_space(s[a]))
		a++;
	for (b = a; b < len && is_space(s[b]); b++)
		;
	for (c = b; c < len && !is_space(s[c]); c++)
		;
	d = c - b;
	if (!a || !d || c != len || a > DELIMITER_BYTES || d > DELIMITER_BYTES || memchr(s, '=', len) || memchr(s, '\0', len))
		return fault(p, TR("expected two delimiters with a blank between, as in {{=<%% %%>=}}",
		    "cần hai dấu phân cách, giữa có dấu cách, như {{=<%% %%>=}}"));
	memcpy(p->open, s, a);
	p->open[a] = '\0';
	memcpy(p->close, s + b, d);
	p->close[d] = '\0';
	return 0;
}

static int
section_open(struct parser *p, enum mustache_op op, const char *s, size_t len)
{
	struct mustache_node *n = node_add(p, op);

	if (p->depth == MUSTACHE_DEPTH)
		return fault(p, TR("more than %d sections within each other", "quá %d tầng lồng nhau"), MUSTACHE_DEPTH);
	p->stack[p->depth++] = (struct open_section){ p->n - 1, p->line };
	return name_set(p, n, s, len);
}

static int
section_close(struct parser *p, const char *s, size_t len)
{
	struct mustache_node *opener;

	if (!p->depth)
		return fault(p, TR("%s/%.*s%s closes nothing: no section is open here",
		    "%s/%.*s%s thừa: ở đây không có phần nào đang mở"), p->open, (int)len, s, p->close);
	opener = &p->nodes[p->stack[p->depth - 1].node];
	if (strlen(opener->name) != len || memcmp(opener->name, s, len) != 0)
		return fault(p, TR("found %s/%.*s%s, expected %s/%s%s, which closes the section of line %d",
		    "gặp %s/%.*s%s, cần %s/%s%s để đóng phần mở ở dòng %d"), p->open, (int)len, s, p->close,
		    p->open, opener->name, p->close, opener->line);
	opener->end = p->n;
	p->depth--;
	node_add(p, OP_END);
	return 0;
}

/* indent NULL: the tag shares its line. */
static int
partial_add(struct parser *p, const char *s, size_t len, const char *indent, size_t indent_len)
{
	struct mustache_node *n = node_add(p, OP_PARTIAL);
	struct mustache_source src = { .file = "", .text = "" };
	struct parser sub;
	size_t unit;
	int rc;

	n->line_start = indent != NULL;
	n->text = indent ? indent : "";
	n->len = indent_len;
	if (name_set(p, n, s, len) < 0)
		return -1;
	for (unit = 1; unit < p->m->n_units; unit++)
		if (strcmp(p->m->units[unit].name, n->name) == 0) {
			n->unit = unit;
			return 0;
		}
	if (unit > MUSTACHE_PARTIALS)
		return fault(p, TR("more than %d partials", "quá %d mảnh mẫu"), MUSTACHE_PARTIALS);
	n->unit = unit;
	p->m->units[unit].name = n->name;
	p->m->n_units++;
	rc = p->load ? p->load(p->arg, n->name, &src, p->e) : 0;
	if (rc < 0)
		return err_wrap(p->e, "%s:%d:%d", p->file, p->line, p->column);
	sub = (struct parser){ .m = p->m, .known = p->known, .load = p->load, .arg = p->arg, .e = p->e };
	return parse_unit(&sub, unit, &src);
}

struct tag {
	char type;			/* one of # ^ / ! = > & { and 'v' for a variable */
	const char *s;			/* its content, trimmed */
	size_t len;
	size_t end;			/* offset behind it */
};

/* The tag that begins at `at`, where the opening delimiter is. */
static int
tag_read(struct parser *p, size_t at, struct tag *t)
{
	char close[DELIMITER_BYTES + 3];
	size_t from = at + strlen(p->open), to;
	const char *end;

	while (from < p->len && is_space(p->s[from]))
		from++;
	t->type = from < p->len && p->s[from] && strchr("#^/!=>&{", p->s[from]) ? p->s[from++] : 'v';
	snprintf(close, sizeof(close), "%s%s", t->type == '{' ? "}" : t->type == '=' ? "=" : "", p->close);
	end = memmem(p->s + from, p->len - from, close, strlen(close));
	if (!end)
		return fault(p, TR("the tag is not closed: expected %s", "thẻ chưa đóng: cần %s"), close);
	to = (size_t)(end - p->s);
	t->end = to + strlen(close);
	if (t->type != '!') {
		while (from < to && is_space(p->s[from]))
			from++;
		while (to > from && is_space(p->s[to - 1]))
			to--;
	}
	t->s = p->s + from;
	t->len = to - from;
	if (!t->len && t->type != '!')
		return fault(p, TR("the tag is empty: expected a name", "thẻ rỗng: cần một tên"));
	return 0;
}

/*
 * A tag that prints nothing and has its line to itself takes the line along.
 * Then *from is where the line begins and *to where the next one does.
 */
static bool
standalone(const struct parser *p, size_t at, const struct tag *t, size_t *from, size_t *to)
{
	size_t a = at, b = t->end;

	if (strchr("v&{", t->type))
		return false;
	while (a > p->pos && is_blank(p->s[a - 1]))
		a--;
	if (!at_line_start(p, a))
		return false;
	while (b < p->len && is_blank(p->s[b]))
		b++;
	if (b < p->len && p->s[b] == '\r' && b + 1 < p->len && p->s[b + 1] == '\n')
		b++;
	if (b < p->len && p->s[b++] != '\n')
		return false;
	*from = a;
	*to = b;
	return true;
}

static int
tag_add(struct parser *p, const struct tag *t, const char *indent, size_t indent_len)
{
	switch (t->type) {
	case '!':
		return 0;
	case '=':
		return delimiters_set(p, t->s, t->len);
	case '#':
		return section_open(p, OP_SECTION, t->s, t->len);
	case '^':
		return section_open(p, OP_INVERTED, t->s, t->len);
	case '/':
		return section_close(p, t->s, t->len);
	case '>':
		return partial_add(p, t->s, t->len, indent, indent_len);
	default:
		return name_set(p, node_add(p, t->type == 'v' ? OP_VARIABLE : OP_RAW), t->s, t->len);
	}
}

/* The next text and the tag behind it: 1, 0 at the end, -1. */
static int
step(struct parser *p)
{
	const char *found = memmem(p->s + p->pos, p->len - p->pos, p->open, strlen(p->open));
	struct tag t = { .type = 'v' };
	size_t at, from, to;

	move_to(p, p->pos);
	if (!found) {
		text_add(p, p->pos, p->len);
		return 0;
	}
	at = (size_t)(found - p->s);
	move_to(p, at);
	if (tag_read(p, at, &t) < 0)
		return -1;
	if (standalone(p, at, &t, &from, &to)) {
		text_add(p, p->pos, from);
		p->pos = to;
		return tag_add(p, &t, p->s + from, at - from) < 0 ? -1 : 1;
	}
	text_add(p, p->pos, at);
	/* A line that begins with a tag still needs the indent of its partial. */
	if (!p->root && at_line_start(p, at))
		node_add(p, OP_TEXT)->line_start = true;
	p->pos = t.end;
	return tag_add(p, &t, NULL, 0) < 0 ? -1 : 1;
}

static int
parse_unit(struct parser *p, size_t unit, const struct mustache_source *src)
{
	struct mustache_unit *u = &p->m->units[unit];
	int rc;

	p->file = u->file = arena_dup(&p->m->arena, src->file);
	p->line = src->line > 0 ? src->line : 1;
	p->column = src->column > 0 ? src->column : 1;
	p->root = unit == 0;
	memcpy(p->open, "{{", 3);
	memcpy(p->close, "}}", 3);
	if (src->len > MUSTACHE_SOURCE_BYTES)
		return fault(p, TR("the template is larger than %d bytes", "mẫu lớn hơn %d byte"), MUSTACHE_SOURCE_BYTES);
	p->s = arena_ndup(&p->m->arena, src->text, src->len);
	p->len = src->len;
	while ((rc = step(p)) == 1)
		;
	if (rc == 0 && p->depth) {
		const struct open_section *o = &p->stack[p->depth - 1];
		const struct mustache_node *n = &p->nodes[o->node];

		p->line = n->line;
		p->column = n->column;
		rc = fault(p, TR("the section '%s' is not closed: expected {{/%s}} before the end",
		    "phần '%s' chưa đóng: cần {{/%s}} trước khi hết tệp"), n->name, n->name);
	}
	if (rc == 0 && p->n) {
		u->nodes = arena_alloc(&p->m->arena, p->n * sizeof(*p->nodes));
		memcpy(u->nodes, p->nodes, p->n * sizeof(*p->nodes));
		u->n = p->n;
	}
	free(p->nodes);
	return rc;
}

int
mustache_compile(struct mustache **out, const struct mustache_source *src, const char *const *known,
    mustache_partial_fn *load, void *arg, struct err *e)
{
	struct mustache *m = mem_zalloc(sizeof(*m));
	struct parser *p = mem_zalloc(sizeof(*p));
	int rc;

	m->n_units = 1;
	m->units[0].name = "";
	*p = (struct parser){ .m = m, .known = known, .load = load, .arg = arg, .e = e };
	rc = parse_unit(p, 0, src);
	free(p);
	if (rc < 0) {
		mustache_free(m);
		m = NULL;
	}
	*out = m;
	return rc;
}

void
mustache_free(struct mustache *m)
{
	if (!m)
		return;
	arena_release(&m->arena);
	free(m);
}
