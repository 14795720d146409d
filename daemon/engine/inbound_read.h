/*
 * inbound_read.h - what one message says about whom, as evidence, before
 * anything is written.
 *
 * The same reading serves a message that has just come and one that was kept
 * and is read again by other rules (engine/reclassify.h).
 *
 * A tag or a token proves for whom a mail is (grade A); an address alone is
 * strong, not proof (grade B): whoever knows an address can write a report
 * about it. Such a report is a cause, and never stops the address.
 *
 * Units      times are Unix seconds.
 * Ownership  everything lies in the arena.
 * Errors     -1: the store failed.
 * Threads    the thread of the db handle.
 * Source     design.md sections 2 and 4; RFC 3464, 5965, 3834, 8098.
 */
#ifndef THUMOI_ENGINE_INBOUND_READ_H
#define THUMOI_ENGINE_INBOUND_READ_H

#include "engine/inbound.h"
#include "engine/inbound_match.h"
#include "store/evidence.h"

struct inbound_fact {
	struct evidence v;		/* inbound and fingerprint are left open */
	const char *distinct;		/* tells alike facts apart; NULL: each message is a fact of its own */
};

struct inbound_reading {
	struct mreport m;
	struct match match;
	const char *fate;		/* matched, unmatched, forged, reply */
	struct inbound_fact *facts;
	size_t n, cap;
	const char *probe_failed;	/* MATCH_PROBE: its message came back, in these words; NULL: it did not */
	struct inbound_tally t;		/* this message alone */
};

struct inbound_how {
	struct db *db;
	struct arena *arena;
	const struct rules *rules;
	const struct secret *key;
};

/* received_at: when it came to us; nothing in it happened later. */
int	inbound_read(const struct inbound_how *, const char *msg, size_t len, int64_t received_at, struct inbound_reading *,
	    struct err *);
/* Sets what was left open, once the row of the message is known. */
void	inbound_complete(struct arena *, struct inbound_fact *, int64_t row);

#endif
