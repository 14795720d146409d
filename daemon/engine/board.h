/*
 * board.h - the account of each campaign, kept in memory for those who look.
 *
 * Accounting for a million people takes seconds; a page may take a tenth of
 * one. So a snapshot is made once and shown to everybody: counts, findings,
 * and for each person the cause, so that lists of people need no search.
 *
 * A snapshot is good for a second, or nine times as long as making it took:
 * looking costs a tenth of a core at most. One that is made quickly is made
 * by whoever finds it too old; a slow one by the board's own thread, and the
 * old one, which says of when it is, is shown meanwhile.
 *
 * Units      *_at Unix seconds, *_us clock_mono_us().
 * Ownership  what board_take gave is the board's, and stays until board_give.
 * Errors     board_take: -1; 0 when there is no such campaign.
 * Threads    any. One lock over the list, never held while counting; the
 *            snapshot itself is constant.
 * Source     none.
 */
#ifndef THUMOI_ENGINE_BOARD_H
#define THUMOI_ENGINE_BOARD_H

#include "engine/cross.h"
#include "engine/finding.h"
#include "engine/headway.h"
#include "engine/regroup.h"
#include "store/invite.h"

struct standing {			/* of one person */
	int64_t contact;
	int32_t unit;			/* index into account.units; -1: in no unit of the campaign */
	int32_t domain;			/* index into account.domains */
	uint8_t cause;			/* enum cause */
	char grade;			/* 'A', 'B'; 0: no evidence */
	uint8_t then[SINCES];		/* enum cause; CAUSE_NOT_THERE */
	uint8_t mended;			/* bit i: for the first time since moment i */
};

struct mended_file { int64_t roster, n; };	/* people whose address a file has mended */

struct institution {			/* a mail exchanger, and the mail domains behind it */
	const char *exchanger;		/* "": DNS was not asked, or named none */
	const int32_t *domains;		/* indexes into account.domains, most people first */
	size_t n_domains;
	struct tally t;
	int64_t refused;
};

struct snapshot_wave {
	struct wave wave;
	struct headway headway;
};

struct snapshot {
	struct campaign campaign;
	struct account account;
	struct finding *findings;
	size_t n_findings;
	struct standing *people;	/* by contact id */
	size_t n_people;
	struct cross cross;
	struct regrouping *trees;	/* the account under other unit directories */
	size_t n_trees;
	const char *tree;		/* key of the campaign's own */
	int32_t *concern;		/* mail domains: those that refuse first, by people refused, then by people */
	size_t n_refusing;
	struct institution *institutions;	/* most people refused first, then most people */
	size_t n_institutions;
	struct mended_file *mended;	/* by roster */
	size_t n_mended;
	struct snapshot_wave *waves;	/* oldest first; each counted a little later than the account */
	size_t n_waves;
	int64_t made_at, took_us;
	const char *faults;		/* what does not add up, a line each; "" */

	/* For board.c. */
	struct arena arena;
	int64_t made_us;
	int users;
	bool old;			/* not on the board any more */
};

struct board;

struct board *board_new(const char *store, const struct conf *);
void	board_free(struct board *);		/* nobody looks any more; NULL is fine */

/* 1, 0, -1. */
int	board_take(struct board *, struct db *, const char *key, const struct snapshot **, struct err *);
void	board_give(struct board *, const struct snapshot *);	/* NULL is fine */
/* Something has changed: the next look counts again. */
void	board_touch(struct board *, int64_t campaign);

const struct standing *snapshot_person(const struct snapshot *, int64_t contact);	/* NULL: none */
const struct unit_account *snapshot_unit(const struct snapshot *, const char *code);	/* NULL: none */
const struct domain_account *snapshot_domain(const struct snapshot *, const char *domain);	/* NULL: none */
const struct institution *snapshot_institution(const struct snapshot *, const char *exchanger);	/* NULL: none */
int64_t	snapshot_mended(const struct snapshot *, int64_t roster);	/* people whose address the file has mended */

#endif
