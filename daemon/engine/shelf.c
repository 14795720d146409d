#include "engine/shelf.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"

#define PLACES 24
#define KEPT_US 1000000
#define KEPT_TIMES 9

struct kept {
	struct paper paper;		/* first: what is given is taken back by it */
	const struct snapshot *of;
	int64_t made_us, took_us;
	int users;
	bool old;			/* not on the shelf any more */
};

struct shelf_place {
	int64_t campaign;		/* 0: free */
	enum paper_kind kind;
	enum lang lang;
	struct kept *now;		/* NULL: none yet */
	int64_t asked_us;
	bool making;
};

struct shelf {
	struct board *board;		/* [c] */
	pthread_mutex_t lock;
	pthread_cond_t done;		/* [lock] */
	struct shelf_place place[PLACES];	/* [lock] */
};

struct shelf *
shelf_new(struct board *board)
{
	struct shelf *s = mem_zalloc(sizeof(*s));

	s->board = board;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->done, NULL);
	return s;
}

static void
throw_away(struct shelf *s, struct kept *k)
{
	if (!k)
		return;
	paper_release(&k->paper);
	board_give(s->board, k->of);
	free(k);
}

void
shelf_free(struct shelf *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < PLACES; i++)
		throw_away(s, s->place[i].now);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->done);
	free(s);
}

bool
shelf_keeps(enum paper_kind k)
{
	return k == PAPER_DELIVERY || k == PAPER_RESPONSE || k == PAPER_COVERAGE;
}

/* Of a snapshot of its own: the asker's may go before the paper does. */
static int
make(struct shelf *s, struct db *db, const char *key, enum paper_kind kind, enum lang l, struct kept **out, struct err *e)
{
	struct kept *k = mem_zalloc(sizeof(*k));
	int64_t from = clock_mono_us();
	int rc = board_take(s->board, db, key, &k->of, e);

	if (rc == 1) {
		struct paper_ask ask = { .db = db, .account = &k->of->account, .snapshot = k->of, .lang = l };

		if ((rc = paper_make(&k->paper, kind, &ask, e)) < 0)
			paper_release(&k->paper);
		k->paper.ask.db = NULL;		/* it is the maker's */
	} else if (rc == 0) {
		rc = err_set(e, ERR_NOTFOUND, "%s", key);
	}
	if (rc < 0) {
		board_give(s->board, k->of);
		free(k);
		return -1;
	}
	k->made_us = clock_mono_us();
	k->took_us = k->made_us - from;
	*out = k;
	return 0;
}

/* Under the lock; the one that was asked for longest ago gives way. NULL: all are being made. */
static struct shelf_place *
place_of(struct shelf *s, int64_t campaign, enum paper_kind kind, enum lang l)
{
	struct shelf_place *oldest = NULL;

	for (size_t i = 0; i < PLACES; i++) {
		struct shelf_place *p = &s->place[i];

		if (p->campaign == campaign && p->kind == kind && p->lang == l)
			return p;
		if (!p->making && (!p->now || !p->now->users) && (!oldest || p->asked_us < oldest->asked_us))
			oldest = p;
	}
	if (!oldest)
		return NULL;
	throw_away(s, oldest->now);
	*oldest = (struct shelf_place){ .campaign = campaign, .kind = kind, .lang = l };
	return oldest;
}

static bool
is_fresh(const struct kept *k, const struct snapshot *now)
{
	int64_t keep = k->took_us * KEPT_TIMES;

	return k->of == now || clock_mono_us() - k->made_us <= (keep > KEPT_US ? keep : KEPT_US);
}

int
shelf_take(struct shelf *s, struct db *db, const struct snapshot *now, enum paper_kind kind, enum lang l, const struct paper **out,
    struct err *e)
{
	int64_t campaign = now->campaign.id;
	struct kept *made = NULL;
	struct shelf_place *p;
	int rc = 0;

	pthread_mutex_lock(&s->lock);
	/* While one waits, the place may become another's. */
	for (p = place_of(s, campaign, kind, l); p && !p->now && p->making; p = place_of(s, campaign, kind, l))
		pthread_cond_wait(&s->done, &s->lock);
	if (!p) {
		pthread_mutex_unlock(&s->lock);
		return err_set(e, ERR_BUSY, TR("too many reports are looked at", "đang có quá nhiều báo cáo được xem cùng lúc"));
	}
	p->asked_us = clock_mono_us();
	if (!p->making && (!p->now || !is_fresh(p->now, now))) {
		p->making = true;
		pthread_mutex_unlock(&s->lock);
		rc = make(s, db, now->campaign.key, kind, l, &made, e);
		pthread_mutex_lock(&s->lock);
		p->making = false;
		if (rc == 0) {
			if (p->now && p->now->users)
				p->now->old = true;
			else
				throw_away(s, p->now);
			p->now = made;
		}
		pthread_cond_broadcast(&s->done);
	}
	if (rc == 0) {
		p->now->users++;
		*out = &p->now->paper;
	}
	pthread_mutex_unlock(&s->lock);
	return rc;
}

void
shelf_give(struct shelf *s, const struct paper *looked)
{
	struct kept *k = (struct kept *)(uintptr_t)looked;	/* the shelf's own; paper is its first member */

	if (!k)
		return;
	pthread_mutex_lock(&s->lock);
	if (--k->users == 0 && k->old)
		throw_away(s, k);
	pthread_mutex_unlock(&s->lock);
}
