/*
 * screens.h - the templates of the desk: templates/desk/NAME.html.
 *
 * Both languages stand side by side in one file, so that neither can be
 * forgotten when a screen changes:
 *
 *	<h1>[[Đơn vị|Units]]</h1>
 *
 * Vietnamese first. A template is compiled once for each language, at start
 * and at each reload; what stands in it comes from web/view.h.
 *
 * Units      none.
 * Ownership  struct screens owns the templates.
 * Errors     ERR_INPUT with file, line and column, also for a [[ that has no
 *            second language or no end.
 * Threads    constant after loading.
 * Source     base/mustache.h.
 */
#ifndef THUMOI_WEB_SCREENS_H
#define THUMOI_WEB_SCREENS_H

#include "base/lang.h"
#include "base/mem.h"
#include "base/mustache.h"

enum screen {
	SCREEN_CAMPAIGNS, SCREEN_TODAY, SCREEN_ACTIONS, SCREEN_UNITS, SCREEN_UNIT, SCREEN_DOMAINS, SCREEN_DOMAIN, SCREEN_EXCHANGER,
	SCREEN_PEOPLE, SCREEN_PERSON,
	SCREEN_WAVES, SCREEN_REPORTS, SCREEN_REPORT, SCREEN_ROSTERS, SCREEN_ROSTER, SCREEN_UPLOAD, SCREEN_INBOUND, SCREEN_MAIL,
	SCREEN_RESEND, SCREEN_RULES, SCREEN_RULE,
	SCREEN_LETTER, SCREEN_WAVE, SCREEN_PREVIEW, SCREEN_LIVE,
	SCREEN_LOGIN, SCREEN_CODE, SCREEN_ACCOUNT, SCREEN_USERS, SCREEN_USER, SCREEN_KEYS, SCREEN_AUDIT, SCREENS
};

struct screens;

int	screens_load(struct screens **, struct err *);
void	screens_free(struct screens *);		/* NULL is fine */
/* Appends to the buf. */
int	screens_render(const struct screens *, enum screen, enum lang, const struct mustache_value *, struct buf *, struct err *);
/* The text of one language; NULL and where it is wrong in *at. For tests, too. */
char	*screens_language(struct arena *, const char *text, size_t len, enum lang, size_t *at);

#endif
