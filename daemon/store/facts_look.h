/*
 * facts_look.h - what the rows about one person say, as of one moment; for
 * facts*.c only.
 *
 * Rows are told in the order of time, then look_settle draws what follows.
 *
 * Units      Unix seconds.
 * Ownership  look_release frees the messages; texts lie in the arena.
 * Errors     none.
 * Threads    the thread of the db handle.
 * Source     design.md section 2, "Causes".
 */
#ifndef THUMOI_STORE_FACTS_LOOK_H
#define THUMOI_STORE_FACTS_LOOK_H

#include "store/facts.h"

struct facts_wave { int64_t wave, not_after, begun_at; };

struct look {
	struct facts f;
	int64_t now;
	struct arena *arena;
	const char *emails[8];
	size_t n_emails;
	struct facts_message *messages;
	size_t n_messages, cap_messages;
	int64_t failed_invite;
	int64_t works_at;	/* what went out before then went to an address that did not work */
	bool first_dead;	/* the first address was told not to exist: that is the failure */
};

int	look_address(const struct look *, const char *email);	/* which of them; -1: none */
void	look_add_message(struct look *, const struct facts_message *);
void	look_evidence(struct look *, struct stmt *);		/* a row of facts.c's `evidence` */
void	look_answer(struct look *, const struct campaign *, int64_t instrument, int64_t at);
void	look_settle(struct look *);
void	look_release(struct look *);

#endif
