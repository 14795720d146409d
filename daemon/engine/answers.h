/*
 * answers.h - a person has done a form: the one door through which that comes in.
 *
 * The signed return link, the API and files of a survey system all end here,
 * so that each is held to the same rules: the token is one of ours, the
 * campaign has that form, and the time lies between opening and closing. Said
 * twice counts once.
 *
 * A day without a time ("2021-09-20") stands for any moment of that day: it
 * fits when part of the day does.
 *
 * Units      times are Unix seconds; a day is one in the campaign's zone.
 * Ownership  `why` lies in the arena of the caller.
 * Errors     answers_take: -1 when the store failed, and then nothing of the
 *            list is recorded. What is wrong with one answer is data: its fate.
 * Threads    the thread of the db handle. answers_take begins and commits by itself.
 * Source     design.md section 8: answering ends with the campaign, bringing
 *            in what was answered in time does not.
 */
#ifndef THUMOI_ENGINE_ANSWERS_H
#define THUMOI_ENGINE_ANSWERS_H

#include "base/token.h"
#include "store/campaign.h"

enum answer_fate {
	ANSWER_RECORDED,
	ANSWER_KNOWN,		/* was recorded before: nothing is wrong */
	ANSWER_NO_TOKEN,	/* unknown, or of another campaign than was asked for */
	ANSWER_NO_INSTRUMENT,
	ANSWER_BAD_TIME,	/* not a date */
	ANSWER_EARLY,		/* before the campaign opened */
	ANSWER_LATE,		/* after it closed */
	ANSWER_FUTURE,		/* has not happened yet */
	ANSWER_NOT_OPEN,	/* the campaign has not opened yet */
	ANSWER_CLOSED,		/* the campaign has closed */
	ANSWER_FATES
};

struct answer {
	const char *token, *instrument;
	const char *answered_at;	/* as written; NULL or "": now */
	enum answer_fate fate;		/* filled by answers_take */
	const char *why;		/* a sentence when the fate is a fault, else NULL */
};

struct answers_rules {
	const char *source;		/* link, api, import, limesurvey */
	int64_t campaign;		/* only of this one; 0: of any */
	bool after_closing;		/* a file: may come late when its times do not */
	enum lang lang;			/* of `why` */
};

#define ANSWER_GOOD(fate) ((fate) <= ANSWER_KNOWN)

/* All of them in one short transaction. */
int	answers_take(struct db *, struct arena *, const struct answers_rules *, struct answer *, size_t n, struct err *);
/* The same within a transaction of the caller. */
int	answers_take_within(struct db *, struct arena *, const struct answers_rules *, struct answer *, size_t n, struct err *);
const char *answer_fate_name(enum answer_fate);		/* "recorded", "unknown_token" ... */

/* https://survey.example/r/TOKEN/survey?sig=... */
char	*answers_link(struct arena *, const char *public_url, const struct secret *, const char *token,
	    const char *instrument);
bool	answers_link_check(const struct secret *, const char *token, const char *instrument, const char *sig);

#endif
