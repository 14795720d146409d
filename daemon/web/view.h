/*
 * view.h - a page of the desk as data: for a program as JSON, for a person
 * through a template.
 *
 * Each page has one function that gathers its data, as JSON. Under /api/v1 it
 * leaves like that; elsewhere the template of the same name shows it. So what
 * stands on a page can be asked for by a program, and both say the same.
 *
 *	view_int(o, "people", n);	1490; on the page 1.490
 *	view_share(o, "share", n, of);	37.8; on the page 37,8
 *	view_time(o, "at", z, at, l);	RFC 3339; on the page "at_text"
 *	view_html(o, "bar_html", &b);	only on the page
 *
 * A number whose name is `id` or ends in `_px` (for drawing, not for programs)
 * is shown as it is.
 *
 * Units      as said.
 * Ownership  the json_t is the caller's until view_reply, which takes it.
 * Errors     view_reply replies in any case.
 * Threads    those of the request.
 * Source     RFC 8259, RFC 3339, RFC 9457 for errors.
 */
#ifndef THUMOI_WEB_VIEW_H
#define THUMOI_WEB_VIEW_H

#include <jansson.h>

#include "base/date.h"
#include "engine/board.h"
#include "web/request.h"
#include "web/screens.h"

void	view_int(json_t *, const char *key, int64_t);
void	view_text(json_t *, const char *key, const char *);	/* NULL: null */
void	view_grade(json_t *, const char *key, char grade);	/* A to D; 0: null */
void	view_flag(json_t *, const char *key, bool);
void	view_share(json_t *, const char *key, int64_t part, int64_t of);	/* percent; null when of is 0 */
void	view_time(json_t *, const char *key, const struct zone *, int64_t at, enum lang);	/* 0: null */
void	view_day(json_t *, const char *key, const struct zone *, int64_t at, enum lang);
void	view_html(json_t *, const char *key, struct buf *);	/* takes what is in the buf, and releases it */
void	view_utf8(json_t *, const char *key, struct arena *, const char *);	/* what may be no UTF-8 is made so */
json_t	*view_list(json_t *, const char *key);			/* a new list in it; borrowed */
json_t	*view_item(json_t *list);				/* a new object at its end; borrowed */

/* title: of the page; NULL: the campaign's. s: what the navigation is about; NULL: no campaign. */
void	view_reply(struct request *, enum screen, const char *title, const struct snapshot *s, json_t *data);
/* A part of a page, appended to out; data stays the caller's. */
int	view_fragment(struct request *, enum screen, json_t *data, struct buf *out, struct err *);
/* The campaign of the path; NULL: the reply is made. To be given back to the board. */
const struct snapshot *view_campaign(struct request *);
void	view_done(struct request *, const struct snapshot *);
void	view_error(struct request *, const struct err *);
void	view_nothing_here(struct request *);

#endif
