/*
 * limiter.h - how often one address may be wrong.
 *
 * A token bucket per client address in a fixed table: an address that fails
 * more often than `burst` at once and `per_minute` later is told to wait. An
 * address whose place is taken by another starts afresh, so the table cannot
 * grow; places are found by a keyed hash, so nobody can aim at another's.
 *
 * Only failures count. Hundreds of officials may share one address behind
 * their ministry's gateway: who comes with a good link is never made to wait
 * for the faults of a neighbour.
 *
 * Units      clock_mono_us(), passed by the caller.
 * Ownership  embedded; limiter_init draws the key.
 * Errors     none.
 * Threads    any; one short lock.
 * Source     none.
 */
#ifndef THUMOI_WEB_LIMITER_H
#define THUMOI_WEB_LIMITER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMITER_PLACES 4096

struct limiter {
	int64_t burst, per_minute;		/* [c] constant after limiter_init */
	uint64_t key;				/* [c] */
	pthread_mutex_t lock;
	struct limiter_place {
		uint64_t who;			/* [lock] hash of the address; 0: free */
		int64_t used_us;		/* [lock] debt in microseconds of refill */
		int64_t at_us;			/* [lock] when used_us was true */
	} place[LIMITER_PLACES];
};

void	limiter_init(struct limiter *, int64_t burst, int64_t per_minute);
void	limiter_release(struct limiter *);
/* One more failure of this address. false: too many. */
bool	limiter_fail(struct limiter *, const void *address, size_t len, int64_t now_us);
/* Without counting: has it failed too often? */
bool	limiter_full(struct limiter *, const void *address, size_t len, int64_t now_us);

#endif
