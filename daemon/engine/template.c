#include "engine/template.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
#define SUBJECT "Subject:"

#define ENTRY(key, name, en, vi) { name, en, vi },
#define NAME_ONLY(key, name, en, vi) name,
const struct template_variable template_variables[] = {
	TEMPLATE_VARIABLES(ENTRY) TEMPLATE_MEMBERS(ENTRY) { NULL, NULL, NULL }
};
const char *const template_names[] = { TEMPLATE_VARIABLES(NAME_ONLY) NULL };
static const char *const names_checked[] = { TEMPLATE_VARIABLES(NAME_ONLY) TEMPLATE_MEMBERS(NAME_ONLY) NULL };

struct loader {
	const struct conf *conf;
	enum lang lang;
	const char *ending;		/* txt, html */
	struct arena *arena;
};

static bool
name_valid(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= 64 && strspn(name, NAME_CHARS) == n;
}

/* The path of dir/NAME.LANG.ENDING: of the operator's folder when it is there, else the shipped one. */
static const char *
path_of(const struct loader *l, const char *dir, const char *name)
{
	const char *path;

	if (*l->conf->template_dir) {
		path = arena_printf(l->arena, "%s/%s%s.%s.%s", l->conf->template_dir, dir, name, lang_name(l->lang), l->ending);
		if (access(path, F_OK) == 0)
			return path;
	}
	path = arena_printf(l->arena, "templates/%s%s.%s.%s", dir, name, lang_name(l->lang), l->ending);
	return file_data_path(l->arena, path);
}

/* Reads a file that must be UTF-8 into the arena; a byte order mark is not part of the text. */
static int
source_read(const struct loader *l, const char *path, struct mustache_source *out, struct err *e)
{
	struct file f = FILE_INIT;
	const char *s;
	size_t len;

	if (file_read(&f, path, MUSTACHE_SOURCE_BYTES, e) < 0)
		return -1;
	if (!text_is_utf8(f.data, f.len)) {
		int line = 1;

		for (size_t i = 0; i < f.len; i++) {
			size_t n = strcspn(f.data + i, "\n");

			if (!text_is_utf8(f.data + i, n))
				break;
			line++;
			i += n;
		}
		file_release(&f);
		return err_set(e, ERR_INPUT, TR("%s:%d:1: expected UTF-8 text", "%s:%d:1: cần văn bản UTF-8"), path, line);
	}
	len = f.len >= 3 && memcmp(f.data, "\xEF\xBB\xBF", 3) == 0 ? f.len - 3 : f.len;
	s = arena_ndup(l->arena, f.data + (f.len - len), len);
	file_release(&f);
	*out = (struct mustache_source){ path, 1, 1, s, len };
	return 0;
}

static int
partial_read(void *arg, const char *name, struct mustache_source *out, struct err *e)
{
	const struct loader *l = arg;
	const char *path;

	if (!name_valid(name))
		return err_set(e, ERR_INPUT, TR("'%s' cannot be the name of a partial: use letters, digits, '_' and '-'",
		    "'%s' không thể là tên mảnh mẫu: dùng chữ, số, '_' và '-'"), name);
	path = path_of(l, "partials/", name);
	if (access(path, F_OK) < 0)
		return err_set(e, ERR_NOTFOUND, TR("there is no partial '%s': expected the file %s",
		    "không có mảnh mẫu '%s': cần tệp %s"), name, path);
	return source_read(l, path, out, e) < 0 ? -1 : 1;
}

static int
compile(struct mustache **out, struct loader *l, const struct mustache_source *src, struct err *e)
{
	return mustache_compile(out, src, template_names, partial_read, l, e);
}

/* The first line is the subject, the text begins behind it and the empty lines that follow. */
static int
text_load(struct template *t, struct loader *l, const char *path, struct err *e)
{
	struct mustache_source all, subject, body;
	size_t n, skip = strlen(SUBJECT);

	if (source_read(l, path, &all, e) < 0)
		return -1;
	if (strncmp(all.text, SUBJECT, skip) != 0)
		return err_set(e, ERR_INPUT, TR("%s:1:1: expected 'Subject: ...' on the first line",
		    "%s:1:1: dòng đầu phải là 'Subject: ...'"), path);
	n = strcspn(all.text, "\r\n");
	subject = (struct mustache_source){ path, 1, (int)skip + 1, all.text + skip, n - skip };
	if (strspn(subject.text, " \t") == subject.len)
		return err_set(e, ERR_INPUT, TR("%s:1:%zu: expected a subject behind 'Subject:'",
		    "%s:1:%zu: cần tiêu đề sau 'Subject:'"), path, skip + 1);
	body = (struct mustache_source){ path, 1, 1, all.text + n, all.len - n };
	while (body.len && (*body.text == '\n' || *body.text == '\r')) {
		body.line += *body.text == '\n';
		body.column = 1;
		body.text++;
		body.len--;
	}
	return compile(&t->subject, l, &subject, e) < 0 ? -1 : compile(&t->text, l, &body, e);
}

