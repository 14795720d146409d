/*
 * logline.h - one line of a Postfix log: what became of which message?
 *
 *	Sep 17 08:30:15 mx postfix/smtp[812]: 4XyZ1f6m2Nz9: to=<an@x.example>, relay=mx.x.example[192.0.2.1]:25,
 *	    delay=0.3, delays=0.1/0/0.1/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5AbC)
 *
 * Times as syslog and maillog_file write them, without a year, and RFC 3339.
 * The program may be of any instance (postfix-out/smtp, postfix/relay/smtp).
 *
 * Units      at: Unix seconds.
 * Ownership  texts are borrowed from the line.
 * Errors     false: a line that says nothing of this kind.
 * Threads    pure; one struct logline_time, one thread.
 * Source     Postfix's log format, as of 3.7; RFC 3164, 5424.
 */
#ifndef THUMOI_MAIL_LOGLINE_H
#define THUMOI_MAIL_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/date.h"

enum logline_what {
	LINE_FROM,		/* a message is taken up: its envelope sender */
	LINE_DELIVERY,		/* one recipient */
	LINE_EXPIRED,		/* given up; the recipients that were left are returned */
	LINE_REMOVED,		/* its id is free again */
};
enum logline_status { LINE_SENT, LINE_BOUNCED, LINE_DEFERRED };
/* Who had it last: another server, a mailbox of this one, or nobody who says so. */
enum logline_agent { LINE_TO_SERVER, LINE_TO_MAILBOX, LINE_TO_PROGRAM };

struct span { const char *s; size_t len; };	/* s NULL: it is not there */

struct logline {
	enum logline_what what;
	int64_t at;
	struct span id, from, to, orig_to, relay, dsn, text;
	enum logline_status status;
	enum logline_agent agent;
};

/* How times without a year and a zone are meant. */
struct logline_time {
	struct zone zone;
	int64_t latest;		/* no line is later than this */
	/* the last day that was worked out */
	int month, day;
	int64_t midnight;	/* of that day, as if in UTC */
};

bool	logline_read(struct logline *, struct logline_time *, const char *line, size_t len);

#endif
