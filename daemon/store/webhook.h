/*
 * webhook.h - programs elsewhere that want to be told, and what there is to tell.
 *
 * Nothing is written for a webhook while mail is sent: what happened stands in
 * the store anyway, and each webhook remembers up to which row of evidence, of
 * the wave log and of answer_news it was told. SQLite has one writer at a time
 * and a new id is above all that are there, so a row below a cursor cannot come
 * in later, with one exception: where the youngest evidence is taken away
 * (reclassified), its number comes again. A trigger moves back the cursors that
 * are behind it, and engine/webhook.c looks again before it moves one on.
 *
 * Units      times are Unix seconds.
 * Ownership  texts lie in the arena of the caller.
 * Errors     lookups 1/0/-1, others 0/-1.
 * Threads    the thread of the db handle.
 * Source     engine/webhook.h.
 */
#ifndef THUMOI_STORE_WEBHOOK_H
#define THUMOI_STORE_WEBHOOK_H

#include "store/db.h"

struct webhook_cursor { int64_t evidence, wave_log, answer; };

struct webhook {
	int64_t id;
	const char *name, *url, *secret_file;
	const char *events;		/* types, ',' between; "": all */
	int64_t campaign;		/* 0: all */
	bool active;
	int64_t added_at;
	struct webhook_cursor told;
	int64_t told_at;		/* 0: never yet */
	int64_t failures, failed_at, next_at;	/* failed_at 0: it works */
	const char *error;
};

int	webhook_insert(struct db *, struct webhook *, struct err *);	/* fills id; cursors begin at the end */
int	webhook_find(struct db *, struct arena *, const char *name, struct webhook *, struct err *);
/* The first one after `after`. */
int	webhook_next(struct db *, struct arena *, int64_t after, struct webhook *, struct err *);
int	webhook_delete(struct db *, int64_t id, struct err *);
int	webhook_told(struct db *, int64_t id, const struct webhook_cursor *, int64_t now, struct err *);
int	webhook_failed(struct db *, int64_t id, int64_t now, int64_t next_at, const char *error, struct err *);
int	webhook_set_active(struct db *, int64_t id, bool active, const char *error, struct err *);
/* Answers that all of them were told. */
int	webhook_tidy(struct db *, struct err *);
/* How many rows each still has to be told, whether it wants them or not. */
int	webhook_behind(struct db *, const struct webhook *, int64_t *n, struct err *);

struct news {			/* one row that can be told; "" where it says nothing */
	int64_t id, at;
	const char *kind;	/* of evidence; what of the wave log; "answer" */
	const char *campaign, *unit, *wave, *token, *instrument;
	const char *category, *status, *reason;
	const char *grade;
	const char *print;	/* fingerprint of evidence: what tells it from all other */
	bool hard;
	int64_t n;		/* wave log: people or messages */
};

/*
 * At most `most` rows after the cursor, of one campaign (0: of all). *upto is
 * how far the reading came: the cursor when all of them are told.
 */
int	news_evidence(struct db *, struct arena *, int64_t after, int64_t campaign, size_t most, struct news **, size_t *n,
	    int64_t *upto, struct err *);
int	news_waves(struct db *, struct arena *, int64_t after, int64_t campaign, size_t most, struct news **, size_t *n,
	    int64_t *upto, struct err *);
int	news_answers(struct db *, struct arena *, int64_t after, int64_t campaign, size_t most, struct news **, size_t *n,
	    int64_t *upto, struct err *);

#endif
