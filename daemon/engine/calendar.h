/*
 * calendar.h - the hours and days on which mail may go out.
 *
 * Quiet hours ("18:00-07:30"), weekends and the days of the holiday file, all
 * in the zone of the campaign, by its clocks also on the days on which they
 * are set. The holiday file is CSV that begins with the date; a line with the
 * cell makeup-workday is a working Saturday or Sunday, any other a day off.
 * People edit it: the Government sets each year's days anew.
 *
 * Units      Unix seconds; minutes of the day.
 * Ownership  calendar_release.
 * Errors     ERR_INPUT with the file and line, or the setting.
 * Threads    constant after loading.
 * Source     Labour Code 2019 art. 112 for what days there are.
 */
#ifndef THUMOI_ENGINE_CALENDAR_H
#define THUMOI_ENGINE_CALENDAR_H

#include "base/conf.h"
#include "base/date.h"

struct calendar_day { int date; bool off; };	/* date: 20260902 */

struct calendar {
	int quiet_from, quiet_to;	/* minutes; equal: no quiet hours */
	bool working_days;
	struct calendar_day *days;	/* read whether or not working_days is set: people count in working days */
	size_t n;
	bool borrowed;			/* the days are another calendar's */
};

int	calendar_load(struct calendar *, const struct conf *, struct err *);
/* As c, but with quiet hours ("18:00-07:30", "none") and working days ("yes", "no") of a wave's own; "": as c. c must outlive it. */
int	calendar_of_wave(struct calendar *, const struct calendar *c, const char *quiet_hours, const char *working_days,
	    struct err *);
void	calendar_release(struct calendar *);
bool	calendar_works(const struct calendar *, const struct zone *, int64_t at);	/* is the day of `at` a working day? */
bool	calendar_knows(const struct calendar *, int year);	/* the holiday file has days of that year */
/* n (working) days after the day of `at`, or before it when n < 0, at that minute; 0: that day. */
int64_t	calendar_day(const struct calendar *, const struct zone *, int64_t at, int n, bool working, int minute);
/* The first moment at or after `at` at which mail may go; at + 400 days when there is none. */
int64_t	calendar_next(const struct calendar *, const struct zone *, int64_t at);
int64_t	calendar_midnight(const struct zone *, int64_t at);	/* at which the day of `at` began */
int64_t	calendar_tomorrow(const struct zone *, int64_t at);	/* ... and the next one begins */

#endif
