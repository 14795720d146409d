/*
 * claim.h - due invites become jobs.
 *
 * Within the caller's transaction the invites become `sending`; those whose
 * person has answered or asked to stop since the planning are cancelled
 * instead. The jobs may be handed out when the transaction is committed.
 *
 * Units      now is Unix seconds.
 * Ownership  the jobs are the caller's: job_free.
 * Errors     -1; the jobs made so far are in the list all the same.
 * Threads    dispatcher only.
 * Source     design.md section 7.
 */
#ifndef THUMOI_ENGINE_CLAIM_H
#define THUMOI_ENGINE_CLAIM_H

#include "engine/sending.h"

/* Appends to the list that *tail ends, counts in *n. */
int	claim_due(struct sendings *, const struct sending *, int64_t now, int64_t run, size_t most, struct job ***tail,
	    size_t *n, struct err *);

#endif
