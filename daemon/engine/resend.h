/*
 * resend.h - one person gets the message once more.
 *
 * Somebody calls: it was deleted, the mailbox was full, the address was
 * mended just now. That is a wave of its own, "resend-81", whose audience is
 * this person; it is claimed, sent and recorded like every other, and thumoid
 * (or `thumoi dispatch --once`) sends it.
 *
 * What protects people protects them here, too: the rules of engine/eligible.h
 * are asked as strictly as for the waves of a plan. Who opted out, complained,
 * has answered, has no address that works, is away, has a message under way
 * or got one today gets none. Quiet hours put it off.
 *
 * The text is that of the last invitation or reminder the person was sent; of
 * somebody who never got one, that of the campaign's first invitation.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena.
 * Errors     resend_look 0/-1; resend: 1 planned, 0 it is forbidden (nothing
 *            was changed), -1.
 * Threads    the thread of the db handle; resend begins and commits by itself.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_RESEND_H
#define THUMOI_ENGINE_RESEND_H

#include "base/conf.h"
#include "engine/by.h"
#include "engine/eligible.h"
#include "store/contact.h"

#define RESEND_LASTS_S (2 * 86400)	/* what could not go out by then does not */

struct resend {
	bool may;
	const char *why;		/* it may not: in words; else "" */
	enum skip skip;			/* ... or SKIP_NOT: it is not the person's */
	const char *wave, *template;
	const char *email;		/* where it goes, or would; "" */
	bool second;			/* not the first address: that one is proven dead */
	const char *subject, *text;	/* of the message, as the person would read it */
	int64_t due_at, not_after;
	bool put_off;			/* by quiet hours or days without work */
	bool held;			/* nothing is sent now (engine/watch.h): it waits */
};

int	resend_look(struct resend *, struct db *, const struct conf *, struct arena *, const struct contact *, const struct by *,
	    int64_t now, struct err *);
int	resend(struct resend *, struct db *, const struct conf *, struct arena *, const struct contact *, const struct by *,
	    int64_t now, struct err *);

#endif
