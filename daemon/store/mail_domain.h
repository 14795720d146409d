/*
 * mail_domain.h - what DNS said about mail domains, kept while it holds.
 *
 * A cache: nothing else in the store refers to it, and it may be emptied.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     mail_domain_find 1 found, 0 none, -1 error; others 0/-1.
 * Threads    the thread of the db handle.
 * Source     none.
 */
#ifndef THUMOI_STORE_MAIL_DOMAIN_H
#define THUMOI_STORE_MAIL_DOMAIN_H

#include "store/db.h"

struct mail_domain {
	const char *domain;
	const char *answer;		/* takes_mail, null_mx, no_such_domain, no_mail_host */
	const char *exchangers;		/* "10 mx1.example, 20 mx2.example"; "" */
	int64_t looked_at, lives_until;
};

int	mail_domain_find(struct db *, struct arena *, const char *domain, struct mail_domain *, struct err *);
int	mail_domain_put(struct db *, const struct mail_domain *, struct err *);

#endif
