/*
 * desk_admin.h - the pages of accounts, keys and the audit log.
 *
 * page			what				file
 * /account		one's own account		desk_account.c
 * /users[/ID]		all accounts, one of them	desk_users.c, desk_user.c
 * /keys		keys of programs		desk_keys.c
 * /audit		who did what			desk_audit.c
 *
 * The same under /api/v1 as JSON. What a POST did is told by the page it leads
 * to; to a program by {"text": ...}, or a problem document. Passwords, new keys,
 * the secret of a second factor and recovery codes stand in the body of the one
 * answer that makes them, never in a URL.
 *
 * Nobody changes the role of the own account or disables it: so whoever works
 * here stays an administrator, and there always is one.
 *
 * Units      times are Unix seconds, shown in the zone of Vietnam.
 * Ownership  none.
 * Errors     handlers reply by themselves.
 * Threads    pool threads.
 * Source     engine/users.h, engine/second.h, engine/apikey.h, store/audit.h.
 */
#ifndef THUMOI_WEB_DESK_ADMIN_H
#define THUMOI_WEB_DESK_ADMIN_H

#include "engine/users.h"
#include "web/view.h"

void	desk_account(struct request *);
void	desk_account_change(struct request *);	/* POST act=password|begin|confirm|off|recovery|end|end_others */
void	desk_users(struct request *);
void	desk_users_create(struct request *);	/* POST name=, role=, unit=, password= */
void	desk_user(struct request *);
void	desk_user_change(struct request *);	/* POST act=role|disable|enable|password|logout|second_off */
void	desk_keys(struct request *);
void	desk_keys_change(struct request *);	/* POST act=create|revoke, name= */
void	desk_audit(struct request *);
void	desk_audit_verify(struct request *);	/* POST */

/* --- what they share */

/* Who does it, for the engine. */
struct hand desk_hand(struct request *);
/* A field of the form; "" when it is not there. */
const char *desk_field(const struct request *, const char *name);
/* It was done: to the page `url`, which says `text` by its number `n` (from 1); to a program, which gets the text. */
void	desk_done(struct request *, const char *url, int n, const char *text);
/* It was not: to a program as a problem, and true; a page is to be shown again, with e->text. */
bool	desk_failed(struct request *, const struct err *);
/* The roles to choose from, in o. */
void	desk_role_choices(json_t *o, const struct request *, const char *chosen);
/* One account, in o. */
void	desk_user_fields(json_t *o, const struct request *, const struct zone *, const struct user *);

#endif
