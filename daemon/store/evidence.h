/*
 * evidence.h - observed facts about people, and their answers.
 *
 * A fact is written once: its fingerprint names the source, so that the same
 * report read twice counts once.
 *
 * kind         said by                             grade
 * refusal      SMTP, while sending (5yz)           A
 * expired      our own queue                       A
 * dsn          a delivery status that came back, or the log of our relay  A
 *              (failed: category says why; category `delivered`: arrived)
 * delay        a delay or relay notice: nothing has failed, nothing arrived  B
 *              (the log of our relay: of each attempt the latest only)
 * complaint    ARF                                 A
 * auto_reply   the person's mailbox                B
 * read_receipt MDN                                 B
 * reply        a person, by mail                   A
 * found_inbox, found_spam, found_forwarded
 *              the person, on the landing page     A
 * button       the person pressed a form's button  A
 * opt_out      the person                          A
 * focal_word   a focal point: it lies in spam      A
 * focal_received, focal_away, focal_moved, focal_wrong_address, focal_full, focal_disabled, focal_works
 *              a focal point or the operator (engine/word.h)  A
 * visit        a page was fetched (campaigns with tracking "visits") D
 *
 * KIND_withdrawn: the person took it back or said something else later. The
 * row stays as the record of what was once said; it counts for nothing.
 *
 * Units      times are Unix seconds.
 * Ownership  texts are bound, not kept.
 * Errors     -1; evidence_add: 1 added, 0 known already.
 * Threads    the thread of the db handle.
 * Source     design.md section 2, "Evidence grades".
 */
#ifndef THUMOI_STORE_EVIDENCE_H
#define THUMOI_STORE_EVIDENCE_H

#include "store/db.h"

struct evidence {
	int64_t contact;
	int64_t invite;		/* 0: unknown */
	int64_t inbound;	/* 0: none */
	int64_t at;
	const char *kind;	/* from the list above */
	char grade;		/* 'A' to 'D' */
	const char *category;	/* category_name(), "" */
	bool hard;
	const char *email, *status, *text;	/* "" when none */
	int64_t until_at;	/* auto_reply: away until then; 0: it does not say */
	const char *fingerprint;	/* NULL: never seen before by nature */
};

int	evidence_add(struct db *, const struct evidence *, struct err *);
/* What is told over and over, of which only the latest counts: 1 added or replaced, 0 nothing newer, -1. */
int	evidence_put(struct db *, const struct evidence *, struct err *);
/* The text and status of what has this fingerprint. */
int	evidence_said(struct db *, struct arena *, const char *fingerprint, const char **text, const char **status, struct err *);
/* First and last time are kept; 1 new, 0 known already (last_at moves on). */
int	answer_record(struct db *, int64_t contact, int64_t instrument, int64_t at, const char *source, struct err *);
/* Bit i set: instrument number i (by position, from 0) is answered. */
int	answer_mask(struct db *, int64_t contact, unsigned *mask, struct err *);
int	answer_first_at(struct db *, int64_t contact, int64_t instrument, int64_t *at, struct err *);	/* 1, 0, -1 */
/* What a person said of this kind becomes KIND_withdrawn. 0 or -1. */
int	evidence_withdraw(struct db *, int64_t contact, const char *kind, struct err *);
/* ... whose fingerprint does not begin like that. 1, 0, -1. */
int	evidence_has_other(struct db *, int64_t contact, const char *kind, const char *prefix, struct err *);
int	evidence_has(struct db *, int64_t contact, const char *kind, struct err *);	/* 1, 0, -1 */
/* What was said, whole: "5.7.1 Access denied". 1, 0, -1. */
int	evidence_words(struct db *, struct arena *, int64_t id, const char **words, struct err *);
/* What a message to an address met, in whatever campaign: a refusal, report or expiry, or a sign that it arrived. */
struct experience {
	const char *email, *kind, *category, *text;
	bool hard;
	int64_t at;
	const char *campaign;	/* its key */
};
/* All there are, in no order, until the callback returns non-zero; texts are borrowed until it does. */
int	experience_each(struct db *, int (*each)(const struct experience *, void *), void *, struct err *);
/* Invite, time, kind, category, status and text of one row, in the arena. 1, 0, -1. */
int	evidence_by_id(struct db *, struct arena *, int64_t id, struct evidence *, struct err *);
/* Every address that is proven dead (store/suppression.h), until it returns non-zero. */
int	evidence_each_dead(struct db *, int64_t now, int (*each)(const char *email, void *), void *, struct err *);
int	evidence_last_id(struct db *, int64_t *id, struct err *);	/* 0: there is none */
int	evidence_dead_since(struct db *, int64_t id, struct err *);	/* 1: an address proved dead after that row, 0, -1 */

#endif
