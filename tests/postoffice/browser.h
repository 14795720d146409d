/*
 * browser.h - fetches pages and fills in their forms, as a browser does.
 *
 * Redirects are followed, the forms of a page are read from its HTML: action,
 * hidden fields, radio buttons, buttons. Nothing is known beforehand about the
 * pages of thumoi but what a person would look for.
 *
 * Units      none.
 * Ownership  browser_new/browser_free; a page lives until the next request.
 * Errors     ERR_NETWORK when no answer came; an answer 4xx or 5xx is no error
 *            here: look at page.status.
 * Threads    one browser, one thread.
 * Source     HTML 4.10.21 (form submission), RFC 9110.
 */
#ifndef THUMOI_POSTOFFICE_BROWSER_H
#define THUMOI_POSTOFFICE_BROWSER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

#define FIELDS_MAX 24

struct field {
	const char *name, *value;
	bool offered;		/* radio button, button: goes only when chosen */
};

struct form {
	const char *action;	/* absolute */
	bool post;
	struct field fields[FIELDS_MAX];
	size_t n_fields;
};

struct page {
	int status;		/* 200 ... */
	const char *url;	/* after redirects */
	const char *html;
	struct form *forms;
	size_t n_forms;
};

struct browser;

struct browser *browser_new(void);
void	browser_free(struct browser *);
int	browser_get(struct browser *, const char *url, struct page *, struct err *);
/* Sends the form with its hidden fields and the one chosen (NULL: none). */
int	browser_submit(struct browser *, const struct form *, const struct field *chosen, struct page *, struct err *);
/* A POST of JSON with an API key as bearer token. */
int	browser_post_json(struct browser *, const char *url, const char *api_key, const char *json, struct page *,
	    struct err *);
/*
 * What a person would press for `word`: the radio button or button with that
 * value, else the button of the form whose action has it as a path segment
 * (*chosen is then that form's first button, or NULL). NULL: there is none.
 */
const struct form *page_choice(const struct page *, const char *word, const struct field **chosen);

#endif
