/*
 * inbound_feed.h - messages from files, folders and Maildirs, in transactions
 * that stay short.
 *
 * Units, Ownership, Errors, Threads, Source: see inbound.h.
 */
#ifndef THUMOI_ENGINE_INBOUND_FEED_H
#define THUMOI_ENGINE_INBOUND_FEED_H

#include "engine/inbound.h"
#include "mail/fetch.h"

struct inbound_walk {
	const char *path;
	size_t max_bytes;
	bool ours;			/* a Maildir whose messages are moved once they are recorded: */
	bool keep;			/* ... to cur/ */
	const char *folder[FETCH_FATES];	/* ... or to a folder beside it; "": they are deleted */
	const atomic_bool *stop;	/* may be NULL */
};

int	inbound_walk(struct inbound *, struct db *, const struct inbound_walk *, struct inbound_tally *, struct err *);
enum fetch_fate inbound_folder(enum inbound_fate);	/* where a message of this fate belongs */

#endif
