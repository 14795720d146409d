/*
 * session.h - who it is that asks, and whether that one may.
 *
 * A session is 256 random bits in a cookie that no script reads and no other
 * site sends (HttpOnly, SameSite=Strict; Secure and the prefix __Host- where
 * people come by https). The store knows its SHA-256 alone. It ends
 * session_idle_s after it was last used, and SESSION_LONGEST_S after it began.
 * What a page asks for by itself (?live, web/live.h) is no use.
 *
 * What changes anything is a POST with the field csrf (or the header X-CSRF, for
 * bodies that are no form), a value that only pages
 * of this session show; one that a browser marks as coming from another site
 * is refused whatever it brings. Under /api/v1 the header X-Requested-With does
 * as well.
 *
 * A program comes with Authorization: Bearer KEY (engine/apikey.h), under /api/v1
 * alone and in place of a cookie, which then is not looked at. A key that is not
 * good is refused whatever else comes with it; those who go on trying are made to
 * wait. No browser sends a key by itself, so it needs no csrf.
 *
 * With the setting second_factor, who must have one and has none yet comes no
 * further than /account.
 *
 * With admin_login = none, on a loopback address alone, whoever is on this
 * machine is an administrator named "desk".
 *
 * Units      seconds.
 * Ownership  r->actor and r->csrf live as long as the request.
 * Errors     handlers and session_admit reply by themselves.
 * Threads    pool threads.
 * Source     RFC 6265bis (cookies), OWASP "Session Management", Fetch Metadata,
 *            RFC 6750 (keys).
 */
#ifndef THUMOI_WEB_SESSION_H
#define THUMOI_WEB_SESSION_H

#include "web/request.h"

#define SESSION_LONGEST_S (12 * 3600)

/* Finds out who asks, and whether that one may. false: the reply is made. */
bool	session_admit(struct request *, enum right);
/* Of a handler that needs more than its route: false, and the reply is made. */
bool	session_may(struct request *, enum right);
/* Somebody is logged in? Nothing is replied. For bodies that are too large to be taken from anybody. */
bool	session_known(struct request *);
/* Asked under a name of this machine, or of admin_url? false: the reply is made. */
bool	session_named_well(struct request *);

/* Asked by a program on this machine, not through a proxy? false: the reply is made. */
bool	session_local(struct request *);

/* For web/login.c: what the cookie is called; the key of this session in the store (false: there is no cookie). */
const char *session_cookie(const struct request *);
bool	session_key(const struct request *, char key[65]);
bool	session_from_here(const struct request *);	/* does the browser say that it came from another site? false */
bool	session_refuse(struct request *, int status, const char *title, const char *text);	/* replies; false */

#endif
