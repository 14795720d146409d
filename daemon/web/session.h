/*
 * session.h - logging in to the desk, and who it is that asks.
 *
 * GET  /login	name and password
 * POST /login	a new session; the old one, if there was one, is no more
 * POST /logout
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
 * With admin_login = none, on a loopback address alone, whoever is on this
 * machine is an administrator named "desk".
 *
 * Units      seconds.
 * Ownership  r->actor and r->csrf live as long as the request.
 * Errors     handlers and session_admit reply by themselves.
 * Threads    pool threads.
 * Source     RFC 6265bis (cookies), OWASP "Session Management", Fetch Metadata.
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

void	session_show_login(struct request *);
void	session_login(struct request *);
void	session_logout(struct request *);

#endif
