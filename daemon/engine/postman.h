/*
 * postman.h - goes to the mailboxes, over and over, and records what lies in
 * them.
 *
 * A mailbox that cannot be read does not hold up the others: it rests, longer
 * each time, and is tried again; a refused password up to an hour, and at once
 * when the file holds another one. What is wrong is logged once (error when
 * somebody must act, warn when it may mend itself), and that it is well again.
 *
 * Units      times are Unix seconds.
 * Ownership  postman_free. The settings must outlive it.
 * Errors     postman_round -1: the store failed, or it was told to stop. What
 *            is wrong with a mailbox is no error of the round: postman_fault.
 * Threads    one postman, one thread; waits for the network outside of any
 *            transaction. *stop set by another thread ends the round soon.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_POSTMAN_H
#define THUMOI_ENGINE_POSTMAN_H

#include <stdatomic.h>

#include "engine/inbound.h"
#include "engine/mailboxes.h"

struct postman;

int	postman_new(struct postman **, const struct conf *, bool logs, struct err *);	/* logs: what is wrong */
void	postman_free(struct postman *);		/* NULL is fine */
/* To every mailbox whose turn it is. stop may be NULL. */
int	postman_round(struct postman *, struct db *, const atomic_bool *stop, struct inbound_tally *, struct err *);
int64_t	postman_next_at(const struct postman *, int64_t now);	/* when the next round is due */
size_t	postman_mailboxes(const struct postman *);
const char *postman_fault(const struct postman *, size_t i);	/* of its last visit; "": it went well */

#endif
