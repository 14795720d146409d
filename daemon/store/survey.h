/*
 * survey.h - forms that are surveys of a survey system, and what is known of
 * each person there.
 *
 * A link belongs to one instrument and goes with it. What is kept of a person
 * is what stands there, as last read or written, so that only changes travel.
 *
 * Units      times are Unix seconds, 0: never; dates of the survey system as it
 *            writes them.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     engine/survey_sync.h.
 */
#ifndef THUMOI_STORE_SURVEY_H
#define THUMOI_STORE_SURVEY_H

#include "store/db.h"

struct survey_count {			/* of the last whole look; survey_link in the schema says what each is */
	int64_t at, began_at;
	int64_t participants, completed, ours;
	int64_t unread, only_ours;
	int64_t strangers, strangers_done;
	int64_t early, late, undated, odd, quota;
	int64_t removed, refused, changed;
};

struct survey_link {
	int64_t id, instrument;
	int64_t campaign;		/* filled by lookups, as are the keys */
	const char *campaign_key, *key;
	const char *url;
	int64_t survey;
	const char *login, *password_file, *zone;
	int64_t next_at, known_contact;
	int64_t troubles, trouble_at;
	const char *trouble;
	struct survey_count count;
};

/* One for the instrument, new or anew; another survey than before: what was known of people there is forgotten. Fills id. */
int	survey_link_save(struct db *, struct survey_link *, int64_t now, struct err *);
int	survey_link_find(struct db *, struct arena *, int64_t instrument, struct survey_link *, struct err *);
/* The first one with a larger id, of a campaign (0: of all). */
int	survey_link_next(struct db *, struct arena *, int64_t after, int64_t campaign, struct survey_link *, struct err *);
int	survey_link_remove(struct db *, int64_t id, struct err *);
int	survey_link_set_trouble(struct db *, int64_t id, const char *why, int64_t now, int64_t next_at, struct err *);
int	survey_link_set_count(struct db *, int64_t id, const struct survey_count *, int64_t known_contact, int64_t next_at,
	    struct err *);

struct survey_person {
	const char *state;		/* there, refused, changed */
	const char *fault;
	int64_t tid;
	const char *completed;
	int64_t done_seen_at;
	const char *fate;
	const char *sent, *remindersent;
	int64_t remindercount;
	const char *emailstatus;
	const char *wrote;
};

int	survey_person_get(struct db *, struct arena *, int64_t link, int64_t contact, struct survey_person *, struct err *);
int	survey_person_put(struct db *, int64_t link, int64_t contact, const struct survey_person *, struct err *);
int	survey_person_count(struct db *, int64_t link, const char *state, int64_t *n, struct err *);

/* Mailable people, id > after, who are not known to be there and asked for nothing to be sent; in the arena. */
struct survey_newcomer {
	int64_t contact;
	const char *token, *name, *email;
};
int	survey_missing(struct db *, struct arena *, int64_t link, int64_t campaign, int64_t after, size_t most,
	    struct survey_newcomer **, size_t *n, struct err *);

/* Forms of people of a campaign whose link would open nothing yet: linked, and the person is not there. */
int	survey_unopened(struct db *, int64_t campaign, int64_t *n, struct err *);

/* Answers to the instrument; of people who are not completed there. */
int	survey_ours(struct db *, const struct survey_link *, int64_t *all, int64_t *only_ours, struct err *);

#endif
