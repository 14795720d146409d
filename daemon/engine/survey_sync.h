/*
 * survey_sync.h - brings an instrument and its survey in LimeSurvey in step.
 *
 *	1. pull	all participants, page by page; who is completed has answered
 *	2. push	people it does not know: token, name (setting survey_tells)
 *	3. write back	sent, remindersent, remindercount, emailstatus, where they changed
 *	4. count	its summary against ours, kept for the report
 *
 * In this order a sync that was killed at any moment is made good by the next
 * one: what reached the survey system before the kill is found there by the
 * pull, and what it says counts more than what was remembered. What was done
 * is committed by batches, each in one transaction, no socket within one.
 *
 * Who is pushed: mailable people. Who opted out or complained is not told to
 * anybody; who is there already becomes OptOut. People who were removed there
 * are counted and not pushed again (somebody meant it; `survey unlink` and
 * `link` begin anew). Participants with a token of nobody here are strangers:
 * counted, never touched. When the survey system changes a token (cuts it,
 * takes a sign out), its link would open nothing: pushing ends at once.
 *
 * When it was answered
 *	a date			that time, in the zone of the link; engine/answers.h judges it
 *	Y (anonymised)		nobody knows. It counts as of when it was first seen completed: with a
 *				sync every quarter of an hour that is near enough. First seen before
 *				opening it is a trial and stays one. First seen after closing it may
 *				have been in time or not: it counts, as of closing, when the survey
 *				itself had ended by then (its "expires"); else it is `undated` and does
 *				not count. So an anonymised survey should end when the campaign does.
 *	Q			screened out by a quota: no answer
 * An answer that was recorded stays, whatever the survey system says later.
 *
 * Written back, in the zone of the link: sent, of the first message a relay
 * took that was no reminder; of reminders the last and how many; emailstatus
 * OptOut, bounced (the address is proven dead), or OK again when the cause is
 * gone and the word was ours. Nothing is taken back: a date moves only
 * forward, a count only up (the store may be an older one, restored), and
 * what somebody changed there by hand is not changed again. LimeSurvey saves
 * the whole row of a participant, and who completes in that very instant could
 * be set back: one more reason to write only what is new. Who is OptOut
 * there of their own has opted out here too.
 *
 * Units      times are Unix seconds.
 * Ownership  the caller's.
 * Errors     survey_sync: 0; 1 another one is at work, nothing was done; -1,
 *            with the trouble noted in the store, and what was committed stays.
 * Threads    the thread of the db handle; blocks on the network.
 * Source     engine/limesurvey.h.
 */
#ifndef THUMOI_ENGINE_SURVEY_SYNC_H
#define THUMOI_ENGINE_SURVEY_SYNC_H

#include <stdatomic.h>

#include "base/conf.h"
#include "engine/limesurvey.h"
#include "engine/survey_words.h"
#include "store/campaign.h"
#include "store/survey.h"

enum survey_stage { SURVEY_PULL, SURVEY_PUSH, SURVEY_WRITE, SURVEY_COUNT };

struct survey_options {
	bool dry_run;			/* ask, judge and count; change nothing, here or there */
	const atomic_bool *stop;	/* may be NULL */
	void (*progress)(enum survey_stage, int64_t done, void *arg);	/* may be NULL */
	void *arg;
};

struct survey_result {
	int64_t read;			/* participants there */
	int64_t recorded, known;	/* answers taken now, and before */
	int64_t opted_out;		/* said so there */
	int64_t pushed;
	int64_t refused;		/* it does not take them */
	int64_t written, unwritten;	/* people written back; whom it refused */
	int64_t behind;			/* completed at a time when they were still open: is the zone right? */
	bool anonymized, active;
	char fault[400];		/* the first of `refused`, its words */
	struct survey_count count;
};

int	survey_sync(struct db *, const struct conf *, const struct survey_link *, const struct survey_options *,
	    struct survey_result *, struct err *);

/*
 * All that are due: not synced for survey_sync_s, or people came since; of
 * campaigns that are not closed, or were not synced since. A failing one waits
 * longer each time, up to four hours, and an hour at least when it does not let
 * us in: LimeSurvey locks who tries too often. -1: the store failed.
 */
struct survey_due {
	const atomic_bool *stop;
	/* Of each that was synced; trouble NULL: well. May be NULL. */
	void (*each)(const struct survey_link *, const struct survey_result *, const char *trouble, void *arg);
	void *arg;
	int64_t synced, failed;		/* filled */
};
int	survey_sync_due(struct db *, const struct conf *, struct survey_due *, struct err *);

/* Is the survey there, may we in, what is to be known of it? Asks, changes nothing. */
int	survey_check(const struct conf *, const struct survey_link *, struct arena *, struct lime_survey *, struct err *);
/* Has it to end before the closing so that its answers can be told to be in time? */
bool	survey_ends_in_time(const struct survey_link *, const struct campaign *, const struct lime_survey *);

#endif
