/*
 * date.h - dates as officials write them, in the zone of their campaign.
 *
 * The store keeps UTC seconds; people see the campaign's zone. Understood:
 * 2021-09-17, 17/9/2021, 17/09/2021, 17-9-2021, 17.9.2021, "ngày 17/9/2021",
 * "ngày 07 tháng 01 năm 2022", each with an optional time ("T08:30", " 08:30:15", a trailing
 * "Z" or "+07:00"), and "now".
 *
 * Units      Unix seconds.
 * Ownership  struct zone is held by value; zone_load fills it.
 * Errors     ERR_INPUT for text that is no date or no zone.
 * Threads    pure after zone_load.
 * Source     RFC 3339, RFC 9636 (TZif), RFC 5322 3.3; Decree 30/2020/ND-CP
 *            appendix I for leading zeros.
 */
#ifndef THUMOI_BASE_DATE_H
#define THUMOI_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/err.h"
#include "base/lang.h"

#define ZONE_DEFAULT "Asia/Ho_Chi_Minh"
#define ZONE_CHANGES 256

struct zone {
	char name[64];
	int changes;			/* how many of the following are set */
	int64_t at[ZONE_CHANGES];
	int32_t offset_s[ZONE_CHANGES];
	int32_t first_offset_s;		/* before at[0] */
};

/* An IANA name, "UTC", or a fixed "+07:00". */
int	zone_load(struct zone *, const char *name, struct err *);
int32_t	zone_offset(const struct zone *, int64_t at);

enum date_edge { DATE_START, DATE_END };	/* a day without a time: 00:00:00 or 23:59:59 */
int	date_parse(const char *text, const struct zone *, enum date_edge, int64_t *out, struct err *);

struct date_text { char s[64]; };
/* Each returns the text inside the struct the caller lends. */
const char *date_rfc3339(struct date_text *, const struct zone *, int64_t at);	/* 2021-09-17T08:30:00+07:00 */
const char *date_rfc5322(struct date_text *, const struct zone *, int64_t at);	/* Fri, 17 Sep 2021 08:30:00 +0700 */
const char *date_day(struct date_text *, const struct zone *, int64_t at, enum lang);	/* vi 07/10/2021, 07/01/2022; en 7 October 2021 */
const char *date_minute(struct date_text *, const struct zone *, int64_t at, enum lang);	/* vi 08:30 ngày 17/9/2021; en 08:30 on 17 September 2021 */
/* "ngày 07 tháng 01 năm 2022": zero before days < 10 and months 1, 2. */
const char *date_official(struct date_text *, const struct zone *, int64_t at, enum lang);
/* When the clocks of the zone first show that minute of the day, or one behind it; `day` may run over its month. */
int64_t	date_at(const struct zone *, int year, int month, int day, int minute);
void	date_split(const struct zone *, int64_t at, struct tm *);	/* tm_wday, tm_yday set */

#endif
