/*
 * schedule.h - the plan of a campaign, as config/campaign.example.ini writes
 * it down: what it is, its forms, and its waves with their times.
 *
 *	[campaign]		key, title, opens, closes, sender ...
 *	[instrument survey]	title, url
 *	[wave invitation]	template, at, not-after, audience ...
 *
 * One `name = value` a line, as long as it likes; a line that begins with #
 * or ; is a remark. Times of a wave:
 *
 *	at = 17/9/2021				or 2021-09-17, ngày 17 tháng 9 năm 2021
 *	at = 17/9/2021 08:30			or 8h30, 08 giờ 30; else the hour of [campaign], else 08:00
 *	at = 3 working days after invitation	or 3 ngày làm việc sau invitation
 *	at = 2 working days before closes 14:00	or 2 ngày làm việc trước đóng 14:00
 *	at = 5 days after opens			or opens, closes alone
 *
 * Days are counted from the planned day of the other wave, by the holiday
 * file. not-after is written likewise and means the end of its day. A
 * reminder without it lasts until the next one begins; any other wave until
 * the campaign closes; thanks for five working days. Only thanks may go out
 * after closing.
 *
 * Units      times are Unix seconds; 0: not said.
 * Ownership  schedule_release; all texts are its own.
 * Errors     what is wrong is told line by line, in the operator's language,
 *            as "FILE line N: ..."; schedule_read returns how many faults.
 * Threads    constant after reading.
 * Source     design.md section 3; Decree 30/2020 for how dates are written.
 */
#ifndef THUMOI_ENGINE_SCHEDULE_H
#define THUMOI_ENGINE_SCHEDULE_H

#include "base/buf.h"
#include "engine/calendar.h"
#include "store/campaign.h"

#define SCHEDULE_BASES_MOST 32
#define SCHEDULE_WAVES_MOST 64

struct schedule_text {
	const char *text;		/* NULL: not said */
	int line;
};

struct schedule_form {
	const char *key;
	int line;
	struct schedule_text title, url;
};

struct schedule_wave {
	const char *name;
	int line;
	struct schedule_text kind, template, audience, at_text, end_text, quiet_hours, working_days, uncertain, other_template,
	    second_address;
	int64_t at, end;		/* end 0: until the campaign closes */
	int resolving;			/* while times are worked out */
};

struct schedule {
	const char *path;
	int line;			/* of [campaign] */
	struct schedule_text key, title, opens, closes, zone_name, lang_name, sender, tree, tracking, hour, quiet_hours,
	    working_days;
	struct schedule_text bases[SCHEDULE_BASES_MOST], dispatches[SCHEDULE_BASES_MOST], help[SCHEDULE_BASES_MOST];
	size_t n_bases, n_dispatches, n_help;
	struct schedule_form forms[INSTRUMENTS_MAX];
	size_t n_forms;
	struct schedule_wave *waves;	/* in the order of the file */
	size_t n_waves, cap_waves;
	/* What came of it. */
	struct zone zone;
	enum lang lang;
	int64_t opens_at, closes_at;
	const char *sender_name, *sender_address;
	int minute;			/* of the day, for times that do not say it */
	struct buf said;		/* faults, a line each */
	int faults;
	struct buf warned;		/* what is allowed and perhaps not meant */
	struct arena arena;
};

/* How many faults there are: s->said tells them. -1: the file cannot be read. */
int	schedule_read(struct schedule *, const char *path, const struct calendar *, const struct conf *, struct err *);
void	schedule_release(struct schedule *);
/* Another fault, found later. */
void	schedule_fault(struct schedule *, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void	schedule_warn(struct schedule *, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* schedule_file.c: the sections and their lines, unjudged; then the names that must be there. */
int	schedule_load(struct schedule *, const char *path, struct err *);

#endif
