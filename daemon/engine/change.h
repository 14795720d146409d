/*
 * change.h - what has changed since an earlier moment, person by person.
 *
 * Everybody's cause then, as the same evidence gives it when what is younger
 * is not looked at (store/facts.h), beside the cause now. So for each line
 * before + came - went = now, whatever happened in between; and the people
 * behind each number are those whose two causes say so.
 *
 * Units      people; times are Unix seconds.
 * Ownership  texts are borrowed.
 * Errors     none.
 * Threads    pure.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_CHANGE_H
#define THUMOI_ENGINE_CHANGE_H

#include "engine/cause.h"

enum since { SINCE_WAVE, SINCE_YESTERDAY, SINCES };	/* the start of the last wave; yesterday, 00:00 */
_Static_assert((int)SINCES == FACTS_MOMENTS, "one moment of the facts each");

#define CAUSE_NOT_THERE CAUSES		/* then: not nominated yet */

enum change_line {
	CHANGE_ANSWERED,		/* took part */
	CHANGE_REFUSED,			/* mail does not reach them: refused, returned, expired */
	CHANGE_OPTED_OUT, CHANGE_COMPLAINED,
	CHANGE_NOMINATED,
	CHANGE_MENDED,			/* their unit has given another address */
	CHANGES
};

struct change {
	int64_t at;			/* 0: there is no such moment */
	const char *wave;		/* SINCE_WAVE: its name; else "" */
	int64_t moved[CAUSES + 1][CAUSES];	/* from the cause then to the cause now */
	int64_t mended_before, mended_since;	/* by the first time */
	int64_t rosters_before, rosters_since;	/* files, not people */
};

struct change_count { int64_t before, came, went, now; };

void	change_add(struct change *, enum cause then, enum cause now, int64_t mended_at);
struct change_count change_count(const struct change *, enum change_line);

/* Was, and is, somebody on that line? mended: since then, for the first time. */
bool	change_came(enum change_line, enum cause then, enum cause now, bool mended);
bool	change_went(enum change_line, enum cause then, enum cause now);

const char *since_key(enum since);			/* wave, yesterday */
bool	since_parse(const char *, enum since *);
const char *change_key(enum change_line);
const char *change_name(enum change_line, enum lang);
/* "refused": who came; "refused-no-more": who went. */
bool	change_parse(const char *, enum change_line *, bool *went);

#endif
