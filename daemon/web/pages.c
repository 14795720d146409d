#include "web/pages.h"

#include "base/file.h"
#include "base/out.h"
#include "base/token.h"

#define PAGE_MAX_BYTES (1 << 18)
#define RENDERED_MAX_BYTES (1 << 20)
#define RENDERED_BYTES 8192

#define NAMES_MAX 48

/*
 * What each page knows, in the order in which its handler gives it (finding a
 * name is then no search), and what stands in its lists.
 */
#define COMMON "lang", "style", "other_lang_url"
#define GUEST "campaign", "sender_name", "sender_address", "help", "opens", "closes", "not_open", "open", "closed", \
	"legal_bases", "dispatches", "has_bases", "visits", "opted_out", "name", "unit", "sub_unit"
#define GUEST_LISTS "legal_bases.text", "dispatches.text"

static const struct {
	const char *name;
	const char *known[NAMES_MAX], *inner[8];
} kinds[PAGES] = {
	[PAGE_LANDING] = { "landing", { COMMON, GUEST, "title", "forms", "all_done", "days_left", "one_day_left", "last_day",
	    "found_action", "found_said", "found_inbox", "found_spam", "found_forwarded", "stop_url", NULL },
	    { GUEST_LISTS, "forms.title", "forms.done", "forms.done_at", "forms.action", NULL } },
	[PAGE_STOP] = { "stop", { COMMON, GUEST, "title", "action", "landing_url", NULL }, { GUEST_LISTS, NULL } },
	[PAGE_RETURN] = { "return", { COMMON, GUEST, "title", "form_title", "missing", "all_done", "landing_url", NULL },
	    { GUEST_LISTS, "missing.title", "missing.action", NULL } },
	[PAGE_NOTICE] = { "notice", { COMMON, "title", "text", NULL }, { NULL } },
};

static const struct {
	const char *path, *type, *file;
} statics[] = {
	{ "/static/style.css", "text/css; charset=utf-8", "templates/web/style.css" },
	{ "/static/causes.css", "text/css; charset=utf-8", "templates/causes.css" },
	{ "/static/desk.css", "text/css; charset=utf-8", "templates/desk/desk.css" },
	{ "/static/desk.js", "text/javascript; charset=utf-8", "templates/desk/desk.js" },
	{ "/api/v1/openapi.json", "application/json; charset=utf-8", "docs/openapi.json" },
	{ "/static/icon.svg", "image/svg+xml", "templates/web/icon.svg" },
};

struct pages {
	struct mustache *page[PAGES][2];
	struct page_file file[COUNT_OF(statics)];
};

struct loading {		/* while one page is compiled */
	struct arena *arena;
	enum lang lang;
	struct err *e;
	size_t unknown;
};

static int
read_source(struct loading *l, const char *name, struct mustache_source *out, struct err *e)
{
	const char *path = file_data_path(l->arena, arena_printf(l->arena, "templates/web/%s.%s.html", name, lang_name(l->lang)));
	struct file f = FILE_INIT;

	if (file_read(&f, path, PAGE_MAX_BYTES, e) < 0)
		return -1;
	*out = (struct mustache_source){ .file = path, .line = 1, .text = arena_ndup(l->arena, f.data, f.len), .len = f.len };
	file_release(&f);
	return 1;
}

static int
read_partial(void *arg, const char *name, struct mustache_source *out, struct err *e)
{
	for (const char *p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || *p == '_'))
			return err_set(e, ERR_INPUT, TR("'%s' is no name of a page part", "'%s' không phải tên phần trang"), name);
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

static int
load_page(struct pages *p, enum page which, enum lang lang, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct loading l = { &a, lang, e, 0 };
	struct mustache_source source;
	struct mustache **to = &p->page[which][lang];
	int rc = -1;

	const char *names[NAMES_MAX + COUNT_OF(kinds[0].inner) + 1] = { NULL };
	size_t n = 0;

	for (size_t i = 0; kinds[which].known[i]; i++)
		names[n++] = kinds[which].known[i];
	for (size_t i = 0; kinds[which].inner[i]; i++)
		names[n++] = kinds[which].inner[i];
	if (read_source(&l, kinds[which].name, &source, e) == 1 &&
	    mustache_compile(to, &source, kinds[which].known, read_partial, &l, e) == 0) {
		mustache_check(*to, names, unknown_name, &l);
		rc = l.unknown ? -1 : 0;
	}
	arena_release(&a);
	return rc;
}

static int
load_static(struct pages *p, size_t i, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct file f = FILE_INIT;
	char hash[65];
	int rc = file_read(&f, file_data_path(&a, statics[i].file), PAGE_MAX_BYTES, e);

	arena_release(&a);
	if (rc < 0)
		return -1;
	p->file[i] = (struct page_file){ .path = statics[i].path, .type = statics[i].type, .data = mem_ndup(f.data, f.len),
	    .len = f.len };
	sha256_hex(hash, f.data, f.len);
	snprintf(p->file[i].url, sizeof(p->file[i].url), "%s?v=%.10s", statics[i].path, hash);
	file_release(&f);
	return 0;
}

int
pages_load(struct pages **out, struct err *e)
{
	struct pages *p = mem_zalloc(sizeof(*p));
	int rc = 0;

	*out = NULL;
	for (int i = 0; rc == 0 && i < PAGES; i++)
		if (load_page(p, (enum page)i, LANG_EN, e) < 0 || load_page(p, (enum page)i, LANG_VI, e) < 0)
			rc = -1;
	for (size_t i = 0; rc == 0 && i < COUNT_OF(statics); i++)
		rc = load_static(p, i, e);
	if (rc < 0) {
		pages_free(p);
		return err_wrap(e, TR("web pages", "trang web"));
	}
	*out = p;
	return 0;
}

void
pages_free(struct pages *p)
{
	if (!p)
		return;
	for (int i = 0; i < PAGES; i++)
		for (int l = 0; l < 2; l++)
			mustache_free(p->page[i][l]);
	for (size_t i = 0; i < COUNT_OF(statics); i++)
		free(p->file[i].data);
	free(p);
}

int
pages_render(const struct pages *p, enum page which, enum lang lang, struct mustache_field *fields, size_t n,
    struct buf *out, struct err *e)
{
	struct mustache_value v = mustache_object(fields, n);

	/* The very strings the template was compiled with are found without a search. */
	for (size_t i = 0; i < n && kinds[which].known[i]; i++)
		if (strcmp(fields[i].name, kinds[which].known[i]) == 0)
			fields[i].name = kinds[which].known[i];
	*out = (struct buf)BUF_INIT(RENDERED_MAX_BYTES);
	out->s = mem_alloc(RENDERED_BYTES);	/* what most pages need, at once */
	out->cap = RENDERED_BYTES;
	*out->s = '\0';
	return mustache_render(p->page[which][lang], &v, out_html, out, e);
}

const struct page_file *
pages_static(const struct pages *p, const char *path)
{
	for (size_t i = 0; i < COUNT_OF(statics); i++)
		if (strcmp(p->file[i].path, path) == 0)
			return &p->file[i];
	return NULL;
}

const char *
pages_url(const struct pages *p, const char *path)
{
	const struct page_file *f = pages_static(p, path);

	return f ? f->url : path;
}
