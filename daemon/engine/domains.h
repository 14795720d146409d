/*
 * domains.h - which mail domains take mail: what the store remembers, else
 * what DNS says.
 *
 * An answer holds as long as its owner says, but at least five minutes and at
 * most a day; that there is nothing holds for an hour. A failure to find out
 * is not remembered. Where nobody can be asked, an answer that no longer
 * holds is better than none: it is marked old and tells when it was true.
 *
 *	struct domains *d = domains_new();
 *	domains_add(d, "cantho.gov.vn"); ...
 *	if (domains_look(d, db, &options, e) < 0) ...
 *	domains_get(d, "cantho.gov.vn")->verdict
 *
 * Units      domains in lower case A-labels; times are Unix seconds.
 * Ownership  what domains_get gives belongs to the domains until domains_free.
 * Errors     -1 for the store or the list of servers; what DNS says, or that
 *            it says nothing, is an answer.
 * Threads    the thread of the db handle, outside a transaction.
 * Source     RFC 2308 5 for how long a negative answer may be kept.
 */
#ifndef THUMOI_ENGINE_DOMAINS_H
#define THUMOI_ENGINE_DOMAINS_H

#include "base/conf.h"
#include "mail/dns.h"
#include "store/db.h"

struct domains_options {
	const struct conf *conf;
	bool refresh;			/* ask, whatever is remembered */
	bool offline;			/* ask nobody */
	void (*progress)(int64_t done, int64_t all, void *);	/* NULL: none */
	void *arg;
};

struct domain_answer {
	const char *domain;
	enum dns_verdict verdict;	/* DNS_UNKNOWN before domains_look, too */
	const char *exchangers;		/* "10 mx1.example, 20 mx2.example"; "" */
	const char *why;		/* asked, but DNS_UNKNOWN: SERVFAIL ...; "" */
	int64_t looked_at;		/* 0: never */
	bool old;
};

struct domains_tally {
	int64_t domains, asked, remembered, old, unknown;
	bool unreachable;		/* no name server was there */
};

struct domains;

struct domains *domains_new(void);
void	domains_free(struct domains *);
void	domains_add(struct domains *, const char *domain);	/* any number of times */
int	domains_look(struct domains *, struct db *, const struct domains_options *, struct err *);
const struct domain_answer *domains_get(const struct domains *, const char *domain);	/* NULL: never added */
const struct domain_answer *domains_at(const struct domains *, size_t i);		/* NULL: no more */
void	domains_tally(const struct domains *, struct domains_tally *);

#endif
