#include "engine/paper.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/out.h"
#include "base/text.h"

struct loading {
	const struct conf *conf;
	enum lang lang;
	struct arena arena;
	struct err *e;
	size_t unknown;
};

static const char *
path_of(struct loading *l, const char *base)
{
	const char *path;

	if (*l->conf->template_dir) {
		path = arena_printf(&l->arena, "%s/print/%s.html", l->conf->template_dir, base);
		if (access(path, F_OK) == 0)
			return path;
	}
	return file_data_path(&l->arena, arena_printf(&l->arena, "templates/print/%s.html", base));
}

static int
read_source(struct loading *l, const char *name, struct mustache_source *out, struct err *e)
{
	const char *path = path_of(l, arena_printf(&l->arena, "%s.%s", name, lang_name(l->lang)));
	struct file f = FILE_INIT;

	/* What is the same in both languages: the style. */
	if (access(path, F_OK) < 0)
		path = path_of(l, name);
	if (file_read(&f, path, MUSTACHE_SOURCE_BYTES, e) < 0)
		return -1;
	if (!text_is_utf8(f.data, f.len)) {
		file_release(&f);
		return err_set(e, ERR_INPUT, TR("%s: expected UTF-8 text", "%s: cần văn bản UTF-8"), path);
	}
	*out = (struct mustache_source){ .file = path, .line = 1, .text = arena_ndup(&l->arena, f.data, f.len), .len = f.len };
	file_release(&f);
	return 1;
}

static int
read_part(void *arg, const char *name, struct mustache_source *out, struct err *e)
{
	for (const char *p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || *p == '_' || *p == '-'))
			return err_set(e, ERR_INPUT, TR("'%s' is no name of a part of a page", "'%s' không phải tên phần trang"), name);
	return read_source(arg, name, out, e);
}

static void
unknown_name(void *arg, const char *file, int line, int column, const char *name, const char *near)
{
	struct loading *l = arg;

	if (l->unknown++ > 0)
		return;
	if (*near)
		err_set(l->e, ERR_INPUT, TR("%s:%d:%d: there is no '%s'; did you mean '%s'?",
		    "%s:%d:%d: không có '%s'; có phải '%s'?"), file, line, column, name, near);
	else
		err_set(l->e, ERR_INPUT, TR("%s:%d:%d: there is no '%s'", "%s:%d:%d: không có '%s'"), file, line, column, name);
}

int
paper_render(struct buf *to, const struct conf *conf, const char *name, enum lang lang, const struct mustache_field *fields,
    size_t n, const char *const *known, struct err *e)
{
	struct loading l = { .conf = conf, .lang = lang, .e = e };
	struct mustache_value root = mustache_object(fields, n);
	struct mustache_source source;
	struct mustache *m = NULL;
	int rc = -1;

	if (read_source(&l, name, &source, e) == 1 && mustache_compile(&m, &source, NULL, read_part, &l, e) == 0) {
		mustache_check(m, known, unknown_name, &l);
		if (l.unknown == 0)
			rc = mustache_render(m, &root, out_html, to, e);
	}
	mustache_free(m);
	arena_release(&l.arena);
	return rc;
}
