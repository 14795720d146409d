/*
 * inbound.h - what came back becomes evidence.
 *
 * Each message is read, understood (mail/mreport), and matched against what
 * was really sent, in this order of trust: the tag in the address it came
 * to (VERP; it carries a MAC), the tag in a returned Message-ID or a reference
 * to it, the tag in the returned ENVID, what else the returned headers show,
 * the address. An address that we never mailed is never blamed. A report that
 * shows a tag with a wrong MAC is set aside as forged. Every message is kept
 * raw, so that it can be read again when the rules have changed
 * (engine/reclassify.h); the same message twice counts once.
 *
 * A failure that comes back after the relay accepted does not move the
 * invite: causes are derived from evidence. A delay is not a failure, an
 * automatic reply never is.
 *
 * Units      times are Unix seconds. Of a message longer than
 *            inbound_max_bytes only the beginning is read.
 * Ownership  the tally is the caller's and is added to.
 * Errors     -1 with a sentence; what was recorded before stays recorded.
 * Threads    the thread of the db handle.
 * Source     design.md sections 2 and 4; RFC 3464, 5965, 3834, 8098.
 */
#ifndef THUMOI_ENGINE_INBOUND_H
#define THUMOI_ENGINE_INBOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"
#include "store/db.h"

struct inbound_tally {
	int64_t read;		/* messages looked at */
	int64_t known;		/* of them: seen before, counted then */
	int64_t matched;	/* about somebody we mailed; by kind: */
	int64_t failed, delayed, delivered, complaints, auto_replies, read_receipts, replies, opt_outs;
	int64_t unmatched;	/* reports about nobody we mailed, and mail from strangers */
	int64_t forged;		/* a tag that is not ours */
};

void	inbound_tally_add(struct inbound_tally *to, const struct inbound_tally *);

struct inbound;		/* rules, key and settings, ready to read */

int	inbound_open(struct inbound **, const struct conf *, struct err *);
void	inbound_close(struct inbound *);
enum inbound_fate { INBOUND_MATCHED, INBOUND_UNMATCHED, INBOUND_FORGED, INBOUND_REPLY };

struct inbound_taken {
	enum inbound_fate fate;
	bool known;		/* recorded before */
};

/* One message. 0 recorded or known already, -1 error (nothing recorded). */
int	inbound_take(struct inbound *, struct db *, const char *source, const char *msg, size_t len,
	    struct inbound_taken *, struct inbound_tally *, struct err *);

/* A file (one message or an mbox), a folder, a Maildir, or "-" for stdin. Nothing is moved or deleted. */
int	inbound_feed(struct db *, const struct conf *, const char *path, struct inbound_tally *, struct err *);

#endif
