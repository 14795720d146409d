/*
 * post.h - letters that are due go out, one after the other, in the
 * foreground; what the relay says to each is kept.
 *
 * Letters are few: one relay connection carries them, without the dispatcher
 * that carries invitations. A claim is committed before the first octet goes
 * out, an outcome right after it; what a sender that died has left behind is
 * uncertain and not sent again. A deferred letter is due again as an invite
 * would be, by the next run.
 *
 * The relays of the relay file are tried in their order, standby ones last.
 *
 * Units      times are Unix seconds.
 * Ownership  texts of the result lie in its room.
 * Errors     -1 from the store and for settings that are wrong. That no relay
 *            lets us in is ERR_NETWORK; what went out before stays recorded.
 * Threads    the thread of the db handle, outside a transaction.
 * Source     RFC 5321 4.5.4.1 for retrying.
 */
#ifndef THUMOI_ENGINE_POST_H
#define THUMOI_ENGINE_POST_H

#include <stdatomic.h>

#include "base/conf.h"
#include "engine/message.h"
#include "store/letter.h"

/*
 * A message of the maker becomes a letter to be sent: takes all of `l` but id,
 * times and message from it, and the rest of `to` but the id. 1 planned,
 * 0 the wave wrote to that mailbox about that already.
 */
int	post_plan(struct db *, const struct conf *, const struct message_maker *, struct message_to *, struct letter *, struct err *);

struct post_options {
	int64_t campaign;		/* 0: of all */
	const char *wave;		/* NULL: of all */
	const char *relay_url;		/* NULL: the settings' */
	const atomic_bool *stop;	/* set by another thread: ends after the letter at hand; NULL */
};

struct post_result {
	int64_t accepted, deferred, refused, uncertain;	/* of this run */
	int64_t left;			/* still to be sent, now or later */
};

int	post_letters(struct db *, const struct conf *, const struct post_options *, struct post_result *, struct err *);

#endif
