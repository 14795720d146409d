/*
 * visit.h - one visit to a mailbox, over as many connections as it takes; for
 * fetch*.c only.
 *
 * Units      bytes.
 * Ownership  fetch_all makes and releases it.
 * Errors     see fetch.h. refused: the server is there and says no, so that
 *            connecting again is of no use.
 * Threads    one visit, one thread.
 * Source     none.
 */
#ifndef THUMOI_MAIL_VISIT_H
#define THUMOI_MAIL_VISIT_H

#include "mail/wire.h"

#define VISIT_BATCH 50			/* messages that are recorded together ... */
#define VISIT_BATCH_BYTES (1u << 20)	/* ... as long as they are no larger than that */

struct visit {
	const struct fetch *f;
	struct fetch_place place;
	uint32_t from_uid;		/* IMAP: of this visit; 0: at its beginning */
	int64_t settled;		/* messages dealt with for good: there is progress */
	bool refused;
	bool more;			/* the session ended well, and another one has to follow */
	/* The batch at hand. */
	struct buf raw;
	size_t start[VISIT_BATCH];
	struct fetched got[VISIT_BATCH];
	size_t n;
	struct arena arena;		/* of the batch */
	/* Who breaks the line? */
	int alone;			/* so many messages are read one by one */
	char asked[128];		/* the message being read alone; "": none */
	char suspect[128];
	int breaks;			/* of the suspect, in a row */
	struct arena names;		/* of those passed over */
	const char *passed[16];
	size_t n_passed;
};

void	visit_clear(struct visit *);
void	visit_add(struct visit *, const char *uidl, const char *msg, size_t len);
/* Hands the batch over; what take says of each is in v->got. */
int	visit_take(struct visit *, struct err *);
/* Is there room for one more message of that size in a batch of n messages, `bytes` long? */
bool	visit_room(const struct visit *, size_t n, size_t bytes, size_t size);
/* The batch is dealt with. */
void	visit_settled(struct visit *, size_t n);
bool	visit_passes(const struct visit *, const char *uidl);
void	visit_pass(struct visit *, const char *uidl, const char *why);
/* The server said no to a command. */
int	visit_refused(struct visit *, const struct wire *, const char *command, const char *answer, struct err *);

int	imap_session(struct visit *, struct wire *, struct err *);
int	pop3_session(struct visit *, struct wire *, struct err *);

#endif
