/*
 * survey_run.h - what the steps of a sync share (engine/survey_sync.h).
 *
 * Units      as survey_sync.h.
 * Ownership  survey_sync.c makes and releases it.
 * Errors     0 or -1.
 * Threads    one sync, one thread.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_SURVEY_RUN_H
#define THUMOI_ENGINE_SURVEY_RUN_H

#include "engine/hashset.h"
#include "engine/survey_sync.h"

struct survey_seen {			/* dry run: what would have been kept in the store */
	int64_t contact;
	struct survey_person person;
};

struct survey_run {
	struct db *db;
	const struct conf *conf;
	const struct survey_link *link;
	const struct survey_options *o;
	struct survey_result *r;
	struct campaign campaign;
	struct zone zone;		/* of the link */
	struct lime *lime;
	struct lime_survey survey;
	int64_t now;			/* when the sync began */
	int64_t done;			/* completed in the list, of anybody */
	int64_t ours_there;		/* people of ours in the list */
	struct hashset tids, people;	/* seen in this sync */
	struct survey_seen *seen;	/* dry run */
	size_t n_seen, cap_seen;
	struct arena arena;		/* of the run */
	struct err *e;
};

static inline uint64_t
survey_hash(int64_t id)
{
	uint64_t h = (uint64_t)id * UINT64_C(0x9E3779B97F4A7C15);

	h ^= h >> 32;
	return h ? h : 1;
}

/* True: somebody wants us to end. */
bool	survey_stopped(const struct survey_run *);
void	survey_tell(const struct survey_run *, enum survey_stage, int64_t done);
int	survey_pull(struct survey_run *);
int	survey_push(struct survey_run *);
int	survey_write_back(struct survey_run *);

#endif
