/* Any bytes as a template that may include itself: it compiles or says where not, renders within its limits. */
#include <stdint.h>

#include "base/mem.h"
#include "base/mustache.h"
#include "base/out.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mustache_source *whole;

/* {{>self}} is the input again, {{>a}} a small one, others are missing. */
static int
partial(void *arg, const char *name, struct mustache_source *out, struct err *e)
{
	static const char a[] = " {{#list}}\n {{.}}{{>self}}\n{{/list}}\n";

	(void)arg;
	if (strcmp(name, "none") == 0)
		return err_set(e, ERR_NOTFOUND, "none");
	if (strcmp(name, "self") == 0)
		*out = *whole;
	else if (strcmp(name, "a") == 0)
		*out = (struct mustache_source){ "a", 1, 1, a, sizeof(a) - 1 };
	return strcmp(name, "self") == 0 || strcmp(name, "a") == 0;
}

static void
unknown(void *arg, const char *file, int line, int column, const char *name, const char *nearest)
{
	size_t *seen = arg;

	ASSERT(*file && line > 0 && column > 0 && *name && nearest);
	(*seen)++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const known[] = { "name", "list", "list.title", NULL };
	const struct mustache_value items[] = { mustache_text("1"), mustache_text("<2>"), { .kind = MUSTACHE_TRUE } };
	const struct mustache_field fields[] = { { known[0], mustache_text("\"A\" & {{name}}") }, { known[1], mustache_list(items, 3) } };
	struct mustache_value root = mustache_object(fields, 2);
	struct mustache_source src = { "self", 1, 1, (const char *)data, size };
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct mustache *m;
	size_t seen = 0;

	whole = &src;
	if (mustache_compile(&m, &src, known, partial, NULL, &e) < 0) {
		ASSERT(e.code != ERR_NONE && strchr(e.text, ':'));
		return 0;
	}
	if (mustache_render(m, &root, out_html, &out, &e) == 0)
		ASSERT(!out.failed);
	else
		ASSERT(e.code == ERR_FULL);
	ASSERT(mustache_check(m, known, unknown, &seen) == seen);
	mustache_free(m);
	buf_release(&out);
	return 0;
}
