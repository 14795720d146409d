/*
 * account.h - everybody accounted for: one pass over all people of a
 * campaign, counted by unit, by mail domain and in all.
 *
 * nominated = answered + each cause + unknown, for every unit and in all.
 * account_check holds the counts against an independent count of the store
 * and of the rosters; what does not add up is said, never smoothed over.
 *
 * Units      people, unless a name says otherwise; times are Unix seconds.
 * Ownership  account_release frees all; texts in it live as long.
 * Errors     account_build 0/-1. account_check: how many faults, or -1.
 * Threads    the thread of the db handle.
 * Source     design.md sections 1 and 2.
 */
#ifndef THUMOI_ENGINE_ACCOUNT_H
#define THUMOI_ENGINE_ACCOUNT_H

#include "base/buf.h"
#include "base/conf.h"
#include "engine/change.h"
#include "engine/placement.h"
#include "store/census.h"
#include "store/correction.h"
#include "store/survey.h"

#define GRADE_SLOTS 5			/* none, A, B, C, D */

struct tally {
	int64_t nominated, mailable, invited, accepted, took_part;
	int64_t answered[INSTRUMENTS_MAX];
	int64_t missing;		/* not in the latest roster any more; counted all the same */
	int64_t by[CAUSES][GRADE_SLOTS];
};

enum unit_class { CLASS_ORDINARY, CLASS_VERY_FEW, CLASS_ZERO, CLASS_NO_ROSTER };

struct unit_account {
	struct unit unit;
	struct census census;		/* the independent count */
	struct tally t;
	enum unit_class class;
	struct corrections corrections;	/* addresses it has mended */
	size_t seq;			/* for engine/cross.c: whatever the order, its own */
};

struct domain_stop {			/* a wave in which it was stopped because it refuses us */
	const char *wave;
	bool observed;			/* noted only */
	int64_t at, n, of;
	int64_t resumed_at;		/* 0: still so */
	struct domain_stop *next;
};

struct domain_account {
	const char *domain;		/* "": people without an address */
	struct tally t;
	int64_t refused_first_at, refused_last_at;	/* of those account_refused counts; 0: there are none */
	int64_t said_at, said_id;	/* the evidence that holds its words; 0 */
	bool said_no;			/* those of a refusal, not of a "later" */
	const char *words;		/* of a domain that refuses as a whole: addresses masked, UTF-8; "" */
	struct domain_stop *stops;	/* oldest first */
	const char *exchanger;		/* the first one that DNS named, as far as it was asked; "" */
	int64_t reacted;		/* gave any sign */
	int64_t silent;			/* accepted, nothing failed, nothing heard */
	int64_t told, told_spam;	/* said where they found it; in spam */
	bool refuses;			/* account_refuses, once all are counted */
	size_t seq;			/* as of a unit */
};

struct exchanger_account {		/* several mail domains that refuse us behind one mail exchanger */
	const char *exchanger;
	const char *domains;		/* those that refuse, ", " between */
	int64_t n_domains;
	int64_t refused, invited;	/* people, in all domains behind it */
	int64_t refused_first_at, refused_last_at;
	const char *words;		/* when all say the same; "" */
};

struct account {
	const struct campaign *campaign;
	const struct conf *conf;
	int64_t now;
	int instrument;			/* -1: all; else the one asked for */
	unsigned asked;
	struct unit_account *units;	/* ministries, then provinces, official order */
	size_t n_units;
	struct domain_account *domains;	/* most people first */
	size_t n_domains;
	struct exchanger_account *exchangers;	/* most people refused first */
	size_t n_exchangers;
	struct placement *placements;	/* what probe mailboxes saw, by provider and wave: of groups, in no count above */
	size_t n_placements;
	struct tally kinds[UNIT_KINDS], all;
	int64_t kind_units[UNIT_KINDS], kind_rosters[UNIT_KINDS];	/* units, and those that sent a roster */
	struct survey_link *surveys;	/* forms that are surveys of a survey system, with its own counts */
	size_t n_surveys;
	int faults;			/* what account_check found; 0 before it */
	int64_t strangers;		/* people in a unit that is not of this campaign */
	struct corrections corrections;	/* addresses that units have mended */
	struct change changes[SINCES];	/* account_build_each only */
	struct arena arena;
	size_t *slots, n_slots;		/* domains by name, while counting */
	size_t cap_domains;
};

/* instrument NULL: "answered" means all forms; else that form alone. */
int	account_build(struct account *, struct db *, const struct campaign *, const struct conf *,
	    const char *instrument, int64_t now, struct err *);
/* The same, and each person of it, in the order in which people are read (by id); and what has changed. */
struct counted {
	const struct facts *facts;
	enum cause cause, then[SINCES];	/* then: CAUSE_NOT_THERE; where there is no such moment, as now */
	char grade;
	size_t unit, domain;		/* their seq; unit SIZE_MAX: none of the campaign's */
};
typedef void account_person_fn(const struct account *, const struct counted *, void *);
int	account_build_each(struct account *, struct db *, const struct campaign *, const struct conf *,
	    const char *instrument, int64_t now, account_person_fn *, void *arg, struct err *);
void	account_release(struct account *);

/* By what it has sent and who took part. */
enum unit_class account_class(const struct conf *, int64_t rosters, const struct tally *);
/* account_since.c: the moments there are, and the rosters on either side of each. */
int	account_find_moments(struct account *, struct db *, struct err *);

enum account_order { ORDER_CODE, ORDER_NAME };
void	account_sort(struct account *, enum account_order);

int64_t	tally_cause(const struct tally *, enum cause);		/* over all grades */
int64_t	tally_sum(const struct tally *);			/* over all causes */
void	tally_add(struct tally *to, const struct tally *);
char	grade_letter(size_t slot);				/* '\0' for none */
const char *unit_class_key(enum unit_class);
const char *unit_class_name(enum unit_class, enum lang);
const char *unit_name(const struct unit *, enum lang);
const char *unit_short(const struct unit *, enum lang);	/* Gia Lai; Bộ Xây dựng */

/* account_walls.c */
int64_t	account_refused(const struct domain_account *);	/* people: what its mail administrator could mend */
/* It refuses us as a whole: most of many, or it was stopped for it. */
bool	account_refuses(const struct account *, const struct domain_account *);
bool	account_stopped(const struct domain_account *);	/* in some wave, until somebody resumes it */
void	account_count_refusal(struct domain_account *, const struct facts *, enum cause);
/* Words, stops and exchangers, once all are counted. */
int	account_read_walls(struct account *, struct db *, struct err *);

/* Each fault a sentence in `said`, a line each, in the operator's language. */
int	account_check(struct account *, struct db *, struct buf *said, struct err *);

#endif
