/*
 * journal.h - what the couriers were doing when the process died.
 *
 * Outcomes are committed in groups, so at a kill -9 some messages have been
 * accepted that the store still calls `sending`. A small shared-memory file
 * beside the store (STORE-courier-N) keeps a line for each claimed invite:
 * not begun, under way, or answered with what. The kernel keeps it when the
 * process dies. After a power failure it proves nothing (it is never synced)
 * and is not believed: then every `sending` is uncertain.
 *
 *	slot = journal_take(j, invite, attempt);    claim committed, not begun
 *	journal_begin(slot);                        the message goes out now
 *	journal_answer(slot, ...);                  a verdict was heard
 *	journal_give(j, slot);                      the outcome is in the store
 *
 * `store` is the file itself (db_file): two who came by different names must
 * find each other. Each living dispatcher holds a lock on its own file, so that a second one
 * can tell the dead from the living, and never touches their claims.
 *
 * Units      times are Unix seconds, durations milliseconds.
 * Ownership  journal_close unlinks the file: nothing is left to tell.
 * Errors     ERR_SYSTEM, ERR_FULL; ERR_BUSY: a living dispatcher works on the
 *            same wave.
 * Threads    take and give: dispatcher only. begin and answer: the courier
 *            that has the job.
 * Source     SQLite's wal-index is the same idea; flock(2), proc(5) boot_id.
 */
#ifndef THUMOI_ENGINE_JOURNAL_H
#define THUMOI_ENGINE_JOURNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define JOURNAL_SLOTS 4096

enum journal_phase { PHASE_FREE, PHASE_CLAIMED, PHASE_BEGUN, PHASE_ANSWERED };

struct journal_slot {
	_Atomic uint32_t phase;		/* written last: what it says is then complete */
	int32_t attempt;
	int64_t invite, at;
	int32_t code, duration_ms;
	uint32_t verdict;
	char enhanced[12], command[12];
	char text[192];			/* the beginning of the reply */
	uint32_t relay;			/* who carries it: routes_by_key */
};

struct journal;

/* A run that ended without closing its journal. */
struct journal_dead {
	struct journal_dead *next;
	int64_t run;
	const struct journal_slot *slots;
};

/*
 * Takes the lock that keeps other dispatchers from starting, makes our own
 * journal and lists the dead. journal_started frees the lock, forgets the
 * dead and removes their files: call it when what they tell is in the store.
 */
int	journal_open(struct journal **, const char *store, int64_t wave, struct err *);
/* A long-lived dispatcher looks for those who died since: as after journal_open, journal_started must follow. */
int	journal_again(struct journal *, struct err *);
void	journal_started(struct journal *);
void	journal_unlock(struct journal *);	/* the same, but the files stay: it is not in the store */
const struct journal_dead *journal_dead(const struct journal *);
bool	journal_alive(const struct journal *, int64_t run);	/* somebody else's, and living */
int64_t	journal_run(const struct journal *);			/* our number, for claimed_by */
void	journal_close(struct journal *);
/*
 * What the dead have left about these invites (in the order of their numbers) is overwritten. What is free of the
 * living holds no text: journal_give.
 */
int	journal_wipe(const char *store, const int64_t *invites, size_t n, struct err *);

struct journal_slot *journal_take(struct journal *, int64_t invite, int attempt);	/* NULL: all in use */
size_t	journal_room(const struct journal *);
void	journal_begin(struct journal_slot *);
void	journal_answer(struct journal_slot *, uint32_t verdict, const char *command, int code, const char *enhanced,
	    const char *text, int64_t duration_ms, int64_t at);
void	journal_give(struct journal *, struct journal_slot *);

#endif
