/*
 * limesurvey.h - LimeSurvey over its RemoteControl 2: one session, the calls
 * we need, and what real servers answer instead of what they should.
 *
 * The session is opened by the first call and given back by lime_free. When
 * it ends in between (they do), the call logs in again, once. A server that
 * is overloaded (429, 502 - 504) is asked twice more, some seconds apart.
 *
 * Read as LimeSurvey means it, whatever its version:
 *	an empty answer				the interface is switched off
 *	result.status				why not; "No survey participants found." is an empty page
 *	rows with "errors" in a good result	these rows failed, the others did not
 *	"12" for 12, null for ""		the same
 *	a web page instead of JSON		another address, or PHP's last words
 *
 * Never called: invite_participants, remind_participants, mail_registered_participants
 * (thumoi sends), delete_participants. Never written: usesleft, for it
 * takes back what the person has completed.
 *
 * Units      tid: LimeSurvey's number of a participant; dates as it writes
 *            them, in its own zone.
 * Ownership  texts lie in the arena of the caller; lime_free frees the session.
 * Errors     -1: ERR_AUTH (name, password, permission, certificate), ERR_NOTFOUND (no
 *            such survey), ERR_NOTNOW (interface off, no participants table),
 *            ERR_NETWORK (everything else). What concerns one row is data: its fault.
 * Threads    one session, one thread; calls block.
 * Source     LimeSurvey's application/helpers/remotecontrol; JSON-RPC 1.0.
 */
#ifndef THUMOI_ENGINE_LIMESURVEY_H
#define THUMOI_ENGINE_LIMESURVEY_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

struct lime;

struct lime_options {
	const char *url;		/* https://host/index.php/admin/remotecontrol; borrowed, as are all */
	const char *user, *password;
	const char *ca_file;		/* "": the system's */
	int64_t timeout_s;
	const atomic_bool *stop;	/* may be NULL */
};

/* The URL alone: http or https, no user in it, http only to this machine. */
int	lime_url_check(const char *url, struct err *);
int	lime_new(struct lime **, const struct lime_options *, struct err *);	/* asks nothing yet */
void	lime_free(struct lime *);	/* gives the session back; NULL is fine */

struct lime_survey {
	bool active, anonymized;
	const char *expires;		/* "2021-10-07 23:59:59"; "" */
};
int	lime_survey(struct lime *, struct arena *, int64_t survey, struct lime_survey *, struct err *);

struct lime_participant {
	int64_t tid;
	const char *token;		/* "": none */
	const char *completed;		/* N, Q (locked by a quota), Y (anonymised), else a date */
	const char *sent, *remindersent;	/* N, else a date */
	int64_t remindercount;
	const char *emailstatus;	/* OK, bounced, OptOut */
};
bool	lime_is_done(const char *completed);	/* not N, not Q */

/* Participants number start, start + 1 ... by tid, at most `most` of them; *n 0: no more. */
int	lime_page(struct lime *, struct arena *, int64_t survey, int64_t start, int64_t most,
	    struct lime_participant **, size_t *n, struct err *);
/* The one with exactly this token. 1, 0, -1. */
int	lime_find(struct lime *, struct arena *, int64_t survey, const char *token, struct lime_participant *, struct err *);

struct lime_add {
	const char *token, *firstname, *lastname, *email;	/* NULL: not told */
	/* what came of it */
	int64_t tid;			/* 0: not added */
	const char *token_there;	/* as it stands there: another one would open nothing */
	const char *fault;		/* its words, addresses masked; NULL */
};
int	lime_add(struct lime *, struct arena *, int64_t survey, struct lime_add *, size_t n, struct err *);

struct lime_change {			/* NULL, or a count < 0: as it is */
	const char *sent, *remindersent, *emailstatus;
	int64_t remindercount;
};
/* 1 done; 0 refused, with its words in *fault; -1. */
int	lime_set(struct lime *, struct arena *, int64_t survey, const char *token, const struct lime_change *,
	    const char **fault, struct err *);

struct lime_summary {
	int64_t participants, completed;	/* -1: it does not say */
};
int	lime_summary(struct lime *, int64_t survey, struct lime_summary *, struct err *);

#endif
