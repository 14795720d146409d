/*
 * erase.h - the statements by which a person is taken out of the rows that
 * hold them. What is to be put in their place is decided by engine/forget.h.
 *
 * Units      times are Unix seconds.
 * Ownership  lists lie in the arena of the caller; texts handed to a callback
 *            are borrowed until it returns.
 * Errors     0 or -1; the walks: what the callback returned, when it was not 0.
 * Threads    the thread of the db handle; in its transaction.
 * Source     none.
 */
#ifndef THUMOI_STORE_ERASE_H
#define THUMOI_STORE_ERASE_H

#include "store/db.h"

/* Every address that stands with the person: theirs, messages', reports', corrections'. */
int	erase_emails(struct db *, struct arena *, int64_t contact, const char ***out, size_t *n, struct err *);
/* Cells of their roster rows: whole records, in which addresses and names may stand as they were written. */
int	erase_cells(struct db *, int64_t contact, int (*each)(const char *cell, void *), void *, struct err *);
/* How many others have the address: not erased and of the campaign; erased. */
int	erase_sharers(struct db *, int64_t contact, int64_t campaign, const char *email, int64_t *living, int64_t *erased, struct err *);
/* The same person in other campaigns: has one of the addresses and the same folded name. */
int	erase_selves(struct db *, struct arena *, int64_t contact, int64_t **out, size_t *n, struct err *);
/* Mail domains that more than one address is on. */
int	erase_domains(struct db *, int (*each)(const char *domain, int64_t n, void *), void *, struct err *);

int	erase_invites(struct db *, int64_t contact, int (*each)(int64_t invite, void *), void *, struct err *);
int	erase_contact(struct db *, int64_t contact, const char *name, const char *token, int64_t at, struct err *);
/* What survey systems have of the person: a participant with the old token is a stranger from now on. */
int	erase_surveys(struct db *, int64_t contact, struct err *);
int	erase_rows(struct db *, int64_t contact, int64_t *n, struct err *);
int	erase_email(struct db *, int64_t contact, const char *email, const char *by, struct err *);
int	erase_pending(struct db *, int64_t contact, int64_t now, int64_t *n, struct err *);	/* planned and deferred: cancelled */
/* What servers and people said of them; `own`: the person's own words. `to` gives what stays of it, NULL: all of it. */
int	erase_words(struct db *, int64_t contact, const char *(*to)(const char *text, bool own, void *), void *, struct err *);
int	erase_received_from(struct db *, int64_t contact, const char *(*to)(const char *text, bool own, void *), void *, struct err *);
/* Raw mails that evidence of the person names: nothing stays but when it came, its hash and kind. */
int	erase_mails(struct db *, int64_t contact, int64_t *n, struct err *);
int	erase_mail(struct db *, int64_t inbound, struct err *);
/* A mail domain that is nobody's any more: what DNS said about it, its pace and rests. */
int	erase_domain(struct db *, const char *domain, struct err *);

/* Focal points with that address: taken off the list, who came after moves up. */
int	erase_focal(struct db *, const char *email, int64_t *n, struct err *);

/* Messages that are kept whole: raw mails that no evidence names, or all letters; id > after, until it returns non-zero. */
struct kept_message {
	int64_t id;
	const char *about;		/* letter: code of the unit, mail domain; "" */
	const char *email, *name;	/* letter: of the addressee; "" */
	const char *data;
	size_t len;
};
int	erase_each_mail(struct db *, int (*each)(const struct kept_message *, void *), void *, struct err *);
int	erase_each_letter(struct db *, int (*each)(const struct kept_message *, void *), void *, struct err *);
/* The message is what is given; what was still to be sent expires. email, name NULL: as they are. */
int	erase_letter(struct db *, int64_t id, const char *email, const char *name, const void *message, size_t len,
	    const char *(*to)(const char *text, bool own, void *), void *, int64_t now, struct err *);

/* For retention: the next mail before `until` that is still whole; the next person of the campaign. 1, 0, -1. */
int	erase_next_mail(struct db *, int64_t after, int64_t until, int64_t *id, struct err *);
int	erase_next_contact(struct db *, int64_t campaign, int64_t after, int64_t *id, struct err *);
int	erase_count_mails(struct db *, int64_t until, int64_t *n, struct err *);
/* Nobody of the campaign is known by name any more: 1, 0 (or there never was anybody), -1. */
int	erase_all_gone(struct db *, int64_t campaign, struct err *);
int	erase_count_contacts(struct db *, int64_t campaign, int64_t *n, struct err *);
/* Letters of the campaign that are still whole. */
int	erase_next_letter(struct db *, int64_t campaign, int64_t after, int64_t *id, struct err *);
int	erase_count_letters(struct db *, int64_t campaign, int64_t *n, struct err *);

#endif
