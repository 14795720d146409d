/*
 * pages.h - the web pages people may edit: templates/web/NAME.LANG.html.
 *
 * Loaded and checked once, at start and at each reload: a fault in a template
 * stops the start with file and line, never a visitor.
 *
 * Units      none.
 * Ownership  struct pages owns the templates and the static files.
 * Errors     ERR_INPUT with file, line and column.
 * Threads    constant after loading.
 * Source     base/mustache.h.
 */
#ifndef THUMOI_WEB_PAGES_H
#define THUMOI_WEB_PAGES_H

#include "base/lang.h"
#include "base/mustache.h"

enum page { PAGE_LANDING, PAGE_STOP, PAGE_RETURN, PAGE_NOTICE, PAGES };

struct page_file {		/* served as it is */
	const char *path;	/* /static/style.css */
	const char *type;
	char *data;
	size_t len;
	char url[64];		/* with a hash of the content */
};

struct pages;

int	pages_load(struct pages **, struct err *);
void	pages_free(struct pages *);
/* Begins the buf anew: release it before. */
int	pages_render(const struct pages *, enum page, enum lang, struct mustache_field *, size_t n, struct buf *,
	    struct err *);
const struct page_file *pages_static(const struct pages *, const char *path);	/* NULL: none */
/* "/static/style.css?v=0123abcd": changes with the content. */
const char *pages_url(const struct pages *, const char *path);

#endif
