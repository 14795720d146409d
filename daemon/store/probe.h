/*
 * probe.h - probe mailboxes, what was sent to them, and where it was found.
 *
 *	PLANNED --probe_claim--> SENDING --250--> ACCEPTED   looked for from now on
 *	   ^  ^                    |  \--5yz--> REFUSED      (or a report that came back)
 *	   |  \---- 4yz, dropped --/
 *	   \------- nothing went out, its sender died
 *	PLANNED --the wave has passed--> CANCELLED <--written into a folder (dir:)-- SENDING
 *
 * A probe is a mailbox of our own: no person, nothing that a count of people
 * or invites may meet. It therefore has tables of its own, and a message to
 * one is no invite. Its ids lie above those of all invites, so that tags,
 * journals and jobs can carry either (PROBE_SEND_FIRST).
 *
 * A message that may have arrived is sent again, with the same Message-ID: a
 * copy in a mailbox of our own does no harm, and nobody is asked twice.
 *
 * Units      times are Unix seconds, 0: never.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     design.md section 2, grade C.
 */
#ifndef THUMOI_STORE_PROBE_H
#define THUMOI_STORE_PROBE_H

#include "store/db.h"

#define PROBE_SEND_FIRST (INT64_C(1099511627776) + 1)	/* 2^40: no store has so many invites */

static inline bool
probe_is(int64_t id)
{
	return id >= PROBE_SEND_FIRST;
}

struct probe {
	int64_t id;
	const char *email, *stands_for;
	const char *mailbox, *login, *password_file;
	const char *note;
	bool active;
	int64_t troubles, trouble_at;	/* how often in a row it could not be looked into, and when last */
	const char *trouble;
};

int	probe_save(struct db *, struct probe *, int64_t now, struct err *);	/* a new one, or all of it anew; fills id */
int	probe_find(struct db *, struct arena *, const char *email, struct probe *, struct err *);
/* The first one after `after` (""), by provider and address; removed ones too. */
int	probe_next(struct db *, struct arena *, const struct probe *after, struct probe *, struct err *);
int	probe_remove(struct db *, int64_t id, struct err *);	/* forgotten when nothing was ever sent to it */
int	probe_set_trouble(struct db *, int64_t id, const char *why, int64_t now, struct err *);	/* why "": it is well */

/* --- riding in a wave ------------------------------------------------------ */

struct probe_send {
	int64_t id, wave, probe;
	const char *email, *token;
	int64_t after_invite;
	int attempts;
	int64_t claimed_by;
};

/* 1 planned, 0 it was. */
int	probe_plan(struct db *, int64_t wave, int64_t probe, const char *token, int64_t after_invite, int64_t due_at,
	    struct err *);
int	probe_last_invite(struct db *, int64_t *id, struct err *);	/* the largest id there is; 0: none */
int	probe_open(struct db *, int64_t wave, int64_t *n, struct err *);	/* how many are planned or sending */
int	probe_next_due(struct db *, int64_t wave, int64_t *due_at, struct err *);
/* Up to `most` due ones of the wave that go after invite `upto` or one before it, in that order; they become `sending`. */
int	probe_claim(struct db *, struct arena *, int64_t wave, int64_t upto, int64_t now, int64_t run, struct probe_send *out,
	    size_t most, size_t *n, struct err *);
int	probe_accept(struct db *, int64_t id, int64_t at, const char *message_id, const char *reply, struct err *);
int	probe_refuse(struct db *, int64_t id, const char *reply, struct err *);
int	probe_drop(struct db *, int64_t id, const char *reply, struct err *);	/* it went nowhere: cancelled */
int	probe_again(struct db *, int64_t id, int64_t due_at, const char *reply, struct err *);
int	probe_give_back(struct db *, int64_t id, int64_t due_at, struct err *);	/* nothing went out; due_at 0: as it was */
int	probe_cancel(struct db *, int64_t wave, struct err *);		/* what is still planned */
int	probe_call_in(struct db *, int64_t wave, int64_t now, struct err *);	/* what was put off is due again */
/* Those `sending`, id > after. */
int	probe_sending(struct db *, struct arena *, int64_t wave, int64_t after, struct probe_send *, struct err *);
int	probe_send_by_id(struct db *, struct arena *, int64_t id, struct probe_send *, struct err *);
int	probe_bounced(struct db *, int64_t id, const char *text, struct err *);	/* a report of failure came back */
/* Whose link: the campaign of the wave. */
int	probe_campaign_by_token(struct db *, const char *token, int64_t *campaign, struct err *);

/* --- looking ----------------------------------------------------------------- */

struct probe_look {
	int64_t send;
	const char *message_id;
	int64_t accepted_at;
	int64_t age_s;			/* of the last look; 0: none yet */
};

/* Accepted messages of a probe that were not looked for at the age done_s or later; in the arena. */
int	probe_looks(struct db *, struct arena *, int64_t probe, int64_t done_s, struct probe_look **, size_t *n, struct err *);
int	placement_insert(struct db *, int64_t send, int64_t age_s, int64_t looked_at, const char *place, const char *folder,
	    struct err *);

/*
 * What one provider did with one wave. Where a message lies is told by the last look that
 * found it; missing is who was never found, and not at the age done_s either.
 */
struct placement {
	const char *provider, *wave, *template;
	int64_t probes;			/* messages that rode in it */
	int64_t accepted, refused;
	int64_t inbox, spam, other, missing;
};

/* Of a campaign, by provider and wave; in the arena. */
int	placement_counts(struct db *, struct arena *, int64_t campaign, int64_t done_s, struct placement **, size_t *n,
	    struct err *);

/* The last message to a probe, for lists. 0: none. */
struct probe_last {
	const char *campaign, *wave, *state;
	int64_t accepted_at, looked_at;
	const char *place, *folder, *reply;	/* "" : not looked yet */
};
int	probe_last(struct db *, struct arena *, int64_t probe, struct probe_last *, struct err *);

#endif
