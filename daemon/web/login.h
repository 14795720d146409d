/*
 * login.h - coming in, in one step or two, and going.
 *
 * GET  /login		name and password
 * POST /login		a new session; the old one, if there was one, is no more.
 *			With a second factor: to /login/code
 * GET  /login/code	six digits of the app, or a recovery code
 * POST /login/code	the same session
 * POST /logout
 *
 * Between the two steps a browser has a cookie of its own for LOGIN_HALF_S; it
 * opens nothing but /login/code. What is asked first is answered alike for a
 * wrong name, a wrong password and an account that is disabled; whether there is
 * a second step is told to who knows the password. Failures of both steps are
 * counted together, by address and by name.
 *
 * Units      seconds.
 * Ownership  none.
 * Errors     handlers reply by themselves.
 * Threads    pool threads.
 * Source     web/session.h, engine/second.h.
 */
#ifndef THUMOI_WEB_LOGIN_H
#define THUMOI_WEB_LOGIN_H

#include "web/request.h"

#define LOGIN_HALF_S 300
#define LOGIN_HALF_FAILURES 5

void	login_show(struct request *);
void	login_password(struct request *);
void	login_show_code(struct request *);
void	login_code(struct request *);
void	login_out(struct request *);

/* Of a name that is asked for its password once more: too many failures? Replies, and true. */
bool	login_too_often(struct request *, const char *name);
void	login_failed(struct request *, const char *name);
/* "Firefox, Windows": what a User-Agent says, as far as people want to know it. */
const char *login_agent(struct arena *, const char *user_agent);

#endif