static int
not_found(const struct conf *conf, const char *name, enum lang lang, struct err *e)
{
	struct buf names = BUF_INIT(500);
	struct arena a = ARENA_INIT;
	struct template_found *list;
	size_t n;

	if (template_list(conf, &a, &list, &n, e) == 0) {
		for (size_t i = 0; i < n; i++)
			if (list[i].lang == lang)
				buf_printf(&names, "%s%s", names.len ? ", " : "", list[i].name);
		err_set(e, ERR_NOTFOUND, TR("there is no template '%s' (%s); there is: %s",
		    "không có mẫu '%s' (%s); hiện có: %s"), name, lang_name(lang), buf_str(&names));
	}
	buf_release(&names);
	arena_release(&a);
	return -1;
}

int
template_load(struct template *t, const struct conf *conf, const char *name, enum lang lang, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct loader l = { conf, lang, "txt", &a };
	struct mustache_source html;
	const char *path = name_valid(name) ? path_of(&l, "", name) : NULL;
	int rc = -1;

	*t = (struct template){ NULL, NULL, NULL };
	if (!path || access(path, F_OK) < 0) {
		not_found(conf, name, lang, e);
		goto out;
	}
	if (text_load(t, &l, path, e) < 0)
		goto out;
	l.ending = "html";
	path = path_of(&l, "", name);
	if (access(path, F_OK) == 0 && (source_read(&l, path, &html, e) < 0 || compile(&t->html, &l, &html, e) < 0))
		goto out;
	rc = 0;
out:
	if (rc < 0)
		template_release(t);
	arena_release(&a);
	return rc;
}

void
template_release(struct template *t)
{
	mustache_free(t->subject);
	mustache_free(t->text);
	mustache_free(t->html);
	*t = (struct template){ NULL, NULL, NULL };
}

struct listing {
	struct template_found *list;
	size_t n, cap;
};

/* NAME.LANG.txt */
static bool
file_name_split(struct arena *a, const char *file, const char **name, enum lang *lang)
{
	static const char *const endings[] = { [LANG_EN] = ".en.txt", [LANG_VI] = ".vi.txt" };
	size_t n = strlen(file);

	if (n <= 7)
		return false;
	for (int i = 0; i < 2; i++)
		if (strcmp(file + n - 7, endings[i]) == 0) {
			*name = arena_ndup(a, file, n - 7);
			*lang = (enum lang)i;
			return name_valid(*name);
		}
	return false;
}

static int
list_dir(struct listing *l, struct arena *a, const char *dir, bool shipped, struct err *e)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;

	if (!d)
		return err_sys(e, TR("cannot read the templates in %s", "không đọc được thư mục mẫu %s"), dir);
	while ((entry = readdir(d))) {
		struct template_found t = { .shipped = shipped };
		bool hidden = false;

		if (!file_name_split(a, entry->d_name, &t.name, &t.lang))
			continue;
		for (size_t i = 0; i < l->n && !hidden; i++)
			hidden = l->list[i].lang == t.lang && strcmp(l->list[i].name, t.name) == 0;
		if (hidden)
			continue;
		t.path = arena_printf(a, "%s/%s", dir, entry->d_name);
		l->list = mem_room(l->list, l->n, &l->cap, sizeof(*l->list));
		l->list[l->n++] = t;
	}
	closedir(d);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct template_found *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (int)y->lang - (int)x->lang;
}

int
template_list(const struct conf *conf, struct arena *a, struct template_found **out, size_t *n, struct err *e)
{
	struct listing l = { NULL, 0, 0 };
	int rc = 0;

	if (*conf->template_dir)
		rc = list_dir(&l, a, conf->template_dir, false, e);
	if (rc == 0)
		rc = list_dir(&l, a, file_data_path(a, "templates"), true, e);
	*n = rc == 0 ? l.n : 0;
	*out = arena_alloc(a, (*n + 1) * sizeof(**out));
	if (*n) {
		qsort(l.list, l.n, sizeof(*l.list), by_name);
		memcpy(*out, l.list, l.n * sizeof(*l.list));
	}
	free(l.list);
	return rc;
}

static void
print_unknown(void *arg, const char *file, int line, int column, const char *name, const char *nearest)
{
	fprintf(arg, *nearest ? TR("%s:%d:%d: there is no variable '%s'; did you mean '%s'?\n",
	    "%s:%d:%d: không có biến '%s'; có phải '%s'?\n") : TR("%s:%d:%d: there is no variable '%s'\n",
	    "%s:%d:%d: không có biến '%s'\n"), file, line, column, name, nearest);
}

size_t
template_check(const struct conf *conf, const struct template_found *found, FILE *f)
{
	struct err e = ERR_INIT;
	struct template t;
	size_t faults = 0;

	if (template_load(&t, conf, found->name, found->lang, &e) < 0) {
		fprintf(f, "%s\n", e.text);
		return 1;
	}
	faults += mustache_check(t.subject, names_checked, print_unknown, f);
	faults += mustache_check(t.text, names_checked, print_unknown, f);
	if (t.html)
		faults += mustache_check(t.html, names_checked, print_unknown, f);
	template_release(&t);
	return faults;
}
