/*
 * dns.h - does this domain take mail?
 *
 * A domain takes mail when one of its exchangers has a network address, or,
 * when it names none, when it has an address itself. It says that it takes
 * none with a null MX. All else is no mail domain, but for one case that is
 * never held against it: nobody who knows has answered (DNS_UNKNOWN).
 *
 * Many domains are asked for at once, on the caller's thread. A question goes
 * to each server of the list until one answers; an answer that was cut comes
 * again over TCP. The servers are greeted first, with a question about the
 * root: where nobody answers that, no domain is asked for, and where somebody
 * denies the root, as an isolated network does, what is denied besides is not
 * believed. Both say something about us, nothing about the domains.
 *
 *	if (dns_new(&d, &(struct dns_options){ .servers = "" }, e) < 0) ...
 *	rc = dns_ask(d, domains, n, each, arg);		1: no server can be reached
 *	dns_free(d);
 *
 * Units      domains in lower case A-labels, as addr.h has them; *_ms
 *            milliseconds, *_s seconds.
 * Ownership  an answer and its texts are borrowed until the callback returns.
 * Errors     dns_check, dns_new: ERR_INPUT for a server list that is none. A
 *            domain that cannot be found out about is an answer, not an error.
 * Threads    one struct dns, one thread. Takes the real time.
 * Source     RFC 5321 5.1; RFC 7505 (null MX); RFC 1035; RFC 2181 10.3 says
 *            that an exchanger must be no alias: we follow one all the same,
 *            as mail servers do.
 */
#ifndef THUMOI_MAIL_DNS_H
#define THUMOI_MAIL_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DNS_PARALLEL 64
#define DNS_HOSTS_MAX 8		/* exchangers whose addresses are looked for, the preferred first */

enum dns_verdict {
	DNS_TAKES_MAIL,
	DNS_NULL_MX,
	DNS_NO_SUCH_DOMAIN,
	DNS_NO_MAIL_HOST,	/* it exists, but has no address, or none of its exchangers has */
	DNS_UNKNOWN,		/* no answer, or none that can be believed: ask again later */
	DNS_VERDICTS
};

enum dns_host_state { DNS_HOST_UNTRIED, DNS_HOST_FOUND, DNS_HOST_NONE, DNS_HOST_UNKNOWN };

struct dns_host {
	const char *name;
	int preference;
	enum dns_host_state state;
};

struct dns_answer {
	const char *domain;
	enum dns_verdict verdict;
	const struct dns_host *host;	/* by preference, then name */
	size_t n_hosts;			/* 0: none named */
	bool implicit;			/* takes mail at its own address */
	const char *alias;		/* the domain is another name for this one; "" */
	const char *why;		/* DNS_UNKNOWN: SERVFAIL, no answer ...; "" */
	int64_t ttl_s;			/* how long the answer holds, as its owner says; 0: it does not */
};

struct dns_options {
	const char *servers;		/* "192.0.2.1,192.0.2.2:5353,[2001:db8::1]:53"; "" the system's */
	int timeout_ms;			/* for a server's answer, then twice as long ...; 0: 5000 */
	int tries;			/* of each server; 0: 2 */
	int parallel;			/* domains at once; 0: DNS_PARALLEL */
};

struct dns;

int	dns_check(const char *servers, struct err *);	/* is it a list of servers? */
int	dns_new(struct dns **, const struct dns_options *, struct err *);
void	dns_free(struct dns *);
/*
 * Calls back once for each domain, in the order in which they are found out about.
 * 0, or 1 when no server could be reached and all answers are DNS_UNKNOWN.
 */
int	dns_ask(struct dns *, const char *const *domains, size_t n, void (*each)(const struct dns_answer *, void *), void *);

const char *dns_verdict_name(enum dns_verdict);		/* takes_mail, null_mx, no_such_domain ... */
enum dns_verdict dns_verdict_parse(const char *word);	/* DNS_UNKNOWN for a word that is none */

#endif
