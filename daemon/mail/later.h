/*
 * later.h - what a 4yz reply asks for: less mail, or the same again in a while.
 *
 *	l = later_read(451, "4.7.1", "Greylisting in action, please come back in 00:04:58");
 *	    l.greylisted, l.after_s == 298; later_again_s(&l, 1) == 313
 *
 * Greylisting turns away every stranger once, whoever it is: it says nothing
 * about how much we send, and the sooner the message comes again, from the
 * same relay, the sooner it arrives. A plain "try again" is taken for it when
 * it comes with 450 or 451, with 4.7.1 or a time, and with no complaint.
 *
 * Units      seconds.
 * Ownership  nothing.
 * Errors     none.
 * Threads    pure.
 * Source     RFC 6647; the texts of Postgrey, milter-greylist, SQLgrey, rspamd
 *            and Exim's greylistd; RFC 5321 4.5.4.1 for what is not greylisting.
 */
#ifndef THUMOI_MAIL_LATER_H
#define THUMOI_MAIL_LATER_H

#include <stdbool.h>
#include <stdint.h>

struct later {
	bool greylisted;
	bool less;			/* its words complain of how much, or how fast, we send */
	int64_t after_s;		/* the time it names; 0: none */
};

struct later later_read(int code, const char *enhanced, const char *text);

/*
 * How long to wait after the attempt of that number; 0: as after any other
 * reply. Most receivers let a message in after five minutes, nearly all after
 * an hour. A time that the reply names counts, when it is a time to wait; but
 * a receiver that names one for ever is not asked every minute for days.
 */
#define LATER_LEAST_S 60
#define LATER_MOST_S 14400
#define LATER_MORE_S 15			/* its clock is not ours */
int64_t	later_again_s(const struct later *, int attempt);

#endif
