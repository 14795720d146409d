/*
 * dns_peer.h - a name server inside the test, that misbehaves on demand.
 *
 * What it says of a question is the first entry that fits its name and type
 * (NULL: any); a name without an entry does not exist, but for the root, "".
 * Records stand in one
 * text, ';' between, as "TTL TYPE DATA": the first belongs to the name that
 * was asked for, those behind a CNAME to what it leads to.
 *
 *	static const struct dns_entry entries[] = {
 *		{ .name = "a.test", .type = "MX", .records = "300 MX 10 mx.a.test; 300 MX 20 ." },
 *		{ .name = "b.test", .rcode = 2 },
 *	};
 *	struct dns_peer *p = dns_peer_start(entries, COUNT_OF(entries), 0);
 *	... dns_peer_server(p) ...
 *	dns_peer_stop(p);
 *
 * Units      none.
 * Ownership  dns_peer_stop ends and frees; entries must stay until then.
 * Errors     a peer that cannot start ends the test program.
 * Threads    its own. dns_peer_asked: any.
 * Source     RFC 1035 4.
 */
#ifndef THUMOI_TESTS_DNS_PEER_H
#define THUMOI_TESTS_DNS_PEER_H

#include <stdbool.h>
#include <stddef.h>

enum dns_fault {
	DNS_PEER_ANSWERS,
	DNS_PEER_SILENT,
	DNS_PEER_CUT,		/* over UDP only that it was cut; all of it over TCP */
	DNS_PEER_NOISE,		/* bytes that are no answer to this question */
	DNS_PEER_BROKEN,	/* the right question, and records that lead out of the message */
	DNS_PEER_FORGED,	/* first another's NXDOMAIN under a wrong number, then the truth */
};

struct dns_entry {
	const char *name, *type;
	int rcode;
	const char *records;
	enum dns_fault fault;
};

struct dns_peer;

/* hold: the first so many questions for MX are answered together, when all have come. */
struct dns_peer *dns_peer_start(const struct dns_entry *, size_t n, size_t hold);
void	dns_peer_stop(struct dns_peer *);
const char *dns_peer_server(const struct dns_peer *);		/* 127.0.0.1:PORT */
size_t	dns_peer_asked(struct dns_peer *, const char *name, const char *type);	/* how often; NULL: any */
size_t	dns_peer_asked_tcp(struct dns_peer *);

#endif
