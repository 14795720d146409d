/* Filling a compiled template. */
#include <stdint.h>

#include "base/lang.h"
#include "base/mustache.h"
#include "base/mustache_tree.h"

#define STEPS_MAX 4000000		/* nodes: far beyond any letter, well under a second */

struct render {
	const struct mustache *m;
	void (*escape)(struct buf *, const char *);
	struct buf *out;
	const struct mustache_value *stack[MUSTACHE_DEPTH + 1];
	size_t depth;			/* of the stack */
	size_t level;			/* sections and partials we are in */
	long steps;
	struct err *e;
};

struct indent {
	const char *s;
	size_t len;
};

struct mustache_value
mustache_text(const char *s)
{
	return s ? (struct mustache_value){ .kind = MUSTACHE_TEXT, .n = strlen(s), .text = s } :
	    (struct mustache_value){ .kind = MUSTACHE_FALSE };
}

struct mustache_value
mustache_list(const struct mustache_value *items, size_t n)
{
	return (struct mustache_value){ .kind = MUSTACHE_LIST, .n = n, .items = items };
}

struct mustache_value
mustache_object(const struct mustache_field *fields, size_t n)
{
	return (struct mustache_value){ .kind = MUSTACHE_OBJECT, .n = n, .fields = fields };
}

static const struct mustache_value *
field(const struct mustache_value *v, const char *name, size_t hint)
{
	if (v->kind != MUSTACHE_OBJECT)
		return NULL;
	if (hint < v->n && v->fields[hint].name == name)
		return &v->fields[hint].value;
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->fields[i].name, name) == 0)
			return &v->fields[i].value;
	return NULL;
}

/* The first part is looked for from the inside out, the others in what it is; NULL: nowhere. */
static const struct mustache_value *
lookup(const struct render *r, const struct mustache_node *n)
{
	const struct mustache_value *v = NULL;

	if (!n->n_parts)
		return r->stack[r->depth - 1];
	for (size_t i = r->depth; i-- > 0 && !v;)
		v = field(r->stack[i], n->parts[0], n->hint);
	for (size_t i = 1; i < n->n_parts && v; i++)
		v = field(v, n->parts[i], SIZE_MAX);
	return v;
}

static bool
truth(const struct mustache_value *v)
{
	switch (v ? v->kind : MUSTACHE_FALSE) {
	case MUSTACHE_FALSE:
		return false;
	case MUSTACHE_TEXT:
	case MUSTACHE_LIST:
		return v->n > 0;
	default:
		return true;
	}
}

static void
text_out(struct render *r, const struct mustache_node *n, const struct indent *in)
{
	const char *s = n->text, *end = s + n->len, *nl;

	if (!in->len) {
		buf_add(r->out, s, n->len);
		return;
	}
	if (n->line_start)
		buf_add(r->out, in->s, in->len);
	while ((nl = memchr(s, '\n', (size_t)(end - s)))) {
		buf_add(r->out, s, (size_t)(nl + 1 - s));
		s = nl + 1;
		if (s == end)		/* the next node begins the next line */
			return;
		buf_add(r->out, in->s, in->len);
	}
	buf_add(r->out, s, (size_t)(end - s));
}

static int
too_much(struct render *r, const struct mustache_unit *u, const struct mustache_node *n, const char *what)
{
	return err_set(r->e, ERR_FULL, "%s:%d:%d: %s", u->file, n->line, n->column, what);
}

static int	range_out(struct render *, const struct mustache_unit *, size_t from, size_t to, const struct indent *);

static int
section_out(struct render *r, const struct mustache_unit *u, size_t i, const struct indent *in)
{
	const struct mustache_node *n = &u->nodes[i];
	const struct mustache_value *v = lookup(r, n);
	size_t times = n->op == OP_SECTION && v && v->kind == MUSTACHE_LIST ? v->n : 1;
	int rc = 0;

	if (truth(v) == (n->op == OP_INVERTED))
		return 0;
	if (r->level == MUSTACHE_DEPTH)
		return too_much(r, u, n, TR("nests too deep", "lồng nhau quá sâu"));
	r->level++;
	for (size_t k = 0; k < times && rc == 0 && !r->out->failed; k++) {
		if (n->op == OP_SECTION)
			r->stack[r->depth++] = v->kind == MUSTACHE_LIST ? &v->items[k] : v;
		rc = range_out(r, u, i + 1, n->end, in);
		if (n->op == OP_SECTION)
			r->depth--;
	}
	r->level--;
	return rc;
}

static int
partial_out(struct render *r, const struct mustache_unit *u, const struct mustache_node *n, const struct indent *in)
{
	const struct mustache_unit *part = &r->m->units[n->unit];
	struct indent own = { n->text, n->len };
	char *both = NULL;
	int rc;

	if (r->level == MUSTACHE_DEPTH)
		return too_much(r, u, n, TR("the partial contains itself without end", "mảnh mẫu chứa chính nó không dứt"));
	if (n->len && in->len) {
		both = mem_alloc(in->len + n->len);
		memcpy(both, in->s, in->len);
		memcpy(both + in->len, n->text, n->len);
		own = (struct indent){ both, in->len + n->len };
	} else if (n->line_start && !n->len) {
		own = *in;
	}
	r->level++;
	rc = range_out(r, part, 0, part->n, &own);
	r->level--;
	free(both);
	return rc;
}

static int
range_out(struct render *r, const struct mustache_unit *u, size_t from, size_t to, const struct indent *in)
{
	for (size_t i = from; i < to; i++) {
		const struct mustache_node *n = &u->nodes[i];
		const struct mustache_value *v;

		if (++r->steps > STEPS_MAX)
			return too_much(r, u, n, TR("the template does not come to an end", "mẫu không kết thúc"));
		switch (n->op) {
		case OP_TEXT:
			text_out(r, n, in);
			break;
		case OP_VARIABLE:
		case OP_RAW:
			v = lookup(r, n);
			if (!v || v->kind != MUSTACHE_TEXT)
				break;
			if (n->op == OP_VARIABLE && r->escape)
				r->escape(r->out, v->text);
			else
				buf_add(r->out, v->text, v->n);
			break;
		case OP_SECTION:
		case OP_INVERTED:
			if (section_out(r, u, i, in) < 0)
				return -1;
			i = n->end;
			break;
		case OP_PARTIAL:
			if (partial_out(r, u, n, in) < 0)
				return -1;
			break;
		case OP_END:
			break;
		}
		if (r->out->failed)
			return too_much(r, u, n, TR("the result is too long", "kết quả quá dài"));
	}
	return 0;
}

int
mustache_render(const struct mustache *m, const struct mustache_value *v, void (*escape)(struct buf *, const char *),
    struct buf *out, struct err *e)
{
	struct render r = { .m = m, .escape = escape, .out = out, .depth = 1, .e = e };

	r.stack[0] = v;
	return range_out(&r, &m->units[0], 0, m->units[0].n, &(struct indent){ "", 0 });
}
